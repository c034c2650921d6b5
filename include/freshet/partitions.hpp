// How an asset is cut into partitions, how partitions of one asset depend on those of another, and
// sets of them.
#pragma once
#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "freshet/ids.hpp"
#include "freshet/result.hpp"
#include "freshet/time.hpp"

namespace freshet {

// --- As it is written in a project's files.

enum class Cadence : std::uint8_t { hourly, daily, weekly, monthly, cron };

/// One partition per stretch of time between two ticks of a clock on the wall.
struct WindowsDefinition {
  Cadence cadence{Cadence::daily};
  std::string schedule;  ///< Of cadence cron; "" otherwise.
  std::string timezone{"UTC"};
  Instant start{};             ///< The first window begins at the first tick from here on.
  std::optional<Instant> end;  ///< The last window has ended by then; nullopt: there is always a
                               ///< next one.
  Micros offset{};             ///< A window exists from its end on, plus this.
  friend bool operator==(const WindowsDefinition&, const WindowsDefinition&) = default;
};

/// Keys that are listed, in the order in which they are written.
struct StaticKeys {
  std::vector<std::string> keys;
  friend bool operator==(const StaticKeys&, const StaticKeys&) = default;
};

/// Keys that come and go while the daemon runs; assets that name one set share it.
struct DynamicKeys {
  std::string name;
  friend bool operator==(const DynamicKeys&, const DynamicKeys&) = default;
};

struct DimensionDefinition {
  std::string name;  ///< "" where there is only one.
  std::variant<StaticKeys, WindowsDefinition, DynamicKeys> of;
  friend bool operator==(const DimensionDefinition&, const DimensionDefinition&) = default;
};

/// At least one dimension; at most one of them is of time windows.
struct PartitionsDefinition {
  std::vector<DimensionDefinition> dimensions;
  std::string text;  ///< Canonical one-line form; two equal texts are the same partitioning.
  friend bool operator==(const PartitionsDefinition&, const PartitionsDefinition&) = default;
};

/// Which partitions of a dependency one partition of the asset needs (reference: Partition
/// mappings).
struct MappingDefinition {
  enum class Kind : std::uint8_t {
    inferred,
    identity,
    all,
    last,
    specific,
    table,
    time_window,
    multi
  };
  Kind kind{Kind::inferred};
  std::vector<std::string> keys;                          ///< Of specific.
  std::map<std::string, std::vector<std::string>> table;  ///< The asset's key → the dependency's.
  std::int32_t start_offset{};                            ///< Of time_window, in windows of the …
  std::int32_t end_offset{};                              ///< … asset; start <= end.
  bool allow_nonexistent{false};
  std::map<std::string, MappingDefinition> dimensions;  ///< Of multi, by the dependency's name.
  std::string text;                                     ///< Canonical; "" where it is inferred.
  friend bool operator==(const MappingDefinition&, const MappingDefinition&) = default;
};

// --- Partitions as numbers.

/// A partition's number is made of three.  The shape says how to read the other two; partitions of
/// equal shape are comparable across assets.  Cell: the time window, or, where no dimension is of
/// time, the key.  Row: the key of all other dimensions beside time windows, else 0.  A key is a
/// number that a text got at first sight; the keys of several dimensions together, joined by "|",
/// are one text.
struct PartitionParts {
  std::uint32_t shape{};  ///< From 1, below 2^12.
  std::uint32_t row{};    ///< Below 2^22.
  std::uint32_t cell{};   ///< Below 2^30.
  friend bool operator==(const PartitionParts&, const PartitionParts&) = default;
};
[[nodiscard]] constexpr PartitionId pack(PartitionParts p) {
  return PartitionId{std::uint64_t{p.shape} << 52U | std::uint64_t{p.row} << 30U | p.cell};
}
[[nodiscard]] constexpr PartitionParts unpack(PartitionId id) {
  return {.shape = static_cast<std::uint32_t>(id.value >> 52U),
          .row = static_cast<std::uint32_t>(id.value >> 30U & 0x3f'ffffU),
          .cell = static_cast<std::uint32_t>(id.value & 0x3fff'ffffU)};
}

/// A compressed set of partitions; as a rule of one shape, or "the asset itself" (PartitionId{}).
/// A value; copies share until one changes.  Empty and one-element sets allocate nothing.
class PartitionSet {
 public:
  PartitionSet() = default;
  explicit PartitionSet(PartitionId one);
  /// Cells first..last, both included, of one row.
  [[nodiscard]] static PartitionSet range(std::uint32_t shape, std::uint32_t row,
                                          std::uint32_t first, std::uint32_t last);

  [[nodiscard]] bool empty() const;
  [[nodiscard]] std::uint64_t size() const;
  [[nodiscard]] bool contains(PartitionId id) const;
  void add(PartitionId id);
  void add_range(std::uint32_t shape, std::uint32_t row, std::uint32_t first, std::uint32_t last);
  void remove(PartitionId id);

  PartitionSet& operator|=(const PartitionSet& other);
  PartitionSet& operator&=(const PartitionSet& other);
  PartitionSet& operator-=(const PartitionSet& other);
  friend PartitionSet operator|(PartitionSet a, const PartitionSet& b) { return a |= b; }
  friend PartitionSet operator&(PartitionSet a, const PartitionSet& b) { return a &= b; }
  friend PartitionSet operator-(PartitionSet a, const PartitionSet& b) { return a -= b; }
  [[nodiscard]] bool intersects(const PartitionSet& other) const;
  [[nodiscard]] bool is_subset_of(const PartitionSet& other) const;
  friend bool operator==(const PartitionSet& a, const PartitionSet& b);

  /// In ascending order of their numbers, until `each` returns false; true if it never did.
  bool for_each(const std::function<bool(PartitionId)>& each) const;
  /// Runs of neighbouring cells of a row, ascending: shape, row, first and last cell.
  bool for_each_range(const std::function<bool(std::uint32_t, std::uint32_t, std::uint32_t,
                                               std::uint32_t)>& each) const;
  [[nodiscard]] std::optional<PartitionId> first() const;
  [[nodiscard]] std::optional<PartitionId> last() const;
  /// The `n`-th from 0, in ascending order; nullopt beyond the end.  For pages of a large set.
  [[nodiscard]] std::optional<PartitionId> at(std::uint64_t n) const;

  /// Portable bytes, the same for equal sets; Errc::invalid for anything that serialize did not
  /// write.
  [[nodiscard]] std::string serialize() const;
  [[nodiscard]] static Result<PartitionSet> deserialize(std::string_view bytes);

 private:
  struct Bits;
  /// The bits, held by nobody else.
  Bits& own();
  /// Lets go of the bits where less than two elements are left.
  void settle();

  std::optional<PartitionId> one_;  ///< The only element, where bits_ is null.
  std::shared_ptr<Bits> bits_;      ///< More than one element.
};

}  // namespace freshet
