// What each fact changes.  The only place that changes durable state.
#include <algorithm>
#include <limits>

#include "core/state.hpp"

namespace freshet {

using namespace core;  // NOLINT: the state's own words

namespace {

template <class... F>
struct Overload : F... {
  using F::operator()...;
};

constexpr std::chrono::days memory_kept{7};   ///< Of event ids and answers.
constexpr std::size_t memory_least = 10'000;  ///< Entries from which on they are looked through.

bool counts_as_success(const StepRow& row) {
  return row.status == StepStatus::succeeded ||
         (row.status == StepStatus::skipped && row.reason == Reason::inputs_unchanged);
}

class Applier {
 public:
  Applier(Engine::State& state, const FactRecord& record)
      : s_{state}, seq_{record.sequence}, at_{record.at} {}

  void operator()(const fact::AssetKnown& f) {
    while (s_.keys.size() <= f.asset.value)
      s_.grow(AssetId{static_cast<std::uint32_t>(s_.keys.size())});
    s_.ids.erase(s_.keys[f.asset.value]);
    s_.keys[f.asset.value] = f.key;
    s_.ids[f.key] = f.asset;
    s_.touch(f.asset, touched_asset | touched_member | touched_definition);
  }
  void operator()(const fact::DefinitionsLoaded& f) {
    s_.fingerprint = f.fingerprint;
    s_.bring_into_force();
  }
  void operator()(const fact::DependencyAdded& f) {
    s_.edges[{f.asset, f.upstream}] = seq_;
    s_.touched_edges.emplace_back(f.asset, f.upstream);
  }
  void operator()(const fact::Updated& f);
  void operator()(const fact::CheckRecorded& f);
  void operator()(const fact::EventRejected& f) {
    remember_event(rejected_source(f.source), f.event_id);
  }
  void operator()(const fact::SourceCursor& f) {
    s_.cursors[f.asset] = f.cursor;
    s_.touch(f.asset, touched_cursor);
  }
  void operator()(const fact::Wiped& f) {
    const MemberId m = f.member;
    s_.forget(m);
    s_.moment.wiped[m.asset].put(PartitionSet{m.partition}, s_.moment.order, Cause::neutral);
    s_.change(m, changed_missing | changed_check | changed_definition);
    look_at_gates(m.asset);
    if (s_.is_defined(m.asset)) {
      s_.spread_staleness(m.asset, PartitionSet{m.partition});
      // Those that went on for the sake of this input have nothing to go on with.
      for (const Rank down : s_.graph->downstream(s_.rank_of[m.asset.value])) {
        const AssetId d = s_.id_of[down.value];
        if (s_.queued[d.value].run.value != 0) s_.reconsider.push_back(s_.queued[d.value]);
        if (!s_.is_cut(d)) continue;
        for (const auto& [partition, step] : s_.cut(d)->queued) s_.reconsider.push_back(step);
      }
    }
    rearm(m.asset);
  }
  void operator()(const fact::RunQueued& f);
  void operator()(const fact::RequestJoined& f);
  void operator()(const fact::StepStarted& f);
  void operator()(const fact::StepRunning& f) {
    StepState* step = s_.step(f.step);
    if (step == nullptr || is_terminal(step->row.status)) return;
    step->row.status = StepStatus::running;
    touch_step(*step);
    RunState& run = s_.runs.at(f.step.run);
    if (run.row.status == RunStatus::starting) {
      run.row.status = RunStatus::running;
      s_.touched_runs.insert(f.step.run);
    }
  }
  void operator()(const fact::StopRequested& f) {
    StepState* step = s_.step(f.step);
    if (step == nullptr) return;
    step->row.stop = f.reason;
    touch_step(*step);
  }
  void operator()(const fact::AttemptEnded& f);
  void operator()(const fact::StepEnded& f);
  void operator()(const fact::RunEnded& f) {
    RunState& run = s_.runs.at(f.run);
    run.row.status = f.status;
    run.row.ended_at = at_;
    touch_run(f.run);
    if (BackfillState* backfill = backfill_of(run.row.backfill)) {
      --backfill->open_runs;
      s_.touch(*backfill, {});
      s_.backfills_due.insert(run.row.backfill);
    }
  }
  void operator()(const fact::BackfillQueued& f);
  void operator()(const fact::BackfillChanged& f);
  void operator()(const fact::BackfillSkipped& f);
  void operator()(const fact::BackfillJoined& f);
  void operator()(const fact::ColumnsReported& f) {
    if (f.reads.empty()) {
      s_.columns_read.erase(f.asset);
    } else {
      s_.columns_read[f.asset] = f.reads;
    }
    s_.touched_reads.insert(f.asset);
    if (!s_.is_defined(f.asset)) return;
    const Own outer = std::exchange(s_.own, Own{f.asset, s_.universe(f.asset)});
    s_.spread_staleness(f.asset, s_.universe(f.asset));
    s_.own = outer;
  }
  void operator()(const fact::StepLogged&) {}
  void operator()(const fact::MessagesRead& f) {
    StepState* step = s_.step(f.step);
    if (step == nullptr || step->row.attempt != f.attempt) return;
    step->row.messages = f.offset;
    touch_step(*step);
  }
  void operator()(const fact::ConditionMemory& f) {
    Memory& memory = s_.memory[f.asset.value];
    if (f.anew) {
      const auto kept = static_cast<std::uint64_t>(fact::Slot::failed);
      std::erase_if(memory.slots, [&](const auto& entry) {
        if (entry.first != kept) s_.touched_slots.emplace(f.asset, entry.first);
        return entry.first != kept;
      });
    }
    if (std::exchange(memory.expression, f.expression) != f.expression)
      s_.touch(f.asset, touched_memory);
    for (const fact::MemoryChange& change : f.changes)
      s_.remember(f.asset, change.slot, change.set, change.unset);
  }
  void operator()(const fact::HandedBack& f) {
    if (f.blockers.empty()) {
      s_.handed_back.erase(f.member);
    } else {
      s_.handed_back[f.member] = f.blockers;
    }
    s_.touched_handed_back.insert(f.member);
  }
  void operator()(const fact::PartitionNamed& f) {
    FRESHET_ASSERT(
        (f.is_shape ? s_.registry->shapes : s_.registry->keys).restore(f.number, f.text));
    s_.touched_names.push_back({f.is_shape, f.number, f.text});
  }
  void operator()(const fact::PartitionsChanged& f);
  void operator()(const fact::Decided&) {}
  void operator()(const fact::TickPassed& f) {
    if (f.schedule.starts_with("windows|")) {
      s_.advance_windows(f.schedule, f.tick);
      s_.touched_schedules.push_back(f.schedule);
      s_.arm_windows(f.schedule);
      return;
    }
    Schedule& schedule = s_.schedules[f.schedule];
    schedule.tick = f.tick;
    schedule.known = true;
    s_.touched_schedules.push_back(f.schedule);
    if (!f.armed) {
      s_.moment.ticks.insert(f.schedule);
      for (const AssetId a : schedule.users) s_.change(a, changed_tick);
    }
    s_.arm_schedule(f.schedule);
  }
  void operator()(const fact::FreshnessChanged& f) {
    s_.members[f.member.asset.value].freshness = f.state;
    s_.touch(f.member.asset, touched_member);
    s_.change(f.member.asset, changed_freshness);
  }
  void operator()(const fact::Alerted& f) {
    s_.last_alert = seq_;
    s_.alerts_view = nullptr;
    if (f.kind == AlertKind::test) return;
    const bool is_over = f.kind == AlertKind::recovery;
    const AlertKey key{f.asset, f.partition, is_over ? f.over : f.kind, f.check};
    if (is_over) {
      s_.alerts.erase(key);
    } else {
      s_.alerts[key] = std::make_shared<const AlertRow>(AlertRow{.asset = f.asset,
                                                                 .partition = f.partition,
                                                                 .kind = f.kind,
                                                                 .check = f.check,
                                                                 .sequence = seq_,
                                                                 .at = at_,
                                                                 .step = f.step,
                                                                 .text = f.text,
                                                                 .muted = f.muted});
    }
    s_.touched_alerts.insert(key);
    s_.revise(f.asset);
  }
  void operator()(const fact::AlertsMuted& f) {
    MuteRow& row = s_.mutes[f.asset];
    s_.timers.erase({row.until, Timer::Kind::mute, f.asset, {}, {}});
    row = MuteRow{f.asset, f.muted, f.until, f.actor, f.reason, at_};
    s_.arm_mute(f.asset);
    s_.touched_mutes.insert(f.asset);
    s_.alerts_view = nullptr;
    s_.revise(f.asset);
  }
  void operator()(const fact::RouteKnown& f) {
    s_.routes[{f.project, f.route}] =
        RouteRow{.project = f.project, .route = f.route, .upto = seq_, .repeats = at_};
    s_.touched_routes.emplace(f.project, f.route);
    s_.alerts_view = nullptr;
  }
  void operator()(const fact::Delivered& f) {
    RouteRow& row = s_.routes[{f.project, f.route}];
    row.upto = std::max(row.upto, f.upto);
    row.repeats = std::max(row.repeats, f.repeats);
    row.attempts = f.ok || f.gave_up ? 0 : f.attempts;
    row.tried_at = at_;
    if (f.ok) row.told_at = at_;
    row.text = f.text;
    s_.touched_routes.emplace(f.project, f.route);
    s_.alerts_view = nullptr;
  }
  void operator()(const fact::PauseChanged& f) {
    s_.pauses[f.asset] = PauseRow{f.asset, f.paused, f.actor, f.reason, at_};
    s_.touch(f.asset, touched_pause);
    if (!f.paused) s_.change(f.asset, changed_person);
  }
  void operator()(const fact::Answered& f) {
    forget_old(s_.answers, s_.answers_at_most);
    s_.answers[f.key] = AnswerRow{f.key, f.request, f.status, f.body, at_};
    s_.touched_answers.push_back(f.key);
  }
  void operator()(const fact::ClockJumped& f) {
    for (auto& [id, step] : s_.steps) {
      if (is_terminal(step.row.status)) continue;
      if (step.row.not_before != Instant{}) step.row.not_before += Micros{f.delta_us};
      if (step.row.started_at != Instant{}) step.row.started_at += Micros{f.delta_us};
      touch_step(step);
    }
    s_.arm_all_timers();
  }

 private:
  void touch_step(StepState& step) {
    s_.touched_steps.insert(step.row.step);
    touch_run(step.row.step.run);
    s_.revise(step.row.member.asset);
  }
  void request(AssetId a, const PartitionSet& set) {
    s_.change(a, changed_request | changed_handled, set);
    // Later than whatever else is requested with it: that is no reason to ask again.
    s_.handle(a, set, s_.moment.order + 1);
    s_.moment.requested[a].put(set, s_.moment.order, Cause::own);
  }
  /// Something became of a check's own step: of concern to its condition alone.
  void change_check(const StepRow& row, std::uint16_t what) {
    const AssetId subject = s_.check_subject(row.member.asset, row.check);
    if (subject.value == 0 || !s_.fits(row.member)) return;
    Own outer = std::exchange(s_.own, Own{subject, row.partitions()});
    s_.change(subject, what, row.partitions());
    if ((what & changed_handled) != 0) s_.handle(subject, row.partitions());
    s_.own = std::move(outer);
  }
  void request_check(const StepRow& row) {
    const AssetId subject = s_.check_subject(row.member.asset, row.check);
    if (subject.value == 0 || !s_.fits(row.member)) return;
    Own outer = std::exchange(s_.own, Own{subject, row.partitions()});
    request(subject, row.partitions());
    s_.own = std::move(outer);
  }
  void end_check(const StepRow& row) {
    s_.note_check_step(row, false);
    const AssetId subject = s_.check_subject(row.member.asset, row.check);
    if (subject.value == 0 || !s_.fits(row.member)) return;
    const bool canceled = row.status == StepStatus::canceled;
    change_check(row,
                 static_cast<std::uint16_t>(changed_progress | (canceled ? changed_handled : 0)));
    s_.moment.ended[subject].put(row.partitions(), s_.moment.order, Cause::own);
    if (row.status == StepStatus::skipped || canceled) return;
    const bool failed = row.status != StepStatus::succeeded;
    const PartitionSet none;
    s_.remember(subject, static_cast<std::uint64_t>(fact::Slot::failed),
                failed ? row.partitions() : none, failed ? none : row.partitions());
  }
  BackfillState* backfill_of(BackfillId id) {
    const auto it = s_.backfills.find(id);
    return it == s_.backfills.end() ? nullptr : &it->second;
  }
  void touch_run(RunId run) {
    s_.runs.at(run).row.sequence = seq_;
    s_.touched_runs.insert(run);
    s_.run_dirty.insert(run);
  }
  void rearm(AssetId a) {
    if (!s_.is_defined(a)) return;
    s_.arm_timers(a);
    const auto lazy = s_.lazy_above.find(a);
    if (lazy == s_.lazy_above.end()) return;
    for (const AssetId other : lazy->second) {
      s_.arm_timers(other);
      s_.change(other, changed_edge);
    }
  }
  void remember_event(const std::string& source, const std::string& id) {
    if (id.empty()) return;
    forget_old(s_.events, s_.events_at_most);
    EventRow row{source, id, seq_, at_};
    s_.events[{source, id}] = row;
    s_.touched_events.push_back(std::move(row));
  }
  /// Drops what is older than its retention, each time that the table has doubled.
  template <class Map>
  void forget_old(Map& map, std::size_t& at_most) {
    if (map.size() < at_most) return;
    std::erase_if(map, [&](const auto& entry) { return entry.second.at + memory_kept < at_; });
    at_most = std::max(memory_least, map.size() * 2);
  }
  /// Calls with each of a step's members.
  template <class F>
  static void each_member(const StepRow& row, F&& each) {
    if (row.range.empty()) return each(row.member);
    row.range.for_each([&](PartitionId p) {
      each(MemberId{row.member.asset, p});
      return true;
    });
  }
  void free_members(const StepState& step) {
    if (!step.row.check.empty()) return;
    each_member(step.row, [&](MemberId m) {
      if (s_.busy_step(m) == step.row.step) s_.set_busy(m, {});
      if (s_.queued_step(m) == step.row.step) s_.set_queued(m, {});
      if (s_.queued_step(m).run.value != 0) s_.reconsider.push_back(s_.queued_step(m));
    });
  }
  void end_in_backfill(const StepRow& row);
  /// False if its data version is the one that it had.
  bool update_row(MemberId m, const fact::Updated& f);
  void remember_columns(MemberId m, const std::vector<ColumnVersion>& versions);
  void resolve_waits(const StepState& step);
  void open_gate(const StepState& step, StepState& waiter);
  void add_gate(StepState& waiter, MemberId gate);
  void look_at_gates(AssetId a);

  Engine::State& s_;
  Sequence seq_;
  Instant at_;
};

bool Applier::update_row(MemberId m, const fact::Updated& f) {
  const AssetId a = m.asset;
  MemberRow& row = s_.edit(m);
  const MemberRow before = row;
  row.updated = seq_;
  row.updated_at = at_;
  row.step = f.step;
  const bool same =
      f.version.value != 0 && before.updated.value != 0 && f.version == before.version;
  const bool changed = f.changed && (f.range.empty() || !same);
  if (changed) {
    row.changed = seq_, row.changed_at = at_;
    s_.remember_version(m, before, seq_, f.version);
    row.version = f.version;
    remember_columns(m, f.columns);
  }
  if (f.kind == UpdateKind::materialization) {
    row.materialized = seq_;
    row.consumed = f.step.run.value == 0 ? seq_ : f.consumed;
    row.code = f.code;
    row.provisional = f.provisional;
  }
  if (m.partition.value != 0) {
    if (changed) s_.parts(a).remember_change(seq_, m.partition);
    s_.note(m);
  }
  s_.touch(m, touched_member);
  return changed;
}

/// Of columns that are not told any more nothing is known: they count as changed with the rest.
void Applier::remember_columns(MemberId m, const std::vector<ColumnVersion>& versions) {
  const auto before = s_.columns.find(m);
  if (versions.empty() && before == s_.columns.end()) return;
  std::vector<ColumnsRow::Column> now;
  for (const ColumnVersion& one : versions) {
    ColumnsRow::Column column{one.name, one.version, seq_};
    if (before != s_.columns.end() && one.version.value != 0) {
      const auto it =
          std::ranges::lower_bound(before->second, one.name, {}, &ColumnsRow::Column::name);
      if (it != before->second.end() && it->name == one.name && it->version == one.version)
        column.changed = it->changed;
    }
    now.push_back(std::move(column));
  }
  std::ranges::sort(now, {}, &ColumnsRow::Column::name);
  if (now.empty()) {
    s_.columns.erase(before);
  } else {
    s_.columns[m] = std::move(now);
  }
  s_.touched_columns.push_back(m);
}

void Applier::operator()(const fact::Updated& f) {
  const MemberId m = f.member;
  const AssetId a = m.asset;
  const PartitionSet set = f.range.empty() ? PartitionSet{m.partition} : f.range;
  PartitionSet first, changed;
  set.for_each([&](PartitionId p) {
    if (s_.member({a, p}).updated.value == 0) first.add(p);
    if (update_row({a, p}, f)) changed.add(p);
    return true;
  });
  if (!changed.empty()) {
    s_.moment.version[a].put(changed, s_.moment.order, Cause::own);
    s_.moment.updates[a].emplace_back(changed, f.step.run);
  }
  if (f.kind == UpdateKind::materialization)
    s_.moment.materialized[a].put(set, s_.moment.order, Cause::own);
  if (m.partition.value != 0) {
    MemberRow& latest = s_.members[a.value];
    latest.updated = seq_, latest.updated_at = at_, latest.step = f.step;
    if (!changed.empty()) latest.changed = seq_, latest.changed_at = at_;
    s_.touch(a, touched_member);
  }
  if (StepState* step = s_.step(f.step); step != nullptr && !is_terminal(step->row.status)) {
    step->row.reported = true;
    touch_step(*step);
  }
  remember_event(f.source, f.event_id);
  const bool fits = s_.fits(m);
  Own outer = std::exchange(s_.own, f.step.run.value == 0 ? Own{} : Own{a, set});
  look_at_gates(a);
  if (fits) {
    s_.change(a, changed_delivery, set);
    s_.change(a, changed_version, changed);
    s_.change(a, changed_missing, first);
    if (f.step.run.value == 0) s_.change(a, changed_handled, set);
  } else {
    // Of a partitioning that is gone: it counts for the asset as a whole, and for nothing else.
    s_.change(a, static_cast<std::uint16_t>(changed_definition | changed_missing));
  }
  if (f.step.run.value == 0) s_.handle(a, set);
  set.for_each([&](PartitionId p) {
    const StepId queued = s_.queued_step({a, p});
    if (queued.run.value != 0) s_.reconsider.push_back(queued);
    return true;
  });
  if (s_.is_defined(a) && fits) s_.spread_staleness(a, set);
  rearm(a);
  if (s_.is_defined(a)) {
    for (const Rank down : s_.graph->downstream(s_.rank_of[a.value])) {
      const AssetId d = s_.id_of[down.value];
      rearm(d);
      // An edge rule asks for the age of the asset, whichever partition it was.
      if (std::ranges::any_of(s_.graph->asset(down).deps, [&](const Dependency& dep) {
            return dep.rule.max_age && dep.key == s_.keys[a.value];
          }))
        s_.change(d, changed_edge);
    }
  }
  s_.own = std::move(outer);
}

void Applier::operator()(const fact::CheckRecorded& f) {
  const MemberId m = f.member;
  const MemberRow& member = s_.member(m);
  if (StepState* step = s_.step(f.step);
      step != nullptr && step->row.check == f.name && !is_terminal(step->row.status)) {
    step->row.reported = true;
    touch_step(*step);
    // Something newer was written while it ran: what it says is history, and no verdict on that.
    if (std::max(member.materialized, member.updated) > step->row.consumed) return;
  }
  const PartitionSet set = f.range.empty() ? PartitionSet{m.partition} : f.range;
  set.for_each([&](PartitionId p) {
    auto& rows = s_.checks_of({m.asset, p});
    auto it = std::ranges::find(rows, f.name, &CheckRow::name);
    if (it == rows.end())
      it = rows.insert(rows.end(), CheckRow{.asset = m.asset, .partition = p, .name = f.name});
    it->passed = f.passed, it->severity = f.severity, it->sequence = seq_, it->at = at_,
    it->step = f.step;
    s_.touch(MemberId{m.asset, p}, touched_checks);
    return true;
  });
  remember_event(f.source, f.event_id);
  const AssetId subject = s_.check_subject(m.asset, f.name);
  Own outer = s_.own;
  if (f.step.run.value != 0) s_.own = {m.asset, set, subject};
  if (s_.fits(m)) s_.change(m.asset, changed_check, set);
  s_.own = std::move(outer);
  // A result that no step of its own brought is one that need not be asked for.
  const StepState* step = s_.step(f.step);
  if (subject.value != 0 && s_.fits(m) && (step == nullptr || step->row.check != f.name)) {
    s_.change(subject, changed_handled, set);
    s_.handle(subject, set);
  }
  look_at_gates(m.asset);
}

void Applier::operator()(const fact::PartitionsChanged& f) {
  std::vector<std::string>& keys = s_.dynamic[f.set];
  for (const std::string& key : f.removed) std::erase(keys, key);
  keys.insert(keys.end(), f.added.begin(), f.added.end());
  s_.touched_sets.insert(f.set);
  if (s_.graph) s_.rebind_partitions();
}

/// Steps that wait behind the blocking checks of `a` are considered anew.
void Applier::look_at_gates(AssetId a) {
  const auto it = s_.gated.find(a);
  if (it == s_.gated.end()) return;
  std::erase_if(it->second, [&](StepId id) {
    const StepState* step = s_.step(id);
    return step == nullptr || step->row.status != StepStatus::queued || step->row.attempt != 0;
  });
  s_.reconsider.insert(s_.reconsider.end(), it->second.begin(), it->second.end());
  if (it->second.empty()) s_.gated.erase(it);
}

void Applier::add_gate(StepState& waiter, MemberId gate) {
  waiter.row.gates.push_back(gate);
  s_.gated[gate.asset].push_back(waiter.row.step);
}

void Applier::operator()(const fact::RunQueued& f) {
  RunState run;
  run.row = RunRow{.run = f.run,
                   .cause = f.cause,
                   .actor = f.actor,
                   .reason = f.reason,
                   .tags = f.tags,
                   .retry_of = f.retry_of,
                   .created_at = at_,
                   .steps = static_cast<std::uint32_t>(f.steps.size()),
                   .backfill = f.backfill,
                   .definitions = s_.fingerprint};
  run.open = run.row.steps;
  BackfillState* backfill = backfill_of(f.backfill);
  if (backfill != nullptr) {
    ++backfill->open_runs, ++backfill->row.runs;
    s_.touch(*backfill, {});
  }
  if (!f.tags.empty()) {
    s_.tagged_runs[f.run] = f.tags;
    s_.touched_tags.push_back(f.run);
  }
  s_.runs[f.run] = std::move(run);
  s_.last_run = std::max(s_.last_run, f.run);
  for (std::uint32_t i = 0; i < f.steps.size(); ++i) {
    const StepPlan& plan = f.steps[i];
    const MemberId m = plan.member;
    const AssetId a = m.asset;
    StepState step;
    step.row.step = {f.run, i};
    step.row.member = plan.member;
    step.row.check = plan.check;
    step.row.own_reason = plan.own_reason;
    step.row.range = plan.range;
    step.row.queued_at = at_;
    if (s_.is_defined(a)) {
      step.pool = s_.definition(a).pool;
      step.priority = s_.definition(a).priority;
    }
    for (const StepId wait : plan.waits) {
      step.row.waits.push_back(wait);
      if (StepState* other = s_.step(wait); other != nullptr) {
        other->waiters.push_back(step.row.step);
      } else {
        s_.awaited[wait].push_back(step.row.step);  // of a run that this moment queues next
      }
    }
    if (auto node = s_.awaited.extract(step.row.step)) step.waiters = std::move(node.mapped());
    StepState& placed = s_.steps[step.row.step] = std::move(step);
    touch_step(placed);
    s_.reconsider.push_back(placed.row.step);
    if (!plan.check.empty()) {
      // One that follows no step of its own: what depends on its asset waits for it.
      if (plan.waits.empty()) s_.source_checks[a].push_back(placed.row.step);
      s_.note_check_step(placed.row, true);
      change_check(placed.row, changed_progress);
      if (f.cause == RunCause::automation && plan.waits.empty()) request_check(placed.row);
      continue;
    }
    each_member(placed.row, [&](MemberId one) { s_.set_queued(one, placed.row.step); });
    if (backfill != nullptr) {
      // It was requested when the backfill was; what is new is that it is a run's.
      Own outer = std::exchange(s_.own, Own{a, placed.row.partitions()});
      s_.change(a, changed_progress, placed.row.partitions());
      s_.own = std::move(outer);
      if (const auto it = backfill->targets.find(a); it != backfill->targets.end()) {
        it->second.pending -= placed.row.partitions();
        s_.touch(*backfill, a);
      }
      continue;
    }
    Own outer = std::exchange(s_.own, Own{a, placed.row.partitions()});
    s_.change(a, changed_progress, placed.row.partitions());
    if (f.cause == RunCause::automation) request(a, placed.row.partitions());
    s_.own = std::move(outer);
  }
}

void Applier::operator()(const fact::RequestJoined& f) {
  StepState* step = s_.step(f.step);
  if (step == nullptr) return;
  step->row.own_reason = step->row.own_reason || f.own_reason;
  for (const StepId wait : f.waits) {
    step->row.waits.push_back(wait);
    if (StepState* other = s_.step(wait); other != nullptr) other->waiters.push_back(f.step);
  }
  if (step->ready) s_.set_ready(*step, false);
  s_.reconsider.push_back(f.step);
  touch_step(*step);
  const AssetId a = step->row.member.asset;
  if (f.cause == RunCause::automation && !step->row.check.empty()) request_check(step->row);
  if (f.cause == RunCause::automation && step->row.check.empty()) {
    Own outer = std::exchange(s_.own, Own{a, step->row.partitions()});
    request(a, step->row.partitions());
    s_.own = std::move(outer);
  }
}

void Applier::operator()(const fact::StepStarted& f) {
  StepState& step = *s_.step(f.step);
  const AssetId a = step.row.member.asset;
  if (step.ready) s_.set_ready(step, false);
  step.row.status = StepStatus::starting;
  step.row.attempt = f.attempt;
  step.row.code = f.code;
  step.row.provisional = f.provisional;
  step.row.reported = false;
  step.row.stop = Reason::none;
  step.row.consumed = seq_;
  step.row.started_at = at_;
  step.row.not_before = {};
  step.row.messages = 0;
  s_.take_place(step);
  RunState& run = s_.runs.at(f.step.run);
  if (run.row.status == RunStatus::queued) {
    run.row.status = RunStatus::starting;
    run.row.started_at = at_;
  }
  touch_step(step);
  if (s_.is_defined(a)) {
    if (const auto& timeout = s_.definition(a).timeout) {
      s_.timers.insert({at_ + *timeout, Timer::Kind::timeout, {}, f.step, {}});
    }
  }
  if (!step.row.check.empty()) {
    change_check(step.row, changed_handled);
    return;
  }
  each_member(step.row, [&](MemberId m) {
    s_.set_busy(m, f.step);
    if (s_.queued_step(m) == f.step) s_.set_queued(m, {});
  });
  const PartitionSet set = step.row.partitions();
  Own outer = std::exchange(s_.own, Own{a, set});
  if (s_.fits(step.row.member)) s_.change(a, changed_handled, set);
  s_.handle(a, set);
  s_.own = std::move(outer);
}

void Applier::operator()(const fact::AttemptEnded& f) {
  StepState& step = *s_.step(f.step);
  s_.give_place_back(step);
  step.row.status = StepStatus::queued;
  step.row.reason = f.reason;
  step.row.exit_code = f.exit_code;
  step.row.text = f.text;
  step.row.not_before = f.retry_at;
  if (f.reason == Reason::lost) {
    ++step.row.losses;
  } else if (f.reason != Reason::none) {
    ++step.row.failures;
  }
  s_.timers.insert({f.retry_at, Timer::Kind::retry, {}, f.step, {}});
  s_.reconsider.push_back(f.step);
  touch_step(step);
}

void Applier::operator()(const fact::StepEnded& f) {
  StepState& step = *s_.step(f.step);
  const AssetId a = step.row.member.asset;
  if (step.ready) s_.set_ready(step, false);
  s_.give_place_back(step);
  step.row.status = f.status;
  step.row.reason = f.reason;
  step.row.exit_code = f.exit_code;
  step.row.text = f.text;
  step.row.blockers = f.blockers;
  step.row.ended_at = at_;
  step.row.waits.clear();
  touch_step(step);
  free_members(step);
  RunState& run = s_.runs.at(f.step.run);
  --run.open;
  run.canceled = run.canceled || f.status == StepStatus::canceled;
  run.failed = run.failed || f.status == StepStatus::failed || f.status == StepStatus::lost ||
               f.reason == Reason::upstream_failed || f.reason == Reason::check_failed;
  if (step.row.check.empty()) {
    const PartitionSet set = step.row.partitions();
    Own outer = std::exchange(s_.own, Own{a, set});
    if (s_.fits(step.row.member))
      s_.change(a,
                static_cast<std::uint16_t>(
                    changed_progress | (f.status == StepStatus::canceled ? changed_handled : 0)),
                set);
    if (f.status != StepStatus::skipped || f.reason == Reason::wrote_nothing) {
      each_member(step.row, [&](MemberId m) {
        s_.edit(m).last_step = f.status;
        s_.note(m);
        s_.touch(m, touched_member);
      });
    }
    if (f.status == StepStatus::canceled) s_.handle(a, set);
    if (f.status == StepStatus::succeeded && step.row.attempt != 0 && step.row.range.empty())
      s_.remember_durations(step.row);
    if (f.status == StepStatus::succeeded) rearm(a);  // it is known better how long it takes
    s_.own = std::move(outer);
    s_.moment.ended[a].put(set, s_.moment.order, Cause::own);
    if (f.reason == Reason::inputs_unchanged)
      s_.moment.unchanged[a].put(set, s_.moment.order, Cause::own);
    end_in_backfill(step.row);
  }
  if (!step.row.check.empty()) end_check(step.row);
  resolve_waits(step);
  if (const auto it = s_.source_checks.find(a); it != s_.source_checks.end()) {
    std::erase(it->second, f.step);
    if (it->second.empty()) s_.source_checks.erase(it);
  }
}

void Applier::end_in_backfill(const StepRow& row) {
  BackfillState* backfill = backfill_of(s_.runs.at(row.step.run).row.backfill);
  if (backfill == nullptr) return;
  const auto it = backfill->targets.find(row.member.asset);
  if (it == backfill->targets.end()) return;
  BackfillTargetRow& target = it->second;
  const PartitionSet set = row.partitions() & target.wanted;
  (counts_as_success(row) ? target.succeeded : target.failed) |= set;
  backfill->has_failed = backfill->has_failed || !counts_as_success(row);
  s_.touch(*backfill, row.member.asset);
}

void Applier::operator()(const fact::BackfillQueued& f) {
  BackfillState& backfill = s_.backfills[f.backfill];
  backfill.row = BackfillRow{.backfill = f.backfill,
                             .cause = f.cause,
                             .actor = f.actor,
                             .reason = f.reason,
                             .tags = f.tags,
                             .retry_of = f.retry_of,
                             .per_run = f.per_run,
                             .concurrency = f.concurrency,
                             .newest_first = f.newest_first,
                             .created_at = at_};
  s_.last_run = std::max(s_.last_run, RunId{f.backfill.value});
  s_.backfills_due.insert(f.backfill);
  for (const BackfillTarget& target : f.targets) {
    const AssetId a = target.asset;
    backfill.targets[a] = BackfillTargetRow{.backfill = f.backfill,
                                            .asset = a,
                                            .wanted = target.wanted,
                                            .own_reason = target.own_reason,
                                            .pending = target.wanted};
    s_.backfills_of[a].push_back(f.backfill);
    s_.touch(backfill, a);
    Own outer = std::exchange(s_.own, Own{a, target.wanted});
    s_.change(a, changed_progress, target.wanted);
    if (f.cause == RunCause::automation) request(a, target.wanted);
    s_.own = std::move(outer);
  }
}

void Applier::operator()(const fact::BackfillChanged& f) {
  BackfillState* backfill = backfill_of(f.backfill);
  if (backfill == nullptr) return;
  backfill->row.status = f.status;
  s_.touch(*backfill, {});
  s_.backfills_due.insert(f.backfill);
  if (!is_terminal(f.status)) return;
  backfill->row.ended_at = at_;
  for (auto& [a, target] : backfill->targets) {
    std::erase(s_.backfills_of[a], f.backfill);
    if (s_.backfills_of[a].empty()) s_.backfills_of.erase(a);
    if (target.pending.empty()) continue;
    // Canceled: what no run was made for is given up.
    const PartitionSet gone = std::exchange(target.pending, {});
    s_.touch(*backfill, a);
    if (!s_.is_defined(a) || !s_.fits({a, *gone.first()})) continue;
    Own outer = std::exchange(s_.own, Own{a, gone});
    s_.change(a, changed_progress | changed_handled, gone);
    s_.handle(a, gone);
    s_.own = std::move(outer);
    s_.moment.ended[a].put(gone, s_.moment.order, Cause::own);
  }
}

void Applier::operator()(const fact::BackfillSkipped& f) {
  BackfillState* backfill = backfill_of(f.backfill);
  if (backfill == nullptr) return;
  BackfillTargetRow& target = backfill->targets.at(f.asset);
  target.pending -= f.set;
  target.failed |= f.set;
  backfill->has_failed = true;
  s_.touch(*backfill, f.asset);
  s_.backfills_due.insert(f.backfill);
  // Partitions of another shape are nobody's any more.
  if (!s_.is_defined(f.asset) || !s_.fits({f.asset, *f.set.first()})) return;
  Own outer = std::exchange(s_.own, Own{f.asset, f.set});
  s_.change(f.asset, changed_progress, f.set);
  s_.own = std::move(outer);
  s_.moment.ended[f.asset].put(f.set, s_.moment.order, Cause::own);
}

void Applier::operator()(const fact::BackfillJoined& f) {
  BackfillState* backfill = backfill_of(f.backfill);
  if (backfill == nullptr) return;
  const AssetId a = f.asset;
  backfill->targets.at(a).own_reason |= f.own_reason;
  s_.touch(*backfill, a);
  if (f.cause != RunCause::automation) return;
  Own outer = std::exchange(s_.own, Own{a, f.set});
  request(a, f.set);
  s_.own = std::move(outer);
}

/// What a step wrote must pass its blocking checks; what was left unchanged may stand on an older
/// failure.
void Applier::open_gate(const StepState& step, StepState& waiter) {
  const MemberId m = step.row.member;
  const AssetId a = m.asset;
  if (s_.member(m).step == step.row.step) {
    each_member(step.row, [&](MemberId one) { add_gate(waiter, one); });
    return;
  }
  if (!s_.is_defined(a)) return;
  for (const CheckDefinition& check : s_.definition(a).checks) {
    const CheckRow* row = s_.current_check(m, check.name);
    if (check.blocking && row != nullptr && !row->passed && row->severity == CheckSeverity::error) {
      waiter.row.blockers.push_back({step.row.member, check.name});
    }
  }
}

void Applier::resolve_waits(const StepState& step) {
  for (const StepId id : step.waiters) {
    StepState* waiter = s_.step(id);
    if (waiter == nullptr || is_terminal(waiter->row.status)) continue;
    std::erase(waiter->row.waits, step.row.step);
    const bool own_check = !waiter->row.check.empty();
    if (own_check && step.row.status == StepStatus::skipped) {
      waiter->row.unwritten.push_back(
          step.row.member);  // nothing was written that could be checked
    } else if (counts_as_success(step.row)) {
      const bool of_source = s_.source_checks.contains(step.row.member.asset);
      if (!own_check && step.row.check.empty()) open_gate(step, *waiter);
      if (!own_check && of_source) add_gate(*waiter, step.row.member);
    } else if (step.row.status == StepStatus::skipped &&
               (step.row.reason == Reason::wrote_nothing ||
                step.row.reason == Reason::upstream_wrote_nothing)) {
      waiter->row.unwritten.push_back(step.row.member);
    } else {
      waiter->row.blockers.push_back({step.row.member, step.row.check, seq_});
    }
    touch_step(*waiter);
    s_.reconsider.push_back(id);
  }
}

}  // namespace

void Engine::State::grow(AssetId a) {
  const std::size_t size = a.value + 1U;
  keys.resize(size), members.resize(size), definitions.resize(size), memory.resize(size),
      checks.resize(size);
  rank_of.resize(size, no_rank), programs.resize(size), busy.resize(size), queued.resize(size);
  while (place_of.size() < size)
    place_of.push_back(AssetId{static_cast<std::uint32_t>(place_of.size())});
  revision.resize(size), touched.resize(size);
  partitions.resize(size), durations.resize(size);
  members[a.value].asset = a, definitions[a.value].asset = a;
  definitions[a.value].defined = false;
}

/// Where the clock was set back meanwhile, it took no time.
void Engine::State::remember_durations(const StepRow& step) {
  auto& kept = durations[step.member.asset.value];
  auto next = kept ? std::make_shared<DurationsRow>(*kept) : std::make_shared<DurationsRow>();
  next->asset = step.member.asset;
  const auto remember = [](std::vector<std::uint32_t>& all, Micros duration) {
    const auto ms = std::clamp<std::int64_t>(std::chrono::round<Millis>(duration).count(), 0,
                                             std::numeric_limits<std::uint32_t>::max());
    if (all.size() == DurationsRow::kept_max) all.erase(all.begin());
    all.push_back(static_cast<std::uint32_t>(ms));
  };
  remember(next->worked, step.ended_at - step.started_at);
  remember(next->waited, step.started_at - step.queued_at);
  kept = std::move(next);
  touched_durations.insert(step.member.asset);
}

/// What was pending for these members of the asset's own condition is over (reference:
/// since_last_handled).
void Engine::State::handle(AssetId a, const PartitionSet& set, std::uint32_t order) {
  if (!fits({a, *set.first()})) return;
  moment.handled[a].put(set, order, Cause::own);
  const auto& program = programs[a.value];
  if (program && memory[a.value].expression == program->hash) {
    for (const std::uint16_t index : program->handled_nodes)
      remember(a, std::uint64_t{index} << 32 | place_of[a.value].value, {}, set);
  }
  for (const fact::Slot slot : {fact::Slot::stirred, fact::Slot::withheld, fact::Slot::released,
                                fact::Slot::pending, fact::Slot::held}) {
    remember(a, static_cast<std::uint64_t>(slot), {}, set);
  }
  for (auto it = handed_back.lower_bound({a, {}});
       it != handed_back.end() && it->first.asset == a;) {
    if (!set.contains(it->first.partition)) {
      ++it;
      continue;
    }
    touched_handed_back.insert(it->first);
    it = handed_back.erase(it);
  }
}

void Engine::State::apply(const FactRecord& record) {
  sequence = record.sequence;
  std::visit(Applier{*this, record}, record.fact);
}

}  // namespace freshet
