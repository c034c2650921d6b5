// OpenLineage and publications, as files say them; and that what may be a secret is in no message.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "project_helpers.hpp"

namespace freshet::project {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Lineage, IsRead) {
  const LoadResult result = load_text(
      R"(openlineage:
  datasets:
    - {namespace: "postgres://db:5432", name: "crm.public.{table}", asset: "crm/{table}"}
    - {namespace: "s3://*", name: "raw/{name}/**", asset: "raw/{name}"}
  kafka: {brokers: "a:1,b:2", topic: ol, config: {sasl.password: "${KAFKA}"}}
publish:
  - {name: catalog, to: {http: {url: "https://u:p@marquez/api/v1/lineage", token: "${TOKEN}"}}}
  - {name: bus, format: cloudevents, to: {kafka: {brokers: "a:1", topic: out}}, select: "tag:x or *"}
  - {name: log, to: {file: events.jsonl}}
assets: [{key: a}]
)",
      {}, [](std::string_view name) -> std::optional<std::string> {
        return name == "KAFKA" ? "k" : "t";
      });
  EXPECT_EQ(all(result), "");
  ASSERT_TRUE(result.definitions);
  const LineageIntake& lineage = result.definitions->lineage;
  ASSERT_EQ(lineage.datasets.size(), 2U);
  EXPECT_EQ(lineage.datasets[0],
            (DatasetRule{"postgres://db:5432", "crm.public.{table}", "crm/{table}"}));
  EXPECT_EQ(lineage.brokers, "a:1,b:2");
  EXPECT_EQ(lineage.topic, "ol");
  EXPECT_EQ(lineage.config.at("sasl.password"), "k");
  const auto& publications = result.definitions->publications;
  ASSERT_EQ(publications.size(), 3U);
  EXPECT_EQ(publications[0].format, Publication::Format::openlineage);
  EXPECT_EQ(publications[0].target, Publication::Target::http);
  EXPECT_EQ(publications[0].token, "t");
  EXPECT_EQ(publications[1].format, Publication::Format::cloudevents);
  EXPECT_EQ(publications[1].target, Publication::Target::kafka);
  EXPECT_EQ(publications[1].topic, "out");
  EXPECT_EQ(publications[1].select, "tag:x or *");
  EXPECT_EQ(publications[2].target, Publication::Target::file);
  EXPECT_EQ(publications[2].path, "/p/events.jsonl");
}

struct Case {
  const char* name;
  const char* text;     ///< The second line.
  const char* message;  ///< A part of it.
};
class AWrongLineage : public testing::TestWithParam<Case> {};
TEST_P(AWrongLineage, IsReportedAtItsLine) {
  const LoadResult result = load_text("assets: [{key: a}]\n" + std::string{GetParam().text} + "\n");
  ASSERT_EQ(result.diagnostics.size(), 1U) << all(result);
  EXPECT_EQ(result.diagnostics.front().place.line, 2);
  EXPECT_THAT(result.diagnostics.front().message, HasSubstr(GetParam().message));
  EXPECT_THAT(all(result), Not(HasSubstr("SECRET")));
}
#define RULE(fields) "openlineage: {datasets: [{" fields "}]}"
#define TO "to: {file: x}"
INSTANTIATE_TEST_SUITE_P(
    Table, AWrongLineage,
    testing::Values(
        Case{"no_asset", RULE("namespace: n, name: x"), "dataset_rule needs the field \"asset\""},
        Case{"open_brace", RULE("namespace: n, name: 'x.{t', asset: a"), "not closed"},
        Case{"unknown_part", RULE("namespace: n, name: 'x.{t}', asset: 'a/{u}'"),
             "{u} is neither in the namespace nor in the name"},
        Case{"part_twice", RULE("namespace: 'n{t}', name: 'x.{t}', asset: 'a/{t}'"),
             "in the namespace and in the name"},
        Case{"star_in_key", RULE("namespace: n, name: x, asset: 'a/*'"), "want a key"},
        Case{"no_topic", "openlineage: {kafka: {brokers: 'b:1'}}",
             "openlineage_kafka needs the field \"topic\""},
        Case{"own_property",
             "openlineage: {kafka: {brokers: 'b:1', topic: t, config: {acks: 'SECRET'}}}",
             "acks is set by freshet"},
        Case{"no_receiver", "publish: [{name: x}]", "publish needs the field \"to\""},
        Case{"no_name", "publish: [{" TO "}]", "publish needs the field \"name\""},
        Case{"two_receivers", "publish: [{name: x, to: {file: x, http: {url: 'http://h'}}}]",
             "takes exactly one of http, kafka or file"},
        Case{"bad_url", "publish: [{name: x, to: {http: {url: 'ftp://SECRET'}}}]",
             "must begin with http:// or https://"},
        Case{"two_lines",
             "publish: [{name: x, to: {http: {url: 'http://h', token: \"SECRET\\nX\"}}}]",
             "token must be one line"},
        Case{"bad_format", "publish: [{name: x, format: avro, " TO "}]",
             "openlineage or cloudevents"},
        Case{"bad_selection", "publish: [{name: x, " TO ", select: 'and'}]", "select: "},
        Case{"twice", "publish: [{name: x, " TO "}, {name: x, " TO "}]", "given twice"}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(Publications, ThatSelectNothingAreWarnedOf) {
  const auto warnings = [](const char* select) {
    return all(load_text(std::string{"assets: [{key: a}]\npublish: [{name: x, " TO ", select: '"} +
                         select + "'}]\n"));
  };
  EXPECT_EQ(warnings("a"), "");
  EXPECT_THAT(warnings("owner:nobody"), HasSubstr("publication \"x\" selects nothing"));
  EXPECT_THAT(warnings("b"), HasSubstr("publication \"x\" selects nothing: "));
}

}  // namespace
}  // namespace freshet::project
