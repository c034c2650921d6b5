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
