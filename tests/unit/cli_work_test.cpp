// What a scenario with `work` does by itself, and the state folder that one leaves behind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/scenario.hpp"
#include "store/store.hpp"

namespace freshet::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;

constexpr const char* head = R"(
name: work
start: "2026-01-01T00:00:00Z"
graph:
  assets:
    - {key: raw, deps: [orders], command: [x], automation: eager, group: made}
    - {key: report, deps: [raw], command: [x], automation: eager, group: made,
       retries: {max: 1, delay: 1m, backoff: constant},
       checks: [{name: sound, command: [x], blocking: true}]}
  sources: [{asset: orders, webhook: {}}]
work:
  slots: 4
  seed: "1"
  steps: [{select: "group:made", duration: 1m, check_duration: 10s, rows: 1000}]
  deliveries: [{cron: "0 6 * * *"}]
)";

json play(const std::string& steps, int exit_code = 0) {
  const auto result = run_scenario(head + steps, "work");
  EXPECT_EQ(result.exit_code, exit_code) << result.error << result.output;
  return result.output.empty() ? json{} : json::parse(result.output);
}

TEST(Work, EndsWhatIsRequestedAfterItsTime) {
  const json out = play(R"(
steps:
  - {expect: {missing: [raw, report]}}
  - at: "2026-01-01T06:00:00Z"
    expect: {in_progress: [raw]}
  - {advance: 59s, expect: {in_progress: [raw]}}
  - {advance: 1s, expect: {in_progress: [report], missing: [report]}}
  - {advance: 1m, expect: {in_progress: [], missing: [], stale: {}}}
  - {advance: 10s}
  - at: "2026-01-03T05:00:00Z"
)");
  EXPECT_EQ(out["totals"]["steps"]["succeeded"], 6) << "two, and a check, on each of two days";
  EXPECT_EQ(out["steps"].size(), 5U) << "only what is expected of is listed";
}

TEST(Work, FailsWhatIsBrokenUntilItIsMended) {
  const json out = play(R"(
steps:
  - {}
  - do: [{break: report, text: no more memory, code: 9}]
  - at: "2026-01-01T07:00:00Z"
    expect: {failed: [report], missing: [report], alerted: [failure report]}
  - do: [{mend: report}, {request: report, by: ann, reason: mended}]
  - {advance: 2m, expect: {failed: [], missing: []}}
)");
  EXPECT_EQ(out["totals"]["steps"]["failed"], 1);
  EXPECT_EQ(out["totals"]["steps"]["retried"], 1);
}

TEST(Work, FailsABrokenCheckAndKeepsABrokenSourceSilent) {
  play(R"(
steps:
  - {}
  - do: [{break: "report:sound"}]
  - at: "2026-01-01T07:00:00Z"
    expect: {missing: [], alerted: [check report]}
  - do: [{break: orders}]
  - {at: "2026-01-02T07:00:00Z", expect: {requested: [], stale: {}}}
  - {do: [{deliver: orders}], expect: {requested: [raw, report]}}
)");
}

TEST(Work, IsStoppedByAPerson) {
  const json out = play(R"(
steps:
  - {}
  - {at: "2026-01-01T06:00:30Z", do: [{cancel: raw, by: ann}]}
  - {advance: 2s, expect: {in_progress: [], missing: [raw, report]}}
)");
  EXPECT_EQ(out["totals"]["steps"]["canceled"], 3) << "its run, with what was to follow";
}

TEST(Work, MakesBackfillsThatAreSteeredByName) {
  const auto result = run_scenario(R"(
name: backfill
start: "2026-01-11T00:00:00Z"
graph: {assets: [{key: cut, command: [x], partitions: {daily: {start: "2026-01-01"}}}]}
work: {steps: [{duration: 1m}]}
steps:
  - {}
  - do: [{backfill: cut, as: first, per_run: 1, concurrency: 1}]
  - {advance: 3m, do: [{pause_backfill: first, reason: enough}]}
  - advance: 1h
    expect:
      in_progress: []
      missing: ["cut[2026-01-05]", "cut[2026-01-06]", "cut[2026-01-07]", "cut[2026-01-08]", "cut[2026-01-09]",
                "cut[2026-01-10]"]
  - do: [{resume_backfill: first}]
  - {advance: 10m, expect: {missing: []}}
)",
                                   "work");
  EXPECT_EQ(result.exit_code, 0) << result.error << result.output;
}

TEST(Work, SaysWhatIsWrongWithItsRules) {
  const auto error_of = [](const std::string& work) {
    return run_scenario("name: n\nstart: \"2026-01-01\"\ngraph: {assets: [{key: a}]}\nwork: " +
                            work + "\nsteps: [{}]\n",
                        "file")
        .error;
  };
  EXPECT_THAT(error_of("{slot: 1}"), HasSubstr("file: 4:8: unknown field of work \"slot\""));
  EXPECT_THAT(error_of("{steps: [{failing: 2}]}"), HasSubstr("a number from 0 to 1 is wanted"));
  EXPECT_THAT(error_of("{deliveries: [{cron: hourly}]}"), HasSubstr("file: 4:28: cron"));
  EXPECT_THAT(error_of("{steps: [{select: \"key:(\"}]}"), HasSubstr("file: 4:25: "));
}

class Recorded : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "recorded.XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }
  [[nodiscard]] std::string state() const { return (folder_ / "state").string(); }
  static std::string bytes_of(const fs::path& path) {
    std::ifstream in{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
  }

  fs::path folder_;
};

TEST_F(Recorded, StateIsWhatWasDecided) {
  fs::create_directories(folder_ / "shop");
  std::ofstream{folder_ / "shop/freshet.yaml"} << R"(
project: shop
sources: [{asset: orders, webhook: {}}]
assets: [{key: report, deps: [orders], command: [make], automation: eager}]
)";
  const auto result = run_scenario(R"(
name: two days
start: "2026-01-01T00:00:00Z"
project: shop
work: {deliveries: [{cron: "0 6 * * *"}]}
steps:
  - {}
  - at: "2026-01-03T00:00:00Z"
)",
                                   (folder_ / "two_days.yaml").string(), state());
  ASSERT_EQ(result.exit_code, 0) << result.error << result.output;

  auto store = open_sqlite(state(), {});
  ASSERT_TRUE(store) << store.error().message;
  const auto rows = (*store)->load();
  ASSERT_TRUE(rows);
  EXPECT_EQ(rows->of<AssetRow>().size(), 2U);
  ASSERT_EQ(rows->of<MemberRow>().size(), 2U);
  for (const MemberRow& member : rows->of<MemberRow>())
    EXPECT_EQ(format_instant(member.updated_at).substr(0, 13), "2026-01-02T06");
  EXPECT_EQ(rows->sequence.value, json::parse(result.output)["totals"]["facts"]);
}

TEST_F(Recorded, HistoryThatIsThereIsLeftAlone) {
  const std::string scenario =
      "name: n\nstart: \"2026-01-01\"\ngraph: {assets: [{key: a}]}\nsteps: [{}]\n";
  ASSERT_EQ(run_scenario(scenario, "file", state()).exit_code, 0);
  const std::string before = bytes_of(state() + "/freshet.db");
  const auto again = run_scenario(scenario, "file", state());
  EXPECT_EQ(again.exit_code, 2);
  EXPECT_THAT(again.error, HasSubstr("there is history in it already"));
  EXPECT_EQ(bytes_of(state() + "/freshet.db"), before);
}

TEST_F(Recorded, HalfAHistoryIsNotKept) {
  const auto result = run_scenario(
      "name: n\nstart: \"2026-01-01\"\ngraph: {assets: [{key: a}]}\nsteps: [{}, {do: [{dance: "
      "a}]}]\n",
      "file", state());
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_FALSE(fs::exists(state() + "/freshet.db"));
}

}  // namespace
}  // namespace freshet::cli
