#include "core/forecast.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "model/sentences.hpp"

namespace freshet::core {

namespace {

constexpr int depth_max = 2'000;  ///< Steps that wait for each other.
constexpr std::uint32_t samples_max = 0xffff'ffff;
constexpr Estimate at_once{.samples = samples_max};

Estimate not_before(const Estimate& e, Millis least) {
  Estimate out = e;
  for (Millis* quantile : {&out.p10, &out.p50, &out.p90}) *quantile = std::max(*quantile, least);
  return out;
}

/// Automation that only its inputs set going, and no schedule.
bool follows_inputs(const AssetDefinition& asset) {
  return !asset.external && !asset.automation.empty() &&
         asset.automation.find("cron") == std::string::npos;
}

Forecast from(Instant begin, const Estimate& takes) {
  return {.p10 = begin + takes.p10,
          .p50 = begin + takes.p50,
          .p90 = begin + takes.p90,
          .samples = takes.samples == samples_max ? 0 : takes.samples,
          .assumed = takes.assumed};
}

Sentence grounds(const Forecast& forecast) {
  return forecast.assumed ? say("some_assumed")
                          : say("as_earlier_ones", {{"samples", forecast.samples}});
}

}  // namespace

Forecaster::Forecaster(const Snapshot& snapshot, Instant now) : snapshot_{snapshot}, now_{now} {
  for (const auto& [id, run] : snapshot.runs) {
    for (const StepRow& step : run->steps) {
      if (is_terminal(step.status)) continue;
      by_id_[step.step] = &step;
      if (step.check.empty()) steps_[step.member.asset].push_back(&step);
    }
  }
  if (steps_.empty()) return;
  for (std::uint32_t i = 0; i < snapshot.graph->size(); ++i) {
    if (const auto it = steps_.find(snapshot.state(Rank{i}).asset); it != steps_.end())
      states_[it->first] = &snapshot.state(Rank{i});
  }
}

const Estimate& Forecaster::usual(const AssetState& state) {
  const auto [it, first] = usual_.try_emplace(state.asset);
  if (!first) return it->second;
  if (state.durations) {
    it->second = *estimate_duration(state.durations->worked);
  } else {
    if (!typical_) typical_ = typical_duration(snapshot_);
    it->second = *typical_;
  }
  return it->second;
}

Estimate Forecaster::takes(const AssetState& state, const StepRow& step) {
  return repeated(usual(state), step.partitions().size());
}

Estimate Forecaster::ending(const StepRow& step, int depth) {
  if (const auto it = endings_.find(step.step); it != endings_.end()) return it->second;
  endings_[step.step] = at_once;  // whoever waits for itself
  const auto known = states_.find(step.member.asset);
  const AssetState* state = known == states_.end() ? nullptr : known->second;
  Estimate out = at_once;
  const bool is_under_way =
      step.status == StepStatus::starting || step.status == StepStatus::running;
  if (is_under_way && step.check.empty() && state != nullptr) {
    const auto elapsed = std::chrono::round<Millis>(std::max(Micros{0}, now_ - step.started_at));
    const bool has_samples = state->durations && step.range.empty();
    out = estimate_ongoing(takes(*state, step),
                           has_samples ? std::span<const std::uint32_t>{state->durations->worked}
                                       : std::span<const std::uint32_t>{},
                           elapsed);
    out.p10 -= elapsed, out.p50 -= elapsed, out.p90 -= elapsed;
  } else if (!is_under_way && depth < depth_max) {
    const auto wait = [&](const StepRow& other) { out = the_later(out, ending(other, depth + 1)); };
    for (const StepId id : step.waits) {
      if (const auto it = by_id_.find(id); it != by_id_.end()) wait(*it->second);
    }
    if (const auto it = steps_.find(step.member.asset); it != steps_.end()) {
      for (const StepRow* other : it->second) {
        if (other->member == step.member && other->step < step.step) wait(*other);
      }
    }
    out = not_before(out, std::chrono::round<Millis>(std::max(Micros{0}, step.not_before - now_)));
    if (step.check.empty() && state != nullptr) out = in_sequence(out, takes(*state, step));
  }
  return endings_[step.step] = out;
}

/// From what is under way along the graph, upstream first.
void Forecaster::spread() {
  const Graph& graph = *snapshot_.graph;
  ready_.resize(graph.size());
  if (steps_.empty()) return;
  for (std::uint32_t i = 0; i < graph.size(); ++i) {
    const Rank rank{i};
    const AssetState& state = snapshot_.state(rank);
    auto& ready = ready_[i];
    if (const auto it = steps_.find(state.asset); it != steps_.end()) {
      ready = at_once;
      for (const StepRow* step : it->second) ready = the_later(*ready, ending(*step));
      continue;
    }
    if (state.paused || !follows_inputs(graph.asset(rank))) continue;
    for (const Rank up : graph.upstream(rank)) {
      if (ready_[up.value]) ready = the_later(ready.value_or(at_once), *ready_[up.value]);
    }
    if (ready) ready = in_sequence(*ready, usual(state));
  }
}

std::optional<Forecast> Forecaster::of_work(Rank rank) {
  if (!std::exchange(spread_, true)) spread();
  const auto& ready = ready_[rank.value];
  if (!ready) return std::nullopt;
  const bool own = steps_.contains(snapshot_.state(rank).asset);
  Forecast out = from(now_, *ready);
  out.basis = own ? Forecast::Basis::step : Forecast::Basis::upstream;
  std::vector<Sentence::Param> params{{"grounds", Sentence::Param::Parts{grounds(out)}}};
  out.said = own ? say("by_own_step", std::move(params)) : say("by_upstream", std::move(params));
  return out;
}

Forecast Forecaster::of_start(Rank rank, Instant at) {
  Forecast out = from(std::max(at, now_), usual(snapshot_.state(rank)));
  out.basis = Forecast::Basis::clock;
  out.said = grounds(out);
  return out;
}

Forecast forecast_by_history(std::span<const Millis> ready, std::size_t days, Instant midnight,
                             Instant now) {
  std::vector<Sentence::Param> seen{{"ready", std::uint64_t{ready.size()}},
                                    {"days", std::uint64_t{days}}};
  std::vector<std::int64_t> places;
  for (const Millis at : ready) places.push_back(at.count());
  auto usual = estimate_place(places);
  if (!usual) return {.said = say("ready_on_too_few_days", std::move(seen))};
  const auto elapsed = std::chrono::round<Millis>(now - midnight);
  std::erase_if(places, [&](std::int64_t at) { return Millis{at} <= elapsed; });
  Sentence said = say("ready_on_days", seen);
  if (usual->p50 < elapsed) {
    const auto later = estimate_place(places);
    if (!later) return {.said = say("ready_mostly_earlier", std::move(seen))};
    seen.push_back({"later", std::uint64_t{places.size()}});
    said = say("ready_later_on_some_days", std::move(seen));
    usual = later;
  }
  const Estimate e = not_before(*usual, elapsed);
  return {.basis = Forecast::Basis::history,
          .p10 = midnight + e.p10,
          .p50 = midnight + e.p50,
          .p90 = midnight + e.p90,
          .samples = e.samples,
          .said = std::move(said)};
}

}  // namespace freshet::core
