#include "base/cron.hpp"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstdint>
#include <optional>

#include "base/timezone.hpp"
#include "freshet/time.hpp"

namespace freshet {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::local_days;
using std::chrono::minutes;
using std::chrono::year_month_day;
using LocalMinute = std::chrono::local_time<minutes>;

/// A weekday's 29th of February may be 40 years away (over 2100, which has none).
constexpr days horizon{41 * 366};
/// Where local times and the horizon are safe to compute with.
constexpr Instant earliest{std::chrono::sys_days{std::chrono::year{100} / 1 / 1}};
constexpr Instant latest{std::chrono::sys_days{std::chrono::year{9900} / 1 / 1}};

LocalMinute ceil_minute(LocalTime at) { return std::chrono::ceil<minutes>(at); }

bool matches(const CronFields& fields, const year_month_day& date) {
  const std::chrono::weekday weekday{local_days{date}};
  const bool by_day = (fields.days >> unsigned{date.day()} & 1U) != 0;
  const bool by_weekday = (fields.weekdays >> weekday.c_encoding() & 1U) != 0;
  return fields.either_day ? by_day || by_weekday : by_day && by_weekday;
}

bool has_month(const CronFields& fields, const year_month_day& date) {
  return (fields.months >> unsigned{date.month()} & 1U) != 0;
}

/// The first matching time of a day that is not before `from`; both count from midnight.
std::optional<minutes> first_time(const CronFields& fields, minutes from) {
  const auto hour = static_cast<unsigned>(from / minutes{60});
  const auto minute = static_cast<unsigned>((from % minutes{60}).count());
  const std::uint64_t rest = fields.minutes >> minute << minute;
  if ((fields.hours >> hour & 1U) != 0 && rest != 0) {
    return minutes{hour * 60} + minutes{std::countr_zero(rest)};
  }
  const std::uint32_t later = fields.hours & ~((2U << hour) - 1U);
  if (later == 0) return std::nullopt;
  return minutes{std::countr_zero(later) * 60 + std::countr_zero(fields.minutes)};
}

/// The last matching time of a day that is not after `from`.
std::optional<minutes> last_time(const CronFields& fields, minutes from) {
  const auto hour = static_cast<unsigned>(from / minutes{60});
  const auto minute = static_cast<unsigned>((from % minutes{60}).count());
  const std::uint64_t rest = fields.minutes & ((std::uint64_t{2} << minute) - 1U);
  if ((fields.hours >> hour & 1U) != 0 && rest != 0) {
    return minutes{hour * 60} + minutes{std::bit_width(rest) - 1};
  }
  const std::uint32_t earlier = fields.hours & ((1U << hour) - 1U);
  if (earlier == 0) return std::nullopt;
  return minutes{(static_cast<int>(std::bit_width(earlier)) - 1) * 60 +
                 static_cast<int>(std::bit_width(fields.minutes)) - 1};
}

/// The first matching local time in [from, limit].
std::optional<LocalMinute> first_match(const CronFields& fields, LocalMinute from,
                                       LocalMinute limit) {
  auto day = floor<days>(from);
  minutes time = from - day;
  while (day <= limit) {
    const year_month_day date{day};
    if (!has_month(fields, date)) {
      day = local_days{(date.year() / date.month() + std::chrono::months{1}) / 1};
    } else {
      if (matches(fields, date)) {
        if (const auto found = first_time(fields, time)) {
          return day + *found <= limit ? std::optional{day + *found} : std::nullopt;
        }
      }
      day += days{1};
    }
    time = minutes{0};
  }
  return std::nullopt;
}

/// The last matching local time in [limit, from].
std::optional<LocalMinute> last_match(const CronFields& fields, LocalMinute from,
                                      LocalMinute limit) {
  constexpr minutes day_end{24 * 60 - 1};
  auto day = floor<days>(from);
  minutes time = from - day;
  while (day + day_end >= limit) {
    const year_month_day date{day};
    if (!has_month(fields, date)) {
      day = local_days{date.year() / date.month() / 1} - days{1};
    } else {
      if (matches(fields, date)) {
        if (const auto found = last_time(fields, time)) {
          return day + *found >= limit ? std::optional{day + *found} : std::nullopt;
        }
      }
      day -= days{1};
    }
    time = day_end;
  }
  return std::nullopt;
}

LocalTime local_in(const TimeZone::Period& period, Instant at) {
  return LocalTime{(at + period.offset).time_since_epoch()};
}
Instant instant_in(const TimeZone::Period& period, LocalTime local) {
  return Instant{local.time_since_epoch() - period.offset};
}

std::optional<Instant> next_real(const CronFields& fields, Instant after, const TimeZone& zone) {
  const Instant end = after + horizon;
  for (Instant from = after + Micros{1}; from < end;) {
    const TimeZone::Period& period = zone.period_at(from);
    const Instant last = std::min(period.end, end) - Micros{1};
    const auto match = first_match(fields, ceil_minute(local_in(period, from)),
                                   floor<minutes>(local_in(period, last)));
    if (match) return instant_in(period, *match);
    from = last + Micros{1};
  }
  return std::nullopt;
}

std::optional<Instant> previous_real(const CronFields& fields, Instant at, const TimeZone& zone) {
  const Instant begin = at - horizon;
  for (Instant from = at; from >= begin;) {
    const TimeZone::Period& period = zone.period_at(from);
    const Instant first = std::max(period.begin, begin);
    const auto match = last_match(fields, floor<minutes>(local_in(period, from)),
                                  ceil_minute(local_in(period, first)));
    if (match) return instant_in(period, *match);
    from = first - Micros{1};
  }
  return std::nullopt;
}

/// The least local time that the clocks show at any instant from `at` on: less than what they show
/// at `at` itself where they are about to be put back.
LocalTime least_local(const TimeZone& zone, Instant at) {
  constexpr std::chrono::hours jump_max{27};
  const TimeZone::Period* period = &zone.period_at(at);
  LocalTime least = local_in(*period, at);
  while (period->end < at + jump_max) {
    const Instant begin = period->end;
    period = &zone.period_at(begin);
    least = std::min(least, local_in(*period, begin));
  }
  return least;
}

// Both searches below rest on this: `from_local(local).later` never decreases with `local`.

std::optional<Instant> next_local(const CronFields& fields, Instant after, const TimeZone& zone) {
  const auto limit = floor<minutes>(zone.to_local(after) + horizon);
  auto match = first_match(fields, ceil_minute(least_local(zone, after)), limit);
  while (match) {
    const Instant tick = zone.from_local(*match).later;
    if (tick > after) return tick;
    match = first_match(fields, *match + minutes{1}, limit);
  }
  return std::nullopt;
}

std::optional<Instant> previous_local(const CronFields& fields, Instant at, const TimeZone& zone) {
  const LocalTime local = zone.to_local(at);
  const auto limit = floor<minutes>(local - horizon);
  auto match = last_match(fields, floor<minutes>(local), limit);
  while (match) {
    const Instant tick = zone.from_local(*match).later;
    if (tick <= at) return tick;
    match = last_match(fields, *match - minutes{1}, limit);
  }
  return std::nullopt;
}

}  // namespace

std::optional<Instant> Cron::next(Instant after, const TimeZone& zone) const {
  if (after >= latest) return std::nullopt;
  after = std::max(after, earliest);
  return fields_.real_hours ? next_real(fields_, after, zone) : next_local(fields_, after, zone);
}

std::optional<Instant> Cron::previous(Instant at_or_before, const TimeZone& zone) const {
  if (at_or_before <= earliest) return std::nullopt;
  const Instant at = std::min(at_or_before, latest);
  return fields_.real_hours ? previous_real(fields_, at, zone) : previous_local(fields_, at, zone);
}

}  // namespace freshet
