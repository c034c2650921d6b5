// Who waits for a run to end, and for how long.
#pragma once
#include <cstddef>
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

  void add(const CallPtr& call, RunId run, Seconds longest);
  /// Answers those whose run has ended or who waited long enough; forgets those who left.
  void look(const View& now, SteadyTime at);
  /// Answers everybody.
  void end(const View& now);
  [[nodiscard]] bool empty() const { return waiting_.empty(); }

 private:
  struct Waiting {
    CallPtr call;
    RunId run;
    SteadyTime until;
  };
  std::vector<Waiting> waiting_;
};

}  // namespace freshet::api
