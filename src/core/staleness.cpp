// What is stale, and why: by comparing what a member consumed with what exists now.
#include <algorithm>

#include "core/state.hpp"

namespace freshet {

namespace {
constexpr std::size_t history_max =
    32;  ///< Pairs kept per member; beyond them an old consumer counts as stale.
}

bool Engine::State::has_unconsumed(AssetId a, AssetId upstream) const {
  const MemberRow& mine = members[a.value];
  const MemberRow& theirs = members[upstream.value];
  if (theirs.updated.value == 0) return false;
  if (!edges.empty()) {
    const auto edge = edges.find({a, upstream});
    if (edge != edges.end() && edge->second > mine.consumed) return true;
  }
  if (theirs.changed <= mine.consumed) return false;
  // A version that went away and came back is the one that was consumed.
  if (theirs.version.value == 0) return true;
  const auto history = versions.find(upstream);
  if (history == versions.end()) return true;
  const auto& pairs = history->second;
  for (std::size_t i = pairs.size(); i >= 2; i -= 2) {
    if (pairs[i - 2] <= mine.consumed.value) return pairs[i - 1] != theirs.version.value;
  }
  return true;
}

void Engine::State::remember_version(AssetId a, const MemberRow& before, Sequence at,
                                     DataVersion version) {
  auto it = versions.find(a);
  if (it == versions.end()) {
    if (version.value == 0 || before.version.value == 0) return;
    it = versions.emplace(a, std::vector<std::uint64_t>{before.changed.value, before.version.value})
             .first;
  }
  auto& pairs = it->second;
  pairs.push_back(at.value);
  pairs.push_back(version.value);
  if (pairs.size() > history_max) pairs.erase(pairs.begin(), pairs.begin() + 2);
  touch(a, core::touched_versions);
}

bool Engine::State::is_data_stale(AssetId a) const {
  const Rank rank = rank_of[a.value];
  return std::ranges::any_of(graph->upstream(rank),
                             [&](Rank up) { return has_unconsumed(a, id_of[up.value]); });
}

std::uint8_t Engine::State::compute_stale(Rank rank) const {
  const AssetId a = id_of[rank.value];
  const MemberRow& mine = members[a.value];
  if (mine.materialized.value == 0 || graph->asset(rank).external) return 0;
  std::uint8_t bits = 0;
  if (mine.code.value != 0 && definitions[a.value].code.value != 0 &&
      mine.code != definitions[a.value].code) {
    bits |= stale_code;
  }
  for (const Rank up : graph->upstream(rank)) {
    if (stale[up.value] != 0) bits |= stale_dependencies;
    const AssetId upstream = id_of[up.value];
    if ((bits & stale_data) == 0 &&
        (members[upstream.value].changed > mine.consumed || !edges.empty()) &&
        has_unconsumed(a, upstream)) {
      bits |= stale_data;
    }
  }
  return bits;
}

void Engine::State::spread_staleness(Rank from) {
  wave.push(from);
  for (const Rank down : graph->downstream(from)) wave.push(down);
  while (const auto rank = wave.pop()) {
    const std::uint8_t bits = compute_stale(*rank);
    const std::uint8_t before = std::exchange(stale[rank->value], bits);
    if (bits == before) continue;
    revise(id_of[rank->value]);
    change(id_of[rank->value], core::changed_stale);
    if ((bits == 0) == (before == 0)) continue;
    for (const Rank down : graph->downstream(*rank)) wave.push(down);
  }
}

void Engine::State::recompute_staleness() {
  for (std::uint32_t i = 0; i < stale.size(); ++i) {
    const std::uint8_t bits = compute_stale(Rank{i});
    if (std::exchange(stale[i], bits) == bits) continue;
    revise(id_of[i]);
    change(id_of[i], core::changed_stale);
  }
}

}  // namespace freshet
