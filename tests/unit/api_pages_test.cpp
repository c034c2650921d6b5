#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "api/pages.hpp"
#include "api_fixture.hpp"

namespace freshet::test {
namespace {

using testing::HasSubstr;

std::string_view page(std::string_view name) {
  const auto pages = api::embedded_pages();
  const auto found = std::ranges::find(pages, name, &api::Page::name);
  return found == pages.end() ? std::string_view{} : found->content;
}

/// The first script of the page: under static/, with a hash in its name.
std::string script() {
  for (const api::Page& each : api::embedded_pages())
    if (each.name.starts_with("static/index-") && each.name.ends_with(".js"))
      return std::string{each.name};
  return "";
}

TEST_F(ApiTest, ThePageIsServedWithItsPolicyAtEachOfItsPaths) {
  ASSERT_FALSE(page("index.html").empty());
  const std::string html = api::with_prefix(page("index.html"), "");
  EXPECT_EQ(html.find("<script>"), std::string_view::npos) << "the policy forbids it";
  EXPECT_EQ(html.find(" style="), std::string_view::npos) << "the policy forbids it";
  for (const char* path : {"/", "/lineage", "/assets/a/b.csv", "/runs/0000000000000"}) {
    const Answer answer = get(path, {{"accept", "text/html,*/*"}});
    ASSERT_EQ(answer.status, 200) << path;
    EXPECT_EQ(answer.body, html) << path;
    EXPECT_EQ(answer.header("content-type"), "text/html; charset=utf-8");
    EXPECT_EQ(answer.header("cache-control"), "no-cache");
    EXPECT_THAT(answer.header("content-security-policy"), HasSubstr("script-src 'self'"));
    EXPECT_EQ(get(path, {{"accept", "text/html"}, {"if-none-match", answer.header("etag")}}).status,
              304);
  }
}

TEST_F(ApiTest, FilesOfThePageComeInTheSmallestFormThatIsTaken) {
  const std::string name = script();
  ASSERT_FALSE(name.empty());
  const struct {
    const char* accepted;
    const char* coding;
    const char* ending;
  } cases[] = {{"", "", ""},
               {"gzip", "gzip", ".gz"},
               {"gzip, br", "br", ".br"},
               {"br;q=0, gzip;q=0.5", "gzip", ".gz"}};
  for (const auto& [accepted, coding, ending] : cases) {
    const Answer answer = get('/' + name, {{"accept-encoding", accepted}});
    ASSERT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("content-encoding"), coding) << accepted;
    EXPECT_EQ(answer.body, page(name + ending)) << accepted;
    EXPECT_EQ(answer.header("content-type"), "text/javascript; charset=utf-8");
    EXPECT_THAT(answer.header("cache-control"), HasSubstr("immutable"));
    EXPECT_EQ(answer.header("vary"), "accept-encoding");
  }
  EXPECT_EQ(get("/icon.svg").header("cache-control"), "no-cache");
}

TEST_F(ApiTest, FilesThatAreNotOfTheWebUiAreNotThere) {
  for (const char* path :
       {"/index.htm", "/app.js.map", "/freshet.yaml", "/static/index.js", "/icon.svg.br",
        "/api/v1/lineages", "/api/runs/a/b", "/lineage", "/assets/a"}) {
    EXPECT_EQ(get(path).status, 404) << path;
  }
  EXPECT_EQ(get("/static/../index.html").status, 400);
}

}  // namespace
}  // namespace freshet::test
