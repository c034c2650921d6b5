// Which failures are the same: error texts without what differs from time to time.  Pure.
#pragma once
#include <string>
#include <string_view>

#include "freshet/facts.hpp"

namespace freshet::api {

/// The last line of a step's text that says something, at most 300 bytes.
[[nodiscard]] std::string error_line(std::string_view text);

/// A line with `#` for numbers, instants and ids, and `<path>` and `<url>`.
[[nodiscard]] std::string error_pattern(std::string_view line);

/// 16 hex digits, the same on every machine: of why a step failed, and of the pattern of what it
/// said last.  What was ended from outside has said nothing about it.
[[nodiscard]] std::string error_fingerprint(Reason reason, std::string_view text);

}  // namespace freshet::api
