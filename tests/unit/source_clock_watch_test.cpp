#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <vector>

#include "base/clock.hpp"
#include "freshet/time.hpp"
#include "source/clock_watch.hpp"

namespace freshet {
namespace {

using std::chrono::hours;

class ClockWatchTest : public testing::Test {
 protected:
  void jump(Micros delta) { clock_.set_wall(clock_.now() + delta); }

  ManualClock clock_{Instant{hours{24 * 365 * 56}}};
  boost::asio::io_context io_;
  std::vector<Micros> jumps_;
  ClockWatch watch_{io_, clock_, [this](Micros delta) { jumps_.push_back(delta); }, Millis{1}};
};

TEST_F(ClockWatchTest, SaysNothingWhileTimePasses) {
  clock_.advance(hours{3});
  watch_.check();
  EXPECT_TRUE(jumps_.empty());
}

TEST_F(ClockWatchTest, SaysHowFarTheClockWasSetEitherWay) {
  jump(Seconds{3});
  watch_.check();
  clock_.advance(hours{1});
  jump(-hours{2});
  watch_.check();
  EXPECT_EQ(jumps_, (std::vector<Micros>{Seconds{3}, -hours{2}}));
}

TEST_F(ClockWatchTest, SaysAJumpOnce) {
  jump(hours{1});
  watch_.check();
  clock_.advance(Seconds{1});
  watch_.check();
  EXPECT_EQ(jumps_.size(), 1U);
}

TEST_F(ClockWatchTest, LetsPassWhatIsNotMoreThanTwoSeconds) {
  for (int i = 0; i < 10; ++i) {
    jump(Seconds{2});
    watch_.check();
  }
  EXPECT_TRUE(jumps_.empty());
  jump(Seconds{2} + Micros{1});
  watch_.check();
  EXPECT_EQ(jumps_.size(), 1U);
}

TEST_F(ClockWatchTest, LooksByItself) {
  jump(hours{1});
  const auto give_up = SystemClock{}.steady() + Seconds{60};
  while (jumps_.empty() && io_.run_one_until(give_up) > 0) {
  }
  EXPECT_EQ(jumps_, std::vector<Micros>{hours{1}});
}

TEST_F(ClockWatchTest, EndsWhenItIsStopped) {
  watch_.stop();
  io_.run();  // Ends, as nothing is waited for any more.
  jump(hours{1});
  watch_.check();
  EXPECT_TRUE(jumps_.empty());
}

}  // namespace
}  // namespace freshet
