#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <algorithm>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "freshet/facts.hpp"
#include "freshet/history.hpp"
#include "freshet/ids.hpp"
#include "freshet/result.hpp"
#include "freshet/rows.hpp"
#include "random_values.hpp"
#include "store/sqlite/connection.hpp"
#include "store/store.hpp"
#include "store_support.hpp"

namespace freshet {
namespace {

using testing_support::at_seconds;
using testing_support::commit_one;
using testing_support::Filler;
using testing_support::open_store;
using testing_support::TemporaryDirectory;
using testing_support::update_batch;

std::unique_ptr<Reader> open_reader(Store& store) {
  auto reader = store.reader();
  EXPECT_TRUE(reader) << reader.error().message;
  return reader ? std::move(reader).value() : nullptr;
}

/// A few assets and runs, several kinds.
FactRecord some_fact(Filler& filler, std::uint64_t sequence) {
  const AssetId asset{static_cast<std::uint32_t>(1 + filler.below(4))};
  const StepId step{RunId{1 + filler.below(3)}, 0};
  FactRecord record{.sequence = Sequence{sequence}, .at = at_seconds(1), .fact = {}};
  switch (filler.below(7)) {
    case 4:
      record.fact = fact::Alerted{.asset = asset};
      break;
    case 5:
      record.fact = fact::Delivered{.route = "oncall"};
      break;
    case 0:
      record.fact = fact::Updated{.member = {asset, {}}, .step = step};
      break;
    case 1:
      record.fact = fact::StepStarted{.step = step};
      break;
    case 2:
      record.fact = fact::Decided{.asset = asset};
      break;
    case 3:
      record.fact = fact::EventRejected{.event_id = "e" + std::to_string(sequence)};
      break;
    default:
      record.fact = fact::ClockJumped{.delta_us = 5};
      break;
  }
  return record;
}

void append(Store& store, std::vector<FactRecord>& facts, Filler& filler, std::uint64_t count) {
  Batch batch;
  for (; count > 0; --count) {
    facts.push_back(some_fact(filler, facts.size() + 1));
    batch.facts.push_back(facts.back());
  }
  ASSERT_TRUE(commit_one(store, batch));
}

struct PagingCase {
  std::string name;
  FactQuery query;
};
class FactPaging : public testing::TestWithParam<PagingCase> {};

TEST_P(FactPaging, HasNoGapsOrRepeatsWhileFactsComeIn) {
  const TemporaryDirectory directory;
  const auto store = open_store(directory);
  Filler filler{1};
  std::vector<FactRecord> facts;
  append(*store, facts, filler, 250);
  const std::vector<FactRecord> present = facts;

  FactQuery query = GetParam().query;
  const bool oldest_first = query.order == FactQuery::Order::oldest_first;
  query.upto = Sequence{present.size()};
  query.limit = 7;
  const auto reader = open_reader(*store);
  std::vector<FactRecord> seen;
  while (true) {
    const auto page = reader->facts(query);
    ASSERT_TRUE(page) << page.error().message;
    EXPECT_LE(page->facts.size(), query.limit);
    seen.insert(seen.end(), page->facts.begin(), page->facts.end());
    const Sequence next = page->next.value_or(Sequence{});
    if (next == Sequence{}) break;
    (oldest_first ? query.after : query.before) = next;
    append(*store, facts, filler, 3);
  }

  std::vector<FactRecord> want;
  std::ranges::copy_if(present, std::back_inserter(want), [&](const FactRecord& record) {
    return (!query.asset || query.asset == asset_of(record.fact)) &&
           (!query.run || query.run == run_of(record.fact)) &&
           (query.kinds.none() || query.kinds[record.fact.index()]);
  });
  if (!oldest_first) std::ranges::reverse(want);
  EXPECT_FALSE(want.empty());
  EXPECT_EQ(seen, want);
}

std::vector<PagingCase> paging_cases() {
  const std::vector<PagingCase> selections{
      {"all", {}},
      {"asset", {.asset = AssetId{2}}},
      {"run", {.run = RunId{3}}},
      {"kind", {.kinds = kinds_of<fact::Decided>()}},
      {"sparse_kind", {.kinds = kinds_of<fact::Alerted>()}},
      {"sparse_kinds", {.kinds = kinds_of<fact::Alerted, fact::Delivered>()}},
      {"sparse_and_other_kinds", {.kinds = kinds_of<fact::Alerted, fact::Decided>()}},
      {"rejected", {.kinds = kinds_of<fact::EventRejected>()}},
      {"rejected_and_other_kinds", {.kinds = kinds_of<fact::EventRejected, fact::Decided>()}},
      {"asset_and_sparse_kind", {.asset = AssetId{1}, .kinds = kinds_of<fact::Alerted>()}},
      {"asset_and_kinds",
       {.asset = AssetId{1}, .kinds = kinds_of<fact::Updated, fact::ClockJumped>()}}};
  std::vector<PagingCase> cases;
  for (PagingCase each : selections) {
    each.query.order = FactQuery::Order::newest_first;
    cases.push_back({each.name + "_newest_first", each.query});
    each.query.order = FactQuery::Order::oldest_first;
    cases.push_back({each.name + "_oldest_first", each.query});
  }
  return cases;
}
INSTANTIATE_TEST_SUITE_P(Table, FactPaging, testing::ValuesIn(paging_cases()),
                         [](const auto& info) { return info.param.name; });

TEST(FactHistory, ARareKindIsFoundThroughPagesThatAreEmpty) {
  const TemporaryDirectory directory;
  const auto store = open_store(directory);
  Batch batch;
  batch.facts.push_back(
      {.sequence = Sequence{1}, .at = at_seconds(1), .fact = fact::ClockJumped{.delta_us = 1}});
  for (std::uint64_t i = 2; i <= 50'000; ++i) {
    batch.facts.push_back({.sequence = Sequence{i}, .at = at_seconds(1), .fact = fact::Wiped{}});
  }
  ASSERT_TRUE(commit_one(*store, batch));
  const auto reader = open_reader(*store);
  FactQuery query{.kinds = kinds_of<fact::ClockJumped>()};
  std::vector<FactRecord> seen;
  int pages{};
  for (std::optional<Sequence> next = Sequence{}; next && pages < 10; ++pages) {
    query.before = *next;
    const auto page = reader->facts(query);
    ASSERT_TRUE(page);
    seen.insert(seen.end(), page->facts.begin(), page->facts.end());
    next = page->next;
  }
  EXPECT_EQ(seen, std::vector{batch.facts[0]});
  EXPECT_EQ(pages, 3);
}

TEST(FactHistory, AFactIsFoundBySequenceAndAMissingOneIsSaidToBe) {
  const TemporaryDirectory directory;
  const auto store = open_store(directory);
  const Batch batch = update_batch(5, 1);
  ASSERT_TRUE(commit_one(*store, batch));
  const auto reader = open_reader(*store);
  const auto fact = reader->fact(Sequence{5});
  ASSERT_TRUE(fact);
  EXPECT_EQ(*fact, batch.facts[0]);
  const auto missing = reader->fact(Sequence{4});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::not_found);
}

TEST(FactHistory, TheLastFactBeforeAnInstantIsFoundAlsoWhereOthersAreGone) {
  const TemporaryDirectory directory;
  const auto store = open_store(directory);
  const auto reader = open_reader(*store);
  EXPECT_EQ(*reader->last_before(at_seconds(5)), Sequence{0}) << "nothing has happened";
  for (const std::uint64_t sequence : {2U, 3U, 7U, 8U, 40U})
    ASSERT_TRUE(commit_one(
        *store, update_batch(sequence, 1, at_seconds(static_cast<std::int64_t>(sequence)))));
  const auto last_before = [&](std::int64_t seconds) {
    // What lies after it is what happened from then on.
    const Sequence last = *reader->last_before(at_seconds(seconds));
    const auto page =
        reader->facts({.after = last, .order = FactQuery::Order::oldest_first, .limit = 1});
    return page->facts.empty() ? 0 : page->facts.front().sequence.value;
  };
  EXPECT_EQ(last_before(0), 2U);
  EXPECT_EQ(last_before(2), 2U);
  EXPECT_EQ(last_before(3), 3U);
  EXPECT_EQ(last_before(4), 7U);
  EXPECT_EQ(last_before(8), 8U);
  EXPECT_EQ(last_before(9), 40U);
  EXPECT_EQ(last_before(41), 0U);
}

class RunHistory : public testing::Test {
 protected:
  /// Runs 1 to 20: even ones failed, every third has two steps of asset 3, others one of asset 1.
  void SetUp() override {
    Batch batch;
    for (std::uint64_t i = 1; i <= 20; ++i) {
      const RunId run{i};
      batch.facts.push_back(
          {.sequence = Sequence{i}, .at = at_seconds(1), .fact = fact::RunQueued{.run = run}});
      batch.rows.of<RunRow>().push_back(
          {.run = run,
           .status = i % 2 == 0 ? RunStatus::failed : RunStatus::succeeded,
           .sequence = Sequence{i}});
      const MemberId member{AssetId{i % 3 == 0 ? 3U : 1U}, {}};
      batch.rows.of<StepRow>().push_back({.step = {run, 0}, .member = member});
      if (i % 3 == 0) batch.rows.of<StepRow>().push_back({.step = {run, 1}, .member = member});
    }
    ASSERT_TRUE(commit_one(*store_, batch));
  }

  /// All pages' runs, three at a time.
  [[nodiscard]] std::vector<std::uint64_t> all_pages(RunQuery query) const {
    const auto reader = open_reader(*store_);
    query.limit = 3;
    std::vector<std::uint64_t> runs;
    for (std::optional<RunId> next = RunId{}; next;) {
      query.before = *next;
      const auto page = reader->runs(query);
      EXPECT_TRUE(page);
      if (!page) break;
      for (const RunRow& run : page->runs) runs.push_back(run.run.value);
      next = page->next;
    }
    return runs;
  }

  TemporaryDirectory directory_;
  std::unique_ptr<Store> store_ = open_store(directory_);
};

using Runs = std::vector<std::uint64_t>;

TEST_F(RunHistory, IsPagedNewestFirst) {
  EXPECT_EQ(all_pages({}),
            (Runs{20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1}));
}
TEST_F(RunHistory, IsFilteredByStatus) {
  EXPECT_EQ(all_pages({.statuses = {RunStatus::failed}}),
            (Runs{20, 18, 16, 14, 12, 10, 8, 6, 4, 2}));
  EXPECT_EQ(all_pages({.statuses = {RunStatus::running, RunStatus::queued}}), Runs{});
}
TEST_F(RunHistory, IsFilteredByAssetAndNamesARunOnce) {
  EXPECT_EQ(all_pages({.asset = AssetId{3}}), (Runs{18, 15, 12, 9, 6, 3}));
  EXPECT_EQ(all_pages({.statuses = {RunStatus::failed}, .asset = AssetId{3}}), (Runs{18, 12, 6}));
}
TEST_F(RunHistory, EndsAtTheSequenceItIsAskedFor) {
  Batch later;  // a fact of run 4 changes its row; the run was there before
  later.facts.push_back({.sequence = Sequence{21},
                         .at = at_seconds(2),
                         .fact = fact::RunEnded{.run = RunId{4}, .status = RunStatus::failed}});
  later.rows.of<RunRow>().push_back(
      {.run = RunId{4}, .status = RunStatus::failed, .sequence = Sequence{21}});
  ASSERT_TRUE(commit_one(*store_, later));
  EXPECT_EQ(all_pages({.upto = Sequence{5}}), (Runs{5, 4, 3, 2, 1}));
}
TEST_F(RunHistory, ARunComesWithItsStepsByNumber) {
  const auto reader = open_reader(*store_);
  const auto run = reader->run(RunId{6});
  ASSERT_TRUE(run);
  EXPECT_EQ(run->run.run, RunId{6});
  ASSERT_EQ(run->steps.size(), 2U);
  EXPECT_EQ(run->steps[1].step, (StepId{RunId{6}, 1}));
  const auto missing = reader->run(RunId{99});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::not_found);
  EXPECT_EQ(missing.error().message, "run " + to_text(RunId{99}) + ": not found");
}

/// Runs of three hours: every minute one of asset 1 (even) or 2 (odd) that works for ten minutes
/// and ends; of those of asset 2 every third fails.
class EndedHistory : public testing::Test {
 protected:
  static constexpr std::uint64_t count = 180;
  static Instant minute(std::uint64_t i) { return at_seconds(static_cast<std::int64_t>(i) * 60); }
  static RunId run_of(std::uint64_t i) { return RunId{(i * 60'000) << 20U}; }

  void SetUp() override {
    Batch batch;
    for (std::uint64_t i = 1; i <= count; ++i) {
      const bool failed = i % 6 == 3;
      const Instant end = minute(i + 10);
      batch.rows.of<RunRow>().push_back(
          {.run = run_of(i),
           .status = failed ? RunStatus::failed : RunStatus::succeeded,
           .cause = i % 5 == 0 ? RunCause::person : RunCause::automation,
           .tags = {"n=" + std::to_string(i)},
           .created_at = minute(i),
           .started_at = minute(i),
           .ended_at = end,
           .sequence = Sequence{i},
           .definitions = 7});
      batch.rows.of<StepRow>().push_back(
          {.step = {run_of(i), 0},
           .member = {AssetId{i % 2 == 0 ? 1U : 2U}, {}},
           .status = failed ? StepStatus::failed : StepStatus::succeeded,
           .reason = failed ? Reason::exit_code : Reason::none,
           .attempt = 1,
           .started_at = minute(i),
           .ended_at = end,
           .text = failed ? "no disk" : ""});
    }
    batch.rows.of<RunRow>().push_back(
        {.run = run_of(count + 1), .status = RunStatus::running, .started_at = minute(count)});
    ASSERT_TRUE(commit_one(*store_, batch));
    reader_ = open_reader(*store_);
  }
  [[nodiscard]] std::vector<std::uint64_t> minutes(const RunQuery& query) const {
    const auto page = reader_->runs(query);
    EXPECT_TRUE(page);
    std::vector<std::uint64_t> out;
    for (const RunRow& run : page->runs) out.push_back((run.run.value >> 20U) / 60'000);
    return out;
  }

  TemporaryDirectory directory_;
  std::unique_ptr<Store> store_ = open_store(directory_);
  std::unique_ptr<Reader> reader_;
};

using Counts = std::vector<std::uint32_t>;

TEST_F(EndedHistory, ATimelineCountsByEndAndByOverlap) {
  const auto line = reader_->timeline({.from = minute(20), .to = minute(50), .columns = 3}).value();
  // Each column has the ends of ten runs: those of the minutes 10 to 39.
  EXPECT_EQ(line.failed, (Counts{1, 2, 2}));
  EXPECT_EQ(line.succeeded, (Counts{9, 8, 8}));
  EXPECT_EQ(line.canceled, (Counts{0, 0, 0}));
  // At work in the minutes 20 to 29: those that began in the minutes 10 to 29.
  EXPECT_EQ(line.running, (Counts{20, 20, 20}));
  EXPECT_FALSE(line.truncated);
}

TEST_F(EndedHistory, ATimelineIsOfSomeAssets) {
  const TimelineQuery query{.from = minute(20),
                            .to = minute(50),
                            .columns = 1,
                            .assets = std::vector{AssetId{2}, AssetId{9}}};
  EXPECT_EQ(reader_->timeline(query)->failed, Counts{5});
  EXPECT_EQ(reader_->timeline(query)->succeeded, Counts{10});
  EXPECT_EQ(reader_->timeline(query)->running, Counts{20});
  const TimelineQuery none{
      .from = minute(20), .to = minute(50), .columns = 1, .assets = std::vector<AssetId>{}};
  EXPECT_EQ(reader_->timeline(none)->running, Counts{0});
}

TEST_F(EndedHistory, FailedStepsComeLatestFirstWithWhatTheirRunSays) {
  const auto page = reader_->steps({.from = minute(20), .to = minute(50), .limit = 3}).value();
  ASSERT_EQ(page.steps.size(), 3U);
  EXPECT_TRUE(page.truncated);
  const EndedStep& latest = page.steps.front();
  EXPECT_EQ(latest.step, (StepId{run_of(39), 0}));
  EXPECT_EQ(latest.member.asset, AssetId{2});
  EXPECT_EQ(latest.status, StepStatus::failed);
  EXPECT_EQ(latest.reason, Reason::exit_code);
  EXPECT_EQ(latest.ended_at, minute(49));
  EXPECT_EQ(latest.text, "no disk");
  EXPECT_EQ(latest.tags, (std::vector<std::string>{"n=39"}));
  EXPECT_EQ(latest.definitions, 7U);
  EXPECT_EQ(page.steps[1].step.run, run_of(33));
  const auto of_one = reader_->steps(
      {.from = minute(0), .to = minute(999), .assets = std::vector{AssetId{1}}, .limit = 9});
  EXPECT_TRUE(of_one->steps.empty());
}

TEST_F(EndedHistory, StepsThatSucceededAreOfRunsCreatedThenAlsoByAsset) {
  StepQuery query{
      .which = StepQuery::Which::succeeded, .from = minute(10), .to = minute(20), .limit = 100};
  EXPECT_EQ(reader_->steps(query)->steps.size(), 9U) << "15 failed";
  query.assets = {AssetId{1}, AssetId{2}};
  query.limit = 2;
  const auto each = reader_->steps(query).value();
  ASSERT_EQ(each.steps.size(), 4U) << "two of each";
  EXPECT_EQ(each.steps[0].step.run, run_of(18));
  EXPECT_EQ(each.steps[2].step.run, run_of(19));
  EXPECT_TRUE(each.truncated);
}

TEST_F(EndedHistory, AStepIsFoundByItsNumber) {
  EXPECT_EQ(reader_->step({run_of(3), 0})->text, "no disk");
  const auto missing = reader_->step({run_of(3), 1});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::not_found);
}

TEST_F(EndedHistory, RunsAreFilteredByTimeCauseAndAssets) {
  EXPECT_EQ(minutes({.from = minute(10), .until = minute(13)}), (Runs{12, 11, 10}));
  EXPECT_EQ(minutes({.causes = {RunCause::person}, .from = minute(8), .until = minute(21)}),
            (Runs{20, 15, 10}));
  EXPECT_EQ(minutes({.assets = std::vector{AssetId{1}}, .from = minute(8), .until = minute(12)}),
            (Runs{10, 8}));
  EXPECT_EQ(minutes({.asset = AssetId{2}, .from = minute(8), .until = minute(12)}), (Runs{11, 9}));
}

TEST_F(EndedHistory, RunsAreOfABackfillOrOfNone) {
  constexpr std::uint64_t first = count + 2;
  Batch batch;
  batch.rows.of<RunRow>().push_back({.run = run_of(first), .backfill = BackfillId{5}});
  batch.rows.of<RunRow>().push_back({.run = run_of(first + 1)});
  ASSERT_TRUE(commit_one(*store_, batch));
  EXPECT_EQ(minutes({.backfill = BackfillId{5}}), (Runs{first}));
  EXPECT_EQ(minutes({.backfill = BackfillId{}, .limit = 2}), (Runs{first + 1, first - 1}));
}

/// What SQLite would do for a statement of the reader.
TEST_F(EndedHistory, IsReadByIndex) {
  auto connection =
      sqlite::Connection::open(directory_.database(), sqlite::Connection::Mode::read_only).value();
  const auto plan = [&](const std::string& sql) {
    auto statement = connection.prepare("EXPLAIN QUERY PLAN " + sql).value();
    std::string out;
    while (statement.step().value()) out += std::string{statement.bytes(3)} + '\n';
    return out;
  };
  EXPECT_THAT(plan("SELECT run, ended_at, started_at, status FROM runs WHERE status > 2 AND "
                   "ended_at >= ?1 ORDER BY ended_at"),
              testing::EndsWith("USING COVERING INDEX runs_ended (ended_at>?)\n"));
  EXPECT_THAT(plan("SELECT text FROM steps WHERE status IN (4, 7) AND ended_at >= ?1 AND ended_at "
                   "< ?2 ORDER BY ended_at DESC"),
              testing::EndsWith("USING INDEX steps_failed (ended_at>? AND ended_at<?)\n"));
}

TEST(AnswerHistory, AnAnswerIsFoundByItsKey) {
  const TemporaryDirectory directory;
  const auto store = open_store(directory);
  Batch batch;
  batch.rows.of<AnswerRow>() = {
      {.key = "runs k1", .request = 7, .status = 201, .body = "{}", .at = at_seconds(3)}};
  ASSERT_TRUE(commit_one(*store, batch));
  const auto reader = open_reader(*store);
  const auto answer = reader->answer("runs k1");
  ASSERT_TRUE(answer);
  EXPECT_EQ(*answer, batch.rows.of<AnswerRow>()[0]);
  const auto missing = reader->answer("runs k2");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::not_found);
}

TEST(Sizes, GrowWithWhatIsCommitted) {
  const TemporaryDirectory directory;
  const auto store = open_store(directory);
  const auto reader = open_reader(*store);
  const auto before = reader->sizes();
  ASSERT_TRUE(before);
  EXPECT_EQ(before->last, Sequence{});
  Batch batch = update_batch(1, 1);
  std::get<fact::Updated>(batch.facts[0].fact).metadata = std::string(100'000, 'm');
  ASSERT_TRUE(commit_one(*store, batch));
  const auto after = reader->sizes();
  ASSERT_TRUE(after);
  EXPECT_EQ(after->last, Sequence{1});
  EXPECT_GE(after->database_bytes, before->database_bytes + 95'000);
  EXPECT_GE(after->wal_bytes, before->wal_bytes + 100'000);
}

}  // namespace
}  // namespace freshet
