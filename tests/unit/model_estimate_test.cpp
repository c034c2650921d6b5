// How long something takes, from few samples and from many.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "freshet/estimate.hpp"

namespace freshet {
namespace {

using namespace std::chrono_literals;
using Samples = std::vector<std::uint32_t>;

struct DurationCase {
  const char* name;
  Samples samples;
  Millis p10, p50, p90;
};
class EstimateDuration : public testing::TestWithParam<DurationCase> {};

TEST_P(EstimateDuration, IsTheMedianAndASpreadThatSoManySamplesJustify) {
  const auto estimate = estimate_duration(GetParam().samples);
  ASSERT_TRUE(estimate);
  EXPECT_EQ(estimate->p10, GetParam().p10);
  EXPECT_EQ(estimate->p50, GetParam().p50);
  EXPECT_EQ(estimate->p90, GetParam().p90);
  EXPECT_EQ(estimate->samples, GetParam().samples.size());
  EXPECT_FALSE(estimate->assumed);
}

INSTANTIATE_TEST_SUITE_P(
    Table, EstimateDuration,
    testing::Values(
        // One sample: e^(1.886 * 0.5 * sqrt 2) = 3.7947 either way.
        DurationCase{"one", {60'000}, 15'812ms, 60'000ms, 227'682ms},
        DurationCase{"nothing_measurable", {0}, 0ms, 0ms, 4ms},
        DurationCase{"eight_equal", Samples(8, 1'000), 708ms, 1'000ms, 1'413ms},
        DurationCase{"nine_equal", Samples(9, 1'000), 1'000ms, 1'000ms, 1'000ms},
        DurationCase{"nine", {9, 8, 7, 6, 5, 4, 3, 2, 1}, 1ms, 5ms, 9ms},
        DurationCase{"even", {10, 20, 30, 40, 50, 60, 70, 80, 90, 100}, 11ms, 55ms, 99ms},
        DurationCase{"an_outlier_does_not_move_the_median",
                     {10, 10, 10, 10, 10, 10, 10, 10, 10, 4'000'000'000},
                     10ms,
                     10ms,
                     3'600'000'001ms}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(Estimate, OfNothingIsNone) {
  EXPECT_FALSE(estimate_duration({}));
  EXPECT_FALSE(estimate_place(std::vector<std::int64_t>{1, 2}));
}

/// What is promised: the next one lies within p10 and p90 four times in five, and no less often
/// where there are few samples.
TEST(Estimate, HoldsTheNextOneFourTimesInFive) {
  std::mt19937 random{7};
  std::lognormal_distribution<double> duration{8, 0.6};
  const auto next = [&] { return static_cast<std::uint32_t>(duration(random)); };
  for (const std::size_t count : {1U, 2U, 5U, 9U, 20U, 32U}) {
    int within = 0;
    constexpr int rounds = 4'000;
    for (int round = 0; round < rounds; ++round) {
      Samples samples(count);
      for (auto& sample : samples) sample = next();
      const auto estimate = *estimate_duration(samples);
      const Millis ms{next()};
      within += ms >= estimate.p10 && ms <= estimate.p90 ? 1 : 0;
      ASSERT_LE(estimate.p10, estimate.p50);
      ASSERT_LE(estimate.p50, estimate.p90);
    }
    const double part = within / static_cast<double>(rounds);
    EXPECT_GT(part, 0.78) << count << " samples";
    EXPECT_LT(part, count < 9 ? 0.9 : 0.82) << count << " samples";
  }
}

TEST(Estimate, OfPlacesNeedsThreeAndIsWideWithFew) {
  const auto hours = [](double h) { return static_cast<std::int64_t>(h * 3'600'000); };
  const auto three = *estimate_place(std::vector<std::int64_t>{hours(6), hours(6.5), hours(5.5)});
  EXPECT_EQ(three.p50, 6h);
  EXPECT_EQ(three.samples, 3U);
  // Student's t with two degrees of freedom: 1.886 * 0.5 h * sqrt(4/3).
  EXPECT_NEAR(std::chrono::duration<double>(three.p90 - three.p50).count(), 3'920, 2);
  std::vector<std::int64_t> many;
  for (int i = 0; i < 19; ++i) many.push_back(hours(6 + 0.1 * i));
  EXPECT_EQ(estimate_place(many)->p10, Millis{hours(6.1)});
  EXPECT_EQ(estimate_place(many)->p90, Millis{hours(7.7)});
}

TEST(Estimate, OfWhatGoesOnIsByTheSamplesThatWereLonger) {
  const Samples samples{1'000, 1'000, 1'000, 1'000, 1'000, 60'000, 60'000, 60'000, 60'000};
  const Estimate usual = *estimate_duration(samples);
  EXPECT_EQ(usual.p50, 1s);
  EXPECT_EQ(estimate_ongoing(usual, samples, 0ms), usual);
  const Estimate ongoing = estimate_ongoing(usual, samples, 2s);
  EXPECT_EQ(ongoing.p50, 60s);
  EXPECT_GE(ongoing.p10, 2s);
  EXPECT_EQ(ongoing.samples, usual.samples);
  const Estimate longer_than_ever = estimate_ongoing(usual, samples, 90s);
  EXPECT_EQ(longer_than_ever.p50, 90s);
  EXPECT_EQ(longer_than_ever.p90, 90s);
}

TEST(Estimate, OfOneAfterTheOtherAddsVariances) {
  const Estimate one{.p10 = 7s, .p50 = 10s, .p90 = 22s, .samples = 9};
  const Estimate other{.p10 = 16s, .p50 = 20s, .p90 = 25s, .samples = 4};
  const Estimate both = in_sequence(one, other);
  EXPECT_EQ(both, (Estimate{.p10 = 25s, .p50 = 30s, .p90 = 43s, .samples = 4}));
  EXPECT_EQ(in_sequence(Estimate{.samples = 99}, one), one);
  EXPECT_EQ(repeated(other, 2).p50, in_sequence(other, other).p50);
  EXPECT_EQ(repeated(other, 9), (Estimate{.p10 = 168s, .p50 = 180s, .p90 = 195s, .samples = 4}));
  EXPECT_EQ(the_later(one, {.p10 = 8s, .p50 = 9s, .p90 = 30s, .samples = 12, .assumed = true}),
            (Estimate{.p10 = 8s, .p50 = 10s, .p90 = 30s, .samples = 9, .assumed = true}));
}

TEST(Estimate, OfWhatWasNeverSeenIsAsTheOthersAre) {
  const Estimate assumed = assume_duration(Samples{1'000, 2'000, 3'000});
  EXPECT_EQ(assumed.p50, 2s);
  EXPECT_TRUE(assumed.assumed);
  EXPECT_EQ(assumed.samples, 0U);
  EXPECT_EQ(assume_duration({}), (Estimate{.assumed = true}));
}

}  // namespace
}  // namespace freshet
