#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/pages.hpp"
#include "api_fixture.hpp"

namespace freshet::test {
namespace {

using testing::HasSubstr;

TEST_F(ApiTest, TheWebUiIsServedWithItsPolicyAndETag) {
  if (api::embedded_pages().empty()) GTEST_SKIP() << "built without web/";
  for (const api::Page& page : api::embedded_pages()) {
    const std::string path = page.name == "index.html" ? "/" : '/' + std::string{page.name};
    const Answer answer = get(path);
    ASSERT_EQ(answer.status, 200) << path;
    EXPECT_EQ(answer.body, page.content);
    EXPECT_EQ(answer.header("content-type"), api::media_type(page.name));
    EXPECT_EQ(answer.header("cache-control"), "no-cache");
    EXPECT_EQ(get(path, {{"if-none-match", answer.header("etag")}}).status, 304);
    if (page.name.ends_with(".html")) {
      EXPECT_THAT(answer.header("content-security-policy"), HasSubstr("script-src 'self'"));
      EXPECT_EQ(page.content.find("<script>"), std::string_view::npos) << "the policy forbids it";
      EXPECT_EQ(page.content.find(" style="), std::string_view::npos) << "the policy forbids it";
    }
  }
}

TEST_F(ApiTest, FilesThatAreNotOfTheWebUiAreNotThere) {
  for (const char* path : {"/passwd", "/index.htm", "/app.js.map", "/freshet.yaml"}) {
    EXPECT_EQ(get(path).status, 404) << path;
  }
}

}  // namespace
}  // namespace freshet::test
