// Which assets a publication is about, and what they are called.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "freshet/definitions.hpp"
#include "freshet/ids.hpp"
#include "freshet/snapshot.hpp"
#include "freshet/time.hpp"
#include "model/dataset_names.hpp"
#include "model/partition/windows.hpp"

namespace freshet::publish {

/// Of one snapshot; what follows from the graph alone is kept for the next one.  One thread.
class Scope {
 public:
  Scope(std::string project, std::string select)
      : project_{std::move(project)}, select_{std::move(select)} {}

  /// To be called before anything is asked, and for each later snapshot.
  void update(std::shared_ptr<const Snapshot> snapshot);

  /// nullopt: it is not defined any more, or the publication is not about it.
  [[nodiscard]] std::optional<Rank> find(AssetId asset) const;
  /// Also of those that the publication is not about.
  [[nodiscard]] const AssetDefinition& asset(Rank rank) const {
    return snapshot_->graph->asset(rank);
  }
  [[nodiscard]] AssetId id(Rank rank) const { return snapshot_->state(rank).asset; }
  [[nodiscard]] const Graph& graph() const { return *snapshot_->graph; }
  [[nodiscard]] const Snapshot& snapshot() const { return *snapshot_; }
  [[nodiscard]] const DatasetNames& names() const { return *names_; }
  /// Keys of partitions; "" of what is not cut, or not any more.
  [[nodiscard]] std::string key_of(Rank rank, PartitionId partition) const;
  /// From the first's begin to the last's end.
  [[nodiscard]] std::optional<TimeSpan> span_of(Rank rank, const PartitionSet& partitions) const;
  /// What is wrong with the selection, which then means the assets of its project; "" for nothing.
  [[nodiscard]] const std::string& complaint() const { return complaint_; }

 private:
  std::string project_, select_, complaint_;
  std::shared_ptr<const Snapshot> snapshot_;
  std::shared_ptr<const DatasetNames> names_;
  std::unordered_map<AssetId, Rank> ranks_;
  std::vector<bool> selected_;  ///< By rank.
};

}  // namespace freshet::publish
