#include "freshet/graph.hpp"
#include "model/closure.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "freshet/definitions.hpp"
#include "freshet/ids.hpp"
#include "freshet/result.hpp"
#include "model_graphs.hpp"

namespace freshet {
namespace {

using test::asset;
using test::project;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> order(const Graph& graph) {
  std::vector<std::string> out;
  for (Rank r{0}; r.value < graph.size(); ++r.value) out.push_back(graph.asset(r).key);
  return out;
}

Rank rank_of(const Graph& graph, const char* key) { return graph.find(key).value_or(Rank{~0U}); }

TEST(Graph, OfNothingIsEmpty) {
  const auto none = Graph::build({}).value();
  EXPECT_EQ(none->size(), 0U);
  EXPECT_EQ(none->find("a"), std::nullopt);
  EXPECT_EQ(none->pool_limit("x"), std::nullopt);
}

TEST(Graph, RanksDependenciesFirstAndOtherwiseAsDefined) {
  const auto g = test::graph({asset("z", {"c"}), asset("b"), asset("c", {"b"}), asset("a")});
  EXPECT_THAT(order(*g), ElementsAre("b", "c", "z", "a"));
  for (const char* key : {"a", "b", "c", "z"}) EXPECT_EQ(g->asset(rank_of(*g, key)).key, key);
  EXPECT_EQ(g->find("d"), std::nullopt);
}

TEST(Graph, UpstreamFollowsTheOrderOfDepsAndDownstreamAscendsWithoutRepetition) {
  const auto g =
      test::graph({asset("x", {"b", "a", "b"}), asset("a"), asset("b"), asset("y", {"b"})});
  const auto up = g->upstream(rank_of(*g, "x"));
  EXPECT_THAT(up, ElementsAre(rank_of(*g, "b"), rank_of(*g, "a"), rank_of(*g, "b")));
  const auto down = g->downstream(rank_of(*g, "b"));
  EXPECT_THAT(down, ElementsAre(rank_of(*g, "x"), rank_of(*g, "y")));
  EXPECT_TRUE(g->downstream(rank_of(*g, "x")).empty());
}

TEST(Graph, MakesAnUnknownDependencyExternalWithoutASource) {
  AssetDefinition user = asset("user", {"ghost"});
  user.deps[0].place = {.file = "f.yaml", .line = 3, .column = 9};
  const auto g = test::graph({user, asset("other", {"ghost"})});
  ASSERT_EQ(g->size(), 3U);
  const AssetDefinition& ghost = g->asset(rank_of(*g, "ghost"));
  EXPECT_TRUE(ghost.external);
  EXPECT_EQ(ghost.source.kind, SourceKind::none);
  EXPECT_EQ(ghost.place.line, 3);
  EXPECT_EQ(g->downstream(rank_of(*g, "ghost")).size(), 2U);
}

TEST(Graph, JoinsProjectsAndOutlivesTheCallersHandles) {
  auto one = project({asset("a", {"b"})}, "one");
  auto two = project({asset("b")}, "two");
  const auto g = Graph::build({std::move(one), std::move(two)}).value();
  EXPECT_THAT(order(*g), ElementsAre("b", "a"));
  EXPECT_EQ(g->asset(rank_of(*g, "b")).project, "two");
  EXPECT_EQ(g->projects().size(), 2U);
}

TEST(Graph, GivesASharedPoolTheSmallerLimit) {
  Definitions one;
  one.pools = {{"w", 4}, {"x", 1}};
  Definitions two;
  two.pools = {{"w", 2}, {"y", 7}};
  const auto g = Graph::build({std::make_shared<const Definitions>(one),
                               std::make_shared<const Definitions>(two)})
                     .value();
  EXPECT_EQ(g->pool_limit("w"), 2U);
  EXPECT_EQ(g->pool_limit("x"), 1U);
  EXPECT_EQ(g->pool_limit("y"), 7U);
  EXPECT_EQ(g->pool_limit("z"), std::nullopt);
}

TEST(Graph, RefusesAKeyThatIsDefinedTwiceAndNamesBothPlaces) {
  AssetDefinition first = asset("a");
  first.place = {.file = "one.yaml", .line = 2, .column = 5};
  AssetDefinition second = asset("a");
  second.place = {.file = "two.yaml", .line = 7, .column = 3};
  const auto g = Graph::build({project({first}, "one"), project({second}, "two")});
  ASSERT_FALSE(g);
  EXPECT_EQ(g.error().code, Errc::invalid);
  EXPECT_EQ(g.error().message,
            "graph: asset \"a\" is defined twice: in project \"one\" (one.yaml:2:5) and in project "
            "\"two\" (two.yaml:7:3)");
}

struct CycleCase {
  const char* name;
  std::vector<AssetDefinition> assets;
  const char* path;
};
class GraphCycle : public testing::TestWithParam<CycleCase> {};
TEST_P(GraphCycle, IsNamedAsAPathFromItsFirstMemberWithTheData) {
  const auto g = Graph::build({project(GetParam().assets)});
  ASSERT_FALSE(g);
  EXPECT_EQ(g.error().code, Errc::invalid);
  EXPECT_EQ(g.error().message, std::string{"graph: a cycle of dependencies: "} + GetParam().path);
}
INSTANTIATE_TEST_SUITE_P(
    Table, GraphCycle,
    testing::Values(CycleCase{"self", {asset("a", {"a"})}, "a → a"},
                    CycleCase{"two", {asset("a", {"b"}), asset("b", {"a"})}, "a → b → a"},
                    CycleCase{"three_in_the_direction_of_data",
                              {asset("a", {"c"}), asset("b", {"a"}), asset("c", {"b"})},
                              "a → b → c → a"},
                    CycleCase{"above_the_first_defined",
                              {asset("below", {"x"}), asset("x", {"y"}), asset("free"),
                               asset("y", {"free", "x"})},
                              "x → y → x"}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(Graph, ShortensTheNameOfALongCycle) {
  std::vector<AssetDefinition> assets;
  assets.reserve(1'000);
  for (int i = 0; i < 1'000; ++i) {
    assets.push_back(asset(std::to_string(i), {std::to_string((i + 999) % 1'000).c_str()}));
  }
  const auto g = Graph::build({project(std::move(assets))});
  ASSERT_FALSE(g);
  EXPECT_THAT(g.error().message, HasSubstr("0 → 1 → "));
  EXPECT_THAT(g.error().message, HasSubstr("9 → … (980 more) → 990 → "));
  EXPECT_THAT(g.error().message, testing::EndsWith("999 → 0"));
}

TEST(Graph, HoldsAVeryLongChainAndAVeryWideFan) {
  std::vector<AssetDefinition> assets{asset("0")};
  AssetDefinition all = asset("all");
  for (int i = 1; i < 20'000; ++i) {
    assets.push_back(asset(std::to_string(i), {std::to_string(i - 1).c_str()}));
    all.deps.emplace_back();
    all.deps.back().key = std::to_string(i);
  }
  std::reverse(assets.begin(), assets.end());
  assets.push_back(all);
  const auto g = test::graph(std::move(assets));
  EXPECT_EQ(rank_of(*g, "0").value, 0U);
  EXPECT_EQ(rank_of(*g, "19999").value, 19'999U);
  EXPECT_EQ(g->upstream(rank_of(*g, "all")).size(), 19'999U);
}

TEST(Graph, OfRandomDefinitionsIsRankedAsTheSlowRuleSays) {
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    std::mt19937 random{seed};
    const auto assets = test::random_assets(random, 1 + random() % 30, 4);
    const auto g = test::graph(assets);

    // The rule, literally: again and again the first defined of those that wait for nothing.
    std::vector<std::string> expected;
    std::set<std::string> done;
    while (expected.size() < assets.size()) {
      const auto next = std::find_if(assets.begin(), assets.end(), [&](const AssetDefinition& a) {
        return !done.contains(a.key) &&
               std::all_of(a.deps.begin(), a.deps.end(),
                           [&](const Dependency& d) { return done.contains(d.key); });
      });
      expected.push_back(next->key);
      done.insert(next->key);
    }
    ASSERT_EQ(order(*g), expected) << "seed " << seed;

    std::vector<std::set<Rank>> down(g->size());
    for (Rank r{0}; r.value < g->size(); ++r.value) {
      ASSERT_EQ(g->find(g->asset(r).key), r);
      const auto up = g->upstream(r);
      ASSERT_EQ(up.size(), g->asset(r).deps.size());
      for (std::size_t i = 0; i < up.size(); ++i) {
        ASSERT_EQ(g->asset(up[i]).key, g->asset(r).deps[i].key);
        ASSERT_LT(up[i], r);
        down[up[i].value].insert(r);
      }
    }
    for (Rank r{0}; r.value < g->size(); ++r.value) {
      const auto found = g->downstream(r);
      ASSERT_EQ((std::vector<Rank>(found.begin(), found.end())),
                (std::vector<Rank>(down[r.value].begin(), down[r.value].end())));
    }
  }
}

TEST(Graph, APartHasTheSameNodesAndEdgesAmongThem) {
  for (std::uint32_t seed = 0; seed < 100; ++seed) {
    std::mt19937 random{seed};
    auto whole = test::graph(test::random_assets(random, 1 + random() % 30, 4));
    RankSet some{whole->size()};
    some.insert(Rank{static_cast<std::uint32_t>(random() % whole->size())});
    some.insert(Rank{static_cast<std::uint32_t>(random() % whole->size())});
    const auto ranks = with_upstream(*whole, some).ranks();
    const auto part = Graph::part(whole, ranks);
    ASSERT_EQ(part->size(), ranks.size());
    for (std::uint32_t i = 0; i < part->size(); ++i) {
      const Rank here{i}, there = ranks[i];
      ASSERT_EQ(&part->asset(here), &whole->asset(there));
      ASSERT_EQ(part->find(part->asset(here).key), here);
      const auto keys = [](const Graph& g, std::span<const Rank> of) {
        std::vector<std::string> out;
        for (const Rank r : of) out.push_back(g.asset(r).key);
        return out;
      };
      ASSERT_EQ(keys(*part, part->upstream(here)), keys(*whole, whole->upstream(there)));
      std::vector<std::string> down = keys(*whole, whole->downstream(there));
      std::erase_if(down, [&](const std::string& key) { return !part->find(key); });
      ASSERT_EQ(keys(*part, part->downstream(here)), down);
    }
    const std::string first = part->asset(Rank{0}).key;
    whole.reset();
    ASSERT_EQ(part->asset(Rank{0}).key, first) << "the part keeps the whole alive";
  }
}

}  // namespace
}  // namespace freshet
