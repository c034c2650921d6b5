#include "api/log_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "base/text.hpp"
#include "freshet/logs.hpp"
#include "freshet/result.hpp"

namespace freshet::api {
namespace {

constexpr int moves_max = 3;  ///< A log may be packed, then deleted, while it is looked for.

Error io_error(const std::string& operation, int error) {
  return {Errc::io, operation + ": " + std::generic_category().message(error)};
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t value{};
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Bytes of the UTF-8 character at the front; 0 where there is none.
std::size_t character_size(std::string_view text) {
  for (std::size_t size = 1; size <= std::min<std::size_t>(4, text.size()); ++size) {
    if (is_utf8(text.substr(0, size))) return size;
  }
  return 0;
}

}  // namespace

Result<LogFile> open_log(const Logs& logs, const AttemptId& attempt, LogStream stream) {
  LogFile file;
  for (int moved = 0; moved < moves_max; ++moved) {
    FRESHET_TRY(const LogPart part, logs.find(attempt, stream));
    if (part.path.empty()) return file;
    file.fd.reset(::open(part.path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!file.fd && (errno == ENOENT || errno == ENOTDIR)) continue;
    if (!file.fd) return io_error("open log", errno);
    struct stat status{};
    if (::fstat(file.fd.get(), &status) != 0) return io_error("stat log", errno);
    if (!S_ISREG(status.st_mode)) return Error{Errc::io, "open log: not a regular file"};
    const auto end = static_cast<std::uint64_t>(status.st_size);
    file.offset = part.offset;
    file.size = part.size.value_or(end - std::min(end, part.offset));
    if (file.offset + file.size <= end) return file;
    return Error{Errc::io, "open log: its file is shorter than it should be"};
  }
  return file;
}

Result<void> read_lines(const LogFile& file, LogPlace from, std::uint64_t bytes_max,
                        const std::function<bool(const LogLine&)>& each) {
  std::array<char, line_max> block{};
  std::string line;
  LogLine out{.number = from.line, .end = from.offset};
  for (std::uint64_t offset = from.offset; offset < file.size;) {
    const ssize_t got = ::pread(file.fd.get(), block.data(),
                                std::min<std::uint64_t>(block.size(), file.size - offset),
                                static_cast<off_t>(file.offset + offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return io_error("read log", errno);
    if (got == 0) break;
    std::string_view rest{block.data(), static_cast<std::size_t>(got)};
    offset += rest.size();
    while (!rest.empty()) {
      const std::size_t newline = rest.find('\n');
      const std::string_view part = rest.substr(0, newline);
      line += part.substr(0, line_max - std::min(line.size(), line_max));
      out.end += part.size();
      if (newline == std::string_view::npos) break;
      rest.remove_prefix(newline + 1);
      ++out.end;
      out.text = line;
      if (!each(out) || out.end - from.offset >= bytes_max) return {};
      ++out.number;
      line.clear();
    }
  }
  if (line.empty()) return {};
  out.text = line;
  out.is_complete = false;
  static_cast<void>(each(out));
  return {};
}

std::string to_utf8(std::string_view text) {
  if (is_utf8(text)) return std::string{text};
  std::string out;
  while (!text.empty()) {
    const std::size_t size = character_size(text);
    if (size == 0) {
      out += "\xEF\xBF\xBD";
      text.remove_prefix(1);
    } else {
      out += text.substr(0, size);
      text.remove_prefix(size);
    }
  }
  return out;
}

ByteRange parse_range(std::string_view header, std::uint64_t size) {
  const ByteRange whole{.length = size};
  const std::string_view text = trim(header);
  if (!text.starts_with("bytes=") || text.find(',') != std::string_view::npos) return whole;
  const std::string_view range = trim(text.substr(6));
  const std::size_t dash = range.find('-');
  if (dash == std::string_view::npos) return whole;
  const std::string_view first_text = range.substr(0, dash);
  const std::string_view last_text = range.substr(dash + 1);
  const auto first = parse_number(first_text);
  const auto last = parse_number(last_text);
  if ((!first_text.empty() && !first) || (!last_text.empty() && !last)) return whole;
  if (!first && !last) return whole;
  using Kind = ByteRange::Kind;
  if (!first) {
    if (*last == 0 || size == 0) return {.kind = Kind::unsatisfiable};
    const std::uint64_t length = std::min(*last, size);
    return {.kind = Kind::part, .offset = size - length, .length = length};
  }
  if (last && *last < *first) return whole;
  if (*first >= size) return {.kind = Kind::unsatisfiable};
  const std::uint64_t end = std::min(size - 1, last.value_or(size - 1));
  return {.kind = Kind::part, .offset = *first, .length = end - *first + 1};
}

}  // namespace freshet::api
