#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "freshet/layout.hpp"
#include "layout_graphs.hpp"

namespace freshet::layout {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

/// 0 → 1 → 2 → 3 → 4, 5 → 2, 1 → 6, 7 apart.
const Net& river() {
  static const Net net{8, {{0, 1}, {1, 2}, {2, 3}, {3, 4}, {5, 2}, {1, 6}}};
  return net;
}
/// One node with `count` readers, each of which has one.
Net hub(Node count) {
  std::vector<Edge> edges;
  for (Node n = 1; n <= count; ++n) {
    edges.push_back({0, n});
    edges.push_back({n, count + n});
  }
  return Net{2 * count + 1, std::move(edges)};
}

std::vector<std::pair<Node, std::int32_t>> levels(const Neighbourhood& it) {
  std::vector<std::pair<Node, std::int32_t>> out;
  for (const Neighbour& n : it.nodes) out.emplace_back(n.node, n.level);
  return out;
}

TEST(Neighbours, AreAncestorsAndDescendantsNotTheirSiblings) {
  const Neighbourhood it = neighbourhood(river(), 2, 2, 1);
  EXPECT_THAT(levels(it), ElementsAre(std::pair{0U, -2}, std::pair{1U, -1}, std::pair{2U, 0},
                                      std::pair{3U, 1}, std::pair{5U, -1}));
  EXPECT_EQ(it.up.levels, 2U);
  EXPECT_THAT(it.up.counts, ElementsAre(2, 1));
  EXPECT_EQ(it.up.left_out, 0U);
  EXPECT_EQ(it.down.levels, 1U);
}

TEST(Neighbours, SayHowManyOfTheirsAreNotShown) {
  const Neighbourhood it = neighbourhood(river(), 2, 1, 1);
  EXPECT_EQ(it.nodes[0], (Neighbour{.node = 1, .level = -1, .more_up = 1, .more_down = 1}));
  EXPECT_EQ(it.nodes[2], (Neighbour{.node = 3, .level = 1, .more_up = 0, .more_down = 1}));
}

TEST(Neighbours, TooManyLeaveOutTheFarthestLevel) {
  const Neighbourhood it = neighbourhood(hub(100), 0, 2, 2);
  EXPECT_THAT(it.nodes, SizeIs(101));
  EXPECT_EQ(it.down.levels, 1U);
  EXPECT_THAT(it.down.counts, ElementsAre(100, 100));
  EXPECT_EQ(it.down.left_out, 100U);
  EXPECT_EQ(it.nodes[1].more_down, 1U);
}

TEST(Neighbours, TooManyAtOnceAreShownInPart) {
  const Neighbourhood it = neighbourhood(hub(425), 0, 2, 2);
  EXPECT_THAT(it.nodes, SizeIs(150));
  EXPECT_EQ(it.down.levels, 0U);
  EXPECT_EQ(it.down.left_out, 850U - 149U);
  EXPECT_EQ(it.nodes[0].more_down, 425U - 149U);
}

TEST(Neighbours, OfOneDirectionLeaveRoomForTheOther) {
  // 0 reads two, which read one each; 425 read it.
  std::vector<Edge> edges{{426, 0}, {427, 0}, {428, 426}, {429, 427}};
  for (Node n = 1; n <= 425; ++n) edges.push_back({0, n});
  const Neighbourhood it = neighbourhood(Net{430, edges}, 0, 2, 2);
  EXPECT_THAT(it.nodes, SizeIs(150));
  EXPECT_EQ(it.up.levels, 2U);
  EXPECT_EQ(it.up.left_out, 0U);
  EXPECT_EQ(it.down.left_out, 430U - 150U);
}

TEST(Neighbours, OfALonelyNodeAreItself) {
  const Neighbourhood it = neighbourhood(river(), 7, 2, 2, 0);
  EXPECT_THAT(levels(it), ElementsAre(std::pair{7U, 0}));
  EXPECT_THAT(it.up.counts, IsEmpty());
}

TEST(Between, AreAllNodesOnAnyPathWhicheverComesFirst) {
  // 0 → {1, 2} → 3 → 4, 2 → 5 → 4, 6 → 3, 3 → 7.
  const Net net{8, {{0, 1}, {0, 2}, {1, 3}, {2, 3}, {3, 4}, {2, 5}, {5, 4}, {6, 3}, {3, 7}}};
  EXPECT_THAT(between(net, 0, 4), ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_THAT(between(net, 4, 0), ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_THAT(between(net, 6, 4), ElementsAre(3, 4, 6));
  EXPECT_THAT(between(net, 5, 7), IsEmpty());
  EXPECT_THAT(between(net, 3, 3), ElementsAre(3));
}

TEST(ImpactOf, ANodeIsAllBelowItByTheFewestSteps) {
  // 0 → 1 → 2 → 3, 0 → 3, 3 → 4.
  const Net net{6, {{0, 1}, {1, 2}, {2, 3}, {0, 3}, {3, 4}, {5, 4}}};
  const Impact it = impact(net, 0);
  EXPECT_THAT(it.nodes, ElementsAre(1, 3, 2, 4));
  EXPECT_THAT(it.levels, ElementsAre(1, 1, 2, 2));
  EXPECT_THAT(it.counts, ElementsAre(2, 2));
  EXPECT_THAT(impact(net, 4).nodes, IsEmpty());
}

TEST(PartOf, AGraphKeepsTheEdgesWithin) {
  const Part part = part_of(river(), {6, 1, 0, 3, 1});
  EXPECT_THAT(part.nodes, ElementsAre(0, 1, 3, 6));
  EXPECT_THAT(part.net.edges(), ElementsAre(Edge{0, 1}, Edge{1, 3}));
}

TEST(Parts, OfAGraphWithACycleAreFoundToo) {
  const Net net{3, {{0, 1}, {1, 2}, {2, 0}}};
  EXPECT_THAT(impact(net, 0).nodes, ElementsAre(1, 2));
  EXPECT_THAT(between(net, 0, 1), ElementsAre(0, 1, 2));
  EXPECT_THAT(neighbourhood(net, 0, 2, 2).nodes, SizeIs(3));
}

}  // namespace
}  // namespace freshet::layout
