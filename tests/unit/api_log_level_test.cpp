#include <gtest/gtest.h>

#include <string>

#include "api/log_level.hpp"
#include "api/log_pattern.hpp"

namespace freshet::test {
namespace {

struct LevelCase {
  const char* name;
  const char* line;
  const char* level;  ///< "" for none.
};
class Levels : public testing::TestWithParam<LevelCase> {};
TEST_P(Levels, AreGuessed) {
  const auto level = api::guess_level(GetParam().line);
  EXPECT_EQ(level ? api::to_text(*level) : "", GetParam().level) << GetParam().line;
}
INSTANTIATE_TEST_SUITE_P(
    Table, Levels,
    testing::Values(
        LevelCase{"empty", "", ""}, LevelCase{"blank", " \t", ""},
        LevelCase{"plain", "loaded 12 rows", ""},
        LevelCase{"python", "2026-01-31 10:00:00,123 - etl - ERROR - no rows", "error"},
        LevelCase{"java", "10:00:00.123 [main] WARN  c.e.Job - slow", "warning"},
        LevelCase{"spark", "26/01/31 10:00:00 INFO DAGScheduler: done", "info"},
        LevelCase{"first_word_wins", "INFO retry after ERROR", "info"},
        LevelCase{"debug", "DEBUG:root:x", "debug"}, LevelCase{"trace", "TRACE x", "debug"},
        LevelCase{"critical", "CRITICAL:root:x", "error"},
        LevelCase{"npm", "npm ERR! code 1", "error"},
        LevelCase{"small_letters_say_nothing", "no error was found", ""},
        LevelCase{"small_with_colon", "error: no such file", "error"},
        LevelCase{"compiler", "main.c:3:5: warning: unused", "warning"},
        LevelCase{"mixed_with_colon", "Error: it broke", "error"},
        LevelCase{"brackets", "[warning] low on space", "warning"},
        LevelCase{"within_a_word", "ERRORS 0, MYERROR_1", ""},
        LevelCase{"key_of_something_else", "log_level=ERRORS", ""},
        LevelCase{"colours", "\x1b[31mERROR\x1b[0m it broke", "error"},
        LevelCase{"colour_without_end", "\x1b[31", ""},
        LevelCase{"logfmt", "ts=1 level=warn msg=x", "warning"},
        LevelCase{"logfmt_quoted", "ts=1 lvl=\"error\" msg=x", "error"},
        LevelCase{"json_word", R"({"ts":1,"level":"Warning","msg":"ERROR"})", "warning"},
        LevelCase{"json_blanks", R"( {"severity" : "error"})", "error"},
        LevelCase{"json_number", R"({"level":50,"msg":"x"})", "error"},
        LevelCase{"json_info_number", R"({"level":30,"msg":"x"})", "info"},
        LevelCase{"json_odd_number", R"({"level":7})", ""},
        LevelCase{"json_none", R"({"msg":"ERROR"})", ""}, LevelCase{"json_cut", R"({"level")", ""},
        LevelCase{"glog", "E1130 10:22:11.123456 7 file.cc:12] bad", "error"},
        LevelCase{"glog_info", "I1130 10:22:11.123456 7 file.cc:12] good", "info"},
        LevelCase{"traceback", "Traceback (most recent call last):", "error"},
        LevelCase{"exception", "ValueError: bad literal", "error"},
        LevelCase{"java_exception", "java.io.IOException: gone", "error"},
        LevelCase{"cause", "Caused by: java.lang.Error", "error"},
        LevelCase{"bare_exception", "KeyboardException", "error"},
        LevelCase{"no_exception", "TerrorError is a film", ""},
        LevelCase{"go", "panic: runtime error", "error"}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(LevelWords, AreRead) {
  EXPECT_EQ(*api::parse_level("warning"), api::LogLevel::warning);
  EXPECT_EQ(*api::parse_level(""), std::nullopt);
  EXPECT_FALSE(api::parse_level("warn"));
}

TEST(Patterns, AreFound) {
  const auto is_in = [](const char* pattern, api::LogPattern::Options options, const char* line) {
    const auto parsed = api::LogPattern::parse(pattern, options);
    EXPECT_TRUE(parsed) << pattern;
    return parsed && parsed->is_in(line);
  };
  EXPECT_TRUE(is_in("", {}, "anything"));
  EXPECT_TRUE(is_in("a.b", {}, "xa.bx"));
  EXPECT_FALSE(is_in("a.b", {}, "xaxbx"));
  EXPECT_FALSE(is_in("A.b", {}, "a.b"));
  EXPECT_TRUE(is_in("A.b", {.case_counts = false}, "xa.B"));
  EXPECT_FALSE(is_in("A.b", {.case_counts = false}, "xaxB"));
  EXPECT_TRUE(is_in("a.b", {.is_regex = true}, "xaxbx"));
  EXPECT_TRUE(is_in("^row [0-9]+$", {.is_regex = true}, "row 17"));
  EXPECT_TRUE(is_in("ROW", {.is_regex = true, .case_counts = false}, "row 17"));
  EXPECT_TRUE(is_in("ü+$", {.is_regex = true}, "\xff schüü"));
}

TEST(Patterns, TakeLinearTime) {
  const auto parsed = api::LogPattern::parse("(a*)*(a|aa)+b", {.is_regex = true});
  ASSERT_TRUE(parsed);
  EXPECT_FALSE(parsed->is_in(std::string(50'000, 'a')));
}

struct BadPatternCase {
  const char* name;
  const char* pattern;
  int position;
};
class BadPatterns : public testing::TestWithParam<BadPatternCase> {};
TEST_P(BadPatterns, AreToldWithTheirPlace) {
  const auto parsed = api::LogPattern::parse(GetParam().pattern, {.is_regex = true});
  ASSERT_FALSE(parsed);
  const std::string start = "query value q: position " + std::to_string(GetParam().position) + ": ";
  EXPECT_TRUE(parsed.error().message.starts_with(start)) << parsed.error().message;
}
INSTANTIATE_TEST_SUITE_P(
    Table, BadPatterns,
    testing::Values(
        BadPatternCase{"open", "ab(c", 3}, BadPatternCase{"close", "ab)c", 3},
        BadPatternCase{"nested", "(a)(b(c)", 4}, BadPatternCase{"parenthesis_in_class", "[(](", 4},
        BadPatternCase{"escaped", "\\()d", 3}, BadPatternCase{"bracket", "x[a-", 2},
        BadPatternCase{"repeat", "ab**", 3}, BadPatternCase{"nothing_to_repeat", "*a", 1},
        BadPatternCase{"escape", R"(ab\y)", 3}, BadPatternCase{"backslash", "ab\\", 3},
        BadPatternCase{"look_ahead", "a(?=b)", 2}, BadPatternCase{"huge", "a{1001}", 2}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(LongPatterns, AreRefused) {
  EXPECT_FALSE(api::LogPattern::parse(std::string(1'001, 'a'), {}));
  EXPECT_TRUE(api::LogPattern::parse(std::string(1'000, 'a'), {}));
  EXPECT_FALSE(api::LogPattern::parse("\xff", {.is_regex = true}));
}

}  // namespace
}  // namespace freshet::test
