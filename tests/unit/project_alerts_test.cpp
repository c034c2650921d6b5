// Routes of alerts, as files say them; and that what may be a secret is in no message.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "project_helpers.hpp"

namespace freshet::project {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Alerts, AreRead) {
  const LoadResult result = load_text(
      R"(alerts:
  - name: oncall
    to: {webhook: {url: "${HOOK}", secret: s3, format: slack}}
    on: [failure, check]
    select: "owner:ada or tag:critical"
    repeat: 4h
    timeout: 5s
  - name: mail
    to: {email: {smtp: "smtp://mail:25", from: f@x.org, to: a@x.org, username: u, password: p, starttls: false}}
  - {name: page, to: {command: [./page, me]}, on: freshness}
assets: [{key: a, owners: ada, tags: [critical]}]
)",
      {}, [](std::string_view name) -> std::optional<std::string> {
        if (name == "HOOK") return "https://hooks.example/T/B/X";
        return std::nullopt;
      });
  EXPECT_EQ(all(result), "");
  ASSERT_TRUE(result.definitions);
  const auto& alerts = result.definitions->alerts;
  ASSERT_EQ(alerts.size(), 3U);
  EXPECT_EQ(alerts[0].webhook.url, "https://hooks.example/T/B/X");
  EXPECT_EQ(alerts[0].webhook.secret, "s3");
  EXPECT_EQ(alerts[0].webhook.format, AlertRoute::Format::slack);
  EXPECT_EQ(alerts[0].kinds, (std::vector{AlertKind::failure, AlertKind::check}));
  EXPECT_EQ(alerts[0].repeat, std::chrono::hours{4});
  EXPECT_EQ(alerts[0].timeout, std::chrono::seconds{5});
  EXPECT_EQ(alerts[1].target, AlertRoute::Target::email);
  EXPECT_EQ(alerts[1].email.to, std::vector<std::string>{"a@x.org"});
  EXPECT_EQ(alerts[1].email.starttls, false);
  EXPECT_EQ(alerts[2].command, (std::vector<std::string>{"./page", "me"}));
  EXPECT_EQ(alerts[2].kinds, std::vector{AlertKind::freshness});
  EXPECT_EQ(alerts[2].directory, "/p");
}

struct Case {
  const char* name;
  const char* route;    ///< What follows `alerts: [`
  const char* message;  ///< A part of it.
};
class AWrongRoute : public testing::TestWithParam<Case> {};
TEST_P(AWrongRoute, IsReportedAtItsLine) {
  const LoadResult result =
      load_text("assets: [{key: a}]\nalerts: [" + std::string{GetParam().route} + "]\n");
  ASSERT_EQ(result.diagnostics.size(), 1U) << all(result);
  EXPECT_EQ(result.diagnostics.front().place.line, 2);
  EXPECT_THAT(result.diagnostics.front().message, HasSubstr(GetParam().message));
  EXPECT_THAT(all(result), Not(HasSubstr("SECRET")));
}
#define TO "to: {command: [x]}"
INSTANTIATE_TEST_SUITE_P(
    Table, AWrongRoute,
    testing::Values(
        Case{"no_receiver", "{name: x}", "alert needs the field \"to\""},
        Case{"no_name", "{" TO "}", "alert needs the field \"name\""},
        Case{"two_receivers", "{name: x, to: {command: [x], webhook: {url: 'http://h'}}}",
             "takes exactly one of webhook, email or command"},
        Case{"bad_url", "{name: x, to: {webhook: {url: 'ftp://SECRET'}}}",
             "must begin with http:// or https://"},
        Case{"url_without_host", "{name: x, to: {webhook: {url: 'https:///SECRET'}}}",
             "name a host"},
        Case{"bad_format", "{name: x, to: {webhook: {url: 'http://h', format: teams}}}",
             "json or slack"},
        Case{"bad_kind", "{name: x, " TO ", on: [failures]}", "did you mean \"failure\"?"},
        Case{"no_kind", "{name: x, " TO ", on: []}", "on is empty"},
        Case{"bad_selection", "{name: x, " TO ", select: 'and'}", "select: "},
        Case{"unknown_asset", "{name: x, " TO ", select: b}", "selects nothing"},
        Case{"nothing_selected", "{name: x, " TO ", select: 'owner:nobody'}", "selects nothing"},
        Case{"too_often", "{name: x, " TO ", repeat: 1s}", "at least 1m"},
        Case{"too_patient", "{name: x, " TO ", timeout: 1h}", "at most 10m"},
        Case{"twice", "{name: x, " TO "}, {name: x, " TO "}", "given twice: first at"},
        Case{"bad_server", "{name: x, to: {email: {smtp: 'mail', from: a@b, to: c@d}}}",
             "must be a server such as smtp://"},
        Case{"password_in_server",
             "{name: x, to: {email: {smtp: 'smtp://u:SECRET@h', from: a@b, to: c@d}}}",
             "write username and password"},
        Case{"bad_address", "{name: x, to: {email: {smtp: 'smtp://h', from: a@b, to: ['c d@e']}}}",
             "is not an address"},
        Case{"header_in_address",
             "{name: x, to: {email: {smtp: 'smtp://h', from: \"a@b\\r\\nBcc: c@d\", to: c@d}}}",
             "is not an address"},
        Case{"password_alone",
             "{name: x, to: {email: {smtp: 'smtp://h', from: a@b, to: c@d, password: SECRET}}}",
             "go together"},
        Case{"shell", "{name: x, to: {command: 'page me'}}", "there is no shell"}),
    [](const auto& c) { return std::string{c.param.name}; });

}  // namespace
}  // namespace freshet::project
