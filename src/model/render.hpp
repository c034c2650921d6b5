// How a graph, or a part of it, is shown as text: for a terminal, for Graphviz, for Mermaid.
#pragma once
#include <span>
#include <string>

#include "freshet/graph.hpp"
#include "freshet/ids.hpp"

namespace freshet {

/// One line an asset, by rank, indented by how far it is from the subset's beginnings:
///   `  staging/orders (group staging) ← raw/orders, (raw/users)`
/// where a dependency in parentheses is outside the subset.  Order and repetition in `subset` do
/// not matter, here and below.
[[nodiscard]] std::string render_text(const Graph& graph, std::span<const Rank> subset);

/// A Graphviz digraph: groups are clusters, external assets are dashed cylinders.
[[nodiscard]] std::string render_dot(const Graph& graph, std::span<const Rank> subset);

/// A Mermaid flowchart: groups are subgraphs, external assets are dashed and rounded.
[[nodiscard]] std::string render_mermaid(const Graph& graph, std::span<const Rank> subset);

}  // namespace freshet
