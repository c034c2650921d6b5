// What people read of a receiver's answer: one line, no secrets, whatever it sent.
#include "transfer/answer.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace freshet::transfer {
namespace {

struct CleanCase {
  const char* name;
  std::string text;
  std::vector<std::string> secrets;
  std::string want;
};
class Clean : public testing::TestWithParam<CleanCase> {};
TEST_P(Clean, IsOneLineThatPeopleCanRead) {
  EXPECT_EQ(clean(GetParam().text, GetParam().secrets), GetParam().want);
}
INSTANTIATE_TEST_SUITE_P(
    Table, Clean,
    testing::Values(
        CleanCase{"plain", "out of order", {}, "out of order"},
        CleanCase{"lines", "\n first \nsecond", {}, "first "},
        CleanCase{"control", "a\tb\x1b[1m", {}, "a b [1m"},
        CleanCase{"secret", "at http://u:p@h/ and p", {"http://u:p@h/", "p"}, "at *** and ***"},
        CleanCase{"no_secret", "x", {""}, "x"}, CleanCase{"utf8", "größe", {}, "größe"},
        CleanCase{"not_utf8",
                  "gr\xf6\xdf"
                  "e",
                  {},
                  "gr??e"},
        CleanCase{"long", std::string(1'000, 'x'), {}, std::string(answer_max, 'x')}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(Told, SaysTheStatusAndWhatTheReceiverSays) {
  EXPECT_EQ(told(204, "fine"), "HTTP 204");
  EXPECT_EQ(told(302, "elsewhere"), "HTTP 302: redirects are not followed");
  EXPECT_EQ(told(503, "out of order"), "HTTP 503: out of order");
  EXPECT_EQ(told(500, ""), "HTTP 500");
}

TEST(IsRefusal, IsWhatWouldBeRefusedAgain) {
  for (const long status : {400L, 413L, 415L, 422L}) EXPECT_TRUE(is_refusal(status)) << status;
  for (const long status : {200L, 302L, 401L, 404L, 408L, 429L, 503L})
    EXPECT_FALSE(is_refusal(status)) << status;
}

}  // namespace
}  // namespace freshet::transfer
