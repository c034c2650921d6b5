#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

#include "freshet/facts.hpp"
#include "freshet/history.hpp"
#include "freshet/ids.hpp"
#include "freshet/result.hpp"
#include "freshet/rows.hpp"
#include "model/codec.hpp"
#include "random_values.hpp"
#include "store/store.hpp"
#include "store_support.hpp"

namespace freshet {
namespace {

using testing::HasSubstr;
using testing_support::at_seconds;
using testing_support::commit_one;
using testing_support::Filler;
using testing_support::open_store;
using testing_support::TemporaryDirectory;
using testing_support::update_batch;

/// Visits the first `left` fields only.
template <class V>
struct KeyFields {
  V& visitor;
  int left;
  template <class T>
  void operator()(std::string_view name, T& value) {
    if (left-- > 0) visitor(name, value);
  }
};

template <class R>
std::string key_of(const R& row) {
  std::string key;
  codec::Encoder encoder{key};
  R::describe(row, KeyFields<codec::Encoder>{encoder, R::key_fields});
  return key;
}

/// Makes keys meet again.
struct SmallKeys {
  Filler& filler;
  template <class T>
  void operator()(std::string_view /*name*/, T& /*value*/) {}
  template <class Tag, class Rep>
  void operator()(std::string_view /*name*/, Id<Tag, Rep>& id) {
    id = Id<Tag, Rep>{static_cast<Rep>(1 + filler.below(6))};
  }
  void operator()(std::string_view /*name*/, StepId& step) {
    step = {RunId{1 + filler.below(6)}, static_cast<std::uint32_t>(filler.below(3))};
  }
  void operator()(std::string_view /*name*/, std::string& text) {
    text = std::string{"a\0b\xff", filler.below(5)};
  }
};

/// The upserts as a map would do them.
template <class Tables>
struct Model;
template <class... R>
struct Model<std::tuple<std::vector<R>...>> {
  std::tuple<std::map<std::string, R>...> maps;

  void upsert(const Rows& rows) { (upsert_table<R>(rows.of<R>()), ...); }
  template <class T>
  void upsert_table(const std::vector<T>& table) {
    for (const T& row : table) std::get<std::map<std::string, T>>(maps)[key_of(row)] = row;
  }
  /// Without runs and backfills that have ended, and what belongs to them.
  void forget_ended() {
    auto& runs = std::get<std::map<std::string, RunRow>>(maps);
    auto& steps = std::get<std::map<std::string, StepRow>>(maps);
    std::erase_if(runs, [](const auto& item) { return is_terminal(item.second.status); });
    std::erase_if(steps, [&](const auto& item) {
      return !runs.contains(key_of(RunRow{.run = item.second.step.run}));
    });
    auto& backfills = std::get<std::map<std::string, BackfillRow>>(maps);
    auto& targets = std::get<std::map<std::string, BackfillTargetRow>>(maps);
    std::erase_if(backfills, [](const auto& item) { return is_terminal(item.second.status); });
    std::erase_if(targets, [&](const auto& item) {
      return !backfills.contains(key_of(BackfillRow{.backfill = item.second.backfill}));
    });
  }
  friend bool operator==(const Model&, const Model&) = default;
};
using RowModel = Model<decltype(Rows::tables)>;

std::size_t count_rows(const Rows& rows) {
  return std::apply([](const auto&... table) { return (table.size() + ...); }, rows.tables);
}
std::size_t count_rows(const RowModel& model) {
  return std::apply([](const auto&... map) { return (map.size() + ...); }, model.maps);
}

Rows random_rows(Filler& filler) {
  Rows rows;
  const auto fill_table = [&]<class R>(std::vector<R>& table) {
    table.resize(filler.below(6));
    for (R& row : table) {
      filler.fill(row);
      SmallKeys keys{filler};
      if (filler.below(8) != 0) R::describe(row, KeyFields<SmallKeys>{keys, R::key_fields});
    }
  };
  std::apply([&](auto&... table) { (fill_table(table), ...); }, rows.tables);
  return rows;
}

class RandomBatches : public testing::TestWithParam<std::uint64_t> {};
TEST_P(RandomBatches, LoadIsWhatAMapOfTheUpsertsHolds) {
  const TemporaryDirectory directory;
  Filler filler{GetParam()};
  RowModel model;
  std::vector<FactRecord> facts;
  RunId last_run;
  auto store = open_store(directory);
  for (int round = 0; round < 40; ++round) {
    std::vector<Batch> batches(1 + filler.below(4));
    for (Batch& batch : batches) {
      for (std::uint64_t i = filler.below(5); i > 0; --i) {
        const Sequence sequence{facts.size() + 1};
        facts.push_back({.sequence = sequence,
                         .at = at_seconds(static_cast<std::int64_t>(sequence.value)),
                         .fact = filler.fact(filler.below(std::variant_size_v<Fact>))});
        batch.facts.push_back(facts.back());
      }
      batch.rows = random_rows(filler);
      batch.rows.sequence = Sequence{facts.size()};
      batch.rows.at = at_seconds(round + 1);
      batch.rows.last_run = RunId{filler.below(1000)};
      last_run = std::max(last_run, batch.rows.last_run);
      model.upsert(batch.rows);
    }
    const auto done = store->commit(batches);
    ASSERT_TRUE(done) << done.error().message;
    if (filler.below(4) != 0) continue;
    store.reset();
    store = open_store(directory);
  }
  const auto rows = store->load();
  ASSERT_TRUE(rows) << rows.error().message;
  EXPECT_EQ(rows->sequence, Sequence{facts.size()});
  EXPECT_EQ(rows->at, at_seconds(40));
  EXPECT_EQ(rows->last_run, last_run);
  RowModel loaded;
  loaded.upsert(*rows);
  model.forget_ended();
  EXPECT_EQ(loaded, model);
  EXPECT_EQ(count_rows(*rows), count_rows(model));  // none twice

  auto reader = store->reader();
  ASSERT_TRUE(reader);
  const auto page =
      (*reader)->facts({.order = FactQuery::Order::oldest_first, .limit = facts.size() + 1});
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_EQ(page->facts, facts);
}
INSTANTIATE_TEST_SUITE_P(Seeds, RandomBatches, testing::Range(std::uint64_t{1}, std::uint64_t{7}));

TEST(CommitStore, AnEmptyStoreLoadsNothing) {
  const TemporaryDirectory directory;
  const auto rows = open_store(directory)->load();
  ASSERT_TRUE(rows);
  EXPECT_EQ(*rows, Rows{});
}

TEST(CommitStore, RunsThatEndedAreNotLoadedAndThoseThatHaveNotComeWithAllTheirSteps) {
  const TemporaryDirectory directory;
  const auto store = open_store(directory);
  Batch batch;
  batch.rows.of<RunRow>() = {{.run = RunId{1}, .status = RunStatus::running},
                             {.run = RunId{2}, .status = RunStatus::failed}};
  batch.rows.of<StepRow>() = {{.step = {RunId{1}, 0}, .status = StepStatus::succeeded},
                              {.step = {RunId{1}, 1}, .status = StepStatus::queued},
                              {.step = {RunId{2}, 0}, .status = StepStatus::failed}};
  ASSERT_TRUE(commit_one(*store, batch));
  auto rows = store->load();
  ASSERT_TRUE(rows);
  EXPECT_EQ(rows->of<RunRow>(), std::vector{batch.rows.of<RunRow>()[0]});
  const std::vector<StepRow> steps{batch.rows.of<StepRow>()[0], batch.rows.of<StepRow>()[1]};
  EXPECT_EQ(rows->of<StepRow>(), steps);

  Batch end;
  end.rows.of<RunRow>() = {{.run = RunId{1}, .status = RunStatus::succeeded}};
  ASSERT_TRUE(commit_one(*store, end));
  rows = store->load();
  ASSERT_TRUE(rows);
  EXPECT_TRUE(rows->of<RunRow>().empty());
  EXPECT_TRUE(rows->of<StepRow>().empty());
}

/// The number of the last fact that survived, with the row it led to.
void expect_survived(const TemporaryDirectory& directory, std::uint64_t sequence) {
  const auto store = open_store(directory);
  const auto rows = store->load();
  ASSERT_TRUE(rows) << rows.error().message;
  EXPECT_EQ(rows->sequence, Sequence{sequence});
  ASSERT_EQ(rows->of<MemberRow>().size(), 1U);
  EXPECT_EQ(rows->of<MemberRow>()[0].updated, Sequence{sequence});
  auto reader = store->reader();
  ASSERT_TRUE(reader);
  const auto page = (*reader)->facts({});
  ASSERT_TRUE(page);
  EXPECT_EQ(page->facts.size(), sequence);
}

[[noreturn]] void commit_in_a_process_that_is_killed(const TemporaryDirectory& directory,
                                                     const OpenOptions& options) {
  const auto store = open_store(directory, options);
  static_cast<void>(commit_one(*store, update_batch(2, 1)));
  std::abort();
}

OpenOptions killed_before_commit() {
  return {.before_commit = []() -> Result<void> {
    ::raise(SIGKILL);
    return {};
  }};
}
OpenOptions killed_after_commit() {
  return {.after_commit = []() -> Result<void> {
    ::raise(SIGKILL);
    return {};
  }};
}

TEST(KilledStore, BeforeTheCommitHasNothingOfIt) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(commit_one(*open_store(directory), update_batch(1, 1)));
  EXPECT_EXIT(commit_in_a_process_that_is_killed(directory, killed_before_commit()),
              testing::KilledBySignal(SIGKILL), "");
  expect_survived(directory, 1);
}

TEST(KilledStore, AfterTheCommitHasAllOfIt) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(commit_one(*open_store(directory), update_batch(1, 1)));
  EXPECT_EXIT(commit_in_a_process_that_is_killed(directory, killed_after_commit()),
              testing::KilledBySignal(SIGKILL), "");
  expect_survived(directory, 2);
}

TEST(KilledStore, ATornEndOfTheLogTakesItsWholeTransactionWithIt) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(commit_one(*open_store(directory), update_batch(1, 1)));
  EXPECT_EXIT(commit_in_a_process_that_is_killed(directory, killed_after_commit()),
              testing::KilledBySignal(SIGKILL), "");
  const std::string log = directory.database() + "-wal";
  std::filesystem::resize_file(log, std::filesystem::file_size(log) - 100);
  expect_survived(directory, 1);
}

TEST(FailedStore, RefusesEverythingAndSaysWhy) {
  const TemporaryDirectory directory;
  int commits{};
  const OpenOptions options{.before_commit = [&]() -> Result<void> {
    if (++commits == 2) return Error{Errc::io, "the disk went away"};
    return {};
  }};
  const auto store = open_store(directory, options);
  auto reader = store->reader();
  ASSERT_TRUE(reader);
  ASSERT_TRUE(commit_one(*store, update_batch(1, 1)));
  ASSERT_FALSE(commit_one(*store, update_batch(2, 1)));

  const auto again = commit_one(*store, update_batch(3, 1));
  ASSERT_FALSE(again);
  EXPECT_THAT(again.error().message, HasSubstr("the disk went away"));
  EXPECT_FALSE(store->load());
  EXPECT_FALSE(store->reader());
  EXPECT_FALSE(store->maintain(at_seconds(1)));
  EXPECT_EQ(commits, 2);
}

TEST(FailedStore, HasNothingOfACommitThatFailedBeforeItsEnd) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(commit_one(*open_store(directory), update_batch(1, 1)));
  const OpenOptions options{
      .before_commit = []() -> Result<void> { return Error{Errc::io, "no"}; }};
  EXPECT_FALSE(commit_one(*open_store(directory, options), update_batch(2, 1)));
  expect_survived(directory, 1);
}

TEST(FailedStore, HasAllOfACommitWhoseErrorCameAfterIt) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(commit_one(*open_store(directory), update_batch(1, 1)));
  const OpenOptions options{.after_commit = []() -> Result<void> { return Error{Errc::io, "no"}; }};
  EXPECT_FALSE(commit_one(*open_store(directory, options), update_batch(2, 1)));
  expect_survived(directory, 2);
}

TEST(FullDisk, IsSaidAndLosesNothingThatWasCommitted) {
  const TemporaryDirectory directory;
  std::uint64_t committed{};
  {
    const auto store = open_store(directory, {.pages_max = 100});
    Result<void> done;
    while (committed < 10'000) {
      Batch batch = update_batch(committed + 1, 1);
      std::get<fact::Updated>(batch.facts[0].fact).metadata = std::string(20'000, 'm');
      done = commit_one(*store, batch);
      if (!done) break;
      ++committed;
    }
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Errc::io);
    EXPECT_THAT(done.error().message,
                HasSubstr("commit to store " + directory.database() + ": the disk is full: free"));
    EXPECT_FALSE(commit_one(*store, update_batch(committed + 1, 1)));
  }
  ASSERT_GT(committed, 0U);
  expect_survived(directory, committed);
}

}  // namespace
}  // namespace freshet
