#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api_fixture.hpp"

namespace freshet::test {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

class SelectionTest : public ApiTest {
 protected:
  Json ask(const std::string& query) {
    const Answer answer = get("/api/v1/selection?" + query);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.json();
  }
};

TEST_F(SelectionTest, SaysHowManyAssetsItMeansAndWhich) {
  Json json = ask("text=**/orders");
  EXPECT_EQ(json["valid"], true);
  EXPECT_EQ(json["error"], nullptr);
  EXPECT_EQ(json["total"], 2);
  EXPECT_FALSE(json.contains("ranks"));
  json = ask("text=%2Bstaging/orders&ranks=1");
  const Json catalog = get("/api/v1/catalog").json();
  EXPECT_EQ(json["catalog"], catalog["sequence"]);
  ASSERT_THAT(json["ranks"], SizeIs(2));
  EXPECT_EQ(catalog["key"][json["ranks"][0].get<std::size_t>()], "raw/orders");
  EXPECT_EQ(catalog["key"][json["ranks"][1].get<std::size_t>()], "staging/orders");
}

TEST_F(SelectionTest, KnowsTheStateOfNow) {
  EXPECT_EQ(ask("text=status:missing")["total"], 4);
  make_all();
  EXPECT_EQ(ask("text=status:missing")["total"], 1);
}

TEST_F(SelectionTest, ThatIsWrongSaysWhere) {
  Json json = ask("text=status:stael&ranks=1");
  EXPECT_EQ(json["valid"], false);
  EXPECT_EQ(json["total"], 0);
  EXPECT_FALSE(json.contains("ranks"));
  EXPECT_EQ(json["error"]["position"], 7);
  EXPECT_THAT(json["error"]["message"].get<std::string>(), HasSubstr("did you mean \"stale\"?"));
  json = ask("text=raw/order");
  EXPECT_EQ(json["valid"], false);
  EXPECT_EQ(json["error"]["position"], 0);
  json = ask("text=" + std::string(17'000, 'x'));
  EXPECT_EQ(json["error"]["position"], nullptr);
  EXPECT_EQ(ask("")["valid"], false);
}

TEST_F(SelectionTest, IsCompletedAtItsEndOrAtTheCursor) {
  Json json = ask("text=group:st");
  ASSERT_THAT(json["completions"], SizeIs(1));
  EXPECT_EQ(json["completions"][0],
            (Json{{"text", "staging"}, {"detail", "1 asset"}, {"from", 6}, {"to", 8}}));
  json = ask("text=gro%20and%20*&cursor=3");
  ASSERT_THAT(json["completions"], SizeIs(1));
  EXPECT_EQ(json["completions"][0]["text"], "group:");
  EXPECT_EQ(json["completions"][0]["from"], 0);
  EXPECT_EQ(json["completions"][0]["to"], 3);
}

TEST_F(SelectionTest, CountsItsPlacesInCharacters) {
  const Json json = ask("text=%22%C3%BC%C3%BC%22%20or%20gro%20&cursor=11");
  ASSERT_THAT(json["completions"], SizeIs(1)) << json.dump();
  EXPECT_EQ(json["completions"][0]["from"], 8);
  EXPECT_EQ(json["completions"][0]["to"], 11);
}

TEST_F(SelectionTest, ManyWaysToGoOnAreCutAtTwenty) {
  EXPECT_THAT(ask("text=")["completions"], SizeIs(20));
}

TEST_F(SelectionTest, ACursorThatIsNoneIsRefused) {
  EXPECT_EQ(get("/api/v1/selection?text=x&cursor=y").status, 400);
  EXPECT_THAT(ask("text=gro&cursor=900")["completions"], SizeIs(1)) << "beyond the end is the end";
}

}  // namespace
}  // namespace freshet::test
