// What is known of each member: one row an asset, and one a partition where it is cut.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "freshet/rows.hpp"
#include "freshet/snapshot.hpp"
#include "model/partition/space.hpp"

namespace freshet::core {

/// The partitions of one asset.  Rows lie in pages of neighbouring cells; what conditions and
/// readers ask about all partitions at once lies in sets.
class Partitions {
 public:
  /// A row that nothing is known of where there is none.
  [[nodiscard]] const MemberRow& of(PartitionId p) const {
    static const MemberRow nothing;
    const auto it = pages_.find(p.value >> page_bits);
    if (it == pages_.end()) return nothing;
    return (*it->second)[p.value & page_mask];
  }
  [[nodiscard]] MemberRow& edit(MemberId m) {
    auto& page = pages_[m.partition.value >> page_bits];
    if (!page) page = std::make_unique<Page>();
    MemberRow& row = (*page)[m.partition.value & page_mask];
    row.asset = m.asset, row.partition = m.partition;
    return row;
  }
  /// Every row that was ever edited, in no order.
  template <class F>
  void for_each(F&& each) const {
    for (const auto& [number, page] : pages_) {
      for (const MemberRow& row : *page) {
        if (row.asset.value != 0) each(row);
      }
    }
  }

  /// Takes a definition into force.  Rows of another shape are kept, but no set knows them.
  void bind(std::shared_ptr<const PartitionSpace> to);
  /// These exist from now on, and no others.
  void exist(PartitionSet now);
  /// Brings the sets up to date with a member's row and steps.
  void note(PartitionId p);

  std::shared_ptr<const PartitionSpace> space;  ///< Of the definition in force; null: not cut.
  std::uint32_t shape{};                        ///< That all sets are of.
  PartitionSet universe;                        ///< Those that exist …
  PartitionSet missing;                         ///< … and were never materialized nor observed.
  PartitionSet updated;                         ///< That were materialized or observed.
  PartitionSet materialized;
  PartitionSet failed;  ///< Whose latest finished step failed.
  PartitionSet in_progress;
  PartitionSet stale_code, stale_data, stale_dependencies;
  std::unordered_map<PartitionId, StepId> busy, queued;
  std::unordered_map<PartitionId, std::vector<CheckRow>> checks;
  std::unordered_map<PartitionId, std::vector<std::uint64_t>> versions;
  Sequence changed;  ///< Latest change of any.
  /// The latest changes, oldest first: all of those after `recent_from`.
  std::deque<std::pair<Sequence, PartitionId>> recent;
  Sequence recent_from;

  void remember_change(Sequence at, PartitionId p);

 private:
  static constexpr unsigned page_bits = 6;
  static constexpr std::uint64_t page_mask = (std::uint64_t{1} << page_bits) - 1;
  using Page = std::array<MemberRow, std::size_t{1} << page_bits>;
  std::unordered_map<std::uint64_t, std::unique_ptr<Page>> pages_;
};

}  // namespace freshet::core
