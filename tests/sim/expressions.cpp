#include "expressions.hpp"

#include <algorithm>

namespace freshet::sim {

std::string Expressions::any() {
  while (true) {
    std::string text = draw();
    if (std::ranges::none_of(words_.left_out, [&](const std::string& word) {
          return text.find(word) != std::string::npos;
        }))
      return text;
  }
}

std::string Expressions::draw() {
  if (chance(45)) {
    static const std::vector<std::string> composites{
        "eager",
        "eager",
        "eager",
        "eager & all_deps_blocking_checks_passed",
        "eager.without(any_deps_missing)",
        "eager.replace(in_latest_time_window, ~execution_failed)",
        "on_missing",
        "missing & ~in_progress",
        "stale & ~in_progress & ~any_deps_in_progress",
        "stale(\"data\") & ~in_progress",
        "any_deps_match(newly_updated).since_last_handled & ~in_progress",
        "any_deps_updated.since_last_handled & ~any_deps_missing & ~in_progress",
        "code_version_outdated & ~in_progress",
        "code_version_changed & ~in_progress",
        "all_deps_match(newly_updated.since(initial_evaluation)).newly_true & ~in_progress",
        "freshness_failed & ~in_progress",
        "execution_failed & any_deps_updated",
        "lazy",
        "upstream_ready.newly_true & ~in_progress",
        "any_downstream_conditions & ~in_progress"};
    const std::string& text = one_of(composites);
    return text == "eager" && chance(20) ? text + narrowing() : text;
  }
  if (chance(20)) {
    const std::string cron = one_of(words_.crons);
    switch (below(5)) {
      case 0:
        return "eager(" + one_of(words_.lookbacks) + ")";
      case 1:
        // The lookback stands third, behind the zone.
        return "on_cron(" + cron +
               (cron.ends_with('"') && cron.find("\", \"") != std::string::npos && chance(30)
                    ? ", " + one_of(words_.lookbacks)
                    : "") +
               ")";
      case 2:
        return "any_deps_match(newly_updated.since(cron_tick_passed(" + cron + "))) & ~in_progress";
      default:
        return "on_cron(" + cron + ")";
    }
  }
  return "(" + tree(3) + ")" + (chance(90) ? " & ~in_progress" : "");
}

std::string Expressions::operand() {
  static const std::vector<std::string> operands{"missing",
                                                 "missing",
                                                 "in_progress",
                                                 "execution_failed",
                                                 "newly_updated",
                                                 "newly_updated",
                                                 "newly_updated & ~executed_with_root_target",
                                                 "newly_materialized",
                                                 "newly_requested",
                                                 "newly_missing",
                                                 "will_be_requested",
                                                 "code_version_changed",
                                                 "code_version_outdated",
                                                 "data_version_changed",
                                                 "in_latest_time_window",
                                                 "initial_evaluation",
                                                 "freshness_passed",
                                                 "freshness_warned",
                                                 "freshness_failed",
                                                 "any_deps_unready",
                                                 "run_in_progress",
                                                 "backfill_in_progress",
                                                 "upstream_ready",
                                                 "freshness_due",
                                                 "any_downstream_conditions",
                                                 "executed_with_tags({team: a})",
                                                 "any_new_update_has_run_tags({team})",
                                                 "all_new_updates_have_run_tags({team: a})",
                                                 "stale",
                                                 "stale(\"code\")",
                                                 "stale(\"dependencies\")",
                                                 "any_deps_missing",
                                                 "any_deps_in_progress",
                                                 "any_deps_updated"};
  if (chance(10)) return "cron_tick_passed(" + one_of(words_.crons) + ")";
  if (chance(10)) return over_checks();
  return "(" + one_of(operands) + ")";
}

std::string Expressions::over_checks() {
  static const std::vector<std::string> of_checks{"check_passed",
                                                  "check_failed",
                                                  "missing",
                                                  "check_failed & ~will_be_requested",
                                                  "check_passed | will_be_requested",
                                                  "~missing"};
  return std::string{chance(50) ? "any" : "all"} + "_checks_match(" + one_of(of_checks) +
         (chance(50) ? ", blocking_only=true)" : ")");
}

std::string Expressions::over_dependencies(int depth) {
  ++below_deps_;
  std::string text = std::string{chance(65) ? "any" : "all"} + "_deps_match(";
  text += tree(depth - 1) + ")";
  --below_deps_;
  if (chance(15)) text += narrowing();
  return text;
}

std::string Expressions::narrowing() {
  if (words_.assets.empty()) return {};
  return std::string{chance(50) ? ".allow(" : ".ignore("} + "\"key:" + one_of(words_.assets) +
         "\")";
}

std::string Expressions::tree(int depth) {
  if (depth == 0) return operand();
  switch (below(12)) {
    case 0:
    case 1:
      return "(" + tree(depth - 1) + " & " + tree(depth - 1) + ")";
    case 2:
      return "(" + tree(depth - 1) + " | " + tree(depth - 1) + ")";
    case 3:
      return "~" + tree(depth - 1);
    case 4:
      return tree(depth - 1) + ".since(" + tree(depth - 1) + ")";
    case 5:
      return tree(depth - 1) + ".newly_true";
    case 6:
      return tree(depth - 1) + ".since_last_handled";
    case 7:
    case 8:
    case 9:
      return over_dependencies(depth);
    case 10:
      if (words_.assets.empty() || (below_deps_ > 0 && !words_.matches_below_deps))
        return operand();
      return "asset_matches(\"" + one_of(words_.assets) + "\", " + tree(depth - 1) + ")";
    default:
      return operand();
  }
}

}  // namespace freshet::sim
