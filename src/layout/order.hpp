// In which order the vertices of each layer stand, so that few segments cross.
#pragma once
#include <cstdint>
#include <span>

#include "layout/sheet.hpp"

namespace freshet::layout {

/// Nearly linear in the size.  `groups` are by node; empty: none.
void order_quickly(Sheet& sheet, std::span<const std::uint32_t> groups);

/// For what is small: tries each vertex in each place.  Each `variant` starts from another order,
/// and finds another one that is good.
void order_thoroughly(Sheet& sheet, std::span<const std::uint32_t> groups, std::uint32_t variant);

}  // namespace freshet::layout
