// Which queued steps may start: what they wait for, and room in their pools.
#include "core/decide.hpp"

namespace freshet {

using namespace core;  // NOLINT: the state's own words

void Engine::State::take_place(StepState& step) {
  if (std::exchange(step.holds_place, true)) return;
  ++slots_used;
  if (!step.pool.empty()) ++pools[step.pool].used;
}

void Engine::State::give_place_back(StepState& step) {
  if (!std::exchange(step.holds_place, false)) return;
  --slots_used;
  if (!step.pool.empty()) --pools[step.pool].used;
}

void Engine::State::set_ready(StepState& step, bool ready) {
  if (std::exchange(step.ready, ready) == ready) return;
  const std::pair entry{-step.priority, step.row.step};
  auto& set = pools[step.pool].ready;
  ready ? static_cast<void>(set.insert(entry)) : static_cast<void>(set.erase(entry));
}

namespace core {

StepReadiness Decider::readiness(const StepState& step) const {
  const StepRow& row = step.row;
  const AssetId a = row.member.asset;
  if (!row.waits.empty()) return {.waiting = true};
  StepReadiness out;
  std::vector<Blocker> blockers = row.blockers;
  for (const MemberId gate : row.gates) {
    if (row.attempt != 0 || !s_.is_defined(gate.asset))
      continue;  // what has started once has passed its gates
    for (const CheckDefinition& check : s_.definition(gate.asset).checks) {
      if (!check.blocking) continue;
      const CheckRow* result = s_.current_check(gate, check.name);
      if (result == nullptr) {
        out.waiting = true;
        out.missing_check = {gate, check.name};
      } else if (!result->passed && result->severity == CheckSeverity::error) {
        blockers.push_back({gate, check.name});
      }
    }
  }
  if (out.waiting) return out;
  if (!blockers.empty()) {
    const bool only_checks =
        std::ranges::all_of(blockers, [](const Blocker& b) { return !b.check.empty(); });
    out.end = only_checks ? Reason::check_failed : Reason::upstream_failed;
    out.blockers = std::move(blockers);
    return out;
  }
  if (!row.check.empty()) {
    if (!row.unwritten.empty()) out.end = Reason::inputs_unchanged;
    return out;
  }
  if (!s_.is_defined(a)) return out;
  if (!row.unwritten.empty() && row.attempt == 0) {
    // What wrote nothing counts as unchanged where something else did change.
    const bool changed = !row.partitions().for_each([&](PartitionId p) {
      const MemberId one{a, p};
      return !(s_.member(one).materialized.value != 0 ? s_.is_data_stale(one)
                                                      : has_other_input(one, row.unwritten));
    });
    if (!changed) {
      out.end = Reason::upstream_wrote_nothing;
      for (const MemberId u : row.unwritten) out.blockers.push_back({u, ""});
      return out;
    }
  }
  const CodeVersion code = s_.definitions[a.value].code;
  if (row.attempt == 0 && !row.own_reason && !s_.definition(a).deps.empty()) {
    const bool unchanged = row.partitions().for_each([&](PartitionId p) {
      const MemberRow& member = s_.member({a, p});
      const bool same_code = member.code.value == 0 || code.value == 0 || member.code == code;
      return member.materialized.value != 0 && same_code && !s_.is_data_stale({a, p});
    });
    if (unchanged) {
      out.end = Reason::inputs_unchanged;
      return out;
    }
  }
  StepId busy;
  row.partitions().for_each([&](PartitionId p) {
    busy = s_.busy_step({a, p});
    if (busy == row.step) busy = {};
    return busy.run.value == 0;
  });
  if (busy.run.value != 0) {
    out.waiting = true;
    out.busy = busy;
  } else if (row.not_before > s_.now) {
    out.waiting = true;
    out.not_before = row.not_before;
  }
  return out;
}

bool Decider::has_other_input(MemberId m, const std::vector<MemberId>& unwritten) const {
  const Rank rank = s_.rank_of[m.asset.value];
  const auto deps = s_.graph->upstream(rank);
  for (std::size_t d = 0; d < deps.size(); ++d) {
    const AssetId up = s_.id_of[deps[d].value];
    PartitionSet others = s_.upstream_of(rank, d, PartitionSet{m.partition}).needed;
    others -= s_.missing_of(up, others);
    for (const MemberId u : unwritten) {
      if (u.asset == up) others.remove(u.partition);
    }
    if (!others.empty()) return true;
  }
  return false;
}

void Decider::settle() {
  while (!s_.reconsider.empty()) {
    const StepId id = s_.reconsider.back();
    s_.reconsider.pop_back();
    StepState* step = s_.step(id);
    if (step == nullptr || step->row.status != StepStatus::queued) continue;
    const AssetId a = step->row.member.asset;
    const bool is_gone = !s_.is_defined(a) ||
                         !step->row.partitions().is_subset_of(s_.universe(a)) ||
                         (step->row.check.empty() && !s_.can_run(a));
    if (is_gone) {
      end_step(*step, StepStatus::canceled, Reason::definition_removed);
      continue;
    }
    StepReadiness r = readiness(*step);
    if (r.end != Reason::none) {
      end_step(*step, StepStatus::skipped, r.end, 0, {}, std::move(r.blockers));
    } else {
      s_.set_ready(*step, !r.waiting);
    }
  }
}

void Decider::admit() {
  if (!s_.options.admit) return;
  while (s_.slots_used < s_.options.slots) {
    std::pair<std::int32_t, StepId> best{};
    bool found = false;
    for (auto& [name, pool] : s_.pools) {
      if (pool.ready.empty() || (!name.empty() && pool.used >= pool.limit)) continue;
      if (!found || *pool.ready.begin() < best) best = *pool.ready.begin();
      found = true;
    }
    if (!found) return;
    start(*s_.step(best.second));
  }
}

void Decider::start(StepState& step) {
  const MemberId m = step.row.member;
  const AssetId a = m.asset;
  bool provisional = false;
  for (const Dependency& dep : s_.definition(a).deps)
    provisional = provisional || s_.edge_provisional(dep, s_.now);
  const StepId id = step.row.step;
  const CodeVersion previous = s_.member(m).code;
  record(fact::StepStarted{id, step.row.attempt + 1, s_.definitions[a.value].code, provisional});
  std::string partition;
  std::optional<std::pair<Instant, Instant>> window;
  std::optional<std::pair<std::string, std::string>> range;
  if (m.partition.value != 0) {
    const PartitionSpace& space = *s_.cut(a)->space;
    const PartitionId last = step.row.range.empty() ? m.partition : *step.row.range.last();
    if (step.row.range.empty()) {
      partition = space.key(m.partition);
    } else {
      range = {space.key(m.partition), space.key(last)};
    }
    const auto begin = space.span(m.partition);
    const auto end = space.span(last);
    if (begin && end && space.definition().dimensions.size() == 1)
      window = {begin->begin, end->end};
  }
  effects_.push_back(effect::StartStep{.step = id,
                                       .attempt = step.row.attempt,
                                       .asset = a,
                                       .partition = std::move(partition),
                                       .window = window,
                                       .rank = s_.rank_of[a.value],
                                       .graph = s_.graph,
                                       .check = step.row.check,
                                       .previous_code = previous,
                                       .range = std::move(range)});
}

}  // namespace core
}  // namespace freshet
