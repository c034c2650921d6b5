#include "cli/scenario_work.hpp"

#include <algorithm>
#include <cmath>
#include <csignal>
#include <nlohmann/json.hpp>
#include <numbers>

#include "freshet/selection.hpp"
#include "model/partition/space.hpp"

namespace freshet::cli {
namespace {

using nlohmann::json;

Micros seconds(double s) { return Micros{static_cast<std::int64_t>(s * 1e6)}; }
double seconds_of(const Node& node) { return static_cast<double>(duration_of(node).count()) / 1e6; }

double share_of(const Node& node) {
  const double share = number_of(node);
  if (share > 1) refuse(node, "a number from 0 to 1 is wanted here");
  return share;
}

/// Sets `out` where the map has that key.
void read_if(const Node& map, std::string_view key, double& out, double (*read)(const Node&)) {
  if (const Node* node = map.find(key)) out = read(*node);
}

/// The same for a key at each call, whatever was drawn in between.
std::mt19937_64 draws_of(std::string_view key) { return std::mt19937_64{version_hash(key)}; }

double uniform_of(std::mt19937_64& draws) { return static_cast<double>(draws() >> 11U) * 0x1p-53; }
double normal_of(std::mt19937_64& draws) {
  const double radius = std::sqrt(-2 * std::log(1 - uniform_of(draws)));
  return radius * std::cos(2 * std::numbers::pi * uniform_of(draws));
}

std::string name_of(std::string_view asset, std::string_view partition) {
  std::string name{asset};
  if (!partition.empty()) name += "[" + std::string{partition} + "]";
  return name;
}

}  // namespace

Work::Work(const Node& node) {
  allow_only(node, {"slots", "seed", "steps", "deliveries"}, "field of work");
  if (const Node* slots = node.find("slots")) {
    slots_ = static_cast<std::uint32_t>(std::min(number_of(*slots), 1e6));
    if (slots_ == 0) refuse(*slots, "slots must be at least 1");
  }
  if (const Node* seed = node.find("seed")) draws_.seed(version_hash(text_of(*seed)));
  if (const Node* steps = node.find("steps")) {
    for (const Node& rule : steps->children()) read_step_rule(rule);
  }
  rules_.emplace_back();  // of all others
  if (const Node* deliveries = node.find("deliveries")) {
    for (const Node& rule : deliveries->children()) read_delivery(rule);
  }
}

void Work::read_step_rule(const Node& node) {
  allow_only(node,
             {"select", "duration", "vary", "spread", "check_duration", "changed", "failing",
              "checks_failing", "errors", "rows", "row_bytes"},
             "field");
  StepRule rule{.node = &node};
  read_if(node, "duration", rule.duration_s, seconds_of);
  read_if(node, "vary", rule.vary, number_of);
  read_if(node, "spread", rule.spread, number_of);
  read_if(node, "check_duration", rule.check_duration_s, seconds_of);
  read_if(node, "changed", rule.changed, share_of);
  read_if(node, "failing", rule.failing, share_of);
  read_if(node, "checks_failing", rule.checks_failing, share_of);
  read_if(node, "rows", rule.rows, number_of);
  read_if(node, "row_bytes", rule.row_bytes, number_of);
  if (const Node* errors = node.find("errors")) rule.errors = texts_of(*errors);
  rules_.push_back(std::move(rule));
}

void Work::read_delivery(const Node& node) {
  allow_only(node, {"select", "cron", "timezone", "within", "changed", "rows"}, "field");
  const Node& cron = need(node, "cron");
  const Node* zone = node.find("timezone");
  Delivery delivery{
      .node = &node,
      .cron = value_or_refuse(cron, Cron::parse(text_of(cron))),
      .zone = zone == nullptr ? &utc() : value_or_refuse(*zone, find_time_zone(text_of(*zone)))};
  read_if(node, "within", delivery.within_s, seconds_of);
  read_if(node, "changed", delivery.changed, share_of);
  read_if(node, "rows", delivery.rows, number_of);
  deliveries_.push_back(std::move(delivery));
}

std::vector<Rank> Work::select(const Node& rule, const Graph& graph) const {
  const Node* text = rule.find("select");
  if (text == nullptr) {
    std::vector<Rank> all;
    for (std::uint32_t i = 0; i < graph.size(); ++i) all.emplace_back(i);
    return all;
  }
  const auto selection = value_or_refuse(*text, Selection::parse(text_of(*text)));
  return value_or_refuse(*text, selection.select(graph));
}

void Work::bind(std::shared_ptr<const Snapshot> snapshot, Instant now) {
  snapshot_ = std::move(snapshot);
  const Graph& graph = *snapshot_->graph;
  std::erase_if(queue_, [](const auto& entry) { return entry.second.inputs.empty(); });

  const auto none = static_cast<std::uint32_t>(rules_.size() - 1);
  workers_.assign(graph.size(), {.rule = none});
  for (std::uint32_t i = none; i-- > 0;) {
    for (const Rank r : select(*rules_[i].node, graph)) workers_[r.value].rule = i;
  }
  for (std::uint32_t i = 0; i < graph.size(); ++i) {
    auto draws = draws_of(graph.asset(Rank{i}).key);
    workers_[i].factor = std::exp(rules_[workers_[i].rule].vary * normal_of(draws));
    workers_[i].size = std::exp(normal_of(draws));
    workers_[i].place = uniform_of(draws);
  }
  delivery_of_.assign(graph.size(), nullptr);
  for (std::uint32_t d = 0; d < deliveries_.size(); ++d) {
    for (const Rank r : select(*deliveries_[d].node, graph)) {
      if (!graph.asset(r).external) continue;
      if (delivery_of_[r.value] == nullptr) delivery_of_[r.value] = &deliveries_[d];
      arm(d, r.value, now);
    }
  }
}

double Work::uniform() { return uniform_of(draws_); }
double Work::normal() { return normal_of(draws_); }
double Work::factor(double deviation) {
  return deviation == 0 ? 1 : std::exp(deviation * normal());
}

void Work::break_down(const Member& member, Failure failure) {
  broken_.insert_or_assign(member, std::move(failure));
}
void Work::mend(const Member& member) { broken_.erase(member); }

const Work::Failure* Work::broken(std::string_view asset, std::string_view partition,
                                  std::string_view check) const {
  if (broken_.empty()) return nullptr;
  Member member{std::string{asset}, "", std::string{check}};
  auto it = broken_.find(member);
  if (it == broken_.end() && !partition.empty()) {
    member.partition = partition;
    it = broken_.find(member);
  }
  return it == broken_.end() ? nullptr : &it->second;
}

std::string Work::version_of(const std::string& member, double changed) {
  auto [it, is_new] = versions_.try_emplace(member, 0);
  if (is_new || uniform() < changed) it->second = draws_();
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text(12, '0');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = digits[it->second >> (4 * i) & 15U];
  return text;
}

std::string Work::metadata(double rows, double row_bytes) {
  if (rows == 0) return "";
  const double counted = std::round(rows * factor(0.05));
  const auto whole = [](double number) { return static_cast<std::uint64_t>(number); };
  return json{{"rows", {{"type", "int"}, {"value", whole(counted)}}},
              {"bytes", {{"type", "int"}, {"value", whole(counted * row_bytes)}}}}
      .dump();
}

input::Report Work::deliver(Rank rank, bool all_partitions, Instant now) {
  const AssetDefinition& asset = snapshot_->graph->asset(rank);
  const Delivery* delivery = delivery_of_[rank.value];
  const double rows = delivery == nullptr ? 0 : delivery->rows * workers_[rank.value].size;
  input::Report report;
  const auto add = [&](std::string partition) {
    report.events.push_back(
        {.kind = input::Event::Kind::observation,
         .asset = asset.key,
         .partition = partition,
         .data_version =
             version_of(name_of(asset.key, partition), delivery == nullptr ? 1 : delivery->changed),
         .metadata = metadata(rows, 100),
         .source = "api"});
  };
  if (const auto& view = snapshot_->state(rank).partitions) {
    const PartitionSpace& space = *view->space;
    (all_partitions ? space.universe(now) : space.latest(now, {})).for_each([&](PartitionId p) {
      add(space.key(p));
      return true;
    });
  } else {
    add("");
  }
  return report;
}

void Work::arm(std::uint32_t delivery, std::uint32_t rank, Instant after) {
  const Delivery& rule = deliveries_[delivery];
  const auto tick = rule.cron.next(after, *rule.zone);
  if (!tick) return;
  const double place = 0.9 * workers_[rank].place + 0.1 * uniform();
  queue_.emplace(*tick + seconds(rule.within_s * place), Due{.delivery = delivery, .rank = rank});
}

void Work::schedule(StepId step, Instant at, std::vector<Input> inputs) {
  ends_[step] = queue_.emplace(at, Due{.inputs = std::move(inputs), .step = step});
}

void Work::take(const Effect& effect, Instant now) {
  if (const auto* started = std::get_if<effect::StartStep>(&effect)) {
    start(*started, now);
  } else if (const auto* stopped = std::get_if<effect::StopStep>(&effect)) {
    const auto it = ends_.find(stopped->step);
    if (it == ends_.end()) return;
    queue_.erase(it->second);
    schedule(stopped->step, now + std::chrono::seconds{1},
             {input::StepOutcome{.step = stopped->step,
                                 .attempt = stopped->attempt,
                                 .kind = input::StepOutcome::Kind::signaled,
                                 .code = SIGTERM}});
  }
}

void Work::start_check(const effect::StartStep& effect, const AssetDefinition& asset, Instant now) {
  const StepRule& rule = rules_[workers_[effect.rank.value].rule];
  const Failure* failure = broken(asset.key, effect.partition, effect.check);
  const bool fails = failure != nullptr || uniform() < rule.checks_failing;
  input::StepMessage result{.step = effect.step,
                            .attempt = effect.attempt,
                            .kind = input::StepMessage::Kind::check,
                            .check = effect.check,
                            .passed = !fails,
                            .offset = 1};
  for (const CheckDefinition& check : asset.checks) {
    if (check.name == effect.check) result.severity = check.severity;
  }
  if (fails && failure != nullptr && !failure->text.empty())
    result.metadata = json{{"reason", {{"type", "text"}, {"value", failure->text}}}}.dump();
  schedule(effect.step, now + seconds(rule.check_duration_s * factor(rule.spread)),
           {std::move(result), input::StepOutcome{.step = effect.step, .attempt = effect.attempt}});
}

void Work::start(const effect::StartStep& effect, Instant now) {
  const AssetDefinition& asset = effect.graph->asset(effect.rank);
  queue_.emplace(now, Due{.inputs = {input::StepRunning{effect.step, effect.attempt, 0}}});
  if (!effect.check.empty()) return start_check(effect, asset, now);

  const Worker& worker = workers_[effect.rank.value];
  const StepRule& rule = rules_[worker.rule];
  const double whole = rule.duration_s * worker.factor * factor(rule.spread);
  const Failure* failure = broken(asset.key, effect.partition, "");
  if (failure != nullptr || uniform() < rule.failing) {
    Failure drawn;
    if (failure == nullptr && !rule.errors.empty()) {
      drawn.text = rule.errors[static_cast<std::size_t>(uniform() *
                                                        static_cast<double>(rule.errors.size()))];
    }
    if (failure == nullptr) failure = &drawn;
    std::vector<Input> inputs;
    if (!failure->text.empty()) {
      inputs.emplace_back(input::StepMessage{.step = effect.step,
                                             .attempt = effect.attempt,
                                             .level = "error",
                                             .text = failure->text,
                                             .offset = 1});
    }
    inputs.emplace_back(input::StepOutcome{.step = effect.step,
                                           .attempt = effect.attempt,
                                           .kind = failure->is_signal
                                                       ? input::StepOutcome::Kind::signaled
                                                       : input::StepOutcome::Kind::exited,
                                           .code = failure->code,
                                           .text = failure->text});
    return schedule(effect.step, now + seconds(whole * (0.1 + 0.9 * uniform())), std::move(inputs));
  }
  const double rows = rule.rows * worker.size;
  std::vector<Input> inputs;
  inputs.emplace_back(input::StepMessage{
      .step = effect.step,
      .attempt = effect.attempt,
      .kind = input::StepMessage::Kind::materialization,
      .data_version = version_of(name_of(asset.key, effect.partition), rule.changed),
      .metadata = metadata(rows, rule.row_bytes),
      .offset = 1});
  inputs.emplace_back(input::StepOutcome{.step = effect.step, .attempt = effect.attempt});
  schedule(effect.step, now + seconds(whole), std::move(inputs));
}

std::optional<Instant> Work::next() const {
  return queue_.empty() ? std::nullopt : std::optional{queue_.begin()->first};
}

std::vector<Input> Work::take_due(Instant now) {
  std::vector<Input> out;
  while (!queue_.empty() && queue_.begin()->first <= now) {
    auto node = queue_.extract(queue_.begin());
    Due& due = node.mapped();
    if (due.inputs.empty()) {
      if (broken(snapshot_->graph->asset(Rank{due.rank}).key, "", "") == nullptr)
        out.emplace_back(deliver(Rank{due.rank}, false, now));
      arm(due.delivery, due.rank, now);
      continue;
    }
    if (due.step.run.value != 0) ends_.erase(due.step);
    std::ranges::move(due.inputs, std::back_inserter(out));
  }
  return out;
}

}  // namespace freshet::cli
