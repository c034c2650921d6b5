// Instants, durations, and their text.  Time is passed in, never asked for: `now()` has one home,
// base/clock.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "freshet/result.hpp"

namespace freshet {

using Micros = std::chrono::microseconds;
using Millis = std::chrono::milliseconds;
using Seconds = std::chrono::seconds;
using Instant = std::chrono::sys_time<Micros>;  ///< UTC.

/// "2026-01-31T13:00:00.000000Z": RFC 3339, UTC, always six digits.
[[nodiscard]] std::string format_instant(Instant at);
/// Reads RFC 3339 with any offset and 0 to 9 digits of fraction; also "2026-01-31" (midnight UTC).
[[nodiscard]] Result<Instant> parse_instant(std::string_view text);

/// Reads "500ms", "10s", "30m", "1h", "2d", "1w"; several may follow each other ("1h30m").
[[nodiscard]] Result<Micros> parse_duration(std::string_view text);
/// The shortest text that parse_duration reads back: "12h", "1h30m", "250ms"; "0s" for nothing.
[[nodiscard]] std::string format_duration(Micros duration);

}  // namespace freshet
