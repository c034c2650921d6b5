// What talks to the outside: clocks, log lines, and the end after a broken promise.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "freshet/result.hpp"
#include "freshet/time.hpp"

namespace freshet {
namespace {

using namespace std::chrono_literals;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

TEST(ManualClock, StandsUntilItIsMoved) {
  ManualClock clock{Instant{5s}};
  const Clock& seen = clock;
  EXPECT_EQ(seen.now(), Instant{5s});
  const SteadyTime before = seen.steady();
  clock.advance(2s);
  EXPECT_EQ(seen.now(), Instant{7s});
  EXPECT_EQ(seen.steady() - before, 2s);
}

TEST(ManualClock, IsSetWithoutTheSteadyOneNoticing) {
  ManualClock clock{Instant{5s}};
  const SteadyTime before = clock.steady();
  clock.set_wall(Instant{1s});
  EXPECT_EQ(clock.now(), Instant{1s});
  EXPECT_EQ(clock.steady(), before);
}

TEST(SystemClock, KnowsTheCenturyAndGoesOn) {
  const SystemClock clock;
  EXPECT_GT(clock.now(), *parse_instant("2026-01-01"));
  EXPECT_LT(clock.now(), *parse_instant("2126-01-01"));
  const SteadyTime before = clock.steady();
  EXPECT_GE(clock.steady(), before);
}

class Log : public testing::Test {
 protected:
  void TearDown() override { EXPECT_TRUE(set_log_level("info")); }
};

TEST_F(Log, LinesHaveTimeLevelModuleAndText) {
  testing::internal::CaptureStderr();
  log("store").info("commit done ms={}", 7);
  log("store").flush();
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              ContainsRegex("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{6}Z "
                            "info store: commit done ms=7\n$"));
}

TEST_F(Log, LevelHoldsForModulesNowAndLater) {
  testing::internal::CaptureStderr();
  log("early").debug("hidden at first");
  EXPECT_TRUE(set_log_level("debug"));
  log("early").debug("early={}", 1);
  log("late").debug("late={}", 2);
  EXPECT_TRUE(set_log_level("error"));
  log("early").warn("hidden at last");
  log("late").error("loud");
  const std::string lines = testing::internal::GetCapturedStderr();
  EXPECT_THAT(lines, HasSubstr("debug early: early=1\n"));
  EXPECT_THAT(lines, HasSubstr("debug late: late=2\n"));
  EXPECT_THAT(lines, HasSubstr("error late: loud\n"));
  EXPECT_THAT(lines, Not(HasSubstr("hidden")));
}

TEST_F(Log, IsOnePerModule) {
  EXPECT_EQ(&log("api"), &log("api"));
  EXPECT_NE(&log("api"), &log("http"));
}

TEST_F(Log, LevelsHaveNames) {
  const auto wrong = set_log_level("wran");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().message,
            "set log level \"wran\": want trace, debug, info, warn, error or off; nearest is "
            "\"warn\"");
}

int promise(int value) {
  FRESHET_ASSERT(value > 0);
  return value;
}

TEST(AssertDeathTest, SaysWhatWhereAndHowItCameThere) {
  EXPECT_EQ(promise(1), 1);
  EXPECT_DEATH(promise(0),
               "freshet: assertion failed: value > 0 at .*base_shell\\.cpp:[0-9]+\n(.*\n)+");
}

}  // namespace
}  // namespace freshet
