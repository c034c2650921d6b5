#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "api/cursor.hpp"
#include "api/json_text.hpp"
#include "api/log_file.hpp"
#include "api/metrics_text.hpp"
#include "api/pages.hpp"
#include "api/sse.hpp"

namespace freshet::api {
namespace {

using testing::HasSubstr;

struct JsonCase {
  const char* name;
  std::string text;
  const char* reason;  ///< "" if it is right.
};
class JsonFromStrangers : public testing::TestWithParam<JsonCase> {};
TEST_P(JsonFromStrangers, IsReadOrRefusedWithItsPlace) {
  const auto json = parse_json(GetParam().text);
  EXPECT_EQ(json.has_value(), *GetParam().reason == '\0');
  if (!json) {
    EXPECT_THAT(json.error().message, HasSubstr(GetParam().reason));
  }
}
std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }
INSTANTIATE_TEST_SUITE_P(
    Table, JsonFromStrangers,
    testing::Values(JsonCase{"object", R"({"a": [1, "x", null]})", ""},
                    JsonCase{"deepest", nested(64), ""},
                    JsonCase{"too_deep", nested(65), "deeper than 64"},
                    JsonCase{"far_too_deep", std::string(1'000'000, '['), "deeper than 64"},
                    JsonCase{"deep_objects",
                             [] {
                               std::string text;
                               for (int i = 0; i < 65; ++i) text += "{\"a\":";
                               return text;
                             }(),
                             "deeper than 64"},
                    JsonCase{"empty", "", "it ends too early"},
                    JsonCase{"cut", "{\"a\": 1", "it ends too early"},
                    JsonCase{"place", "{\"a\": 1,\n \"b\": x}", "line 2, column 7"},
                    JsonCase{"first_column", "x", "line 1, column 1"},
                    JsonCase{"not_utf8", "\"\xff\"", "not valid JSON in UTF-8"},
                    JsonCase{"surrogate", "\"\\ud800\"", "not valid JSON"},
                    JsonCase{"comment", "{} // no", "line 1, column 4"},
                    JsonCase{"two_values", "1 2", "column 3"}, JsonCase{"nan", "NaN", "column 1"}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(Json, WrittenIsAlwaysUtf8) { EXPECT_EQ(dump(Json("a\xff")), "\"a\xEF\xBF\xBD\""); }

TEST(Cursor, IsGoodForItsQueryOnly) {
  const std::string cursor = encode_cursor("/runs&status=failed", std::uint64_t{12345});
  EXPECT_EQ(cursor.find_first_of("+/="), std::string::npos);
  EXPECT_EQ(decode_number_cursor("/runs&status=failed", cursor).value(), 12345U);
  EXPECT_FALSE(decode_number_cursor("/runs", cursor));
  const std::string text = encode_cursor("q", "marts/revenue");
  EXPECT_EQ(decode_cursor("q", text).value(), "marts/revenue");
  for (const char* wrong : {"", "a", "!!!!", "AAAA", "====", "MTIz"}) {
    EXPECT_FALSE(decode_cursor("q", wrong)) << wrong;
    EXPECT_FALSE(decode_number_cursor("q", wrong)) << wrong;
  }
  EXPECT_FALSE(decode_number_cursor("q", text)) << "not a number";
}

struct RangeCase {
  const char* header;
  std::uint64_t size;
  ByteRange::Kind kind;
  std::uint64_t offset;
  std::uint64_t length;
};
class Range : public testing::TestWithParam<RangeCase> {};
TEST_P(Range, IsReadAsTheStandardSays) {
  const ByteRange range = parse_range(GetParam().header, GetParam().size);
  EXPECT_EQ(range.kind, GetParam().kind);
  if (range.kind == ByteRange::Kind::unsatisfiable) return;
  EXPECT_EQ(range.offset, GetParam().offset);
  EXPECT_EQ(range.length, GetParam().length);
}
using Kind = ByteRange::Kind;
INSTANTIATE_TEST_SUITE_P(Table, Range,
                         testing::Values(RangeCase{"", 10, Kind::whole, 0, 10},
                                         RangeCase{"bytes=0-0", 10, Kind::part, 0, 1},
                                         RangeCase{"bytes=2-5", 10, Kind::part, 2, 4},
                                         RangeCase{"bytes=2-", 10, Kind::part, 2, 8},
                                         RangeCase{"bytes=-3", 10, Kind::part, 7, 3},
                                         RangeCase{"bytes=-30", 10, Kind::part, 0, 10},
                                         RangeCase{"bytes=9-99", 10, Kind::part, 9, 1},
                                         RangeCase{"bytes=10-", 10, Kind::unsatisfiable, 0, 0},
                                         RangeCase{"bytes=-0", 10, Kind::unsatisfiable, 0, 0},
                                         RangeCase{"bytes=0-", 0, Kind::unsatisfiable, 0, 0},
                                         RangeCase{"bytes=5-2", 10, Kind::whole, 0, 10},
                                         RangeCase{"bytes=0-1,3-4", 10, Kind::whole, 0, 10},
                                         RangeCase{"bytes=x-1", 10, Kind::whole, 0, 10},
                                         RangeCase{"bytes=-", 10, Kind::whole, 0, 10},
                                         RangeCase{"lines=0-1", 10, Kind::whole, 0, 10},
                                         RangeCase{"bytes=99999999999999999999-", 10, Kind::whole,
                                                   0, 10}));

TEST(Utf8, BrokenBytesAreReplacedOneByOne) {
  EXPECT_EQ(to_utf8("caf\xC3\xA9"), "caf\xC3\xA9");
  EXPECT_EQ(to_utf8("a\xFF\xC3z"), "a\xEF\xBF\xBD\xEF\xBF\xBDz");
}

TEST(Metrics, SamplesOfOneNameStandTogether) {
  const std::vector<Metric> metrics{
      {.name = "a", .help = "One\\two\nlines.", .type = "gauge", .labels = "x=\"1\"", .value = 1.5},
      {.name = "b", .help = "B.", .type = "counter", .labels = "", .value = 3},
      {.name = "a", .help = "", .type = "gauge", .labels = "x=\"2\"", .value = 1e300}};
  EXPECT_EQ(metrics_text(metrics),
            "# HELP freshet_a One\\\\two\\nlines.\n# TYPE freshet_a gauge\nfreshet_a{x=\"1\"} 1.5\n"
            "freshet_a{x=\"2\"} 1.0000000000000001e+300\n"
            "# HELP freshet_b B.\n# TYPE freshet_b counter\nfreshet_b 3\n");
}

TEST(Sse, ALineBreakInTheDataDoesNotEndTheEvent) {
  EXPECT_EQ(sse_event("x", "7", Json{{"a", "1\n2\r3"}}),
            "id: 7\nevent: x\ndata: {\"a\":\"1\\n2\\r3\"}\n\n");
}

TEST(Pages, ThePrefixGoesIntoRelativeLinks) {
  const std::string html =
      R"(<link href="./style.css"><script src="./static/app.js"></script><a href="//else"><a href="x">)";
  EXPECT_EQ(
      with_prefix(html, ""),
      R"(<link href="/style.css"><script src="/static/app.js"></script><a href="//else"><a href="x">)");
  EXPECT_EQ(
      with_prefix(html, "/data"),
      R"(<link href="/data/style.css"><script src="/data/static/app.js"></script><a href="//else"><a href="x">)");
}

TEST(Pages, AreThoseOfTheWebFolder) {
  for (const Page& page : embedded_pages()) {
    EXPECT_FALSE(page.content.empty()) << page.name;
    if (page.name.ends_with(".br") || page.name.ends_with(".gz")) continue;
    EXPECT_NE(media_type(page.name), "application/octet-stream") << page.name;
  }
}

}  // namespace
}  // namespace freshet::api
