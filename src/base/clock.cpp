#include "base/clock.hpp"

#include <chrono>

#include "freshet/result.hpp"
#include "freshet/time.hpp"

namespace freshet {

Instant SystemClock::now() const {
  return std::chrono::floor<Micros>(std::chrono::system_clock::now());
}

SteadyTime SystemClock::steady() const { return std::chrono::steady_clock::now(); }

Instant ManualClock::now() const { return Instant{wall_.load()}; }

SteadyTime ManualClock::steady() const { return SteadyTime{steady_.load()}; }

void ManualClock::advance(Micros duration) {
  FRESHET_ASSERT(duration >= Micros{0});
  wall_.store(wall_.load() + duration);
  steady_.store(steady_.load() + duration);
}

void ManualClock::set_wall(Instant at) { wall_.store(at.time_since_epoch()); }

}  // namespace freshet
