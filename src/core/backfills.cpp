// Several partitions of an asset at once: cut into runs, and these made as there is room.
#include <algorithm>
#include <map>
#include <numeric>
#include <string>
#include <tuple>

#include "core/decide.hpp"

namespace freshet::core {

namespace {

/// The first or last `count` of a set; 0: all of them.
PartitionSet take_some(const PartitionSet& set, std::uint32_t count, bool newest_first) {
  if (count == 0 || set.size() <= count) return set;
  PartitionSet out;
  if (!newest_first) {
    set.for_each([&](PartitionId p) {
      out.add(p);
      return --count != 0;
    });
    return out;
  }
  for (std::uint64_t at = set.size(); count != 0; --count) out.add(*set.at(--at));
  return out;
}

/// Stretches of partitions that follow one another among all that exist.
std::vector<PartitionSet> ranges_of(const PartitionSet& set, const PartitionSet& universe) {
  std::vector<PartitionSet> out;
  bool follows = false;
  // Where all is wanted, or what exists lies densely, there is nothing to look through.
  if (set == universe) return {set};
  universe.for_each([&](PartitionId p) {
    if (!set.contains(p)) {
      follows = false;
      return true;
    }
    if (!std::exchange(follows, true)) out.emplace_back();
    out.back().add(p);
    return true;
  });
  return out;
}

PartitionSet open_of(const BackfillTargetRow& target) {
  return (target.wanted - target.succeeded) - target.failed;
}

}  // namespace

/// Of what is wanted, what a backfill is to make anyway is only noted there.
Queued Decider::join_backfills(std::vector<BackfillTarget>& wanted, RunCause cause) {
  Queued out;
  for (BackfillTarget& target : wanted) {
    const auto it = s_.backfills_of.find(target.asset);
    if (it == s_.backfills_of.end()) continue;
    for (const BackfillId id : std::vector<BackfillId>{it->second}) {
      const PartitionSet common =
          s_.backfills.at(id).targets.at(target.asset).pending & target.wanted;
      if (common.empty()) continue;
      out.backfill = id;
      record(fact::BackfillJoined{.backfill = id,
                                  .asset = target.asset,
                                  .set = common,
                                  .own_reason = target.own_reason & common,
                                  .cause = cause});
      target.wanted -= common, target.own_reason -= common;
    }
  }
  std::erase_if(wanted, [](const BackfillTarget& target) { return target.wanted.empty(); });
  return out;
}

/// Assets that depend on each other stay together, and those of which the same partitions are
/// wanted, which share runs.
std::vector<std::vector<BackfillTarget>> Decider::components(
    const std::vector<BackfillTarget>& wanted) const {
  std::vector<std::size_t> parent(wanted.size());
  std::iota(parent.begin(), parent.end(), 0U);
  const auto find = [&](std::size_t i) {
    while (parent[i] != i) i = parent[i] = parent[parent[i]];
    return i;
  };
  std::unordered_map<AssetId, std::size_t> position;
  for (std::size_t i = 0; i < wanted.size(); ++i) position.emplace(wanted[i].asset, i);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    for (const Rank up : s_.graph->upstream(s_.rank_of[wanted[i].asset.value])) {
      const auto it = position.find(s_.id_of[up.value]);
      if (it != position.end())
        parent[std::max(find(i), find(it->second))] = std::min(find(i), find(it->second));
    }
  }
  using Kind = std::tuple<std::string, std::uint32_t, std::uint32_t, std::uint32_t>;
  std::map<Kind, std::vector<std::size_t>> alike;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const AssetId a = wanted[i].asset;
    if (!s_.is_cut(a) || wanted[i].wanted.size() < 2) continue;
    const AssetDefinition& def = s_.definition(a);
    auto& others =
        alike[{def.project, s_.cut(a)->shape, def.backfill.per_run, def.backfill.concurrency}];
    const auto same = std::ranges::find_if(
        others, [&](std::size_t other) { return wanted[other].wanted == wanted[i].wanted; });
    if (same == others.end()) {
      others.push_back(i);
    } else {
      parent[std::max(find(i), find(*same))] = std::min(find(i), find(*same));
    }
  }
  std::map<std::size_t, std::vector<BackfillTarget>> parts;
  for (std::size_t i = 0; i < wanted.size(); ++i) parts[find(i)].push_back(wanted[i]);
  std::vector<std::vector<BackfillTarget>> out;
  for (auto& [root, part] : parts) out.push_back(std::move(part));
  return out;
}

Queued Decider::request(std::vector<BackfillTarget> wanted, const Order& order, const Pace& pace) {
  std::ranges::sort(wanted, {}, [&](const BackfillTarget& t) { return s_.rank_of[t.asset.value]; });
  for (std::size_t i = 1; i < wanted.size(); ++i) {
    if (wanted[i].asset != wanted[i - 1].asset) continue;
    wanted[i].wanted |= wanted[i - 1].wanted, wanted[i].own_reason |= wanted[i - 1].own_reason;
    wanted[i - 1].wanted = {};
  }
  std::erase_if(wanted, [](const BackfillTarget& target) { return target.wanted.empty(); });
  Queued out = join_backfills(wanted, order.cause);
  std::vector<Wanted> now;
  std::uint32_t chunk = 0;
  std::vector<std::vector<BackfillTarget>> parts;
  if (!pace.always) {
    parts = components(wanted);
  } else if (!wanted.empty()) {
    parts.push_back(std::move(wanted));
  }
  for (std::vector<BackfillTarget>& part : parts) {
    std::uint64_t most = 0;
    for (BackfillTarget& target : part) {
      // What is queued already is joined, partition by partition.
      PartitionSet joining;
      if (s_.is_cut(target.asset)) {
        const auto& queued = s_.cut(target.asset)->queued;
        if (queued.size() < target.wanted.size()) {
          for (const auto& [p, step] : queued) {
            if (target.wanted.contains(p)) joining.add(p);
          }
        } else {
          target.wanted.for_each([&](PartitionId p) {
            if (queued.contains(p)) joining.add(p);
            return true;
          });
        }
      } else if (s_.queued_step({target.asset, {}}).run.value != 0) {
        joining = target.wanted;
      }
      joining.for_each([&](PartitionId p) {
        now.push_back({.member = {target.asset, p},
                       .own_reason = target.own_reason.contains(p),
                       .range = {},
                       .backfill = {}});
        return true;
      });
      target.wanted -= joining, target.own_reason -= joining;
      most = std::max(most, target.wanted.size());
    }
    std::erase_if(part, [](const BackfillTarget& target) { return target.wanted.empty(); });
    if (part.empty()) continue;
    if (most > 1 || pace.always) {
      out.backfill = open_backfill(part, order, pace);
      if (s_.options.admit) continue;
      // Nothing makes room where admission is by hand: all of its runs are there at once.
      std::ranges::move(all_chunks(s_.backfills.at(out.backfill), chunk), std::back_inserter(now));
      continue;
    }
    for (const BackfillTarget& target : part) {
      now.push_back({.member = {target.asset, *target.wanted.first()},
                     .own_reason = !target.own_reason.empty(),
                     .range = {},
                     .backfill = {}});
    }
  }
  if (!now.empty()) out.runs = queue(std::move(now), order);
  return out;
}

BackfillId Decider::open_backfill(const std::vector<BackfillTarget>& targets, const Order& order,
                                  const Pace& pace) {
  fact::BackfillQueued backfill{.backfill = BackfillId{next_run_id().value},
                                .cause = order.cause,
                                .actor = order.actor,
                                .reason = order.reason,
                                .tags = order.tags,
                                .retry_of = pace.retry_of,
                                .targets = targets,
                                .newest_first = pace.newest_first};
  // 0 stands for the assets' own policies; what a person means by it is one run for all.
  if (pace.per_run) backfill.per_run = *pace.per_run == 0 ? 0xffff'ffff : *pace.per_run;
  backfill.concurrency = pace.concurrency.value_or(0xffff'ffff);
  if (!pace.concurrency) {
    for (const BackfillTarget& target : targets) {
      backfill.concurrency =
          std::min(backfill.concurrency, s_.definition(target.asset).backfill.concurrency);
    }
  }
  const BackfillId id = backfill.backfill;
  record(std::move(backfill));
  return id;
}

std::uint32_t Decider::per_run_of(const BackfillRow& backfill, AssetId a) const {
  if (backfill.per_run == 0) return s_.definition(a).backfill.per_run;
  return backfill.per_run == 0xffff'ffff ? 0 : backfill.per_run;
}

/// What one run makes of one asset: a step a partition, or a stretch of them where its command
/// can make that at once.
void Decider::add_chunk(const BackfillState& backfill, AssetId a, const PartitionSet& set,
                        std::uint32_t chunk, std::vector<Wanted>& out) const {
  const PartitionSet& own = backfill.targets.at(a).own_reason;
  const auto add = [&](PartitionId first, PartitionSet range, bool own_reason) {
    out.push_back({.member = {a, first},
                   .own_reason = own_reason,
                   .range = std::move(range),
                   .backfill = backfill.row.backfill,
                   .chunk = chunk});
  };
  if (!s_.definition(a).backfill.is_range || !s_.is_cut(a)) {
    set.for_each([&](PartitionId p) {
      add(p, {}, own.contains(p));
      return true;
    });
    return;
  }
  for (PartitionSet& range : ranges_of(set, s_.cut(a)->universe)) {
    const PartitionId first = *range.first();
    const bool own_reason = range.intersects(own);
    add(first, range.size() == 1 ? PartitionSet{} : std::move(range), own_reason);
  }
}

/// Every run of a backfill, in its order; `chunk` goes on counting.
std::vector<Wanted> Decider::all_chunks(const BackfillState& backfill, std::uint32_t& chunk) const {
  using Kind = std::tuple<std::string, std::uint32_t, std::uint32_t>;
  std::map<Kind, std::pair<PartitionSet, std::vector<AssetId>>> kinds;
  for (const auto& [a, target] : backfill.targets) {
    const std::uint32_t shape = s_.is_cut(a) ? s_.cut(a)->shape : 0;
    auto& [set, assets] = kinds[{s_.definition(a).project, shape, per_run_of(backfill.row, a)}];
    set |= target.pending;
    assets.push_back(a);
  }
  std::vector<Wanted> out;
  for (auto& [kind, entry] : kinds) {
    auto& [left, assets] = entry;
    while (!left.empty()) {
      const PartitionSet some = take_some(left, std::get<2>(kind), backfill.row.newest_first);
      left -= some;
      ++chunk;
      for (const AssetId a : assets)
        add_chunk(backfill, a, backfill.targets.at(a).pending & some, chunk, out);
    }
  }
  return out;
}

/// Of these, what needs something that the backfill has yet to make.
PartitionSet Decider::held_up(const BackfillState& backfill, AssetId a,
                              const PartitionSet& of) const {
  PartitionSet out;
  const Rank rank = s_.rank_of[a.value];
  const auto deps = s_.graph->upstream(rank);
  for (std::size_t d = 0; d < deps.size(); ++d) {
    const auto up = backfill.targets.find(s_.id_of[deps[d].value]);
    if (up == backfill.targets.end()) continue;
    const PartitionSet open = open_of(up->second) & s_.upstream_of(rank, d, of).needed;
    if (!open.empty()) out |= s_.downstream_of(rank, d, open) & of;
  }
  return out;
}

/// The next run: what is furthest down the graph goes first, so that what was begun gets done.
std::vector<Wanted> Decider::next_chunk(const BackfillState& backfill) const {
  std::vector<std::pair<Rank, AssetId>> order;
  for (const auto& [a, target] : backfill.targets) {
    if (!target.pending.empty()) order.emplace_back(s_.rank_of[a.value], a);
  }
  std::ranges::sort(order, std::ranges::greater{});
  for (const auto& [rank, leader] : order) {
    const PartitionSet& pending = backfill.targets.at(leader).pending;
    const std::uint32_t count = per_run_of(backfill.row, leader);
    const bool newest = backfill.row.newest_first;
    PartitionSet some = take_some(pending, count, newest);
    if (const PartitionSet held = held_up(backfill, leader, some); !held.empty()) {
      some = take_some(pending - held_up(backfill, leader, pending), count, newest);
      if (some.empty()) continue;
    }
    std::vector<Wanted> out;
    std::unordered_map<AssetId, PartitionSet> chosen{{leader, some}};
    add_chunk(backfill, leader, some, 1, out);
    // What may share its run, upstream first: nothing that still needs something else.
    for (auto it = order.rbegin(); it != order.rend(); ++it) {
      const auto& [other_rank, a] = *it;
      const bool alike = other_rank > rank && s_.is_cut(a) == s_.is_cut(leader) &&
                         (!s_.is_cut(a) || s_.cut(a)->shape == s_.cut(leader)->shape) &&
                         s_.definition(a).project == s_.definition(leader).project &&
                         per_run_of(backfill.row, a) == count;
      const PartitionSet set = backfill.targets.at(a).pending & some;
      if (!alike || set.empty()) continue;
      bool ready = true;
      const auto deps = s_.graph->upstream(other_rank);
      for (std::size_t d = 0; d < deps.size() && ready; ++d) {
        const auto up = backfill.targets.find(s_.id_of[deps[d].value]);
        if (up == backfill.targets.end()) continue;
        PartitionSet open = open_of(up->second) & s_.upstream_of(other_rank, d, set).needed;
        if (const auto with = chosen.find(up->first); with != chosen.end()) open -= with->second;
        ready = open.empty();
      }
      if (!ready) continue;
      add_chunk(backfill, a, set, 1, out);
      chosen.emplace(a, set);
    }
    return out;
  }
  return {};
}

/// What needs something that failed is not made: it failed with it, as a step of the same run would
/// be left unstarted.
void Decider::skip_failed(BackfillState& backfill) {
  if (!std::exchange(backfill.has_failed, false)) return;
  std::vector<std::pair<Rank, AssetId>> order;
  for (const auto& [a, target] : backfill.targets) {
    if (s_.is_defined(a)) order.emplace_back(s_.rank_of[a.value], a);
  }
  std::ranges::sort(order);
  for (const auto& [rank, a] : order) {
    const auto deps = s_.graph->upstream(rank);
    PartitionSet gone;
    std::map<MemberId, std::vector<Blocker>> blockers;
    for (std::size_t d = 0; d < deps.size(); ++d) {
      const auto up = backfill.targets.find(s_.id_of[deps[d].value]);
      if (up == backfill.targets.end() || up->second.failed.empty()) continue;
      up->second.failed.for_each([&](PartitionId p) {
        const PartitionSet set =
            s_.downstream_of(rank, d, PartitionSet{p}) & backfill.targets.at(a).pending;
        gone |= set;
        set.for_each([&](PartitionId q) {
          blockers[{a, q}].push_back({{up->first, p}, "", s_.sequence});
          return true;
        });
        return true;
      });
    }
    if (gone.empty()) continue;
    record(fact::BackfillSkipped{backfill.row.backfill, a, gone, Reason::upstream_failed});
    if (!s_.programs[a.value]) continue;
    for (auto& [m, what] : blockers) record(fact::HandedBack{m, std::move(what)});
  }
}

bool Decider::launch_backfills() {
  bool any = false;
  for (const BackfillId id : std::exchange(s_.backfills_due, {})) {
    const auto it = s_.backfills.find(id);
    if (it == s_.backfills.end() || is_terminal(it->second.row.status)) continue;
    BackfillState& backfill = it->second;
    for (auto& [a, target] : backfill.targets) {
      const PartitionSet gone =
          s_.is_defined(a) && s_.can_run(a) ? target.pending - s_.universe(a) : target.pending;
      if (gone.empty()) continue;
      record(fact::BackfillSkipped{id, a, gone, Reason::definition_removed});
      any = true;
    }
    skip_failed(backfill);
    while (backfill.row.status == BackfillStatus::running &&
           backfill.open_runs < backfill.row.concurrency) {
      std::vector<Wanted> chunk = next_chunk(backfill);
      if (chunk.empty()) break;
      queue(std::move(chunk), {.cause = backfill.row.cause,
                               .actor = backfill.row.actor,
                               .reason = backfill.row.reason,
                               .tags = backfill.row.tags,
                               .retry_of = {}});
      any = true;
    }
    const auto has_pending = [](const auto& entry) { return !entry.second.pending.empty(); };
    if (backfill.open_runs != 0 || std::ranges::any_of(backfill.targets, has_pending)) continue;
    const bool failed = std::ranges::any_of(
        backfill.targets, [](const auto& entry) { return !entry.second.failed.empty(); });
    record(
        fact::BackfillChanged{.backfill = id,
                              .status = failed ? BackfillStatus::failed : BackfillStatus::succeeded,
                              .actor = {},
                              .reason = {}});
    any = true;
  }
  return any;
}

namespace {

PartitionSet only_these(const Engine::State& s, AssetId a, const PartitionSet& of,
                        input::Backfill::Only only) {
  switch (only) {
    case input::Backfill::Only::all:
      return of;
    case input::Backfill::Only::missing:
      return s.missing_of(a, of);
    case input::Backfill::Only::failed:
      return s.failed_of(a, of);
    case input::Backfill::Only::stale:
      return s.stale_of(a, of, 0xff);
  }
  return of;
}

}  // namespace

void Decider::take(const input::Backfill& in) {
  if (answer_again(in.token, in.idempotency)) return;
  Reply reply;
  std::vector<AssetId> assets;
  if (auto error = resolve(in.assets, assets)) return answer(in.token, std::move(*error));
  std::vector<BackfillTarget> wanted;
  for (const AssetId a : assets) {
    if (!s_.can_run(a)) continue;
    PartitionSet set = s_.universe(a);
    if (s_.is_cut(a) && !in.partitions.empty()) {
      auto chosen = s_.cut(a)->space->select(in.partitions, s_.window_time());
      if (!chosen) {
        reply.error = chosen.error().code;
        reply.message = s_.keys[a.value] + ": " + chosen.error().message;
        return answer(in.token, std::move(reply));
      }
      set = *std::move(chosen);
    }
    set = only_these(s_, a, set, in.only);
    if (!set.empty()) wanted.push_back({a, set, set});
  }
  for (const BackfillTarget& target : in.targets) {
    if (target.asset.value >= s_.keys.size() || !s_.can_run(target.asset)) continue;
    const PartitionSet set = target.wanted & s_.universe(target.asset);
    if (!set.empty()) wanted.push_back({target.asset, set, set});
  }
  if (wanted.empty()) {
    reply.error = Errc::invalid;
    reply.message = in.retry_of
                        ? "backfill " + to_text(*in.retry_of) +
                              " has nothing to make again: nothing of it failed, or its "
                              "assets are gone"
                        : "nothing here is to be made: the selection has no partition " +
                              std::string{in.only == input::Backfill::Only::all ? "that can be run"
                                                                                : "of that state"};
    return answer(in.token, std::move(reply));
  }
  for (const BackfillTarget& target : wanted) reply.count += target.wanted.size();
  Queued queued = request(std::move(wanted),
                          {.cause = in.retry_of ? RunCause::retry : RunCause::person,
                           .actor = in.actor,
                           .reason = in.reason,
                           .tags = in.tags,
                           .retry_of = {}},
                          {.per_run = in.per_run,
                           .concurrency = in.concurrency,
                           .newest_first = in.newest_first,
                           .always = true,
                           .retry_of = in.retry_of});
  reply.runs = std::move(queued.runs), reply.backfill = queued.backfill;
  answer(in.token, std::move(reply), in.idempotency);
}

void Decider::take(const input::ChangeBackfill& in) {
  if (answer_again(in.token, in.idempotency)) return;
  using Action = input::ChangeBackfill::Action;
  Reply reply{.backfill = in.backfill};
  const auto it = s_.backfills.find(in.backfill);
  if (it == s_.backfills.end() || is_terminal(it->second.row.status)) {
    reply.error = it == s_.backfills.end() ? Errc::not_found : Errc::conflict;
    reply.message = "backfill " + to_text(in.backfill) + " is not running";
    return answer(in.token, std::move(reply));
  }
  const BackfillStatus wanted = in.action == Action::pause    ? BackfillStatus::paused
                                : in.action == Action::resume ? BackfillStatus::running
                                                              : BackfillStatus::canceled;
  reply.count = 0;
  for (const auto& [a, target] : it->second.targets) reply.count += open_of(target).size();
  if (it->second.row.status != wanted) {
    record(fact::BackfillChanged{in.backfill, wanted, in.actor, in.reason});
    if (wanted == BackfillStatus::canceled) {
      std::vector<StepId> steps;
      for (const auto& [id, step] : s_.steps) {
        if (s_.runs.at(id.run).row.backfill == in.backfill && !is_terminal(step.row.status))
          steps.push_back(id);
      }
      for (const StepId id : steps) {
        if (StepState* step = s_.step(id)) request_stop(*step, Reason::run_canceled, in.actor);
      }
    }
  }
  answer(in.token, std::move(reply), in.idempotency);
}

}  // namespace freshet::core
