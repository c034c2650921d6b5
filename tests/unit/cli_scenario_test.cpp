// Every scenario file holds, or is on the list of those that need what is not built.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "cli/scenario.hpp"

namespace freshet::cli {
namespace {

namespace fs = std::filesystem;

std::string slurp(const fs::path& path) {
  std::ifstream in{path};
  return {std::istreambuf_iterator<char>{in}, {}};
}
fs::path scenarios() { return fs::path{FRESHET_SOURCE_DIR} / "tests/scenario"; }

std::set<std::string> listed_as_unsupported() {
  std::ifstream in{scenarios() / "unsupported.txt"};
  std::set<std::string> out;
  for (std::string line; std::getline(in, line);) {
    if (!line.empty() && line.front() != '#') out.insert(line);
  }
  return out;
}
std::vector<std::string> files() {
  std::vector<std::string> out;
  for (const auto& entry : fs::recursive_directory_iterator(scenarios())) {
    if (entry.path().extension() == ".yaml")
      out.push_back(fs::relative(entry.path(), scenarios()).string());
  }
  std::ranges::sort(out);
  return out;
}

class ScenarioFile : public testing::TestWithParam<std::string> {};
TEST_P(ScenarioFile, Holds) {
  const auto result = run_scenario(slurp(scenarios() / GetParam()), GetParam());
  if (listed_as_unsupported().contains(GetParam())) {
    EXPECT_EQ(result.exit_code, 2) << "it is supported now: take it off the list";
    EXPECT_THAT(result.error, testing::HasSubstr("unsupported"));
    return;
  }
  EXPECT_EQ(result.exit_code, 0) << result.error << result.output;
}
INSTANTIATE_TEST_SUITE_P(Scenario, ScenarioFile, testing::ValuesIn(files()), [](const auto& param) {
  std::string name = param.param;
  for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return name;
});

struct NoScenario {
  const char* name;
  const char* rest;  ///< Of the file, after its start and its graph.
  const char* error;
};
class Refused : public testing::TestWithParam<NoScenario> {};
TEST_P(Refused, WithItsPlace) {
  const auto result = run_scenario(
      "name: n\nstart: \"2026-01-01T00:00:00Z\"\n"
      "graph: {assets: [{key: A}, {key: P, partitions: {static: [x]}}]}\n" +
          std::string{GetParam().rest},
      "f.yaml");
  EXPECT_EQ(result.exit_code, 2) << result.output;
  EXPECT_THAT(result.error, testing::MatchesRegex("f\\.yaml: [0-9]+:[0-9]+: .*"));
  EXPECT_THAT(result.error, testing::HasSubstr(GetParam().error));
}
INSTANTIATE_TEST_SUITE_P(
    Scenario, Refused,
    testing::Values(
        NoScenario{"NoSteps", "steps: []", "a step at least"},
        NoScenario{"StepOfText", "steps: [oops]", "a map is wanted"},
        NoScenario{"DoOfOne", "steps: [{do: {materialize: A}}]", "a list is wanted"},
        NoScenario{"DoOfText", "steps: [{do: restart}]", "a list is wanted"},
        NoScenario{"TwoThings", "steps: [{do: [{materialize: A, wipe: A}]}]", "one thing"},
        NoScenario{"TwoClocks", "steps: [{advance: 1h, at: \"2026-01-02\"}]", "not both"},
        NoScenario{"NoVerb", "steps: [{do: [{data_version: v}]}]", "unknown action"},
        NoScenario{"FieldTooMany", "steps: [{do: [{wipe: A, x: 1}]}]", "unknown field"},
        NoScenario{"NoSuchAsset", "steps: [{do: [{materialize: B}]}]", "no asset \"B\""},
        NoScenario{"NothingTogether", "steps: [{do: [{together: []}]}]", "nothing happens"},
        NoScenario{"ReloadTogether", "steps: [{do: [{together: [{restart: true}]}]}]", "by itself"},
        NoScenario{"NoRestart", "steps: [{do: [{restart: false}]}]", "or left out"},
        NoScenario{"NoSeverity",
                   "steps: [{do: [{check: {asset: A, name: c, passed: true, severity: bad}}]}]",
                   "none of error, warn"},
        NoScenario{"BreakWithoutWork", "steps: [{do: [{break: A}]}]", "has `work`"},
        NoScenario{"ExpectOfText", "steps: [{expect: requested}]", "a map is wanted"},
        NoScenario{"StaleOfList", "steps: [{expect: {stale: [A]}}]", "a map is wanted"},
        NoScenario{"NoCause", "steps: [{expect: {stale: {A: [age]}}}]", "none of code"},
        NoScenario{"NoFreshness", "steps: [{expect: {freshness: {A: ok}}}]", "none of pass"},
        NoScenario{"RunsOfText", "steps: [{expect: {runs: A}}]", "a list is wanted"},
        NoScenario{"AskOfText", "steps: [{ask: why}]", "a list is wanted"},
        NoScenario{"TwoQuestions", "steps: [{ask: [{select: A, why: A}]}]", "a question is one of"},
        NoScenario{"AnswerTooMany", "steps: [{ask: [{select: A, contains: A}]}]", "unknown field"},
        NoScenario{"NoCount", "steps: [{ask: [{select: A, count: many}]}]", "a number"},
        NoScenario{"GivenNobody", "given: {materialized: [B]}\nsteps: [{}]", "no asset \"B\""},
        NoScenario{"GivenWhole", "given: {materialized: [P]}\nsteps: [{}]", "say which"},
        NoScenario{"GivenOfText", "given: {materialized: A}\nsteps: [{}]", "a list is wanted"}),
    [](const auto& param) { return std::string{param.param.name}; });

TEST(Scenario, AnActionIsFoundWhereverItStands) {
  const auto result = run_scenario(R"(
name: n
start: "2026-01-01T00:00:00Z"
graph: {assets: [{key: A}, {key: B, deps: [A], automation: eager}]}
steps:
  - {do: [{data_version: v, materialize: A}], expect: {requested: [B]}}
)",
                                   "f.yaml");
  EXPECT_EQ(result.exit_code, 0) << result.error << result.output;
}

TEST(Scenario, FilesAreThoseOfTheSharedSpecificationToTheLetter) {
  const char* given = std::getenv("FRESHET_SHARED");
  const fs::path shared =
      given != nullptr ? fs::path{given} : fs::path{FRESHET_SOURCE_DIR} / "../shared";
  if (!fs::exists(shared / "conformance"))
    GTEST_SKIP() << "no conformance folder beside the project; set FRESHET_SHARED";
  for (const char* folder : {"automation", "readiness"}) {
    for (const auto& entry : fs::directory_iterator(shared / "conformance" / folder)) {
      const fs::path ours = scenarios() / folder / entry.path().filename();
      ASSERT_TRUE(fs::exists(ours)) << ours << " is missing";
      EXPECT_EQ(slurp(ours), slurp(entry.path())) << ours << " differs";
    }
  }
}

}  // namespace
}  // namespace freshet::cli
