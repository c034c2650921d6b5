#include "model/partition/mapping_windows.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include "freshet/partitions.hpp"
#include "freshet/result.hpp"
#include "freshet/time.hpp"
#include "model/partition/mapping_plan.hpp"
#include "model/partition/space.hpp"
#include "model/partition/windows.hpp"

namespace freshet {
namespace {

bool has_windows(const PartitionSpace* space) {
  return space != nullptr && space->windows() != nullptr;
}

CellRange existing(const PartitionSpace* space, Instant now) {
  if (!has_windows(space)) return {};
  const auto cells = space->cells(now);
  const std::uint32_t first = space->first_window();
  return cells ? CellRange{.first = cells->first, .last = cells->last}
               : CellRange{.first = first, .last = first - 1};
}

bool is_empty(CellRange range) { return range.first > range.last; }

CellRange common(CellRange a, CellRange b) {
  return {.first = std::max(a.first, b.first), .last = std::min(a.last, b.last)};
}

void add(PartitionSet& out, CellRange range) {
  if (!is_empty(range)) out.add_range(0, 0, range.first, range.last);
}

/// A cell that is `by` windows later.
std::uint32_t shift(std::uint32_t cell, std::int64_t by) {
  constexpr std::int64_t cell_max = 0x3fff'ffff;
  return static_cast<std::uint32_t>(std::clamp(cell + by, std::int64_t{0}, cell_max));
}

/// The window that contains the last moment of another series' window.
std::uint32_t at_end_of(std::uint32_t cell, const WindowSeries& of, const WindowSeries& in) {
  return &of == &in ? cell : in.at(of.span(cell).end - Micros{1});
}
std::uint32_t at_begin_of(std::uint32_t cell, const WindowSeries& of, const WindowSeries& in) {
  return &of == &in ? cell : in.at(of.begin(cell));
}

}  // namespace

WindowMapping::WindowMapping(const DimensionPlan& plan, const PartitionSpace* asset,
                             const PartitionSpace* dependency)
    : asset_{asset}, dependency_{dependency} {
  if (!has_windows(dependency)) return;
  switch (plan.source) {
    case DimensionPlan::Source::all:
      break;
    case DimensionPlan::Source::last:
      kind_ = Kind::last;
      break;
    case DimensionPlan::Source::specific:
      kind_ = Kind::specific;
      for (const std::string& key : plan.of.keys) {
        cells_.push_back(dependency->windows()->parse(key).value());
      }
      break;
    case DimensionPlan::Source::follow:
    case DimensionPlan::Source::table:
      FRESHET_ASSERT(has_windows(asset));
      kind_ = Kind::overlap;
      start_offset_ = plan.of.start_offset;
      end_offset_ = plan.of.end_offset;
      allow_nonexistent_ = plan.of.allow_nonexistent;
      break;
  }
}

bool WindowMapping::is_identity() const {
  if (!has_windows(asset_) || !has_windows(dependency_)) {
    return has_windows(asset_) == has_windows(dependency_);
  }
  return kind_ == Kind::overlap && start_offset_ == 0 && end_offset_ == 0 &&
         asset_->windows() == dependency_->windows();
}

WindowMapping::Now::Now(const WindowMapping& mapping, Instant now)
    : map_{mapping},
      up_{existing(mapping.dependency_, now)},
      down_{existing(mapping.asset_, now)} {}

void WindowMapping::Now::add_needed(CellRange of, PartitionSet& out) const {
  if (is_empty(up_)) return;
  switch (map_.kind_) {
    case Kind::all:
      return add(out, up_);
    case Kind::last:
      return add(out, {.first = up_.last, .last = up_.last});
    case Kind::specific:
      for (const std::uint32_t cell : map_.cells_) {
        add(out, common(up_, {.first = cell, .last = cell}));
      }
      return;
    case Kind::overlap: {
      const WindowSeries& mine = *map_.asset_->windows();
      const WindowSeries& theirs = *map_.dependency_->windows();
      const std::uint32_t first = shift(of.first, map_.start_offset_);
      const std::uint32_t last = shift(of.last, map_.end_offset_);
      return add(out, common(up_, {.first = at_begin_of(first, mine, theirs),
                                   .last = at_end_of(last, mine, theirs)}));
    }
  }
}

/// `cell` is needed by those whose window, shifted, ends after it begins, …
std::uint32_t WindowMapping::Now::first_that_needs(std::uint32_t cell) const {
  return shift(at_begin_of(cell, *map_.dependency_->windows(), *map_.asset_->windows()),
               -std::int64_t{map_.end_offset_});
}

/// … and begins before it ends.
std::uint32_t WindowMapping::Now::last_that_needs(std::uint32_t cell) const {
  return shift(at_end_of(cell, *map_.dependency_->windows(), *map_.asset_->windows()),
               -std::int64_t{map_.start_offset_});
}

void WindowMapping::Now::add_dependents(CellRange of, PartitionSet& out) const {
  of = common(of, up_);
  if (is_empty(of)) return;
  const auto has = [&](std::uint32_t cell) { return of.first <= cell && cell <= of.last; };
  switch (map_.kind_) {
    case Kind::all:
      return add(out, down_);
    case Kind::last:
      if (has(up_.last)) add(out, down_);
      return;
    case Kind::specific:
      if (std::ranges::any_of(map_.cells_, has)) add(out, down_);
      return;
    case Kind::overlap:
      return add(out, common(down_, {.first = first_that_needs(of.first),
                                     .last = last_that_needs(of.last)}));
  }
}

std::optional<std::uint32_t> WindowMapping::Now::lacking_from() const {
  const auto is_later = [&](std::uint32_t cell) { return cell > up_.last; };
  switch (map_.kind_) {
    case Kind::all:
    case Kind::last:
      return std::nullopt;
    case Kind::specific:
      return std::ranges::any_of(map_.cells_, is_later) ? std::optional{0U} : std::nullopt;
    case Kind::overlap:
      if (map_.allow_nonexistent_) return std::nullopt;
      return first_that_needs(up_.last + 1);
  }
  return std::nullopt;
}

std::optional<std::uint32_t> WindowMapping::Now::reaching_from() const {
  const auto is_reaching = [&](std::uint32_t cell) { return cell >= up_.first; };
  switch (map_.kind_) {
    case Kind::all:
    case Kind::last:
      return is_empty(up_) ? std::nullopt : std::optional{0U};
    case Kind::specific:
      return std::ranges::any_of(map_.cells_, is_reaching) ? std::optional{0U} : std::nullopt;
    case Kind::overlap:
      return first_that_needs(up_.first);
  }
  return std::nullopt;
}

}  // namespace freshet
