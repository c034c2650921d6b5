// Why something is as it is, for people: one sentence, and the tree it was made from.
#include "core/decide.hpp"
#include "model/sentences.hpp"

namespace freshet {

using namespace core;  // NOLINT: the state's own words

namespace core {

namespace {

using Parts = Sentence::Param::Parts;

/// The part of a tree that decides against: the first operand of a conjunction that does not hold.
const Explanation::Node* culprit(const Explanation::Node& node, bool wanted) {
  if (node.held == wanted) return nullptr;
  if (node.label == "not" && node.children.size() == 1) {
    const auto* inner = culprit(node.children[0], !wanted);
    return inner == nullptr ? &node.children[0] : inner;
  }
  if (!node.detail.empty() || node.label.ends_with("since_last_handled")) return &node;
  for (const auto& child : node.children) {
    if (const auto* found = culprit(child, wanted)) return found;
  }
  return &node;
}

Sentence phrase(const Engine::State& s, AssetId subject, const Explanation::Node& node,
                bool wanted) {
  const std::string& on = node.target;
  const std::string& label = node.label;
  if (!wanted) {
    if (label == "missing")
      return on.empty() ? say("it_is_missing") : say("is_missing", {{"asset", on}});
    if (label == "in_progress" || label == "run_in_progress")
      return on.empty() ? say("it_is_in_progress") : say("is_in_progress", {{"asset", on}});
    if (label == "any_deps_unready") return node.detail;
    if (label == "check_failed") return say("blocking_check_failed", {{"asset", on}});
  } else {
    if (label == "since_last_handled" && node.children.size() == 1 &&
        node.children[0].label.starts_with("cron_tick_passed"))
      return say("not_due");
    if (label == "newly_updated" || label == "updated_since_last_handled" ||
        label == "since_last_handled") {
      return on.empty() || on == s.keys[s.place_of[subject.value].value]
                 ? say("nothing_new")
                 : say("nothing_new_of", {{"asset", on}});
    }
    if (label == "check_passed") return say("blocking_checks_not_passed", {{"asset", on}});
  }
  std::vector<Sentence::Param> params{{"asset", on}, {"condition", label}};
  if (!node.detail.empty()) params.push_back({"detail", Parts{node.detail}});
  return wanted ? say("does_not_hold", std::move(params)) : say("holds", std::move(params));
}

/// `reason` decides against the answer.
Sentence not_requested(const Engine::State& s, AssetId subject, const Explanation::Node& reason) {
  // The culprit of a negation is what holds though it should not.
  return say("not_requested", {{"because", Parts{phrase(s, subject, reason, !reason.held)}}});
}

Sentence asset_sentence(const Engine::State& state, const Evaluation& e, const Program& program,
                        bool requested) {
  if (requested) {
    std::vector<std::string> updated, upstream;
    Sentence other;
    for (const auto& [op, target] : e.causes) {
      const std::string& key = state.keys[target.value];
      // A condition may ask the same of an asset in several places.
      const auto add = [&](std::vector<std::string>& keys) {
        if (std::ranges::find(keys, key) == keys.end()) keys.push_back(key);
      };
      if (op == Op::newly_updated || op == Op::data_version_changed) add(updated);
      if (op == Op::will_be_requested) add(upstream);
      if (op == Op::cron_tick_passed) other = say("requested_schedule");
      if (op == Op::missing) other = say("requested_missing", {{"asset", key}});
    }
    if (!updated.empty()) return say("requested_updated", some_of("assets", std::move(updated)));
    if (!other.empty()) return other;
    if (!upstream.empty()) return say("requested_upstream", some_of("assets", std::move(upstream)));
    return say("requested_condition", {{"condition", program.source}});
  }
  static const Requested nothing;
  const PartitionSet members = e.candidates.empty() ? state.universe(e.asset) : e.candidates;
  const auto newest = members.last();
  if (!newest) return say("no_partition");
  const Explanation::Node tree = Evaluator{state, e.asset, program, nothing}.explain(*newest);
  const auto* reason = culprit(tree, true);
  return reason == nullptr ? say("nothing_new_since") : not_requested(state, e.asset, *reason);
}

/// What is said of a check, with its name.
Sentence of_check(const Engine::State& s, AssetId check, Sentence said) {
  return say("of_check", {{"check", s.check_definition(check).name},
                          {"asset", s.keys[s.place_of[check.value].value]},
                          {"said", Parts{std::move(said)}}});
}

}  // namespace

Sentence sentence(const Engine::State& state, const Evaluation& e, const Program& program,
                  bool requested) {
  Sentence said = asset_sentence(state, e, program, requested);
  return state.is_check(e.asset) ? of_check(state, e.asset, std::move(said)) : said;
}

/// What the state of an asset's steps says about it.
class Explainer {
 public:
  explicit Explainer(const Engine::State& state)
      : s_{state}, decider_{const_cast<Engine::State&>(state), state.now} {}

  /// What it does, or waits for.
  [[nodiscard]] Sentence step(const StepState& step) const {
    const std::string run = to_text(step.row.step.run);
    if (step.row.status == StepStatus::starting || step.row.status == StepStatus::running) {
      std::vector<Sentence::Param> params{{"run", run}, {"attempt", step.row.attempt}};
      return step.row.status == StepStatus::starting ? say("step_starting", std::move(params))
                                                     : say("step_running", std::move(params));
    }
    if (!step.row.waits.empty()) {
      const StepState* wait = s_.step(step.row.waits.front());
      if (wait == nullptr) return say("step_queued", {{"run", run}});
      const RunId other = wait->row.step.run;
      return say("step_waits_for_step",
                 {{"run", run},
                  {"member", s_.name_of(wait->row.member)},
                  {"check", wait->row.check},
                  {"other", other == step.row.step.run ? "" : to_text(other)}});
    }
    const StepReadiness r = decider_.readiness(step);
    if (!r.missing_check.check.empty()) {
      return say("step_waits_for_check", {{"run", run},
                                          {"check", r.missing_check.check},
                                          {"member", s_.name_of(r.missing_check.member)}});
    }
    if (r.busy.run.value != 0)
      return say("step_waits_for_run", {{"run", run}, {"other", to_text(r.busy.run)}});
    if (r.not_before != Instant{})
      return say("step_waits_for_attempt", {{"run", run}, {"at", time_text(r.not_before)}});
    const auto pool = s_.pools.find(step.pool);
    if (!step.pool.empty() && pool != s_.pools.end() && pool->second.used >= pool->second.limit) {
      return say("step_waits_for_pool",
                 {{"run", run}, {"pool", step.pool}, {"limit", pool->second.limit}});
    }
    if (s_.slots_used >= s_.options.slots)
      return say("step_waits_for_slot", {{"run", run}, {"slots", s_.options.slots}});
    return say("step_queued", {{"run", run}});
  }

  [[nodiscard]] Explanation::Check check(AssetId check, PartitionId p) const {
    static const Requested nothing;
    const Program& program = *s_.programs[check.value];
    Explanation::Check out{.name = s_.check_definition(check).name,
                           .said = {},
                           .tree = Evaluator{s_, check, program, nothing}.explain(p)};
    for (const StepId id : s_.check_subjects.at(check).steps) {
      const StepState& one = *s_.step(id);
      if (!one.row.partitions().contains(p)) continue;
      out.said = say("check_is", {{"check", out.name},
                                  {"asset", s_.keys[s_.place_of[check.value].value]},
                                  {"step", Parts{step(one)}}});
      return out;
    }
    out.said = of_check(s_, check, idle_check(check, p, out.tree));
    return out;
  }

 private:
  /// Of a check that has no step.
  [[nodiscard]] Sentence idle_check(AssetId check, PartitionId p,
                                    const Explanation::Node& tree) const {
    if (s_.memory[check.value].of(fact::Slot::withheld).contains(p)) return say("withheld");
    if (const auto* reason = culprit(tree, true)) return not_requested(s_, check, *reason);
    if (!s_.missing_of(s_.place_of[check.value], PartitionSet{p}).empty())
      return say("nothing_to_check");
    return say("nothing_new_since");
  }

  const Engine::State& s_;
  Decider decider_;  // reads only
};

namespace {

/// What the clock alone will next change for a condition.
std::optional<Wakeup> next_of(const Engine::State& s, AssetId a, const Program& program) {
  std::optional<Wakeup> next;
  const auto consider = [&](Wakeup::Kind kind, std::optional<Instant> at) {
    if (at && (!next || *at < next->at)) next = Wakeup{kind, *at};
  };
  for (const std::string& name : program.schedules) {
    const auto it = s.schedules.find(name);
    if (it == s.schedules.end() || !it->second.known || !it->second.cron) continue;
    consider(Wakeup::Kind::schedule, it->second.cron->next(it->second.tick, *it->second.zone));
  }
  for (const auto& [name, series] : s.series) {
    if (std::ranges::find(series.users, a) != series.users.end())
      consider(Wakeup::Kind::window, s.cut(a)->space->next_window(series.until));
  }
  const auto timers = s.asset_timers.find(a);
  if (timers == s.asset_timers.end()) return next;
  for (const Timer& timer : timers->second) {
    if (timer.kind == Timer::Kind::freshness && (program.own_changes & changed_freshness) != 0)
      consider(Wakeup::Kind::freshness, timer.at);
    if (timer.kind == Timer::Kind::edge && (program.own_changes & changed_edge) != 0)
      consider(Wakeup::Kind::edge, timer.at);
  }
  return next;
}

/// `or_other`: of an asset that is cut, any partition will do.
std::optional<MemberId> failed_of(const Engine::State& s, MemberId m, bool or_other) {
  if (s.is_cut(m.asset)) {
    const Partitions& p = *s.cut(m.asset);
    const PartitionSet failed = p.failed & (or_other ? p.universe : PartitionSet{m.partition});
    const auto newest = failed.last();
    return newest ? std::optional{MemberId{m.asset, *newest}} : std::nullopt;
  }
  const StepStatus last = s.member(m).last_step;
  return last == StepStatus::failed || last == StepStatus::lost ? std::optional{m} : std::nullopt;
}

}  // namespace

}  // namespace core

Result<Explanation> Engine::why(std::string_view key, std::string_view partition) const {
  const State& s = *state_;
  const AssetId a = s.find(key);
  if (!s.is_defined(a))
    return Error{Errc::not_found, "no asset \"" + std::string{key} + "\" is defined"};
  MemberId m{a, {}};
  if (!s.is_cut(a) || !partition.empty()) {
    FRESHET_TRY(m, find_member(s, a, partition));
  } else if (const auto newest = s.cut(a)->universe.last()) {
    m.partition = *newest;
  } else {
    return Explanation{.said = say("no_partition"), .tree = std::nullopt};
  }
  Explanation out;
  out.failed = failed_of(s, m, partition.empty());
  out.updated = s.member(m).updated;
  const auto& program = s.programs[a.value];
  static const Requested nothing;
  if (program) out.tree = Evaluator{s, a, *program, nothing}.explain(m.partition);
  for (const AssetId check : s.checks_with_automation(a)) {
    if (s.programs[check.value]) out.checks.push_back(Explainer{s}.check(check, m.partition));
  }
  for (const StepId id : {s.busy_step(m), s.queued_step(m)}) {
    if (const StepState* step = s.step(id)) {
      out.said =
          say("member_is", {{"member", s.name_of(m)}, {"step", Parts{Explainer{s}.step(*step)}}});
      if (step->row.status == StepStatus::queued && step->row.not_before > s.now)
        out.next = Wakeup{Wakeup::Kind::retry, step->row.not_before};
      return out;
    }
  }
  if (!s.pending_of(a, PartitionSet{m.partition}).empty()) {
    for (const BackfillId id : s.backfills_of.at(a)) {
      const BackfillState& backfill = s.backfills.at(id);
      const BackfillTargetRow& target = backfill.targets.at(a);
      if (!target.pending.contains(m.partition)) continue;
      std::vector<Sentence::Param> params{{"member", s.name_of(m)},
                                          {"backfill", to_text(id)},
                                          {"pending", target.pending.size()},
                                          {"wanted", target.wanted.size()},
                                          {"runs", backfill.row.concurrency}};
      out.said = backfill.row.status == BackfillStatus::paused
                     ? say("waits_in_paused_backfill", std::move(params))
                     : say("waits_in_backfill", std::move(params));
      return out;
    }
  }
  if (program) out.next = next_of(s, a, *program);
  const Memory& memory = s.memory[a.value];
  const auto handed_back = s.handed_back.find(m);
  if (memory.of(fact::Slot::withheld).contains(m.partition)) {
    const auto pause = s.pauses.find(a);
    out.said = say("withheld", {{"reason", pause == s.pauses.end() ? "" : pause->second.reason}});
  } else if (handed_back != s.handed_back.end()) {
    Parts blockers;
    for (const Blocker& b : handed_back->second) {
      const std::string member = s.name_of(b.member);
      blockers.push_back(b.check.empty() ? say("member", {{"member", member}})
                                         : say("check", {{"check", b.check}, {"member", member}}));
    }
    out.said = say("handed_back", some_of("blockers", std::move(blockers)));
  } else if (!program) {
    out.said = s.definition(a).external ? say("external") : say("no_automation");
  } else if (const auto* reason = culprit(*out.tree, true)) {
    out.said = not_requested(s, a, *reason);
  } else {
    out.said = say("nothing_new_since");
  }
  return out;
}

namespace {

std::vector<std::string> keys_of(const Engine::State& s, AssetId a, const PartitionSet& set) {
  std::vector<std::string> keys;
  set.for_each([&](PartitionId p) {
    keys.push_back(s.is_cut(a) ? s.cut(a)->space->key(p) : s.keys[a.value]);
    return true;
  });
  return keys;
}

}  // namespace

Result<std::vector<std::string>> Engine::upstream(MemberId member,
                                                  std::string_view dependency) const {
  const State& s = *state_;
  const Rank rank = s.rank_of[member.asset.value];
  const auto deps = s.graph->upstream(rank);
  for (std::size_t d = 0; d < deps.size(); ++d) {
    if (s.graph->asset(deps[d]).key != dependency) continue;
    return keys_of(s, s.id_of[deps[d].value],
                   s.upstream_of(rank, d, PartitionSet{member.partition}).needed);
  }
  return Error{Errc::not_found, s.keys[member.asset.value] + " does not depend on \"" +
                                    std::string{dependency} + "\""};
}

Result<std::vector<std::string>> Engine::downstream(MemberId member,
                                                    std::string_view dependent) const {
  const State& s = *state_;
  const Rank rank = s.rank_of[member.asset.value];
  for (const Rank down : s.graph->downstream(rank)) {
    if (s.graph->asset(down).key != dependent) continue;
    return keys_of(s, s.id_of[down.value],
                   s.downstream_of(rank, down, PartitionSet{member.partition}));
  }
  return Error{Errc::not_found, "\"" + std::string{dependent} + "\" does not depend on " +
                                    s.keys[member.asset.value]};
}

Result<std::vector<std::string>> Engine::partitions(std::string_view asset) const {
  const AssetId a = state_->find(asset);
  if (!state_->is_defined(a))
    return Error{Errc::not_found, "no asset \"" + std::string{asset} + "\" is defined"};
  if (!state_->is_cut(a)) return Error{Errc::invalid, std::string{asset} + " has no partitions"};
  return keys_of(*state_, a, state_->cut(a)->universe);
}

std::optional<Explanation::Node> recorded_tree(const fact::Decided& decided,
                                               const std::function<std::string(AssetId)>& key_of) {
  const bool of_check = !decided.check.empty();
  ParsedCondition parsed = parse_condition(decided.expression, of_check);
  if (!parsed.root) return std::nullopt;
  const auto program = compile(std::move(parsed.root), decided.expression, of_check);
  std::vector<std::uint64_t> parent(program->nodes.size(), program->nodes.size());
  for (std::size_t n = 0; n < program->nodes.size(); ++n) {
    for (const std::uint16_t arg : program->nodes[n].args) parent[arg] = n;
  }
  // A node stands behind everything that was evaluated for it.
  std::vector<std::pair<std::uint64_t, Explanation::Node>> open;
  auto sets = decided.sets.begin();
  for (std::uint32_t i = 0; i < decided.tree.size(); ++i) {
    const std::uint64_t packed = decided.tree[i];
    const std::uint64_t index = packed >> 34U;
    if (index >= program->nodes.size()) return std::nullopt;
    const AssetId asset{static_cast<std::uint32_t>(packed >> 2U)};
    Explanation::Node node{.label = label_of(*program->nodes[index].condition),
                           .target = asset == decided.asset ? "" : key_of(asset),
                           .held = (packed & 1U) != 0};
    if (sets != decided.sets.end() && sets->index == i) {
      node.candidates = sets->candidates, node.holding = sets->held;
      ++sets;
    } else if (!decided.candidates.empty() && asset == decided.asset) {
      node.candidates = decided.candidates;
      node.holding = node.held ? decided.candidates : PartitionSet{};
    }
    auto first = open.end();
    while (first != open.begin() && parent[std::prev(first)->first] == index) --first;
    for (auto it = first; it != open.end(); ++it) node.children.push_back(std::move(it->second));
    open.erase(first, open.end());
    open.emplace_back(index, std::move(node));
  }
  // A tree that was too large to be kept whole lacks its root.
  if (open.size() != 1 || open.front().first != 0) return std::nullopt;
  return std::move(open.front().second);
}

Result<std::vector<std::string>> Engine::partitions(std::string_view asset,
                                                    std::string_view chosen) const {
  const State& s = *state_;
  const AssetId a = s.find(asset);
  if (!s.is_defined(a))
    return Error{Errc::not_found, "no asset \"" + std::string{asset} + "\" is defined"};
  if (!s.is_cut(a)) return Error{Errc::invalid, std::string{asset} + " has no partitions"};
  const auto set = s.cut(a)->space->select(chosen, s.window_time());
  if (!set) return Error{set.error().code, std::string{asset} + ": " + set.error().message};
  return keys_of(s, a, *set);
}

}  // namespace freshet
