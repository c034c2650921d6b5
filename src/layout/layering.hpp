// In which column each node stands, so that edges go right and are short.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "freshet/layout.hpp"

namespace freshet::layout {

using Layering = std::vector<std::uint32_t>;  ///< Layer by node.

/// Up to this many nodes the sum of all edges' lengths is the least possible.
inline constexpr std::size_t exact_max = 2'000;

/// Requires an acyclic net.  The least layer is 0.
[[nodiscard]] Layering layers_of(const Net& net, bool exact);

/// Keeps what is not `none` unless an edge would not go right.
[[nodiscard]] Layering layers_after(const Net& net, Layering earlier);

/// Makes the sum of the edges' lengths the least possible, by network simplex (Gansner et al.,
/// 1993).  Requires a connected net and a layering of it.
void shorten(const Net& net, Layering& layers);

}  // namespace freshet::layout
