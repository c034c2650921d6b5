#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/definitions.hpp"
#include "freshet/graph.hpp"
#include "freshet/selection.hpp"
#include "freshet/snapshot.hpp"
#include "model_graphs.hpp"

namespace freshet {
namespace {

using test::asset;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;
using testing::SizeIs;
using Texts = std::vector<std::string>;

/// staging/orders is stale, all others are missing.
Snapshot shop() {
  AssetDefinition raw = asset("raw/orders");
  raw.owners = {"team:ingest"};
  AssetDefinition orders = asset("staging/orders", {"raw/orders"});
  orders.group = "staging area";
  orders.owners = {"team:data"};
  orders.tags = {{"pii", ""}, {"tier", "1"}};
  AssetDefinition users = asset("staging/users");
  users.group = "staging area";
  users.owners = {"team:data"};
  users.tags = {{"tier", "2"}};
  AssetDefinition revenue = asset("marts/revenue", {"staging/orders"});
  revenue.group = "marts";
  revenue.tags = {{"tier", "1"}};
  const AssetDefinition odd = asset("a@b");
  Snapshot out;
  out.graph = test::graph({raw, orders, users, revenue, odd});
  auto chunk = std::make_shared<Snapshot::Chunk>();
  (*chunk)[out.graph->find("staging/orders")->value].data = DataState::stale;
  out.chunks.push_back(std::move(chunk));
  return out;
}

/// `|` is where the cursor is.
std::vector<SelectionCompletion> complete(std::string text, std::size_t count_max = 20) {
  const std::size_t cursor = text.find('|');
  text.erase(cursor, 1);
  return complete_selection(shop(), text, cursor, count_max);
}

/// The whole expressions that would be there, the cursor left out.
Texts completed(const std::string& text) {
  Texts out;
  std::string whole = text;
  whole.erase(whole.find('|'), 1);
  for (const SelectionCompletion& each : complete(text)) {
    std::string done = whole;
    out.push_back(done.replace(each.from, each.to - each.from, each.text));
  }
  return out;
}

struct Case {
  const char* name;
  const char* text;
  Texts want;
};
class Completion : public testing::TestWithParam<Case> {};
TEST_P(Completion, IsOfWhatMayStandThere) {
  EXPECT_EQ(completed(GetParam().text), GetParam().want);
}
INSTANTIATE_TEST_SUITE_P(
    Table, Completion,
    testing::Values(
        Case{"attribute", "gro|", {"group:"}},
        Case{"attribute_with_its_colon", "gro|:x", {"group:x"}},
        Case{"attribute_in_upper_case", "GRO|", {"group:"}},
        Case{
            "inside_a_word", "g|up:x", {"group:x", "tag:x", "staging/orders:x", "staging/users:x"}},
        Case{"group", "group:|", {"group:\"staging area\"", "group:marts", "group:<null>"}},
        Case{"value_in_quotes", "group:\"st|", {"group:\"staging area\""}},
        Case{"value_whose_quote_is_closed_later", "group:\"st|\"", {"group:\"staging area\""}},
        Case{"value_of_a_later_term", "raw/orders or group:ma|", {"raw/orders or group:marts"}},
        Case{"rest_of_the_value_is_replaced", "group:m|x and *", {"group:marts and *"}},
        Case{"owner", "owner:in|", {"owner:team:ingest"}},
        Case{"owners_by_count", "owner:team|", {"owner:team:data", "owner:team:ingest"}},
        Case{"null", "owner:<nu|", {"owner:<null>"}}, Case{"tag", "tag:pi|", {"tag:pii"}},
        Case{"tags_and_their_values", "tag:t|", {"tag:tier", "tag:tier=1", "tag:tier=2"}},
        Case{"value_of_a_tag", "tag:tier=|", {"tag:tier=1", "tag:tier=2"}},
        Case{"value_of_a_tag_begun", "tag:tier=2|", {"tag:tier=2"}},
        Case{"value_of_another_tag", "tag:pii=|", {}},
        Case{"status", "status:st|", {"status:stale"}},
        Case{"data", "data:|", {"data:missing", "data:fresh", "data:stale"}},
        Case{"words_of_partitions", "partitions:da|", {"partitions:daily"}},
        Case{"key", "mart|", {"marts/revenue"}},
        Case{"key_by_a_part_of_it", "reve|", {"marts/revenue"}},
        Case{"keys_after_key", "key:sta|", {"key:staging/orders", "key:staging/users"}},
        Case{"key_that_needs_quotes", "a@|", {}}, Case{"key_in_quotes", "\"a@|", {"\"a@b\""}},
        Case{"odd_key_after_key", "key:a@|", {"key:a@b"}},
        Case{"key_after_plus", "+mart|", {"+marts/revenue"}},
        Case{"key_after_a_depth", "2+mart|", {"2+marts/revenue"}},
        Case{"key_inside_parentheses", "roots(mart|)", {"roots(marts/revenue)"}},
        Case{"key_after_not", "not mart|", {"not marts/revenue"}}, Case{"not", "no|", {"not "}},
        Case{"no_not_after_plus", "+no|", {}},
        Case{"joint", "raw/orders |", {"raw/orders and ", "raw/orders or ", "raw/orders +"}},
        Case{"joint_begun", "raw/orders a|", {"raw/orders and "}},
        Case{"joint_after_a_parenthesis",
             "(raw/orders)|",
             {"(raw/orders) and ", "(raw/orders) or ", "(raw/orders)+"}},
        Case{"joint_after_plus", "raw/orders+|", {"raw/orders+ and ", "raw/orders+ or "}},
        Case{"no_such_attribute", "colour:re|", {}}, Case{"wrong_before", "( and ma|", {}},
        Case{"no_utf8", "\xff|", {}}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(Completions, BeginWithTheAttributesThenTheWordsThenTheKeys) {
  for (const char* text : {"|", "* and |", "not |", "(|"}) {
    const auto all = complete(text);
    ASSERT_THAT(all, SizeIs(20)) << text;
    EXPECT_EQ(all.front().text, "key:") << text;
    EXPECT_EQ(all[13].text, "freshness:") << text;
    EXPECT_EQ(all[14].text, "not ") << text;
    EXPECT_EQ(all[17].text, "\"a@b\"") << text;
  }
  EXPECT_THAT(complete("|", 3), SizeIs(3));
}

TEST(Completions, SayHowManyAssetsTheyMean) {
  const auto status = complete("status:stal|");
  ASSERT_THAT(status, SizeIs(1));
  EXPECT_EQ(status.front().detail, "1 asset");
  const auto owner = complete("owner:team:da|");
  ASSERT_THAT(owner, SizeIs(1));
  EXPECT_EQ(owner.front().detail, "2 assets");
  EXPECT_EQ(complete("group:<|").front().detail, "2 assets");
  EXPECT_EQ(complete("marts/rev|").front().detail, "asset of group marts");
}

TEST(Completions, LeaveARightExpressionRight) {
  for (const char* text : {"|", "group:|", "tag:|", "tag:tier=|", "key:|", "status:|", "work:|",
                           "freshness:|", "automation:|", "partitions:|", "owner:|", "project:|"}) {
    for (const std::string& each : completed(text)) {
      if (each.ends_with(':') || each.ends_with('(') || each == "not ") continue;
      const auto selection = Selection::parse(each);
      ASSERT_TRUE(selection) << each;
      EXPECT_TRUE(selection->select(shop())) << each;
    }
  }
}

TEST(Completions, AreWrittenAsTheyAreRead) {
  AssetDefinition odd = asset("odd");
  odd.group = "two words";
  odd.owners = {"\"nobody\\"};
  odd.tags = {{"a=b", "c d"}};
  odd.columns = {{.name = "größe in €"}};
  Snapshot snapshot;
  snapshot.graph = test::graph({odd});
  snapshot.chunks.push_back(std::make_shared<Snapshot::Chunk>());
  for (const std::string attribute : {"group:", "owner:", "tag:", "column:"}) {
    const auto values = complete_selection(snapshot, attribute, attribute.size());
    EXPECT_FALSE(values.empty()) << attribute;
    for (const SelectionCompletion& value : values) {
      const auto selection = Selection::parse(attribute + value.text);
      ASSERT_TRUE(selection) << attribute << value.text;
      EXPECT_FALSE(selection->select(snapshot).value().empty()) << attribute << value.text;
    }
  }
}

TEST(SelectionColumn, IsReadFromTheMessage) {
  const auto column = [](std::string_view text) {
    return selection_column(Selection::parse(text).error().message);
  };
  EXPECT_EQ(column("status:stael"), 8U) << "with a hint";
  EXPECT_EQ(column("ü |"), 3U) << "in characters";
  EXPECT_EQ(column("\" at column 7\" ("), 16U);
  EXPECT_EQ(column(std::string(20'000, 'x')), std::nullopt);
  EXPECT_EQ(selection_column(Selection::parse("raw/order")->select(shop()).error().message), 1U);
}

}  // namespace
}  // namespace freshet
