#include "layout/exchange.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "freshet/layout.hpp"
#include "layout/layering.hpp"

namespace freshet::layout {
namespace {

class Exchange {
 public:
  Exchange(const Net& net, const Layering& layers, std::span<const std::int32_t> heights,
           std::span<std::int32_t> rows)
      : net_{net}, heights_{heights}, rows_{rows}, moved_(net.size(), 1) {
    std::uint32_t count = 0;
    for (Node n = 0; n < net.size(); ++n) {
      count = std::max(count, layers[n] + 1);
    }
    columns_.resize(count);
    for (Node n = 0; n < net.size(); ++n) columns_[layers[n]].push_back(n);
    for (auto& column : columns_) std::ranges::sort(column, {}, [&](Node n) { return rows[n]; });
    std::vector<Edge> at;       // node and line
    std::vector<Edge> through;  // layer and line
    for (const Edge& edge : net.edges()) {
      const auto line = static_cast<std::uint32_t>(lines_.size());
      lines_.push_back({.x1 = static_cast<std::int32_t>(layers[edge.from]),
                        .y1 = rows[edge.from] + heights[edge.from] / 2,
                        .x2 = static_cast<std::int32_t>(layers[edge.to]),
                        .y2 = rows[edge.to] + heights[edge.to] / 2});
      at.push_back({edge.from, line});
      at.push_back({edge.to, line});
      for (std::uint32_t l = layers[edge.from]; l < layers[edge.to]; ++l) {
        through.push_back({l, line});
      }
    }
    at_ = Rows{net.size(), at};
    through_ = Rows{count, through};
  }

  bool pass(std::size_t reach) {
    bool any = false;
    ++pass_;
    for (auto& column : columns_) {
      for (std::size_t i = 0; i < column.size(); ++i) {
        for (std::size_t k = i + 1; k < column.size() && k <= i + reach; ++k) {
          if (tests_ > tests_max) return false;
          if (heights_[column[i]] != heights_[column[k]]) continue;
          if (!may_pay(column[i]) && !may_pay(column[k])) continue;
          if (!pays(column[i], column[k])) continue;
          moved_[column[i]] = moved_[column[k]] = pass_;
          std::swap(column[i], column[k]);
          any = true;
        }
      }
    }
    return any;
  }

 private:
  /// Pairs of lines; what that takes is some hundredths of a second.
  static constexpr std::size_t tests_max = 10'000'000;

  struct Line {
    std::int32_t x1, y1, x2, y2;
    [[nodiscard]] std::int64_t side(std::int32_t x, std::int32_t y) const {
      return std::int64_t{x2 - x1} * (y - y1) - std::int64_t{y2 - y1} * (x - x1);
    }
  };

  /// Whether anything at the node is new since it was last tried.
  [[nodiscard]] bool may_pay(Node n) const {
    const auto is_new = [&](Node other) { return moved_[other] + 1 >= pass_; };
    return is_new(n) || std::ranges::any_of(net_.upstream(n), is_new) ||
           std::ranges::any_of(net_.downstream(n), is_new);
  }

  bool pays(Node a, Node b) {
    const std::uint64_t before = crossings(a, b, std::numeric_limits<std::uint64_t>::max());
    if (before == 0) return false;
    swap(a, b);
    if (crossings(a, b, before) < before) return true;
    swap(a, b);
    return false;
  }

  void swap(Node a, Node b) {
    std::swap(rows_[a], rows_[b]);
    for (const Node n : {a, b}) {
      const std::int32_t middle = rows_[n] + heights_[n] / 2;
      for (const std::uint32_t line : at_.of(n)) {
        (net_.edges()[line].to == n ? lines_[line].y2 : lines_[line].y1) = middle;
      }
    }
  }

  /// Of the edges of the two, unless there are `enough`.  Those between edges of one and the other
  /// are counted twice, always.
  [[nodiscard]] std::uint64_t crossings(Node a, Node b, std::uint64_t enough) {
    std::uint64_t out = 0;
    for (const Node n : {a, b}) {
      for (const std::uint32_t line : at_.of(n)) {
        if (out < enough) out += crossings(lines_[line]);
      }
    }
    return out;
  }

  [[nodiscard]] std::uint64_t crossings(const Line& a) {
    const auto [low, high] = std::minmax(a.y1, a.y2);
    std::uint64_t out = 0;
    for (std::int32_t l = a.x1; l < a.x2; ++l) {
      const auto through = through_.of(static_cast<std::uint32_t>(l));
      tests_ += through.size();
      for (const std::uint32_t other : through) {
        const Line& b = lines_[other];
        if ((b.y1 < low && b.y2 < low) || (b.y1 > high && b.y2 > high)) continue;
        if (b.x1 != l && l != a.x1) continue;  // met before
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

  const Net& net_;
  std::span<const std::int32_t> heights_;
  std::span<std::int32_t> rows_;
  std::vector<std::vector<Node>> columns_;  ///< By layer, from top to bottom.
  std::vector<Line> lines_;                 ///< By edge.
  std::vector<std::uint32_t> moved_;        ///< In which pass, by node.
  std::uint32_t pass_{};
  std::size_t tests_{};
  Rows at_;       ///< Lines by node.
  Rows through_;  ///< Lines by layer that they start in or pass.
};

}  // namespace

void exchange_rows(const Net& net, const Layering& layers, std::span<const std::int32_t> heights,
                   std::span<std::int32_t> rows, std::size_t reach, int passes) {
  Exchange exchange{net, layers, heights, rows};
  while (passes-- > 0 && exchange.pass(reach)) {
  }
}

}  // namespace freshet::layout
