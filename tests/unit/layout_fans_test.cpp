#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "freshet/layout.hpp"
#include "layout_graphs.hpp"

namespace freshet::layout {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

/// 0 → 1 … count → count + 1.
Net fan(Node count) {
  std::vector<Edge> edges;
  for (Node n = 1; n <= count; ++n) {
    edges.push_back({0, n});
    edges.push_back({n, count + 1});
  }
  return Net{count + 2, std::move(edges)};
}

TEST(Fans, OfTwelveBecomeOneStack) {
  EXPECT_THAT(folded(fan(11), {}).members, SizeIs(13));
  const Folded out = folded(fan(12), {});
  ASSERT_THAT(out.members, SizeIs(3));
  EXPECT_THAT(out.members[1], ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12));
  EXPECT_THAT(out.net.edges(), ElementsAre(Edge{0, 1}, Edge{1, 2}));
  EXPECT_EQ(out.node_of[12], 1U);
  EXPECT_EQ(out.node_of[13], 2U);
}

TEST(Fans, AStarOfThousandsIsTwoNodes) {
  std::vector<Edge> edges;
  for (Node n = 1; n <= 5'000; ++n) edges.push_back({0, n});
  const Folded out = folded(Net{5'001, edges}, {});
  EXPECT_EQ(out.net.size(), 2U);
  EXPECT_LT(layered(out.net, {}).height, 100);
}

TEST(Fans, KeepApartWhatTheyAreToldTo) {
  std::vector<bool> failed(16);
  failed[3] = true;
  const Folded out = folded(fan(14), {}, failed);
  ASSERT_THAT(out.members, SizeIs(4));
  EXPECT_THAT(out.members[out.node_of[3]], ElementsAre(3));
  EXPECT_THAT(out.members[out.node_of[1]], SizeIs(13));
}

TEST(Fans, DoNotCrossGroups) {
  std::vector<std::uint32_t> groups(26, 0);
  for (std::size_t n = 13; n < 26; ++n) groups[n] = 1;
  const Folded out = folded(fan(24), groups);
  ASSERT_THAT(out.members, SizeIs(4));
  EXPECT_THAT(out.groups, ElementsAre(0, 0, 1, 1));
  EXPECT_THAT(folded(fan(24), groups, {}, 13).members, SizeIs(26));
}

TEST(Fans, LeaveNodesWithoutNeighboursAlone) {
  EXPECT_THAT(folded(Net{40, {}}, {}).members, SizeIs(40));
}

TEST(Fans, OfDifferentReadersStayApart) {
  std::vector<Edge> edges;
  for (Node n = 1; n <= 20; ++n) edges.push_back({0, n});
  edges.push_back({20, 21});
  const Folded out = folded(Net{22, edges}, {});
  EXPECT_THAT(out.members, SizeIs(4));  // 0, the stack of 1 to 19, 20, 21
}

TEST(Fans, FoldedTogetherHoldEachNodeOnceAndEachEdge) {
  const Sample graph = sample({.size = 3'000, .tenths = 17, .seed = 21});
  const Folded out = folded(graph.net, graph.groups, {}, 2);
  EXPECT_LT(out.net.size(), graph.net.size());
  std::vector<int> seen(graph.net.size());
  for (Node n = 0; n < out.members.size(); ++n) {
    for (const Node m : out.members[n]) {
      ++seen[m];
      EXPECT_EQ(out.node_of[m], n);
      EXPECT_EQ(graph.groups[m], out.groups[n]);
    }
  }
  EXPECT_THAT(seen, testing::Each(1));
  std::size_t unfolded = 0;
  for (const Edge& edge : out.net.edges()) {
    unfolded += out.members[edge.from].size() * out.members[edge.to].size();
  }
  EXPECT_EQ(unfolded, graph.net.edges().size());
}

}  // namespace
}  // namespace freshet::layout
