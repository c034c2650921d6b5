// What lies upstream and downstream of a set of assets.  Linear in the graph, whatever the set.
#pragma once
#include <cstdint>
#include <limits>

#include "freshet/graph.hpp"
#include "model/rank_set.hpp"

namespace freshet {

/// As many steps along the dependencies as there are.
inline constexpr std::uint32_t depth_unlimited = std::numeric_limits<std::uint32_t>::max();

/// `set` and all that is at most `depth` dependencies away from one of it, against the flow of
/// data.
[[nodiscard]] RankSet with_upstream(const Graph& graph, RankSet set,
                                    std::uint32_t depth = depth_unlimited);
/// The same with the flow of data.
[[nodiscard]] RankSet with_downstream(const Graph& graph, RankSet set,
                                      std::uint32_t depth = depth_unlimited);

/// Those of `set` that no other of it is upstream of, however far.
[[nodiscard]] RankSet roots(const Graph& graph, const RankSet& set);
/// Those of `set` that no other of it is downstream of, however far.
[[nodiscard]] RankSet sinks(const Graph& graph, const RankSet& set);

}  // namespace freshet
