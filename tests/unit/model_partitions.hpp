// Definitions and bound spaces for tests of partitions.
#pragma once
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "freshet/partitions.hpp"
#include "model/partition/names.hpp"
#include "model/partition/space.hpp"

namespace freshet::test {

using Space = std::shared_ptr<const PartitionSpace>;

inline Instant instant(std::string_view text) { return parse_instant(text).value(); }

inline DimensionDefinition keys(std::vector<std::string> listed, std::string name = "") {
  return {.name = std::move(name), .of = StaticKeys{std::move(listed)}};
}
inline DimensionDefinition dynamic(std::string set, std::string name = "") {
  return {.name = std::move(name), .of = DynamicKeys{std::move(set)}};
}
inline WindowsDefinition windows(Cadence cadence, std::string_view start,
                                 std::string timezone = "UTC") {
  return {.cadence = cadence, .timezone = std::move(timezone), .start = instant(start)};
}
inline DimensionDefinition time(WindowsDefinition of, std::string name = "") {
  return {.name = std::move(name), .of = std::move(of)};
}
inline PartitionsDefinition partitions(std::vector<DimensionDefinition> dimensions) {
  return {.dimensions = std::move(dimensions), .text = "of the test"};
}

/// Gives numbers to whatever is bound.
struct Binder {
  PartitionRegistry registry;
  DynamicSets sets;

  Space bind(const PartitionsDefinition& definition) {
    const PartitionSpace::Needs needs = PartitionSpace::needs(definition, sets).value();
    registry.shapes.intern(needs.shape);
    for (const std::string& key : needs.keys) registry.keys.intern(key);
    return PartitionSpace::bind(definition, sets, registry);
  }
  Space bind(std::vector<DimensionDefinition> dimensions) {
    return bind(partitions(std::move(dimensions)));
  }
};

/// Keys of a set, in the order of their numbers; "itself" where the asset is unpartitioned.
inline std::vector<std::string> names(const PartitionSpace* space, const PartitionSet& set) {
  std::vector<std::string> out;
  set.for_each([&](PartitionId id) {
    out.push_back(id == PartitionId{} ? "itself" : space == nullptr ? "?" : space->key(id));
    return true;
  });
  return out;
}

}  // namespace freshet::test
