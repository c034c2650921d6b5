#include "layout/coordinates.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "layout/sheet.hpp"

namespace freshet::layout {
namespace {

/// The least sum of weighted squares of the distances from what is wanted, under "keep the order,
/// keep the distance": wants that contradict the order are pooled and share their mean.
class Pool {
 public:
  void clear() {
    blocks_.clear();
    offset_ = 0;
  }
  /// The next in order: wants its upper edge at `wanted`, and takes `height`.
  void add(std::int64_t wanted, std::int64_t weight, std::int64_t height) {
    const std::int64_t mean = wanted - offset_;
    blocks_.push_back({.sum = mean * weight, .weight = weight, .mean = mean, .count = 1});
    offset_ += height;
    while (blocks_.size() > 1 && blocks_.back().mean <= blocks_[blocks_.size() - 2].mean) {
      const Block last = blocks_.back();
      blocks_.pop_back();
      Block& block = blocks_.back();
      block.sum += last.sum;
      block.weight += last.weight;
      block.count += last.count;
      block.mean = floor_of(block.sum, block.weight);
    }
  }
  /// Calls `set` with each place, less the heights before it, in order.
  template <class Set>
  void each(Set set) const {
    for (const Block& block : blocks_) {
      for (std::size_t i = 0; i < block.count; ++i) set(block.mean);
    }
  }

 private:
  static std::int64_t floor_of(std::int64_t sum, std::int64_t by) {
    return sum >= 0 ? sum / by : -((-sum + by - 1) / by);
  }
  struct Block {
    std::int64_t sum{};
    std::int64_t weight{};
    std::int64_t mean{};
    std::size_t count{};
  };
  std::vector<Block> blocks_;
  std::int64_t offset_{};
};

void shift_to_zero(std::vector<std::int32_t>& rows) {
  if (rows.empty()) return;
  const std::int32_t least = *std::ranges::min_element(rows);
  for (std::int32_t& row : rows) row -= least;
}

class Placer {
 public:
  Placer(const Sheet& sheet, Heights heights)
      : sheet_{sheet}, heights_{heights}, rows_(sheet.size()) {
    for (std::uint32_t layer = 0; layer < sheet.layers(); ++layer) {
      std::int32_t next = 0;
      for (const Vertex v : sheet.in(layer)) {
        rows_[v] = next;
        next += heights[v];
      }
    }
  }

  void pass(bool to_right, bool both) {
    const std::uint32_t count = sheet_.layers();
    for (std::uint32_t i = 0; i < count; ++i) {
      place(to_right ? i : count - 1 - i, to_right || both, !to_right || both);
    }
  }

  std::vector<std::int32_t> take() { return std::move(rows_); }

 private:
  [[nodiscard]] std::int64_t middle(Vertex v) const { return rows_[v] + heights_[v] / 2; }

  void place(std::uint32_t layer, bool left, bool right) {
    pool_.clear();
    for (const Vertex v : sheet_.in(layer)) {
      std::int64_t sum = 0;
      std::int64_t weight = 0;
      const auto pull = [&](Vertex other) {
        // Long edges should be straight before short ones are.
        const std::int64_t w = sheet_.is_bend(v) && sheet_.is_bend(other) ? 4 : 1;
        sum += middle(other) * w;
        weight += w;
      };
      if (left) std::ranges::for_each(sheet_.up(v), pull);
      if (right) std::ranges::for_each(sheet_.down(v), pull);
      if (weight == 0) {
        sum = middle(v);
        weight = 1;
      }
      pool_.add(sum / weight - heights_[v] / 2, weight, heights_[v]);
    }
    std::int64_t offset = 0;
    std::size_t i = 0;
    pool_.each([&](std::int64_t mean) {
      const Vertex v = sheet_.in(layer)[i++];
      rows_[v] = static_cast<std::int32_t>(mean + offset);
      offset += heights_[v];
    });
  }

  const Sheet& sheet_;
  Heights heights_;
  std::vector<std::int32_t> rows_;
  Pool pool_;
};

constexpr int passes = 12;

}  // namespace

std::vector<std::int32_t> rows_of(const Sheet& sheet, Heights heights) {
  Placer placer{sheet, heights};
  for (int i = 0; i < passes; ++i) placer.pass(i % 2 == 0, i >= passes - 4);
  std::vector<std::int32_t> rows = placer.take();
  shift_to_zero(rows);
  return rows;
}

std::vector<std::int32_t> rows_near(Sheet& sheet, Heights heights,
                                    std::span<const std::int32_t> wanted,
                                    std::span<const std::uint8_t> weights) {
  std::vector<std::int32_t> rows(sheet.size());
  std::vector<Vertex> order;
  Pool pool;
  for (std::uint32_t layer = 0; layer < sheet.layers(); ++layer) {
    order.assign(sheet.in(layer).begin(), sheet.in(layer).end());
    std::ranges::sort(order, {}, [&](Vertex v) { return std::pair{wanted[v], v}; });
    sheet.arrange(layer, order);
    pool.clear();
    for (const Vertex v : order) pool.add(wanted[v], weights[v], heights[v]);
    std::int64_t offset = 0;
    std::size_t i = 0;
    pool.each([&](std::int64_t mean) {
      const Vertex v = order[i++];
      rows[v] = static_cast<std::int32_t>(mean + offset);
      offset += heights[v];
    });
  }
  const bool negative = std::ranges::any_of(rows, [](std::int32_t row) { return row < 0; });
  if (negative) shift_to_zero(rows);
  return rows;
}

}  // namespace freshet::layout
