// Pure: which route a path and a method mean.
#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/route.hpp"
#include "base/text.hpp"

namespace freshet::api {
namespace {

/// What a pattern made of a path.
struct Reading {
  Parameters parameters;
  std::string key;  ///< What `{name...}` took.
  int literals{0};  ///< Segments that were named by the pattern.
};

bool is_name(std::string_view part) { return part.starts_with('{'); }
bool is_rest(std::string_view part) { return part.ends_with("...}"); }

std::string join(std::span<const std::string> segments) {
  std::string out;
  for (const std::string& segment : segments) out += (out.empty() ? "" : "/") + segment;
  return out;
}

std::optional<Reading> read(std::string_view pattern, std::span<const std::string> segments) {
  Reading reading;
  if (pattern == "/") return segments.empty() ? std::optional{reading} : std::nullopt;
  const auto parts = split(pattern.substr(1), '/');
  std::size_t at = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::string_view part = parts[i];
    if (at >= segments.size()) return std::nullopt;
    if (is_rest(part)) {
      const std::size_t after = parts.size() - i - 1;
      if (segments.size() <= at + after) return std::nullopt;
      const std::size_t count = segments.size() - at - after;
      reading.key = join(segments.subspan(at, count));
      reading.parameters.emplace(part.substr(1, part.size() - 5), reading.key);
      at += count;
    } else if (is_name(part)) {
      reading.parameters.emplace(part.substr(1, part.size() - 2), segments[at++]);
    } else {
      if (segments[at++] != part) return std::nullopt;
      ++reading.literals;
    }
  }
  return at == segments.size() ? std::optional{std::move(reading)} : std::nullopt;
}

}  // namespace

Match match(std::span<const Route> table, std::string_view method,
            const std::vector<std::string>& segments,
            const std::function<bool(std::string_view key)>& exists) {
  struct Found {
    const Route* route;
    Reading reading;
  };
  std::vector<Found> found;
  for (const Route& route : table) {
    if (auto reading = read(route.pattern, segments))
      found.push_back({&route, *std::move(reading)});
  }
  if (found.empty()) return {};

  // The pattern that says most about the path; of readings of a key the longest that exists.
  const auto better = [&](const Found& a, const Found& b) {
    const bool a_exists = !a.reading.key.empty() && exists(a.reading.key);
    const bool b_exists = !b.reading.key.empty() && exists(b.reading.key);
    if (a_exists != b_exists) return a_exists;
    if (a_exists) return a.reading.key.size() > b.reading.key.size();
    return a.reading.literals > b.reading.literals;
  };
  const std::string_view pattern = std::ranges::min_element(found, better)->route->pattern;

  Match out;
  for (Found& each : found) {
    if (each.route->pattern != pattern) continue;
    const bool is_get = each.route->method == "GET";
    if (each.route->method == method || (is_get && method == "HEAD")) {
      return {.route = each.route, .parameters = std::move(each.reading.parameters)};
    }
    out.allow += (out.allow.empty() ? "" : ", ") + std::string{each.route->method};
    if (is_get) out.allow += ", HEAD";
  }
  return out;
}

}  // namespace freshet::api
