// When a time on the wall comes, by the clock that never jumps.
#pragma once
#include <algorithm>
#include <chrono>

#include "base/clock.hpp"
#include "freshet/time.hpp"

namespace freshet {

/// When to look whether it is `at`, now being `now` and `wall`; at once where it is over.  In an
/// hour at most: until then somebody may set the clock on the wall, and what is further away than
/// three centuries is no time by the steady clock at all.
[[nodiscard]] inline SteadyTime steady_at(SteadyTime now, Instant wall, Instant at) {
  if (at <= wall) return now;
  return now + std::min<Micros>(at - wall, std::chrono::hours{1});
}

}  // namespace freshet
