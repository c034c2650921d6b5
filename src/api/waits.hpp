// Who waits for a run or a backfill to end, and for how long.
#pragma once
#include <cstddef>
#include <functional>
#include <vector>

#include "api/call.hpp"
#include "base/clock.hpp"
#include "freshet/time.hpp"

namespace freshet::api {

/// io thread.
class Waits {
 public:
  static constexpr std::size_t seconds_max = 60;
  static constexpr std::size_t count_max = 1'000;  ///< Further ones are answered at once.

  /// Whether it has ended, and how it is told.
  using Ended = std::function<bool(const View&)>;
  using Send = std::function<void(const CallPtr&)>;
  void add(const CallPtr& call, Seconds longest, Ended ended, Send send);
  /// Answers those whose wait is over; forgets those who left.
  void look(const View& now, SteadyTime at);
  /// Answers everybody.
  void end(const View& now);
  [[nodiscard]] bool empty() const { return waiting_.empty(); }

 private:
  struct Waiting {
    CallPtr call;
    SteadyTime until;
    Ended ended;
    Send send;
  };
  std::vector<Waiting> waiting_;
};

}  // namespace freshet::api
