#include "layout/cycles.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "freshet/layout.hpp"

namespace freshet::layout {
namespace {

/// Edges, heaviest first, each taken unless it closes a cycle of those before it.  Keeps a
/// topological order of what was taken, so that most edges need no search (Pearce and Kelly, 2007).
class Taken {
 public:
  explicit Taken(std::vector<Node> order)
      : order_{std::move(order)},
        at_(order_.size()),
        seen_(order_.size()),
        up_(order_.size()),
        down_(order_.size()) {
    for (std::uint32_t i = 0; i < order_.size(); ++i) at_[order_[i]] = i;
  }

  bool take(Edge edge) {
    if (at_[edge.from] > at_[edge.to] && !make_room(edge)) return false;
    down_[edge.from].push_back(edge.to);
    up_[edge.to].push_back(edge.from);
    return true;
  }

 private:
  /// Reorders so that `edge` goes right; false if it would close a cycle.
  bool make_room(Edge edge) {
    const std::uint32_t low = at_[edge.to];
    const std::uint32_t high = at_[edge.from];
    std::vector<Node> after = reach(edge.to, down_, [&](Node n) { return at_[n] <= high; });
    const bool cycle = seen_[edge.from];
    for (const Node n : after) seen_[n] = false;
    if (cycle) return false;
    std::vector<Node> before = reach(edge.from, up_, [&](Node n) { return at_[n] >= low; });
    for (const Node n : before) seen_[n] = false;
    const auto earlier = [&](Node a, Node b) { return at_[a] < at_[b]; };
    std::ranges::sort(before, earlier);
    std::ranges::sort(after, earlier);
    before.insert(before.end(), after.begin(), after.end());
    std::vector<std::uint32_t> slots;
    slots.reserve(before.size());
    for (const Node n : before) slots.push_back(at_[n]);
    std::ranges::sort(slots);
    for (std::size_t i = 0; i < slots.size(); ++i) {
      order_[slots[i]] = before[i];
      at_[before[i]] = slots[i];
    }
    return true;
  }

  template <class Within>
  std::vector<Node> reach(Node start, const std::vector<std::vector<Node>>& next, Within within) {
    std::vector<Node> found{start};
    seen_[start] = true;
    for (std::size_t i = 0; i < found.size(); ++i) {
      for (const Node n : next[found[i]]) {
        if (seen_[n] || !within(n)) continue;
        seen_[n] = true;
        found.push_back(n);
      }
    }
    return found;
  }

  std::vector<Node> order_;
  std::vector<std::uint32_t> at_;
  std::vector<bool> seen_;
  std::vector<std::vector<Node>> up_, down_;
};

/// Topological but for the edges that a depth-first search finds to go back.
std::vector<Node> nearly_topological(const Net& net) {
  std::vector<Node> out;
  out.reserve(net.size());
  std::vector<bool> seen(net.size());
  std::vector<std::pair<Node, std::uint32_t>> path;  // with how many of its edges were followed
  for (Node start = 0; start < net.size(); ++start) {
    if (seen[start]) continue;
    seen[start] = true;
    path.emplace_back(start, 0);
    while (!path.empty()) {
      auto& [node, followed] = path.back();
      const auto below = net.downstream(node);
      if (followed == below.size()) {
        out.push_back(node);
        path.pop_back();
        continue;
      }
      const Node next = below[followed++];
      if (seen[next]) continue;
      seen[next] = true;
      path.emplace_back(next, 0);
    }
  }
  std::ranges::reverse(out);
  return out;
}

}  // namespace

std::vector<Node> topological(const Net& net) {
  std::vector<Node> out;
  out.reserve(net.size());
  std::vector<std::uint32_t> open(net.size());
  for (Node n = 0; n < net.size(); ++n) {
    open[n] = static_cast<std::uint32_t>(net.upstream(n).size());
    if (open[n] == 0) out.push_back(n);
  }
  for (std::size_t i = 0; i < out.size(); ++i) {
    for (const Node below : net.downstream(out[i])) {
      if (--open[below] == 0) out.push_back(below);
    }
  }
  return out;
}

Acyclic without_cycles(const Net& net, std::span<const std::uint32_t> weights) {
  if (topological(net).size() == net.size()) return {.net = net, .turned = {}};
  std::vector<std::uint32_t> by_weight(net.edges().size());
  std::iota(by_weight.begin(), by_weight.end(), std::uint32_t{0});
  if (!weights.empty()) {
    std::ranges::sort(by_weight, [&](std::uint32_t a, std::uint32_t b) {
      return std::pair{weights[b], a} < std::pair{weights[a], b};
    });
  }
  Taken taken{nearly_topological(net)};
  Acyclic out;
  std::vector<Edge> kept;
  for (const std::uint32_t i : by_weight) {
    (taken.take(net.edges()[i]) ? kept : out.turned).push_back(net.edges()[i]);
  }
  std::ranges::sort(out.turned);
  out.net = Net{net.size(), std::move(kept)};
  return out;
}

}  // namespace freshet::layout
