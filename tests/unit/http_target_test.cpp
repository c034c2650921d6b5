#include "http/target.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "freshet/result.hpp"

namespace freshet::http {
namespace {

using testing::HasSubstr;

struct GoodCase {
  const char* name;
  const char* text;
  std::vector<std::string> segments;
  std::vector<std::pair<std::string, std::string>> query;
};

class GoodTarget : public testing::TestWithParam<GoodCase> {};

TEST_P(GoodTarget, IsDecodedOnce) {
  const auto target = parse_target(GetParam().text);
  ASSERT_TRUE(target) << target.error().message;
  EXPECT_EQ(target->segments, GetParam().segments);
  EXPECT_EQ(target->query, GetParam().query);
}

INSTANTIATE_TEST_SUITE_P(
    Table, GoodTarget,
    testing::Values(
        GoodCase{"root", "/", {}, {}}, GoodCase{"root_with_query", "/?a=b", {}, {{"a", "b"}}},
        GoodCase{"segments",
                 "/api/v1/assets/shop/orders",
                 {"api", "v1", "assets", "shop", "orders"},
                 {}},
        GoodCase{"slash_at_the_end", "/runs/", {"runs"}, {}},
        GoodCase{"encoded_letters", "/%61b%2Dc", {"ab-c"}, {}},
        GoodCase{"utf8", "/caf%C3%A9/%F0%9F%98%80", {"caf\xC3\xA9", "\xF0\x9F\x98\x80"}, {}},
        GoodCase{"space_and_plus_in_the_path", "/a%20b/c+d", {"a b", "c+d"}, {}},
        GoodCase{
            "encoded_twice_stays_encoded_once", "/a%252Fb/%252e%252e", {"a%2Fb", "%2e%2e"}, {}},
        GoodCase{"dots_that_are_names", "/.../.a/a..b/..c", {"...", ".a", "a..b", "..c"}, {}},
        GoodCase{"partition_key", "/p/2026-01-31%7Cde", {"p", "2026-01-31|de"}, {}},
        GoodCase{"question_mark_in_a_segment", "/a%3Fb?c", {"a?b"}, {{"c", ""}}},
        GoodCase{"query_in_order_with_repeats",
                 "/x?b=1&a=2&b=3",
                 {"x"},
                 {{"b", "1"}, {"a", "2"}, {"b", "3"}}},
        GoodCase{"query_slashes_dots_and_questions",
                 "/x?p=../a%2Fb//c?d",
                 {"x"},
                 {{"p", "../a/b//c?d"}}},
        GoodCase{"query_plus_is_space", "/x?q=a+b%2Bc", {"x"}, {{"q", "a b+c"}}},
        GoodCase{"query_equals_in_the_value", "/x?q=a=b", {"x"}, {{"q", "a=b"}}},
        GoodCase{"query_empty_parts", "/x?&&a&=v&", {"x"}, {{"a", ""}, {"", "v"}}},
        GoodCase{"query_empty", "/x?", {"x"}, {}}),
    [](const auto& c) { return std::string{c.param.name}; });

struct HostileCase {
  const char* name;
  std::string text;
  const char* reason;
};

class HostileTarget : public testing::TestWithParam<HostileCase> {};

TEST_P(HostileTarget, IsRefusedWithAReason) {
  const auto target = parse_target(GetParam().text);
  ASSERT_FALSE(target);
  EXPECT_EQ(target.error().code, Errc::invalid);
  EXPECT_THAT(target.error().message, HasSubstr("request target \""));
  EXPECT_THAT(target.error().message, HasSubstr(GetParam().reason));
  for (const char c : target.error().message) {
    EXPECT_TRUE(c >= 0x20 && c < 0x7f) << "the message repeats a raw byte";
  }
}

INSTANTIATE_TEST_SUITE_P(
    Table, HostileTarget,
    testing::Values(HostileCase{"nothing", "", "want a path"},
                    HostileCase{"asterisk", "*", "want a path"},
                    HostileCase{"no_slash", "api", "want a path"},
                    HostileCase{"absolute_form", "http://evil.example/api", "want a path"},
                    HostileCase{"authority_form", "evil.example:443", "want a path"},
                    HostileCase{"query_only", "?a=b", "want a path"},
                    HostileCase{"two_slashes", "//", "empty path segment"},
                    HostileCase{"network_path", "//evil.example/api", "empty path segment"},
                    HostileCase{"inner_empty_segment", "/api//runs", "empty path segment"},
                    HostileCase{"two_slashes_at_the_end", "/api//", "empty path segment"},
                    HostileCase{"three_slashes_before_a_query", "///?a", "empty path segment"},
                    HostileCase{"dot", "/./api", "segment \".\""},
                    HostileCase{"dot_dot", "/api/../etc/passwd", "segment \"..\""},
                    HostileCase{"dot_dot_at_the_end", "/api/..", "segment \"..\""},
                    HostileCase{"dot_dot_slash_at_the_end", "/api/../", "segment \"..\""},
                    HostileCase{"encoded_dot_dot", "/api/%2e%2e/etc", "segment \"..\""},
                    HostileCase{"half_encoded_dot_dot", "/api/.%2E/etc", "segment \"..\""},
                    HostileCase{"encoded_dot", "/%2e", "segment \".\""},
                    HostileCase{"encoded_slash", "/assets/shop%2Forders", "%2F in the path"},
                    HostileCase{"encoded_slash_lower", "/assets/shop%2forders", "%2F in the path"},
                    HostileCase{"encoded_slash_dot_dot", "/logs/%2F..", "%2F in the path"},
                    HostileCase{"dot_dot_encoded_slash", "/logs/..%2F..%2Fetc", "%2F in the path"},
                    HostileCase{"backslash", "/a\\b", "a backslash"},
                    HostileCase{"encoded_backslash", "/a%5C..%5cb", "a backslash"},
                    HostileCase{"encoded_nul", "/a%00b", "control character"},
                    HostileCase{"encoded_nul_in_the_query", "/a?x=%00", "control character"},
                    HostileCase{"encoded_line_break", "/a%0d%0ab", "control character"},
                    HostileCase{"encoded_line_break_in_a_name", "/a?x%0a=1", "control character"},
                    HostileCase{"encoded_delete", "/a%7f", "control character"},
                    HostileCase{"raw_nul", std::string{"/a\0b", 4}, "must be percent-encoded"},
                    HostileCase{"raw_line_break", "/a\r\nb", "must be percent-encoded"},
                    HostileCase{"raw_space", "/a b", "must be percent-encoded"},
                    HostileCase{"raw_utf8", "/caf\xC3\xA9", "must be percent-encoded"},
                    HostileCase{"not_hex", "/%zz", "two hexadecimal digits"},
                    HostileCase{"one_digit", "/a%2", "two hexadecimal digits"},
                    HostileCase{"no_digit", "/a%", "two hexadecimal digits"},
                    HostileCase{"signed_digits", "/%+1", "two hexadecimal digits"},
                    HostileCase{"broken_in_the_query", "/a?b=%g0", "two hexadecimal digits"},
                    HostileCase{"overlong_slash", "/a%C0%AFb", "not UTF-8"},
                    HostileCase{"overlong_dot", "/%E0%80%AE", "not UTF-8"},
                    HostileCase{"surrogate", "/%ED%A0%80", "not UTF-8"},
                    HostileCase{"lone_byte", "/a?x=%FF", "not UTF-8"},
                    HostileCase{"fragment", "/a#b", "a fragment"}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(Target, AnEncodedSlashIsAnsweredWithTheRightPath) {
  EXPECT_THAT(parse_target("/assets/shop%2Forders%2fraw?x=a%2Fb").error().message,
              HasSubstr("literal: \"/assets/shop/orders/raw?x=a%2Fb\""));
}

TEST(Target, NoPathIsSuggestedThatIsWrongToo) {
  EXPECT_THAT(parse_target("/logs/%2F..").error().message, testing::Not(HasSubstr("literal")));
}

TEST(Target, AVeryLongOneIsNotRepeatedWhole) {
  EXPECT_LT(parse_target("/%" + std::string(10'000, 'a') + "%zz").error().message.size(), 400U);
}

TEST(Target, QueryValueIsTheFirstOfItsName) {
  const auto target = parse_target("/x?a=1&b=&a=2");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->query_value("a"), "1");
  EXPECT_EQ(target->query_value("b"), "");
  EXPECT_EQ(target->query_value("c"), std::nullopt);
}

TEST(Target, WhatIsEncodedAsASegmentIsReadBack) {
  std::string all;
  for (int byte = 0x20; byte < 0x7f; ++byte) {
    if (byte != '/' && byte != '\\') all += static_cast<char>(byte);
  }
  all += "\xC3\xA9";
  const auto target = parse_target("/" + encode_segment(all) + "?" + encode_segment(all) + "=x");
  ASSERT_TRUE(target) << target.error().message;
  EXPECT_EQ(target->segments, std::vector{all});
  EXPECT_EQ(target->query_value(all), "x");
}

}  // namespace
}  // namespace freshet::http
