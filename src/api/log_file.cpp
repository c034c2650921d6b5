#include "api/log_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
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

constexpr std::size_t block_size = std::size_t{128} << 10;
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

LineCursor::LineCursor(const LogFile& file, LogPlace from, std::uint64_t end, Carriage carriage)
    : file_{file},
      end_{std::min(end, file.size)},
      offset_{from.offset},
      carriage_{carriage},
      line_{.end = from.offset, .text = {}},
      next_number_{from.line} {}

Result<bool> LineCursor::fill() {
  if (offset_ >= end_) return false;
  if (block_.empty()) block_.resize(block_size);
  while (true) {
    const ssize_t got = ::pread(file_.fd.get(), block_.data(),
                                std::min<std::uint64_t>(block_.size(), end_ - offset_),
                                static_cast<off_t>(file_.offset + offset_));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return io_error("read log", errno);
    rest_ = {block_.data(), static_cast<std::size_t>(got)};
    offset_ += rest_.size();
    return !rest_.empty();
  }
}

/// Adds a part of a line to `text_`.
void LineCursor::take(std::string_view part) {
  if (part.empty()) return;
  if (carriage_ == Carriage::returns) {
    // Those at the end leave the line as it is; they may be a part of its newline.
    const std::size_t last = part.find_last_not_of('\r');
    const std::size_t back = last == std::string_view::npos ? last : part.rfind('\r', last);
    if (back != std::string_view::npos) part.remove_prefix(back + 1);
    if (back != std::string_view::npos || (ends_returned_ && last != std::string_view::npos)) {
      text_.clear();
      line_.is_cut = false;
      line_.is_collapsed = true;
    }
    ends_returned_ = part.ends_with('\r');
    part = part.substr(0, part.find_last_not_of('\r') + 1);
  }
  const std::size_t room = line_max - text_.size();
  if (part.size() > room) line_.is_cut = true;
  text_ += part.substr(0, room);
}

Result<const LogLine*> LineCursor::next() {
  line_ = {.number = next_number_, .end = line_.end, .text = {}};
  text_.clear();
  ends_returned_ = false;
  for (bool is_first = true;; is_first = false) {
    if (rest_.empty()) {
      FRESHET_TRY(const bool has_more, fill());
      if (!has_more) break;
    }
    const std::size_t newline = rest_.find('\n');
    const std::string_view part = rest_.substr(0, newline);
    line_.end += part.size();
    if (newline == std::string_view::npos) {
      take(part);
      rest_ = {};
      continue;
    }
    rest_.remove_prefix(newline + 1);
    ++line_.end;
    ++next_number_;
    const bool is_plain = is_first && part.size() <= line_max &&
                          (carriage_ == Carriage::kept || part.find('\r') == part.npos);
    if (!is_plain) take(part);
    line_.text = is_plain ? part : text_;
    return &line_;
  }
  if (text_.empty() && !ends_returned_) return nullptr;
  line_.text = text_;
  line_.is_complete = false;
  return &line_;
}

Result<void> read_lines(const LogFile& file, LogPlace from, std::uint64_t bytes_max,
                        const std::function<bool(const LogLine&)>& each) {
  LineCursor lines{file, from, file.size};
  while (true) {
    FRESHET_TRY(const LogLine* line, lines.next());
    if (line == nullptr || !each(*line) || line->end - from.offset >= bytes_max) return {};
  }
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
