#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "base/clock.hpp"
#include "freshet/time.hpp"
#include "source/files/settle.hpp"

namespace freshet::files {
namespace {

using std::chrono::milliseconds;

SteadyTime at(int ms) { return SteadyTime{milliseconds{ms}}; }

TEST(Settle, WaitsForNothingBeforeSomethingHappens) {
  EXPECT_EQ(Settle{milliseconds{100}}.due(), std::nullopt);
}

TEST(Settle, LooksAfterTheQuietTimeWhichEachChangeExtends) {
  Settle settle{milliseconds{100}};
  settle.change(at(0));
  EXPECT_EQ(settle.due(), at(100));
  settle.change(at(80));
  EXPECT_EQ(settle.due(), at(180));
  EXPECT_TRUE(settle.begin(at(180)).is_quiet);
  EXPECT_EQ(settle.due(), std::nullopt);
  EXPECT_TRUE(settle.end(at(190), true));
  EXPECT_EQ(settle.due(), std::nullopt);
}

TEST(Settle, LooksInTheEndAtWhatNeverFallsQuiet) {
  Settle settle{milliseconds{100}};
  for (int ms = 0; ms < 1'000; ms += 50) settle.change(at(ms));
  EXPECT_EQ(settle.due(), at(1'000));
  const Settle::Look look = settle.begin(at(1'000));
  EXPECT_TRUE(look.is_forced);
  EXPECT_FALSE(look.is_quiet);
  settle.change(at(1'005));
  EXPECT_TRUE(settle.end(at(1'010), false));
  EXPECT_EQ(settle.due(), at(1'105)) << "the rest is waited for as if it had just begun";
  for (int ms = 1'050; ms < 3'000; ms += 50) settle.change(at(ms));
  EXPECT_EQ(settle.due(), at(2'010));
}

struct WaitMaxCase {
  const char* name;
  Micros quiet;
  Micros want;
};
class SettleWaitMax : public testing::TestWithParam<WaitMaxCase> {};
TEST_P(SettleWaitMax, IsTenQuietTimesWithinBounds) {
  EXPECT_EQ(Settle{GetParam().quiet}.wait_max(), GetParam().want);
}
INSTANTIATE_TEST_SUITE_P(
    Table, SettleWaitMax,
    testing::Values(WaitMaxCase{"short", milliseconds{500}, milliseconds{5'000}},
                    WaitMaxCase{"bounded", milliseconds{5'000}, milliseconds{30'000}},
                    WaitMaxCase{"long", milliseconds{60'000}, milliseconds{120'000}}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(Settle, DoesNotBelieveAQuietLookDuringWhichSomethingHappened) {
  Settle settle{milliseconds{100}};
  settle.change(at(0));
  EXPECT_TRUE(settle.begin(at(100)).is_quiet);
  settle.change(at(105));
  EXPECT_FALSE(settle.end(at(110), true));
  EXPECT_EQ(settle.due(), at(205));
}

TEST(Settle, LooksAgainWhenFilesWereNotAtRest) {
  Settle settle{milliseconds{100}};
  settle.ask(at(0));
  EXPECT_EQ(settle.due(), at(0));
  settle.begin(at(0));
  EXPECT_FALSE(settle.end(at(10), false));
  EXPECT_EQ(settle.due(), at(110));
}

TEST(Settle, WaitsForUnrestWithoutChangesNoLongerThanForChanges) {
  Settle settle{milliseconds{100}};
  settle.ask(at(0));
  int looks = 0;
  bool is_believed = false;
  while (!is_believed) {
    const SteadyTime due = settle.due().value();
    settle.begin(due);
    is_believed = settle.end(due, false);
    ++looks;
  }
  EXPECT_EQ(looks, 11) << "at 0, 100, ... and 1000 ms";
}

TEST(Settle, AnswersAQuestionWithTheLookThatAChangeLeadsTo) {
  Settle settle{milliseconds{100}};
  settle.change(at(0));
  settle.ask(at(10));
  EXPECT_EQ(settle.due(), at(100));
  settle.begin(at(100));
  EXPECT_TRUE(settle.end(at(101), true));
  EXPECT_EQ(settle.due(), std::nullopt);
}

TEST(Settle, KeepsAQuestionThatComesDuringALook) {
  Settle settle{milliseconds{100}};
  settle.ask(at(0));
  settle.begin(at(0));
  settle.ask(at(5));
  EXPECT_TRUE(settle.end(at(10), true));
  EXPECT_EQ(settle.due(), at(5));
}

}  // namespace
}  // namespace freshet::files
