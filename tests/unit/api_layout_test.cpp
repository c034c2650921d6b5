#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "api_fixture.hpp"

namespace freshet::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

/// root → each of `count` readers → end.
std::vector<AssetDefinition> fan(int count) {
  std::vector<AssetDefinition> out{asset("root")};
  AssetDefinition end = asset("end");
  end.command = {"make", "it"};
  for (int i = 0; i < count; ++i) {
    const std::string key = "reader" + std::to_string(i);
    out.push_back(asset(key, {"root"}));
    end.deps.emplace_back();
    end.deps.back().key = key;
  }
  out.push_back(end);
  return out;
}

class LayoutTest : public ApiTest {
 protected:
  Json layout(const std::string& query) {
    const Answer answer = get("/api/v1/layout?" + query);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.json();
  }
  /// Keys of the assets that are drawn, by node; in the catalog as it is now.
  std::vector<std::string> keys(const Json& layout) {
    std::vector<std::string> out;
    const Json catalog = get("/api/v1/catalog").json();
    EXPECT_EQ(catalog["sequence"], layout["catalog"]);
    for (const Json& rank : layout["nodes"]["asset"])
      out.push_back(catalog["key"][rank.get<std::size_t>()]);
    return out;
  }
  std::map<std::string, std::pair<int, int>> places(const Json& layout) {
    std::map<std::string, std::pair<int, int>> out;
    const auto all = keys(layout);
    for (std::size_t i = 0; i < all.size(); ++i)
      out[all[i]] = {layout["nodes"]["x"][i], layout["nodes"]["y"][i]};
    return out;
  }
};

TEST_F(LayoutTest, AnAssetIsDrawnAmongItsNeighbours) {
  const Json json = layout("focus=staging/orders&up=1&down=1");
  EXPECT_THAT(keys(json), UnorderedElementsAre("raw/orders", "staging/orders", "marts/revenue"));
  EXPECT_EQ(json["total"], 3);
  EXPECT_EQ(json["reach"]["up"]["counts"], Json::array({1}));
  EXPECT_EQ(json["reach"]["down"]["left_out"], 0);
  std::map<std::string, int> level;
  const auto all = keys(json);
  for (std::size_t i = 0; i < all.size(); ++i) level[all[i]] = json["nodes"]["level"][i];
  EXPECT_EQ(level["raw/orders"], -1);
  EXPECT_EQ(level["staging/orders"], 0);
  EXPECT_EQ(level["marts/revenue"], 1);
  const auto at = places(json);
  EXPECT_LT(at.at("raw/orders").first, at.at("staging/orders").first);
  EXPECT_LT(at.at("staging/orders").first, at.at("marts/revenue").first);
}

TEST_F(LayoutTest, EdgesLeadFromSideToSide) {
  const Json json = layout("focus=staging/orders");
  const Json &nodes = json["nodes"], &edges = json["edges"];
  ASSERT_EQ(edges["from"].size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    const std::size_t from = edges["from"][i], to = edges["to"][i];
    const Json& points = edges["points"][i];
    EXPECT_EQ(points[0], nodes["x"][from].get<int>() + nodes["w"][from].get<int>());
    EXPECT_EQ(points[1], nodes["y"][from].get<int>() + nodes["h"][from].get<int>() / 2);
    EXPECT_EQ(points[points.size() - 2], nodes["x"][to]);
    EXPECT_EQ(points[points.size() - 1], nodes["y"][to].get<int>() + nodes["h"][to].get<int>() / 2);
    EXPECT_EQ(edges["back"][i], 0);
  }
}

TEST_F(LayoutTest, ALongEdgePassesBetweenTheCards) {
  auto assets = shop();
  assets[2].deps.emplace_back();
  assets[2].deps.back().key = "raw/orders";
  service.load(assets);
  const Json json = layout("focus=staging/orders");
  const Json &nodes = json["nodes"], &edges = json["edges"];
  ASSERT_EQ(edges["from"].size(), 3U);
  int passing = 0;
  for (const Json& points : edges["points"]) {
    if (points.size() == 4) continue;
    ++passing;
    ASSERT_EQ(points.size(), 8U);
    EXPECT_EQ(points[3], points[5]) << "level through the column";
    for (std::size_t n = 0; n < nodes["x"].size(); ++n) {
      if (nodes["x"][n] != points[2]) continue;
      const int y = points[3], top = nodes["y"][n], height = nodes["h"][n];
      EXPECT_TRUE(y <= top || y >= top + height) << "through a card";
    }
  }
  EXPECT_EQ(passing, 1);
}

TEST_F(LayoutTest, WhatIsNotDrawnIsCounted) {
  const Json json = layout("focus=staging/orders&up=0&down=0");
  EXPECT_THAT(keys(json), ElementsAre("staging/orders"));
  EXPECT_EQ(json["nodes"]["more_up"][0], 1);
  EXPECT_EQ(json["nodes"]["more_down"][0], 1);
}

TEST_F(LayoutTest, LevelsThatDoNotFitAreLeftOut) {
  service.load(fan(40));
  const Json json = layout("focus=root&limit=20&fold=0");
  EXPECT_EQ(json["nodes"]["asset"].size(), 20U);
  EXPECT_EQ(json["reach"]["down"]["levels"], 0);
  EXPECT_EQ(json["reach"]["down"]["counts"], Json::array({40, 1}));
  EXPECT_EQ(json["reach"]["down"]["left_out"], 22);
  EXPECT_EQ(json["total"], 42);
}

TEST_F(LayoutTest, ManyAlikeBecomeAStackButWhatFailsOrRuns) {
  service.load(fan(20));
  Json json = layout("focus=root");
  ASSERT_EQ(json["nodes"]["asset"].size(), 3U);
  std::multiset<std::size_t> sizes;
  for (const Json& stack : json["nodes"]["stack"]) sizes.insert(stack.is_null() ? 1 : stack.size());
  EXPECT_THAT(sizes, ElementsAre(1, 1, 20));
  EXPECT_EQ(layout("focus=root&fold=0")["nodes"]["asset"].size(), 22U);
  EXPECT_EQ(layout("focus=reader3")["nodes"]["asset"].size(), 3U);

  const std::string etag = get("/api/v1/layout?focus=root").header("etag");
  ASSERT_EQ(post("/api/v1/runs", {{"select", "reader3"}, {"reason", "a test"}}).status, 201);
  service.end_step(1);
  const Answer after = get("/api/v1/layout?focus=root", {{"if-none-match", etag}});
  ASSERT_EQ(after.status, 200) << "its state has taken one out of the stack";
  EXPECT_THAT(keys(after.json()), testing::Contains("reader3"));
  EXPECT_EQ(after.json()["nodes"]["asset"].size(), 4U);
}

TEST_F(LayoutTest, NewsThatConcernNoStackLeaveItAsItIs) {
  const std::string etag = get("/api/v1/layout?focus=staging/orders").header("etag");
  ASSERT_NE(etag, "");
  ASSERT_EQ(post("/api/v1/events", {{"asset", "logs/events"}}).status, 202);
  EXPECT_EQ(get("/api/v1/layout?focus=staging/orders", {{"if-none-match", etag}}).status, 304);
}

TEST_F(LayoutTest, AllPathsBetweenTwoAreDrawnWhicheverComesFirst) {
  service.load(fan(3));
  for (const char* query : {"from=root&to=end", "from=end&to=root"}) {
    EXPECT_EQ(layout(query)["nodes"]["asset"].size(), 5U) << query;
  }
  const Json one = layout("from=root&to=reader1");
  EXPECT_THAT(keys(one), UnorderedElementsAre("root", "reader1"));
  EXPECT_EQ(one["reach"], nullptr);
  EXPECT_EQ(layout("from=reader0&to=reader1")["total"], 0);
}

TEST_F(LayoutTest, ImpactIsAllDownstream) {
  const Json json = layout("impact=raw/orders");
  EXPECT_THAT(keys(json), UnorderedElementsAre("raw/orders", "staging/orders", "marts/revenue"));
  EXPECT_EQ(json["reach"]["down"]["counts"], Json::array({1, 1}));
  EXPECT_EQ(json["total"], 3);
  const Json cut = layout("impact=raw/orders&limit=2");
  EXPECT_EQ(cut["nodes"]["asset"].size(), 2U);
  EXPECT_EQ(cut["reach"]["down"]["left_out"], 1);
}

TEST_F(LayoutTest, ASelectionIsDrawnWithTheEdgesInside) {
  const Json json = layout("select=**/orders");
  EXPECT_THAT(keys(json), UnorderedElementsAre("raw/orders", "staging/orders"));
  EXPECT_EQ(json["edges"]["from"].size(), 1U);
  EXPECT_EQ(json["total"], 2);
}

TEST_F(LayoutTest, ASelectionThatMeansTooMuchNamesTheWayOut) {
  std::vector<AssetDefinition> assets;
  for (int i = 0; i < 2'001; ++i) assets.push_back(asset("a" + std::to_string(i)));
  service.load(assets);
  const Answer answer = get("/api/v1/layout?select=*");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.code(), "query_invalid");
  EXPECT_THAT(answer.body, HasSubstr("2001 assets are meant, want at most 2000"));
  EXPECT_THAT(answer.body, HasSubstr("view=all"));
}

TEST_F(LayoutTest, AllAssetsAreDrawnInsideTheirGroups) {
  const Json json = layout("view=all");
  EXPECT_EQ(json["nodes"]["asset"].size(), 4U);
  EXPECT_EQ(json["nodes"]["stack"].size(), 0U);
  EXPECT_EQ(json["edges"]["from"].size(), 0U);
  const Json catalog = get("/api/v1/catalog").json();
  const auto at = places(json);
  const Json& boxes = json["boxes"];
  ASSERT_EQ(boxes["group"].size(), 4U) << "one group, three assets in none";
  for (std::size_t i = 0; i < 4; ++i) {
    const auto group = boxes["group"][i].get<int>();
    const auto place =
        at.at(group >= 0 ? "staging/orders"
                         : catalog["key"][boxes["asset"][i].get<std::size_t>()].get<std::string>());
    if (group >= 0) {
      EXPECT_EQ(catalog["groups"][static_cast<std::size_t>(group)], "staging");
      EXPECT_EQ(boxes["asset"][i], -1);
    }
    EXPECT_GE(place.first, boxes["x"][i].get<int>());
    EXPECT_LT(place.first, boxes["x"][i].get<int>() + boxes["w"][i].get<int>());
    EXPECT_GE(place.second, boxes["y"][i].get<int>());
    EXPECT_LT(place.second, boxes["y"][i].get<int>() + boxes["h"][i].get<int>());
  }
  EXPECT_EQ(json["bundles"]["from"].size(), 2U);
}

TEST_F(LayoutTest, AnOverviewIsOfBoxesOnly) {
  const Json json = layout("view=overview");
  EXPECT_EQ(json["nodes"]["asset"].size(), 0U);
  EXPECT_EQ(json["boxes"]["group"].size(), 4U);
  EXPECT_THAT(json["boxes"]["count"], ElementsAre(1, 1, 1, 1));
  EXPECT_THAT(json["bundles"]["weight"], ElementsAre(1, 1));
  EXPECT_EQ(json["total"], 4);
}

TEST_F(LayoutTest, WhatStaysInTheGraphStaysWhereItWas) {
  for (const bool grouped : {false, true}) {
    SCOPED_TRACE(grouped);
    auto assets = fan(6);
    for (AssetDefinition& each : assets) each.group = grouped ? "one" : "";
    service.load(assets);
    const auto before = places(layout("view=all"));
    ASSERT_LT(before.at("reader0").second, before.at("reader5").second);
    // The same the other way round: a first layout of that is upside down.
    std::reverse(assets.begin() + 1, assets.end() - 1);
    service.load(assets);
    const auto afresh = places(layout("view=all&compact=1"));
    ASSERT_GT(afresh.at("reader0").second, afresh.at("reader5").second);
    EXPECT_EQ(places(layout("view=all")), before);
  }
}

TEST_F(LayoutTest, BoxesOfAnOverviewStayWhereTheyWere) {
  auto assets = fan(6);
  for (AssetDefinition& each : assets) each.group = each.key;
  service.load(assets);
  const auto rows = [&](const std::string& query) {
    std::map<std::string, int> out;
    const Json catalog = get("/api/v1/catalog").json(), boxes = layout(query)["boxes"];
    for (std::size_t i = 0; i < boxes["y"].size(); ++i)
      out[catalog["groups"][boxes["group"][i].get<std::size_t>()]] = boxes["y"][i];
    return out;
  };
  const auto before = rows("view=overview");
  ASSERT_LT(before.at("reader0"), before.at("reader5"));
  std::reverse(assets.begin() + 1, assets.end() - 1);
  service.load(assets);
  const auto afresh = rows("view=overview&compact=1");
  ASSERT_GT(afresh.at("reader0"), afresh.at("reader5"));
  EXPECT_EQ(rows("view=overview"), before);
}

TEST_F(LayoutTest, TheWholeIsTheSameUntilDefinitionsChange) {
  const std::string etag = get("/api/v1/layout?view=all").header("etag");
  make_all();
  EXPECT_EQ(get("/api/v1/layout?view=all", {{"if-none-match", etag}}).status, 304);
  service.load(fan(2));
  EXPECT_EQ(get("/api/v1/layout?view=all", {{"if-none-match", etag}}).status, 200);
}

TEST_F(LayoutTest, CompactCardsAreSmaller) {
  const Json cards = layout("focus=staging/orders");
  const Json compact = layout("focus=staging/orders&compact=1");
  EXPECT_LT(compact["nodes"]["h"][0], cards["nodes"]["h"][0]);
  EXPECT_LT(compact["width"], cards["width"]);
}

struct BadLayout {
  const char* query;
  int status;
  const char* detail;
};
class BadLayoutQuery : public ApiTest, public testing::WithParamInterface<BadLayout> {};
TEST_P(BadLayoutQuery, IsRefused) {
  const Answer answer = get(std::string{"/api/v1/layout"} + GetParam().query);
  EXPECT_EQ(answer.status, GetParam().status);
  EXPECT_THAT(answer.body, HasSubstr(GetParam().detail));
}
INSTANTIATE_TEST_SUITE_P(
    Table, BadLayoutQuery,
    testing::Values(BadLayout{"", 400, "want one of focus=KEY"},
                    BadLayout{"?focus=raw/orders&view=all", 400, "want one of focus=KEY"},
                    BadLayout{"?focus=raw/order", 422, "did you mean \\\"raw/orders\\\"?"},
                    BadLayout{"?impact=raw/order", 422, "did you mean"},
                    BadLayout{"?from=raw/orders", 400, "to: want an asset's key"},
                    BadLayout{"?to=raw/orders", 400, "want one of focus=KEY"},
                    BadLayout{"?select=(", 400, "column"},
                    BadLayout{"?view=some", 400, "want all or overview"},
                    BadLayout{"?focus=raw/orders&limit=2001", 400, "from 1 to 2000"},
                    BadLayout{"?focus=raw/orders&up=x", 400, "from 0 to 1000"}));

}  // namespace
}  // namespace freshet::test
