// When assets were ready on a day, and when they will be.
#include <chrono>
#include <cstddef>
#include <nlohmann/json.hpp>
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
#include "api/problem.hpp"
#include "api/route.hpp"
#include "api/view.hpp"
#include "base/timezone.hpp"
#include "freshet/ids.hpp"
#include "freshet/readiness.hpp"
#include "freshet/result.hpp"
#include "freshet/time.hpp"

namespace freshet::api {
namespace {

using LocalDay = std::chrono::local_days;

constexpr std::size_t page_max = 500;
constexpr std::size_t days_max = 60;

std::string day_text(LocalDay day) {
  return format_instant(Instant{day.time_since_epoch()}).substr(0, 10);
}

/// "2026-01-31"; "" is the present one.
Result<LocalDay> parse_day(const std::string& text, const TimeZone& zone, Instant now) {
  if (text.empty()) return std::chrono::floor<std::chrono::days>(zone.to_local(now));
  const auto at =
      text.size() == 10 ? parse_instant(text) : Result<Instant>{Error{Errc::invalid, ""}};
  if (!at) return Error{Errc::invalid, "query value day=" + text + ": want YYYY-MM-DD"};
  return LocalDay{std::chrono::floor<std::chrono::days>(at->time_since_epoch())};
}

Result<const TimeZone*> zone_of(const Call& call) {
  const std::string name = call.query("timezone");
  if (name.empty()) return &utc();
  auto zone = find_time_zone(name);
  if (!zone && zone.error().code == Errc::not_found)
    return Error{Errc::invalid, "query value timezone=" + name + ": " + zone.error().message};
  return zone;
}

/// From `first` on: the beginning of each day, and the end of the last one.
std::vector<Instant> beginnings(const TimeZone& zone, LocalDay first, std::size_t count) {
  std::vector<Instant> out;
  for (std::size_t i = 0; i <= count; ++i)
    out.push_back(zone.from_local(LocalTime{first + std::chrono::days{i}}).earlier);
  return out;
}

/// What is asked, understood.
struct Question {
  ReadinessQuery query;
  LocalDay first;
  std::string timezone;
  AssetList list;
};

Json items_of(const Graph& graph, const Question& question, const std::vector<Readiness>& answers) {
  Json items = Json::array();
  const std::size_t days = question.query.days.size() - 1;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    Json item = readiness_json(graph, answers[i]);
    item["day"] = day_text(question.first + std::chrono::days{i % days});
    items.push_back(std::move(item));
  }
  return items;
}

void ask(const CallPtr& call, Question question, Json body) {
  auto query = question.query;
  call->context->service.readiness(
      std::move(query), [call, question = std::move(question), body = std::move(body)](
                            const Result<std::vector<Readiness>>& answers) mutable {
        if (!answers) return call->fail(answers.error());
        body["items"] = items_of(call->view.graph(), question, *answers);
        call->send_json(200, body);
      });
}

}  // namespace

void list_readiness(const CallPtr& call) {
  const auto limit = call->number("limit", 100, page_max);
  if (!limit) return call->fail_query(limit.error());
  const Instant now = call->context->clock.now();
  offload<Result<Question>>(
      call,
      [call, limit = *limit, now]() -> Result<Question> {
        FRESHET_TRY(const TimeZone* zone, zone_of(*call));
        FRESHET_TRY(const LocalDay day, parse_day(call->query("day"), *zone, now));
        FRESHET_TRY(AssetList list, list_of_assets(*call, limit));
        Question out{.first = day, .timezone = zone->name(), .list = std::move(list)};
        out.query = {.snapshot = call->view.snapshot,
                     .assets = out.list.ranks,
                     .days = beginnings(*zone, day, 1)};
        return out;
      },
      [call](Result<Question> question) {
        if (!question) return fail_list(*call, question.error());
        Json body{{"day", day_text(question->first)},
                  {"timezone", question->timezone},
                  {"begin", instant_json(question->query.days.front())},
                  {"end", instant_json(question->query.days.back())},
                  {"next_cursor", nullptr},
                  {"total", question->list.total}};
        if (!question->list.next_cursor.empty()) body["next_cursor"] = question->list.next_cursor;
        ask(call, *std::move(question), std::move(body));
      });
}

void get_asset_readiness(const CallPtr& call) {
  const std::string& key = call->parameter("key");
  const auto rank = call->view.find(key);
  if (!rank) {
    return call->fail(
        {.status = 404, .code = "asset_not_found", .detail = call->view.unknown(key)});
  }
  const auto days = call->number("days", 14, days_max);
  if (!days) return call->fail_query(days.error());
  const Instant now = call->context->clock.now();
  offload<Result<Question>>(
      call,
      [call, rank = *rank, days = *days, now]() -> Result<Question> {
        FRESHET_TRY(const TimeZone* zone, zone_of(*call));
        FRESHET_TRY(const LocalDay last, parse_day(call->query("day"), *zone, now));
        Question out{.first = last - std::chrono::days{days - 1}, .timezone = zone->name()};
        out.query = {.snapshot = call->view.snapshot,
                     .assets = {rank},
                     .days = beginnings(*zone, out.first, days)};
        return out;
      },
      [call](Result<Question> question) {
        if (!question) return fail_list(*call, question.error());
        Json body{{"asset", call->parameter("key")},
                  {"timezone", question->timezone},
                  {"next_cursor", nullptr}};
        ask(call, *std::move(question), std::move(body));
      });
}

}  // namespace freshet::api
