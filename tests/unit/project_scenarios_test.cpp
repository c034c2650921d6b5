// The graph of every scenario file is read by the schema of freshet.yaml.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "project_helpers.hpp"

namespace freshet::project {
namespace {

/// Where scenario files lie: FRESHET_SCENARIOS, else the project's own.
std::vector<std::string> scenario_files() {
  namespace fs = std::filesystem;
  const char* given = std::getenv("FRESHET_SCENARIOS");
  const std::string folder =
      given != nullptr ? given : std::string{FRESHET_SOURCE_DIR} + "/tests/scenario";
  std::vector<std::string> files;
  std::error_code ec;
  for (fs::recursive_directory_iterator it{folder, ec}, end; !ec && it != end; it.increment(ec)) {
    if (it->path().extension() == ".yaml") files.push_back(it->path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// Every graph and redefine in a document.
void each_graph(const Node& node, const std::string& file, int& count) {
  if (node.is_map()) {
    for (const char* name : {"graph", "redefine"}) {
      const Node* graph = node.find(name);
      if (graph == nullptr) continue;
      ++count;
      const LoadResult result =
          load_definitions(*graph, {.scenario = true,
                                    .project = "scenario",
                                    .file = file,
                                    .unknown_dependency = Diagnostic::Severity::warning});
      for (const Diagnostic& d : result.diagnostics)
        EXPECT_NE(d.severity, Diagnostic::Severity::error) << format(d);
      EXPECT_TRUE(result.definitions.has_value() && !result.definitions->assets.empty());
    }
  }
  for (const Node& child : node.children()) each_graph(child, file, count);
}

TEST(Scenarios, HaveGraphsThatLoad) {
  const std::vector<std::string> files = scenario_files();
  if (files.empty()) GTEST_SKIP() << "no scenario files: set FRESHET_SCENARIOS to their folder";
  for (const std::string& file : files) {
    std::ifstream stream{file};
    const std::string text{std::istreambuf_iterator<char>{stream}, {}};
    const ParsedYaml parsed = parse_yaml(text, file);
    ASSERT_TRUE(parsed.tree.has_value()) << file;
    int count = 0;
    each_graph(parsed.tree->root(), file, count);
    EXPECT_GT(count, 0) << file;
  }
}

TEST(Scenarios, AChangedGraphHasAnotherFingerprint) {
  const auto fingerprint = [](const std::string& text) {
    const ParsedYaml parsed = parse_yaml(text, "f.yaml");
    const LoadResult result = load_definitions(parsed.tree->root(), {.scenario = true});
    return result.definitions ? result.definitions->fingerprint : 0;
  };
  EXPECT_EQ(fingerprint("assets: [{key: A}]"), fingerprint("assets:\n- key: A\n"));
  EXPECT_NE(fingerprint("assets: [{key: A}]"), fingerprint("assets: [{key: A, description: x}]"));
}

TEST(Scenarios, CannotIncludeFiles) {
  const ParsedYaml parsed = parse_yaml("include: [x.yaml]\nassets: [{key: A}]\n", "f.yaml");
  const LoadResult result =
      load_definitions(parsed.tree->root(), {.scenario = true, .file = "f.yaml"});
  EXPECT_EQ(all(result),
            "f.yaml:1:10: error: include is not possible here: write the definitions out\n");
}

}  // namespace
}  // namespace freshet::project
