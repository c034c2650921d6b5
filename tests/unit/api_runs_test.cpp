#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api_fixture.hpp"

namespace freshet::test {
namespace {

using testing::HasSubstr;

class RunsTest : public ApiTest {
 protected:
  /// Nothing runs but what is asked for.
  void SetUp() override {
    auto assets = shop();
    for (auto& each : assets) each.automation.clear();
    service.load(assets);
  }
  std::string ask(const Json& body) {
    const Answer answer = post("/api/v1/runs", body);
    EXPECT_EQ(answer.status, 201) << answer.body;
    return answer.json().value("id", "");
  }
};

TEST_F(RunsTest, ARunIsAskedForAndFound) {
  const Answer answer = post(
      "/api/v1/runs",
      {{"select", "staging/orders+"}, {"reason", "monthly close"}, {"tags", {{"ticket", "A-1"}}}});
  ASSERT_EQ(answer.status, 201) << answer.body;
  const std::string id = answer.json()["id"];
  EXPECT_EQ(answer.header("location"), "/api/v1/runs/" + id);
  EXPECT_EQ(answer.json()["count"], 2);
  const Answer run = get(answer.header("location"));
  ASSERT_EQ(run.status, 200);
  const Json json = run.json();
  EXPECT_EQ(json["cause"], "person");
  EXPECT_EQ(json["actor"], "token");
  EXPECT_EQ(json["reason"], "monthly close");
  EXPECT_EQ(json["tags"], Json::array({"ticket=A-1"}));
  ASSERT_EQ(json["steps"].size(), 2U);
  EXPECT_EQ(json["steps"][0]["asset"], "staging/orders");
  EXPECT_EQ(json["steps"][0]["status"], "starting");
  EXPECT_EQ(json["steps"][1]["status"], "queued");
  EXPECT_EQ(json["steps"][1]["exit_code"], nullptr);
  EXPECT_EQ(json["ended_at"], nullptr);
  EXPECT_EQ(get(answer.header("location"), {{"if-none-match", run.header("etag")}}).status, 304);
}

TEST_F(RunsTest, StepsSayWithWhichCodeTheyWereStarted) {
  auto assets = shop();
  for (auto& each : assets) each.automation.clear();
  assets[1].code_version = "v1";
  service.load(assets);
  const std::string first = ask({{"assets", {"staging/orders"}}});
  EXPECT_EQ(get("/api/v1/runs/" + first).json()["steps"][0]["code_version"], "v1");
  service.end_step();
  assets[1].code_version = "v2";
  service.load(assets);
  const Json before = get("/api/v1/runs/" + first).json()["steps"][0]["code_version"];
  EXPECT_EQ(before, std::to_string(version_hash("v1"))) << "its text is gone";
}

TEST_F(RunsTest, OfALongRunTheStepOfTheAssetAskedAboutComesFirst) {
  std::vector<AssetDefinition> assets;
  std::vector<std::string> keys;
  for (int i = 100; i < 160; ++i) {
    AssetDefinition asset;
    asset.key = "part/" + std::to_string(i);
    asset.command = {"make"};
    keys.push_back(asset.key);
    assets.push_back(std::move(asset));
  }
  service.load(assets);
  ask({{"assets", keys}});
  const Json all = get("/api/v1/runs").json()["items"][0];
  EXPECT_EQ(all["steps"].size(), 50U);
  EXPECT_EQ(all["steps_truncated"], true);
  const Json one = get("/api/v1/runs?asset=part/159").json()["items"][0];
  EXPECT_EQ(one["steps"].size(), 50U);
  EXPECT_EQ(one["steps"][0]["asset"], "part/159");
  EXPECT_EQ(one["steps"][1]["asset"], "part/100");
}

TEST_F(RunsTest, OfALongRunWhatIsOpenComesFirstWhereOpenRunsAreAskedFor) {
  std::vector<AssetDefinition> assets{asset("raw")};
  for (int i = 0; i < 60; ++i) assets.push_back(asset("a" + std::to_string(100 + i), {"raw"}));
  service.load(assets);
  ask({{"select", "a*"}});
  const std::size_t at_work = service.started.size();
  ASSERT_GT(at_work, 1U);
  service.end_step();
  const Json open = get("/api/v1/runs?status=running").json()["items"][0];
  EXPECT_EQ(open["steps"].size(), 50U);
  EXPECT_NE(open["steps"][0]["status"], "succeeded");
  EXPECT_EQ(get("/api/v1/runs").json()["items"][0]["steps"][0]["status"], "succeeded");
}

TEST_F(RunsTest, StepsSayWhatTheyUsuallyTake) {
  const std::string first = ask({{"assets", {"staging/orders"}}});
  const Answer unknown = get("/api/v1/runs/" + first);
  EXPECT_EQ(unknown.json()["steps"][0]["usual"], nullptr);
  clock.advance(std::chrono::seconds{40});
  service.end_step();
  const std::string second = ask({{"assets", {"staging/orders"}}});
  EXPECT_EQ(get("/api/v1/runs/" + second).json()["steps"][0]["usual"], 40.0);
  const Json running = get("/api/v1/runs?status=running,starting").json();
  EXPECT_EQ(running["items"][0]["steps"][0]["usual"], 40.0);
  // Of a run that has ended, too, which others have followed since.
  const Answer ended = get("/api/v1/runs/" + first);
  clock.advance(std::chrono::seconds{60});
  while (!service.started.empty()) service.end_step();
  const Answer later = get("/api/v1/runs/" + first, {{"if-none-match", ended.header("etag")}});
  EXPECT_EQ(later.status, 200);
  EXPECT_EQ(later.json()["steps"][0]["usual"], 50.0);
}

TEST_F(RunsTest, AnEndedRunComesFromHistory) {
  const std::string id = ask({{"assets", {"staging/orders", "marts/revenue"}}});
  service.end_step(3);
  const Json json = get("/api/v1/runs/" + id).json();
  EXPECT_EQ(json["status"], "failed");
  EXPECT_EQ(json["steps"][0]["status"], "failed");
  EXPECT_EQ(json["steps"][0]["reason"]["code"], "exit_code");
  EXPECT_EQ(json["steps"][0]["exit_code"], 3);
  EXPECT_EQ(json["steps"][1]["reason"]["code"], "upstream_failed");
  EXPECT_NE(json["steps"][1]["reason"]["text"], "");
  EXPECT_EQ(json["steps"][1]["exit_code"], nullptr);
}

TEST_F(RunsTest, AQueuedStepSaysForWhichStepsItWaits) {
  auto assets = shop();
  for (auto& each : assets) each.automation.clear();
  assets[2].pool = "warehouse";
  service.load(assets);
  const std::string id = ask({{"assets", {"staging/orders", "marts/revenue"}}});
  const auto last = [&] { return get("/api/v1/runs/" + id).json()["steps"].back(); };
  ASSERT_EQ(last()["asset"], "marts/revenue");
  EXPECT_EQ(last()["pool"], "warehouse");
  EXPECT_EQ(last()["waits"], Json::array({{{"run", id}, {"step", 0}}}));
  service.end_step();
  EXPECT_EQ(last()["waits"], Json::array());
}

struct BadRequest {
  const char* name;
  Json body;
  int status;
  const char* code;
  const char* detail;
};
class BadRun : public RunsTest, public testing::WithParamInterface<BadRequest> {};
TEST_P(BadRun, IsRefused) {
  const Answer answer = post("/api/v1/runs", GetParam().body);
  EXPECT_EQ(answer.status, GetParam().status);
  EXPECT_EQ(answer.code(), GetParam().code);
  EXPECT_THAT(answer.body, HasSubstr(GetParam().detail));
  EXPECT_TRUE(service.snapshot()->runs.empty());
}
INSTANTIATE_TEST_SUITE_P(
    Table, BadRun,
    testing::Values(
        BadRequest{"nothing", Json::object(), 400, "malformed_body", "/select"},
        BadRequest{"list", Json::array(), 400, "malformed_body", "want a JSON object"},
        BadRequest{"syntax", {{"select", "a and"}}, 400, "selection_invalid", "column"},
        BadRequest{
            "unknown_key", {{"assets", {"marts/revenu"}}}, 422, "asset_unknown", "did you mean"},
        BadRequest{"unknown_in_select",
                   {{"select", "marts/revenu"}},
                   422,
                   "asset_unknown",
                   "marts/revenue"},
        BadRequest{"type", {{"select", 7}}, 400, "malformed_body", "want a text"},
        BadRequest{
            "unknown_field", {{"select", "*"}, {"reasn", "x"}}, 400, "malformed_body", "reason"},
        BadRequest{
            "count", {{"select", "*"}, {"expect_count", 3}}, 409, "count_differs", "2 assets"},
        BadRequest{"negative_count",
                   {{"select", "*"}, {"expect_count", -1}},
                   400,
                   "malformed_body",
                   "0 or more"},
        BadRequest{"partitions",
                   {{"select", "*"}, {"partitions", {"x"}}},
                   422,
                   "invalid",
                   "the others have none"},
        BadRequest{"external", {{"select", "raw/orders"}}, 422, "invalid", "outside"}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST_F(RunsTest, TheExpectedCountIsOfWhatCanBeRun) {
  EXPECT_EQ(post("/api/v1/runs", {{"select", "*"}, {"expect_count", 2}}).status, 201);
}

TEST_F(RunsTest, TheSameKeyGetsTheSameAnswerEvenWhenItMakesNoSenseAnyMore) {
  const Json body{{"select", "**/orders"}, {"expect_count", 1}};
  const Headers key{{"idempotency-key", "k1"}};
  const Answer first = post("/api/v1/runs", body, key);
  ASSERT_EQ(first.status, 201) << first.body;
  EXPECT_EQ(first.header("idempotency-replayed"), "");
  auto assets = shop();
  assets.push_back(asset("new/orders", {"raw/orders"}));
  service.load(assets);
  const Answer second = post("/api/v1/runs", body, key);
  EXPECT_EQ(second.status, 201) << second.body;
  EXPECT_EQ(second.header("idempotency-replayed"), "true");
  EXPECT_EQ(second.body, first.body);
  EXPECT_EQ(second.header("location"), first.header("location"));
  EXPECT_EQ(service.snapshot()->runs.size(), 1U);
}

TEST_F(RunsTest, AKeyUsedForAnotherRequestIs422) {
  const Headers key{{"idempotency-key", "k1"}};
  ASSERT_EQ(post("/api/v1/runs", {{"select", "staging/orders"}}, key).status, 201);
  const Answer other = post("/api/v1/runs", {{"select", "marts/revenue"}}, key);
  EXPECT_EQ(other.status, 422);
  EXPECT_EQ(other.code(), "idempotency_key_reused");
  EXPECT_EQ(post("/api/v1/automation/pause", {{"select", "*"}}, key).status, 200)
      << "another route";
  for (const char* bad : {"", "a b", "caf\xC3\xA9"}) {
    EXPECT_EQ(post("/api/v1/runs", {{"select", "*"}}, {{"idempotency-key", bad}}).code(),
              "idempotency_key_invalid");
  }
}

TEST_F(RunsTest, AFullInboxIs503) {
  service.is_full = true;
  for (const auto& [path, body] : {std::pair{"/api/v1/runs", Json{{"select", "*"}}},
                                   {"/api/v1/events", Json{{"asset", "raw/orders"}}},
                                   {"/api/v1/automation/pause", Json{{"select", "*"}}}}) {
    const Answer answer = post(path, body);
    EXPECT_EQ(answer.status, 503) << path;
    EXPECT_EQ(answer.header("retry-after"), "1");
  }
}

TEST_F(RunsTest, ARunIsCanceled) {
  const std::string id = ask({{"select", "staging/orders+"}});
  const Answer answer = send("POST", "/api/v1/runs/" + id + "/cancel");
  EXPECT_EQ(answer.status, 202);
  EXPECT_EQ(answer.json()["count"], 2);
  service.end_step(1);
  EXPECT_EQ(get("/api/v1/runs/" + id).json()["status"], "canceled");
  EXPECT_EQ(send("POST", "/api/v1/runs/" + id + "/cancel").status, 409);
}

TEST_F(RunsTest, AnIdThatIsNoneIs404) {
  for (const char* id : {"x", "0000000000001", "ZZZZZZZZZZZZZ", "..x", "01ARZ3NDEKTSV"}) {
    const std::string path = std::string{"/api/v1/runs/"} + id;
    EXPECT_EQ(get(path).status, 404) << id;
    EXPECT_EQ(get(path + "/events").status, 404) << id;
    EXPECT_EQ(get(path + "/logs/0").status, 404) << id;
    EXPECT_EQ(send("POST", path + "/cancel").status, 404) << id;
    EXPECT_EQ(send("POST", path + "/retry").status, 404) << id;
  }
}

TEST_F(RunsTest, ARetryIsOfWhatDidNotSucceedOrOfAll) {
  const std::string id = ask({{"select", "staging/orders+"}});
  EXPECT_EQ(post("/api/v1/runs/" + id + "/retry", {{"from", "failure"}}).status, 409)
      << "it has not ended";
  service.end_step();
  service.end_step(1);
  const Answer failed = post("/api/v1/runs/" + id + "/retry", {{"from", "failure"}});
  ASSERT_EQ(failed.status, 201) << failed.body;
  EXPECT_EQ(failed.json()["count"], 1);
  const Json run = get(failed.header("location")).json();
  EXPECT_EQ(run["retry_of"], id);
  EXPECT_EQ(run["cause"], "retry");
  EXPECT_EQ(run["steps"][0]["asset"], "marts/revenue");
  service.end_step();
  EXPECT_EQ(post("/api/v1/runs/" + id + "/retry", {{"from", "all"}}).json()["count"], 2);
  EXPECT_EQ(post("/api/v1/runs/" + id + "/retry", {{"from", "start"}}).code(), "malformed_body");
}

TEST_F(RunsTest, RunsAreListedNewestFirst) {
  const std::string first = ask({{"select", "staging/orders"}});
  service.end_step(1);
  clock.advance(std::chrono::seconds{1});
  const std::string second = ask({{"select", "marts/revenue"}});
  const Json all = get("/api/v1/runs").json();
  ASSERT_EQ(all["items"].size(), 2U);
  EXPECT_EQ(all["items"][0]["id"], second);
  EXPECT_EQ(all["items"][0]["steps"][0]["asset"], "marts/revenue");
  EXPECT_EQ(all["items"][1]["id"], first);
  EXPECT_GT(second, first) << "ids sort by time";
  EXPECT_EQ(get("/api/v1/runs?status=failed").json()["items"][0]["id"], first);
  EXPECT_EQ(get("/api/v1/runs?status=starting,running").json()["items"].size(), 1U);
  EXPECT_EQ(get("/api/v1/runs?asset=staging/orders").json()["items"].size(), 1U);
  EXPECT_EQ(get("/api/v1/runs?asset=nobody").status, 422);
  EXPECT_EQ(get("/api/v1/runs?status=broken").status, 400);
  const Json page = get("/api/v1/runs?limit=1").json();
  const Json next =
      get("/api/v1/runs?limit=1&cursor=" + page["next_cursor"].get<std::string>()).json();
  EXPECT_EQ(next["items"][0]["id"], first);
  EXPECT_EQ(next["next_cursor"], nullptr);
}

TEST_F(RunsTest, RunsAreOfABackfillOrOfNone) {
  const std::string lone = ask({{"select", "staging/orders"}});
  service.end_step();
  const auto ids = [&](const std::string& query) {
    std::vector<std::string> out;
    const Json page = get("/api/v1/runs" + query).json();
    for (const Json& run : page["items"]) out.push_back(run["id"]);
    return out;
  };
  clock.advance(std::chrono::seconds{1});
  const Json made = post("/api/v1/backfills", {{"select", "marts/revenue"}}).json();
  const std::string backfill = made["id"];
  const auto its = ids("?backfill=" + backfill);
  ASSERT_EQ(its.size(), 1U) << made;
  EXPECT_EQ(ids("?backfill=none"), std::vector{lone});
  EXPECT_EQ(ids("?backfill=none&status=succeeded,starting,running"), std::vector{lone});
  EXPECT_EQ(ids("?backfill=none&asset=staging/orders"), std::vector{lone});
  EXPECT_EQ(ids("").size(), 2U);
  while (!service.started.empty()) service.end_step();
  EXPECT_EQ(ids("?backfill=none"), std::vector{lone});
  EXPECT_EQ(ids("?backfill=" + backfill + "&status=succeeded"), its);
  EXPECT_EQ(get("/api/v1/runs?backfill=nothing").status, 400);
  EXPECT_EQ(get("/api/v1/runs?asset=staging/orders&backfill=" + backfill).status, 400);
}

TEST_F(RunsTest, TheSnapshotsStateOfAnActiveRunGoesBeforeWhatIsStored) {
  const std::string id = ask({{"select", "staging/orders"}});
  service.reader.stored.begin()->second.run.status = RunStatus::queued;
  EXPECT_EQ(get("/api/v1/runs").json()["items"][0]["status"],
            get("/api/v1/runs/" + id).json()["status"]);
}

TEST_F(RunsTest, EventsOfARunAreOldestFirst) {
  const std::string id = ask({{"select", "staging/orders"}});
  service.end_step();
  const Json json = get("/api/v1/runs/" + id + "/events").json();
  EXPECT_EQ(json["items"].front()["type"], "run_queued");
  EXPECT_EQ(json["items"].front()["steps"][0]["asset"], "staging/orders");
  EXPECT_EQ(json["items"].back()["type"], "run_ended");
  EXPECT_EQ(json["items"].back()["status"], "succeeded");
  const Json page = get("/api/v1/runs/" + id + "/events?limit=1").json();
  const Json next =
      get("/api/v1/runs/" + id + "/events?limit=1&cursor=" + page["next_cursor"].get<std::string>())
          .json();
  EXPECT_EQ(next["items"][0]["type"], "step_started");
}

TEST_F(RunsTest, WhoWaitsIsAnsweredWhenTheRunHasEnded) {
  const std::string id = ask({{"select", "staging/orders"}});
  const Headers headers{{"host", "localhost"}, {"authorization", std::string{"Bearer "} + token}};
  const auto waiting = begin("GET", "/api/v1/runs/" + id + "?wait=60&until=terminal", "", headers);
  service.drain();
  EXPECT_EQ(waiting->status, 0);
  service.end_step();
  service.drain();
  ASSERT_EQ(waiting->status, 200);
  EXPECT_EQ(waiting->json()["status"], "succeeded");
  EXPECT_EQ(waiting->header("freshet-sequence"), sequence());
  EXPECT_EQ(get("/api/v1/runs/" + id + "?wait=60").json()["status"], "succeeded") << "at once";
}

TEST_F(RunsTest, WhoWaitsLongEnoughIsAnsweredAllTheSame) {
  const std::string id = ask({{"select", "staging/orders"}});
  const Headers headers{{"host", "localhost"}, {"authorization", std::string{"Bearer "} + token}};
  const auto waiting = begin("GET", "/api/v1/runs/" + id + "?wait=5", "", headers);
  clock.advance(std::chrono::milliseconds{4'999});
  api.tick();
  service.drain();
  EXPECT_EQ(waiting->status, 0);
  clock.advance(std::chrono::milliseconds{1});
  api.tick();
  service.drain();
  ASSERT_EQ(waiting->status, 200);
  EXPECT_EQ(waiting->json()["status"], "starting");
  for (const char* query : {"wait=61", "wait=x", "until=never"}) {
    EXPECT_EQ(get("/api/v1/runs/" + id + '?' + query).status, 400) << query;
  }
  EXPECT_EQ(get("/api/v1/runs/" + id + "?wait=0").status, 200);
}

TEST_F(RunsTest, AutomationIsPausedAndResumed) {
  service.load(shop());
  const Answer paused =
      post("/api/v1/automation/pause", {{"select", "staging/orders"}, {"reason", "migration"}});
  ASSERT_EQ(paused.status, 200) << paused.body;
  EXPECT_EQ(paused.json()["count"], 1);
  const Json json = get("/api/v1/assets/staging/orders").json();
  EXPECT_EQ(json["paused"], true);
  EXPECT_EQ(json["pause"]["reason"], "migration");
  EXPECT_EQ(json["pause"]["actor"], "token");
  ASSERT_EQ(post("/api/v1/events", {{"asset", "raw/orders"}}).status, 202);
  EXPECT_EQ(get("/api/v1/assets/staging/orders").json()["withheld"], true);
  EXPECT_TRUE(service.snapshot()->runs.empty());
  EXPECT_EQ(post("/api/v1/automation/resume", {{"assets", {"staging/orders"}}}).json()["count"], 1);
  EXPECT_FALSE(service.snapshot()->runs.empty());
  EXPECT_EQ(post("/api/v1/automation/pause", {{"reason", "x"}}).status, 400);
  EXPECT_EQ(post("/api/v1/automation/pause", {{"assets", {"nobody"}}}).status, 422);
}

TEST_F(RunsTest, PlansAreMadeAndKept) {
  const Answer made = post("/api/v1/plan", {{"changed", {"raw/orders"}}});
  ASSERT_EQ(made.status, 200) << made.body;
  EXPECT_EQ(made.json()["items"][0]["asset"], "marts/revenue");
  const std::string id = made.json()["id"];
  EXPECT_EQ(get("/api/v1/plan/" + id).body, made.body);
  EXPECT_EQ(made.json()["total"]["p50"], 1.5);
  EXPECT_EQ(made.json()["critical_path"], Json::array({"marts/revenue"}));
  EXPECT_EQ(made.json()["items"][0]["ready_after"], 1.5);
  EXPECT_EQ(made.json()["items"][0]["worked"]["samples"], 3);
  EXPECT_EQ(post("/api/v1/plan",
                 {{"request", "marts/revenue"}, {"partitions", {"2026-01-01", "2026-01-02"}}})
                .status,
            200);
  EXPECT_EQ(service.planned.requested, std::vector<std::string>{"marts/revenue"});
  EXPECT_EQ(service.planned.partitions, "2026-01-01,2026-01-02");
  EXPECT_EQ(post("/api/v1/plan", {{"request", "marts/revenu"}}).status, 422);
  EXPECT_EQ(post("/api/v1/plan", {{"select", "raw/*"}}).json()["changed"],
            Json::array({"raw/orders"}));
  EXPECT_EQ(post("/api/v1/plan", {{"changed", {"raw/order"}}}).status, 422);
  EXPECT_EQ(post("/api/v1/plan", Json::object()).status, 400);
  EXPECT_EQ(get("/api/v1/plan/nothing").status, 404);
  for (int i = 0; i < 100; ++i) ASSERT_EQ(post("/api/v1/plan", {{"select", "raw/*"}}).status, 200);
  EXPECT_EQ(get("/api/v1/plan/" + id).status, 404) << "only the last hundred are kept";
}

TEST_F(RunsTest, FilesAreValidated) {
  EXPECT_EQ(send("POST", "/api/v1/validate").json()["valid"], true);
  service.diagnostics = {{.place = {"freshet.yaml", 3, 5}, .message = "no such field"}};
  const Answer answer =
      post("/api/v1/validate", {{"files", {{{"path", "a/b.yaml"}, {"text", "x"}}}}});
  EXPECT_EQ(answer.json()["valid"], false);
  EXPECT_EQ(answer.json()["diagnostics"][0]["line"], 3);
  EXPECT_EQ(service.proposed.at(0).path, "a/b.yaml");
  for (const char* path : {"/etc/passwd", "../x", "a/../../x", "a//b", "", "./x", "a\\b", "a\nb"}) {
    EXPECT_EQ(post("/api/v1/validate", {{"files", {{{"path", path}, {"text", ""}}}}}).status, 400)
        << path;
  }
}

TEST_F(RunsTest, DefinitionsAreReadAnew) {
  EXPECT_EQ(send("POST", "/api/v1/reload").status, 200);
  EXPECT_EQ(service.reloads, 1);
}

TEST_F(RunsTest, ABodyThatIsNoJsonIsRefusedWithItsPlace) {
  const Answer broken = send("POST", "/api/v1/runs", "{\"select\": }");
  EXPECT_EQ(broken.status, 400);
  EXPECT_THAT(broken.body, HasSubstr("line 1, column 12"));
  EXPECT_EQ(send("POST", "/api/v1/runs", "select=*",
                 {{"content-type", "application/x-www-form-urlencoded"}})
                .status,
            415);
}

}  // namespace
}  // namespace freshet::test
