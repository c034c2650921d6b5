// What a step wrote, as text: whole, by bytes, by lines, or followed.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "api/call.hpp"
#include "api/context.hpp"
#include "api/handlers.hpp"
#include "api/line_index.hpp"
#include "api/log_file.hpp"
#include "api/log_reader.hpp"
#include "api/log_request.hpp"
#include "api/problem.hpp"
#include "api/route.hpp"
#include "freshet/logs.hpp"
#include "freshet/result.hpp"
#include "freshet/service.hpp"
#include "http/message.hpp"

namespace freshet::api {
namespace {

LogStream stream_of(const WhichLog& which) {
  return which.streams == LogStreams::err ? LogStream::err : LogStream::out;
}

constexpr std::uint64_t whole_file = static_cast<std::uint64_t>(-1);
constexpr std::size_t page_bytes_max = std::size_t{4} << 20;

http::Response text_response(const WhichLog& which) {
  return {.headers = {{"content-type", "text/plain; charset=utf-8"},
                      {"freshet-attempt", std::to_string(which.id.attempt)}}};
}

/// The file as it is, or the part of it that a Range asks for.
http::Response file_response(const Call& call, const WhichLog& which, LogFile file) {
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
Result<http::Response> lines_response(const WhichLog& which, const LogFile& file,
                                      LineIndexes& indexes, std::uint64_t from, std::size_t limit) {
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
    FRESHET_TRY(const auto index, indexes.of(which.id, stream_of(which), file));
    FRESHET_TRY(const LogPlace place, index->place_of(file, from));
    const auto read = read_lines(file, place, whole_file, each);
    if (!read) return read.error();
  }
  response.headers.emplace_back("freshet-from-line", std::to_string(from));
  response.headers.emplace_back("freshet-next-line", std::to_string(next));
  return response;
}

void follow(const CallPtr& call, const WhichLog& which, std::uint64_t from) {
  const auto begin = [call, which, from] {
    call->context->follows.add(call, which.id, stream_of(which), from);
  };
  if (!which.is_old) return begin();
  const Logs& logs = call->context->service.logs();
  offload<bool>(
      call,
      [which, &logs] {
        const auto file = open_log(logs, which.id, stream_of(which));
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
  with_log(call, {}, [call, from = *from, limit = *limit, by_lines](const WhichLog& which) {
    if (call->flag("follow")) return follow(call, which, from);
    send_from_pool(call, [call, which, from, limit, by_lines]() -> Result<http::Response> {
      Context& context = *call->context;
      const Logs& logs = context.service.logs();
      FRESHET_TRY(LogFile file, open_log(logs, which.id, stream_of(which)));
      if (!file.fd && which.is_old) return gone_response(logs);
      if (by_lines) return lines_response(which, file, context.line_indexes, from, limit);
      return file_response(*call, which, std::move(file));
    });
  });
}

}  // namespace freshet::api
