#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <utility>

#include "api/source_watch.hpp"
#include "api_fixture.hpp"

namespace freshet::test {
namespace {

using testing::HasSubstr;

const api::Route reading[] = {
    {.method = "GET", .pattern = "/"},
    {.method = "GET", .pattern = "/things"},
    {.method = "POST", .pattern = "/things"},
    {.method = "GET", .pattern = "/things/{id}"},
    {.method = "POST", .pattern = "/things/{id}/stop"},
    {.method = "GET", .pattern = "/assets/{key...}"},
    {.method = "GET", .pattern = "/assets/{key...}/events"},
    {.method = "GET", .pattern = "/{file}"},
};

struct MatchCase {
  const char* name;
  const char* method;
  std::vector<std::string> segments;
  const char* pattern;  ///< "" for none.
  const char* key;
  const char* allow;
};
class Matching : public testing::TestWithParam<MatchCase> {};
TEST_P(Matching, FindsTheRoute) {
  const std::set<std::string, std::less<>> keys{"a", "a/b", "x/events", "y", "y/events"};
  const auto found = api::match(reading, GetParam().method, GetParam().segments,
                                [&](std::string_view key) { return keys.contains(key); });
  EXPECT_EQ(found.route == nullptr ? "" : found.route->pattern, GetParam().pattern);
  EXPECT_EQ(found.allow, GetParam().allow);
  if (*GetParam().key != '\0') {
    EXPECT_EQ(found.parameters.find("key")->second, GetParam().key);
  }
}
INSTANTIATE_TEST_SUITE_P(
    Table, Matching,
    testing::Values(MatchCase{"root", "GET", {}, "/", "", ""},
                    MatchCase{"literal", "GET", {"things"}, "/things", "", ""},
                    MatchCase{"method", "POST", {"things"}, "/things", "", ""},
                    MatchCase{"head_is_get", "HEAD", {"things"}, "/things", "", ""},
                    MatchCase{"wrong_method", "DELETE", {"things"}, "", "", "GET, HEAD, POST"},
                    MatchCase{"method_in_lower_case", "get", {"things"}, "", "", "GET, HEAD, POST"},
                    MatchCase{"parameter", "GET", {"things", "7"}, "/things/{id}", "", ""},
                    MatchCase{"only_post", "GET", {"things", "7", "stop"}, "", "", "POST"},
                    MatchCase{"too_long", "GET", {"things", "7", "stop", "now"}, "", "", ""},
                    MatchCase{"key", "GET", {"assets", "a", "b"}, "/assets/{key...}", "a/b", ""},
                    MatchCase{"key_and_events",
                              "GET",
                              {"assets", "a", "b", "events"},
                              "/assets/{key...}/events",
                              "a/b",
                              ""},
                    MatchCase{"key_that_ends_in_events",
                              "GET",
                              {"assets", "x", "events"},
                              "/assets/{key...}",
                              "x/events",
                              ""},
                    MatchCase{"longest_key_wins",
                              "GET",
                              {"assets", "y", "events"},
                              "/assets/{key...}",
                              "y/events",
                              ""},
                    MatchCase{"unknown_key", "GET", {"assets", "z"}, "/assets/{key...}", "z", ""},
                    MatchCase{"unknown_key_and_events",
                              "GET",
                              {"assets", "z", "events"},
                              "/assets/{key...}/events",
                              "z",
                              ""},
                    MatchCase{"no_key", "GET", {"assets"}, "/{file}", "", ""},
                    MatchCase{"file", "GET", {"app.js"}, "/{file}", "", ""}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST_F(ApiTest, EveryRouteIsInTheDocument) {
  for (const api::Route& route : api::routes()) {
    std::string path{route.pattern};
    if (const auto at = path.find("...}"); at != std::string::npos) path.erase(at, 3);
    ASSERT_TRUE(document["paths"].contains(path)) << path;
    const std::string method = route.method == "GET" ? "get" : "post";
    ASSERT_TRUE(document["paths"][path].contains(method)) << path;
    const Json& operation = document["paths"][path][method];
    EXPECT_NE(operation["summary"], "");
    EXPECT_EQ(operation.contains("requestBody"), !route.request.empty()) << path;
    EXPECT_EQ(operation.contains("security"), path == "/healthz" || path == "/readyz") << path;
  }
}

void each_reference(const Json& value, const std::function<void(const std::string&)>& call) {
  if (value.is_object() && value.contains("$ref")) call(value["$ref"].get<std::string>());
  if (!value.is_structured()) return;
  for (const auto& item : value) each_reference(item, call);
}

TEST_F(ApiTest, EveryReferenceOfTheDocumentLeadsSomewhere) {
  int count = 0;
  each_reference(document, [&](const std::string& reference) {
    ++count;
    EXPECT_TRUE(document.contains(Json::json_pointer{reference.substr(1)})) << reference;
  });
  EXPECT_GT(count, 50);
}

TEST_F(ApiTest, TheDocumentIsServed) {
  const Answer answer = get("/api/v1/openapi.json");
  ASSERT_EQ(answer.status, 200);
  EXPECT_EQ(answer.json(), document);
  EXPECT_EQ(answer.json()["openapi"], "3.1.0");
  EXPECT_EQ(get("/api/v1/openapi.json", {{"if-none-match", answer.header("etag")}}).status, 304);
}

TEST_F(ApiTest, WhatIsNotThereIs404) {
  for (const char* path :
       {"/api/v1", "/api/v1/nothing", "/api/v2/assets", "/api/v1/runs/x/y/z", "/nothing.js"}) {
    const Answer answer = get(path);
    EXPECT_EQ(answer.status, 404) << path;
    EXPECT_EQ(answer.header("content-type"), "application/problem+json") << path;
  }
}

TEST_F(ApiTest, AWrongMethodIs405WithTheRightOnes) {
  const Answer answer = send("DELETE", "/api/v1/runs");
  EXPECT_EQ(answer.status, 405);
  EXPECT_EQ(answer.header("allow"), "GET, HEAD, POST");
  EXPECT_EQ(send("POST", "/healthz").status, 405);
}

struct HostileCase {
  const char* name;
  const char* path;
};
class Hostile : public ApiTest, public testing::WithParamInterface<HostileCase> {};
TEST_P(Hostile, Is400) {
  const Answer answer = get(GetParam().path);
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.code(), "target_invalid");
}
INSTANTIATE_TEST_SUITE_P(Table, Hostile,
                         testing::Values(HostileCase{"dots", "/api/v1/assets/../runs"},
                                         HostileCase{"encoded_dots", "/api/v1/assets/%2e%2e/runs"},
                                         HostileCase{"nul", "/api/v1/assets/a%00"},
                                         HostileCase{"backslash", "/api/v1/assets/a%5cb"},
                                         HostileCase{"empty_segment", "/api/v1//assets"},
                                         HostileCase{"broken_utf8", "/api/v1/assets/%ff"},
                                         HostileCase{"absolute_form",
                                                     "http://localhost/api/v1/assets"},
                                         HostileCase{"star", "*"},
                                         HostileCase{"log_above", "/api/v1/runs/x/logs/../../etc"}),
                         [](const auto& c) { return std::string{c.param.name}; });

TEST_F(ApiTest, AnEncodedSlashIs400AndTheRightPathIsNamed) {
  const Answer answer = get("/api/v1/assets/staging%2Forders");
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.json()["detail"].get<std::string>(),
              HasSubstr("/api/v1/assets/staging/orders"));
}

TEST_F(ApiTest, AQueryValueThatIsNotKnownIs400AndTheNearestIsNamed) {
  const Answer answer = get("/api/v1/assets?selct=x");
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.json()["detail"].get<std::string>(), HasSubstr("did you mean \"select\"?"));
}

TEST_F(ApiTest, BodiesAreLimitedByRoute) {
  const std::string large(2 << 20, ' ');
  EXPECT_EQ(send("POST", "/api/v1/runs", large).status, 413);
  EXPECT_NE(send("POST", "/api/v1/validate", large).status, 413);
  EXPECT_EQ(send("POST", "/api/v1/events", std::string(9 << 20, ' ')).status, 413);
  EXPECT_EQ(send("GET", "/api/v1/runs", "{}").status, 413);
}

TEST_F(ApiTest, EveryAnswerNamesItsSequence) {
  EXPECT_EQ(get("/api/v1/graph").header("freshet-sequence"), sequence());
  EXPECT_EQ(get("/api/v1/nothing").header("freshet-sequence"), sequence());
  EXPECT_EQ(get("/healthz").header("freshet-sequence"), sequence());
}

TEST_F(ApiTest, OperatorsPagesAnswer) {
  EXPECT_EQ(get("/healthz").body, "ok\n");
  const Answer ready = get("/readyz");
  EXPECT_EQ(ready.status, 200);
  EXPECT_EQ(ready.json()["checks"]["store"], "ok");
  api.set_http_stats([] { return http::Stats{.requests = 42}; });
  const Answer metrics = get("/metrics");
  EXPECT_THAT(metrics.header("content-type"), HasSubstr("text/plain; version=0.0.4"));
  EXPECT_THAT(metrics.body, HasSubstr("# TYPE freshet_runs gauge\nfreshet_runs{pool=\"x\"} 2\n"));
  EXPECT_THAT(metrics.body, HasSubstr("freshet_http_requests_total 42\n"));
}

TEST_F(ApiTest, SourcesTellHowTheyAre) {
  const Answer answer = get("/api/v1/sources");
  ASSERT_EQ(answer.status, 200);
  EXPECT_EQ(answer.json()["items"][0]["asset"], "raw/orders");
  EXPECT_EQ(answer.json()["items"][0]["last_event"], nullptr);
  EXPECT_EQ(answer.json()["items"][0]["watches"]["format"], "json");
  EXPECT_EQ(answer.json()["items"][0]["expected_by"], nullptr);
}

TEST_F(ApiTest, OfAWebhookWhatWasSentIsCounted) {
  auto assets = shop();
  assets[0].source.webhook = {.each = "$.rows", .match = {{"$.kind", {"rate"}}}};
  service.load(assets);
  const Json rows{{"rows", {{{"kind", "rate"}}, {{"kind", "note"}}, {{"kind", "note"}}}}};
  ASSERT_EQ(post("/api/v1/hooks/raw/orders", rows).status, 202);
  const Json source = get("/api/v1/sources").json()["items"][0];
  EXPECT_EQ(source["messages"], 3);
  EXPECT_EQ(source["ignored"], 2);
}

TEST_F(ApiTest, ASourceSaysWhenItIsExpected) {
  auto assets = shop();
  assets[0].freshness =
      FreshnessPolicy{.within = std::chrono::hours{1}, .warn = {}, .deadline = ""};
  service.load(assets);
  ASSERT_EQ(post("/api/v1/events", {{"asset", "raw/orders"}}).status, 202);
  const Json source = get("/api/v1/sources").json()["items"][0];
  EXPECT_EQ(source["expected_by"], format_instant(clock.now() + std::chrono::hours{1}));
}

TEST(SourceWatch, LeavesPasswordsOut) {
  const std::pair<const char*, const char*> addresses[] = {
      {"postgresql://reader:pass@db:5432/shop?sslmode=require", "postgresql://reader@db:5432/shop"},
      {"mysql://reader@db/shop", "mysql://reader@db/shop"},
      {"postgresql://a:b@c@db/shop", "postgresql://a@db/shop"},
      {"postgresql://db:5432/shop?password=x", "postgresql://db:5432/shop"},
      {"sftp://user:pw@host/in/*.csv", "sftp://user@host/in/*.csv"},
      {"s3://bucket/in/{date}.csv", "s3://bucket/in/{date}.csv"},
      {"sqlite:/srv/shop.db", "sqlite:/srv/shop.db"},
      {"host=db password=x", ""},
  };
  for (const auto& [given, shown] : addresses) EXPECT_EQ(api::without_secrets(given), shown);
  SourceDefinition kafka{.kind = SourceKind::kafka};
  kafka.kafka.topic = "orders";
  kafka.kafka.registry = "http://u:secret@registry";
  kafka.kafka.config = {{"sasl.password", "secret"}};
  EXPECT_EQ(api::watch_json(kafka)["topic"], "orders");
  EXPECT_FALSE(api::watch_json(kafka).contains("key_format"));
  kafka.kafka.key_format = KafkaSource::Format::avro;
  EXPECT_EQ(api::watch_json(kafka)["key_format"], "avro");
  EXPECT_EQ(api::watch_json(kafka).dump().find("secret"), std::string::npos);
  SourceDefinition webhook{.kind = SourceKind::webhook};
  webhook.webhook.token = webhook.webhook.secret = "secret";
  EXPECT_EQ(api::watch_json(webhook).dump().find("secret"), std::string::npos);
}

TEST(Starting, IsSaidUntilThereIsAState) {
  ManualClock clock{Instant{}};
  MemoryService service{clock};
  api::Api api{service, clock, {.token_hash = api::sha256_hex(token), .instance = "x"}};
  const auto ask = [&](const char* target) {
    http::Head head{.method = "GET", .target = target};
    head.headers = {{"host", "localhost"}, {"authorization", std::string{"Bearer "} + token}};
    return api.admit(head);
  };
  const auto refused = ask("/api/v1/assets/a/events");
  ASSERT_TRUE(refused.refusal);
  EXPECT_EQ(refused.refusal->status, 503);
  EXPECT_EQ(http::find_header(refused.refusal->headers, "retry-after"), "1");
  for (const char* path : {"/healthz", "/readyz", "/metrics", "/api/v1/openapi.json", "/"}) {
    EXPECT_FALSE(ask(path).refusal) << path;
  }
}

class Prefixed : public testing::Test {
 protected:
  int status_of(const char* target) {
    http::Head head{.method = "GET", .target = target};
    head.headers = {{"host", "localhost"}, {"authorization", std::string{"Bearer "} + token}};
    const auto admission = api.admit(head);
    return admission.refusal ? admission.refusal->status : 200;
  }
  ManualClock clock{Instant{}};
  MemoryService service{clock};
  api::Api api{
      service, clock, {.token_hash = api::sha256_hex(token), .prefix = "/data", .instance = "x"}};
};

TEST_F(Prefixed, PathsWorkWithAndWithoutIt) {
  service.load(shop());
  for (const char* path :
       {"/data/api/v1/graph", "/api/v1/graph", "/data", "/data/", "/data?x", "/data/healthz"}) {
    EXPECT_EQ(status_of(path), 200) << path;
  }
  for (const char* path : {"/database/api/v1/graph", "/data/data/api/v1/graph"}) {
    EXPECT_EQ(status_of(path), 404) << path;
  }
}

}  // namespace
}  // namespace freshet::test
