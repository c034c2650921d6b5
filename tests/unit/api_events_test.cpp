#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/intake.hpp"
#include "api_fixture.hpp"

namespace freshet::test {
namespace {

using api::read_events;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const http::Headers plain{{"content-type", "application/json"}};
const http::Headers structured{{"content-type", "application/cloudevents+json; charset=utf-8"}};
const http::Headers batched{{"content-type", "application/cloudevents-batch+json"}};

Json cloud_event() {
  return {{"specversion", "1.0"},
          {"id", "e1"},
          {"source", "/shop"},
          {"type", "com.example.loaded"},
          {"subject", "raw/orders"},
          {"time", "2026-01-31T13:00:00Z"},
          {"data", {{"data_version", "v7"}, {"metadata", {{"rows", 3}}}}}};
}
Json with(const Json& base, const std::string& field, const Json& value) {
  Json out = base;
  out[field] = value;
  return out;
}
Json without(const Json& base, const std::string& field) {
  Json out = base;
  out.erase(field);
  return out;
}

struct Malformed {
  const char* name;
  http::Headers headers;
  std::string body;
  int status;
  const char* detail;
};
class MalformedEvents : public testing::TestWithParam<Malformed> {};
TEST_P(MalformedEvents, AreRefusedWithTheirPlace) {
  const auto result = read_events(GetParam().headers, GetParam().body);
  ASSERT_TRUE(result.problem);
  EXPECT_TRUE(result.items.empty());
  EXPECT_EQ(result.problem->status, GetParam().status);
  EXPECT_THAT(result.problem->detail, HasSubstr(GetParam().detail));
}
const Json report{{"asset", "raw/orders"}};
INSTANTIATE_TEST_SUITE_P(
    CloudEvents, MalformedEvents,
    testing::Values(
        Malformed{"truncated", structured, cloud_event().dump().substr(0, 60), 400,
                  "it ends too early"},
        Malformed{"empty", structured, "", 400, "it ends too early"},
        Malformed{"wrong_specversion", structured, with(cloud_event(), "specversion", "0.3").dump(),
                  400, "want \"1.0\""},
        Malformed{"no_specversion", structured, without(cloud_event(), "specversion").dump(), 400,
                  "/specversion"},
        Malformed{"no_id", structured, without(cloud_event(), "id").dump(), 400, "/id: is missing"},
        Malformed{"empty_id", structured, with(cloud_event(), "id", "").dump(), 400,
                  "/id: want a text that is not empty"},
        Malformed{"number_as_id", structured, with(cloud_event(), "id", 7).dump(), 400, "/id"},
        Malformed{"no_source", structured, without(cloud_event(), "source").dump(), 400, "/source"},
        Malformed{"no_type", structured, without(cloud_event(), "type").dump(), 400, "/type"},
        Malformed{"wrong_time", structured, with(cloud_event(), "time", "yesterday").dump(), 400,
                  "RFC 3339"},
        Malformed{"subject_of_wrong_type", structured, with(cloud_event(), "subject", 7).dump(),
                  400, "/subject"},
        Malformed{"data_twice", structured, with(cloud_event(), "data_base64", "eA==").dump(), 400,
                  "data_base64"},
        Malformed{"version_of_wrong_type", structured,
                  with(cloud_event(), "data", {{"data_version", Json::array()}}).dump(), 400,
                  "/data/data_version"},
        Malformed{"list_as_one", structured, Json::array({cloud_event()}).dump(), 400,
                  "want a CloudEvent"},
        Malformed{"one_as_list", batched, cloud_event().dump(), 400, "want a list"},
        Malformed{"second_of_a_batch", batched,
                  Json::array({cloud_event(), without(cloud_event(), "id")}).dump(), 400, "/1/id"},
        Malformed{"number_in_a_batch", batched, "[1]", 400, "/0: want an object"},
        Malformed{"avro",
                  {{"content-type", "application/cloudevents+avro"}},
                  "x",
                  415,
                  "want application/json"},
        Malformed{"binary_without_id",
                  {{"ce-specversion", "1.0"},
                   {"ce-source", "s"},
                   {"ce-type", "t"},
                   {"ce-subject", "raw/orders"}},
                  "",
                  400,
                  "/id"},
        Malformed{
            "binary_broken_encoding",
            {{"ce-specversion", "1.0"}, {"ce-id", "%zz"}, {"ce-source", "s"}, {"ce-type", "t"}},
            "",
            400,
            "header ce-id"},
        Malformed{"binary_truncated_data",
                  {{"content-type", "application/json"},
                   {"ce-specversion", "1.0"},
                   {"ce-id", "1"},
                   {"ce-source", "s"},
                   {"ce-type", "t"}},
                  "{\"data_version\": ",
                  400,
                  "it ends too early"}),
    [](const auto& c) { return std::string{c.param.name}; });
INSTANTIATE_TEST_SUITE_P(
    Reports, MalformedEvents,
    testing::Values(Malformed{"empty", plain, "", 400, "too early"},
                    Malformed{"text", plain, "\"raw/orders\"", 400, "want a report"},
                    Malformed{"no_asset", plain, "{}", 400, "/asset: is missing"},
                    Malformed{"kind", plain, with(report, "kind", "news").dump(), 400, "/kind"},
                    Malformed{"field", plain, with(report, "data_verison", "1").dump(), 400,
                              "did you mean \"data_version\"?"},
                    Malformed{"metadata", plain, with(report, "metadata", "x").dump(), 400,
                              "/metadata: want an object"},
                    Malformed{"check_without_name", plain,
                              with(with(report, "kind", "check"), "passed", true).dump(), 400,
                              "/name"},
                    Malformed{"check_without_result", plain,
                              with(with(report, "kind", "check"), "name", "n").dump(), 400,
                              "/passed"},
                    Malformed{"too_deep", plain,
                              R"({"asset":"a","metadata":{"a":)" + std::string(70, '[') +
                                  std::string(70, ']') + "}}",
                              400, "deeper than 64"},
                    Malformed{"not_utf8", plain, "{\"asset\":\"\xff\"}", 400, "UTF-8"},
                    Malformed{"form",
                              {{"content-type", "application/x-www-form-urlencoded"}},
                              "asset=a",
                              415,
                              "want application/json"},
                    Malformed{"too_many", plain,
                              [] {
                                std::string text = "[{\"asset\":\"a\"}";
                                for (int i = 0; i < 10'000; ++i) text += ",{\"asset\":\"a\"}";
                                return text + ']';
                              }(),
                              413, "10000"}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(Events, APlainReportIsRead) {
  const auto result =
      read_events(plain, R"({"kind": "check", "asset": "a/b", "name": "n", "passed": true,
      "severity": "warn", "metadata": {"x": [1]}, "id": "7", "data_version": 12})");
  ASSERT_FALSE(result.problem) << result.problem->detail;
  const input::Event& event = result.items.at(0).event.value();
  EXPECT_EQ(event.kind, input::Event::Kind::check);
  EXPECT_EQ(event.asset, "a/b");
  EXPECT_EQ(event.check, "n");
  EXPECT_TRUE(event.passed);
  EXPECT_EQ(event.severity, CheckSeverity::warn);
  EXPECT_EQ(event.metadata, R"({"x":[1]})");
  EXPECT_EQ(event.id, "7");
  EXPECT_EQ(event.data_version, "12");
  EXPECT_EQ(event.source, "api");
}

class CloudEventForms : public testing::TestWithParam<std::pair<http::Headers, std::string>> {};
TEST_P(CloudEventForms, MeanTheSame) {
  const auto result = read_events(GetParam().first, GetParam().second);
  ASSERT_FALSE(result.problem) << result.problem->detail;
  const input::Event& event = result.items.at(0).event.value();
  EXPECT_EQ(event.kind, input::Event::Kind::automatic);
  EXPECT_EQ(event.asset, "raw/orders");
  EXPECT_EQ(event.source, "/shop");
  EXPECT_EQ(event.id, "e1");
  EXPECT_EQ(event.data_version, "v7");
  EXPECT_EQ(event.metadata, R"({"rows":3})");
}
INSTANTIATE_TEST_SUITE_P(Table, CloudEventForms,
                         testing::Values(std::pair{structured, cloud_event().dump()},
                                         std::pair{plain, cloud_event().dump()},
                                         std::pair{batched, Json::array({cloud_event()}).dump()},
                                         std::pair{
                                             http::Headers{{"content-type", "application/json"},
                                                           {"ce-specversion", "1.0"},
                                                           {"ce-id", "e%31"},
                                                           {"ce-source", "%2Fshop"},
                                                           {"ce-type", "t"},
                                                           {"ce-subject", "raw/orders"}},
                                             cloud_event()["data"].dump()}));

TEST(CloudEvents, DataOfAnotherTypeIsNotLookedAt) {
  for (const Json& data : {Json("text"), Json(7), Json(nullptr), Json::array()}) {
    const auto result = read_events(structured, with(cloud_event(), "data", data).dump());
    ASSERT_FALSE(result.problem) << data;
    EXPECT_EQ(result.items.at(0).event.value().data_version, "");
  }
  const auto binary = read_events({{"content-type", "text/csv"},
                                   {"ce-specversion", "1.0"},
                                   {"ce-id", "1"},
                                   {"ce-source", "s"},
                                   {"ce-type", "t"},
                                   {"ce-subject", "a"}},
                                  "x;y\n");
  ASSERT_FALSE(binary.problem);
}

TEST(CloudEvents, WhatIsWellFormedButOfNoUseIsAnErrorOfItsOwn) {
  for (const Json& event : {without(cloud_event(), "subject")}) {
    const auto result = read_events(structured, event.dump());
    ASSERT_FALSE(result.problem);
    EXPECT_FALSE(result.items.at(0).event);
    EXPECT_NE(result.items.at(0).error, "");
  }
}

TEST(CloudEvents, AttributesInHeadersArePercentDecoded) {
  EXPECT_EQ(api::decode_attribute("Euro%20%E2%82%AC%20%F0%9F%98%80"),
            "Euro \xE2\x82\xAC \xF0\x9F\x98\x80");
  EXPECT_EQ(api::decode_attribute("100%25"), "100%");
  for (const char* bad : {"%", "%4", "%zz", "%FF", "a%e2%82"})
    EXPECT_FALSE(api::decode_attribute(bad)) << bad;
}

// --- over HTTP

TEST_F(ApiTest, AReportIsTakenInAndStartsWhatReadsIt) {
  const Answer answer = post("/api/v1/events", {{"asset", "raw/orders"}, {"data_version", "v1"}});
  ASSERT_EQ(answer.status, 202) << answer.body;
  const Json event = answer.json()["events"][0];
  EXPECT_EQ(event["asset"], "raw/orders");
  EXPECT_EQ(event["duplicate"], false);
  EXPECT_TRUE(event["id"].is_string());
  EXPECT_EQ(service.snapshot()->runs.size(), 1U);
}

TEST_F(ApiTest, AnEventSentTwiceIsADuplicate) {
  const Headers headers{{"content-type", "application/cloudevents+json"}};
  const Json first = send("POST", "/api/v1/events", cloud_event().dump(), headers).json();
  const Answer second = send("POST", "/api/v1/events", cloud_event().dump(), headers);
  ASSERT_EQ(second.status, 202);
  EXPECT_EQ(second.json()["events"][0]["duplicate"], true);
  EXPECT_EQ(second.json()["events"][0]["id"], first["events"][0]["id"]);
}

TEST_F(ApiTest, AnUnknownAssetIs422AndADeadEvent) {
  const Answer answer = post("/api/v1/events", {{"asset", "raw/order"}, {"data_version", "v1"}});
  EXPECT_EQ(answer.status, 422);
  EXPECT_EQ(answer.code(), "event_rejected");
  EXPECT_THAT(answer.json()["detail"].get<std::string>(), HasSubstr("raw/orders"));
  const Json dead = get("/api/v1/events?rejected=1").json();
  ASSERT_EQ(dead["items"].size(), 1U);
  EXPECT_EQ(dead["items"][0]["kind"], "rejected");
  EXPECT_EQ(dead["items"][0]["asset"], "raw/order");
  EXPECT_EQ(Json::parse(dead["items"][0]["body"].get<std::string>())["data_version"], "v1");
}

TEST_F(ApiTest, EventsAreListedByKindAndByAsset) {
  ASSERT_EQ(post("/api/v1/events", {{"asset", "raw/orders"}, {"data_version", "v1"}}).status, 202);
  ASSERT_EQ(post("/api/v1/events", {{"asset", "logs/events"}}).status, 202);
  ASSERT_EQ(post("/api/v1/events", {{"asset", "raw/orders"}, {"partition", "x"}}).status, 422);
  ASSERT_EQ(post("/api/v1/events", {{"asset", "raw/order"}}).status, 422);
  const auto said = [&](const std::string& query) {
    const Answer answer = get("/api/v1/events?" + query);
    EXPECT_EQ(answer.status, 200) << answer.body;
    std::vector<std::string> out;
    const Json items = answer.json()["items"];
    for (const Json& item : items)
      out.push_back(item["kind"].get<std::string>() + ' ' + item["asset"].get<std::string>());
    return out;
  };
  EXPECT_THAT(said("kind=observation"),
              ElementsAre("observation logs/events", "observation raw/orders"));
  EXPECT_THAT(said("kind=observation,rejected&asset=raw/orders"),
              ElementsAre("rejected raw/orders", "observation raw/orders"));
  EXPECT_THAT(said("rejected=1&asset=raw/order"), ElementsAre("rejected raw/order"));
  EXPECT_THAT(said("rejected=1&asset=raw/order,raw/orders"),
              ElementsAre("rejected raw/order", "rejected raw/orders"));
  EXPECT_THAT(said("asset=nobody"), IsEmpty());
  const Json first = get("/api/v1/events?asset=raw/orders&limit=1").json();
  ASSERT_EQ(first["items"].size(), 1U);
  const Json second = get("/api/v1/events?asset=raw/orders&limit=1&cursor=" +
                          first["next_cursor"].get<std::string>())
                          .json();
  EXPECT_EQ(second["items"][0]["kind"], "observation");
  EXPECT_EQ(get("/api/v1/events?kind=news").code(), "query_invalid");
}

TEST_F(ApiTest, EventsOfAnAssetAndWhatWasRejectedOfItStandInTheirOrderOnPagesOfAnySize) {
  for (int i = 0; i < 7; ++i) {
    ASSERT_EQ(post("/api/v1/events", {{"asset", "raw/orders"}}).status, 202);
    ASSERT_EQ(post("/api/v1/events", {{"asset", "logs/events"}}).status, 202);
    if (i % 3 != 0) continue;
    ASSERT_EQ(post("/api/v1/events", {{"asset", "raw/orders"}, {"partition", "x"}}).status, 422);
    ASSERT_EQ(post("/api/v1/events", {{"asset", "raw/order"}}).status, 422);
  }
  const auto listed = [&](int limit) {
    std::vector<std::string> out;
    std::string cursor;
    for (int pages = 0; pages < 20; ++pages) {
      const Json page =
          get("/api/v1/events?asset=raw/orders&limit=" + std::to_string(limit) + cursor).json();
      EXPECT_LE(page["items"].size(), static_cast<std::size_t>(limit));
      for (const Json& item : page["items"])
        out.push_back(item["kind"].get<std::string>() + ' ' + item["id"].get<std::string>());
      if (page["next_cursor"].is_null()) return out;
      EXPECT_FALSE(page["items"].empty());
      cursor = "&cursor=" + page["next_cursor"].get<std::string>();
    }
    ADD_FAILURE() << "there is no end";
    return out;
  };
  const auto all = listed(1'000);
  EXPECT_EQ(all.size(), 10U);
  EXPECT_THAT(all[0], HasSubstr("rejected"));
  for (const int limit : {1, 2, 3, 4, 9, 10, 11}) EXPECT_EQ(listed(limit), all) << limit;
}

TEST_F(ApiTest, AnEventSaysWhatItLedTo) {
  ASSERT_EQ(post("/api/v1/events", {{"asset", "raw/orders"}, {"data_version", "v1"}}).status, 202);
  const std::string run = to_text(service.snapshot()->runs.begin()->first);
  ASSERT_EQ(post("/api/v1/events", {{"asset", "logs/events"}, {"data_version", "v1"}}).status, 202);
  const Json items = get("/api/v1/events?kind=observation&effects=1").json()["items"];
  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(items[0]["effects"], Json::array()) << "nothing reads logs/events";
  const Json of_asset =
      get("/api/v1/assets/raw/orders/events?effects=1").json()["items"][0]["effects"];
  EXPECT_EQ(items[1]["effects"], of_asset);
  ASSERT_EQ(of_asset.size(), 1U);
  EXPECT_EQ(of_asset[0]["run"], run);
  EXPECT_EQ(of_asset[0]["assets"][0], "staging/orders");
  EXPECT_EQ(of_asset[0]["later"], false);
  EXPECT_FALSE(get("/api/v1/events").json()["items"][0].contains("effects"));
}

TEST_F(ApiTest, WhatIsHeldBackIsAnEffectToo) {
  ASSERT_EQ(post("/api/v1/automation/pause", {{"select", "staging/orders"}}).status, 200);
  ASSERT_EQ(post("/api/v1/events", {{"asset", "raw/orders"}, {"data_version", "v1"}}).status, 202);
  const Json effects = get("/api/v1/events?effects=1").json()["items"][0]["effects"];
  ASSERT_EQ(effects.size(), 1U);
  EXPECT_EQ(effects[0]["withheld"], true);
  EXPECT_EQ(effects[0]["run"], nullptr);
}

TEST_F(ApiTest, AnEventOfAPartitionSaysWhichRunLaterReadThat) {
  std::vector<AssetDefinition> assets = shop();
  PartitionsDefinition days;
  days.dimensions.push_back(
      {.name = "", .of = WindowsDefinition{.start = *parse_instant("2026-01-01")}});
  assets[0].partitions = days;
  assets[1].partitions = days, assets[1].automation = "";  // somebody asks for it
  service.load(assets);
  const auto effects_of = [&](const std::string& partition) -> Json {
    const Json items = get("/api/v1/events?kind=observation&effects=1").json()["items"];
    for (const Json& item : items) {
      if (item["partition"] == partition) return item["effects"];
    }
    return nullptr;
  };
  for (const char* day : {"2026-01-10", "2026-01-11"}) {
    ASSERT_EQ(post("/api/v1/events", {{"asset", "raw/orders"}, {"partition", day}}).status, 202);
    EXPECT_EQ(effects_of(day), Json::array()) << "nothing so far";
    clock.advance(std::chrono::minutes{1});
  }
  ASSERT_EQ(
      post("/api/v1/runs", {{"assets", {"staging/orders"}}, {"partitions", "2026-01-11"}}).status,
      201);
  const std::string run = to_text(service.snapshot()->runs.begin()->first);
  service.end_step();
  EXPECT_EQ(effects_of("2026-01-10"), Json::array()) << "another partition";
  const Json effects = effects_of("2026-01-11");
  ASSERT_EQ(effects.size(), 1U);
  EXPECT_EQ(effects[0]["run"], run);
  EXPECT_EQ(effects[0]["assets"], Json::array({"staging/orders"}));
  EXPECT_EQ(effects[0]["later"], true);
}

TEST_F(ApiTest, ABatchIsTakenInAsFarAsItCanBe) {
  const Json batch{{{"asset", "raw/orders"}},
                   {{"asset", "nobody"}},
                   {{"asset", "logs/events"}, {"partition", "p"}}};
  const Answer answer = post("/api/v1/events", batch);
  ASSERT_EQ(answer.status, 202);
  const Json events = answer.json()["events"];
  EXPECT_TRUE(events[0]["id"].is_string());
  EXPECT_EQ(events[1]["id"], nullptr);
  EXPECT_THAT(events[1]["error"].get<std::string>(), HasSubstr("nobody"));
  EXPECT_THAT(events[2]["error"].get<std::string>(), HasSubstr("partitions"));
  const Answer none = post("/api/v1/events", Json{{{"asset", "nobody"}}, {{"asset", "noone"}}});
  EXPECT_EQ(none.status, 422);
  EXPECT_EQ(none.json()["errors"].size(), 2U);
  EXPECT_EQ(none.json()["errors"][1]["pointer"], "/1");
}

TEST_F(ApiTest, APartitionOfAnAssetThatHasNoneIsRefused) {
  const Answer answer =
      post("/api/v1/events", {{"asset", "raw/orders"}, {"partition", "2026-01-31"}});
  EXPECT_EQ(answer.status, 422);
  EXPECT_THAT(answer.body, HasSubstr("raw/orders has no partitions"));
}

TEST_F(ApiTest, NothingOfAMalformedBatchIsTakenIn) {
  const std::string before = sequence();
  EXPECT_EQ(post("/api/v1/events", Json{{{"asset", "raw/orders"}}, {{"kind", "x"}}}).status, 400);
  EXPECT_EQ(sequence(), before);
}

TEST_F(ApiTest, AnEmptyBatchIsFine) {
  EXPECT_EQ(post("/api/v1/events", Json::array()).json()["events"], Json::array());
}

TEST_F(ApiTest, ALargeBatchIsReadElsewhereAndTakenInWhole) {
  Json batch = Json::array();
  for (int i = 0; i < 2'000; ++i)
    batch.push_back({{"asset", "logs/events"}, {"data_version", std::to_string(i)}});
  const Answer answer = post("/api/v1/events", batch);
  ASSERT_EQ(answer.status, 202);
  EXPECT_EQ(answer.json()["events"].size(), 2'000U);
}

TEST_F(ApiTest, AReportIsReplayedByItsKey) {
  const Headers key{{"idempotency-key", "r1"}};
  const Answer first = post("/api/v1/events", {{"asset", "raw/orders"}}, key);
  const std::string before = sequence();
  const Answer second = post("/api/v1/events", {{"asset", "raw/orders"}}, key);
  EXPECT_EQ(second.status, 202);
  EXPECT_EQ(second.body, first.body);
  EXPECT_EQ(second.header("idempotency-replayed"), "true");
  EXPECT_EQ(sequence(), before);
  EXPECT_EQ(post("/api/v1/events", {{"asset", "logs/events"}}, key).code(),
            "idempotency_key_reused");
}

TEST_F(ApiTest, TheKeyOfABinaryCloudEventCoversItsHeaders) {
  Headers headers{{"ce-specversion", "1.0"},    {"ce-id", "1"},
                  {"ce-source", "s"},           {"ce-type", "t"},
                  {"ce-subject", "raw/orders"}, {"idempotency-key", "r1"}};
  EXPECT_EQ(send("POST", "/api/v1/events", "", headers).status, 202);
  headers[4].second = "logs/events";
  EXPECT_EQ(send("POST", "/api/v1/events", "", headers).code(), "idempotency_key_reused");
}

TEST_F(ApiTest, RecentEventsAreListedForAllAssets) {
  ASSERT_EQ(post("/api/v1/events", {{"asset", "raw/orders"}}).status, 202);
  ASSERT_EQ(post("/api/v1/events", {{"asset", "nobody"}}).status, 422);
  ASSERT_EQ(post("/api/v1/events", {{"asset", "logs/events"}}).status, 202);
  const Json items = get("/api/v1/events").json()["items"];
  ASSERT_EQ(items.size(), 3U);
  EXPECT_EQ(items[0]["asset"], "logs/events");
  EXPECT_EQ(items[1]["kind"], "rejected");
  EXPECT_EQ(items[2]["asset"], "raw/orders");
}

// --- Replays.

TEST_F(ApiTest, WhatWasRejectedIsTakenInOnceItIsUnderstood) {
  const Json report_of_later{{"asset", "raw/later"}, {"data_version", "v1"}, {"id", "e1"}};
  ASSERT_EQ(post("/api/v1/events", report_of_later).status, 422);
  const Json dead = get("/api/v1/events?rejected=1").json()["items"][0];
  EXPECT_EQ(dead["replayed_at"], nullptr);
  const std::string replay = "/api/v1/events/" + dead["id"].get<std::string>() + "/replay";
  EXPECT_EQ(send("POST", replay).code(), "event_rejected") << "nothing has changed";
  auto assets = shop();
  assets.push_back(asset("raw/later"));
  assets.back().external = true;
  service.load(assets);
  const Answer first = send("POST", replay);
  ASSERT_EQ(first.status, 202) << first.body;
  EXPECT_EQ(first.json()["events"][0]["asset"], "raw/later");
  EXPECT_EQ(first.json()["events"][0]["duplicate"], false);
  const std::string before = sequence();
  const Answer second = send("POST", replay);
  ASSERT_EQ(second.status, 202) << second.body;
  EXPECT_EQ(second.json()["events"][0]["duplicate"], true);
  EXPECT_EQ(second.json()["events"][0]["id"], first.json()["events"][0]["id"]);
  EXPECT_EQ(sequence(), before);
  const Json items = get("/api/v1/events?rejected=1").json()["items"];
  EXPECT_EQ(post("/api/v1/events", report_of_later).json()["events"][0]["duplicate"], true);
  ASSERT_EQ(items.size(), 1U) << "an attempt that failed is no event of its own";
  EXPECT_TRUE(items[0]["replayed_at"].is_string());
}

TEST_F(ApiTest, WhatASourceCouldNotUseIsForItsSourceToJudge) {
  auto assets = shop();
  const auto reject = [&](const std::string& body) {
    input::Report report;
    report.events.push_back({.kind = input::Event::Kind::observation,
                             .asset = "raw/orders",
                             .source = "raw/orders",
                             .body = body,
                             .error = "0:17: the message is not JSON"});
    service.submit(std::move(report), [](const Reply&) {});
    service.drain();
    return "/api/v1/events/" +
           get("/api/v1/events?rejected=1").json()["items"][0]["id"].get<std::string>() + "/replay";
  };
  // A webhook's, by its rules; others are asked.
  assets[0].source.webhook.data_version = "$.revision";
  service.load(assets);
  const std::string hook = reject(R"({"id": "v7"})");
  EXPECT_THAT(send("POST", hook).body,
              HasSubstr("data_version $.revision is not in what was sent"));
  assets[0].source.webhook.data_version = "$.id";
  service.load(assets);
  EXPECT_EQ(send("POST", hook).status, 202);
  EXPECT_EQ(get("/api/v1/assets/raw/orders/events").json()["items"][0]["data_version"], "v7");
  assets[0].source.kind = SourceKind::kafka;
  service.load(assets);
  const Answer hopeless = send("POST", reject("{"));
  EXPECT_EQ(hopeless.status, 422);
  EXPECT_EQ(hopeless.code(), "event_rejected");
  EXPECT_THAT(hopeless.body, HasSubstr("the message is not JSON"));
  const Answer taken = send("POST", reject("v8"));
  ASSERT_EQ(taken.status, 202) << taken.body;
  EXPECT_EQ(get("/api/v1/assets/raw/orders/events").json()["items"][0]["data_version"], "v8");
}

TEST_F(ApiTest, AMistakeOfOursCostsOneRequest) {
  service.reader.is_broken = true;
  const Answer answer = send("POST", "/api/v1/events/1/replay");
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.code(), "internal");
  EXPECT_EQ(answer.body.find("promise"), std::string::npos);
  service.reader.is_broken = false;
  EXPECT_EQ(send("POST", "/api/v1/events/1/replay").status, 409);
}

TEST_F(ApiTest, OnlyWhatWasRejectedIsReplayed) {
  const Json taken = post("/api/v1/events", {{"asset", "raw/orders"}}).json()["events"][0];
  EXPECT_EQ(send("POST", "/api/v1/events/" + taken["id"].get<std::string>() + "/replay").code(),
            "event_not_rejected");
  EXPECT_EQ(send("POST", "/api/v1/events/999999/replay").code(), "event_not_found");
  EXPECT_EQ(send("POST", "/api/v1/events/x/replay").code(), "event_not_found");
}

}  // namespace
}  // namespace freshet::test
