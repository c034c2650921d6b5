// Which runs were created in a stretch of time, by their ids: no index is needed.
#pragma once
#include <algorithm>
#include <chrono>
#include <cstdint>

#include "freshet/ids.hpp"
#include "freshet/time.hpp"

namespace freshet::sqlite {

/// No run that is created at `at` or later has a smaller id.  One that was created before has none
/// of these, unless the clock was set back before it.
[[nodiscard]] inline RunId run_at(Instant at) {
  const std::int64_t ms = std::chrono::floor<Millis>(at).time_since_epoch().count();
  constexpr std::int64_t ms_max = (std::int64_t{1} << 43) - 1;  // so that it is a signed number
  return RunId{static_cast<std::uint64_t>(std::clamp<std::int64_t>(ms, 0, ms_max)) << 20U};
}

}  // namespace freshet::sqlite
