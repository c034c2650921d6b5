#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/hook.hpp"
#include "api/hook_signature.hpp"
#include "api_fixture.hpp"

namespace freshet::test {
namespace {

using api::check_signature;
using api::read_hook;
using api::shows_token;
using testing::ElementsAre;
using testing::HasSubstr;
using Format = WebhookSource::Format;
using Signature = WebhookSource::Signature;

constexpr Instant now{Seconds{1'700'000'000}};

// Signatures were made by openssl(1) and Python's hmac, with the secret "s3cret" (of Standard
// Webhooks: "whsec_" and its base64).
struct Signed {
  const char* name;
  Signature way;
  const char* secret;
  http::Headers headers;
  const char* body;
  const char* error;  ///< "": it is accepted.
};
class Signatures : public testing::TestWithParam<Signed> {};
TEST_P(Signatures, AreJudged) {
  const Signed& c = GetParam();
  const WebhookSource source{.secret = c.secret, .signature = c.way};
  const auto result = check_signature(source, c.headers, c.body, now);
  EXPECT_EQ(result ? "" : result.error().message.substr(0, std::string_view{c.error}.size()),
            c.error);
  EXPECT_EQ(static_cast<bool>(result), *c.error == '\0');
}
const char* const github_good =
    "sha256=5910e62016ef5034272c926c27071992a465c2335cecf41851bda071577f4f6d";
INSTANTIATE_TEST_SUITE_P(
    All, Signatures,
    testing::Values(
        Signed{"github",
               Signature::github,
               "s3cret",
               {{"x-hub-signature-256", github_good}},
               "{\"a\":1}",
               ""},
        Signed{"github_other_body",
               Signature::github,
               "s3cret",
               {{"x-hub-signature-256", github_good}},
               "{\"a\":2}",
               "the signature does not fit"},
        Signed{"github_other_secret",
               Signature::github,
               "secret",
               {{"x-hub-signature-256", github_good}},
               "{\"a\":1}",
               "the signature does not fit"},
        Signed{"github_missing",
               Signature::github,
               "s3cret",
               {},
               "{\"a\":1}",
               "the header X-Hub-Signature-256 is missing"},
        Signed{"github_no_hex",
               Signature::github,
               "s3cret",
               {{"x-hub-signature-256", "sha256=zz"}},
               "{\"a\":1}",
               "the signature does not fit"},
        Signed{"standard",
               Signature::standard,
               "whsec_czNjcmV0",
               {{"webhook-id", "m1"},
                {"webhook-timestamp", "1700000000"},
                {"webhook-signature", "v2,eA== v1,XpFXotbBf691dcN3LsBi4gw7IZPXpPgIJXWICbz1AcU="}},
               "{\"a\":1}",
               ""},
        Signed{"standard_raw_secret",
               Signature::standard,
               "s3cret",
               {{"webhook-id", "m1"},
                {"webhook-timestamp", "1700000000"},
                {"webhook-signature", "v1,XpFXotbBf691dcN3LsBi4gw7IZPXpPgIJXWICbz1AcU="}},
               "{\"a\":1}",
               ""},
        Signed{"standard_other_id",
               Signature::standard,
               "s3cret",
               {{"webhook-id", "m2"},
                {"webhook-timestamp", "1700000000"},
                {"webhook-signature", "v1,XpFXotbBf691dcN3LsBi4gw7IZPXpPgIJXWICbz1AcU="}},
               "{\"a\":1}",
               "the signature does not fit"},
        Signed{"standard_too_old",
               Signature::standard,
               "s3cret",
               {{"webhook-id", "m1"},
                {"webhook-timestamp", "1699999699"},
                {"webhook-signature", "v1,XpFXotbBf691dcN3LsBi4gw7IZPXpPgIJXWICbz1AcU="}},
               "{\"a\":1}",
               "the signed time is 2023-11-14T22:08:19.000000Z, too far"},
        Signed{"standard_too_new",
               Signature::standard,
               "s3cret",
               {{"webhook-id", "m1"},
                {"webhook-timestamp", "1700000301"},
                {"webhook-signature", "v1,XpFXotbBf691dcN3LsBi4gw7IZPXpPgIJXWICbz1AcU="}},
               "{\"a\":1}",
               "the signed time is"},
        Signed{"standard_no_time",
               Signature::standard,
               "s3cret",
               {{"webhook-id", "m1"},
                {"webhook-timestamp", "99999999999999999999"},
                {"webhook-signature", "v1,XpFXotbBf691dcN3LsBi4gw7IZPXpPgIJXWICbz1AcU="}},
               "{\"a\":1}",
               "the signed time is no number"},
        Signed{"stripe",
               Signature::stripe,
               "s3cret",
               {{"stripe-signature",
                 "t=1700000000,v1=00,v1="
                 "1698a50bc74d1ff1db85c4e0a5297c2ad9fdba245d5737cdb789e4cc6e098940"}},
               "{\"a\":1}",
               ""},
        Signed{
            "freshet",
            Signature::freshet,
            "s3cret",
            {{"freshet-signature",
              "t=1700000000,v1=1698a50bc74d1ff1db85c4e0a5297c2ad9fdba245d5737cdb789e4cc6e098940"}},
            "{\"a\":1}",
            ""},
        Signed{"freshet_without_time",
               Signature::freshet,
               "s3cret",
               {{"freshet-signature",
                 "v1=1698a50bc74d1ff1db85c4e0a5297c2ad9fdba245d5737cdb789e4cc6e098940"}},
               "{\"a\":1}",
               "the signed time is no number"},
        Signed{
            "freshet_time_changed",
            Signature::freshet,
            "s3cret",
            {{"freshet-signature",
              "t=1700000001,v1=1698a50bc74d1ff1db85c4e0a5297c2ad9fdba245d5737cdb789e4cc6e098940"}},
            "{\"a\":1}",
            "the signature does not fit"}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(HookToken, IsShownInSeveralWaysAndNeverAlmost) {
  const WebhookSource source{.token = "t0ken"};
  EXPECT_TRUE(shows_token(source, {{"authorization", "Bearer t0ken"}}, ""));
  EXPECT_TRUE(shows_token(source, {{"authorization", "bearer t0ken"}}, ""));
  EXPECT_TRUE(shows_token(source, {{"authorization", "t0ken"}}, ""));
  EXPECT_TRUE(shows_token(source, {{"x-gitlab-token", "t0ken"}}, ""));
  EXPECT_TRUE(shows_token(source, {}, "t0ken"));
  EXPECT_FALSE(shows_token(source, {}, ""));
  EXPECT_FALSE(shows_token(source, {{"authorization", "Bearer t0ke"}}, "t0ken"));
  EXPECT_FALSE(shows_token(source, {{"authorization", "Basic t0ken"}}, ""));
  EXPECT_FALSE(shows_token(source, {{"authorization", ""}}, ""));
}

AssetDefinition hook(WebhookSource source) {
  AssetDefinition out;
  out.key = "ref/rates";
  out.external = true;
  out.source.kind = SourceKind::webhook;
  out.source.webhook = std::move(source);
  return out;
}

/// An event as "partition version id", or its error.
std::vector<std::string> told(const api::HookReading& reading) {
  std::vector<std::string> out;
  for (const input::Event& event : reading.events) {
    EXPECT_EQ(event.asset, "ref/rates");
    EXPECT_EQ(event.source, "ref/rates");
    out.push_back(event.error.empty() ? event.partition + '|' + event.data_version + '|' + event.id
                                      : event.error);
  }
  return out;
}

TEST(Hook, JsonIsReadByTheSourcesRules) {
  const auto asset = hook({.each = "$.rows",
                           .match = {{"$.kind", {"rate"}}, {"header:X-Env", {"prod"}}},
                           .partition = "$.day",
                           .data_version = "$.revision",
                           .id = "$.id"});
  const std::string body =
      R"({"rows": [{"kind": "rate", "day": "2026-01-31", "revision": 7, "id": "a"},
                   {"kind": "note", "day": "2026-01-31", "revision": 8, "id": "b"},
                   {"kind": "rate", "revision": 9, "id": "c"}]})";
  const auto reading = read_hook(asset, {{"x-env", "prod"}}, body);
  EXPECT_THAT(told(reading),
              ElementsAre("2026-01-31|7|a", "partition $.day is not in what was sent"));
  EXPECT_EQ(reading.ignored, 1U);
  EXPECT_THAT(reading.events.at(1).body, HasSubstr(R"("id":"c")"));
  EXPECT_EQ(read_hook(asset, {}, body).ignored, 3U);
}

TEST(Hook, ATimeMeansTheWindowInWhichItLies) {
  AssetDefinition asset = hook({.partition = "$.at"});
  asset.partitions = PartitionsDefinition{
      {{"", WindowsDefinition{.cadence = Cadence::daily, .start = *parse_instant("2026-01-01")}}},
      ""};
  EXPECT_THAT(told(read_hook(asset, {}, R"({"at": "2026-01-31T13:00:00Z"})")),
              ElementsAre("2026-01-31||"));
  EXPECT_THAT(told(read_hook(asset, {}, R"({"at": "soon"})")),
              ElementsAre(HasSubstr("partition $.at is \"soon\": want a time")));
}

TEST(Hook, APartThatWasKeptIsReadAgainWithoutItsHeaders) {
  const http::Headers headers{{"x-env", "prod"}};
  const std::vector<std::pair<Format, std::string>> bodies{
      {Format::json, R"({"a": 1})"},
      {Format::s3,
       R"({"Records": [{"eventName": "s3:ObjectCreated:Put", "s3": {"bucket": {"name": "b"},
        "object": {"key": "k", "eTag": "e1", "sequencer": "1"}}}]})"},
      {Format::github, R"({"after": "abc"})"},
      {Format::alertmanager, R"({"alerts": [{"fingerprint": "f", "status": "firing"}]})"}};
  for (const auto& [format, body] : bodies) {
    const auto asset = hook({.format = format, .match = {{"header:x-env", {"prod"}}}});
    const auto first = read_hook(asset, headers, body);
    ASSERT_EQ(first.events.size(), 1U) << body;
    EXPECT_EQ(told(api::reread_hook(asset, first.events[0].body)), told(first)) << body;
  }
}

TEST(Hook, HeadersThatRulesNameAreKeptWithAPart) {
  AssetDefinition asset =
      hook({.partition = "$.day", .data_version = "header:x-rev", .id = "header:webhook-id"});
  const http::Headers headers{{"x-rev", "7"}, {"webhook-id", "m1"}, {"authorization", "Bearer x"}};
  const auto first = read_hook(asset, headers, R"({"tag": "mon"})");
  EXPECT_THAT(told(first), ElementsAre("partition $.day is not in what was sent"));
  const std::string kept = first.events.at(0).body;
  EXPECT_THAT(kept, testing::Not(HasSubstr("Bearer")));
  asset.source.webhook.partition = "$.tag";
  EXPECT_THAT(told(api::reread_hook(asset, kept)), ElementsAre("mon|7|m1"));
  // Of what was kept before its rules named a header, the id is the replay's.
  EXPECT_THAT(told(api::reread_hook(asset, R"({"tag": "mon"})")),
              ElementsAre("data_version header:x-rev is not in what was sent"));
  asset.source.webhook.data_version = "";
  EXPECT_THAT(told(api::reread_hook(asset, R"({"tag": "mon"})")), ElementsAre("mon||"));
}

TEST(Hook, ListsHaveALimit) {
  const auto body_of = [](const char* name, std::size_t count) {
    std::string out = std::string{"{\""} + name + "\": [{}";
    for (std::size_t i = 1; i < count; ++i) out += ",{}";
    return out + "]}";
  };
  for (const auto& [format, name] :
       {std::pair{Format::s3, "Records"}, std::pair{Format::alertmanager, "alerts"}}) {
    const auto most = read_hook(hook({.format = format}), {}, body_of(name, 10'000));
    EXPECT_EQ(most.events.size() + most.ignored, 10'000U) << name;
    const auto reading = read_hook(hook({.format = format}), {}, body_of(name, 10'001));
    EXPECT_THAT(told(reading), ElementsAre(HasSubstr("want at most 10000 events, not 10001")));
  }
}

TEST(Hook, WithoutRulesTheBodyIsOneEvent) {
  EXPECT_THAT(told(read_hook(hook({}), {}, "{}")), ElementsAre("||"));
  EXPECT_THAT(told(read_hook(hook({}), {}, "[1, 2]")), ElementsAre("||"));
}

TEST(Hook, CloudEventsKeepTheirSourceAndId) {
  const http::Headers headers{{"content-type", "application/cloudevents+json"}};
  const std::string body = R"({"specversion": "1.0", "id": "e1", "source": "/shop", "type": "x",
      "subject": "something/else", "data": {"data_version": "v7", "partition": "p", "n": 3}})";
  const auto asset = hook({.format = Format::cloudevents});
  EXPECT_THAT(told(read_hook(asset, headers, body)), ElementsAre("p|v7|/shop e1"));
  const auto mapped = hook({.format = Format::cloudevents, .data_version = "$.data.n"});
  EXPECT_THAT(told(read_hook(mapped, headers, body)), ElementsAre("p|3|/shop e1"));
  EXPECT_THAT(told(read_hook(asset, headers, R"({"a": 1})")),
              ElementsAre(HasSubstr("specversion")));
  EXPECT_THAT(
      told(read_hook(
          asset, {{"ce-specversion", "1.0"}, {"ce-id", "e2"}, {"ce-source", "s"}, {"ce-type", "t"}},
          "")),
      ElementsAre("||s e2"));
}

TEST(Hook, NotificationsOfBucketsAreARecordEach) {
  const auto asset = hook({.format = Format::s3});
  const std::string body = R"({"EventName": "s3:ObjectCreated:Put", "Key": "b/k.csv", "Records": [
    {"eventName": "s3:ObjectCreated:Put", "s3": {"bucket": {"name": "b"},
     "object": {"key": "in%2Fk.csv", "eTag": "e1", "sequencer": "00A"}}},
    {"eventName": "s3:ObjectAccessed:Get", "s3": {"bucket": {"name": "b"}, "object": {"key": "k"}}},
    {"eventName": "ObjectRemoved:Delete", "s3": {"bucket": {"name": "b"},
     "object": {"key": "k", "versionId": "v2", "eTag": "e2", "sequencer": "00B"}}}]})";
  const auto reading = read_hook(asset, {}, body);
  EXPECT_THAT(told(reading), ElementsAre("|in%2Fk.csv e1|b/in%2Fk.csv 00A s3:ObjectCreated:Put",
                                         "|k v2|b/k 00B ObjectRemoved:Delete"));
  EXPECT_EQ(reading.ignored, 1U);
  EXPECT_EQ(read_hook(asset, {}, R"({"Service": "Amazon S3", "Event": "s3:TestEvent"})").ignored,
            1U);
  EXPECT_THAT(told(read_hook(asset, {}, "{}")), ElementsAre(HasSubstr("Records")));
}

/// Of one record of S3.
std::vector<std::string> told_of(const char* object) {
  return told(read_hook(hook({.format = Format::s3}), {},
                        std::string{R"({"Records": [{"eventName": "ObjectCreated:Put", "s3": )"} +
                            R"({"bucket": {"name": "b"}, "object": )" + object + "}}]}"));
}

TEST(Hook, ObjectsOfOneContentAreNewsEach) {
  EXPECT_THAT(told_of(R"({"key": "day=1/_SUCCESS", "eTag": "d41d8"})"),
              ElementsAre("|day=1/_SUCCESS d41d8|"));
  EXPECT_THAT(told_of(R"({"key": "day=2/_SUCCESS", "eTag": "d41d8"})"),
              ElementsAre("|day=2/_SUCCESS d41d8|"));
}

TEST(Hook, WithoutASequencerEachWriteOfAnObjectCounts) {
  EXPECT_THAT(told_of(R"({"key": "k", "eTag": "e1"})"), ElementsAre("|k e1|"));
  EXPECT_THAT(told_of(R"({"key": "k"})"), ElementsAre("||"));
}

TEST(Hook, WhatIsSignedWithItsTimeIsKnownWhenItIsSentAgain) {
  const auto id_of = [](Signature way, const http::Headers& headers, const char* body,
                        std::string id = "") {
    const auto reading = read_hook(hook({.signature = way, .id = std::move(id)}), headers, body);
    return reading.events.size() == 1 ? reading.events[0].id : "none";
  };
  const char* const body = R"({"a": 1})";
  EXPECT_EQ(id_of(Signature::standard, {{"webhook-id", "m1"}}, body), "m1");
  EXPECT_EQ(id_of(Signature::standard, {{"webhook-id", "m1"}}, body, "$.a"), "1");
  EXPECT_EQ(id_of(Signature::github, {}, body), "");
  for (const auto& [way, header] : {std::pair{Signature::stripe, "stripe-signature"},
                                    std::pair{Signature::freshet, "freshet-signature"}}) {
    const std::string id = id_of(way, {{header, "t=1,v1=ab"}}, body);
    EXPECT_NE(id, "");
    EXPECT_EQ(id_of(way, {{header, "v1=00, t=1,v1=ab"}}, body), id) << "added to by anybody";
    EXPECT_NE(id_of(way, {{header, "t=2,v1=cd"}}, body), id);
    EXPECT_NE(id_of(way, {{header, "t=1,v1=ef"}}, R"({"a": 2})"), id);
  }
  const auto many = read_hook(hook({.signature = Signature::standard, .each = "$.rows"}),
                              {{"webhook-id", "m1"}}, R"({"rows": [1, 2]})");
  EXPECT_THAT(told(many), ElementsAre("||m1", "||m1 1"));
}

TEST(Hook, OfGithubADeliveryCountsOnceAndAPingNever) {
  const auto asset = hook(
      {.format = Format::github,
       .match = {{"header:x-github-event", {"push", "ping"}}, {"$.ref", {"refs/heads/main"}}}});
  const std::string push = R"({"ref": "refs/heads/main", "after": "abc"})";
  EXPECT_THAT(
      told(read_hook(asset, {{"x-github-event", "push"}, {"x-github-delivery", "d1"}}, push)),
      ElementsAre("|abc|d1"));
  EXPECT_EQ(read_hook(asset, {{"x-github-event", "ping"}}, push).ignored, 1U);
  EXPECT_EQ(read_hook(asset, {{"x-github-event", "push"}}, R"({"ref": "refs/tags/v1"})").ignored,
            1U);
}

TEST(Hook, OfAlertmanagerEachAlertIsOne) {
  const auto asset = hook({.format = Format::alertmanager,
                           .match = {{"$.labels.job", {"loader"}}},
                           .partition = "$.labels.day"});
  const std::string body = R"({"version": "4", "status": "firing", "alerts": [
    {"status": "resolved", "fingerprint": "f1", "startsAt": "2026-01-31T06:00:00Z",
     "labels": {"job": "loader", "day": "2026-01-30"}},
    {"status": "firing", "fingerprint": "f2", "startsAt": "x", "labels": {"job": "other"}}]})";
  const auto reading = read_hook(asset, {}, body);
  EXPECT_THAT(told(reading), ElementsAre("2026-01-30|f1:resolved:2026-01-31T06:00:00Z|"
                                         "f1:resolved:2026-01-31T06:00:00Z"));
  EXPECT_EQ(reading.ignored, 1U);
}

TEST(Hook, ATestEventOfAnyTypeIsNone) {
  EXPECT_THAT(told(read_hook(hook({.format = Format::s3}), {}, R"({"Event": 1})")),
              ElementsAre(HasSubstr("Records")));
}

TEST(Hook, WhatIsNotOfTheFormatIsOneEventWithItsReason) {
  EXPECT_THAT(told(read_hook(hook({}), {}, "{")), ElementsAre(HasSubstr("too early")));
  EXPECT_THAT(told(read_hook(hook({.each = "$.rows"}), {}, R"({"rows": 1})")),
              ElementsAre(HasSubstr("no list at $.rows")));
  EXPECT_THAT(told(read_hook(hook({.format = Format::alertmanager}), {}, "[]")),
              ElementsAre(HasSubstr("\"alerts\"")));
  EXPECT_THAT(
      told(read_hook(hook({.format = Format::cloudevents}), {{"content-type", "text/plain"}}, "x")),
      ElementsAre(HasSubstr("application/cloudevents+json")));
}

TEST(Hook, WhatCouldNotBeReadIsReadAgainByTheRulesThatItsSourceHasThen) {
  AssetDefinition asset =
      hook({.each = "$.rows",
            .match = {{"header:x-env", {"prod"}}, {"header:x-gitlab-token", {"s3cret"}}}});
  const http::Headers headers{
      {"x-env", "test"}, {"x-gitlab-token", "s3cret"}, {"authorization", "Bearer x"}};
  const auto first = read_hook(asset, headers, R"({"items": [{"v": 1}, {"v": 2}]})");
  ASSERT_EQ(first.events.size(), 1U);
  const std::string kept = first.events[0].body;
  EXPECT_THAT(kept, testing::Not(testing::AnyOf(HasSubstr("Bearer"), HasSubstr("s3cret"))));
  EXPECT_EQ(told(api::reread_hook(asset, kept)), told(first));
  asset.source.webhook.each = "$.items";
  asset.source.webhook.data_version = "$.v";
  EXPECT_EQ(api::reread_hook(asset, kept).ignored, 2U) << "its header does not match";
  asset.source.webhook.match.clear();
  EXPECT_THAT(told(api::reread_hook(asset, kept)), ElementsAre("|1|", "|2|"));
}

TEST(Hook, WhatIsTooLongToBeKeptWholeSaysSo) {
  const auto asset = hook({});
  for (const char c : {'x', '\x01'}) {
    const auto reading = read_hook(asset, {}, std::string(100'000, c));
    ASSERT_EQ(reading.events.size(), 1U);
    EXPECT_LT(reading.events[0].body.size(), 64U * 1024);
    EXPECT_THAT(told(api::reread_hook(asset, reading.events[0].body)),
                ElementsAre(HasSubstr("too long to be kept whole: have it sent again")));
  }
}

TEST(Hook, OfAFormTheFieldPayloadIsRead) {
  const http::Headers form{{"content-type", "application/x-www-form-urlencoded; charset=utf-8"},
                           {"x-github-delivery", "d1"}};
  const auto asset = hook({.format = Format::github});
  EXPECT_THAT(told(read_hook(asset, form, "a=b&payload=%7B%22after%22%3A+%22a%2Bc%22%7D")),
              ElementsAre("|a+c|d1"));
  EXPECT_THAT(told(read_hook(asset, form, R"({"after": "x&payload=y"})")),
              ElementsAre("|x&payload=y|d1"))
      << "curl calls JSON a form";
  const auto bad = read_hook(asset, form, "payload=%7B");
  EXPECT_THAT(told(bad), ElementsAre(HasSubstr("too early")));
  EXPECT_EQ(bad.events.at(0).id, "d1") << "it is kept once";
  EXPECT_EQ(told(api::reread_hook(asset, bad.events[0].body)), told(bad));
}

/// As Amazon SNS sends it.
std::string sns(std::string_view type, std::string_view message) {
  return std::string{R"({"Type": ")"}.append(type).append(
             R"(", "MessageId": "m1", "TopicArn": "arn:aws:sns:eu-west-1:1:t", "Message": ")") +
         std::string{message} + R"(", "SubscribeURL": "https://sns.example.com/?Token=t"})";
}

TEST(Hook, NotificationsOfBucketsComeByWayOfAmazonSns) {
  const auto asset = hook({.format = Format::s3});
  const auto reading = read_hook(
      asset, {},
      sns("Notification", R"({\"Records\": [{\"eventName\": \"ObjectCreated:Put\", \"s3\": {)"
                          R"(\"bucket\": {\"name\": \"b\"}, \"object\": {\"key\": \"k\", )"
                          R"(\"eTag\": \"e\"}}}]})"));
  EXPECT_THAT(told(reading), ElementsAre("|k e|m1"));
  EXPECT_EQ(read_hook(asset, {}, sns("Notification", R"({\"Event\": \"s3:TestEvent\"})")).ignored,
            1U);
  EXPECT_THAT(told(read_hook(asset, {}, sns("Notification", "hello"))),
              ElementsAre(HasSubstr("Message of Amazon SNS: ")));
}

TEST(Hook, WhatAmazonSnsAsksForIsForAPersonToDo) {
  const auto asset = hook({.format = Format::s3});
  EXPECT_THAT(told(read_hook(asset, {}, sns("SubscriptionConfirmation", "You have chosen ..."))),
              ElementsAre("Amazon SNS asks whether arn:aws:sns:eu-west-1:1:t may send here, and "
                          "sends nothing until somebody confirms it: open "
                          "https://sns.example.com/?Token=t"));
  EXPECT_THAT(told(read_hook(asset, {}, sns("UnsubscribeConfirmation", "..."))),
              ElementsAre(HasSubstr("to have it again, open https://sns.example.com/?Token=t")));
}

}  // namespace
}  // namespace freshet::test
