// For which partitions something holds, since which action of the moment, and why.
#pragma once
#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "freshet/partitions.hpp"

namespace freshet::core {

/// Why something holds: of itself, or only because something upstream will be requested in this
/// moment.
enum class Cause : std::uint8_t { neutral, own, upstream };

[[nodiscard]] constexpr Cause join_all(Cause a, Cause b) {
  if (a == Cause::own || b == Cause::own) return Cause::own;
  return a == Cause::upstream || b == Cause::upstream ? Cause::upstream : Cause::neutral;
}
[[nodiscard]] constexpr Cause join_any(Cause a, Cause b) {
  if (a == Cause::own || b == Cause::own) return Cause::own;
  return a == Cause::neutral || b == Cause::neutral ? Cause::neutral : Cause::upstream;
}

/// Partitions of one asset for which a condition holds, as disjoint pieces that share what made
/// them so.  Mostly there is one piece, and mostly of one partition.
class Truth {
 public:
  struct Piece {
    PartitionSet set;
    std::uint32_t order{0};  ///< Of the action of this moment that made it so; 0: none.
    Cause cause{Cause::neutral};
  };

  Truth() = default;
  explicit Truth(PartitionSet set, std::uint32_t order = 0, Cause cause = Cause::neutral) {
    add(std::move(set), order, cause);
  }

  [[nodiscard]] bool empty() const { return pieces_.empty(); }
  [[nodiscard]] const std::vector<Piece>& pieces() const { return pieces_; }
  [[nodiscard]] PartitionSet set() const {
    if (pieces_.empty()) return {};
    PartitionSet out = pieces_.front().set;
    for (std::size_t i = 1; i < pieces_.size(); ++i) out |= pieces_[i].set;
    return out;
  }

  /// Of partitions that no piece has yet.
  void add(PartitionSet set, std::uint32_t order, Cause cause) {
    if (set.empty()) return;
    for (Piece& piece : pieces_) {
      if (piece.order != order || piece.cause != cause) continue;
      piece.set |= set;
      return;
    }
    pieces_.push_back({std::move(set), order, cause});
  }
  /// What was there of these is replaced.
  void put(const PartitionSet& set, std::uint32_t order, Cause cause) {
    remove(set);
    add(set, order, cause);
  }
  void remove(const PartitionSet& set) {
    for (Piece& piece : pieces_) {
      if (piece.set.intersects(set)) piece.set -= set;
    }
    std::erase_if(pieces_, [](const Piece& piece) { return piece.set.empty(); });
  }

  [[nodiscard]] Truth within(const PartitionSet& candidates) const {
    Truth out;
    for (const Piece& piece : pieces_) out.add(piece.set & candidates, piece.order, piece.cause);
    return out;
  }

  /// Where both hold.
  [[nodiscard]] friend Truth both(const Truth& a, const Truth& b) {
    Truth out;
    for (const Piece& x : a.pieces_) {
      for (const Piece& y : b.pieces_) {
        out.add(x.set & y.set, std::max(x.order, y.order), join_all(x.cause, y.cause));
      }
    }
    return out;
  }
  /// Where one holds.
  [[nodiscard]] friend Truth either(Truth a, const Truth& b) {
    if (a.empty()) return b;
    for (const Piece& y : b.pieces_) {
      Truth next;
      PartitionSet rest = y.set;
      for (Piece& x : a.pieces_) {
        const PartitionSet common = x.set & y.set;
        if (common.empty()) {
          next.add(std::move(x.set), x.order, x.cause);
          continue;
        }
        next.add(x.set - common, x.order, x.cause);
        next.add(common, std::max(x.order, y.order), join_any(x.cause, y.cause));
        rest -= common;
      }
      next.add(std::move(rest), y.order, y.cause);
      a = std::move(next);
    }
    return a;
  }

 private:
  std::vector<Piece> pieces_;
};

}  // namespace freshet::core
