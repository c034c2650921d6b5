// The tree of a YAML file, and ${...} in it.
#include <gtest/gtest.h>

#include <string>

#include "project/environment.hpp"
#include "project/yaml_tree.hpp"

namespace freshet::project {
namespace {

YamlTree parse(const std::string& text, const Environment* environment = nullptr) {
  ParsedYaml parsed = parse_yaml(text, "f.yaml", environment);
  EXPECT_TRUE(parsed.tree.has_value());
  EXPECT_TRUE(parsed.diagnostics.empty());
  return std::move(parsed.tree).value_or(YamlTree{});
}

TEST(YamlTree, KnowsKindStyleAndPlaceOfEachNode) {
  const YamlTree tree = parse("a: [1, 'two', \"three\"]\nb:\n  c: |\n    text\n  d: ~\n");
  const Node& root = tree.root();
  ASSERT_TRUE(root.is_map());
  const Node* a = root.find("a");
  ASSERT_NE(a, nullptr);
  ASSERT_EQ(a->children().size(), 3U);
  EXPECT_EQ(a->children()[0].style(), Node::Style::plain);
  EXPECT_EQ(a->children()[1].style(), Node::Style::quoted);
  EXPECT_EQ(a->children()[2].text(), "three");
  EXPECT_EQ(a->children()[2].line(), 1);
  EXPECT_EQ(a->children()[2].column(), 15);
  const Node* c = root.find("b")->find("c");
  EXPECT_EQ(c->text(), "text\n");
  EXPECT_EQ(c->style(), Node::Style::block);
  EXPECT_EQ(c->line(), 3);
  EXPECT_TRUE(root.find("b")->find("d")->is_null());
  EXPECT_EQ(root.find("z"), nullptr);
}

TEST(YamlTree, OnlyPlainWordsAreNull) {
  const YamlTree tree = parse("- ~\n- null\n-\n- \"\"\n- 'null'\n- nil\n");
  std::string kinds;
  for (const Node& item : tree.root().children()) kinds += item.is_null() ? 'n' : 's';
  EXPECT_EQ(kinds, "nnnsss");
}

TEST(YamlTree, ANulCharacterIsRefusedAtItsPlace) {
  const auto yaml = parse_yaml("command:\n  - \"printf '\\033[32m'\"\n", "f");
  ASSERT_FALSE(yaml.tree);
  EXPECT_EQ(yaml.diagnostics.back().place, (Place{"f", 2, 5}));
  EXPECT_NE(yaml.diagnostics.back().message.find("NUL"), std::string::npos);
}

TEST(YamlTree, AnEmptyFileIsNull) {
  EXPECT_TRUE(parse("").root().is_null());
  EXPECT_TRUE(parse("# nothing\n").root().is_null());
}

TEST(YamlTree, AByteOrderMarkAndCarriageReturnsShiftNoPlace) {
  const YamlTree tree = parse(
      "\xEF\xBB\xBF"
      "a: b\r\nc: d\r\n");
  EXPECT_EQ(tree.root().find("a")->column(), 4);
  EXPECT_EQ(tree.root().find("c")->text(), "d");
  EXPECT_EQ(tree.root().find("c")->line(), 2);
}

TEST(YamlTree, AnAliasIsWhatItNames) {
  const YamlTree tree = parse("a: &x [1, 2]\nb: *x\n");
  EXPECT_EQ(tree.root().find("b")->children().size(), 2U);
  EXPECT_EQ(tree.root().find("b")->children()[1].text(), "2");
}

TEST(YamlTree, AnOffsetIsAColumnOnlyWhereTheTextStandsAsItIs) {
  const YamlTree tree = parse("- plain öl x\n- 'it x'\n- 'it''s x'\n- \"a\\tx\"\n- folded\n  x\n");
  const auto items = tree.root().children();
  EXPECT_TRUE(items[0].is_verbatim());
  EXPECT_EQ(items[0].column_of(items[0].text().find(" x") + 1), 12);
  EXPECT_EQ(items[1].column_of(3), 7);
  for (std::size_t i = 2; i < 5; ++i) {
    EXPECT_FALSE(items[i].is_verbatim()) << i;
    EXPECT_EQ(items[i].column_of(3), 3) << i;
  }
}

TEST(YamlTree, AFileAboveTheLimitIsRefusedUnread) {
  const YamlLimits limits{.bytes = 1 << 20};
  const ParsedYaml parsed = parse_yaml(std::string((1 << 20) + 1, '#'), "f.yaml", nullptr, limits);
  EXPECT_FALSE(parsed.tree.has_value());
  ASSERT_EQ(parsed.diagnostics.size(), 1U);
  EXPECT_EQ(parsed.diagnostics[0].message,
            "the file is larger than 1 MiB: split it and use `include`");
}

TEST(YamlTree, ManyKeysAreComparedWithEachOther) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "k" + std::to_string(i) + ": 1\n";
  const ParsedYaml parsed = parse_yaml(text + "k500: 2\n", "f.yaml");
  ASSERT_EQ(parsed.diagnostics.size(), 1U);
  EXPECT_EQ(parsed.diagnostics[0].place, (Place{"f.yaml", 1001, 1}));
}

struct Replacement {
  const char* name;
  std::string text;
  std::string want;
  std::size_t problems{0};
};
class Substitute : public testing::TestWithParam<Replacement> {};

TEST_P(Substitute, ReplacesWhatIsSet) {
  const Environment environment = [](std::string_view name) -> std::optional<std::string> {
    if (name == "A") return "alpha";
    if (name == "EMPTY") return "";
    if (name == "TRICK") return "${A}";
    return std::nullopt;
  };
  const Substitution done = substitute(GetParam().text, environment);
  EXPECT_EQ(done.text, GetParam().want);
  EXPECT_EQ(done.problems.size(), GetParam().problems);
}

INSTANTIATE_TEST_SUITE_P(Table, Substitute,
                         testing::Values(Replacement{"Nothing", "a $b $ {c}", "a $b $ {c}"},
                                         Replacement{"Middle", "x${A}y${A}", "xalphayalpha"},
                                         Replacement{"Default", "${B:-beta}", "beta"},
                                         Replacement{"EmptyDefault", "[${B:-}]", "[]"},
                                         Replacement{"DefaultNotTaken", "${A:-beta}", "alpha"},
                                         Replacement{"EmptyTakesDefault", "${EMPTY:-beta}", "beta"},
                                         Replacement{"EmptyIsSet", "[${EMPTY}]", "[]"},
                                         Replacement{"Literal", "$${A}", "${A}"},
                                         Replacement{"LiteralThenReal", "$${A} ${A}", "${A} alpha"},
                                         Replacement{"NotTwice", "${TRICK}", "${A}"},
                                         Replacement{"Missing", "x${B}y", "xy", 1},
                                         Replacement{"TwoMissing", "${B}${C}", "", 2},
                                         Replacement{"NoName", "${1x}", "", 1},
                                         Replacement{"Open", "a${A", "a${A", 1}),
                         [](const auto& info) { return std::string{info.param.name}; });

TEST(Substitution, CannotChangeTheShapeOfAFile) {
  const Environment environment = [](std::string_view) { return std::string{"x]\nevil: true"}; };
  const YamlTree tree = parse("a: [\"${V}\"]\n", &environment);
  EXPECT_EQ(tree.root().children().size(), 2U);
  EXPECT_EQ(tree.root().find("a")->children()[0].text(), "x]\nevil: true");
}

}  // namespace
}  // namespace freshet::project
