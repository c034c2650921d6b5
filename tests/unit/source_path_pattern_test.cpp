#include <gtest/gtest.h>

#include <string>

#include "source/files/path_pattern.hpp"

namespace freshet::files {
namespace {

struct BaseCase {
  const char* name;
  const char* directory;
  const char* path;
  const char* base;
  const char* pattern;
};
class PathPatternBase : public testing::TestWithParam<BaseCase> {};
TEST_P(PathPatternBase, IsTheLastFolderWithoutAWildcard) {
  const PathPattern pattern{GetParam().directory, GetParam().path};
  EXPECT_EQ(pattern.base(), GetParam().base);
  EXPECT_EQ(pattern.pattern(), GetParam().pattern);
}
INSTANTIATE_TEST_SUITE_P(
    Table, PathPatternBase,
    testing::Values(BaseCase{"relative", "/p", "landing/a.csv", "/p/landing", "a.csv"},
                    BaseCase{"absolute", "/p", "/data/a.csv", "/data", "a.csv"},
                    BaseCase{"in_root", "/p", "/a.csv", "/", "a.csv"},
                    BaseCase{"directory_is_root", "/", "a.csv", "/", "a.csv"},
                    BaseCase{"dots_and_slashes", "/p/./", ".//landing/./a.csv", "/p/landing",
                             "a.csv"},
                    BaseCase{"parent", "/p", "../x/*.csv", "/p/../x", "*.csv"},
                    BaseCase{"glob", "/p", "in/2026-*/a.csv", "/p/in", "2026-*/a.csv"},
                    BaseCase{"deep", "/p", "**", "/p", "**"},
                    BaseCase{"star_in_directory", "/p*q", "a.csv", "/p*q", "a.csv"}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(PathPattern, TakesTheDirectorysStarsLiterally) {
  EXPECT_FALSE((PathPattern{"/p*q", "a.csv"}.is_glob()));
  EXPECT_TRUE((PathPattern{"/p*q", "*.csv"}.matches("x.csv")));
}

struct MatchCase {
  const char* name;
  const char* pattern;
  const char* file;
  bool want;
};
class PathPatternMatches : public testing::TestWithParam<MatchCase> {};
TEST_P(PathPatternMatches, FinishedFilesThatAreMeant) {
  const PathPattern pattern{"/p", GetParam().pattern};
  EXPECT_EQ(pattern.matches(GetParam().file), GetParam().want);
}
INSTANTIATE_TEST_SUITE_P(Table, PathPatternMatches,
                         testing::Values(MatchCase{"plain", "a.csv", "a.csv", true},
                                         MatchCase{"plain_other", "a.csv", "b.csv", false},
                                         MatchCase{"plain_hidden", ".env", ".env", true},
                                         MatchCase{"plain_tmp", "a.tmp", "a.tmp", true},
                                         MatchCase{"star", "*.csv", "a.csv", true},
                                         MatchCase{"star_not_deeper", "*.csv", "x/a.csv", false},
                                         MatchCase{"question", "a?.csv", "a1.csv", true},
                                         MatchCase{"hidden", "*", ".a", false},
                                         MatchCase{"hidden_deep", "**", "x/.a", false},
                                         MatchCase{"hidden_spelled", ".*", ".a", true},
                                         MatchCase{"tmp", "*", "a.tmp", false},
                                         MatchCase{"tmp_question", "a.tm?", "a.tmp", false},
                                         MatchCase{"part", "**/*", "x/a.csv.part", false},
                                         MatchCase{"part_spelled", "*.part", "a.part", true},
                                         MatchCase{"lock", ".*", ".~lock.a#", false},
                                         MatchCase{"lock_spelled", ".~*", ".~lock.a#", true},
                                         MatchCase{"deep_here", "**/*.csv", "a.csv", true},
                                         MatchCase{"deep_there", "**/*.csv", "x/y/a.csv", true},
                                         MatchCase{"middle", "x*/day/*.csv", "x1/day/a.csv", true},
                                         MatchCase{"middle_other", "x*/day/*.csv", "x1/night/a.csv",
                                                   false}),
                         [](const auto& c) { return std::string{c.param.name}; });

class PathPatternDescends : public testing::TestWithParam<MatchCase> {};
TEST_P(PathPatternDescends, IntoFoldersThatMayHoldSuchFiles) {
  const PathPattern pattern{"/p", GetParam().pattern};
  EXPECT_EQ(pattern.descends_into(GetParam().file), GetParam().want);
}
INSTANTIATE_TEST_SUITE_P(
    Table, PathPatternDescends,
    testing::Values(MatchCase{"plain", "a.csv", "x", false}, MatchCase{"flat", "*.csv", "x", false},
                    MatchCase{"one", "x*/a.csv", "x1", true},
                    MatchCase{"one_other", "x*/a.csv", "y1", false},
                    MatchCase{"one_too_deep", "x*/a.csv", "x1/y", false},
                    MatchCase{"two", "x*/day/*.csv", "x1/day", true},
                    MatchCase{"two_other", "x*/day/*.csv", "x1/night", false},
                    MatchCase{"deep", "**/a.csv", "x/y/z", true},
                    MatchCase{"deep_below", "x*/**/a.csv", "x1/y/z", true},
                    MatchCase{"deep_beside", "x*/**/a.csv", "y1", false},
                    MatchCase{"deep_in_segment", "x**y/a.csv", "q/r", true},
                    MatchCase{"hidden", "*/a.csv", ".x", false},
                    MatchCase{"hidden_deep", "**/a.csv", "x/.git", false},
                    MatchCase{"hidden_spelled", ".*/a.csv", ".x", true},
                    MatchCase{"hidden_deep_spelled", "**/.config/a.csv", "x/.config", true},
                    MatchCase{"hidden_deep_other", "**/.config/a.csv", "x/.git", false}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(PathPattern, IsConcernedByItsFilesAndByFoldersOnTheWay) {
  const PathPattern pattern{"/p", "x*/*.csv"};
  EXPECT_TRUE(pattern.concerns("", "x1", true));
  EXPECT_FALSE(pattern.concerns("", "x1", false));
  EXPECT_FALSE(pattern.concerns("", "y", true));
  EXPECT_TRUE(pattern.concerns("x1", "a.csv", false));
  EXPECT_FALSE(pattern.concerns("x1", "a.log", false));
}

}  // namespace
}  // namespace freshet::files
