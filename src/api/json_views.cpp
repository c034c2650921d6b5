#include "api/json_views.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "api/json_text.hpp"
#include "api/view.hpp"
#include "freshet/definitions.hpp"
#include "freshet/engine.hpp"
#include "freshet/facts.hpp"
#include "freshet/graph.hpp"
#include "freshet/ids.hpp"
#include "freshet/rows.hpp"
#include "freshet/sentence.hpp"
#include "freshet/service.hpp"
#include "freshet/snapshot.hpp"
#include "freshet/time.hpp"
#include "model/partition/space.hpp"

namespace freshet::api {
namespace {

Json or_null(const std::string& text) { return text.empty() ? Json{} : Json(text); }

Json check_json(const CheckDefinition& check) {
  return {{"name", check.name},
          {"severity", check.severity == CheckSeverity::error ? "error" : "warn"},
          {"blocking", check.blocking},
          {"automation", or_null(check.automation)},
          {"command", check.command},
          {"description", check.description}};
}

Json column_json(const ColumnDefinition& column) {
  Json from = Json::array();
  for (const ColumnOrigin& origin : column.from)
    from.push_back({{"asset", origin.asset}, {"column", origin.column}});
  return {{"name", column.name},
          {"type", or_null(column.type)},
          {"description", column.description},
          {"tags", column.tags},
          {"from", std::move(from)}};
}

Json dependency_json(const Dependency& dep) {
  Json out{{"key", dep.key}, {"max_age", nullptr}, {"wait_until", nullptr}, {"mapping", nullptr}};
  if (dep.rule.max_age) out["max_age"] = seconds(*dep.rule.max_age);
  if (dep.rule.wait_until) {
    const auto minutes = std::chrono::floor<std::chrono::minutes>(*dep.rule.wait_until).count();
    const auto two = [](auto n) { return (n < 10 ? "0" : "") + std::to_string(n); };
    out["wait_until"] = two(minutes / 60) + ':' + two(minutes % 60) + ' ' + dep.rule.timezone;
  }
  if (!dep.mapping.text.empty()) out["mapping"] = dep.mapping.text;
  out["columns"] = dep.columns;
  return out;
}

Json place_json(const Place& place) {
  if (place.file.empty()) return nullptr;
  return {{"file", place.file}, {"line", place.line}, {"column", place.column}};
}

/// Whether the number says anything: the exit code, or the signal that ended the process.
bool has_exit_code(const StepRow& step) {
  return step.status == StepStatus::succeeded || step.reason == Reason::exit_code ||
         step.reason == Reason::signal || step.reason == Reason::wrote_nothing;
}

Json tree_json(const Explanation::Node& node) {
  Json children = Json::array();
  for (const Explanation::Node& child : node.children) children.push_back(tree_json(child));
  return {{"label", node.label},
          {"asset", or_null(node.target)},
          {"held", node.held},
          {"detail", to_text(node.detail)},
          {"said", sentence_json(node.detail)},
          {"children", std::move(children)}};
}

}  // namespace

Json instant_json(Instant at) { return at == Instant{} ? Json{} : Json(format_instant(at)); }
Json run_id_json(RunId run) { return run.value == 0 ? Json{} : Json(to_text(run)); }
double seconds(Micros duration) { return std::chrono::duration<double>(duration).count(); }

Json stale_json(std::uint8_t causes) {
  Json out = Json::array();
  if ((causes & stale_data) != 0) out.push_back("data");
  if ((causes & stale_code) != 0) out.push_back("code");
  if ((causes & stale_dependencies) != 0) out.push_back("dependencies");
  return out;
}

Json node_json(const Graph& graph, Rank rank) {
  const AssetDefinition& asset = graph.asset(rank);
  Json deps = Json::array();
  for (const Dependency& dep : asset.deps) deps.push_back(dep.key);
  Json out{{"key", asset.key},         {"external", asset.external},
           {"group", asset.group},     {"kinds", asset.kinds},
           {"owners", asset.owners},   {"tags", asset.tags},
           {"deps", std::move(deps)},  {"partitions", nullptr},
           {"project", asset.project}, {"source", or_null(std::string{to_text(asset.source.kind)})}};
  if (asset.partitions) out["partitions"] = asset.partitions->text;
  return out;
}

namespace {

PartitionSet stale_in(const PartitionView& p) {
  return (p.stale_code | p.stale_data | p.stale_dependencies) & p.existing;
}

}  // namespace

PartitionCounts counts_of(const PartitionView& p) {
  return {.existing = p.existing.size(),
          .materialized = (p.updated & p.existing).size(),
          .missing = (p.existing - p.updated).size(),
          .stale = stale_in(p).size(),
          .failed = (p.failed & p.existing).size(),
          .in_progress = (p.in_progress & p.existing).size()};
}

Json partition_counts_json(const PartitionView& p) {
  const PartitionCounts counts = counts_of(p);
  return {{"existing", counts.existing},
          {"materialized", counts.materialized},
          {"missing", counts.missing},
          {"stale", counts.stale},
          {"failed", counts.failed},
          {"in_progress", counts.in_progress}};
}

Result<PartitionSet> partitions_in(const PartitionView& p, std::string_view state) {
  if (state.empty()) return p.existing;
  if (state == "missing") return p.existing - p.updated;
  if (state == "fresh") return (p.updated & p.existing) - stale_in(p);
  if (state == "stale") return stale_in(p);
  if (state == "failed") return p.failed & p.existing;
  if (state == "in_progress") return p.in_progress & p.existing;
  return Error{Errc::invalid, "state \"" + std::string{state} +
                                  "\": want missing, fresh, stale, failed or in_progress"};
}

Json partition_json(const PartitionView& p, PartitionId id) {
  std::uint8_t causes = 0;
  if (p.stale_code.contains(id)) causes |= stale_code;
  if (p.stale_data.contains(id)) causes |= stale_data;
  if (p.stale_dependencies.contains(id)) causes |= stale_dependencies;
  Json out{{"key", p.space->key(id)},
           {"data", to_text(!p.updated.contains(id) ? DataState::missing
                            : causes != 0           ? DataState::stale
                                                    : DataState::fresh)},
           {"stale_causes", stale_json(causes)},
           {"failed", p.failed.contains(id)},
           {"in_progress", p.in_progress.contains(id)},
           {"begin", nullptr},
           {"end", nullptr}};
  if (const auto span = p.space->span(id)) {
    out["begin"] = instant_json(span->begin);
    out["end"] = instant_json(span->end);
  }
  return out;
}

Json state_json(const View& view, Rank rank) {
  const AssetState& state = view.state(rank);
  Json out{{"data", to_text(state.data)},
           {"work", to_text(state.work)},
           {"stale_causes", stale_json(state.stale)},
           {"freshness", to_text(state.freshness)},
           {"paused", state.paused},
           {"withheld", state.withheld},
           {"failed", state.failed},
           {"alerts", state.alerts},
           {"muted", state.muted},
           {"provisional", state.provisional},
           {"checks_passed", state.checks_passed},
           {"checks_failed", state.checks_failed},
           {"latest", nullptr},
           {"active", nullptr},
           {"revision", view.revision(rank).value}};
  if (state.partitions) out["partition_counts"] = partition_counts_json(*state.partitions);
  if (state.updated.value != 0) {
    out["latest"] = {{"id", std::to_string(state.updated.value)},
                     {"at", instant_json(state.updated_at)},
                     {"run", run_id_json(state.made_by.run)}};
  }
  if (state.active.run.value != 0) {
    out["active"] = {{"run", to_text(state.active.run)}, {"step", state.active.number}};
  }
  return out;
}

Json asset_json(const View& view, Rank rank) {
  Json out = node_json(view.graph(), rank);
  out.update(state_json(view, rank));
  return out;
}

Json definition_json(const Graph& graph, Rank rank) {
  const AssetDefinition& asset = graph.asset(rank);
  Json out = node_json(graph, rank);
  Json dependents = Json::array();
  for (const Rank down : graph.downstream(rank)) dependents.push_back(graph.asset(down).key);
  Json rules = Json::array();
  for (const Dependency& dep : asset.deps) rules.push_back(dependency_json(dep));
  Json checks = Json::array();
  for (const CheckDefinition& check : asset.checks) checks.push_back(check_json(check));
  Json columns = Json::array();
  for (const ColumnDefinition& column : asset.columns) columns.push_back(column_json(column));
  out["dependents"] = std::move(dependents);
  out["dependencies"] = std::move(rules);
  out["checks"] = std::move(checks);
  out["columns"] = std::move(columns);
  out["description"] = asset.description;
  out["automation"] = or_null(asset.automation);
  out["command"] = asset.command;
  out["code_version"] = or_null(asset.code_version);
  out["executor"] = asset.executor;
  out["pool"] = or_null(asset.pool);
  out["priority"] = asset.priority;
  out["place"] = place_json(asset.place);
  out["timeout"] = asset.timeout ? Json(seconds(*asset.timeout)) : Json{};
  out["retries"] = {{"max", asset.retries.max}, {"delay", seconds(asset.retries.delay)}};
  out["freshness_policy"] = nullptr;
  if (asset.freshness) {
    const FreshnessPolicy& policy = *asset.freshness;
    out["freshness_policy"] = {
        {"within", policy.within == Micros::zero() ? Json{} : Json(seconds(policy.within))},
        {"warn", policy.warn ? Json(seconds(*policy.warn)) : Json{}},
        {"deadline", or_null(policy.deadline)},
        {"timezone", policy.deadline.empty() ? Json{} : Json(policy.timezone)}};
  }
  out["backfill_policy"] = {
      {"per_run", asset.backfill.per_run == 0 ? Json("all") : Json(asset.backfill.per_run)},
      {"concurrency", asset.backfill.concurrency},
      {"range", asset.backfill.is_range}};
  return out;
}

Json sentence_json(const Sentence& sentence) {
  if (sentence.empty()) return nullptr;
  Json params = Json::object();
  for (const Sentence::Param& param : sentence.params) {
    std::visit(
        [&]<class T>(const T& value) {
          Json& out = params[param.name];
          if constexpr (std::is_same_v<T, Sentence::Param::Parts>) {
            out = Json::array();
            for (const Sentence& part : value) out.push_back(sentence_json(part));
          } else {
            out = value;
          }
        },
        param.value);
  }
  return {{"code", sentence.code}, {"params", std::move(params)}, {"text", to_text(sentence)}};
}

Sentence reason_sentence(Reason reason) {
  return {reason == Reason::none ? "" : std::string{to_text(reason)}, {}};
}
std::string reason_text(Reason reason) { return to_text(reason_sentence(reason)); }

Json reason_json(Reason reason) {
  if (reason == Reason::none) return nullptr;
  return {{"code", to_text(reason)}, {"text", reason_text(reason)}};
}

/// Of a step for several: "first...last", as a selection of partitions would have it.
Json partition_of(const StepRow& step, const Names& names) {
  const std::string first = names.partition(step.member).value_or(std::string{});
  if (step.range.empty()) return or_null(first);
  return first + "..." +
         names.partition({step.member.asset, *step.range.last()}).value_or(std::string{});
}

/// What a queued step waits for: steps that have not ended.
Json waits_json(const StepRow& step) {
  constexpr std::size_t told_max = 20;
  Json out = Json::array();
  for (const StepId& id : step.waits | std::views::take(told_max))
    out.push_back({{"run", run_id_json(id.run)}, {"step", id.number}});
  return out;
}

Json step_json(const StepRow& step, Names& names) {
  const auto rank = names.view().catalog->rank_of(step.member.asset);
  const auto usual = names.view().usual(step);
  return {{"step", step.step.number},
          {"asset", or_null(names.key(step.member.asset))},
          {"partition", partition_of(step, names)},
          {"partition_count", step.range.empty() ? 1 : step.range.size()},
          {"check", or_null(step.check)},
          {"status", to_text(step.status)},
          {"reason", reason_json(step.reason)},
          {"attempt", step.attempt},
          {"queued_at", instant_json(step.queued_at)},
          {"started_at", instant_json(step.started_at)},
          {"ended_at", instant_json(step.ended_at)},
          {"not_before", instant_json(step.not_before)},
          {"waits", waits_json(step)},
          {"pool", rank ? or_null(names.view().graph().asset(*rank).pool) : Json{}},
          {"code_version", or_null(names.view().code_text(step.member.asset, step.code))},
          {"usual", usual ? Json(seconds(*usual)) : Json{}},
          {"exit_code", has_exit_code(step) ? Json(step.exit_code) : Json{}},
          {"provisional", step.provisional},
          {"text", step.text}};
}

Json run_json(const RunRow& run, std::span<const StepRow> steps, std::size_t steps_max,
              Names& names) {
  Json list = Json::array();
  for (const StepRow& step : steps.first(std::min(steps.size(), steps_max))) {
    list.push_back(step_json(step, names));
  }
  return {{"id", to_text(run.run)},
          {"status", to_text(run.status)},
          {"cause", to_text(run.cause)},
          {"actor", or_null(run.actor)},
          {"reason", or_null(run.reason)},
          {"tags", run.tags},
          {"retry_of", run.retry_of ? run_id_json(*run.retry_of) : Json{}},
          {"backfill", run.backfill.value == 0 ? Json{} : Json(to_text(run.backfill))},
          {"definitions", run.definitions == 0 ? Json{} : Json(std::to_string(run.definitions))},
          {"created_at", instant_json(run.created_at)},
          {"started_at", instant_json(run.started_at)},
          {"ended_at", instant_json(run.ended_at)},
          {"step_count", run.steps},
          {"steps", std::move(list)},
          {"steps_truncated", steps.size() > steps_max},
          {"revision", run.sequence.value}};
}

Json estimate_json(const Estimate& estimate) {
  return {{"p10", seconds(estimate.p10)},
          {"p50", seconds(estimate.p50)},
          {"p90", seconds(estimate.p90)},
          {"samples", estimate.samples},
          {"assumed", estimate.assumed}};
}

Json forecast_json(const Forecast& forecast) {
  Json out = sentence_json(forecast.said);
  out.update({{"p10", instant_json(forecast.p10)},
              {"p50", instant_json(forecast.p50)},
              {"p90", instant_json(forecast.p90)},
              {"basis", to_text(forecast.basis)},
              {"samples", forecast.samples},
              {"assumed", forecast.assumed}});
  return out;
}

Json readiness_json(const Graph& graph, const Readiness& readiness) {
  const auto instant = [](const std::optional<Instant>& at) {
    return at ? instant_json(*at) : Json{};
  };
  return {{"asset", graph.asset(readiness.asset).key},
          {"begin", instant_json(readiness.day)},
          {"state", to_text(readiness.state)},
          {"inputs", readiness.inputs},
          {"inputs_arrived", readiness.arrived},
          {"first_input_at", instant(readiness.first_input)},
          {"last_input_at", instant(readiness.last_input)},
          {"arrived_at", instant(readiness.arrived_at)},
          {"parts", readiness.parts},
          {"parts_complete", readiness.parts_complete},
          {"complete_at", instant(readiness.complete_at)},
          {"checked_at", instant(readiness.checked_at)},
          {"ready_at", instant(readiness.ready_at)},
          {"deadline", instant(readiness.deadline)},
          {"forecast", readiness.forecast ? forecast_json(*readiness.forecast) : Json{}},
          {"truncated", readiness.truncated}};
}

Json explanation_json(const Explanation& explanation) {
  Json checks = Json::array();
  for (const Explanation::Check& check : explanation.checks) {
    Json one = sentence_json(check.said);
    one["name"] = check.name;
    one["tree"] = tree_json(check.tree);
    checks.push_back(std::move(one));
  }
  Json out = sentence_json(explanation.said);
  out["tree"] = explanation.tree ? tree_json(*explanation.tree) : Json{};
  out["checks"] = std::move(checks);
  return out;
}

Json diagnostics_json(const std::vector<Diagnostic>& diagnostics) {
  Json list = Json::array();
  for (const Diagnostic& each : diagnostics) {
    const bool is_error = each.severity == Diagnostic::Severity::error;
    list.push_back({{"severity", is_error ? "error" : "warning"},
                    {"file", each.place.file},
                    {"line", each.place.line},
                    {"column", each.place.column},
                    {"message", each.message}});
  }
  const bool is_valid = std::ranges::none_of(diagnostics, [](const Diagnostic& each) {
    return each.severity == Diagnostic::Severity::error;
  });
  return {{"valid", is_valid}, {"diagnostics", std::move(list)}};
}

}  // namespace freshet::api
