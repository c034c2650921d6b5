// From members that are wanted to runs: what shares one, and in which order the steps follow.
#include <map>
#include <numeric>

#include "core/decide.hpp"

namespace freshet::core {

namespace {

constexpr std::size_t steps_max = 1'000;  ///< Of one run.

/// Disjoint sets of positions, joined by dependencies.
class Components {
 public:
  explicit Components(std::size_t size) : parent_(size) {
    std::iota(parent_.begin(), parent_.end(), 0U);
  }
  std::size_t find(std::size_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  void join(std::size_t a, std::size_t b) {
    parent_[std::max(find(a), find(b))] = std::min(find(a), find(b));
  }

 private:
  std::vector<std::size_t> parent_;
};

}  // namespace

RunId Decider::next_run_id() const {
  const auto ms = std::chrono::floor<Millis>(s_.now).time_since_epoch().count();
  const std::uint64_t at = static_cast<std::uint64_t>(std::max<std::int64_t>(ms, 0)) << 20;
  return RunId{std::max(at, s_.last_run.value + 1)};
}

std::vector<RunId> Decider::queue(std::vector<Wanted> wanted, RunCause cause,
                                  const std::string& actor, const std::string& reason,
                                  const std::vector<std::string>& tags,
                                  std::optional<RunId> retry_of) {
  std::ranges::sort(wanted, {}, [&](const Wanted& w) {
    return std::pair{s_.rank_of[w.member.asset.value], w.member.partition};
  });
  std::unordered_map<MemberId, std::size_t> position;
  std::unordered_map<AssetId, PartitionSet> selected;
  std::vector<Wanted> fresh;
  std::vector<Wanted> joining;
  for (const Wanted& w : wanted) {
    if (s_.queued_step(w.member).run.value != 0) {
      joining.push_back(w);
    } else if (position.emplace(w.member, fresh.size()).second) {
      fresh.push_back(w);
    } else {
      continue;
    }
    selected[w.member.asset].add(w.member.partition);
  }
  /// Members selected with it that a member needs, by dependency.
  const auto each_upstream = [&](MemberId m, auto&& each) {
    const Rank rank = s_.rank_of[m.asset.value];
    const auto deps = s_.graph->upstream(rank);
    for (std::size_t d = 0; d < deps.size(); ++d) {
      const AssetId up = s_.id_of[deps[d].value];
      const auto it = selected.find(up);
      if (it == selected.end()) continue;
      const PartitionMapping* mapping = s_.mapping(rank, d);
      const bool same = mapping == nullptr || mapping->form() == PartitionMapping::Form::identity;
      const PartitionSet needed =
          s_.upstream_of(rank, d, PartitionSet{m.partition}).needed & it->second;
      needed.for_each([&](PartitionId p) {
        each(MemberId{up, p}, same);
        return true;
      });
    }
  };

  // What may share a run: one project's members of one partition.  Components stay together, while
  // there is room; a greater one is cut by rank.
  using Kind = std::pair<std::string, PartitionId>;
  const auto kind_of = [&](MemberId m) {
    return Kind{s_.definition(m.asset).project, m.partition};
  };
  Components components{fresh.size()};
  for (std::size_t i = 0; i < fresh.size(); ++i) {
    each_upstream(fresh[i].member, [&](MemberId up, bool same) {
      const auto it = position.find(up);
      if (same && it != position.end() && kind_of(up) == kind_of(fresh[i].member))
        components.join(i, it->second);
    });
  }
  const auto steps_of = [&](MemberId m) {
    std::size_t count = 1;
    for (const CheckDefinition& check : s_.definition(m.asset).checks)
      count += check.command.empty() ? 0 : 1;
    return count;
  };
  std::map<std::size_t, std::size_t> size_of;  // by component, in steps
  for (std::size_t i = 0; i < fresh.size(); ++i)
    size_of[components.find(i)] += steps_of(fresh[i].member);
  struct Open {
    std::size_t group{};
    std::size_t size{};
  };
  std::map<Kind, Open> open;             // the run being filled
  std::map<std::size_t, Open> group_of;  // by component
  std::vector<std::vector<MemberId>> groups;
  for (std::size_t i = 0; i < fresh.size(); ++i) {
    const MemberId m = fresh[i].member;
    const std::size_t component = components.find(i);
    const std::size_t steps = steps_of(m);
    auto it = group_of.find(component);
    if (it == group_of.end()) {
      Open& current = open[kind_of(m)];
      if (current.size == 0 || current.size + size_of[component] > steps_max) {
        current = {groups.size(), 0};
        groups.emplace_back();
      }
      current.size += size_of[component];
      it = group_of.emplace(component, Open{current.group, 0}).first;
    }
    if (size_of[component] > steps_max && it->second.size + steps > steps_max) {
      it->second = {groups.size(), 0};
      groups.emplace_back();
    }
    it->second.size += steps;
    groups[it->second.group].push_back(m);
  }

  // Numbers first: a step may wait for one of another run of this moment.
  std::unordered_map<MemberId, std::vector<StepId>> steps;  // its own step, then its checks'
  std::vector<RunId> runs;
  RunId id = next_run_id();
  for (const auto& group : groups) {
    runs.push_back(id);
    std::uint32_t number = 0;
    for (const MemberId m : group) {
      for (std::size_t i = 0; i < steps_of(m); ++i) steps[m].push_back({id, number++});
    }
    id = RunId{id.value + 1};
  }
  for (const Wanted& w : joining) {
    // A member's checks follow its own step.
    const StepId own = s_.queued_step(w.member);
    for (auto it = s_.steps.find(own);
         it != s_.steps.end() && it->second.row.member == w.member && it->first.run == own.run;
         ++it) {
      steps[w.member].push_back(it->first);
    }
  }
  const auto is_blocking = [&](StepId id) {
    const StepState& step = *s_.step(id);
    return std::ranges::any_of(s_.definition(step.row.member.asset).checks,
                               [&](const CheckDefinition& check) {
                                 return check.blocking && check.name == step.row.check;
                               });
  };
  const auto waits_of = [&](MemberId m) {
    std::vector<StepId> waits;
    for (const Rank up : s_.graph->upstream(s_.rank_of[m.asset.value])) {
      const auto checks = s_.source_checks.find(s_.id_of[up.value]);
      if (checks == s_.source_checks.end()) continue;
      for (const StepId check : checks->second) {
        if (is_blocking(check)) waits.push_back(check);
      }
    }
    each_upstream(m, [&](MemberId up, bool) {
      const auto it = steps.find(up);
      if (it == steps.end()) return;
      waits.push_back(it->second.front());
      std::size_t at = 1;
      for (const CheckDefinition& check : s_.definition(up.asset).checks) {
        if (check.command.empty()) continue;
        if (check.blocking && at < it->second.size()) waits.push_back(it->second[at]);
        ++at;
      }
    });
    return waits;
  };

  for (std::size_t g = 0; g < groups.size(); ++g) {
    fact::RunQueued run{.run = runs[g],
                        .cause = cause,
                        .actor = actor,
                        .reason = reason,
                        .tags = tags,
                        .retry_of = retry_of};
    for (const MemberId m : groups[g]) {
      run.steps.push_back(
          {.member = m, .waits = waits_of(m), .own_reason = fresh[position.at(m)].own_reason});
      for (const CheckDefinition& check : s_.definition(m.asset).checks) {
        if (!check.command.empty()) {
          run.steps.push_back({.member = m,
                               .check = check.name,
                               .waits = {steps.at(m).front()},
                               .own_reason = true});
        }
      }
    }
    record(std::move(run));
  }
  for (const Wanted& w : joining) {
    const StepId step = s_.queued_step(w.member);
    std::vector<StepId> waits;
    for (const StepId wait : waits_of(w.member)) {
      const StepState* other = s_.step(wait);
      if (wait.run != step.run && other != nullptr && !is_terminal(other->row.status))
        waits.push_back(wait);
    }
    record(fact::RequestJoined{
        .step = step, .own_reason = w.own_reason, .cause = cause, .waits = std::move(waits)});
    if (std::ranges::find(runs, step.run) == runs.end()) runs.push_back(step.run);
  }
  return runs;
}

/// A source's checks run on each update; what depends on it waits for those that block.
void Decider::check_sources() {
  for (const MemberId m : std::exchange(delivered_, {})) {
    fact::RunQueued run{.run = next_run_id(), .cause = RunCause::automation};
    for (const CheckDefinition& check : s_.definition(m.asset).checks) {
      if (check.command.empty()) continue;
      run.steps.push_back({.member = m, .check = check.name, .waits = {}, .own_reason = true});
    }
    record(std::move(run));
  }
}

void Decider::close_runs() {
  for (const RunId id : s_.touched_runs) {
    const auto it = s_.runs.find(id);
    if (it == s_.runs.end() || it->second.open != 0 || is_terminal(it->second.row.status)) continue;
    const RunState& run = it->second;
    record(fact::RunEnded{id, run.failed     ? RunStatus::failed
                              : run.canceled ? RunStatus::canceled
                                             : RunStatus::succeeded});
  }
}

}  // namespace freshet::core
