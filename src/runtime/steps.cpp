#include "runtime/steps.hpp"

#include <algorithm>
#include <utility>

#include "base/failpoint.hpp"
#include "base/log.hpp"
#include "exec/pipes/pipes.hpp"
#include "exec/process/attempt_folder.hpp"
#include "exec/process/environment.hpp"

namespace freshet::runtime {

namespace {

constexpr Millis grace{10'000};  ///< Between TERM and KILL.

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

std::string context_of(const effect::StartStep& effect, const AssetDefinition& asset,
                       const std::string& run) {
  PipesContext context;
  context.asset_keys = {asset.key};
  context.code_versions[asset.key] =
      asset.code_version.empty() ? std::nullopt : std::optional{asset.code_version};
  context.provenance[asset.key] = std::nullopt;
  if (!effect.partition.empty()) {
    context.partition_key = effect.partition;
    context.partition_key_range = {effect.partition, effect.partition};
  }
  if (effect.range) context.partition_key_range = {effect.range->first, effect.range->second};
  if (effect.window) {
    context.partition_time_window = {format_instant(effect.window->first),
                                     format_instant(effect.window->second)};
  }
  context.run_id = run;
  context.retry_number = static_cast<int>(effect.attempt) - 1;
  return pipes_context_json(context);
}

}  // namespace

Steps::Steps(boost::asio::io_context& io, boost::asio::thread_pool& pool, Options options,
             std::function<void(Input)> report)
    : options_{std::move(options)},
      report_{std::move(report)},
      executor_{io, pool, options_.step_binary, *this} {}

void Steps::start(const effect::StartStep& effect) {
  const AssetDefinition& asset = effect.graph->asset(effect.rank);
  const std::string run = to_text(effect.step.run);
  Launch launch;
  launch.step = effect.step;
  launch.attempt = static_cast<int>(effect.attempt);
  launch.directory = attempt_folder(options_.state_directory, {effect.step, effect.attempt});
  launch.command = asset.command;
  std::optional<Micros> timeout = asset.timeout;
  if (!effect.check.empty()) {
    const auto check = std::ranges::find(asset.checks, effect.check, &CheckDefinition::name);
    if (check != asset.checks.end()) {
      launch.command = check->command;
      if (check->timeout) timeout = check->timeout;
    }
  }
  launch.working_directory = asset.directory;
  launch.grace = grace;
  if (timeout) launch.deadline = std::chrono::ceil<Millis>(*timeout);
  launch.context = context_of(effect, asset, run);
  std::string project_directory = asset.directory;
  for (const auto& project : effect.graph->projects()) {
    if (project->project == asset.project) project_directory = project->directory;
  }
  EnvironmentParts parts{
      .daemon = options_.environment,
      .declared = asset.environment,
      .run_id = run,
      .asset = asset.key,
      .partition = effect.partition.empty() ? std::nullopt : std::optional{effect.partition},
      .attempt = static_cast<int>(effect.attempt),
      .project_directory = project_directory,
      .attempt_directory = launch.directory};
  launch.environment = step_environment(parts);
  if (effect.range) {
    launch.environment.emplace_back("FRESHET_PARTITION_FIRST", effect.range->first);
    launch.environment.emplace_back("FRESHET_PARTITION_LAST", effect.range->second);
  }
  if (!effect.check.empty()) launch.environment.emplace_back("FRESHET_CHECK", effect.check);
  executor_.start(std::move(launch));
}

void Steps::stop(const effect::StopStep& effect) {
  executor_.stop(effect.step, static_cast<int>(effect.attempt));
}

void Steps::reattach(std::span<const StepRow> steps) {
  for (const StepRow& row : steps) {
    if (row.status != StepStatus::starting && row.status != StepStatus::running) continue;
    log("runtime").info("step re-attached run={} step={} attempt={}", to_text(row.step.run),
                        row.step.number, row.attempt);
    executor_.attach(
        {.step = row.step,
         .attempt = static_cast<int>(row.attempt),
         .directory = attempt_folder(options_.state_directory, {row.step, row.attempt}),
         .messages_offset = row.messages,
         .boot_id_at_start = options_.previous_boot_id});
    if (row.stop != Reason::none) executor_.stop(row.step, static_cast<int>(row.attempt));
  }
}

void Steps::on_started(StepId step, int attempt, pid_t supervisor) {
  report_(input::StepRunning{step, static_cast<std::uint32_t>(attempt), supervisor});
}

void Steps::on_message(StepId step, int attempt, PipesMessage message, std::uint64_t offset_after) {
  using Method = PipesMessage::Method;
  input::StepMessage in{
      .step = step, .attempt = static_cast<std::uint32_t>(attempt), .offset = offset_after};
  switch (message.method) {
    case Method::opened:
      return;
    case Method::external_stream:
      in.level = message.stream, in.text = std::move(message.text);
      break;
    case Method::log:
      in.level = lower(std::move(message.level)), in.text = std::move(message.text);
      break;
    case Method::custom:
      in.level = "custom", in.text = std::move(message.json);
      break;
    case Method::problem:
      in.level = "warning", in.text = std::move(message.text);
      break;
    case Method::closed:
      if (message.text.empty()) return;
      in.level = "error", in.text = std::move(message.text);
      break;
    case Method::materialization:
      in.kind = input::StepMessage::Kind::materialization;
      in.asset = std::move(message.asset_key);
      in.data_version = message.data_version.value_or("");
      in.metadata = std::move(message.json);
      for (auto& [name, version] : message.columns)
        in.columns.push_back({std::move(name), DataVersion{version_hash(version)}});
      in.columns_read = std::move(message.columns_read);
      break;
    case Method::check:
      in.kind = input::StepMessage::Kind::check;
      in.asset = std::move(message.asset_key);
      in.check = std::move(message.check_name);
      in.passed = message.passed;
      in.severity = message.severity;
      in.metadata = std::move(message.json);
      break;
  }
  report_(std::move(in));
}

void Steps::on_ended(StepId step, int attempt, Outcome outcome) {
  failpoint("before_outcome");
  using From = Outcome::Kind;
  using To = input::StepOutcome::Kind;
  input::StepOutcome in{.step = step,
                        .attempt = static_cast<std::uint32_t>(attempt),
                        .text = std::move(outcome.text),
                        .timed_out = outcome.timed_out};
  switch (outcome.kind) {
    case From::exited:
      in.kind = To::exited, in.code = outcome.code;
      break;
    case From::signaled:
      in.kind = To::signaled, in.code = outcome.signal;
      break;
    case From::exec_error:
      in.kind = To::exec_error;
      break;
    case From::lost:
      in.kind = To::lost;
      break;
    case From::not_started:
      in.kind = To::not_started;
      break;
  }
  report_(std::move(in));
}

}  // namespace freshet::runtime
