// When assets were ready, and when they will be: what history has to say, read and judged.
#pragma once
#include <string>
#include <vector>

#include "freshet/history.hpp"
#include "freshet/readiness.hpp"
#include "freshet/service.hpp"

namespace freshet::runtime {

/// For the pool: reads at most a bounded number of facts.  A day that goes on is judged at the
/// snapshot and forecast from `now`.
[[nodiscard]] Result<std::vector<Readiness>> find_readiness(const ReadinessQuery& query,
                                                            Reader& reader, Instant now);

/// When an asset will be made or seen next.
[[nodiscard]] Result<Forecast> find_expected(const Snapshot& snapshot, Rank asset,
                                             const Explanation& why, Reader& reader, Instant now);

}  // namespace freshet::runtime
