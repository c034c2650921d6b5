// What a run of others means for our assets.  Pure.
#pragma once
#include <string>
#include <vector>

#include "api/lineage_event.hpp"
#include "freshet/engine.hpp"
#include "freshet/snapshot.hpp"
#include "model/dataset_names.hpp"

namespace freshet::api {

struct LineageMeaning {
  std::vector<input::Event> events;      ///< Updates of external assets, each with its checks.
  std::vector<LineageDataset> unmapped;  ///< Outputs that are no asset; without their facets.
  std::size_t ours{};  ///< Outputs whose news come from steps of ours, which alone count.
};

/// Of an event with all that came before of its run: outputs of a COMPLETE are updates, and
/// assertions about what it read or wrote are results of checks.  The same event always gets the
/// same ids.  `names` are of the snapshot's graph.
[[nodiscard]] LineageMeaning translate(const LineageEvent& event, const DatasetNames& names,
                                       const Snapshot& snapshot);

/// Which assets a dataset is, under all the names that it has.
[[nodiscard]] std::vector<DatasetNames::Found> find_assets(const DatasetNames& names,
                                                           const LineageDataset& dataset);

/// Leaves of what a run said only what makes its outputs updates: those that are assets, their
/// versions, and the time that it is for.
void leave_essentials(Json& run_facets, std::vector<LineageDataset>& outputs,
                      const DatasetNames& names);

}  // namespace freshet::api
