// Members of assets: rows, sets over them, and names.
#include "core/members.hpp"

#include <algorithm>

#include "core/state.hpp"

namespace freshet {

namespace core {

namespace {
constexpr std::size_t recent_max = 65'536;
}

bool Memory::change(std::uint64_t slot, const PartitionSet& set, const PartitionSet& unset) {
  auto it = std::ranges::lower_bound(slots, slot, {}, &decltype(slots)::value_type::first);
  const bool present = it != slots.end() && it->first == slot;
  if (!present) {
    PartitionSet left = set - unset;
    if (left.empty()) return false;
    slots.insert(it, {slot, std::move(left)});
    return true;
  }
  PartitionSet next = (it->second | set) - unset;
  if (next == it->second) return false;
  it->second = std::move(next);
  if (it->second.empty()) slots.erase(it);
  return true;
}

void Partitions::note(PartitionId p) {
  if (unpack(p).shape != shape) return;
  const MemberRow& row = of(p);
  const auto hold = [&](PartitionSet& set, bool holds) { holds ? set.add(p) : set.remove(p); };
  hold(updated, row.updated.value != 0);
  hold(missing, row.updated.value == 0 && universe.contains(p));
  hold(materialized, row.materialized.value != 0);
  hold(failed, row.last_step == StepStatus::failed || row.last_step == StepStatus::lost);
  hold(in_progress, busy.contains(p) || queued.contains(p));
  changed = std::max(changed, row.changed);
}

void Partitions::remember_change(Sequence at, PartitionId p) {
  recent.emplace_back(at, p);
  if (recent.size() <= recent_max) return;
  recent_from = recent.front().first;
  recent.pop_front();
}

void Partitions::exist(PartitionSet now) {
  universe = std::move(now);
  missing = universe - updated;
}

void Partitions::bind(std::shared_ptr<const PartitionSpace> to) {
  space = std::move(to);
  if (std::exchange(shape, space->shape()) == shape) return;
  changed = {};
  for (PartitionSet* set : {&updated, &materialized, &failed, &in_progress, &stale_code,
                            &stale_data, &stale_dependencies}) {
    *set = {};
  }
  for_each([&](const MemberRow& row) { note(row.partition); });
  recent.clear();
  recent_from = changed;
  for (const auto& [p, step] : busy) note(p);
  for (const auto& [p, step] : queued) note(p);
}

}  // namespace core

void Engine::State::note(MemberId m) {
  if (m.partition.value != 0) partitions[m.asset.value]->note(m.partition);
}

void Engine::State::forget(MemberId m) {
  MemberRow& row = edit(m);
  row = MemberRow{.asset = m.asset, .partition = m.partition, .last_step = row.last_step};
  note(m);
  for (CheckRow& check : checks_of(m)) {
    check = CheckRow{.asset = m.asset, .partition = m.partition, .name = check.name};
  }
  if (columns.erase(m) != 0) touched_columns.push_back(m);
  if (m.partition.value == 0) {
    versions.erase(m.asset);
  } else {
    cut(m.asset)->versions.erase(m.partition);
    find_latest(m.asset);
  }
  touch(m, core::touched_member | core::touched_versions | core::touched_checks);
}

void Engine::State::find_latest(AssetId a) {
  MemberRow& latest = members[a.value];
  latest.updated = {}, latest.updated_at = {}, latest.step = {};
  latest.changed = {}, latest.changed_at = {};
  partitions[a.value]->for_each([&](const MemberRow& row) {
    if (row.updated > latest.updated)
      latest.updated = row.updated, latest.updated_at = row.updated_at, latest.step = row.step;
    if (row.changed > latest.changed)
      latest.changed = row.changed, latest.changed_at = row.changed_at;
  });
  touch(a, core::touched_member);
}

void Engine::State::set_step(
    MemberId m, StepId step, std::vector<StepId>& whole,
    std::unordered_map<PartitionId, StepId> core::Partitions::* of_partitions) {
  if (m.partition.value == 0) {
    whole[m.asset.value] = step;
    return;
  }
  core::Partitions& p = parts(m.asset);
  if (step.run.value == 0) {
    (p.*of_partitions).erase(m.partition);
  } else {
    (p.*of_partitions)[m.partition] = step;
  }
  p.note(m.partition);
}

const std::vector<CheckRow>& Engine::State::checks_of(MemberId m) const {
  static const std::vector<CheckRow> none;
  if (m.partition.value == 0) return checks[m.asset.value];
  const core::Partitions* p = cut(m.asset);
  if (p == nullptr) return none;
  const auto it = p->checks.find(m.partition);
  return it == p->checks.end() ? none : it->second;
}

std::string Engine::State::name_of(MemberId m) const {
  std::string name = keys[m.asset.value];
  if (m.partition.value != 0) {
    name +=
        '[' + (is_cut(m.asset) ? cut(m.asset)->space->key(m.partition) : std::string{"?"}) + ']';
  }
  return name;
}

namespace {
/// What holds of an asset that is not cut, as a set of members.
PartitionSet whole_if(bool holds, const PartitionSet& of) { return holds ? of : PartitionSet{}; }
}  // namespace

PartitionSet Engine::State::missing_of(AssetId a, const PartitionSet& of) const {
  if (!is_cut(a)) return whole_if(members[a.value].updated.value == 0, of);
  const core::Partitions& p = *cut(a);
  return of.is_subset_of(p.universe) ? of & p.missing : of - p.updated;
}

PartitionSet Engine::State::pending_of(AssetId a, const PartitionSet& of) const {
  PartitionSet out;
  const auto it = backfills_of.find(a);
  if (it == backfills_of.end()) return out;
  for (const BackfillId id : it->second) out |= backfills.at(id).targets.at(a).pending & of;
  return out;
}

PartitionSet Engine::State::backfilling_of(AssetId a, const PartitionSet& of) const {
  PartitionSet out;
  const auto it = backfills_of.find(a);
  if (it == backfills_of.end()) return out;
  for (const BackfillId id : it->second) {
    const BackfillTargetRow& target = backfills.at(id).targets.at(a);
    out |= ((target.wanted & of) - target.succeeded) - target.failed;
  }
  return out;
}

PartitionSet Engine::State::in_progress_of(AssetId a, const PartitionSet& of) const {
  if (is_cut(a)) return (of & cut(a)->in_progress) | pending_of(a, of);
  return whole_if(in_progress({a, {}}), of);
}

PartitionSet Engine::State::failed_of(AssetId a, const PartitionSet& of) const {
  if (is_cut(a)) return of & cut(a)->failed;
  const StepStatus last = members[a.value].last_step;
  return whole_if(last == StepStatus::failed || last == StepStatus::lost, of);
}

PartitionSet Engine::State::stale_of(AssetId a, const PartitionSet& of, std::uint8_t causes) const {
  if (!is_cut(a)) return whole_if((stale[rank_of[a.value].value] & causes) != 0, of);
  const core::Partitions& p = *cut(a);
  PartitionSet out;
  if ((causes & stale_code) != 0) out |= of & p.stale_code;
  if ((causes & stale_data) != 0) out |= of & p.stale_data;
  if ((causes & stale_dependencies) != 0) out |= of & p.stale_dependencies;
  return out;
}

}  // namespace freshet
