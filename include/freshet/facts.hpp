// What happened, as the engine records it: few, durable, append-only.  State is what
// `Engine::apply` makes of them.
//
// Each struct lists its fields once, in `describe`; the store's encoding, the API's JSON and the
// tests all read that one list.  A field may be added at the end; nothing is ever renamed or
// removed without a migration.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "freshet/definitions.hpp"
#include "freshet/ids.hpp"
#include "freshet/partitions.hpp"
#include "freshet/sentence.hpp"
#include "freshet/time.hpp"

namespace freshet {

enum class UpdateKind : std::uint8_t { materialization, observation };
enum class RunStatus : std::uint8_t { queued, starting, running, succeeded, failed, canceled };
enum class StepStatus : std::uint8_t {
  queued,
  starting,
  running,
  succeeded,
  failed,
  canceled,
  skipped,
  lost
};
enum class BackfillStatus : std::uint8_t { running, paused, succeeded, failed, canceled };
enum class FreshnessState : std::uint8_t { none, unknown, pass, warn, fail };
/// Why a run exists.
enum class RunCause : std::uint8_t { automation, person, retry };

/// Why a step (or an attempt) is in the state it is in; one table of texts serves daemon and UI.
enum class Reason : std::uint8_t {
  none,
  inputs_unchanged,        ///< skipped: nothing it reads has changed
  upstream_failed,         ///< left unstarted: an upstream step of its run failed or was canceled
  upstream_wrote_nothing,  ///< left unstarted: an upstream step ended without writing
  check_failed,            ///< left unstarted: a blocking check of an upstream step failed
  wrote_nothing,           ///< ended without writing
  exit_code,               ///< its process ended with a non-zero exit code
  signal,                  ///< its process was ended by a signal
  exec_error,              ///< its process could not be started
  timeout,                 ///< it ran longer than its timeout
  lost,                    ///< its fate cannot be known
  canceled_by_person,
  run_canceled,
  definition_removed,  ///< its asset is not defined any more
  reported,            ///< ended as somebody outside reported
};
[[nodiscard]] std::string_view to_text(Reason reason);
[[nodiscard]] std::string_view to_text(RunStatus status);
[[nodiscard]] std::string_view to_text(StepStatus status);
[[nodiscard]] std::string_view to_text(BackfillStatus status);
[[nodiscard]] std::string_view to_text(FreshnessState state);
[[nodiscard]] std::string_view to_text(RunCause cause);
[[nodiscard]] std::string_view to_text(UpdateKind kind);
[[nodiscard]] std::string_view to_text(AlertKind kind);
[[nodiscard]] constexpr bool is_terminal(StepStatus s) {
  return s != StepStatus::queued && s != StepStatus::starting && s != StepStatus::running;
}
[[nodiscard]] constexpr bool is_terminal(RunStatus s) {
  return s == RunStatus::succeeded || s == RunStatus::failed || s == RunStatus::canceled;
}
[[nodiscard]] constexpr bool is_terminal(BackfillStatus s) {
  return s != BackfillStatus::running && s != BackfillStatus::paused;
}

/// One step as it is queued.
struct StepPlan {
  MemberId member;
  std::string check;  ///< Name of the check it runs; "" for the asset itself.
  std::vector<StepId>
      waits;  ///< Steps that must end first, of this run or of one queued in the same moment.
  bool own_reason{false};  ///< Requested for a reason other than an upstream step of its run.
  PartitionSet range;  ///< Of a step for several partitions: all of them; `member` is the first.

  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("member", s.member), v("check", s.check), v("waits", s.waits), v("own_reason", s.own_reason);
    v("range", s.range);
  }
  friend bool operator==(const StepPlan&, const StepPlan&) = default;
};

/// A column's data version, as its writer reports it.
struct ColumnVersion {
  std::string name;
  DataVersion version;
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("name", s.name), v("version", s.version);
  }
  friend bool operator==(const ColumnVersion&, const ColumnVersion&) = default;
};

/// Columns of a dependency that a step read.
struct ColumnsRead {
  AssetId upstream;
  std::vector<std::string> columns;  ///< Ascending, not empty.
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("upstream", s.upstream), v("columns", s.columns);
  }
  friend bool operator==(const ColumnsRead&, const ColumnsRead&) = default;
};

/// Partitions of one asset that a backfill makes.
struct BackfillTarget {
  AssetId asset;
  PartitionSet wanted;
  PartitionSet own_reason;  ///< Of those: wanted for more than an upstream step of the backfill.
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("asset", s.asset), v("wanted", s.wanted), v("own_reason", s.own_reason);
  }
  friend bool operator==(const BackfillTarget&, const BackfillTarget&) = default;
};

/// A node of an evaluated condition that holds for some of its candidates, or was asked of others
/// than the node above it.
struct DecidedSets {
  std::uint32_t index{};  ///< Into Decided::tree.
  PartitionSet candidates;
  PartitionSet held;
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("index", s.index), v("candidates", s.candidates), v("held", s.held);
  }
  friend bool operator==(const DecidedSets&, const DecidedSets&) = default;
};

/// What left a step unstarted: a member, or a blocking check of it.
struct Blocker {
  MemberId member;
  std::string check;  ///< "" for the member itself.
  Sequence since{};   ///< What happened later may repair it.
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("member", s.member), v("check", s.check), v("since", s.since);
  }
  friend auto operator<=>(const Blocker&, const Blocker&) = default;
};

namespace fact {

/// A key got its id.  `renamed` where the id had another key before.  A check with an automation of
/// its own has an id, too, for what its condition remembers; its key is no asset's: "#17/sound".
struct AssetKnown {
  AssetId asset;
  std::string key;
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("asset", s.asset), v("key", s.key);
  }
  friend bool operator==(const AssetKnown&, const AssetKnown&) = default;
};

/// A project's definitions came into force.
struct DefinitionsLoaded {
  std::string project;
  std::uint64_t fingerprint{};
  std::uint32_t assets{};
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("project", s.project), v("fingerprint", s.fingerprint), v("assets", s.assets);
  }
  friend bool operator==(const DefinitionsLoaded&, const DefinitionsLoaded&) = default;
};

/// An asset that has history reads `upstream` from now on: what exists there was not consumed.
struct DependencyAdded {
  AssetId asset;
  AssetId upstream;
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("asset", s.asset), v("upstream", s.upstream);
  }
  friend bool operator==(const DependencyAdded&, const DependencyAdded&) = default;
};

/// A member was written or seen.
struct Updated {
  MemberId member;
  UpdateKind kind{UpdateKind::materialization};
  DataVersion version;       ///< 0: unknown, so it counts as a new one.
  std::string data_version;  ///< Its text.
  CodeVersion code;          ///< 0: unknown.
  bool changed{true};        ///< The version is unknown or differs from the one before.
  Sequence consumed;         ///< Sequence up to which its inputs were read; 0 for an observation.
  StepId step;               ///< run 0: from outside any run.
  std::string source;        ///< Who says so: a source's asset key, a CloudEvent's `source`, "api".
  std::string event_id;
  std::string metadata;                ///< Compact JSON object, or "".
  bool provisional{false};             ///< Made although an edge rule asked for a fresher input.
  PartitionSet range;                  ///< Of a step for several partitions: all of them.
  std::vector<ColumnVersion> columns;  ///< Of those columns whose version the writer knows.
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("member", s.member), v("kind", s.kind), v("version", s.version),
        v("data_version", s.data_version);
    v("code", s.code), v("changed", s.changed), v("consumed", s.consumed), v("step", s.step);
    v("source", s.source), v("event_id", s.event_id), v("metadata", s.metadata),
        v("provisional", s.provisional), v("range", s.range), v("columns", s.columns);
  }
  friend bool operator==(const Updated&, const Updated&) = default;
};

/// A check gave a result against the member's latest materialization.
struct CheckRecorded {
  MemberId member;
  std::string name;
  bool passed{false};
  CheckSeverity severity{CheckSeverity::error};
  StepId step;
  std::string source;
  std::string event_id;
  std::string metadata;
  PartitionSet range;  ///< Of a step for several partitions: all of them.
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("member", s.member), v("name", s.name), v("passed", s.passed), v("severity", s.severity);
    v("step", s.step), v("source", s.source), v("event_id", s.event_id), v("metadata", s.metadata);
    v("range", s.range);
  }
  friend bool operator==(const CheckRecorded&, const CheckRecorded&) = default;
};

/// An event that was taken in and could not be used; kept so that it can be looked at and sent
/// again.
struct EventRejected {
  std::string source;
  std::string event_id;
  std::string subject;
  std::string reason;
  std::string body;  ///< As received, at most 64 KiB.
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("source", s.source), v("event_id", s.event_id), v("subject", s.subject),
        v("reason", s.reason), v("body", s.body);
  }
  friend bool operator==(const EventRejected&, const EventRejected&) = default;
};

/// How far a source has been taken in.
struct SourceCursor {
  AssetId asset;
  std::string cursor;
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("asset", s.asset), v("cursor", s.cursor);
  }
  friend bool operator==(const SourceCursor&, const SourceCursor&) = default;
};

struct Wiped {
  MemberId member;
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("member", s.member);
  }
  friend bool operator==(const Wiped&, const Wiped&) = default;
};

struct RunQueued {
  RunId run;
  RunCause cause{RunCause::automation};
  std::string actor;              ///< Who asked; "" for automation.
  std::string reason;             ///< Their words.
  std::vector<std::string> tags;  ///< "name=value".
  std::optional<RunId> retry_of;
  std::vector<StepPlan> steps;
  BackfillId backfill;  ///< That it is part of; 0: none.
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("run", s.run), v("cause", s.cause), v("actor", s.actor), v("reason", s.reason),
        v("tags", s.tags);
    v("retry_of", s.retry_of), v("steps", s.steps), v("backfill", s.backfill);
  }
  friend bool operator==(const RunQueued&, const RunQueued&) = default;
};

/// A request joined a step that was queued already.
struct RequestJoined {
  StepId step;
  bool own_reason{false};
  RunCause cause{RunCause::automation};
  std::vector<StepId> waits;  ///< Further steps that must end first, queued in the same moment.
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("step", s.step), v("own_reason", s.own_reason), v("cause", s.cause), v("waits", s.waits);
  }
  friend bool operator==(const RequestJoined&, const RequestJoined&) = default;
};

/// A step was admitted: it holds its places in the pools, and has consumed what its inputs hold
/// now.
struct StepStarted {
  StepId step;
  std::uint32_t attempt{1};  ///< From 1.
  CodeVersion code;
  bool provisional{false};
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("step", s.step), v("attempt", s.attempt), v("code", s.code), v("provisional", s.provisional);
  }
  friend bool operator==(const StepStarted&, const StepStarted&) = default;
};

/// Its process exists.
struct StepRunning {
  StepId step;
  std::uint32_t attempt{1};
  std::int64_t pid{};
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("step", s.step), v("attempt", s.attempt), v("pid", s.pid);
  }
  friend bool operator==(const StepRunning&, const StepRunning&) = default;
};

/// Somebody or a timeout wants it to stop; it goes on until its process has ended.
struct StopRequested {
  StepId step;
  Reason reason{Reason::canceled_by_person};
  std::string actor;
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("step", s.step), v("reason", s.reason), v("actor", s.actor);
  }
  friend bool operator==(const StopRequested&, const StopRequested&) = default;
};

/// An attempt ended and another follows not before `retry_at`.
struct AttemptEnded {
  StepId step;
  std::uint32_t attempt{1};
  Reason reason{Reason::exit_code};
  std::int32_t exit_code{};  ///< Or the signal's number.
  std::string text;
  Instant retry_at{};
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("step", s.step), v("attempt", s.attempt), v("reason", s.reason), v("exit_code", s.exit_code);
    v("text", s.text), v("retry_at", s.retry_at);
  }
  friend bool operator==(const AttemptEnded&, const AttemptEnded&) = default;
};

/// A step reached its final status.
struct StepEnded {
  StepId step;
  std::uint32_t attempt{};  ///< 0: it never started.
  StepStatus status{StepStatus::succeeded};
  Reason reason{Reason::none};
  std::int32_t exit_code{};
  std::string text;
  std::vector<Blocker> blockers;  ///< Of a step left unstarted.
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("step", s.step), v("attempt", s.attempt), v("status", s.status), v("reason", s.reason);
    v("exit_code", s.exit_code), v("text", s.text), v("blockers", s.blockers);
  }
  friend bool operator==(const StepEnded&, const StepEnded&) = default;
};

struct RunEnded {
  RunId run;
  RunStatus status{RunStatus::succeeded};
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("run", s.run), v("status", s.status);
  }
  friend bool operator==(const RunEnded&, const RunEnded&) = default;
};

/// A line that a step's process reported (level "debug" to "critical"; "custom" carries JSON).
struct StepLogged {
  StepId step;
  std::uint32_t attempt{1};
  std::string level;
  std::string message;
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("step", s.step), v("attempt", s.attempt), v("level", s.level), v("message", s.message);
  }
  friend bool operator==(const StepLogged&, const StepLogged&) = default;
};

/// How far a step's message file has been taken in, in bytes.
struct MessagesRead {
  StepId step;
  std::uint32_t attempt{1};
  std::uint64_t offset{};
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("step", s.step), v("attempt", s.attempt), v("offset", s.offset);
  }
  friend bool operator==(const MessagesRead&, const MessagesRead&) = default;
};

/// One part of what a condition remembers, for some partitions of one asset.
struct MemoryChange {
  std::uint64_t slot{};  ///< A node's: its number << 32 | the asset it was asked about; or a Slot.
  PartitionSet set;      ///< True from now on …
  PartitionSet unset;    ///< … and not any more.
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("slot", s.slot), v("set", s.set), v("unset", s.unset);
  }
  friend bool operator==(const MemoryChange&, const MemoryChange&) = default;
};

/// What is remembered of a condition as a whole, as slots that no node has.
enum class Slot : std::uint64_t {
  stirred = std::uint64_t{0xffff'ffff} << 32,  ///< Something other than its own progress changed
                                               ///< since it was last handled.
  withheld,                                    ///< It holds, and its automation is paused.
  released,  ///< A request that was handed back may be made again.
  pending,   ///< Some since_last_handled of the asset itself holds.
  held,      ///< Its last answer; false again once it was acted on.
  failed,    ///< Of a check: its latest finished step failed; no new expression forgets it.
};

/// What a condition remembers, after an evaluation that changed it.
struct ConditionMemory {
  AssetId asset;               ///< Of a check: the id that stands for it (AssetKnown).
  std::uint64_t expression{};  ///< Hash of the canonical expression.
  bool anew{false};            ///< Everything that was remembered before is forgotten.
  std::vector<MemoryChange> changes;
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("asset", s.asset), v("expression", s.expression), v("anew", s.anew), v("changes", s.changes);
  }
  friend bool operator==(const ConditionMemory&, const ConditionMemory&) = default;
};

/// What must be repaired before a request that was handed back is made again; none: nothing any
/// more.
struct HandedBack {
  MemberId member;
  std::vector<Blocker> blockers;
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("member", s.member), v("blockers", s.blockers);
  }
  friend bool operator==(const HandedBack&, const HandedBack&) = default;
};

/// An evaluation that requested something, or whose answer changed.
struct Decided {
  AssetId asset;
  bool requested{false};
  bool withheld{false};
  PartitionSet members;    ///< Of the asset: those that it is about.
  RunId run;               ///< The first run they went into; 0 for none.
  std::string expression;  ///< As written; its node numbers are those of `tree`.
  std::vector<std::uint64_t>
      tree;                 ///< In evaluation order: node << 34 | asset << 2 | evaluated | held.
  std::string text;         ///< Of what was recorded before there was `said`.
  BackfillId backfill;      ///< They went into; 0 for none.
  PartitionSet candidates;  ///< The expression was evaluated for these.
  std::vector<DecidedSets> sets;  ///< Where a node's are neither all that it was asked of nor none.
  std::string check;              ///< Of the asset, whose condition it is; "" for the asset's own.
  Sentence said;                  ///< One sentence.
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("asset", s.asset), v("requested", s.requested), v("withheld", s.withheld),
        v("members", s.members), v("run", s.run);
    v("expression", s.expression), v("tree", s.tree), v("text", s.text);
    v("backfill", s.backfill), v("candidates", s.candidates), v("sets", s.sets);
    v("check", s.check), v("said", s.said);
  }
  friend bool operator==(const Decided&, const Decided&) = default;
};

/// The clock passed a schedule's tick.
struct TickPassed {
  std::string schedule;  ///< "cron|zone".
  Instant tick{};        ///< The latest one passed.
  bool armed{false};     ///< Only the starting point of a new schedule: nothing passed.
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("schedule", s.schedule), v("tick", s.tick), v("armed", s.armed);
  }
  friend bool operator==(const TickPassed&, const TickPassed&) = default;
};

struct FreshnessChanged {
  MemberId member;
  FreshnessState state{FreshnessState::unknown};
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("member", s.member), v("state", s.state);
  }
  friend bool operator==(const FreshnessChanged&, const FreshnessChanged&) = default;
};

/// People are to be told: whoever the routes of the definitions lead to.
struct Alerted {
  using Kind = AlertKind;
  AssetId asset;  ///< 0 for a test.
  Kind kind{Kind::failure};
  StepId step;
  std::string text;
  PartitionId partition;
  std::string check;         ///< What failed, or passes again, where it is a check.
  bool muted{false};         ///< Nobody is told; an alert that outlives the mute is recorded anew.
  Kind over{Kind::failure};  ///< Of a recovery: the kind of alert that is over …
  Sequence since;            ///< … and that alert.
  std::string project;       ///< Of a test: where its route is defined …
  std::string route;         ///< … and the route's name.
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("asset", s.asset), v("kind", s.kind), v("step", s.step), v("text", s.text);
    v("partition", s.partition), v("check", s.check), v("muted", s.muted), v("over", s.over),
        v("since", s.since), v("project", s.project), v("route", s.route);
  }
  friend bool operator==(const Alerted&, const Alerted&) = default;
};

/// Automation of an asset was switched off or on again.
struct PauseChanged {
  AssetId asset;
  bool paused{true};
  std::string actor;
  std::string reason;
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("asset", s.asset), v("paused", s.paused), v("actor", s.actor), v("reason", s.reason);
  }
  friend bool operator==(const PauseChanged&, const PauseChanged&) = default;
};

/// An answer that must be given again when the same request comes again.
struct Answered {
  std::string key;          ///< Of the request: scope and Idempotency-Key.
  std::uint64_t request{};  ///< Hash of what was asked.
  std::uint16_t status{};
  std::string body;
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("key", s.key), v("request", s.request), v("status", s.status), v("body", s.body);
  }
  friend bool operator==(const Answered&, const Answered&) = default;
};

/// A shape or a key of partitions got its number.
struct PartitionNamed {
  bool is_shape{false};
  std::uint32_t number{};
  std::string text;
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("is_shape", s.is_shape), v("number", s.number), v("text", s.text);
  }
  friend bool operator==(const PartitionNamed&, const PartitionNamed&) = default;
};

/// Keys of a dynamic set came or went.
struct PartitionsChanged {
  std::string set;
  std::vector<std::string> added;
  std::vector<std::string> removed;
  std::string actor;
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("set", s.set), v("added", s.added), v("removed", s.removed), v("actor", s.actor);
  }
  friend bool operator==(const PartitionsChanged&, const PartitionsChanged&) = default;
};

/// Several partitions are made, run by run.
struct BackfillQueued {
  BackfillId backfill;
  RunCause cause{RunCause::person};
  std::string actor;              ///< Who asked; "" for automation.
  std::string reason;             ///< Their words.
  std::vector<std::string> tags;  ///< Of each of its runs: "name=value".
  std::optional<BackfillId> retry_of;
  std::vector<BackfillTarget> targets;
  std::uint32_t per_run{};       ///< Partitions in one run; 0: as each asset's policy says.
  std::uint32_t concurrency{1};  ///< Runs at a time.
  bool newest_first{false};
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("backfill", s.backfill), v("cause", s.cause), v("actor", s.actor), v("reason", s.reason);
    v("tags", s.tags), v("retry_of", s.retry_of), v("targets", s.targets);
    v("per_run", s.per_run), v("concurrency", s.concurrency), v("newest_first", s.newest_first);
  }
  friend bool operator==(const BackfillQueued&, const BackfillQueued&) = default;
};

/// A backfill was paused, goes on, or came to its end.
struct BackfillChanged {
  BackfillId backfill;
  BackfillStatus status{BackfillStatus::running};
  std::string actor;
  std::string reason;
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("backfill", s.backfill), v("status", s.status), v("actor", s.actor), v("reason", s.reason);
  }
  friend bool operator==(const BackfillChanged&, const BackfillChanged&) = default;
};

/// Partitions of a backfill that no run was made for.
struct BackfillSkipped {
  BackfillId backfill;
  AssetId asset;
  PartitionSet set;
  Reason reason{Reason::upstream_failed};
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("backfill", s.backfill), v("asset", s.asset), v("set", s.set), v("reason", s.reason);
  }
  friend bool operator==(const BackfillSkipped&, const BackfillSkipped&) = default;
};

/// A request joined partitions that a backfill is yet to make.
struct BackfillJoined {
  BackfillId backfill;
  AssetId asset;
  PartitionSet set;
  PartitionSet own_reason;  ///< Of those: wanted for more than an upstream step of the backfill.
  RunCause cause{RunCause::automation};
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("backfill", s.backfill), v("asset", s.asset), v("set", s.set);
    v("own_reason", s.own_reason), v("cause", s.cause);
  }
  friend bool operator==(const BackfillJoined&, const BackfillJoined&) = default;
};

/// Alerts of an asset are held back, or are not any more.
struct AlertsMuted {
  AssetId asset;
  bool muted{true};
  Instant until{};    ///< 0: until somebody ends it.
  std::string actor;  ///< "" where its time was over.
  std::string reason;
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("asset", s.asset), v("muted", s.muted), v("until", s.until), v("actor", s.actor),
        v("reason", s.reason);
  }
  friend bool operator==(const AlertsMuted&, const AlertsMuted&) = default;
};

/// A route of alerts is new: it is told of what comes from here on.
struct RouteKnown {
  std::string project;
  std::string route;
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("project", s.project), v("route", s.route);
  }
  friend bool operator==(const RouteKnown&, const RouteKnown&) = default;
};

/// An attempt to tell a route's receiver of alerts: who was told what, and when.
struct Delivered {
  std::string project;
  std::string route;
  std::vector<Sequence> alerts;  ///< That it was told, or should have been.
  bool repeated{false};          ///< It was told of them before.
  bool ok{true};
  bool gave_up{false};        ///< They are not tried again.
  std::uint32_t attempts{1};  ///< With this one.
  std::string text;           ///< What the receiver answered, or what went wrong.
  Sequence upto;              ///< Alerts up to this one are done with; 0: as before.
  Instant repeats{};          ///< Repetitions due until then are done with; 0: as before.
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("project", s.project), v("route", s.route), v("alerts", s.alerts), v("repeated", s.repeated);
    v("ok", s.ok), v("gave_up", s.gave_up), v("attempts", s.attempts), v("text", s.text);
    v("upto", s.upto), v("repeats", s.repeats);
  }
  friend bool operator==(const Delivered&, const Delivered&) = default;
};

/// A step reported what it read, and that is not what was known of its asset.
struct ColumnsReported {
  AssetId asset;
  StepId step;
  std::vector<ColumnsRead> reads;  ///< Of the dependencies that are not named, anything.
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("asset", s.asset), v("step", s.step), v("reads", s.reads);
  }
  friend bool operator==(const ColumnsReported&, const ColumnsReported&) = default;
};

/// The wall clock jumped by this much; timers were armed anew.
struct ClockJumped {
  std::int64_t delta_us{};
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("delta_us", s.delta_us);
  }
  friend bool operator==(const ClockJumped&, const ClockJumped&) = default;
};

}  // namespace fact

/// The index of an alternative is its number in the store: append only.
using Fact =
    std::variant<fact::AssetKnown, fact::DefinitionsLoaded, fact::DependencyAdded, fact::Updated,
                 fact::CheckRecorded, fact::EventRejected, fact::SourceCursor, fact::Wiped,
                 fact::RunQueued, fact::RequestJoined, fact::StepStarted, fact::StepRunning,
                 fact::StopRequested, fact::AttemptEnded, fact::StepEnded, fact::RunEnded,
                 fact::StepLogged, fact::MessagesRead, fact::ConditionMemory, fact::Decided,
                 fact::TickPassed, fact::FreshnessChanged, fact::Alerted, fact::PauseChanged,
                 fact::Answered, fact::ClockJumped, fact::HandedBack, fact::PartitionNamed,
                 fact::PartitionsChanged, fact::BackfillQueued, fact::BackfillChanged,
                 fact::BackfillSkipped, fact::BackfillJoined, fact::AlertsMuted, fact::RouteKnown,
                 fact::Delivered, fact::ColumnsReported>;

/// A fact with its place in the order of everything and the time at which it was taken in.
struct FactRecord {
  Sequence sequence;
  Instant at{};
  Fact fact;
  friend bool operator==(const FactRecord&, const FactRecord&) = default;
};

/// Name of a fact's kind, as the API shows it: "step_started".
[[nodiscard]] std::string_view kind_name(const Fact& fact);
/// The asset or run that a fact concerns, for the history's indexes; 0 where there is none.
[[nodiscard]] AssetId asset_of(const Fact& fact);
[[nodiscard]] RunId run_of(const Fact& fact);

/// Compact binary form of a fact without its kind; `kind` is the variant's index.
[[nodiscard]] std::string encode(const Fact& fact);
/// Errc::invalid for anything that encode did not write.
Result<Fact> decode(std::size_t kind, std::string_view bytes);

}  // namespace freshet
