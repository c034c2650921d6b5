// Time windows: keys and bounds where clocks change, and numbers against ticks that are counted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "base/cron.hpp"
#include "base/timezone.hpp"
#include "freshet/partitions.hpp"
#include "model/partition/windows.hpp"

namespace freshet {
namespace {

using Series = std::shared_ptr<const WindowSeries>;

Instant instant(std::string_view text) { return parse_instant(text).value(); }

Series series(Cadence cadence, const std::string& timezone, const std::string& schedule = "") {
  return make_window_series({.cadence = cadence, .schedule = schedule, .timezone = timezone})
      .value();
}

struct WindowCase {
  const char* name;
  Cadence cadence;
  const char* timezone;
  const char* schedule;
  const char* key;
  const char* begin;
  const char* end;
};
class Window : public testing::TestWithParam<WindowCase> {};

TEST_P(Window, HasItsKeyAndBounds) {
  const WindowCase& c = GetParam();
  const Series s = series(c.cadence, c.timezone, c.schedule);
  const Result<std::uint32_t> number = s->parse(c.key);
  ASSERT_TRUE(number) << number.error().message;
  EXPECT_EQ(s->key(*number), c.key);
  EXPECT_EQ(format_instant(s->span(*number).begin), format_instant(instant(c.begin)));
  EXPECT_EQ(format_instant(s->span(*number).end), format_instant(instant(c.end)));
  EXPECT_EQ(s->at(instant(c.begin)), *number);
  EXPECT_EQ(s->at(instant(c.end) - Micros{1}), *number);
  EXPECT_EQ(s->at(instant(c.begin) - Micros{1}), *number - 1);
  EXPECT_LT(*number, 1U << 30U);
}

constexpr const char* vienna = "Europe/Vienna";
INSTANTIATE_TEST_SUITE_P(
    Table, Window,
    testing::Values(
        WindowCase{"Hour", Cadence::hourly, "UTC", "", "2026-01-31-13:00", "2026-01-31T13:00:00Z",
                   "2026-01-31T14:00:00Z"},
        WindowCase{"Day", Cadence::daily, "UTC", "", "2026-01-31", "2026-01-31", "2026-02-01"},
        WindowCase{"WeekFromSunday", Cadence::weekly, "UTC", "", "2026-02-01", "2026-02-01",
                   "2026-02-08"},
        WindowCase{"Month", Cadence::monthly, "UTC", "", "2024-02-01", "2024-02-01", "2024-03-01"},
        WindowCase{"LongAgo", Cadence::daily, "UTC", "", "1850-06-01", "1850-06-01", "1850-06-02"},
        WindowCase{"ShortDay", Cadence::daily, vienna, "", "2026-03-29", "2026-03-28T23:00:00Z",
                   "2026-03-29T22:00:00Z"},
        WindowCase{"LongDay", Cadence::daily, vienna, "", "2026-10-25", "2026-10-24T22:00:00Z",
                   "2026-10-25T23:00:00Z"},
        WindowCase{"HourBeforeTheGap", Cadence::hourly, vienna, "", "2026-03-29-01:00",
                   "2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z"},
        WindowCase{"HourAfterTheGap", Cadence::hourly, vienna, "", "2026-03-29-03:00",
                   "2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z"},
        WindowCase{"FirstOfTwoHours", Cadence::hourly, vienna, "", "2026-10-25-02:00",
                   "2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z"},
        WindowCase{"SecondOfTwoHours", Cadence::hourly, vienna, "", "2026-10-25-02:00+01:00",
                   "2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z"},
        WindowCase{"SecondOfTwoHoursInTheWest", Cadence::hourly, "America/New_York", "",
                   "2026-11-01-01:00-05:00", "2026-11-01T06:00:00Z", "2026-11-01T07:00:00Z"},
        WindowCase{"MonthOverAChange", Cadence::monthly, "America/New_York", "", "2026-03-01",
                   "2026-03-01T05:00:00Z", "2026-04-01T04:00:00Z"},
        WindowCase{"DayWithoutMidnight", Cadence::daily, "America/Sao_Paulo", "", "2017-10-15",
                   "2017-10-15T03:00:00Z", "2017-10-16T02:00:00Z"},
        WindowCase{"DayOfWhichMidnightComesLate", Cadence::daily, "America/Sao_Paulo", "",
                   "2018-02-17", "2018-02-17T02:00:00Z", "2018-02-18T03:00:00Z"},
        WindowCase{"MidnightGapInBeirut", Cadence::daily, "Asia/Beirut", "", "2022-03-27",
                   "2022-03-26T22:00:00Z", "2022-03-27T21:00:00Z"},
        WindowCase{"MidnightTwiceInHavana", Cadence::daily, "America/Havana", "", "2026-11-01",
                   "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"},
        WindowCase{"DayBeforeTheSkippedOne", Cadence::daily, "Pacific/Apia", "", "2011-12-29",
                   "2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z"},
        WindowCase{"DayAfterTheSkippedOne", Cadence::daily, "Pacific/Apia", "", "2011-12-31",
                   "2011-12-30T10:00:00Z", "2011-12-31T10:00:00Z"},
        WindowCase{"HalfAnHourTwice", Cadence::cron, "Australia/Lord_Howe", "*/30 * * * *",
                   "2026-04-05-01:30+10:30", "2026-04-04T15:00:00Z", "2026-04-04T15:30:00Z"},
        WindowCase{"HourAndAHalf", Cadence::hourly, "Australia/Lord_Howe", "", "2026-04-05-01:00",
                   "2026-04-04T14:00:00Z", "2026-04-04T15:30:00Z"},
        WindowCase{"CronOverTheWeekend", Cadence::cron, vienna, "0 6 * * 1-5", "2026-03-27-06:00",
                   "2026-03-27T05:00:00Z", "2026-03-30T04:00:00Z"},
        WindowCase{"CronInTheGap", Cadence::cron, vienna, "30 2 * * *", "2026-03-29-03:00",
                   "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"},
        WindowCase{"CronAtTheSecond", Cadence::cron, vienna, "30 2 * * *", "2026-10-25-02:30",
                   "2026-10-25T01:30:00Z", "2026-10-26T01:30:00Z"},
        WindowCase{"FiveMinutes", Cadence::cron, vienna, "*/5 * * * *", "2026-10-25-02:55+01:00",
                   "2026-10-25T01:55:00Z", "2026-10-25T02:00:00Z"}),
    [](const auto& c) { return std::string{c.param.name}; });

struct NoKeyCase {
  const char* name;
  Cadence cadence;
  const char* timezone;
  const char* key;
};
class NoKey : public testing::TestWithParam<NoKeyCase> {};
TEST_P(NoKey, IsRefused) {
  const auto read = series(GetParam().cadence, GetParam().timezone)->parse(GetParam().key);
  ASSERT_FALSE(read) << *read;
  EXPECT_EQ(read.error().code, Errc::invalid);
  EXPECT_THAT(read.error().message, testing::HasSubstr(GetParam().key));
}
INSTANTIATE_TEST_SUITE_P(
    Table, NoKey,
    testing::Values(
        NoKeyCase{"Empty", Cadence::daily, "UTC", ""},
        NoKeyCase{"Word", Cadence::daily, "UTC", "yesterday"},
        NoKeyCase{"NoDate", Cadence::daily, "UTC", "2026-02-30"},
        NoKeyCase{"TimeOfADay", Cadence::daily, "UTC", "2026-01-31-00:00"},
        NoKeyCase{"DateOfAnHour", Cadence::hourly, "UTC", "2026-01-31"},
        NoKeyCase{"HalfPast", Cadence::hourly, "UTC", "2026-01-31-13:30"},
        NoKeyCase{"Instant", Cadence::hourly, "UTC", "2026-01-31T13:00"},
        NoKeyCase{"Rest", Cadence::hourly, "UTC", "2026-01-31-13:00 "},
        NoKeyCase{"OffsetOfASingleHour", Cadence::hourly, vienna, "2026-10-25-03:00+01:00"},
        NoKeyCase{"OffsetOfTheFirst", Cadence::hourly, vienna, "2026-10-25-02:00+02:00"},
        NoKeyCase{"InTheGap", Cadence::hourly, vienna, "2026-03-29-02:00"},
        NoKeyCase{"Monday", Cadence::weekly, "UTC", "2026-02-02"},
        NoKeyCase{"Second", Cadence::monthly, "UTC", "2026-02-02"},
        NoKeyCase{"SkippedDay", Cadence::daily, "Pacific/Apia", "2011-12-30"}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(WindowSeries, DaysHave23Or25Hours) {
  const Series days = series(Cadence::daily, vienna);
  const Series hours = series(Cadence::hourly, vienna);
  const auto count = [&](const char* day) {
    const TimeSpan span = days->span(days->parse(day).value());
    return hours->at(span.end) - hours->at(span.begin);
  };
  EXPECT_EQ(count("2026-03-28"), 24U);
  EXPECT_EQ(count("2026-03-29"), 23U);
  EXPECT_EQ(count("2026-10-25"), 25U);
}

TEST(WindowSeries, UnknownZonesAndSchedulesAreRefused) {
  EXPECT_EQ(make_window_series({.timezone = "Europe/Wien"}).error().code, Errc::not_found);
  EXPECT_EQ(make_window_series({.cadence = Cadence::cron, .schedule = "61 * * * *"}).error().code,
            Errc::invalid);
}

TEST(WindowSeries, EqualDefinitionsShareOne) {
  EXPECT_EQ(series(Cadence::cron, "UTC", "0 6  * * *"), series(Cadence::cron, "UTC", "0 6 * * *"));
  EXPECT_EQ(window_series_name({.cadence = Cadence::cron, .schedule = "0  6 * * *"}),
            "cron 0 6 * * * UTC");
}

TEST(WindowSeries, WhatLiesBeyondTheirTimeIsTheFirstOrLast) {
  for (const Cadence cadence : {Cadence::hourly, Cadence::daily, Cadence::monthly}) {
    const Series s = series(cadence, vienna);
    EXPECT_EQ(s->at(Instant::min()), s->at(instant("1000-01-01")));
    EXPECT_EQ(s->at(Instant::max()), s->at(instant("2999-12-31T23:59:59Z")));
    EXPECT_EQ(s->begin(0), s->begin(s->at(Instant::min())));
    EXPECT_LE(s->begin(0x3fff'ffff), instant("3000-02-01"));
  }
}

/// Begins of windows in [from, to], from the words of the definition: when a cron line fires, or
/// the first instants of days, those that do not exist left out.
std::vector<Instant> counted(Cadence cadence, const std::string& schedule, const TimeZone& zone,
                             Instant from, Instant to) {
  std::set<Instant> begins;
  if (cadence == Cadence::cron || cadence == Cadence::hourly) {
    const Cron cron = Cron::parse(cadence == Cadence::hourly ? "0 * * * *" : schedule).value();
    for (auto at = cron.next(from - Micros{1}, zone); at && *at <= to; at = cron.next(*at, zone)) {
      begins.insert(*at);
    }
  } else {
    using std::chrono::days;
    auto day = std::chrono::floor<days>(zone.to_local(from)) - days{40};
    for (; day < zone.to_local(to) + days{2}; day += days{1}) {
      const std::chrono::year_month_day date{day};
      if (cadence == Cadence::weekly && std::chrono::weekday{day} != std::chrono::Sunday) continue;
      if (cadence == Cadence::monthly && date.day() != std::chrono::day{1}) continue;
      const Instant begin = zone.from_local(day).earlier;
      if (begin >= from && begin <= to) begins.insert(begin);
    }
  }
  return {begins.begin(), begins.end()};
}

constexpr const char* zones[] = {"UTC",
                                 "Europe/Vienna",
                                 "America/New_York",
                                 "Asia/Kolkata",
                                 "Australia/Lord_Howe",
                                 "America/Sao_Paulo",
                                 "Asia/Beirut",
                                 "Pacific/Apia",
                                 "America/Havana",
                                 "Africa/Cairo",
                                 "Asia/Pyongyang",
                                 "Pacific/Kwajalein",
                                 "Atlantic/Azores"};
constexpr const char* schedules[] = {
    "0 * * * *",   "*/5 * * * *",    "7,22,41 * * * *", "0 */6 * * *",   "*/7 * * * 1-5",
    "30 2 * * *",  "*/20 1-3 * * *", "0 0 * * *",       "0 6 * * 1-5",   "15 3 1,15 * 0",
    "0 12 29 2 *", "* 0-4 * * *",    "0 0 1 */3 *",     "59 23 31 12 *", "17 */5 */2 * *"};

TEST(WindowSeries, NumbersAndBoundsAreThoseThatOneCounts) {
  std::mt19937 random{3};
  for (int round = 0; round < 250; ++round) {
    const auto cadence = static_cast<Cadence>(random() % 7 < 5 ? 4 : random() % 4);
    const std::string schedule =
        cadence == Cadence::cron ? schedules[random() % std::size(schedules)] : "";
    const char* zone_name = zones[random() % std::size(zones)];
    const TimeZone& zone = **find_time_zone(zone_name);
    const Series s = series(cadence, zone_name, schedule);
    SCOPED_TRACE(schedule + ' ' + std::to_string(int(cadence)) + ' ' + zone_name);
    // Around a change of the clocks between 1971 and 2037, or anywhere.
    Instant from = instant("1971-01-01") + std::chrono::hours{random() % 570'000};
    const Instant change = zone.period_at(from).end;
    if (change < instant("2037-01-01")) from = change - std::chrono::hours{random() % 60};
    const bool dense =
        cadence == Cadence::hourly || s->begin(s->at(from) + 20) - from < std::chrono::days{3};
    const Instant to = from + std::chrono::days{dense ? 5 : 1'600};
    const std::vector<Instant> begins = counted(cadence, schedule, zone, from, to);
    std::uint32_t number = s->at(from - Micros{1});
    for (std::size_t i = 0; i < begins.size(); ++i) {
      ++number;
      ASSERT_EQ(format_instant(s->begin(number)), format_instant(begins[i]));
      ASSERT_EQ(s->at(begins[i]), number);
      ASSERT_EQ(s->at(begins[i] - Micros{1}), number - 1);
      ASSERT_EQ(s->parse(s->key(number)).value(), number) << s->key(number);
    }
    EXPECT_GT(s->begin(number + 1), to);
  }
}

TEST(WindowSeries, CountFromTheYear2000) {
  for (const char* zone_name : {"UTC", "Europe/Vienna", "Pacific/Apia", "Asia/Kolkata"}) {
    const TimeZone& zone = **find_time_zone(zone_name);
    for (const char* schedule : {"17 */5 */2 * *", "30 2 * * *", "*/20 1-3 * * *", "0 */6 * * *"}) {
      const Series s = series(Cadence::cron, zone_name, schedule);
      const bool real = std::string_view{schedule}.find("* */") != 0 &&
                        std::string_view{schedule}.find(" */") != std::string_view::npos;
      const Instant epoch =
          real ? instant("2000-01-01")
               : zone.from_local(LocalTime{instant("2000-01-01").time_since_epoch()}).earlier;
      SCOPED_TRACE(std::string{schedule} + ' ' + zone_name);
      const auto later = counted(Cadence::cron, schedule, zone, epoch, instant("2013-01-01"));
      EXPECT_EQ(s->begin(1U << 29U), later.front());
      EXPECT_EQ(s->at(instant("2013-01-01")), (1U << 29U) + later.size() - 1);
      const auto before =
          counted(Cadence::cron, schedule, zone, instant("1985-01-01"), epoch - Micros{1});
      EXPECT_EQ(s->at(before.front()), (1U << 29U) - before.size());
    }
  }
}

}  // namespace
}  // namespace freshet
