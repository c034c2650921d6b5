// How many segments of a sheet cross each other, and how many straight edges.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "freshet/layout.hpp"
#include "layout/layering.hpp"
#include "layout/sheet.hpp"

namespace freshet::layout {

/// Counts with a Fenwick tree over the positions of one layer; keeps it for the next.
class CrossingCount {
 public:
  /// Between a layer and the next.
  std::uint64_t between(const Sheet& sheet, std::uint32_t layer);
  std::uint64_t all(const Sheet& sheet);

 private:
  std::vector<std::uint32_t> tree_;
};

/// How many edges cross each other where all are straight, as they are drawn between nodes that
/// both are in view; `middles` are by node.  Quadratic.
[[nodiscard]] std::uint64_t straight_crossings(const Net& net, const Layering& layers,
                                               std::span<const std::int32_t> middles);

}  // namespace freshet::layout
