#include <gtest/gtest.h>

#include <set>

#include "core/retry.hpp"

namespace freshet::core {
namespace {

using namespace std::chrono_literals;

struct RetryCase {
  const char* name;
  Backoff backoff;
  std::uint32_t failures;
  Micros least;
};
class RetryAt : public testing::TestWithParam<RetryCase> {};
TEST_P(RetryAt, GrowsUpToTheCapAndSpreadsByATenthAtMost) {
  const RetryPolicy policy{.max = 9, .backoff = GetParam().backoff, .delay = 1s, .delay_max = 60s};
  const Instant ended{1h};
  const auto at = retry_at(policy, {RunId{77}, 3}, GetParam().failures, ended);
  ASSERT_TRUE(at);
  EXPECT_GE(*at - ended, GetParam().least);
  EXPECT_LE(*at - ended, GetParam().least + GetParam().least / 10);
}
INSTANTIATE_TEST_SUITE_P(Table, RetryAt,
                         testing::Values(RetryCase{"first", Backoff::exponential, 1, 1s},
                                         RetryCase{"second", Backoff::exponential, 2, 2s},
                                         RetryCase{"third", Backoff::exponential, 3, 4s},
                                         RetryCase{"capped", Backoff::exponential, 9, 60s},
                                         RetryCase{"constant", Backoff::constant, 5, 1s}),
                         [](const auto& c) { return std::string{c.param.name}; });

TEST(Retry, AllowsMaxFurtherAttemptsAndNoMore) {
  const RetryPolicy policy{.max = 2};
  EXPECT_TRUE(retry_at(policy, {RunId{1}, 0}, 2, Instant{}));
  EXPECT_FALSE(retry_at(policy, {RunId{1}, 0}, 3, Instant{}));
  EXPECT_FALSE(retry_at(RetryPolicy{}, {RunId{1}, 0}, 1, Instant{}));
}

TEST(Retry, IsTheSameForTheSameAttemptAndDiffersBetweenSteps) {
  const RetryPolicy policy{.max = 5, .delay = 100s, .delay_max = 1h};
  std::set<Instant> seen;
  for (std::uint32_t step = 0; step < 20; ++step) {
    const auto at = retry_at(policy, {RunId{9}, step}, 1, Instant{});
    EXPECT_EQ(at, retry_at(policy, {RunId{9}, step}, 1, Instant{}));
    seen.insert(*at);
  }
  EXPECT_GT(seen.size(), 10U);
}

}  // namespace
}  // namespace freshet::core
