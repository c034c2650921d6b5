#include "http/target.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "freshet/result.hpp"

namespace freshet::http {
namespace {

constexpr std::string_view kHex = "0123456789ABCDEF";

/// For messages: printable ASCII as it is, the rest as \xNN, and not too much of it.
std::string quoted(std::string_view text) {
  constexpr std::size_t kMax = 200;
  std::string out = "\"";
  for (const char c : text.substr(0, kMax)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f && c != '"' && c != '\\') {
      out += c;
    } else {
      out.append("\\x").append(1, kHex[byte >> 4]).append(1, kHex[byte & 15]);
    }
  }
  if (text.size() > kMax) out += "...";
  return out + '"';
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

/// What is wrong is told without the target; parse_target puts it in front.
Result<std::string> decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    char c = text[at];
    if (static_cast<unsigned char>(c) >= 0x80 || is_control(c) || c == ' ') {
      return Error{Errc::invalid, "a character that must be percent-encoded"};
    }
    if (c == '%') {
      const int high = at + 1 < text.size() ? hex_value(text[at + 1]) : -1;
      const int low = at + 2 < text.size() ? hex_value(text[at + 2]) : -1;
      if (high < 0 || low < 0) {
        return Error{Errc::invalid, "a % that is not followed by two hexadecimal digits"};
      }
      c = static_cast<char>(high * 16 + low);
      at += 2;
    } else if (c == '+' && plus_is_space) {
      c = ' ';
    }
    if (is_control(c)) return Error{Errc::invalid, "a control character"};
    out += c;
  }
  if (!is_utf8(out)) return Error{Errc::invalid, "bytes that are not UTF-8"};
  return out;
}

Result<std::string> parse_segment(std::string_view text) {
  FRESHET_TRY(std::string segment, decode(text, false));
  if (segment.find('/') != std::string::npos) return Error{Errc::invalid, "%2F in the path"};
  if (segment.find('\\') != std::string::npos) return Error{Errc::invalid, "a backslash"};
  if (segment.empty()) return Error{Errc::invalid, "an empty path segment"};
  if (segment == "." || segment == "..") {
    return Error{Errc::invalid, "the path segment \"" + segment + '"'};
  }
  return segment;
}

Result<Target> parse(std::string_view text) {
  if (!text.starts_with('/')) return Error{Errc::invalid, "want a path that starts with \"/\""};
  if (text.find('#') != std::string_view::npos) return Error{Errc::invalid, "a fragment"};
  Target target;
  const auto question = text.find('?');
  std::string_view path =
      text.substr(1, question == std::string_view::npos ? question : question - 1);
  if (path.ends_with('/')) path.remove_suffix(1);
  if (path.empty() && text.starts_with("//")) return Error{Errc::invalid, "an empty path segment"};
  if (!path.empty()) {
    for (const std::string_view part : split(path, '/')) {
      FRESHET_TRY(std::string segment, parse_segment(part));
      target.segments.push_back(std::move(segment));
    }
  }
  if (question == std::string_view::npos) return target;
  for (const std::string_view part : split(text.substr(question + 1), '&')) {
    if (part.empty()) continue;
    const auto equals = part.find('=');
    const bool has_value = equals != std::string_view::npos;
    FRESHET_TRY(std::string name, decode(part.substr(0, equals), true));
    FRESHET_TRY(std::string value, decode(has_value ? part.substr(equals + 1) : "", true));
    target.query.emplace_back(std::move(name), std::move(value));
  }
  return target;
}

std::string with_literal_slashes(std::string_view text) {
  const auto question = text.find('?');
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::string_view three = text.substr(at, 3);
    if (at < question && (three == "%2F" || three == "%2f")) {
      out += '/';
      at += 2;
    } else {
      out += text[at];
    }
  }
  return out;
}

}  // namespace

std::optional<std::string_view> Target::query_value(std::string_view name) const {
  const auto found = std::ranges::find(query, name, &std::pair<std::string, std::string>::first);
  if (found == query.end()) return std::nullopt;
  return found->second;
}

Result<Target> parse_target(std::string_view text) {
  Result<Target> target = parse(text);
  if (target) return target;
  std::string message = "request target " + quoted(text) + ": " + target.error().message;
  const std::string better = with_literal_slashes(text);
  if (better != text && parse(better)) {
    message += "; the slashes of a key are literal: " + quoted(better);
  }
  return Error{Errc::invalid, std::move(message)};
}

std::string encode_segment(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                               (c >= '0' && c <= '9') ||
                               std::string_view{"-._~"}.find(c) != std::string_view::npos;
    if (is_unreserved) {
      out += c;
    } else {
      out.append(1, '%').append(1, kHex[byte >> 4]).append(1, kHex[byte & 15]);
    }
  }
  return out;
}

}  // namespace freshet::http
