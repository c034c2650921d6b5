// Local times of zones, and back.
#include "base/timezone.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "freshet/result.hpp"
#include "freshet/time.hpp"

namespace freshet {
namespace {

using namespace std::chrono_literals;
using Kind = LocalMatch::Kind;

Instant at(std::string_view text) { return parse_instant(text).value(); }
/// A local time, written as an instant without its offset.
LocalTime local(std::string_view text) {
  return LocalTime{at(std::string{text} + 'Z').time_since_epoch()};
}
const TimeZone& zone(std::string_view name) { return *find_time_zone(name).value(); }

struct MatchCase {
  const char* name;
  std::string_view zone;
  std::string_view local;
  Kind kind;
  std::string_view earlier;
  std::string_view later;
};
class FromLocal : public testing::TestWithParam<MatchCase> {};
TEST_P(FromLocal, FindsTheInstantsOrTheEndOfTheGap) {
  const MatchCase& c = GetParam();
  const LocalMatch match = zone(c.zone).from_local(local(c.local));
  EXPECT_EQ(match.kind, c.kind);
  EXPECT_EQ(format_instant(match.earlier), format_instant(at(c.earlier)));
  EXPECT_EQ(format_instant(match.later), format_instant(at(c.later)));
}
INSTANTIATE_TEST_SUITE_P(
    Table, FromLocal,
    testing::Values(
        MatchCase{"utc", "UTC", "2026-03-29T02:30:00", Kind::unique, "2026-03-29T02:30:00Z",
                  "2026-03-29T02:30:00Z"},
        MatchCase{"winter", "Europe/Vienna", "2026-01-15T12:00:00", Kind::unique,
                  "2026-01-15T11:00:00Z", "2026-01-15T11:00:00Z"},
        MatchCase{"summer", "Europe/Vienna", "2026-07-15T12:00:00", Kind::unique,
                  "2026-07-15T10:00:00Z", "2026-07-15T10:00:00Z"},
        MatchCase{"just_before_the_gap", "Europe/Vienna", "2026-03-29T01:59:59.999999",
                  Kind::unique, "2026-03-29T00:59:59.999999Z", "2026-03-29T00:59:59.999999Z"},
        MatchCase{"start_of_the_gap", "Europe/Vienna", "2026-03-29T02:00:00", Kind::gap,
                  "2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z"},
        MatchCase{"end_of_the_gap", "Europe/Vienna", "2026-03-29T02:59:59.999999", Kind::gap,
                  "2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z"},
        MatchCase{"just_after_the_gap", "Europe/Vienna", "2026-03-29T03:00:00", Kind::unique,
                  "2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z"},
        MatchCase{"just_before_the_overlap", "Europe/Vienna", "2026-10-25T01:59:59.999999",
                  Kind::unique, "2026-10-24T23:59:59.999999Z", "2026-10-24T23:59:59.999999Z"},
        MatchCase{"start_of_the_overlap", "Europe/Vienna", "2026-10-25T02:00:00", Kind::overlap,
                  "2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z"},
        MatchCase{"end_of_the_overlap", "Europe/Vienna", "2026-10-25T02:59:59.999999",
                  Kind::overlap, "2026-10-25T00:59:59.999999Z", "2026-10-25T01:59:59.999999Z"},
        MatchCase{"just_after_the_overlap", "Europe/Vienna", "2026-10-25T03:00:00", Kind::unique,
                  "2026-10-25T02:00:00Z", "2026-10-25T02:00:00Z"},
        MatchCase{"half_an_hour_skipped", "Australia/Lord_Howe", "2026-10-04T02:15:00", Kind::gap,
                  "2026-10-03T15:30:00Z", "2026-10-03T15:30:00Z"},
        MatchCase{"half_an_hour_doubled", "Australia/Lord_Howe", "2026-04-05T01:45:00",
                  Kind::overlap, "2026-04-04T14:45:00Z", "2026-04-04T15:15:00Z"},
        MatchCase{"no_midnight", "America/Santiago", "2026-09-06T00:00:00", Kind::gap,
                  "2026-09-06T04:00:00Z", "2026-09-06T04:00:00Z"},
        MatchCase{"a_day_skipped", "Pacific/Apia", "2011-12-30T12:00:00", Kind::gap,
                  "2011-12-30T10:00:00Z", "2011-12-30T10:00:00Z"},
        MatchCase{"quarter_hours", "Asia/Kathmandu", "2026-01-01T00:00:00", Kind::unique,
                  "2025-12-31T18:15:00Z", "2025-12-31T18:15:00Z"},
        MatchCase{"before_there_were_zones", "Europe/Vienna", "1800-01-01T00:00:00", Kind::unique,
                  "1799-12-31T22:54:39Z", "1799-12-31T22:54:39Z"}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(TimeZone, IsItsOwnInverse) {
  for (const char* name : {"UTC", "Europe/Vienna", "America/New_York", "Australia/Lord_Howe",
                           "Asia/Kolkata", "America/Santiago", "Pacific/Apia", "Africa/Casablanca",
                           "America/Sao_Paulo", "Antarctica/Troll", "Europe/Dublin"}) {
    const TimeZone& tz = zone(name);
    for (Instant t = at("2009-12-01T00:00:00Z"); t < at("2012-02-01T00:00:00Z"); t += 13min) {
      const LocalMatch match = tz.from_local(tz.to_local(t));
      ASSERT_NE(match.kind, Kind::gap) << name << ' ' << format_instant(t);
      ASSERT_TRUE(match.earlier == t || match.later == t) << name << ' ' << format_instant(t);
      ASSERT_EQ(match.kind == Kind::overlap, match.earlier != match.later);
    }
  }
}

TEST(TimeZone, HasPeriodsThatTouchAndCoverEverything) {
  const TimeZone& tz = zone("Europe/Vienna");
  const TimeZone::Period& summer = tz.period_at(at("2026-07-01T00:00:00Z"));
  EXPECT_EQ(summer, (TimeZone::Period{.begin = at("2026-03-29T01:00:00Z"),
                                      .end = at("2026-10-25T01:00:00Z"),
                                      .offset = 2h}));
  EXPECT_EQ(tz.period_at(summer.begin), summer);
  EXPECT_EQ(tz.period_at(summer.end - 1us), summer);
  EXPECT_EQ(tz.period_at(summer.end).begin, summer.end);
  EXPECT_EQ(tz.period_at(summer.end).offset, 1h);
  EXPECT_EQ(tz.period_at(Instant::min()).begin, Instant::min());
  EXPECT_EQ(tz.period_at(Instant::max()).end, Instant::max());
  EXPECT_EQ(utc().offset_at(Instant::max()), 0s);
}

TEST(FindTimeZone, GivesTheSameZoneEachTime) {
  EXPECT_EQ(find_time_zone("Europe/Vienna").value(), find_time_zone("Europe/Vienna").value());
  EXPECT_EQ(find_time_zone("UTC").value(), &utc());
  EXPECT_EQ(zone("Etc/UTC").offset_at(at("2026-07-01T00:00:00Z")), 0s);
  EXPECT_EQ(zone("Europe/Vienna").name(), "Europe/Vienna");
}

TEST(FindTimeZone, MayBeAskedByManyThreads) {
  std::atomic<int> right{0};
  {
    std::vector<std::jthread> threads;
    threads.reserve(8);
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&right] {
        for (const char* name : {"Asia/Tokyo", "Europe/Paris", "America/Lima", "Africa/Cairo"}) {
          const auto found = find_time_zone(name);
          if (found && (*found)->name() == name) ++right;
        }
      });
    }
  }
  EXPECT_EQ(right, 8 * 4);
}

struct UnknownCase {
  std::string_view name;
  std::string_view nearest;
};
class UnknownZone : public testing::TestWithParam<UnknownCase> {};
TEST_P(UnknownZone, IsAnErrorWithTheNearestName) {
  const auto found = find_time_zone(GetParam().name);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Errc::not_found);
  std::string want = "find time zone \"" + std::string{GetParam().name} + "\": unknown";
  if (!GetParam().nearest.empty())
    want += "; nearest is \"" + std::string{GetParam().nearest} + '"';
  EXPECT_EQ(found.error().message, want);
}
INSTANTIATE_TEST_SUITE_P(Table, UnknownZone,
                         testing::Values(UnknownCase{"Europe/Viena", "Europe/Vienna"},
                                         UnknownCase{"europe/vienna", "Europe/Vienna"},
                                         UnknownCase{"America/NewYork", "America/New_York"},
                                         UnknownCase{"utc", "UTC"}, UnknownCase{"", ""},
                                         UnknownCase{"localtime", ""},
                                         UnknownCase{"../../etc/passwd", ""}));

// The zone library (date 3.0.1) forgets summer time from 2038 on.  Once this fails, a better one is
// in use, and beyond_zone_data and the warnings that rest on it can go.
TEST(ZoneData, EndsWith2037) {
  const TimeZone& tz = zone("Europe/Vienna");
  EXPECT_EQ(tz.offset_at(at("2037-07-01T00:00:00Z")), 2h);
  EXPECT_EQ(tz.offset_at(at("2038-07-01T00:00:00Z")), 1h) << "it would really be summer time";
  EXPECT_FALSE(beyond_zone_data(at("2037-12-31T23:59:59.999999Z")));
  EXPECT_TRUE(beyond_zone_data(at("2038-01-01T00:00:00Z")));
}

}  // namespace
}  // namespace freshet
