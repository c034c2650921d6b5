// Which nodes of a layer should change places, once rows are known, so that fewer straight edges
// cross.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "freshet/layout.hpp"
#include "layout/layering.hpp"

namespace freshet::layout {

/// Exchanges rows of nodes in one layer that are equally high and at most `reach` nodes apart, as
/// long as that pays, but no more than `passes` times over.
void exchange_rows(const Net& net, const Layering& layers, std::span<const std::int32_t> heights,
                   std::span<std::int32_t> rows, std::size_t reach, int passes);

}  // namespace freshet::layout
