// What an automation expression means: its text as a tree of operands and operators, compiled once
// per text.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/engine.hpp"
#include "freshet/selection.hpp"
#include "freshet/time.hpp"

namespace freshet::core {

/// What may change an operand's answer, as bits; an index from these to the conditions spares all
/// others.
enum Change : std::uint16_t {
  changed_version = 1 << 0,   ///< An update with a new data version.
  changed_delivery = 1 << 1,  ///< Any materialization or observation.
  changed_missing = 1 << 2,
  changed_progress = 1 << 3,  ///< Queued, started, ended, failed.
  changed_request = 1 << 4,   ///< Requested by automation.
  changed_check = 1 << 5,
  changed_definition = 1 << 6,  ///< Code version, dependencies, checks, the expression itself.
  changed_freshness = 1 << 7,
  changed_edge = 1 << 8,  ///< An edge rule's instant was reached.
  changed_stale = 1 << 9,
  changed_tick = 1 << 10,
  changed_person =
      1 << 11,  ///< A pause ended, or a request that was handed back may be made again.
  changed_handled =
      1 << 12,  ///< Requested, started or updated from outside: what was pending is over.
  changed_window = 1 << 13,   ///< In or out of the latest time windows.
  changed_members = 1 << 14,  ///< Partitions came to exist, or are gone.
};

enum class Op : std::uint8_t {
  // operands on an asset
  missing,
  in_progress,
  run_in_progress,
  backfill_in_progress,
  execution_failed,
  newly_updated,
  newly_materialized,
  newly_requested,
  will_be_requested,
  code_version_changed,
  code_version_outdated,
  data_version_changed,
  cron_tick_passed,
  in_latest_time_window,
  initial_evaluation,
  freshness_passed,
  freshness_warned,
  freshness_failed,
  executed_with_root_target,
  any_deps_unready,
  stale,
  upstream_ready,
  freshness_due,
  any_downstream,
  executed_with_tags,
  any_new_update_has_tags,
  all_new_updates_have_tags,
  updated_since_tick,
  // operands on a check
  check_passed,
  check_failed,
  // operators
  all_of,
  any_of,
  negate,
  since,
  newly_true,
  since_last_handled,
  any_deps,
  all_deps,
  any_checks,
  all_checks,
  asset_matches,
};

struct Condition;
using ConditionPtr = std::shared_ptr<const Condition>;

/// One node as parsed; operands have no arguments.
struct Condition {
  Op op{};
  std::vector<ConditionPtr> args;
  std::string text;                        ///< Cron, asset key, or stale's cause.
  std::string zone;                        ///< Of a cron.
  Micros lookback{};                       ///< Of updated_since_tick, in_latest_time_window.
  bool blocking_only{false};               ///< Of any_checks, all_checks.
  std::optional<Selection> allow, ignore;  ///< Of any_deps, all_deps, any_deps_unready.
  /// Of executed_with_tags and its like, ascending: "name=value", or "name" for any value.
  std::vector<std::string> tags;
  std::string label;  ///< What people call it; "" for its own name.

  /// Canonical text: it parses to the same tree, and equal texts are equal trees.  Labels do not
  /// count.
  [[nodiscard]] std::string canonical() const;
};

/// Whether two conditions have the same canonical text.
[[nodiscard]] bool is_same(const Condition& a, const Condition& b);

/// Parses and type-checks an expression, of an asset or of a check.  Composites (`eager`,
/// `on_cron(…)`) are expanded, and carry their names as labels.
struct ParsedCondition {
  ConditionPtr root;
  std::optional<ConditionError> error;
};
[[nodiscard]] ParsedCondition parse_condition(std::string_view text, bool of_check = false);

/// A condition as it is evaluated: nodes in pre-order, so that a node's number follows from the
/// expression alone.
struct Program {
  struct Node {
    const Condition* condition{};
    std::vector<std::uint16_t> args;
    bool remembers{false};     ///< It, or something below it, has memory: it must never be skipped.
    std::uint16_t schedule{};  ///< Index into `schedules`, for the ops that have a cron.
  };
  /// An asset whose changes can concern the condition: `depth` steps upstream of the asset itself,
  /// or of `key`; or everything upstream.
  static constexpr int all_upstream = -1;
  struct Reach {
    std::string key;  ///< "" for the asset itself.
    int depth{};
    bool direct{true};  ///< `key` is asked about for the asset itself, not for one upstream of it.
    std::uint16_t changes{};
    friend bool operator==(const Reach&, const Reach&) = default;
  };

  ConditionPtr root;     ///< Owns what the nodes point to.
  std::string source;    ///< As written.
  std::uint64_t hash{};  ///< Of the canonical text.
  std::vector<Node> nodes;
  std::vector<Reach> reaches;
  Micros window_lookback{};      ///< Greatest of its in_latest_time_window.
  std::uint16_t own_changes{};   ///< Of its asset …
  std::uint16_t deps_changes{};  ///< … and of its dependencies; all other reaches are looked up.
  bool of_check{false};          ///< Its only dependency is the asset at whose place it is asked.
  std::vector<std::string> schedules;        ///< "cron|zone", distinct.
  std::vector<std::uint16_t> handled_nodes;  ///< Every since_last_handled of the asset itself.
  bool asks_freshness{false};                ///< Some freshness_due.

  /// Of a check: of itself and of its asset.
  [[nodiscard]] std::uint16_t all_changes() const;
};
[[nodiscard]] std::shared_ptr<const Program> compile(ConditionPtr root, std::string source,
                                                     bool of_check = false);

}  // namespace freshet::core
