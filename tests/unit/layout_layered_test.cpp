#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "freshet/layout.hpp"
#include "layout_graphs.hpp"

namespace freshet::layout {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

struct Drawn {
  const char* name;
  Sample graph;
};

Sample plain(std::size_t size, std::vector<Edge> edges) {
  return {.net = Net{size, std::move(edges)}, .groups = {}};
}
Sample chain(Node size) {
  std::vector<Edge> edges;
  for (Node n = 1; n < size; ++n) edges.push_back({n - 1, n});
  return plain(size, std::move(edges));
}
Sample star(Node size) {
  std::vector<Edge> edges;
  for (Node n = 1; n < size; ++n) edges.push_back({0, n});
  return plain(size, std::move(edges));
}
/// Each of `size` nodes leads to all that come after it.
Sample complete(Node size) {
  std::vector<Edge> edges;
  for (Node n = 0; n < size; ++n) {
    for (Node m = n + 1; m < size; ++m) edges.push_back({n, m});
  }
  return plain(size, std::move(edges));
}
/// Sources of a long chain, each of which is read at both of its ends.
Sample ladder(Node length, Node sources) {
  std::vector<Edge> edges;
  for (Node n = 1; n < length; ++n) edges.push_back({n - 1, n});
  for (Node s = 0; s < sources; ++s) {
    edges.push_back({length + s, 0});
    edges.push_back({length + s, length - 1});
  }
  return plain(length + sources, std::move(edges));
}

class Layered : public testing::TestWithParam<Drawn> {};

std::vector<Size> uneven_sizes(std::size_t count) {
  std::vector<Size> sizes;
  for (std::size_t i = 0; i < count; ++i) {
    sizes.push_back({.width = static_cast<std::int32_t>(100 + i * 7 % 90),
                     .height = static_cast<std::int32_t>(20 + i * 13 % 60)});
  }
  return sizes;
}

TEST_P(Layered, LeavesRoomBetweenNodes) {
  const auto& [net, groups] = GetParam().graph;
  const std::vector<Size> sizes = uneven_sizes(net.size());
  const Layout layout = layered(net, {.sizes = sizes, .groups = groups});
  EXPECT_EQ(overlaps(layout.nodes, sizes, Spacing{}), 0U);
  for (Node n = 0; n < net.size(); ++n) {
    EXPECT_GE(layout.nodes[n].x, 0);
    EXPECT_GE(layout.nodes[n].y, 0);
    EXPECT_LE(layout.nodes[n].x + sizes[n].width, layout.width);
    EXPECT_LE(layout.nodes[n].y + sizes[n].height, layout.height);
  }
}

TEST_P(Layered, EdgesGoRightAndPassEachLayerBetween) {
  const auto& [net, groups] = GetParam().graph;
  const Layout layout = layered(net, {.sizes = {}, .groups = groups});
  EXPECT_THAT(layout.back, IsEmpty());
  std::size_t straight = 0;
  for (const Edge& edge : net.edges()) {
    const Place& from = layout.nodes[edge.from];
    const Place& to = layout.nodes[edge.to];
    ASSERT_LT(from.layer, to.layer);
    ASSERT_LT(from.x + Size{}.width, to.x);
    const auto bends = bends_between(layout, edge);
    if (bends.empty() && to.layer - from.layer > 1) ++straight;
    if (bends.empty()) continue;
    ASSERT_EQ(bends.size(), to.layer - from.layer - 1);
    for (std::size_t i = 0; i < bends.size(); ++i) {
      ASSERT_EQ(bends[i].source, edge.from);
      ASSERT_EQ(bends[i].place.layer, from.layer + 1 + i);
    }
  }
  // Only where chains would be too many are there edges without one.
  if (layout.bends.size() + 1'000 < 10 * net.size()) EXPECT_EQ(straight, 0U);
  EXPECT_LE(layout.bends.size(), 10 * net.size() + 10'000);
}

TEST_P(Layered, IsTheSameEachTime) {
  const auto& [net, groups] = GetParam().graph;
  EXPECT_EQ(layered(net, {.sizes = {}, .groups = groups}),
            layered(net, {.sizes = {}, .groups = groups}));
}

TEST_P(Layered, StaysAsItIsWhenNothingChanged) {
  const auto& [net, groups] = GetParam().graph;
  const Request request{.sizes = {}, .groups = groups};
  const Layout first = layered(net, request);
  const Layout second = layered(net, request, &first);
  EXPECT_EQ(first.nodes, second.nodes);
  EXPECT_EQ(first.bends, second.bends);
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, Layered,
    testing::Values(Drawn{"empty", plain(0, {})}, Drawn{"one", plain(1, {})},
                    Drawn{"unconnected", plain(100, {})}, Drawn{"pair", plain(2, {{1, 0}})},
                    Drawn{"diamond", plain(4, {{0, 1}, {0, 2}, {1, 3}, {2, 3}})},
                    Drawn{"long_edge", plain(4, {{0, 1}, {1, 2}, {2, 3}, {0, 3}})},
                    Drawn{"two_parts", plain(7, {{0, 1}, {2, 3}, {2, 4}, {5, 4}})},
                    Drawn{"chain", chain(500)}, Drawn{"star", star(3'000)},
                    Drawn{"complete", complete(30)}, Drawn{"ladder", ladder(300, 200)},
                    Drawn{"small", sample({.size = 100, .tenths = 17})},
                    Drawn{"ordinary", sample({.size = 600, .tenths = 17})},
                    Drawn{"dense", sample({.size = 400, .tenths = 24})},
                    Drawn{"medium", sample({.size = 1'500, .tenths = 17})},
                    Drawn{"large", sample({.size = 6'000, .tenths = 17})}),
    [](const auto& info) { return info.param.name; });

TEST(LayeredExactly, AChainIsALine) {
  const Layout layout = layered(chain(4).net, {});
  const Spacing spacing;
  for (Node n = 0; n < 4; ++n) {
    EXPECT_EQ(layout.nodes[n].layer, n);
    EXPECT_EQ(layout.nodes[n].y, 0);
    EXPECT_EQ(layout.nodes[n].x,
              static_cast<std::int32_t>(n) * (spacing.node.width + spacing.columns));
  }
  EXPECT_EQ(layout.height, spacing.node.height);
}

TEST(LayeredExactly, ASourceStandsBesideItsReader) {
  // 0 → 1 → 2 → 3, and 4 → 3.
  const Layout layout = layered(Net{5, {{0, 1}, {1, 2}, {2, 3}, {4, 3}}}, {});
  EXPECT_EQ(layout.nodes[4].layer, 2U);
}

TEST(LayeredExactly, EdgesAreAsShortAsTheyCanBeTogether) {
  // 1 and 2 are to go right together, though neither alone would gain by it:
  // 0 → 1 → 2 → 3 → 4 on one side; 5 → 6, 6 → 4 twice over by way of 7 and 8.
  const Net net{
      9, {{0, 1}, {1, 2}, {2, 3}, {3, 4}, {0, 5}, {5, 6}, {6, 4}, {6, 7}, {6, 8}, {7, 4}, {8, 4}}};
  const Layout layout = layered(net, {});
  std::uint32_t length = 0;
  for (const Edge& e : net.edges()) length += layout.nodes[e.to].layer - layout.nodes[e.from].layer;
  EXPECT_EQ(length, 12U);
}

TEST(LayeredExactly, WhatIsConnectedWithNothingFillsLinesAtTheBottom) {
  const Layout layout = layered(Net{9, {{0, 1}, {1, 2}}}, {});
  const std::int32_t bottom = layout.nodes[0].y + Size{}.height;
  for (Node n = 3; n < 9; ++n) EXPECT_GT(layout.nodes[n].y, bottom);
  EXPECT_EQ(layout.nodes[3].y, layout.nodes[5].y);
  EXPECT_LT(layout.nodes[5].y, layout.nodes[6].y);
}

TEST(LayeredExactly, LongEdgesOfOneSourceShareTheirBends) {
  // 0 is read by 3, 4 and 5, which stand behind a chain.
  const Net net{6, {{0, 1}, {1, 2}, {2, 3}, {2, 4}, {2, 5}, {0, 3}, {0, 4}, {0, 5}}};
  const Layout layout = layered(net, {});
  ASSERT_THAT(layout.bends, SizeIs(2));
  EXPECT_EQ(layout.bends[0].source, 0U);
  EXPECT_EQ(layout.bends[0].place.layer, 1U);
  EXPECT_EQ(layout.bends[1].place.layer, 2U);
  EXPECT_THAT(bends_between(layout, {0, 4}), SizeIs(2));
  EXPECT_THAT(bends_between(layout, {0, 1}), IsEmpty());
}

TEST(LayeredCycles, AreCutAndSaid) {
  const Net net{5, {{0, 1}, {1, 2}, {2, 0}, {2, 3}, {3, 4}}};
  const Layout layout = layered(net, {});
  ASSERT_THAT(layout.back, SizeIs(1));
  for (const Edge& edge : net.edges()) {
    const bool right = layout.nodes[edge.from].layer < layout.nodes[edge.to].layer;
    EXPECT_NE(right, edge == layout.back.front());
  }
}

TEST(LayeredCycles, InARandomGraphNeedNoTimeOrAbort) {
  Dice dice{7};
  std::vector<Edge> edges;
  for (int i = 0; i < 900; ++i) edges.push_back({dice.below(300), dice.below(300)});
  const Net net{300, edges};
  const Layout layout = layered(net, {});
  EXPECT_EQ(layout, layered(net, {}));
  for (const Edge& edge : net.edges()) {
    const bool back = std::ranges::binary_search(layout.back, edge);
    if (!back) EXPECT_LT(layout.nodes[edge.from].layer, layout.nodes[edge.to].layer);
  }
  EXPECT_LT(layout.back.size(), net.edges().size() / 3);
}

TEST(NetOfEdges, LeavesOutDoubledOnesAndLoops) {
  const Net net{3, {{2, 1}, {0, 1}, {1, 1}, {0, 1}}};
  EXPECT_THAT(net.edges(), ElementsAre(Edge{0, 1}, Edge{2, 1}));
  EXPECT_THAT(net.upstream(1), ElementsAre(0, 2));
  EXPECT_THAT(net.downstream(0), ElementsAre(1));
}

}  // namespace
}  // namespace freshet::layout
