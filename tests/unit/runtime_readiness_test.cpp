// Readiness out of history: what is read of it, and what is made of it.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "api_service.hpp"
#include "runtime/readiness.hpp"

namespace freshet::test {
namespace {

using namespace std::chrono_literals;

class HistoryTest : public testing::Test {
 protected:
  HistoryTest() {
    AssetDefinition raw{.key = "raw", .external = true};
    raw.source.kind = SourceKind::webhook;
    AssetDefinition mart{.key = "mart", .automation = "eager", .command = {"make", "it"}};
    mart.deps.push_back({.key = "raw", .rule = {}, .mapping = {}, .place = {}});
    AssetDefinition by_hand{.key = "by_hand", .command = {"make", "it"}};
    AssetDefinition nightly{
        .key = "nightly", .automation = "on_cron(\"0 3 1 12 *\")", .command = {"make", "it"}};
    service.load({raw, mart, by_hand, nightly});
  }
  /// What comes at 05:00 is made by 05:20, but a minute later each day.
  void pass(int days) {
    for (int i = 0; i < days; ++i) {
      const Instant midnight = today;
      move_to(midnight + 5h);
      service.take(input::Report{.events = {{.asset = "raw"}}});
      move_to(midnight + 5h + 20min + i * 1min);
      service.take(input::StepOutcome{.step = service.started.back().step, .attempt = 1});
      today += 24h;
    }
    move_to(today + 1h);
    service.take(input::Tick{});
  }
  void move_to(Instant at) { clock.advance(at - clock.now()); }
  [[nodiscard]] Rank rank(const std::string& key) const {
    return *service.snapshot()->graph->find(key);
  }
  Result<std::vector<Readiness>> readiness(const std::string& key, int days) {
    ReadinessQuery query{.snapshot = service.snapshot(), .assets = {rank(key)}, .days = {}};
    for (int i = 1 - days; i <= 1; ++i) query.days.push_back(today + i * 24h);
    return runtime::find_readiness(query, service.reader, clock.now());
  }
  Forecast expected(const std::string& key, const Explanation& why = {}) {
    return *runtime::find_expected(*service.snapshot(), rank(key), why, service.reader,
                                   clock.now());
  }

  Instant today{std::chrono::sys_days{std::chrono::January / 1 / 2026}};
  ManualClock clock{today};
  MemoryService service{clock};
};

TEST_F(HistoryTest, SaysOfEachDayWhenItWasReadyAndOfThePresentOneWhenItWillBe) {
  pass(20);
  const auto days = readiness("mart", 3);
  ASSERT_TRUE(days) << days.error().message;
  ASSERT_EQ(days->size(), 3U);
  EXPECT_EQ(days->at(0).arrived_at, today - 48h + 5h);
  EXPECT_EQ(days->at(0).ready_at, today - 48h + 5h + 38min);
  EXPECT_FALSE(days->at(0).forecast) << "that day is over";
  const Readiness& now = days->at(2);
  EXPECT_EQ(now.state, ReadinessState::waiting);
  ASSERT_TRUE(now.forecast);
  EXPECT_EQ(now.forecast->basis, Forecast::Basis::history);
  EXPECT_EQ(now.forecast->samples, 20U);
  EXPECT_EQ(now.forecast->p50, today + 5h + 29min + 30s);
  EXPECT_LT(now.forecast->p10, now.forecast->p50);
  EXPECT_GT(now.forecast->p90, now.forecast->p50);
}

TEST_F(HistoryTest, WithFewDaysSaysThatItCannotSay) {
  pass(2);
  const auto days = readiness("mart", 1);
  ASSERT_TRUE(days && days->front().forecast);
  EXPECT_EQ(days->front().forecast->basis, Forecast::Basis::none);
  EXPECT_NE(to_text(days->front().forecast->said).find("2 of the last 30 days"), std::string::npos)
      << to_text(days->front().forecast->said);
}

TEST_F(HistoryTest, ThatIsTooLongSaysSo) {
  for (int i = 0; i < 2'100; ++i) {
    clock.advance(10s);
    service.take(input::Report{.events = {{.asset = "raw", .data_version = "same"}}});
  }
  const auto days = readiness("raw", 1);
  ASSERT_TRUE(days) << days.error().message;
  EXPECT_TRUE(days->front().truncated);
}

TEST_F(HistoryTest, WhatIsExpectedNextIsByWhatIsUnderWayOrTheClockOrHistory) {
  pass(20);
  Forecast f = expected("mart");
  EXPECT_EQ(f.basis, Forecast::Basis::history);
  EXPECT_TRUE(to_text(f.said).starts_with("when raw is updated; ")) << to_text(f.said);
  f = expected("raw");
  EXPECT_EQ(f.p50, today + 5h);
  EXPECT_TRUE(to_text(f.said).starts_with("when somebody outside reports it; ")) << to_text(f.said);
  f = expected("by_hand");
  EXPECT_EQ(f.basis, Forecast::Basis::none);
  EXPECT_TRUE(to_text(f.said).starts_with("when somebody asks for it; ")) << to_text(f.said);
  f = expected("nightly", {.next = Wakeup{Wakeup::Kind::schedule, today + 3h}});
  EXPECT_EQ(f.basis, Forecast::Basis::clock);
  EXPECT_GE(f.p50, today + 3h);
  EXPECT_TRUE(f.assumed);
  EXPECT_NE(to_text(f.said).find("03:00:00"), std::string::npos) << to_text(f.said);

  service.take(input::Report{.events = {{.asset = "raw"}}});
  f = expected("mart");
  EXPECT_EQ(f.basis, Forecast::Basis::step);
  EXPECT_GT(f.p50, clock.now());
  EXPECT_EQ(f.samples, 20U);
}

}  // namespace
}  // namespace freshet::test
