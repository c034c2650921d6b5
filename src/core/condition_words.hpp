// The operands of the condition language: their names, and what they may be asked about.
#pragma once
#include <array>
#include <string_view>

#include "core/condition.hpp"

namespace freshet::core {

/// Of several names of an operand the first is the canonical one.
struct Operand {
  std::string_view name;
  Op op;
  bool on_check;
};
inline constexpr std::array operands{
    Operand{"missing", Op::missing, true},
    Operand{"in_progress", Op::in_progress, false},
    Operand{"run_in_progress", Op::run_in_progress, false},
    Operand{"backfill_in_progress", Op::backfill_in_progress, false},
    Operand{"execution_failed", Op::execution_failed, false},
    Operand{"newly_updated", Op::newly_updated, false},
    Operand{"newly_materialized", Op::newly_materialized, false},
    Operand{"newly_requested", Op::newly_requested, false},
    Operand{"will_be_requested", Op::will_be_requested, true},
    Operand{"code_version_changed", Op::code_version_changed, false},
    Operand{"code_version_outdated", Op::code_version_outdated, false},
    Operand{"data_version_changed", Op::data_version_changed, false},
    Operand{"in_latest_time_window", Op::in_latest_time_window, false},
    Operand{"initial_evaluation", Op::initial_evaluation, false},
    Operand{"check_passed", Op::check_passed, true},
    Operand{"check_failed", Op::check_failed, true},
    Operand{"freshness_passed", Op::freshness_passed, false},
    Operand{"freshness_warned", Op::freshness_warned, false},
    Operand{"freshness_failed", Op::freshness_failed, false},
    Operand{"executed_with_root_target", Op::executed_with_root_target, false},
    Operand{"any_deps_unready", Op::any_deps_unready, false},
    Operand{"stale", Op::stale, false},
    Operand{"upstream_ready", Op::upstream_ready, false},
    Operand{"freshness_due", Op::freshness_due, false},
    Operand{"any_downstream_conditions", Op::any_downstream, false},
    Operand{"executed_with_tags", Op::executed_with_tags, false},
    Operand{"any_new_update_has_run_tags", Op::any_new_update_has_tags, false},
    Operand{"all_new_updates_have_run_tags", Op::all_new_updates_have_tags, false},
};

}  // namespace freshet::core
