// Which conditions a moment concerns, and what they request.
#include "core/decide.hpp"

namespace freshet::core {

namespace {
constexpr int rounds_max =
    64;  ///< Follow-ups of one moment; each only queues, so they run dry by themselves.
}

void Decider::schedule(AssetId a, bool stirred) {
  if (!s_.is_defined(a) || !s_.programs[a.value] || s_.definition(a).external) return;
  const Rank rank = s_.rank_of[a.value];
  s_.due.push(rank);
  if (stirred) s_.due_stirred[rank.value] = 1;
}

void Decider::schedule_for(const ChangeEvent& change, std::optional<Rank> above) {
  const AssetId a = change.asset;
  if (s_.compiled.empty() || !s_.is_defined(a)) return;
  const auto concern = [&](AssetId subject, std::uint16_t reach) {
    const std::uint16_t hit = reach & change.changes;
    if (hit == 0 || (above && s_.rank_of[subject.value] <= *above)) return;
    // A step that ended is no reason to ask for it again; nor is what ended with it in the same
    // moment.
    const bool own = change.own == subject ||
                     (s_.moment.ended.contains(subject) && change.own.value != 0 &&
                      (hit & ~(changed_progress | changed_stale | changed_handled)) == 0);
    schedule(subject, !own && hit != changed_handled);
  };
  if (const auto& program = s_.programs[a.value]) concern(a, program->own_changes);
  for (const Rank down : s_.graph->downstream(s_.rank_of[a.value])) {
    const AssetId d = s_.id_of[down.value];
    if (const auto& program = s_.programs[d.value]) concern(d, program->deps_changes);
  }
  if (const auto it = s_.watchers.find(a); it != s_.watchers.end()) {
    for (const auto& [subject, reach] : it->second) concern(subject, reach);
  }
}

void Decider::evaluate_all() {
  s_.changes.insert(s_.changes.begin(), s_.late_changes.begin(), s_.late_changes.end());
  s_.late_changes.clear();
  for (int round = 0; round < rounds_max; ++round) {
    release_repaired();
    for (const ChangeEvent& change : std::exchange(s_.changes, {})) schedule_for(change);
    for (const AssetId a : std::exchange(transient_, {})) schedule(a, false);
    if (s_.due.empty()) break;
    requests_.clear();
    while (const auto rank = s_.due.pop()) evaluate_one(s_.id_of[rank->value]);
    // What follows belongs to the next moment: no event of this one is seen again.
    s_.moment.clear();
    s_.late_handled.clear();
    if (requests_.empty()) continue;
    std::vector<Wanted> wanted;
    for (const Evaluation& e : requests_) wanted.push_back({e.asset, e.own_reason});
    queue(std::move(wanted), RunCause::automation, "", "", {});
    for (const Evaluation& e : requests_) {
      const Program& program = *s_.programs[e.asset.value];
      const StepId step = s_.queued[e.asset.value];
      record(fact::Decided{.asset = e.asset,
                           .requested = true,
                           .run = step.run,
                           .expression = program.source,
                           .tree = e.tree,
                           .text = sentence(s_, e, program, true)});
    }
    settle();
  }
  s_.moment.clear();
}

void Decider::evaluate_one(AssetId a) {
  const Program& program = *s_.programs[a.value];
  const bool stirred_now = std::exchange(s_.due_stirred[s_.rank_of[a.value].value], 0) != 0;
  const fact::ConditionMemory& before = s_.memory[a.value];
  Evaluation e = Evaluator{s_, a, program, requests_}.evaluate();
  if (e.transient) transient_.push_back(a);

  fact::ConditionMemory after = before;
  after.expression = program.hash;
  after.slots = std::move(e.slots);
  after.pending = e.pending;
  after.stirred = before.stirred || stirred_now || e.initial;
  bool wants = e.held;
  if (after.released && program.handled_nodes.empty()) {
    // The expression has no memory of its own to give the request back to: the rules of readiness
    // hold it.
    const bool ready = std::ranges::none_of(s_.graph->upstream(s_.rank_of[a.value]), [&](Rank up) {
      const AssetId u = s_.id_of[up.value];
      return s_.members[u.value].updated.value == 0 || s_.in_progress(u);
    });
    wants = wants || (ready && !s_.in_progress(a));
  }
  const bool may = wants && after.stirred && s_.can_run(a);
  const bool paused = s_.is_paused(a);
  after.withheld = may && paused;
  const bool requested = may && !paused;
  after.held = requested ? false : e.held;
  if (requested) {
    after.stirred = after.released = after.pending = false;
    after.blockers.clear();
    std::erase_if(after.slots, [&](std::uint64_t slot) {
      return (slot & 0xffff'ffffU) == a.value &&
             std::ranges::binary_search(program.handled_nodes,
                                        static_cast<std::uint16_t>(slot >> 32));
    });
  }
  const bool answer_changed =
      !requested && (after.held != before.held || after.withheld != before.withheld);
  if (after != before) record(std::move(after));
  if (requested) {
    requests_.push_back(std::move(e));
    schedule_for({a, changed_request, a}, s_.rank_of[a.value]);
  } else if (answer_changed) {
    record(fact::Decided{.asset = a,
                         .withheld = may && paused,
                         .expression = program.source,
                         .tree = e.tree,
                         .text = sentence(s_, e, program, false)});
  }
}

/// A request that was handed back is made again once everything that stopped it is repaired
/// (DECISIONS 18b).
void Decider::release_repaired() {
  std::vector<AssetId> repaired;
  for (const ChangeEvent& change : s_.changes) {
    if ((change.changes & (changed_delivery | changed_check | changed_progress)) == 0) continue;
    if (!s_.is_defined(change.asset)) continue;
    for (const Rank down : s_.graph->downstream(s_.rank_of[change.asset.value])) {
      const AssetId d = s_.id_of[down.value];
      if (!s_.memory[d.value].blockers.empty()) repaired.push_back(d);
    }
  }
  std::ranges::sort(repaired);
  repaired.erase(std::unique(repaired.begin(), repaired.end()), repaired.end());
  for (const AssetId a : repaired) {
    fact::ConditionMemory memory = s_.memory[a.value];
    const std::size_t count = memory.blockers.size();
    std::erase_if(memory.blockers, [&](const Blocker& b) {
      const AssetId u = b.member.asset;
      if (!b.check.empty()) {
        const CheckRow* row = s_.current_check(u, b.check);
        return row != nullptr && (row->passed || row->severity == CheckSeverity::warn);
      }
      if (s_.in_progress(u)) return false;
      return s_.members[u.value].materialized > b.since ||
             (s_.moment.ended.contains(u) && s_.stale[s_.rank_of[u.value].value] == 0);
    });
    if (memory.blockers.size() == count) continue;
    if (memory.blockers.empty()) {
      const bool differs = s_.members[a.value].materialized.value == 0 ||
                           (s_.compute_stale(s_.rank_of[a.value]) & (stale_data | stale_code)) != 0;
      const auto& program = s_.programs[a.value];
      if (differs && program && memory.expression == program->hash) {
        memory.released = memory.stirred = true;
        for (const std::uint16_t index : program->handled_nodes) {
          memory.slots.push_back(std::uint64_t{index} << 32 | a.value);
          memory.pending = true;
        }
        std::ranges::sort(memory.slots);
        memory.slots.erase(std::unique(memory.slots.begin(), memory.slots.end()),
                           memory.slots.end());
      }
      s_.change(a, changed_person);
    }
    record(std::move(memory));
  }
}

}  // namespace freshet::core
