// When a cron line fires in a zone: the next tick, the previous tick.  Pure.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "base/timezone.hpp"
#include "freshet/result.hpp"
#include "freshet/time.hpp"

namespace freshet {

/// What is wrong with a cron line, and where.
struct CronFault {
  std::size_t offset{};  ///< In bytes from the start of the text; its size where something lacks.
  std::string reason;    ///< Names the field: "minute 61 is out of range 0-59".
  friend bool operator==(const CronFault&, const CronFault&) = default;
};

/// The five fields as sets: bit n is set where the value n matches.
struct CronFields {
  std::uint64_t minutes{};
  std::uint32_t hours{};
  std::uint32_t days{};     ///< Of the month, from 1.
  std::uint16_t months{};   ///< From 1.
  std::uint8_t weekdays{};  ///< From 0, Sunday, to 6.
  bool either_day{};        ///< Day of month or weekday is enough: both are restricted.
  bool real_hours{};        ///< The hour is `*` or `*/n`.
  friend bool operator==(const CronFields&, const CronFields&) = default;
};

/// Five fields (minute, hour, day of month, month, weekday) of numbers, names, ranges, steps and
/// lists, or @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually.  As in Vixie cron a
/// day matches if either of day of month and weekday does where neither begins with `*`, else if
/// both do; 0 and 7 are Sunday.
///
/// With `*` or `*/n` as its hour, a line fires whenever the clocks show a time that matches: in
/// every real hour.  Any other line fires once for each matching local time: where that time
/// exists twice, at the second; where clocks jump over it, at the first instant after the jump.
class Cron {
 public:
  /// An error reads: cron "61 * * * *": minute 61 is out of range 0-59 (column 1).
  [[nodiscard]] static Result<Cron> parse(std::string_view text);
  /// As parse, with the place of the mistake as a number.
  [[nodiscard]] static std::variant<Cron, CronFault> read(std::string_view text);

  /// The first tick after `after` (never at it); nullopt where none comes within 41 years, which is
  /// only so beyond the year 9900, since parse refuses what never fires.
  [[nodiscard]] std::optional<Instant> next(Instant after, const TimeZone& zone) const;
  /// The last tick up to and including `at_or_before`; nullopt as for next.
  [[nodiscard]] std::optional<Instant> previous(Instant at_or_before, const TimeZone& zone) const;

  /// As given, but for blanks around it.
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] const CronFields& fields() const { return fields_; }
  friend bool operator==(const Cron&, const Cron&) = default;

 private:
  Cron(std::string text, const CronFields& fields) : text_{std::move(text)}, fields_{fields} {}

  std::string text_;
  CronFields fields_;
};

}  // namespace freshet
