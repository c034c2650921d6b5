// Instants and durations as text.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/steady_at.hpp"
#include "freshet/result.hpp"
#include "freshet/time.hpp"

namespace freshet {
namespace {

using std::chrono::year;

Instant instant(std::int64_t micros) { return Instant{Micros{micros}}; }

struct InstantCase {
  std::string_view text;
  std::string_view printed;
};
class InstantText : public testing::TestWithParam<InstantCase> {};
TEST_P(InstantText, IsReadAndPrintedInUtcWithSixDigits) {
  const auto at = parse_instant(GetParam().text);
  ASSERT_TRUE(at) << at.error().message;
  EXPECT_EQ(format_instant(*at), GetParam().printed);
}
INSTANTIATE_TEST_SUITE_P(
    Table, InstantText,
    testing::Values(InstantCase{"2026-01-31T13:00:00Z", "2026-01-31T13:00:00.000000Z"},
                    InstantCase{"2026-01-31", "2026-01-31T00:00:00.000000Z"},
                    InstantCase{"2026-01-31t13:00:00z", "2026-01-31T13:00:00.000000Z"},
                    InstantCase{"2026-01-31 13:00:00Z", "2026-01-31T13:00:00.000000Z"},
                    InstantCase{"2026-01-31T13:00:00+01:00", "2026-01-31T12:00:00.000000Z"},
                    InstantCase{"2026-01-31T23:30:00-05:45", "2026-02-01T05:15:00.000000Z"},
                    InstantCase{"2026-01-31T13:00:00-00:00", "2026-01-31T13:00:00.000000Z"},
                    InstantCase{"2026-01-31T13:00:00.5Z", "2026-01-31T13:00:00.500000Z"},
                    InstantCase{"2026-01-31T13:00:00.123456Z", "2026-01-31T13:00:00.123456Z"},
                    InstantCase{"2026-01-31T13:00:00.123456789Z", "2026-01-31T13:00:00.123456Z"},
                    InstantCase{"1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"},
                    InstantCase{"2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000000Z"},
                    InstantCase{"2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000000Z"},
                    InstantCase{"2017-01-01T00:59:60+01:00", "2017-01-01T00:00:00.000000Z"},
                    InstantCase{"0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000000Z"},
                    InstantCase{"9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"}));

TEST(InstantText, CountsMicrosecondsFrom1970) {
  EXPECT_EQ(*parse_instant("1970-01-01T00:00:00Z"), instant(0));
  EXPECT_EQ(*parse_instant("2001-09-09T01:46:40.000001Z"), instant(1'000'000'000'000'001));
  EXPECT_EQ(*parse_instant("1969-12-31T23:59:59.9999999Z"), instant(-1));
}

TEST(InstantText, OfWhatFourDigitsCannotSayIsTheNearestThatTheyCan) {
  EXPECT_EQ(format_instant(Instant::max()), "9999-12-31T23:59:59.999999Z");
  EXPECT_EQ(format_instant(Instant::min()), "0000-01-01T00:00:00.000000Z");
}

class NotAnInstant : public testing::TestWithParam<std::string_view> {};
TEST_P(NotAnInstant, IsAnErrorThatNamesTheText) {
  const auto at = parse_instant(GetParam());
  ASSERT_FALSE(at) << format_instant(*at);
  EXPECT_EQ(at.error().code, Errc::invalid);
  EXPECT_TRUE(at.error().message.starts_with("parse instant \"" + std::string{GetParam()} + "\": "))
      << at.error().message;
  EXPECT_NE(at.error().message.find("want"), at.error().message.find("second 60"));
}
INSTANTIATE_TEST_SUITE_P(
    Table, NotAnInstant,
    testing::Values("", "today", "2026", "2026-1-31", "2026-02-29", "2026-13-01", "2026-00-10",
                    "2026-01-31T", "2026-01-31T13:00Z", "2026-01-31T13:00:00",
                    "2026-01-31T24:00:00Z", "2026-01-31T13:60:00Z", "2026-01-31T13:00:61Z",
                    "2026-01-31T13:00:60Z", "2026-01-31T13:00:00.Z",
                    "2026-01-31T13:00:00.1234567890Z", "2026-01-31T13:00:00+0100",
                    "2026-01-31T13:00:00+24:00", "2026-01-31T13:00:00+01:60",
                    "2026-01-31T13:00:00Z ", " 2026-01-31", "+2026-01-31", "2026-01-31Z",
                    "9999-12-31T23:59:59-00:01", "0000-01-01T00:00:00+00:01", "20260131T130000Z"));

struct DurationCase {
  std::string_view text;
  std::int64_t micros;
  std::string_view printed;
};
class DurationText : public testing::TestWithParam<DurationCase> {};
TEST_P(DurationText, IsReadPrintedAndReadBack) {
  const auto duration = parse_duration(GetParam().text);
  ASSERT_TRUE(duration) << duration.error().message;
  EXPECT_EQ(duration->count(), GetParam().micros);
  EXPECT_EQ(format_duration(*duration), GetParam().printed);
  EXPECT_EQ(*parse_duration(GetParam().printed), *duration);
}
INSTANTIATE_TEST_SUITE_P(
    Table, DurationText,
    testing::Values(
        DurationCase{"0s", 0, "0s"}, DurationCase{"0w", 0, "0s"}, DurationCase{"15us", 15, "15us"},
        DurationCase{"250ms", 250'000, "250ms"}, DurationCase{"1500ms", 1'500'000, "1s500ms"},
        DurationCase{"10s", 10'000'000, "10s"}, DurationCase{"90s", 90'000'000, "1m30s"},
        DurationCase{"30m", 1'800'000'000, "30m"}, DurationCase{"1h30m", 5'400'000'000, "1h30m"},
        DurationCase{"30m1h", 5'400'000'000, "1h30m"}, DurationCase{"12h", 43'200'000'000, "12h"},
        DurationCase{"24h", 86'400'000'000, "1d"}, DurationCase{"36h", 129'600'000'000, "1d12h"},
        DurationCase{"2d", 172'800'000'000, "2d"}, DurationCase{"7d", 604'800'000'000, "1w"},
        DurationCase{"1w", 604'800'000'000, "1w"}, DurationCase{"8d", 691'200'000'000, "8d"},
        DurationCase{"1w1s", 604'801'000'000, "7d1s"}, DurationCase{"14d", 1'209'600'000'000, "2w"},
        DurationCase{"1d1h1m1s1ms1us", 90'061'001'001, "1d1h1m1s1ms1us"},
        DurationCase{"9223372036854775807us", 9'223'372'036'854'775'807,
                     "106751991d4h54s775ms807us"}));

TEST(DurationText, OfANegativeOneHasASign) {
  EXPECT_EQ(format_duration(-std::chrono::minutes{90}), "-1h30m");
  EXPECT_EQ(format_duration(Micros::min()), "-106751991d4h54s775ms808us");
}

class NotADuration : public testing::TestWithParam<std::string_view> {};
TEST_P(NotADuration, IsAnErrorThatNamesTheText) {
  const auto duration = parse_duration(GetParam());
  ASSERT_FALSE(duration) << duration->count();
  EXPECT_EQ(duration.error().code, Errc::invalid);
  EXPECT_TRUE(
      duration.error().message.starts_with("parse duration \"" + std::string{GetParam()} + "\": "))
      << duration.error().message;
  EXPECT_NE(duration.error().message.find("want"), std::string::npos);
}
INSTANTIATE_TEST_SUITE_P(Table, NotADuration,
                         testing::Values("", "0", "10", "s", "10 s", " 10s", "10s ", "1.5h", "-1h",
                                         "+1h", "1H", "1y", "1min", "1h30", "1hh", "10s,",
                                         "9223372036854775808us", "9223372036854775807us1us",
                                         "9223372036855s", "15250285w",
                                         "99999999999999999999999999s"));

TEST(DurationText, JustBelowTheLimitIsStillRead) {
  EXPECT_TRUE(parse_duration("15250284w"));
  EXPECT_TRUE(parse_duration("9223372036854s"));
}

TEST(SteadyAt, IsAnHourAwayAtMostHoweverFarATimeIs) {
  const SteadyTime now{Seconds{1'000}};
  const Instant wall = *parse_instant("2026-11-30T12:00:00Z");
  EXPECT_EQ(steady_at(now, wall, wall + Seconds{7}), now + Seconds{7});
  EXPECT_EQ(steady_at(now, wall, wall - Seconds{7}), now);
  EXPECT_EQ(steady_at(now, wall, Instant::min()), now);
  for (const char* far : {"2026-12-01T00:00:00Z", "2999-12-31T00:00:00Z", "9999-12-31T23:59:59Z"})
    EXPECT_EQ(steady_at(now, wall, *parse_instant(far)), now + std::chrono::hours{1}) << far;
}

}  // namespace
}  // namespace freshet
