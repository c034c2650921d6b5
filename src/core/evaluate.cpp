#include "core/evaluate.hpp"

#include <algorithm>

namespace freshet::core {
namespace {

constexpr std::size_t tree_max = 256;  ///< Nodes kept of one evaluation.

std::uint64_t slot_of(std::uint16_t index, AssetId target) {
  return std::uint64_t{index} << 32 | target.value;
}

Cause join_all(Cause a, Cause b) {
  if (a == Cause::own || b == Cause::own) return Cause::own;
  return a == Cause::upstream || b == Cause::upstream ? Cause::upstream : Cause::neutral;
}
Cause join_any(Cause a, Cause b) {
  if (a == Cause::own || b == Cause::own) return Cause::own;
  return a == Cause::neutral || b == Cause::neutral ? Cause::neutral : Cause::upstream;
}

std::string label_of(const Condition& c) {
  if (!c.label.empty()) return c.label;
  switch (c.op) {
    case Op::all_of:
      return "all of";
    case Op::any_of:
      return "any of";
    case Op::negate:
      return "not";
    case Op::since:
      return "since";
    case Op::newly_true:
      return "newly_true";
    case Op::since_last_handled:
      return "since_last_handled";
    case Op::any_deps:
      return "any_deps_match";
    case Op::all_deps:
      return "all_deps_match";
    case Op::any_checks:
      return "any_checks_match";
    case Op::all_checks:
      return "all_checks_match";
    case Op::asset_matches:
      return "asset_matches " + c.text;
    default:
      return c.canonical();
  }
}

}  // namespace

bool Evaluator::slot(std::uint16_t index, AssetId target) const {
  return !initial_ &&
         std::ranges::binary_search(s_.memory[subject_.value].slots, slot_of(index, target));
}

void Evaluator::remember(std::uint16_t index, AssetId target, bool value) {
  if (value) result_.slots.push_back(slot_of(index, target));
}

Evaluation Evaluator::evaluate() {
  initial_ = s_.memory[subject_.value].expression != program_.hash;
  result_ = {.asset = subject_, .initial = initial_};
  const Value value = node(0, subject_, nullptr, nullptr);
  result_.held = value.held;
  result_.own_reason = value.cause != Cause::upstream;
  std::ranges::sort(result_.slots);
  result_.slots.erase(std::unique(result_.slots.begin(), result_.slots.end()), result_.slots.end());
  result_.pending = std::ranges::any_of(program_.handled_nodes, [&](std::uint16_t index) {
    return std::ranges::binary_search(result_.slots, slot_of(index, subject_));
  });
  return std::move(result_);
}

Explanation::Node Evaluator::explain() {
  initial_ = s_.memory[subject_.value].expression != program_.hash;
  result_ = {.asset = subject_};
  Explanation::Node root;
  node(0, subject_, nullptr, &root);
  return root;
}

Value Evaluator::node(std::uint16_t index, AssetId target, const CheckDefinition* check,
                      Explanation::Node* out) {
  const Program::Node& n = program_.nodes[index];
  const Condition& c = *n.condition;
  if (out != nullptr) {
    out->label = label_of(c);
    if (target != subject_) out->target = s_.keys[target.value];
  }
  Value value;
  switch (c.op) {
    case Op::all_of:
      value = combine(n, true, target, check, out);
      break;
    case Op::any_of:
      value = combine(n, false, target, check, out);
      break;
    case Op::negate: {
      Explanation::Node* child = out == nullptr ? nullptr : &out->children.emplace_back();
      value.held = !node(n.args[0], target, check, child).held;
      break;
    }
    case Op::since:
      value = since(index, n, target, out);
      break;
    case Op::newly_true:
      value = newly_true(index, n, target, out);
      break;
    case Op::since_last_handled:
      value = since_last_handled(index, n, target, out);
      break;
    case Op::updated_since_tick:
      value = updated_since_tick(index, n, target);
      break;
    case Op::any_deps:
      value = over_deps(n, false, target, out);
      break;
    case Op::all_deps:
      value = over_deps(n, true, target, out);
      break;
    case Op::any_checks:
      value = over_checks(n, false, target, out);
      break;
    case Op::all_checks:
      value = over_checks(n, true, target, out);
      break;
    case Op::asset_matches: {
      const AssetId other = s_.find(c.text);
      if (!s_.is_defined(other)) {
        if (out != nullptr) out->detail = "no asset \"" + c.text + "\" is defined";
        break;
      }
      Explanation::Node* child = out == nullptr ? nullptr : &out->children.emplace_back();
      value = node(n.args[0], other, check, child);
      break;
    }
    default:
      value = check == nullptr ? operand(n, target, out) : on_check(n, target, *check);
  }
  if (out != nullptr) {
    out->held = value.held;
  } else if (result_.tree.size() < tree_max) {
    result_.tree.push_back(std::uint64_t{index} << 34 | std::uint64_t{target.value} << 2 | 2U |
                           (value.held ? 1U : 0U));
  }
  return value;
}

Value Evaluator::combine(const Program::Node& n, bool all, AssetId target,
                         const CheckDefinition* check, Explanation::Node* out) {
  Value value{.held = all, .cause = all ? Cause::neutral : Cause::upstream};
  bool any = false;
  for (const std::uint16_t arg : n.args) {
    // What is decided already is skipped, but not where something below must see every moment.
    const bool decided = value.held != all && (all || value.cause != Cause::upstream);
    if (decided && out == nullptr && !program_.nodes[arg].remembers) continue;
    Explanation::Node* child = out == nullptr ? nullptr : &out->children.emplace_back();
    const Value v = node(arg, target, check, child);
    if (all) {
      value.held = value.held && v.held;
      value.cause = join_all(value.cause, v.cause);
      value.order = std::max(value.order, v.order);
    } else if (v.held) {
      value.cause = any ? join_any(value.cause, v.cause) : v.cause;
      value.order = std::max(value.order, v.order);
      value.held = any = true;
    }
  }
  return value.held ? value : Value{};
}

Value Evaluator::over_deps(const Program::Node& n, bool all, AssetId target,
                           Explanation::Node* out) {
  const auto narrowed = s_.narrowed.find(n.condition);
  Value value{.held = all};
  bool any = false;
  for (const Rank up : s_.graph->upstream(s_.rank_of[target.value])) {
    if (narrowed != s_.narrowed.end() && narrowed->second[up.value] == 0) continue;
    if (value.held != all && out == nullptr && !n.remembers) break;
    Explanation::Node* child = out == nullptr ? nullptr : &out->children.emplace_back();
    const Value v = node(n.args[0], s_.id_of[up.value], nullptr, child);
    if (all) {
      value.held = value.held && v.held;
      value.cause = join_all(value.cause, v.cause);
      value.order = std::max(value.order, v.order);
    } else if (v.held) {
      // One reason of its own is enough; so no stopping at a dependency that is merely requested.
      value.cause = any ? join_any(value.cause, v.cause) : v.cause;
      value.order = std::max(value.order, v.order);
      any = true;
      if (v.cause != Cause::upstream) value.held = true;
    }
  }
  if (!all) value.held = any;
  return value.held ? value : Value{};
}

Value Evaluator::over_checks(const Program::Node& n, bool all, AssetId target,
                             Explanation::Node* out) {
  const bool blocking_only = n.condition->blocking_only;
  Value value{.held = all};
  for (const CheckDefinition& check : s_.definition(target).checks) {
    if (blocking_only && !check.blocking) continue;
    Explanation::Node* child = out == nullptr ? nullptr : &out->children.emplace_back();
    const Value v = node(n.args[0], target, &check, child);
    if (child != nullptr) child->detail = "check " + check.name;
    if (v.held == all) continue;
    value = v;
    value.held = !all;
    if (out == nullptr) break;
  }
  return value;
}

Value Evaluator::since(std::uint16_t index, const Program::Node& n, AssetId target,
                       Explanation::Node* out) {
  Explanation::Node children[2];
  const Value a = node(n.args[0], target, nullptr, out == nullptr ? nullptr : &children[0]);
  const Value b = node(n.args[1], target, nullptr, out == nullptr ? nullptr : &children[1]);
  if (out != nullptr) out->children = {std::move(children[0]), std::move(children[1])};
  Value value{.held = slot(index, target), .cause = Cause::own};
  if (a.held && b.held) {
    value.held = a.order != 0 && b.order != 0 && a.order > b.order;
  } else if (a.held || b.held) {
    value.held = a.held;
  }
  if (value.held) value.order = a.order;
  remember(index, target, value.held);
  return value;
}

Value Evaluator::since_last_handled(std::uint16_t index, const Program::Node& n, AssetId target,
                                    Explanation::Node* out) {
  Explanation::Node* child = out == nullptr ? nullptr : &out->children.emplace_back();
  const Value a = node(n.args[0], target, nullptr, child);
  const auto handled = s_.moment.handled.find(target);
  const bool handled_now = handled != s_.moment.handled.end();
  Value value{.cause = Cause::own};
  if (initial_) {
    // A new condition starts handled; one that was edited keeps what was pending.
    value.held = s_.memory[subject_.value].pending && target == subject_;
  } else if (a.held) {
    value.held = !handled_now || a.order > handled->second;
  } else {
    // The asset's own slots were cleared when it was handled; those kept for others are cleared
    // here.
    value.held = slot(index, target) &&
                 (target == subject_ || !(handled_now || s_.late_handled.contains(target)));
  }
  if (value.held) value.order = a.order;
  remember(index, target, value.held);
  return value;
}

Value Evaluator::newly_true(std::uint16_t index, const Program::Node& n, AssetId target,
                            Explanation::Node* out) {
  Explanation::Node* child = out == nullptr ? nullptr : &out->children.emplace_back();
  const Value a = node(n.args[0], target, nullptr, child);
  Value value{.held = a.held && !slot(index, target), .order = a.order, .cause = Cause::own};
  if (value.held) {
    result_.transient = true;
    result_.causes.emplace_back(program_.nodes[n.args[0]].condition->op, target);
  }
  remember(index, target, a.held);
  return value;
}

Value Evaluator::updated_since_tick(std::uint16_t index, const Program::Node& n, AssetId target) {
  const MemberRow& member = s_.members[target.value];
  const std::string& name = program_.schedules[n.schedule];
  Value value{.held = slot(index, target), .cause = Cause::own};
  if (!initial_ && s_.moment.ticks.contains(name)) {
    const Instant tick = s_.schedules.at(name).tick;
    value.held = member.changed.value != 0 && member.changed_at >= tick - n.condition->lookback;
  }
  if (!initial_ && s_.moment.version.contains(target)) value.held = true;
  remember(index, target, value.held);
  return value;
}

Value Evaluator::event(const std::unordered_map<AssetId, std::uint32_t>& events, AssetId target) {
  const auto it = events.find(target);
  if (initial_ || it == events.end()) return {};
  result_.transient = true;
  return {.held = true, .order = it->second, .cause = Cause::own};
}

bool Evaluator::will_be_requested(AssetId target) const {
  if (!std::ranges::any_of(requested_, [&](const Evaluation& e) { return e.asset == target; }))
    return false;
  return s_.definition(target).project == s_.definition(subject_).project;
}

Value Evaluator::operand(const Program::Node& n, AssetId target, Explanation::Node* out) {
  const MemberRow& member = s_.members[target.value];
  const Condition& c = *n.condition;
  const auto level = [](bool held) { return Value{.held = held}; };
  const auto detail = [&](std::string text) {
    if (out != nullptr) out->detail = std::move(text);
  };
  switch (c.op) {
    case Op::missing: {
      const AssetDefinition& def = s_.definition(target);
      const bool never = def.external && def.source.kind == SourceKind::none;
      const auto wiped = s_.moment.wiped.find(target);
      return {.held = member.updated.value == 0 && !never,
              .order = wiped == s_.moment.wiped.end() ? 0 : wiped->second};
    }
    case Op::in_progress: {
      const StepId active =
          s_.busy[target.value].run.value != 0 ? s_.busy[target.value] : s_.queued[target.value];
      if (active.run.value != 0) detail("run " + to_text(active.run));
      return level(s_.in_progress(target));
    }
    case Op::backfill_in_progress:
      return {};
    case Op::execution_failed:
      return level(member.last_step == StepStatus::failed || member.last_step == StepStatus::lost);
    case Op::newly_updated:
    case Op::data_version_changed: {
      const Value v = event(s_.moment.version, target);
      if (v.held) result_.causes.emplace_back(c.op, target);
      return v;
    }
    case Op::newly_materialized:
      return event(s_.moment.materialized, target);
    case Op::code_version_changed:
      return event(s_.moment.code, target);
    case Op::newly_requested: {
      const bool before = s_.rank_of[target.value] < s_.rank_of[subject_.value];
      const bool now = before
                           ? std::ranges::any_of(
                                 requested_, [&](const Evaluation& e) { return e.asset == target; })
                           : s_.moment.requested.contains(target);
      if (initial_ || !now) return {};
      result_.transient = true;
      return {.held = true, .cause = Cause::own};
    }
    case Op::will_be_requested: {
      if (!will_be_requested(target)) return {};
      result_.transient = true;
      result_.causes.emplace_back(c.op, target);
      return {.held = true, .cause = Cause::upstream};
    }
    case Op::code_version_outdated: {
      const CodeVersion now = s_.definitions[target.value].code;
      return level(member.materialized.value != 0 && member.code.value != 0 && now.value != 0 &&
                   member.code != now);
    }
    case Op::cron_tick_passed: {
      if (initial_ || !s_.moment.ticks.contains(program_.schedules[n.schedule])) return {};
      result_.transient = true;
      result_.causes.emplace_back(c.op, target);
      return {.held = true, .cause = Cause::own};
    }
    case Op::in_latest_time_window:
      return level(true);
    case Op::initial_evaluation:
      result_.transient = result_.transient || initial_;
      return level(initial_);
    case Op::freshness_passed:
      return level(member.freshness == FreshnessState::pass);
    case Op::freshness_warned:
      return level(member.freshness == FreshnessState::warn);
    case Op::freshness_failed:
      return level(member.freshness == FreshnessState::fail);
    case Op::executed_with_root_target: {
      const auto run = s_.runs.find(member.step.run);
      if (run == s_.runs.end()) return {};
      for (auto it = s_.steps.lower_bound({run->first, 0});
           it != s_.steps.end() && it->first.run == run->first; ++it) {
        if (it->second.row.check.empty() && it->second.row.member.asset == subject_)
          return level(true);
      }
      return {};
    }
    case Op::any_deps_unready: {
      std::string text;
      for (const Dependency& dep : s_.definition(target).deps) {
        const std::string why = s_.edge_unready(target, dep, s_.now);
        if (!why.empty()) text += (text.empty() ? "" : "; ") + why;
      }
      const bool held = !text.empty();
      detail(std::move(text));
      return level(held);
    }
    case Op::stale: {
      const std::uint8_t bits = s_.stale[s_.rank_of[target.value].value];
      const std::uint8_t mask = c.text.empty()     ? 0xff
                                : c.text == "data" ? stale_data
                                : c.text == "code" ? stale_code
                                                   : stale_dependencies;
      return level((bits & mask) != 0);
    }
    default:
      return {};
  }
}

Value Evaluator::on_check(const Program::Node& n, AssetId target, const CheckDefinition& check) {
  const CheckRow* row = s_.current_check(target, check.name);
  // What only warns does not block, whatever the check is declared as.
  const bool passed =
      row != nullptr && (row->passed || (check.blocking && row->severity == CheckSeverity::warn));
  switch (n.condition->op) {
    case Op::check_passed:
      return {.held = passed};
    case Op::check_failed:
      return {.held = row != nullptr && !passed};
    case Op::missing:
      return {.held = row == nullptr};
    case Op::will_be_requested:
      if (!will_be_requested(target)) return {};
      result_.transient = true;
      return {.held = true, .cause = Cause::upstream};
    default:
      return {};
  }
}

}  // namespace freshet::core
