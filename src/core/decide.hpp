// One moment being decided: from inputs to facts and effects.  A file per question implements its
// parts.
#pragma once
#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/evaluate.hpp"
#include "core/state.hpp"

namespace freshet::core {

constexpr std::size_t steps_max = 1'000;  ///< Of one run.

/// What a queued step waits for, or how it must end without starting.
struct StepReadiness {
  bool waiting{false};
  Reason end{Reason::none};
  std::vector<Blocker> blockers;
  Blocker missing_check;  ///< A blocking check that has no result; member 0: none.
  StepId busy;            ///< Another step of the same member; run 0: none.
  Instant not_before{};   ///< The next attempt's.
};

/// A member by its partition's key ("" where the asset is not cut); the error says what is there.
[[nodiscard]] Result<MemberId> find_member(const Engine::State& state, AssetId a,
                                           std::string_view partition);

/// Whether what an open alert is about is still there to be wrong.
[[nodiscard]] bool can_last(const Engine::State& state, const AlertRow& alert);

/// What a step is to make.
struct Wanted {
  MemberId member;
  bool own_reason{true};
  PartitionSet range;      ///< Of a step for several partitions; `member` is the first.
  BackfillId backfill;     ///< 0: none.
  std::uint32_t chunk{0};  ///< Of the backfill: what has the same number shares a run.

  [[nodiscard]] PartitionSet set() const {
    return range.empty() ? PartitionSet{member.partition} : range;
  }
};

/// A check of members that are there.
struct CheckTarget {
  AssetId asset;
  PartitionSet wanted;
  std::string name;
  AssetId subject{};  ///< The check's own id, where it has an automation.
};

/// Who wants it, and why.
struct Order {
  RunCause cause{RunCause::person};
  std::string actor;
  std::string reason;
  std::vector<std::string> tags;
  std::optional<RunId> retry_of;
};

/// How a backfill goes; what is absent is as the assets' policies say.
struct Pace {
  std::optional<std::uint32_t> per_run;
  std::optional<std::uint32_t> concurrency;
  bool newest_first{false};
  bool always{false};  ///< A backfill also where one run would do.
  std::optional<BackfillId> retry_of;
};

struct Queued {
  std::vector<RunId> runs;  ///< Made or joined at once.
  BackfillId backfill;      ///< Made or joined; 0: none.
};

class Decider {
 public:
  Decider(Engine::State& state, Instant now) : s_{state}, before_{state.now} { s_.now = now; }

  Moment run(std::span<const Input> inputs);

 private:
  // inputs.cpp: each input becomes facts
  void take(const input::Load& in);
  void take(const input::Report& in);
  void take(const input::Request& in);
  void take(const input::Cancel& in);
  void take(const input::Retry& in);
  void take(const input::Pause& in);
  void take(const input::Wipe& in);
  void take(const input::Partitions& in);
  void take(const input::Admit& in);
  void take(const input::Tick&) {}
  void take(const input::Jumped& in);
  Reply::Receipt take_event(const input::Event& event);
  void learn_keys(std::span<const input::Event> events);
  [[nodiscard]] Result<PartitionSet> partitions_of(AssetId a, const input::Event& event) const;
  void update(AssetId a, const PartitionSet& partitions, UpdateKind kind,
              const input::Event& event);
  [[nodiscard]] bool answer_again(Token token, const Idempotency& idempotency);
  void answer(Token token, Reply reply, const Idempotency& idempotency = {});
  void remember(const std::string& run, const std::string& said);
  /// Errc::invalid: they are too many, and none was named.
  [[nodiscard]] Result<void> name_partitions(const Graph& graph, const DynamicSets& sets);
  [[nodiscard]] Result<void> change_partitions(fact::PartitionsChanged change);
  [[nodiscard]] std::optional<Reply> resolve(const std::vector<std::string>& keys,
                                             std::vector<AssetId>& out) const;

  // outcomes.cpp: what became of steps
  void take(const input::StepRunning& in);
  void take(const input::StepMessage& in);
  void take(const input::StepOutcome& in);
  void end_step(StepState& step, StepStatus status, Reason reason, std::int32_t exit_code = 0,
                std::string text = {}, std::vector<Blocker> blockers = {});
  void attempt_failed(StepState& step, Reason reason, std::int32_t exit_code, std::string text,
                      bool final);
  void materialize(StepState& step, const std::string& data_version, const std::string& metadata,
                   std::vector<ColumnVersion> columns,
                   const std::optional<input::ReportedReads>& reads);
  void take_reads(const StepState& step, const input::ReportedReads& reads);
  void request_stop(StepState& step, Reason reason, const std::string& actor);
  void close_runs();

  // alerts.cpp: what people are told of
  void take(const input::Mute& in);
  void take(const input::TestAlert& in);
  void take(const input::Delivered& in);
  void alert(const AlertKey& key, StepId step, std::string text);
  /// Ends an alert, if it is open.
  void recover(const AlertKey& key, StepId step, std::string text);
  void record_check(fact::CheckRecorded result);
  void review_alerts(bool loaded = false);
  void know_routes(const Graph& graph);
  void unmute(AssetId a, const std::string& actor, const std::string& reason);

  // timers.cpp
  void fire_timers();
  void look_at_clock();
  void look_at_edges(AssetId a);
  void judge_freshness();

  // automation.cpp: conditions, and what they request
  void evaluate_all();
  void schedule(AssetId a, const PartitionSet& concerned, const PartitionSet& stirred);
  /// Conditions that a change concerns; only those of greater rank than `above`, if given.
  void schedule_for(const ChangeEvent& change, std::optional<Rank> above = std::nullopt);
  void schedule_everything();
  void evaluate_one(AssetId a);
  void request_checks();
  [[nodiscard]] PartitionSet can_check(AssetId check, const PartitionSet& of) const;
  void release_repaired();
  [[nodiscard]] bool needs(MemberId m, MemberId upstream) const;
  [[nodiscard]] bool is_repaired(MemberId m, const Blocker& blocker) const;
  [[nodiscard]] bool can_be_released(MemberId m) const;
  [[nodiscard]] PartitionSet still_queued(AssetId a, const PartitionSet& of) const;

  // runs.cpp: from members to runs
  std::vector<RunId> queue(std::vector<Wanted> wanted, const Order& order);
  [[nodiscard]] RunId next_run_id() const;
  void check_sources();

  // checks.cpp
  std::vector<RunId> queue_checks(const std::vector<CheckTarget>& wanted, const Order& order);

  // backfills.cpp: several partitions of an asset
  void take(const input::Backfill& in);
  void take(const input::ChangeBackfill& in);
  Queued request(std::vector<BackfillTarget> wanted, const Order& order, const Pace& pace = {});
  Queued join_backfills(std::vector<BackfillTarget>& wanted, RunCause cause);
  [[nodiscard]] std::vector<std::vector<BackfillTarget>> components(
      const std::vector<BackfillTarget>& wanted) const;
  BackfillId open_backfill(const std::vector<BackfillTarget>& targets, const Order& order,
                           const Pace& pace);
  [[nodiscard]] std::uint32_t per_run_of(const BackfillRow& backfill, AssetId a) const;
  void add_chunk(const BackfillState& backfill, AssetId a, const PartitionSet& set,
                 std::uint32_t chunk, std::vector<Wanted>& out) const;
  [[nodiscard]] std::vector<Wanted> all_chunks(const BackfillState& backfill,
                                               std::uint32_t& chunk) const;
  [[nodiscard]] std::vector<Wanted> next_chunk(const BackfillState& backfill) const;
  [[nodiscard]] PartitionSet held_up(const BackfillState& backfill, AssetId a,
                                     const PartitionSet& of) const;
  void skip_failed(BackfillState& backfill);
  /// Makes the runs that there is room for, and ends what is done; false if there was nothing.
  bool launch_backfills();

  // admission.cpp
  [[nodiscard]] StepReadiness readiness(const StepState& step) const;
  [[nodiscard]] bool has_other_input(MemberId m, const std::vector<MemberId>& unwritten) const;
  void settle();
  void admit();
  void start(StepState& step);
  friend class Explainer;
  friend class freshet::Engine;

  void record(Fact fact);
  void collect_rows();

  Engine::State& s_;
  Instant before_;  ///< Of the last moment.
  std::vector<FactRecord> facts_;
  std::vector<Effect> effects_;
  std::vector<MemberId> delivered_;  ///< External ones that have checks to run.
  std::vector<MemberId> left_;       ///< Whose request was handed back since that was looked at.
  std::vector<AssetId> aged_;        ///< Whose freshness the clock may have changed.
  /// Evaluated with something that holds for one moment only.
  std::map<AssetId, PartitionSet> transient_;
  std::vector<Evaluation> requests_;       ///< Of this evaluation …
  Requested requested_;                    ///< … by asset.
  std::map<AssetId, PartitionSet> asked_;  ///< What automation has requested in this moment.
  std::vector<std::pair<Token, Reply>> replies_;
};

}  // namespace freshet::core
