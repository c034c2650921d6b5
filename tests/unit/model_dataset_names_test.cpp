// Which dataset is which asset: by rules, by what sources read, by its name; and the other way
// round.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "freshet/graph.hpp"
#include "model/dataset_names.hpp"
#include "model/dataset_pattern.hpp"

namespace freshet {
namespace {

using Parts = DatasetPattern::Parts;
using testing::ElementsAre;
using testing::IsEmpty;

struct MatchCase {
  const char* name;
  const char* pattern;
  const char* text;
  std::optional<Parts> want;
};
class Pattern : public testing::TestWithParam<MatchCase> {};
TEST_P(Pattern, FitsTheWholeText) {
  const auto pattern = DatasetPattern::parse(GetParam().pattern);
  ASSERT_TRUE(pattern);
  EXPECT_EQ(pattern->match(GetParam().text), GetParam().want);
}
INSTANTIATE_TEST_SUITE_P(
    Table, Pattern,
    testing::Values(MatchCase{"literal", "a.b", "a.b", Parts{}},
                    MatchCase{"longer", "a.b", "a.bc", std::nullopt},
                    MatchCase{"part", "crm.public.{table}", "crm.public.orders",
                              Parts{{"table", "orders"}}},
                    MatchCase{"empty_part", "crm.{t}", "crm.", std::nullopt},
                    MatchCase{"two", "{db}.{t}", "a.b.c", Parts{{"db", "a"}, {"t", "b.c"}}},
                    MatchCase{"least", "{a}_{b}_x", "1_2_x_x", Parts{{"a", "1"}, {"b", "2_x"}}},
                    MatchCase{"no_slash", "raw/{t}", "raw/a/b", std::nullopt},
                    MatchCase{"star", "s3://*", "s3://bucket", Parts{}},
                    MatchCase{"star_no_slash", "a/*", "a/b/c", std::nullopt},
                    MatchCase{"double_star", "a/{n}/**", "a/b/c/d", Parts{{"n", "b"}}},
                    MatchCase{"empty_star", "a*", "a", Parts{}},
                    MatchCase{"hard", "*a*a*a*a*a*a*a*b",
                              "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", std::nullopt}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(Pattern, IsRefusedWhereItIsNone) {
  for (const char* wrong : {"{", "a{b", "{}", "{a}{a}", "a}", "{a{b}}"})
    EXPECT_FALSE(DatasetPattern::parse(wrong)) << wrong;
}

AssetDefinition source(const std::string& key, SourceKind kind) {
  AssetDefinition out;
  out.key = key, out.project = "shop", out.external = true, out.directory = "/p";
  out.source.kind = kind;
  return out;
}

DatasetNames names() {
  auto shop = std::make_shared<Definitions>();
  shop->project = "shop";
  auto add = [&](AssetDefinition asset) { shop->assets.push_back(std::move(asset)); };
  AssetDefinition topic = source("raw/events", SourceKind::kafka);
  topic.source.kafka.brokers = "k1:9092, k2:9092", topic.source.kafka.topic = "events";
  add(topic);
  AssetDefinition table = source("crm/customers", SourceKind::database);
  table.source.database.url = "postgresql://freshet:secret@db/crm?sslmode=require";
  table.source.database.tables = {"public.customers", "addresses"};
  add(table);
  AssetDefinition maria = source("erp/items", SourceKind::database);
  maria.source.database.url = "mysql://u@erp:3307/stock", maria.source.database.tables = {"items"};
  add(maria);
  AssetDefinition files = source("raw/sites", SourceKind::file);
  files.source.file.path = "landing/{date}/*.csv";
  add(files);
  AssetDefinition bucket = source("raw/clicks", SourceKind::file);
  bucket.source.file.path = "s3://lake/clicks/**";
  add(bucket);
  AssetDefinition delta = source("lake/trips", SourceKind::table);
  delta.source.table.path = "s3://lake/trips";
  add(delta);
  add(source("legacy/orders", SourceKind::none));
  AssetDefinition own = source("marts/revenue", SourceKind::none);
  own.external = false, own.writes = {"out/revenue.parquet", "revenue_table"};
  add(own);
  shop->lineage.datasets = {{"oracle://*", "{schema}.{table}", "legacy/{table}"},
                            {"hive://h", "raw.{partition}", "raw/sites"},
                            {"bigquery", "shop.{name}", "marts/{name}"}};
  const auto graph = Graph::build({shop});
  EXPECT_TRUE(graph);
  return DatasetNames{*graph};
}

struct FindCase {
  const char* name;
  const char* name_space;
  const char* dataset;
  const char* want;  ///< "KEY" or "KEY[PARTITION]"; "": none.
};
class Names : public testing::TestWithParam<FindCase> {};
TEST_P(Names, LeadToAssets) {
  static const DatasetNames all = names();
  std::string got;
  for (const auto& found : all.find(GetParam().name_space, GetParam().dataset)) {
    got += (got.empty() ? "" : " ") + all.graph()->asset(found.rank).key;
    if (!found.partition.empty()) got += '[' + found.partition + ']';
  }
  EXPECT_EQ(got, GetParam().want);
}
INSTANTIATE_TEST_SUITE_P(
    Table, Names,
    testing::Values(
        FindCase{"topic", "kafka://k1:9092", "events", "raw/events"},
        FindCase{"other_broker", "kafka://k2:9092", "events", "raw/events"},
        FindCase{"other_topic", "kafka://k1:9092", "other", ""},
        FindCase{"table", "postgres://db:5432", "crm.public.customers", "crm/customers"},
        FindCase{"jdbc_name", "postgresql://db:5432", "crm.public.customers", "crm/customers"},
        FindCase{"second_table", "postgres://db:5432", "crm.public.addresses", "crm/customers"},
        FindCase{"other_host", "postgres://db2:5432", "crm.public.customers", ""},
        FindCase{"mysql", "mysql://erp:3307", "stock.items", "erp/items"},
        FindCase{"file", "file", "/p/landing/2026-01-31/a.csv", "raw/sites"},
        FindCase{"file_of_host", "file://worker-3", "/p/landing/x/b.csv", "raw/sites"},
        FindCase{"folder", "file", "/p/landing/", "raw/sites"},
        FindCase{"deeper", "file", "/p/landing/x/y/b.csv", ""},
        FindCase{"bucket", "s3://lake", "clicks/2026/01/x.parquet", "raw/clicks"},
        FindCase{"hadoop", "s3a://lake", "/clicks", "raw/clicks"},
        FindCase{"delta", "s3://lake", "trips/", "lake/trips"},
        FindCase{"rule", "oracle://x:1521", "SALES.orders", "legacy/orders"},
        FindCase{"rule_to_nothing", "oracle://x:1521", "SALES.others", ""},
        FindCase{"partition", "hive://h", "raw.2026-01-31", "raw/sites[2026-01-31]"},
        FindCase{"written", "file", "/p/out/revenue.parquet", "marts/revenue"},
        FindCase{"key", "whatever", "legacy/orders", "legacy/orders"},
        FindCase{"ours", "freshet://shop", "marts/revenue", "marts/revenue"}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(Names, OfAssetsAreWhatOthersCallThem) {
  const DatasetNames all = names();
  const auto of = [&](const char* key, const char* partition = "") {
    const Dataset found = all.dataset_of(*all.graph()->find(key), partition);
    return found.name_space + ' ' + found.name;
  };
  EXPECT_EQ(of("raw/events"), "kafka://k1:9092 events");
  EXPECT_EQ(of("crm/customers"), "postgres://db:5432 crm.public.customers");
  EXPECT_EQ(of("raw/sites"), "file /p/landing");
  EXPECT_EQ(of("raw/sites", "2026-01-31"), "hive://h raw.2026-01-31");
  EXPECT_EQ(of("raw/clicks"), "s3://lake clicks");
  EXPECT_EQ(of("legacy/orders"), "freshet://shop legacy/orders") << "its rule leaves things open";
  EXPECT_EQ(of("marts/revenue"), "bigquery shop.revenue") << "a rule goes before what it writes";
}

}  // namespace
}  // namespace freshet
