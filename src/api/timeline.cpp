// How many runs ended, and were at work, over time: as many columns as somebody has pixels.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/asset_list.hpp"
#include "api/call.hpp"
#include "api/context.hpp"
#include "api/handlers.hpp"
#include "api/json_text.hpp"
#include "api/json_views.hpp"
#include "api/route.hpp"
#include "api/run_filter.hpp"
#include "api/time_range.hpp"
#include "api/view.hpp"
#include "freshet/facts.hpp"
#include "freshet/history.hpp"
#include "freshet/result.hpp"
#include "freshet/rows.hpp"
#include "freshet/snapshot.hpp"
#include "freshet/time.hpp"

namespace freshet::api {
namespace {

constexpr std::size_t columns_max = 4'000;

/// Runs that have not ended are at work until now.
std::uint64_t add_active(const View& view, const TimelineQuery& query, Instant now,
                         Timeline& timeline) {
  const double width =
      static_cast<double>((query.to - query.from).count()) / static_cast<double>(query.columns);
  const auto column_of = [&](Instant at) {
    const double offset = static_cast<double>((std::max(at, query.from) - query.from).count());
    return std::min(static_cast<std::size_t>(offset / width), query.columns - 1);
  };
  std::uint64_t count = 0;
  for (const auto& [id, run] : view.snapshot->runs) {
    const Instant started = run->run.started_at;
    if (started == Instant{} || started >= query.to || now < query.from) continue;
    if (query.assets && std::ranges::none_of(run->steps, [&](const StepRow& step) {
          return std::ranges::binary_search(*query.assets, step.member.asset);
        })) {
      continue;
    }
    ++count;
    const std::size_t last = column_of(std::max(started, now));
    for (std::size_t i = column_of(started); i <= last; ++i) ++timeline.running[i];
  }
  return count;
}

Result<Json> timeline_json(const Call& call, TimelineQuery query, Instant now, Reader& reader) {
  FRESHET_TRY(const std::vector<RunStatus> statuses, statuses_of(call));
  FRESHET_TRY(query.assets, selected_ids(call.view, call.query("select")));
  FRESHET_TRY(Timeline timeline, reader.timeline(query));
  const std::uint64_t active = add_active(call.view, query, now, timeline);
  Json out{{"from", instant_json(query.from)},
           {"to", instant_json(query.to)},
           {"columns", query.columns},
           {"truncated", timeline.truncated}};
  const auto add = [&](std::string_view name, std::vector<std::uint32_t>& counts, RunStatus status,
                       std::optional<std::uint64_t> total) {
    if (!statuses.empty() && std::ranges::find(statuses, status) == statuses.end()) {
      std::ranges::fill(counts, 0U);
      total = 0;
    }
    out["total"][name] =
        total ? *total : std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
    out[name] = counts;
  };
  add("succeeded", timeline.succeeded, RunStatus::succeeded, std::nullopt);
  add("failed", timeline.failed, RunStatus::failed, std::nullopt);
  add("canceled", timeline.canceled, RunStatus::canceled, std::nullopt);
  add("running", timeline.running, RunStatus::running, active);
  return fine(std::move(out));
}

}  // namespace

void get_timeline(const CallPtr& call) {
  const Instant now = call->context->clock.now();
  const auto columns = call->number("px", 600, columns_max);
  if (!columns) return call->fail_query(columns.error());
  const auto range = time_range_of(*call, now);
  if (!range) return call->fail_query(range.error());
  const TimelineQuery query{.from = range->from, .to = range->to, .columns = *columns};
  read<Result<Json>>(
      call, [call, query, now](Reader& reader) { return timeline_json(*call, query, now, reader); },
      [call](const Result<Json>& body) {
        if (!body) return fail_list(*call, body.error());
        call->send_json(200, *body);
      });
}

}  // namespace freshet::api
