// What runs, and when: the deterministic core.  Inputs in; facts to be written and effects to be
// let out.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "freshet/facts.hpp"
#include "freshet/graph.hpp"
#include "freshet/ids.hpp"
#include "freshet/rows.hpp"
#include "freshet/sentence.hpp"
#include "freshet/time.hpp"

namespace freshet {

struct Snapshot;

/// Whom to answer; 0 is nobody.
using Token = std::uint64_t;

/// Makes a command safe to send twice: the same key with the same request gets the same answer.
struct Idempotency {
  std::string key;          ///< "" for none.
  std::uint64_t request{};  ///< Hash of what is asked.
};

namespace input {

/// New definitions for all projects; the graph is valid and its conditions compile.
struct Load {
  std::shared_ptr<const Graph> graph;
  Token token{};
};

/// One thing that was seen outside: a materialization, an observation, or a check's result.
struct Event {
  enum class Kind : std::uint8_t { automatic, materialization, observation, check };
  Kind kind{Kind::automatic};  ///< automatic: an observation of an external asset, else a
                               ///< materialization.
  std::string asset;
  std::string partition;  ///< Its key; "" for an asset that is not cut.
  bool every{false};      ///< Of each partition that was ever told of, in the place of that one.
  std::string data_version;
  std::string metadata;  ///< Compact JSON object, or "".
  std::string check;     ///< For a check: its name …
  bool passed{false};
  CheckSeverity severity{CheckSeverity::error};
  std::string source;           ///< With `id`: known a second time.
  std::string id;               ///< "" for none.
  std::string body;             ///< As received; kept if the event is rejected.
  bool only_if_changed{false};  ///< A source that looked again: an equal version is no delivery.
  std::vector<ColumnVersion> columns;  ///< Of those columns whose version is known.
  std::string error{};  ///< Why its source could not read it; it is rejected with that.
};

/// Events that come together: one moment, in this order.
struct Report {
  std::vector<Event> events;
  std::vector<std::pair<std::string, std::string>>
      cursors;  ///< Source's asset key, how far it has been read.
  Token token{};
  Idempotency idempotency;
};

/// A person (or CI) asks for a run of these assets; external ones among them are left out.
struct Request {
  std::vector<std::string> assets;
  /// Of those that are cut: "2026-01-31", "2026-01-01...2026-01-31", "a,b", "*" (PartitionSpace::
  /// select); "" is refused where an asset is cut.
  std::string partitions;
  /// Only the checks of what is there already; nothing is made.
  bool checks_only{false};
  std::string actor;
  std::string reason;
  std::vector<std::string> tags;
  Token token{};
  Idempotency idempotency;
};

struct Cancel {
  RunId run;
  std::optional<std::uint32_t> step;  ///< Only this one of the run's steps.
  std::string actor;
  Token token{};
  Idempotency idempotency;
};

/// A new run of an ended run's steps: all of them, or those that did not succeed.
struct Retry {
  RunId run;
  bool from_failure{true};
  std::string actor;
  Token token{};
  Idempotency idempotency;
  std::vector<MemberId> members;  ///< What the run's steps were and which of them are wanted: read
                                  ///< from history by the shell.
};

/// Several partitions of assets are to be made, run by run.
struct Backfill {
  enum class Only : std::uint8_t { all, missing, failed, stale };
  std::vector<std::string> assets;
  std::string partitions;                    ///< As in Request; "" for all that exist.
  Only only{Only::all};                      ///< Of those.
  std::optional<std::uint32_t> per_run;      ///< nullopt: as each asset's policy says; 0: all.
  std::optional<std::uint32_t> concurrency;  ///< nullopt: the least of the assets' policies.
  bool newest_first{false};
  std::string actor;
  std::string reason;
  std::vector<std::string> tags;
  /// For a retry: which backfill, and what it left undone; `assets` is empty then.
  std::optional<BackfillId> retry_of;
  std::vector<BackfillTarget> targets;
  Token token{};
  Idempotency idempotency;
};

struct ChangeBackfill {
  enum class Action : std::uint8_t { pause, resume, cancel };
  BackfillId backfill;
  Action action{Action::pause};
  std::string actor;
  std::string reason;
  Token token{};
  Idempotency idempotency;
};

struct Pause {
  std::vector<std::string> assets;
  bool paused{true};
  std::string actor;
  std::string reason;
  Token token{};
  Idempotency idempotency;
};

/// Alerts of these assets are held back, or are not any more.
struct Mute {
  std::vector<std::string> assets;
  bool muted{true};
  std::optional<Instant> until;
  std::string actor;
  std::string reason;
  Token token{};
  Idempotency idempotency;
};

/// Somebody wants to see whether a route of alerts works.
struct TestAlert {
  std::string project;  ///< "" where only one project has such a route.
  std::string route;
  std::string actor;
  Token token{};
  Idempotency idempotency;
};

/// What came of telling a route's receiver.
struct Delivered {
  fact::Delivered outcome;
};

/// History of an asset, or of one partition, is forgotten: it is missing again.
struct Wipe {
  std::string asset{};
  std::string partition{};
};

/// Keys of a dynamic set come or go.
struct Partitions {
  std::string set;
  std::vector<std::string> add;
  std::vector<std::string> remove;
  std::string actor;
  Token token{};
  Idempotency idempotency;
};

/// A step's process exists.
struct StepRunning {
  StepId step;
  std::uint32_t attempt{};
  std::int64_t pid{};
};

/// Columns that a step says it read, by the key of the dependency.
using ReportedReads = std::vector<std::pair<std::string, std::vector<std::string>>>;

/// What a step's process reports while it runs.
struct StepMessage {
  enum class Kind : std::uint8_t { log, materialization, check };
  StepId step;
  std::uint32_t attempt{};
  Kind kind{Kind::log};
  std::string asset;  ///< Of a materialization or check: must be the step's own.
  std::string level;  ///< Of a log line.
  std::string text;   ///< Of a log line.
  std::string data_version;
  std::string metadata;
  std::string check;
  bool passed{false};
  CheckSeverity severity{CheckSeverity::error};
  std::uint64_t offset{};  ///< Of the message file, after this message.
  std::vector<ColumnVersion> columns;
  std::optional<ReportedReads> columns_read;  ///< Of a materialization: what it was made from.
};

/// How an attempt ended.
struct StepOutcome {
  enum class Kind : std::uint8_t {
    exited,
    signaled,
    exec_error,
    lost,
    not_started,
    wrote_nothing,
    canceled
  };
  StepId step;
  std::uint32_t attempt{};
  Kind kind{Kind::exited};
  std::int32_t code{};  ///< Exit code or signal number.
  std::string text;
  bool timed_out{false};     ///< The supervisor's own deadline ended it.
  bool final{false};         ///< As reported for good: no further attempt.
  std::string data_version;  ///< Of what it wrote, where the reporter knows.
  std::vector<ColumnVersion> columns;
  std::optional<ReportedReads> columns_read;
};

/// Admits the oldest queued step of an asset, whatever the pools say; only where admission is by
/// hand.
struct Admit {
  std::string asset{};
  std::string partition{};
  std::string check{};  ///< Of the asset, that runs alone; "" for the asset's own step.
};

/// The clock reached Engine::next_wakeup(), or nothing in particular happened.
struct Tick {};

/// The wall clock was set; `delta` is how far.
struct Jumped {
  Micros delta{};
};

}  // namespace input

using Input = std::variant<input::Load, input::Report, input::Request, input::Cancel, input::Retry,
                           input::Pause, input::Wipe, input::StepRunning, input::StepMessage,
                           input::StepOutcome, input::Admit, input::Tick, input::Jumped,
                           input::Partitions, input::Backfill, input::ChangeBackfill, input::Mute,
                           input::TestAlert, input::Delivered>;

/// The answer to a command, to be given once its facts are durable.
struct Reply {
  struct Receipt {
    Sequence event;  ///< 0: rejected.
    std::string asset;
    bool duplicate{false};
    std::string error;  ///< Why it was rejected; "" otherwise.
    template <class Self, class V>
    static void describe(Self& s, V&& v) {
      v("event", s.event), v("asset", s.asset), v("duplicate", s.duplicate), v("error", s.error);
    }
    friend bool operator==(const Receipt&, const Receipt&) = default;
  };
  std::optional<Errc> error;
  std::string message;
  std::vector<RunId> runs;        ///< Created, or joined.
  std::vector<Receipt> receipts;  ///< One per event.
  std::uint64_t count{};          ///< Members concerned.
  BackfillId backfill;            ///< Created, or joined; 0: none.
  bool replayed{false};           ///< Given before, for the same Idempotency-Key.
  Sequence sequence;              ///< At which it is true.
};

namespace effect {

/// Start an attempt's process.  The graph is the one under which it was admitted.
struct StartStep {
  StepId step;
  std::uint32_t attempt{1};
  AssetId asset;
  std::string partition;                              ///< Its key; "" where the asset is not cut.
  std::optional<std::pair<Instant, Instant>> window;  ///< Its bounds in time, if it has any.
  Rank rank;                                          ///< In `graph`.
  std::shared_ptr<const Graph> graph;
  std::string check;          ///< "" for the asset's own command.
  CodeVersion previous_code;  ///< Of the latest materialization; 0: none.
  /// Of a step for several partitions: the keys of the first and the last; `partition` is "" then.
  std::optional<std::pair<std::string, std::string>> range{};
};

/// End an attempt's process: TERM, then KILL after its grace.
struct StopStep {
  StepId step;
  std::uint32_t attempt{1};
};

struct Answer {
  Token token{};
  Reply reply;
};

}  // namespace effect

using Effect = std::variant<effect::StartStep, effect::StopStep, effect::Answer>;

/// What one moment came to.  Effects may be let out only when the batch is durable.
struct Moment {
  Batch batch;
  std::vector<Effect> effects;
};

/// A part of the state that nothing outside of it bears upon, without runs: an engine of its own
/// can go on from there.
struct Excerpt {
  std::shared_ptr<const Graph> graph;
  Rows rows;
};

/// What the clock alone will change next.
struct Wakeup {
  enum class Kind : std::uint8_t { schedule, window, freshness, edge, retry };
  Kind kind{};
  Instant at{};
};

/// Why something is as it is: a sentence, and the tree that it was made from.
struct Explanation {
  struct Node {
    std::string label;   ///< Operand or operator, as the expression has it.
    std::string target;  ///< Asset it was asked about; "" for the asset itself.
    bool held{false};
    Sentence detail;  ///< Values, e.g. "chocolate: last update 13h ago, max_age 12h".
    std::optional<PartitionSet> candidates;  ///< That it was asked of, and …
    std::optional<PartitionSet> holding;     ///< … for which it held; of a recorded decision only.
    std::vector<Node> children;
  };
  Sentence said;
  std::optional<Node> tree;    ///< Absent where there is no automation.
  std::optional<Wakeup> next;  ///< Of its own clockwork: schedules, windows, ages.
  /// Of the asset's checks with an automation of their own, in their order.
  struct Check {
    std::string name;
    Sentence said;
    Node tree;
  };
  std::vector<Check> checks{};
  /// Whose latest step that ended failed: the member, or where no partition was asked about, the
  /// newest one that did.
  std::optional<MemberId> failed{};
  Sequence updated{};  ///< The member's latest news; 0: it is missing.
};

struct EngineOptions {
  std::uint32_t slots{10};       ///< Steps that may run at once, over all pools.
  bool admit{true};              ///< False: only input::Admit (and outcomes) start steps.
  bool every_asset_runs{false};  ///< Scenarios: assets without a command can be requested, too.
  /// Tests: at every moment every condition is evaluated for all its members, and nothing of it is
  /// skipped.  Slow, and no answer may differ for it.
  bool evaluate_everything{false};
};

/// Decides what runs and when.  Deterministic: no I/O, clock, threads, randomness or logging; one
/// thread. `now` may go back; what was decided stays decided.
class Engine {
 public:
  explicit Engine(EngineOptions options);
  ~Engine();
  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;

  /// Takes over what storage held.  Only before the first step.
  void load(Rows rows);

  /// Takes in one moment: the inputs in their order, then every condition that they may concern,
  /// once.
  [[nodiscard]] Moment step(std::span<const Input> inputs, Instant now);

  /// When the clock alone would change something; nullopt: never.
  [[nodiscard]] std::optional<Instant> next_wakeup() const;

  /// The definitions that the facts are about; goes before the fact DefinitionsLoaded when facts
  /// are replayed.
  void bind(std::shared_ptr<const Graph> graph);

  /// The facts' meaning, and nothing else: the only thing that changes state.  For replay and
  /// stand-by.
  void apply(const FactRecord& record);

  /// Every row as it should be stored now.
  [[nodiscard]] Rows rows() const;

  /// A tree of causes for the state of automation of an asset, or of one partition of it ("": of
  /// the newest); Errc::not_found for an unknown key.
  [[nodiscard]] Result<Explanation> why(std::string_view asset,
                                        std::string_view partition = {}) const;

  /// All that a change of these assets can concern, with all that a decision about that looks at.
  /// Takes time in proportion to those; unknown keys are left out.
  [[nodiscard]] Excerpt excerpt(const std::vector<std::string>& changed) const;

  /// "marts/revenue", or "marts/revenue[2026-01-31]".
  [[nodiscard]] std::string name_of(MemberId member) const;
  /// The asset's partition of that key ("": the asset itself); Errc::not_found names what is near.
  [[nodiscard]] Result<MemberId> find(std::string_view asset, std::string_view partition) const;
  /// Keys of the partitions of a direct dependency that a member needs, or of a direct dependent
  /// that need it; the asset's own key where that is not cut.  Errc::not_found: no such edge.
  [[nodiscard]] Result<std::vector<std::string>> upstream(MemberId member,
                                                          std::string_view dependency) const;
  [[nodiscard]] Result<std::vector<std::string>> downstream(MemberId member,
                                                            std::string_view dependent) const;
  /// Keys of all partitions that exist, in order.
  [[nodiscard]] Result<std::vector<std::string>> partitions(std::string_view asset) const;
  /// Of those that a person names (PartitionSpace::select).
  [[nodiscard]] Result<std::vector<std::string>> partitions(std::string_view asset,
                                                            std::string_view chosen) const;

  /// State for readers, sharing what did not change since the last call.
  [[nodiscard]] std::shared_ptr<const Snapshot> snapshot();

  /// Checks everything that can be recomputed against its recomputation; "" if all is well.  Slow.
  [[nodiscard]] std::string check_invariants() const;

  [[nodiscard]] const Graph& graph() const;

  struct State;

 private:
  [[nodiscard]] std::string check_member(MemberId member) const;
  std::unique_ptr<State> state_;
};

/// The tree of a decision as it was recorded: labels from its expression, values from the record.
/// nullopt where the two do not fit (a later version reads it).  Any thread.
[[nodiscard]] std::optional<Explanation::Node> recorded_tree(
    const fact::Decided& decided, const std::function<std::string(AssetId)>& key_of);

/// Compiles an automation expression, of an asset or of a check; the error has the column (from 1)
/// in `column`.
struct ConditionError {
  int column{};
  std::string message;
};
[[nodiscard]] std::optional<ConditionError> check_condition(std::string_view expression,
                                                            bool of_check = false);

}  // namespace freshet
