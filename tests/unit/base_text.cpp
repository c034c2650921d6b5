// Suggestions, globs, splitting, UTF-8, base64, hex, quoting.
#include "base/text.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <map>
#include <optional>
#include <ostream>
#include <ranges>
#include <string>
#include <string_view>
#include <vector>

namespace freshet {
namespace {

struct DistanceCase {
  std::string_view a;
  std::string_view b;
  std::size_t distance;
};
class EditDistance : public testing::TestWithParam<DistanceCase> {};
TEST_P(EditDistance, CountsEditsBothWays) {
  const auto& [a, b, distance] = GetParam();
  EXPECT_EQ(edit_distance(a, b, 100), distance);
  EXPECT_EQ(edit_distance(b, a, 100), distance);
  EXPECT_EQ(edit_distance(a, b, distance), distance);
  if (distance > 0) EXPECT_EQ(edit_distance(a, b, distance - 1), distance);
}
INSTANTIATE_TEST_SUITE_P(
    Table, EditDistance,
    testing::Values(DistanceCase{"", "", 0}, DistanceCase{"abc", "", 3},
                    DistanceCase{"eager", "eager", 0}, DistanceCase{"EAGER", "eager", 0},
                    DistanceCase{"eger", "eager", 1}, DistanceCase{"eagre", "eager", 1},
                    DistanceCase{"kitten", "sitting", 3}, DistanceCase{"abcdef", "badcfe", 3},
                    DistanceCase{"abc", "xyz", 3}));

TEST(EditDistance, AboveTheLimitIsOneMore) {
  EXPECT_EQ(edit_distance("kitten", "sitting", 2), 3U);
  EXPECT_EQ(edit_distance("kitten", "sitting", 0), 1U);
  EXPECT_EQ(edit_distance("a", "abcdefgh", 2), 3U);
}

struct NearestCase {
  std::string_view word;
  std::optional<std::string> want;
};
void PrintTo(const NearestCase& c, std::ostream* out) { *out << c.word; }
class NearestWord : public testing::TestWithParam<NearestCase> {};
TEST_P(NearestWord, IsTheOneProbablyMeant) {
  const std::vector<std::string> candidates{"eager",   "on_cron",       "on_missing",
                                            "missing", "newly_updated", "newly_missing"};
  EXPECT_EQ(nearest(GetParam().word, candidates), GetParam().want);
}
INSTANTIATE_TEST_SUITE_P(
    Table, NearestWord,
    testing::Values(NearestCase{"eager", "eager"}, NearestCase{"eagre", "eager"},
                    NearestCase{"Eager", "eager"}, NearestCase{"oncron", "on_cron"},
                    NearestCase{"mising", "missing"}, NearestCase{"newly_update", "newly_updated"},
                    NearestCase{"newlyupdated", "newly_updated"}, NearestCase{"lazy", std::nullopt},
                    NearestCase{"xxxxxxxxxxxx", std::nullopt}, NearestCase{"", std::nullopt},
                    NearestCase{"e", std::nullopt}));

TEST(NearestWord, TakesAnyRangeOfTexts) {
  EXPECT_EQ(nearest("wram", {"warm", "warn"}), "warm");
  EXPECT_EQ(nearest("stauts", {"group", "state", "status"}), "status") << "a swap is one edit";
  EXPECT_EQ(nearest("warx", {"warm", "warn"}), "warm") << "the first of two equally near";
  const std::map<std::string, int> map{{"warehouse", 4}};
  EXPECT_EQ(nearest("warehose", std::views::keys(map)), "warehouse");
  EXPECT_EQ(nearest("word", std::vector<std::string_view>{}), std::nullopt);
}

struct ReturnsCase {
  std::string_view text;
  std::string_view want;
};
void PrintTo(const ReturnsCase& c, std::ostream* out) { *out << testing::PrintToString(c.text); }
class Returns : public testing::TestWithParam<ReturnsCase> {};
TEST_P(Returns, LeaveWhatATerminalShows) {
  EXPECT_EQ(after_returns(GetParam().text), GetParam().want);
}
INSTANTIATE_TEST_SUITE_P(Table, Returns,
                         testing::Values(ReturnsCase{"", ""}, ReturnsCase{"a\nb", "a\nb"},
                                         ReturnsCase{"\n\n", "\n\n"},
                                         ReturnsCase{"10%\r50%\r100%\ndone\n", "100%\ndone\n"},
                                         ReturnsCase{"10%\r50%", "50%"},
                                         ReturnsCase{"a\r\nb\r\r\n", "a\nb\n"},
                                         ReturnsCase{"10%\r50%\r\n", "50%\n"},
                                         ReturnsCase{"\r\r", ""}, ReturnsCase{"\rx\n", "x\n"}));

struct GlobCase {
  std::string_view pattern;
  std::string_view text;
  bool matches;
};
void PrintTo(const GlobCase& c, std::ostream* out) { *out << c.pattern << " on " << c.text; }
class Glob : public testing::TestWithParam<GlobCase> {};
TEST_P(Glob, Matches) {
  EXPECT_EQ(glob_match(GetParam().pattern, GetParam().text), GetParam().matches);
}
INSTANTIATE_TEST_SUITE_P(
    Table, Glob,
    testing::Values(
        GlobCase{"", "", true}, GlobCase{"", "a", false}, GlobCase{"a", "a", true},
        GlobCase{"a", "A", false}, GlobCase{"a", "ab", false}, GlobCase{"ab", "a", false},
        GlobCase{"*", "", true}, GlobCase{"*", "orders", true}, GlobCase{"*", "raw/orders", false},
        GlobCase{"raw/*", "raw/orders", true}, GlobCase{"raw/*", "raw/", true},
        GlobCase{"raw/*", "raw/a/b", false}, GlobCase{"raw/*/b", "raw/a/b", true},
        GlobCase{"*.csv", "a.csv", true}, GlobCase{"*.csv", "a.csv.csv", true},
        GlobCase{"*.csv", "a.csvx", false}, GlobCase{"a*b*c", "aXbXbXc", true},
        GlobCase{"a*b*c", "aXbXbX", false}, GlobCase{"**", "", true}, GlobCase{"**", "a/b/c", true},
        GlobCase{"raw/**", "raw/a/b", true}, GlobCase{"raw/**", "raw", false},
        GlobCase{"raw**", "raw", true}, GlobCase{"raw**", "raw/a/b", true},
        GlobCase{"**/orders", "orders", true}, GlobCase{"**/orders", "a/b/orders", true},
        GlobCase{"**/orders", "reorders", false}, GlobCase{"**/orders", "a/reorders", false},
        GlobCase{"a/**/z", "a/z", true}, GlobCase{"a/**/z", "a/b/c/z", true},
        GlobCase{"a/**/z", "a/bz", false}, GlobCase{"a/**/b/*.csv", "a/b/b/x.csv", true},
        GlobCase{"**/b/*/d", "a/b/c/b/c/d", true}, GlobCase{"**x**y", "a/x/b/y", true},
        GlobCase{"a**z", "a/b/z", true}, GlobCase{"***", "a/b", true}, GlobCase{"?", "a", true},
        GlobCase{"?", "", false}, GlobCase{"?", "/", false}, GlobCase{"?", "\xC3\xA4", true},
        GlobCase{"?", "\xF0\x9F\x92\xA7", true}, GlobCase{"??", "\xC3\xA4", false},
        GlobCase{"a?c", "abc", true}, GlobCase{"*?", "", false}, GlobCase{"*?", "a", true},
        GlobCase{"a[b]", "a[b]", true}, GlobCase{"a[b]", "ab", false}));

/// What the rules say, tried out in every way.
bool slow_match(std::string_view pattern, std::string_view text, bool segment_start = true) {
  if (pattern.empty()) return text.empty();
  if (pattern.starts_with("**/") && segment_start) {
    if (slow_match(pattern.substr(3), text, true)) return true;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '/' && slow_match(pattern.substr(3), text.substr(i + 1), true)) return true;
    }
    return false;
  }
  if (pattern.starts_with("**")) {
    for (std::size_t i = 0; i <= text.size(); ++i) {
      if (slow_match(pattern.substr(2), text.substr(i), false)) return true;
    }
    return false;
  }
  if (pattern[0] == '*') {
    for (std::size_t i = 0; i <= text.size(); ++i) {
      if (slow_match(pattern.substr(1), text.substr(i), false)) return true;
      if (i < text.size() && text[i] == '/') return false;
    }
    return false;
  }
  if (text.empty() || (pattern[0] == '?' ? text[0] == '/' : pattern[0] != text[0])) return false;
  return slow_match(pattern.substr(1), text.substr(1), pattern[0] == '/');
}

std::vector<std::string> words(std::string_view letters, std::size_t size_max) {
  std::vector<std::string> all{""};
  for (std::size_t begin = 0, size = 0; size < size_max; ++size) {
    const std::size_t end = all.size();
    for (; begin < end; ++begin) {
      for (const char c : letters) all.push_back(all[begin] + c);
    }
  }
  return all;
}

TEST(Glob, AgreesWithTryingEveryWay) {
  const std::vector<std::string> texts = words("ab/", 5);
  for (const std::string& pattern : words("a/*", 6)) {
    if (pattern.find("***") != std::string::npos) continue;  // means **, which is tested above
    for (const std::string& text : texts) {
      ASSERT_EQ(glob_match(pattern, text), slow_match(pattern, text)) << pattern << " on " << text;
    }
  }
}

TEST(Glob, StaysFastOnManyStars) {
  std::string pattern;
  for (int i = 0; i < 50; ++i) pattern += "*a";
  EXPECT_FALSE(glob_match(pattern + 'b', std::string(5'000, 'a')));
}

TEST(Glob, IsToldFromPlainText) {
  EXPECT_TRUE(is_glob("a*"));
  EXPECT_TRUE(is_glob("a?"));
  EXPECT_FALSE(is_glob("raw/orders-2026_01.csv"));
}

TEST(Split, GivesOnePartMoreThanSeparators) {
  using Parts = std::vector<std::string_view>;
  EXPECT_EQ(split("a|b|c", '|'), (Parts{"a", "b", "c"}));
  EXPECT_EQ(split("", '|'), (Parts{""}));
  EXPECT_EQ(split("|", '|'), (Parts{"", ""}));
  EXPECT_EQ(split("a||", '|'), (Parts{"a", "", ""}));
}

TEST(LastLine, IsTheLastThatSaysSomething) {
  EXPECT_EQ(last_line("a\nb b\n", 9), "b b");
  EXPECT_EQ(last_line("KeyError: 'a'\n    ^^^^^\n---\n\n", 99), "KeyError: 'a'");
  EXPECT_EQ(last_line("no end", 99), "no end");
  EXPECT_EQ(last_line("ok\r\n", 99), "ok");
  EXPECT_EQ(last_line("10%\r50%\rfailed", 99), "failed") << "as a progress bar writes";
  EXPECT_EQ(last_line("\x1b[31mred\x1b[0m\tand\x07 loud\n", 99), "red and loud");
  EXPECT_EQ(last_line("\u00e4\u00f6\u00fc\n", 5), "\u00e4\u00f6") << "cut at a character";
  EXPECT_EQ(last_line(" \n---\n", 99), "");
  EXPECT_EQ(last_line("", 99), "");
}

TEST(Trim, TakesBlanksOffBothEnds) {
  EXPECT_EQ(trim(" \t a b \r\n"), "a b");
  EXPECT_EQ(trim(" \n "), "");
  EXPECT_EQ(trim(""), "");
}

struct Utf8Case {
  const char* name;
  std::string_view text;
  bool valid;
};
class Utf8 : public testing::TestWithParam<Utf8Case> {};
TEST_P(Utf8, IsTold) { EXPECT_EQ(is_utf8(GetParam().text), GetParam().valid); }
INSTANTIATE_TEST_SUITE_P(
    Table, Utf8,
    testing::Values(
        Utf8Case{"empty", "", true}, Utf8Case{"ascii", "a\tb", true},
        Utf8Case{"nul", std::string_view{"\0", 1}, true}, Utf8Case{"two", "\xC3\xA4", true},
        Utf8Case{"three", "\xE2\x82\xAC", true}, Utf8Case{"four", "\xF0\x9F\x92\xA7", true},
        Utf8Case{"last", "\xF4\x8F\xBF\xBF", true},
        Utf8Case{"before_surrogates", "\xED\x9F\xBF", true}, Utf8Case{"latin1", "\xE4", false},
        Utf8Case{"cut", "a\xE2\x82", false}, Utf8Case{"continuation_first", "\x80", false},
        Utf8Case{"not_continued", "\xC3(", false}, Utf8Case{"long_slash", "\xC0\xAF", false},
        Utf8Case{"long_of_two", "\xC1\xBF", false},
        Utf8Case{"long_of_three", "\xE0\x9F\xBF", false},
        Utf8Case{"long_of_four", "\xF0\x8F\xBF\xBF", false},
        Utf8Case{"surrogate", "\xED\xA0\x80", false},
        Utf8Case{"above_the_last", "\xF4\x90\x80\x80", false},
        Utf8Case{"five", "\xF8\x88\x80\x80\x80", false}, Utf8Case{"ff", "\xFF", false}),
    [](const auto& c) { return std::string{c.param.name}; });

struct CodeCase {
  std::string_view bytes;
  std::string_view text;
};
class Base64 : public testing::TestWithParam<CodeCase> {};
TEST_P(Base64, IsWrittenAndReadBack) {
  EXPECT_EQ(base64_encode(GetParam().bytes), GetParam().text);
  EXPECT_EQ(base64_decode(GetParam().text), GetParam().bytes);
}
INSTANTIATE_TEST_SUITE_P(Table, Base64,
                         testing::Values(CodeCase{"", ""}, CodeCase{"f", "Zg=="},
                                         CodeCase{"fo", "Zm8="}, CodeCase{"foo", "Zm9v"},
                                         CodeCase{"foob", "Zm9vYg=="},
                                         CodeCase{"fooba", "Zm9vYmE="},
                                         CodeCase{"foobar", "Zm9vYmFy"},
                                         CodeCase{"\xFB\xFF\xBF", "+/+/"}));

class NotBase64 : public testing::TestWithParam<std::string_view> {};
TEST_P(NotBase64, IsRefused) { EXPECT_EQ(base64_decode(GetParam()), std::nullopt); }
INSTANTIATE_TEST_SUITE_P(Table, NotBase64,
                         testing::Values("Z", "Zg", "Zg=", "Zg===", "Z===", "====", "Zm 9",
                                         "Zm9v\n", "Zh==", "Zm9=", "-_-_", "Zg==Zg=="));

TEST(Hex, IsWrittenAndReadBack) {
  EXPECT_EQ(hex_encode(std::string_view{"\x00\x7F\xFF", 3}), "007fff");
  EXPECT_EQ(hex_decode("007fFF"), std::string("\x00\x7F\xFF", 3));
  EXPECT_EQ(hex_decode(""), "");
  for (const std::string_view wrong : {"0", "0g", "g0", " 0", "0x"}) {
    EXPECT_EQ(hex_decode(wrong), std::nullopt) << wrong;
  }
}

TEST(Codes, BringEveryByteBack) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  EXPECT_EQ(base64_decode(base64_encode(all)), all);
  EXPECT_EQ(hex_decode(hex_encode(all)), all);
}

TEST(ShellQuote, QuotesOnlyWhereNeeded) {
  EXPECT_EQ(shell_quote("dbt"), "dbt");
  EXPECT_EQ(shell_quote("--select=a/b.c"), "--select=a/b.c");
  EXPECT_EQ(shell_quote(""), "''");
  EXPECT_EQ(shell_quote("a b"), "'a b'");
  EXPECT_EQ(shell_quote("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_quote("$HOME;*"), "'$HOME;*'");
  EXPECT_EQ(shell_quote(std::vector<std::string>{"sh", "-c", "echo hi"}), "sh -c 'echo hi'");
}

}  // namespace
}  // namespace freshet
