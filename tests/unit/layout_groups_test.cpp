#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "freshet/layout.hpp"
#include "layout_graphs.hpp"

namespace freshet::layout {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;
using testing::SizeIs;

TEST(GroupedLayout, HoldsEachNodeInsideItsBoxAndNoTwoBoxesOverlap) {
  for (const std::size_t size : {60U, 700U, 3'000U}) {
    Sample graph = sample({.size = size, .tenths = 17, .seed = 2});
    for (std::size_t n = 0; n < size; n += 50) graph.groups[n] = none;
    const Grouped view = grouped(graph.net, {.sizes = {}, .groups = graph.groups});
    const Overview& groups = view.groups;
    EXPECT_EQ(overlaps(groups.boxes.nodes, groups.sizes, Spacing{}), 0U);
    EXPECT_EQ(overlaps(view.nodes.nodes, std::vector<Size>(size), Spacing{}), 0U);
    for (Node n = 0; n < size; ++n) {
      const std::uint32_t box = groups.box_of[n];
      if (graph.groups[n] != none) ASSERT_EQ(box, graph.groups[n]);
      const Place& outer = groups.boxes.nodes[box];
      const Place& inner = view.nodes.nodes[n];
      EXPECT_GE(inner.x, outer.x);
      EXPECT_GE(inner.y, outer.y);
      EXPECT_LE(inner.x + Size{}.width, outer.x + groups.sizes[box].width);
      EXPECT_LE(inner.y + Size{}.height, outer.y + groups.sizes[box].height);
    }
  }
}

TEST(GroupedLayout, EdgesGoRightInsideAGroupAndBetweenGroupsUnlessSaid) {
  const Sample graph = sample({.size = 900, .tenths = 17, .seed = 4});
  const Grouped view = grouped(graph.net, {.sizes = {}, .groups = graph.groups}, 10'000);
  std::vector<Edge> back;
  for (const Bundle& it : view.groups.bundles) {
    if (it.back) back.push_back({it.from, it.to});
  }
  std::ranges::sort(back);
  EXPECT_EQ(view.groups.bundles_left_out, 0U);
  EXPECT_LT(back.size(), view.groups.bundles.size() / 2);
  for (const Edge& edge : graph.net.edges()) {
    const Edge boxes{graph.groups[edge.from], graph.groups[edge.to]};
    const bool right = view.nodes.nodes[edge.from].x < view.nodes.nodes[edge.to].x;
    EXPECT_EQ(right, !std::ranges::binary_search(back, boxes));
  }
}

TEST(GroupedLayout, OfTwoGroupsThatReadEachOtherTheLighterWayGoesBack) {
  // Group 0: 0 1 2; group 1: 3 4 5.  Two edges there, one back.
  const Net net{6, {{0, 3}, {1, 4}, {5, 2}}};
  const std::vector<std::uint32_t> groups{0, 0, 0, 1, 1, 1};
  const Grouped view = grouped(net, {.sizes = {}, .groups = groups});
  EXPECT_THAT(view.groups.bundles,
              ElementsAre(Bundle{.from = 0, .to = 1, .weight = 2, .back = false},
                          Bundle{.from = 1, .to = 0, .weight = 1, .back = true}));
  EXPECT_LT(view.groups.boxes.nodes[0].x, view.groups.boxes.nodes[1].x);
}

TEST(GroupedLayout, OfALongCycleTheLightestBundleGoesBack) {
  // 0 → 1 → 2 → 0 with weights 3, 1, 2.
  std::vector<Edge> edges;
  std::vector<std::uint32_t> groups;
  const auto add = [&](std::uint32_t from, std::uint32_t to, int count) {
    for (int i = 0; i < count; ++i) {
      edges.push_back({static_cast<Node>(groups.size()), static_cast<Node>(groups.size() + 1)});
      groups.push_back(from);
      groups.push_back(to);
    }
  };
  add(0, 1, 3);
  add(1, 2, 1);
  add(2, 0, 2);
  const Overview view = overview(Net{groups.size(), edges}, {.sizes = {}, .groups = groups});
  for (const Bundle& it : view.bundles) EXPECT_EQ(it.back, it.from == 1) << it.from;
}

TEST(GroupsOverview, ShowsTheHeaviestBundlesAndCountsTheRest) {
  const Sample graph = sample({.size = 4'000, .tenths = 24, .seed = 8});
  const Request request{.sizes = {}, .groups = graph.groups};
  const Overview all = overview(graph.net, request, 1'000'000);
  const Overview some = overview(graph.net, request);
  ASSERT_GT(all.bundles.size(), bundles_max);
  EXPECT_THAT(some.bundles, SizeIs(bundles_max));
  EXPECT_EQ(some.bundles_left_out, all.bundles.size() - bundles_max);
  for (std::size_t i = 0; i < bundles_max; ++i) {
    EXPECT_EQ(some.bundles[i].weight, all.bundles[i].weight);
  }
  EXPECT_TRUE(std::ranges::is_sorted(some.bundles, std::greater{}, &Bundle::weight));
  EXPECT_EQ(overlaps(some.boxes.nodes, some.sizes, Spacing{}), 0U);
  for (const Bundle& it : some.bundles) {
    EXPECT_EQ(some.boxes.nodes[it.from].x < some.boxes.nodes[it.to].x, !it.back);
  }
}

TEST(GroupsOverview, CountsNodesAndMakesBoxesBiggerWithThem) {
  // Group 1 is empty, group 2 has 100 nodes, the last node is in none.
  std::vector<std::uint32_t> groups(102, 2);
  groups.front() = 0;
  groups.back() = none;
  const Overview view = overview(Net{102, {{0, 1}, {1, 101}}}, {.sizes = {}, .groups = groups});
  EXPECT_THAT(view.counts, ElementsAre(1, 0, 100, 1));
  EXPECT_EQ(view.box_of[101], 3U);
  EXPECT_GT(view.sizes[2].height, view.sizes[0].height);
  EXPECT_EQ(view.boxes.nodes[1].layer, none);
  EXPECT_LT(view.boxes.nodes[0].x, view.boxes.nodes[2].x);
  EXPECT_LT(view.boxes.nodes[2].x, view.boxes.nodes[3].x);
}

TEST(GroupsOverview, OfNothingIsEmpty) {
  const Overview view = overview(Net{}, {});
  EXPECT_THAT(view.counts, IsEmpty());
  EXPECT_THAT(view.bundles, IsEmpty());
  EXPECT_EQ(view.boxes.width, 0);
  EXPECT_THAT(grouped(Net{}, {}).nodes.nodes, IsEmpty());
}

TEST(GroupedLayout, IsTheSameEachTime) {
  const Sample graph = sample({.size = 500, .tenths = 17, .seed = 9});
  const Request request{.sizes = {}, .groups = graph.groups};
  const Grouped one = grouped(graph.net, request);
  const Grouped other = grouped(graph.net, request);
  EXPECT_EQ(one.nodes, other.nodes);
  EXPECT_EQ(one.groups.boxes, other.groups.boxes);
  EXPECT_EQ(one.groups.bundles, other.groups.bundles);
}

}  // namespace
}  // namespace freshet::layout
