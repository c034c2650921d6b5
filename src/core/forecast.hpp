// When assets will be ready: by what is under way, or by the time of day at which they were ready
// before.
#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "freshet/readiness.hpp"

namespace freshet::core {

/// When what runs or is queued will have ended, and what follows from it.  Room in slots and pools
/// is taken for granted, checks for no time.  Borrows the snapshot.
class Forecaster {
 public:
  Forecaster(const Snapshot& snapshot, Instant now);

  /// Of an asset that has a step under way, or that automation makes once some upstream step has
  /// ended; nullopt for any other.
  [[nodiscard]] std::optional<Forecast> of_work(Rank rank);
  /// Of one that will be made from `at` on.
  [[nodiscard]] Forecast of_start(Rank rank, Instant at);

 private:
  /// From now on.
  [[nodiscard]] Estimate ending(const StepRow& step, int depth = 0);
  [[nodiscard]] const Estimate& usual(const AssetState& state);
  /// Of all the partitions that a step is for.
  [[nodiscard]] Estimate takes(const AssetState& state, const StepRow& step);
  void spread();

  const Snapshot& snapshot_;
  Instant now_;
  std::unordered_map<AssetId, std::vector<const StepRow*>> steps_;  ///< That have not ended.
  std::unordered_map<AssetId, const AssetState*> states_;           ///< Of those steps.
  std::unordered_map<StepId, const StepRow*> by_id_;
  std::unordered_map<StepId, Estimate> endings_;
  std::unordered_map<AssetId, Estimate> usual_;
  std::optional<Estimate> typical_;
  bool spread_{false};
  std::vector<std::optional<Estimate>> ready_;  ///< By rank; from now on.
};

/// By the times of day, counted from midnight, at which it was ready on those of the last `days`
/// days on which it was.
[[nodiscard]] Forecast forecast_by_history(std::span<const Millis> ready, std::size_t days,
                                           Instant midnight, Instant now);

}  // namespace freshet::core
