// A new asset must not reshuffle the picture.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "freshet/layout.hpp"
#include "layout_graphs.hpp"

namespace freshet::layout {
namespace {

/// The graph with one more node, as the last.
Sample grown(const Sample& old, const std::vector<Node>& reads, const std::vector<Node>& readers) {
  std::vector<Edge> edges = old.net.edges();
  const auto added = static_cast<Node>(old.net.size());
  for (const Node n : reads) edges.push_back({n, added});
  for (const Node n : readers) edges.push_back({added, n});
  Sample out{.net = Net{old.net.size() + 1, std::move(edges)}, .groups = old.groups};
  out.groups.push_back(old.groups[reads.empty() ? 0 : reads.front()]);
  return out;
}

std::vector<Node> same(std::size_t size) {
  std::vector<Node> out(size);
  std::iota(out.begin(), out.end(), Node{0});
  return out;
}

struct Moved {
  std::int32_t median{}, worst{};
  std::size_t columns{};  ///< Nodes that went to another one.
};

Moved moved(const std::vector<Place>& before, const std::vector<Place>& after) {
  std::vector<std::int32_t> by;
  Moved out;
  for (std::size_t n = 0; n < before.size(); ++n) {
    by.push_back(std::abs(after[n].y - before[n].y));
    if (after[n].layer != before[n].layer) ++out.columns;
  }
  std::ranges::sort(by);
  out.median = by[by.size() / 2];
  out.worst = by.back();
  return out;
}

constexpr std::int32_t row = 56;

class OneMore : public testing::TestWithParam<std::size_t> {};

TEST_P(OneMore, MovesTheOthersByAtMostARow) {
  const Sample old = sample({.size = GetParam(), .tenths = 17, .seed = 5});
  const Layout before = layered(old.net, {.sizes = {}, .groups = old.groups});
  const auto start = carried_over(before, same(old.net.size()), old.net.size() + 1);
  Dice dice{11};
  for (int i = 0; i < 20; ++i) {
    std::vector<Node> ends{dice.below(old.net.size()), dice.below(old.net.size())};
    std::ranges::sort(ends, {}, [&](Node n) { return before.nodes[n].layer; });
    // At the end, at the beginning, between two, and connected with nothing.
    const Sample now = i % 4 == 0   ? grown(old, ends, {})
                       : i % 4 == 1 ? grown(old, {}, ends)
                       : i % 4 == 2 ? grown(old, {ends.front()}, {ends.back()})
                                    : grown(old, {}, {});
    const Request request{.sizes = {}, .groups = now.groups};
    const Layout after = layered(now.net, request, &start);
    const std::size_t cycles = after.back.size();
    const Moved by = moved(before.nodes, after.nodes);
    EXPECT_LE(by.median, row) << i;
    EXPECT_LE(by.worst, 3 * row) << i;
    EXPECT_LE(by.columns, old.net.size() / 3) << i;
    EXPECT_EQ(overlaps(after.nodes, std::vector<Size>(now.net.size()), Spacing{}), 0U) << i;
    for (const Edge& edge : now.net.edges()) {
      if (cycles > 0) break;
      ASSERT_LT(after.nodes[edge.from].layer, after.nodes[edge.to].layer);
    }
  }
}

TEST_P(OneMore, MovesTheOthersInTheirGroupsByAtMostARow) {
  const Sample old = sample({.size = GetParam(), .tenths = 17, .seed = 6});
  const Grouped before = grouped(old.net, {.sizes = {}, .groups = old.groups});
  const auto start = carried_over(before, same(old.net.size()), old.net.size() + 1);
  Dice dice{12};
  for (int i = 0; i < 10; ++i) {
    const Sample now = grown(old, {dice.below(old.net.size())}, {});
    const Grouped after =
        grouped(now.net, {.sizes = {}, .groups = now.groups}, bundles_max, &start);
    EXPECT_LE(moved(before.nodes.nodes, after.nodes.nodes).median, row) << i;
    EXPECT_EQ(overlaps(after.groups.boxes.nodes, after.groups.sizes, Spacing{}), 0U) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, OneMore, testing::Values(60, 500, 4'000));

TEST(Earlier, IsKnownByTheNumbersOfThen) {
  // 0 → 1, 2 → 1; then 0 is gone, and what was 1, 2 is 1, 0.
  const Layout before = layered(Net{3, {{0, 1}, {2, 1}}}, {});
  const Layout now = carried_over(before, std::vector<Node>{none, 1, 0}, 2);
  EXPECT_EQ(now.nodes[0], before.nodes[2]);
  EXPECT_EQ(now.nodes[1], before.nodes[1]);
  const Layout after = layered(Net{2, {{0, 1}}}, {}, &now);
  EXPECT_EQ(after.nodes[0].y, before.nodes[2].y);
  EXPECT_EQ(after.nodes[1].y, before.nodes[1].y);
}

TEST(Earlier, GroupsMayBeNumberedAnew) {
  const Sample old = sample({.size = 200, .tenths = 17, .seed = 3});
  const Grouped before = grouped(old.net, {.sizes = {}, .groups = old.groups});
  std::vector<std::uint32_t> groups = old.groups;
  const std::uint32_t last = *std::ranges::max_element(groups);
  for (std::uint32_t& group : groups) group = last - group;
  const Grouped after = grouped(old.net, {.sizes = {}, .groups = groups}, bundles_max, &before);
  EXPECT_EQ(after.nodes.nodes, before.nodes.nodes);
}

}  // namespace
}  // namespace freshet::layout
