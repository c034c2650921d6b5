#include "api/log_level.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "freshet/result.hpp"

namespace freshet::api {
namespace {

constexpr std::size_t looked_at = 200;  ///< Bytes of a line; a level stands at its beginning.
constexpr std::size_t json_looked_at = 8'192;  ///< In JSON it stands anywhere.

struct Word {
  std::string_view text;
  LogLevel level;
};
constexpr Word words[] = {
    {"TRACE", LogLevel::debug},     {"DEBUG", LogLevel::debug},     {"VERBOSE", LogLevel::debug},
    {"INFO", LogLevel::info},       {"NOTICE", LogLevel::info},     {"WARN", LogLevel::warning},
    {"WARNING", LogLevel::warning}, {"ERR", LogLevel::error},       {"ERROR", LogLevel::error},
    {"SEVERE", LogLevel::error},    {"CRITICAL", LogLevel::error},  {"FATAL", LogLevel::error},
    {"ALERT", LogLevel::error},     {"EMERGENCY", LogLevel::error}, {"PANIC", LogLevel::error},
};
constexpr std::size_t word_min = 3;
constexpr std::size_t word_max = 9;

constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool is_letter(char c) { return is_upper(c) || (c >= 'a' && c <= 'z'); }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr char to_upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }
constexpr bool is_word(char c) { return is_letter(c) || is_digit(c) || c == '_'; }

/// In any case.
std::optional<LogLevel> level_named(std::string_view word) {
  if (word.size() < word_min || word.size() > word_max) return std::nullopt;
  std::array<char, word_max> upper{};
  std::ranges::transform(word, upper.begin(), to_upper);
  const auto found =
      std::ranges::find(words, std::string_view{upper.data(), word.size()}, &Word::text);
  return found == std::end(words) ? std::nullopt : std::optional{found->level};
}

std::string_view word_at(std::string_view text) {
  const auto end = std::ranges::find_if_not(text, is_word);
  return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

/// pino's numbers: 10 trace, 20 debug, 30 info, 40 warn, 50 error, 60 fatal.
std::optional<LogLevel> level_numbered(std::string_view digits) {
  if (digits.size() != 2 || !is_digit(digits[0]) || digits[1] != '0') return std::nullopt;
  const int tens = digits[0] - '0';
  if (tens < 1 || tens > 6) return std::nullopt;
  return tens <= 2   ? LogLevel::debug
         : tens == 3 ? LogLevel::info
         : tens == 4 ? LogLevel::warning
                     : LogLevel::error;
}

std::optional<LogLevel> level_of_json(std::string_view line) {
  line = line.substr(0, json_looked_at);
  for (const std::string_view key :
       {"\"level\"", "\"severity\"", "\"levelname\"", "\"lvl\"", "\"log.level\""}) {
    const std::size_t found = line.find(key);
    if (found == std::string_view::npos) continue;
    std::string_view rest = trim(line.substr(found + key.size()));
    if (!rest.starts_with(':')) continue;
    rest = trim(rest.substr(1));
    if (!rest.starts_with('"')) return level_numbered(word_at(rest));
    return level_named(word_at(rest.substr(1)));
  }
  return std::nullopt;
}

/// "level=error", "lvl=warn", `level="info"`.
std::optional<LogLevel> level_of_pairs(std::string_view line) {
  if (line.find('=') == std::string_view::npos) return std::nullopt;
  for (const std::string_view key : {"level=", "lvl=", "severity="}) {
    const std::size_t found = line.find(key);
    if (found == std::string_view::npos || (found > 0 && is_word(line[found - 1]))) continue;
    std::string_view rest = line.substr(found + key.size());
    if (rest.starts_with('"')) rest.remove_prefix(1);
    if (const auto level = level_named(word_at(rest))) return level;
  }
  return std::nullopt;
}

/// "E1130 10:22:11.123456 7 file.cc:12] text".
std::optional<LogLevel> level_of_glog(std::string_view line) {
  if (line.size() < 6 || line[5] != ' ' || !std::ranges::all_of(line.substr(1, 4), is_digit))
    return std::nullopt;
  switch (line[0]) {
    case 'D':
      return LogLevel::debug;
    case 'I':
      return LogLevel::info;
    case 'W':
      return LogLevel::warning;
    case 'E':
    case 'F':
      return LogLevel::error;
    default:
      return std::nullopt;
  }
}

/// "Traceback (most recent call last):", "panic: …", "ValueError: …", "java.io.IOException: …".
bool is_exception(std::string_view line) {
  for (const std::string_view start :
       {"Traceback (most recent call last)", "panic: ", "Exception in thread ", "Caused by: "}) {
    if (line.starts_with(start)) return true;
  }
  const auto end = std::ranges::find_if_not(line, [](char c) { return is_word(c) || c == '.'; });
  const std::string_view name = line.substr(0, static_cast<std::size_t>(end - line.begin()));
  const std::string_view rest = line.substr(name.size());
  return !name.empty() && (rest.empty() || rest.starts_with(": ")) &&
         name.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") != std::string_view::npos &&
         ((name.ends_with("Error") && name != "Error") || name.ends_with("Exception"));
}

/// Whether what stands around a word in small letters says that it is a level.
bool is_set_off(std::string_view line, std::size_t begin, std::size_t end) {
  const char before = begin == 0 ? ' ' : line[begin - 1];
  const char after = end == line.size() ? ' ' : line[end];
  if ((before == '[' && after == ']') || (before == '<' && after == '>') ||
      (before == '(' && after == ')')) {
    return true;
  }
  return after == ':' && (begin == 0 || before == ' ' || before == '\t');
}

/// Behind the escape sequence that begins at `at`: a colour is no letter of the word after it.
std::size_t skip_escape(std::string_view line, std::size_t at) {
  if (at + 1 >= line.size() || line[at + 1] != '[') return at + 1;
  for (at += 2; at < line.size(); ++at) {
    if (line[at] >= '@' && line[at] <= '~') return at + 1;
  }
  return at;
}

std::optional<LogLevel> level_of_words(std::string_view line) {
  for (std::size_t at = 0; at < line.size();) {
    if (line[at] == '\x1b') {
      at = skip_escape(line, at);
      continue;
    }
    const std::size_t size = word_at(line.substr(at)).size();
    if (size == 0) {
      ++at;
      continue;
    }
    const std::string_view word = line.substr(at, size);
    const std::size_t begin = at;
    at += size;
    // Most words end here, before they are compared with anything.
    if (size < word_min || size > word_max) continue;
    if (!std::ranges::all_of(word, is_upper) && !is_set_off(line, begin, at)) continue;
    if (const auto level = level_named(word)) return level;
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_text(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warning:
      return "warning";
    case LogLevel::error:
      return "error";
  }
  return "";
}

Result<std::optional<LogLevel>> parse_level(std::string_view word) {
  if (word.empty()) return std::optional<LogLevel>{};
  for (const LogLevel level :
       {LogLevel::debug, LogLevel::info, LogLevel::warning, LogLevel::error}) {
    if (word == to_text(level)) return std::optional{level};
  }
  return Error{Errc::invalid,
               "query value level=" + std::string{word} + ": want debug, info, warning or error"};
}

std::optional<LogLevel> guess_level(std::string_view line) {
  const std::size_t begin = line.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return std::nullopt;
  if (line[begin] == '{') return level_of_json(line.substr(begin));
  if (is_exception(line.substr(0, looked_at))) return LogLevel::error;
  line = line.substr(begin, looked_at);
  if (const auto level = level_of_glog(line)) return level;
  if (const auto level = level_of_pairs(line)) return level;
  return level_of_words(line);
}

}  // namespace freshet::api
