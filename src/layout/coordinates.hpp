// How far from the top each vertex stands: near its neighbours, in its layer's order, at a
// distance.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "layout/sheet.hpp"

namespace freshet::layout {

/// The room that a vertex takes; the next one in its layer begins below it.
using Heights = std::span<const std::int32_t>;

/// The vertices' upper edges; the least is 0.
[[nodiscard]] std::vector<std::int32_t> rows_of(const Sheet& sheet, Heights heights);

/// Each layer sorted by `wanted`, and the vertices as near to it as there is room.  Those with a
/// greater weight give way less.
[[nodiscard]] std::vector<std::int32_t> rows_near(Sheet& sheet, Heights heights,
                                                  std::span<const std::int32_t> wanted,
                                                  std::span<const std::uint8_t> weights);

}  // namespace freshet::layout
