#include "layout/sheet.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "freshet/layout.hpp"
#include "layout/layering.hpp"

namespace freshet::layout {
namespace {

/// How many bends each source's chain has: up to the layer before its farthest reader.  Where all
/// together would be too many, the longest have none: their long edges are drawn straight, and
/// have no say in the order.
std::vector<std::uint32_t> chain_lengths(const Net& net, const Layering& layers) {
  const std::size_t bends_max = 10 * net.size() + 10'000;
  std::vector<std::uint32_t> lengths(net.size());
  std::size_t total = 0;
  for (Node n = 0; n < net.size(); ++n) {
    std::uint32_t farthest = layers[n] + 1;
    for (const Node down : net.downstream(n)) farthest = std::max(farthest, layers[down]);
    lengths[n] = farthest - layers[n] - 1;
    total += lengths[n];
  }
  if (total <= bends_max) return lengths;
  std::vector<Node> by_length(net.size());
  std::iota(by_length.begin(), by_length.end(), Node{0});
  std::ranges::sort(by_length, [&](Node a, Node b) {
    return std::pair{lengths[b], a} < std::pair{lengths[a], b};
  });
  for (const Node n : by_length) {
    if (total <= bends_max) break;
    total -= lengths[n];
    lengths[n] = 0;
  }
  return lengths;
}

}  // namespace

Sheet::Sheet(const Net& net, const Layering& layers)
    : nodes_{static_cast<std::uint32_t>(net.size())}, layer_{layers} {
  const std::vector<std::uint32_t> lengths = chain_lengths(net, layers);
  std::vector<Edge> segments;
  segments.reserve(net.edges().size() * 2);
  for (Node n = 0; n < nodes_; ++n) {
    const auto first = static_cast<Vertex>(layer_.size());
    for (std::uint32_t i = 0; i < lengths[n]; ++i) {
      segments.push_back({i == 0 ? n : first + i - 1, first + i});
      layer_.push_back(layers[n] + 1 + i);
      sources_.push_back(n);
    }
    for (const Node down : net.downstream(n)) {
      const std::uint32_t between = layers[down] - layers[n] - 1;
      if (between > lengths[n]) continue;
      segments.push_back({between == 0 ? n : first + between - 1, down});
    }
  }
  down_ = Rows{layer_.size(), segments};
  for (Edge& segment : segments) std::swap(segment.from, segment.to);
  up_ = Rows{layer_.size(), segments};

  const std::uint32_t count = layer_.empty() ? 0 : *std::ranges::max_element(layer_) + 1;
  begin_.resize(count + 1);
  for (const std::uint32_t layer : layer_) ++begin_[layer + 1];
  for (std::size_t i = 0; i < count; ++i) begin_[i + 1] += begin_[i];
  order_.resize(layer_.size());
  position_.resize(layer_.size());
  std::vector<std::uint32_t> next(count);
  for (Vertex v = 0; v < layer_.size(); ++v) {
    position_[v] = next[layer_[v]]++;
    order_[begin_[layer_[v]] + position_[v]] = v;
  }
}

void Sheet::arrange(std::uint32_t layer, std::span<const Vertex> order) {
  for (std::uint32_t i = 0; i < order.size(); ++i) {
    order_[begin_[layer] + i] = order[i];
    position_[order[i]] = i;
  }
}

void Sheet::swap_with_next(std::uint32_t layer, std::uint32_t position) {
  Vertex& one = order_[begin_[layer] + position];
  Vertex& other = order_[begin_[layer] + position + 1];
  std::swap(one, other);
  position_[one] = position;
  position_[other] = position + 1;
}

void Sheet::set_order(const std::vector<Vertex>& order) {
  order_ = order;
  for (std::uint32_t layer = 0; layer < layers(); ++layer) {
    for (std::uint32_t i = begin_[layer]; i < begin_[layer + 1]; ++i) {
      position_[order_[i]] = i - begin_[layer];
    }
  }
}

}  // namespace freshet::layout
