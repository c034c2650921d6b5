#include "layout/layering.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <ranges>
#include <span>
#include <vector>

#include "freshet/layout.hpp"
#include "layout/cycles.hpp"

namespace freshet::layout {
namespace {

constexpr int pulls_max = 12;

Layering longest_path(const Net& net, std::span<const Node> order) {
  Layering layers(net.size());
  for (const Node n : order) {
    for (const Node up : net.upstream(n)) layers[n] = std::max(layers[n], layers[up] + 1);
  }
  return layers;
}

/// To where its edges are shortest, if all others stay.
bool pull(const Net& net, Node n, Layering& layers) {
  const auto up = net.upstream(n);
  const auto down = net.downstream(n);
  std::uint32_t to = layers[n];
  if (down.size() > up.size()) {
    to = none;
    for (const Node other : down) to = std::min(to, layers[other] - 1);
  } else if (down.size() < up.size()) {
    to = 0;
    for (const Node other : up) to = std::max(to, layers[other] + 1);
  }
  const bool moved = to != layers[n];
  layers[n] = to;
  return moved;
}

}  // namespace

Layering layers_of(const Net& net, bool exact) {
  const std::vector<Node> order = topological(net);
  Layering layers = longest_path(net, order);
  for (int i = 0; i < pulls_max; ++i) {
    bool moved = false;
    for (const Node n : order | std::views::reverse) moved |= pull(net, n, layers);
    for (const Node n : order) moved |= pull(net, n, layers);
    if (!moved) break;
  }
  if (exact) shorten(net, layers);
  const std::uint32_t least = layers.empty() ? 0 : *std::ranges::min_element(layers);
  for (std::uint32_t& layer : layers) layer -= least;
  return layers;
}

Layering layers_after(const Net& net, Layering earlier) {
  const std::vector<Node> order = topological(net);
  std::vector<bool> is_new(net.size());
  for (Node n = 0; n < net.size(); ++n) is_new[n] = earlier[n] == none;
  // A new one stands behind what it reads; if all that is new, too, before what reads it.
  for (const Node n : order | std::views::reverse) {
    if (!is_new[n]) continue;
    const auto up = net.upstream(n);
    if (std::ranges::any_of(up, [&](Node other) { return !is_new[other]; })) continue;
    for (const Node down : net.downstream(n)) {
      if (earlier[down] == none) continue;
      earlier[n] = std::min(earlier[n], earlier[down] - std::min(earlier[down], 1U));
    }
  }
  for (const Node n : order) {
    if (earlier[n] == none) earlier[n] = 0;
    for (const Node up : net.upstream(n)) earlier[n] = std::max(earlier[n], earlier[up] + 1);
  }
  return earlier;
}

}  // namespace freshet::layout
