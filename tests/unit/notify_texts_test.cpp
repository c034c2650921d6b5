// What is sent: bodies, mails, signatures.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "notify/bodies.hpp"
#include "notify/mail.hpp"
#include "notify/signature.hpp"

namespace freshet::notify {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;
using testing::Not;

const Instant noon{std::chrono::sys_days{std::chrono::January / 1 / 2026} + std::chrono::hours{12}};

Alert failure(std::uint64_t id = 42) {
  return {.id = Sequence{id},
          .at = noon,
          .kind = AlertKind::failure,
          .over = {},
          .asset = "marts/revenue",
          .partition = "2026-01-01",
          .check = "",
          .text = "marts/revenue[2026-01-01] failed: exit_code",
          .step = StepId{RunId{5}, 1},
          .owners = {"team:finance", "ada@example.com"},
          .repetition = 0,
          .url = "https://freshet.example/#/assets/marts/revenue"};
}
Delivery one(Alert alert = failure()) {
  return {.id = "i/shop/oncall/42", .project = "shop", .route = "oncall", .alerts = {alert}};
}
Delivery many(std::size_t count) {
  Delivery out{.id = "i/shop/oncall/1-9", .project = "shop", .route = "oncall", .alerts = {}};
  for (std::size_t i = 0; i < count; ++i) out.alerts.push_back(failure(i + 1));
  out.alerts.back().kind = AlertKind::freshness;
  return out;
}

struct SignatureCase {
  const char* name;
  std::string_view secret;
  std::int64_t seconds;
  std::string_view body;
  std::string_view want;
};
class Signature : public testing::TestWithParam<SignatureCase> {};
TEST_P(Signature, IsTheHmacOfTimeAndBody) {
  const auto& c = GetParam();
  EXPECT_EQ(signature(c.secret, Instant{Seconds{c.seconds}}, c.body), c.want);
}
INSTANTIATE_TEST_SUITE_P(
    Table, Signature,
    testing::Values(
        SignatureCase{"of_a_body", "whsec", 1767225600, R"({"text":"hi"})",
                      "t=1767225600,"
                      "v1=fc9307a3ed0485af8ad8e5b21967fa949931396bec49bda65fd638c0301637c4"},
        SignatureCase{"of_nothing", "k", 0, "",
                      "t=0,v1=6b4a4b8b3c40f1e8f53a3d36682e5f99f7ad2ac1df1c93dfe336f329167641e7"}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(JsonBody, HasTheFieldsOfOneAlert) {
  EXPECT_EQ(Json::parse(json_body(one())),
            (Json{{"id", "i/shop/oncall/42"},
                  {"project", "shop"},
                  {"route", "oncall"},
                  {"kind", "failure"},
                  {"text", "marts/revenue[2026-01-01] failed: exit_code"},
                  {"asset", "marts/revenue"},
                  {"partition", "2026-01-01"},
                  {"check", nullptr},
                  {"over", nullptr},
                  {"run", to_text(RunId{5})},
                  {"step", 1},
                  {"owners", {"team:finance", "ada@example.com"}},
                  {"at", "2026-01-01T12:00:00.000000Z"},
                  {"repetition", 0},
                  {"url", "https://freshet.example/#/assets/marts/revenue"}}));
}

TEST(JsonBody, OfATestHasNoAsset) {
  Alert alert{.id = Sequence{1}, .at = noon, .kind = AlertKind::test, .over = {}, .text = "hello"};
  const Json json = Json::parse(json_body(one(alert)));
  EXPECT_EQ(json["kind"], "test");
  EXPECT_TRUE(json["asset"].is_null() && json["run"].is_null() && json["url"].is_null());
}

TEST(JsonBody, ListsSeveralAlerts) {
  const Json json = Json::parse(json_body(many(3)));
  EXPECT_EQ(json["kind"], "several");
  EXPECT_EQ(json["count"], 3);
  EXPECT_EQ(json["text"], "3 alerts: 2 failure, 1 freshness");
  ASSERT_EQ(json["alerts"].size(), 3U);
  EXPECT_EQ(json["alerts"][2]["id"], "3");
  EXPECT_EQ(json["alerts"][2]["kind"], "freshness");
}

TEST(JsonBody, IsUtf8WhateverTheTextIs) {
  Alert alert = failure();
  alert.text = "caf\xe9";
  EXPECT_TRUE(is_utf8(json_body(one(alert))));
}

TEST(SlackBody, HasTextAndBlocksAsSlackWantsThem) {
  const Json json = Json::parse(slack_body(one()));
  EXPECT_EQ(json["text"], "failure: marts/revenue[2026-01-01] failed: exit_code");
  ASSERT_EQ(json["blocks"].size(), 2U);
  EXPECT_EQ(json["blocks"][0]["type"], "section");
  EXPECT_EQ(json["blocks"][0]["text"]["type"], "mrkdwn");
  EXPECT_EQ(json["blocks"][0]["text"]["text"],
            "<https://freshet.example/#/assets/marts/revenue|failure: marts/revenue[2026-01-01] "
            "failed: exit_code>");
  EXPECT_EQ(json["blocks"][1]["type"], "context");
  EXPECT_EQ(json["blocks"][1]["elements"][0]["type"], "mrkdwn");
  EXPECT_THAT(json["blocks"][1]["elements"][0]["text"].get<std::string>(),
              HasSubstr("team:finance"));
}

TEST(SlackBody, EscapesWhatSlackReadsAsItsOwn) {
  Alert alert = failure();
  alert.url = "";
  alert.text = "<!channel> a&b";
  const Json json = Json::parse(slack_body(one(alert)));
  EXPECT_EQ(json["text"], "failure: &lt;!channel&gt; a&amp;b");
  EXPECT_EQ(json["blocks"][0]["text"]["text"], "failure: &lt;!channel&gt; a&amp;b");
}

TEST(SlackBody, OfSeveralStaysWithinABlock) {
  Delivery delivery = many(200);
  for (Alert& alert : delivery.alerts) alert.text = std::string(300, '&');
  const Json json = Json::parse(slack_body(delivery));
  const std::string text = json["blocks"][0]["text"]["text"];
  EXPECT_LE(text.size(), 3'000U);
  EXPECT_THAT(text, HasSubstr("200 alerts: 199 failure, 1 freshness"));
  EXPECT_THAT(text, Not(testing::EndsWith("&am…")));
  EXPECT_THAT(Json::parse(slack_body(many(30)))["blocks"][0]["text"]["text"].get<std::string>(),
              HasSubstr("and 10 more"));
}

TEST(Repetitions, AreSaidToBe) {
  Alert alert = failure();
  alert.repetition = 2;
  EXPECT_EQ(headline(alert), "still failure: marts/revenue[2026-01-01] failed: exit_code");
  EXPECT_EQ(Json::parse(json_body(one(alert)))["repetition"], 2);
}

const AlertRoute::Email address{.smtp = "smtp://localhost",
                                .from = "freshet@example.com",
                                .to = {"a@example.com", "b@example.com"},
                                .username = "",
                                .password = "",
                                .starttls = {}};

TEST(Mail, IsPlainWhereItCanBe) {
  const std::string mail = mail_of(one(), address, noon);
  EXPECT_THAT(mail, testing::StartsWith("Date: Thu, 01 Jan 2026 12:00:00 +0000\r\n"
                                        "From: Freshet <freshet@example.com>\r\n"
                                        "To: a@example.com,\r\n b@example.com\r\n"
                                        "Subject: [Freshet] failure: marts/revenue[2026-01-01] "
                                        "failed: exit_code\r\n"
                                        "Message-ID: <i.shop.oncall.42@example.com>\r\n"));
  EXPECT_THAT(mail,
              HasSubstr("charset=us-ascii\r\nContent-Transfer-Encoding: 7bit\r\n\r\nfailure"));
  EXPECT_THAT(mail, HasSubstr("\r\n  owners  team:finance, ada@example.com\r\n"));
  for (std::size_t at = 0; (at = mail.find('\n', at)) != std::string::npos; ++at)
    EXPECT_EQ(mail[at - 1], '\r');
}

TEST(Mail, IsEncodedWhereItMustBe) {
  Alert alert = failure();
  alert.text = "Umsätze sind älter als 1h — " + std::string(60, 'x') + "ä";
  const std::string mail = mail_of(one(alert), address, noon);
  EXPECT_TRUE(
      std::ranges::all_of(mail, [](char c) { return static_cast<unsigned char>(c) < 0x80; }));
  const auto body = mail.find("\r\n\r\n") + 4;
  std::string encoded;
  for (const char c : mail.substr(body)) {
    if (c != '\r' && c != '\n') encoded += c;
  }
  EXPECT_THAT(base64_decode(encoded).value_or(""), HasSubstr(alert.text));
  std::string subject = mail.substr(mail.find("Subject: ") + 9);
  subject = subject.substr(0, subject.find("\r\nMessage-ID"));
  std::string text;
  for (std::size_t at = 0; (at = subject.find("=?UTF-8?B?", at)) != std::string::npos;) {
    const auto end = subject.find("?=", at);
    const auto word = base64_decode(subject.substr(at + 10, end - at - 10));
    ASSERT_TRUE(word);
    EXPECT_TRUE(is_utf8(*word)) << "a word splits a character";
    EXPECT_LE(end + 2 - at, 75U);
    text += *word;
    at = end;
  }
  EXPECT_EQ(text, "[Freshet] failure: " + alert.text);
}

TEST(Mail, NoTextBecomesAHeader) {
  Alert alert = failure();
  alert.text = "x\r\nBcc: all@example.com\r\n\r\nbody";
  const std::string mail = mail_of(one(alert), address, noon);
  EXPECT_THAT(mail.substr(0, mail.find("\r\n\r\n")), Not(HasSubstr("\r\nBcc:")));
}

}  // namespace
}  // namespace freshet::notify
