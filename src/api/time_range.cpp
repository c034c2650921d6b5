#include "api/time_range.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "api/call.hpp"
#include "api/view.hpp"
#include "freshet/ids.hpp"
#include "freshet/result.hpp"
#include "freshet/snapshot.hpp"
#include "freshet/time.hpp"

namespace freshet::api {

Result<std::optional<Instant>> instant_of(const Call& call, const std::string& name) {
  const std::string text = call.query(name);
  if (text.empty()) return std::optional<Instant>{};
  const auto at = parse_instant(text);
  if (!at) {
    return Error{Errc::invalid, "query value " + name + "=" + text +
                                    ": want an instant such as 2026-01-31T13:00:00Z, or a day"};
  }
  return std::optional{*at};
}

Result<TimeRange> time_range_of(const Call& call, Instant now) {
  FRESHET_TRY(const std::optional<Instant> from, instant_of(call, "from"));
  FRESHET_TRY(const std::optional<Instant> to, instant_of(call, "to"));
  TimeRange out{.from = {}, .to = to.value_or(now)};
  out.from = from.value_or(out.to - std::chrono::hours{24});
  if (out.from >= out.to) {
    return Error{Errc::invalid, "query values from=" + format_instant(out.from) +
                                    " and to=" + format_instant(out.to) + ": want from before to"};
  }
  return out;
}

Result<std::optional<std::vector<AssetId>>> selected_ids(const View& view,
                                                         const std::string& select) {
  if (select.empty()) return std::optional<std::vector<AssetId>>{};
  FRESHET_TRY(const std::vector<Rank> ranks, view.select(select));
  std::vector<AssetId> ids;
  ids.reserve(ranks.size());
  for (const Rank rank : ranks) ids.push_back(view.state(rank).asset);
  std::ranges::sort(ids);
  return std::optional{std::move(ids)};
}

}  // namespace freshet::api
