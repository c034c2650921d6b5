#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "model/path_captures.hpp"

namespace freshet {
namespace {

using testing::ElementsAre;
using Texts = std::vector<std::string_view>;

struct MatchCase {
  const char* name;
  const char* pattern;
  const char* path;
  std::optional<Texts> want;
};
class Captures : public testing::TestWithParam<MatchCase> {};
TEST_P(Captures, TakeTheirPartsOfAPath) {
  const auto& [name, pattern, path, want] = GetParam();
  const PathCaptures captures{pattern};
  EXPECT_EQ(captures.match(path), want);
  if (want) {
    EXPECT_TRUE(glob_match(captures.glob(), path)) << captures.glob();
  }
}
INSTANTIATE_TEST_SUITE_P(
    Table, Captures,
    testing::Values(
        MatchCase{"folder", "{date}/*.csv", "2026-01-31/a.csv", Texts{"2026-01-31"}},
        MatchCase{"stays_in_its_segment", "{date}/*.csv", "2026/01/a.csv", std::nullopt},
        MatchCase{"within_a_name", "cells_{date}.csv", "cells_2026-01-31.csv", Texts{"2026-01-31"}},
        MatchCase{"two", "{region}/{date}.csv", "at/2026-01-31.csv", Texts{"at", "2026-01-31"}},
        MatchCase{"the_first_takes_little", "{a}_{b}.csv", "x_y_z.csv", Texts{"x", "y_z"}},
        MatchCase{"but_enough", "{a}_9.csv", "x_y_9.csv", Texts{"x_y"}},
        MatchCase{"at_least_one_character", "cells_{date}.csv", "cells_.csv", std::nullopt},
        MatchCase{"twice_the_same", "{d}/x_{d}.csv", "1/x_1.csv", Texts{"1"}},
        MatchCase{"twice_different", "{d}/x_{d}.csv", "1/x_2.csv", std::nullopt},
        MatchCase{"beside_a_star", "{a}*.csv", "xy.csv", Texts{"x"}},
        MatchCase{"below_any_folders", "**/{d}/*.csv", "a/b/1/x.csv", Texts{"1"}},
        MatchCase{"below_no_folder", "**/{d}.csv", "1.csv", Texts{"1"}},
        MatchCase{"everything_below", "{d}/**", "1/a/b/c", Texts{"1"}},
        MatchCase{"one_character", "?{d}", "\xc3\xa4x", Texts{"x"}},
        MatchCase{"no_name_in_braces", "{}{a-b}", "{}{a-b}", Texts{}},
        MatchCase{"an_open_brace", "{date", "{date", Texts{}}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(PathCaptures, NamesEachOnce) {
  const PathCaptures captures{"landing/{date}/{region}_{date}.csv"};
  EXPECT_THAT(captures.names(), ElementsAre("date", "region"));
  EXPECT_EQ(captures.glob(), "landing/*/*_*.csv");
}

TEST(PathCaptures, GivesUpOnWhatWouldTakeForEver) {
  std::string pattern;
  for (int i = 0; i < 12; ++i) pattern += "*a";
  EXPECT_FALSE(PathCaptures{pattern + "{x}b"}.match(std::string(200, 'a')));
}

TEST(CaptureTemplate, FillsInWhatWasCaptured) {
  const auto made = CaptureTemplate::make("{region}|{year}-{month}", {"year", "month", "region"});
  ASSERT_TRUE(made);
  EXPECT_EQ(made->fill({"2026", "01", "at"}), "at|2026-01");
}

TEST(CaptureTemplate, NamesWhatIsNotCaptured) {
  const auto made = CaptureTemplate::make("{dat}", {"date"});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().message, "{dat} is not in the path; did you mean {date}?");
}

}  // namespace
}  // namespace freshet
