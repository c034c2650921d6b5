#include <gtest/gtest.h>

#include <vector>

#include "runtime/source_rates.hpp"

namespace freshet::runtime {
namespace {

SourceStatus counted(std::uint64_t messages, std::uint64_t events) {
  SourceStatus out;
  out.asset = "raw/orders";
  out.messages = messages;
  out.events = events;
  return out;
}

class SourceRatesTest : public testing::Test {
 protected:
  void sample(const SourceStatus& status) {
    rates.sample(now, {status});
    now += SourceRates::every;
  }
  SteadyTime now{};
  SourceRates rates;
};

TEST_F(SourceRatesTest, CountsFromNothingWhenItIsFirstSeen) {
  EXPECT_EQ(rates.of("raw/orders"), 0);
  sample(counted(1'000, 3));
  EXPECT_DOUBLE_EQ(rates.of("raw/orders"), 200);
}

TEST_F(SourceRatesTest, CountsMessagesWhereThereAreSome) {
  sample(counted(100, 1));
  sample(counted(300, 2));
  EXPECT_DOUBLE_EQ(rates.of("raw/orders"), 30);
}

TEST_F(SourceRatesTest, CountsEventsWhereThereAreNoMessages) {
  sample(counted(0, 1));
  sample(counted(0, 3));
  EXPECT_DOUBLE_EQ(rates.of("raw/orders"), 0.3);
}

TEST_F(SourceRatesTest, ForgetsWhatIsOlderThanAMinute) {
  for (int i = 0; i < 13; ++i) sample(counted(0, 600));
  EXPECT_EQ(rates.of("raw/orders"), 0);
}

TEST_F(SourceRatesTest, BeginsAnewWithASourceThatIsDefinedAnew) {
  sample(counted(0, 600));
  sample(counted(0, 0));
  sample(counted(0, 5));
  EXPECT_DOUBLE_EQ(rates.of("raw/orders"), 0.5);
  rates.sample(now, {});
  EXPECT_EQ(rates.of("raw/orders"), 0);
}

}  // namespace
}  // namespace freshet::runtime
