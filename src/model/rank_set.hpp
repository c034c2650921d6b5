// Which ranks of one graph are meant: a bit for each.
#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "freshet/ids.hpp"

namespace freshet {

/// A set of ranks below `size()`.  Operands of the set operations have the same size.
class RankSet {
 public:
  explicit RankSet(std::size_t size) : words_((size + 63) / 64), size_{size} {}

  /// How many ranks there could be, not how many there are.
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool contains(Rank rank) const {
    return (words_[rank.value / 64] >> (rank.value % 64) & 1) != 0;
  }
  void insert(Rank rank) { words_[rank.value / 64] |= std::uint64_t{1} << (rank.value % 64); }

  RankSet& operator&=(const RankSet& other) {
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
    return *this;
  }
  RankSet& operator|=(const RankSet& other) {
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
    return *this;
  }
  /// Changes to all the ranks that were not in it.
  void complement() {
    for (std::uint64_t& word : words_) word = ~word;
    if (size_ % 64 != 0) words_.back() &= (std::uint64_t{1} << (size_ % 64)) - 1;
  }

  /// Calls `visit(Rank)` for each, ascending; it must not insert here.
  template <class Visit>
  void for_each(Visit visit) const {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      for (std::uint64_t word = words_[i]; word != 0; word &= word - 1) {
        visit(Rank{static_cast<std::uint32_t>(i * 64) +
                   static_cast<std::uint32_t>(std::countr_zero(word))});
      }
    }
  }
  /// Ascending.
  [[nodiscard]] std::vector<Rank> ranks() const {
    std::size_t count = 0;
    for (const std::uint64_t word : words_) count += static_cast<std::size_t>(std::popcount(word));
    std::vector<Rank> out;
    out.reserve(count);
    for_each([&](Rank rank) { out.push_back(rank); });
    return out;
  }

  friend bool operator==(const RankSet&, const RankSet&) = default;

 private:
  std::vector<std::uint64_t> words_;
  std::size_t size_;
};

}  // namespace freshet
