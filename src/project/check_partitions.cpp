// Partitions: that they can be counted, and that each dependency can be mapped.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "freshet/definitions.hpp"
#include "freshet/partitions.hpp"
#include "freshet/result.hpp"
#include "model/partition/mapping.hpp"
#include "model/partition/names.hpp"
#include "model/partition/space.hpp"
#include "model/partition/windows.hpp"
#include "project/validation.hpp"

namespace freshet::project {
namespace {

/// Spaces by the text of their definition: most assets share one.
class Spaces {
 public:
  Result<std::shared_ptr<const PartitionSpace>> of(const PartitionsDefinition& definition) {
    const auto [found, is_new] = bound_.try_emplace(definition.text);
    if (!is_new) return found->second;
    auto needs = PartitionSpace::needs(definition, {});
    if (!needs) {
      found->second = std::move(needs).error();
    } else {
      registry_.shapes.intern(needs->shape);
      for (const std::string& key : needs->keys) registry_.keys.intern(key);
      found->second = PartitionSpace::bind(definition, {}, registry_);
    }
    return found->second;
  }

 private:
  PartitionRegistry registry_;
  std::map<std::string, Result<std::shared_ptr<const PartitionSpace>>, std::less<>> bound_;
};

/// Windows of the asset that fit into one of the dependency, where that ends only after them; 0
/// where it does not.
std::int64_t windows_within(const PartitionSpace& asset, const PartitionSpace& dependency) {
  if (asset.windows() == nullptr || dependency.windows() == nullptr) return 0;
  const auto length = [](const PartitionSpace& space) {
    for (const DimensionDefinition& dimension : space.definition().dimensions) {
      const auto* windows = std::get_if<WindowsDefinition>(&dimension.of);
      if (windows == nullptr) continue;
      const TimeSpan span = space.windows()->span(space.windows()->at(windows->start) + 1);
      return span.end - span.begin;
    }
    return Micros{1};
  };
  const Micros mine = length(asset), theirs = length(dependency);
  return mine < theirs && mine > Micros::zero() ? (theirs + mine - Micros{1}) / mine : 0;
}

}  // namespace

void Validation::check_partitions() {
  if (!std::ranges::all_of(projects_, &ProjectView::is_sound)) return;
  Spaces spaces;
  const auto space_of = [&](Number n) -> Result<std::shared_ptr<const PartitionSpace>> {
    const auto& definition = asset(n).partitions;
    if (!definition) return std::shared_ptr<const PartitionSpace>{};
    return spaces.of(*definition);
  };
  for (Number n = 0; n < assets_.size(); ++n) {
    const std::size_t project = assets_[n].project;
    const auto mine = space_of(n);
    if (!mine) {
      report(project, asset(n).place,
             "partitions of \"" + asset(n).key + "\": " + mine.error().message);
      continue;
    }
    const BackfillPolicy& policy = asset(n).backfill;
    if (policy.is_range && *mine && (*mine)->definition().dimensions.size() > 1) {
      report(project, asset(n).place,
             "backfill_policy of \"" + asset(n).key +
                 "\": a range needs partitions of one dimension, and these have " +
                 std::to_string((*mine)->definition().dimensions.size()) + "; leave it out");
    }
    const auto deps = upstream(n);
    for (std::size_t i = 0; i < deps.size(); ++i) {
      if (deps[i] == kNone) continue;
      const Dependency& dependency = asset(n).deps[i];
      const auto theirs = space_of(deps[i]);
      if (!theirs) continue;  // reported with the dependency itself
      const auto mapping = make_mapping(dependency.mapping, *mine, *theirs);
      if (!mapping) {
        report(
            project, dependency.place,
            "\"" + asset(n).key + "\" over \"" + dependency.key + "\": " + mapping.error().message);
        continue;
      }
      if (dependency.mapping.kind != MappingDefinition::Kind::inferred || !*mine || !*theirs)
        continue;
      if (const std::int64_t within = windows_within(**mine, **theirs); within > 1) {
        const std::string offset = std::to_string(-within);
        report(project, dependency.place,
               "\"" + asset(n).key + "\" needs the window of \"" + dependency.key +
                   "\" that it lies in, which ends only later: its newest partitions will wait for "
                   "that; for the last one that is complete write mapping: {time_window: "
                   "{start_offset: " +
                   offset + ", end_offset: " + offset + "}}",
               Diagnostic::Severity::warning);
      }
    }
  }
}

}  // namespace freshet::project
