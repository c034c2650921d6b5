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
#include "core/members.hpp"
#include "core/rank_queue.hpp"
#include "core/truth.hpp"
#include "freshet/engine.hpp"
#include "freshet/snapshot.hpp"
#include "model/partition/mapping.hpp"
#include "model/partition/names.hpp"
#include "model/partition/space.hpp"

namespace freshet {

namespace core {

constexpr Rank no_rank{0xffff'ffff};

/// Under which source the ids of rejected events are remembered: apart from those that were used,
/// so that one which is sent again is judged again.
[[nodiscard]] inline std::string rejected_source(const std::string& source) {
  return "freshet: rejected, " + source;
}

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

struct BackfillState {
  BackfillRow row;
  std::map<AssetId, BackfillTargetRow> targets;
  std::uint32_t open_runs{};  ///< Derived: that have not ended.
  bool has_failed{false};     ///< Something failed since its runs were last looked at.
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
  enum class Kind : std::uint8_t { schedule, window, freshness, edge, retry, timeout, mute };
  Instant at;
  Kind kind{};
  AssetId asset;         ///< freshness, edge, mute.
  StepId step;           ///< retry, timeout.
  std::string schedule;  ///< schedule, window: its name.
  friend auto operator<=>(const Timer&, const Timer&) = default;
};

struct Pool {
  std::uint32_t limit{};
  std::uint32_t used{};
  /// Derived: (-priority, step) of those that only wait for room.
  std::set<std::pair<std::int32_t, StepId>> ready;
};

/// Whose own progress a change is; asset 0: nobody's.
struct Own {
  AssetId asset;
  PartitionSet set;
  AssetId check{};  ///< Of that asset, whose result it is (CheckSubject); 0: none's.
};

/// A check with an automation of its own: what its condition remembers is kept under an id that no
/// asset has.  Its only dependency is its asset, partition by partition.
struct CheckSubject {
  AssetId asset;
  std::uint32_t index{};      ///< Into the asset's checks.
  std::vector<StepId> steps;  ///< Of it, that have not ended.
};

/// What has changed in this moment, for the conditions.
struct ChangeEvent {
  AssetId asset;
  std::uint16_t changes{};
  Own own;
  PartitionSet set;       ///< Partitions of the asset.
  std::uint32_t order{};  ///< Of the action in the moment that brought it.
};

/// A condition that looks at an asset otherwise than as its own or a direct dependency.
struct Watcher {
  AssetId subject;
  std::uint16_t changes{};
  Rank base;  ///< The asset is `depth` steps upstream of this one.
  int depth{};
  bool itself{false};  ///< The base is the subject.
  bool direct{false};  ///< The base is asked about for the subject, not for one upstream of it.
};

/// Time windows that come to exist together: a shape and an offset.
struct Series {
  Instant until{};             ///< Windows count as existing that do so by then.
  bool known{false};           ///< A fact says so.
  std::vector<AssetId> users;  ///< Derived.
};

/// Members of which a condition is to be evaluated.
struct Due {
  PartitionSet concerned;
  PartitionSet stirred;  ///< By something other than their own progress.
};

/// What a condition remembers of its asset: partitions by slot (fact::MemoryChange).
struct Memory {
  std::uint64_t expression{};                                 ///< 0: never evaluated.
  std::vector<std::pair<std::uint64_t, PartitionSet>> slots;  ///< Ascending, none empty.

  [[nodiscard]] const PartitionSet& of(std::uint64_t slot) const {
    static const PartitionSet nothing;
    const auto it = std::ranges::lower_bound(slots, slot, {}, &decltype(slots)::value_type::first);
    return it == slots.end() || it->first != slot ? nothing : it->second;
  }
  [[nodiscard]] const PartitionSet& of(fact::Slot slot) const {
    return of(static_cast<std::uint64_t>(slot));
  }
  /// False if nothing changed.
  bool change(std::uint64_t slot, const PartitionSet& set, const PartitionSet& unset);
};

/// What an alert is about; there is one at a time.
struct AlertKey {
  AssetId asset;
  PartitionId partition;
  AlertKind kind{};
  std::string check;  ///< "" where it is about the asset itself.
  friend auto operator<=>(const AlertKey&, const AlertKey&) = default;
};

/// What is only true within one moment.
struct MomentState {
  using Events = std::unordered_map<AssetId, Truth>;
  std::uint32_t order{0};  ///< Of the action being taken in, from 1.
  Events version;          ///< Order of the last changed update …
  Events materialized;
  Events handled;
  Events wiped;
  std::unordered_map<AssetId, std::uint32_t> code;
  std::set<std::string> ticks;
  /// Which runs brought changed updates; run 0: from outside.
  std::unordered_map<AssetId, std::vector<std::pair<PartitionSet, RunId>>> updates;
  Events requested;  ///< By automation, before this moment's evaluation.
  Events ended;      ///< Whose own step ended in this moment …
  Events unchanged;  ///< … by being skipped, since no input had changed: a success.
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
  std::uint64_t fingerprint{};  ///< Of the definitions in force.
  RunId last_run;

  // By AssetId; index 0 is nobody.
  std::vector<std::string> keys{1};
  /// Of an asset that is cut into partitions: the latest of any of them, as far as an asset as a
  /// whole has such (updates, freshness, alerts).
  std::vector<MemberRow> members{1};
  std::vector<std::unique_ptr<core::Partitions>> partitions{1};  ///< Null where never cut.
  std::vector<DefinitionRow> definitions{1};
  std::vector<core::Memory> memory{1};
  std::vector<std::vector<CheckRow>> checks{1};
  std::vector<std::shared_ptr<const DurationsRow>> durations{1};  ///< Null: none succeeded yet.
  std::vector<Rank> rank_of{core::no_rank};
  std::vector<std::shared_ptr<const core::Program>> programs{1};
  /// Derived: where a condition is asked; of a check's id its asset, else the asset itself.
  std::vector<AssetId> place_of{1};
  std::vector<StepId> busy{1};    ///< Step that is started (or between attempts); run 0: none.
  std::vector<StepId> queued{1};  ///< Oldest step that was never started; run 0: none.
  std::vector<Sequence> revision{1};
  /// Derived: of external assets, checks that were queued for an update and have not ended.
  std::unordered_map<AssetId, std::vector<StepId>> source_checks;
  /// Derived: steps that were never started, by the assets whose blocking checks they have to look
  /// at.
  std::unordered_map<AssetId, std::vector<StepId>> gated;
  std::vector<std::uint8_t> touched{0};
  std::unordered_map<std::string, AssetId, core::KeyHash, std::equal_to<>> ids;

  std::unordered_map<MemberId, std::vector<ColumnsRow::Column>> columns;  ///< Ascending by name.
  std::map<AssetId, std::vector<ColumnsRead>> columns_read;  ///< As its steps reported.
  std::unordered_map<AssetId, std::vector<std::uint64_t>> versions;
  std::map<std::pair<AssetId, AssetId>, Sequence> edges;
  std::map<AssetId, PauseRow> pauses;
  std::map<core::AlertKey, std::shared_ptr<const AlertRow>> alerts;  ///< Open ones.
  std::map<AssetId, MuteRow> mutes;
  std::map<std::pair<std::string, std::string>, RouteRow> routes;  ///< By project and name.
  Sequence last_alert;                                             ///< No alert is later than this.
  std::map<AssetId, std::string> cursors;
  /// What must be repaired before requests that were handed back are made again.
  std::map<MemberId, std::vector<Blocker>> handed_back;
  std::shared_ptr<PartitionRegistry> registry{std::make_shared<PartitionRegistry>()};
  DynamicSets dynamic;
  std::map<std::string, core::Series> series;
  Instant windows_until{};  ///< Latest of all series.
  std::map<RunId, core::RunState> runs;
  std::map<StepId, core::StepState> steps;
  std::map<BackfillId, core::BackfillState> backfills;
  std::unordered_map<AssetId, std::vector<BackfillId>> backfills_of;  ///< Derived: that target it.
  std::map<RunId, std::vector<std::string>> tagged_runs;              ///< Also ended ones.
  /// Derived: those that wait for steps of runs yet to be queued in the same moment.
  std::unordered_map<StepId, std::vector<StepId>> awaited;
  std::map<std::string, core::Schedule> schedules;
  std::map<std::pair<std::string, std::string>, EventRow> events;  ///< See rejected_source().
  std::map<std::string, AnswerRow> answers;
  std::size_t events_at_most{10'000},
      answers_at_most{10'000};  ///< Sizes at which old ones are dropped.

  // Of the definitions in force; by Rank where not said otherwise.
  std::shared_ptr<const Graph> next_graph;  ///< Bound, not yet in force.
  std::shared_ptr<const Graph> graph;
  std::vector<AssetId> id_of;
  std::vector<std::uint8_t> stale;  ///< StaleCause bits; of assets that are not cut.
  std::vector<AssetId> lazy;        ///< That some condition asks freshness_due about.
  /// Of assets with a policy, or with something downstream that has one: the lazy ones upstream.
  std::unordered_map<AssetId, std::vector<AssetId>> lazy_above;
  Micros lookback{};  ///< Greatest of any condition's in_latest_time_window.
  std::unordered_map<std::string, core::Schedule> deadlines;  ///< By deadline_name.
  /// Of assets that are cut, or have a dependency that is: a mapping per dependency.
  std::unordered_map<AssetId, std::vector<std::shared_ptr<const PartitionMapping>>> mappings;
  std::unordered_map<AssetId, std::vector<core::Watcher>> watchers;
  std::map<AssetId, core::CheckSubject> check_subjects;                ///< By the check's own id.
  std::unordered_map<AssetId, std::vector<AssetId>> automated_checks;  ///< Their ids, by asset.
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
  core::Own own;   ///< Whose own progress is being applied.
  Sequence began;  ///< The last fact before this moment.
  core::RankQueue wave, due;
  std::unordered_map<std::uint32_t, PartitionSet> wave_of;  ///< By rank, of assets that are cut.
  std::unordered_map<std::uint32_t, core::Due> due_of;      ///< By rank.
  std::map<AssetId, core::Due> checks_due;                  ///< By the check's own id.
  std::vector<StepId> reconsider;
  std::vector<AssetId> touched_assets;
  std::map<MemberId, std::uint8_t> touched_partitions;
  std::set<std::pair<AssetId, std::uint64_t>> touched_slots;
  std::set<MemberId> touched_handed_back;
  std::vector<PartitionNameRow> touched_names;
  std::set<std::string> touched_sets;
  std::set<AssetId> touched_durations;
  std::set<RunId> touched_runs;
  std::set<BackfillId> touched_backfills;
  std::set<std::pair<BackfillId, AssetId>> touched_targets;
  std::vector<RunId> touched_tags;
  std::vector<MemberId> touched_columns;
  std::set<AssetId> touched_reads;
  std::set<BackfillId> backfills_due;  ///< That may make another run, or have come to their end.
  std::set<StepId> touched_steps;
  std::vector<std::pair<AssetId, AssetId>> touched_edges;
  std::vector<std::string> touched_schedules;
  std::vector<EventRow> touched_events;
  std::vector<std::string> touched_answers;
  std::set<core::AlertKey> touched_alerts;
  std::set<AssetId> touched_mutes;
  std::set<std::pair<std::string, std::string>> touched_routes;

  // Published before, to be shared.
  std::vector<std::shared_ptr<const Snapshot::Chunk>> chunks;
  std::map<RunId, std::shared_ptr<const ActiveRun>> run_views;
  std::map<BackfillId, std::shared_ptr<const ActiveBackfill>> backfill_views;
  std::vector<std::uint8_t> chunk_dirty;
  std::set<RunId> run_dirty;
  std::set<BackfillId> backfill_dirty;
  std::shared_ptr<const AlertsView> alerts_view;  ///< Null when something in it has changed.

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
  // --- members: an asset, or a partition of it
  [[nodiscard]] core::Partitions* cut(AssetId a) { return partitions[a.value].get(); }
  [[nodiscard]] const core::Partitions* cut(AssetId a) const { return partitions[a.value].get(); }
  /// Whether the definition in force cuts it.
  [[nodiscard]] bool is_cut(AssetId a) const {
    return partitions[a.value] != nullptr && partitions[a.value]->space != nullptr;
  }
  [[nodiscard]] const MemberRow& member(MemberId m) const {
    static const MemberRow nothing;
    if (m.partition.value == 0) return members[m.asset.value];
    const core::Partitions* p = cut(m.asset);
    return p == nullptr ? nothing : p->of(m.partition);
  }
  [[nodiscard]] MemberRow& edit(MemberId m) {
    return m.partition.value == 0 ? members[m.asset.value] : parts(m.asset).edit(m);
  }
  core::Partitions& parts(AssetId a) {
    auto& owner = partitions[a.value];
    if (!owner) owner = std::make_unique<core::Partitions>();
    return *owner;
  }
  /// As if it had never been made nor observed.
  void forget(MemberId m);
  /// The row of an asset that is cut, from those of all its partitions.
  void find_latest(AssetId a);
  /// Brings the sets up to date with a member's row.
  void note(MemberId m);
  /// Of a check: those of its asset.
  [[nodiscard]] PartitionSet universe(AssetId a) const {
    const AssetId place = place_of[a.value];
    return is_cut(place) ? cut(place)->universe : PartitionSet{PartitionId{}};
  }
  /// Whether it is a member as the definition in force has them, existing or not.
  [[nodiscard]] bool fits(MemberId m) const {
    const AssetId place = place_of[m.asset.value];
    return is_cut(place) ? unpack(m.partition).shape == cut(place)->shape : m.partition.value == 0;
  }
  [[nodiscard]] bool exists(MemberId m) const {
    return is_cut(m.asset) ? cut(m.asset)->universe.contains(m.partition) : m.partition.value == 0;
  }
  [[nodiscard]] StepId busy_step(MemberId m) const {
    return step_of(m, busy, &core::Partitions::busy);
  }
  [[nodiscard]] StepId queued_step(MemberId m) const {
    return step_of(m, queued, &core::Partitions::queued);
  }
  void set_busy(MemberId m, StepId step) { set_step(m, step, busy, &core::Partitions::busy); }
  void set_queued(MemberId m, StepId step) { set_step(m, step, queued, &core::Partitions::queued); }
  [[nodiscard]] bool has_step(MemberId m) const {
    return busy_step(m).run.value != 0 || queued_step(m).run.value != 0;
  }
  [[nodiscard]] bool in_progress(MemberId m) const {
    return has_step(m) || !pending_of(m.asset, PartitionSet{m.partition}).empty();
  }
  [[nodiscard]] std::vector<CheckRow>& checks_of(MemberId m) {
    return m.partition.value == 0 ? checks[m.asset.value] : parts(m.asset).checks[m.partition];
  }
  [[nodiscard]] const std::vector<CheckRow>& checks_of(MemberId m) const;
  /// "marts/revenue", "marts/revenue[2026-01-31]".
  [[nodiscard]] std::string name_of(MemberId m) const;
  /// Which of these a backfill has yet to make a run for …
  [[nodiscard]] PartitionSet pending_of(AssetId a, const PartitionSet& of) const;
  /// … or has not ended yet.
  [[nodiscard]] PartitionSet backfilling_of(AssetId a, const PartitionSet& of) const;
  /// Which of these are missing, in progress and so on.
  [[nodiscard]] PartitionSet missing_of(AssetId a, const PartitionSet& of) const;
  [[nodiscard]] PartitionSet in_progress_of(AssetId a, const PartitionSet& of) const;
  [[nodiscard]] PartitionSet failed_of(AssetId a, const PartitionSet& of) const;
  [[nodiscard]] PartitionSet stale_of(AssetId a, const PartitionSet& of, std::uint8_t causes) const;

  // --- checks.cpp: checks with an automation of their own
  /// Key of the id that stands for a check.
  [[nodiscard]] static std::string check_key(AssetId a, std::string_view name) {
    return '#' + std::to_string(a.value) + '/' + std::string{name};
  }
  [[nodiscard]] bool is_check(AssetId a) const { return place_of[a.value] != a; }
  /// 0: it has no automation.
  [[nodiscard]] AssetId check_subject(AssetId a, std::string_view name) const;
  [[nodiscard]] const CheckDefinition& check_definition(AssetId subject) const {
    const core::CheckSubject& check = check_subjects.at(subject);
    return definition(check.asset).checks[check.index];
  }
  /// Ids of the asset's checks with automation, in their order.
  [[nodiscard]] const std::vector<AssetId>& checks_with_automation(AssetId a) const;
  /// Which of these a step of the check is queued for, or running.
  [[nodiscard]] PartitionSet checking(AssetId subject, const PartitionSet& of) const;
  [[nodiscard]] bool can_check(AssetId subject) const;
  /// "check sound of marts/revenue".
  [[nodiscard]] std::string check_name(AssetId subject) const;
  void bind_checks();
  /// A step of some check is to be done, or has ended.
  void note_check_step(const StepRow& step, bool open);

  // --- partitions.cpp: how members of one asset depend on those of another
  /// Of the `dep`-th dependency of `down`; nullptr where neither is cut.
  [[nodiscard]] const PartitionMapping* mapping(Rank down, std::size_t dep) const;
  /// Each partition needs its equal, or neither side is cut.
  [[nodiscard]] bool is_identity(Rank down, std::size_t dep) const;
  [[nodiscard]] PartitionMapping::Upstream upstream_of(Rank down, std::size_t dep,
                                                       const PartitionSet& of) const;
  /// Existing members of `down` that need some of these of its dependency.
  [[nodiscard]] PartitionSet downstream_of(Rank down, std::size_t dep,
                                           const PartitionSet& of) const;
  /// As above, over all dependencies of `down` that are `up`.
  [[nodiscard]] PartitionSet downstream_of(Rank up, Rank down, const PartitionSet& of) const;
  /// Existing members of `down` that have some of these `depth` steps upstream.
  [[nodiscard]] PartitionSet below(Rank down, int depth, Rank up, const PartitionSet& of) const;
  /// Members of `to` that the graph relates to these of `from`: along the mappings of all ways
  /// upstream or downstream, or where there is none, as the mapping that would be inferred between
  /// the two.
  [[nodiscard]] PartitionSet related(AssetId from, AssetId to, const PartitionSet& of) const;
  /// Cut in the same way, or neither is.
  [[nodiscard]] bool are_alike(AssetId a, AssetId b) const {
    return is_cut(a) == is_cut(b) && (!is_cut(a) || cut(a)->shape == cut(b)->shape);
  }
  /// Members of its subject that a watcher looks at these for.
  [[nodiscard]] PartitionSet watched_by(const core::Watcher& watcher, Rank up,
                                        const PartitionSet& of) const;
  /// Binds spaces and mappings of the definitions in force.
  void bind_partitions();
  /// The time up to which windows exist: now, but never back.
  [[nodiscard]] Instant window_time() const { return std::max(now, windows_until); }
  void advance_windows(const std::string& name, Instant until);

  [[nodiscard]] bool is_paused(AssetId a) const {
    const auto it = pauses.find(a);
    return it != pauses.end() && it->second.paused;
  }
  [[nodiscard]] bool is_muted(AssetId a) const {
    const auto it = mutes.find(a);
    return it != mutes.end() && it->second.muted;
  }
  [[nodiscard]] const CheckRow* check(MemberId m, std::string_view name) const {
    for (const auto& row : checks_of(m)) {
      if (row.name == name) return &row;
    }
    return nullptr;
  }
  /// The result of a check against the latest materialization; nullptr where there is none.
  [[nodiscard]] const CheckRow* current_check(MemberId m, std::string_view name) const {
    const CheckRow* row = check(m, name);
    return row != nullptr && row->sequence > member(m).materialized ? row : nullptr;
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
  void touch(core::BackfillState& backfill, AssetId a) {
    backfill.row.sequence = sequence;
    touched_backfills.insert(backfill.row.backfill);
    backfill_dirty.insert(backfill.row.backfill);
    if (a.value == 0) return;
    touched_targets.emplace(backfill.row.backfill, a);
    revise(a);
  }
  void touch(MemberId m, std::uint8_t what) {
    if (m.partition.value == 0) return touch(m.asset, what);
    std::uint8_t& bits = touched_partitions[m];
    bits = static_cast<std::uint8_t>(bits | what);
    revise(m.asset);
  }
  void change(AssetId a, std::uint16_t what, PartitionSet set) {
    // A definition changes also where no member exists.
    if (!set.empty() || (what & core::changed_definition) != 0)
      changes.push_back({a, what, own, std::move(set), moment.order});
  }
  void change(MemberId m, std::uint16_t what) {
    if (fits(m)) change(m.asset, what, PartitionSet{m.partition});
  }
  /// Of every member of an asset.
  void change(AssetId a, std::uint16_t what) { change(a, what, universe(a)); }
  void remember(AssetId a, std::uint64_t slot, const PartitionSet& set, const PartitionSet& unset) {
    if (memory[a.value].change(slot, set, unset)) touched_slots.emplace(a, slot);
  }
  void grow(AssetId a);

  // --- staleness.cpp
  /// Whether a dependency holds a data version that the member did not consume (reference:
  /// Staleness).
  [[nodiscard]] bool is_data_stale(MemberId m) const;
  /// When a dependency last changed as far as the one that reads it can tell: of the columns that
  /// it reads, where their versions are known.
  [[nodiscard]] Sequence changed_for(const std::vector<std::string>& read, MemberId upstream) const;
  /// Columns that an asset reads of a dependency, as declared, else as its steps reported; empty:
  /// any.
  [[nodiscard]] const std::vector<std::string>& reads(AssetId a, const Dependency& dep) const;
  [[nodiscard]] bool has_unconsumed(MemberId m, MemberId upstream, const Dependency& dep) const;
  [[nodiscard]] bool has_unconsumed(MemberId m, Rank rank, std::size_t dep) const;
  [[nodiscard]] std::uint8_t compute_stale(Rank rank) const;
  [[nodiscard]] std::uint8_t compute_stale(MemberId m) const;
  PartitionSet restale(AssetId a, const PartitionSet& of);
  void spread_staleness(AssetId from, const PartitionSet& set);
  void recompute_staleness(const std::optional<std::vector<std::uint8_t>>& before,
                           std::vector<std::uint8_t> changed);
  void remember_version(MemberId m, const MemberRow& before, Sequence at, DataVersion version);

  // --- apply.cpp
  void apply(const FactRecord& record);
  void handle(AssetId a, const PartitionSet& set) { handle(a, set, moment.order); }
  void handle(AssetId a, const PartitionSet& set, std::uint32_t order);
  void remember_durations(const StepRow& succeeded);

  // --- load.cpp
  void bring_into_force();
  void rebind_partitions();
  void note_members(AssetId a, const PartitionSet& existed);
  void forget_gone(AssetId a, const PartitionSet& existed);
  void forget_partitioning(AssetId a);
  void forget_whole(AssetId a);
  void forget_condition(AssetId subject);
  void forget_conditions_given_up();
  void arm_windows(const std::string& name);
  void arm_timers(AssetId a);
  void arm_schedule(const std::string& name);
  void arm_mute(AssetId a);
  void arm_all_timers();

  // --- freshness.cpp
  [[nodiscard]] static std::string deadline_name(const FreshnessPolicy& policy);
  /// What is wrong with an asset whose freshness failed.
  [[nodiscard]] std::string freshness_text(AssetId a) const;
  [[nodiscard]] FreshnessState freshness_at(AssetId a, Instant at) const;
  /// When an asset must start at the latest for every deadline of freshness that counts at `at`,
  /// from here on downstream, its own too: deadlines less what the way there usually takes.
  [[nodiscard]] std::optional<Instant> latest_start(AssetId a, Instant at) const;
  [[nodiscard]] bool is_due(AssetId a, Instant at) const {
    const auto start = latest_start(a, at);
    return start && *start <= at;
  }
  [[nodiscard]] std::optional<Instant> freshness_deadline(AssetId a, Instant at) const;
  [[nodiscard]] std::optional<Instant> next_freshness_change(AssetId a, Instant at) const;
  /// Why a dependency's edge rule does not hold at `at`; "" when it does.
  /// (Of a dependency that is cut, the latest update of any partition counts.)
  [[nodiscard]] Sentence edge_unready(const Dependency& dep, Instant at) const;
  /// Whether the rule holds only because the time until which it waits has passed.
  [[nodiscard]] bool edge_provisional(const Dependency& dep, Instant at) const;
  [[nodiscard]] std::optional<Instant> next_edge_change(const Dependency& dep, Instant at) const;

  // --- admission.cpp
  void set_ready(core::StepState& step, bool ready);
  void take_place(core::StepState& step);
  void give_place_back(core::StepState& step);

 private:
  [[nodiscard]] StepId step_of(
      MemberId m, const std::vector<StepId>& whole,
      std::unordered_map<PartitionId, StepId> core::Partitions::* of_partitions) const {
    if (m.partition.value == 0) return whole[m.asset.value];
    const core::Partitions* p = cut(m.asset);
    if (p == nullptr) return {};
    const auto it = (p->*of_partitions).find(m.partition);
    return it == (p->*of_partitions).end() ? StepId{} : it->second;
  }
  void set_step(MemberId m, StepId step, std::vector<StepId>& whole,
                std::unordered_map<PartitionId, StepId> core::Partitions::* of_partitions);
};

}  // namespace freshet
