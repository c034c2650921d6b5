// What is remembered of OpenLineage between events: what runs that go on have said so far, and
// which datasets are no assets.  Of runs that name assets, what their end needs is handed out to be
// stored, and restored at a start.
#pragma once
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "api/lineage_event.hpp"
#include "api/lineage_taken.hpp"
#include "api/lineage_translation.hpp"
#include "freshet/snapshot.hpp"
#include "freshet/time.hpp"
#include "model/dataset_names.hpp"

namespace freshet::api {

/// What is more is forgotten: first runs that have ended, then all but the essentials of the one
/// that was heard of least lately, then that one.
struct LineageLimits {
  std::size_t runs{20'000};
  std::size_t bytes{std::size_t{32} << 20};     ///< Of all runs …
  std::size_t run_bytes{std::size_t{1} << 20};  ///< … and all of one.
  /// Of one, as it is stored: of one that has said more, the essentials, up to `run_bytes`.
  std::size_t stored_bytes{std::size_t{16} << 10};
};

/// Any thread.
class LineageMemory {
 public:
  explicit LineageMemory(LineageLimits limits = {}) : limits_{limits} {}

  static constexpr std::size_t datasets_listed_max = 1'000;

  /// What was stored of runs, by key, the one that was heard of last at the end.  Before take().
  void restore(std::vector<std::pair<std::string, std::string>> runs);

  /// What an event means, with what its run said before.
  [[nodiscard]] LineageTaken take(LineageEvent event, const Snapshot& snapshot, Instant now);

  struct Unmapped {
    std::string name_space, name;
    std::string job;  ///< Of the latest event: "NAMESPACE/NAME".
    std::uint64_t count{};
    Instant last{};
  };
  struct Report {
    std::vector<Unmapped> datasets;  ///< The latest first.
    std::uint64_t dropped{};         ///< Older ones that are not listed any more.
    std::uint64_t events{};          ///< All since the start …
    std::uint64_t updates{};         ///< … what they came to …
    std::uint64_t ours{};            ///< … outputs that our own steps tell of …
    std::uint64_t other{};           ///< … and events that neither begin nor end a run.
  };
  [[nodiscard]] Report report() const;

 private:
  struct Run {
    std::string id;
    Json facets = Json::object();
    std::vector<LineageDataset> inputs, outputs;
    std::size_t bytes{};
    bool names_assets{false};
    bool is_ended{false};
    bool is_complete{false};
    bool is_short{false};  ///< Only its essentials are left.
  };
  using Runs = std::list<Run>;  ///< The one that was heard of last at the end.

  /// Adds the event to what its run said, and the other way round.
  void accumulate(LineageEvent& event, LineageTaken& taken);
  [[nodiscard]] Run take_out(const std::string& id);
  void keep(Run run, LineageTaken& taken);
  void keep_restored(LineageTaken& taken);
  void forget_what_is_too_much(LineageTaken& taken);
  void forget(Runs& runs);
  /// "": it cannot be stored.
  [[nodiscard]] std::string text_of(const Run& run) const;
  void shorten(Run& run) const;
  [[nodiscard]] Runs& list_of(const Run& run) { return run.is_ended ? ended_ : open_; }
  void remember_unmapped(const LineageEvent& event, const LineageMeaning& meaning, Instant now);
  [[nodiscard]] std::shared_ptr<const DatasetNames> names_of(const Snapshot& snapshot);

  const LineageLimits limits_;
  mutable std::mutex mutex_;
  std::shared_ptr<const DatasetNames> names_;
  std::vector<std::pair<std::string, std::string>> restored_;  ///< Until the first event.
  Runs open_, ended_;
  std::map<std::string, Runs::iterator> by_id_;
  std::size_t bytes_{};
  std::map<std::pair<std::string, std::string>, Unmapped> unmapped_;
  Report totals_;  ///< Without the datasets.
};

}  // namespace freshet::api
