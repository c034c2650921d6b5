// The condition language: what parses, what it means canonically, and where mistakes are.
#include <gtest/gtest.h>

#include "core/condition.hpp"

namespace freshet::core {
namespace {

struct Canonical {
  const char* text;
  const char* want;
};
class ConditionText : public testing::TestWithParam<Canonical> {};
TEST_P(ConditionText, HasThisCanonicalForm) {
  const auto parsed = parse_condition(GetParam().text);
  ASSERT_TRUE(parsed.root) << parsed.error->message;
  EXPECT_EQ(parsed.root->canonical(), GetParam().want);
  const auto again = parse_condition(parsed.root->canonical());
  ASSERT_TRUE(again.root) << again.error->message;
  EXPECT_EQ(again.root->canonical(), GetParam().want) << "the canonical form is its own";
}
INSTANTIATE_TEST_SUITE_P(
    Table, ConditionText,
    testing::Values(
        Canonical{"missing", "missing"}, Canonical{" ( missing ) ", "missing"},
        Canonical{"missing & in_progress & stale", "(missing & in_progress & stale)"},
        Canonical{"missing and not in_progress or stale", "((missing & ~in_progress) | stale)"},
        Canonical{"~missing | in_progress", "(~missing | in_progress)"},
        Canonical{"run_in_progress", "run_in_progress"},
        Canonical{"executed_with_tags({ team: finance, \"a b\" })",
                  "executed_with_tags({\"a b\", \"team\": \"finance\"})"},
        Canonical{
            "lazy.without(~in_progress)",
            "(in_latest_time_window & (missing | stale) & freshness_due & "
            "~any_deps_match((missing & ~will_be_requested)) & ~any_deps_match(in_progress))"},
        Canonical{"stale(\"data\")", "stale(\"data\")"},
        Canonical{"newly_updated.since(initial_evaluation)",
                  "newly_updated.since(initial_evaluation)"},
        Canonical{"(missing & stale).newly_true", "(missing & stale).newly_true"},
        Canonical{"newly_missing.since_last_handled", "missing.newly_true.since_last_handled"},
        Canonical{"any_deps_match(newly_updated).ignore(\"group:raw\")",
                  "any_deps_match(newly_updated).ignore(\"group:raw\")"},
        Canonical{"asset_matches('a/b', missing)", "asset_matches(\"a/b\", missing)"},
        Canonical{"cron_tick_passed('0 * * * *')", "cron_tick_passed(\"0 * * * *\", \"UTC\")"},
        Canonical{"any_checks_match(check_failed, blocking_only=True)",
                  "any_checks_match(check_failed, blocking_only=true)"},
        Canonical{"on_missing.without(in_latest_time_window)",
                  "(missing.newly_true.since_last_handled & ~any_deps_match((missing & "
                  "~will_be_requested)))"},
        Canonical{"(missing & stale).replace(stale, in_progress)", "(missing & in_progress)"},
        Canonical{"(~missing).newly_true | ~missing.newly_true",
                  "((~missing).newly_true | ~missing.newly_true)"},
        Canonical{"(~missing).since(~stale)", "(~missing).since(~stale)"},
        Canonical{"missing | stale | in_progress", "(missing | stale | in_progress)"},
        Canonical{"(missing & stale) & in_progress", "((missing & stale) & in_progress)"},
        Canonical{"(missing & stale).with_label(\"x\") & in_progress",
                  "((missing & stale) & in_progress)"},
        Canonical{"(missing & stale).without(stale)", "missing"},
        Canonical{"((missing | stale) & in_progress).without(stale)", "(missing & in_progress)"},
        Canonical{"in_latest_time_window(\"48h\")", "in_latest_time_window(\"2d\")"},
        Canonical{"in_latest_time_window(\"0s\")", "in_latest_time_window"},
        Canonical{"any_deps_match(missing).allow(\"automation:cron and code_location:x\")"
                  ".ignore(\"partitions:daily or column:id\")",
                  "any_deps_match(missing).allow(\"automation:cron and project:x\")"
                  ".ignore(\"partitions:daily or column:id\")"},
        Canonical{"any_deps_unready.allow(\"a\").allow(\"b\")",
                  "any_deps_unready.allow(\"a or b\")"},
        Canonical{"(missing | any_deps_match(missing)).ignore(\"a\")",
                  "(missing | any_deps_match(missing).ignore(\"a\"))"},
        Canonical{"missing.with_label(\"not there\")", "missing"}));

std::string many(const std::string& text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

struct Mistake {
  std::string text;
  int column;
  const char* fragment;
};
class ConditionMistake : public testing::TestWithParam<Mistake> {};
TEST_P(ConditionMistake, NamesThePlaceAndTheFix) {
  const auto error = check_condition(GetParam().text);
  ASSERT_TRUE(error) << GetParam().text << " parses";
  EXPECT_EQ(error->column, GetParam().column) << error->message;
  EXPECT_NE(error->message.find(GetParam().fragment), std::string::npos) << error->message;
}
TEST(ConditionOfACheck, MayAskForItsResultsAndForNothingDownstream) {
  EXPECT_FALSE(check_condition("cron_tick_passed(\"0 * * * *\") & check_failed", true));
  EXPECT_TRUE(check_condition("check_failed"));
  for (const char* text :
       {"stale | lazy", "stale | any_downstream_conditions", "stale | any_deps_match(check_failed)",
        "stale | asset_matches(\"a\", check_failed)"}) {
    const auto error = check_condition(text, true);
    ASSERT_TRUE(error) << text;
    EXPECT_GT(error->column, 8) << text;
  }
}
INSTANTIATE_TEST_SUITE_P(
    Table, ConditionMistake,
    testing::Values(Mistake{"", 1, "missing at the end"},
                    Mistake{"eagre", 1, "did you mean \"eager\"?"},
                    Mistake{"missing & misssing", 11, "did you mean \"missing\"?"},
                    Mistake{"missing &", 10, "missing at the end"},
                    Mistake{"(missing", 9, "expected \")\""},
                    Mistake{"missing)", 8, "unexpected \")\""},
                    Mistake{"missing.sinse(stale)", 9, "did you mean \"since\"?"},
                    Mistake{"missing.allow(\"x\")", 9, "any_deps_match"},
                    Mistake{"any_deps_missing.allow(\"" + many("not ", 200) + "a\").allow(\"a\")",
                            829, "too much together"},
                    Mistake{"eager.replace(\"busy\", missing)", 7, "called \"busy\""},
                    Mistake{"on_cron(\"61 * * * *\")", 9, "minute 61"},
                    Mistake{"on_cron(\"0 * * * *\", \"Europe/Viena\")", 22, "Europe/Vienna"},
                    Mistake{"on_cron()", 1, "needs a cron expression"},
                    Mistake{"eager(", 7, "missing at the end"},
                    Mistake{"missing(stale)", 9, "takes no argument"},
                    Mistake{"stale(\"date\")", 7, "\"data\""},
                    Mistake{"any_deps_match(\"x\")", 16, "takes one condition"},
                    Mistake{"asset_matches(missing)", 1, "takes a key in quotes"},
                    Mistake{"missing & check_failed", 11, "any_checks_match(check_failed)"},
                    Mistake{"any_checks_match(newly_updated)", 1, "takes a condition on checks"},
                    Mistake{"\"missing\"", 1, "expected a condition"},
                    Mistake{"asset_matches(\"a, missing)", 15, "not closed"},
                    Mistake{"any_deps_match(missing).allow(\"grup:x\")", 31, "grup"},
                    Mistake{"any_deps_match(missing).ignore(\"status:stale\")", 32,
                            "only a running daemon knows \"status\""},
                    Mistake{"all_deps_match(missing).allow(\"a or automation:paused\")", 31,
                            "allow takes what the graph alone tells"},
                    Mistake{"(missing & stale).without(in_progress)", 19, "does not contain"},
                    Mistake{"(missing & missing).without(missing)", 21, "nothing is left"},
                    Mistake{"in_latest_time_window(\"soon\")", 23, "one duration"},
                    Mistake{"missing \u2026", 9, "unexpected \"\u2026\""},
                    Mistake{"executed_with_tags", 1, "takes tags"},
                    Mistake{"executed_with_tags({})", 21, "expected a tag's name"},
                    Mistake{"executed_with_tags({a: b c})", 26, "after the tags"},
                    Mistake{"executed_with_tags({\"a=b\"})", 21, "without \"=\""}));

TEST(ConditionMistakes, DeepNestingIsRefusedInsteadOfExhaustingTheStack) {
  EXPECT_TRUE(check_condition(std::string(5'000, '(') + "missing" + std::string(5'000, ')')));
  EXPECT_TRUE(check_condition(std::string(5'000, '~') + "missing"));
  EXPECT_TRUE(check_condition(std::string(20'000, ' ') + "missing"));
}

TEST(ConditionMistakes, WhatGrowsTooLargeIsRefused) {
  std::string doubled = "missing";
  for (int i = 0; i < 100; ++i) doubled += ".replace(missing, (missing & missing))";
  EXPECT_TRUE(check_condition(doubled));
  std::string composites = "eager";
  for (int i = 0; i < 1'500; ++i) composites += " & eager";
  EXPECT_TRUE(check_condition(composites));
  std::string chain = "missing";
  for (int i = 0; i < 1'000; ++i) chain += ".newly_true";
  EXPECT_TRUE(check_condition(chain));
  std::string fine = "eager";
  for (int i = 0; i < 50; ++i) fine += " | eager";
  EXPECT_FALSE(check_condition(fine));
}

TEST(ConditionProgram, LooksBackAsFarAsItsTextSays) {
  const auto lookback = [](const char* text) {
    return compile(parse_condition(text).root, text)->window_lookback;
  };
  EXPECT_EQ(lookback("eager"), Micros{0});
  EXPECT_EQ(lookback("eager(\"2d\")"), std::chrono::hours{48});
  EXPECT_EQ(lookback("missing & in_latest_time_window(\"3h\")"), std::chrono::hours{3});
}

TEST(ConditionProgram, NumbersItsNodesByTheExpressionAlone) {
  const auto a = compile(parse_condition("eager").root, "eager");
  const auto b = compile(parse_condition("eager").root, "eager");
  ASSERT_EQ(a->nodes.size(), b->nodes.size());
  EXPECT_EQ(a->hash, b->hash);
  EXPECT_NE(a->hash, compile(parse_condition("on_missing").root, "")->hash);
}

TEST(ConditionProgram, KnowsEveryScheduleOnce) {
  const auto program = compile(
      parse_condition("on_cron(\"0 * * * *\") | on_cron(\"5 * * * *\", \"Europe/Vienna\")").root,
      "");
  EXPECT_EQ(program->schedules,
            (std::vector<std::string>{"0 * * * *|UTC", "5 * * * *|Europe/Vienna"}));
}

}  // namespace
}  // namespace freshet::core
