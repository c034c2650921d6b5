#include "model/closure.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "freshet/graph.hpp"
#include "freshet/ids.hpp"
#include "model/rank_set.hpp"

namespace freshet {
namespace {

template <class Neighbours>
RankSet spread(RankSet set, std::uint32_t depth, Neighbours neighbours) {
  std::vector<Rank> frontier = set.ranks();
  std::vector<Rank> next;
  for (; depth > 0 && !frontier.empty(); --depth) {
    next.clear();
    for (const Rank rank : frontier) {
      for (const Rank other : neighbours(rank)) {
        if (set.contains(other)) continue;
        set.insert(other);
        next.push_back(other);
      }
    }
    std::swap(frontier, next);
  }
  return set;
}

}  // namespace

RankSet with_upstream(const Graph& graph, RankSet set, std::uint32_t depth) {
  return spread(std::move(set), depth, [&](Rank rank) { return graph.upstream(rank); });
}

RankSet with_downstream(const Graph& graph, RankSet set, std::uint32_t depth) {
  return spread(std::move(set), depth, [&](Rank rank) { return graph.downstream(rank); });
}

RankSet roots(const Graph& graph, const RankSet& set) {
  RankSet below{graph.size()};  // something of the set is upstream
  RankSet out{graph.size()};
  for (Rank rank{0}; rank.value < graph.size(); ++rank.value) {
    const auto up = graph.upstream(rank);
    const bool is_below = std::any_of(up.begin(), up.end(),
                                      [&](Rank u) { return set.contains(u) || below.contains(u); });
    if (is_below) below.insert(rank);
    if (!is_below && set.contains(rank)) out.insert(rank);
  }
  return out;
}

RankSet sinks(const Graph& graph, const RankSet& set) {
  RankSet above{graph.size()};  // something of the set is downstream
  RankSet out{graph.size()};
  for (auto value = static_cast<std::uint32_t>(graph.size()); value-- > 0;) {
    const Rank rank{value};
    const auto down = graph.downstream(rank);
    const bool is_above = std::any_of(down.begin(), down.end(),
                                      [&](Rank d) { return set.contains(d) || above.contains(d); });
    if (is_above) above.insert(rank);
    if (!is_above && set.contains(rank)) out.insert(rank);
  }
  return out;
}

}  // namespace freshet
