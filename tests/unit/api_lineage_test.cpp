// Events of OpenLineage: what they come to, what is refused, what is remembered.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/gzip.hpp"
#include "api/lineage_event.hpp"
#include "api/lineage_memory.hpp"
#include "api_fixture.hpp"
#include "model/cursor_names.hpp"

namespace freshet::test {
namespace {

using api::gunzip;
using api::read_lineage;
using testing::HasSubstr;

const char* const run_id = "0197f3c1-7a52-7000-8000-000000000001";

Json facet(Json content) {
  content["_producer"] = "https://example.com/producer";
  content["_schemaURL"] = "https://openlineage.io/spec/facets/1-0-0/X.json";
  return content;
}
Json run_event(const std::string& type, Json outputs, Json inputs = Json::array()) {
  return {{"eventType", type},
          {"eventTime", "2026-01-31T13:00:00.000Z"},
          {"producer", "https://example.com/producer"},
          {"schemaURL", "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"},
          {"run", {{"runId", run_id}, {"facets", Json::object()}}},
          {"job", {{"namespace", "spark"}, {"name", "load.orders"}, {"facets", Json::object()}}},
          {"inputs", std::move(inputs)},
          {"outputs", std::move(outputs)}};
}
Json dataset(const std::string& name, Json facets = Json::object()) {
  return {{"namespace", "lake"}, {"name", name}, {"facets", std::move(facets)}};
}
/// With all that we look at.
Json rich_output() {
  Json out = dataset(
      "raw/orders",
      {{"schema", facet({{"fields",
                          {{{"name", "id"}, {"type", "bigint"}},
                           {{"name", "amount"}, {"type", "decimal(10,2)"}}}}})},
       {"version", facet({{"datasetVersion", "snapshot-42"}})},
       {"columnLineage", facet({{"fields",
                                 {{"amount",
                                   {{"inputFields", Json::array({Json{{"namespace", "crm"},
                                                                      {"name", "orders"},
                                                                      {"field", "price"}}})}}}}}})},
       {"lifecycleStateChange", facet({{"lifecycleStateChange", "OVERWRITE"}})}});
  out["outputFacets"] = {
      {"outputStatistics", facet({{"rowCount", 123}, {"size", 35602}, {"fileCount", 5}})}};
  return out;
}

struct Refused {
  const char* name;
  Json event;
  const char* place;
};
class NotOpenLineage : public testing::TestWithParam<Refused> {};
TEST_P(NotOpenLineage, IsNamedWithItsPlace) {
  const auto read = read_lineage(GetParam().event, "/3");
  ASSERT_FALSE(read.event);
  EXPECT_EQ(read.fault.pointer, std::string{"/3"} + GetParam().place);
}
Json without(Json event, const char* pointer) {
  return event.patch(Json::array({{{"op", "remove"}, {"path", pointer}}}));
}
Json with(Json event, const char* pointer, const Json& value) {
  return event.patch(Json::array({{{"op", "add"}, {"path", pointer}, {"value", value}}}));
}
const Json complete = run_event("COMPLETE", Json::array({dataset("raw/orders")}));
INSTANTIATE_TEST_SUITE_P(
    Table, NotOpenLineage,
    testing::Values(Refused{"number", 7, ""}, Refused{"empty", Json::object(), ""},
                    Refused{"cloud_event", {{"specversion", "1.0"}}, ""},
                    Refused{"no_job", without(complete, "/job"), "/job"},
                    Refused{"no_job_name", without(complete, "/job/name"), "/job/name"},
                    Refused{"no_run_id", without(complete, "/run/runId"), "/run/runId"},
                    Refused{"outputs_no_list", with(complete, "/outputs", "x"), "/outputs"},
                    Refused{"output_no_object", with(complete, "/outputs/0", 1), "/outputs/0"},
                    Refused{"output_without_name", without(complete, "/outputs/0/name"),
                            "/outputs/0"},
                    Refused{"bad_dataset", {{"dataset", 1}}, "/dataset"}),
    [](const auto& c) { return std::string{c.param.name}; });

class Accepted : public testing::TestWithParam<Refused> {};
TEST_P(Accepted, WhateverWeDoNotKnowOfIt) { EXPECT_TRUE(read_lineage(GetParam().event, "").event); }
INSTANTIATE_TEST_SUITE_P(
    Table, Accepted,
    testing::Values(Refused{"unknown_type", with(complete, "/eventType", "PAUSED"), ""},
                    Refused{"no_type", without(complete, "/eventType"), ""},
                    Refused{"no_inputs", without(complete, "/inputs"), ""},
                    Refused{"null_outputs", with(complete, "/outputs", nullptr), ""},
                    Refused{"facet_of_text", with(complete, "/outputs/0/facets/x", "y"), ""},
                    Refused{"no_namespace_of_job", without(complete, "/job/namespace"), ""},
                    Refused{"more_fields", with(complete, "/later", {1, 2}), ""},
                    Refused{"job_event", without(complete, "/run"), ""},
                    Refused{"dataset_event", {{"dataset", dataset("x")}}, ""}),
    [](const auto& c) { return std::string{c.param.name}; });

class Lineage : public ApiTest {
 protected:
  /// Of runs: what is stored of each, by its key.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> stored_runs() const {
    std::vector<std::pair<std::string, std::string>> out;
    for (const auto& [key, row] : service.reader.answers) {
      if (key.starts_with(lineage_run_prefix)) out.emplace_back(key, row.body);
    }
    return out;
  }
  Json updates(const std::string& asset = "raw/orders") {
    return get("/api/v1/assets/" + asset + "/events").json()["items"];
  }
  Answer lineage(const Json& event) { return post("/api/v1/lineage", event); }
};

TEST_F(Lineage, AnOutputOfACompletedRunIsAnUpdate) {
  const Answer answer = lineage(run_event("COMPLETE", Json::array({rich_output()})));
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.json()["updates"], 1);
  const Json found = updates();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0]["kind"], "observation");
  EXPECT_EQ(found[0]["data_version"], "snapshot-42");
  const Json metadata = found[0]["metadata"];
  EXPECT_EQ(metadata["dagster/row_count"], 123);
  EXPECT_EQ(metadata["size_bytes"], 35602);
  EXPECT_EQ(metadata["files"], 5);
  EXPECT_EQ(metadata["columns"], (Json{{"id", "bigint"}, {"amount", "decimal(10,2)"}}));
  EXPECT_EQ(metadata["column_lineage"], (Json{{"amount", Json::array({"orders.price"})}}));
  EXPECT_EQ(metadata["lifecycle"], "OVERWRITE");
  EXPECT_EQ(metadata["job"], "spark/load.orders");
  EXPECT_EQ(metadata["run"], run_id);
  ASSERT_EQ(service.started.size(), 1U) << "and what is made from it runs";
}

TEST_F(Lineage, TheRunIsTheVersionWhereNoneIsTold) {
  lineage(complete);
  EXPECT_EQ(updates()[0]["data_version"], run_id);
}

TEST_F(Lineage, ARepetitionCountsOnce) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(lineage(complete).status, 201);
  EXPECT_EQ(updates().size(), 1U);
}

TEST_F(Lineage, OnlyWhatCompletesIsAnUpdate) {
  for (const char* type : {"START", "RUNNING", "FAIL", "ABORT", "OTHER", "LATER"})
    EXPECT_EQ(lineage(run_event(type, Json::array({dataset("raw/orders")}))).status, 201) << type;
  EXPECT_EQ(updates().size(), 0U);
}

TEST_F(Lineage, WhatARunSaidBeforeAddsUp) {
  lineage(run_event("START", Json::array({rich_output()})));
  lineage(run_event("COMPLETE", Json::array()));
  ASSERT_EQ(updates().size(), 1U);
  EXPECT_EQ(updates()[0]["data_version"], "snapshot-42");
  EXPECT_EQ(updates()[0]["metadata"]["dagster/row_count"], 123);
}

TEST_F(Lineage, AStartThatComesAfterTheEndChangesNothing) {
  lineage(complete);
  lineage(run_event("START", Json::array({rich_output()})));
  EXPECT_EQ(updates().size(), 1U);
}

TEST_F(Lineage, AnOutputThatIsNamedOnlyAfterTheEndCounts) {
  lineage(run_event("COMPLETE", Json::array({dataset("logs/events")})));
  EXPECT_EQ(lineage(run_event("START", Json::array({rich_output(), dataset("logs/events")})))
                .json()["updates"],
            1);
  ASSERT_EQ(updates().size(), 1U);
  EXPECT_EQ(updates()[0]["data_version"], "snapshot-42");
  EXPECT_EQ(updates("logs/events").size(), 1U);
}

TEST_F(Lineage, OfARunThatFailedNothingCountsLater) {
  lineage(run_event("FAIL", Json::array()));
  lineage(run_event("RUNNING", Json::array({rich_output()})));
  EXPECT_EQ(updates().size(), 0U);
}

TEST_F(Lineage, OfARunThatSaysTooMuchTheEssentialsAreKept) {
  Json output = rich_output();
  output["facets"]["more"] = facet({{"text", std::string(2 << 20, 'x')}});
  EXPECT_EQ(lineage(run_event("START", Json::array({output}))).status, 201);
  lineage(run_event("COMPLETE", Json::array()));
  ASSERT_EQ(updates().size(), 1U);
  EXPECT_EQ(updates()[0]["data_version"], "snapshot-42");
  EXPECT_FALSE(updates()[0]["metadata"].contains("size_bytes"));
}

TEST_F(Lineage, WhatARunThatNamesAssetsSaidIsStoredUntilItsEnd) {
  EXPECT_EQ(lineage(run_event("START", Json::array({dataset("unknown")}))).status, 201);
  EXPECT_THAT(stored_runs(), testing::IsEmpty()) << "nobody's concern";
  EXPECT_EQ(lineage(run_event("RUNNING", Json::array({rich_output()}))).status, 201);
  ASSERT_EQ(stored_runs().size(), 1U);
  EXPECT_THAT(stored_runs()[0].second, HasSubstr("snapshot-42"));
  EXPECT_THAT(stored_runs()[0].second, testing::Not(HasSubstr("unknown")));
  const Sequence before = service.snapshot()->sequence;
  lineage(run_event("RUNNING", Json::array({rich_output()})));
  EXPECT_EQ(service.snapshot()->sequence, before) << "what is said again is known";
  // As after a restart: all that is known is what was stored.
  api::Api again{service, clock, {.token_hash = api::sha256_hex(token)}};
  again.restore_lineage(stored_runs());
  const auto taken =
      again.translate_lineage(run_event("COMPLETE", Json::array()).dump(), *service.snapshot());
  service.take(
      input::Report{.events = taken.events, .cursors = {taken.said.begin(), taken.said.end()}});
  ASSERT_EQ(updates().size(), 1U);
  EXPECT_EQ(updates()[0]["data_version"], "snapshot-42");
  EXPECT_EQ(updates()[0]["metadata"]["dagster/row_count"], 123);
  EXPECT_EQ(stored_runs()[0].second, "") << "it has ended";
}

TEST_F(Lineage, WhatOnlyTheStartSaidOfAnInputIsStoredToo) {
  std::vector<AssetDefinition> assets = shop();
  assets[0].checks = {{.name = "fresh"}};
  service.load(assets);
  Json in = dataset("raw/orders");
  in["inputFacets"] = {
      {"dataQualityAssertions",
       facet({{"assertions", Json::array({Json{{"assertion", "fresh"}, {"success", false}}})}})}};
  lineage(run_event("START", Json::array(), Json::array({in, dataset("logs/events")})));
  ASSERT_EQ(stored_runs().size(), 1U);
  EXPECT_THAT(stored_runs()[0].second, testing::Not(HasSubstr("logs/events")));
  api::LineageMemory memory;
  memory.restore(stored_runs());
  const auto taken = memory.take(*read_lineage(run_event("FAIL", Json::array()), "").event,
                                 *service.snapshot(), Instant{});
  ASSERT_EQ(taken.events.size(), 1U);
  EXPECT_EQ(taken.events[0].check, "fresh");
}

TEST_F(Lineage, WhatIsStoredOfARunHasALimit) {
  const Snapshot& snapshot = *service.snapshot();
  api::LineageMemory memory{{.runs = 2, .stored_bytes = 2'000}};
  Json output = rich_output();
  output["facets"]["more"] = facet({{"text", std::string(3'000, 'x')}});
  Json start = run_event("START", Json::array({output}));
  const auto taken = memory.take(*read_lineage(start, "").event, snapshot, Instant{});
  ASSERT_EQ(taken.said.size(), 1U);
  EXPECT_LT(taken.said.begin()->second.size(), 2'000U);
  EXPECT_THAT(taken.said.begin()->second, HasSubstr("snapshot-42"));
  for (const char* other : {"a", "b"}) {
    start["run"]["runId"] = other;
    const auto next = memory.take(*read_lineage(start, "").event, snapshot, Instant{});
    const auto first = next.said.find(taken.said.begin()->first);
    EXPECT_EQ(first != next.said.end(), other == std::string{"b"}) << "the third is one too many";
    if (first != next.said.end()) EXPECT_EQ(first->second, "");
  }
}

/// What an event of run `number` comes to: versions of its updates.
std::vector<std::string> take(api::LineageMemory& memory, const Snapshot& snapshot, Json event,
                              int number) {
  event["run"]["runId"] = "run-" + std::to_string(number);
  std::vector<std::string> out;
  for (const input::Event& update :
       memory.take(*read_lineage(event, "").event, snapshot, Instant{}).events)
    out.push_back(update.data_version);
  return out;
}

TEST_F(Lineage, OfManyRunsThatGoOnNoneIsForgotten) {
  const Snapshot& snapshot = *service.snapshot();
  api::LineageMemory memory{{.runs = 1'000, .bytes = 100'000, .run_bytes = 10'000}};
  Json output = rich_output();
  output["facets"]["more"] = facet({{"text", std::string(5'000, 'x')}});
  const Json start = run_event("START", Json::array({output}));
  const Json end = run_event("COMPLETE", Json::array());
  for (int i = 0; i < 100; ++i) take(memory, snapshot, start, i);
  for (int i = 0; i < 100; ++i)
    EXPECT_THAT(take(memory, snapshot, end, i), testing::ElementsAre("snapshot-42")) << i;
}

TEST_F(Lineage, RunsThatHaveEndedAreForgottenFirst) {
  const Snapshot& snapshot = *service.snapshot();
  api::LineageMemory memory{{.runs = 10}};
  const Json start = run_event("START", Json::array({rich_output()}));
  take(memory, snapshot, start, 0);
  for (int i = 1; i < 100; ++i) take(memory, snapshot, complete, i);
  EXPECT_THAT(take(memory, snapshot, run_event("COMPLETE", Json::array()), 0),
              testing::ElementsAre("snapshot-42"));
  for (int i = 100; i < 200; ++i) take(memory, snapshot, start, i);
  EXPECT_THAT(take(memory, snapshot, run_event("COMPLETE", Json::array()), 100), testing::IsEmpty())
      << "a limit is one";
}

TEST_F(Lineage, AReplayKeepsItsPartition) {
  std::vector<AssetDefinition> assets = shop();
  service.load({assets[1], assets[2], assets[3]});
  Json event = complete;
  event["run"]["facets"]["nominalTime"] = facet({{"nominalStartTime", "2026-01-15T00:00:00Z"}});
  PartitionsDefinition monthly, daily;
  monthly.dimensions.push_back({.name = "", .of = StaticKeys{{"never"}}});
  daily.dimensions.push_back(
      {.name = "", .of = WindowsDefinition{.start = *parse_instant("2026-01-01")}});
  assets[0].partitions = monthly;
  service.load({assets[0]});
  lineage(event);
  const Json rejected = get("/api/v1/events?rejected=1").json()["items"];
  ASSERT_EQ(rejected.size(), 1U);
  EXPECT_EQ(Json::parse(rejected[0]["body"].get<std::string>())["run"]["facets"]["nominalTime"]
                                                               ["nominalStartTime"],
            "2026-01-15T00:00:00Z");
  assets[0].partitions = daily;
  service.load({assets[0]});
  // As after a restart: nothing is known of the run.
  api::Api again{service, clock, {.token_hash = api::sha256_hex(token)}};
  http::Request request;
  request.method = "POST";
  request.target = "/api/v1/events/" + rejected[0]["id"].get<std::string>() + "/replay";
  request.headers = {{"host", "localhost:4747"}, {"authorization", std::string{"Bearer "} + token}};
  int status = 0;
  again.handle(std::move(request),
               http::Responder{[&](const http::Response& response) { status = response.status; }});
  service.drain();
  EXPECT_EQ(status, 202);
  ASSERT_EQ(updates().size(), 1U);
  EXPECT_EQ(updates()[0]["partition"], "2026-01-15");
}

TEST_F(Lineage, WhatOurStepsMakeIsToldByThem) {
  EXPECT_EQ(lineage(run_event("COMPLETE", Json::array({dataset("marts/revenue")}))).status, 201);
  EXPECT_EQ(updates("marts/revenue").size(), 0U);
  const Json report = get("/api/v1/lineage/unmapped").json();
  EXPECT_EQ(report["ours"], 1);
  EXPECT_EQ(report["items"].size(), 0U);
}

TEST_F(Lineage, UnknownDatasetsAreListed) {
  lineage(run_event("COMPLETE", Json::array({dataset("crm.orders"), dataset("raw/orders")})));
  Json again = run_event("COMPLETE", Json::array({dataset("crm.orders")}));
  again["run"]["runId"] = "0197f3c1-7a52-7000-8000-000000000002";
  lineage(again);
  const Json report = get("/api/v1/lineage/unmapped").json();
  ASSERT_EQ(report["items"].size(), 1U);
  EXPECT_EQ(report["items"][0]["namespace"], "lake");
  EXPECT_EQ(report["items"][0]["name"], "crm.orders");
  EXPECT_EQ(report["items"][0]["count"], 2);
  EXPECT_EQ(report["items"][0]["job"], "spark/load.orders");
  EXPECT_EQ(report["updates"], 1);
  EXPECT_EQ(report["topics"][0]["state"], "reading");
}

TEST_F(Lineage, AnotherNameOfADatasetWillDo) {
  Json table = dataset("/warehouse/orders");
  table["facets"]["symlinks"] = facet(
      {{"identifiers",
        Json::array({Json{{"namespace", "hive"}, {"name", "raw/orders"}, {"type", "TABLE"}}})}});
  lineage(run_event("COMPLETE", Json::array({table})));
  EXPECT_EQ(updates().size(), 1U);
}

TEST_F(Lineage, AssertionsAreResultsOfChecksOfTheirName) {
  std::vector<AssetDefinition> assets = shop();
  assets[0].checks = {{.name = "not_null_id"}, {.name = "fresh", .severity = CheckSeverity::warn}};
  service.load(assets);
  const auto assertion = [](const char* name, const char* column, bool success) {
    Json out{{"assertion", name}, {"success", success}};
    if (*column != '\0') out["column"] = column;
    return out;
  };
  Json out = dataset("raw/orders");
  out["facets"]["dataQualityAssertions"] =
      facet({{"assertions", {assertion("not_null", "id", true), assertion("unique", "id", true)}}});
  lineage(run_event("COMPLETE", Json::array({out})));
  Json in = dataset("raw/orders");
  in["inputFacets"] = {{"dataQualityAssertions",
                        facet({{"assertions", Json::array({assertion("fresh", "", false)})}})}};
  Json test = run_event("FAIL", Json::array(), Json::array({in}));
  test["run"]["runId"] = "0197f3c1-7a52-7000-8000-000000000003";
  EXPECT_EQ(lineage(test).json()["updates"], 1);
  Json results = Json::object();
  for (const Json& event : updates()) {
    if (event["kind"] == "check") results[event["name"].get<std::string>()] = event["passed"];
  }
  EXPECT_EQ(results, (Json{{"not_null_id", true}, {"fresh", false}}));
  for (const Json& event : updates()) {
    if (event["kind"] == "observation")
      EXPECT_EQ(event["metadata"]["assertions"][0]["assertion"], "unique");
  }
}

TEST_F(Lineage, ARunsNominalTimeTellsThePartition) {
  std::vector<AssetDefinition> assets = shop();
  PartitionsDefinition daily;
  daily.dimensions.push_back(
      {.name = "", .of = WindowsDefinition{.start = *parse_instant("2026-01-01")}});
  assets[0].partitions = daily;
  service.load({assets[0]});
  Json event = complete;
  event["run"]["facets"]["nominalTime"] = facet({{"nominalStartTime", "2026-01-15T00:00:00Z"}});
  lineage(event);
  ASSERT_EQ(updates().size(), 1U);
  EXPECT_EQ(updates()[0]["partition"], "2026-01-15");
  Json open = complete;
  open["run"]["runId"] = "0197f3c1-7a52-7000-8000-000000000004";
  EXPECT_EQ(lineage(open).status, 201) << "no concern of the sender's";
  const Json rejected = get("/api/v1/events?rejected=1").json()["items"];
  ASSERT_EQ(rejected.size(), 1U);
  EXPECT_THAT(rejected[0]["reason"].get<std::string>(), HasSubstr("has partitions: say which"));
}

TEST_F(Lineage, OfABatchWhatIsNoEventIsNamed) {
  const Answer answer = post("/api/v1/lineage/batch", Json::array({complete, Json{{"x", 1}}}));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.json()["status"], "partial_success");
  EXPECT_EQ(answer.json()["summary"], (Json{{"received", 2},
                                            {"successful", 1},
                                            {"failed", 1},
                                            {"retriable", 0},
                                            {"non_retriable", 1}}));
  EXPECT_EQ(answer.json()["failed_events"][0]["index"], 1);
  EXPECT_EQ(updates().size(), 1U);
}

TEST_F(Lineage, WhatIsNoneIsRefused) {
  EXPECT_EQ(lineage(Json{{"x", 1}}).status, 422);
  EXPECT_EQ(send("POST", "/api/v1/lineage", "{").status, 400);
  EXPECT_EQ(lineage(Json::array({complete})).status, 400);
  EXPECT_EQ(post("/api/v1/lineage/batch", complete).status, 400);
  EXPECT_EQ(bare("POST", "/api/v1/lineage", {{"host", "localhost"}}, complete.dump()).status, 401);
}

TEST_F(Lineage, ABodyMayBeCompressed) {
  const Headers gzipped{{"content-encoding", "gzip"}, {"content-type", "application/json"}};
  EXPECT_EQ(send("POST", "/api/v1/lineage", api::gzip(complete.dump()), gzipped).status, 201);
  EXPECT_EQ(updates().size(), 1U);
  EXPECT_EQ(send("POST", "/api/v1/lineage", complete.dump(), gzipped).status, 400);
  const std::string packed = api::gzip(std::string(100'000, ' '));
  EXPECT_TRUE(gunzip(packed, 100'000));
  EXPECT_FALSE(gunzip(packed, 99'999));
  EXPECT_FALSE(gunzip(packed.substr(0, packed.size() - 9), 100'000)) << "cut short";
}

TEST_F(Lineage, WhatIsCompressedIsReadElsewhere) {
  const Json start = run_event("START", Json::array());
  const Headers headers{{"host", "localhost"},
                        {"authorization", std::string{"Bearer "} + token},
                        {"content-encoding", "gzip"}};
  const auto answer = begin("POST", "/api/v1/lineage", api::gzip(start.dump()), headers);
  EXPECT_EQ(answer->status, 0);
  service.drain();
  EXPECT_EQ(answer->status, 201);
}

TEST_F(Lineage, ListsHaveALimit) {
  Json many = Json::array();
  for (int i = 0; i < 10'001; ++i) many.push_back(dataset("raw/" + std::to_string(i)));
  const Answer answer = lineage(run_event("START", many));
  EXPECT_EQ(answer.status, 422);
  EXPECT_THAT(answer.json()["detail"].get<std::string>(),
              HasSubstr("/outputs: want at most 10000 datasets, not 10001"));
  Json batch = Json::array();
  for (int i = 0; i < 10'001; ++i) batch.push_back(i);
  EXPECT_THAT(post("/api/v1/lineage/batch", batch).json()["detail"].get<std::string>(),
              HasSubstr("want at most 10000 events, not 10001"));
}

TEST_F(Lineage, PublicationsSayHowFarTheyAre) {
  service.publications_list = {{.project = "shop",
                                .name = "catalog",
                                .format = "openlineage",
                                .target = "http://marquez",
                                .state = "retrying",
                                .waiting = 3,
                                .oldest = clock.now() - std::chrono::seconds{5},
                                .attempts = 2,
                                .error = "HTTP 503"}};
  const Json one = get("/api/v1/publications").json()["items"][0];
  EXPECT_EQ(one["behind"], 5.0);
  EXPECT_EQ(one["waiting"], 3);
  EXPECT_EQ(one["error"], "HTTP 503");
  EXPECT_EQ(one["last_delivered"], nullptr);
}

}  // namespace
}  // namespace freshet::test
