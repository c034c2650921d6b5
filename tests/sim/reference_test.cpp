// The engine against the reference model.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "cli/scenario.hpp"
#include "project/loader.hpp"
#include "reference_player.hpp"
#include "reference_script.hpp"

namespace freshet::reference {
namespace {

namespace fs = std::filesystem;

fs::path scenarios() { return fs::path{FRESHET_SOURCE_DIR} / "tests/scenario"; }

/// What the model does not know.
constexpr std::array beyond_the_model{"freshet/alerts_end_with_definitions.yaml",
                                      "freshet/backfill_policies.yaml",
                                      "freshet/check_automation.yaml",
                                      "freshet/check_automation_blocking.yaml",
                                      "freshet/check_automation_partitions.yaml",
                                      "freshet/columns_reported.yaml",
                                      "freshet/columns_read.yaml",
                                      "freshet/downstream_conditions.yaml",
                                      "freshet/edited_by_name.yaml",
                                      "freshet/freshness_deadline.yaml",
                                      "freshet/lazy.yaml",
                                      "freshet/lazy_after_a_restart.yaml",
                                      "freshet/lazy_asks_once.yaml",
                                      "freshet/muted_alerts.yaml",
                                      "freshet/pools_at_admission.yaml",
                                      "freshet/run_tags.yaml",
                                      "freshet/selection_state.yaml",
                                      "freshet/step_of_a_former_partitioning.yaml",
                                      "freshet/work_at_load.yaml"};

std::vector<std::string> files() {
  std::set<std::string> left_out;
  std::ifstream list{scenarios() / "unsupported.txt"};
  for (std::string line; std::getline(list, line);) left_out.insert(line);
  std::vector<std::string> out;
  for (const auto& entry : fs::recursive_directory_iterator(scenarios())) {
    const std::string name = fs::relative(entry.path(), scenarios()).string();
    const bool known = std::ranges::find(beyond_the_model, name) == beyond_the_model.end();
    if (entry.path().extension() == ".yaml" && known && !left_out.contains(name))
      out.push_back(name);
  }
  std::ranges::sort(out);
  return out;
}

class ModelScenario : public testing::TestWithParam<std::string> {};
TEST_P(ModelScenario, Holds) {
  std::ifstream in{scenarios() / GetParam()};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  const auto yaml = project::parse_yaml(text, GetParam());
  ASSERT_TRUE(yaml.tree);
  Player player{yaml.tree->root()};
  int number = 0;
  for (const project::Node& step : yaml.tree->root().find("steps")->children()) {
    ++number;
    const Observed got = player.step(step);
    const project::Node* expected = step.is_map() ? step.find("expect") : nullptr;
    if (expected == nullptr) continue;
    for (const std::string& failure : compare(*expected, got))
      ADD_FAILURE() << "step " << number << ": " << failure;
  }
}
INSTANTIATE_TEST_SUITE_P(Scenario, ModelScenario, testing::ValuesIn(files()),
                         [](const auto& param) {
                           std::string name = param.param;
                           for (char& c : name)
                             c = std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
                           return name;
                         });

/// The first step in which the two differ, and how; "" where they agree, or where the script cannot
/// be played to the model.
struct Verdict {
  std::string text;
  std::size_t step{};
};
Verdict judge(const Script& script) {
  if (script.steps.empty()) return {};
  const std::string text = script.text("random");
  std::vector<Observed> expected;
  const auto yaml = project::parse_yaml(text, "random");
  try {
    Player player{yaml.tree->root()};
    for (const project::Node& step : yaml.tree->root().find("steps")->children())
      expected.push_back(player.step(step));
  } catch (const std::invalid_argument&) {
    return {};
  }
  const auto result = cli::run_scenario(text, "random");
  if (result.exit_code == 2) {
    // An action that is none for the engine: that comes from a step before, or not.
    Script shorter = script;
    shorter.steps.pop_back();
    const Verdict before = judge(shorter);
    return before.step != 0
               ? before
               : Verdict{"the engine does not play it: " + result.error, script.steps.size()};
  }
  const std::vector<Observed> got = read_simulation(result.output);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    std::string differs = difference(expected[i], got[i]);
    if (differs.empty()) continue;
    // What follows from a request that is neither wrong nor necessary is so, too.
    const bool open =
        (got[i].requested != expected[i].requested || got[i].runs != expected[i].runs) &&
        std::ranges::any_of(got[i].requested, [&](const std::string& key) {
          return expected[i].doubtful.contains(key);
        });
    return open ? Verdict{"", i + 1} : Verdict{std::move(differs), i + 1};
  }
  return {};
}

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

/// FRESHET_SIM_SEEDS says how many scripts (300), FRESHET_SIM_FIRST where to begin (1).
TEST(Engine, DecidesAsTheReferenceModelDoes) {
  const std::uint64_t first = number_from("FRESHET_SIM_FIRST", 1);
  const std::uint64_t seeds = number_from("FRESHET_SIM_SEEDS", 300);
  const std::uint64_t enough = number_from("FRESHET_SIM_FAILURES", 3);
  std::uint64_t failures = 0, left_open = 0;
  for (std::uint64_t seed = first; seed < first + seeds && failures < enough; ++seed) {
    const Script script = Writer{seed}.write();
    if (const Verdict verdict = judge(script); verdict.text.empty()) {
      if (verdict.step != 0) ++left_open;
      continue;
    }
    ++failures;
    const Script small = shrink(script, [](const Script& s) { return !judge(s).text.empty(); });
    const Verdict verdict = judge(small);
    ADD_FAILURE() << "seed " << seed << ", step " << verdict.step << ": " << verdict.text << '\n'
                  << small.text("seed " + std::to_string(seed));
  }
  std::printf("seeds=%llu left_open=%llu\n", static_cast<unsigned long long>(seeds),
              static_cast<unsigned long long>(left_open));
}

}  // namespace
}  // namespace freshet::reference
