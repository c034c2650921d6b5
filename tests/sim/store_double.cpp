#include "world.hpp"

namespace freshet::sim {

void StoreDouble::commit(const Batch& batch) {
  facts_.insert(facts_.end(), batch.facts.begin(), batch.facts.end());
  const Rows& rows = batch.rows;
  for (const auto& r : rows.of<AssetRow>()) assets_[r.asset] = r;
  for (const auto& r : rows.of<MemberRow>()) members_[r.asset] = r;
  for (const auto& r : rows.of<VersionsRow>()) versions_[r.asset] = r;
  for (const auto& r : rows.of<EdgeRow>()) edges_[{r.asset, r.upstream}] = r;
  for (const auto& r : rows.of<DefinitionRow>()) definitions_[r.asset] = r;
  for (const auto& r : rows.of<CheckRow>()) checks_[{r.asset, r.name}] = r;
  for (const auto& r : rows.of<RunRow>()) runs_[r.run] = r;
  for (const auto& r : rows.of<StepRow>()) steps_[r.step] = r;
  for (const auto& r : rows.of<MemoryRow>()) memory_[r.memory.asset] = r;
  for (const auto& r : rows.of<ScheduleRow>()) schedules_[r.schedule] = r;
  for (const auto& r : rows.of<PauseRow>()) pauses_[r.asset] = r;
  for (const auto& r : rows.of<EventRow>()) events_[{r.source, r.event_id}] = r;
  for (const auto& r : rows.of<AnswerRow>()) answers_[r.key] = r;
  for (const auto& r : rows.of<CursorRow>()) cursors_[r.asset] = r;
  sequence_ = rows.sequence, at_ = rows.at, last_run_ = rows.last_run;
}

namespace {
template <class Map>
auto values(const Map& map) {
  std::vector<typename Map::mapped_type> out;
  for (const auto& [key, value] : map) out.push_back(value);
  return out;
}
}  // namespace

Rows StoreDouble::load() const {
  Rows rows;
  rows.of<AssetRow>() = values(assets_), rows.of<MemberRow>() = values(members_);
  rows.of<VersionsRow>() = values(versions_), rows.of<EdgeRow>() = values(edges_);
  rows.of<DefinitionRow>() = values(definitions_), rows.of<CheckRow>() = values(checks_);
  for (const auto& [id, row] : runs_) {
    if (!is_terminal(row.status)) rows.of<RunRow>().push_back(row);
  }
  for (const auto& [id, row] : steps_) {
    const auto run = runs_.find(id.run);
    if (run != runs_.end() && !is_terminal(run->second.status)) rows.of<StepRow>().push_back(row);
  }
  rows.of<MemoryRow>() = values(memory_), rows.of<ScheduleRow>() = values(schedules_);
  rows.of<PauseRow>() = values(pauses_), rows.of<EventRow>() = values(events_);
  rows.of<AnswerRow>() = values(answers_), rows.of<CursorRow>() = values(cursors_);
  rows.sequence = sequence_, rows.at = at_, rows.last_run = last_run_;
  return rows;
}

}  // namespace freshet::sim
