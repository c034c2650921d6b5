// What must always be true; asked by the simulator after every step.
#include <algorithm>
#include <string>

#include "core/decide.hpp"

namespace freshet {

using namespace core;  // NOLINT: the state's own words

std::string Engine::check_member(MemberId m) const {
  const State& s = *state_;
  const AssetId a = m.asset;
  const PartitionSet one{m.partition};
  for (const std::uint8_t cause : {stale_code, stale_data, stale_dependencies}) {
    if (s.stale_of(a, one, cause).empty() != ((s.compute_stale(m) & cause) == 0))
      return "staleness of " + s.name_of(m) + " differs from its recomputation";
  }
  if (const Partitions* p = s.cut(a); p != nullptr && m.partition.value != 0) {
    const MemberRow& row = s.member(m);
    const bool failed = row.last_step == StepStatus::failed || row.last_step == StepStatus::lost;
    if (p->updated.contains(m.partition) != (row.updated.value != 0) ||
        p->missing.contains(m.partition) == (row.updated.value != 0) ||
        p->failed.contains(m.partition) != failed ||
        p->in_progress.contains(m.partition) != s.has_step(m)) {
      return "the sets of " + s.name_of(m) + " differ from its row";
    }
  }
  static const Requested nothing;
  for (const AssetId check : s.checks_with_automation(a)) {
    const auto& program = s.programs[check.value];
    if (!program || s.is_paused(a)) continue;
    const Memory& memory = s.memory[check.value];
    if (memory.expression != program->hash)
      return "the condition of " + s.check_name(check) + " was never evaluated";
    if (memory.of(fact::Slot::stirred).contains(m.partition) && s.can_check(check) &&
        s.missing_of(a, one).empty() && s.checking(check, one).empty() &&
        Evaluator{s, check, *program, nothing}.explain(m.partition).held) {
      return s.check_name(check) + " is stuck at " + s.name_of(m) +
             ": its condition holds and nobody acts on it";
    }
  }
  // Nobody is stuck: a condition that holds, and that something stirred, has been acted on.
  const auto& program = s.programs[a.value];
  if (!program || s.definition(a).external || s.in_progress(m) || s.is_paused(a)) return {};
  const Memory& memory = s.memory[a.value];
  if (memory.expression != program->hash)
    return "the condition of " + s.keys[a.value] + " was never evaluated";
  if (memory.of(fact::Slot::stirred).contains(m.partition) && s.can_run(a) &&
      Evaluator{s, a, *program, nothing}.explain(m.partition).held) {
    return s.name_of(m) + " is stuck: its condition holds and nobody acts on it";
  }
  return {};
}

std::string Engine::check_invariants() const {
  const State& s = *state_;
  if (!s.graph) return {};
  const auto name = [&](MemberId m) { return s.name_of(m); };
  for (const auto& [key, row] : s.alerts) {
    if (!can_last(s, *row)) return "an alert is open for nothing: " + row->text;
  }
  for (const auto& [a, row] : s.mutes) {
    if (row.muted && row.until != Instant{} && row.until < s.now)
      return "alerts of " + s.keys[a.value] + " are muted for longer than was asked for";
  }
  std::uint32_t places = 0;
  std::map<std::string, std::uint32_t> used;
  for (const auto& [id, step] : s.steps) {
    const StepRow& row = step.row;
    const bool active = row.status == StepStatus::starting || row.status == StepStatus::running;
    if (active != step.holds_place) return "a place is held wrongly by " + name(row.member);
    if (active) ++places;
    if (active && !step.pool.empty()) ++used[step.pool];
    if (!is_terminal(row.status) && row.check.empty()) {
      const bool known = row.partitions().for_each([&](PartitionId p) {
        const MemberId m{row.member.asset, p};
        return s.busy_step(m) == id || s.queued_step(m) == id;
      });
      if (!known) return name(row.member) + " has a step that its member does not know";
    }
    if (step.ready && (row.status != StepStatus::queued || !row.waits.empty())) {
      return name(row.member) + " is ready, but waits";
    }
    if (const AssetId check = s.check_subject(row.member.asset, row.check);
        !row.check.empty() && check.value != 0 && !is_terminal(row.status) &&
        std::ranges::find(s.check_subjects.at(check).steps, id) ==
            s.check_subjects.at(check).steps.end()) {
      return s.check_name(check) + " has a step that it does not know";
    }
    for (const StepId wait : row.waits) {
      const StepState* other = s.step(wait);
      if (other == nullptr || is_terminal(other->row.status))
        return name(row.member) + " waits for what has ended: step " + std::to_string(wait.number) +
               " of run " + to_text(wait.run);
    }
  }
  if (places != s.slots_used) return "slots in use are counted wrongly";
  if (s.options.admit && places > s.options.slots) return "more steps run than there are slots";
  for (const auto& [pool_name, pool] : s.pools) {
    if (pool_name.empty()) continue;
    if (pool.used != used[pool_name]) return "pool " + pool_name + " is counted wrongly";
  }
  for (const auto& [id, backfill] : s.backfills) {
    std::uint32_t runs = 0;
    for (const auto& [run, state] : s.runs) runs += state.row.backfill == id ? 1 : 0;
    if (runs != backfill.open_runs) return "backfill " + to_text(id) + " counts its runs wrongly";
    bool pending = false;
    for (const auto& [a, target] : backfill.targets) {
      pending = pending || !target.pending.empty();
      if (target.pending.intersects(target.succeeded | target.failed) ||
          !(target.pending | target.succeeded | target.failed).is_subset_of(target.wanted)) {
        return "backfill " + to_text(id) + " has lost track of " + s.keys[a.value];
      }
    }
    if (runs == 0 && (!pending || backfill.row.status == BackfillStatus::running))
      return "backfill " + to_text(id) + " is stuck: nothing of it runs";
  }
  for (const auto& [id, run] : s.runs) {
    std::uint32_t open = 0;
    for (auto it = s.steps.lower_bound({id, 0}); it != s.steps.end() && it->first.run == id; ++it) {
      open += is_terminal(it->second.row.status) ? 0 : 1;
    }
    if (open != run.open) return "run " + to_text(id) + " counts its open steps wrongly";
    if (open == 0) return "run " + to_text(id) + " has ended and does not know it";
  }
  for (std::uint32_t i = 1; i < s.durations.size(); ++i) {
    const auto& row = s.durations[i];
    if (row &&
        (row->asset.value != i || row->worked.empty() || row->worked.size() != row->waited.size() ||
         row->worked.size() > DurationsRow::kept_max)) {
      return "the durations of " + s.keys[i] + " are kept wrongly";
    }
  }
  for (std::uint32_t i = 0; i < s.id_of.size(); ++i) {
    const AssetId a = s.id_of[i];
    const FreshnessState fresh = s.freshness_at(a, s.now);
    if (s.members[a.value].freshness != fresh) {
      return "freshness of " + s.keys[a.value] + " is " +
             std::string{to_text(s.members[a.value].freshness)} + ", should be " +
             std::string{to_text(fresh)};
    }
    if ((fresh == FreshnessState::fail) !=
        s.alerts.contains({.asset = a, .kind = AlertKind::freshness})) {
      return "whether " + s.keys[a.value] + " is too old and whether that is alerted about differ";
    }
    std::string broken;
    s.universe(a).for_each([&](PartitionId p) {
      broken = check_member({a, p});
      return broken.empty();
    });
    if (!broken.empty()) return broken;
  }
  for (const auto& [id, step] : s.steps) {
    // Nobody is stuck: what is queued waits for something that can be named, or is ready.
    if (step.row.status != StepStatus::queued || step.ready) continue;
    const StepReadiness r = Decider{const_cast<State&>(s), s.now}.readiness(step);  // reads only
    if (!r.waiting || r.end != Reason::none) {
      return name(step.row.member) + (step.row.check.empty() ? "" : "'s check") +
             " is stuck in the queue: attempt " + std::to_string(step.row.attempt) + ", " +
             std::to_string(step.row.gates.size()) + " gates, " + std::string{to_text(r.end)};
    }
  }
  return {};
}

}  // namespace freshet
