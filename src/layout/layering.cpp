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
constexpr int promotions_max = 2;  // more find next to nothing

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

/// Moves a node together with all that would be in its way, where that makes edges shorter in all.
class Promotion {
 public:
  Promotion(const Net& net, Layering& layers) : net_{net}, layers_{layers}, in_(net.size()) {}

  bool try_from(Node n, bool right) {
    set_.assign(1, n);
    in_[n] = true;
    std::ptrdiff_t gain = 0;
    for (std::size_t i = 0; i < set_.size() && set_.size() <= set_max; ++i) {
      const auto ahead = right ? net_.downstream(set_[i]) : net_.upstream(set_[i]);
      const auto behind = right ? net_.upstream(set_[i]) : net_.downstream(set_[i]);
      gain += std::ssize(ahead) - std::ssize(behind);
      for (const Node other : ahead) {
        if (in_[other] || length(set_[i], other, right) > 1) continue;
        in_[other] = true;
        set_.push_back(other);
      }
    }
    const bool pays = gain > 0 && set_.size() <= set_max;
    if (pays) move(right);
    for (const Node m : set_) in_[m] = false;
    return pays;
  }

 private:
  static constexpr std::size_t set_max = 100;

  [[nodiscard]] std::uint32_t length(Node n, Node ahead, bool right) const {
    return right ? layers_[ahead] - layers_[n] : layers_[n] - layers_[ahead];
  }

  void move(bool right) {
    std::uint32_t room = none;
    for (const Node n : set_) {
      for (const Node other : right ? net_.downstream(n) : net_.upstream(n)) {
        if (!in_[other]) room = std::min(room, length(n, other, right) - 1);
      }
    }
    for (const Node n : set_) layers_[n] += right ? room : 0 - room;
  }

  const Net& net_;
  Layering& layers_;
  std::vector<bool> in_;
  std::vector<Node> set_;
};

void pull_all(const Net& net, std::span<const Node> order, Layering& layers) {
  Promotion promotion{net, layers};
  for (int i = 0; i < pulls_max; ++i) {
    bool moved = false;
    for (const Node n : order | std::views::reverse) moved |= pull(net, n, layers);
    for (const Node n : order) moved |= pull(net, n, layers);
    if (!moved) break;
  }
  for (int i = 0; i < promotions_max; ++i) {
    bool moved = false;
    for (const Node n : order | std::views::reverse) moved |= promotion.try_from(n, true);
    for (const Node n : order) moved |= promotion.try_from(n, false);
    if (!moved) break;
  }
}

}  // namespace

Layering layers_of(const Net& net, bool exact) {
  const std::vector<Node> order = topological(net);
  Layering layers = longest_path(net, order);
  // Room to the left: what is pulled together may come to stand before all that was first.
  for (std::uint32_t& layer : layers) layer += static_cast<std::uint32_t>(net.size());
  pull_all(net, order, layers);
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
