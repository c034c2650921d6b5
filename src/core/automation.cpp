// Which conditions a moment concerns, and what they request.
#include "core/decide.hpp"

namespace freshet::core {

namespace {
constexpr int rounds_max =
    64;  ///< Follow-ups of one moment; each only queues, so they run dry by themselves.
}

void Decider::schedule(AssetId a, const PartitionSet& concerned, const PartitionSet& stirred) {
  if (concerned.empty() || !s_.programs[a.value]) return;
  if (s_.is_check(a)) {
    Due& due = s_.checks_due[a];
    due.concerned |= concerned;
    due.stirred |= stirred;
    return;
  }
  if (!s_.is_defined(a) || s_.definition(a).external) return;
  const Rank rank = s_.rank_of[a.value];
  s_.due.push(rank);
  Due& due = s_.due_of[rank.value];
  due.concerned |= concerned;
  due.stirred |= stirred;
}

void Decider::schedule_for(const ChangeEvent& change, std::optional<Rank> above) {
  const AssetId a = change.asset;
  if (s_.compiled.empty() || (!s_.is_defined(a) && !s_.is_check(a))) return;
  const auto concern = [&](AssetId subject, std::uint16_t reach, const PartitionSet& members) {
    const std::uint16_t hit = reach & change.changes;
    if (hit == 0 || (above && !s_.is_check(subject) && s_.rank_of[subject.value] <= *above)) return;
    PartitionSet stirred;
    if (hit != changed_handled) {
      // A step that ended is no reason to ask for it again; nor is what ended with it in the same
      // moment.
      stirred = members;
      if (change.own.asset == subject || change.own.check == subject) stirred -= change.own.set;
      // What came before it was handled was seen by that.
      if (const auto handled = s_.moment.handled.find(subject);
          handled != s_.moment.handled.end()) {
        for (const Truth::Piece& piece : handled->second.pieces()) {
          if (piece.order > change.order) stirred -= piece.set;
        }
      }
      if (change.own.asset.value != 0 &&
          (hit & ~(changed_progress | changed_stale | changed_handled)) == 0) {
        const auto ended = s_.moment.ended.find(subject);
        if (ended != s_.moment.ended.end()) stirred -= ended->second.set();
      }
    }
    schedule(subject, members, stirred);
  };
  if (s_.is_check(a)) {
    if (const auto& program = s_.programs[a.value]) concern(a, program->all_changes(), change.set);
    return;
  }
  const Rank rank = s_.rank_of[a.value];
  for (const AssetId check : s_.checks_with_automation(a)) {
    if (const auto& program = s_.programs[check.value])
      concern(check, program->all_changes(), change.set);
  }
  /// Requests that may be made again are held by what is missing or in progress, whatever the
  /// expression asks for.
  const auto release = [&](AssetId subject, const PartitionSet& members) {
    const std::uint16_t holds = changed_progress | changed_missing | changed_members;
    if ((change.changes & holds) == 0 || above) return;
    const PartitionSet& released = s_.memory[subject.value].of(fact::Slot::released);
    if (!released.empty()) schedule(subject, members & released, {});
  };
  if (const auto& program = s_.programs[a.value]) {
    concern(a, program->own_changes, change.set);
    release(a, change.set);
  }
  for (const Rank down : s_.graph->downstream(rank)) {
    const AssetId d = s_.id_of[down.value];
    const auto& program = s_.programs[d.value];
    if (!program) continue;
    release(d, s_.universe(d));
    if ((program->deps_changes & change.changes) == 0) continue;
    // A definition counts also where no mapping leads from what exists.
    concern(d, program->deps_changes,
            (change.changes & changed_definition) != 0 ? s_.universe(d)
                                                       : s_.downstream_of(rank, down, change.set));
  }
  if (const auto it = s_.watchers.find(a); it != s_.watchers.end()) {
    // What came or went leads nowhere by itself, but others may look at what is left.
    const bool leads = (change.changes & (changed_definition | changed_members)) == 0;
    for (const Watcher& w : it->second) {
      if ((w.changes & change.changes) == 0) continue;
      concern(w.subject, w.changes,
              leads ? s_.watched_by(w, rank, change.set) : s_.universe(w.subject));
    }
  }
}

/// What the indexes are to be indistinguishable from.
void Decider::schedule_everything() {
  for (const AssetId a : s_.id_of) schedule(a, s_.universe(a), {});
  for (const auto& [check, of] : s_.check_subjects) schedule(check, s_.universe(check), {});
}

void Decider::evaluate_all() {
  for (int round = 0; round < rounds_max; ++round) {
    release_repaired();
    for (const ChangeEvent& change : std::exchange(s_.changes, {})) schedule_for(change);
    for (const auto& [a, set] : std::exchange(transient_, {})) schedule(a, set, {});
    if (s_.options.evaluate_everything && (round == 0 || !s_.due.empty() || !s_.checks_due.empty()))
      schedule_everything();
    if (s_.due.empty() && s_.checks_due.empty()) break;
    requests_.clear();
    requested_.clear();
    while (const auto rank = s_.due.pop()) evaluate_one(s_.id_of[rank->value]);
    while (!s_.checks_due.empty()) evaluate_one(s_.checks_due.begin()->first);
    // What follows belongs to the next moment: no event of this one is seen again.
    s_.moment.clear();
    if (requests_.empty()) continue;
    request_checks();  // first: what is requested now waits for those that block
    std::vector<BackfillTarget> wanted;
    for (const Evaluation& e : requests_) {
      if (s_.is_check(e.asset)) continue;
      BackfillTarget& target = wanted.emplace_back(
          BackfillTarget{.asset = e.asset, .wanted = e.held.set(), .own_reason = {}});
      for (const Truth::Piece& piece : e.held.pieces()) {
        if (piece.cause != Cause::upstream) target.own_reason |= piece.set;
      }
    }
    if (!wanted.empty()) request(std::move(wanted), {.cause = RunCause::automation});
    for (const Evaluation& e : requests_) {
      if (s_.is_check(e.asset)) continue;
      const Program& program = *s_.programs[e.asset.value];
      PartitionSet members = e.held.set();
      const StepId step = s_.queued_step({e.asset, *members.first()});
      const auto backfill = s_.backfills_of.find(e.asset);
      record(fact::Decided{.asset = e.asset,
                           .requested = true,
                           .members = std::move(members),
                           .run = step.run,
                           .expression = program.source,
                           .tree = e.tree,
                           .backfill = step.run.value != 0 || backfill == s_.backfills_of.end()
                                           ? BackfillId{}
                                           : backfill->second.back(),
                           .candidates = s_.is_cut(e.asset) ? e.candidates : PartitionSet{},
                           .sets = e.sets,
                           .check = {},
                           .said = sentence(s_, e, program, true)});
    }
    settle();
  }
  s_.moment.clear();
}

/// Of each asset one run of those of its checks that are requested in this moment.
void Decider::request_checks() {
  std::map<AssetId, std::vector<CheckTarget>> wanted;
  for (const Evaluation& e : requests_) {
    if (!s_.is_check(e.asset)) continue;
    const AssetId a = s_.place_of[e.asset.value];
    wanted[a].push_back({a, e.held.set(), s_.check_definition(e.asset).name, e.asset});
  }
  std::map<AssetId, RunId> runs;
  for (const auto& [a, checks] : wanted) {
    const auto made = queue_checks(checks, {.cause = RunCause::automation});
    if (!made.empty()) runs[a] = made.front();
  }
  for (const Evaluation& e : requests_) {
    if (!s_.is_check(e.asset)) continue;
    const AssetId a = s_.place_of[e.asset.value];
    const Program& program = *s_.programs[e.asset.value];
    record(fact::Decided{.asset = a,
                         .requested = true,
                         .members = e.held.set(),
                         .run = runs[a],
                         .expression = program.source,
                         .tree = e.tree,
                         .backfill = {},
                         .candidates = s_.is_cut(a) ? e.candidates : PartitionSet{},
                         .sets = e.sets,
                         .check = s_.check_definition(e.asset).name,
                         .said = sentence(s_, e, program, true)});
  }
}

void Decider::evaluate_one(AssetId a) {
  const Program& program = *s_.programs[a.value];
  const bool is_check = s_.is_check(a);
  const AssetId place = s_.place_of[a.value];
  const Rank rank = s_.rank_of[place.value];
  Due due;
  if (is_check) {
    due = std::move(s_.checks_due.extract(a).mapped());
  } else {
    due = std::move(s_.due_of.extract(rank.value).mapped());
  }
  const Memory& before = s_.memory[a.value];
  const bool initial = before.expression != program.hash;
  const PartitionSet universe = s_.universe(a);
  PartitionSet of = initial ? universe : due.concerned & universe;
  if (of.empty() && !initial) return;
  Evaluation e = Evaluator{s_, a, program, requested_}.evaluate(of);
  if (!e.transient.empty()) transient_[a] |= e.transient;

  PartitionSet wants = e.held.set();
  const PartitionSet answer = wants;
  if (program.handled_nodes.empty()) {
    // The expression has no memory of its own to give a request back to: the rules of readiness
    // hold it.
    (before.of(fact::Slot::released) & of).for_each([&](PartitionId p) {
      if (can_be_released({a, p})) {
        e.held.put(PartitionSet{p}, 0, Cause::own);
        wants.add(p);
      }
      return true;
    });
  }
  PartitionSet stirred = (before.of(fact::Slot::stirred) | due.stirred) & of;
  if (initial) stirred = of;
  PartitionSet may =
      is_check ? can_check(a, wants & stirred) : (s_.can_run(a) ? wants & stirred : PartitionSet{});
  // What a request changes elsewhere is no reason to ask again: one that would only join what this
  // very moment has queued could go on for ever.
  if (const auto asked = asked_.find(a); asked != asked_.end()) {
    const PartitionSet again = still_queued(a, asked->second & may);
    may -= again, stirred -= again;
  }
  const bool paused = s_.is_paused(place);
  const PartitionSet withheld = paused ? may : PartitionSet{};
  const PartitionSet requested = paused ? PartitionSet{} : may;

  fact::ConditionMemory memory{.asset = a, .expression = program.hash, .anew = initial};
  const auto now = [&](fact::Slot slot, PartitionSet after) {
    // Of an expression that is new, nothing but what was pending has been remembered.
    const PartitionSet old = initial ? PartitionSet{} : before.of(slot) & of;
    after -= requested;
    fact::MemoryChange change{
        .slot = static_cast<std::uint64_t>(slot), .set = after - old, .unset = old - after};
    if (!change.set.empty() || !change.unset.empty()) memory.changes.push_back(std::move(change));
  };
  for (fact::MemoryChange& change : e.changes) memory.changes.push_back(std::move(change));
  now(fact::Slot::stirred, stirred);
  now(fact::Slot::withheld, withheld);
  now(fact::Slot::released, before.of(fact::Slot::released) & of);
  now(fact::Slot::pending, e.pending);
  const PartitionSet held_before = initial ? PartitionSet{} : before.of(fact::Slot::held) & of;
  const PartitionSet withheld_before =
      initial ? PartitionSet{} : before.of(fact::Slot::withheld) & of;
  now(fact::Slot::held, answer);
  const PartitionSet held_now = answer - requested;
  const PartitionSet turned = ((held_now - held_before) | (held_before - held_now) |
                               (withheld - withheld_before) | (withheld_before - withheld)) -
                              requested;
  if (initial || !memory.changes.empty()) record(std::move(memory));
  if (!turned.empty()) {
    record(fact::Decided{.asset = place,
                         .withheld = !(withheld & turned).empty(),
                         .members = turned,
                         .expression = program.source,
                         .tree = e.tree,
                         .backfill = {},
                         .candidates = s_.is_cut(place) ? e.candidates : PartitionSet{},
                         .sets = e.sets,
                         .check = is_check ? s_.check_definition(a).name : "",
                         .said = sentence(s_, e, program, false)});
  }
  if (requested.empty()) return;
  asked_[a] |= requested;
  e.held = e.held.within(requested);
  requested_[a] |= requested;
  requests_.push_back(std::move(e));
  if (is_check) return;
  schedule_for({a, changed_request, {a, requested}, requested, s_.moment.order}, rank);
}

/// Those of a check's are: nothing of it ends within the moment that asked for it.
PartitionSet Decider::still_queued(AssetId a, const PartitionSet& of) const {
  if (of.empty() || s_.is_check(a)) return of;
  PartitionSet out = s_.pending_of(a, of);
  of.for_each([&](PartitionId p) {
    if (s_.queued_step({a, p}).run.value != 0) out.add(p);
    return true;
  });
  return out;
}

/// Those that are there to be checked.
PartitionSet Decider::can_check(AssetId check, const PartitionSet& of) const {
  if (!s_.can_check(check)) return {};
  return of - s_.missing_of(s_.place_of[check.value], of);
}

/// Whether nothing that a member needs is missing or busy.
bool Decider::can_be_released(MemberId m) const {
  if (s_.in_progress(m)) return false;
  const Rank rank = s_.rank_of[m.asset.value];
  const auto deps = s_.graph->upstream(rank);
  for (std::size_t d = 0; d < deps.size(); ++d) {
    const AssetId up = s_.id_of[deps[d].value];
    const PartitionSet needed = s_.upstream_of(rank, d, PartitionSet{m.partition}).needed;
    if (!s_.missing_of(up, needed).empty() || !s_.in_progress_of(up, needed).empty()) return false;
  }
  return true;
}

/// Whether a member still needs another one.
bool Decider::needs(MemberId m, MemberId upstream) const {
  const Rank rank = s_.rank_of[m.asset.value];
  const auto deps = s_.graph->upstream(rank);
  for (std::size_t d = 0; d < deps.size(); ++d) {
    if (s_.id_of[deps[d].value] == upstream.asset &&
        s_.upstream_of(rank, d, PartitionSet{m.partition}).needed.contains(upstream.partition))
      return true;
  }
  return false;
}

/// Whether what left a step of a member unstarted does so no more.
bool Decider::is_repaired(MemberId m, const Blocker& blocker) const {
  const MemberId u = blocker.member;
  if (!s_.is_defined(u.asset) || !s_.exists(u) || !needs(m, u)) return true;
  if (!blocker.check.empty()) {
    const std::vector<CheckDefinition>& checks = s_.definition(u.asset).checks;
    const auto check = std::ranges::find(checks, blocker.check, &CheckDefinition::name);
    if (check == checks.end() || !check->blocking) return true;
    const CheckRow* row = s_.current_check(u, blocker.check);
    return row != nullptr && (row->passed || row->severity == CheckSeverity::warn);
  }
  if (!s_.can_run(u.asset)) return true;  // nobody makes it any more
  if (s_.in_progress(u)) return false;
  const MemberRow& row = s_.member(u);
  const auto unchanged = s_.moment.unchanged.find(u.asset);
  if (row.materialized > blocker.since ||
      (unchanged != s_.moment.unchanged.end() && unchanged->second.set().contains(u.partition)))
    return true;
  // One that was itself left unstarted, and has nothing to do since what stopped it is repaired.
  const bool ended_well = !is_terminal(row.last_step) || row.last_step == StepStatus::succeeded;
  return ended_well && row.materialized.value != 0 && s_.compute_stale(u) == 0 &&
         s_.programs[u.asset.value] && !s_.handed_back.contains(u);
}

/// A request that was handed back is made again once everything that stopped it is repaired
/// (DECISIONS 18b).
void Decider::release_repaired() {
  if (s_.handed_back.empty()) return;
  std::set<MemberId> looked_at;
  const auto look_at = [&](AssetId a) {
    for (auto it = s_.handed_back.lower_bound({a, {}});
         it != s_.handed_back.end() && it->first.asset == a; ++it) {
      looked_at.insert(it->first);
    }
  };
  const auto look_below = [&](AssetId a) {
    for (const Rank down : s_.graph->downstream(s_.rank_of[a.value])) look_at(s_.id_of[down.value]);
  };
  for (const MemberId m : std::exchange(left_, {})) looked_at.insert(m);
  std::set<AssetId> changed;
  for (const ChangeEvent& change : s_.changes) {
    constexpr std::uint16_t defines = changed_definition | changed_members | changed_missing;
    constexpr std::uint16_t repairs =
        changed_delivery | changed_check | changed_progress | changed_stale | defines;
    if ((change.changes & repairs) == 0 || !s_.is_defined(change.asset)) continue;
    changed.insert(change.asset);
    if ((change.changes & defines) != 0) look_at(change.asset);
  }
  for (const AssetId a : changed) look_below(a);
  std::set<AssetId> idle;  // have nothing to do, so that those below them may go on
  while (!looked_at.empty() || !idle.empty()) {
    if (looked_at.empty()) {
      for (const AssetId a : std::exchange(idle, {})) look_below(a);
      continue;
    }
    const MemberId m = *looked_at.begin();
    looked_at.erase(looked_at.begin());
    const auto it = s_.handed_back.find(m);
    if (it == s_.handed_back.end() || !s_.is_defined(m.asset)) continue;
    std::vector<Blocker> blockers = it->second;
    const std::size_t count = blockers.size();
    std::erase_if(blockers, [&](const Blocker& b) { return is_repaired(m, b); });
    if (blockers.size() == count) continue;
    const bool repaired = blockers.empty();
    const auto& program = s_.programs[m.asset.value];
    const bool is_edited = program && s_.memory[m.asset.value].expression != program->hash;
    if (repaired && is_edited) {
      left_.push_back(m);  // once its new condition was asked
      continue;
    }
    record(fact::HandedBack{m, std::move(blockers)});
    if (!repaired) continue;
    const bool differs = s_.member(m).materialized.value == 0 ||
                         (s_.compute_stale(m) & (stale_data | stale_code)) != 0;
    if (!differs) idle.insert(m.asset);
    if (differs && program) {
      fact::ConditionMemory memory{.asset = m.asset, .expression = program->hash};
      const PartitionSet one{m.partition};
      for (const fact::Slot slot : {fact::Slot::released, fact::Slot::stirred}) {
        memory.changes.push_back({static_cast<std::uint64_t>(slot), one, {}});
      }
      for (const std::uint16_t index : program->handled_nodes) {
        memory.changes.push_back({std::uint64_t{index} << 32 | m.asset.value, one, {}});
      }
      if (!program->handled_nodes.empty()) {
        memory.changes.push_back({static_cast<std::uint64_t>(fact::Slot::pending), one, {}});
      }
      record(std::move(memory));
    }
    s_.change(m, changed_person);
  }
}

}  // namespace freshet::core
