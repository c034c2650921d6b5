// What would run, when, and how long it would take.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "freshet/engine.hpp"
#include "freshet/graph.hpp"
#include "freshet/plan.hpp"

namespace freshet {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

constexpr Instant morning{std::chrono::sys_days{std::chrono::year{2026} / 1 / 15} + 6h};
const std::function<Estimate()> nothing_known = [] { return Estimate{.assumed = true}; };

/// An engine in which everything was made, and how long steps take.
class PlanTest : public testing::Test {
 protected:
  struct Spec {
    std::string key;
    std::vector<std::string> deps;
    std::uint32_t seconds{};  ///< That its step always took; 0: it never ran.
    std::string automation{"eager"};
    std::string pool{};
  };

  void load(const std::vector<Spec>& specs, std::map<std::string, std::uint32_t> pools = {}) {
    auto definitions = std::make_shared<Definitions>();
    definitions->project = "test", definitions->pools = std::move(pools);
    for (const Spec& spec : specs) {
      AssetDefinition asset;
      asset.key = spec.key, asset.project = "test", asset.pool = spec.pool;
      asset.external = spec.automation == "source";
      if (!asset.external) asset.command = {"make"}, asset.automation = spec.automation;
      for (const auto& dep : spec.deps)
        asset.deps.push_back({.key = dep, .rule = {}, .mapping = {}, .place = {}});
      if (const auto it = partitions_.find(spec.key); it != partitions_.end())
        asset.partitions = it->second;
      definitions->assets.push_back(std::move(asset));
    }
    const auto graph = *Graph::build({definitions});
    Engine maker{EngineOptions{.slots = 100}};
    take(maker, input::Load{.graph = graph});
    for (std::uint32_t i = 0; i < graph->size(); ++i) {
      const std::string& key = graph->asset(Rank{i}).key;
      const auto keys = maker.partitions(key);
      for (const std::string& partition : keys ? *keys : std::vector<std::string>{""})
        take(maker, input::Report{.events = {{.asset = key, .partition = partition}}});
    }
    Rows rows = maker.rows();
    rows.of<RunRow>().clear(), rows.of<StepRow>().clear();
    for (const AssetRow& row : rows.of<AssetRow>()) {
      const auto spec = std::ranges::find(specs, row.key, &Spec::key);
      if (spec == specs.end() || spec->seconds == 0) continue;
      const std::vector<std::uint32_t> worked(9, spec->seconds * 1'000);
      rows.of<DurationsRow>().push_back({row.asset, worked, std::vector<std::uint32_t>(9)});
    }
    engine_.load(std::move(rows));
    take(engine_, input::Load{.graph = graph});
  }
  Moment take(Engine& engine, const Input& input) {
    now_ += 1ms;
    return engine.step({&input, 1}, now_);
  }
  Result<Plan> plan(const PlanRequest& request, std::uint32_t slots = 10) {
    std::vector<std::string> keys = request.changed;
    keys.insert(keys.end(), request.requested.begin(), request.requested.end());
    return make_plan(engine_.excerpt(keys), request, now_, slots, nothing_known);
  }
  static std::vector<std::string> assets(const Plan& plan) {
    std::vector<std::string> out;
    for (const auto& item : plan.items) out.push_back(item.asset);
    return out;
  }
  static const Plan::Item& item(const Plan& plan, const std::string& key) {
    return *std::ranges::find(plan.items, key, &Plan::Item::asset);
  }

  std::map<std::string, PartitionsDefinition> partitions_;
  Engine engine_{EngineOptions{.slots = 10}};
  Instant now_{morning};
};

TEST_F(PlanTest, SaysWhenEachStartsAndIsReadyAndWhatDecidesSo) {
  load({{"raw", {}, 0, "source"},
        {"short", {"raw"}, 10},
        {"long", {"raw"}, 60},
        {"both", {"short", "long"}, 5},
        {"other", {}, 7}});
  const auto made = plan({.changed = {"raw"}});
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_THAT(assets(*made), testing::UnorderedElementsAre("short", "long", "both"));
  EXPECT_EQ(item(*made, "both").start_after, 60s);
  EXPECT_EQ(item(*made, "both").ready_after.p50, 65s);
  EXPECT_EQ(to_text(item(*made, "both").reason), "because short is new (and 1 more)");
  EXPECT_EQ(item(*made, "short").ready_after.p50, 10s);
  EXPECT_THAT(item(*made, "long").because, ElementsAre("raw"));
  EXPECT_THAT(made->critical_path, ElementsAre("long", "both"));
  EXPECT_FALSE(item(*made, "short").critical);
  EXPECT_TRUE(item(*made, "long").critical);
  EXPECT_EQ(made->total, (Estimate{.p10 = 65s, .p50 = 65s, .p90 = 65s, .samples = 9}));
  EXPECT_EQ(made->working, 65s);
  EXPECT_EQ(made->waiting, 0s);
  EXPECT_EQ(made->work, 75s);
  EXPECT_FALSE(made->truncated);
}

TEST_F(PlanTest, AnotherConditionIsTriedOnACopy) {
  load({{"raw", {}, 0, "source"},
        {"report", {"raw"}, 1, "eager & missing"},
        {"reader", {"report"}}});
  take(engine_, input::Report{.events = {{.asset = "raw"}}});
  const auto tried = [&](const std::string& automation) {
    return what_if(engine_.excerpt({"report"}), "report", "", automation, now_);
  };
  const auto eager = tried("eager");
  ASSERT_TRUE(eager) << eager.error().message;
  EXPECT_THAT(to_text(eager->said), testing::StartsWith("requested"));
  ASSERT_TRUE(eager->tree);
  EXPECT_EQ(eager->tree->label, "eager");
  EXPECT_TRUE(eager->tree->held);
  const auto held = tried("eager & in_progress");
  ASSERT_TRUE(held) << held.error().message;
  EXPECT_THAT(to_text(held->said), testing::StartsWith("not requested"));
  EXPECT_FALSE(held->tree->held);
  const auto wrong = tried("eager & missin");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, Errc::invalid);
  EXPECT_THAT(wrong.error().message, testing::HasSubstr("column 9"));
  EXPECT_THAT(to_text(engine_.why("report", "")->said), testing::StartsWith("not requested"))
      << "the engine itself is as it was";
}

TEST_F(PlanTest, WaitsForRoomInPoolsAndSlots) {
  std::vector<Spec> specs{{"raw", {}, 0, "source"}};
  for (const char* key : {"a", "b", "c"}) specs.push_back({key, {"raw"}, 10, "eager", "narrow"});
  load(specs, {{"narrow", 1}});
  auto made = plan({.changed = {"raw"}});
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->total.p50, 30s);
  EXPECT_EQ(made->critical_path.size(), 1U) << "the last one waits for no other's data";
  EXPECT_EQ(made->working, 10s);
  EXPECT_EQ(made->waiting, 20s);
  EXPECT_EQ(item(*made, assets(*made).back()).start_after, 20s);

  Engine wide{EngineOptions{}};
  std::ranges::for_each(specs, [](Spec& spec) { spec.pool.clear(); });
  engine_ = std::move(wide);
  load(specs);
  EXPECT_EQ(plan({.changed = {"raw"}})->total.p50, 10s);
  EXPECT_EQ(plan({.changed = {"raw"}}, 2)->total.p50, 20s);
}

TEST_F(PlanTest, WhatNeverRanIsAssumedAndSaysSo) {
  load({{"raw", {}, 0, "source"}, {"known", {"raw"}, 10}, {"unknown", {"known"}}});
  int asked = 0;
  const auto made = make_plan(engine_.excerpt({"raw"}), {.changed = {"raw"}}, now_, 10, [&] {
    ++asked;
    return Estimate{.p10 = 1s, .p50 = 4s, .p90 = 20s, .assumed = true};
  });
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(asked, 1);
  EXPECT_FALSE(item(*made, "known").worked.assumed);
  EXPECT_TRUE(item(*made, "unknown").worked.assumed);
  EXPECT_EQ(made->total,
            (Estimate{.p10 = 11s, .p50 = 14s, .p90 = 30s, .samples = 0, .assumed = true}));
}

TEST_F(PlanTest, OfWhatIsAskedFor) {
  load({{"raw", {}, 0, "source"}, {"a", {"raw"}, 10, ""}, {"b", {"a"}, 20, ""}, {"c", {"b"}, 5}});
  EXPECT_TRUE(plan({.changed = {"raw"}})->items.empty()) << "nothing is automated";
  const auto made = plan({.requested = {"a", "b"}});
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_THAT(assets(*made), ElementsAre("a", "b", "c"));
  EXPECT_EQ(to_text(item(*made, "a").reason), "it is asked for");
  EXPECT_EQ(item(*made, "c").start_after, 30s);
  EXPECT_EQ(plan({.requested = {"raw"}}).error().code, Errc::invalid);
  EXPECT_EQ(plan({.changed = {"nobody"}}).error().code, Errc::not_found);
}

TEST_F(PlanTest, WhatRunsAlreadyIsLeftOut) {
  load({{"raw", {}, 0, "source"}, {"a", {"raw"}, 10}, {"b", {"a"}, 20}});
  take(engine_, input::Report{.events = {{.asset = "raw"}}});
  const auto made = plan({.changed = {"raw"}});
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_THAT(assets(*made), ElementsAre("a", "b"));
}

TEST_F(PlanTest, OfThePartitionsThatChanged) {
  PartitionsDefinition daily;
  WindowsDefinition windows{.start = std::chrono::sys_days{std::chrono::year{2026} / 1 / 10}};
  daily.dimensions = {{.name = "", .of = windows}};
  daily.text = "daily 2026-01-10";
  partitions_ = {{"raw", daily}, {"a", daily}};
  load({{"raw", {}, 0, "source"}, {"a", {"raw"}, 10, "eager(\"30d\")"}, {"b", {"a"}, 3}});
  const auto newest = plan({.changed = {"raw"}});
  ASSERT_TRUE(newest) << newest.error().message;
  EXPECT_EQ(item(*newest, "a").steps, 1U);
  const auto some = plan({.changed = {"raw"}, .partitions = "2026-01-11...2026-01-13"}, 2);
  ASSERT_TRUE(some) << some.error().message;
  EXPECT_EQ(item(*some, "a").steps, 3U);
  EXPECT_EQ(item(*some, "a").ready_after.p50, 20s) << "two at a time";
  EXPECT_EQ(plan({.changed = {"raw"}, .partitions = "2026-01-01"}).error().code, Errc::not_found);
  EXPECT_EQ(plan({.requested = {"a"}}).error().code, Errc::invalid) << "which?";
  EXPECT_EQ(item(*plan({.requested = {"a"}, .partitions = "2026-01-12"}), "a").steps, 1U);
}

/// An excerpt holds what lies downstream, what that reads, and what conditions name; no more.
TEST_F(PlanTest, TakesOnlyWhatBearsUponTheChange) {
  load({{"raw", {}, 0, "source"},
        {"elsewhere", {}, 0, "source"},
        {"a", {"raw"}, 1},
        {"b", {"a", "elsewhere"}, 1},
        {"far", {"elsewhere"}, 1},
        {"watcher", {}, 1, "asset_matches(\"a\", newly_updated)"},
        {"named", {}, 1, ""},
        {"asks", {"b"}, 1, "any_deps_updated & asset_matches(\"named\", ~missing)"},
        {"choosy", {"far"}, 1, "any_deps_match(newly_updated).allow(\"far\")"}});
  const auto keys = [&](const std::string& changed) {
    const auto excerpt = engine_.excerpt({changed});
    std::vector<std::string> out;
    for (std::uint32_t i = 0; i < excerpt.graph->size(); ++i)
      out.push_back(excerpt.graph->asset(Rank{i}).key);
    std::ranges::sort(out);
    return out;
  };
  EXPECT_THAT(keys("raw"), ElementsAre("a", "asks", "b", "elsewhere", "named", "raw", "watcher"));
  EXPECT_THAT(keys("named"), ElementsAre("a", "asks", "b", "elsewhere", "named", "raw"));
  EXPECT_EQ(keys("far").size(), 9U) << "what a selection means may depend on everything";
  EXPECT_THAT(assets(*plan({.changed = {"raw"}})),
              testing::UnorderedElementsAre("a", "watcher", "b", "asks"));
}

}  // namespace
}  // namespace freshet
