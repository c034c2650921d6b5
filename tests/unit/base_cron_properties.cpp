// Cron lines against a slow and simple reading of the rules, minute by minute over clock changes.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/cron.hpp"
#include "base/timezone.hpp"
#include "freshet/time.hpp"

namespace freshet {
namespace {

using namespace std::chrono_literals;

Instant at(std::string_view text) { return parse_instant(text).value(); }

/// A stretch of days around something that happens to clocks.
struct Change {
  const char* name;
  std::string_view zone;
  std::string_view begin;
  std::string_view end;
};
void PrintTo(const Change& c, std::ostream* out) { *out << c.name; }

constexpr Change changes[] = {
    {"vienna_spring", "Europe/Vienna", "2026-03-28", "2026-03-31"},
    {"vienna_autumn", "Europe/Vienna", "2026-10-24", "2026-10-27"},
    {"new_york_spring", "America/New_York", "2026-03-07", "2026-03-10"},
    {"new_york_autumn", "America/New_York", "2026-10-31", "2026-11-03"},
    {"lord_howe_spring", "Australia/Lord_Howe", "2026-10-02", "2026-10-05"},
    {"lord_howe_autumn", "Australia/Lord_Howe", "2026-04-03", "2026-04-06"},
    {"kolkata", "Asia/Kolkata", "2026-03-28", "2026-03-31"},
    {"santiago_spring", "America/Santiago", "2026-09-05", "2026-09-08"},
    {"santiago_autumn", "America/Santiago", "2026-04-03", "2026-04-07"},
    {"apia_skips_a_day", "Pacific/Apia", "2011-12-28", "2012-01-01"},
    {"kwajalein_skips_a_day", "Pacific/Kwajalein", "1993-08-19", "1993-08-23"},
    {"troll_two_hours", "Antarctica/Troll", "2026-10-24", "2026-10-27"},
};
constexpr std::string_view lines[] = {
    "* * * * *",    "0 * * * *",        "30 * * * *",   "*/7 * * * *",   "0 */2 * * *",
    "15 */3 * * *", "* 2 * * *",        "* 0-23 * * *", "30 2 * * *",    "0 0 * * *",
    "59 23 * * *",  "*/15 0,1,2 * * *", "45 1 * * *",   "10 1-3 * * *",  "0 3 * * *",
    "0 0 * * SUN",  "30 1 25-31 * *",   "0 12 6 * SAT", "20 */24 * * *", "@hourly",
};

bool matches(const CronFields& fields, LocalTime local) {
  const auto midnight = std::chrono::floor<std::chrono::days>(local);
  const std::chrono::year_month_day date{midnight};
  const std::chrono::hh_mm_ss time{local - midnight};
  const auto has = [](std::uint64_t set, std::int64_t n) { return (set >> n & 1U) != 0; };
  const bool day = has(fields.days, unsigned{date.day()});
  const bool weekday = has(fields.weekdays, std::chrono::weekday{midnight}.c_encoding());
  return has(fields.minutes, time.minutes().count()) && has(fields.hours, time.hours().count()) &&
         has(fields.months, unsigned{date.month()}) &&
         (fields.either_day ? day || weekday : day && weekday);
}

/// All ticks of [begin, end), found by looking at every minute.
std::set<Instant> slow_ticks(const CronFields& fields, const TimeZone& zone, Instant begin,
                             Instant end) {
  std::set<Instant> ticks;
  std::map<LocalTime, Instant> last_shown;
  for (Instant t = begin - 72h; t < end + 72h; t += 1min) {
    const LocalTime local = zone.to_local(t);
    last_shown[local] = t;
    if (fields.real_hours && matches(fields, local)) ticks.insert(t);
  }
  if (!fields.real_hours) {
    for (LocalTime local = zone.to_local(begin) - 48h; local < zone.to_local(end) + 48h;
         local += 1min) {
      if (!matches(fields, local)) continue;
      // What is not shown itself is over once something later is.
      ticks.insert(last_shown.lower_bound(local)->second);
    }
  }
  ticks.erase(ticks.begin(), ticks.lower_bound(begin));
  ticks.erase(ticks.lower_bound(end), ticks.end());
  return ticks;
}

class CronOverChanges : public testing::TestWithParam<std::tuple<Change, std::string_view>> {
 protected:
  const Change change_ = std::get<0>(GetParam());
  const Cron cron_ = Cron::parse(std::get<1>(GetParam())).value();
  const TimeZone& zone_ = *find_time_zone(change_.zone).value();
  const Instant begin_ = at(change_.begin);
  const Instant end_ = at(change_.end);
};

TEST_P(CronOverChanges, NextFindsWhatLookingAtEveryMinuteFinds) {
  std::vector<std::string> want;
  for (const Instant tick : slow_ticks(cron_.fields(), zone_, begin_, end_)) {
    want.push_back(format_instant(tick));
  }
  std::vector<std::string> found;
  for (auto tick = cron_.next(begin_ - 1us, zone_); tick < end_; tick = cron_.next(*tick, zone_)) {
    ASSERT_TRUE(tick);
    ASSERT_TRUE(found.empty() || format_instant(*tick) > found.back()) << "it stands still";
    found.push_back(format_instant(*tick));
  }
  EXPECT_EQ(found, want);
}

TEST_P(CronOverChanges, FromAnyInstantNextAndPreviousAreNeighbours) {
  std::set<Instant> ticks = slow_ticks(cron_.fields(), zone_, begin_ - 24h, end_ + 24h);
  for (Instant t = begin_; t < end_; t += 7min + 30s) {
    const auto next = cron_.next(t, zone_);
    const auto previous = cron_.previous(t, zone_);
    ASSERT_TRUE(next && previous);
    ASSERT_LT(t, *next);
    ASSERT_LE(*previous, t);
    ASSERT_EQ(cron_.previous(*next, zone_), *next) << format_instant(*next);
    ASSERT_EQ(cron_.previous(*next - 1us, zone_), *previous) << format_instant(t);
    ASSERT_EQ(cron_.next(*previous, zone_), *next) << format_instant(t);
    const auto want = ticks.upper_bound(t);
    if (want != ticks.end()) ASSERT_EQ(format_instant(*next), format_instant(*want));
  }
}

INSTANTIATE_TEST_SUITE_P(Table, CronOverChanges,
                         testing::Combine(testing::ValuesIn(changes), testing::ValuesIn(lines)),
                         [](const auto& c) {
                           return std::string{std::get<0>(c.param).name} + "_line_" +
                                  std::to_string(c.index % std::size(lines));
                         });

TEST(CronOverYears, StrictlyIncreasesAndGoesBackTheSameWay) {
  for (const char* name : {"Europe/Vienna", "America/New_York", "Australia/Lord_Howe",
                           "Asia/Kolkata", "America/Santiago"}) {
    const TimeZone& zone = *find_time_zone(name).value();
    for (const char* line : {"30 2 * * *", "@daily", "0 */6 * * *", "45 1 * * SUN"}) {
      const Cron cron = Cron::parse(line).value();
      Instant last = at("2020-01-01");
      std::optional<Instant> before = cron.previous(last, zone);
      ASSERT_TRUE(before);
      while (last < at("2037-01-01")) {
        const auto next = cron.next(last, zone);
        ASSERT_TRUE(next);
        ASSERT_LT(last, *next) << name << ' ' << line;
        ASSERT_EQ(cron.previous(*next, zone), *next) << name << ' ' << line;
        ASSERT_EQ(cron.previous(*next - 1us, zone), before) << name << ' ' << line;
        last = *next;
        before = next;
      }
    }
  }
}

}  // namespace
}  // namespace freshet
