// When a failed attempt is followed by another.  Pure: the same step and attempt always get the
// same instant.
#pragma once
#include <optional>

#include "freshet/definitions.hpp"
#include "freshet/ids.hpp"
#include "freshet/time.hpp"

namespace freshet::core {

/// Returns the earliest start of the attempt after `failures` that count, the last having ended at
/// `ended`; nullopt when the policy allows no more.  The delay is the policy's, doubled for each
/// failure after the first if the backoff is exponential, up to delay_max, and then spread by up to
/// a tenth more: a hash of step and failures, so that what failed together does not return
/// together.
[[nodiscard]] std::optional<Instant> retry_at(const RetryPolicy& policy, StepId step,
                                              std::uint32_t failures, Instant ended);

}  // namespace freshet::core
