#include "layout/order.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "freshet/layout.hpp"
#include "layout/crossings.hpp"
#include "layout/sheet.hpp"

namespace freshet::layout {
namespace {

enum class Toward : std::uint8_t { left, right };

std::span<const Vertex> neighbours(const Sheet& sheet, Vertex v, Toward toward) {
  return toward == Toward::left ? sheet.up(v) : sheet.down(v);
}

/// The finalizer of MurmurHash3: spreads what is alike.
std::uint32_t mixed(std::uint32_t value) {
  value = (value ^ (value >> 16)) * 0x85ebca6bU;
  value = (value ^ (value >> 13)) * 0xc2b2ae35U;
  return value ^ (value >> 16);
}

/// Each vertex behind those that a depth-first search over all segments met before it; it starts
/// group by group, so that what belongs together stands together.  Odd variants start from the
/// right; from the third on, groups give way to chance.
void start_depth_first(Sheet& sheet, std::span<const std::uint32_t> groups, std::uint32_t variant) {
  const bool turned = variant % 2 == 1;
  std::vector<Vertex> starts(sheet.size());
  std::iota(starts.begin(), starts.end(), Vertex{0});
  const auto group = [&](Vertex v) {
    if (variant >= 2) return mixed(sheet.source(v) + variant * 1'000'003);
    return groups.empty() ? 0 : groups[sheet.source(v)];
  };
  std::ranges::sort(starts, [&](Vertex a, Vertex b) {
    const std::uint32_t la = turned ? sheet.layers() - sheet.layer(a) : sheet.layer(a);
    const std::uint32_t lb = turned ? sheet.layers() - sheet.layer(b) : sheet.layer(b);
    return std::tuple{la, group(a), a} < std::tuple{lb, group(b), b};
  });
  std::vector<std::vector<Vertex>> layers(sheet.layers());
  std::vector<bool> seen(sheet.size());
  std::vector<Vertex> stack;
  const Toward first = turned ? Toward::left : Toward::right;
  const Toward second = turned ? Toward::right : Toward::left;
  for (const Vertex start : starts) {
    if (seen[start]) continue;
    stack.push_back(start);
    while (!stack.empty()) {
      const Vertex v = stack.back();
      stack.pop_back();
      if (seen[v]) continue;
      seen[v] = true;
      layers[sheet.layer(v)].push_back(v);
      for (const Toward toward : {second, first}) {
        const auto next = neighbours(sheet, v, toward);
        for (std::size_t i = next.size(); i-- > 0;) {
          const Vertex n = next[variant % 4 < 2 ? i : next.size() - 1 - i];
          if (!seen[n]) stack.push_back(n);
        }
      }
    }
  }
  for (std::uint32_t layer = 0; layer < sheet.layers(); ++layer)
    sheet.arrange(layer, layers[layer]);
}

/// Orders layers by where their vertices' neighbours stand.
class Sweeper {
 public:
  explicit Sweeper(Sheet& sheet) : sheet_{sheet} {}

  void sweep(Toward from, bool median) {
    const std::uint32_t count = sheet_.layers();
    for (std::uint32_t i = 1; i < count; ++i) {
      sort(from == Toward::left ? i : count - 1 - i, from, median);
    }
  }

 private:
  static constexpr int fraction_bits = 16;
  static constexpr int position_bits = 24;

  /// Those without neighbours on that side keep their places, the others share the rest.
  void sort(std::uint32_t layer, Toward from, bool median) {
    const auto now = sheet_.in(layer);
    keys_.clear();
    slots_.clear();
    before_.assign(now.begin(), now.end());
    for (std::uint32_t i = 0; i < now.size(); ++i) {
      const auto next = neighbours(sheet_, now[i], from);
      if (next.empty()) continue;
      slots_.push_back(i);
      keys_.push_back((key(next, median) << position_bits) | i);
    }
    std::ranges::sort(keys_);
    after_ = before_;
    constexpr std::uint64_t mask = (std::uint64_t{1} << position_bits) - 1;
    for (std::size_t i = 0; i < keys_.size(); ++i) after_[slots_[i]] = before_[keys_[i] & mask];
    sheet_.arrange(layer, after_);
  }

  std::uint64_t key(std::span<const Vertex> next, bool median) {
    if (median && next.size() > 2) {
      places_.clear();
      for (const Vertex n : next) places_.push_back(sheet_.position(n));
      std::ranges::sort(places_);
      const std::size_t middle = places_.size() / 2;
      if (places_.size() % 2 == 1) return std::uint64_t{places_[middle]} << fraction_bits;
      // Between the two in the middle, nearer to the side where they stand closer (Gansner).
      const std::uint64_t left = places_[middle - 1] - places_.front();
      const std::uint64_t right = places_.back() - places_[middle];
      const std::uint64_t weight = left + right;
      const std::uint64_t sum = weight == 0 ? std::uint64_t{places_[middle - 1]} + places_[middle]
                                            : places_[middle - 1] * right + places_[middle] * left;
      return (sum << fraction_bits) / (weight == 0 ? 2 : weight);
    }
    std::uint64_t sum = 0;
    for (const Vertex n : next) sum += sheet_.position(n);
    return (sum << fraction_bits) / next.size();
  }

  Sheet& sheet_;
  std::vector<std::uint64_t> keys_;
  std::vector<std::uint32_t> slots_;
  std::vector<std::uint32_t> places_;
  std::vector<Vertex> before_, after_;
};

/// Moves single vertices within their layer, as long as that takes crossings away.
class Mover {
 public:
  explicit Mover(Sheet& sheet) : sheet_{sheet} {}

  /// Swaps neighbours; returns how many crossings fewer there are.
  std::int64_t swap_layer(std::uint32_t layer) {
    const auto size = static_cast<std::uint32_t>(sheet_.in(layer).size());
    gather(layer);
    std::int64_t gained = 0;
    for (int pass = 0; pass < swaps_max; ++pass) {
      std::int64_t before = gained;
      for (std::uint32_t i = 0; i + 1 < size; ++i) {
        const std::int64_t gain = gain_of_swap(sheet_.in(layer)[i], sheet_.in(layer)[i + 1]);
        if (gain <= 0) continue;
        gained += gain;
        sheet_.swap_with_next(layer, i);
      }
      if (gained == before) break;
    }
    return gained;
  }

  std::int64_t swap_all(bool turned) {
    std::int64_t gained = 0;
    for (std::uint32_t i = 0; i < sheet_.layers(); ++i) {
      gained += swap_layer(turned ? sheet_.layers() - 1 - i : i);
    }
    return gained;
  }

  /// Puts each vertex of the layer where it crosses the fewest.
  std::int64_t sift_layer(std::uint32_t layer) {
    std::vector<Vertex> turn(sheet_.in(layer).begin(), sheet_.in(layer).end());
    std::int64_t gained = 0;
    for (const Vertex v : turn) gained += sift(layer, v);
    return gained;
  }

  std::int64_t sift_all(bool turned) {
    std::int64_t gained = 0;
    for (std::uint32_t i = 0; i < sheet_.layers(); ++i) {
      gained += sift_layer(turned ? sheet_.layers() - 1 - i : i);
    }
    return gained;
  }

 private:
  static constexpr int swaps_max = 4;

  /// The sorted positions of each vertex's neighbours, for both sides.
  void gather(std::uint32_t layer) {
    for (const Toward toward : {Toward::left, Toward::right}) {
      auto& side = sides_[toward == Toward::left ? 0 : 1];
      side.begin.assign(1, 0);
      side.places.clear();
      for (const Vertex v : sheet_.in(layer)) {
        for (const Vertex next : neighbours(sheet_, v, toward)) {
          side.places.push_back(sheet_.position(next));
        }
        std::sort(side.places.begin() + side.begin.back(), side.places.end());
        side.begin.push_back(static_cast<std::uint32_t>(side.places.size()));
      }
    }
    const auto now = sheet_.in(layer);
    if (row_.size() < sheet_.size()) row_.resize(sheet_.size());
    for (std::uint32_t i = 0; i < now.size(); ++i) row_[now[i]] = i;
  }

  /// Crossings of what two neighbours have, upper first, less those if they are swapped.
  std::int64_t gain_of_swap(Vertex upper, Vertex lower) const {
    std::int64_t gain = 0;
    for (const auto& side : sides_) {
      const auto a = side.of(row_[upper]);
      const auto b = side.of(row_[lower]);
      if (a.empty() || b.empty()) continue;
      std::size_t less = 0;
      std::size_t not_more = 0;
      for (const std::uint32_t place : a) {
        while (less < b.size() && b[less] < place) ++less;
        while (not_more < b.size() && b[not_more] <= place) ++not_more;
        gain += static_cast<std::int64_t>(less + not_more) - static_cast<std::int64_t>(b.size());
      }
    }
    return gain;
  }

  std::int64_t sift(std::uint32_t layer, Vertex v) {
    const auto now = sheet_.in(layer);
    const std::uint32_t from = sheet_.position(v);
    // By position in the neighbouring layer: how many neighbours of v stand before it.
    for (const Toward toward : {Toward::left, Toward::right}) {
      auto& before = before_[toward == Toward::left ? 0 : 1];
      const auto next = neighbours(sheet_, v, toward);
      if (next.empty()) continue;
      const std::uint32_t other = toward == Toward::left ? layer - 1 : layer + 1;
      before.assign(sheet_.in(other).size() + 1, 0);
      for (const Vertex n : next) ++before[sheet_.position(n) + 1];
      std::partial_sum(before.begin(), before.end(), before.begin());
    }
    // What moving v from above w to below it adds.
    const auto passing = [&](Vertex w) {
      std::int64_t added = 0;
      for (const Toward toward : {Toward::left, Toward::right}) {
        const auto& before = before_[toward == Toward::left ? 0 : 1];
        if (neighbours(sheet_, v, toward).empty()) continue;
        for (const Vertex n : neighbours(sheet_, w, toward)) {
          const std::uint32_t at = sheet_.position(n);
          const std::int64_t less = before[at];
          const std::int64_t more = before.back() - before[at + 1];
          added += less - more;
        }
      }
      return added;
    };
    std::int64_t best = 0;
    std::uint32_t to = from;
    std::int64_t sum = 0;
    for (std::uint32_t i = from + 1; i < now.size(); ++i) {
      sum += passing(now[i]);
      if (sum < best) {
        best = sum;
        to = i;
      }
    }
    sum = 0;
    for (std::uint32_t i = from; i-- > 0;) {
      sum -= passing(now[i]);
      if (sum < best) {
        best = sum;
        to = i;
      }
    }
    if (to == from) return 0;
    order_.assign(now.begin(), now.end());
    if (to > from) {
      std::rotate(order_.begin() + from, order_.begin() + from + 1, order_.begin() + to + 1);
    } else {
      std::rotate(order_.begin() + to, order_.begin() + from, order_.begin() + from + 1);
    }
    sheet_.arrange(layer, order_);
    return -best;
  }

  struct Side {
    std::vector<std::uint32_t> begin;
    std::vector<std::uint32_t> places;
    [[nodiscard]] std::span<const std::uint32_t> of(std::uint32_t row) const {
      return std::span{places}.subspan(begin[row], begin[row + 1] - begin[row]);
    }
  };

  Sheet& sheet_;
  Side sides_[2];
  std::vector<std::uint32_t> row_;  ///< By vertex: its place when its layer was gathered.
  std::vector<std::int64_t> before_[2];
  std::vector<Vertex> order_;
};

struct Best {
  std::uint64_t crossings{std::numeric_limits<std::uint64_t>::max()};
  std::vector<Vertex> order;
  bool keep(std::uint64_t count, const Sheet& sheet) {
    if (count >= crossings) return false;
    crossings = count;
    order = sheet.order();
    return true;
  }
};

constexpr std::uint32_t medium_max = 20'000;  // vertices

void improve_quickly(Sheet& sheet) {
  Best best;
  CrossingCount count;
  Sweeper sweeper{sheet};
  const int sweeps = sheet.size() <= medium_max ? 16 : 8;
  for (int i = 0; i < sweeps; ++i) {
    sweeper.sweep(i % 2 == 0 ? Toward::left : Toward::right, false);
    // Counting takes longer than sweeping, and the first are not the best.
    if (i >= sweeps / 2) best.keep(count.all(sheet), sheet);
  }
  sheet.set_order(best.order);
  Mover{sheet}.swap_all(false);
}

void improve_thoroughly(Sheet& sheet) {
  CrossingCount count;
  Sweeper sweeper{sheet};
  Mover mover{sheet};
  Best best;
  best.keep(count.all(sheet), sheet);
  for (int i = 0, idle = 0; i < 24 && idle < 8; ++i, ++idle) {
    sweeper.sweep(i % 2 == 0 ? Toward::left : Toward::right, i / 2 % 2 == 0);
    while (mover.swap_all(i % 4 >= 2) > 0) {
    }
    if (best.keep(count.all(sheet), sheet)) idle = 0;
  }
  sheet.set_order(best.order);
  for (int i = 0; i < 20; ++i) {
    if (mover.sift_all(i % 2 == 1) == 0) break;
  }
}

}  // namespace

void order_quickly(Sheet& sheet, std::span<const std::uint32_t> groups) {
  if (sheet.layers() < 2) return;
  start_depth_first(sheet, groups, 0);
  improve_quickly(sheet);
}

void order_thoroughly(Sheet& sheet, std::span<const std::uint32_t> groups, std::uint32_t variant) {
  if (sheet.layers() < 2) return;
  start_depth_first(sheet, groups, variant);
  improve_thoroughly(sheet);
}

}  // namespace freshet::layout
