// Which time windows a cadence cuts in a zone: their numbers, bounds and keys.  Arithmetic wherever
// a cadence is regular.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
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

/// Immutable and shared; any thread.  A window's number is counted from a fixed epoch of its
/// cadence and zone and hence the same in every definition of that shape; neighbours in time are
/// neighbours in number.  (A window of no length, a day that a zone leaves out, has a number but
/// never exists.)
class WindowSeries {
 public:
  virtual ~WindowSeries() = default;
  /// The window that contains an instant.
  [[nodiscard]] virtual std::uint32_t at(Instant instant) const = 0;
  [[nodiscard]] virtual TimeSpan span(std::uint32_t number) const = 0;
  /// "2026-01-31-13:00", "2026-01-31"; the second of a local hour that exists twice has its offset:
  /// "2026-10-25-02:00+01:00".
  [[nodiscard]] virtual std::string key(std::uint32_t number) const = 0;
  /// Reads what key wrote; Errc::invalid says what a key looks like, or that no window begins
  /// there.
  [[nodiscard]] virtual Result<std::uint32_t> parse(std::string_view key) const = 0;
};

/// Errc::invalid: an unknown zone or a schedule that is none.
[[nodiscard]] Result<std::shared_ptr<const WindowSeries>> make_window_series(
    const WindowsDefinition& definition);

}  // namespace freshet
