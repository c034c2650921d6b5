// A slow and obviously right engine, written from the reference (automation conditions) and the
// decisions alone: the whole history is kept, and at every moment every condition is evaluated by
// naive recursion for every member.  Of the daemon it borrows only the graph, partitions with their
// mappings, cron and time zones, which have property tests of their own.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "freshet/graph.hpp"
#include "model/partition/mapping.hpp"
#include "model/partition/names.hpp"
#include "model/partition/space.hpp"
#include "reference_language.hpp"

namespace freshet::reference {

/// An asset, or one partition of it.
struct Member {
  std::string asset;
  std::uint64_t partition{};
  friend auto operator<=>(const Member&, const Member&) = default;
};

/// Everything that happens has a number; greater is later.
using When = std::int64_t;

using Keys = std::set<std::string>;

/// What can be seen after a step of a scenario: what happened in it, and what is now.
struct Observed {
  Keys requested, notified, missing, queued, in_progress, failed;
  std::multiset<Keys> runs;
  std::map<std::string, Keys> stale;
  std::map<std::string, std::string> freshness;
  Keys refused;  ///< Steps that could not be started.
  /// What holds, and was handled; and something has happened since then of which the decisions
  /// leave open whether it concerns the condition.  To request it is neither wrong nor necessary.
  Keys doubtful;
};

class Model {
 public:
  explicit Model(Instant start) : now_{start} {}

  // --- History from before the definitions were first loaded.
  void give(const Graph& graph, const std::vector<std::string>& names);

  // --- What happens.  Each is taken in at once; `evaluate` then ends the moment.
  void load(std::shared_ptr<const Graph> graph);
  /// The daemon comes back: nothing is forgotten, and the definitions are loaded again.
  void restart() { load(graph_); }
  void materialize(const std::string& name, const std::string& version);
  void observe(const std::string& name, const std::string& version);
  void record_check(const std::string& name, const std::string& check, bool passed, bool warns);
  void request(const std::vector<std::string>& assets, const std::vector<std::string>& keys);
  void start(const std::string& name);
  /// Of what comes together nobody says that it could not start.
  void forget_refused() { seen_.refused.clear(); }
  enum class End : std::uint8_t { succeeded, failed, wrote_nothing, canceled };
  void end(const std::string& name, End how, const std::string& version);
  void wipe(const std::string& name);
  void pause(const std::vector<std::string>& assets, bool paused);
  void change_partitions(const std::string& set, const std::vector<std::string>& keys, bool add);

  /// Evaluates every condition, until nothing follows from that any more.
  void evaluate();
  /// Moves the clock, with a moment at every instant at which it could change something.
  void advance(Instant to);

  [[nodiscard]] Instant now() const { return now_; }
  [[nodiscard]] const Graph& graph() const { return *graph_; }
  /// What happened since the last call, and what is.
  [[nodiscard]] Observed observe_all();
  /// Names of all partitions of an asset; its own where it is not cut.
  [[nodiscard]] std::vector<std::string> members_of(const std::string& asset) const;
  /// Names of members with a step that has not ended: the oldest has, or has not, been started.
  [[nodiscard]] std::vector<std::string> outstanding(bool started) const;
  [[nodiscard]] bool can_start(const std::string& name);
  [[nodiscard]] std::string to_key(std::string_view name) const;

 private:
  // --- History.
  struct Update {
    When when{};
    bool changed{};
    bool materialization{};
    std::string version;  ///< What is compared: unique where none was given.
    std::string given;    ///< As given; "" for unknown.
    int run{-1};          ///< -1: from outside any run.
    int step{-1};
    Instant at{};
  };
  struct CheckResult {
    When when{};
    bool passed{};
    bool warns{};
  };
  /// What a step, or somebody outside, read: by dependency, the versions of its members.
  using Consumed = std::map<std::string, std::map<Member, std::string>>;
  struct History {
    std::vector<Update> updates;  ///< Since the last wipe.
    std::vector<Update> all;      ///< Also from before.
    When wiped{};
    std::vector<When> requested;  ///< By automation.
    When handled{};
    std::map<std::string, CheckResult> checks;
    Consumed consumed;         ///< By the latest materialization …
    std::string code_version;  ///< … and what made it; "" for unknown.
    bool materialized{};
    enum class Last : std::uint8_t { none, succeeded, failed, other } last{Last::none};
    When succeeded{};  ///< A step of it ended well, or was skipped as unchanged.
    When ended{};      ///< A step of it ended, however.
  };

  struct Blocker {
    Member member;
    std::string check;  ///< "" for the member itself.
    When since{};       ///< What happened later may repair it.
    friend auto operator<=>(const Blocker&, const Blocker&) = default;
  };
  struct Step {
    int number{};
    int run{};
    Member member;
    std::string name;
    bool started{}, ended{};
    bool own_reason{};
    std::set<int> waits;
    std::set<int> follows;  ///< All that it ever waited for.
    std::set<Blocker> blockers;
    std::set<Member> unwritten;
    std::set<Member> gates;  ///< Whose blocking checks must have passed.
    Consumed consumed;
    std::string code_version;
  };

  /// Why a thing may be other than it was: what operands speak about.
  enum class Kind : std::uint8_t {
    version,
    delivery,
    missing,
    progress,
    request,
    check,
    definition,
    freshness,
    edge,
    stale,
    tick,
    window,
    members,
    person,
  };
  struct Happening {
    When when{};
    Kind kind{};
    Member who;  ///< Or, by `whole`, every member of the asset.
    bool whole{false};
    std::optional<Member> own;  ///< Whose own progress this is.
    std::string detail;         ///< Cron of a tick, lookback of a window.
  };

  // --- Conditions: what is remembered, by node and member that it was asked about.
  struct Moment {
    When before{}, upto{};  ///< Everything that happened in (before, upto].
    When order{};           ///< Of the event in it; 0: none.
    friend auto operator<=>(const Moment&, const Moment&) = default;
  };
  struct Memory {
    std::optional<Moment> last_true;   ///< Of the first argument …
    std::optional<Moment> last_reset;  ///< … and of the second.
    bool held{};                       ///< As of the last evaluation …
    When held_at{};                    ///< … in which it was asked.
    When order{};
  };
  struct Condition {
    Expression expression;
    std::string text;
    bool is_first{true};  ///< Was never evaluated.
    When evaluated{};     ///< When it was last evaluated, and …
    Instant evaluated_at{};
    /// By node, subject (where the answer depends on it) and target.
    std::map<std::tuple<int, Member, Member>, Memory> memory;
    std::set<Member> pending;  ///< From an earlier expression.
    bool in_force{};
    std::map<Member, When> stirred;
    Keys around;                     ///< Assets that it may have to do with, and when …
    std::map<Member, When> touched;  ///< … anything happened there that was not own progress.
    std::set<Member> released;
  };

  enum class Cause : std::uint8_t { neutral, own, upstream };
  struct Value {
    bool held{};
    When order{};
    Cause cause{Cause::neutral};
  };
  /// How a member came to be asked about.
  struct Way {
    bool top{true};            ///< The subject itself, by its own condition.
    bool same_run{true};       ///< All mappings on the way are the identity.
    bool inferred_all{false};  ///< The last mapping is an `all` that nobody wrote.
    const CheckDefinition* check{nullptr};
  };
  struct Asking {
    Condition& condition;
    Member subject;
    When stirred{};
    When evaluated{};  ///< Previously.
  };

  [[nodiscard]] Value value_of(const Expression& e, const Member& target, const Way& way,
                               Asking& asking);
  [[nodiscard]] Value operand(const Expression& e, const Member& target, const Way& way,
                              Asking& asking);
  [[nodiscard]] Value on_check(const Expression& e, const Member& target, const Way& way);
  [[nodiscard]] Value since(const Expression& e, const Member& target, const Way& way,
                            Asking& asking);
  [[nodiscard]] Value since_last_handled(const Expression& e, const Member& target, const Way& way,
                                         Asking& asking);
  [[nodiscard]] Value newly_true(const Expression& e, const Member& target, const Way& way,
                                 Asking& asking);
  [[nodiscard]] Value over_deps(const Expression& e, const Member& target, const Way& way,
                                Asking& asking);
  [[nodiscard]] bool of_nothing(const Expression& e) const;
  [[nodiscard]] bool is_chosen(const Expression& e, const std::string& key) const;
  void concern(Asking& asking, Kind kind, const std::string& asset,
               const std::optional<Member>& member, const std::string& detail = {});
  bool evaluate_once();
  [[nodiscard]] Keys around(const std::string& asset, const Expression& expression) const;
  [[nodiscard]] static bool has_own_handled(const Expression& e);
  [[nodiscard]] bool is_pending(const Condition& condition, const Expression& e,
                                const Member& m) const;
  void make_pending(Condition& condition, const Expression& e, const Member& m);
  [[nodiscard]] bool is_later(const Moment& moment, When handled) const;
  [[nodiscard]] bool can_be_released(const Member& m) const;
  [[nodiscard]] Memory& memory_of(const Expression& e, const Member& target, Asking& asking);

  // --- The graph.
  [[nodiscard]] const AssetDefinition* definition(const std::string& asset) const;
  [[nodiscard]] bool is_cut(const std::string& asset) const { return spaces_.contains(asset); }
  [[nodiscard]] std::set<Member> universe(const std::string& asset) const;
  [[nodiscard]] bool exists(const Member& m) const { return universe(m.asset).contains(m); }
  struct Needed {
    std::set<Member> members;
    bool lacking{};  ///< It needs one that does not exist yet.
    bool identity{};
    bool inferred_all{};
  };
  [[nodiscard]] Needed needed(const Member& m, std::size_t dependency) const;
  /// Members of an asset that lie upstream of one, by all ways; nullopt: the asset does not.
  [[nodiscard]] std::optional<std::set<Member>> above(const Member& m,
                                                      const std::string& asset) const;
  /// Members of another asset that asset_matches looks at for one.
  [[nodiscard]] std::set<Member> related(const Member& m, const std::string& asset) const;
  [[nodiscard]] Member find(std::string_view name) const;
  void learn(const std::string& name);
  [[nodiscard]] std::string name_of(const Member& m) const;
  void bind();

  // --- Facts about members.
  [[nodiscard]] const History& history(const Member& m) const;
  [[nodiscard]] bool is_missing(const Member& m) const { return history(m).updates.empty(); }
  [[nodiscard]] bool in_progress(const Member& m) const;
  [[nodiscard]] bool is_data_stale(const Member& m) const;
  [[nodiscard]] bool is_code_stale(const Member& m) const;
  [[nodiscard]] Keys stale_causes(const Member& m) const;
  [[nodiscard]] Consumed what_there_is(const std::string& asset) const;
  [[nodiscard]] const CheckResult* result(const Member& m, const std::string& check) const;
  [[nodiscard]] static bool blocks(const CheckResult* result) {
    return result != nullptr && !result->passed && !result->warns;
  }
  [[nodiscard]] const Update* latest(const std::string& asset) const;
  [[nodiscard]] std::string freshness(const std::string& asset) const;
  [[nodiscard]] bool is_unready(const Dependency& dep) const;
  [[nodiscard]] std::set<std::string> crons() const;
  [[nodiscard]] std::optional<Instant> next_instant() const;

  // --- Runs.
  struct Wanted {
    Member member;
    bool own_reason{};
  };
  void queue(const std::vector<Wanted>& wanted, bool by_automation);
  [[nodiscard]] std::string fate(const Step& step, std::set<Blocker>& blockers);
  void settle();
  void finish(Step& step, const std::string& status);
  void begin(Step& step);
  [[nodiscard]] bool is_ready(const Step& step, std::set<Blocker>* blockers);
  [[nodiscard]] Step* oldest(const Member& m);
  [[nodiscard]] const Step* queued_step(const Member& m) const;
  void release_repaired();

  // --- Events.
  void update(const Member& m, bool materialization, const std::string& version, int run, int step,
              const std::optional<Member>& own);
  void handle(const Member& m);
  void happen(Kind kind, const Member& who, const std::optional<Member>& own = {});
  void happen_to(Kind kind, const std::string& asset);
  /// Notes everything derived that is other than before: staleness, freshness, edges, windows.
  void look_around(const std::optional<Member>& own = {});

  Instant now_;
  When clock_{0};
  std::shared_ptr<const Graph> graph_;
  PartitionRegistry registry_;
  DynamicSets dynamic_;
  std::map<std::string, std::shared_ptr<const PartitionSpace>> spaces_;
  std::map<std::pair<std::string, std::size_t>, std::shared_ptr<const PartitionMapping>> mappings_;

  std::map<Member, History> history_;
  std::map<std::string, Update> aged_;  ///< Latest update of any member, of assets.
  std::map<std::string, Condition> conditions_;
  std::map<std::string, When> code_changed_;
  std::map<std::string, std::string> code_known_;
  std::map<std::string, std::string> origins_;    ///< "" of what is made here.
  std::map<std::string, std::string> described_;  ///< What definitions say, for comparison.
  std::vector<Step> steps_;
  int runs_{0};
  std::map<int, std::set<Member>> run_targets_;
  std::map<Member, std::set<Blocker>> handed_back_;
  std::set<std::string> paused_;
  std::vector<Happening> happenings_;
  std::set<Member> requested_;  ///< In the evaluation under way.
  bool restless_{};             ///< Something that is remembered changed in it.

  // What was derived when it was last looked at.
  std::map<Member, Keys> stale_;
  std::map<std::string, std::string> fresh_;
  std::map<std::pair<std::string, std::size_t>, bool> unready_;
  std::map<std::string, std::set<Member>> universes_;
  std::map<std::pair<std::string, std::int64_t>, std::set<Member>> windows_;

  Observed seen_;  ///< Of the step under way.
};

}  // namespace freshet::reference
