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

/// What a queued step waits for, or how it must end without starting.
struct Readiness {
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

class Decider {
 public:
  Decider(Engine::State& state, Instant now) : s_{state} { s_.now = now; }

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
  void update(MemberId m, UpdateKind kind, const std::string& data_version,
              const std::string& metadata, const std::string& source, const std::string& event_id);
  [[nodiscard]] bool answer_again(Token token, const Idempotency& idempotency);
  void answer(Token token, Reply reply, const Idempotency& idempotency = {});
  void name_partitions(const Graph& graph, const DynamicSets& sets);
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
  void materialize(StepState& step, const std::string& data_version, const std::string& metadata);
  void request_stop(StepState& step, Reason reason, const std::string& actor);
  void close_runs();

  // timers.cpp
  void fire_timers();
  void look_at_clock();
  void judge_freshness();

  // automation.cpp: conditions, and what they request
  void evaluate_all();
  void schedule(AssetId a, const PartitionSet& concerned, const PartitionSet& stirred);
  /// Conditions that a change concerns; only those of greater rank than `above`, if given.
  void schedule_for(const ChangeEvent& change, std::optional<Rank> above = std::nullopt);
  void schedule_everything();
  void evaluate_one(AssetId a);
  void release_repaired();
  [[nodiscard]] bool can_be_released(MemberId m) const;

  // runs.cpp: from members to runs
  struct Wanted {
    MemberId member;
    bool own_reason{true};
  };
  std::vector<RunId> queue(std::vector<Wanted> wanted, RunCause cause, const std::string& actor,
                           const std::string& reason, const std::vector<std::string>& tags,
                           std::optional<RunId> retry_of = std::nullopt);
  [[nodiscard]] RunId next_run_id() const;
  void check_sources();

  // admission.cpp
  [[nodiscard]] Readiness readiness(const StepState& step) const;
  [[nodiscard]] bool has_other_input(MemberId m, const std::vector<MemberId>& unwritten) const;
  void settle();
  void admit();
  void start(StepState& step);
  friend class Explainer;
  friend class freshet::Engine;

  void record(Fact fact);
  void collect_rows();

  Engine::State& s_;
  std::vector<FactRecord> facts_;
  std::vector<Effect> effects_;
  std::vector<MemberId> delivered_;  ///< External ones that have checks to run.
  std::vector<AssetId> aged_;        ///< Whose freshness the clock may have changed.
  /// Evaluated with something that holds for one moment only.
  std::map<AssetId, PartitionSet> transient_;
  std::vector<Evaluation> requests_;  ///< Of this evaluation …
  Requested requested_;               ///< … by asset.
  std::vector<std::pair<Token, Reply>> replies_;
};

}  // namespace freshet::core
