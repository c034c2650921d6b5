// Cron lines: what they say, and when they fire.
#include "base/cron.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/timezone.hpp"
#include "freshet/result.hpp"
#include "freshet/time.hpp"

namespace freshet {
namespace {

Instant at(std::string_view text) { return parse_instant(text).value(); }
const TimeZone& zone(std::string_view name) { return *find_time_zone(name).value(); }

std::vector<std::string> texts(const std::vector<std::string>& instants) {
  std::vector<std::string> result;
  result.reserve(instants.size());
  for (const std::string& text : instants) result.push_back(format_instant(at(text)));
  return result;
}

struct TickCase {
  const char* name;
  std::string_view cron;
  std::string_view zone;
  std::string_view after;
  std::vector<std::string> ticks;
};
void PrintTo(const TickCase& c, std::ostream* out) { *out << c.cron << ' ' << c.zone; }

class CronTicks : public testing::TestWithParam<TickCase> {};
TEST_P(CronTicks, FollowEachOtherForwardsAndBackwards) {
  const TickCase& c = GetParam();
  const Cron cron = Cron::parse(c.cron).value();
  std::vector<std::string> forwards;
  Instant last = at(c.after);
  for (std::size_t i = 0; i < c.ticks.size(); ++i) {
    const auto next = cron.next(last, zone(c.zone));
    ASSERT_TRUE(next);
    last = *next;
    forwards.push_back(format_instant(last));
  }
  EXPECT_EQ(forwards, texts(c.ticks));
  for (std::size_t i = c.ticks.size(); i-- > 0;) {
    const auto previous = cron.previous(last, zone(c.zone));
    ASSERT_TRUE(previous);
    EXPECT_EQ(format_instant(*previous), texts(c.ticks)[i]);
    last = *previous - Micros{1};
  }
  EXPECT_LE(*cron.previous(last, zone(c.zone)), at(c.after));
}
INSTANTIATE_TEST_SUITE_P(
    Table, CronTicks,
    testing::Values(
        TickCase{"every_minute",
                 "* * * * *",
                 "UTC",
                 "2026-01-01T00:00:30Z",
                 {"2026-01-01T00:01:00Z", "2026-01-01T00:02:00Z"}},
        TickCase{
            "strictly_after", "0 * * * *", "UTC", "2026-01-01T01:00:00Z", {"2026-01-01T02:00:00Z"}},
        TickCase{"a_microsecond_is_enough",
                 "0 * * * *",
                 "UTC",
                 "2026-01-01T00:59:59.999999Z",
                 {"2026-01-01T01:00:00Z"}},
        TickCase{"quarters",
                 "*/15 9-10 * * *",
                 "UTC",
                 "2026-01-01T09:40:00Z",
                 {"2026-01-01T09:45:00Z", "2026-01-01T10:00:00Z", "2026-01-01T10:15:00Z",
                  "2026-01-01T10:30:00Z", "2026-01-01T10:45:00Z", "2026-01-02T09:00:00Z"}},
        TickCase{"step_from_a_value",
                 "10/20 6 * * *",
                 "UTC",
                 "2026-01-01T00:00:00Z",
                 {"2026-01-01T06:10:00Z", "2026-01-01T06:30:00Z", "2026-01-01T06:50:00Z",
                  "2026-01-02T06:10:00Z"}},
        TickCase{"working_days",
                 "0 6 * * MON-FRI",
                 "UTC",
                 "2026-01-02T07:00:00Z",
                 {"2026-01-05T06:00:00Z", "2026-01-06T06:00:00Z"}},
        TickCase{"seven_is_sunday",
                 "0 0 * * 7",
                 "UTC",
                 "2026-01-01T00:00:00Z",
                 {"2026-01-04T00:00:00Z", "2026-01-11T00:00:00Z"}},
        TickCase{"either_kind_of_day",
                 "0 0 13 * fri",
                 "UTC",
                 "2026-02-01T00:00:00Z",
                 {"2026-02-06T00:00:00Z", "2026-02-13T00:00:00Z", "2026-02-20T00:00:00Z",
                  "2026-02-27T00:00:00Z", "2026-03-06T00:00:00Z", "2026-03-13T00:00:00Z"}},
        TickCase{"both_kinds_where_one_begins_with_a_star",
                 "0 0 */2 * MON",
                 "UTC",
                 "2026-01-01T00:00:00Z",
                 {"2026-01-05T00:00:00Z", "2026-01-19T00:00:00Z", "2026-02-09T00:00:00Z",
                  "2026-02-23T00:00:00Z"}},
        TickCase{"leap_days",
                 "0 0 29 2 *",
                 "UTC",
                 "2026-01-01T00:00:00Z",
                 {"2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z"}},
        TickCase{"a_century_without_a_leap_day",
                 "0 0 29 2 *",
                 "UTC",
                 "2096-03-01T00:00:00Z",
                 {"2104-02-29T00:00:00Z"}},
        TickCase{"leap_days_on_a_sunday",
                 "0 0 29 2 */7",
                 "UTC",
                 "2026-01-01T00:00:00Z",
                 {"2032-02-29T00:00:00Z", "2060-02-29T00:00:00Z", "2088-02-29T00:00:00Z",
                  "2128-02-29T00:00:00Z"}},
        TickCase{"thirty_first",
                 "0 0 31 * *",
                 "UTC",
                 "2026-01-31T00:00:00Z",
                 {"2026-03-31T00:00:00Z", "2026-05-31T00:00:00Z"}},
        TickCase{"hourly", "@hourly", "UTC", "2026-01-01T00:30:00Z", {"2026-01-01T01:00:00Z"}},
        TickCase{"daily",
                 "@daily",
                 "Asia/Kolkata",
                 "2026-01-01T00:00:00Z",
                 {"2026-01-01T18:30:00Z", "2026-01-02T18:30:00Z"}},
        TickCase{"midnight", "@midnight", "UTC", "2026-01-01T00:00:00Z", {"2026-01-02T00:00:00Z"}},
        TickCase{"weekly", "@weekly", "UTC", "2026-01-01T00:00:00Z", {"2026-01-04T00:00:00Z"}},
        TickCase{"monthly", "@monthly", "UTC", "2026-01-01T00:00:00Z", {"2026-02-01T00:00:00Z"}},
        TickCase{"yearly", "@yearly", "UTC", "2026-01-01T00:00:00Z", {"2027-01-01T00:00:00Z"}},
        TickCase{"annually", "@annually", "UTC", "2026-01-01T00:00:00Z", {"2027-01-01T00:00:00Z"}},
        TickCase{"long_before_1970",
                 "30 12 1 1 *",
                 "UTC",
                 "1900-01-01T12:30:00Z",
                 {"1901-01-01T12:30:00Z"}}),
    [](const auto& c) { return std::string{c.param.name}; });

INSTANTIATE_TEST_SUITE_P(
    WhereClocksChange, CronTicks,
    testing::Values(
        TickCase{"a_skipped_time_fires_after_the_gap",
                 "30 2 * * *",
                 "Europe/Vienna",
                 "2026-03-28T12:00:00Z",
                 {"2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z", "2026-03-31T00:30:00Z"}},
        TickCase{"a_doubled_time_fires_at_the_second",
                 "30 2 * * *",
                 "Europe/Vienna",
                 "2026-10-24T12:00:00Z",
                 {"2026-10-25T01:30:00Z", "2026-10-26T01:30:00Z"}},
        TickCase{"also_asked_between_the_two",
                 "30 2 * * *",
                 "Europe/Vienna",
                 "2026-10-25T00:45:00Z",
                 {"2026-10-25T01:30:00Z", "2026-10-26T01:30:00Z"}},
        TickCase{"several_skipped_times_fire_once",
                 "*/20 2 * * *",
                 "Europe/Vienna",
                 "2026-03-29T00:00:00Z",
                 {"2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z"}},
        TickCase{"with_the_first_after_the_gap",
                 "30 2,3 * * *",
                 "Europe/Vienna",
                 "2026-03-29T00:00:00Z",
                 {"2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"}},
        TickCase{"skipped_and_named_fire_together",
                 "0 2,3 * * *",
                 "Europe/Vienna",
                 "2026-03-29T00:00:00Z",
                 {"2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z"}},
        TickCase{"all_hours_by_name_are_local",
                 "0 0-23 * * *",
                 "Europe/Vienna",
                 "2026-10-24T22:30:00Z",
                 {"2026-10-24T23:00:00Z", "2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z"}},
        TickCase{"hourly_in_the_doubled_hour",
                 "0 * * * *",
                 "Europe/Vienna",
                 "2026-10-24T22:30:00Z",
                 {"2026-10-24T23:00:00Z", "2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z",
                  "2026-10-25T02:00:00Z"}},
        TickCase{"hourly_over_the_gap",
                 "30 * * * *",
                 "Europe/Vienna",
                 "2026-03-29T00:00:00Z",
                 {"2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z", "2026-03-29T02:30:00Z"}},
        TickCase{"every_second_hour_over_the_gap",
                 "30 */2 * * *",
                 "Europe/Vienna",
                 "2026-03-28T23:00:00Z",
                 {"2026-03-28T23:30:00Z", "2026-03-29T02:30:00Z"}},
        TickCase{"every_second_hour_in_the_doubled_hour",
                 "30 */2 * * *",
                 "Europe/Vienna",
                 "2026-10-24T22:00:00Z",
                 {"2026-10-24T22:30:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z",
                  "2026-10-25T03:30:00Z"}},
        TickCase{"new_york_gap",
                 "15 2 * * *",
                 "America/New_York",
                 "2026-03-08T00:00:00Z",
                 {"2026-03-08T07:00:00Z", "2026-03-09T06:15:00Z"}},
        TickCase{"new_york_overlap",
                 "15 1 * * *",
                 "America/New_York",
                 "2026-11-01T00:00:00Z",
                 {"2026-11-01T06:15:00Z", "2026-11-02T06:15:00Z"}},
        TickCase{"half_hour_gap",
                 "10 2 * * *",
                 "Australia/Lord_Howe",
                 "2026-10-03T00:00:00Z",
                 {"2026-10-03T15:30:00Z", "2026-10-04T15:10:00Z"}},
        TickCase{"half_hour_overlap",
                 "45 1 * * *",
                 "Australia/Lord_Howe",
                 "2026-04-04T00:00:00Z",
                 {"2026-04-04T15:15:00Z", "2026-04-05T15:15:00Z"}},
        TickCase{"no_midnight",
                 "@daily",
                 "America/Santiago",
                 "2026-09-05T12:00:00Z",
                 {"2026-09-06T04:00:00Z", "2026-09-07T03:00:00Z"}},
        TickCase{"midnight_is_once_though_an_hour_before_is_twice",
                 "@daily",
                 "America/Santiago",
                 "2026-04-04T12:00:00Z",
                 {"2026-04-05T04:00:00Z", "2026-04-06T04:00:00Z"}},
        TickCase{"a_day_that_does_not_exist",
                 "0 12 * * *",
                 "Pacific/Apia",
                 "2011-12-29T00:00:00Z",
                 {"2011-12-29T22:00:00Z", "2011-12-30T10:00:00Z", "2011-12-30T22:00:00Z"}}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(Cron, EndsWhereTheCalendarDoes) {
  const Cron cron = Cron::parse("* * * * *").value();
  EXPECT_EQ(cron.next(Instant::max(), utc()), std::nullopt);
  EXPECT_EQ(cron.previous(Instant::min(), utc()), std::nullopt);
  EXPECT_TRUE(cron.next(Instant::min(), utc()));
  EXPECT_TRUE(cron.previous(Instant::max(), utc()));
}

TEST(Cron, KeepsItsTextAndComparesByIt) {
  EXPECT_EQ(Cron::parse("  0 6 * * MON-FRI\t").value().text(), "0 6 * * MON-FRI");
  EXPECT_EQ(Cron::parse("@Daily").value().text(), "@Daily");
  EXPECT_EQ(Cron::parse("0 6 * * *").value(), Cron::parse("0 6 * * *").value());
  EXPECT_NE(Cron::parse("0 6 * * *").value(), Cron::parse("0 7 * * *").value());
}

struct FieldsCase {
  const char* name;
  std::string_view text;
  std::string_view same_as;
};
class CronFieldsOf : public testing::TestWithParam<FieldsCase> {};
TEST_P(CronFieldsOf, AreTheSame) {
  EXPECT_EQ(Cron::parse(GetParam().text).value().fields(),
            Cron::parse(GetParam().same_as).value().fields());
}
INSTANTIATE_TEST_SUITE_P(Table, CronFieldsOf,
                         testing::Values(FieldsCase{"months", "0 0 1 jan,MAR-may *",
                                                    "0 0 1 1,3,4,5 *"},
                                         FieldsCase{"weekdays", "0 0 * * sun,Wed", "0 0 * * 0,3"},
                                         FieldsCase{"sunday", "0 0 * * 7", "0 0 * * 0"},
                                         FieldsCase{"to_sunday", "0 0 * * 5-7", "0 0 * * FRI-SUN"},
                                         FieldsCase{"over_sunday", "0 0 * * 5-7", "0 0 * * 0,5,6"},
                                         FieldsCase{"blanks", " 0 \t 0  * * 0 ", "0 0 * * 0"},
                                         FieldsCase{"range_step", "1-9/4 0 * * *", "1,5,9 0 * * *"},
                                         FieldsCase{"leading_zeros", "05 006 01 * *", "5 6 1 * *"},
                                         FieldsCase{"twice", "5,5,1-5 6 1 * *", "1-5 6 1 * *"}),
                         [](const auto& c) { return std::string{c.param.name}; });

struct FaultCase {
  std::string_view text;
  std::size_t offset;
  std::string_view reason;
};
void PrintTo(const FaultCase& c, std::ostream* out) { *out << c.text; }

class CronFaults : public testing::TestWithParam<FaultCase> {};
TEST_P(CronFaults, HaveAPlaceAndNameTheField) {
  const FaultCase& c = GetParam();
  const auto read = Cron::read(c.text);
  ASSERT_TRUE(std::holds_alternative<CronFault>(read));
  EXPECT_EQ(std::get<CronFault>(read).reason, c.reason);
  EXPECT_EQ(std::get<CronFault>(read).offset, c.offset);
  const auto parsed = Cron::parse(c.text);
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().code, Errc::invalid);
  EXPECT_EQ(parsed.error().message, "cron \"" + std::string{c.text} +
                                        "\": " + std::string{c.reason} + " (column " +
                                        std::to_string(c.offset + 1) + ')');
}
constexpr std::string_view want_five =
    "want five fields: minute, hour, day of month, month and weekday";
INSTANTIATE_TEST_SUITE_P(
    Table, CronFaults,
    testing::Values(
        FaultCase{"61 * * * *", 0, "minute 61 is out of range 0-59"},
        FaultCase{"0 24 * * *", 2, "hour 24 is out of range 0-23"},
        FaultCase{"0 0 0 * *", 4, "day of month 0 is out of range 1-31"},
        FaultCase{"0 0 1,32 * *", 6, "day of month 32 is out of range 1-31"},
        FaultCase{"0 0 1 13 *", 6, "month 13 is out of range 1-12"},
        FaultCase{"0 0 * * 8", 8, "weekday 8 is out of range 0-7"},
        FaultCase{"99999999999999999999 * * * *", 0,
                  "minute 99999999999999999999 is out of range 0-59"},
        FaultCase{" 0 0 1 jam *", 7,
                  "month \"jam\" is not a number of 1-12 or a name; nearest is JAN"},
        FaultCase{"0 0 * * Monday", 8, "weekday \"Monday\" is not a number of 0-7 or a name"},
        FaultCase{"x * * * *", 0, "minute \"x\" is not a number of 0-59"},
        FaultCase{"-1 * * * *", 0, "minute lacks a value"},
        FaultCase{"1- * * * *", 2, "minute lacks a value"},
        FaultCase{"1,,2 * * * *", 2, "minute lacks a value"},
        FaultCase{"1, * * * *", 2, "minute lacks a value"},
        FaultCase{"/5 * * * *", 0, "minute lacks a value"},
        FaultCase{"1-2-3 * * * *", 2, "minute \"2-3\" is not a number of 0-59"},
        FaultCase{"*-5 * * * *", 0, "minute \"*\" is not a number of 0-59"},
        FaultCase{"* 17-9 * * *", 2, "hour range 17-9 runs backwards"},
        FaultCase{"*/0 * * * *", 2, "minute step \"0\" is not a number of 1-60"},
        FaultCase{"* */25 * * *", 4, "hour step \"25\" is not a number of 1-24"},
        FaultCase{"*/ * * * *", 2, "minute step \"\" is not a number of 1-60"},
        FaultCase{"*/5/5 * * * *", 2, "minute step \"5/5\" is not a number of 1-60"},
        FaultCase{"", 0, want_five}, FaultCase{"   ", 0, want_five},
        FaultCase{"0 0 * *", 7, want_five}, FaultCase{"0 0 0 * * *", 10, want_five},
        FaultCase{"@dialy", 0, "\"@dialy\" is unknown; nearest is @daily"},
        FaultCase{" @reboot", 1, "\"@reboot\" is unknown"},
        FaultCase{"@daily 0", 0, "\"@daily 0\" is unknown; nearest is @daily"},
        FaultCase{"0 0 30 2 *", 4,
                  "day of month 30 does not exist in month 2, so that it never fires"},
        FaultCase{"0 0 31 4,6,9,nov *", 4,
                  "day of month 31 does not exist in month 4,6,9,nov, so that it never fires"}));

TEST(CronFaults, AreNotSeenWhereAWeekdayStillFires) {
  EXPECT_EQ(Cron::parse("0 0 30 2 MON").value().next(at("2026-01-01"), utc()), at("2026-02-02"));
}

TEST(CronFaults, IncludeBeingFarTooLong) {
  const auto cron = Cron::parse(std::string(100'000, '1') + " * * * *");
  ASSERT_FALSE(cron);
  EXPECT_LT(cron.error().message.size(), 1'200U);
}

}  // namespace
}  // namespace freshet
