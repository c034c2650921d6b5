// What a step wrote: whole, by bytes, by lines, searched, or followed.
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <functional>
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
#include "api/log_file.hpp"
#include "api/problem.hpp"
#include "api/route.hpp"
#include "api/run_of.hpp"
#include "freshet/history.hpp"
#include "freshet/logs.hpp"
#include "freshet/result.hpp"
#include "freshet/rows.hpp"
#include "freshet/service.hpp"
#include "freshet/time.hpp"
#include "http/message.hpp"

namespace freshet::api {
namespace {

constexpr std::uint64_t whole_file = static_cast<std::uint64_t>(-1);
constexpr std::size_t page_bytes_max = std::size_t{4} << 20;
constexpr std::size_t found_text_max = 1'000;  ///< Bytes of a line that was found.

struct Which {
  AttemptId id;
  LogStream stream{};
  bool is_old{false};  ///< It need not be there any more.
};

Result<std::uint32_t> parse_attempt(const Call& call, const StepRow& step) {
  if (call.query("attempt").empty()) return step.attempt;
  FRESHET_TRY(const std::size_t attempt, call.number("attempt", 1, 1'000'000));
  if (attempt <= step.attempt) return static_cast<std::uint32_t>(attempt);
  return Error{Errc::not_found, "there is no attempt " + std::to_string(attempt) +
                                    " of this step; it had " + std::to_string(step.attempt)};
}

/// Finds the log that the path and the query mean, else answers.
void with_log(const CallPtr& call, std::function<void(const Which&)> then) {
  const auto id = run_of(call);
  if (!id) return;
  const std::string stream = call->query("stream");
  if (!stream.empty() && stream != "stdout" && stream != "stderr") {
    return call->fail({.code = "query_invalid",
                       .detail = "query value stream=" + stream + ": want stdout or stderr"});
  }
  find_run(
      call, *id,
      [call, then = std::move(then), is_stderr = stream == "stderr"](const StoredRun& run) {
        const std::string& text = call->parameter("step");
        std::uint32_t number{};
        const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (ec != std::errc{} || end != text.data() + text.size() || number >= run.steps.size()) {
          return call->fail({.status = 404,
                             .code = "step_not_found",
                             .detail = "there is no step \"" + text + "\" in this run; it has " +
                                       std::to_string(run.steps.size()) + ", from 0"});
        }
        const StepRow& step = run.steps[number];
        const auto attempt = parse_attempt(*call, step);
        if (!attempt) {
          const bool is_unknown = attempt.error().code == Errc::not_found;
          return call->fail({.status = is_unknown ? 404 : 400,
                             .code = is_unknown ? "attempt_not_found" : "query_invalid",
                             .detail = attempt.error().message});
        }
        const Context& context = *call->context;
        then({.id = {step.step, *attempt},
              .stream = is_stderr ? LogStream::err : LogStream::out,
              .is_old = step.ended_at != Instant{} &&
                        step.ended_at + context.service.logs().kept() <= context.clock.now()});
      });
}

http::Response text_response(const Which& which) {
  return {.headers = {{"content-type", "text/plain; charset=utf-8"},
                      {"freshet-attempt", std::to_string(which.id.attempt)}}};
}

/// The file as it is, or the part of it that a Range asks for.
http::Response file_response(const Call& call, const Which& which, LogFile file) {
  http::Response response = text_response(which);
  response.headers.emplace_back("accept-ranges", "bytes");
  const auto range = call.request.header("if-range") ? std::nullopt : call.request.header("range");
  const ByteRange part = parse_range(range.value_or(""), file.size);
  const std::string size = std::to_string(file.size);
  if (part.kind == ByteRange::Kind::unsatisfiable) {
    response = to_response({.status = 416,
                            .code = "range_not_satisfiable",
                            .detail = "the log has " + size + " bytes"});
    response.headers.emplace_back("content-range", "bytes */" + size);
    return response;
  }
  if (part.kind == ByteRange::Kind::part) {
    response.status = 206;
    response.headers.emplace_back("content-range",
                                  "bytes " + std::to_string(part.offset) + '-' +
                                      std::to_string(part.offset + part.length - 1) + '/' + size);
  }
  if (file.fd && part.length > 0) {
    response.file = http::FileRange{
        .fd = std::move(file.fd), .offset = file.offset + part.offset, .length = part.length};
  }
  return response;
}

/// Whole lines, as UTF-8; says where the next page begins.
Result<http::Response> lines_response(const Which& which, const LogFile& file, std::uint64_t from,
                                      std::size_t limit) {
  http::Response response = text_response(which);
  std::uint64_t next = from;
  std::size_t count = 0;
  if (file.fd) {
    const auto each = [&](const LogLine& line) {
      if (line.number < from) return true;
      response.body += to_utf8(line.text) + (line.is_complete ? "\n" : "");
      next = line.number + (line.is_complete ? 1 : 0);
      return ++count < limit && response.body.size() < page_bytes_max;
    };
    const auto read = read_lines(file, {}, whole_file, each);
    if (!read) return read.error();
  }
  response.headers.emplace_back("freshet-from-line", std::to_string(from));
  response.headers.emplace_back("freshet-next-line", std::to_string(next));
  return response;
}

Result<Json> search(const LogFile& file, const std::string& wanted, std::uint64_t from,
                    std::size_t limit) {
  Json body{{"items", Json::array()}, {"next_line", nullptr}};
  if (!file.fd) return fine(std::move(body));
  const auto each = [&](const LogLine& line) {
    if (line.number < from || line.text.find(wanted) == std::string_view::npos) return true;
    if (body["items"].size() == limit) {
      body["next_line"] = line.number;
      return false;
    }
    body["items"].push_back(
        {{"line", line.number}, {"text", to_utf8(line.text.substr(0, found_text_max))}});
    return true;
  };
  const auto read = read_lines(file, {}, whole_file, each);
  if (!read) return read.error();
  return fine(std::move(body));
}

http::Response gone_response(const Logs& logs) {
  return to_response({.status = 410,
                      .code = "log_gone",
                      .detail = "this log is gone: logs are kept for " +
                                std::to_string(logs.kept().count()) + " days"});
}

/// Opens the log in the pool, makes a response of it there, and sends that.
void respond(const CallPtr& call, const Which& which,
             std::function<Result<http::Response>(LogFile)> render) {
  offload<std::shared_ptr<Result<http::Response>>>(
      call,
      [which, &logs = call->context->service.logs(), render = std::move(render)] {
        auto file = open_log(logs, which.id, which.stream);
        if (!file) return std::make_shared<Result<http::Response>>(file.error());
        if (!file->fd && which.is_old)
          return std::make_shared<Result<http::Response>>(gone_response(logs));
        return std::make_shared<Result<http::Response>>(render(std::move(*file)));
      },
      [call](const std::shared_ptr<Result<http::Response>>& response) {
        if (!*response) return call->fail(response->error());
        call->send(std::move(**response));
      });
}

void follow(const CallPtr& call, const Which& which, std::uint64_t from) {
  const auto begin = [call, which, from] {
    call->context->follows.add(call, which.id, which.stream, from);
  };
  if (!which.is_old) return begin();
  const Logs& logs = call->context->service.logs();
  offload<bool>(
      call,
      [which, &logs] {
        const auto file = open_log(logs, which.id, which.stream);
        return file && !file->fd;
      },
      [call, begin, &logs](bool is_gone) {
        if (is_gone) return call->send(gone_response(logs));
        begin();
      });
}

}  // namespace

void get_log(const CallPtr& call) {
  const auto from = call->number("from_line", 1, std::uint64_t{1} << 53);
  const auto limit = call->number("limit", 1'000, 10'000);
  if (!from) return call->fail_query(from.error());
  if (!limit) return call->fail_query(limit.error());
  const bool by_lines = !call->query("from_line").empty() || !call->query("limit").empty();
  with_log(call, [call, from = *from, limit = *limit, by_lines](const Which& which) {
    if (call->flag("follow")) {
      return follow(call, which, from);
    }
    respond(call, which,
            [call, which, from, limit, by_lines](LogFile file) -> Result<http::Response> {
              if (by_lines) return lines_response(which, file, from, limit);
              return file_response(*call, which, std::move(file));
            });
  });
}

void search_log(const CallPtr& call) {
  const std::string wanted = call->query("q");
  const auto from = call->number("from_line", 1, std::uint64_t{1} << 53);
  const auto limit = call->number("limit", 100, 1'000);
  if (!from) return call->fail_query(from.error());
  if (!limit) return call->fail_query(limit.error());
  if (wanted.empty()) {
    return call->fail({.code = "query_invalid", .detail = "query value q: want a text to find"});
  }
  with_log(call, [call, wanted, from = *from, limit = *limit](const Which& which) {
    respond(call, which, [wanted, from, limit](const LogFile& file) -> Result<http::Response> {
      FRESHET_TRY(const Json body, search(file, wanted, from, limit));
      http::Response response{.headers = {{"content-type", "application/json"}}};
      response.body = dump(body) + '\n';
      return response;
    });
  });
}

}  // namespace freshet::api
