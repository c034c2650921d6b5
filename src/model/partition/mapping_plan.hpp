// What a mapping means for each dimension of the dependency, the inferred ones included.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "freshet/partitions.hpp"
#include "freshet/result.hpp"

namespace freshet {

/// Where one dimension of the dependency takes its keys or windows from.
struct DimensionPlan {
  enum class Source : std::uint8_t {
    follow,    ///< The asset's dimension `from`: the equal key; the windows that overlap.
    table,     ///< The same by `of.table`.
    all,       ///< Every one that exists, whatever the asset's partition is; …
    last,      ///< … the last of them; …
    specific,  ///< … those of `of.keys`.
  };
  Source source{Source::all};
  std::size_t from{};    ///< Of follow and table.
  MappingDefinition of;  ///< Offsets, keys or table.
};

struct MappingPlan {
  std::vector<DimensionPlan> dimensions;  ///< Of the dependency, in its order.
  bool inferred_all{false};
};

/// Errc::invalid as for make_mapping.  nullptr: unpartitioned.  Pure; needs no numbers, so that it
/// can judge definitions that have none yet.
[[nodiscard]] Result<MappingPlan> plan_mapping(const MappingDefinition& definition,
                                               const PartitionsDefinition* asset,
                                               const PartitionsDefinition* dependency);

}  // namespace freshet
