// Which partition a text means that others wrote.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "freshet/partitions.hpp"
#include "freshet/time.hpp"
#include "model/partition/text.hpp"

namespace freshet {
namespace {

using testing::HasSubstr;

WindowsDefinition windows(Cadence cadence, std::string zone = "UTC") {
  return {.cadence = cadence,
          .timezone = std::move(zone),
          .start = *parse_instant("2026-01-01"),
          .end = *parse_instant("2027-01-01")};
}
PartitionText of(std::variant<StaticKeys, WindowsDefinition, DynamicKeys> dimension) {
  return *PartitionText::make(PartitionsDefinition{{{"", std::move(dimension)}}, ""});
}

struct WindowCase {
  const char* name;
  Cadence cadence;
  const char* zone;
  const char* text;
  const char* want;
};
class WindowText : public testing::TestWithParam<WindowCase> {};
TEST_P(WindowText, IsTheWindowInWhichItLies) {
  const auto& c = GetParam();
  const auto key = of(windows(c.cadence, c.zone)).read(c.text);
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_EQ(key->text, c.want);
  EXPECT_EQ(key->absence, "");
}
INSTANTIATE_TEST_SUITE_P(
    Table, WindowText,
    testing::Values(
        WindowCase{"key", Cadence::daily, "UTC", "2026-01-31", "2026-01-31"},
        WindowCase{"hour", Cadence::hourly, "UTC", "2026-01-31-13:00", "2026-01-31-13:00"},
        WindowCase{"compact_date", Cadence::daily, "UTC", "20260131", "2026-01-31"},
        WindowCase{"time", Cadence::daily, "UTC", "2026-01-31T13:00:00Z", "2026-01-31"},
        WindowCase{"time_of_a_zone", Cadence::daily, "Asia/Tokyo", "2026-01-31T20:00:00Z",
                   "2026-02-01"},
        WindowCase{"day_of_a_week", Cadence::weekly, "UTC", "2026-01-28", "2026-01-25"},
        WindowCase{"day_of_a_month", Cadence::monthly, "America/New_York", "2026-03-01",
                   "2026-03-01"},
        WindowCase{"seconds", Cadence::daily, "UTC", "1769860800", "2026-01-31"},
        WindowCase{"milliseconds", Cadence::daily, "UTC", "1769860800123", "2026-01-31"}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(PartitionText, SaysWhenAWindowComesToExist) {
  WindowsDefinition daily = windows(Cadence::daily);
  daily.offset = Seconds{3'600};
  EXPECT_EQ(of(daily).read("2026-01-31")->from, *parse_instant("2026-02-01T01:00:00Z"));
  EXPECT_EQ(of(StaticKeys{{"at"}}).read("at")->from, std::nullopt);
}

TEST(PartitionText, RefusesWhatIsNoTime) {
  for (const char* text : {"", "yesterday", "2026-13-01", "20261301", "99999999999999999999"}) {
    const auto key = of(windows(Cadence::daily)).read(text);
    if (!key) {
      EXPECT_THAT(key.error().message, HasSubstr("want a time, a date, or the key"));
    } else {
      EXPECT_NE(key->absence, "") << text;
    }
  }
}

TEST(PartitionText, SaysWhatTheDefinitionDoesNotHave) {
  const auto absence = [](const PartitionText& partitions, const char* text) {
    return partitions.read(text)->absence;
  };
  EXPECT_EQ(absence(of(windows(Cadence::daily)), "2025-12-31"),
            "\"2025-12-31\" lies before the start of the partitions");
  EXPECT_EQ(absence(of(windows(Cadence::daily)), "2027-01-01"),
            "\"2027-01-01\" lies behind the end of the partitions");
  EXPECT_EQ(absence(of(StaticKeys{{"vienna", "graz"}}), "viena"),
            "\"viena\" is not among the partitions; did you mean vienna?");
  EXPECT_EQ(absence(of(DynamicKeys{"customers"}), "anybody"), "");
}

TEST(PartitionText, HasAPartForEachDimension) {
  const auto partitions = *PartitionText::make(PartitionsDefinition{
      {{"region", StaticKeys{{"at", "de"}}}, {"day", windows(Cadence::daily)}}, ""});
  EXPECT_EQ(partitions.read("at|20260131")->text, "at|2026-01-31");
  EXPECT_EQ(partitions.read("at").error().message, "\"at\": want region|day");
  EXPECT_EQ(PartitionText::make(std::nullopt)->read("a|b")->text, "a|b");
}

}  // namespace
}  // namespace freshet
