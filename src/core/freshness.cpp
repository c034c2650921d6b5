// How old is too old: freshness policies and the edge rules of dependencies, and when the clock
// changes them.
#include <algorithm>

#include "core/state.hpp"
#include "freshet/estimate.hpp"
#include "model/sentences.hpp"

namespace freshet {

namespace {

/// Until when a delivery must have come so as to count at a deadline's tick.
struct Period {
  Instant oldest;  ///< A delivery at this instant is too old …
  Instant due;     ///< … at this one.
};

/// Of the latest tick until `at`; nullopt before the first.
std::optional<Period> period_before(const core::Schedule& deadline, Micros within, Instant at) {
  const auto due = deadline.cron->previous(at, *deadline.zone);
  if (!due) return std::nullopt;
  if (within != Micros::zero()) return Period{*due - within, *due};
  const auto before = deadline.cron->previous(*due - Micros{1}, *deadline.zone);
  return Period{before.value_or(Instant{}), *due};
}

/// Of the first tick after `at`.
std::optional<Period> period_after(const core::Schedule& deadline, Micros within, Instant at) {
  const auto due = deadline.cron->next(at, *deadline.zone);
  if (!due) return std::nullopt;
  if (within != Micros::zero()) return Period{*due - within, *due};
  const auto before = deadline.cron->previous(*due - Micros{1}, *deadline.zone);
  return Period{before.value_or(Instant{}), *due};
}

}  // namespace

std::string Engine::State::deadline_name(const FreshnessPolicy& policy) {
  return policy.deadline + "|" + policy.timezone;
}

FreshnessState Engine::State::freshness_at(AssetId a, Instant at) const {
  const auto& policy = definition(a).freshness;
  if (!policy) return FreshnessState::none;
  const MemberRow& member = members[a.value];
  if (member.updated.value == 0) return FreshnessState::unknown;
  if (!policy->deadline.empty()) {
    const core::Schedule& deadline = deadlines.at(deadline_name(*policy));
    const auto last = period_before(deadline, policy->within, at);
    if (last && member.updated_at <= last->oldest) return FreshnessState::fail;
    const auto next = period_after(deadline, policy->within, at);
    const bool is_close = next && policy->warn && at >= next->due - *policy->warn;
    return is_close && member.updated_at <= next->oldest ? FreshnessState::warn
                                                         : FreshnessState::pass;
  }
  const Micros age = at - member.updated_at;
  if (age >= policy->within) return FreshnessState::fail;
  if (policy->warn && age >= *policy->warn) return FreshnessState::warn;
  return FreshnessState::pass;
}

std::optional<Instant> Engine::State::next_freshness_change(AssetId a, Instant at) const {
  const auto& policy = definition(a).freshness;
  const MemberRow& member = members[a.value];
  if (!policy || member.updated.value == 0) return std::nullopt;
  if (!policy->deadline.empty()) {
    const auto next = period_after(deadlines.at(deadline_name(*policy)), policy->within, at);
    if (!next) return std::nullopt;
    if (policy->warn && next->due - *policy->warn > at) return next->due - *policy->warn;
    return next->due;
  }
  if (policy->warn && member.updated_at + *policy->warn > at)
    return member.updated_at + *policy->warn;
  if (member.updated_at + policy->within > at) return member.updated_at + policy->within;
  return std::nullopt;
}

std::optional<Instant> Engine::State::freshness_deadline(AssetId a, Instant at) const {
  const auto& policy = definition(a).freshness;
  const MemberRow& row = members[a.value];
  if (!policy || row.updated.value == 0) return std::nullopt;
  if (policy->deadline.empty()) return row.updated_at + policy->within;
  const core::Schedule& deadline = deadlines.at(deadline_name(*policy));
  // One that was missed is due at once; one that is met already lets the next one count.
  if (const auto last = period_before(deadline, policy->within, at);
      last && row.updated_at <= last->oldest) {
    return last->due;
  }
  auto next = period_after(deadline, policy->within, at);
  while (next && row.updated_at > next->oldest) {
    next = period_after(deadline, policy->within, next->due);
  }
  return next ? std::optional{next->due} : std::nullopt;
}

std::optional<Instant> Engine::State::latest_start(AssetId a, Instant at) const {
  // Of everything downstream, those furthest down first.
  std::map<Rank, std::optional<Instant>> starts;
  std::vector<Rank> waiting{rank_of[a.value]};
  while (!waiting.empty()) {
    const Rank rank = waiting.back();
    waiting.pop_back();
    if (!starts.try_emplace(rank).second) continue;
    for (const Rank down : graph->downstream(rank)) waiting.push_back(down);
  }
  for (auto it = starts.rbegin(); it != starts.rend(); ++it) {
    const AssetId one = id_of[it->first.value];
    std::optional<Instant> end = freshness_deadline(one, at);
    for (const Rank down : graph->downstream(it->first)) {
      const auto& theirs = starts.at(down);
      if (theirs && (!end || *theirs < *end)) end = theirs;
    }
    if (!end) continue;
    const auto& took = durations[one.value];
    const auto usual = took ? estimate_duration(took->worked) : std::nullopt;
    it->second = *end - (usual ? Micros{usual->p90} : Micros{});
  }
  return starts.at(rank_of[a.value]);
}

std::string Engine::State::freshness_text(AssetId a) const {
  const FreshnessPolicy& policy = *definition(a).freshness;
  if (policy.deadline.empty())
    return to_text(
        say("older_than", {{"asset", keys[a.value]}, {"limit", format_duration(policy.within)}}));
  const auto last = period_before(deadlines.at(deadline_name(policy)), policy.within, now);
  return to_text(
      say("deadline_missed", {{"asset", keys[a.value]}, {"at", last ? time_text(last->due) : ""}}));
}

namespace {

/// The instant of the given time of day on the local date that `at` falls on.
Instant local_time_of_day(const EdgeRule& rule, Instant at) {
  const auto zone = find_time_zone(rule.timezone);
  const TimeZone& z = zone ? **zone : utc();
  const LocalTime day = std::chrono::floor<std::chrono::days>(z.to_local(at));
  return z.from_local(day + *rule.wait_until).later;
}

bool is_too_old(const MemberRow& member, const EdgeRule& rule, Instant at) {
  return rule.max_age && (member.updated.value == 0 || at - member.updated_at >= *rule.max_age);
}

}  // namespace

Sentence Engine::State::edge_unready(const Dependency& dep, Instant at) const {
  if (!dep.rule.max_age) return {};
  const AssetId upstream = find(dep.key);
  const MemberRow& member = members[upstream.value];
  if (member.updated.value == 0 || !is_too_old(member, dep.rule, at)) return {};
  if (dep.rule.wait_until && at >= local_time_of_day(dep.rule, at)) return {};
  return say("input_too_old",
             {{"asset", dep.key},
              {"age", format_duration(std::chrono::floor<Seconds>(at - member.updated_at))},
              {"limit", format_duration(*dep.rule.max_age)},
              {"until", dep.rule.wait_until ? time_text(local_time_of_day(dep.rule, at)) : ""}});
}

bool Engine::State::edge_provisional(const Dependency& dep, Instant at) const {
  return dep.rule.wait_until && is_too_old(members[find(dep.key).value], dep.rule, at);
}

std::optional<Instant> Engine::State::next_edge_change(const Dependency& dep, Instant at) const {
  const EdgeRule& rule = dep.rule;
  const MemberRow& member = members[find(dep.key).value];
  if (!rule.max_age || member.updated.value == 0) return std::nullopt;
  const Instant too_old = member.updated_at + *rule.max_age;
  if (too_old > at) return too_old;
  if (!rule.wait_until) return std::nullopt;
  // From too_old on the answer changes twice a day: at midnight it waits again, at wait_until it
  // goes on.
  const Instant limit = local_time_of_day(rule, at);
  if (limit > at) return limit;
  const auto zone = find_time_zone(rule.timezone);
  const TimeZone& z = zone ? **zone : utc();
  const LocalTime tomorrow =
      std::chrono::floor<std::chrono::days>(z.to_local(at)) + std::chrono::days{1};
  return z.from_local(tomorrow).earlier;
}

}  // namespace freshet
