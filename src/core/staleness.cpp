// What is stale, and why: by comparing what a member consumed with what exists now.
#include <algorithm>

#include "core/state.hpp"

namespace freshet {

using core::Partitions;

namespace {
constexpr std::size_t history_max =
    32;  ///< Pairs kept per member; beyond them an old consumer counts as stale.

/// Whether a member holds another version than at `consumed`, given that it changed since.
bool differs_since(const std::vector<std::uint64_t>* history, const MemberRow& now,
                   Sequence consumed) {
  // A version that went away and came back is the one that was consumed.
  if (now.version.value == 0 || history == nullptr) return true;
  for (std::size_t i = history->size(); i >= 2; i -= 2) {
    if ((*history)[i - 2] <= consumed.value) return (*history)[i - 1] != now.version.value;
  }
  return true;
}
}  // namespace

const std::vector<std::string>& Engine::State::reads(AssetId a, const Dependency& dep) const {
  if (!dep.columns.empty()) return dep.columns;
  static const std::vector<std::string> any;
  const auto reported = columns_read.find(a);
  if (reported == columns_read.end()) return any;
  const AssetId upstream = find(dep.key);
  const auto it = std::ranges::find(reported->second, upstream, &ColumnsRead::upstream);
  return it == reported->second.end() ? any : it->columns;
}

Sequence Engine::State::changed_for(const std::vector<std::string>& read, MemberId upstream) const {
  const Sequence whole = member(upstream).changed;
  if (read.empty()) return whole;
  const auto known = columns.find(upstream);
  if (known == columns.end()) return whole;
  Sequence latest;
  for (const std::string& name : read) {
    const auto it = std::ranges::lower_bound(known->second, name, {}, &ColumnsRow::Column::name);
    if (it == known->second.end() || it->name != name) return whole;
    latest = std::max(latest, it->changed);
  }
  return latest;
}

bool Engine::State::has_unconsumed(MemberId m, MemberId upstream, const Dependency& dep) const {
  const MemberRow& mine = member(m);
  const MemberRow& theirs = member(upstream);
  if (theirs.updated.value == 0) return false;
  if (!edges.empty()) {
    const auto edge = edges.find({m.asset, upstream.asset});
    if (edge != edges.end() && edge->second > mine.consumed) return true;
  }
  if (changed_for(reads(m.asset, dep), upstream) <= mine.consumed) return false;
  const std::vector<std::uint64_t>* history = nullptr;
  if (upstream.partition.value == 0) {
    if (const auto it = versions.find(upstream.asset); it != versions.end()) history = &it->second;
  } else if (const Partitions* p = cut(upstream.asset)) {
    if (const auto it = p->versions.find(upstream.partition); it != p->versions.end())
      history = &it->second;
  }
  return differs_since(history, theirs, mine.consumed);
}

/// As above, over all partitions of a dependency that the member needs.
bool Engine::State::has_unconsumed(MemberId m, Rank rank, std::size_t dep) const {
  const AssetId up = id_of[graph->upstream(rank)[dep].value];
  const Dependency& edge = graph->asset(rank).deps[dep];
  const PartitionMapping* map = mapping(rank, dep);
  const bool up_is_cut = is_cut(up);
  if (map == nullptr || !up_is_cut) return has_unconsumed(m, {up, {}}, edge);
  if (map->form() == PartitionMapping::Form::identity)
    return has_unconsumed(m, {up, m.partition}, edge);
  const Partitions& theirs = *cut(up);
  const Sequence consumed = member(m).consumed;
  const bool is_new =
      !edges.empty() && edges.contains({m.asset, up}) && edges.at({m.asset, up}) > consumed;
  if (theirs.changed <= consumed && !is_new) return false;
  PartitionSet needed = upstream_of(rank, dep, PartitionSet{m.partition}).needed;
  if (consumed >= theirs.recent_from && !is_new) {
    // Newest first: what was changed just now is mostly it.
    for (auto it = theirs.recent.rbegin(); it != theirs.recent.rend() && it->first > consumed;
         ++it) {
      if (needed.contains(it->second) && has_unconsumed(m, MemberId{up, it->second}, edge))
        return true;
    }
    return false;
  }
  needed &= theirs.updated;
  return !needed.for_each([&](PartitionId p) { return !has_unconsumed(m, {up, p}, edge); });
}

void Engine::State::remember_version(MemberId m, const MemberRow& before, Sequence at,
                                     DataVersion version) {
  const auto remember = [&](auto& all, auto key) {
    auto it = all.find(key);
    if (it == all.end()) {
      if (before.version.value == 0) return;
      it = all.emplace(key, std::vector<std::uint64_t>{before.changed.value, before.version.value})
               .first;
    }
    auto& pairs = it->second;
    pairs.push_back(at.value);
    pairs.push_back(version.value);
    if (pairs.size() > history_max) pairs.erase(pairs.begin(), pairs.begin() + 2);
    touch(m, core::touched_versions);
  };
  if (m.partition.value == 0) {
    remember(versions, m.asset);
  } else {
    remember(cut(m.asset)->versions, m.partition);
  }
}

bool Engine::State::is_data_stale(MemberId m) const {
  const Rank rank = rank_of[m.asset.value];
  for (std::size_t d = 0; d < graph->upstream(rank).size(); ++d) {
    if (has_unconsumed(m, rank, d)) return true;
  }
  return false;
}

std::uint8_t Engine::State::compute_stale(MemberId m) const {
  const Rank rank = rank_of[m.asset.value];
  const MemberRow& mine = member(m);
  if (mine.materialized.value == 0 || graph->asset(rank).external) return 0;
  std::uint8_t bits = 0;
  const CodeVersion code = definitions[m.asset.value].code;
  if (mine.code.value != 0 && code.value != 0 && mine.code != code) bits |= stale_code;
  const auto deps = graph->upstream(rank);
  for (std::size_t d = 0; d < deps.size(); ++d) {
    const AssetId up = id_of[deps[d].value];
    if (!is_cut(up)) {
      if (stale[deps[d].value] != 0) bits |= stale_dependencies;
    } else if ((bits & stale_dependencies) == 0) {
      const Partitions& theirs = *cut(up);
      const PartitionSet any = theirs.stale_code | theirs.stale_data | theirs.stale_dependencies;
      if (!any.empty() && upstream_of(rank, d, PartitionSet{m.partition}).needed.intersects(any)) {
        bits |= stale_dependencies;
      }
    }
    if ((bits & stale_data) == 0 && has_unconsumed(m, rank, d)) bits |= stale_data;
  }
  return bits;
}

std::uint8_t Engine::State::compute_stale(Rank rank) const {
  const AssetId a = id_of[rank.value];
  if (!mappings.empty() && mappings.contains(a)) return compute_stale(MemberId{a, {}});
  const MemberRow& mine = members[a.value];
  if (mine.materialized.value == 0 || graph->asset(rank).external) return 0;
  std::uint8_t bits = 0;
  if (mine.code.value != 0 && definitions[a.value].code.value != 0 &&
      mine.code != definitions[a.value].code) {
    bits |= stale_code;
  }
  const auto deps = graph->upstream(rank);
  for (std::size_t d = 0; d < deps.size(); ++d) {
    if (stale[deps[d].value] != 0) bits |= stale_dependencies;
    const AssetId upstream = id_of[deps[d].value];
    if ((bits & stale_data) == 0 &&
        (members[upstream.value].changed > mine.consumed || !edges.empty()) &&
        has_unconsumed({a, {}}, MemberId{upstream, {}}, graph->asset(rank).deps[d])) {
      bits |= stale_data;
    }
  }
  return bits;
}

/// Brings the staleness of these partitions up to date; those that became stale or fresh.
PartitionSet Engine::State::restale(AssetId a, const PartitionSet& of) {
  Partitions& p = *cut(a);
  const PartitionSet before = stale_of(a, of, 0xff);
  PartitionSet code, data, dependencies;
  const PartitionSet made = of & p.materialized;
  if (!definition(a).external) {
    made.for_each([&](PartitionId id) {
      const MemberRow& mine = p.of(id);
      const CodeVersion now_code = definitions[a.value].code;
      if (mine.code.value != 0 && now_code.value != 0 && mine.code != now_code) code.add(id);
      if (is_data_stale({a, id})) data.add(id);
      return true;
    });
    const Rank rank = rank_of[a.value];
    const auto deps = graph->upstream(rank);
    for (std::size_t d = 0; d < deps.size() && !made.empty(); ++d) {
      const AssetId up = id_of[deps[d].value];
      const PartitionSet theirs = stale_of(up, upstream_of(rank, d, made).needed, 0xff);
      if (!theirs.empty()) dependencies |= downstream_of(rank, d, theirs) & made;
    }
  }
  const PartitionSet old[3]{p.stale_code & of, p.stale_data & of, p.stale_dependencies & of};
  const PartitionSet moved = (old[0] - code) | (code - old[0]) | (old[1] - data) | (data - old[1]) |
                             (old[2] - dependencies) | (dependencies - old[2]);
  if (moved.empty()) return {};
  p.stale_code = (p.stale_code - of) | code;
  p.stale_data = (p.stale_data - of) | data;
  p.stale_dependencies = (p.stale_dependencies - of) | dependencies;
  revise(a);
  change(a, core::changed_stale, moved);
  // What has become fresh again need not be made.
  for (const auto& [id, step] : p.queued) {
    if (moved.contains(id)) reconsider.push_back(step);
  }
  const PartitionSet after = code | data | dependencies;
  return (before - after) | (after - before);
}

void Engine::State::spread_staleness(AssetId from, const PartitionSet& set) {
  const auto visit = [&](Rank rank, const PartitionSet& which) {
    if (which.empty()) return;
    wave.push(rank);
    if (is_cut(id_of[rank.value])) wave_of[rank.value] |= which;
  };
  const auto onward = [&](Rank rank, const PartitionSet& which) {
    for (const Rank down : graph->downstream(rank)) visit(down, downstream_of(rank, down, which));
  };
  const Rank first = rank_of[from.value];
  visit(first, set);
  onward(first, set);
  while (const auto rank = wave.pop()) {
    const AssetId a = id_of[rank->value];
    if (is_cut(a)) {
      const auto node = wave_of.extract(rank->value);
      const PartitionSet turned = restale(a, node.mapped());
      if (!turned.empty()) onward(*rank, turned);
      continue;
    }
    const std::uint8_t bits = compute_stale(*rank);
    const std::uint8_t before = std::exchange(stale[rank->value], bits);
    if (bits == before) continue;
    revise(a);
    change(a, core::changed_stale);
    if (queued[a.value].run.value != 0) reconsider.push_back(queued[a.value]);
    if ((bits == 0) == (before == 0)) continue;
    onward(*rank, PartitionSet{PartitionId{}});
  }
}

/// `before`: what was stale, by asset; nullopt after a start, when only what depends on a
/// definition that `changed` (by rank) can be other than it was.
void Engine::State::recompute_staleness(const std::optional<std::vector<std::uint8_t>>& before,
                                        std::vector<std::uint8_t> changed) {
  for (std::uint32_t i = 0; i < stale.size(); ++i) {
    const AssetId a = id_of[i];
    for (const Rank up : graph->upstream(Rank{i})) changed[i] |= changed[up.value];
    const std::size_t told = changes.size();
    if (is_cut(a)) {
      static_cast<void>(restale(a, cut(a)->materialized));
    } else {
      const std::uint8_t was = before && a.value < before->size() ? (*before)[a.value] : 0;
      stale[i] = compute_stale(Rank{i});
      if (stale[i] == was) continue;
      revise(a);
      change(a, core::changed_stale);
    }
    if (!before && changed[i] == 0) changes.resize(told);
  }
}

}  // namespace freshet
