#include "model/path_captures.hpp"

#include <algorithm>
#include <cctype>

#include "base/text.hpp"

namespace freshet {
namespace {

constexpr std::size_t steps_max = 100'000;  ///< Of one search; real names need some dozens.

bool is_name_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// The name in the braces at `at`; "" if there is none.
std::string_view name_at(std::string_view text, std::size_t at) {
  if (text[at] != '{') return {};
  const std::size_t end = text.find('}', at);
  if (end == std::string_view::npos) return {};
  const std::string_view name = text.substr(at + 1, end - at - 1);
  return std::ranges::all_of(name, is_name_character) ? name : std::string_view{};
}

}  // namespace

PathCaptures::PathCaptures(std::string_view pattern) {
  for (std::size_t i = 0; i < pattern.size();) {
    if (const std::string_view name = name_at(pattern, i); !name.empty()) {
      const auto known = std::ranges::find(names_, name);
      tokens_.push_back(
          {.kind = Kind::capture, .name = static_cast<std::size_t>(known - names_.begin())});
      if (known == names_.end()) names_.emplace_back(name);
      // Two stars in a row would cross segments.
      if (!glob_.ends_with('*')) glob_ += '*';
      i += name.size() + 2;
      continue;
    }
    const char c = pattern[i];
    if (pattern.substr(i).starts_with("**")) {
      const bool at_start = i == 0 || pattern[i - 1] == '/';
      while (i < pattern.size() && pattern[i] == '*') ++i;
      glob_ += "**";
      const bool folders = at_start && i < pattern.size() && pattern[i] == '/';
      tokens_.push_back({.kind = folders ? Kind::folders : Kind::deep});
      if (folders) glob_ += pattern[i++];
      continue;
    }
    if (c == '*' || c == '?') {
      tokens_.push_back({.kind = c == '*' ? Kind::some : Kind::one});
      if (c != '*' || !glob_.ends_with('*')) glob_ += c;
    } else {
      if (tokens_.empty() || tokens_.back().kind != Kind::literal) tokens_.emplace_back();
      tokens_.back().text += c;
      glob_ += c;
    }
    ++i;
  }
}

/// Backtracking from the left; what a capture took is undone when the rest does not fit.
struct PathCaptures::Search {
  const std::vector<Token>& tokens;
  std::string_view path;
  std::vector<std::string_view> values;
  std::size_t steps{};

  bool rest(std::size_t token, std::size_t at) {
    if (++steps > steps_max) return false;
    if (token == tokens.size()) return at == path.size();
    const Token& next = tokens[token];
    switch (next.kind) {
      case Kind::literal:
        return path.substr(at).starts_with(next.text) && rest(token + 1, at + next.text.size());
      case Kind::one: {
        if (at == path.size() || path[at] == '/') return false;
        do ++at;
        while (at < path.size() && (static_cast<unsigned char>(path[at]) & 0xC0U) == 0x80U);
        return rest(token + 1, at);
      }
      case Kind::some:
        for (;; ++at) {
          if (rest(token + 1, at)) return true;
          if (at == path.size() || path[at] == '/') return false;
        }
      case Kind::deep:
        for (; at <= path.size(); ++at) {
          if (rest(token + 1, at)) return true;
        }
        return false;
      case Kind::folders:
        while (true) {
          if (rest(token + 1, at)) return true;
          const std::size_t slash = path.find('/', at);
          if (slash == std::string_view::npos) return false;
          at = slash + 1;
        }
      case Kind::capture:
        return capture(next.name, token, at);
    }
    return false;
  }

  bool capture(std::size_t name, std::size_t token, std::size_t at) {
    if (!values[name].empty()) {
      return path.substr(at).starts_with(values[name]) && rest(token + 1, at + values[name].size());
    }
    for (std::size_t end = at + 1; end <= path.size() && path[end - 1] != '/'; ++end) {
      values[name] = path.substr(at, end - at);
      if (rest(token + 1, end)) return true;
    }
    values[name] = {};
    return false;
  }
};

std::optional<std::vector<std::string_view>> PathCaptures::match(std::string_view path) const {
  Search search{
      .tokens = tokens_, .path = path, .values = std::vector<std::string_view>(names_.size())};
  if (!search.rest(0, 0)) return std::nullopt;
  return std::move(search.values);
}

Result<CaptureTemplate> CaptureTemplate::make(std::string_view text,
                                              const std::vector<std::string>& names) {
  CaptureTemplate out;
  out.pieces_.emplace_back();
  for (std::size_t i = 0; i < text.size();) {
    const std::string_view name = name_at(text, i);
    if (name.empty()) {
      out.pieces_.back().text += text[i++];
      continue;
    }
    const auto known = std::ranges::find(names, name);
    if (known == names.end()) {
      const auto near = nearest(name, names);
      return Error{Errc::invalid, "{" + std::string{name} + "} is not in the path" +
                                      (near ? "; did you mean {" + *near + "}?" : "")};
    }
    out.pieces_.back().name = static_cast<std::size_t>(known - names.begin());
    out.pieces_.emplace_back();
    i += name.size() + 2;
  }
  return out;
}

std::string CaptureTemplate::fill(const std::vector<std::string_view>& values) const {
  std::string out;
  for (const Piece& piece : pieces_) {
    out += piece.text;
    if (piece.name) out += values.at(*piece.name);
  }
  return out;
}

}  // namespace freshet
