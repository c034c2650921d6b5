#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api_fixture.hpp"

namespace freshet::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::vector<std::string> keys_of(const Answer& answer) {
  std::vector<std::string> out;
  const Json json = answer.json();
  for (const Json& item : json.value("items", Json::array())) out.push_back(item.value("key", ""));
  return out;
}

TEST_F(ApiTest, AssetsAreListedByKey) {
  const Answer answer = get("/api/v1/assets");
  ASSERT_EQ(answer.status, 200);
  EXPECT_THAT(keys_of(answer),
              ElementsAre("logs/events", "marts/revenue", "raw/orders", "staging/orders"));
  EXPECT_EQ(answer.json()["total"], 4);
  EXPECT_EQ(answer.json()["items"][1]["data"], "missing");
  EXPECT_EQ(answer.header("etag"), '"' + sequence() + '"');
}

TEST_F(ApiTest, AssetsArePagedByCursor) {
  std::vector<std::string> all;
  std::string cursor;
  for (int pages = 0; pages < 5; ++pages) {
    const Answer answer = get("/api/v1/assets?limit=1&select=**/orders%20or%20marts/*" +
                              (cursor.empty() ? "" : "&cursor=" + cursor));
    ASSERT_EQ(answer.status, 200) << answer.body;
    for (auto& key : keys_of(answer)) all.push_back(key);
    if (answer.json()["next_cursor"].is_null()) break;
    cursor = answer.json()["next_cursor"];
  }
  EXPECT_THAT(all, ElementsAre("marts/revenue", "raw/orders", "staging/orders"));
  EXPECT_EQ(get("/api/v1/assets?limit=1&cursor=" + cursor).code(), "query_invalid")
      << "of another query";
}

TEST_F(ApiTest, AssetsAreSelected) {
  make_all();
  EXPECT_THAT(keys_of(get("/api/v1/assets?select=%2Bmarts/revenue")),
              ElementsAre("marts/revenue", "raw/orders", "staging/orders"));
  EXPECT_THAT(keys_of(get("/api/v1/assets?select=status:missing")), ElementsAre("logs/events"));
  EXPECT_THAT(keys_of(get("/api/v1/assets?status=fresh&select=owner:team:data")),
              ElementsAre("staging/orders"));
  EXPECT_THAT(keys_of(get("/api/v1/assets?select=automation:eager%20and%20not%20status:paused")),
              ElementsAre("marts/revenue", "staging/orders"));
  EXPECT_THAT(keys_of(get("/api/v1/assets?select=column:am*")), ElementsAre("staging/orders"));
}

TEST_F(ApiTest, OneLanguageOfSelectionsIsTakenEverywhere) {
  const auto expect_mistake = [](const Answer& answer) {
    EXPECT_EQ(answer.status, 400) << answer.body;
    EXPECT_THAT(answer.json().value("detail", ""),
                HasSubstr("unknown status \"stael\" at column 8; did you mean \"stale\"?"));
  };
  const auto body = [](const char* select) {
    return Json{{"select", select}, {"reason", "a test"}};
  };
  expect_mistake(get("/api/v1/assets?select=status:stael"));
  expect_mistake(post("/api/v1/runs", body("status:stael")));
  expect_mistake(post("/api/v1/backfills", body("status:stael")));
  expect_mistake(post("/api/v1/automation/pause", body("status:stael")));
  expect_mistake(post("/api/v1/automation/resume", body("status:stael")));
  expect_mistake(post("/api/v1/plan", {{"select", "status:stael"}}));

  make_all();
  EXPECT_EQ(
      post("/api/v1/automation/pause", body("automation:any and status:fresh")).json()["count"], 2);
  EXPECT_EQ(post("/api/v1/automation/resume", body("automation:paused and column:amount"))
                .json()["count"],
            1);
  EXPECT_THAT(keys_of(get("/api/v1/assets?status=paused")), ElementsAre("marts/revenue"));
}

TEST_F(ApiTest, ReadinessOfADayIsListedByKey) {
  const Answer answer =
      get("/api/v1/readiness?select=**/orders&timezone=Europe/Vienna&day=2026-10-25");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.json()["total"], 2);
  EXPECT_EQ(answer.json()["day"], "2026-10-25");
  EXPECT_EQ(answer.json()["begin"], "2026-10-24T22:00:00.000000Z");
  EXPECT_EQ(answer.json()["end"], "2026-10-25T23:00:00.000000Z") << "that day has 25 hours";
  const Json item = answer.json()["items"][1];
  EXPECT_EQ(item["asset"], "staging/orders");
  EXPECT_EQ(item["state"], "waiting");
  EXPECT_EQ(item["arrived_at"], nullptr);
  EXPECT_EQ(item["forecast"]["basis"], "history");
  EXPECT_EQ(service.asked.assets.size(), 2U);

  const Answer first = get("/api/v1/readiness?limit=1");
  EXPECT_EQ(first.json()["items"].size(), 1U);
  const std::string cursor = first.json()["next_cursor"];
  EXPECT_EQ(get("/api/v1/readiness?limit=3&cursor=" + cursor).json()["items"].size(), 3U);
  for (const char* bad : {"day=tomorrow", "day=2026-02-30", "timezone=Europe/Wien", "limit=0",
                          "select=%2B(", "cursor=x"}) {
    EXPECT_EQ(get(std::string{"/api/v1/readiness?"} + bad).status, 400) << bad;
  }
  EXPECT_EQ(get("/api/v1/readiness?select=nobody").status, 422);
}

TEST_F(ApiTest, ReadinessOfAnAssetIsListedByDay) {
  const Answer answer = get("/api/v1/assets/staging/orders/readiness?days=3&day=2026-03-01");
  ASSERT_EQ(answer.status, 200) << answer.body;
  const Json body = answer.json();
  std::vector<std::string> days;
  for (const Json& item : body["items"]) days.push_back(item["day"]);
  EXPECT_THAT(days, ElementsAre("2026-02-27", "2026-02-28", "2026-03-01"));
  EXPECT_EQ(answer.json()["items"][0]["forecast"], nullptr);
  EXPECT_EQ(get("/api/v1/assets/staging/orders/readiness").json()["items"].size(), 14U);
  EXPECT_EQ(get("/api/v1/assets/staging/orders/readiness?days=61").status, 400);
  EXPECT_EQ(get("/api/v1/assets/staging/order/readiness").status, 404);
}

TEST_F(ApiTest, WhySaysWhatIsExpected) {
  const Json why = get("/api/v1/assets/staging/orders/why").json();
  EXPECT_EQ(why["expected"]["basis"], "none");
  EXPECT_EQ(why["expected"]["p50"], nullptr);
  EXPECT_EQ(why["expected"]["text"], "nobody knows");
}

struct BadList {
  const char* query;
  int status;
  const char* code;
  const char* detail;
};
class BadAssetList : public ApiTest, public testing::WithParamInterface<BadList> {};
TEST_P(BadAssetList, IsRefused) {
  const Answer answer = get(std::string{"/api/v1/assets?"} + GetParam().query);
  EXPECT_EQ(answer.status, GetParam().status);
  EXPECT_EQ(answer.code(), GetParam().code);
  EXPECT_THAT(answer.body, HasSubstr(GetParam().detail));
}
INSTANTIATE_TEST_SUITE_P(
    Table, BadAssetList,
    testing::Values(BadList{"select=(", 400, "query_invalid", "column"},
                    BadList{"select=marts/revenu", 422, "asset_unknown", "marts/revenue"},
                    BadList{"status=red", 400, "query_invalid", "want one of missing"},
                    BadList{"limit=0", 400, "query_invalid", "from 1 to 1000"},
                    BadList{"limit=1001", 400, "query_invalid", "limit"},
                    BadList{"limit=x", 400, "query_invalid", "limit"},
                    BadList{"cursor=zzz", 400, "query_invalid", "cursor"}));

TEST_F(ApiTest, OneAssetTellsAllButSecrets) {
  const Answer before = get("/api/v1/assets/staging/orders");
  ASSERT_EQ(before.status, 200);
  EXPECT_EQ(before.json()["latest"], nullptr);
  make_all();
  const Answer answer = get("/api/v1/assets/staging/orders");
  const Json json = answer.json();
  EXPECT_EQ(json["data"], "fresh");
  EXPECT_EQ(json["work"], "idle");
  EXPECT_THAT(json["deps"], ElementsAre("raw/orders"));
  EXPECT_THAT(json["dependents"], ElementsAre("marts/revenue"));
  EXPECT_EQ(json["automation"], "eager");
  EXPECT_EQ(json["checks"][0]["name"], "not_empty");
  EXPECT_EQ(json["columns"], Json::parse(R"([{
    "name": "amount", "type": "bigint", "description": "", "tags": {"pii": ""},
    "from": [{"asset": "raw/orders", "column": "price"}]}])"));
  EXPECT_EQ(json["latest"]["kind"], "materialization");
  EXPECT_EQ(json["tags"]["tier"], "1");
  EXPECT_THAT(answer.body, Not(HasSubstr("hunter2")));
}

TEST_F(ApiTest, AnAssetsETagIsItsRevision) {
  const Answer first = get("/api/v1/assets/marts/revenue");
  EXPECT_EQ(first.header("etag"), '"' + first.json()["revision"].dump() + '"');
  const Answer again =
      get("/api/v1/assets/marts/revenue", {{"if-none-match", first.header("etag")}});
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(again.body, "");
  EXPECT_EQ(again.header("etag"), first.header("etag"));
  EXPECT_EQ(
      get("/api/v1/assets/marts/revenue", {{"if-none-match", "\"1\", W/" + first.header("etag")}})
          .status,
      304);
  ASSERT_EQ(post("/api/v1/events", {{"asset", "logs/events"}}).status, 202);
  EXPECT_EQ(get("/api/v1/assets/marts/revenue", {{"if-none-match", first.header("etag")}}).status,
            304)
      << "nothing of it has changed";
  make_all();
  EXPECT_EQ(get("/api/v1/assets/marts/revenue", {{"if-none-match", first.header("etag")}}).status,
            200);
}

TEST_F(ApiTest, AChangedDefinitionChangesTheETag) {
  const std::string etag = get("/api/v1/assets/marts/revenue").header("etag");
  auto assets = shop();
  assets[2].description = "Money.";
  service.load(assets);
  const Answer answer = get("/api/v1/assets/marts/revenue", {{"if-none-match", etag}});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.json()["description"], "Money.");
}

TEST_F(ApiTest, AnUnknownAssetIs404AndTheNearestIsNamed) {
  for (const char* path : {"", "/events", "/decisions", "/why"}) {
    const Answer answer = get(std::string{"/api/v1/assets/staging/order"} + path);
    EXPECT_EQ(answer.status, 404);
    EXPECT_THAT(answer.body, HasSubstr("did you mean \\\"staging/orders\\\"?")) << path;
  }
}

TEST_F(ApiTest, AKeyThatEndsLikeARouteIsAnAssetIfThereIsOne) {
  EXPECT_EQ(get("/api/v1/assets/logs/events").json()["key"], "logs/events");
  EXPECT_EQ(get("/api/v1/assets/logs/events/events").status, 200);
}

TEST_F(ApiTest, EventsOfAnAssetAreNewestFirst) {
  for (const char* version : {"1", "2", "3"}) {
    ASSERT_EQ(
        post("/api/v1/events",
             {{"asset", "logs/events"}, {"data_version", version}, {"metadata", {{"rows", 7}}}})
            .status,
        202);
  }
  const Answer page = get("/api/v1/assets/logs/events/events?limit=2");
  ASSERT_EQ(page.status, 200);
  EXPECT_EQ(page.json()["items"][0]["data_version"], "3");
  EXPECT_EQ(page.json()["items"][0]["kind"], "observation");
  EXPECT_EQ(page.json()["items"][0]["metadata"]["rows"], 7);
  EXPECT_EQ(page.json()["items"][0]["source"], "api");
  const Answer next = get("/api/v1/assets/logs/events/events?limit=2&cursor=" +
                          page.json()["next_cursor"].get<std::string>());
  EXPECT_EQ(next.json()["items"][0]["data_version"], "1");
  EXPECT_EQ(next.json()["items"].size(), 1U);
  const Answer then = get("/api/v1/assets/logs/events/events?limit=1&upto=" +
                          page.json()["items"][1]["id"].get<std::string>());
  EXPECT_EQ(then.json()["items"][0]["data_version"], "2") << "as it was when that had come";
  EXPECT_EQ(get("/api/v1/assets/logs/events/events?upto=yesterday").code(), "query_invalid");
}

TEST_F(ApiTest, DecisionsTellTheSentenceAndTheTree) {
  make_all();
  const Answer answer = get("/api/v1/assets/staging/orders/decisions");
  ASSERT_EQ(answer.status, 200);
  const Json decision = answer.json()["items"][0];
  EXPECT_EQ(decision["asset"], "staging/orders");
  EXPECT_EQ(decision["requested"], true);
  EXPECT_EQ(decision["expression"], "eager");
  EXPECT_EQ(decision["code"], "requested_updated");
  EXPECT_EQ(decision["params"], (Json{{"assets", {"raw/orders"}}}));
  EXPECT_EQ(decision["text"], "requested, because raw/orders was updated");
  EXPECT_FALSE(decision.contains("said"));
  const Answer whole = get("/api/v1/decisions/" + decision["id"].get<std::string>());
  ASSERT_EQ(whole.status, 200);
  const Json tree = whole.json()["tree"];
  ASSERT_TRUE(tree.is_object());
  EXPECT_EQ(tree["label"], "eager");
  EXPECT_EQ(tree["held"], true);
  EXPECT_EQ(tree["since"], decision["at"]);
  ASSERT_FALSE(tree["children"].empty());
  EXPECT_EQ(tree["children"][0]["label"], "in_latest_time_window");
  EXPECT_THAT(tree.dump(), HasSubstr(R"("asset":"raw/orders")"));
  EXPECT_EQ(get("/api/v1/decisions/999999").status, 404);
  EXPECT_EQ(get("/api/v1/decisions/1").status, 404);
}

TEST_F(ApiTest, WhyIsASentenceAndATree) {
  const Answer answer = get("/api/v1/assets/marts/revenue/why");
  ASSERT_EQ(answer.status, 200);
  const Json why = answer.json();
  EXPECT_EQ(why["code"], "not_requested");
  const Json& because = why["params"]["because"];
  ASSERT_EQ(because.size(), 1U) << why;
  EXPECT_EQ(why["text"], "not requested, because " + because[0]["text"].get<std::string>());
  EXPECT_TRUE(why["tree"].is_object());
}

TEST_F(ApiTest, WhyBeginsWithWhatFailed) {
  ASSERT_EQ(post("/api/v1/events", {{"asset", "raw/orders"}}).status, 202);
  ASSERT_FALSE(service.started.empty());
  service.end_step(3, "Traceback\nValueError: no such column\n");
  const Json why = get("/api/v1/assets/staging/orders/why").json();
  EXPECT_EQ(why["code"], "failed_and");
  EXPECT_THAT(why["text"], StartsWith("its latest step failed (ValueError: no such column); not "
                                      "requested, because "));
  EXPECT_EQ(why["failed"]["exit_code"], 3);
  EXPECT_EQ(why["failed"]["reason"]["code"], "exit_code");
  EXPECT_EQ(why["failed"]["run"], get("/api/v1/runs").json()["items"][0]["id"]);
  EXPECT_EQ(why["latest"], nullptr);
  const Json source = get("/api/v1/assets/raw/orders/why").json();
  EXPECT_EQ(source["failed"], nullptr);
  EXPECT_EQ(source["latest"]["type"], "updated");
}

TEST_F(ApiTest, WhyOfAFailureThatSaidNothingHasItsReason) {
  ASSERT_EQ(post("/api/v1/events", {{"asset", "raw/orders"}}).status, 202);
  service.end_step(3);
  EXPECT_THAT(get("/api/v1/assets/staging/orders/why").json()["text"],
              StartsWith("its latest step failed (its process ended with a non-zero exit code); "));
}

TEST_F(ApiTest, WhySaysThatNoNewsCanCome) {
  const auto text = [&](const std::string& key) {
    return get("/api/v1/assets/" + key + "/why").json()["text"].get<std::string>();
  };
  const std::string before = text("marts/revenue");
  const std::string wrong = "; the source of raw/orders is in trouble: no such topic";
  service.sources_list[0].state = "error", service.sources_list[0].detail = "no such topic";
  EXPECT_EQ(text("marts/revenue"), before + wrong) << "also by way of another one";
  EXPECT_EQ(text("raw/orders"), "external: only observed" + wrong);
  EXPECT_THAT(text("logs/events"), Not(HasSubstr("trouble")));
  service.sources_list[0].state = "paused";
  ASSERT_EQ(
      post("/api/v1/automation/pause", {{"select", "raw/orders"}, {"reason", "migration"}}).status,
      200);
  EXPECT_EQ(text("marts/revenue"),
            before + "; the source of raw/orders is paused by token: migration");
}

TEST_F(ApiTest, WhySaysThatNewsAreOverdueUnlessItIsBeingMade) {
  auto assets = shop();
  assets[0].freshness =
      FreshnessPolicy{.within = std::chrono::hours{1}, .warn = {}, .deadline = ""};
  service.load(assets);
  ASSERT_EQ(post("/api/v1/events", {{"asset", "raw/orders"}}).status, 202);
  clock.advance(std::chrono::hours{2});
  service.take(input::Tick{});
  const auto text = [&](const std::string& key) {
    return get("/api/v1/assets/" + key + "/why").json()["text"].get<std::string>();
  };
  EXPECT_EQ(text("raw/orders"), "external: only observed; raw/orders is older than 1h");
  EXPECT_THAT(text("staging/orders"), StartsWith("staging/orders is starting in run "));
  EXPECT_THAT(text("staging/orders"), Not(HasSubstr("older")));
}

TEST_F(ApiTest, WhyOfAPartitionIsAboutItsOwnFailure) {
  AssetDefinition days = asset("raw/days");
  days.command = {"make", "it"};
  days.backfill = {.per_run = 0, .is_range = true};
  days.partitions = PartitionsDefinition{
      .dimensions = {{.name = "", .of = StaticKeys{{"a", "b", "c"}}}}, .text = "static a b c"};
  service.load({days});
  const auto run = [&](const char* partition, int exit_code, const char* text) {
    ASSERT_EQ(post("/api/v1/runs", {{"assets", {"raw/days"}}, {"partitions", partition}}).status,
              201);
    service.end_step(exit_code, text);
  };
  run("a", 0, "");
  run("b", 1, "the disk is full");
  run("c", 1, "the network is down");
  const auto why = [&](const std::string& query) {
    return get("/api/v1/assets/raw/days/why" + query).json();
  };
  EXPECT_EQ(why("?partition=a")["failed"], nullptr);
  EXPECT_EQ(why("?partition=a")["latest"]["partition"], "a");
  EXPECT_THAT(why("?partition=b")["text"], StartsWith("its latest step failed (the disk is full)"));
  EXPECT_EQ(why("?partition=b")["failed"]["partition"], "b");
  EXPECT_EQ(why("?partition=b")["latest"], nullptr);
  EXPECT_THAT(why("")["text"], StartsWith("c: its latest step failed (the network is down)"));

  // One step for both; people were told of it once.
  ASSERT_EQ(post("/api/v1/backfills", {{"assets", {"raw/days"}}, {"partitions", "b,c"}}).status,
            201);
  service.end_step(1, "neither works");
  EXPECT_THAT(why("?partition=b")["text"], StartsWith("its latest step failed (neither works)"));
  EXPECT_THAT(why("?partition=c")["text"], StartsWith("its latest step failed (neither works)"));
  EXPECT_EQ(why("?partition=c")["failed"]["partition_count"], 2);
}

TEST_F(ApiTest, AnotherConditionCanBeTried) {
  const std::string path = "/api/v1/assets/marts/revenue/why";
  const Answer answer = post(path, {{"automation", "eager"}, {"partition", "2026-01-01"}});
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.json()["text"], "eager of marts/revenue[2026-01-01]");
  EXPECT_EQ(answer.json()["tree"]["held"], true);
  EXPECT_EQ(answer.json()["expected"], nullptr);
  const Answer wrong = post(path, {{"automation", "?"}});
  EXPECT_EQ(wrong.status, 422);
  EXPECT_EQ(wrong.json()["code"], "condition_invalid");
  EXPECT_EQ(post(path, {{"automaton", "eager"}}).status, 400);
  EXPECT_EQ(post("/api/v1/assets/nobody/why", {{"automation", "eager"}}).status, 404);
}

TEST_F(ApiTest, TheGraphIsUpstreamFirst) {
  const Answer answer = get("/api/v1/graph");
  ASSERT_EQ(answer.status, 200);
  const Json json = answer.json();
  ASSERT_EQ(json["assets"].size(), 4U);
  std::map<std::string, std::size_t> place;
  for (std::size_t i = 0; i < 4; ++i) place[json["assets"][i]["key"]] = i;
  EXPECT_LT(place["raw/orders"], place["staging/orders"]);
  EXPECT_LT(place["staging/orders"], place["marts/revenue"]);
  EXPECT_EQ(json["assets"][place["raw/orders"]]["external"], true);
  EXPECT_EQ(json["assets"][place["raw/orders"]]["partitions"], nullptr);
  make_all();
  EXPECT_EQ(get("/api/v1/graph", {{"if-none-match", answer.header("etag")}}).status, 304)
      << "events do not change the graph";
}

TEST_F(ApiTest, StatusIsColumnsOfOneLength) {
  make_all();
  const Json json = get("/api/v1/status").json();
  for (const char* column : {"key", "data", "work", "stale_causes", "freshness", "updated_at",
                             "revision", "paused", "checks_failed"}) {
    EXPECT_EQ(json[column].size(), 4U) << column;
  }
  EXPECT_EQ(json["sequence"].dump(), sequence());
}

TEST_F(ApiTest, StaleIsSaidWithItsCauses) {
  auto assets = shop();
  assets[1].automation = "";
  service.load(assets);
  ASSERT_EQ(post("/api/v1/events", {{"asset", "raw/orders"}, {"data_version", "1"}}).status, 202);
  ASSERT_EQ(post("/api/v1/events", {{"asset", "staging/orders"}}).status, 202);
  ASSERT_EQ(post("/api/v1/events", {{"asset", "raw/orders"}, {"data_version", "2"}}).status, 202);
  const Json json = get("/api/v1/assets/staging/orders").json();
  EXPECT_EQ(json["data"], "stale") << json.dump();
  EXPECT_THAT(json["stale_causes"], ElementsAre("data"));
}

TEST_F(ApiTest, CheckResultsArePartOfTheAsset) {
  make_all();
  ASSERT_EQ(post("/api/v1/events", {{"kind", "check"},
                                    {"asset", "staging/orders"},
                                    {"name", "not_empty"},
                                    {"passed", false},
                                    {"severity", "warn"}})
                .status,
            202);
  const Json json = get("/api/v1/assets/staging/orders").json();
  EXPECT_EQ(json["check_results"]["not_empty"]["passed"], false);
  EXPECT_EQ(json["check_results"]["not_empty"]["severity"], "warn");
  EXPECT_EQ(json["checks_failed"], 1);
  ASSERT_EQ(json["open_alerts"].size(), 1U);
  EXPECT_EQ(json["open_alerts"][0]["kind"], "check");
  EXPECT_EQ(json["open_alerts"][0]["check"], "not_empty");
  EXPECT_EQ(get("/api/v1/assets/raw/orders").json()["open_alerts"], Json::array());
}

TEST_F(ApiTest, ACheckOfACutAssetFailsWhileItDoesForAnyPartition) {
  AssetDefinition days = asset("raw/days");
  days.external = true;
  days.source.kind = SourceKind::webhook;
  days.partitions = PartitionsDefinition{.dimensions = {{.name = "", .of = StaticKeys{{"a", "b"}}}},
                                         .text = "static a b"};
  days.checks.push_back({.name = "not_empty"});
  service.load({days});
  const auto tell = [&](const char* kind, const char* partition, bool passed) {
    ASSERT_EQ(post("/api/v1/events", {{"kind", kind},
                                      {"asset", "raw/days"},
                                      {"partition", partition},
                                      {"name", "not_empty"},
                                      {"passed", passed}})
                  .status,
              202);
  };
  for (const char* partition : {"a", "b"}) {
    ASSERT_EQ(post("/api/v1/events", {{"asset", "raw/days"}, {"partition", partition}}).status,
              202);
  }
  tell("check", "a", false);
  tell("check", "b", true);
  Json json = get("/api/v1/assets/raw/days").json();
  EXPECT_EQ(json["checks_failed"], 1);
  EXPECT_EQ(json["checks_passed"], 0);
  EXPECT_EQ(json["open_alerts"][0]["partition"], "a");
  tell("check", "a", true);
  json = get("/api/v1/assets/raw/days").json();
  EXPECT_EQ(json["checks_failed"], 0);
  EXPECT_EQ(json["checks_passed"], 1);
}

}  // namespace
}  // namespace freshet::test
