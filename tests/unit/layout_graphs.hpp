// Graphs to lay out, by number: shaped like those of real data projects.  And what makes a drawing
// of one good or bad.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "freshet/layout.hpp"

namespace freshet::layout {

/// SplitMix64: the same on every machine.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_{seed} {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }
  std::uint32_t below(std::size_t limit) { return static_cast<std::uint32_t>(next() % limit); }
  bool percent(std::uint32_t chance) { return below(100) < chance; }
  /// Below `limit`; small ones far more often.
  std::uint32_t skewed(std::size_t limit) {
    const std::uint64_t a = below(1'000) + 1;
    const std::uint64_t b = below(1'000) + 1;
    return static_cast<std::uint32_t>(a * a * b * (limit - 1) / 1'000'000'000U);
  }

 private:
  std::uint64_t state_;
};

struct Shape {
  std::size_t size{};
  std::uint32_t tenths{};  ///< Of an edge, to a node: 17 or 24.
  std::uint64_t seed{1};
};

struct Sample {
  Net net;
  std::vector<std::uint32_t> groups;
};

/// Many sources and direct readers of them, 10 to 20 deep; few assets that many read, few that read
/// many; two thirds of all edges within groups of 40; one of 25 is connected with nothing.
inline Sample sample(const Shape& shape) {
  constexpr std::uint32_t levels = 16;
  Dice dice{shape.seed};
  Sample out;
  const std::size_t group_count = std::max<std::size_t>(shape.size / 40, 1);
  std::vector<std::uint32_t> level(shape.size);
  std::vector<std::vector<Node>> at(levels);            // by level
  std::vector<std::vector<Node>> members(group_count);  // in the order of their levels
  std::vector<bool> alone(shape.size);
  for (Node n = 0; n < shape.size; ++n) {
    out.groups.push_back(dice.below(group_count));
    alone[n] = dice.percent(4);
    const std::uint32_t roll = dice.below(100);
    level[n] = roll < 35 ? 0 : roll < 60 ? 1 : 2 + dice.below(dice.below(levels - 2) + 1);
    if (!alone[n]) at[level[n]].push_back(n);
  }
  std::vector<Node> ordered;                    // by level
  std::vector<std::size_t> before(levels + 1);  // how many there are of lower levels
  for (std::uint32_t l = 0; l < levels; ++l) {
    ordered.insert(ordered.end(), at[l].begin(), at[l].end());
    before[l + 1] = ordered.size();
  }
  for (const Node n : ordered) members[out.groups[n]].push_back(n);
  std::vector<Node> hubs;
  const std::size_t hub_pool = std::max<std::size_t>(before[3], 1);
  for (std::size_t i = 0; i * 200 < shape.size && !ordered.empty(); ++i) {
    hubs.push_back(ordered[dice.below(hub_pool)]);
  }
  const std::size_t readers = ordered.size() - before[1];
  const std::size_t wanted = std::max(shape.size * shape.tenths / 10, readers);
  std::vector<Edge> edges;
  for (const Node n : ordered) {
    const std::uint32_t l = level[n];
    if (before[l] == 0) continue;
    const auto& own = members[out.groups[n]];
    const auto lower = static_cast<std::size_t>(
        std::ranges::lower_bound(own, l, {}, [&](Node m) { return level[m]; }) - own.begin());
    const auto next_lower = static_cast<std::size_t>(
        std::ranges::lower_bound(own, l - 1, {}, [&](Node m) { return level[m]; }) - own.begin());
    // The first of them makes it as deep as its level says.
    if (next_lower < lower) {
      edges.push_back({own[next_lower + dice.below(lower - next_lower)], n});
    } else {
      const std::size_t first = before[l - 1] == before[l] ? 0 : before[l - 1];
      edges.push_back({ordered[first + dice.below(before[l] - first)], n});
    }
    std::size_t count = dice.below(2 * (wanted - readers) + readers) / readers;
    if (dice.below(250) == 0) count = 20 + dice.below(41);
    for (std::size_t i = 0; i < count; ++i) {
      if (lower > 0 && dice.percent(50)) {
        edges.push_back({own[dice.below(lower)], n});
        continue;
      }
      Node from = ordered[dice.skewed(before[l])];
      if (!hubs.empty() && dice.percent(30)) from = hubs[dice.skewed(hubs.size())];
      if (level[from] < l) edges.push_back({from, n});
    }
  }
  out.net = Net{shape.size, std::move(edges)};
  return out;
}

struct Line {
  std::int64_t x1, y1, x2, y2;  ///< x1 < x2.
  Edge edge;
};

/// Pairs of lines that cross and do not meet at a node.
inline std::uint64_t crossings(std::vector<Line> lines) {
  std::ranges::sort(lines, {}, &Line::x1);
  std::uint64_t out = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const Line& a = lines[i];
    const std::int64_t dx = a.x2 - a.x1;
    const std::int64_t dy = a.y2 - a.y1;
    const std::int64_t low = std::min(a.y1, a.y2);
    const std::int64_t high = std::max(a.y1, a.y2);
    for (std::size_t k = i + 1; k < lines.size() && lines[k].x1 < a.x2; ++k) {
      const Line& b = lines[k];
      if (std::max(b.y1, b.y2) < low || std::min(b.y1, b.y2) > high) continue;
      if (a.edge.from == b.edge.from || a.edge.to == b.edge.to || a.edge.from == b.edge.to ||
          a.edge.to == b.edge.from) {
        continue;
      }
      const auto side = [&](std::int64_t x, std::int64_t y) {
        return dx * (y - a.y1) - dy * (x - a.x1);
      };
      const std::int64_t s1 = side(b.x1, b.y1);
      const std::int64_t s2 = side(b.x2, b.y2);
      if ((s1 > 0) == (s2 > 0) || s1 == 0 || s2 == 0) continue;
      const auto other = [&](std::int64_t x, std::int64_t y) {
        return (b.x2 - b.x1) * (y - b.y1) - (b.y2 - b.y1) * (x - b.x1);
      };
      const std::int64_t t1 = other(a.x1, a.y1);
      const std::int64_t t2 = other(a.x2, a.y2);
      if ((t1 > 0) != (t2 > 0) && t1 != 0 && t2 != 0) ++out;
    }
  }
  return out;
}

/// Of straight edges between the nodes' middles.
inline std::uint64_t crossings(const Net& net, const Layout& layout, Size size = {}) {
  std::vector<Line> lines;
  for (const Edge& edge : net.edges()) {
    const Place& from = layout.nodes[edge.from];
    const Place& to = layout.nodes[edge.to];
    lines.push_back({from.x + size.width / 2, from.y + size.height / 2, to.x + size.width / 2,
                     to.y + size.height / 2, edge});
    if (Line& line = lines.back(); line.x1 > line.x2) {
      std::swap(line.x1, line.x2);
      std::swap(line.y1, line.y2);
    }
  }
  return crossings(std::move(lines));
}

/// Pairs of boxes that are nearer to each other than `spacing` says.
inline std::size_t overlaps(const std::vector<Place>& places, const std::vector<Size>& sizes,
                            const Spacing& spacing) {
  std::vector<Node> by_x;
  for (Node n = 0; n < places.size(); ++n) {
    if (places[n].layer != none) by_x.push_back(n);
  }
  std::ranges::sort(by_x, {}, [&](Node n) { return places[n].x; });
  std::size_t out = 0;
  for (std::size_t i = 0; i < by_x.size(); ++i) {
    const Place& a = places[by_x[i]];
    const Size& of_a = sizes[by_x[i]];
    for (std::size_t k = i + 1; k < by_x.size(); ++k) {
      const Place& b = places[by_x[k]];
      if (b.x >= a.x + of_a.width) break;
      const std::int32_t gap =
          a.y < b.y ? b.y - a.y - of_a.height : a.y - b.y - sizes[by_x[k]].height;
      if (gap < spacing.rows) ++out;
    }
  }
  return out;
}

}  // namespace freshet::layout
