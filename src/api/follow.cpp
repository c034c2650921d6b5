#include "api/follow.hpp"

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
#include <vector>

#include "api/context.hpp"
#include "api/json_text.hpp"
#include "api/line_index.hpp"
#include "api/log_file.hpp"
#include "api/problem.hpp"
#include "api/route.hpp"
#include "api/sse.hpp"
#include "api/view.hpp"
#include "freshet/facts.hpp"
#include "freshet/history.hpp"
#include "freshet/ids.hpp"
#include "freshet/logs.hpp"
#include "freshet/rows.hpp"
#include "http/event_stream.hpp"

namespace freshet::api {
namespace {

constexpr std::uint64_t slice_bytes = std::uint64_t{64} << 10;  ///< Read at a time.
constexpr std::size_t queued_max = std::size_t{256}
                                   << 10;  ///< With more the client is let catch up first.

/// What a look at the log brought.
struct Slice {
  std::string event{};
  LogPlace next{};
  bool is_at_end{true};
  std::string status{};  ///< How the step ended.
};

}  // namespace

struct Follows::Follower {
  AttemptId id;  ///< Attempt 0: the first one, which has not begun.
  LogStream log{};
  std::uint64_t from_line{1};
  LogPlace place{};
  std::shared_ptr<http::EventStream> stream;
  bool is_reading{false};
};

namespace {

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t value{};
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Whether the attempt is over though its step goes on: another began, or is waited for.
bool is_past(const StepRow& row, std::uint32_t attempt) {
  return attempt != 0 && (row.attempt > attempt || row.status == StepStatus::queued);
}

bool has_ended(const View& view, const AttemptId& id) {
  const StepRow* row = view.step(id.step);
  return row == nullptr || api::has_ended(*row, id.attempt);
}

/// How an attempt that has ended ended.
std::string status_of(Reader& reader, const AttemptId& id) {
  const auto run = reader.run(id.step.run);
  if (!run || id.step.number >= run->steps.size()) return "lost";
  const StepRow& row = run->steps[id.step.number];
  return std::string{to_text(is_past(row, id.attempt) ? StepStatus::failed : row.status)};
}

/// Lines after `place` that are complete; once the step has `ended`, also the last one.
Slice read_slice(const Logs& logs, LineIndexes& indexes, const AttemptId& id, LogStream log,
                 LogPlace place, std::uint64_t from_line, bool is_ended) {
  Slice slice{.next = place};
  const auto file = open_log(logs, id, log);
  if (!file || !file->fd) return slice;
  if (place.line == 1 && from_line > 1) {
    const auto index = indexes.of(id, log, *file);
    if (!index) return slice;
    const auto begin = (*index)->place_of(*file, from_line);
    if (!begin) return slice;
    slice.next = place = *begin;
  }
  Json lines = Json::array();
  std::uint64_t first = 0;
  const auto each = [&](const LogLine& line) {
    if (!line.is_complete && !is_ended) return false;
    slice.next = {.offset = line.end, .line = line.number + 1};
    if (line.number < from_line) return true;
    if (first == 0) first = line.number;
    lines.push_back(to_utf8(line.text));
    return true;
  };
  if (!read_lines(*file, place, slice_bytes, each)) return slice;
  slice.is_at_end = slice.next.offset - place.offset < slice_bytes;
  if (first != 0) {
    slice.event = sse_event("lines", place_text(slice.next),
                            Json{{"from_line", first}, {"lines", std::move(lines)}});
  }
  return slice;
}

}  // namespace

bool has_ended(const StepRow& step, std::uint32_t attempt) {
  return is_terminal(step.status) || is_past(step, attempt);
}

std::optional<LogPlace> parse_place(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto offset = parse_number(text.substr(0, dash));
  const auto line = parse_number(text.substr(dash + 1));
  if (!offset || !line || *line == 0) return std::nullopt;
  return LogPlace{.offset = *offset, .line = *line};
}

std::string place_text(LogPlace place) {
  return std::to_string(place.offset) + '-' + std::to_string(place.line);
}

void Follows::add(const CallPtr& call, const AttemptId& attempt, LogStream log,
                  std::uint64_t from_line) {
  if (followers_.size() >= count_max) return call->fail(busy());
  auto follower = std::make_shared<Follower>(
      Follower{.id = attempt, .log = log, .from_line = from_line, .stream = nullptr});
  if (const auto last = call->request.header("last-event-id")) {
    const auto place = parse_place(*last);
    if (!place)
      return call->fail({.code = "query_invalid", .detail = "Last-Event-ID: not of this log"});
    follower->place = *place;
  }
  if (call->request.method == "HEAD") return call->send(sse_response(nullptr));
  follower->stream = std::make_shared<http::EventStream>();
  call->send(sse_response(follower->stream));
  followers_.push_back(follower);
  look(call->context, follower);
}

void Follows::look(const std::shared_ptr<Context>& context) {
  std::erase_if(followers_, [](const auto& each) { return !each->stream->open(); });
  const auto followers = followers_;
  for (const auto& each : followers) look(context, each);
}

void Follows::look(const std::shared_ptr<Context>& context,
                   const std::shared_ptr<Follower>& follower) {
  if (follower->is_reading || follower->stream->queued() > queued_max) return;
  const View view = context->view();
  if (!view) return;
  // An attempt that was not there yet when the client came: the first one is meant.
  if (const StepRow* row = view.step(follower->id.step);
      row != nullptr && follower->id.attempt == 0) {
    follower->id.attempt = row->attempt;
  }
  // Asked before the file is read: what it wrote until then is in there.
  const bool is_ended = has_ended(view, follower->id);
  follower->is_reading = true;
  auto slice = std::make_shared<Slice>();
  context->service.read(
      [slice, is_ended, now = *follower, context](Reader& reader) {
        *slice = read_slice(context->service.logs(), context->line_indexes, now.id, now.log,
                            now.place, now.from_line, is_ended);
        if (is_ended) slice->status = status_of(reader, now.id);
      },
      [this, context, follower, slice, is_ended] {
        follower->is_reading = false;
        if (!follower->stream->open()) return;
        follower->place = slice->next;
        if (!slice->event.empty() && !follower->stream->push(slice->event)) {
          return follower->stream->close();
        }
        if (!slice->is_at_end) return look(context, follower);
        if (!is_ended) return;
        static_cast<void>(follower->stream->push(
            sse_event("end", place_text(slice->next), Json{{"status", slice->status}})));
        follower->stream->close();
      });
}

void Follows::heartbeat() {
  for (const auto& each : followers_) {
    if (each->stream->open() && !each->stream->push(sse_comment)) each->stream->close();
  }
}

void Follows::end() {
  for (const auto& each : std::exchange(followers_, {})) each->stream->close();
}

}  // namespace freshet::api
