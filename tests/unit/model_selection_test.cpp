#include "freshet/selection.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "freshet/definitions.hpp"
#include "freshet/graph.hpp"
#include "freshet/ids.hpp"
#include "freshet/partitions.hpp"
#include "freshet/result.hpp"
#include "model_graphs.hpp"

namespace freshet {
namespace {

using test::asset;
using testing::HasSubstr;
using testing::UnorderedElementsAreArray;
using Keys = std::vector<std::string>;

/// The graph of the scenario "the selection language", and a few odd keys.
std::shared_ptr<const Graph> shop() {
  AssetDefinition raw_orders = asset("raw/orders");
  raw_orders.group = "raw";
  raw_orders.kinds = {"kafka"};
  raw_orders.owners = {"team:ingest"};
  raw_orders.tags = {{"domain", "sales"}};
  AssetDefinition raw_users = asset("raw/users");
  raw_users.group = "raw";
  raw_users.kinds = {"postgres"};
  raw_users.owners = {"team:ingest"};
  AssetDefinition orders = asset("staging/orders", {"raw/orders"});
  orders.group = "staging";
  orders.kinds = {"dbt"};
  orders.tags = {{"domain", "sales"}, {"pii", "true"}};
  AssetDefinition users = asset("staging/users", {"raw/users"});
  users.group = "staging";
  users.kinds = {"dbt"};
  users.tags = {{"pii", "true"}};
  AssetDefinition revenue = asset("marts/revenue", {"staging/orders", "staging/users"});
  revenue.group = "marts";
  revenue.kinds = {"dbt"};
  revenue.owners = {"team:finance"};
  AssetDefinition churn = asset("marts/churn_model", {"staging/users"});
  churn.group = "marts";
  churn.kinds = {"python"};
  churn.owners = {"anna@example.com"};
  return test::graph({raw_orders, raw_users, orders, users, revenue, churn,
                      asset("report", {"marts/revenue", "marts/churn_model"})});
}

/// Keys that look like the language: 2 ← 1, 2 → and → 2.b-c_d
std::shared_ptr<const Graph> odd() {
  return test::graph({asset("1"), asset("2", {"1"}), asset("and", {"2"}), asset("roots"),
                      asset("2.b-c_d", {"and"})});
}

const Keys everything{"raw/orders",    "raw/users",         "staging/orders", "staging/users",
                      "marts/revenue", "marts/churn_model", "report"};

struct Case {
  const char* text;
  Keys want;
  const char* canonical{nullptr};  // nullptr: as written
};

void expect_case(const Graph& graph, const Case& c) {
  SCOPED_TRACE(c.text);
  const auto selection = Selection::parse(c.text);
  ASSERT_TRUE(selection) << selection.error().message;
  const auto ranks = selection->select(graph);
  ASSERT_TRUE(ranks) << ranks.error().message;
  EXPECT_TRUE(std::is_sorted(ranks->begin(), ranks->end()));
  EXPECT_THAT(test::keys(graph, *ranks), UnorderedElementsAreArray(c.want));
  EXPECT_EQ(selection->text(), c.canonical != nullptr ? c.canonical : c.text);
  const auto again = Selection::parse(selection->text());
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->text(), selection->text());
  EXPECT_EQ(again->select(graph).value(), *ranks);
}

class SelectionOfShop : public testing::TestWithParam<Case> {};
TEST_P(SelectionOfShop, SelectsAndSpellsItself) { expect_case(*shop(), GetParam()); }
INSTANTIATE_TEST_SUITE_P(
    Scenario, SelectionOfShop,
    testing::Values(Case{"*", everything},
                    Case{"key:\"marts/*\"", {"marts/revenue", "marts/churn_model"}, "marts/*"},
                    Case{"marts/revenue", {"marts/revenue"}},
                    Case{"+marts/churn_model", {"raw/users", "staging/users", "marts/churn_model"}},
                    Case{"1+marts/churn_model", {"staging/users", "marts/churn_model"}},
                    Case{"staging/orders+", {"staging/orders", "marts/revenue", "report"}},
                    Case{"staging/orders+1", {"staging/orders", "marts/revenue"}},
                    Case{"group:raw or group:marts",
                         {"raw/orders", "raw/users", "marts/revenue", "marts/churn_model"}},
                    Case{"kind:dbt and not tag:pii=true", {"marts/revenue"}},
                    Case{"tag:domain", {"raw/orders", "staging/orders"}},
                    Case{"owner:\"team:ingest\"", {"raw/orders", "raw/users"}, "owner:team:ingest"},
                    Case{"roots(+marts/revenue)", {"raw/orders", "raw/users"}},
                    Case{"sinks(kind:dbt)", {"marts/revenue"}},
                    Case{"(group:staging and tag:pii=true)+1",
                         {"staging/orders", "staging/users", "marts/revenue", "marts/churn_model"}},
                    Case{"not group:raw and not group:staging and not group:marts", {"report"}}));
INSTANTIATE_TEST_SUITE_P(
    More, SelectionOfShop,
    testing::Values(
        Case{"key:*", {"report"}}, Case{"\"*\"", {"report"}, "key:*"}, Case{"**", everything},
        Case{"**/orders", {"raw/orders", "staging/orders"}},
        Case{"*/use*", {"raw/users", "staging/users"}},
        Case{"key:\"raw/user?\"", {"raw/users"}, "\"raw/user?\""}, Case{"nothing/like/*", {}},
        Case{"raw/orders or\nraw/users AND NOT *",
             {"raw/orders"},
             "raw/orders or raw/users and not *"},
        Case{"(raw/orders or raw/users) and not raw/users", {"raw/orders"}},
        Case{"not (raw/orders or (raw/users or key:report))",
             {"staging/orders", "staging/users", "marts/revenue", "marts/churn_model"},
             "not (raw/orders or raw/users or report)"},
        Case{"not not report", {"report"}},
        Case{"not(report)and *",
             {"raw/orders", "raw/users", "staging/orders", "staging/users", "marts/revenue",
              "marts/churn_model"},
             "not report and *"},
        Case{"+staging/orders+", {"raw/orders", "staging/orders", "marts/revenue", "report"}},
        Case{"1+staging/users+1",
             {"raw/users", "staging/users", "marts/revenue", "marts/churn_model"}},
        Case{" ( + staging/users ) + 1 ",
             {"raw/users", "staging/users", "marts/revenue", "marts/churn_model"},
             "(+staging/users)+1"},
        Case{"0+report+0", {"report"}, "report"}, Case{"007+report", everything, "7+report"},
        Case{"+(raw/users)", {"raw/users"}, "+raw/users"}, Case{"sinks(*)", {"report"}},
        Case{"roots (sinks( * ))", {"report"}, "roots(sinks(*))"},
        Case{"roots(raw/users or report)", {"raw/users"}},
        Case{"sinks(raw/users or report)", {"report"}},
        Case{"roots(*)+1", {"raw/orders", "raw/users", "staging/orders", "staging/users"}},
        Case{"owner:anna@example.com", {"marts/churn_model"}},
        Case{"owner:team:*", {"raw/orders", "raw/users", "marts/revenue"}},
        Case{"owner:<null>", {"staging/orders", "staging/users", "report"}},
        Case{"group:<null>", {"report"}}, Case{"kind:<null>", {"report"}},
        Case{"tag:<null> and not key:report",
             {"raw/users", "marts/revenue", "marts/churn_model"},
             "tag:<null> and not report"},
        Case{"group: raw", {"raw/orders", "raw/users"}, "group:raw"}, Case{"group:rawr", {}},
        Case{"tag:pii=false", {}}, Case{"tag:*=sales", {"raw/orders", "staging/orders"}},
        Case{"tag:\"domain\"=\"sales\"", {"raw/orders", "staging/orders"}, "tag:domain=sales"},
        Case{"tag:\"a b\"=\"q\\\"\\\\\"", {}}, Case{"project:p", everything},
        Case{"code_location:q", {}, "project:q"}));

class SelectionOfOddKeys : public testing::TestWithParam<Case> {};
TEST_P(SelectionOfOddKeys, SelectsAndSpellsItself) { expect_case(*odd(), GetParam()); }
INSTANTIATE_TEST_SUITE_P(
    Table, SelectionOfOddKeys,
    testing::Values(Case{"2", {"2"}}, Case{"2+", {"2", "and", "2.b-c_d"}}, Case{"2+2", {"1", "2"}},
                    Case{"\"2\"+1", {"2", "and"}}, Case{"(2)+1", {"2", "and"}, "\"2\"+1"},
                    Case{"(2)+", {"2", "and", "2.b-c_d"}, "2+"}, Case{"1+2+1", {"1", "2", "and"}},
                    Case{"2+ and 2", {"2"}}, Case{"2+ or 1", {"2", "and", "2.b-c_d", "1"}},
                    Case{"2.b-c_d", {"2.b-c_d"}}, Case{"1+2.b-c_d", {"and", "2.b-c_d"}},
                    Case{"key:and", {"and"}, "\"and\""}, Case{"\"and\"+", {"and", "2.b-c_d"}},
                    Case{"roots", {"roots"}}, Case{"roots or roots(roots)", {"roots"}}));

struct BadCase {
  const char* text;
  const char* message;
};
class BadSelection : public testing::TestWithParam<BadCase> {};
TEST_P(BadSelection, IsReportedWithItsColumnAndWhatWasMeant) {
  const auto selection = Selection::parse(GetParam().text);
  ASSERT_FALSE(selection) << selection->text();
  EXPECT_EQ(selection.error().code, Errc::invalid);
  EXPECT_EQ(selection.error().message, GetParam().message);
}
INSTANTIATE_TEST_SUITE_P(
    Table, BadSelection,
    testing::Values(
        BadCase{"grup:raw",
                "selection \"grup:raw\": unknown attribute \"grup\" at column 1; did you mean "
                "\"group\"?"},
        BadCase{
            "a or statos:stale",
            "selection \"a or statos:stale\": unknown attribute \"statos\" at column 6; did you "
            "mean \"status\"?"},
        BadCase{"stauts:failed",
                "selection \"stauts:failed\": unknown attribute \"stauts\" at column 1; did you "
                "mean \"status\"?"},
        BadCase{
            "größe+ or kid:x",
            "selection \"größe+ or kid:x\": unknown attribute \"kid\" at column 11; did you mean "
            "\"kind\"?"},
        BadCase{"zzzzzz:1",
                "selection \"zzzzzz:1\": unknown attribute \"zzzzzz\", want one of key group kind "
                "owner tag project code_location column partitions automation status data work "
                "freshness at column 1"},
        BadCase{"", "selection \"\": nothing to select at column 1; did you mean \"*\"?"},
        BadCase{"a adn b",
                "selection \"a adn b\": want \"and\" or \"or\" before \"adn\" at column 3; did you "
                "mean "
                "\"and\"?"},
        BadCase{"a b", "selection \"a b\": want \"and\" or \"or\" before \"b\" at column 3"},
        BadCase{"a & b",
                "selection \"a & b\": unexpected \"&\" at column 3; did you mean \"and\"?"},
        BadCase{"~a", "selection \"~a\": unexpected \"~\" at column 1; did you mean \"not\"?"},
        BadCase{"a and",
                "selection \"a and\": want a key, an attribute or \"(\", not the end at column 6"},
        BadCase{"and a", "selection \"and a\": unexpected \"and\" at column 1"},
        BadCase{"(a", "selection \"(a\": a parenthesis that is never closed at column 1"},
        BadCase{"a)", "selection \"a)\": unexpected \")\" at column 2"},
        BadCase{"()", "selection \"()\": unexpected \")\" at column 2"},
        BadCase{"\"a", "selection \"\"a\": a quote that is never closed at column 1"},
        BadCase{"\"a\\", "selection \"\"a\\\": a quote that is never closed at column 1"},
        BadCase{"\"\\n\"",
                "selection \"\"\\n\"\": a backslash that no \" or \\ follows at column 2"},
        BadCase{"'a'", "selection \"'a'\": unexpected \"'\" at column 1; did you mean \"\\\"\"?"},
        BadCase{"root(a)",
                "selection \"root(a)\": unknown function \"root\" at column 1; did you mean "
                "\"roots\"?"},
        BadCase{"+", "selection \"+\": want a key, an attribute or \"(\", not the end at column 2"},
        BadCase{"++a", "selection \"++a\": unexpected \"+\" at column 2"},
        BadCase{"a++", "selection \"a++\": unexpected \"+\" at column 3"},
        BadCase{"+not a", "selection \"+not a\": unexpected \"not\" at column 2"},
        BadCase{"a+1b", "selection \"a+1b\": want \"and\" or \"or\" before \"1b\" at column 3"},
        BadCase{"99999999999+a",
                "selection \"99999999999+a\": depth \"99999999999\" is too large at column 1"},
        BadCase{"a+4294967295",
                "selection \"a+4294967295\": depth \"4294967295\" is too large at column 3"},
        BadCase{"group:", "selection \"group:\": want a value after \":\" at column 7"},
        BadCase{"tag:a=", "selection \"tag:a=\": want a value after \"=\" at column 7"},
        BadCase{"group:a=b", "selection \"group:a=b\": unexpected \"=\" at column 8"},
        BadCase{"key:<null>",
                "selection \"key:<null>\": <null> means nothing as \"key\" at column 1"},
        BadCase{"status:<null>",
                "selection \"status:<null>\": <null> means nothing as \"status\" at column 1"},
        BadCase{
            "a or status: stael",
            "selection \"a or status: stael\": unknown status \"stael\" at column 14; did you mean "
            "\"stale\"?"},
        BadCase{
            "status:\"red\"",
            "selection \"status:\"red\"\": unknown status \"red\", want one of missing fresh stale "
            "partial idle waiting running failed paused provisional late warning at column 8"},
        BadCase{
            "status:*",
            "selection \"status:*\": unknown status \"*\", want one of missing fresh stale partial "
            "idle waiting running failed paused provisional late warning at column 8"},
        BadCase{
            "data:late",
            "selection \"data:late\": unknown data \"late\", want one of missing fresh stale at "
            "column 6"},
        BadCase{
            "work:queued",
            "selection \"work:queued\": unknown work \"queued\", want one of idle waiting running "
            "failed paused at column 6"},
        BadCase{"freshness:failed",
                "selection \"freshness:failed\": unknown freshness \"failed\" at column 11; did "
                "you mean "
                "\"fail\"?"},
        BadCase{"partitions:dayly",
                "selection \"partitions:dayly\": unknown partitions \"dayly\" at column 12; did "
                "you mean "
                "\"daily\"?"},
        BadCase{
            "automation:eagr",
            "selection \"automation:eagr\": unknown automation \"eagr\" at column 12; did you mean "
            "\"eager\"?"},
        BadCase{
            "automation:on",
            "selection \"automation:on\": unknown automation \"on\", want one of none any paused "
            "eager on_cron on_missing lazy custom at column 12"},
        BadCase{
            "partitions:<null>",
            "selection \"partitions:<null>\": <null> means nothing as \"partitions\" at column 1"},
        BadCase{"\x80", "selection: want UTF-8 without control characters"},
        BadCase{"\"\x01\"", "selection: want UTF-8 without control characters"}));

TEST(Selection, NamesTheNearestAssetWhenOneDoesNotExist) {
  const auto found = Selection::parse("report or 2+stagin/orders").value().select(*shop());
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Errc::not_found);
  EXPECT_EQ(
      found.error().message,
      "selection \"report or 2+stagin/orders\": no asset \"stagin/orders\" at column 13; did you "
      "mean \"staging/orders\"?");
}

TEST(Selection, FindsNoNearestAssetWhereNoneIsNear) {
  const auto found = Selection::parse("qqqqqqqq").value().select(*Graph::build({}).value());
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().message, "selection \"qqqqqqqq\": no asset \"qqqqqqqq\" at column 1");
}

TEST(Selection, OfAnEmptyGraphIsEmpty) {
  const auto none = Graph::build({}).value();
  for (const char* text : {"*", "not *", "not group:x", "roots(*)+", "+sinks(*)"}) {
    EXPECT_TRUE(Selection::parse(text).value().select(*none).value().empty()) << text;
  }
}

/// Assets with declared columns, partitions and automation.
std::shared_ptr<const Graph> declared() {
  const auto with = [](const char* key, const char* automation,
                       std::vector<DimensionDefinition> dimensions,
                       std::vector<ColumnDefinition> columns) {
    AssetDefinition out = asset(key);
    out.automation = automation;
    if (!dimensions.empty()) out.partitions = {.dimensions = std::move(dimensions), .text = key};
    out.columns = std::move(columns);
    return out;
  };
  const DimensionDefinition keys{.of = StaticKeys{{"at", "de"}}};
  const DimensionDefinition sites{.of = DynamicKeys{"sites"}};
  const auto windows = [](Cadence cadence) {
    return DimensionDefinition{.of = WindowsDefinition{.cadence = cadence}};
  };
  return test::graph({with("none", "", {}, {}),
                      with("hourly", "eager(\"2d\")", {windows(Cadence::hourly)}, {{.name = "id"}}),
                      with("both", " ( eager & ~in_progress)", {keys, windows(Cadence::daily)},
                           {{.name = "id"}, {.name = "order id"}}),
                      with("weekly", "on_cron(\"0 * * * *\")", {windows(Cadence::weekly)}, {}),
                      with("monthly", "on_missing", {windows(Cadence::monthly)}, {}),
                      with("cron", "~eager", {windows(Cadence::cron)}, {}),
                      with("static", "eagerly_not", {keys}, {}),
                      with("dynamic", "missing", {sites}, {{.name = "customer_id"}})});
}

class SelectionOfDeclared : public testing::TestWithParam<Case> {};
TEST_P(SelectionOfDeclared, SelectsAndSpellsItself) {
  expect_case(*declared(), GetParam());
  EXPECT_FALSE(Selection::parse(GetParam().text)->needs_state());
}
INSTANTIATE_TEST_SUITE_P(
    Table, SelectionOfDeclared,
    testing::Values(
        Case{"partitions:none", {"none"}},
        Case{"partitions:time", {"hourly", "both", "weekly", "monthly", "cron"}},
        Case{"partitions:static", {"both", "static"}}, Case{"partitions:dynamic", {"dynamic"}},
        Case{"partitions:multi", {"both"}}, Case{"partitions:hourly", {"hourly"}},
        Case{"partitions:daily", {"both"}}, Case{"partitions:weekly", {"weekly"}},
        Case{"partitions:monthly", {"monthly"}},
        Case{"partitions:\"cron\"", {"cron"}, "partitions:cron"}, Case{"automation:none", {"none"}},
        Case{"automation:any",
             {"hourly", "both", "weekly", "monthly", "cron", "static", "dynamic"}},
        Case{"automation:eager", {"hourly", "both"}}, Case{"automation:on_cron", {"weekly"}},
        Case{"automation:cron", {"weekly"}}, Case{"automation:on_*", {"weekly", "monthly"}},
        Case{"automation:missing", {"monthly"}}, Case{"automation:lazy", {}},
        Case{"automation:custom", {"cron", "static", "dynamic"}},
        Case{"column:id", {"hourly", "both"}}, Case{"column:*id", {"hourly", "both", "dynamic"}},
        Case{"column:\"order id\"", {"both"}}, Case{"column:gone", {}},
        Case{"column:<null>", {"none", "weekly", "monthly", "cron", "static"}}));

TEST(Selection, AsksTheSystemAboutWhatItAloneKnows) {
  const auto g = shop();
  const Selection::State state = [&](Rank rank, std::string_view attribute,
                                     std::string_view value) {
    return attribute == "status" && value == "stale" && g->asset(rank).group == "marts";
  };
  const auto stale = Selection::parse("status:stale and not kind:dbt").value().select(*g, state);
  EXPECT_EQ(test::keys(*g, stale.value()), Keys{"marts/churn_model"});
  EXPECT_TRUE(Selection::parse("automation:paused").value().select(*g, state).value().empty());
}

class SelectionWithoutState : public testing::TestWithParam<BadCase> {};
TEST_P(SelectionWithoutState, SaysWhatOnlyARunningSystemKnows) {
  const auto selection = Selection::parse(GetParam().text).value();
  const auto found = selection.select(*shop());
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Errc::unsupported);
  EXPECT_EQ(found.error().message, GetParam().message);
  const auto foretold = selection.needs_state();
  ASSERT_TRUE(foretold);
  EXPECT_EQ(foretold->message, GetParam().message);
}
INSTANTIATE_TEST_SUITE_P(
    Table, SelectionWithoutState,
    testing::Values(
        BadCase{
            "* and status:stale",
            "selection \"* and status:stale\": only a running daemon knows \"status\" at column 7"},
        BadCase{"2+data:missing",
                "selection \"2+data:missing\": only a running daemon knows \"data\" at column 3"},
        BadCase{
            "not (*) or roots(work:idle)",
            "selection \"not (*) or roots(work:idle)\": only a running daemon knows \"work\" at "
            "column 18"},
        BadCase{
            "freshness:fail",
            "selection \"freshness:fail\": only a running daemon knows \"freshness\" at column 1"},
        BadCase{"automation:any and automation:paused",
                "selection \"automation:any and automation:paused\": only a running daemon knows "
                "\"automation:paused\" at column 20"}));

std::string repeated(std::string_view text, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += text;
  return out;
}

TEST(Selection, TakesTwoHundredLevelsOfNestingAndNoMore) {
  for (const auto& [open, close] :
       {std::pair{"(", ")"}, {"roots(", ")"}, {"not ", ""}, {"+(", ")"}}) {
    SCOPED_TRACE(open);
    EXPECT_TRUE(Selection::parse(repeated(open, 200) + "*" + repeated(close, 200)));
    const auto bad = Selection::parse(repeated(open, 201) + "*" + repeated(close, 201));
    ASSERT_FALSE(bad);
    EXPECT_THAT(bad.error().message, HasSubstr("more than 200 levels of nesting"));
    EXPECT_FALSE(Selection::parse(repeated(open, 2'700)));
  }
}

TEST(Selection, TakesSixteenKibibytesAndNoMore) {
  EXPECT_TRUE(Selection::parse(std::string(16'384, 'a')));
  const auto bad = Selection::parse(std::string(16'385, 'a'));
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().message, "selection: 16385 bytes, want at most 16384");
  // Its canonical spelling, with spaces, is longer than what is written, and could not be read
  // back.
  EXPECT_FALSE(Selection::parse(repeated("\"&\"or", 2'700) + "a"));
}

TEST(Selection, TakesManyOperandsAndKeepsItsMessagesShort) {
  const auto g = odd();
  const auto wide = Selection::parse(repeated("1 or ", 3'000) + "2");
  ASSERT_TRUE(wide);
  EXPECT_EQ(test::keys(*g, wide->select(*g).value()), (Keys{"1", "2"}));
  const auto unknown = Selection::parse(repeated("ä", 8'000)).value().select(*g);
  ASSERT_FALSE(unknown);
  EXPECT_LT(unknown.error().message.size(), 400U);
  EXPECT_THAT(unknown.error().message, HasSubstr("ä…\""));
}

}  // namespace
}  // namespace freshet
