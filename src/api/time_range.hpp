// What a query says of time and of assets, where it is about what happened.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "api/call.hpp"
#include "api/view.hpp"
#include "freshet/ids.hpp"
#include "freshet/result.hpp"
#include "freshet/time.hpp"

namespace freshet::api {

/// Half-open.
struct TimeRange {
  Instant from;
  Instant to;
};

/// The query's instant of that name; nullopt where it is not given.
[[nodiscard]] Result<std::optional<Instant>> instant_of(const Call& call, const std::string& name);

/// The query's `from` and `to`: by default the day before `to`, and until `now`.
[[nodiscard]] Result<TimeRange> time_range_of(const Call& call, Instant now);

/// Ids of the selected assets, ascending; nullopt for "", which means all, also those that are
/// gone. For the pool: it may look at all assets.
[[nodiscard]] Result<std::optional<std::vector<AssetId>>> selected_ids(const View& view,
                                                                       const std::string& select);

}  // namespace freshet::api
