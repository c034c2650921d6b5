#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/gate.hpp"
#include "api_fixture.hpp"

namespace freshet::test {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string bearer = std::string{"Bearer "} + token;

std::string example_of(std::string_view pattern) {
  std::string path{pattern};
  for (const auto& [name, value] : {std::pair{"{key...}", "staging/orders"},
                                    {"{id}", "0000000000001"},
                                    {"{step}", "0"},
                                    {"{file}", "app.js"}}) {
    if (const auto at = path.find(name); at != std::string::npos)
      path.replace(at, std::strlen(name), value);
  }
  return path;
}

TEST_F(ApiTest, EveryRouteButTwoIs401WithoutAToken) {
  int open = 0;
  for (const api::Route& route : api::routes()) {
    const std::string path = example_of(route.pattern);
    const Answer answer = bare(std::string{route.method}, path, {{"host", "localhost"}});
    if (path == "/healthz" || path == "/readyz") {
      ++open;
      EXPECT_EQ(answer.status, 200) << path;
    } else {
      EXPECT_EQ(answer.status, 401) << route.method << ' ' << path;
    }
  }
  EXPECT_EQ(open, 2);
}

TEST_F(ApiTest, WhatLooksLikeAnExemptPathIs401) {
  for (const char* path : {"/healthz/", "/%68ealthz", "/api/v1/healthz", "/healthz/x", "/x/healthz",
                           "/healthz;x", "/HEALTHZ", "/readyz/..", "//healthz", "/readyz%2f",
                           "/api/v1/runs?x=/healthz", "/nothing", "/api/v1/nothing"}) {
    EXPECT_EQ(bare("GET", path, {{"host", "localhost"}}).status, 401) << path;
  }
  EXPECT_EQ(bare("GET", "/healthz?probe=1", {{"host", "localhost"}}).status, 200);
}

struct TokenCase {
  const char* name;
  std::string authorization;
  int status;
};
class Token : public ApiTest, public testing::WithParamInterface<TokenCase> {};
TEST_P(Token, IsComparedWhole) {
  const Answer answer = bare("GET", "/api/v1/sources",
                             {{"host", "localhost"}, {"authorization", GetParam().authorization}});
  EXPECT_EQ(answer.status, GetParam().status);
  if (answer.status == 401) {
    EXPECT_EQ(answer.code(), "unauthorized");
    EXPECT_THAT(answer.header("www-authenticate"), HasSubstr("Bearer"));
  }
}
INSTANTIATE_TEST_SUITE_P(
    Table, Token,
    testing::Values(TokenCase{"right", bearer, 200},
                    TokenCase{"scheme_in_any_case", "bEARER a-token-for-tests", 200},
                    TokenCase{"part_of_it", "Bearer a-token-for-test", 401},
                    TokenCase{"more", "Bearer a-token-for-testss", 401},
                    TokenCase{"none", "Bearer ", 401}, TokenCase{"empty", "", 401},
                    TokenCase{"basic", "Basic YTpi", 401},
                    TokenCase{"without_scheme", "a-token-for-tests", 401},
                    TokenCase{"its_hash", "Bearer " + api::sha256_hex(token), 401}),
    [](const auto& c) { return std::string{c.param.name}; });

struct HostCase {
  const char* name;
  std::vector<std::string> hosts;
  int status;
};
class Host : public ApiTest, public testing::WithParamInterface<HostCase> {};
TEST_P(Host, IsOnTheListAlsoForExemptRoutes) {
  for (const char* path : {"/healthz", "/api/v1/sources"}) {
    Headers headers{{"authorization", bearer}};
    for (const auto& host : GetParam().hosts) headers.emplace_back("host", host);
    EXPECT_EQ(bare("GET", path, headers).status, GetParam().status) << path;
  }
}
INSTANTIATE_TEST_SUITE_P(Table, Host,
                         testing::Values(HostCase{"localhost", {"localhost"}, 200},
                                         HostCase{"any_port", {"localhost:1"}, 200},
                                         HostCase{"any_case", {"LocalHost:4747"}, 200},
                                         HostCase{"address", {"127.0.0.1:4747"}, 200},
                                         HostCase{"ipv6", {"[::1]:4747"}, 200},
                                         HostCase{"ipv6_without_port", {"[::1]"}, 200},
                                         HostCase{"added", {"freshet.example:80"}, 200},
                                         HostCase{"rebound", {"evil.example"}, 421},
                                         HostCase{"below_an_added_one", {"x.freshet.example"}, 421},
                                         HostCase{"with_user", {"localhost@evil.example"}, 421},
                                         HostCase{"port_that_is_none", {"localhost:evil"}, 421},
                                         HostCase{"none", {}, 421}, HostCase{"empty", {""}, 421},
                                         HostCase{"two", {"localhost", "localhost"}, 421},
                                         HostCase{"broken_ipv6", {"[::1"}, 421}),
                         [](const auto& c) { return std::string{c.param.name}; });

/// With a session's cookie, as a browser has it.
class BrowserTest : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    const Answer entered =
        bare("GET", "/?ticket=" + api.make_ticket(), {{"host", "localhost:4747"}});
    ASSERT_EQ(entered.status, 303);
    EXPECT_EQ(entered.header("location"), "/");
    set_cookie = entered.header("set-cookie");
    cookie = set_cookie.substr(0, set_cookie.find(';'));
  }
  Answer browse(const std::string& method, const std::string& target, Headers more,
                const std::string& body = "") {
    Headers headers{{"host", "localhost:4747"}, {"cookie", "other=1; " + cookie}};
    headers.insert(headers.end(), more.begin(), more.end());
    return bare(method, target, headers, body);
  }
  std::string set_cookie;
  std::string cookie;
};

TEST_F(BrowserTest, ATicketBecomesACookie) {
  EXPECT_THAT(set_cookie, HasSubstr("freshet_01234567="));
  EXPECT_THAT(set_cookie, HasSubstr("; HttpOnly"));
  EXPECT_THAT(set_cookie, HasSubstr("; SameSite=Lax"));
  EXPECT_THAT(set_cookie, HasSubstr("; Path=/;"));
  EXPECT_EQ(browse("GET", "/api/v1/sources", {}).status, 200);
}

TEST_F(BrowserTest, ATicketIsGoodOnce) {
  const std::string ticket = api.make_ticket();
  EXPECT_EQ(bare("GET", "/?ticket=" + ticket, {{"host", "localhost"}}).status, 303);
  EXPECT_EQ(bare("GET", "/?ticket=" + ticket, {{"host", "localhost"}}).status, 401);
}

TEST_F(BrowserTest, ATicketIsGoodForAMinute) {
  const std::string ticket = api.make_ticket();
  clock.advance(std::chrono::seconds{60});
  EXPECT_EQ(bare("GET", "/?ticket=" + ticket, {{"host", "localhost"}}).status, 401);
}

TEST_F(BrowserTest, ATicketIsGoodForNothingElse) {
  const std::string ticket = api.make_ticket();
  for (const char* path : {"/api/v1/sources?ticket=", "/app.js?ticket=", "/metrics?ticket="}) {
    EXPECT_EQ(bare("GET", path + ticket, {{"host", "localhost"}}).status, 401) << path;
  }
  EXPECT_EQ(bare("POST", "/?ticket=" + ticket, {{"host", "localhost"}}).status, 401);
  EXPECT_EQ(bare("HEAD", "/?ticket=" + ticket, {{"host", "localhost"}}).status, 401);
  EXPECT_EQ(bare("GET", "/?ticket=" + ticket, {{"host", "localhost"}}).status, 303)
      << "it was used up";
}

TEST_F(BrowserTest, AUsedTicketDoesNoHarmToWhoIsSignedIn) {
  const Answer again = browse("GET", "/?ticket=0123", {});
  EXPECT_EQ(again.status, 303);
  EXPECT_EQ(again.header("set-cookie"), "");
}

TEST_F(BrowserTest, ASessionEndsAfterTwelveIdleHours) {
  clock.advance(std::chrono::hours{11});
  EXPECT_EQ(browse("GET", "/api/v1/sources", {}).status, 200);
  clock.advance(std::chrono::hours{11});
  EXPECT_EQ(browse("GET", "/api/v1/sources", {}).status, 200);
  clock.advance(std::chrono::hours{12});
  EXPECT_EQ(browse("GET", "/api/v1/sources", {}).status, 401);
}

TEST_F(BrowserTest, ACookieOfAnotherInstanceIsNoSession) {
  const std::string secret = cookie.substr(cookie.find('='));
  EXPECT_EQ(bare("GET", "/api/v1/sources",
                 {{"host", "localhost"}, {"cookie", "freshet_76543210" + secret}})
                .status,
            401);
}

TEST_F(BrowserTest, AWrongTokenIsNotMadeGoodByACookie) {
  EXPECT_EQ(browse("GET", "/api/v1/sources", {{"authorization", "Bearer wrong"}}).status, 401);
}

struct SiteCase {
  const char* name;
  const char* method;
  http::Headers headers;
  int status;
};
class Site : public BrowserTest, public testing::WithParamInterface<SiteCase> {};
TEST_P(Site, DecidesWhatACookieIsGoodFor) {
  const bool is_get = std::string{"GET"} == GetParam().method;
  const Answer answer =
      browse(GetParam().method, is_get ? "/api/v1/sources" : "/api/v1/reload", GetParam().headers);
  EXPECT_EQ(answer.status, GetParam().status) << answer.body;
}
INSTANTIATE_TEST_SUITE_P(
    Table, Site,
    testing::Values(
        SiteCase{"same_origin_read",
                 "GET",
                 {{"sec-fetch-site", "same-origin"}, {"sec-fetch-mode", "cors"}},
                 200},
        SiteCase{"typed_address",
                 "GET",
                 {{"sec-fetch-site", "none"}, {"sec-fetch-mode", "navigate"}},
                 200},
        SiteCase{"link_from_elsewhere",
                 "GET",
                 {{"sec-fetch-site", "cross-site"}, {"sec-fetch-mode", "navigate"}},
                 200},
        SiteCase{"fetch_from_elsewhere",
                 "GET",
                 {{"sec-fetch-site", "cross-site"}, {"sec-fetch-mode", "no-cors"}},
                 403},
        SiteCase{"cross_site_of_no_mode", "GET", {{"sec-fetch-site", "cross-site"}}, 403},
        SiteCase{"post_from_the_page", "POST", {{"origin", "http://localhost:4747"}}, 200},
        SiteCase{"post_behind_tls", "POST", {{"origin", "https://localhost:4747"}}, 200},
        SiteCase{"post_without_origin", "POST", {}, 403},
        SiteCase{"post_of_null", "POST", {{"origin", "null"}}, 403},
        SiteCase{"post_from_another_port", "POST", {{"origin", "http://localhost:4748"}}, 403},
        SiteCase{"post_from_elsewhere", "POST", {{"origin", "http://evil.example"}}, 403},
        SiteCase{"post_from_a_longer_name",
                 "POST",
                 {{"origin", "http://localhost:4747.evil.example"}},
                 403},
        SiteCase{"post_of_another_scheme", "POST", {{"origin", "file://localhost:4747"}}, 403}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST_F(ApiTest, AnOriginWithoutItsSchemesPortMatches) {
  const std::string ticket = api.make_ticket();
  const Answer entered = bare("GET", "/?ticket=" + ticket, {{"host", "freshet.example"}});
  const std::string set_cookie = entered.header("set-cookie");
  const std::string cookie = set_cookie.substr(0, set_cookie.find(';'));
  for (const auto& [host, origin] : {std::pair{"freshet.example", "https://freshet.example"},
                                     {"freshet.example:443", "https://freshet.example"},
                                     {"freshet.example:80", "http://freshet.example"}}) {
    EXPECT_EQ(
        bare("POST", "/api/v1/reload", {{"host", host}, {"origin", origin}, {"cookie", cookie}})
            .status,
        200)
        << host << ' ' << origin;
  }
}

TEST_F(ApiTest, AProgramNeedsNoOrigin) { EXPECT_EQ(send("POST", "/api/v1/reload").status, 200); }

TEST_F(ApiTest, ABrowserIsToldHowToSignIn) {
  for (const char* path : {"/", "/app.js", "/assets/x"}) {
    const Answer answer = bare("GET", path, {{"host", "localhost"}});
    EXPECT_EQ(answer.status, 401) << path;
    EXPECT_THAT(answer.header("content-type"), HasSubstr("text/html"));
    EXPECT_THAT(answer.body, HasSubstr("freshet open"));
    EXPECT_EQ(answer.header("content-security-policy"),
              "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
              "connect-src 'self'; "
              "object-src 'none'; frame-ancestors 'none'; base-uri 'none'");
    EXPECT_THAT(answer.body, Not(HasSubstr("<script")));
  }
}

TEST_F(ApiTest, ATicketIsMadeForTheTokenAlone) {
  const Answer made = send("POST", "/api/v1/tickets");
  ASSERT_EQ(made.status, 201);
  const Answer entered = bare("GET", made.json()["path"], {{"host", "localhost"}});
  ASSERT_EQ(entered.status, 303);
  const std::string set_cookie = entered.header("set-cookie");
  const Answer again = bare("POST", "/api/v1/tickets",
                            {{"host", "localhost"},
                             {"origin", "http://localhost"},
                             {"cookie", set_cookie.substr(0, set_cookie.find(';'))}});
  EXPECT_EQ(again.status, 403);
  EXPECT_EQ(again.code(), "token_required");
}

TEST(Sessions, AreBoundedInNumber) {
  ManualClock clock{Instant{}};
  api::Sessions sessions{clock};
  const std::string first = sessions.make_ticket();
  for (std::size_t i = 0; i < api::Sessions::count_max; ++i) {
    clock.advance(Micros{1});
    static_cast<void>(sessions.make_ticket());
  }
  EXPECT_FALSE(sessions.is_ticket(first));
}

TEST(Sha256, IsTheStandards) {
  EXPECT_EQ(api::sha256_hex("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(NoToken, NoneIsRight) {
  ManualClock clock{Instant{}};
  MemoryService service{clock};
  api::Api api{service, clock, {.token_hash = "", .instance = "x"}};
  http::Head head{.method = "GET",
                  .target = "/metrics",
                  .headers = {{"host", "localhost"}, {"authorization", "Bearer "}}};
  const auto admission = api.admit(head);
  ASSERT_TRUE(admission.refusal);
  EXPECT_EQ(admission.refusal->status, 401);
}

}  // namespace
}  // namespace freshet::test
