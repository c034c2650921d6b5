// House rules that no compiler checks: who may include whom, which headers live where, which calls
// have one home.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string>;

/// Modules that each module may include; as in src/README.md.
const std::map<std::string, Names> edges{
    {"base", {}},
    {"model", {"base"}},
    {"layout", {"base"}},
    {"core", {"model", "base"}},
    {"project", {"base", "model"}},
    {"store", {"base", "model"}},
    {"exec", {"base", "model"}},
    {"transfer", {"base"}},
    {"source", {"base", "model", "transfer"}},
    {"notify", {"base", "model", "transfer"}},
    {"publish", {"base", "model", "transfer"}},
    {"http", {"base"}},
    {"api", {"http", "base", "layout", "model"}},
    {"runtime",
     {"base", "model", "core", "layout", "project", "store", "source", "exec", "notify", "publish",
      "http", "api"}},
    {"cli", {"base", "model", "core", "project", "http", "runtime"}},
    {"step", {"exec"}}};

/// Heavy headers, and where they are at home.
const std::vector<std::pair<std::string, Names>> homes{
    {"boost/beast", {"http"}},
    {"boost/asio", {"http", "exec", "source", "runtime"}},
    {"roaring/", {"model/partition"}},
    {"sqlite3.h", {"store/sqlite", "source/database"}},
    {"libpq-fe.h", {"source/database"}},
    {"mysql.h", {"source/database"}},
    {"librdkafka/", {"source/kafka", "publish"}},
    {"yaml.h", {"project"}},
    {"nlohmann/", {"project", "exec", "source", "notify", "publish", "api", "cli"}},
    {"spdlog/", {"base"}},
    {"date/", {"base"}},
    {"openssl/", {"api", "http", "notify"}},
    {"curl/", {"transfer", "notify", "publish", "source/kafka", "source/remote"}},
    {"google/protobuf/", {"source/kafka"}},
    {"libssh/", {"source/remote"}},
    {"pugixml.hpp", {"source/remote"}},
    {"re2/", {"api"}},
    {"zlib.h", {"exec", "api"}},
    {"CLI/", {"cli"}}};

/// Calls with one home, as a pattern, and the files that are it.
const std::vector<std::pair<std::string, Names>> calls{
    {R"(\b(system_clock|steady_clock)::now\()", {"src/base/clock.cpp", "src/step/"}},
    {R"(\bfork\(\))", {"src/step/"}},
    {R"(\bvfork\()", {}},
    {R"(\bstd::system\()", {}},
    {R"(\bpopen\()", {}},
    {R"(sleep_for\(|\busleep\(|[^_]\bsleep\()", {}},
    {R"(\.detach\(\))", {"src/runtime/core_service.cpp"}},
    {R"(asio::detached)", {"src/http/spawn.hpp"}},
    {R"(\bsetenv\(|\bputenv\()", {"src/step/"}},
    {R"(co_await[^;]*[({,]\s*\{)", {}},
    {R"(co_await[^;]*\[[^\]]*\]\s*[({])", {}}};

struct File {
  std::string path;  // relative to the project
  std::vector<std::string> lines;
};

const std::vector<File>& sources() {
  static const std::vector<File> all = [] {
    std::vector<File> out;
    const fs::path root{FRESHET_SOURCE_DIR};
    for (const char* folder : {"src", "include"}) {
      for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
        const auto extension = entry.path().extension();
        if (extension != ".cpp" && extension != ".hpp") continue;
        File file{fs::relative(entry.path(), root).string(), {}};
        std::ifstream in{entry.path()};
        for (std::string line; std::getline(in, line);) file.lines.push_back(line);
        out.push_back(std::move(file));
      }
    }
    std::ranges::sort(out, {}, &File::path);
    return out;
  }();
  return all;
}

/// "core" of src/core/engine.cpp; "" for the contract.
std::string module_of(const std::string& path) {
  if (!path.starts_with("src/")) return "";
  const auto end = path.find('/', 4);
  return end == std::string::npos ? "" : path.substr(4, end - 4);
}
bool is_at_home(const std::string& path, const Names& homes_of) {
  return std::ranges::any_of(
      homes_of, [&](const std::string& home) { return path.starts_with("src/" + home + "/"); });
}
/// Without a comment behind it.
std::string code(const std::string& line) {
  const auto comment = line.find("//");
  return comment == std::string::npos ? line : line.substr(0, comment);
}

TEST(House, ModulesIncludeOnlyWhomTheyMay) {
  static const std::regex include{R"re(^\s*#include "([a-z]+)/)re"};
  for (const File& file : sources()) {
    const std::string module = module_of(file.path);
    for (const std::string& line : file.lines) {
      std::smatch match;
      if (!std::regex_search(line, match, include)) continue;
      const std::string other = match[1];
      if (other == "freshet" || other == module) continue;
      EXPECT_FALSE(module.empty()) << file.path << " is contract and includes " << other;
      if (module.empty()) continue;
      ASSERT_TRUE(edges.contains(module)) << "src/" << module << " is not in the table";
      EXPECT_TRUE(edges.at(module).contains(other)) << file.path << ": " << line;
    }
  }
}

TEST(House, HeavyHeadersStayAtHome) {
  for (const File& file : sources()) {
    for (const std::string& line : file.lines) {
      for (const auto& [header, homes_of] : homes) {
        if (line.find("#include <" + header) == std::string::npos) continue;
        const bool forward = line.find("json_fwd.hpp") != std::string::npos;
        EXPECT_TRUE(is_at_home(file.path, homes_of) || (forward && module_of(file.path) == "cli"))
            << file.path << ": " << line;
      }
    }
  }
}

TEST(House, SomeCallsHaveOneHome) {
  for (const auto& [pattern, allowed] : calls) {
    const std::regex call{pattern};
    for (const File& file : sources()) {
      const bool home = std::ranges::any_of(
          allowed, [&](const std::string& a) { return file.path.starts_with(a); });
      if (home) continue;
      for (std::size_t i = 0; i < file.lines.size(); ++i) {
        EXPECT_FALSE(std::regex_search(code(file.lines[i]), call))
            << file.path << ":" << i + 1 << ": " << file.lines[i];
      }
    }
  }
}

TEST(House, EveryModuleIsOnTheMap) {
  std::ifstream in{fs::path{FRESHET_SOURCE_DIR} / "src/README.md"};
  std::stringstream text;
  text << in.rdbuf();
  for (const auto& entry : fs::directory_iterator(fs::path{FRESHET_SOURCE_DIR} / "src")) {
    if (!entry.is_directory()) continue;
    const std::string name = entry.path().filename().string();
    EXPECT_NE(text.str().find("`" + name + "`"), std::string::npos)
        << "src/README.md does not name " << name;
    EXPECT_TRUE(edges.contains(name)) << name << " has no edges in this test";
  }
}

TEST(House, EveryHeaderSaysItsQuestionAndIsIncludedOnce) {
  for (const File& file : sources()) {
    if (!file.path.ends_with(".hpp")) continue;
    ASSERT_FALSE(file.lines.empty()) << file.path;
    EXPECT_TRUE(file.lines.front().starts_with("// "))
        << file.path << " does not open with its question";
    EXPECT_TRUE(std::ranges::any_of(file.lines, [](const std::string& l) {
      return l == "#pragma once";
    })) << file.path;
  }
}

TEST(House, ReportsItsLongestFiles) {
  std::vector<std::pair<std::size_t, std::string>> sizes;
  for (const File& file : sources()) sizes.emplace_back(file.lines.size(), file.path);
  std::ranges::sort(sizes, std::greater{});
  for (std::size_t i = 0; i < std::min<std::size_t>(10, sizes.size()); ++i) {
    std::printf("%5zu %s\n", sizes[i].first, sizes[i].second.c_str());
  }
  ASSERT_FALSE(sizes.empty());
}

}  // namespace
