#include "core/readiness.hpp"

#include <algorithm>
#include <utility>

#include "base/cron.hpp"
#include "base/timezone.hpp"
#include "model/partition/space.hpp"

namespace freshet::core {

namespace {

constexpr Instant end_of_time{std::chrono::sys_days{std::chrono::year{2999} / 1 / 1}};

/// The partitions that a day is judged by.
PartitionSet parts_of(const PartitionView& view, TimeSpan day) {
  const PartitionSpace& space = *view.space;
  const WindowSeries* windows = space.windows();
  if (windows == nullptr) return view.existing;
  const auto ever = space.cells(end_of_time);
  if (!ever) return {};
  std::uint32_t first = windows->at(day.begin);
  if (windows->begin(first) < day.begin) ++first;
  std::uint32_t last = windows->at(day.end - Micros{1});
  if (first > last) first = last;
  first = std::max(first, ever->first);
  last = std::min(last, ever->last);
  PartitionSet out;
  if (first > last) return out;
  for (const std::uint32_t combination : space.combinations()) {
    const PartitionParts from = unpack(space.id(combination, first));
    out.add_range(from.shape, from.row, first, last);
  }
  return out;
}

/// The first tick of a policy's deadline on a day.
std::optional<Instant> tick_within(const FreshnessPolicy& policy, TimeSpan day) {
  const auto cron = Cron::parse(policy.deadline);
  const auto zone = find_time_zone(policy.timezone);
  if (!cron || !zone) return std::nullopt;
  const auto tick = cron->next(day.begin - Micros{1}, **zone);
  return tick && *tick < day.end ? tick : std::nullopt;
}

void earliest(std::optional<Instant>& first, Instant at) {
  if (!first || at < *first) first = at;
}
void latest(std::optional<Instant>& last, Instant at) {
  if (!last || at > *last) last = at;
}

}  // namespace

Judge::Delivery Judge::delivered(Rank rank, TimeSpan day, Instant not_before) const {
  const News& news = news_(rank);
  const auto& view = snapshot_.state(rank).partitions;
  // Time windows are made when they are over: on a later day.
  const bool any_day = view && view->space->windows() != nullptr;
  const Instant begin = any_day ? day.begin : std::max(day.begin, not_before);
  Delivery out;
  PartitionSet lacking{PartitionId{}};
  if (view) {
    lacking = parts_of(*view, day);
    out.parts = static_cast<std::uint32_t>(lacking.size());
  }
  if (lacking.empty()) return out;
  auto it = std::ranges::lower_bound(news.updates, begin, {}, &News::Update::at);
  for (; it != news.updates.end() && (any_day || it->at < day.end); ++it) {
    const PartitionId part = view ? it->partition : PartitionId{};
    if (!lacking.contains(part)) continue;
    lacking.remove(part);
    ++out.done;
    if (!lacking.empty()) continue;
    out.all = it->at;
    out.sequence = it->sequence;
    break;
  }
  return out;
}

/// The results of blocking checks since an update, or, where several partitions count, of any of
/// them.
void Judge::check(Rank rank, TimeSpan day, Sequence since, Readiness& out) const {
  const auto& view = snapshot_.state(rank).partitions;
  const News& news = news_(rank);
  bool all_passed = true;
  bool any = false;
  bool fails = false;
  for (const CheckDefinition& check : snapshot_.graph->asset(rank).checks) {
    if (!check.blocking) continue;
    any = true;
    const PartitionSet wanted = view ? parts_of(*view, day) : PartitionSet{PartitionId{}};
    PartitionSet lacking = wanted;
    PartitionSet failed;
    for (const News::Result& result : news.results) {
      if (result.check != check.name || result.at < day.begin) continue;
      if (!view && result.sequence < since) continue;
      if (lacking.empty() && result.at >= day.end) break;
      const PartitionId part = view ? result.partition : PartitionId{};
      if (!wanted.contains(part)) continue;
      if (!result.passed) {
        failed.add(part);
        continue;
      }
      failed.remove(part);
      if (!lacking.contains(part)) continue;
      lacking.remove(part);
      if (lacking.empty()) latest(out.checked_at, result.at);
    }
    all_passed = all_passed && lacking.empty();
    fails = fails || !failed.empty();
  }
  if (fails) out.state = ReadinessState::failed;
  if (!all_passed) {
    out.checked_at.reset();
  } else {
    if (!fails) out.state = ReadinessState::ready;
    out.ready_at = out.complete_at;
    if (any) out.checked_at = std::max(*out.checked_at, *out.complete_at);
    if (any) out.ready_at = out.checked_at;
  }
}

Readiness Judge::judge(Rank rank, TimeSpan day) const {
  const Graph& graph = *snapshot_.graph;
  const AssetState& state = snapshot_.state(rank);
  const bool present = snapshot_.at >= day.begin && snapshot_.at < day.end;
  Readiness out{.asset = rank, .day = day.begin};
  std::vector<Rank> inputs{graph.upstream(rank).begin(), graph.upstream(rank).end()};
  std::ranges::sort(inputs);
  inputs.erase(std::unique(inputs.begin(), inputs.end()), inputs.end());
  out.inputs = static_cast<std::uint32_t>(inputs.size());
  out.truncated = news_(rank).from > day.begin;
  for (const Rank input : inputs) {
    const Delivery delivery = delivered(input, day, day.begin);
    out.truncated = out.truncated || news_(input).from > day.begin;
    if (!delivery.all) continue;
    ++out.arrived;
    earliest(out.first_input, *delivery.all);
    latest(out.last_input, *delivery.all);
  }
  if (out.arrived == out.inputs) out.arrived_at = out.last_input;
  const Delivery own = delivered(rank, day, out.last_input.value_or(day.begin));
  out.parts = own.parts;
  out.parts_complete = own.done;
  out.complete_at = own.all;
  if (const auto& policy = graph.asset(rank).freshness) {
    if (!policy->deadline.empty()) {
      out.deadline = tick_within(*policy, day);
    } else if (present && state.updated.value != 0) {
      out.deadline = state.updated_at + policy->within;
    }
  }
  if (out.complete_at) {
    out.state = ReadinessState::complete;
    check(rank, day, own.sequence, out);
  } else if (present && state.work == WorkState::running) {
    out.state = ReadinessState::running;
  } else if (present && state.work == WorkState::waiting) {
    out.state = ReadinessState::queued;
  } else if (present && state.failed) {
    out.state = ReadinessState::failed;
  } else if (out.arrived != 0) {
    out.state = out.arrived == out.inputs ? ReadinessState::arrived : ReadinessState::arriving;
  }
  return out;
}

}  // namespace freshet::core
