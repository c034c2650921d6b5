// State as rows: those that a moment touched, all of them, and back.
#include <algorithm>

#include "core/rows.hpp"

namespace freshet {

using namespace core;  // NOLINT: the state's own words

namespace core {
namespace {

VersionsRow versions_row(const Engine::State& s, AssetId a) {
  const auto it = s.versions.find(a);
  return {a, {}, it == s.versions.end() ? std::vector<std::uint64_t>{} : it->second};
}

void asset_rows(const Engine::State& s, AssetId a, std::uint8_t what, Rows& rows) {
  if ((what & touched_asset) != 0) rows.of<AssetRow>().push_back({a, s.keys[a.value]});
  if ((what & touched_member) != 0) rows.of<MemberRow>().push_back(s.members[a.value]);
  if ((what & touched_versions) != 0) rows.of<VersionsRow>().push_back(versions_row(s, a));
  if ((what & touched_definition) != 0) rows.of<DefinitionRow>().push_back(s.definitions[a.value]);
  if ((what & touched_memory) != 0) rows.of<MemoryRow>().push_back({s.memory[a.value]});
  if ((what & touched_checks) != 0) {
    for (const CheckRow& row : s.checks[a.value]) rows.of<CheckRow>().push_back(row);
  }
  if ((what & touched_pause) != 0) rows.of<PauseRow>().push_back(s.pauses.at(a));
  if ((what & touched_cursor) != 0) rows.of<CursorRow>().push_back({a, s.cursors.at(a)});
}

void number(const Engine::State& s, Rows& rows) {
  rows.sequence = s.sequence, rows.at = s.now, rows.last_run = s.last_run;
}

}  // namespace

Rows take_touched(Engine::State& s) {
  Rows rows;
  number(s, rows);
  for (const AssetId a : std::exchange(s.touched_assets, {}))
    asset_rows(s, a, std::exchange(s.touched[a.value], 0), rows);
  for (const auto& edge : std::exchange(s.touched_edges, {})) {
    rows.of<EdgeRow>().push_back({edge.first, edge.second, s.edges.at(edge)});
  }
  for (const StepId id : std::exchange(s.touched_steps, {})) {
    if (const StepState* step = s.step(id)) rows.of<StepRow>().push_back(step->row);
  }
  for (const auto& name : std::exchange(s.touched_schedules, {})) {
    rows.of<ScheduleRow>().push_back({name, s.schedules.at(name).tick});
  }
  for (auto& row : std::exchange(s.touched_events, {}))
    rows.of<EventRow>().push_back(std::move(row));
  for (const auto& key : std::exchange(s.touched_answers, {}))
    rows.of<AnswerRow>().push_back(s.answers.at(key));
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
  return rows;
}

}  // namespace core

Rows Engine::rows() const {
  const State& s = *state_;
  Rows rows;
  number(s, rows);
  for (std::uint32_t i = 1; i < s.keys.size(); ++i) {
    const AssetId a{i};
    std::uint8_t what = touched_asset | touched_member | touched_definition | touched_checks;
    if (s.memory[i] != fact::ConditionMemory{.asset = a}) what |= touched_memory;
    if (s.versions.contains(a)) what |= touched_versions;
    if (s.pauses.contains(a)) what |= touched_pause;
    if (s.cursors.contains(a)) what |= touched_cursor;
    asset_rows(s, a, what, rows);
  }
  for (const auto& [edge, since] : s.edges)
    rows.of<EdgeRow>().push_back({edge.first, edge.second, since});
  for (const auto& [id, run] : s.runs) rows.of<RunRow>().push_back(run.row);
  for (const auto& [id, step] : s.steps) rows.of<StepRow>().push_back(step.row);
  for (const auto& [name, schedule] : s.schedules) {
    if (schedule.known) rows.of<ScheduleRow>().push_back({name, schedule.tick});
  }
  for (const auto& [key, row] : s.events) rows.of<EventRow>().push_back(row);
  for (const auto& [key, row] : s.answers) rows.of<AnswerRow>().push_back(row);
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
  for (auto& row : rows.of<MemberRow>()) s.members[row.asset.value] = row;
  for (auto& row : rows.of<VersionsRow>()) {
    if (!row.history.empty()) s.versions[row.asset] = std::move(row.history);
  }
  for (auto& row : rows.of<EdgeRow>()) s.edges[{row.asset, row.upstream}] = row.since;
  for (auto& row : rows.of<DefinitionRow>()) s.definitions[row.asset.value] = std::move(row);
  for (auto& row : rows.of<CheckRow>()) {
    if (row.sequence.value != 0) s.checks[row.asset.value].push_back(std::move(row));
  }
  for (auto& row : rows.of<MemoryRow>()) s.memory[row.memory.asset.value] = std::move(row.memory);
  for (auto& row : rows.of<PauseRow>()) s.pauses[row.asset] = std::move(row);
  for (auto& row : rows.of<CursorRow>()) s.cursors[row.asset] = std::move(row.cursor);
  for (auto& row : rows.of<ScheduleRow>()) {
    Schedule& schedule = s.schedules[row.schedule];
    schedule.tick = row.tick, schedule.known = true;
  }
  for (auto& row : rows.of<EventRow>()) s.events[{row.source, row.event_id}] = row;
  for (auto& row : rows.of<AnswerRow>()) s.answers[row.key] = row;
  for (auto& row : rows.of<RunRow>()) {
    if (!is_terminal(row.status)) s.runs[row.run].row = std::move(row);
  }
  for (auto& row : rows.of<StepRow>()) {
    const auto run = s.runs.find(row.step.run);
    if (run == s.runs.end()) continue;
    StepState& step = s.steps[row.step];
    const AssetId a = row.member.asset;
    const bool active = row.status == StepStatus::starting || row.status == StepStatus::running;
    if (!is_terminal(row.status)) {
      ++run->second.open;
      if (row.check.empty()) (active || row.attempt != 0 ? s.busy : s.queued)[a.value] = row.step;
    }
    run->second.canceled = run->second.canceled || row.status == StepStatus::canceled;
    run->second.failed = run->second.failed || row.status == StepStatus::failed ||
                         row.status == StepStatus::lost || row.reason == Reason::upstream_failed ||
                         row.reason == Reason::check_failed;
    if (!is_terminal(row.status) && !row.check.empty() && row.waits.empty())
      s.source_checks[a].push_back(row.step);
    step.holds_place = active;
    step.row = std::move(row);
  }
  for (auto& [id, step] : s.steps) {
    for (const StepId wait : step.row.waits) {
      if (StepState* other = s.step(wait)) other->waiters.push_back(id);
    }
    for (const MemberId gate : step.row.gates) s.gated[gate.asset].push_back(id);
  }
}

}  // namespace freshet
