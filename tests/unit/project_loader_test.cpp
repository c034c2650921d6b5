// What a right project's files become.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "project_helpers.hpp"

namespace freshet::project {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

const AssetDefinition& find(const Definitions& definitions, const std::string& key) {
  for (const AssetDefinition& asset : definitions.assets) {
    if (asset.key == key) return asset;
  }
  ADD_FAILURE() << "no asset " << key;
  static const AssetDefinition none;
  return none;
}

Definitions good(LoadResult result) {
  EXPECT_EQ(all(result), "");
  return std::move(result.definitions).value_or(Definitions{});
}

TEST(Loader, ReadsEveryFieldOfAnAsset) {
  const Definitions definitions = good(load_text(R"(
project: telco
pools: {warehouse: 4}
sources:
  - asset: ref/fx
    webhook: {}
    description: rates
    checks: [{name: sane}]
  - asset: ref/sites
    file: {path: "landing/*.csv", settle: 1s}
assets:
  - key: marts/revenue
    deps:
      - ref/sites
      - {asset: ref/fx, max_age: 24h, wait_until: "04:30", then: provisional, timezone: Europe/Vienna, mapping: all}
    command: [python3, "a b.py"]
    automation: eager
    code_version: 3
    checks:
      - {name: not_empty, command: [check], severity: warn, timeout: 5m, description: rows}
      - {name: sane, blocking: true}
    freshness: {within: 1h, warn: 30m}
    retries: {max: 2, backoff: constant, delay: 5s, max_delay: 1m}
    timeout: 1h30m
    pool: warehouse
    priority: -5
    writes: out/revenue.parquet
    environment: {STAGE: prod, EMPTY: }
    group: marts
    description: money
    kinds: [python]
    owners: [team:finance]
    tags: [pii, domain=sales]
    renamed_from: marts/sales
    executor: local
)"));
  EXPECT_EQ(definitions.project, "telco");
  EXPECT_EQ(definitions.directory, "/p");
  EXPECT_THAT(definitions.pools, ElementsAre(Pair("warehouse", 4)));
  ASSERT_EQ(definitions.assets.size(), 3U);

  const AssetDefinition& fx = definitions.assets[0];
  EXPECT_TRUE(fx.external);
  EXPECT_EQ(fx.source.kind, SourceKind::webhook);
  EXPECT_EQ(fx.checks.size(), 1U);
  const AssetDefinition& sites = definitions.assets[1];
  EXPECT_EQ(sites.source.kind, SourceKind::file);
  EXPECT_EQ(sites.source.file, (FileSource{.path = "landing/*.csv", .settle = 1s}));

  const AssetDefinition& asset = definitions.assets[2];
  EXPECT_EQ(asset.project, "telco");
  EXPECT_EQ(asset.directory, "/p");
  EXPECT_EQ(asset.place, (Place{"/p/freshet.yaml", 12, 10}));
  EXPECT_FALSE(asset.external);
  ASSERT_EQ(asset.deps.size(), 2U);
  EXPECT_EQ(asset.deps[0].key, "ref/sites");
  EXPECT_EQ(asset.deps[0].rule, EdgeRule{});
  EXPECT_EQ(asset.deps[1].rule,
            (EdgeRule{.max_age = 24h, .wait_until = 4h + 30min, .timezone = "Europe/Vienna"}));
  EXPECT_EQ(asset.deps[1].mapping.text, "all");
  EXPECT_THAT(asset.command, ElementsAre("python3", "a b.py"));
  EXPECT_EQ(asset.automation, "eager");
  EXPECT_EQ(asset.automation_place, (Place{"/p/freshet.yaml", 17, 17}));
  EXPECT_EQ(asset.code_version, "3");
  ASSERT_EQ(asset.checks.size(), 2U);
  EXPECT_EQ(asset.checks[0].severity, CheckSeverity::warn);
  EXPECT_EQ(asset.checks[0].timeout, 5min);
  EXPECT_TRUE(asset.checks[1].blocking);
  EXPECT_EQ(asset.checks[1].severity, CheckSeverity::error);
  EXPECT_EQ(asset.freshness, (FreshnessPolicy{.within = 1h, .warn = 30min}));
  EXPECT_EQ(asset.retries, (RetryPolicy{2, Backoff::constant, 5s, 1min}));
  EXPECT_EQ(asset.timeout, 90min);
  EXPECT_EQ(asset.pool, "warehouse");
  EXPECT_EQ(asset.priority, -5);
  EXPECT_THAT(asset.writes, ElementsAre("out/revenue.parquet"));
  EXPECT_THAT(asset.environment, ElementsAre(Pair("EMPTY", ""), Pair("STAGE", "prod")));
  EXPECT_EQ(asset.group, "marts");
  EXPECT_THAT(asset.kinds, ElementsAre("python"));
  EXPECT_THAT(asset.owners, ElementsAre("team:finance"));
  EXPECT_THAT(asset.tags, ElementsAre(Pair("domain", "sales"), Pair("pii", "")));
  EXPECT_EQ(asset.renamed_from, "marts/sales");
}

TEST(Loader, ReadsColumnsAndWhatTheyAreMadeFrom) {
  const Definitions definitions = good(load_text(R"(
prefix: eu
sources:
  - {asset: raw/orders, columns: [price, {name: quantity, type: int}]}
  - {asset: ref/fx}
assets:
  - key: revenue
    deps: [raw/orders, ref/fx]
    columns:
      - order id
      - name: amount
        type: decimal(10,2)
        description: in euros
        tags: [pii, unit=EUR]
        from:
          - {asset: raw/orders, columns: [price, quantity]}
          - {asset: ref/fx, columns: rate}
)"));
  ASSERT_EQ(definitions.assets.size(), 3U);
  ASSERT_EQ(definitions.assets[0].columns.size(), 2U);
  EXPECT_EQ(definitions.assets[0].columns[0].name, "price");
  EXPECT_EQ(definitions.assets[0].columns[1].type, "int");
  EXPECT_TRUE(definitions.assets[1].columns.empty());
  const std::vector<ColumnDefinition>& columns = definitions.assets[2].columns;
  ASSERT_EQ(columns.size(), 2U);
  EXPECT_EQ(columns[0].name, "order id");
  EXPECT_TRUE(columns[0].from.empty());
  EXPECT_EQ(columns[1].name, "amount");
  EXPECT_EQ(columns[1].type, "decimal(10,2)");
  EXPECT_EQ(columns[1].description, "in euros");
  EXPECT_THAT(columns[1].tags, ElementsAre(Pair("pii", ""), Pair("unit", "EUR")));
  std::vector<std::string> from;
  for (const ColumnOrigin& origin : columns[1].from)
    from.push_back(origin.asset + " " + origin.column);
  EXPECT_THAT(from, ElementsAre("eu/raw/orders price", "eu/raw/orders quantity", "eu/ref/fx rate"));
}

TEST(Loader, AnAssetsOwnValueReplacesADefaultWholeAndNullRemovesIt) {
  const Definitions definitions = good(load_text(R"(
defaults:
  owners: [team:platform]
  retries: {max: 2, delay: 1m}
  automation: eager
  command: [make]
sources: [{asset: s}]
assets:
  - key: plain
  - {key: own, retries: {max: 1}, owners: [anna]}
  - {key: none, retries: null, automation: ~, owners: }
)"));
  EXPECT_EQ(find(definitions, "plain").retries.max, 2);
  EXPECT_EQ(find(definitions, "plain").automation, "eager");
  EXPECT_EQ(find(definitions, "plain").automation_place.line, 5);
  EXPECT_EQ(find(definitions, "own").retries, RetryPolicy{.max = 1});
  EXPECT_THAT(find(definitions, "own").owners, ElementsAre("anna"));
  EXPECT_EQ(find(definitions, "none").retries, RetryPolicy{});
  EXPECT_EQ(find(definitions, "none").automation, "");
  EXPECT_TRUE(find(definitions, "none").owners.empty());
  EXPECT_TRUE(find(definitions, "s").owners.empty());
}

TEST(Loader, IncludedFilesAddTheirOwnDefaults) {
  const MemoryFiles files{{{"/p/freshet.yaml",
                            "project: p\n"
                            "include: [assets/**/*.yaml, 'assets/b.yaml', '*.yaml']\n"
                            "defaults: {group: g, owners: [o]}\n"
                            "assets: [{key: top}]\n"},
                           {"/p/assets/b.yaml", "assets: [{key: b}]\n"},
                           {"/p/assets/x/y/a.yaml",
                            "defaults: {group: inner, owners: null}\n"
                            "sources: [{asset: src}]\n"
                            "assets: [{key: a, deps: [top, src]}]\n"},
                           {"/p/assets/notes.txt", "not: [yaml\n"},
                           {"/p/.hidden/c.yaml", "assets: [{key: c}]\n"}}};
  const LoadResult result = load_project("/p", no_environment(), files);
  EXPECT_THAT(result.files,
              ElementsAre("/p/freshet.yaml", "/p/assets/b.yaml", "/p/assets/x/y/a.yaml"));
  const Definitions definitions = good(result);
  ASSERT_EQ(definitions.assets.size(), 4U);
  EXPECT_EQ(find(definitions, "a").group, "inner");
  EXPECT_TRUE(find(definitions, "a").owners.empty());
  EXPECT_EQ(find(definitions, "a").directory, "/p/assets/x/y");
  EXPECT_EQ(find(definitions, "b").group, "g");
  EXPECT_EQ(find(definitions, "top").directory, "/p");
}

TEST(Loader, WhatConcernsTheWholeProjectIsRefusedInAnIncludedFile) {
  const MemoryFiles files{{{"/p/freshet.yaml", "include: a.yaml\n"},
                           {"/p/a.yaml", "pools: {w: 1}\nprefix: x\ninclude: [b]\n"}}};
  const LoadResult result = load_project("/p", no_environment(), files);
  EXPECT_EQ(result.diagnostics.size(), 3U);
  EXPECT_THAT(
      all(result),
      HasSubstr(
          "/p/a.yaml:1:8: error: this concerns the whole project: it belongs in freshet.yaml"));
}

TEST(Loader, ABrokenIncludedFileIsTheOnlyThingReported) {
  const MemoryFiles files{{{"/p/freshet.yaml", "include: a.yaml\nassets: [{key: b, deps: [a]}]\n"},
                           {"/p/a.yaml", "assets: [{key: a}\n"}}};
  const LoadResult result = load_project("/p", no_environment(), files);
  ASSERT_EQ(result.diagnostics.size(), 1U) << all(result);
  EXPECT_EQ(result.diagnostics[0].place.file, "/p/a.yaml");
}

TEST(Loader, AMissingProjectNamesInit) {
  const LoadResult result = load_project("/nowhere", no_environment(), MemoryFiles{{}});
  EXPECT_EQ(all(result),
            "/nowhere/freshet.yaml: error: no project here: `freshet init /nowhere` makes one\n");
}

TEST(Loader, TheFolderNamesAProjectThatDoesNotNameItself) {
  EXPECT_EQ(good(load_text("")).project, "p");
  const MemoryFiles files{{{"/my project/freshet.yaml", "assets: []\n"}}};
  const LoadResult result = load_project("/my project", no_environment(), files);
  EXPECT_THAT(all(result),
              HasSubstr("/my project/freshet.yaml:1:1: error: the folder's name \"my project\""));
}

TEST(Loader, APrefixGoesBeforeOwnKeysOnly) {
  const MemoryFiles files{
      {{"/a/freshet.yaml", "assets: [{key: raw}, {key: shared}]\n"},
       {"/b/freshet.yaml", "prefix: b\nassets: [{key: raw}, {key: x, deps: [raw, shared]}]\n"}}};
  const std::vector<std::string> folders{"/a", "/b"};
  const std::vector<LoadResult> results = load_projects(folders, no_environment(), files);
  const Definitions b = good(results[1]);
  EXPECT_EQ(b.assets[0].key, "b/raw");
  EXPECT_EQ(b.assets[1].deps[0].key, "b/raw");
  EXPECT_EQ(b.assets[1].deps[1].key, "shared");
}

TEST(Loader, AMistakeBetweenTwoProjectsRejectsTheLaterOne) {
  const MemoryFiles files{
      {{"/a/freshet.yaml", "pools: {w: 1}\nassets: [{key: x, deps: [y]}]\n"},
       {"/b/freshet.yaml", "assets: [{key: y, deps: [x], pool: w}, {key: x}]\n"}}};
  const std::vector<std::string> folders{"/a", "/b"};
  const std::vector<LoadResult> results = load_projects(folders, no_environment(), files);
  EXPECT_EQ(all(results[0]), "");
  EXPECT_EQ(
      all(results[1]),
      "/b/freshet.yaml:1:26: error: dependency cycle: y → x → y (each needs the next)\n"
      "/b/freshet.yaml:1:46: error: key \"x\" is defined twice: first at /a/freshet.yaml:2:16\n");
}

TEST(Loader, AProjectIsJudgedBesideThoseThatAreAccepted) {
  const Definitions first = good(load_text("assets: [{key: a}]\n"));
  LoadOptions options;
  options.beside = {&first};
  good(load_project("/q", no_environment(),
                    MemoryFiles{{{"/q/freshet.yaml", "assets: [{key: b, deps: [a]}]\n"}}},
                    options));
}

TEST(Loader, ABareNameThatTwoFoldersWriteIsAWarning) {
  const MemoryFiles files{{{"/p/freshet.yaml", "include: [x/a.yaml, y/b.yaml]\n"},
                           {"/p/x/a.yaml", "assets: [{key: a, writes: [out.csv, ./log.txt]}]\n"},
                           {"/p/y/b.yaml", "assets: [{key: b, writes: [out.csv, ./log.txt]}]\n"}}};
  const LoadResult result = load_project("/p", no_environment(), files);
  EXPECT_TRUE(result.definitions.has_value());
  ASSERT_EQ(result.diagnostics.size(), 1U) << all(result);
  EXPECT_THAT(all(result),
              HasSubstr("/p/y/b.yaml:1:16: warning: \"a\" and \"b\" both write \"out.csv\""));
}

TEST(Loader, AWebhookNeedsNoMoreThanItsName) {
  const Definitions definitions =
      good(load_text("sources:\n  - asset: a\n    webhook:\n  - asset: b\n"));
  EXPECT_EQ(find(definitions, "a").source.kind, SourceKind::webhook);
  EXPECT_EQ(find(definitions, "b").source.kind, SourceKind::none);
}

TEST(Loader, AnUnknownDependencyMayBeAWarning) {
  LoadOptions options;
  options.unknown_dependency = Diagnostic::Severity::warning;
  const LoadResult result = load_text("assets: [{key: b, deps: [gone]}]\n", options);
  EXPECT_TRUE(result.definitions.has_value());
  ASSERT_EQ(result.diagnostics.size(), 1U);
}

TEST(Loader, TheFingerprintCoversTextsAndVariables) {
  const auto fingerprint = [](const std::string& text, const char* stage) {
    const Environment environment = [&](std::string_view) { return std::string{stage}; };
    return good(load_text(text, {}, environment)).fingerprint;
  };
  const std::string text = "assets: [{key: a, group: \"${STAGE}\"}]\n";
  EXPECT_EQ(fingerprint(text, "prod"), fingerprint(text, "prod"));
  EXPECT_NE(fingerprint(text, "prod"), fingerprint(text, "test"));
  EXPECT_NE(fingerprint(text, "prod"), fingerprint(text + "# more\n", "prod"));
}

TEST(Loader, PartitionsWithOneMeaningHaveOneText) {
  const Definitions definitions = good(load_text(R"(
assets:
  - {key: a, partitions: {daily: {start: "2026-01-01"}}}
  - {key: b, partitions: {daily: {timezone: UTC, start: "2026-01-01T00:00:00Z"}}}
  - {key: c, partitions: {daily: {start: "2026-01-01", timezone: Europe/Vienna, offset: 60m}}}
  - {key: d, partitions: {static: [x, "ü\""]}}
  - {key: e, partitions: {multi: [{name: r, static: [x]}, {name: t, hourly: {start: "2026-01-01"}}]}}
  - {key: f, partitions: {dynamic: customers}}
  - {key: g, partitions: {dynamic: {name: customers}}}
  - {key: h, partitions: {cron: {schedule: "0 6 * * *", start: "2026-01-01"}}}
)"));
  const auto text = [&](const char* key) {
    return find(definitions, key).partitions.value_or(PartitionsDefinition{}).text;
  };
  EXPECT_EQ(text("a"), R"({"daily":{"start":"2026-01-01T00:00:00.000000Z","timezone":"UTC"}})");
  EXPECT_EQ(text("a"), text("b"));
  EXPECT_EQ(text("c"),
            R"({"daily":{"start":"2026-01-01","timezone":"Europe/Vienna","offset":"1h"}})");
  EXPECT_EQ(text("d"), R"({"static":["x","ü\""]})");
  EXPECT_EQ(
      text("e"),
      R"({"multi":[{"name":"r","of":{"static":["x"]}},{"name":"t","of":{"hourly":{"start":"2026-01-01T00:00:00.000000Z","timezone":"UTC"}}}]})");
  EXPECT_EQ(text("f"), R"({"dynamic":"customers"})");
  EXPECT_EQ(text("f"), text("g"));
  EXPECT_EQ(
      text("h"),
      R"({"cron":{"schedule":"0 6 * * *","start":"2026-01-01T00:00:00.000000Z","timezone":"UTC"}})");
}

/// Each way to map, over a dependency that has a letter for its key.
constexpr const char* kMappings = R"(
assets:
  - {key: a, partitions: {static: [z, y]}}
  - {key: b, partitions: {static: [x, y]}}
  - {key: c, partitions: {static: [u, v, w]}}
  - {key: d, partitions: {daily: {start: "2026-01-01"}}}
  - {key: e, partitions: {multi: [{name: region, static: [at]}, {name: day, daily: {start: "2026-01-01"}}]}}
  - key: keys
    partitions: {static: [z, y]}
    deps:
      - {asset: a, mapping: identity}
      - {asset: b, mapping: {specific: [x, y]}}
      - {asset: c, mapping: {static: {z: [u], y: [v, w]}}}
  - key: days
    partitions: {daily: {start: "2026-01-01"}}
    deps:
      - {asset: d, mapping: {time_window: {start_offset: -6, end_offset: -1, allow_nonexistent: true}}}
      - {asset: e, mapping: {multi: {day: last, region: {specific: [at]}}}}
      - {asset: b, mapping: all}
  - {key: plain, deps: [a]}
)";

MappingDefinition mapping_over(const Definitions& definitions, const char* asset, std::size_t dep) {
  return find(definitions, asset).deps.at(dep).mapping;
}

TEST(Loader, MappingsKeepTheirMeaning) {
  const Definitions definitions = good(load_text(kMappings));
  EXPECT_EQ(mapping_over(definitions, "keys", 0).text, "identity");
  EXPECT_EQ(mapping_over(definitions, "keys", 1).text, R"({"specific":["x","y"]})");
  EXPECT_EQ(mapping_over(definitions, "keys", 2).text, R"({"static":{"y":["v","w"],"z":["u"]}})");
  EXPECT_EQ(mapping_over(definitions, "days", 0).text,
            R"({"time_window":{"start_offset":-6,"end_offset":-1,"allow_nonexistent":true}})");
  EXPECT_EQ(mapping_over(definitions, "days", 1).text,
            R"({"multi":{"day":"last","region":{"specific":["at"]}}})");
  EXPECT_EQ(mapping_over(definitions, "plain", 0), MappingDefinition{});
}

TEST(Loader, PartitionsAreUnderstood) {
  const Definitions definitions = good(load_text(R"(
assets:
  - {key: a, partitions: {daily: {start: "2026-07-01", end: "2026-08-01", timezone: Europe/Vienna, offset: 1h}}}
  - {key: b, partitions: {cron: {schedule: "0 6 * * 1-5", start: "2026-01-01T06:00:00+01:00"}}}
  - {key: c, partitions: {multi: [{name: r, static: [x, y]}, {name: c, dynamic: customers}, {name: t, hourly: {start: "2017-10-15", timezone: America/Sao_Paulo}}]}}
)"));
  const auto dimensions = [&](const char* key) {
    return find(definitions, key).partitions.value_or(PartitionsDefinition{}).dimensions;
  };
  const auto at = [](const char* text) { return parse_instant(text).value(); };
  EXPECT_EQ(dimensions("a"), (std::vector<DimensionDefinition>{
                                 {.name = "",
                                  .of = WindowsDefinition{.cadence = Cadence::daily,
                                                          .timezone = "Europe/Vienna",
                                                          .start = at("2026-06-30T22:00:00Z"),
                                                          .end = at("2026-07-31T22:00:00Z"),
                                                          .offset = std::chrono::hours{1}}}}));
  EXPECT_EQ(dimensions("b"), (std::vector<DimensionDefinition>{
                                 {.name = "",
                                  .of = WindowsDefinition{.cadence = Cadence::cron,
                                                          .schedule = "0 6 * * 1-5",
                                                          .start = at("2026-01-01T05:00:00Z")}}}));
  EXPECT_EQ(dimensions("c"), (std::vector<DimensionDefinition>{
                                 {.name = "r", .of = StaticKeys{{"x", "y"}}},
                                 {.name = "c", .of = DynamicKeys{"customers"}},
                                 {.name = "t",
                                  // A day that begins at one o'clock.
                                  .of = WindowsDefinition{.cadence = Cadence::hourly,
                                                          .timezone = "America/Sao_Paulo",
                                                          .start = at("2017-10-15T03:00:00Z")}}}));
}

TEST(Loader, MappingsAreUnderstood) {
  using Kind = MappingDefinition::Kind;
  const Definitions definitions = good(load_text(kMappings));
  const auto without_text = [&](const char* asset, std::size_t dep) {
    MappingDefinition mapping = mapping_over(definitions, asset, dep);
    mapping.text.clear();
    for (auto& [name, of] : mapping.dimensions) of.text.clear();
    return mapping;
  };
  EXPECT_EQ(without_text("keys", 0), MappingDefinition{.kind = Kind::identity});
  EXPECT_EQ(without_text("keys", 1),
            (MappingDefinition{.kind = Kind::specific, .keys = {"x", "y"}}));
  EXPECT_EQ(without_text("keys", 2),
            (MappingDefinition{.kind = Kind::table, .table = {{"z", {"u"}}, {"y", {"v", "w"}}}}));
  EXPECT_EQ(without_text("days", 0), (MappingDefinition{.kind = Kind::time_window,
                                                        .start_offset = -6,
                                                        .end_offset = -1,
                                                        .allow_nonexistent = true}));
  EXPECT_EQ(
      without_text("days", 1),
      (MappingDefinition{.kind = Kind::multi,
                         .dimensions = {{"day", {.kind = Kind::last}},
                                        {"region", {.kind = Kind::specific, .keys = {"at"}}}}}));
}

TEST(Loader, ALinkToAFolderAboveEndsNoWalkAndFilesAreReadFromTheDisk) {
  namespace fs = std::filesystem;
  std::string folder = (fs::temp_directory_path() / "freshet-project-XXXXXX").string();
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  fs::create_directories(folder + "/assets/deep");
  std::ofstream{folder + "/freshet.yaml"} << "project: disk\ninclude: ['**/*.yaml']\n";
  std::ofstream{folder + "/assets/deep/a.yaml"} << "assets: [{key: a, command: [x]}]\n";
  fs::create_directory_symlink(folder, folder + "/assets/loop");
  const LoadResult result = load_project(folder, no_environment());
  EXPECT_EQ(all(result), "");
  EXPECT_THAT(result.files, ElementsAre(folder + "/freshet.yaml", folder + "/assets/deep/a.yaml"));
  fs::remove_all(folder);
}

struct PathCase {
  const char* folder;
  const char* path;
  const char* want;
};
class JoinPath : public testing::TestWithParam<PathCase> {};
TEST_P(JoinPath, Tidies) {
  EXPECT_EQ(join_path(GetParam().folder, GetParam().path), GetParam().want);
}
INSTANTIATE_TEST_SUITE_P(Table, JoinPath,
                         testing::Values(PathCase{"/a", "b", "/a/b"},
                                         PathCase{"/a/", "./b//c/", "/a/b/c"},
                                         PathCase{"/a/b", "../c", "/a/c"},
                                         PathCase{"/a", "/b", "/b"}, PathCase{".", "b", "b"},
                                         PathCase{"", "b/../c", "c"}, PathCase{"a", "..", ""},
                                         PathCase{"/a", ".b", "/a/.b"}));

}  // namespace
}  // namespace freshet::project
