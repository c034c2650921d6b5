// Ranks to be visited, smallest first, each once; also while visiting adds greater ones.
#pragma once
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "freshet/ids.hpp"

namespace freshet::core {

/// A set of ranks with a fast minimum: bits, bits over words, bits over those.  Empty, it costs
/// nothing to clear.
class RankQueue {
 public:
  void resize(std::size_t size) {
    for (auto& level : levels_) {
      size = (size + 63) / 64;
      level.assign(size, 0);
    }
  }
  void push(Rank rank) {
    std::size_t at = rank.value;
    for (auto& level : levels_) {
      level[at / 64] |= std::uint64_t{1} << (at % 64);
      at /= 64;
    }
  }
  [[nodiscard]] bool empty() const {
    for (const std::uint64_t word : levels_.back()) {
      if (word != 0) return false;
    }
    return true;
  }
  /// Removes and returns the smallest; nullopt when there is none.
  std::optional<Rank> pop() {
    const auto& top = levels_.back();
    for (std::size_t i = 0; i < top.size(); ++i) {
      if (top[i] == 0) continue;
      std::size_t at = i;
      for (std::size_t level = levels_.size(); level-- > 0;) {
        at = at * 64 + static_cast<std::size_t>(std::countr_zero(levels_[level][at]));
      }
      const Rank rank{static_cast<std::uint32_t>(at)};
      for (auto& level : levels_) {
        level[at / 64] &= ~(std::uint64_t{1} << (at % 64));
        if (level[at / 64] != 0) break;
        at /= 64;
      }
      return rank;
    }
    return std::nullopt;
  }

 private:
  std::array<std::vector<std::uint64_t>, 3> levels_;
};

}  // namespace freshet::core
