// What failed, by what it said; and what is different about those steps.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "api/asset_list.hpp"
#include "api/call.hpp"
#include "api/context.hpp"
#include "api/error_fingerprint.hpp"
#include "api/error_groups.hpp"
#include "api/handlers.hpp"
#include "api/json_text.hpp"
#include "api/json_views.hpp"
#include "api/route.hpp"
#include "api/time_range.hpp"
#include "api/view.hpp"
#include "freshet/definitions.hpp"
#include "freshet/facts.hpp"
#include "freshet/history.hpp"
#include "freshet/ids.hpp"
#include "freshet/result.hpp"
#include "freshet/time.hpp"

namespace freshet::api {
namespace {

constexpr std::size_t failed_max = 20'000;     ///< Steps that are looked at …
constexpr std::size_t compared_max = 5'000;    ///< … and of those that succeeded …
constexpr std::size_t compared_assets = 50;    ///< … beside those of so many assets …
constexpr std::size_t compared_of_asset = 40;  ///< … as many of each.
constexpr std::size_t groups_max = 100;
constexpr std::size_t named_max = 20;  ///< Assets and owners of a group.

std::vector<Attribute> attributes_of(const View& view, Names& names, const EndedStep& step) {
  std::vector<Attribute> out{{"asset", names.key(step.member.asset)},
                             {"cause", std::string{to_text(step.cause)}}};
  // What fails for good has been tried often: only among failures does that say something.
  if (step.status != StepStatus::succeeded)
    out.push_back({"attempt", std::to_string(step.attempt)});
  const Instant began = step.started_at == Instant{} ? step.ended_at : step.started_at;
  const std::chrono::hh_mm_ss time{began - std::chrono::floor<std::chrono::days>(began)};
  const auto hour = time.hours().count();
  out.push_back({"hour", (hour < 10 ? "0" : "") + std::to_string(hour) + ":00Z"});
  if (step.definitions != 0) out.push_back({"definitions", std::to_string(step.definitions)});
  if (step.code.value != 0)
    out.push_back({"code_version", view.code_text(step.member.asset, step.code), true});
  if (auto key = names.partition(step.member)) out.push_back({"partition", *std::move(key), true});
  for (const std::string& tag : step.tags) {
    const std::size_t equals = tag.find('=');
    out.push_back({"tag:" + tag.substr(0, equals),
                   equals == std::string::npos ? std::string{} : tag.substr(equals + 1)});
  }
  return out;
}

/// Steps that succeeded at that time, some of all and some of the assets that failed.
Result<std::vector<EndedStep>> compared_to(const std::vector<EndedStep>& failed,
                                           const StepQuery& range, Reader& reader) {
  std::set<AssetId> assets;
  for (const EndedStep& step : failed) {
    if (assets.size() == compared_assets) break;
    assets.insert(step.member.asset);
  }
  StepQuery query{.which = StepQuery::Which::succeeded,
                  .from = range.from,
                  .to = range.to,
                  .limit = compared_max};
  FRESHET_TRY(StepPage any, reader.steps(query));
  query.assets.emplace(assets.begin(), assets.end());
  query.limit = compared_of_asset;
  FRESHET_TRY(StepPage theirs, reader.steps(query));
  std::vector<EndedStep> out = std::move(any.steps);
  std::ranges::move(theirs.steps, std::back_inserter(out));
  std::ranges::sort(out, {}, &EndedStep::step);
  const auto twice = std::ranges::unique(out, {}, &EndedStep::step);
  out.erase(twice.begin(), twice.end());
  return out;
}

/// Texts that were seen most often first.
std::vector<std::string> most_frequent(const std::map<std::string, std::size_t>& counts) {
  std::vector<std::pair<std::string, std::size_t>> sorted{counts.begin(), counts.end()};
  std::ranges::sort(sorted, [](const auto& a, const auto& b) {
    return std::tie(b.second, a.first) < std::tie(a.second, b.first);
  });
  std::vector<std::string> out;
  for (std::size_t i = 0; i < std::min(sorted.size(), named_max); ++i)
    out.push_back(std::move(sorted[i].first));
  return out;
}

Json group_json(const View& view, const ErrorGroup& group, Names& names) {
  std::map<std::string, std::size_t> assets;
  std::map<std::string, std::size_t> owners;
  std::set<RunId> runs;
  for (const EndedStep* step : group.steps) {
    runs.insert(step->step.run);
    ++assets[names.key(step->member.asset)];
    const auto rank = view.catalog->rank_of(step->member.asset);
    if (!rank) continue;
    for (const std::string& owner : view.graph().asset(*rank).owners) ++owners[owner];
  }
  Json differences = Json::array();
  for (const Difference& each : group.differences) {
    differences.push_back({{"attribute", each.attribute},
                           {"value", each.value},
                           {"share", each.share},
                           {"others", each.others}});
  }
  const EndedStep& latest = *group.steps.front();
  const std::string text = error_line(latest.text);
  const auto partition = names.partition(latest.member);
  return {{"fingerprint", group.fingerprint},
          {"text", text.empty() ? reason_text(latest.reason) : text},
          {"reason", reason_json(latest.reason)},
          {"count", group.steps.size()},
          {"runs", runs.size()},
          {"assets", most_frequent(assets)},
          {"asset_count", assets.size()},
          {"owners", most_frequent(owners)},
          {"first_at", instant_json(group.steps.back()->ended_at)},
          {"last_at", instant_json(latest.ended_at)},
          {"latest",
           {{"run", to_text(latest.step.run)},
            {"step", latest.step.number},
            {"asset", names.key(latest.member.asset)},
            {"partition", partition ? Json(*partition) : Json{}},
            {"check", latest.check.empty() ? Json{} : Json(latest.check)}}},
          {"differences", std::move(differences)}};
}

Result<Json> failures_json(const Call& call, StepQuery query, Reader& reader) {
  FRESHET_TRY(query.assets, selected_ids(call.view, call.query("select")));
  FRESHET_TRY(const StepPage failed, reader.steps(query));
  std::vector<EndedStep> others;
  if (!failed.steps.empty()) {
    FRESHET_TRY(others, compared_to(failed.steps, query, reader));
  }
  Names names{call.view, &reader};
  const ErrorGroups found = group_errors(
      failed.steps, others,
      [&](const EndedStep& step) { return attributes_of(call.view, names, step); }, groups_max);
  Json items = Json::array();
  for (const ErrorGroup& group : found.groups) items.push_back(group_json(call.view, group, names));
  return fine({{"from", instant_json(query.from)},
               {"to", instant_json(query.to)},
               {"count", failed.steps.size()},
               {"items", std::move(items)},
               {"truncated", failed.truncated || found.count > found.groups.size()}});
}

}  // namespace

void get_failures(const CallPtr& call) {
  const auto range = time_range_of(*call, call->context->clock.now());
  if (!range) return call->fail_query(range.error());
  const StepQuery query{.from = range->from, .to = range->to, .limit = failed_max};
  read<Result<Json>>(
      call, [call, query](Reader& reader) { return failures_json(*call, query, reader); },
      [call](const Result<Json>& body) {
        if (!body) return fail_list(*call, body.error());
        call->send_json(200, *body);
      });
}

}  // namespace freshet::api
