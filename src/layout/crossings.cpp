#include "layout/crossings.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "freshet/layout.hpp"
#include "layout/layering.hpp"
#include "layout/sheet.hpp"

namespace freshet::layout {

std::uint64_t CrossingCount::between(const Sheet& sheet, std::uint32_t layer) {
  const auto size = static_cast<std::uint32_t>(sheet.in(layer + 1).size());
  tree_.assign(size + 1, 0);
  std::uint64_t out = 0;
  std::uint32_t inserted = 0;
  for (const Vertex v : sheet.in(layer)) {
    for (const Vertex down : sheet.down(v)) {
      std::uint32_t not_after = 0;
      for (std::uint32_t i = sheet.position(down) + 1; i > 0; i &= i - 1) not_after += tree_[i];
      out += inserted - not_after;
    }
    for (const Vertex down : sheet.down(v)) {
      for (std::uint32_t i = sheet.position(down) + 1; i <= size; i += i & (0 - i)) ++tree_[i];
      ++inserted;
    }
  }
  return out;
}

std::uint64_t CrossingCount::all(const Sheet& sheet) {
  std::uint64_t out = 0;
  for (std::uint32_t layer = 0; layer + 1 < sheet.layers(); ++layer) out += between(sheet, layer);
  return out;
}

std::uint64_t straight_crossings(const Net& net, const Layering& layers,
                                 std::span<const std::int32_t> middles) {
  struct Line {
    std::int64_t x1, y1, x2, y2;
    [[nodiscard]] std::int64_t side(std::int64_t x, std::int64_t y) const {
      return (x2 - x1) * (y - y1) - (y2 - y1) * (x - x1);
    }
  };
  std::vector<Line> lines;
  lines.reserve(net.edges().size());
  for (const auto& [from, to] : net.edges()) {
    lines.push_back({layers[from], middles[from], layers[to], middles[to]});
  }
  std::ranges::sort(lines, {}, &Line::x1);
  std::uint64_t out = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const Line& a = lines[i];
    const auto [low, high] = std::minmax(a.y1, a.y2);
    for (std::size_t k = i + 1; k < lines.size() && lines[k].x1 < a.x2; ++k) {
      const Line& b = lines[k];
      if ((b.y1 < low && b.y2 < low) || (b.y1 > high && b.y2 > high)) continue;
      // Both ends of each on different sides of the other; those that share an end have none there.
      const std::int64_t s1 = a.side(b.x1, b.y1);
      const std::int64_t s2 = a.side(b.x2, b.y2);
      if (!((s1 < 0 && s2 > 0) || (s1 > 0 && s2 < 0))) continue;
      const std::int64_t t1 = b.side(a.x1, a.y1);
      const std::int64_t t2 = b.side(a.x2, a.y2);
      if ((t1 < 0 && t2 > 0) || (t1 > 0 && t2 < 0)) ++out;
    }
  }
  return out;
}

}  // namespace freshet::layout
