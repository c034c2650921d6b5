#include "api/deadlines.hpp"

#include <optional>

#include "base/cron.hpp"
#include "base/timezone.hpp"
#include "freshet/definitions.hpp"
#include "freshet/time.hpp"

namespace freshet::api {

std::optional<Instant> Deadlines::open(const FreshnessPolicy& policy, Instant updated_at) {
  if (policy.deadline.empty()) {
    if (updated_at == Instant{} || updated_at + policy.within <= now_) return std::nullopt;
    return updated_at + policy.within;
  }
  const Ticks& at = ticks(policy);
  if (!at.next) return std::nullopt;
  const Instant oldest =
      policy.within != Micros::zero() ? *at.next - policy.within : at.last.value_or(Instant{});
  const bool is_met = updated_at != Instant{} && updated_at > oldest;
  return is_met ? std::nullopt : at.next;
}

const Deadlines::Ticks& Deadlines::ticks(const FreshnessPolicy& policy) {
  const auto [it, is_new] = ticks_.try_emplace({policy.deadline, policy.timezone});
  if (!is_new) return it->second;
  const auto cron = Cron::parse(policy.deadline);
  const auto zone = find_time_zone(policy.timezone);
  if (cron && zone) it->second = {cron->previous(now_, **zone), cron->next(now_, **zone)};
  return it->second;
}

}  // namespace freshet::api
