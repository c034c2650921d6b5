// Who does the work where a scenario says `work`: whatever is admitted takes its time and ends, and
// sources are delivered to, by standing rules, so that months need not be spelled out.
//
//     work:
//       slots: 40                       steps at a time; 10 by default
//       seed: 7                         of all draws; the same file always comes to the same
//       steps:                          of the first that names an asset:
//         - select: "kind:spark"        a selection of the graph; all by default
//           duration: 4m                median over the assets; 30s by default
//           vary: 0.7                   how far assets differ, as deviation of the logarithm; 0
//           spread: 0.2                 how far attempts of one asset differ; 0
//           check_duration: 3s          of its checks; 2s by default
//           changed: 0.9                how often it writes other data than the last time; 1
//           failing: 0.01               how often an attempt fails; 0
//           checks_failing: 0.002       how often a check does; 0
//           errors: ["out of memory"]   what those that fail say, one of them
//           rows: 120000                told of what is written, if given; varies as durations do
//           row_bytes: 80
//       deliveries:                     to the external assets among
//         - select: "group:raw"
//           cron: "30 2 * * *"          at its ticks …
//           timezone: Europe/Vienna     UTC by default
//           within: 40m                 … and so much later at most, for an asset at about the same
//                                       time each day; 0s by default
//           changed: 0.95
//           rows: 5000
//
// What is out of the ordinary are actions, K a member, and of a check "key:check":
//
//     {deliver: SELECTION}                         once; `partitions: all` those that exist, too
//     {break: K, text: "no such table", code: 2}   from now on it fails so (or `signal: 9`); of a
//     {mend: K}                                    source: nothing is delivered
//     {cancel: K, by: ann}                         the run that its step is in
//     {backfill: SELECTION, as: NAME, partitions: [..], only: failed, per_run: 1, concurrency: 2,
//      newest_first: true, by: ann, reason: "new column"}
//     {pause_backfill: NAME}, {resume_backfill: NAME}, {cancel_backfill: NAME}
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/cron.hpp"
#include "base/timezone.hpp"
#include "cli/scenario_values.hpp"
#include "freshet/engine.hpp"
#include "freshet/snapshot.hpp"

namespace freshet::cli {

class Work {
 public:
  /// What `break` says of a member.
  struct Failure {
    std::string text;
    std::int32_t code{1};
    bool is_signal{false};  ///< `code` is a signal's number.
  };

  /// Reads the scenario's `work`.
  explicit Work(const Node& node);

  [[nodiscard]] std::uint32_t slots() const { return slots_; }
  /// Has the rules hold for a graph, with the partitions that exist in the snapshot; deliveries go
  /// on from `now`.
  void bind(std::shared_ptr<const Snapshot> snapshot, Instant now);

  /// From now on every attempt at the member fails so; a source is not delivered to any more.
  void break_down(const Member& member, Failure failure);
  void mend(const Member& member);

  /// A delivery to an external asset: of its newest partitions, or of all that exist.
  [[nodiscard]] input::Report deliver(Rank rank, bool all_partitions, Instant now);

  void take(const Effect& effect, Instant now);
  /// When something happens next.
  [[nodiscard]] std::optional<Instant> next() const;
  /// What happens until `now`, as one moment.
  [[nodiscard]] std::vector<Input> take_due(Instant now);

 private:
  struct StepRule {
    const Node* node{};
    double duration_s{30}, vary{}, spread{}, check_duration_s{2};
    double changed{1}, failing{}, checks_failing{};
    std::vector<std::string> errors;
    double rows{}, row_bytes{100};
  };
  struct Delivery {
    const Node* node{};
    Cron cron;
    const TimeZone* zone{};
    double within_s{}, changed{1}, rows{};
  };
  /// What an asset is like.
  struct Worker {
    std::uint32_t rule{};
    double factor{1};  ///< Of its durations …
    double size{1};    ///< … and its rows.
    double place{};    ///< Of its deliveries among those of a tick.
  };
  struct Due {
    std::vector<Input> inputs;  ///< Empty: a delivery is due.
    std::uint32_t delivery{}, rank{};
    StepId step{};  ///< Of an attempt.
  };
  using Queue = std::multimap<Instant, Due>;

  void read_step_rule(const Node& node);
  void read_delivery(const Node& node);
  void start(const effect::StartStep& effect, Instant now);
  void start_check(const effect::StartStep& effect, const AssetDefinition& asset, Instant now);
  void schedule(StepId step, Instant at, std::vector<Input> inputs);
  void arm(std::uint32_t delivery, std::uint32_t rank, Instant after);
  [[nodiscard]] const Failure* broken(std::string_view asset, std::string_view partition,
                                      std::string_view check) const;
  [[nodiscard]] std::string version_of(const std::string& member, double changed);
  [[nodiscard]] std::string metadata(double rows, double row_bytes);
  [[nodiscard]] std::vector<Rank> select(const Node& rule, const Graph& graph) const;

  [[nodiscard]] double uniform();  ///< From 0, below 1.
  [[nodiscard]] double normal();
  /// Around 1; `deviation` is of its logarithm.
  [[nodiscard]] double factor(double deviation);

  std::uint32_t slots_{10};
  std::mt19937_64 draws_;
  std::vector<StepRule> rules_;
  std::vector<Delivery> deliveries_;

  std::shared_ptr<const Snapshot> snapshot_;
  std::vector<Worker> workers_;                                 ///< By rank.
  std::vector<const Delivery*> delivery_of_;                    ///< By rank; null: none.
  std::map<std::string, std::uint64_t, std::less<>> versions_;  ///< By member.
  std::map<Member, Failure> broken_;

  Queue queue_;
  std::map<StepId, Queue::iterator> ends_;  ///< Of the attempts that run.
};

}  // namespace freshet::cli
