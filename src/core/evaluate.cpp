#include "core/evaluate.hpp"

#include <algorithm>

#include "model/sentences.hpp"

namespace freshet::core {
namespace {

constexpr std::size_t tree_max = 256;  ///< Nodes kept of one evaluation.

std::uint64_t slot_of(std::uint16_t index, AssetId target) {
  return std::uint64_t{index} << 32 | target.value;
}

/// Where `events` happened at least as late as `order`.
PartitionSet not_before(const Truth& events, std::uint32_t order) {
  PartitionSet out;
  for (const Truth::Piece& piece : events.pieces()) {
    if (piece.order >= order) out |= piece.set;
  }
  return out;
}

const Truth& of_asset(const MomentState::Events& events, AssetId a) {
  static const Truth nothing;
  const auto it = events.find(a);
  return it == events.end() ? nothing : it->second;
}

}  // namespace

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

PartitionSet Evaluator::remembered(std::uint16_t index, const Target& target) const {
  if (initial_) return {};
  return s_.memory[subject_.value].of(slot_of(index, target.asset)) & target.of;
}

void Evaluator::remember(std::uint16_t index, const Target& target, const PartitionSet& now) {
  const PartitionSet before = remembered(index, target);
  fact::MemoryChange change{
      .slot = slot_of(index, target.asset), .set = now - before, .unset = before - now};
  if (!change.set.empty() || !change.unset.empty()) result_.changes.push_back(std::move(change));
  if (is_itself() && std::ranges::binary_search(program_.handled_nodes, index)) {
    result_.pending |= now;
  }
}

/// Partitions of the subject that depend on these of the target, by the way that led there.
void Evaluator::mark_transient(const PartitionSet& set, AssetId target) {
  if (set.empty()) return;
  if (elsewhere_ || (path_.empty() && target != place_)) {
    result_.transient |= result_.candidates;
    return;
  }
  PartitionSet back = set;
  for (auto it = path_.rbegin(); it != path_.rend() && it->first != no_rank; ++it)
    back = s_.downstream_of(it->first, it->second, back);
  result_.transient |= back & result_.candidates;
}

Evaluation Evaluator::evaluate(PartitionSet candidates) {
  initial_ = s_.memory[subject_.value].expression != program_.hash;
  result_ = {.asset = subject_, .candidates = std::move(candidates), .initial = initial_};
  const PartitionSet of = result_.candidates;
  result_.held = node(0, {.asset = place_, .of = of}, nullptr);
  return std::move(result_);
}

Explanation::Node Evaluator::explain(PartitionId partition) {
  initial_ = s_.memory[subject_.value].expression != program_.hash;
  const PartitionSet of{partition};
  result_ = {.asset = subject_, .candidates = of};
  Explanation::Node root;
  node(0, {.asset = place_, .of = of}, &root);
  return root;
}

Truth Evaluator::node(std::uint16_t index, const Target& target, Explanation::Node* out) {
  const Program::Node& n = program_.nodes[index];
  const Condition& c = *n.condition;
  if (out != nullptr) {
    out->label = label_of(c);
    if (target.asset != place_ || (program_.of_check && !is_itself()))
      out->target = s_.keys[target.asset.value];
  }
  Truth value;
  switch (c.op) {
    case Op::all_of:
      value = all_of(n, target, out);
      break;
    case Op::any_of:
      value = any_of(n, target, out);
      break;
    case Op::negate: {
      Explanation::Node* child = out == nullptr ? nullptr : &out->children.emplace_back();
      value = Truth{target.of - node(n.args[0], target, child).set()};
      break;
    }
    case Op::since:
      value = since(index, target, out);
      break;
    case Op::newly_true:
      value = newly_true(index, target, out);
      break;
    case Op::since_last_handled:
      value = since_last_handled(index, target, out);
      break;
    case Op::updated_since_tick:
      value = updated_since_tick(index, target);
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
    case Op::asset_matches:
      value = matches(n, target, out);
      break;
    default:
      if (target.check != nullptr) {
        value = on_check(n, target);
      } else if (auto own = program_.of_check && is_itself() ? of_check(n, target) : std::nullopt) {
        value = *std::move(own);
      } else {
        value = operand(n, target, out);
      }
  }
  if (out != nullptr) {
    out->held = !value.empty();
  } else if (result_.tree.size() < tree_max) {
    if (s_.is_cut(target.asset)) {
      PartitionSet holding = value.set();
      const bool partly = !holding.empty() && holding != target.of;
      if (partly || target.asset != place_ || target.of != result_.candidates) {
        result_.sets.push_back({.index = static_cast<std::uint32_t>(result_.tree.size()),
                                .candidates = target.of,
                                .held = std::move(holding)});
      }
    }
    result_.tree.push_back(std::uint64_t{index} << 34 | std::uint64_t{target.asset.value} << 2 |
                           2U | (value.empty() ? 0U : 1U));
  }
  return value;
}

Truth Evaluator::all_of(const Program::Node& n, const Target& target, Explanation::Node* out) {
  Truth value{target.of};
  PartitionSet left = target.of;
  for (const std::uint16_t arg : n.args) {
    // What is decided already is skipped, but not where something below must see every moment.
    const bool sees_all = must_see_all(program_.nodes[arg]) || out != nullptr;
    if (left.empty() && !sees_all) continue;
    Explanation::Node* child = out == nullptr ? nullptr : &out->children.emplace_back();
    const PartitionSet& of = sees_all ? target.of : left;
    value = both(value,
                 node(arg, {target.asset, of, target.check, target.through_inferred_all}, child));
    left = value.set();
  }
  return value;
}

Truth Evaluator::any_of(const Program::Node& n, const Target& target, Explanation::Node* out) {
  Truth value;
  PartitionSet left = target.of;
  for (const std::uint16_t arg : n.args) {
    const bool sees_all = must_see_all(program_.nodes[arg]) || out != nullptr;
    if (left.empty() && !sees_all) continue;
    Explanation::Node* child = out == nullptr ? nullptr : &out->children.emplace_back();
    const PartitionSet of = sees_all ? target.of : left;
    value = either(std::move(value),
                   node(arg, {target.asset, of, target.check, target.through_inferred_all}, child));
    left = target.of;
    for (const Truth::Piece& piece : value.pieces()) {
      if (is_decided(piece)) left -= piece.set;
    }
  }
  return value;
}

Evaluator::Across Evaluator::over_dep(std::uint16_t arg, Rank rank, std::size_t d,
                                      const PartitionSet& of, Explanation::Node* out) {
  Across over{.up = s_.upstream_of(rank, d, of), .theirs = {}, .here = {}};
  const PartitionMapping* mapping = s_.mapping(rank, d);
  const bool inferred = mapping != nullptr && mapping->is_inferred_all();
  if (inferred && over.up.needed.empty()) over.up.lacking = of;
  path_.emplace_back(rank, d);
  over.theirs = node(arg,
                     {.asset = s_.id_of[s_.graph->upstream(rank)[d].value],
                      .of = over.up.needed,
                      .through_inferred_all = inferred},
                     out);
  path_.pop_back();
  for (const Truth::Piece& piece : over.theirs.pieces()) {
    over.here = either(std::move(over.here),
                       Truth{s_.downstream_of(rank, d, piece.set) & of, piece.order, piece.cause});
  }
  return over;
}

/// Of a dependency as its own mapping has it, of another asset along all ways of the graph: one
/// partition for which it holds is enough.
Truth Evaluator::matches(const Program::Node& n, const Target& target, Explanation::Node* out) {
  const std::string& key = n.condition->text;
  const AssetId other = s_.find(key);
  if (!s_.is_defined(other)) {
    if (out != nullptr) out->detail = say("undefined_asset", {{"asset", key}});
    return {};
  }
  Explanation::Node* child = out == nullptr ? nullptr : &out->children.emplace_back();
  const Rank rank = s_.rank_of[target.asset.value];
  const auto deps = s_.graph->upstream(rank);
  const auto dep = std::ranges::find(deps, s_.rank_of[other.value]);
  if (dep != deps.end() && !(program_.of_check && is_itself()))
    return over_dep(n.args[0], rank, static_cast<std::size_t>(dep - deps.begin()), target.of, child)
        .here;
  const PartitionSet theirs = s_.related(target.asset, other, target.of);
  const bool outer = std::exchange(elsewhere_, true);
  const Truth held = node(n.args[0], {.asset = other, .of = theirs}, child);
  elsewhere_ = outer;
  Truth here;
  for (const Truth::Piece& piece : held.pieces()) {
    here = either(std::move(here), Truth{s_.related(other, target.asset, piece.set) & target.of,
                                         piece.order, piece.cause});
  }
  return here;
}

Truth Evaluator::over_deps(const Program::Node& n, bool all, const Target& target,
                           Explanation::Node* out) {
  if (program_.of_check && is_itself()) return over_checked(n, target, out);
  const auto narrowed = s_.narrowed.find(n.condition);
  const Rank rank = s_.rank_of[target.asset.value];
  const auto deps = s_.graph->upstream(rank);
  Truth value = all ? Truth{target.of} : Truth{};
  PartitionSet left = target.of;
  for (std::size_t d = 0; d < deps.size(); ++d) {
    if (narrowed != s_.narrowed.end() && narrowed->second[deps[d].value] == 0) continue;
    const bool sees_all = must_see_all(n) || out != nullptr;
    if (left.empty() && !sees_all) break;
    Explanation::Node* child = out == nullptr ? nullptr : &out->children.emplace_back();
    const PartitionSet of = sees_all ? target.of : left;
    const AssetId upstream = s_.id_of[deps[d].value];
    auto [up, theirs, here] = over_dep(n.args[0], rank, d, of, child);
    const bool of_nothing = !up.lacking.empty() && holds_of_nothing(n.args[0]);
    if (all) {
      // For every one that is needed: none is left over for which it does not hold.
      const PartitionSet failing = up.needed - theirs.set();
      PartitionSet holds = of;
      if (!failing.empty()) holds -= s_.downstream_of(rank, d, failing);
      if (!up.lacking.empty() && !of_nothing) holds -= up.lacking;
      Truth ok = here.within(holds);
      ok = either(std::move(ok), Truth{holds - ok.set()});
      value = both(value, ok);
      left = value.set();
    } else {
      if (of_nothing) here = either(std::move(here), Truth{up.lacking});
      value = either(std::move(value), here);
      left = target.of;
      for (const Truth::Piece& piece : value.pieces()) {
        if (is_decided(piece)) left -= piece.set;
      }
    }
    if (child != nullptr && s_.is_cut(upstream)) {
      Sentence::Param::Parts inner;
      if (!child->detail.empty()) inner.push_back(std::move(child->detail));
      std::vector<Sentence::Param> params{{"held", theirs.set().size()},
                                          {"needed", up.needed.size()},
                                          {"detail", std::move(inner)}};
      child->detail = up.lacking.empty() ? say("partitions_holding", std::move(params))
                                         : say("partitions_holding_of_some", std::move(params));
    }
  }
  return value;
}

/// A check depends on its asset alone.
Truth Evaluator::over_checked(const Program::Node& n, const Target& target,
                              Explanation::Node* out) {
  const auto narrowed = s_.narrowed.find(n.condition);
  if (narrowed != s_.narrowed.end() && narrowed->second[s_.rank_of[place_.value].value] == 0)
    return n.condition->op == Op::all_deps ? Truth{target.of} : Truth{};
  path_.emplace_back(no_rank, 0);
  Truth value = node(n.args[0], {.asset = place_, .of = target.of},
                     out == nullptr ? nullptr : &out->children.emplace_back());
  path_.pop_back();
  return value;
}

bool Evaluator::holds_of_nothing(std::uint16_t index) const {
  const Program::Node& n = program_.nodes[index];
  const auto holds = [&](std::uint16_t arg) { return holds_of_nothing(arg); };
  switch (n.condition->op) {
    case Op::missing:
      return true;
    case Op::all_of:
      return std::ranges::all_of(n.args, holds);
    case Op::any_of:
      return std::ranges::any_of(n.args, holds);
    case Op::negate:
      return !holds(n.args[0]);
    default:
      return false;
  }
}

Truth Evaluator::over_checks(const Program::Node& n, bool all, const Target& target,
                             Explanation::Node* out) {
  const bool blocking_only = n.condition->blocking_only;
  Truth value = all ? Truth{target.of} : Truth{};
  for (const CheckDefinition& check : s_.definition(target.asset).checks) {
    if (blocking_only && !check.blocking) continue;
    Explanation::Node* child = out == nullptr ? nullptr : &out->children.emplace_back();
    const Truth one =
        node(n.args[0], {.asset = target.asset, .of = target.of, .check = &check}, child);
    if (child != nullptr) child->detail = say("of_the_check", {{"check", check.name}});
    value = all ? both(value, one) : either(std::move(value), one);
  }
  return value;
}

Truth Evaluator::since(std::uint16_t index, const Target& target, Explanation::Node* out) {
  const Program::Node& n = program_.nodes[index];
  Explanation::Node children[2];
  const Truth a = node(n.args[0], target, out == nullptr ? nullptr : &children[0]);
  const Truth b = node(n.args[1], target, out == nullptr ? nullptr : &children[1]);
  if (out != nullptr) out->children = {std::move(children[0]), std::move(children[1])};
  const PartitionSet ends = b.set();
  Truth value;
  for (const Truth::Piece& piece : a.pieces()) {
    PartitionSet starts = piece.set - ends;
    for (const Truth::Piece& other : b.pieces()) {
      if (piece.order != 0 && other.order != 0 && piece.order > other.order)
        starts |= piece.set & other.set;
    }
    value.add(std::move(starts), piece.order, Cause::own);
  }
  value.add(remembered(index, target) - a.set() - ends, 0, Cause::own);
  remember(index, target, value.set());
  return value;
}

Truth Evaluator::since_last_handled(std::uint16_t index, const Target& target,
                                    Explanation::Node* out) {
  const Program::Node& n = program_.nodes[index];
  Explanation::Node* child = out == nullptr ? nullptr : &out->children.emplace_back();
  const Truth a = node(n.args[0], target, child);
  Truth value;
  if (initial_) {
    // A new condition starts handled; one that was edited keeps what was pending.
    if (is_itself()) {
      value.add(s_.memory[subject_.value].of(fact::Slot::pending) & target.of, 0, Cause::own);
    }
  } else {
    const Truth& handled = of_asset(s_.moment.handled, is_itself() ? subject_ : target.asset);
    for (const Truth::Piece& piece : a.pieces()) {
      value.add(piece.set - not_before(handled, piece.order), piece.order, Cause::own);
    }
    PartitionSet before = remembered(index, target) - a.set();
    // The asset's own slots were cleared when it was handled; all others are cleared here.
    if (!is_itself()) before -= handled.set();
    value.add(std::move(before), 0, Cause::own);
  }
  // What holds at the very moment of being handled holds later than that at the next one.
  mark_transient(a.set() - value.set(), target.asset);
  remember(index, target, value.set());
  return value;
}

Truth Evaluator::newly_true(std::uint16_t index, const Target& target, Explanation::Node* out) {
  const Program::Node& n = program_.nodes[index];
  Explanation::Node* child = out == nullptr ? nullptr : &out->children.emplace_back();
  const Truth a = node(n.args[0], target, child);
  const PartitionSet before = remembered(index, target);
  Truth value;
  for (const Truth::Piece& piece : a.pieces()) {
    value.add(piece.set - before, piece.order, Cause::own);
  }
  if (!value.empty()) {
    mark_transient(value.set(), target.asset);
    result_.causes.emplace_back(program_.nodes[n.args[0]].condition->op, target.asset);
  }
  remember(index, target, a.set());
  return value;
}

Truth Evaluator::updated_since_tick(std::uint16_t index, const Target& target) {
  const Program::Node& n = program_.nodes[index];
  const std::string& name = program_.schedules[n.schedule];
  PartitionSet held = remembered(index, target);
  if (!initial_ && s_.moment.ticks.contains(name)) {
    const Instant from = s_.schedules.at(name).tick - n.condition->lookback;
    held = {};
    (target.of - s_.missing_of(target.asset, target.of)).for_each([&](PartitionId p) {
      const MemberRow& row = s_.member({target.asset, p});
      if (row.changed.value != 0 && row.changed_at > from) held.add(p);
      return true;
    });
  }
  if (!initial_) {
    held |=
        that_touch(of_asset(s_.moment.version, target.asset).within(target.of), target.asset).set();
  }
  remember(index, target, held);
  return Truth{std::move(held), 0, Cause::own};
}

Truth Evaluator::happened(const MomentState::Events& events, const Target& target) {
  if (initial_) return {};
  Truth value = of_asset(events, target.asset).within(target.of);
  mark_transient(value.set(), target.asset);
  return value;
}

/// Requested in this moment, and able to share a run with the subject: same code location, and
/// equal partitions all the way (reference: will_be_requested).
PartitionSet Evaluator::will_be_requested(const Target& target) const {
  const auto it = requested_.find(target.asset);
  if (it == requested_.end()) return {};
  if (program_.of_check) return {};  // it runs alone
  if (s_.definition(target.asset).project != s_.definition(subject_).project) return {};
  for (const auto& [rank, dep] : path_) {
    if (!s_.is_identity(rank, dep)) return {};
  }
  if (elsewhere_ && !s_.are_alike(target.asset, subject_)) return {};
  return it->second & target.of;
}

/// Partitions of the target whose updating run also targeted a member of the subject that needs
/// them; so does one that such a member waits for in another run, or that belongs to its backfill
/// (DECISIONS 18c), as long as that can be told: in the moment of the update.
PartitionSet Evaluator::executed_with_root(const Target& target) {
  PartitionSet out, ordered;
  const std::string check = program_.of_check ? s_.check_definition(subject_).name : "";
  const PartitionSet now = of_asset(s_.moment.materialized, target.asset).set();
  (target.of - s_.missing_of(target.asset, target.of)).for_each([&](PartitionId p) {
    const StepId updated_by = s_.member({target.asset, p}).step;
    const RunId id = updated_by.run;
    if (id.value == 0) return true;
    PartitionSet back{p};
    for (auto it = path_.rbegin(); it != path_.rend() && it->first != no_rank; ++it)
      back = s_.downstream_of(it->first, it->second, back);
    const auto is_root = [&](const StepRow& row) {
      return row.check == check && row.member.asset == place_ &&
             (elsewhere_ || back.intersects(row.partitions()));
    };
    for (auto step = s_.steps.lower_bound({id, 0}); step != s_.steps.end() && step->first.run == id;
         ++step) {
      if (!is_root(step->second.row)) continue;
      out.add(p);
      return true;
    }
    if (!now.contains(p) || program_.of_check) return true;
    const StepState* step = s_.step(updated_by);
    if (step == nullptr) return true;
    const bool waits = std::ranges::any_of(step->waiters, [&](StepId waiter) {
      const StepState* other = s_.step(waiter);
      return other != nullptr && is_root(other->row);
    });
    const auto backfill = s_.backfills.find(s_.runs.at(id).row.backfill);
    const auto with = [&] {
      const auto target_row = backfill->second.targets.find(place_);
      return target_row != backfill->second.targets.end() &&
             (elsewhere_ || back.intersects(target_row->second.wanted));
    };
    if (waits || (backfill != s_.backfills.end() && with())) ordered.add(p);
    return true;
  });
  mark_transient(ordered, target.asset);
  return out | ordered;
}

/// Which dependencies' edge rules do not hold; nothing if all do.
Sentence Evaluator::unready(AssetId a, const Condition& c) const {
  Sentence::Param::Parts inputs;
  const auto narrowed = s_.narrowed.find(&c);
  for (const Dependency& dep : s_.definition(a).deps) {
    const bool counts = narrowed == s_.narrowed.end() ||
                        narrowed->second[s_.rank_of[s_.find(dep.key).value].value] != 0;
    if (!counts) continue;
    Sentence why = s_.edge_unready(dep, s_.now);
    if (!why.empty()) inputs.push_back(std::move(why));
  }
  return inputs.empty() ? Sentence{} : say("inputs_too_old", {{"inputs", std::move(inputs)}});
}

PartitionSet Evaluator::upstream_unready(AssetId a, const PartitionSet& of) {
  PartitionSet& asked = unready_[a].first;
  const PartitionSet left = of - asked;
  asked |= left;
  const Rank rank = s_.rank_of[a.value];
  const auto deps = s_.graph->upstream(rank);
  PartitionSet out;
  for (std::size_t d = 0; d < deps.size() && !left.empty(); ++d) {
    const AssetId up = s_.id_of[deps[d].value];
    const AssetDefinition& def = s_.definition(up);
    const PartitionMapping::Upstream needs = s_.upstream_of(rank, d, left);
    PartitionSet bad = s_.stale_of(up, needs.needed, 0xff) | s_.in_progress_of(up, needs.needed);
    if (!def.external || def.source.kind != SourceKind::none)
      bad |= s_.missing_of(up, needs.needed);
    if (!bad.empty() && unready_name_.empty()) unready_name_ = s_.name_of({up, *bad.first()});
    bad |= upstream_unready(up, needs.needed - bad);
    if (!bad.empty()) out |= s_.downstream_of(rank, d, bad) & left;
    out |= needs.lacking;
  }
  PartitionSet& found = unready_[a].second;
  found |= out;
  return found & of;
}

Truth Evaluator::that_touch(Truth updates, AssetId upstream) const {
  if (path_.empty() || elsewhere_ || updates.empty()) return updates;
  const auto& [rank, d] = path_.back();
  if (rank == no_rank) return updates;
  const std::vector<std::string>& columns =
      s_.reads(s_.id_of[rank.value], s_.graph->asset(rank).deps[d]);
  if (columns.empty()) return updates;
  PartitionSet untouched;
  for (const Truth::Piece& piece : updates.pieces()) {
    piece.set.for_each([&](PartitionId p) {
      if (s_.changed_for(columns, {upstream, p}) <= s_.began) untouched.add(p);
      return true;
    });
  }
  updates.remove(untouched);
  return updates;
}

namespace {

bool has_tags(const std::vector<std::string>& run, const std::vector<std::string>& wanted) {
  return std::ranges::all_of(wanted, [&](const std::string& tag) {
    return std::ranges::any_of(run, [&](const std::string& mine) {
      return mine == tag ||
             (tag.find('=') == std::string::npos && mine.compare(0, mine.find('='), tag) == 0);
    });
  });
}

}  // namespace

Truth Evaluator::operand(const Program::Node& n, const Target& target, Explanation::Node* out) {
  const AssetId a = target.asset;
  const Condition& c = *n.condition;
  const auto detail = [&](Sentence said) {
    if (out != nullptr) out->detail = std::move(said);
  };
  const auto whole = [&](bool holds) { return holds ? Truth{target.of} : Truth{}; };
  switch (c.op) {
    case Op::missing: {
      const AssetDefinition& def = s_.definition(a);
      if (def.external && def.source.kind == SourceKind::none) return {};
      if (target.through_inferred_all && s_.is_cut(a)) {
        return whole(!s_.cut(a)->updated.intersects(s_.cut(a)->universe));
      }
      const PartitionSet missing = s_.missing_of(a, target.of);
      Truth value = of_asset(s_.moment.wiped, a).within(missing);
      value.add(missing - value.set(), 0, Cause::neutral);
      return value;
    }
    case Op::in_progress: {
      PartitionSet held = s_.in_progress_of(a, target.of);
      if (out != nullptr && !held.empty()) {
        const MemberId m{a, *held.first()};
        const StepId busy = s_.busy_step(m);
        const StepId step = busy.run.value != 0 ? busy : s_.queued_step(m);
        detail(step.run.value != 0
                   ? say("in_run", {{"run", to_text(step.run)}})
                   : say("in_backfill", {{"backfill", to_text(s_.backfills_of.at(a).front())}}));
      }
      return Truth{std::move(held)};
    }
    case Op::run_in_progress: {
      if (s_.is_cut(a)) return Truth{target.of & s_.cut(a)->in_progress};
      return whole(s_.has_step({a, {}}));
    }
    case Op::backfill_in_progress:
      return Truth{s_.backfilling_of(a, target.of)};
    case Op::execution_failed:
      return Truth{s_.failed_of(a, target.of)};
    case Op::newly_updated:
    case Op::data_version_changed: {
      Truth value = that_touch(happened(s_.moment.version, target), a);
      if (!value.empty()) result_.causes.emplace_back(c.op, a);
      return value;
    }
    case Op::newly_materialized:
      return happened(s_.moment.materialized, target);
    case Op::code_version_changed: {
      const auto it = s_.moment.code.find(a);
      if (initial_ || it == s_.moment.code.end()) return {};
      mark_transient(target.of, a);
      return Truth{target.of, it->second, Cause::own};
    }
    case Op::newly_requested: {
      if (initial_) return {};
      PartitionSet held;
      if (program_.of_check || s_.rank_of[a.value] < s_.rank_of[subject_.value]) {
        if (const auto it = requested_.find(a); it != requested_.end()) held = it->second;
      } else {
        held = of_asset(s_.moment.requested, a).set();
      }
      held &= target.of;
      mark_transient(held, a);
      return Truth{std::move(held), 0, Cause::own};
    }
    case Op::will_be_requested: {
      PartitionSet held = will_be_requested(target);
      if (held.empty()) return {};
      mark_transient(held, a);
      result_.causes.emplace_back(c.op, a);
      return Truth{std::move(held), 0, Cause::upstream};
    }
    case Op::code_version_outdated: {
      if (s_.is_cut(a)) return Truth{target.of & s_.cut(a)->stale_code};
      const MemberRow& member = s_.members[a.value];
      const CodeVersion now = s_.definitions[a.value].code;
      return whole(member.materialized.value != 0 && member.code.value != 0 && now.value != 0 &&
                   member.code != now);
    }
    case Op::cron_tick_passed:
      if (initial_ || !s_.moment.ticks.contains(program_.schedules[n.schedule])) return {};
      mark_transient(target.of, a);
      result_.causes.emplace_back(c.op, a);
      return Truth{target.of, 0, Cause::own};
    case Op::in_latest_time_window:
      if (!s_.is_cut(a)) return Truth{target.of};
      return Truth{target.of & s_.cut(a)->space->latest(s_.window_time(), c.lookback)};
    case Op::initial_evaluation:
      if (initial_) mark_transient(target.of, a);
      return whole(initial_);
    case Op::freshness_passed:
      return whole(s_.members[a.value].freshness == FreshnessState::pass);
    case Op::freshness_warned:
      return whole(s_.members[a.value].freshness == FreshnessState::warn);
    case Op::freshness_failed:
      return whole(s_.members[a.value].freshness == FreshnessState::fail);
    case Op::executed_with_root_target:
      return Truth{executed_with_root(target)};
    case Op::any_deps_unready: {
      Sentence why = unready(a, c);
      const bool held = !why.empty();
      detail(std::move(why));
      return whole(held);
    }
    case Op::upstream_ready: {
      const PartitionSet bad = upstream_unready(a, target.of);
      if (!bad.empty()) detail(say("upstream_not_ready", {{"asset", unready_name_}}));
      return Truth{target.of - bad};
    }
    case Op::freshness_due: {
      const auto start = s_.latest_start(a, s_.now);
      if (start) detail(say("must_start_by", {{"at", time_text(*start)}}));
      return whole(start && *start <= s_.now);
    }
    case Op::executed_with_tags: {
      PartitionSet held;
      (target.of - s_.missing_of(a, target.of)).for_each([&](PartitionId p) {
        const auto run = s_.tagged_runs.find(s_.member({a, p}).step.run);
        if (run != s_.tagged_runs.end() && has_tags(run->second, c.tags)) held.add(p);
        return true;
      });
      return Truth{std::move(held)};
    }
    case Op::any_new_update_has_tags:
    case Op::all_new_updates_have_tags: {
      Truth updated = that_touch(happened(s_.moment.version, target), a);
      const auto updates = s_.moment.updates.find(a);
      if (updated.empty() || updates == s_.moment.updates.end()) return {};
      PartitionSet with, without;
      for (const auto& [set, id] : updates->second) {
        const auto run = s_.tagged_runs.find(id);
        (run != s_.tagged_runs.end() && has_tags(run->second, c.tags) ? with : without) |= set;
      }
      return updated.within(c.op == Op::any_new_update_has_tags ? with : with - without);
    }
    case Op::stale: {
      const std::uint8_t causes = c.text.empty()     ? 0xff
                                  : c.text == "data" ? stale_data
                                  : c.text == "code" ? stale_code
                                                     : stale_dependencies;
      return Truth{s_.stale_of(a, target.of, causes)};
    }
    default:
      return {};
  }
}

std::optional<Truth> Evaluator::of_check(const Program::Node& n, const Target& target) {
  const auto slot = [&](fact::Slot which) {
    return s_.memory[subject_.value].of(which) & target.of;
  };
  switch (n.condition->op) {
    case Op::missing:
    case Op::check_passed:
    case Op::check_failed:
      return on_check(n,
                      {.asset = place_, .of = target.of, .check = &s_.check_definition(subject_)});
    case Op::in_progress:
    case Op::run_in_progress:
      return Truth{s_.checking(subject_, target.of)};
    case Op::execution_failed:
      return Truth{slot(fact::Slot::failed)};
    case Op::newly_requested: {
      PartitionSet held;
      if (!initial_) held = of_asset(s_.moment.requested, subject_).set() & target.of;
      mark_transient(held, place_);
      return Truth{std::move(held), 0, Cause::own};
    }
    case Op::upstream_ready: {
      const PartitionSet busy = s_.stale_of(place_, target.of, 0xff) |
                                s_.in_progress_of(place_, target.of) |
                                s_.missing_of(place_, target.of);
      return Truth{target.of - busy - upstream_unready(place_, target.of)};
    }
    case Op::backfill_in_progress:
    case Op::will_be_requested:
    case Op::any_deps_unready:
      return Truth{};
    default:
      return std::nullopt;
  }
}

Truth Evaluator::on_check(const Program::Node& n, const Target& target) {
  const CheckDefinition& check = *target.check;
  if (n.condition->op == Op::will_be_requested) {
    PartitionSet held = will_be_requested(target);
    if (held.empty()) return {};
    mark_transient(held, target.asset);
    return Truth{std::move(held), 0, Cause::upstream};
  }
  PartitionSet held;
  const auto holds = [&](PartitionId p) {
    const CheckRow* row = s_.current_check({target.asset, p}, check.name);
    // What only warns does not block, whatever the check is declared as.
    const bool passed =
        row != nullptr && (row->passed || (check.blocking && row->severity == CheckSeverity::warn));
    switch (n.condition->op) {
      case Op::check_passed:
        return passed;
      case Op::check_failed:
        return row != nullptr && !passed;
      case Op::missing:
        return row == nullptr;
      default:
        return false;
    }
  };
  target.of.for_each([&](PartitionId p) {
    if (holds(p)) held.add(p);
    return true;
  });
  return Truth{std::move(held)};
}

}  // namespace freshet::core
