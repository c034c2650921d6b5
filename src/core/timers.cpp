// What the clock alone brings about: ticks, freshness, edge rules, retries, timeouts.
#include "core/decide.hpp"

namespace freshet::core {

void Decider::fire_timers() {
  std::vector<AssetId> fired;  // armed anew only then: an asset may have two timers of one instant
  while (!s_.timers.empty() && s_.timers.begin()->at <= s_.now) {
    const Timer timer = *s_.timers.begin();
    s_.timers.erase(s_.timers.begin());
    switch (timer.kind) {
      case Timer::Kind::schedule: {
        Schedule& schedule = s_.schedules[timer.schedule];
        const auto tick = schedule.cron->previous(s_.now, *schedule.zone);
        record(fact::TickPassed{timer.schedule, std::max(timer.at, tick.value_or(timer.at))});
        break;
      }
      case Timer::Kind::window:
        record(fact::TickPassed{timer.schedule, s_.window_time()});
        break;
      case Timer::Kind::freshness:
        aged_.push_back(timer.asset);  // judged with all the others
        fired.push_back(timer.asset);
        break;
      case Timer::Kind::edge:
        if (std::ranges::binary_search(s_.lazy, timer.asset)) s_.change(timer.asset, changed_edge);
        look_at_edges(timer.asset);
        fired.push_back(timer.asset);
        break;
      case Timer::Kind::retry:
        s_.reconsider.push_back(timer.step);
        break;
      case Timer::Kind::timeout:
        if (StepState* step = s_.step(timer.step);
            step != nullptr &&
            (step->row.status == StepStatus::starting || step->row.status == StepStatus::running) &&
            s_.is_defined(step->row.member.asset) &&
            s_.definition(step->row.member.asset).timeout &&
            step->row.started_at + *s_.definition(step->row.member.asset).timeout <= s_.now) {
          request_stop(*step, Reason::timeout, "");
        }
        break;
      case Timer::Kind::mute:
        unmute(timer.asset, "", "");
        break;
    }
  }
  for (const AssetId a : fired) s_.arm_timers(a);
}

/// After a start or a jump of the clock, any age may be another.
void Decider::look_at_clock() {
  if (!s_.graph) return;
  for (const AssetId a : s_.id_of) {
    const AssetDefinition& def = s_.definition(a);
    if (def.freshness) aged_.push_back(a);
    if (std::ranges::binary_search(s_.lazy, a) && s_.is_due(a, before_) != s_.is_due(a, s_.now))
      s_.change(a, changed_edge);
    look_at_edges(a);
  }
}

/// Whether time alone has made an edge rule hold, or not hold any more, since the last moment.
void Decider::look_at_edges(AssetId a) {
  if (!s_.is_defined(a)) return;
  if (std::ranges::any_of(s_.definition(a).deps, [&](const Dependency& dep) {
        return s_.edge_unready(dep, before_).empty() != s_.edge_unready(dep, s_.now).empty();
      })) {
    s_.change(a, changed_edge);
  }
}

void Decider::judge_freshness() {
  struct Aged {
    AssetId asset;
    Own own;
    std::uint32_t order{};
  };
  std::vector<Aged> assets;
  for (const AssetId a : std::exchange(aged_, {})) assets.push_back({.asset = a, .own = {}});
  for (const ChangeEvent& change : s_.changes) {
    if ((change.changes & (changed_delivery | changed_missing | changed_definition)) != 0)
      assets.push_back({change.asset, change.own, change.order});
  }
  for (const auto& [a, own, order] : assets) {
    if (!s_.is_defined(a)) continue;
    const FreshnessState before = s_.members[a.value].freshness;
    const FreshnessState state = s_.freshness_at(a, s_.now);
    const AlertKey key{.asset = a, .kind = AlertKind::freshness};
    if (state == before && (state == FreshnessState::fail) == s_.alerts.contains(key)) continue;
    if (state != before) {
      Own outer = std::exchange(s_.own, own);
      const std::uint32_t last = std::exchange(s_.moment.order, order);
      record(fact::FreshnessChanged{{a, {}}, state});
      s_.own = std::move(outer), s_.moment.order = last;
    }
    if (state == FreshnessState::fail) {
      alert(key, {}, s_.freshness_text(a));
    } else {
      recover(key, {}, s_.keys[a.value] + " is fresh again");
    }
  }
}

}  // namespace freshet::core
