#include "model/partition/local_ticks.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "base/cron.hpp"
#include "base/timezone.hpp"

namespace freshet {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::local_days;
using std::chrono::minutes;
using std::chrono::year_month_day;

constexpr local_days origin{std::chrono::year{2000} / 1 / 1};
constexpr std::int64_t cycle = 146'097;  ///< Days of 400 years; whole weeks.

bool matches(const CronFields& fields, local_days day) {
  const year_month_day date{day};
  if ((fields.months >> unsigned{date.month()} & 1U) == 0) return false;
  const bool by_day = (fields.days >> unsigned{date.day()} & 1U) != 0;
  const bool by_weekday = (fields.weekdays >> std::chrono::weekday{day}.c_encoding() & 1U) != 0;
  return fields.either_day ? by_day || by_weekday : by_day && by_weekday;
}

bool is_every_day(const CronFields& fields) {
  return fields.days == 0xffff'fffeU && fields.months == 0x1ffeU && fields.weekdays == 0x7fU;
}

struct Quotient {
  std::int64_t whole;
  std::int64_t rest;  ///< From 0, also below 0.
};
Quotient divide(std::int64_t value, std::int64_t by) {
  const std::int64_t whole = value / by - (value % by < 0 ? 1 : 0);
  return {.whole = whole, .rest = value - whole * by};
}

}  // namespace

LocalTicks::LocalTicks(const CronFields& fields) {
  const std::int64_t end = is_every_day(fields) ? 0 : cycle;
  for (std::int64_t day = 0; day < end; ++day) {
    if (matches(fields, origin + days{day})) days_.push_back(static_cast<std::uint32_t>(day));
  }
  if (days_.size() == cycle) days_.clear();
  days_.shrink_to_fit();
  for (unsigned hour = 0; hour < 24; ++hour) {
    if ((fields.hours >> hour & 1U) == 0) continue;
    for (unsigned minute = 0; minute < 60; ++minute) {
      if ((fields.minutes >> minute & 1U) == 0) continue;
      minutes_.push_back(static_cast<std::uint16_t>(hour * 60 + minute));
    }
  }
}

std::int64_t LocalTicks::days_before(std::int64_t day) const {
  if (days_.empty()) return day;
  const auto [cycles, rest] = divide(day, cycle);
  const auto found = std::lower_bound(days_.begin(), days_.end(), rest);
  return cycles * std::int64_t(days_.size()) + (found - days_.begin());
}

std::int64_t LocalTicks::before(LocalTime local) const {
  const local_days midnight = floor<days>(local);
  const std::int64_t day = (midnight - origin).count();
  const std::int64_t whole = days_before(day);
  const std::int64_t count = whole * std::int64_t(minutes_.size());
  if (days_before(day + 1) == whole) return count;
  const std::int64_t time = std::chrono::ceil<minutes>(local - midnight).count();
  return count + (std::lower_bound(minutes_.begin(), minutes_.end(), time) - minutes_.begin());
}

LocalTime LocalTicks::at(std::int64_t n) const {
  const auto [nth_day, nth_minute] = divide(n, std::int64_t(minutes_.size()));
  std::int64_t day = nth_day;
  if (!days_.empty()) {
    const auto [cycles, rest] = divide(nth_day, std::int64_t(days_.size()));
    day = cycles * cycle + days_[static_cast<std::size_t>(rest)];
  }
  return origin + days{day} + minutes{minutes_[static_cast<std::size_t>(nth_minute)]};
}

}  // namespace freshet
