// Which time windows a cadence cuts in a zone: their numbers, bounds and keys.  Arithmetic; nothing
// is enumerated.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "freshet/partitions.hpp"
#include "freshet/result.hpp"
#include "freshet/time.hpp"

namespace freshet {

/// Half-open.
struct TimeSpan {
  Instant begin;
  Instant end;
  friend bool operator==(const TimeSpan&, const TimeSpan&) = default;
};

/// Immutable and shared; any thread.  Windows follow each other without gaps; none is empty: ticks
/// that one jump of the clocks brings to the same instant begin one window.  The window that begins
/// at the first tick of the year 2000 has the number 2^29, so that a window has the same number in
/// every definition of its cadence and zone.  Instants are understood within the years 1000-2999,
/// what lies outside counts as their first or last.
class WindowSeries {
 public:
  virtual ~WindowSeries() = default;
  /// The window that contains an instant.
  [[nodiscard]] virtual std::uint32_t at(Instant instant) const = 0;
  [[nodiscard]] virtual Instant begin(std::uint32_t number) const = 0;
  [[nodiscard]] TimeSpan span(std::uint32_t number) const {
    return {.begin = begin(number), .end = begin(number + 1)};
  }
  /// The local time at which it begins: "2026-01-31" of daily, weekly and monthly windows, else
  /// "2026-01-31-13:00"; the second of a local hour that exists twice has its offset:
  /// "2026-10-25-02:00+01:00".
  [[nodiscard]] virtual std::string key(std::uint32_t number) const = 0;
  /// Reads what key wrote; Errc::invalid says what a key looks like, or that no window begins
  /// there.
  [[nodiscard]] virtual Result<std::uint32_t> parse(std::string_view key) const = 0;
};

/// "daily Europe/Vienna", "cron 0 6 * * 1-5 UTC": equal names, equal windows.
[[nodiscard]] std::string window_series_name(const WindowsDefinition& definition);

/// One for all definitions of a name.  Errc::not_found: an unknown zone; Errc::invalid: a schedule
/// that is none.  Any thread.
[[nodiscard]] Result<std::shared_ptr<const WindowSeries>> make_window_series(
    const WindowsDefinition& definition);

}  // namespace freshet
