// How a thread that waits for a database is woken, or told to end.
#pragma once
#include <atomic>

#include "base/clock.hpp"
#include "base/unique_fd.hpp"
#include "freshet/time.hpp"

namespace freshet::database {

/// One thread waits, any may call.  All calls of that thread that can take long wait through this,
/// so that it ends soon after `stop`.
class Waker {
 public:
  /// Without `stop`, waiting ends at `deadline` at the latest, as if it had been stopped.
  explicit Waker(const Clock& clock, SteadyTime deadline = SteadyTime::max());

  void wake();
  void stop();
  [[nodiscard]] bool is_stopped() const { return is_stopped_ || clock_.steady() >= deadline_; }

  enum class Cause : std::uint8_t { ready, woken, time, stopped };
  /// Until `fd` (if it is one) has any of `events` as poll(2) calls them, or `until`.
  [[nodiscard]] Cause wait(int fd, short events, SteadyTime until);
  [[nodiscard]] const Clock& clock() const { return clock_; }

 private:
  const Clock& clock_;
  const SteadyTime deadline_;
  UniqueFd fd_;
  std::atomic<bool> is_stopped_{false};
  std::atomic<bool> is_woken_{false};
};

}  // namespace freshet::database
