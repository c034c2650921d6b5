// What people were told of, and whom; mutes; tests.
#include "api_fixture.hpp"

namespace freshet::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class AlertsTest : public ApiTest {
 protected:
  void SetUp() override {
    AlertRoute oncall;
    oncall.name = "oncall";
    oncall.webhook = {.url = "https://user:pass@hooks.example/services/SECRET",
                      .secret = "hunter2",
                      .format = AlertRoute::Format::slack};
    oncall.repeat = std::chrono::hours{4};
    AlertRoute mail;
    mail.name = "mail", mail.target = AlertRoute::Target::email;
    mail.email = {.smtp = "smtp://localhost",
                  .from = "f@example.com",
                  .to = {"a@example.com"},
                  .username = "me",
                  .password = "hunter2",
                  .starttls = {}};
    mail.kinds = {AlertKind::freshness};
    service.load(shop(), {oncall, mail});
  }
  Json alerts(const std::string& query = "") { return get("/api/v1/alerts" + query).json(); }
  void fail() {
    ASSERT_EQ(post("/api/v1/runs", {{"select", "marts/revenue"}}).status, 201);
    service.end_step(1);
  }
};

TEST_F(AlertsTest, AreListedWithWhatCameOfTelling) {
  fail();
  const std::string id = alerts()["items"][0]["id"];
  for (const bool ok : {false, true}) {
    service.take(input::Delivered{{.project = "shop",
                                   .route = "oncall",
                                   .alerts = {Sequence{std::stoull(id)}},
                                   .ok = ok,
                                   .attempts = ok ? 2U : 1U,
                                   .text = ok ? "HTTP 200" : "HTTP 500",
                                   .upto = Sequence{ok ? std::stoull(id) : 0}}});
  }
  const Json json = alerts();
  ASSERT_EQ(json["items"].size(), 1U);
  const Json& alert = json["items"][0];
  EXPECT_EQ(alert["kind"], "failure");
  EXPECT_EQ(alert["asset"], "marts/revenue");
  EXPECT_EQ(alert["muted"], false);
  ASSERT_EQ(alert["deliveries"].size(), 2U);
  EXPECT_EQ(alert["deliveries"][0]["text"], "HTTP 500");
  EXPECT_EQ(alert["deliveries"][1]["ok"], true);
  EXPECT_EQ(alert["deliveries"][1]["attempts"], 2);
  ASSERT_EQ(json["open"].size(), 1U);
  EXPECT_EQ(json["open"][0]["id"], id);
  EXPECT_EQ(json["routes"][0]["failures"], 0);
  EXPECT_EQ(get("/api/v1/assets/marts/revenue").json()["alerts"], 1);
  EXPECT_EQ(get("/api/v1/alerts", {{"if-none-match", '"' + sequence() + '"'}}).status, 304);

  ASSERT_EQ(post("/api/v1/runs", {{"select", "marts/revenue"}}).status, 201);
  service.end_step(0);
  EXPECT_EQ(alerts()["open"].size(), 0U);
  const Json page = alerts("?limit=1");
  EXPECT_EQ(page["items"][0]["kind"], "recovery");
  EXPECT_EQ(page["items"][0]["over"], "failure");
  EXPECT_EQ(page["items"][0]["since"], id);
  EXPECT_EQ(alerts("?limit=1&cursor=" + page["next_cursor"].get<std::string>())["items"][0]["id"],
            id);
}

TEST_F(AlertsTest, NoSecretOfARouteIsShown) {
  const Answer answer = get("/api/v1/alerts");
  EXPECT_THAT(answer.body, HasSubstr("webhook at hooks.example\""));
  EXPECT_THAT(answer.body, HasSubstr("email to a@example.com"));
  for (const char* secret : {"SECRET", "hunter2", "pass", "services"})
    EXPECT_THAT(answer.body, Not(HasSubstr(secret)));
  EXPECT_EQ(answer.json()["routes"][0]["repeat"], 14400.0);
  EXPECT_EQ(answer.json()["routes"][1]["on"], Json::array({"freshness"}));
}

TEST_F(AlertsTest, AreMutedForATimeAndUnmuted) {
  const Answer muted =
      post("/api/v1/alerts/mute", {{"select", "marts/*"}, {"for", "2h"}, {"reason", "migration"}},
           {{"idempotency-key", "k"}});
  ASSERT_EQ(muted.status, 200) << muted.body;
  EXPECT_EQ(muted.json(), (Json{{"muted", true}, {"count", 1}}));
  fail();
  const Json json = alerts();
  EXPECT_EQ(json["items"][0]["muted"], true);
  EXPECT_EQ(json["muted"][0]["asset"], "marts/revenue");
  EXPECT_EQ(json["muted"][0]["until"], "2026-01-31T02:00:00.000000Z");
  EXPECT_EQ(json["muted"][0]["reason"], "migration");
  EXPECT_EQ(json["muted"][0]["actor"], "token");
  EXPECT_EQ(get("/api/v1/assets/marts/revenue").json()["muted"], true);
  clock.advance(std::chrono::hours{3});
  const Answer again =
      post("/api/v1/alerts/mute", {{"select", "marts/*"}, {"for", "2h"}, {"reason", "migration"}},
           {{"idempotency-key", "k"}});
  EXPECT_EQ(again.header("idempotency-replayed"), "true");
  EXPECT_TRUE(alerts()["muted"].empty()) << "its time is over";
  EXPECT_EQ(alerts()["items"][0]["muted"], false) << "and it still fails";
  ASSERT_EQ(post("/api/v1/alerts/mute", {{"assets", {"marts/revenue"}}}).status, 200);
  EXPECT_EQ(alerts()["muted"][0]["until"], nullptr);
  EXPECT_EQ(post("/api/v1/alerts/unmute", {{"select", "*"}}).json()["count"], 1);
  EXPECT_TRUE(alerts()["muted"].empty());
}

TEST_F(AlertsTest, AMuteThatMakesNoSenseIsRefused) {
  for (const Json& body :
       {Json::object(), Json{{"select", "*"}, {"for", "soon"}},
        Json{{"select", "*"}, {"for", "0s"}},
        Json{{"select", "*"}, {"until", "2026-01-30T00:00:00Z"}},
        Json{{"select", "*"}, {"until", "2026-02-30"}}, Json{{"select", "*"}, {"for", "9999d"}},
        Json{{"select", "*"}, {"for", "1h"}, {"until", "2026-03-01"}},
        Json{{"select", "*"}, {"fro", "1h"}}}) {
    EXPECT_EQ(post("/api/v1/alerts/mute", body).status, 400) << body;
  }
  EXPECT_EQ(post("/api/v1/alerts/mute", {{"assets", {"nobody"}}}).status, 422);
}

TEST_F(AlertsTest, ARouteIsTried) {
  const Answer answer =
      post("/api/v1/alerts/test", {{"route", "oncall"}}, {{"idempotency-key", "t"}});
  ASSERT_EQ(answer.status, 202) << answer.body;
  const Json items = alerts()["items"];
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(items[0]["id"], answer.json()["id"]);
  EXPECT_EQ(items[0]["kind"], "test");
  EXPECT_EQ(items[0]["asset"], nullptr);
  EXPECT_EQ(items[0]["route"], "oncall");
  EXPECT_TRUE(alerts()["open"].empty());
  EXPECT_EQ(post("/api/v1/alerts/test", {{"route", "oncall"}}, {{"idempotency-key", "t"}}).json(),
            answer.json());
  EXPECT_EQ(alerts()["items"].size(), 1U);
  const Answer unknown = post("/api/v1/alerts/test", {{"route", "onkall"}});
  EXPECT_EQ(unknown.status, 404);
  EXPECT_THAT(unknown.body, HasSubstr("oncall"));
  EXPECT_EQ(post("/api/v1/alerts/test", Json::object()).status, 400);
}

}  // namespace
}  // namespace freshet::test
