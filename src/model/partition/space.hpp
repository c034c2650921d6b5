// Which partitions an asset has now, and what they are called.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/partitions.hpp"
#include "model/partition/names.hpp"
#include "model/partition/windows.hpp"

namespace freshet {

/// Keys of every dynamic set, by its name, in the order in which they came.
using DynamicSets = std::map<std::string, std::vector<std::string>, std::less<>>;

/// A definition bound to its numbers.  Immutable and shared; any thread.  What exists depends on
/// the time and on dynamic keys, which are given to bind: a key that comes or goes needs a new one.
class PartitionSpace {
 public:
  /// The keys and the shape's text that bind needs to have numbers: combinations of the dimensions
  /// beside time windows.  Errc::invalid: more than 4,000,000 combinations, more than one time
  /// dimension, an unknown zone.
  struct Needs {
    std::string shape;
    std::vector<std::string> keys;
  };
  [[nodiscard]] static Result<Needs> needs(const PartitionsDefinition& definition,
                                           const DynamicSets& sets);
  /// Every text of needs() must have a number.
  [[nodiscard]] static std::shared_ptr<const PartitionSpace> bind(
      const PartitionsDefinition& definition, const DynamicSets& sets,
      const PartitionRegistry& registry);

  [[nodiscard]] const PartitionsDefinition& definition() const { return definition_; }
  [[nodiscard]] std::uint32_t shape() const { return shape_; }
  /// Nullptr where no dimension is of time windows.
  [[nodiscard]] const WindowSeries* windows() const { return series_.get(); }
  /// One dimension's number (in the definition's order) of a row or key made of several: the key
  /// number of its part.  Only for dimensions beside time windows.
  [[nodiscard]] std::uint32_t part(std::uint32_t combination, std::size_t dimension) const;

  /// Windows that exist at `now`, as first and last cell; nullopt: none yet, or no windows.
  struct Cells {
    std::uint32_t first{};
    std::uint32_t last{};
  };
  [[nodiscard]] std::optional<Cells> cells(Instant now) const;
  /// When the next window comes to exist; nullopt: none ever.
  [[nodiscard]] std::optional<Instant> next_window(Instant now) const;

  /// All partitions that exist.
  [[nodiscard]] PartitionSet universe(Instant now) const;
  [[nodiscard]] std::uint64_t count(Instant now) const;
  /// Those of the newest window that has come to exist, or of all whose end lies within `lookback`
  /// of its end; all partitions where there are no windows.
  [[nodiscard]] PartitionSet latest(Instant now, Micros lookback) const;
  /// The last of universe() in the definition's order: newest window, last listed key; nullopt for
  /// none.
  [[nodiscard]] PartitionSet last(Instant now) const;

  /// "2026-01-31", "at|2026-01-31": a key per dimension, in the definition's order.  Also for
  /// partitions of this shape that do not exist (any more).
  [[nodiscard]] std::string key(PartitionId id) const;
  /// Errc::invalid: not the form of a key, with the form; Errc::not_found: no such partition, with
  /// the nearest existing key where keys are listed.
  [[nodiscard]] Result<PartitionId> find(std::string_view key, Instant now) const;
  /// What a person asks for: "KEY", "FIRST...LAST" (time windows: of time; listed keys: of the
  /// order in which they are listed; dimension by dimension), or several separated by commas, of
  /// which `*` is every key of its dimension ("*|2026-01-31").
  [[nodiscard]] Result<PartitionSet> select(std::string_view text, Instant now) const;
  /// Bounds in time of a partition; nullopt where no dimension is of time windows.
  [[nodiscard]] std::optional<TimeSpan> span(PartitionId id) const;

 private:
  PartitionSpace() = default;
  // The implementer's.
  PartitionsDefinition definition_;
  std::uint32_t shape_{};
  std::shared_ptr<const WindowSeries> series_;
};

}  // namespace freshet
