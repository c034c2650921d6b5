// What does a request's target name?  Decoded once, here, into path segments and query values; what
// could be read in two ways is refused, so that routes and rights are decided on one form only.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "freshet/result.hpp"

namespace freshet::http {

struct Target {
  std::vector<std::string> segments;  ///< "/" has none; a slash at the end adds none.
  std::vector<std::pair<std::string, std::string>> query;  ///< In order; names may repeat.

  /// Returns the first value of `name`; nullopt when there is none.
  [[nodiscard]] std::optional<std::string_view> query_value(std::string_view name) const;
};

/// Reads the origin form, "/path?query" (RFC 9112, 3.2.1).  Slashes of an asset key are literal in
/// the path, so `%2F` is an error whose message has the right path.  Errors (invalid) also for: any
/// other form; empty, "." and ".." segments; a backslash, control characters or broken UTF-8,
/// encoded or not; a broken percent-encoding.  What is encoded twice stays encoded once.
/// A "+" in the query is a space, as in forms.
[[nodiscard]] Result<Target> parse_target(std::string_view text);

/// Percent-encodes all but unreserved characters: right for one path segment or a query value.
[[nodiscard]] std::string encode_segment(std::string_view text);

}  // namespace freshet::http
