// Which partitions an asset has now, and what they are called.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "freshet/partitions.hpp"
#include "freshet/result.hpp"
#include "freshet/time.hpp"
#include "model/partition/names.hpp"
#include "model/partition/windows.hpp"

namespace freshet {

/// Keys of every dynamic set, by its name, in the order in which they came; each once.
using DynamicSets = std::map<std::string, std::vector<std::string>, std::less<>>;

/// A definition bound to its numbers.  Immutable and shared; any thread.  What exists depends on
/// the time and on dynamic keys, which are given to bind: a key that comes or goes needs a new one.
///
/// The dimensions beside time windows make combinations: one key of each.  A combination's number
/// is that of its keys' text, joined by "|"; where there is no such dimension the one combination
/// is 0.  It is the row of a partition of time windows, and the cell of any other.
class PartitionSpace {
 public:
  /// The keys and the shape's text that bind needs to have numbers: single keys and combinations.
  /// Errc::invalid: more than 4,000,000 of them, no dimension or more than one of time, a schedule
  /// that is none; Errc::not_found: an unknown zone.
  struct Needs {
    std::string shape;
    std::vector<std::string> keys;
  };
  [[nodiscard]] static Result<Needs> needs(const PartitionsDefinition& definition,
                                           const DynamicSets& sets);
  /// Every text of needs() must have a number.  The registry is borrowed for good.
  [[nodiscard]] static std::shared_ptr<const PartitionSpace> bind(
      const PartitionsDefinition& definition, const DynamicSets& sets,
      const PartitionRegistry& registry);

  [[nodiscard]] const PartitionsDefinition& definition() const { return definition_; }
  [[nodiscard]] std::uint32_t shape() const { return shape_; }
  [[nodiscard]] PartitionId id(std::uint32_t combination, std::uint32_t window) const {
    return series_ ? pack({.shape = shape_, .row = combination, .cell = window})
                   : pack({.shape = shape_, .cell = combination});
  }

  // --- Keys.

  /// A dimension beside time windows.
  struct Keys {
    std::size_t dimension{};             ///< In the definition.
    std::vector<std::uint32_t> numbers;  ///< Of the keys, in their order.
    std::unordered_map<std::string_view, std::uint32_t> positions;  ///< In that order.
  };
  [[nodiscard]] std::span<const Keys> keys() const { return keys_; }
  /// All, in the order of the definition: the last dimension changes fastest.
  [[nodiscard]] std::span<const std::uint32_t> combinations() const { return combinations_; }
  /// Its keys, joined by "|"; "" for 0, and for a number that was not given.
  [[nodiscard]] std::string_view combination_key(std::uint32_t combination) const {
    return registry_->keys.text(combination);
  }
  /// Place among combinations(); nullopt for one that does not exist (any more).
  [[nodiscard]] std::optional<std::size_t> position(std::uint32_t combination) const;
  /// The key number of a combination's part; 0 where the combination does not exist.  `dimension`
  /// is in the definition's order, and not of time windows.
  [[nodiscard]] std::uint32_t part(std::uint32_t combination, std::size_t dimension) const;

  // --- Time.

  /// Nullptr where no dimension is of time windows; what follows then needs none.
  [[nodiscard]] const WindowSeries* windows() const { return series_.get(); }
  /// The window that is or would be the first.
  [[nodiscard]] std::uint32_t first_window() const { return first_window_; }
  /// Windows that exist at `now`, as first and last cell; nullopt: none yet, or no windows.
  struct Cells {
    std::uint32_t first{};
    std::uint32_t last{};
  };
  [[nodiscard]] std::optional<Cells> cells(Instant now) const;
  /// When the next window comes to exist; nullopt: none ever.
  [[nodiscard]] std::optional<Instant> next_window(Instant now) const;

  // --- Both.

  /// All partitions that exist.
  [[nodiscard]] PartitionSet universe(Instant now) const;
  [[nodiscard]] std::uint64_t count(Instant now) const;
  /// Those of the newest window that has come to exist, and of all that end less than `lookback`
  /// before its end; all partitions where there are no windows.
  [[nodiscard]] PartitionSet latest(Instant now, Micros lookback) const;
  /// The last of universe() in the definition's order: newest window, last listed key; none where
  /// there is none.
  [[nodiscard]] PartitionSet last(Instant now) const;

  /// "2026-01-31", "at|2026-01-31": a key per dimension, in the definition's order.  Also for
  /// partitions of this shape that do not exist (any more); "" for any other.
  [[nodiscard]] std::string key(PartitionId id) const;
  /// Errc::invalid: not the form of a key, with the form; Errc::not_found: no such partition, with
  /// the nearest existing key where keys are listed.
  [[nodiscard]] Result<PartitionId> find(std::string_view key, Instant now) const;
  /// A key of a dynamic set that is not there yet.
  struct NewKey {
    std::string set;
    std::string key;
  };
  /// Those that `key` needs beside what exists to be a partition's; none where it is one.
  /// Errc::invalid, not_found: it could be none, as find() says it.
  [[nodiscard]] Result<std::vector<NewKey>> new_keys(std::string_view key, Instant now) const;
  /// What a person asks for: a key, or several separated by commas.  In each dimension a key may be
  /// `*`, every one, or "FIRST...LAST" (time windows: of time; listed keys: of the order in which
  /// they are listed): "at|2026-01-01...2026-01-31"; whole keys as bounds mean the same:
  /// "at|2026-01-01...at|2026-01-31".
  [[nodiscard]] Result<PartitionSet> select(std::string_view text, Instant now) const;
  /// Bounds in time of a partition; nullopt where no dimension is of time windows.
  [[nodiscard]] std::optional<TimeSpan> span(PartitionId id) const;

 private:
  PartitionSpace() = default;

  /// Neighbours in a dimension: windows, or positions of keys; none where first > last.
  struct Choice {
    std::uint32_t first{};
    std::uint32_t last{};
  };
  [[nodiscard]] const Keys* keys_of(std::size_t dimension) const;
  [[nodiscard]] Result<std::uint32_t> find_window(std::string_view key, Instant now) const;
  [[nodiscard]] Result<std::uint32_t> find_key(const Keys& keys, std::string_view key) const;
  [[nodiscard]] Result<std::uint32_t> find_in(std::size_t dimension, std::string_view key,
                                              Instant now) const;
  [[nodiscard]] Result<Choice> choose(std::size_t dimension, std::string_view text,
                                      Instant now) const;
  [[nodiscard]] Result<std::vector<std::string_view>> pieces(std::string_view key) const;
  [[nodiscard]] Result<PartitionSet> select_one(std::string_view text, Instant now) const;
  [[nodiscard]] PartitionSet product(const std::vector<Choice>& choices) const;

  PartitionsDefinition definition_;
  const PartitionRegistry* registry_{};
  std::uint32_t shape_{};
  std::vector<Keys> keys_;
  std::vector<std::uint32_t> combinations_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> positions_;  ///< Combination, place; sorted.
  PartitionSet listed_;                 ///< All partitions, where no dimension is of time windows.
  const WindowsDefinition* windows_{};  ///< In definition_.
  std::shared_ptr<const WindowSeries> series_;
  std::uint32_t first_window_{};
};

}  // namespace freshet
