#include "base/text.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace freshet {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

}  // namespace

// The optimal string alignment distance, three rows of its matrix at a time.
std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit) {
  const std::size_t far = limit + 1;
  if (std::max(a.size(), b.size()) - std::min(a.size(), b.size()) > limit) return far;
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> above(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(above.begin(), above.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0U : 1U)});
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
          lower(a[i - 2]) == lower(b[j - 1])) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    // A swap reaches back two rows, so both must have left the limit behind.
    if (std::ranges::min(row) > limit && std::ranges::min(above) > limit) return far;
    std::swap(before, above);
    std::swap(above, row);
  }
  return std::min(above[b.size()], far);
}

namespace detail {

Nearest::Nearest(std::string_view word)
    : word_{word}, limit_{std::max<std::size_t>(word.size() / 3, word.size() > 1 ? 1 : 0)} {}

void Nearest::offer(std::string_view candidate) {
  if (best_ && limit_ == 0) return;
  const std::size_t limit = best_ ? limit_ - 1 : limit_;  // only a better one replaces the best
  const std::size_t distance = edit_distance(word_, candidate, limit);
  if (distance > limit) return;
  best_ = std::string{candidate};
  limit_ = distance;
}

}  // namespace detail

std::string after_returns(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t newline = text.find('\n');
    std::string_view line = text.substr(0, newline);
    line = line.substr(0, line.find_last_not_of('\r') + 1);
    out += line.substr(line.rfind('\r') + 1);  // all of it where there is none
    if (newline == std::string_view::npos) break;
    out += '\n';
    text.remove_prefix(newline + 1);
  }
  return out;
}

// Two places to come back to are enough: what a later `*` or `**` failed to match, an earlier one
// that took more could not have made match either, since it stays in its segment.
bool glob_match(std::string_view pattern, std::string_view text) {
  struct Retry {
    std::size_t pattern{std::string_view::npos};  ///< Where the pattern goes on; npos: nowhere.
    std::size_t text{};                           ///< The first character to be swallowed next.
    bool segments{};                              ///< Only whole segments are swallowed.
  };
  Retry star;
  Retry deep;
  std::size_t p = 0;
  std::size_t t = 0;
  while (true) {
    if (pattern.substr(p).starts_with("**")) {
      const bool at_start = p == 0 || pattern[p - 1] == '/';
      while (p < pattern.size() && pattern[p] == '*') ++p;
      const bool segments = at_start && p < pattern.size() && pattern[p] == '/';
      if (segments) ++p;
      deep = {.pattern = p, .text = t, .segments = segments};
      star = {};
      continue;
    }
    if (p < pattern.size() && pattern[p] == '*') {
      star = {.pattern = ++p, .text = t};
      continue;
    }
    if (p == pattern.size() && t == text.size()) return true;
    if (p < pattern.size() && t < text.size()) {
      if (pattern[p] == '?' && text[t] != '/') {
        ++p;
        ++t;
        while (t < text.size() && is_continuation(text[t])) ++t;
        continue;
      }
      if (pattern[p] != '?' && pattern[p] == text[t]) {
        ++p;
        ++t;
        continue;
      }
    }
    if (star.pattern != std::string_view::npos && star.text < text.size() &&
        text[star.text] != '/') {
      p = star.pattern;
      t = ++star.text;
      continue;
    }
    if (deep.pattern == std::string_view::npos || deep.text >= text.size()) return false;
    if (deep.segments) {
      const std::size_t slash = text.find('/', deep.text);
      if (slash == std::string_view::npos) return false;
      deep.text = slash;
    }
    p = deep.pattern;
    t = ++deep.text;
    star = {};
  }
}

bool is_glob(std::string_view pattern) {
  return pattern.find_first_of("*?") != std::string_view::npos;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != separator) continue;
    parts.push_back(text.substr(begin, i - begin));
    begin = i + 1;
  }
  parts.push_back(text.substr(begin));
  return parts;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

namespace {

/// Without controls and escape sequences; a lone carriage return, as progress bars write it, begins
/// the line anew.
std::string plain(std::string_view line) {
  std::string out;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '\x1b' && i + 1 < line.size() && line[i + 1] == '[') {
      i += 2;
      while (i < line.size() && (line[i] < '@' || line[i] > '~')) ++i;
    } else if (c == '\r' && line.find_first_not_of(" \t\r", i) != std::string_view::npos) {
      out.clear();
    } else if (c == '\t') {
      out += ' ';
    } else if (static_cast<unsigned char>(c) >= ' ' && c != '\x7f') {
      out += c;
    }
  }
  return std::string{trim(out)};
}

bool says_something(std::string_view line) {
  return std::ranges::any_of(line, [](char c) {
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') ||
           static_cast<unsigned char>(c) >= 0xC3U;
  });
}

}  // namespace

std::string last_line(std::string_view text, std::size_t size_max) {
  while (!text.empty()) {
    const std::size_t newline = text.rfind('\n');
    const std::size_t begin = newline == std::string_view::npos ? 0 : newline + 1;
    std::string line = plain(text.substr(begin));
    if (says_something(line)) {
      if (line.size() > size_max) {
        std::size_t end = size_max;
        while (end > 0 && is_continuation(line[end])) --end;
        line.resize(end);
      }
      return line;
    }
    text = text.substr(0, begin == 0 ? 0 : begin - 1);
  }
  return {};
}

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    std::size_t size = 0;
    if (lead >= 0xC2 && lead <= 0xDF) size = 2;
    if (lead >= 0xE0 && lead <= 0xEF) size = 3;
    if (lead >= 0xF0 && lead <= 0xF4) size = 4;
    if (size == 0 || text.size() - i < size) return false;
    for (std::size_t k = 1; k < size; ++k) {
      if (!is_continuation(text[i + k])) return false;
    }
    const auto second = static_cast<unsigned char>(text[i + 1]);
    if (lead == 0xE0 && second < 0xA0) return false;  // longer than need be
    if (lead == 0xED && second > 0x9F) return false;  // surrogates
    if (lead == 0xF0 && second < 0x90) return false;  // longer than need be
    if (lead == 0xF4 && second > 0x8F) return false;  // above U+10FFFF
    i += size;
  }
  return true;
}

std::string shell_quote(std::string_view word) {
  constexpr std::string_view plain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./:=@%+,";
  if (!word.empty() && word.find_first_not_of(plain) == std::string_view::npos) {
    return std::string{word};
  }
  std::string quoted = "'";
  for (const char c : word) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted += '\'';
}

std::string shell_quote(const std::vector<std::string>& argv) {
  std::string line;
  for (const std::string& word : argv) {
    if (!line.empty()) line += ' ';
    line += shell_quote(std::string_view{word});
  }
  return line;
}

}  // namespace freshet
