#include "core/retry.hpp"

#include <algorithm>

namespace freshet::core {

std::optional<Instant> retry_at(const RetryPolicy& policy, StepId step, std::uint32_t failures,
                                Instant ended) {
  if (policy.max < 0 || failures > static_cast<std::uint32_t>(policy.max)) return std::nullopt;
  Micros delay = std::min(policy.delay, policy.delay_max);
  if (policy.backoff == Backoff::exponential) {
    for (std::uint32_t i = 1; i < failures && delay < policy.delay_max; ++i)
      delay = std::min(delay * 2, policy.delay_max);
  }
  std::uint64_t hash =
      (step.run.value ^ (std::uint64_t{step.number} << 32) ^ failures) * 0x9e3779b97f4a7c15ULL;
  hash ^= hash >> 32;
  const auto spread = static_cast<std::int64_t>(hash % 1'001);  // thousandths of a tenth
  return ended + delay + Micros{delay.count() / 10 * spread / 1'000};
}

}  // namespace freshet::core
