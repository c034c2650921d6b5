// Which edges to turn so that no cycle is left: the lightest, as far as that can be had cheaply.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "freshet/layout.hpp"

namespace freshet::layout {

struct Acyclic {
  Net net;                   ///< Without them.
  std::vector<Edge> turned;  ///< Ascending.
};

/// `weights` are by edge of `net.edges()`; empty: all alike.  An edge is turned only if it closes a
/// cycle of edges that are not lighter.
[[nodiscard]] Acyclic without_cycles(const Net& net, std::span<const std::uint32_t> weights);

/// All nodes, each after all that lead to it; shorter than that where there is a cycle.
[[nodiscard]] std::vector<Node> topological(const Net& net);

}  // namespace freshet::layout
