// State as rows: those that a moment touched, all of them, and back.
#include <algorithm>
#include <set>
#include <utility>

#include "core/rows.hpp"

namespace freshet {

using namespace core;  // NOLINT: the state's own words

namespace core {
namespace {

VersionsRow versions_row(const Engine::State& s, MemberId m) {
  VersionsRow row{m.asset, m.partition, {}};
  if (m.partition.value == 0) {
    if (const auto it = s.versions.find(m.asset); it != s.versions.end()) row.history = it->second;
  } else {
    const auto& all = s.cut(m.asset)->versions;
    if (const auto it = all.find(m.partition); it != all.end()) row.history = it->second;
  }
  return row;
}

void partition_rows(const Engine::State& s, MemberId m, std::uint8_t what, Rows& rows) {
  if ((what & touched_member) != 0) rows.of<MemberRow>().push_back(s.member(m));
  if ((what & touched_versions) != 0) rows.of<VersionsRow>().push_back(versions_row(s, m));
  if ((what & touched_checks) != 0) {
    for (const CheckRow& row : s.checks_of(m)) rows.of<CheckRow>().push_back(row);
  }
}

void asset_rows(const Engine::State& s, AssetId a, std::uint8_t what, Rows& rows) {
  if ((what & touched_asset) != 0) rows.of<AssetRow>().push_back({a, s.keys[a.value]});
  if ((what & touched_member) != 0) rows.of<MemberRow>().push_back(s.members[a.value]);
  if ((what & touched_versions) != 0) rows.of<VersionsRow>().push_back(versions_row(s, {a, {}}));
  if ((what & touched_definition) != 0) rows.of<DefinitionRow>().push_back(s.definitions[a.value]);
  if ((what & touched_memory) != 0)
    rows.of<ConditionRow>().push_back({a, s.memory[a.value].expression});
  if ((what & touched_checks) != 0) {
    for (const CheckRow& row : s.checks[a.value]) rows.of<CheckRow>().push_back(row);
  }
  if ((what & touched_pause) != 0) rows.of<PauseRow>().push_back(s.pauses.at(a));
  if ((what & touched_cursor) != 0) rows.of<CursorRow>().push_back({a, s.cursors.at(a)});
}

HandedBackRow handed_back_row(const Engine::State& s, MemberId m) {
  const auto it = s.handed_back.find(m);
  return {m.asset, m.partition, it == s.handed_back.end() ? std::vector<Blocker>{} : it->second};
}

AlertRow alert_row(const Engine::State& s, const AlertKey& key) {
  const auto it = s.alerts.find(key);
  if (it != s.alerts.end()) return *it->second;
  return {.asset = key.asset, .partition = key.partition, .kind = key.kind, .check = key.check};
}

Instant tick_of(const Engine::State& s, const std::string& name) {
  const auto one = s.series.find(name);
  return one != s.series.end() ? one->second.until : s.schedules.at(name).tick;
}

void number(const Engine::State& s, Rows& rows) {
  rows.sequence = s.sequence, rows.at = s.now, rows.last_run = s.last_run;
}

}  // namespace

Rows take_touched(Engine::State& s) {
  Rows rows;
  std::vector<BackfillId> ended;
  number(s, rows);
  for (const AssetId a : std::exchange(s.touched_assets, {}))
    asset_rows(s, a, std::exchange(s.touched[a.value], 0), rows);
  for (const auto& [member, what] : std::exchange(s.touched_partitions, {}))
    partition_rows(s, member, what, rows);
  for (const auto& [a, slot] : std::exchange(s.touched_slots, {}))
    rows.of<MemoryRow>().push_back({a, slot, s.memory[a.value].of(slot)});
  for (const MemberId m : std::exchange(s.touched_handed_back, {}))
    rows.of<HandedBackRow>().push_back(handed_back_row(s, m));
  for (auto& row : std::exchange(s.touched_names, {}))
    rows.of<PartitionNameRow>().push_back(std::move(row));
  for (const std::string& set : std::exchange(s.touched_sets, {}))
    rows.of<DynamicSetRow>().push_back({set, s.dynamic.at(set)});
  for (const AssetId a : std::exchange(s.touched_durations, {}))
    rows.of<DurationsRow>().push_back(*s.durations[a.value]);
  for (const auto& edge : std::exchange(s.touched_edges, {})) {
    rows.of<EdgeRow>().push_back({edge.first, edge.second, s.edges.at(edge)});
  }
  for (const StepId id : std::exchange(s.touched_steps, {})) {
    if (const StepState* step = s.step(id)) rows.of<StepRow>().push_back(step->row);
  }
  for (const auto& name : std::exchange(s.touched_schedules, {})) {
    rows.of<ScheduleRow>().push_back({name, tick_of(s, name)});
  }
  for (auto& row : std::exchange(s.touched_events, {}))
    rows.of<EventRow>().push_back(std::move(row));
  for (const auto& key : std::exchange(s.touched_answers, {}))
    rows.of<AnswerRow>().push_back(s.answers.at(key));
  for (const MemberId m : std::exchange(s.touched_columns, {})) {
    const auto it = s.columns.find(m);
    ColumnsRow row{m.asset, m.partition, {}};
    if (it != s.columns.end()) row.columns = it->second;
    rows.of<ColumnsRow>().push_back(std::move(row));
  }
  for (const AssetId a : std::exchange(s.touched_reads, {})) {
    const auto it = s.columns_read.find(a);
    rows.of<ColumnsReadRow>().push_back(
        {a, it == s.columns_read.end() ? std::vector<ColumnsRead>{} : it->second});
  }
  for (const RunId id : std::exchange(s.touched_tags, {}))
    rows.of<TaggedRunRow>().push_back({id, s.tagged_runs.at(id)});
  for (const auto& [id, a] : std::exchange(s.touched_targets, {})) {
    const auto it = s.backfills.find(id);
    if (it != s.backfills.end()) rows.of<BackfillTargetRow>().push_back(it->second.targets.at(a));
  }
  for (const BackfillId id : std::exchange(s.touched_backfills, {})) {
    const auto it = s.backfills.find(id);
    if (it == s.backfills.end()) continue;
    rows.of<BackfillRow>().push_back(it->second.row);
    if (is_terminal(it->second.row.status)) ended.push_back(id);
  }
  for (const AlertKey& key : std::exchange(s.touched_alerts, {}))
    rows.of<AlertRow>().push_back(alert_row(s, key));
  for (const AssetId a : std::exchange(s.touched_mutes, {}))
    rows.of<MuteRow>().push_back(s.mutes.at(a));
  for (const auto& route : std::exchange(s.touched_routes, {}))
    rows.of<RouteRow>().push_back(s.routes.at(route));
  for (const RunId id : std::exchange(s.touched_runs, {})) {
    const auto it = s.runs.find(id);
    if (it == s.runs.end()) continue;
    rows.of<RunRow>().push_back(it->second.row);
    if (!is_terminal(it->second.row.status)) continue;
    // Ended for good: from here on it is history.
    auto first = s.steps.lower_bound({id, 0});
    auto last = first;
    while (last != s.steps.end() && last->first.run == id) ++last;
    s.steps.erase(first, last);
    s.runs.erase(it);
  }
  // What was canceled is told of its runs until the last of them has ended.
  for (const BackfillId id : ended) {
    if (s.backfills.at(id).open_runs == 0) s.backfills.erase(id);
  }
  return rows;
}

void add_rows(const Engine::State& s, AssetId a, Rows& rows) {
  const std::uint32_t i = a.value;
  std::uint8_t what = touched_asset | touched_member | touched_definition | touched_checks;
  if (s.memory[i].expression != 0) what |= touched_memory;
  if (s.versions.contains(a)) what |= touched_versions;
  if (s.pauses.contains(a)) what |= touched_pause;
  asset_rows(s, a, what, rows);
  if (s.durations[i]) rows.of<DurationsRow>().push_back(*s.durations[i]);
  const auto add_columns = [&](MemberId m) {
    const auto it = s.columns.find(m);
    if (it != s.columns.end()) rows.of<ColumnsRow>().push_back({a, m.partition, it->second});
  };
  add_columns({a, {}});
  if (const auto it = s.columns_read.find(a); it != s.columns_read.end())
    rows.of<ColumnsReadRow>().push_back({a, it->second});
  for (const auto& [slot, set] : s.memory[i].slots) rows.of<MemoryRow>().push_back({a, slot, set});
  if (const Partitions* p = s.cut(a)) {
    p->for_each([&](const MemberRow& row) {
      partition_rows(s, {a, row.partition}, touched_member, rows);
      if (p->versions.contains(row.partition))
        partition_rows(s, {a, row.partition}, touched_versions, rows);
      add_columns({a, row.partition});
    });
    for (const auto& [partition, results] : p->checks)
      rows.of<CheckRow>().insert(rows.of<CheckRow>().end(), results.begin(), results.end());
  }
  for (auto it = s.handed_back.lower_bound({a, {}});
       it != s.handed_back.end() && it->first.asset == a; ++it) {
    rows.of<HandedBackRow>().push_back({a, it->first.partition, it->second});
  }
  for (auto it = s.edges.lower_bound({a, {}}); it != s.edges.end() && it->first.first == a; ++it)
    rows.of<EdgeRow>().push_back({a, it->first.second, it->second});
}

void add_common_rows(const Engine::State& s, Rows& rows) {
  number(s, rows);
  for (const bool is_shape : {true, false}) {
    const PartitionNames& names = is_shape ? s.registry->shapes : s.registry->keys;
    for (std::uint32_t n = 1; n <= names.last(); ++n)
      rows.of<PartitionNameRow>().push_back({is_shape, n, std::string{names.text(n)}});
  }
  for (const auto& [set, keys] : s.dynamic) rows.of<DynamicSetRow>().push_back({set, keys});
  for (const auto& [name, one] : s.series) {
    if (one.known) rows.of<ScheduleRow>().push_back({name, one.until});
  }
  for (const auto& [id, tags] : s.tagged_runs) rows.of<TaggedRunRow>().push_back({id, tags});
  for (const auto& [name, schedule] : s.schedules) {
    if (schedule.known) rows.of<ScheduleRow>().push_back({name, schedule.tick});
  }
}

}  // namespace core

Rows Engine::rows() const {
  const State& s = *state_;
  Rows rows;
  add_common_rows(s, rows);
  for (std::uint32_t i = 1; i < s.keys.size(); ++i) add_rows(s, AssetId{i}, rows);
  for (const auto& [a, cursor] : s.cursors) rows.of<CursorRow>().push_back({a, cursor});
  for (const auto& [id, backfill] : s.backfills) {
    if (is_terminal(backfill.row.status)) continue;  // canceled, and its last runs go on
    rows.of<BackfillRow>().push_back(backfill.row);
    for (const auto& [a, target] : backfill.targets) rows.of<BackfillTargetRow>().push_back(target);
  }
  for (const auto& [id, run] : s.runs) rows.of<RunRow>().push_back(run.row);
  for (const auto& [id, step] : s.steps) rows.of<StepRow>().push_back(step.row);
  for (const auto& [key, row] : s.events) rows.of<EventRow>().push_back(row);
  for (const auto& [key, row] : s.answers) rows.of<AnswerRow>().push_back(row);
  for (const auto& [key, row] : s.alerts) rows.of<AlertRow>().push_back(*row);
  for (const auto& [a, row] : s.mutes) rows.of<MuteRow>().push_back(row);
  for (const auto& [route, row] : s.routes) rows.of<RouteRow>().push_back(row);
  return rows;
}

void Engine::load(Rows rows) {
  State& s = *state_;
  s.sequence = rows.sequence, s.now = rows.at, s.last_run = rows.last_run;
  for (auto& row : rows.of<AssetRow>()) {
    while (s.keys.size() <= row.asset.value)
      s.grow(AssetId{static_cast<std::uint32_t>(s.keys.size())});
    s.keys[row.asset.value] = row.key;
    s.ids[row.key] = row.asset;
  }
  for (auto& row : rows.of<PartitionNameRow>())
    FRESHET_ASSERT(
        (row.is_shape ? s.registry->shapes : s.registry->keys).restore(row.number, row.text));
  for (auto& row : rows.of<DynamicSetRow>()) s.dynamic[row.set] = std::move(row.keys);
  for (auto& row : rows.of<MemberRow>()) {
    s.edit({row.asset, row.partition}) = row;
    s.note({row.asset, row.partition});
  }
  for (auto& row : rows.of<VersionsRow>()) {
    if (row.history.empty()) continue;
    if (row.partition.value == 0) {
      s.versions[row.asset] = std::move(row.history);
    } else if (Partitions* p = s.cut(row.asset)) {
      p->versions[row.partition] = std::move(row.history);
    }
  }
  for (auto& row : rows.of<DurationsRow>()) {
    const AssetId a = row.asset;
    s.durations[a.value] = std::make_shared<const DurationsRow>(std::move(row));
  }
  for (auto& row : rows.of<EdgeRow>()) s.edges[{row.asset, row.upstream}] = row.since;
  for (auto& row : rows.of<DefinitionRow>()) s.definitions[row.asset.value] = std::move(row);
  for (auto& row : rows.of<CheckRow>()) {
    if (row.sequence.value == 0) continue;
    const MemberId m{row.asset, row.partition};
    s.checks_of(m).push_back(std::move(row));
  }
  for (auto& row : rows.of<ConditionRow>()) s.memory[row.asset.value].expression = row.expression;
  for (auto& row : rows.of<MemoryRow>()) s.memory[row.asset.value].change(row.slot, row.set, {});
  for (auto& row : rows.of<HandedBackRow>()) {
    if (!row.blockers.empty()) s.handed_back[{row.asset, row.partition}] = std::move(row.blockers);
  }
  for (auto& row : rows.of<PauseRow>()) s.pauses[row.asset] = std::move(row);
  for (auto& row : rows.of<CursorRow>()) s.cursors[row.asset] = std::move(row.cursor);
  for (auto& row : rows.of<ScheduleRow>()) {
    if (row.schedule.starts_with("windows|")) {
      Series& one = s.series[row.schedule];
      one.until = row.tick, one.known = true;
      s.windows_until = std::max(s.windows_until, row.tick);
      continue;
    }
    Schedule& schedule = s.schedules[row.schedule];
    schedule.tick = row.tick, schedule.known = true;
  }
  for (auto& row : rows.of<EventRow>()) s.events[{row.source, row.event_id}] = row;
  for (auto& row : rows.of<AnswerRow>()) s.answers[row.key] = row;
  for (auto& row : rows.of<BackfillRow>()) {
    if (is_terminal(row.status)) continue;
    const BackfillId id = row.backfill;
    s.backfills[id].row = std::move(row);
    s.backfills[id].has_failed = true;  // to be looked at
  }
  for (auto& row : rows.of<BackfillTargetRow>()) {
    const auto it = s.backfills.find(row.backfill);
    if (it == s.backfills.end()) continue;
    s.backfills_of[row.asset].push_back(row.backfill);
    const AssetId a = row.asset;
    it->second.targets[a] = std::move(row);
  }
  for (auto& row : rows.of<ColumnsRow>()) {
    if (!row.columns.empty()) s.columns[{row.asset, row.partition}] = std::move(row.columns);
  }
  for (auto& row : rows.of<ColumnsReadRow>()) {
    if (!row.reads.empty()) s.columns_read[row.asset] = std::move(row.reads);
  }
  for (auto& row : rows.of<TaggedRunRow>()) s.tagged_runs[row.run] = std::move(row.tags);
  for (auto& row : rows.of<AlertRow>()) {
    if (row.sequence.value == 0) continue;
    const AlertKey key{row.asset, row.partition, row.kind, row.check};
    s.alerts[key] = std::make_shared<const AlertRow>(std::move(row));
  }
  for (auto& row : rows.of<MuteRow>()) s.mutes[row.asset] = std::move(row);
  for (auto& row : rows.of<RouteRow>()) s.routes[{row.project, row.route}] = row;
  s.last_alert = rows.sequence;
  for (auto& row : rows.of<RunRow>()) {
    if (is_terminal(row.status)) continue;
    const auto backfill = s.backfills.find(row.backfill);
    if (backfill != s.backfills.end()) ++backfill->second.open_runs;
    s.runs[row.run].row = std::move(row);
  }
  std::set<std::pair<RunId, MemberId>> followed;  // by checks in the same run
  for (auto& row : rows.of<StepRow>()) {
    const auto run = s.runs.find(row.step.run);
    if (run == s.runs.end()) continue;
    StepState& step = s.steps[row.step];
    const bool active = row.status == StepStatus::starting || row.status == StepStatus::running;
    if (!is_terminal(row.status)) {
      ++run->second.open;
      if (row.check.empty()) {
        row.partitions().for_each([&](PartitionId p) {
          const MemberId m{row.member.asset, p};
          active || row.attempt != 0 ? s.set_busy(m, row.step) : s.set_queued(m, row.step);
          return true;
        });
      }
    }
    run->second.canceled = run->second.canceled || row.status == StepStatus::canceled;
    run->second.failed = run->second.failed || row.status == StepStatus::failed ||
                         row.status == StepStatus::lost || row.reason == Reason::upstream_failed ||
                         row.reason == Reason::check_failed;
    if (row.check.empty()) followed.emplace(row.step.run, row.member);
    step.holds_place = active;
    step.row = std::move(row);
  }
  for (auto& [id, step] : s.steps) {
    const StepRow& row = step.row;
    if (!is_terminal(row.status) && !row.check.empty() &&
        !followed.contains({row.step.run, row.member})) {
      s.source_checks[row.member.asset].push_back(id);
    }
    for (const StepId wait : step.row.waits) {
      if (StepState* other = s.step(wait)) other->waiters.push_back(id);
    }
    for (const MemberId gate : step.row.gates) s.gated[gate.asset].push_back(id);
  }
}

}  // namespace freshet
