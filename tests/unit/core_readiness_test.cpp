// Whether an asset was ready on a day, and when it will be.
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/forecast.hpp"
#include "core/readiness.hpp"
#include "freshet/engine.hpp"
#include "freshet/graph.hpp"

namespace freshet::core {
namespace {

using namespace std::chrono_literals;

constexpr Instant midnight{std::chrono::sys_days{std::chrono::year{2026} / 1 / 15}};
constexpr TimeSpan day{midnight, midnight + 24h};

/// A real engine's snapshot, and history as the test says it was.
class ReadinessTest : public testing::Test {
 protected:
  static AssetDefinition asset(const std::string& key, const std::vector<std::string>& deps = {},
                               const std::string& automation = "eager") {
    AssetDefinition a;
    a.key = key, a.project = "test", a.command = {"make"}, a.automation = automation;
    for (const auto& dep : deps)
      a.deps.push_back({.key = dep, .rule = {}, .mapping = {}, .place = {}});
    return a;
  }
  static AssetDefinition source(const std::string& key) {
    AssetDefinition a;
    a.key = key, a.project = "test", a.external = true, a.source.kind = SourceKind::webhook;
    return a;
  }
  void load(std::vector<AssetDefinition> assets) {
    auto definitions = std::make_shared<Definitions>();
    definitions->project = "test", definitions->assets = std::move(assets);
    graph_ = *Graph::build({definitions});
    take(input::Load{.graph = graph_});
  }
  Moment take(const Input& input) {
    Moment moment = engine_.step({&input, 1}, now_);
    for (const Effect& effect : moment.effects) {
      if (const auto* start = std::get_if<effect::StartStep>(&effect)) started_.push_back(*start);
    }
    for (const FactRecord& record : moment.batch.facts) {
      const auto rank_of = [&](AssetId a) { return *graph_->find(engine_.name_of({a, {}})); };
      if (const auto* update = std::get_if<fact::Updated>(&record.fact)) {
        news_[rank_of(update->member.asset)].updates.push_back(
            {record.at, record.sequence, update->member.partition});
      } else if (const auto* check = std::get_if<fact::CheckRecorded>(&record.fact)) {
        news_[rank_of(check->member.asset)].results.push_back(
            {record.at, record.sequence, check->member.partition, check->name, check->passed});
      }
    }
    return moment;
  }
  void at(Instant instant) { now_ = instant; }
  void report(const std::string& key, const std::string& partition = "") {
    take(input::Report{.events = {{.asset = key, .partition = partition}}});
  }
  void check(const std::string& key, bool passed) {
    take(input::Report{
        .events = {
            {.kind = input::Event::Kind::check, .asset = key, .check = "sane", .passed = passed}}});
  }
  void ended() {
    const auto start = started_.front();
    started_.erase(started_.begin());
    take(input::StepOutcome{.step = start.step, .attempt = start.attempt});
  }
  Readiness judge(const std::string& key, TimeSpan of = day) {
    snapshot_ = engine_.snapshot();
    const Judge it{*snapshot_, [&](Rank rank) -> const News& { return news_[rank]; }};
    return it.judge(*graph_->find(key), of);
  }
  std::optional<Forecast> forecast(const std::string& key) {
    snapshot_ = engine_.snapshot();
    Forecaster forecaster{*snapshot_, now_};
    return forecaster.of_work(*graph_->find(key));
  }

  Engine engine_{EngineOptions{.slots = 10}};
  std::shared_ptr<const Graph> graph_;
  std::shared_ptr<const Snapshot> snapshot_;
  std::map<Rank, News> news_;
  std::vector<effect::StartStep> started_;
  Instant now_{midnight - 2h};
};

TEST_F(ReadinessTest, FollowsAnAssetThroughItsDay) {
  AssetDefinition mart = asset("mart", {"orders", "prices"});
  mart.checks.push_back(
      {.name = "sane", .blocking = true, .timeout = {}, .description = {}, .place = {}});
  mart.freshness = FreshnessPolicy{.within = 24h, .warn = {}};
  load({source("orders"), source("prices"), mart});
  at(midnight - 1h);
  report("orders"), report("prices");
  ended();  // yesterday's
  at(midnight + 1h);
  take(input::Tick{});
  Readiness r = judge("mart");
  EXPECT_EQ(r.state, ReadinessState::waiting);
  EXPECT_EQ(r.inputs, 2U);
  EXPECT_EQ(r.arrived, 0U);
  EXPECT_EQ(r.deadline, midnight - 1h + 24h);

  at(midnight + 2h), report("orders");
  ASSERT_EQ(started_.size(), 1U);
  r = judge("mart");
  EXPECT_EQ(r.state, ReadinessState::running);
  EXPECT_EQ(r.arrived, 1U);
  EXPECT_EQ(r.first_input, midnight + 2h);
  EXPECT_FALSE(r.arrived_at);
  at(midnight + 3h), ended();
  r = judge("mart");
  EXPECT_EQ(r.complete_at, midnight + 3h) << "made of all that had arrived";
  EXPECT_EQ(r.state, ReadinessState::complete) << "not checked yet";
  EXPECT_FALSE(r.ready_at);

  at(midnight + 5h), report("prices");
  r = judge("mart");
  EXPECT_EQ(r.arrived_at, midnight + 5h);
  EXPECT_FALSE(r.complete_at) << "made before the last input came";
  at(midnight + 6h), ended();
  EXPECT_EQ(judge("mart").complete_at, midnight + 6h);
  at(midnight + 7h), check("mart", false);
  EXPECT_EQ(judge("mart").state, ReadinessState::failed);
  at(midnight + 8h), check("mart", true);
  r = judge("mart");
  EXPECT_EQ(r.state, ReadinessState::ready);
  check("mart", false);
  EXPECT_EQ(judge("mart").state, ReadinessState::failed) << "not any more";
  EXPECT_EQ(judge("mart").ready_at, midnight + 8h) << "but it was";
  check("mart", true);
  EXPECT_EQ(r.checked_at, midnight + 8h);
  EXPECT_EQ(r.ready_at, midnight + 8h);

  // The day before is what it was, and what is truncated says so.
  EXPECT_EQ(judge("mart", {midnight - 24h, midnight}).complete_at, midnight - 1h);
  EXPECT_FALSE(r.truncated);
  news_[*graph_->find("prices")].from = midnight + 1h;
  EXPECT_TRUE(judge("mart").truncated);
}

TEST_F(ReadinessTest, WithoutBlockingChecksWhatIsCompleteIsReady) {
  load({source("raw"), asset("a", {"raw"})});
  at(midnight + 1h), report("raw");
  at(midnight + 2h), ended();
  const Readiness r = judge("a");
  EXPECT_EQ(r.state, ReadinessState::ready);
  EXPECT_EQ(r.ready_at, midnight + 2h);
  EXPECT_FALSE(r.checked_at);
  EXPECT_EQ(judge("raw").ready_at, midnight + 1h) << "a source is ready when it came";
}

TEST_F(ReadinessTest, OfWhatIsCutByTimeTheDaysOwnWindowsCount) {
  const auto cut = [](Cadence cadence, const std::string& text) {
    PartitionsDefinition out;
    out.dimensions = {
        {.name = "",
         .of = WindowsDefinition{.cadence = cadence, .start = midnight - std::chrono::days{30}}}};
    out.text = text;
    return out;
  };
  AssetDefinition daily = asset("daily", {}, ""), hourly = asset("hourly", {}, "");
  AssetDefinition monthly = asset("monthly", {}, "");
  daily.partitions = cut(Cadence::daily, "daily");
  hourly.partitions = cut(Cadence::hourly, "hourly");
  monthly.partitions = cut(Cadence::monthly, "monthly");
  load({daily, hourly, monthly});
  at(midnight + 24h + 30min), take(input::Tick{});
  EXPECT_EQ(judge("daily").parts_complete, 0U);
  report("daily", "2026-01-14");
  EXPECT_FALSE(judge("daily").complete_at) << "another day's";
  report("daily", "2026-01-15");
  EXPECT_EQ(judge("daily").complete_at, midnight + 24h + 30min) << "made when the day was over";
  EXPECT_EQ(judge("hourly").parts, 24U);
  for (int hour = 0; hour < 24; ++hour) {
    EXPECT_FALSE(judge("hourly").complete_at);
    report("hourly",
           std::string{"2026-01-15-"} + (hour < 10 ? "0" : "") + std::to_string(hour) + ":00");
  }
  EXPECT_EQ(judge("hourly").parts_complete, 24U);
  EXPECT_TRUE(judge("hourly").complete_at);
  EXPECT_EQ(judge("monthly").parts, 1U) << "the window that the day lies in";
}

TEST_F(ReadinessTest, ADeadlineByTheClockIsThatOfTheDay) {
  AssetDefinition mart = asset("mart", {}, "");
  mart.freshness = FreshnessPolicy{.deadline = "0 7 * * 1-5", .timezone = "Europe/Vienna"};
  load({mart});
  EXPECT_EQ(judge("mart").deadline, midnight + 6h) << "a Thursday";
  EXPECT_EQ(judge("mart", {midnight - 24h, midnight}).deadline, midnight - 18h);
  EXPECT_FALSE(judge("mart", {midnight + 48h, midnight + 72h}).deadline) << "a Saturday";
}

TEST_F(ReadinessTest, OfWhatIsCutOtherwiseAllPartsCount) {
  AssetDefinition regions = asset("regions", {}, "");
  regions.partitions = PartitionsDefinition{
      .dimensions = {{.name = "", .of = StaticKeys{{"at", "de"}}}}, .text = "static at de"};
  load({regions});
  at(midnight + 1h), report("regions", "de");
  EXPECT_EQ(judge("regions").parts_complete, 1U);
  EXPECT_EQ(judge("regions").parts, 2U);
  at(midnight + 2h), report("regions", "de");
  at(midnight + 3h), report("regions", "at");
  EXPECT_EQ(judge("regions").complete_at, midnight + 3h);
}

TEST_F(ReadinessTest, ForecastsFollowWhatIsUnderWay) {
  load({source("raw"), asset("a", {"raw"}, ""), asset("b", {"a"}, ""), asset("c", {"b"}),
        asset("by_hand", {"b"}, ""), asset("nightly", {"b"}, "on_cron(\"0 3 * * *\")"),
        asset("elsewhere")});
  // Nine runs each: a takes 60 s, b 10 s; c never ran.
  for (int i = 0; i < 9; ++i) {
    take(input::Request{.assets = {"a"}, .actor = "test"});
    now_ += 60s, ended();
    take(input::Request{.assets = {"b"}, .actor = "test"});
    now_ += 10s, ended();
    for (; !started_.empty(); started_.clear()) {
    }
  }
  engine_ = [&] {
    Rows rows = engine_.rows();  // what else automation queued meanwhile is left out
    rows.of<RunRow>().clear(), rows.of<StepRow>().clear();
    Engine fresh{EngineOptions{.slots = 10}};
    fresh.load(std::move(rows));
    return fresh;
  }();
  take(input::Load{.graph = graph_});
  for (; !started_.empty(); started_.clear()) {
  }
  EXPECT_FALSE(forecast("a"));
  at(midnight + 1h);
  take(input::Request{.assets = {"a", "b"}, .actor = "test"});
  now_ += 20s;
  const auto a = forecast("a");
  ASSERT_TRUE(a);
  EXPECT_EQ(a->basis, Forecast::Basis::step);
  EXPECT_EQ(a->p50, midnight + 1h + 60s) << "as long as ever, from its start";
  EXPECT_EQ(a->samples, 9U);
  EXPECT_EQ(forecast("b")->p50, midnight + 1h + 70s) << "queued behind a";
  const auto c = forecast("c");
  ASSERT_TRUE(c);
  EXPECT_EQ(c->basis, Forecast::Basis::upstream);
  EXPECT_TRUE(c->assumed);
  EXPECT_GT(c->p50, midnight + 1h + 70s);
  EXPECT_FALSE(forecast("by_hand")) << "nothing makes it when b is new";
  EXPECT_FALSE(forecast("nightly"));
  EXPECT_FALSE(forecast("elsewhere"));
  EXPECT_FALSE(forecast("raw"));
  now_ += 100s;
  EXPECT_EQ(forecast("a")->p50, now_) << "longer than ever: it may end at any time";
}

TEST(ForecastByHistory, NeedsSomeDaysAndIsNeverInThePast) {
  const Instant noon = midnight + 12h;
  EXPECT_EQ(forecast_by_history(std::vector<Millis>{6h, 7h}, 30, midnight, noon).basis,
            Forecast::Basis::none);
  std::vector<Millis> before;
  for (int i = 0; i < 20; ++i) before.emplace_back(13h + i * 1min);
  const Forecast f = forecast_by_history(before, 30, midnight, noon);
  EXPECT_EQ(f.basis, Forecast::Basis::history);
  EXPECT_EQ(f.p50, midnight + 13h + 9min + 30s);
  EXPECT_GT(f.p10, noon);
  EXPECT_LT(f.p10, f.p50);
  EXPECT_EQ(f.samples, 20U);
  EXPECT_NE(to_text(f.said).find("20 of the last 30 days"), std::string::npos) << to_text(f.said);
  const Forecast late = forecast_by_history(before, 30, midnight, midnight + 13h + 12min);
  EXPECT_GT(late.p50, midnight + 13h + 12min);
  EXPECT_EQ(late.samples, 7U) << "the days on which it was later still";
  EXPECT_EQ(forecast_by_history(before, 30, midnight, midnight + 15h).basis, Forecast::Basis::none)
      << "later than ever: nobody knows";
}

}  // namespace
}  // namespace freshet::core
