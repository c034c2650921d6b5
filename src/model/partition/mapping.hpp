// Which partitions of a dependency one needs, and which of an asset are concerned by one.
#pragma once
#include <cstdint>
#include <memory>

#include "freshet/partitions.hpp"
#include "freshet/result.hpp"
#include "freshet/time.hpp"
#include "model/partition/space.hpp"

namespace freshet {

/// A dependency's mapping between two bound spaces (nullptr: unpartitioned).  Immutable and shared;
/// any thread.  Costs grow with ranges and rows, never with the number of partitions of a range.
class PartitionMapping {
 public:
  virtual ~PartitionMapping() = default;

  /// How it may be taken without looking at partitions.
  enum class Form : std::uint8_t {
    none,      ///< Neither side is partitioned: the asset itself to the asset itself.
    identity,  ///< Equal numbers on both sides.
    all,  ///< Every partition needs every partition of the dependency (or it is unpartitioned).
    other,
  };
  [[nodiscard]] virtual Form form() const = 0;
  /// An `all` that nobody wrote: the rule of any_deps_missing differs for it.
  [[nodiscard]] virtual bool is_inferred_all() const = 0;

  struct Upstream {
    PartitionSet needed;   ///< Of the dependency, that exist at `now`.
    PartitionSet lacking;  ///< Of the asset, that need one that lies in the future (or is not
                           ///< listed) and may not be left out.
  };
  /// Of these partitions of the asset, whether they exist yet or not; keys that it does not list
  /// need nothing.  What lies before the dependency's start is left out.
  [[nodiscard]] virtual Upstream upstream(const PartitionSet& of, Instant now) const = 0;
  /// The asset's existing partitions that need some of these of the dependency, as far as they
  /// exist.
  [[nodiscard]] virtual PartitionSet downstream(const PartitionSet& of, Instant now) const = 0;
};

/// Errc::invalid: a mapping that does not fit the two sides, with what would ("time_window needs
/// time windows on both sides: the dependency has none; use all, last or static").
[[nodiscard]] Result<std::shared_ptr<const PartitionMapping>> make_mapping(
    const MappingDefinition& definition, std::shared_ptr<const PartitionSpace> asset,
    std::shared_ptr<const PartitionSpace> dependency);

}  // namespace freshet
