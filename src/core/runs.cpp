// From members that are wanted to runs: what shares one, and in which order the steps follow.
#include <map>
#include <numeric>
#include <tuple>

#include "core/decide.hpp"

namespace freshet::core {

namespace {

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

namespace {

/// Finds what makes a partition, among what is wanted at once.
class Wants {
 public:
  void add(AssetId a, const PartitionSet& set, std::size_t position) {
    selected_[a] |= set;
    if (set.size() == 1) {
      single_.emplace(MemberId{a, *set.first()}, position);
    } else {
      ranges_[a].emplace_back(set, position);
    }
  }
  /// Calls with the position of each that makes some of these.
  template <class F>
  void each(AssetId a, const PartitionSet& of, F&& call) const {
    const auto selected = selected_.find(a);
    if (selected == selected_.end()) return;
    PartitionSet left = of & selected->second;
    if (const auto ranges = ranges_.find(a); ranges != ranges_.end()) {
      for (const auto& [set, position] : ranges->second) {
        if (!set.intersects(left)) continue;
        call(position);
        left -= set;
      }
    }
    left.for_each([&](PartitionId p) {
      call(single_.at({a, p}));
      return true;
    });
  }
  [[nodiscard]] bool has(AssetId a) const { return selected_.contains(a); }

 private:
  std::unordered_map<AssetId, PartitionSet> selected_;
  std::unordered_map<MemberId, std::size_t> single_;
  std::unordered_map<AssetId, std::vector<std::pair<PartitionSet, std::size_t>>> ranges_;
};

}  // namespace

std::vector<RunId> Decider::queue(std::vector<Wanted> wanted, const Order& order) {
  std::ranges::sort(wanted, {}, [&](const Wanted& w) {
    return std::tuple{w.chunk, s_.rank_of[w.member.asset.value], w.member.partition};
  });
  Wants wants;
  std::vector<StepId> joined(wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const Wanted& w = wanted[i];
    if (w.range.empty()) joined[i] = s_.queued_step(w.member);
    wants.add(w.member.asset, w.set(), i);
  }
  const auto is_new = [&](std::size_t i) { return joined[i].run.value == 0; };
  /// What makes members that these need, by dependency.
  const auto each_upstream = [&](const Wanted& w, auto&& each) {
    const Rank rank = s_.rank_of[w.member.asset.value];
    const auto deps = s_.graph->upstream(rank);
    for (std::size_t d = 0; d < deps.size(); ++d) {
      const AssetId up = s_.id_of[deps[d].value];
      if (!wants.has(up)) continue;
      const bool same = s_.is_identity(rank, d);
      wants.each(up, s_.upstream_of(rank, d, w.set()).needed,
                 [&](std::size_t position) { each(position, same); });
    }
  };

  // What may share a run: one project's members of one partition, or of one chunk of a backfill.
  // Components stay together, while there is room; a greater one is cut by rank.
  using Kind = std::tuple<std::string, std::uint32_t, PartitionId>;
  const auto kind_of = [&](const Wanted& w) {
    return Kind{s_.definition(w.member.asset).project, w.chunk,
                w.chunk == 0 ? w.member.partition : PartitionId{}};
  };
  Components components{wanted.size()};
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (!is_new(i)) continue;
    each_upstream(wanted[i], [&](std::size_t up, bool same) {
      if (same && is_new(up) && kind_of(wanted[up]) == kind_of(wanted[i])) components.join(i, up);
    });
  }
  const auto steps_of = [&](const Wanted& w) {
    std::size_t count = 1;
    for (const CheckDefinition& check : s_.definition(w.member.asset).checks)
      count += check.follows_asset() ? 1 : 0;
    return count;
  };
  std::map<std::size_t, std::size_t> size_of;  // by component, in steps
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (is_new(i)) size_of[components.find(i)] += steps_of(wanted[i]);
  }
  struct Open {
    std::size_t group{};
    std::size_t size{};
  };
  std::map<Kind, Open> open;             // the run being filled
  std::map<std::size_t, Open> group_of;  // by component
  std::vector<std::vector<std::size_t>> groups;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (!is_new(i)) continue;
    const std::size_t component = components.find(i);
    const std::size_t steps = steps_of(wanted[i]);
    auto it = group_of.find(component);
    if (it == group_of.end()) {
      Open& current = open[kind_of(wanted[i])];
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
    groups[it->second.group].push_back(i);
  }

  // Numbers first: a step may wait for one of another run of this moment.
  std::vector<std::vector<StepId>> steps(wanted.size());  // its own step, then its checks'
  std::vector<RunId> runs;
  RunId id = next_run_id();
  for (const auto& group : groups) {
    runs.push_back(id);
    std::uint32_t number = 0;
    for (const std::size_t i : group) {
      for (std::size_t n = 0; n < steps_of(wanted[i]); ++n) steps[i].push_back({id, number++});
    }
    id = RunId{id.value + 1};
  }
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (is_new(i)) continue;
    // A member's checks follow its own step.
    for (auto it = s_.steps.find(joined[i]);
         it != s_.steps.end() && it->first.run == joined[i].run &&
         it->second.row.member.asset == wanted[i].member.asset &&
         it->second.row.partitions().contains(wanted[i].member.partition);
         ++it) {
      steps[i].push_back(it->first);
    }
  }
  const auto is_blocking = [&](StepId step_id) {
    const StepState& step = *s_.step(step_id);
    return std::ranges::any_of(s_.definition(step.row.member.asset).checks,
                               [&](const CheckDefinition& check) {
                                 return check.blocking && check.name == step.row.check;
                               });
  };
  const auto waits_of = [&](const Wanted& w) {
    std::vector<StepId> waits;
    for (const Rank up : s_.graph->upstream(s_.rank_of[w.member.asset.value])) {
      const auto checks = s_.source_checks.find(s_.id_of[up.value]);
      if (checks == s_.source_checks.end()) continue;
      for (const StepId check : checks->second) {
        if (is_blocking(check)) waits.push_back(check);
      }
    }
    each_upstream(w, [&](std::size_t up, bool) {
      waits.push_back(steps[up].front());
      std::size_t at = 1;
      for (const CheckDefinition& check : s_.definition(wanted[up].member.asset).checks) {
        if (!check.follows_asset()) continue;
        if (check.blocking && at < steps[up].size()) waits.push_back(steps[up][at]);
        ++at;
      }
    });
    return waits;
  };

  for (std::size_t g = 0; g < groups.size(); ++g) {
    fact::RunQueued run{.run = runs[g],
                        .cause = order.cause,
                        .actor = order.actor,
                        .reason = order.reason,
                        .tags = order.tags,
                        .retry_of = order.retry_of,
                        .backfill = wanted[groups[g].front()].backfill};
    for (const std::size_t i : groups[g]) {
      const Wanted& w = wanted[i];
      run.steps.push_back(
          {.member = w.member, .waits = waits_of(w), .own_reason = w.own_reason, .range = w.range});
      for (const CheckDefinition& check : s_.definition(w.member.asset).checks) {
        if (!check.follows_asset()) continue;
        run.steps.push_back({.member = w.member,
                             .check = check.name,
                             .waits = {steps[i].front()},
                             .own_reason = true,
                             .range = w.range});
      }
    }
    record(std::move(run));
  }
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (is_new(i)) continue;
    const StepId step = joined[i];
    std::vector<StepId> waits;
    for (const StepId wait : waits_of(wanted[i])) {
      const StepState* other = s_.step(wait);
      if (wait.run != step.run && other != nullptr && !is_terminal(other->row.status))
        waits.push_back(wait);
    }
    record(fact::RequestJoined{.step = step,
                               .own_reason = wanted[i].own_reason,
                               .cause = order.cause,
                               .waits = std::move(waits)});
    if (std::ranges::find(runs, step.run) == runs.end()) runs.push_back(step.run);
  }
  return runs;
}

/// A source's checks run on each update; what depends on it waits for those that block.
void Decider::check_sources() {
  for (const MemberId m : std::exchange(delivered_, {})) {
    fact::RunQueued run{.run = next_run_id(), .cause = RunCause::automation};
    for (const CheckDefinition& check : s_.definition(m.asset).checks) {
      if (!check.follows_asset()) continue;
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
