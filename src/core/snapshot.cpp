// The state as others see it: chunks that are shared until something in them changes.
#include "freshet/snapshot.hpp"

#include <algorithm>
#include <set>
#include <string_view>

#include "core/state.hpp"

namespace freshet {

using namespace core;  // NOLINT: the state's own words

namespace {

std::shared_ptr<const PartitionView> partition_view(const Engine::State& s, AssetId a) {
  const Partitions& p = *s.cut(a);
  auto out = std::make_shared<PartitionView>();
  out->space = p.space;
  out->existing = p.universe;
  out->updated = p.updated;
  out->failed = p.failed;
  out->in_progress = p.in_progress | s.pending_of(a, p.universe);
  out->stale_code = p.stale_code;
  out->stale_data = p.stale_data;
  out->stale_dependencies = p.stale_dependencies;
  return out;
}

/// What can be said of an asset as a whole from its partitions.
void summarize(const PartitionView& p, AssetState& out) {
  out.stale = 0;
  if (p.stale_code.intersects(p.existing)) out.stale |= stale_code;
  if (p.stale_data.intersects(p.existing)) out.stale |= stale_data;
  if (p.stale_dependencies.intersects(p.existing)) out.stale |= stale_dependencies;
  out.data = !p.updated.intersects(p.existing) ? DataState::missing
             : out.stale != 0                  ? DataState::stale
                                               : DataState::fresh;
  out.failed = p.failed.intersects(p.existing);
}

/// A check of an asset that is cut fails as long as it does for any partition; it has passed when it
/// did for the newest one that is there.
void count_checks(const Engine::State& s, AssetId a, AssetState& out) {
  const auto newest = s.is_cut(a) ? s.cut(a)->updated.last() : std::nullopt;
  std::set<std::string_view> failing;
  for (auto it = s.alerts.lower_bound({.asset = a}); it != s.alerts.end() && it->first.asset == a;
       ++it) {
    ++out.alerts;
    if (s.is_cut(a) && it->first.kind == AlertKind::check) failing.insert(it->first.check);
  }
  for (const CheckDefinition& check : s.definition(a).checks) {
    if (failing.contains(check.name)) {
      ++out.checks_failed;
      continue;
    }
    const CheckRow* row = s.current_check({a, newest.value_or(PartitionId{})}, check.name);
    if (row != nullptr) ++(row->passed ? out.checks_passed : out.checks_failed);
  }
}

AssetState view(const Engine::State& s, Rank rank) {
  const AssetId a = s.id_of[rank.value];
  const MemberRow& m = s.members[a.value];
  AssetState out;
  out.asset = a;
  out.stale = s.stale[rank.value];
  out.data = m.updated.value == 0 ? DataState::missing
             : out.stale != 0     ? DataState::stale
                                  : DataState::fresh;
  out.paused = s.is_paused(a);
  out.withheld = !s.memory[a.value].of(fact::Slot::withheld).empty();
  out.provisional = m.provisional;
  out.muted = s.is_muted(a);
  out.failed = m.last_step == StepStatus::failed || m.last_step == StepStatus::lost;
  out.freshness = m.freshness;
  out.updated = m.updated;
  out.updated_at = m.updated_at;
  out.made_by = m.step;
  out.revision = s.revision[a.value];
  out.durations = s.durations[a.value];
  count_checks(s, a, out);
  StepId busy_step = s.busy[a.value];
  StepId queued_step = s.queued[a.value];
  if (s.is_cut(a)) {
    const Partitions& p = *s.cut(a);
    out.partitions = partition_view(s, a);
    summarize(*out.partitions, out);
    busy_step = p.busy.empty() ? StepId{} : p.busy.begin()->second;
    queued_step = p.queued.empty() ? StepId{} : p.queued.begin()->second;
  }
  const StepState* busy = s.step(busy_step);
  out.active = busy_step.run.value != 0 ? busy_step : queued_step;
  if (busy != nullptr && busy->row.status != StepStatus::queued) {
    out.work = WorkState::running;
  } else if (out.active.run.value != 0 || s.backfills_of.contains(a)) {
    out.work = WorkState::waiting;
  } else if (out.failed) {
    out.work = WorkState::failed;
  } else if (out.paused) {
    out.work = WorkState::paused;
  }
  return out;
}

std::shared_ptr<const ActiveBackfill> view(const BackfillState& backfill) {
  auto out = std::make_shared<ActiveBackfill>();
  out->row = backfill.row;
  for (const auto& [a, target] : backfill.targets) out->targets.push_back(target);
  return out;
}

std::shared_ptr<const ActiveRun> view(const Engine::State& s, RunId id, const RunState& run) {
  auto out = std::make_shared<ActiveRun>();
  out->run = run.row;
  for (auto it = s.steps.lower_bound({id, 0}); it != s.steps.end() && it->first.run == id; ++it) {
    out->steps.push_back(it->second.row);
  }
  return out;
}

std::shared_ptr<const AlertsView> alerts_view(const Engine::State& s) {
  auto out = std::make_shared<AlertsView>();
  for (const auto& [key, row] : s.alerts) out->open.push_back(row);
  for (const auto& [a, row] : s.mutes) {
    if (row.muted) out->mutes.push_back(row);
  }
  for (const auto& [route, row] : s.routes) out->routes.push_back(row);
  out->last = s.last_alert;
  return out;
}

}  // namespace

Estimate typical_duration(const Snapshot& snapshot) {
  std::vector<std::uint32_t> medians;
  for (std::uint32_t i = 0; snapshot.graph && i < snapshot.graph->size(); ++i) {
    const auto& durations = snapshot.state(Rank{i}).durations;
    if (!durations) continue;
    std::vector<std::uint32_t> worked = durations->worked;
    const auto middle = worked.begin() + std::ssize(worked) / 2;
    std::ranges::nth_element(worked, middle);
    medians.push_back(*middle);
  }
  return assume_duration(medians);
}

std::shared_ptr<const Snapshot> Engine::snapshot() {
  State& s = *state_;
  auto out = std::make_shared<Snapshot>();
  out->sequence = s.sequence;
  out->at = s.now;
  out->graph = s.graph;
  for (std::size_t i = 0; i < s.chunks.size(); ++i) {
    if (s.chunk_dirty[i] == 0 && s.chunks[i]) continue;
    auto chunk = std::make_shared<Snapshot::Chunk>();
    const std::size_t first = i * Snapshot::chunk_size;
    const std::size_t last = std::min(first + Snapshot::chunk_size, s.id_of.size());
    for (std::size_t r = first; r < last; ++r)
      (*chunk)[r - first] = view(s, Rank{static_cast<std::uint32_t>(r)});
    s.chunks[i] = std::move(chunk);
    s.chunk_dirty[i] = 0;
  }
  out->chunks = s.chunks;
  for (const RunId id : std::exchange(s.run_dirty, {})) {
    const auto run = s.runs.find(id);
    if (run == s.runs.end()) {
      s.run_views.erase(id);
    } else {
      s.run_views[id] = view(s, id, run->second);
    }
  }
  for (const auto& [id, run] : s.runs) {
    if (!s.run_views.contains(id)) s.run_views[id] = view(s, id, run);
  }
  out->runs = s.run_views;
  for (const BackfillId id : std::exchange(s.backfill_dirty, {})) s.backfill_views.erase(id);
  std::erase_if(s.backfill_views,
                [&](const auto& entry) { return !s.backfills.contains(entry.first); });
  for (const auto& [id, backfill] : s.backfills) {
    auto& seen = s.backfill_views[id];
    if (!seen) seen = view(backfill);
  }
  out->backfills = s.backfill_views;
  if (!s.alerts_view) s.alerts_view = alerts_view(s);
  out->alerts = s.alerts_view;
  for (const auto& [name, pool] : s.pools) {
    out->pools[name] = {.limit = pool.limit,
                        .used = name.empty() ? s.slots_used : pool.used,
                        .waiting = static_cast<std::uint32_t>(pool.ready.size())};
  }
  return out;
}

}  // namespace freshet
