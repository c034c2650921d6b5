#include "api/log_request.hpp"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "api/call.hpp"
#include "api/context.hpp"
#include "api/follow.hpp"
#include "api/log_reader.hpp"
#include "api/problem.hpp"
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

Result<std::uint32_t> parse_attempt(const Call& call, const StepRow& step) {
  if (call.query("attempt").empty()) return step.attempt;
  FRESHET_TRY(const std::size_t attempt, call.number("attempt", 1, 1'000'000));
  if (attempt <= step.attempt) return static_cast<std::uint32_t>(attempt);
  return Error{Errc::not_found, "there is no attempt " + std::to_string(attempt) +
                                    " of this step; it had " + std::to_string(step.attempt)};
}

Result<LogStreams> parse_streams(const Call& call, StreamChoice choice) {
  const std::string stream = call.query("stream");
  if (stream.empty()) return choice.otherwise;
  if (stream == "stdout") return LogStreams::out;
  if (stream == "stderr") return LogStreams::err;
  if (stream == "both" && choice.takes_both) return LogStreams::both;
  return Error{Errc::invalid, "query value stream=" + stream + ": want stdout" +
                                  (choice.takes_both ? ", stderr or both" : " or stderr")};
}

constexpr std::size_t attempts_max = 5'000;  ///< Of a run whose log is read as one.

bool is_old(const Context& context, Instant ended_at) {
  return ended_at != Instant{} && ended_at + context.service.logs().kept() <= context.clock.now();
}

}  // namespace

void with_log(const CallPtr& call, StreamChoice choice, std::function<void(const WhichLog&)> then) {
  const auto id = run_of(call);
  if (!id) return;
  const auto streams = parse_streams(*call, choice);
  if (!streams) return call->fail_query(streams.error());
  find_run(call, *id, [call, then = std::move(then), streams = *streams](const StoredRun& run) {
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
          .streams = streams,
          .has_ended = has_ended(step, *attempt),
          .is_old = is_old(context, step.ended_at)});
  });
}

void with_run_log(const CallPtr& call, StreamChoice choice,
                  std::function<void(const WhichRunLog&)> then) {
  const auto id = run_of(call);
  if (!id) return;
  const auto streams = parse_streams(*call, choice);
  if (!streams) return call->fail_query(streams.error());
  if (!call->query("attempt").empty()) {
    return call->fail({.code = "query_invalid",
                       .detail = "query value attempt: only of a single step, not of all"});
  }
  find_run(call, *id, [call, then = std::move(then), streams = *streams](const StoredRun& run) {
    const Context& context = *call->context;
    WhichRunLog which{.streams = streams,
                      .has_ended = is_terminal(run.run.status),
                      .is_old = is_old(context, run.run.ended_at)};
    for (const StepRow& step : run.steps) {
      for (std::uint32_t attempt = 1; attempt <= step.attempt; ++attempt) {
        if (which.attempts.size() == attempts_max) {
          return call->fail({.status = 422,
                             .code = "run_too_large",
                             .detail = "this run had more than " + std::to_string(attempts_max) +
                                       " attempts: look at the logs of single steps"});
        }
        which.attempts.push_back(
            {.id = {step.step, attempt},
             .begin = attempt == step.attempt ? step.started_at : step.queued_at,
             .has_ended = has_ended(step, attempt),
             .is_old = is_old(context, step.ended_at)});
      }
    }
    then(which);
  });
}

void send_from_pool(const CallPtr& call, std::function<Result<http::Response>()> render) {
  using Made = std::shared_ptr<Result<http::Response>>;
  offload<Made>(
      call,
      [render = std::move(render)] { return std::make_shared<Result<http::Response>>(render()); },
      [call](const Made& response) {
        if (!*response) return call->fail(response->error());
        call->send(std::move(**response));
      });
}

http::Response gone_response(const Logs& logs) {
  return to_response({.status = 410,
                      .code = "log_gone",
                      .detail = "this log is gone: logs are kept for " +
                                std::to_string(logs.kept().count()) + " days"});
}

}  // namespace freshet::api
