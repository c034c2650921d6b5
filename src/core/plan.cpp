#include "freshet/plan.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <queue>
#include <span>
#include <unordered_map>
#include <utility>

#include "model/sentences.hpp"

namespace freshet {

namespace {

constexpr std::size_t partitions_max = 10'000;  ///< Of one asset that changed.
constexpr std::uint32_t samples_max = 0xffff'ffff;
constexpr std::size_t nobody = static_cast<std::size_t>(-1);

/// A step that was started, at a time counted from the plan's.
struct Started {
  effect::StartStep step;
  Millis start{}, end{};
  Estimate ready{};  ///< By the chain of steps that started each other, up to its own end.
  [[nodiscard]] bool is_check() const { return !step.check.empty(); }
};

/// Lets an engine run by itself, and notes what starts when.
class Simulation {
 public:
  Simulation(Excerpt state, Instant now, std::uint32_t slots, std::size_t steps_max,
             const std::function<Estimate()>& assume)
      : graph_{std::move(state.graph)},
        now_{now},
        steps_max_{steps_max},
        assume_{assume},
        engine_{EngineOptions{.slots = slots}} {
    for (const DurationsRow& row : state.rows.of<DurationsRow>()) {
      if (const auto estimate = estimate_duration(row.worked)) usual_[row.asset] = *estimate;
    }
    // What runs already is not part of the answer.
    state.rows.of<RunRow>().clear();
    state.rows.of<StepRow>().clear();
    state.rows.of<BackfillRow>().clear();
    state.rows.of<BackfillTargetRow>().clear();
    engine_.load(std::move(state.rows));
  }

  /// Takes in the definitions, and ends what these alone lead to.
  void settle() {
    std::vector<Input> inputs{input::Load{.graph = graph_}};
    for (std::size_t steps = 0; !inputs.empty(); steps += inputs.size()) {
      if (steps >= steps_max_) {
        truncated_ = true;
        return;
      }
      const Moment moment = engine_.step(inputs, now_);
      inputs.clear();
      for (const Effect& effect : moment.effects) {
        if (const auto* start = std::get_if<effect::StartStep>(&effect))
          inputs.push_back(success(*start));
      }
    }
  }

  /// Takes in what is asked about, and runs until nothing does; the answer to a request.
  std::optional<Reply> run(std::span<const Input> inputs) {
    std::optional<Reply> reply;
    const Moment first = engine_.step(inputs, now_);
    for (const Effect& effect : first.effects) {
      if (const auto* answer = std::get_if<effect::Answer>(&effect)) reply = answer->reply;
    }
    take(first, Millis{0}, {});
    while (!running_.empty() && started_.size() < steps_max_) {
      // What ends at one time is one moment.
      const Millis at = running_.top().first;
      std::vector<std::size_t> ended;
      std::vector<Input> outcomes;
      for (; !running_.empty() && running_.top().first == at; running_.pop()) {
        ended.push_back(running_.top().second);
        outcomes.push_back(success(started_[ended.back()].step));
      }
      take(engine_.step(outcomes, now_), at, ended);
    }
    truncated_ |= !running_.empty();
    return reply;
  }

  [[nodiscard]] const std::vector<Started>& started() const { return started_; }
  [[nodiscard]] bool truncated() const { return truncated_; }
  [[nodiscard]] const Graph& graph() const { return *graph_; }
  [[nodiscard]] Engine& engine() { return engine_; }
  [[nodiscard]] const Estimate& usual(AssetId a) {
    const auto it = usual_.find(a);
    if (it != usual_.end()) return it->second;
    if (!assumed_) assumed_ = assume_();
    return *assumed_;
  }

 private:
  static Input success(const effect::StartStep& start) {
    return input::StepOutcome{.step = start.step, .attempt = start.attempt};
  }

  void take(const Moment& moment, Millis at, const std::vector<std::size_t>& ended) {
    for (const FactRecord& record : moment.batch.facts) {
      const auto* run = std::get_if<fact::RunQueued>(&record.fact);
      for (std::uint32_t i = 0; run != nullptr && i < run->steps.size(); ++i) {
        if (!run->steps[i].range.empty()) ranges_[{run->run, i}] = run->steps[i].range.size();
      }
    }
    for (const Effect& effect : moment.effects) {
      const auto* start = std::get_if<effect::StartStep>(&effect);
      if (start == nullptr) continue;
      Started one{.step = *start, .start = at, .end = at};
      const std::size_t by = cause_of(*start, ended);
      one.ready = by == nobody ? Estimate{.samples = samples_max} : started_[by].ready;
      if (!one.is_check()) {
        const auto range = ranges_.find(start->step);
        const Estimate takes =
            repeated(usual(start->asset), range == ranges_.end() ? 1 : range->second);
        one.end += takes.p50;
        one.ready = in_sequence(one.ready, takes);
      }
      running_.emplace(one.end, started_.size());
      started_.push_back(std::move(one));
    }
  }

  /// Of what ended just now: a step that it reads, else any, which made room.
  [[nodiscard]] std::size_t cause_of(const effect::StartStep& start,
                                     const std::vector<std::size_t>& ended) const {
    const auto reads = [&](std::size_t i) {
      return started_[i].step.rank == start.rank ||
             std::ranges::find(graph_->upstream(start.rank), started_[i].step.rank) !=
                 graph_->upstream(start.rank).end();
    };
    const auto it = std::ranges::find_if(ended, reads);
    if (it != ended.end()) return *it;
    return ended.empty() ? nobody : ended.front();
  }

  using Ending = std::pair<Millis, std::size_t>;

  std::shared_ptr<const Graph> graph_;
  Instant now_;
  std::size_t steps_max_;
  const std::function<Estimate()>& assume_;
  Engine engine_;
  std::unordered_map<AssetId, Estimate> usual_;
  std::optional<Estimate> assumed_;
  std::unordered_map<StepId, std::uint64_t> ranges_;  ///< Partitions that a step makes at once.
  std::vector<Started> started_;
  std::priority_queue<Ending, std::vector<Ending>, std::greater<>> running_;
  bool truncated_{false};
};

/// The latest step of each asset that a step could wait for, and so on, from the last to end.
void find_critical_path(Simulation& simulation, Plan& plan) {
  const auto& all = simulation.started();
  std::unordered_map<Rank, std::size_t> latest;  // own step that ended last, so far
  std::vector<std::size_t> waits_for(all.size(), nobody);
  std::size_t last = nobody;
  const auto later = [&](std::size_t i, std::size_t than) {
    return than == nobody || all[i].end > all[than].end;
  };
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].is_check()) continue;
    for (const Rank up : simulation.graph().upstream(all[i].step.rank)) {
      const auto it = latest.find(up);
      if (it != latest.end() && all[it->second].end <= all[i].start &&
          later(it->second, waits_for[i])) {
        waits_for[i] = it->second;
      }
    }
    const auto [it, first] = latest.try_emplace(all[i].step.rank, i);
    if (!first && later(i, it->second)) it->second = i;
    if (later(i, last)) last = i;
  }
  plan.total.assumed = false;
  plan.total.samples = last == nobody ? 0 : simulation.usual(all[last].step.asset).samples;
  for (std::size_t i = last; i != nobody; i = waits_for[i]) {
    const Estimate& takes = simulation.usual(all[i].step.asset);
    plan.working += all[i].end - all[i].start;
    plan.total.samples = std::min(plan.total.samples, takes.samples);
    plan.total.assumed = plan.total.assumed || takes.assumed;
    plan.critical_path.push_back(simulation.graph().asset(all[i].step.rank).key);
  }
  std::ranges::reverse(plan.critical_path);
  plan.waiting = plan.total.p50 - plan.working;
}

Sentence reason_of(const Plan::Item& item, bool requested) {
  if (requested && item.because.empty()) return say("asked_for");
  if (item.because.empty()) return say("condition_holds");
  std::vector<Sentence::Param> params{{"asset", item.because.front()}};
  if (item.because.size() > 1) params.push_back({"others", std::uint64_t{item.because.size() - 1}});
  return say("upstream_new", std::move(params));
}

void list_items(Simulation& simulation, Plan& plan) {
  const Graph& graph = simulation.graph();
  std::unordered_map<Rank, std::size_t> item_of;
  const auto is_in = [](const std::vector<std::string>& keys, const std::string& key) {
    return std::ranges::find(keys, key) != keys.end();
  };
  for (const Started& one : simulation.started()) {
    if (one.is_check()) continue;
    const Rank rank = one.step.rank;
    const std::string& key = graph.asset(rank).key;
    plan.total = plan.items.empty() ? one.ready : the_later(plan.total, one.ready);
    plan.work += one.end - one.start;
    const auto [it, first] = item_of.try_emplace(rank, plan.items.size());
    if (!first) {
      Plan::Item& item = plan.items[it->second];
      ++item.steps;
      item.ready_after = the_later(item.ready_after, one.ready);
      continue;
    }
    Plan::Item item{.asset = key, .start_after = one.start, .ready_after = one.ready};
    item.worked = simulation.usual(one.step.asset);
    for (const Rank up : graph.upstream(rank)) {
      if (item_of.contains(up) || is_in(plan.changed, graph.asset(up).key))
        item.because.push_back(graph.asset(up).key);
    }
    item.reason = reason_of(item, is_in(plan.requested, key));
    plan.items.push_back(std::move(item));
  }
}

/// One event for each partition that changed.
Result<void> add_events(const Engine& engine, const std::string& key, const std::string& partitions,
                        std::vector<input::Event>& events) {
  const auto existing = engine.partitions(key);
  if (!existing) {
    if (existing.error().code == Errc::not_found) return existing.error();
    events.push_back({.asset = key});
    return {};
  }
  if (existing->empty()) return {};
  FRESHET_TRY(const std::vector<std::string> chosen,
              partitions.empty() ? Result<std::vector<std::string>>{std::vector{existing->back()}}
                                 : engine.partitions(key, partitions));
  if (chosen.size() > partitions_max) {
    return Error{Errc::invalid, key + ": " + std::to_string(chosen.size()) +
                                    " partitions at once are more than " +
                                    std::to_string(partitions_max)};
  }
  for (const std::string& partition : chosen)
    events.push_back({.asset = key, .partition = partition});
  return {};
}

}  // namespace

Result<Plan> make_plan(Excerpt state, const PlanRequest& request, Instant now, std::uint32_t slots,
                       const std::function<Estimate()>& assume) {
  Plan plan{.changed = request.changed, .requested = request.requested};
  Simulation simulation{std::move(state), now, slots, request.steps_max, assume};
  simulation.settle();
  std::vector<Input> inputs;
  if (!request.changed.empty()) {
    input::Report report;
    for (const std::string& key : request.changed) {
      if (auto added = add_events(simulation.engine(), key, request.partitions, report.events);
          !added) {
        return std::move(added).error();
      }
    }
    inputs.emplace_back(std::move(report));
  }
  if (!request.requested.empty()) {
    inputs.emplace_back(
        input::Request{.assets = request.requested, .partitions = request.partitions, .token = 1});
  }
  const auto reply = simulation.run(inputs);
  if (reply && reply->error) return Error{*reply->error, reply->message};
  list_items(simulation, plan);
  find_critical_path(simulation, plan);
  for (Plan::Item& item : plan.items)
    item.critical = std::ranges::find(plan.critical_path, item.asset) != plan.critical_path.end();
  plan.truncated = simulation.truncated();
  return plan;
}

}  // namespace freshet
