#include "publish/scope.hpp"

#include <algorithm>

#include "freshet/selection.hpp"
#include "model/partition/space.hpp"

namespace freshet::publish {

void Scope::update(std::shared_ptr<const Snapshot> snapshot) {
  const bool is_same = snapshot_ != nullptr && snapshot_->graph == snapshot->graph;
  snapshot_ = std::move(snapshot);
  if (is_same) return;
  const Graph& all = *snapshot_->graph;
  names_ = std::make_shared<const DatasetNames>(snapshot_->graph);
  ranks_.clear(), complaint_.clear();
  selected_.assign(all.size(), false);
  for (std::uint32_t i = 0; i < all.size(); ++i) {
    ranks_[snapshot_->state(Rank{i}).asset] = Rank{i};
    selected_[i] = all.asset(Rank{i}).project == project_;
  }
  if (select_.empty()) return;
  const auto parsed = Selection::parse(select_);
  const auto ranks = parsed ? parsed->select(all) : parsed.error();
  if (!ranks) {
    complaint_ = "select: " + ranks.error().message + "; told of the assets of project " + project_;
    return;
  }
  selected_.assign(all.size(), false);
  for (const Rank rank : *ranks) selected_[rank.value] = true;
}

std::optional<Rank> Scope::find(AssetId asset) const {
  const auto found = ranks_.find(asset);
  if (found == ranks_.end() || !selected_[found->second.value]) return std::nullopt;
  return found->second;
}

std::string Scope::key_of(Rank rank, PartitionId partition) const {
  const auto& cut = snapshot_->state(rank).partitions;
  if (partition.value == 0 || !cut || cut->space->shape() != unpack(partition).shape) return {};
  return cut->space->key(partition);
}

std::optional<TimeSpan> Scope::span_of(Rank rank, const PartitionSet& partitions) const {
  const auto& cut = snapshot_->state(rank).partitions;
  if (!cut) return std::nullopt;
  std::optional<TimeSpan> out;
  partitions.for_each([&](PartitionId id) {
    if (cut->space->shape() != unpack(id).shape) return true;
    const auto span = cut->space->span(id);
    if (!span) return false;
    if (!out) out = span;
    out->begin = std::min(out->begin, span->begin);
    out->end = std::max(out->end, span->end);
    return true;
  });
  return out;
}

}  // namespace freshet::publish
