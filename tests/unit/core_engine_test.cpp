// What the engine does where a scenario cannot look: steps, checks and their results, one input at
// a time.
#include <gtest/gtest.h>

#include <algorithm>

#include "freshet/engine.hpp"
#include "freshet/snapshot.hpp"

namespace freshet {
namespace {

using namespace std::chrono_literals;

AssetDefinition asset(const std::string& key, std::vector<std::string> deps = {},
                      const std::string& automation = "") {
  AssetDefinition a;
  a.key = key, a.project = "test", a.command = {"make", key}, a.automation = automation;
  for (auto& dep : deps) a.deps.push_back({.key = dep, .rule = {}, .mapping = {}, .place = {}});
  return a;
}

class EngineTest : public testing::Test {
 protected:
  void load(std::vector<AssetDefinition> assets, std::map<std::string, std::uint32_t> pools = {}) {
    auto definitions = std::make_shared<Definitions>();
    definitions->project = "test", definitions->assets = std::move(assets),
    definitions->pools = std::move(pools);
    graph_ = *Graph::build({definitions});
    step(input::Load{.graph = graph_});
  }
  Moment step(Input input) {
    Moment moment = engine_.step({&input, 1}, now_);
    for (const Effect& effect : moment.effects) {
      if (const auto* start = std::get_if<effect::StartStep>(&effect)) started_.push_back(*start);
      if (const auto* stop = std::get_if<effect::StopStep>(&effect)) stopped_.push_back(*stop);
      if (const auto* answer = std::get_if<effect::Answer>(&effect)) reply_ = answer->reply;
    }
    EXPECT_EQ(engine_.check_invariants(), "");
    return moment;
  }
  Moment request(const std::string& key) {
    return step(input::Request{.assets = {key}, .actor = "test", .token = 1});
  }
  Moment ended(const effect::StartStep& start, int code = 0) {
    return step(input::StepOutcome{.step = start.step, .attempt = start.attempt, .code = code});
  }
  effect::StartStep take_started() {
    EXPECT_FALSE(started_.empty());
    const auto first = started_.front();
    started_.erase(started_.begin());
    return first;
  }
  template <class F>
  static std::vector<F> facts(const Moment& moment) {
    std::vector<F> out;
    for (const auto& record : moment.batch.facts) {
      if (const auto* f = std::get_if<F>(&record.fact)) out.push_back(*f);
    }
    return out;
  }

  Engine engine_{EngineOptions{.slots = 2}};
  std::shared_ptr<const Graph> graph_;
  Instant now_{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};
  std::vector<effect::StartStep> started_;
  std::vector<effect::StopStep> stopped_;
  std::optional<Reply> reply_;
};

TEST_F(EngineTest, ChecksOfTwoRunsThatOverlapAreEachRecordedForTheirOwnStep) {
  auto a = asset("a");
  a.checks.push_back(
      {.name = "sane", .command = {"check"}, .timeout = {}, .description = {}, .place = {}});
  load({a});
  request("a");
  ended(take_started());
  const auto first_check = take_started();
  request("a");
  ended(take_started());
  const auto second_check = take_started();
  EXPECT_EQ(facts<fact::CheckRecorded>(ended(second_check)).size(), 1U);
  const auto late = facts<fact::CheckRecorded>(ended(first_check));
  ASSERT_EQ(late.size(), 1U);
  EXPECT_EQ(late[0].step, first_check.step);
}

TEST_F(EngineTest, ALateResultAboutOlderDataIsNoVerdictOnWhatWasWrittenSince) {
  auto a = asset("a");
  a.checks.push_back({.name = "sane",
                      .command = {"check"},
                      .blocking = true,
                      .timeout = {},
                      .description = {},
                      .place = {}});
  load({a, asset("b", {"a"})});
  request("a");
  ended(take_started());
  const auto old_check = take_started();
  step(input::Request{.assets = {"a", "b"}, .actor = "test", .token = 1});
  ended(take_started());
  const auto new_check = take_started();
  ended(new_check, 1);
  ended(old_check, 0);
  EXPECT_TRUE(started_.empty()) << "b must not start: the newest data failed its blocking check";
  EXPECT_EQ(engine_.rows().of<CheckRow>().at(0).passed, false);
}

TEST_F(EngineTest, AResultThatACheckReportedItselfIsNotRecordedAgainAtItsEnd) {
  auto a = asset("a");
  a.checks.push_back(
      {.name = "sane", .command = {"check"}, .timeout = {}, .description = {}, .place = {}});
  load({a});
  request("a");
  ended(take_started());
  const auto check = take_started();
  step(input::StepMessage{.step = check.step,
                          .attempt = 1,
                          .kind = input::StepMessage::Kind::check,
                          .asset = "a",
                          .check = "sane",
                          .passed = false,
                          .severity = CheckSeverity::warn,
                          .offset = 10});
  EXPECT_TRUE(facts<fact::CheckRecorded>(ended(check)).empty());
}

TEST_F(EngineTest, AMessageThatWasTakenInBeforeIsTakenInOnce) {
  load({asset("a")});
  request("a");
  const auto start = take_started();
  const input::StepMessage message{.step = start.step,
                                   .attempt = 1,
                                   .kind = input::StepMessage::Kind::materialization,
                                   .asset = "a",
                                   .data_version = "v1",
                                   .offset = 20};
  EXPECT_EQ(facts<fact::Updated>(step(message)).size(), 1U);
  EXPECT_TRUE(facts<fact::Updated>(step(message)).empty());
  EXPECT_TRUE(facts<fact::Updated>(ended(start)).empty())
      << "what was reported is not materialized again by exit 0";
}

TEST_F(EngineTest, AStepReportsItsOwnAssetOnly) {
  load({asset("a"), asset("b")});
  request("a");
  const auto start = take_started();
  const auto moment = step(input::StepMessage{.step = start.step,
                                              .attempt = 1,
                                              .kind = input::StepMessage::Kind::materialization,
                                              .asset = "b",
                                              .offset = 5});
  EXPECT_TRUE(facts<fact::Updated>(moment).empty());
  ASSERT_EQ(facts<fact::StepLogged>(moment).size(), 1U);
  EXPECT_NE(facts<fact::StepLogged>(moment)[0].message.find("\"b\""), std::string::npos);
}

TEST_F(EngineTest, PrioritiesDecideWhoStartsAndPoolsHowMany) {
  auto low = asset("low"), high = asset("high"), other = asset("other");
  low.pool = high.pool = "one";
  high.priority = 5;
  load({low, high, other}, {{"one", 1}});
  step(input::Request{.assets = {"low", "high", "other"}, .actor = "test", .token = 1});
  ASSERT_EQ(started_.size(), 2U);
  EXPECT_EQ(graph_->asset(started_[0].rank).key, "high");
  EXPECT_EQ(graph_->asset(started_[1].rank).key, "other");
  EXPECT_NE(to_text(engine_.why("low")->said).find("pool one"), std::string::npos)
      << to_text(engine_.why("low")->said);
  const auto done = take_started();
  ended(done);
  EXPECT_EQ(graph_->asset(started_.back().rank).key, "low");
}

TEST_F(EngineTest, ADecisionSaysOnceOfEachAssetWhatItCameFrom) {
  load({asset("raw"), asset("other"), asset("a", {"raw", "other"}, "eager"),
        asset("b", {"a"}, "eager")});
  const auto decided =
      facts<fact::Decided>(step(input::Report{.events = {{.asset = "raw"}, {.asset = "other"}}}));
  ASSERT_EQ(decided.size(), 2U);
  EXPECT_EQ(decided[0].said.code, "requested_updated");
  EXPECT_EQ(to_text(decided[0].said), "requested, because raw and other were updated");
  EXPECT_EQ(decided[1].said.code, "requested_upstream");
  EXPECT_EQ(to_text(decided[1].said), "requested, because a will be made anew in the same run");
  EXPECT_EQ(decided[1].text, "") << "it is made from what is said";
}

TEST_F(EngineTest, AFailedAttemptIsFollowedByAnotherAtItsInstantAndThenByFailure) {
  auto a = asset("a");
  a.retries = {.max = 1, .backoff = Backoff::constant, .delay = 10s, .delay_max = 10s};
  load({a});
  request("a");
  const auto failed = facts<fact::AttemptEnded>(ended(take_started(), 3));
  ASSERT_EQ(failed.size(), 1U);
  EXPECT_EQ(failed[0].exit_code, 3);
  EXPECT_TRUE(started_.empty());
  ASSERT_EQ(engine_.next_wakeup(), failed[0].retry_at);
  now_ = failed[0].retry_at;
  step(input::Tick{});
  const auto second = take_started();
  EXPECT_EQ(second.attempt, 2U);
  const auto end = facts<fact::StepEnded>(ended(second, 4));
  ASSERT_EQ(end.size(), 1U);
  EXPECT_EQ(end[0].status, StepStatus::failed);
  EXPECT_EQ(end[0].exit_code, 4);
}

TEST_F(EngineTest, ALostStepIsTriedTwiceMoreWithoutUsingUpItsRetries) {
  load({asset("a")});
  request("a");
  for (std::uint32_t attempt = 1; attempt <= 3; ++attempt) {
    const auto start = take_started();
    EXPECT_EQ(start.attempt, attempt);
    const auto moment = step(input::StepOutcome{
        .step = start.step, .attempt = attempt, .kind = input::StepOutcome::Kind::lost});
    step(input::Tick{});
    EXPECT_EQ(facts<fact::StepEnded>(moment).size(), attempt == 3 ? 1U : 0U);
    if (attempt == 3) {
      EXPECT_EQ(facts<fact::StepEnded>(moment)[0].status, StepStatus::lost);
    }
  }
}

TEST_F(EngineTest, ATimeoutAsksToStopOnceAndTheOutcomeSaysWhy) {
  auto a = asset("a");
  a.timeout = 60s;
  load({a});
  request("a");
  const auto start = take_started();
  now_ += 59s;
  step(input::Tick{});
  EXPECT_TRUE(stopped_.empty());
  now_ += 1s;
  step(input::Tick{});
  step(input::Tick{});
  EXPECT_EQ(stopped_.size(), 1U);
  const auto end = facts<fact::StepEnded>(step(input::StepOutcome{
      .step = start.step, .attempt = 1, .kind = input::StepOutcome::Kind::signaled, .code = 15}));
  ASSERT_EQ(end.size(), 1U);
  EXPECT_EQ(end[0].reason, Reason::timeout);
}

TEST_F(EngineTest, ACanceledRunEndsItsQueuedStepsAtOnceAndStopsTheOthers) {
  load({asset("a"), asset("b", {"a"})});
  step(input::Request{.assets = {"a", "b"}, .actor = "test", .token = 1});
  const auto start = take_started();
  const auto moment = step(input::Cancel{.run = start.step.run, .actor = "test", .token = 2});
  EXPECT_EQ(facts<fact::StepEnded>(moment).size(), 1U);
  EXPECT_EQ(stopped_.size(), 1U);
  const auto end = step(input::StepOutcome{
      .step = start.step, .attempt = 1, .kind = input::StepOutcome::Kind::signaled});
  ASSERT_EQ(facts<fact::RunEnded>(end).size(), 1U);
  EXPECT_EQ(facts<fact::RunEnded>(end)[0].status, RunStatus::canceled);
  step(input::Cancel{.run = start.step.run, .token = 3});
  EXPECT_EQ(reply_->error, Errc::not_found) << "what has ended is history";
}

TEST_F(EngineTest, ASecondRequestWithOneKeyGetsTheFirstAnswer) {
  load({asset("a")});
  const input::Request in{.assets = {"a"}, .actor = "test", .token = 1, .idempotency = {"k", 7}};
  step(in);
  const auto runs = reply_->runs;
  EXPECT_FALSE(reply_->replayed);
  step(in);
  EXPECT_TRUE(reply_->replayed);
  EXPECT_EQ(reply_->runs, runs);
  step(input::Request{.assets = {"a"}, .token = 1, .idempotency = {"k", 8}});
  EXPECT_EQ(reply_->error, Errc::invalid);
}

TEST_F(EngineTest, ARunHasAtMostAThousandStepsAndACutOneIsStillOrdered) {
  std::vector<AssetDefinition> chain;
  std::vector<std::string> keys;
  for (int i = 0; i < 1'500; ++i) {
    keys.push_back("a" + std::to_string(i));
    chain.push_back(asset(keys.back(), i == 0 ? std::vector<std::string>{}
                                              : std::vector<std::string>{keys[keys.size() - 2]}));
  }
  load(chain);
  const auto runs =
      facts<fact::RunQueued>(step(input::Request{.assets = keys, .actor = "test", .token = 1}));
  ASSERT_EQ(runs.size(), 2U);
  EXPECT_EQ(runs[0].steps.size(), 1'000U);
  ASSERT_EQ(runs[1].steps.front().waits.size(), 1U);
  EXPECT_EQ(runs[1].steps.front().waits[0], (StepId{runs[0].run, 999}));
  EXPECT_EQ(started_.size(), 1U);
}

TEST_F(EngineTest, UnknownAndExternalAssetsAreRefusedWithAReason) {
  auto source = asset("orders");
  source.external = true, source.command.clear(), source.source.kind = SourceKind::webhook;
  load({source});
  request("nobody");
  EXPECT_EQ(reply_->error, Errc::not_found);
  request("orders");
  EXPECT_EQ(reply_->error, Errc::invalid);
  step(input::Report{.events = {{.asset = "ordres", .source = "x", .id = "1", .body = "raw"}},
                     .token = 5});
  EXPECT_EQ(reply_->error, Errc::invalid);
  EXPECT_NE(reply_->message.find("did you mean \"orders\"?"), std::string::npos) << reply_->message;
}

PartitionsDefinition of_customers() {
  return {.dimensions = {{.name = "", .of = DynamicKeys{.name = "customers"}}},
          .text = "customers"};
}
input::Report told(const std::string& partition, const std::string& version, bool every = false) {
  return {.events = {{.asset = "orders",
                      .partition = partition,
                      .every = every,
                      .data_version = version,
                      .source = "orders",
                      .only_if_changed = true}},
          .token = 6};
}

TEST_F(EngineTest, KeysThatTheOutsideNamesAreAddedOnceAndOthersAreNot) {
  auto source = asset("orders");
  source.external = true, source.command.clear(), source.source.kind = SourceKind::webhook;
  auto made = asset("made", {"orders"}, "eager");
  source.partitions = made.partitions = of_customers();
  load({source, made});
  input::Report two = told("ann", "1");
  two.events.push_back(told("bob", "1").events.front());
  two.events.push_back(told("ann", "2").events.front());
  two.events.push_back(told("a\x01", "1").events.front());
  const Moment moment = step(two);
  const auto changes = facts<fact::PartitionsChanged>(moment);
  ASSERT_EQ(changes.size(), 1U) << "one look at all that have partitions";
  EXPECT_EQ(changes[0].set, "customers");
  EXPECT_EQ(changes[0].added, (std::vector<std::string>{"ann", "bob"}));
  EXPECT_EQ(changes[0].actor, "orders");
  EXPECT_EQ(facts<fact::Updated>(moment).size(), 3U) << "in the same moment";
  ASSERT_EQ(facts<fact::EventRejected>(moment).size(), 1U);
  EXPECT_NE(facts<fact::EventRejected>(moment)[0].reason.find("no control characters"),
            std::string::npos);
  EXPECT_EQ(facts<fact::PartitionsChanged>(step(told("ann", "3"))).size(), 0U);
  // What is made here is not reported for partitions that nobody wants.
  input::Report own = told("zoe", "1");
  own.events.front().asset = "made";
  EXPECT_EQ(facts<fact::PartitionsChanged>(step(own)).size(), 0U);
  EXPECT_EQ(reply_->error, Errc::invalid);
}

TEST_F(EngineTest, AnEventOfEveryPartitionIsOneOfThoseThatWereToldOf) {
  auto source = asset("orders");
  source.external = true, source.command.clear(), source.source.kind = SourceKind::webhook;
  source.partitions = of_customers();
  auto total = asset("total", {"orders"}, "eager");
  load({source, total});
  EXPECT_EQ(facts<fact::Updated>(step(told("", "0", true))).size(), 0U) << "none is there";
  step(told("ann", "1"));
  step(told("bob", "1"));
  step(input::Partitions{.set = "customers", .add = {"nobody"}, .actor = "test"});
  const auto updated = facts<fact::Updated>(step(told("", "2", true)));
  ASSERT_EQ(updated.size(), 1U);
  EXPECT_EQ(updated[0].range.size(), 2U);
  EXPECT_TRUE(updated[0].changed);
  std::size_t changed = 0;
  const Rows rows = engine_.rows();
  for (const MemberRow& row : rows.of<MemberRow>())
    changed += row.partition.value != 0 && row.version == updated[0].version ? 1 : 0;
  EXPECT_EQ(changed, 2U);
  EXPECT_EQ(facts<fact::Updated>(step(told("ann", "2"))).size(), 0U) << "it is known";
}

TEST_F(EngineTest, RenamingAnAssetKeepsItsHistory) {
  load({asset("old")});
  request("old");
  ended(take_started());
  auto renamed = asset("new");
  renamed.renamed_from = "old";
  load({renamed});
  EXPECT_EQ(engine_.rows().of<AssetRow>().size(), 1U);
  EXPECT_NE(engine_.rows().of<MemberRow>().front().materialized.value, 0U);
}

TEST_F(EngineTest, DurationsOfStepsThatSucceededAreKept) {
  auto a = asset("a");
  a.checks.push_back(
      {.name = "sane", .command = {"check"}, .timeout = {}, .description = {}, .place = {}});
  a.retries = {.max = 1, .backoff = Backoff::constant, .delay = 10s};
  load({a, asset("b", {"a"})});
  const Instant queued_at = now_;
  step(input::Request{.assets = {"a", "b"}, .actor = "test", .token = 1});
  now_ += 5s;
  ended(take_started(), 1);  // the attempt that failed counts as waiting
  const Instant again_at = *engine_.next_wakeup();
  now_ = again_at;
  step(input::Tick{});
  now_ += 1'500ms;
  ended(take_started());
  now_ += 2s;
  while (!started_.empty()) ended(take_started());  // the check, and b
  const auto ms = [&](Instant at) {
    return static_cast<std::uint32_t>(std::chrono::round<Millis>(at - queued_at).count());
  };
  const std::vector<DurationsRow> want{
      {.asset = AssetId{1}, .worked = {1'500}, .waited = {ms(again_at)}},
      {.asset = AssetId{2}, .worked = {2'000}, .waited = {ms(again_at + 1'500ms)}}};
  EXPECT_EQ(engine_.rows().of<DurationsRow>(), want);
  const auto snapshot = engine_.snapshot();
  EXPECT_EQ(*snapshot->state(Rank{0}).durations, want[0]);

  request("b");
  ended(take_started(), 1);
  EXPECT_EQ(engine_.rows().of<DurationsRow>(), want) << "what failed says nothing";
  Engine again{EngineOptions{}};
  again.load(engine_.rows());
  EXPECT_EQ(again.rows().of<DurationsRow>(), want);
}

TEST_F(EngineTest, OnlyTheLatestDurationsAreKept) {
  load({asset("a")});
  for (std::uint32_t i = 0; i < DurationsRow::kept_max + 3; ++i) {
    request("a");
    now_ += std::chrono::seconds{i};
    ended(take_started());
  }
  const auto rows = engine_.rows();
  const DurationsRow& row = rows.of<DurationsRow>().at(0);
  ASSERT_EQ(row.worked.size(), DurationsRow::kept_max);
  EXPECT_EQ(row.worked.front(), 3'000U);
  EXPECT_EQ(row.worked.back(), (DurationsRow::kept_max + 2) * 1'000);
  // Set back while it ran: it took no time.
  request("a");
  now_ -= 1h;
  ended(take_started());
  EXPECT_EQ(engine_.rows().of<DurationsRow>().at(0).worked.back(), 0U);
}

}  // namespace
}  // namespace freshet
