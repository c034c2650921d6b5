#include "http/reply_reader.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/text.hpp"
#include "freshet/result.hpp"
#include "http/client.hpp"
#include "http/client_socket.hpp"

namespace freshet::http {
namespace {

constexpr std::size_t kLineMax = 65'536;
constexpr std::size_t kHeadersMax = 256;

Error wrong(std::string_view what) {
  return Error{Errc::io, "read the server's answer: " + std::string{what}};
}

std::optional<std::uint64_t> parse_number(std::string_view text, int base) {
  std::uint64_t number{};
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (ec != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

Result<std::string> ReplyReader::read_line(ClientSocket& socket) {
  for (;;) {
    const auto end = input_.find('\n');
    if (end != std::string::npos) {
      std::string line = input_.substr(0, end);
      input_.erase(0, end + 1);
      if (line.ends_with('\r')) line.pop_back();
      return line;
    }
    if (input_.size() > kLineMax) return wrong("a line is too long");
    FRESHET_TRY(const bool has_more, socket.receive(input_));
    if (!has_more) return wrong("the connection ended early");
  }
}

Result<Reply> ReplyReader::read_head(ClientSocket& socket) {
  for (;;) {
    FRESHET_TRY(const std::string first, read_line(socket));
    const auto status = first.starts_with("HTTP/1.") && first.size() >= 12 && first[8] == ' '
                            ? parse_number(std::string_view{first}.substr(9, 3), 10)
                            : std::nullopt;
    if (!status || *status < 100) return wrong("this is not HTTP");
    Reply reply{.status = static_cast<int>(*status), .headers = {}, .body = {}};
    for (;;) {
      FRESHET_TRY(const std::string line, read_line(socket));
      if (line.empty()) break;
      const auto colon = line.find(':');
      if (colon == std::string::npos) return wrong("a header without \":\"");
      if (reply.headers.size() == kHeadersMax) return wrong("too many headers");
      std::string name = line.substr(0, colon);
      std::ranges::transform(name, name.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      });
      const std::string_view value = trim(std::string_view{line}.substr(colon + 1));
      reply.headers.emplace_back(std::move(name), std::string{value});
    }
    if (reply.status >= 200) return reply;
  }
}

Result<bool> ReplyReader::pass(ClientSocket& socket, std::uint64_t size, const Sink& sink) {
  while (size > 0) {
    if (input_.empty()) {
      FRESHET_TRY(const bool has_more, socket.receive(input_));
      if (!has_more) return wrong("the connection ended early");
    }
    const auto take = static_cast<std::size_t>(std::min<std::uint64_t>(size, input_.size()));
    const bool goes_on = sink(std::string_view{input_}.substr(0, take));
    input_.erase(0, take);
    size -= take;
    if (!goes_on) return false;
  }
  return true;
}

Result<void> ReplyReader::read_chunks(ClientSocket& socket, const Sink& sink) {
  for (;;) {
    FRESHET_TRY(const std::string line, read_line(socket));
    const auto size = parse_number(trim(std::string_view{line}.substr(0, line.find(';'))), 16);
    if (!size) return wrong("a chunk without a size");
    if (*size == 0) break;
    FRESHET_TRY(const bool goes_on, pass(socket, *size, sink));
    if (!goes_on) return {};
    FRESHET_TRY(const std::string end, read_line(socket));
    if (!end.empty()) return wrong("a chunk of the wrong size");
  }
  for (;;) {
    FRESHET_TRY(const std::string trailer, read_line(socket));
    if (trailer.empty()) return {};
  }
}

Result<void> ReplyReader::read_body(ClientSocket& socket, const Reply& reply, const Sink& sink) {
  if (reply.status == 204 || reply.status == 304) return {};
  if (reply.header("transfer-encoding")) return read_chunks(socket, sink);
  if (const auto length = reply.header("content-length")) {
    const auto size = parse_number(*length, 10);
    if (!size) return wrong("content-length is not a number");
    FRESHET_TRY([[maybe_unused]] const bool goes_on, pass(socket, *size, sink));
    return {};
  }
  for (;;) {
    const bool goes_on = sink(std::exchange(input_, {}));
    if (!goes_on) return {};
    FRESHET_TRY(const bool has_more, socket.receive(input_));
    if (!has_more) return {};
  }
}

}  // namespace freshet::http
