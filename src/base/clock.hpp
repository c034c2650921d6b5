// What time it is.  The one home of now(): everybody else is given the time, or a Clock.
#pragma once
#include <atomic>
#include <chrono>

#include "freshet/time.hpp"

namespace freshet {

/// For durations and deadlines; never jumps; means nothing outside of the process.
using SteadyTime = std::chrono::steady_clock::time_point;

/// Any thread may ask.
class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  Clock(Clock&&) = delete;
  Clock& operator=(Clock&&) = delete;
  virtual ~Clock() = default;
  [[nodiscard]] virtual Instant now() const = 0;  ///< Wall time; may jump either way.
  [[nodiscard]] virtual SteadyTime steady() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override;
  [[nodiscard]] SteadyTime steady() const override;
};

/// A clock that stands until it is moved, for tests and simulations.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Instant start) : wall_{start.time_since_epoch()} {}
  [[nodiscard]] Instant now() const override;
  [[nodiscard]] SteadyTime steady() const override;
  /// Time passes: both clocks go on.
  void advance(Micros duration);
  /// Somebody sets the wall clock, forward or back; the steady one does not notice.
  void set_wall(Instant at);

 private:
  std::atomic<Micros> wall_;
  std::atomic<Micros> steady_{Micros{0}};
};

}  // namespace freshet
