#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "api/error_fingerprint.hpp"
#include "api/error_groups.hpp"
#include "api_fixture.hpp"

namespace freshet::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct PatternCase {
  const char* name;
  const char* line;
  const char* pattern;
};
void PrintTo(const PatternCase& c, std::ostream* out) { *out << c.name; }
class ErrorPattern : public testing::TestWithParam<PatternCase> {};
TEST_P(ErrorPattern, LeavesOutWhatDiffersFromTimeToTime) {
  EXPECT_EQ(api::error_pattern(GetParam().line), GetParam().pattern);
}
INSTANTIATE_TEST_SUITE_P(
    Table, ErrorPattern,
    testing::Values(
        PatternCase{"words", "KeyError: 'amount'", "KeyError: 'amount'"},
        PatternCase{"numbers", "line 42: got 3.5 of 1,204", "line #: got # of #"},
        PatternCase{"instant", "at 2026-01-31T03:12:44.123 late", "at # late"},
        PatternCase{"date_and_time", "2026-01-31 03:12:44,123 ERROR no disk", "# ERROR no disk"},
        PatternCase{"uuid", "job 550e8400-e29b-41d4-a716-446655440000 died", "job # died"},
        PatternCase{"hash", "commit 3f2a9c1b77 is gone", "commit # is gone"},
        PatternCase{"address", "segfault at 0x7ffd12ab", "segfault at #"},
        PatternCase{"run", "run 01JAB3C4D5E6F ended", "run # ended"},
        PatternCase{"path", "cannot open /data/in/x.csv: denied", "cannot open <path>: denied"},
        PatternCase{"quoted_path", "No such file: '/tmp/a b'", "No such file: '<path> b'"},
        PatternCase{"url", "GET https://h.example/a/7?x=1 failed", "GET <url> failed"},
        PatternCase{"assigned_path", "file=/data/a.csv, line=3", "file=<path>, line=#"},
        PatternCase{"digits_in_words", "table orders_20260131 is empty", "table orders_# is empty"},
        PatternCase{"list", "ids [1, 2, 3] are twice", "ids [#] are twice"},
        PatternCase{"words_of_hex_letters", "decade of a facade", "decade of a facade"},
        PatternCase{"division", "ZeroDivisionError: division by zero",
                    "ZeroDivisionError: division by zero"},
        PatternCase{"nothing", "", ""}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(ErrorFingerprint, IsThatOfTheLastLineAndTheReason) {
  const std::string one =
      api::error_fingerprint(Reason::exit_code, "Traceback\n  File \"x\", line 3\nKeyError: 'a'");
  EXPECT_EQ(one, api::error_fingerprint(Reason::exit_code, "\nKeyError: 'a'\n\n"));
  EXPECT_EQ(one.size(), 16U);
  EXPECT_NE(one, api::error_fingerprint(Reason::exit_code, "KeyError: 'b'"));
  EXPECT_NE(one, api::error_fingerprint(Reason::signal, "KeyError: 'a'"));
  EXPECT_EQ(api::error_fingerprint(Reason::timeout, "row 17 of a table"),
            api::error_fingerprint(Reason::timeout, "something else"))
      << "what it was about to do is not why";
  EXPECT_EQ(api::error_fingerprint(Reason::exit_code, "no disk"), "98acd8576c62a17d")
      << "it is kept in links";
}

EndedStep failed(std::uint64_t run, std::uint32_t asset, std::string text,
                 std::vector<std::string> tags = {}) {
  return {.step = {RunId{run}, 0},
          .member = {AssetId{asset}, {}},
          .reason = Reason::exit_code,
          .ended_at = Instant{Seconds{run}},
          .text = std::move(text),
          .tags = std::move(tags)};
}
EndedStep succeeded(std::uint64_t run, std::uint32_t asset, std::vector<std::string> tags = {}) {
  EndedStep out = failed(run, asset, "", std::move(tags));
  out.status = StepStatus::succeeded, out.reason = Reason::none;
  return out;
}
/// The asset, its tags, and as a code's version the run's thousands.
std::vector<api::Attribute> attributes(const EndedStep& step) {
  std::vector<api::Attribute> out{
      {"asset", std::to_string(step.member.asset.value)},
      {"code_version", std::to_string(step.step.run.value / 1'000), true}};
  for (const std::string& tag : step.tags) out.push_back({"tag", tag});
  return out;
}
std::vector<std::string> told(const api::ErrorGroup& group) {
  std::vector<std::string> out;
  for (const api::Difference& each : group.differences) {
    out.push_back(each.attribute + '=' + each.value + ' ' +
                  std::to_string(static_cast<int>(each.share * 100)) + ':' +
                  std::to_string(static_cast<int>(each.others * 100)));
  }
  return out;
}

TEST(ErrorGroups, AreTheLargestFirstWithTheirLatestStepFirst) {
  const std::vector<EndedStep> steps{failed(1, 1, "no disk 1"), failed(2, 2, "no net"),
                                     failed(3, 3, "no disk 2")};
  const auto found = api::group_errors(steps, {}, attributes, 9);
  ASSERT_EQ(found.groups.size(), 2U);
  EXPECT_THAT(found.groups[0].steps, ElementsAre(&steps[2], &steps[0]));
  EXPECT_THAT(found.groups[1].steps, ElementsAre(&steps[1]));
  const auto first = api::group_errors(steps, {}, attributes, 1);
  EXPECT_EQ(first.groups.size(), 1U);
  EXPECT_EQ(first.count, 2U);
}

TEST(ErrorGroups, TellWhatIsDifferentAboutThem) {
  const std::vector<EndedStep> steps{failed(2'001, 1, "bad", {"region=eu"}),
                                     failed(2'002, 1, "bad", {"region=eu"})};
  const std::vector<EndedStep> others{
      succeeded(1'001, 1, {"region=eu"}), succeeded(1'002, 1, {"region=us"}),
      succeeded(2'003, 2, {"region=us"}), succeeded(2'004, 2, {"region=us"})};
  const auto found = api::group_errors(steps, others, attributes, 9);
  ASSERT_EQ(found.groups.size(), 1U);
  // Steps of another asset say nothing of this one's code.
  EXPECT_THAT(told(found.groups[0]),
              ElementsAre("code_version=2 100:0", "tag=region=eu 100:25", "asset=1 100:50"));
}

TEST(ErrorGroups, AValueThatFewHaveIsNotTold) {
  const std::vector<EndedStep> steps{failed(1, 1, "bad", {"x"}), failed(2, 1, "bad", {"y"})};
  const std::vector<EndedStep> others{succeeded(3, 1, {"z"}), succeeded(4, 1, {"z"})};
  EXPECT_THAT(told(api::group_errors(steps, others, attributes, 9).groups[0]), IsEmpty());
}

TEST(ErrorGroups, OneFailureDiffersOnlyFromItsAssetsOthers) {
  const std::vector<EndedStep> steps{failed(2'001, 1, "bad", {"x"})};
  const std::vector<EndedStep> others{succeeded(1'001, 1), succeeded(1'002, 2, {"y"})};
  EXPECT_THAT(told(api::group_errors(steps, others, attributes, 9).groups[0]),
              ElementsAre("code_version=2 100:0"));
  EXPECT_THAT(told(api::group_errors(steps, {}, attributes, 9).groups[0]), IsEmpty());
}

class HistoryTest : public ApiTest {
 protected:
  /// One run succeeds, one fails, one goes on.
  void SetUp() override {
    auto assets = shop();
    for (auto& each : assets) each.automation.clear();
    service.load(assets);
    clock.advance(std::chrono::hours{1});
    good_ = ask("staging/orders");
    service.end_step(0);
    clock.advance(std::chrono::hours{1});
    bad_ = ask("marts/revenue");
    service.end_step(3);
    clock.advance(std::chrono::hours{1});
    open_ = ask("staging/orders");
    const auto start = service.started.front();
    service.take(input::StepRunning{.step = start.step, .attempt = start.attempt, .pid = 1});
  }
  std::string ask(const std::string& key) {
    const Answer answer = post("/api/v1/runs", {{"assets", {key}}, {"tags", {{"by", key}}}});
    EXPECT_EQ(answer.status, 201) << answer.body;
    return answer.json().value("id", "");
  }
  std::vector<std::string> runs(const std::string& query) {
    std::vector<std::string> out;
    const Answer answer = get("/api/v1/runs?" + query);
    EXPECT_EQ(answer.status, 200) << answer.body;
    const Json json = answer.json();
    for (const Json& item : json.value("items", Json::array())) out.push_back(item["id"]);
    return out;
  }

  std::string good_, bad_, open_;
};

TEST_F(HistoryTest, FailuresAreGroupedByWhatTheySay) {
  const Answer answer = get("/api/v1/failures");
  ASSERT_EQ(answer.status, 200) << answer.body;
  const Json json = answer.json();
  EXPECT_EQ(json["from"], "2026-01-30T03:00:00.000000Z");
  ASSERT_EQ(json["items"].size(), 1U);
  const Json& item = json["items"][0];
  EXPECT_EQ(item["count"], 1);
  EXPECT_EQ(item["text"], "its process ended with a non-zero exit code");
  EXPECT_EQ(item["assets"], Json::array({"marts/revenue"}));
  EXPECT_EQ(item["latest"]["run"], bad_);
  EXPECT_EQ(item["last_at"], "2026-01-31T02:00:00.000000Z");
  EXPECT_THAT(runs("error=" + item["fingerprint"].get<std::string>()), ElementsAre(bad_));
  EXPECT_THAT(runs("error=0123456789abcdef"), IsEmpty());
  EXPECT_THAT(get("/api/v1/failures?select=staging/orders").json()["items"], IsEmpty());
  EXPECT_THAT(get("/api/v1/failures?from=2026-01-31T02:30:00Z").json()["items"], IsEmpty());
}

TEST_F(HistoryTest, RunsAreFilteredByTimeCauseAndSelection) {
  EXPECT_THAT(runs(""), ElementsAre(open_, bad_, good_));
  EXPECT_THAT(runs("from=2026-01-31T02:00:00Z"), ElementsAre(open_, bad_));
  EXPECT_THAT(runs("from=2026-01-31T02:00:00Z&to=2026-01-31T03:00:00Z"), ElementsAre(bad_));
  EXPECT_THAT(runs("cause=automation,retry"), IsEmpty());
  EXPECT_THAT(runs("cause=person&limit=1"), ElementsAre(open_));
  EXPECT_THAT(runs("select=group:staging"), ElementsAre(open_, good_));
  EXPECT_THAT(runs("select=group:staging&status=running"), ElementsAre(open_));
  EXPECT_THAT(runs("select=*&status=failed&status=running"), ElementsAre(open_, bad_));
  EXPECT_THAT(runs("select=logs/events"), IsEmpty());
}

TEST_F(HistoryTest, TheTimelineCountsWhatEndedAndWhatGoesOn) {
  clock.advance(std::chrono::minutes{30});
  const Json json = get("/api/v1/timeline?from=2026-01-31&to=2026-01-31T04:00:00Z&px=8").json();
  EXPECT_EQ(json["columns"], 8);
  EXPECT_EQ(json["total"],
            (Json{{"succeeded", 1}, {"failed", 1}, {"canceled", 0}, {"running", 1}}));
  EXPECT_EQ(json["running"][5], 0);
  EXPECT_EQ(json["running"][6], 1) << "since three o'clock";
  const Json some = get("/api/v1/timeline?select=marts/revenue&status=failed,running&px=1").json();
  EXPECT_EQ(some["total"],
            (Json{{"succeeded", 0}, {"failed", 1}, {"canceled", 0}, {"running", 0}}));
}

struct BadQuery {
  const char* name;
  const char* path;
  int status;
  const char* detail;
};
void PrintTo(const BadQuery& c, std::ostream* out) { *out << c.name; }
class BadHistory : public HistoryTest, public testing::WithParamInterface<BadQuery> {};
TEST_P(BadHistory, IsRefused) {
  const Answer answer = get(std::string{"/api/v1/"} + GetParam().path);
  EXPECT_EQ(answer.status, GetParam().status) << answer.body;
  EXPECT_THAT(answer.body, HasSubstr(GetParam().detail));
}
INSTANTIATE_TEST_SUITE_P(
    Table, BadHistory,
    testing::Values(
        BadQuery{"instant", "timeline?from=noon", 400, "query value from=noon: want an instant"},
        BadQuery{"order", "timeline?from=2026-01-02&to=2026-01-01", 400, "want from before to"},
        BadQuery{"columns", "timeline?px=0", 400, "px=0"},
        BadQuery{"status", "timeline?status=red", 400, "status=red: want queued, starting"},
        BadQuery{"selection", "timeline?select=(", 400, "column"},
        BadQuery{"no_asset", "failures?select=nobody", 422, "nobody"},
        BadQuery{"run_cause", "runs?cause=luck", 400, "want automation, person, retry"},
        BadQuery{"run_instant", "runs?to=x", 400, "query value to=x"},
        BadQuery{"run_selection", "runs?select=marts/revenu", 422, "marts/revenue"}),
    [](const auto& c) { return std::string{c.param.name}; });

}  // namespace
}  // namespace freshet::test
