// A layout of one graph from its layers, order and rows: components below each other, columns side
// by side, what is connected to nothing at the bottom.
#pragma once
#include <cstddef>
#include <cstdint>
#include <utility>

#include "freshet/layout.hpp"

namespace freshet::layout {

/// How much time may be spent.
enum class Effort : std::uint8_t {
  quick,     ///< Nearly linear.
  medium,    ///< Edges as short as can be, then as quick.
  thorough,  ///< For what is small: several orders are tried, and the best is taken.
};

/// As `layered`; the caller says how much time there is, as it may have many such graphs.
[[nodiscard]] Layout lay_out(const Net& net, const Request& request, const Layout* earlier,
                             Effort effort);

/// What a layout's bends are sorted by.
inline std::pair<Node, std::uint32_t> along_chains(const Bend& bend) {
  return {bend.source, bend.place.layer};
}

/// For a graph of so many nodes in all.
[[nodiscard]] Effort effort_for(std::size_t nodes);

}  // namespace freshet::layout
