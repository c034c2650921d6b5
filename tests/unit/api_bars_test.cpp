#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "api/partition_bars.hpp"
#include "api_fixture.hpp"
#include "model_partitions.hpp"

namespace freshet::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Counts = std::vector<std::uint32_t>;

std::shared_ptr<PartitionView> view_of(Space space, std::string_view now) {
  auto out = std::make_shared<PartitionView>();
  out->existing = space->universe(instant(now));
  out->space = std::move(space);
  return out;
}

std::vector<std::string> names_of(const api::Bars& bars) {
  std::vector<std::string> out;
  for (const auto& row : bars.rows) out.push_back(row.name);
  return out;
}

TEST(Bars, OfDaysGoAlongTime) {
  Binder binder;
  const auto view =
      view_of(binder.bind({time(windows(Cadence::daily, "2026-01-01"))}), "2026-01-11");
  const auto id = [&](const char* key) {
    return view->space->find(key, instant("2026-01-11")).value();
  };
  view->updated = view->existing;
  view->updated.remove(id("2026-01-02"));
  view->stale_data.add(id("2026-01-03"));
  view->stale_code.add(id("2026-01-03"));
  view->failed.add(id("2026-01-10"));
  const auto bars = api::count_bars(*view, {.columns = 4});
  ASSERT_TRUE(bars);
  EXPECT_TRUE(bars->time);
  EXPECT_THAT(bars->first, ElementsAre("2026-01-01", "2026-01-03", "2026-01-06", "2026-01-08"));
  EXPECT_THAT(bars->last, ElementsAre("2026-01-02", "2026-01-05", "2026-01-07", "2026-01-10"));
  ASSERT_EQ(names_of(*bars), std::vector<std::string>{""});
  EXPECT_EQ(bars->rows[0].size, (Counts{2, 3, 2, 3}));
  EXPECT_EQ(bars->rows[0].missing, (Counts{1, 0, 0, 0}));
  EXPECT_EQ(bars->rows[0].stale, (Counts{0, 1, 0, 0}));
  EXPECT_EQ(bars->rows[0].failed, (Counts{0, 0, 0, 1}));
  EXPECT_EQ(bars->rows[0].in_progress, (Counts{0, 0, 0, 0}));
}

TEST(Bars, ArePartOfTheTimeThatIsAskedFor) {
  Binder binder;
  const auto view =
      view_of(binder.bind({time(windows(Cadence::daily, "2026-01-01"))}), "2026-01-11");
  const auto bars =
      api::count_bars(*view, {.columns = 9, .from = "2026-01-09", .to = "2027-01-01"});
  ASSERT_TRUE(bars);
  EXPECT_THAT(bars->first, ElementsAre("2026-01-09", "2026-01-10"));
  EXPECT_EQ(bars->rows[0].size, (Counts{1, 1}));
  const auto refused = [&](api::BarsQuery query) {
    const auto answer = api::count_bars(*view, query);
    EXPECT_FALSE(answer);
    return answer ? "" : answer.error().message;
  };
  EXPECT_THAT(refused({.from = "yesterday"}), HasSubstr("query value from=yesterday"));
  EXPECT_THAT(refused({.from = "2026-01-09", .to = "2026-01-02"}), HasSubstr("no later"));
}

TEST(Bars, HaveARowForEachCombinationOfOtherKeys) {
  Binder binder;
  const auto view = view_of(binder.bind({keys({"at", "de", "fr"}, "country"),
                                         time(windows(Cadence::daily, "2026-01-01"), "day"),
                                         keys({"web", "shop"}, "channel")}),
                            "2026-01-05");
  const Instant now = instant("2026-01-05");
  view->updated = view->existing;
  view->failed = view->space->select("de|*|shop", now).value();
  const auto bars = api::count_bars(*view, {.columns = 2, .rows = 4});
  ASSERT_TRUE(bars);
  EXPECT_THAT(names_of(*bars), ElementsAre("at|web", "at|shop", "de|web", "de|shop"));
  EXPECT_EQ(bars->rows_total, 6U);
  EXPECT_THAT(bars->first, ElementsAre("2026-01-01", "2026-01-03"));
  EXPECT_EQ(bars->rows[3].failed, (Counts{2, 2}));
  EXPECT_EQ(bars->rows[2].failed, (Counts{0, 0}));
  const auto some = api::count_bars(*view, {.columns = 2, .row_filter = "shop"});
  EXPECT_THAT(names_of(*some), ElementsAre("at|shop", "de|shop", "fr|shop"));
}

TEST(Bars, OfKeysGoAlongTheirOrderWhateverTheirNumbers) {
  Binder binder;
  binder.registry.keys.intern("c");
  const auto view = view_of(binder.bind({keys({"a", "b", "c", "d", "e"})}), "2026-01-01");
  for (const char* key : {"a", "b", "d"})
    view->updated.add(view->space->find(key, Instant{}).value());
  const auto bars = api::count_bars(*view, {.columns = 600});
  ASSERT_TRUE(bars);
  EXPECT_FALSE(bars->time);
  EXPECT_THAT(bars->first, ElementsAre("a", "b", "c", "d", "e"));
  EXPECT_EQ(bars->rows[0].missing, (Counts{0, 0, 1, 0, 1}));
  const auto some = api::count_bars(*view, {.columns = 1, .from = "b", .to = "c"});
  EXPECT_EQ(some->rows[0].size, (Counts{2}));
  EXPECT_EQ(some->rows[0].missing, (Counts{1}));
  EXPECT_THAT(api::count_bars(*view, {.from = "x"}).error().message,
              HasSubstr("query value from=x"));
}

TEST(Bars, OfNothingAreNone) {
  Binder binder;
  const auto later =
      view_of(binder.bind({time(windows(Cadence::daily, "2026-01-01"))}), "2025-01-01");
  EXPECT_TRUE(api::count_bars(*later, {})->first.empty());
  const auto dynamic_keys = view_of(binder.bind({dynamic("shops")}), "2026-01-01");
  EXPECT_TRUE(api::count_bars(*dynamic_keys, {})->first.empty());
}

TEST(Bars, AddUpToWhatIsThere) {
  std::mt19937 random{3};
  Binder binder;
  for (int round = 0; round < 40; ++round) {
    const bool over_time = random() % 2 == 0;
    std::vector<std::string> some;
    for (unsigned i = 0; i < 1 + random() % 40; ++i) some.push_back("k" + std::to_string(random()));
    const auto view =
        over_time
            ? view_of(
                  binder.bind({keys(some, "k"), time(windows(Cadence::hourly, "2026-01-01"), "h")}),
                  "2026-01-09T05:00:00Z")
            : view_of(binder.bind({keys(some)}), "2026-01-09");
    view->existing.for_each([&](PartitionId id) {
      if (random() % 3 != 0) view->updated.add(id);
      if (random() % 7 == 0) view->failed.add(id);
      return true;
    });
    const auto bars = api::count_bars(*view, {.columns = 1 + random() % 50, .rows = 100});
    ASSERT_TRUE(bars);
    std::uint64_t size = 0, missing = 0, failed = 0;
    for (const auto& row : bars->rows) {
      size += std::accumulate(row.size.begin(), row.size.end(), std::uint64_t{0});
      missing += std::accumulate(row.missing.begin(), row.missing.end(), std::uint64_t{0});
      failed += std::accumulate(row.failed.begin(), row.failed.end(), std::uint64_t{0});
    }
    EXPECT_EQ(size, view->existing.size());
    EXPECT_EQ(missing, (view->existing - view->updated).size());
    EXPECT_EQ(failed, view->failed.size());
  }
}

TEST(Bars, OfMillionsTakeNoTime) {
  Binder binder;
  std::vector<std::string> customers;
  for (int i = 0; i < 10'000; ++i) customers.push_back("customer" + std::to_string(i));
  const auto view = view_of(binder.bind({keys(customers, "customer"),
                                         time(windows(Cadence::daily, "2025-01-01"), "day")}),
                            "2026-01-01");
  ASSERT_EQ(view->existing.size(), 3'650'000U);
  view->updated = view->existing;
  const auto start = std::chrono::steady_clock::now();
  const auto bars = api::count_bars(*view, {});
  const auto took = std::chrono::steady_clock::now() - start;
  ASSERT_TRUE(bars);
  EXPECT_EQ(bars->rows_total, 10'000U);
  EXPECT_EQ(bars->rows.size(), 50U);
  EXPECT_LT(took, std::chrono::seconds{2}) << "also where every access is checked";
}

TEST(Bars, OfEverySecondMinuteOfAYearTakeNoTime) {
  Binder binder;
  WindowsDefinition minutes = windows(Cadence::cron, "2025-01-01");
  minutes.schedule = "* * * * *";
  const auto view = view_of(binder.bind({time(minutes)}), "2026-01-01");
  ASSERT_EQ(view->existing.size(), 525'600U);
  const PartitionParts from = unpack(view->existing.first().value());
  for (std::uint32_t i = 0; i < 525'600; i += 2)
    view->updated.add_range(from.shape, from.row, from.cell + i, from.cell + i);
  const auto start = std::chrono::steady_clock::now();
  const auto bars = api::count_bars(*view, {.columns = 1'200});
  const auto took = std::chrono::steady_clock::now() - start;
  ASSERT_TRUE(bars);
  EXPECT_EQ(bars->rows[0].size, Counts(1'200, 438));
  EXPECT_EQ(bars->rows[0].missing, Counts(1'200, 219));
  EXPECT_LT(took, std::chrono::seconds{2}) << "also where every access is checked";
}

TEST_F(ApiTest, PartitionsAreCountedInBars) {
  auto assets = shop();
  assets[1].partitions = partitions({time(windows(Cadence::daily, "2026-01-01"))});
  assets[1].partitions->text = "daily UTC from 2026-01-01";
  service.load(assets);
  const Answer answer = get("/api/v1/assets/staging/orders/partitions?view=bars&px=3");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.json()["total"], 30);
  EXPECT_EQ(answer.json()["columns"], 3);
  EXPECT_EQ(answer.json()["rows"][0]["missing"], Json::array({10, 10, 10}));
  EXPECT_EQ(answer.json()["first"][1], "2026-01-11");
  const std::string path = "/api/v1/assets/staging/orders/partitions?view=";
  EXPECT_EQ(get(path + "list").json()["items"].size(), 30U);
  for (const char* bad : {"heap", "bars&px=0", "bars&from=x", "bars&px=4000&rows=1000"})
    EXPECT_EQ(get(path + bad).code(), "query_invalid") << bad;
  EXPECT_EQ(get("/api/v1/assets/raw/orders/partitions?view=bars").status, 409);
}

TEST_F(ApiTest, PartitionsAreListedOfARangeAndFromEitherEnd) {
  auto assets = shop();
  assets[1].partitions = partitions({time(windows(Cadence::daily, "2026-01-01"))});
  service.load(assets);
  const std::string path = "/api/v1/assets/staging/orders/partitions?limit=2";
  const auto keys = [](const Json& page) {
    std::vector<std::string> out;
    for (const Json& item : page["items"]) out.push_back(item["key"]);
    return out;
  };
  const Json last = get(path + "&order=descending").json();
  EXPECT_THAT(keys(last), ElementsAre("2026-01-30", "2026-01-29"));
  const std::string cursor = last["next_cursor"];
  EXPECT_THAT(keys(get(path + "&order=descending&cursor=" + cursor).json()),
              ElementsAre("2026-01-28", "2026-01-27"));
  EXPECT_EQ(get(path + "&cursor=" + cursor).status, 400) << "of another order";
  const std::string range = path + "&partitions=2026-01-05...2026-01-07&state=missing";
  const Json some = get(range).json();
  EXPECT_THAT(keys(some), ElementsAre("2026-01-05", "2026-01-06"));
  EXPECT_EQ(some["total"], 3);
  EXPECT_THAT(keys(get(range + "&order=descending").json()),
              ElementsAre("2026-01-07", "2026-01-06"));
  EXPECT_EQ(get(range + "&order=descending&cursor=" +
                get(range + "&order=descending").json()["next_cursor"].get<std::string>())
                .json()["next_cursor"],
            nullptr);
  for (const char* bad : {"&partitions=x...y", "&partitions=2027-01-01", "&order=random"})
    EXPECT_EQ(get(path + bad).code(), "query_invalid") << bad;
}

}  // namespace
}  // namespace freshet::test
