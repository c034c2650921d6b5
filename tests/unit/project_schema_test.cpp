// The published schema and help come from the table that the parser reads by.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "project/schema.hpp"
#include "project/types.hpp"
#include "project_helpers.hpp"

namespace freshet::project {
namespace {

using testing::HasSubstr;

TEST(Schema, IsTheGoldenOne) {
  const std::string path = std::string{FRESHET_SOURCE_DIR} + "/tests/golden/schema.json";
  if (std::getenv("REWRITE") != nullptr) std::ofstream{path} << json_schema();
  std::ifstream file{path};
  const std::string golden{std::istreambuf_iterator<char>{file}, {}};
  EXPECT_EQ(json_schema(), golden) << "refresh with REWRITE=1";
}

TEST(Schema, RefersOnlyToWhatItDefines) {
  const auto schema = nlohmann::json::parse(json_schema(), nullptr, false);
  ASSERT_FALSE(schema.is_discarded());
  EXPECT_EQ(schema.at("$schema"), "http://json-schema.org/draft-07/schema#");
  int references = 0;
  const auto visit = [&](const auto& self, const nlohmann::json& node) -> void {
    if (node.is_object() && node.contains("$ref")) {
      const std::string name =
          node.at("$ref").get<std::string>().substr(std::string{"#/definitions/"}.size());
      EXPECT_TRUE(schema.at("definitions").contains(name)) << name;
      ++references;
    }
    if (node.is_structured()) {
      for (const auto& child : node) self(self, child);
    }
  };
  visit(visit, schema);
  EXPECT_GT(references, 20);
}

TEST(Schema, EveryFieldHasHelpAndARightExample) {
  for (const ObjectType* type : object_types()) {
    EXPECT_LE(type->fields.size(), 64U);
    for (const Field& field : type->fields) {
      if (field.shape == Shape::unavailable) continue;
      EXPECT_FALSE(field.help.empty()) << type->name << '.' << field.name;
      EXPECT_NE(field.set, nullptr) << type->name << '.' << field.name;
      if (field.example.empty()) continue;
      EXPECT_FALSE(nlohmann::json::parse(field.example, nullptr, false).is_discarded())
          << type->name << '.' << field.name;
    }
  }
}

TEST(Schema, TheExamplesOfAnAssetLoad) {
  // YAML is a superset of JSON, so an asset may be put together from its fields' examples.
  std::string text =
      "pools: {warehouse: 1}\nsources: [{asset: raw/orders}, {asset: ref/fx_rates}]\nassets:\n  - "
      "{";
  for (const Field& field : asset_type.fields) {
    if (field.example.empty()) continue;
    text += std::string{text.ends_with('{') ? "" : ", "} + std::string{field.name} + ": " +
            std::string{field.example};
  }
  const LoadResult result = load_text(text + "}\n");
  EXPECT_EQ(all(result), "");
}

TEST(DescribeField, FollowsAPath) {
  EXPECT_THAT(describe_field("assets.retries.max").value_or(""),
              HasSubstr("assets.retries.max (whole number): Further attempts after the first"));
  EXPECT_THAT(describe_field("assets.freshness.within").value_or(""), HasSubstr("(duration)"));
  EXPECT_THAT(describe_field("assets.checks.severity").value_or(""),
              HasSubstr("One of: warn error."));
  EXPECT_THAT(describe_field("templates").value_or(""), HasSubstr("not available in this version"));
  EXPECT_EQ(describe_field("assets.retries.most"), std::nullopt);
  EXPECT_EQ(describe_field("project.x"), std::nullopt);
}

}  // namespace
}  // namespace freshet::project
