// The lines of a log with what is known of each: when it was written, where to, how serious it is;
// page by page, or those in which something is found.
#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "api/call.hpp"
#include "api/context.hpp"
#include "api/handlers.hpp"
#include "api/json_text.hpp"
#include "api/json_views.hpp"
#include "api/log_file.hpp"
#include "api/log_level.hpp"
#include "api/log_pattern.hpp"
#include "api/log_reader.hpp"
#include "api/log_request.hpp"
#include "api/problem.hpp"
#include "api/route.hpp"
#include "api/run_log.hpp"
#include "freshet/logs.hpp"
#include "freshet/result.hpp"
#include "freshet/service.hpp"
#include "freshet/time.hpp"
#include "http/message.hpp"

namespace freshet::api {
namespace {

constexpr std::int64_t line_number_max = std::int64_t{1} << 53;
constexpr std::size_t page_text_max = std::size_t{4} << 20;
constexpr std::uint64_t looked_at_max = std::uint64_t{512}
                                        << 20;  ///< Bytes of a log, by a request.
constexpr std::size_t found_text_max = 1'000;   ///< Bytes of a line that was found.
constexpr std::size_t counted_max = 10'000;     ///< Lines that were found.

/// From 1, or from the end where it is negative.
Result<std::int64_t> parse_from_line(const std::string& text) {
  if (text.empty()) return 1;
  std::int64_t line{};
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), line);
  if (ec != std::errc{} || end != text.data() + text.size() || line == 0 ||
      line > line_number_max || line < -line_number_max) {
    return Error{Errc::invalid, "query value from_line=" + text +
                                    ": want a line's number from 1, or how many to go back from "
                                    "the end, such as -100"};
  }
  return line;
}

Json line_json(const ReadLine& line, std::optional<LogLevel> level, std::string_view text) {
  Json out{{"line", line.number},
           {"at", line.at ? instant_json(*line.at) : Json{}},
           {"stream", line.stream == LogStream::err ? "err" : "out"},
           {"level", level ? Json(to_text(*level)) : Json{}},
           {"text", to_utf8(text)}};
  if (line.origin) {
    out["step"] = line.origin->attempt.step.number;
    out["attempt"] = line.origin->attempt.attempt;
    out["step_line"] = line.origin->number;
  }
  return out;
}

struct LinesQuery {
  std::int64_t from{1};
  std::size_t limit{};
  std::optional<LogLevel> level;  ///< At least that.
};

/// Of a LogReader or a RunLog; without `complete` and `attempt`.
template <class Log>
Result<Json> lines_page(Log& reader, const LinesQuery& query) {
  const std::uint64_t total = reader.total();
  const auto back = static_cast<std::uint64_t>(query.from < 0 ? -query.from : 0);
  const std::uint64_t from =
      query.from > 0 ? static_cast<std::uint64_t>(query.from) : total + 1 - std::min(total, back);
  std::uint64_t next = from;
  std::uint64_t looked_at = 0;
  std::size_t text_size = 0;
  std::size_t cut = 0;
  bool is_final = true;
  Json items = Json::array();
  const auto read = reader.read(from, [&](const ReadLine& line) {
    looked_at += line.size;
    is_final = is_final && line.is_final;
    if (is_final) next = line.number + 1;
    const auto level = guess_level(line.text);
    if (!query.level || (level && *level >= *query.level)) {
      Json item = line_json(line, level, line.text);
      if (line.is_collapsed) item["collapsed"] = true;
      if (line.is_cut) item["truncated"] = true;
      if (!line.is_final) item["partial"] = true;
      cut += line.is_cut ? 1 : 0;
      text_size += line.text.size();
      items.push_back(std::move(item));
    }
    return items.size() < query.limit && text_size < page_text_max && looked_at < looked_at_max;
  });
  if (!read) return read.error();
  return fine({{"from", from},
               {"next", next},
               {"total", total},
               {"items", std::move(items)},
               {"truncated_lines", cut}});
}

struct Wanted {
  LogPattern pattern;
  std::optional<LogLevel> level;  ///< At least that.
  std::uint64_t from{1};
  std::size_t limit{};
  bool counts{true};  ///< Goes on beyond the limit, to say how many there are.
};

template <class Log>
Result<Json> found_lines(Log& reader, const Wanted& wanted) {
  Json items = Json::array();
  Json next;
  std::uint64_t looked_at = 0;
  std::size_t count = 0;
  bool is_exact = true;
  const auto read = reader.read(wanted.from, [&](const ReadLine& line) {
    if (looked_at >= looked_at_max || count >= counted_max) {
      is_exact = false;
      if (next.is_null()) next = line.number;
      return false;
    }
    looked_at += line.size;
    if (!wanted.pattern.is_in(line.text)) return true;
    std::optional<LogLevel> level;
    if (wanted.level || items.size() < wanted.limit) level = guess_level(line.text);
    if (wanted.level && (!level || *level < *wanted.level)) return true;
    ++count;
    if (items.size() < wanted.limit) {
      items.push_back(line_json(line, level, line.text.substr(0, found_text_max)));
    } else if (next.is_null()) {
      next = line.number;
    }
    is_exact = wanted.counts || items.size() < wanted.limit;
    if (!is_exact && next.is_null()) next = line.number + 1;
    return is_exact;
  });
  if (!read) return read.error();
  return fine({{"items", std::move(items)},
               {"next_line", std::move(next)},
               {"total", {{"value", count}, {"relation", is_exact ? "eq" : "gte"}}}});
}

/// A supervisor notes every 100 ms how far it is; what it notes of earlier than this comes too
/// late.
constexpr Millis order_lag{500};

Result<LogReader> open_log_of(Context& context, const WhichLog& which) {
  return LogReader::open(context.service.logs(), context.line_indexes, which.id, which.streams,
                         which.has_ended);
}

Result<RunLog> open_log_of(Context& context, const WhichRunLog& which) {
  const Instant horizon = which.has_ended ? Instant::max() : context.clock.now() - order_lag;
  return RunLog::open(context.service.logs(), context.line_indexes, context.log_extents,
                      which.attempts, which.streams, horizon);
}

/// Opens the log in the pool, and sends what `make` makes of it there.
template <class Which, class F>
void send_json_of_log(const CallPtr& call, const Which& which, F make) {
  send_from_pool(call, [call, which, make = std::move(make)]() -> Result<http::Response> {
    FRESHET_TRY(auto log, open_log_of(*call->context, which));
    if (!log.is_there() && which.is_old) return gone_response(call->context->service.logs());
    FRESHET_TRY(const Json body, make(log, which));
    http::Response response{.headers = {{"content-type", "application/json"}}};
    response.body = dump(body) + '\n';
    return response;
  });
}

Json attempt_json(const WhichLog& which) { return which.id.attempt; }
/// Its lines tell.
Json attempt_json(const WhichRunLog& /*which*/) { return nullptr; }

/// Of the step that the path names, or of all steps of the run.
template <class F>
void send_json_of_named_log(const CallPtr& call, LogStreams otherwise, F make) {
  const StreamChoice choice{.otherwise = otherwise, .takes_both = true};
  const auto send = [call, make = std::move(make)](const auto& which) {
    send_json_of_log(call, which, make);
  };
  if (call->parameter("step") == "all") return with_run_log(call, choice, send);
  with_log(call, choice, send);
}

}  // namespace

void get_log_lines(const CallPtr& call) {
  const auto from = parse_from_line(call->query("from_line"));
  const auto limit = call->number("limit", 500, 5'000);
  const auto level = parse_level(call->query("level"));
  if (!from) return call->fail_query(from.error());
  if (!limit) return call->fail_query(limit.error());
  if (!level) return call->fail_query(level.error());
  const LinesQuery query{.from = *from, .limit = *limit, .level = *level};
  send_json_of_named_log(call, LogStreams::both,
                         [query](auto& log, const auto& which) -> Result<Json> {
                           FRESHET_TRY(Json body, lines_page(log, query));
                           body["complete"] = which.has_ended;
                           body["attempt"] = attempt_json(which);
                           return fine(std::move(body));
                         });
}

void search_log(const CallPtr& call) {
  const auto from = call->number("from_line", 1, std::size_t{line_number_max});
  const auto limit = call->number("limit", 100, 1'000);
  const auto level = parse_level(call->query("level"));
  if (!from) return call->fail_query(from.error());
  if (!limit) return call->fail_query(limit.error());
  if (!level) return call->fail_query(level.error());
  if (call->query("q").empty() && !*level) {
    return call->fail(
        {.code = "query_invalid", .detail = "query value q: want a text to find, or a level"});
  }
  const bool ignores_case = !call->query("case").empty() && !call->flag("case");
  auto pattern = LogPattern::parse(call->query("q"),
                                   {.is_regex = call->flag("regex"), .case_counts = !ignores_case});
  if (!pattern) return call->fail_query(pattern.error());
  send_json_of_named_log(
      call, LogStreams::out,
      [wanted = Wanted{.pattern = *std::move(pattern),
                       .level = *level,
                       .from = *from,
                       .limit = *limit,
                       .counts = call->query("count").empty() || call->flag("count")}](
          auto& log, const auto& /*which*/) { return found_lines(log, wanted); });
}

}  // namespace freshet::api
