// Which windows of a dependency a window needs, and the other way round: by the ends of ranges,
// since neighbours need neighbours.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "freshet/partitions.hpp"
#include "freshet/time.hpp"
#include "model/partition/mapping_plan.hpp"
#include "model/partition/space.hpp"

namespace freshet {

/// Both included; empty where first > last.
struct CellRange {
  std::uint32_t first{};
  std::uint32_t last{};
};

/// A side without windows has the one cell 0.  Sets here have shape 0 and row 0.
class WindowMapping {
 public:
  /// `plan` is that of the dependency's windows; ignored where it has none.  Borrows the spaces,
  /// nullptr: unpartitioned.
  WindowMapping(const DimensionPlan& plan, const PartitionSpace* asset,
                const PartitionSpace* dependency);

  /// Equal cells on both sides.
  [[nodiscard]] bool is_identity() const;

  /// The same at one instant.
  class Now {
   public:
    Now(const WindowMapping& mapping, Instant now);
    /// Adds the dependency's existing cells that those need.
    void add_needed(CellRange of, PartitionSet& out) const;
    /// Adds the asset's existing cells that need some of those that exist.
    void add_dependents(CellRange of, PartitionSet& out) const;
    /// Every cell of the asset from here on needs one that does not exist yet; nullopt: none does.
    [[nodiscard]] std::optional<std::uint32_t> lacking_from() const;
    /// Every cell of the asset from here on needs one that is not before the dependency's start.
    [[nodiscard]] std::optional<std::uint32_t> reaching_from() const;

   private:
    [[nodiscard]] std::uint32_t first_that_needs(std::uint32_t cell) const;
    [[nodiscard]] std::uint32_t last_that_needs(std::uint32_t cell) const;

    const WindowMapping& map_;
    CellRange up_;
    CellRange down_;
  };

 private:
  enum class Kind : std::uint8_t { all, last, specific, overlap };

  const PartitionSpace* asset_;
  const PartitionSpace* dependency_;
  Kind kind_{Kind::all};
  std::int32_t start_offset_{};
  std::int32_t end_offset_{};
  bool allow_nonexistent_{false};
  std::vector<std::uint32_t> cells_;  ///< Of specific.
};

}  // namespace freshet
