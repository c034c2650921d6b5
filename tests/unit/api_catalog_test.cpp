#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>

#include "api/catalog.hpp"
#include "api_fixture.hpp"

namespace freshet::test {
namespace {

using testing::ElementsAre;

/// Ranks by key.
std::map<std::string, std::size_t> ranks_in(const Json& catalog) {
  std::map<std::string, std::size_t> out;
  for (std::size_t i = 0; i < catalog["key"].size(); ++i) out[catalog["key"][i]] = i;
  return out;
}

TEST_F(ApiTest, TheCatalogIsColumnsOfOneLength) {
  const Answer answer = get("/api/v1/catalog");
  ASSERT_EQ(answer.status, 200);
  const Json json = answer.json();
  for (const char* column :
       {"key", "project", "group", "kind", "owner", "tag", "source", "external", "partitions",
        "automation", "checks", "has_freshness", "deps"}) {
    EXPECT_EQ(json[column].size(), 4U) << column;
  }
  EXPECT_EQ(json["instance"], "0123456789abcdef");
  EXPECT_EQ(answer.header("etag"), '"' + json["sequence"].dump() + '"');
}

TEST_F(ApiTest, TheCatalogNamesTextsByNumber) {
  const Json json = get("/api/v1/catalog").json();
  auto rank = ranks_in(json);
  const std::size_t raw = rank["raw/orders"], staging = rank["staging/orders"];
  EXPECT_EQ(json["groups"][json["group"][staging].get<std::size_t>()], "staging");
  EXPECT_EQ(json["group"][raw], -1);
  EXPECT_EQ(json["projects"], Json::array({"shop"}));
  EXPECT_EQ(json["project"][raw], 0);
  EXPECT_EQ(json["owners"][json["owner"][staging][0].get<std::size_t>()], "team:data");
  EXPECT_EQ(json["owner"][raw], Json::array());
  EXPECT_EQ(json["tags"], Json::array({"tier:1"}));
  EXPECT_EQ(json["sources"][json["source"][raw].get<std::size_t>()], "webhook");
  EXPECT_EQ(json["source"][staging], -1);
  EXPECT_EQ(json["external"][raw], 1);
  EXPECT_EQ(json["external"][staging], 0);
  EXPECT_EQ(json["automations"][json["automation"][staging].get<std::size_t>()], "eager");
  EXPECT_EQ(json["automation"][raw], -1);
  EXPECT_EQ(json["checks"][staging], 1);
  EXPECT_EQ(json["has_freshness"][staging], 0);
  EXPECT_EQ(json["partitions"][staging], -1);
  EXPECT_EQ(json["deps"][staging], Json::array({raw}));
  EXPECT_EQ(json["deps"][raw], Json::array());
}

TEST_F(ApiTest, TheCatalogIsTheSameUntilDefinitionsChange) {
  const std::string etag = get("/api/v1/catalog").header("etag");
  make_all();
  EXPECT_EQ(get("/api/v1/catalog", {{"if-none-match", etag}}).status, 304);
  auto assets = shop();
  assets[2].tags = {{"a \"quoted\"", "ü"}};
  service.load(assets);
  const Answer answer = get("/api/v1/catalog", {{"if-none-match", etag}});
  ASSERT_EQ(answer.status, 200);
  EXPECT_THAT(answer.json()["tags"], testing::Contains("a \"quoted\":ü"));
}

TEST_F(ApiTest, StatusCodesAreInTheOrderOfTheCatalog) {
  auto rank = ranks_in(get("/api/v1/catalog").json());
  ASSERT_EQ(post("/api/v1/events", {{"asset", "raw/orders"}, {"data_version", "v1"}}).status, 202);
  const Answer answer = get("/api/v1/status?codes=1");
  ASSERT_EQ(answer.status, 200);
  const Json json = answer.json();
  const auto word = [&](const char* column, const char* key) {
    return json["words"][column][json[column][rank[key]].get<std::size_t>()];
  };
  EXPECT_EQ(word("data", "raw/orders"), "fresh");
  EXPECT_EQ(word("data", "marts/revenue"), "missing");
  EXPECT_EQ(word("work", "staging/orders"), "running");
  EXPECT_EQ(word("work", "logs/events"), "idle");
  EXPECT_EQ(word("freshness", "logs/events"), "none");
  EXPECT_EQ(json["updated_at"][rank["marts/revenue"]], 0);
  EXPECT_EQ(json["updated_at"][rank["raw/orders"]],
            std::chrono::floor<std::chrono::milliseconds>(clock.now().time_since_epoch()).count());
  EXPECT_THAT(json["active"]["rank"], testing::Contains(rank["staging/orders"]));
  EXPECT_EQ(json["active"]["run"].size(), json["active"]["rank"].size());
  EXPECT_EQ(json["runs_active"], 1);
  EXPECT_EQ(json["catalog"], get("/api/v1/catalog").json()["sequence"]);
  EXPECT_EQ(answer.header("etag"), '"' + sequence() + '"');
}

TEST_F(ApiTest, StatusCodesSayWhatIsSpecialAsBits) {
  auto rank = ranks_in(get("/api/v1/catalog").json());
  ASSERT_EQ(
      post("/api/v1/automation/pause", {{"select", "marts/revenue"}, {"reason", "a test"}}).status,
      200);
  ASSERT_EQ(post("/api/v1/events", {{"asset", "raw/orders"}, {"data_version", "v1"}}).status, 202);
  service.end_step(1);
  Json json = get("/api/v1/status?codes=1").json();
  EXPECT_EQ(json["flags"][rank["marts/revenue"]], 1);
  EXPECT_EQ(json["flags"][rank["staging/orders"]], 8);
  EXPECT_EQ(json["flags"][rank["raw/orders"]], 0);
  ASSERT_EQ(post("/api/v1/events", {{"asset", "staging/orders"}}).status, 202);
  ASSERT_EQ(post("/api/v1/events", {{"asset", "raw/orders"}, {"data_version", "v2"}}).status, 202);
  json = get("/api/v1/status?codes=1").json();
  EXPECT_EQ(json["stale_causes"][rank["staging/orders"]], 2) << "data";
}

TEST_F(ApiTest, StatusCodesCountPartitions) {
  auto assets = shop();
  assets[3].partitions = PartitionsDefinition{
      .dimensions = {{.of = StaticKeys{{"at", "de", "ch"}}}}, .text = "static"};
  service.load(assets);
  auto rank = ranks_in(get("/api/v1/catalog").json());
  ASSERT_EQ(post("/api/v1/events", {{"asset", "logs/events"}, {"partition", "de"}}).status, 202);
  const Json counts = get("/api/v1/status?codes=1").json()["partition_counts"];
  EXPECT_THAT(counts["rank"], ElementsAre(rank["logs/events"]));
  EXPECT_THAT(counts["existing"], ElementsAre(3));
  EXPECT_THAT(counts["materialized"], ElementsAre(1));
  EXPECT_THAT(counts["missing"], ElementsAre(2));
}

}  // namespace
}  // namespace freshet::test
