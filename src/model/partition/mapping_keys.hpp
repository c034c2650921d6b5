// Which combinations of keys of a dependency a combination of an asset needs, in groups that need
// the same.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "model/partition/mapping_plan.hpp"
#include "model/partition/space.hpp"

namespace freshet {

/// Combinations of the dimensions beside time windows (see PartitionSpace); a side that has none,
/// or is unpartitioned (nullptr), has the one combination 0.
class KeyMapping {
 public:
  KeyMapping(const MappingPlan& plan, const PartitionSpace* asset,
             const PartitionSpace* dependency);

  /// Each combination needs the one of the same number.
  [[nodiscard]] bool is_identity() const { return identity_; }

  /// Combinations of the asset that need the same ones; a number of no meaning outside.
  using Group = std::uint32_t;
  /// Of a combination of the asset; nullopt: not listed.
  [[nodiscard]] std::optional<Group> group_of(std::uint32_t combination) const;
  /// The asset's combinations of a group, ascending.
  [[nodiscard]] std::span<const std::uint32_t> members(const Group& group) const;
  /// The dependency's listed combinations that each of the group needs, ascending.
  [[nodiscard]] std::span<const std::uint32_t> needed(const Group& group) const;
  /// Whether each of the group also needs one that is not listed.
  [[nodiscard]] bool needs_unlisted(const Group& group) const;
  /// Calls `each` with the groups that need a combination of the dependency.
  template <class Each>
  void each_dependent(std::uint32_t combination, Each each) const {
    if (identity_) {
      if (is_listed(dependency_, combination) && is_listed(asset_, combination)) each(combination);
      return;
    }
    for (const auto& [number, group] : dependents_of(combination)) each(group);
  }

 private:
  struct Members {
    std::vector<std::uint32_t> down;
    std::vector<std::uint32_t> up;
    bool unlisted{false};
  };
  using Pair = std::pair<std::uint32_t, Group>;

  [[nodiscard]] static bool is_listed(const PartitionSpace* space, std::uint32_t combination);
  [[nodiscard]] std::span<const Pair> dependents_of(std::uint32_t combination) const;

  const PartitionSpace* asset_;
  const PartitionSpace* dependency_;
  bool identity_{false};  ///< A group is then a combination's number, and nothing is stored.
  std::vector<Members> groups_;
  std::vector<Pair> by_down_;  ///< Sorted; each combination once.
  std::vector<Pair> by_up_;    ///< Sorted.
};

}  // namespace freshet
