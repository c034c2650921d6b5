// How well the drawings read, compared with those of Graphviz' dot, whose figures are kept here.
#include <gtest/gtest.h>
#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "freshet/layout.hpp"
#include "layout_graphs.hpp"

namespace freshet::layout {
namespace {

/// Of the positions that dot 2.43.0 gives with rankdir=LR, nodes of 2.5 by 0.555 inches,
/// nodesep=0.22, ranksep=0.83; counted as for ours.
struct Compared {
  const char* name;
  Shape shape;
  std::uint64_t dot;
};

class Crossings : public testing::TestWithParam<Compared> {};

TEST_P(Crossings, AreAtMostATenthMoreThanDots) {
  const Sample graph = sample(GetParam().shape);
  const Layout layout = layered(graph.net, {.sizes = {}, .groups = graph.groups});
  const std::uint64_t count = crossings(graph.net, layout);
  RecordProperty("crossings", std::to_string(count));
  EXPECT_LE(count * 10, GetParam().dot * 11);
}

INSTANTIATE_TEST_SUITE_P(
    Samples, Crossings,
    testing::Values(Compared{"g30_1", {.size = 30, .tenths = 17}, 24},
                    Compared{"g30_2", {.size = 30, .tenths = 17, .seed = 2}, 122},
                    Compared{"g30_3", {.size = 30, .tenths = 17, .seed = 3}, 78},
                    Compared{"g100_1", {.size = 100, .tenths = 17}, 854},
                    Compared{"g100_2", {.size = 100, .tenths = 17, .seed = 2}, 1'737},
                    Compared{"g100_3", {.size = 100, .tenths = 17, .seed = 3}, 544},
                    Compared{"d100_1", {.size = 100, .tenths = 24}, 1'913},
                    Compared{"d100_2", {.size = 100, .tenths = 24, .seed = 2}, 1'675},
                    Compared{"g300_1", {.size = 300, .tenths = 17}, 5'690},
                    Compared{"g300_2", {.size = 300, .tenths = 17, .seed = 2}, 5'582},
                    Compared{"d300_1", {.size = 300, .tenths = 24}, 13'072},
                    Compared{"g1k_1", {.size = 1'000, .tenths = 17}, 71'891},
                    Compared{"g1k_2", {.size = 1'000, .tenths = 17, .seed = 2}, 71'799},
                    Compared{"g1k_3", {.size = 1'000, .tenths = 17, .seed = 3}, 63'383},
                    Compared{"d1k_1", {.size = 1'000, .tenths = 24}, 203'195},
                    Compared{"d1k_2", {.size = 1'000, .tenths = 24, .seed = 2}, 174'726}),
    [](const auto& info) { return info.param.name; });

std::string shared_data(const std::string& name) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread.
  const char* folder = std::getenv("FRESHET_SHARED_DATA");
  return (folder != nullptr ? std::string{folder} : FRESHET_SOURCE_DIR "/../shared/data") + '/' +
         name;
}

std::string unzipped(const std::string& path) {
  std::string out;
  gzFile file = gzopen(path.c_str(), "rb");
  if (file == nullptr) return out;
  std::vector<char> buffer(1 << 16);
  for (int n = 0; (n = gzread(file, buffer.data(), 1 << 16)) > 0;) {
    out.append(buffer.data(), static_cast<std::size_t>(n));
  }
  gzclose(file);
  return out;
}

/// Models, seeds and sources that depend on each other, by name; those of a folder are a group.
Sample manifest_sample(const nlohmann::json& manifest) {
  std::map<std::string, Node> all;
  for (const char* kind : {"nodes", "sources"}) {
    for (const auto& [name, node] : manifest.at(kind).items()) {
      const auto type = node.at("resource_type").get<std::string>();
      if (type == "model" || type == "seed" || type == "source") all.emplace(name, 0);
    }
  }
  std::vector<std::pair<std::string, std::string>> named;
  std::map<std::string, Node> connected;
  for (const auto& [name, node] : manifest.at("nodes").items()) {
    if (!all.contains(name)) continue;
    for (const auto& on : node.at("depends_on").value("nodes", nlohmann::json::array())) {
      const auto from = on.get<std::string>();
      if (!all.contains(from)) continue;
      named.emplace_back(from, name);
      connected[from] = connected[name] = 0;
    }
  }
  Node next = 0;
  std::map<std::string, std::uint32_t> folders;
  Sample out;
  for (auto& [name, node] : connected) {
    node = next++;
    const auto& at = manifest.at(name.starts_with("source.") ? "sources" : "nodes").at(name);
    auto path = at.at("fqn").get<std::vector<std::string>>();
    std::string folder = path[0] + '/' + path[1];
    out.groups.push_back(
        folders.emplace(folder, static_cast<std::uint32_t>(folders.size())).first->second);
  }
  std::vector<Edge> edges;
  for (const auto& [from, to] : named) edges.push_back({connected.at(from), connected.at(to)});
  out.net = Net{connected.size(), std::move(edges)};
  return out;
}

TEST(CrossingsOfARealProject, AreFewerThanDagres) {
  const std::string path = shared_data("manifests/large_A.manifest.json.gz");
  const std::string text = unzipped(path);
  if (text.empty()) GTEST_SKIP() << "no " << path;
  const auto [net, groups] = manifest_sample(nlohmann::json::parse(text));
  ASSERT_EQ(net.size(), 5'131U);
  ASSERT_EQ(net.edges().size(), 8'787U);
  const Layout layout = layered(net, {.sizes = {}, .groups = groups});
  EXPECT_EQ(overlaps(layout.nodes, std::vector<Size>(net.size()), Spacing{}), 0U);
  // dot with nslimit=2 and mclimit=.2, which takes it seconds, and dagre 0.8.5.
  constexpr std::uint64_t dot = 1'196'760;
  constexpr std::uint64_t dagre = 1'450'000;
  const std::uint64_t count = crossings(net, layout);
  EXPECT_LE(count * 10, dot * 11);
  EXPECT_LT(count, dagre);
}

}  // namespace
}  // namespace freshet::layout
