// Everything the engine knows.  Only `apply` changes what is durable; what is derived says so.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/cron.hpp"
#include "base/timezone.hpp"
#include "core/condition.hpp"
#include "core/rank_queue.hpp"
#include "freshet/engine.hpp"
#include "freshet/snapshot.hpp"

namespace freshet {

namespace core {

constexpr Rank no_rank{0xffff'ffff};

struct StepState {
  StepRow row;
  std::vector<StepId> waiters;  ///< Derived: steps whose row.waits has this one.
  std::string pool;             ///< Of its definition when it was queued; "" for none.
  std::int32_t priority{};
  bool holds_place{false};  ///< Counted in its pool and in the slots.
  bool ready{false};        ///< Derived: in a ready set.
};

struct RunState {
  RunRow row;
  std::uint32_t open{};  ///< Steps that have not ended.
  bool failed{false};    ///< Some step failed, was lost, or was left unstarted by a failure.
  bool canceled{false};
};

struct Schedule {
  std::optional<Cron> cron;
  const TimeZone* zone{};
  Instant tick{};              ///< Latest that passed, or when it was first armed.
  bool known{false};           ///< A fact says so.
  std::vector<AssetId> users;  ///< Derived.
};

/// So that a key is found without a copy of it.
struct KeyHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view key) const { return std::hash<std::string_view>{}(key); }
};

/// What the clock will change.
struct Timer {
  enum class Kind : std::uint8_t { schedule, freshness, edge, retry, timeout };
  Instant at;
  Kind kind{};
  AssetId asset;  ///< freshness, edge.
  StepId step;    ///< retry, timeout.
  std::string schedule;
  friend auto operator<=>(const Timer&, const Timer&) = default;
};

struct Pool {
  std::uint32_t limit{};
  std::uint32_t used{};
  /// Derived: (-priority, step) of those that only wait for room.
  std::set<std::pair<std::int32_t, StepId>> ready;
};

/// What has changed in this moment, for the conditions.
struct ChangeEvent {
  AssetId asset;
  std::uint16_t changes{};
  AssetId own;  ///< The asset whose own progress this is; 0: none's.
};

/// What is only true within one moment.
struct MomentState {
  std::uint32_t order{0};                              ///< Of the action being taken in, from 1.
  std::unordered_map<AssetId, std::uint32_t> version;  ///< Order of its last changed update …
  std::unordered_map<AssetId, std::uint32_t> materialized;
  std::unordered_map<AssetId, std::uint32_t> handled;
  std::unordered_map<AssetId, std::uint32_t> code;
  std::unordered_map<AssetId, std::uint32_t> wiped;
  std::set<std::string> ticks;
  std::set<AssetId> requested;  ///< By automation, before this moment's evaluation.
  std::set<AssetId> ended;      ///< Whose own step ended in this moment.
  void clear() { *this = {}; }
};

/// Rows to be written: tables as bits per asset, and the others by key.
enum Touched : std::uint8_t {
  touched_asset = 1,
  touched_member = 2,
  touched_versions = 4,
  touched_definition = 8,
  touched_memory = 16,
  touched_checks = 32,
  touched_pause = 64,
  touched_cursor = 128,
};

}  // namespace core

struct Engine::State {
  explicit State(EngineOptions o) : options{o} {}

  EngineOptions options;
  Sequence sequence;
  Instant now{};
  RunId last_run;

  // By AssetId; index 0 is nobody.
  std::vector<std::string> keys{1};
  std::vector<MemberRow> members{1};
  std::vector<DefinitionRow> definitions{1};
  std::vector<fact::ConditionMemory> memory{1};
  std::vector<std::vector<CheckRow>> checks{1};
  std::vector<Rank> rank_of{core::no_rank};
  std::vector<std::shared_ptr<const core::Program>> programs{1};
  std::vector<StepId> busy{1};    ///< Step that is started (or between attempts); run 0: none.
  std::vector<StepId> queued{1};  ///< Oldest step that was never started; run 0: none.
  std::vector<Sequence> revision{1};
  /// Derived: of external assets, checks that were queued for an update and have not ended.
  std::unordered_map<AssetId, std::vector<StepId>> source_checks;
  /// Derived: steps that were never started, by the members whose blocking checks they have to look
  /// at.
  std::unordered_map<AssetId, std::vector<StepId>> gated;
  std::vector<std::uint8_t> touched{0};
  std::unordered_map<std::string, AssetId, core::KeyHash, std::equal_to<>> ids;

  std::unordered_map<AssetId, std::vector<std::uint64_t>> versions;
  std::map<std::pair<AssetId, AssetId>, Sequence> edges;
  std::map<AssetId, PauseRow> pauses;
  std::map<AssetId, std::string> cursors;
  std::map<RunId, core::RunState> runs;
  std::map<StepId, core::StepState> steps;
  std::map<std::string, core::Schedule> schedules;
  std::map<std::pair<std::string, std::string>, EventRow> events;
  std::map<std::string, AnswerRow> answers;
  std::size_t events_at_most{10'000},
      answers_at_most{10'000};  ///< Sizes at which old ones are dropped.

  // Of the definitions in force; by Rank where not said otherwise.
  std::shared_ptr<const Graph> next_graph;  ///< Bound, not yet in force.
  std::shared_ptr<const Graph> graph;
  std::vector<AssetId> id_of;
  std::vector<std::uint8_t> stale;  ///< StaleCause bits.
  std::unordered_map<AssetId, std::vector<std::pair<AssetId, std::uint16_t>>> watchers;
  std::unordered_map<std::string, std::shared_ptr<const core::Program>> compiled;  ///< By text.
  /// Of a condition's allow and ignore: 1 for each dependency that counts, by rank.
  std::unordered_map<const core::Condition*, std::vector<std::uint8_t>> narrowed;
  std::map<std::string, core::Pool>
      pools;  ///< "" is for steps without one; its limit is the slots.
  std::uint32_t slots_used{};
  std::set<core::Timer> timers;
  std::unordered_map<AssetId, std::vector<core::Timer>> asset_timers;

  // Work of the moment.
  core::MomentState moment;
  std::vector<core::ChangeEvent> changes;
  std::vector<core::ChangeEvent> late_changes;  ///< Came after the evaluation: for the next.
  std::set<AssetId> late_handled;               ///< Started after the evaluation, likewise.
  AssetId own;                                  ///< Whose own progress is being applied.
  core::RankQueue wave, due;
  std::vector<std::uint8_t> due_stirred;  ///< By rank.
  std::vector<StepId> reconsider;
  std::vector<AssetId> touched_assets;
  std::set<RunId> touched_runs;
  std::set<StepId> touched_steps;
  std::vector<std::pair<AssetId, AssetId>> touched_edges;
  std::vector<std::string> touched_schedules;
  std::vector<EventRow> touched_events;
  std::vector<std::string> touched_answers;

  // Published before, to be shared.
  std::vector<std::shared_ptr<const Snapshot::Chunk>> chunks;
  std::map<RunId, std::shared_ptr<const ActiveRun>> run_views;
  std::vector<std::uint8_t> chunk_dirty;
  std::set<RunId> run_dirty;

  // --- lookups
  [[nodiscard]] AssetId find(std::string_view key) const {
    const auto it = ids.find(key);
    return it == ids.end() ? AssetId{} : it->second;
  }
  [[nodiscard]] bool is_defined(AssetId a) const {
    return a.value != 0 && rank_of[a.value] != core::no_rank;
  }
  [[nodiscard]] const AssetDefinition& definition(AssetId a) const {
    return graph->asset(rank_of[a.value]);
  }
  [[nodiscard]] bool can_run(AssetId a) const {
    return is_defined(a) && !definition(a).external &&
           (options.every_asset_runs || !definition(a).command.empty());
  }
  [[nodiscard]] core::StepState* step(StepId id) {
    const auto it = steps.find(id);
    return it == steps.end() ? nullptr : &it->second;
  }
  [[nodiscard]] const core::StepState* step(StepId id) const {
    const auto it = steps.find(id);
    return it == steps.end() ? nullptr : &it->second;
  }
  [[nodiscard]] bool in_progress(AssetId a) const {
    return busy[a.value].run.value != 0 || queued[a.value].run.value != 0;
  }
  [[nodiscard]] bool is_paused(AssetId a) const {
    const auto it = pauses.find(a);
    return it != pauses.end() && it->second.paused;
  }
  [[nodiscard]] const CheckRow* check(AssetId a, std::string_view name) const {
    for (const auto& row : checks[a.value]) {
      if (row.name == name) return &row;
    }
    return nullptr;
  }
  /// The result of a check against the latest materialization; nullptr where there is none.
  [[nodiscard]] const CheckRow* current_check(AssetId a, std::string_view name) const {
    const CheckRow* row = check(a, name);
    return row != nullptr && row->sequence > members[a.value].materialized ? row : nullptr;
  }

  // --- noting
  void touch(AssetId a, std::uint8_t what) {
    if (touched[a.value] == 0) touched_assets.push_back(a);
    touched[a.value] = static_cast<std::uint8_t>(touched[a.value] | what);
    revise(a);
  }
  void revise(AssetId a) {
    revision[a.value] = sequence;
    if (is_defined(a) && !chunk_dirty.empty())
      chunk_dirty[rank_of[a.value].value / Snapshot::chunk_size] = 1;
  }
  void change(AssetId a, std::uint16_t what) { changes.push_back({a, what, own}); }
  void grow(AssetId a);

  // --- staleness.cpp
  /// Whether a dependency holds a data version that the member did not consume (reference:
  /// Staleness).
  [[nodiscard]] bool is_data_stale(AssetId a) const;
  [[nodiscard]] bool has_unconsumed(AssetId a, AssetId upstream) const;
  [[nodiscard]] std::uint8_t compute_stale(Rank rank) const;
  void spread_staleness(Rank from);
  void recompute_staleness();
  void remember_version(AssetId a, const MemberRow& before, Sequence at, DataVersion version);

  // --- apply.cpp
  void apply(const FactRecord& record);
  void handle(AssetId a);

  // --- load.cpp
  void bring_into_force();
  void arm_timers(AssetId a);
  void arm_schedule(const std::string& name);
  void arm_all_timers();

  // --- freshness.cpp
  [[nodiscard]] FreshnessState freshness_at(AssetId a, Instant at) const;
  [[nodiscard]] std::optional<Instant> next_freshness_change(AssetId a, Instant at) const;
  /// Why a dependency's edge rule does not hold at `at`; "" when it does.
  [[nodiscard]] std::string edge_unready(AssetId a, const Dependency& dep, Instant at) const;
  /// Whether the rule holds only because the time until which it waits has passed.
  [[nodiscard]] bool edge_provisional(const Dependency& dep, Instant at) const;
  [[nodiscard]] std::optional<Instant> next_edge_change(const Dependency& dep, Instant at) const;

  // --- admission.cpp
  void set_ready(core::StepState& step, bool ready);
  void take_place(core::StepState& step);
  void give_place_back(core::StepState& step);
};

}  // namespace freshet
