// The current state as rows: what facts have come to.  A start loads rows, it does not replay
// history.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "freshet/facts.hpp"

namespace freshet {

/// Each row type names its table, how many of its leading fields are the key, and its fields.
struct AssetRow {
  static constexpr std::string_view table = "assets";
  static constexpr int key_fields = 1;
  AssetId asset;
  std::string key;
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("asset", s.asset), v("key", s.key);
  }
  friend bool operator==(const AssetRow&, const AssetRow&) = default;
};

struct MemberRow {
  static constexpr std::string_view table = "members";
  static constexpr int key_fields = 2;
  AssetId asset;
  PartitionId partition;
  Sequence updated;       ///< Latest materialization or observation, changed or not; 0: missing.
  Sequence changed;       ///< When its data version last really changed.
  Sequence consumed;      ///< Its manifest: sequence at which the step that made it was admitted.
  Sequence materialized;  ///< Latest materialization; 0: none.
  Instant updated_at{};
  Instant changed_at{};
  DataVersion version;
  CodeVersion code;
  StepId step;                               ///< That made the latest update; run 0: from outside.
  StepStatus last_step{StepStatus::queued};  ///< How its latest step ended; queued: none has.
  FreshnessState freshness{FreshnessState::none};
  bool provisional{false};
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("asset", s.asset), v("partition", s.partition), v("updated", s.updated),
        v("changed", s.changed);
    v("consumed", s.consumed), v("materialized", s.materialized), v("updated_at", s.updated_at),
        v("changed_at", s.changed_at);
    v("version", s.version), v("code", s.code), v("step", s.step), v("last_step", s.last_step);
    v("freshness", s.freshness), v("provisional", s.provisional);
  }
  friend bool operator==(const MemberRow&, const MemberRow&) = default;
};

/// Versions that a member held before, newest last: `changed` << with its version; only where
/// versions are given.
struct VersionsRow {
  static constexpr std::string_view table = "versions";
  static constexpr int key_fields = 2;
  AssetId asset;
  PartitionId partition;
  std::vector<std::uint64_t> history;  ///< Pairs: sequence, version.
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("asset", s.asset), v("partition", s.partition), v("history", s.history);
  }
  friend bool operator==(const VersionsRow&, const VersionsRow&) = default;
};

/// A dependency that was added after its asset had history.
struct EdgeRow {
  static constexpr std::string_view table = "edges";
  static constexpr int key_fields = 2;
  AssetId asset;
  AssetId upstream;
  Sequence since;
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("asset", s.asset), v("upstream", s.upstream), v("since", s.since);
  }
  friend bool operator==(const EdgeRow&, const EdgeRow&) = default;
};

/// What the definitions in force said of an asset, to see at the next load what changed.
struct DefinitionRow {
  static constexpr std::string_view table = "definitions";
  static constexpr int key_fields = 1;
  AssetId asset;
  std::uint64_t expression{};  ///< Hash of its condition's canonical text; 0: none.
  CodeVersion code;
  std::uint64_t checks{};  ///< Hash of its checks' names and kinds.
  std::uint64_t freshness{};
  std::vector<AssetId> deps;   ///< Ascending.
  std::uint64_t rules{};       ///< Hash of the edge rules, and of where it comes from.
  bool defined{true};          ///< False after it was removed.
  std::uint64_t partitions{};  ///< Hash of how it is cut; 0: not at all.
  std::uint32_t shape{};       ///< Of its partitions; 0: it is not cut.
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("asset", s.asset), v("expression", s.expression), v("code", s.code), v("checks", s.checks);
    v("freshness", s.freshness), v("deps", s.deps), v("rules", s.rules), v("defined", s.defined);
    v("partitions", s.partitions), v("shape", s.shape);
  }
  friend bool operator==(const DefinitionRow&, const DefinitionRow&) = default;
};

struct CheckRow {
  static constexpr std::string_view table = "checks";
  static constexpr int key_fields = 3;
  AssetId asset;
  PartitionId partition;
  std::string name;
  bool passed{false};
  CheckSeverity severity{CheckSeverity::error};
  Sequence sequence;
  Instant at{};
  StepId step;
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("asset", s.asset), v("partition", s.partition), v("name", s.name), v("passed", s.passed);
    v("severity", s.severity), v("sequence", s.sequence), v("at", s.at), v("step", s.step);
  }
  friend bool operator==(const CheckRow&, const CheckRow&) = default;
};

struct RunRow {
  static constexpr std::string_view table = "runs";
  static constexpr int key_fields = 1;
  RunId run;
  RunStatus status{RunStatus::queued};
  RunCause cause{RunCause::automation};
  std::string actor;
  std::string reason;
  std::vector<std::string> tags;
  std::optional<RunId> retry_of;
  Instant created_at{};
  Instant started_at{};  ///< 0: not yet.
  Instant ended_at{};    ///< 0: not yet.
  std::uint32_t steps{};
  Sequence sequence;            ///< Of its latest fact.
  BackfillId backfill;          ///< That it is part of; 0: none.
  std::uint64_t definitions{};  ///< Fingerprint of those in force when it was queued.
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("run", s.run), v("status", s.status), v("cause", s.cause), v("actor", s.actor),
        v("reason", s.reason);
    v("tags", s.tags), v("retry_of", s.retry_of), v("created_at", s.created_at),
        v("started_at", s.started_at);
    v("ended_at", s.ended_at), v("steps", s.steps), v("sequence", s.sequence);
    v("backfill", s.backfill), v("definitions", s.definitions);
  }
  friend bool operator==(const RunRow&, const RunRow&) = default;
};

struct StepRow {
  static constexpr std::string_view table = "steps";
  static constexpr int key_fields = 1;  // StepId takes two columns: run, number
  StepId step;
  MemberId member;  ///< Two columns: member_asset, member_partition.
  std::string check;
  StepStatus status{StepStatus::queued};
  Reason reason{Reason::none};
  std::uint32_t attempt{};   ///< Latest; 0: never started.
  std::uint32_t failures{};  ///< Attempts that count against retries.max.
  std::uint32_t losses{};
  bool own_reason{false};
  bool provisional{false};
  bool reported{false};  ///< Its process reported its materialization, or its check's result, in
                         ///< this attempt.
  Reason stop{Reason::none};      ///< Why it was asked to stop.
  CodeVersion code;               ///< It was started with.
  Sequence consumed;              ///< At which it was admitted.
  std::vector<StepId> waits;      ///< Those that have not ended.
  std::vector<Blocker> blockers;  ///< Upstream that failed, or failed a blocking check.
  std::vector<MemberId>
      gates;  ///< Upstream of its run that ended well: their blocking checks count.
  std::vector<MemberId> unwritten;  ///< Upstream of its run that ended without writing.
  Instant not_before{};             ///< Of the next attempt.
  Instant queued_at{};
  Instant started_at{};
  Instant ended_at{};
  std::int32_t exit_code{};
  std::uint64_t messages{};  ///< Bytes of its message file that have been taken in.
  std::string text;
  PartitionSet range;  ///< Of a step for several partitions: all of them; `member` is the first.

  /// Of its asset.
  [[nodiscard]] PartitionSet partitions() const {
    return range.empty() ? PartitionSet{member.partition} : range;
  }
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("step", s.step), v("member", s.member), v("check_name", s.check), v("status", s.status),
        v("reason", s.reason);
    v("attempt", s.attempt), v("failures", s.failures), v("losses", s.losses),
        v("own_reason", s.own_reason);
    v("provisional", s.provisional), v("reported", s.reported), v("stop", s.stop),
        v("code", s.code);
    v("consumed", s.consumed), v("waits", s.waits), v("blockers", s.blockers), v("gates", s.gates);
    v("unwritten", s.unwritten), v("not_before", s.not_before), v("queued_at", s.queued_at);
    v("started_at", s.started_at), v("ended_at", s.ended_at), v("exit_code", s.exit_code);
    v("messages", s.messages), v("text", s.text), v("range", s.range);
  }
  friend bool operator==(const StepRow&, const StepRow&) = default;
};

/// The expression that an asset's memory belongs to.
struct ConditionRow {
  static constexpr std::string_view table = "conditions";
  static constexpr int key_fields = 1;
  AssetId asset;
  std::uint64_t expression{};
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("asset", s.asset), v("expression", s.expression);
  }
  friend bool operator==(const ConditionRow&, const ConditionRow&) = default;
};

/// What a condition remembers: for which partitions a slot is true (see fact::MemoryChange).
struct MemoryRow {
  static constexpr std::string_view table = "memory";
  static constexpr int key_fields = 2;
  AssetId asset;
  std::uint64_t slot{};
  PartitionSet set;
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("asset", s.asset), v("slot", s.slot), v("set", s.set);
  }
  friend bool operator==(const MemoryRow&, const MemoryRow&) = default;
};

struct HandedBackRow {
  static constexpr std::string_view table = "handed_back";
  static constexpr int key_fields = 2;
  AssetId asset;
  PartitionId partition;
  std::vector<Blocker> blockers;
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("asset", s.asset), v("partition", s.partition), v("blockers", s.blockers);
  }
  friend bool operator==(const HandedBackRow&, const HandedBackRow&) = default;
};

/// Text of a number that partition ids are made of.
struct PartitionNameRow {
  static constexpr std::string_view table = "partition_names";
  static constexpr int key_fields = 2;
  bool is_shape{false};
  std::uint32_t number{};
  std::string text;
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("is_shape", s.is_shape), v("number", s.number), v("text", s.text);
  }
  friend bool operator==(const PartitionNameRow&, const PartitionNameRow&) = default;
};

/// The keys of a dynamic set, in the order in which they came.
struct DynamicSetRow {
  static constexpr std::string_view table = "dynamic_sets";
  static constexpr int key_fields = 1;
  std::string set;
  std::vector<std::string> keys;
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("set_name", s.set), v("keys", s.keys);
  }
  friend bool operator==(const DynamicSetRow&, const DynamicSetRow&) = default;
};

/// How long an asset's own step took when it last succeeded, the latest at the end of each list;
/// of an asset that is cut, a step for a single partition.
struct DurationsRow {
  static constexpr std::string_view table = "durations";
  static constexpr int key_fields = 1;
  static constexpr std::size_t kept_max = 32;
  AssetId asset;
  std::vector<std::uint32_t> worked;  ///< Milliseconds of the attempt that succeeded …
  std::vector<std::uint32_t> waited;  ///< … and from when it was queued until that attempt began.
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("asset", s.asset), v("worked", s.worked), v("waited", s.waited);
  }
  friend bool operator==(const DurationsRow&, const DurationsRow&) = default;
};

struct ScheduleRow {
  static constexpr std::string_view table = "schedules";
  static constexpr int key_fields = 1;
  std::string schedule;
  Instant tick{};
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("schedule", s.schedule), v("tick", s.tick);
  }
  friend bool operator==(const ScheduleRow&, const ScheduleRow&) = default;
};

struct PauseRow {
  static constexpr std::string_view table = "pauses";
  static constexpr int key_fields = 1;
  AssetId asset;
  bool paused{false};
  std::string actor;
  std::string reason;
  Instant at{};
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("asset", s.asset), v("paused", s.paused), v("actor", s.actor), v("reason", s.reason),
        v("at", s.at);
  }
  friend bool operator==(const PauseRow&, const PauseRow&) = default;
};

/// An event id that was taken in, so that a second delivery is known.
struct EventRow {
  static constexpr std::string_view table = "event_ids";
  static constexpr int key_fields = 2;
  std::string source;
  std::string event_id;
  Sequence sequence;
  Instant at{};
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("source", s.source), v("event_id", s.event_id), v("sequence", s.sequence), v("at", s.at);
  }
  friend bool operator==(const EventRow&, const EventRow&) = default;
};

struct AnswerRow {
  static constexpr std::string_view table = "answers";
  static constexpr int key_fields = 1;
  std::string key;
  std::uint64_t request{};
  std::uint16_t status{};
  std::string body;
  Instant at{};
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("key", s.key), v("request", s.request), v("status", s.status), v("body", s.body),
        v("at", s.at);
  }
  friend bool operator==(const AnswerRow&, const AnswerRow&) = default;
};

struct CursorRow {
  static constexpr std::string_view table = "cursors";
  static constexpr int key_fields = 1;
  AssetId asset;
  std::string cursor;
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("asset", s.asset), v("cursor", s.cursor);
  }
  friend bool operator==(const CursorRow&, const CursorRow&) = default;
};

struct BackfillRow {
  static constexpr std::string_view table = "backfills";
  static constexpr int key_fields = 1;
  BackfillId backfill;
  BackfillStatus status{BackfillStatus::running};
  RunCause cause{RunCause::person};
  std::string actor;
  std::string reason;
  std::vector<std::string> tags;
  std::optional<BackfillId> retry_of;
  std::uint32_t per_run{};
  std::uint32_t concurrency{1};
  bool newest_first{false};
  Instant created_at{};
  Instant ended_at{};    ///< 0: not yet.
  std::uint32_t runs{};  ///< That were made so far.
  Sequence sequence;     ///< Of its latest fact.
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("backfill", s.backfill), v("status", s.status), v("cause", s.cause), v("actor", s.actor);
    v("reason", s.reason), v("tags", s.tags), v("retry_of", s.retry_of), v("per_run", s.per_run);
    v("concurrency", s.concurrency), v("newest_first", s.newest_first);
    v("created_at", s.created_at), v("ended_at", s.ended_at), v("runs", s.runs);
    v("sequence", s.sequence);
  }
  friend bool operator==(const BackfillRow&, const BackfillRow&) = default;
};

/// How far a backfill is with one asset; what is in none of the last three is in a run.
struct BackfillTargetRow {
  static constexpr std::string_view table = "backfill_targets";
  static constexpr int key_fields = 2;
  BackfillId backfill;
  AssetId asset;
  PartitionSet wanted;
  PartitionSet own_reason;  ///< Wanted for more than an upstream step of the backfill.
  PartitionSet pending;     ///< In no run yet.
  PartitionSet succeeded;   ///< Also those whose inputs had not changed.
  PartitionSet failed;      ///< Also those that were left out since an upstream one failed.
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("backfill", s.backfill), v("asset", s.asset), v("wanted", s.wanted);
    v("own_reason", s.own_reason), v("pending", s.pending), v("succeeded", s.succeeded);
    v("failed", s.failed);
  }
  friend bool operator==(const BackfillTargetRow&, const BackfillTargetRow&) = default;
};

/// What is known of a member's columns, by name.
struct ColumnsRow {
  static constexpr std::string_view table = "columns";
  static constexpr int key_fields = 2;
  struct Column {
    std::string name;
    DataVersion version;
    Sequence changed;  ///< When its version last changed.
    template <class Self, class V>
    static void describe(Self& s, V&& v) {
      v("name", s.name), v("version", s.version), v("changed", s.changed);
    }
    friend bool operator==(const Column&, const Column&) = default;
  };
  AssetId asset;
  PartitionId partition;
  std::vector<Column> columns;  ///< As the latest changed update told them; ascending by name.
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("asset", s.asset), v("partition", s.partition), v("columns", s.columns);
  }
  friend bool operator==(const ColumnsRow&, const ColumnsRow&) = default;
};

/// What the latest materialization that told of it had read.
struct ColumnsReadRow {
  static constexpr std::string_view table = "columns_read";
  static constexpr int key_fields = 1;
  AssetId asset;
  std::vector<ColumnsRead> reads;  ///< By dependency; of those that are not named, anything.
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("asset", s.asset), v("reads", s.reads);
  }
  friend bool operator==(const ColumnsReadRow&, const ColumnsReadRow&) = default;
};

/// The tags of a run that made something, where it has any; kept after its end.
struct TaggedRunRow {
  static constexpr std::string_view table = "tagged_runs";
  static constexpr int key_fields = 1;
  RunId run;
  std::vector<std::string> tags;
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("run", s.run), v("tags", s.tags);
  }
  friend bool operator==(const TaggedRunRow&, const TaggedRunRow&) = default;
};

/// What people were alerted of, and that is still so.
struct AlertRow {
  static constexpr std::string_view table = "alerts";
  static constexpr int key_fields = 4;
  AssetId asset;
  PartitionId partition;
  AlertKind kind{AlertKind::failure};
  std::string check;  ///< "" where it is about the asset itself.
  Sequence sequence;  ///< Of its fact; 0: it is over.
  Instant at{};
  StepId step;
  std::string text;
  bool muted{false};  ///< Nobody was told.
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("asset", s.asset), v("partition", s.partition), v("kind", s.kind), v("check_name", s.check);
    v("sequence", s.sequence), v("at", s.at), v("step", s.step), v("text", s.text),
        v("muted", s.muted);
  }
  friend bool operator==(const AlertRow&, const AlertRow&) = default;
};

struct MuteRow {
  static constexpr std::string_view table = "mutes";
  static constexpr int key_fields = 1;
  AssetId asset;
  bool muted{false};
  Instant until{};  ///< 0: until somebody ends it.
  std::string actor;
  std::string reason;
  Instant at{};
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("asset", s.asset), v("muted", s.muted), v("until", s.until), v("actor", s.actor),
        v("reason", s.reason), v("at", s.at);
  }
  friend bool operator==(const MuteRow&, const MuteRow&) = default;
};

/// How far the receiver of a route of alerts has been told.
struct RouteRow {
  static constexpr std::string_view table = "routes";
  static constexpr int key_fields = 2;
  std::string project;
  std::string route;
  Sequence upto;             ///< Alerts up to this one are done with.
  Instant repeats{};         ///< Repetitions due until then are done with.
  std::uint32_t attempts{};  ///< That failed since the latest that did not.
  Instant told_at{};         ///< Latest success; 0: none.
  Instant tried_at{};        ///< Latest attempt; 0: none.
  std::string text;          ///< Of the latest attempt.
  template <class Self, class V>
  static void describe(Self& s, V&& v) {
    v("project", s.project), v("route", s.route), v("upto", s.upto), v("repeats", s.repeats);
    v("attempts", s.attempts), v("told_at", s.told_at), v("tried_at", s.tried_at),
        v("text", s.text);
  }
  friend bool operator==(const RouteRow&, const RouteRow&) = default;
};

/// Rows to write (upserts), or all there are at start.  `sequence` and `run_counter` continue the
/// numbering.
struct Rows {
  std::tuple<std::vector<AssetRow>, std::vector<MemberRow>, std::vector<VersionsRow>,
             std::vector<EdgeRow>, std::vector<DefinitionRow>, std::vector<CheckRow>,
             std::vector<RunRow>, std::vector<StepRow>, std::vector<MemoryRow>,
             std::vector<ScheduleRow>, std::vector<PauseRow>, std::vector<EventRow>,
             std::vector<AnswerRow>, std::vector<CursorRow>, std::vector<ConditionRow>,
             std::vector<HandedBackRow>, std::vector<PartitionNameRow>, std::vector<DynamicSetRow>,
             std::vector<DurationsRow>, std::vector<BackfillRow>, std::vector<BackfillTargetRow>,
             std::vector<ColumnsRow>, std::vector<TaggedRunRow>, std::vector<AlertRow>,
             std::vector<MuteRow>, std::vector<RouteRow>, std::vector<ColumnsReadRow>>
      tables;
  Sequence sequence;  ///< Of the last fact.
  Instant at{};       ///< Of the last moment.
  RunId last_run;     ///< Greatest ever given.

  template <class R>
  [[nodiscard]] std::vector<R>& of() {
    return std::get<std::vector<R>>(tables);
  }
  template <class R>
  [[nodiscard]] const std::vector<R>& of() const {
    return std::get<std::vector<R>>(tables);
  }
  friend bool operator==(const Rows&, const Rows&) = default;
};

/// What one moment leaves to be written, in one transaction.
struct Batch {
  std::vector<FactRecord> facts;
  Rows rows;
};

}  // namespace freshet
