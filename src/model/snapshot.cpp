// The words of an asset's state, and selections by them.
#include "freshet/snapshot.hpp"

#include <string_view>
#include <vector>

#include "freshet/facts.hpp"
#include "freshet/ids.hpp"
#include "freshet/partitions.hpp"
#include "freshet/result.hpp"
#include "freshet/selection.hpp"

namespace freshet {
namespace {

bool is_partial(const AssetState& state) {
  if (!state.partitions) return false;
  const PartitionView& partitions = *state.partitions;
  return partitions.updated.intersects(partitions.existing) &&
         !partitions.existing.is_subset_of(partitions.updated);
}

bool has_status(const AssetState& state, std::string_view word) {
  if (word == "partial") return is_partial(state);
  if (word == "failed") return state.failed || state.work == WorkState::failed;
  if (word == "paused") return state.paused;
  if (word == "provisional") return state.provisional;
  if (word == "late") return state.freshness == FreshnessState::fail;
  if (word == "warning") return state.freshness == FreshnessState::warn;
  return word == to_text(state.data) || word == to_text(state.work);
}

/// Whether `attribute:value`, which only a running system can answer, holds.
bool holds(const AssetState& state, std::string_view attribute, std::string_view value) {
  if (attribute == "status") return has_status(state, value);
  if (attribute == "data") return value == to_text(state.data);
  if (attribute == "work") return value == to_text(state.work);
  if (attribute == "freshness") return value == to_text(state.freshness);
  return attribute == "automation" && value == "paused" && state.paused;
}

}  // namespace

std::string_view to_text(DataState state) {
  switch (state) {
    case DataState::missing:
      return "missing";
    case DataState::fresh:
      return "fresh";
    case DataState::stale:
      return "stale";
  }
  return "";
}

std::string_view to_text(WorkState state) {
  switch (state) {
    case WorkState::idle:
      return "idle";
    case WorkState::waiting:
      return "waiting";
    case WorkState::running:
      return "running";
    case WorkState::failed:
      return "failed";
    case WorkState::paused:
      return "paused";
  }
  return "";
}

Result<std::vector<Rank>> Selection::select(const Snapshot& snapshot) const {
  return select(*snapshot.graph,
                [&](Rank rank, std::string_view attribute, std::string_view value) {
                  return holds(snapshot.state(rank), attribute, value);
                });
}

}  // namespace freshet
