// What the clocks of a place show: zones by name, local time, and back, gaps and overlaps included.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/result.hpp"
#include "freshet/time.hpp"

namespace freshet {

using LocalTime = std::chrono::local_time<Micros>;  ///< What a clock on the wall shows.

/// The instants at which clocks show a given local time.
struct LocalMatch {
  enum class Kind : std::uint8_t {
    unique,   ///< Once: earlier == later.
    gap,      ///< Never, clocks jump over it: both are the first instant after the jump.
    overlap,  ///< Several times: the first and the last of them.
  };
  Kind kind{Kind::unique};
  Instant earlier;
  Instant later;
  friend bool operator==(const LocalMatch&, const LocalMatch&) = default;
};

/// One zone's history of offsets.  Immutable, hence safe from every thread.
/// Instants and local times are understood within the years 0-9999.
class TimeZone {
 public:
  /// A stretch of time, [begin, end), with one offset: local = UTC + offset.
  struct Period {
    Instant begin;
    Instant end;
    Seconds offset{};
    friend bool operator==(const Period&, const Period&) = default;
  };

  /// `periods` touch each other, cover everything from Instant::min() to Instant::max(), and two
  /// neighbours differ in their offset.
  TimeZone(std::string name, std::vector<Period> periods);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const Period& period_at(Instant at) const;
  [[nodiscard]] Seconds offset_at(Instant at) const { return period_at(at).offset; }
  [[nodiscard]] LocalTime to_local(Instant at) const;
  [[nodiscard]] LocalMatch from_local(LocalTime local) const;

 private:
  std::string name_;
  std::vector<Period> periods_;
};

/// UTC; needs no zone database.
[[nodiscard]] const TimeZone& utc();

/// Finds a zone by its IANA name ("Europe/Vienna"; upper and lower case count) and loads it whole,
/// so that nothing is read later.  The zone lives as long as the process.  An unknown name is
/// not_found and names the nearest one; a missing or broken database is io.  Any thread; the first
/// call for a zone reads files.
[[nodiscard]] Result<const TimeZone*> find_time_zone(std::string_view name);

/// Whether `at` lies in a year (2038 and later) for which the zone library knows no summer time any
/// more: local times are then those of the last offset of 2037.  Worth a warning where a zone with
/// summer time is asked about it.
[[nodiscard]] bool beyond_zone_data(Instant at);

}  // namespace freshet
