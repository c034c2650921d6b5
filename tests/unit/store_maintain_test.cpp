#include <gtest/gtest.h>
#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "freshet/facts.hpp"
#include "freshet/history.hpp"
#include "freshet/ids.hpp"
#include "freshet/result.hpp"
#include "freshet/rows.hpp"
#include "freshet/time.hpp"
#include "store/store.hpp"
#include "store_support.hpp"

namespace freshet {
namespace {

using testing_support::at_seconds;
using testing_support::commit_one;
using testing_support::open_store;
using testing_support::TemporaryDirectory;
using testing_support::update_batch;

constexpr std::int64_t day = 86'400;

std::size_t fact_count(Store& store, KindSet kinds) {
  auto reader = store.reader();
  EXPECT_TRUE(reader);
  if (!reader) return 0;
  const auto page = (*reader)->facts({.kinds = kinds, .limit = 100'000});
  EXPECT_TRUE(page);
  return page ? page->facts.size() : 0;
}

TEST(Retention, DeletesDecisionsAndAnswersAfterThirtyDaysAndNoOtherFact) {
  const TemporaryDirectory directory;
  auto store = open_store(directory);
  Batch batch;
  for (std::uint64_t i = 1; i <= 20; ++i) {
    const Instant at = at_seconds(static_cast<std::int64_t>(i) * day);
    Fact fact = fact::Updated{};
    if (i % 2 == 0) fact = fact::Decided{.asset = AssetId{1}};
    if (i == 5) fact = fact::Answered{.key = "#"};
    batch.facts.push_back({.sequence = Sequence{i}, .at = at, .fact = fact});
  }
  ASSERT_TRUE(commit_one(*store, batch));

  ASSERT_TRUE(store->maintain(at_seconds(32 * day)));  // older than day 2: none of the decisions
  EXPECT_EQ(fact_count(*store, kinds_of<fact::Decided>()), 10U);
  EXPECT_EQ(fact_count(*store, kinds_of<fact::Answered>()), 1U);
  ASSERT_TRUE(store->maintain(at_seconds(41 * day)));  // older than day 11: 2, 4, 6, 8, 10
  EXPECT_EQ(fact_count(*store, kinds_of<fact::Decided>()), 5U);
  EXPECT_EQ(fact_count(*store, kinds_of<fact::Answered>()), 0U);
  EXPECT_EQ(fact_count(*store, kinds_of<fact::Updated>()), 9U);

  store.reset();
  store = open_store(directory);
  ASSERT_TRUE(store->maintain(at_seconds(100 * day)));
  EXPECT_EQ(fact_count(*store, kinds_of<fact::Decided>()), 0U);
  EXPECT_EQ(fact_count(*store, kinds_of<fact::Updated>()), 9U);
}

TEST(Retention, WorksThroughALongHistoryInSlices) {
  const TemporaryDirectory directory;
  const auto store = open_store(directory);
  Batch batch;
  for (std::uint64_t i = 1; i <= 10'000; ++i) {
    batch.facts.push_back({.sequence = Sequence{i}, .at = at_seconds(1), .fact = fact::Decided{}});
  }
  ASSERT_TRUE(commit_one(*store, batch));
  std::size_t before = 10'000;
  while (before > 0) {
    ASSERT_TRUE(store->maintain(at_seconds(100 * day)));
    const std::size_t now = fact_count(*store, kinds_of<fact::Decided>());
    ASSERT_LT(now, before);
    ASSERT_LE(before - now, 5'000U);  // a commit in between waits for a slice only
    before = now;
  }
}

TEST(Retention, DeletesEventIdsAndAnswersAfterSevenDaysRoundAndRound) {
  const TemporaryDirectory directory;
  const auto store = open_store(directory);
  Batch batch;
  for (std::uint64_t i = 0; i < 9'000; ++i) {  // more than a slice, every third one old
    const Instant at = at_seconds((i % 3 == 0 ? 1 : 9) * day);
    const std::string id = i == 0 ? "" : std::to_string(i);
    batch.rows.of<EventRow>().push_back({.source = "", .event_id = id, .at = at});
    batch.rows.of<AnswerRow>().push_back({.key = id, .at = at});
  }
  ASSERT_TRUE(commit_one(*store, batch));
  const auto left_after = [&](Instant now) {
    for (int i = 0; i < 4; ++i) EXPECT_TRUE(store->maintain(now));
    const auto rows = store->load();
    EXPECT_TRUE(rows);
    return std::pair{rows->of<EventRow>().size(), rows->of<AnswerRow>().size()};
  };
  EXPECT_EQ(left_after(at_seconds(8 * day)), std::pair(std::size_t{9'000}, std::size_t{9'000}));
  EXPECT_EQ(left_after(at_seconds(9 * day)), std::pair(std::size_t{6'000}, std::size_t{6'000}));
  EXPECT_EQ(left_after(at_seconds(17 * day)), std::pair(std::size_t{0}, std::size_t{0}));
}

TEST(Checkpoint, KeepsTheLogShortWhileCommitsGoOn) {
  const TemporaryDirectory directory;
  const auto store = open_store(directory, {.checkpoint_bytes = 256 << 10});
  std::uint64_t sequence{};
  std::uintmax_t log_max{};
  for (int i = 0; i < 200; ++i) {
    Batch batch = update_batch(++sequence, 1);
    std::get<fact::Updated>(batch.facts[0].fact).metadata = std::string(50'000, 'm');
    ASSERT_TRUE(commit_one(*store, batch));
    ASSERT_TRUE(store->maintain(at_seconds(1)));
    log_max = std::max(log_max, std::filesystem::file_size(directory.database() + "-wal"));
  }
  EXPECT_LT(log_max, 512U << 10);
  EXPECT_GT(std::filesystem::file_size(directory.database()), 9'000'000U);
}

TEST(Checkpoint, CommitsAndReadersAndMaintenanceGoOnTogether) {
  const TemporaryDirectory directory;
  const auto store = open_store(directory, {.checkpoint_bytes = 64 << 10});
  auto reader = store->reader();
  ASSERT_TRUE(reader);
  constexpr std::uint64_t last = 300;
  std::atomic<bool> written{false};
  std::uint64_t followed{};
  {
    const std::jthread maintainer{[&] {
      while (!written.load()) EXPECT_TRUE(store->maintain(at_seconds(1)));
    }};
    const std::jthread follower{[&] {
      FactQuery query{.order = FactQuery::Order::oldest_first, .limit = 50};
      while (true) {
        const bool was_last = written.load();
        const auto page = (*reader)->facts(query);
        ASSERT_TRUE(page) << page.error().message;
        for (const FactRecord& record : page->facts) {
          ASSERT_EQ(record.sequence.value, followed + 1);
          followed = record.sequence.value;
          query.after = record.sequence;
        }
        if (page->facts.empty() && was_last) return;
      }
    }};
    for (std::uint64_t i = 1; i <= last; ++i) EXPECT_TRUE(commit_one(*store, update_batch(i, 1)));
    written.store(true);
  }
  EXPECT_EQ(followed, last);
}

}  // namespace
}  // namespace freshet
