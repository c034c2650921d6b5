#include "model/partition/mapping.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "freshet/ids.hpp"
#include "freshet/partitions.hpp"
#include "freshet/result.hpp"
#include "freshet/time.hpp"
#include "model/partition/mapping_keys.hpp"
#include "model/partition/mapping_plan.hpp"
#include "model/partition/mapping_windows.hpp"
#include "model/partition/space.hpp"

namespace freshet {
namespace {

using Space = std::shared_ptr<const PartitionSpace>;

/// Calls `each(combination, cells)` for what a set has of a space.
template <class Each>
void each_row(const PartitionSpace* space, const PartitionSet& set, Each each) {
  const std::uint32_t shape = space == nullptr ? 0 : space->shape();
  const bool rows = space != nullptr && space->windows() != nullptr;
  set.for_each_range(
      [&](std::uint32_t of, std::uint32_t row, std::uint32_t first, std::uint32_t last) {
        if (of != shape) return true;
        if (rows) {
          each(row, CellRange{.first = first, .last = last});
          return true;
        }
        for (std::uint32_t key = first; key <= last; ++key) each(key, CellRange{});
        return true;
      });
}

/// Adds `cells` (of shape 0, row 0) of a combination.
void add_row(const PartitionSpace* space, std::uint32_t combination, const PartitionSet& cells,
             PartitionSet& out) {
  if (space == nullptr || space->windows() == nullptr) {
    if (!cells.empty()) out.add(space == nullptr ? PartitionId{} : space->id(combination, 0));
    return;
  }
  cells.for_each_range([&](std::uint32_t, std::uint32_t, std::uint32_t first, std::uint32_t last) {
    out.add_range(space->shape(), combination, first, last);
    return true;
  });
}

/// A mapping is the product of one of windows and one of all other dimensions together.
class ProductMapping final : public PartitionMapping {
 public:
  ProductMapping(const MappingPlan& plan, const DimensionPlan& windows, Space asset,
                 Space dependency)
      : asset_{std::move(asset)},
        dependency_{std::move(dependency)},
        windows_{windows, asset_.get(), dependency_.get()},
        keys_{plan, asset_.get(), dependency_.get()},
        inferred_all_{plan.inferred_all} {
    const bool all = std::ranges::all_of(plan.dimensions, [](const DimensionPlan& dimension) {
      return dimension.source == DimensionPlan::Source::all;
    });
    if (!asset_ && !dependency_) {
      form_ = Form::none;
    } else if (all) {
      form_ = Form::all;
    } else if (asset_ && asset_->shape() == dependency_->shape() && windows_.is_identity() &&
               keys_.is_identity()) {
      form_ = Form::identity;
    }
  }

  [[nodiscard]] Form form() const override { return form_; }
  [[nodiscard]] bool is_inferred_all() const override { return inferred_all_; }

  [[nodiscard]] Upstream upstream(const PartitionSet& of, Instant now) const override {
    Upstream out;
    if (form_ == Form::identity && asset_->windows() == nullptr) {
      const PartitionSet existing = dependency_->universe(now);
      out.needed = of & existing;
      out.lacking = (of & asset_->universe(now)) - existing;
      return out;
    }
    const WindowMapping::Now windows{windows_, now};
    const std::optional<std::uint32_t> lacking = windows.lacking_from();
    const std::optional<std::uint32_t> reaching = windows.reaching_from();
    std::map<KeyMapping::Group, PartitionSet> cells;
    each_row(asset_.get(), of, [&](std::uint32_t combination, CellRange range) {
      const auto group = keys_.group_of(combination);
      if (!group) return;
      const bool unlisted = keys_.needs_unlisted(*group);
      if (!unlisted && keys_.needed(*group).empty()) return;
      cells[*group].add_range(0, 0, range.first, range.last);
      const auto from = unlisted ? reaching : lacking;
      if (!from || *from > range.last) return;
      add_row(asset_.get(), combination,
              PartitionSet::range(0, 0, std::max(*from, range.first), range.last), out.lacking);
    });
    for (const auto& [group, some] : cells) {
      PartitionSet needed;
      each_cells(some, [&](CellRange range) { windows.add_needed(range, needed); });
      for (const std::uint32_t combination : keys_.needed(group)) {
        add_row(dependency_.get(), combination, needed, out.needed);
      }
    }
    return out;
  }

  [[nodiscard]] PartitionSet downstream(const PartitionSet& of, Instant now) const override {
    if (form_ == Form::identity && asset_->windows() == nullptr) {
      return of & dependency_->universe(now) & asset_->universe(now);
    }
    const WindowMapping::Now windows{windows_, now};
    std::map<KeyMapping::Group, PartitionSet> cells;
    each_row(dependency_.get(), of, [&](std::uint32_t combination, CellRange range) {
      keys_.each_dependent(combination, [&](KeyMapping::Group group) {
        cells[group].add_range(0, 0, range.first, range.last);
      });
    });
    PartitionSet out;
    for (const auto& [group, some] : cells) {
      PartitionSet dependents;
      each_cells(some, [&](CellRange range) { windows.add_dependents(range, dependents); });
      for (const std::uint32_t combination : keys_.members(group)) {
        add_row(asset_.get(), combination, dependents, out);
      }
    }
    return out;
  }

 private:
  template <class Each>
  static void each_cells(const PartitionSet& cells, Each each) {
    cells.for_each_range(
        [&](std::uint32_t, std::uint32_t, std::uint32_t first, std::uint32_t last) {
          each(CellRange{.first = first, .last = last});
          return true;
        });
  }

  Space asset_;
  Space dependency_;
  WindowMapping windows_;
  KeyMapping keys_;
  bool inferred_all_;
  Form form_{Form::other};
};

}  // namespace

Result<std::shared_ptr<const PartitionMapping>> make_mapping(
    const MappingDefinition& definition, std::shared_ptr<const PartitionSpace> asset,
    std::shared_ptr<const PartitionSpace> dependency) {
  FRESHET_TRY(const MappingPlan plan,
              plan_mapping(definition, asset ? &asset->definition() : nullptr,
                           dependency ? &dependency->definition() : nullptr));
  DimensionPlan windows;
  for (std::size_t d = 0; d < plan.dimensions.size(); ++d) {
    const bool is_keys = std::ranges::any_of(
        dependency->keys(), [&](const PartitionSpace::Keys& keys) { return keys.dimension == d; });
    if (!is_keys) windows = plan.dimensions[d];
  }
  std::shared_ptr<const PartitionMapping> mapping = std::make_shared<const ProductMapping>(
      plan, windows, std::move(asset), std::move(dependency));
  return mapping;
}

}  // namespace freshet
