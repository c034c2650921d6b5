// What an attempt's process wrote: its stdout or stderr as a file of lines.  All of it blocks: pool
// threads only.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_fd.hpp"
#include "freshet/logs.hpp"
#include "freshet/result.hpp"

namespace freshet::api {

/// A part of a file, which other logs may share; offsets elsewhere count from its beginning.
struct LogFile {
  UniqueFd fd;             ///< None where nothing was ever written, or it is gone.
  std::uint64_t offset{};  ///< Where it begins in the file.
  std::uint64_t size{};    ///< When it was opened.
};

/// What is not there is empty; anything but a regular file is an error.
[[nodiscard]] Result<LogFile> open_log(const Logs& logs, const AttemptId& attempt,
                                       LogStream stream);

/// A line longer than this is cut there for search and pages; the file itself is sent whole.
inline constexpr std::size_t line_max = std::size_t{64} << 10;

/// What a carriage return within a line does: nothing, or it begins the line anew, as a progress
/// bar on a terminal does.
enum class Carriage : std::uint8_t { kept, returns };

struct LogLine {
  std::uint64_t number{};    ///< From 1.
  std::uint64_t end{};       ///< Offset of the byte after it, its newline included.
  std::string_view text;     ///< Without its newline; valid until the next one is read.
  bool is_complete{true};    ///< It has a newline.
  bool is_cut{false};        ///< It is longer than line_max.
  bool is_collapsed{false};  ///< A carriage return took what was before.
};

/// Where in a log to go on reading, and which line begins there.
struct LogPlace {
  std::uint64_t offset{0};
  std::uint64_t line{1};
};

/// Reads line after line.  The file is borrowed.
class LineCursor {
 public:
  /// Nothing from offset `end` on is looked at.
  LineCursor(const LogFile& file, LogPlace from, std::uint64_t end,
             Carriage carriage = Carriage::kept);

  /// The next line; null at the end.
  [[nodiscard]] Result<const LogLine*> next();

 private:
  [[nodiscard]] Result<bool> fill();
  void take(std::string_view part);

  const LogFile& file_;
  std::uint64_t end_;
  std::uint64_t offset_;  ///< Of what is read next.
  Carriage carriage_;
  LogLine line_;
  std::uint64_t next_number_;
  std::vector<char> block_;
  std::string_view rest_;      ///< Of the block.
  std::string text_;           ///< Of a line that does not lie within a block as it is shown.
  bool ends_returned_{false};  ///< What was taken of the line so far ends in a carriage return.
};

/// Calls `each` for lines from `from` on until it returns false, or `bytes_max` bytes were read and
/// a line ended.
[[nodiscard]] Result<void> read_lines(const LogFile& file, LogPlace from, std::uint64_t bytes_max,
                                      const std::function<bool(const LogLine&)>& each);

/// With U+FFFD for bytes that are not UTF-8.
[[nodiscard]] std::string to_utf8(std::string_view text);

/// A part of a file, as a Range header asks for it.
struct ByteRange {
  enum class Kind : std::uint8_t { whole, part, unsatisfiable };
  Kind kind{Kind::whole};
  std::uint64_t offset{};
  std::uint64_t length{};
};
/// One range only; several, or what is no byte range, mean the whole (RFC 9110, 14.2).
[[nodiscard]] ByteRange parse_range(std::string_view header, std::uint64_t size);

}  // namespace freshet::api
