// The state of everything at one instant, for readers on other threads.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "freshet/estimate.hpp"
#include "freshet/facts.hpp"
#include "freshet/graph.hpp"
#include "freshet/rows.hpp"

namespace freshet {

class PartitionSpace;

enum class DataState : std::uint8_t { missing, fresh, stale };
enum class WorkState : std::uint8_t { idle, waiting, running, failed, paused };
[[nodiscard]] std::string_view to_text(DataState state);
[[nodiscard]] std::string_view to_text(WorkState state);

/// Causes of staleness, as bits.
enum StaleCause : std::uint8_t { stale_code = 1, stale_data = 2, stale_dependencies = 4 };

/// The partitions of an asset that is cut, as sets.
struct PartitionView {
  std::shared_ptr<const PartitionSpace> space;
  PartitionSet existing;
  PartitionSet updated;  ///< Materialized or observed; the others that exist are missing.
  PartitionSet failed;
  PartitionSet in_progress;
  PartitionSet stale_code, stale_data, stale_dependencies;
};

struct AssetState {
  AssetId asset;
  DataState data{DataState::missing};
  WorkState work{WorkState::idle};
  std::uint8_t stale{};  ///< StaleCause bits.
  bool paused{false};
  bool withheld{false};  ///< Would be requested, but is paused.
  bool provisional{false};
  bool failed{false};      ///< Its latest step that ran failed, whatever it does now.
  bool muted{false};       ///< Its alerts are held back.
  std::uint32_t alerts{};  ///< That are open.
  FreshnessState freshness{FreshnessState::none};
  std::uint16_t checks_failed{};
  std::uint16_t checks_passed{};
  Sequence updated;  ///< Of its latest update; its text is in the history.
  Instant updated_at{};
  StepId made_by;     ///< Step of that update; run 0: from outside.
  StepId active;      ///< Its queued or running step; run 0: none.
  Sequence revision;  ///< Sequence of the last fact that concerned it.
  std::shared_ptr<const PartitionView> partitions;  ///< Null where it is not cut.
  std::shared_ptr<const DurationsRow> durations;    ///< Null where no step of it ever succeeded.
  friend bool operator==(const AssetState&, const AssetState&) = default;
};

struct PoolState {
  std::uint32_t limit{};
  std::uint32_t used{};
  std::uint32_t waiting{};
};

/// A run that has not ended, with its steps.
struct ActiveRun {
  RunRow run;
  std::vector<StepRow> steps;
};

/// A backfill that has not ended, with how far it is.
struct ActiveBackfill {
  BackfillRow row;
  std::vector<BackfillTargetRow> targets;
};

/// What people are told of.
struct AlertsView {
  std::vector<std::shared_ptr<const AlertRow>> open;  ///< By asset.
  std::vector<MuteRow> mutes;                         ///< Those in force, by asset.
  std::vector<RouteRow> routes;                       ///< All that there ever were.
  Sequence last;                                      ///< No alert is later than this.
};

struct Snapshot {
  static constexpr std::size_t chunk_size = 256;
  using Chunk = std::array<AssetState, chunk_size>;

  Sequence sequence;
  Instant at{};
  std::shared_ptr<const Graph> graph;
  std::vector<std::shared_ptr<const Chunk>> chunks;  ///< By rank.
  std::map<RunId, std::shared_ptr<const ActiveRun>> runs;
  std::map<BackfillId, std::shared_ptr<const ActiveBackfill>> backfills;
  std::map<std::string, PoolState> pools;  ///< "" is the daemon's slots.
  std::shared_ptr<const AlertsView> alerts;

  [[nodiscard]] const AssetState& state(Rank rank) const {
    return (*chunks[rank.value / chunk_size])[rank.value % chunk_size];
  }
};

/// What steps of assets take whose own have never succeeded: as the others do.
[[nodiscard]] Estimate typical_duration(const Snapshot& snapshot);

}  // namespace freshet
