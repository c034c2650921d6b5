#include "model/render.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "freshet/definitions.hpp"
#include "freshet/graph.hpp"
#include "freshet/ids.hpp"
#include "model_graphs.hpp"

namespace freshet {
namespace {

using test::asset;

std::shared_ptr<const Graph> sample() {
  AssetDefinition orders = asset("raw/orders");
  orders.external = true;
  orders.group = "raw";
  AssetDefinition staged = asset("staging/orders", {"raw/orders", "raw/orders"});
  staged.group = "staging";
  return test::graph({orders, staged, asset("report", {"staging/orders", "ghost"})});
}

std::vector<Rank> all(const Graph& graph) {
  std::vector<Rank> out;
  for (Rank r{0}; r.value < graph.size(); ++r.value) out.push_back(r);
  return out;
}

TEST(RenderText, IndentsByDistanceAndNamesDependencies) {
  const auto g = sample();
  EXPECT_EQ(render_text(*g, all(*g)),
            "raw/orders (external, group raw)\n"
            "  staging/orders (group staging) ← raw/orders\n"
            "ghost (external)\n"
            "    report ← staging/orders, ghost\n");
}

TEST(RenderText, PutsDependenciesOutsideTheSubsetInParenthesesAndIgnoresOrder) {
  const auto g = sample();
  const Rank staged = g->find("staging/orders").value_or(Rank{});
  const Rank report = g->find("report").value_or(Rank{});
  EXPECT_EQ(render_text(*g, std::vector{report, staged, report}),
            "staging/orders (group staging) ← (raw/orders)\n"
            "  report ← staging/orders, (ghost)\n");
  EXPECT_EQ(render_text(*g, {}), "");
}

TEST(RenderText, StopsIndentingALongChain) {
  std::vector<AssetDefinition> assets{asset("0")};
  for (int i = 1; i < 2'000; ++i) {
    assets.push_back(asset(std::to_string(i), {std::to_string(i - 1).c_str()}));
  }
  const auto g = test::graph(std::move(assets));
  const std::string text = render_text(*g, all(*g));
  EXPECT_THAT(text, testing::EndsWith("\n" + std::string(40, ' ') + "1999 ← 1998\n"));
  EXPECT_EQ(text.find(std::string(41, ' ')), std::string::npos);
}

TEST(RenderDot, DrawsGroupsAsClustersAndExternalAssetsDashed) {
  const auto g = sample();
  EXPECT_EQ(render_dot(*g, all(*g)),
            "digraph freshet {\n"
            "  rankdir=LR;\n"
            "  node [shape=box];\n"
            "  \"ghost\" [shape=cylinder, style=dashed];\n"
            "  \"report\";\n"
            "  subgraph cluster_0 {\n"
            "    label=\"raw\";\n"
            "    \"raw/orders\" [shape=cylinder, style=dashed];\n"
            "  }\n"
            "  subgraph cluster_1 {\n"
            "    label=\"staging\";\n"
            "    \"staging/orders\";\n"
            "  }\n"
            "  \"raw/orders\" -> \"staging/orders\";\n"
            "  \"staging/orders\" -> \"report\";\n"
            "  \"ghost\" -> \"report\";\n"
            "}\n");
}

TEST(RenderMermaid, DrawsGroupsAsSubgraphsAndExternalAssetsRounded) {
  const auto g = sample();
  EXPECT_EQ(render_mermaid(*g, all(*g)),
            "flowchart LR\n"
            "  n2([\"ghost\"]):::external\n"
            "  n3[\"report\"]\n"
            "  subgraph g0[\"raw\"]\n"
            "    n0([\"raw/orders\"]):::external\n"
            "  end\n"
            "  subgraph g1[\"staging\"]\n"
            "    n1[\"staging/orders\"]\n"
            "  end\n"
            "  n0 --> n1\n"
            "  n1 --> n3\n"
            "  n2 --> n3\n"
            "  classDef external stroke-dasharray: 4 3\n");
}

TEST(Render, EscapesWhatTheFormatsWouldUnderstand) {
  AssetDefinition nasty = asset("a\"];\\\n");
  nasty.group = "<g&\"#1>ö";
  const auto g = test::graph({nasty});
  EXPECT_EQ(render_dot(*g, all(*g)),
            "digraph freshet {\n"
            "  rankdir=LR;\n"
            "  node [shape=box];\n"
            "  subgraph cluster_0 {\n"
            "    label=\"<g&\\\"#1>ö\";\n"
            "    \"a\\\"];\\\\ \";\n"
            "  }\n"
            "}\n");
  EXPECT_EQ(render_mermaid(*g, all(*g)),
            "flowchart LR\n"
            "  subgraph g0[\"#60;g#38;#34;#35;1#62;ö\"]\n"
            "    n0[\"a#34;#93;#59;#92; \"]\n"
            "  end\n");
  EXPECT_EQ(render_text(*g, all(*g)), "a\"];\\  (group <g&\"#1>ö)\n");
}

TEST(Render, OfNothingIsAnEmptyDrawing) {
  const auto none = Graph::build({}).value();
  EXPECT_EQ(render_text(*none, {}), "");
  EXPECT_EQ(render_dot(*none, {}), "digraph freshet {\n  rankdir=LR;\n  node [shape=box];\n}\n");
  EXPECT_EQ(render_mermaid(*none, {}), "flowchart LR\n");
}

}  // namespace
}  // namespace freshet
