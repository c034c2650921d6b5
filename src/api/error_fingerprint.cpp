#include "api/error_fingerprint.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "freshet/facts.hpp"

namespace freshet::api {
namespace {

constexpr std::size_t line_max = 300;
constexpr std::size_t hex_min = 8;    ///< A shorter word of hex digits may be one of a language …
constexpr std::size_t code_min = 12;  ///< … and so may one of capitals and digits.

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_word(char c) { return is_digit(c) || is_upper(c) || (c >= 'a' && c <= 'z') || c == '-'; }
/// What surrounds a path or an address.
bool is_edge(char c) {
  return c <= ' ' || std::string_view{"\"'`()[]{}<>"}.find(c) != std::string_view::npos;
}
bool comes_before_token(char c) { return is_edge(c) || c == ',' || c == ';' || c == '='; }

/// A path or an address as a whole; "" for anything else.
std::string_view place_of(std::string_view token) {
  if (token.find("://") != std::string_view::npos) return "<url>";
  const bool is_rooted = token.starts_with('/') || token.starts_with("./") ||
                         token.starts_with("../") || token.starts_with("~/");
  return is_rooted && token.size() > 2 ? "<path>" : "";
}

/// "3f2a9c1b77", "550e8400-e29b-41d4-a716-446655440000", "0x7ffd", "01JAB3C4D5E6F".
bool is_id(std::string_view word) {
  if (std::ranges::none_of(word, is_digit)) return false;
  if (word.starts_with("0x")) return std::ranges::all_of(word.substr(2), is_hex);
  const bool is_code = word.size() >= code_min &&
                       std::ranges::all_of(word, [](char c) { return is_digit(c) || is_upper(c); });
  const bool is_hash = word.size() >= hex_min &&
                       std::ranges::all_of(word, [](char c) { return is_hex(c) || c == '-'; });
  return is_code || is_hash;
}

/// How far a number goes: 12, 3.5, 1,204, 2026-01-31T03:12:44.123Z.
std::size_t number_size(std::string_view text) {
  std::size_t size = 0;
  while (size < text.size()) {
    if (is_digit(text[size])) {
      ++size;
    } else if (size + 1 < text.size() && is_digit(text[size + 1]) &&
               std::string_view{".,:-_/T+"}.find(text[size]) != std::string_view::npos) {
      size += 2;
    } else {
      break;
    }
  }
  return size;
}

/// A list of numbers says no more than one.
void collapse(std::string& pattern) {
  for (const std::string_view repeated : {"#, #", "# #", "##"}) {
    for (std::size_t at = 0; (at = pattern.find(repeated)) != std::string::npos;)
      pattern.replace(at, repeated.size(), "#");
  }
}

}  // namespace

std::string error_line(std::string_view text) { return last_line(text, line_max); }

std::string error_pattern(std::string_view line) {
  std::string out;
  for (std::size_t i = 0; i < line.size();) {
    const std::string_view rest = line.substr(i);
    const bool begins = i == 0 || comes_before_token(line[i - 1]);
    if (begins) {
      const auto end = std::ranges::find_if(rest, is_edge);
      std::string_view token{rest.begin(), end};
      while (!token.empty() &&
             std::string_view{":.,;"}.find(token.back()) != std::string_view::npos)
        token.remove_suffix(1);
      if (const std::string_view place = place_of(token); !place.empty()) {
        out += place;
        i += token.size();
        continue;
      }
    }
    if (is_word(rest.front()) && (i == 0 || !is_word(line[i - 1]))) {
      const auto end = std::ranges::find_if_not(rest, is_word);
      const std::string_view word{rest.begin(), end};
      if (is_id(word)) {
        out += '#';
        i += word.size();
        continue;
      }
    }
    if (is_digit(rest.front())) {
      out += '#';
      i += number_size(rest);
      continue;
    }
    out += rest.front();
    ++i;
  }
  collapse(out);
  return out;
}

std::string error_fingerprint(Reason reason, std::string_view text) {
  const bool speaks = reason != Reason::timeout && reason != Reason::lost;
  const std::string of = std::string{to_text(reason)} + '\n' +
                         (speaks ? error_pattern(error_line(text)) : std::string{});
  return to_text(content_hash(of)).substr(0, 16);
}

}  // namespace freshet::api
