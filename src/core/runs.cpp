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
  std::ranges::sort(wanted, {}, [&](const Wanted& w) { return s_.rank_of[w.asset.value]; });
  std::unordered_map<AssetId, std::size_t> position;
  std::vector<Wanted> fresh;
  std::vector<Wanted> joining;
  for (const Wanted& w : wanted) {
    if (s_.queued[w.asset.value].run.value != 0) {
      joining.push_back(w);
    } else if (position.emplace(w.asset, fresh.size()).second) {
      fresh.push_back(w);
    }
  }

  // Components stay together, one project's in one run while there is room; a greater one is cut by
  // rank.
  Components components{fresh.size()};
  for (std::size_t i = 0; i < fresh.size(); ++i) {
    for (const Rank up : s_.graph->upstream(s_.rank_of[fresh[i].asset.value])) {
      const auto it = position.find(s_.id_of[up.value]);
      if (it != position.end() &&
          s_.definition(it->first).project == s_.definition(fresh[i].asset).project) {
        components.join(i, it->second);
      }
    }
  }
  const auto steps_of = [&](AssetId a) {
    std::size_t count = 1;
    for (const CheckDefinition& check : s_.definition(a).checks)
      count += check.command.empty() ? 0 : 1;
    return count;
  };
  std::map<std::size_t, std::size_t> size_of;  // by component, in steps
  for (std::size_t i = 0; i < fresh.size(); ++i)
    size_of[components.find(i)] += steps_of(fresh[i].asset);
  struct Open {
    std::size_t group{};
    std::size_t size{};
  };
  std::map<std::string, Open> open;      // the run being filled, by project
  std::map<std::size_t, Open> group_of;  // by component
  std::vector<std::vector<AssetId>> groups;
  for (std::size_t i = 0; i < fresh.size(); ++i) {
    const std::size_t component = components.find(i);
    const std::size_t steps = steps_of(fresh[i].asset);
    auto it = group_of.find(component);
    if (it == group_of.end()) {
      Open& current = open[s_.definition(fresh[i].asset).project];
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
    groups[it->second.group].push_back(fresh[i].asset);
  }

  // Numbers first: a step may wait for one of another run of this moment.
  std::unordered_map<AssetId, std::vector<StepId>> steps;  // its own step, then its checks'
  std::vector<RunId> runs;
  RunId id = next_run_id();
  for (const auto& group : groups) {
    runs.push_back(id);
    std::uint32_t number = 0;
    for (const AssetId a : group) {
      for (std::size_t i = 0; i < steps_of(a); ++i) steps[a].push_back({id, number++});
    }
    id = RunId{id.value + 1};
  }
  for (const Wanted& w : joining) {
    // A member's checks follow its own step.
    for (auto it = s_.steps.find(s_.queued[w.asset.value]);
         it != s_.steps.end() && it->second.row.member.asset == w.asset &&
         it->first.run == s_.queued[w.asset.value].run;
         ++it) {
      steps[w.asset].push_back(it->first);
    }
  }
  const auto is_blocking = [&](StepId id) {
    const StepState& step = *s_.step(id);
    return std::ranges::any_of(s_.definition(step.row.member.asset).checks,
                               [&](const CheckDefinition& check) {
                                 return check.blocking && check.name == step.row.check;
                               });
  };
  const auto waits_of = [&](AssetId a) {
    std::vector<StepId> waits;
    for (const Rank up : s_.graph->upstream(s_.rank_of[a.value])) {
      const auto it = steps.find(s_.id_of[up.value]);
      if (const auto checks = s_.source_checks.find(s_.id_of[up.value]);
          checks != s_.source_checks.end()) {
        for (const StepId check : checks->second) {
          if (is_blocking(check)) waits.push_back(check);
        }
      }
      if (it == steps.end()) continue;
      waits.push_back(it->second.front());
      const auto& checks = s_.graph->asset(up).checks;
      std::size_t at = 1;
      for (const CheckDefinition& check : checks) {
        if (check.command.empty()) continue;
        if (check.blocking && at < it->second.size()) waits.push_back(it->second[at]);
        ++at;
      }
    }
    return waits;
  };

  for (std::size_t g = 0; g < groups.size(); ++g) {
    fact::RunQueued run{.run = runs[g],
                        .cause = cause,
                        .actor = actor,
                        .reason = reason,
                        .tags = tags,
                        .retry_of = retry_of};
    for (const AssetId a : groups[g]) {
      run.steps.push_back({.member = {a, {}},
                           .waits = waits_of(a),
                           .own_reason = fresh[position.at(a)].own_reason});
      for (const CheckDefinition& check : s_.definition(a).checks) {
        if (!check.command.empty()) {
          run.steps.push_back({.member = {a, {}},
                               .check = check.name,
                               .waits = {steps.at(a).front()},
                               .own_reason = true});
        }
      }
    }
    record(std::move(run));
  }
  for (const Wanted& w : joining) {
    const StepId step = s_.queued[w.asset.value];
    std::vector<StepId> waits;
    for (const StepId wait : waits_of(w.asset)) {
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
  for (const AssetId a : std::exchange(delivered_, {})) {
    fact::RunQueued run{.run = next_run_id(), .cause = RunCause::automation};
    for (const CheckDefinition& check : s_.definition(a).checks) {
      if (check.command.empty()) continue;
      run.steps.push_back(
          {.member = {a, {}}, .check = check.name, .waits = {}, .own_reason = true});
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
