// What messages of a topic come to, without a cluster: fields, rules, positions, when to tell.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>

#include "freshet/definitions.hpp"
#include "freshet/time.hpp"
#include "source/kafka/field.hpp"
#include "source/kafka/intake.hpp"

namespace freshet::kafka {
namespace {

using Json = nlohmann::json;
using std::chrono::hours;
using testing::HasSubstr;

const Instant noon = *parse_instant("2026-11-30T12:00:00Z");
const SteadyTime start{Seconds{1'000}};

struct FieldCase {
  const char* name;
  const char* field;
  std::optional<std::string> want;
};
class FieldOf : public testing::TestWithParam<FieldCase> {};
TEST_P(FieldOf, IsTheValueAsText) {
  const auto field = parse_field_path(GetParam().field);
  ASSERT_TRUE(field) << field.error().message;
  const Json payload = Json::parse(
      R"({"date": "2026-01-31", "order": {"id": 7, "lines": [{"sku": "a"}, {"sku": "b"}]}, "ok": true, "none": null, "odd name": 1.5})");
  const Message message{.key = "k1", .headers = {{"region", "eu"}}, .timestamp = noon};
  EXPECT_EQ(value_of(*field, message, &payload), GetParam().want);
}
INSTANTIATE_TEST_SUITE_P(
    Table, FieldOf,
    testing::Values(
        FieldCase{"text", "$.date", "2026-01-31"}, FieldCase{"number", "$.order.id", "7"},
        FieldCase{"in_an_array", "$.order.lines[1].sku", "b"}, FieldCase{"boolean", "$.ok", "true"},
        FieldCase{"fraction", "$.odd name", "1.5"}, FieldCase{"null", "$.none", std::nullopt},
        FieldCase{"absent", "$.order.total", std::nullopt},
        FieldCase{"beyond", "$.order.lines[2].sku", std::nullopt},
        FieldCase{"an_object_is_no_value", "$.order", std::nullopt},
        FieldCase{"into_a_text", "$.date.year", std::nullopt}, FieldCase{"key", "key", "k1"},
        FieldCase{"header", "header:region", "eu"},
        FieldCase{"no_header", "header:country", std::nullopt},
        FieldCase{"timestamp", "timestamp", "2026-11-30T12:00:00.000000Z"}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(Field, WhatIsNoFieldIsRefused) {
  for (const char* text :
       {"", "date", "$", "$.", "$..a", "$.a[", "$.a[]", "$.a[x]", "header:", "$a"})
    EXPECT_FALSE(parse_field_path(text)) << text;
}

AssetDefinition orders(KafkaSource source,
                       std::optional<WindowsDefinition> windows = std::nullopt) {
  AssetDefinition asset;
  asset.key = "raw/orders";
  asset.external = true;
  asset.source.kind = SourceKind::kafka;
  source.brokers = "localhost:9092";
  source.topic = "orders";
  asset.source.kafka = std::move(source);
  if (windows)
    asset.partitions =
        PartitionsDefinition{.dimensions = {{.name = "", .of = *windows}}, .text = "daily"};
  return asset;
}

std::shared_ptr<const Rules> rules_of(const AssetDefinition& asset) {
  auto rules = Rules::make(asset);
  EXPECT_TRUE(rules) << rules.error().message;
  return *rules;
}

class IntakeTest : public testing::Test {
 protected:
  void read(Intake& intake, const Rules& rules, std::int64_t offset, std::string_view value,
            Seconds after = Seconds{0}, std::int32_t partition = 0) {
    intake.take(rules.read({.partition = partition, .offset = offset, .value = value}),
                start + after, noon + after);
  }
};

TEST_F(IntakeTest, ABatchIsToldOnceItIsQuiet) {
  const auto rules = rules_of(orders({.settle = Seconds{2}}));
  Intake intake{rules};
  EXPECT_EQ(intake.due(start, noon), std::nullopt);
  read(intake, *rules, 0, "a");
  read(intake, *rules, 1, "b", Seconds{1});
  EXPECT_EQ(intake.due(start, noon), start + Seconds{3});
  const Intake::Batch batch = intake.make_batch(noon);
  ASSERT_EQ(batch.events.size(), 1U);
  EXPECT_EQ(batch.events[0].asset, "raw/orders");
  EXPECT_EQ(batch.events[0].data_version, "0:1");
  EXPECT_TRUE(batch.events[0].only_if_changed);
  const Json metadata = Json::parse(batch.events[0].metadata);
  EXPECT_EQ(metadata["messages"], 2);
  EXPECT_EQ(metadata["offsets"]["0"], Json::array({0, 1}));
  EXPECT_EQ(Position::parse(batch.cursor, "orders")->next.at(0), 2);
  intake.told(noon);
  EXPECT_EQ(intake.due(start, noon), std::nullopt);
}

TEST_F(IntakeTest, AStreamThatIsNeverQuietIsToldAllTheSame) {
  const auto rules = rules_of(orders({.settle = Seconds{2}, .max_wait = Seconds{5}}));
  Intake intake{rules};
  for (int i = 0; i < 7; ++i) read(intake, *rules, i, "a", Seconds{i});
  EXPECT_EQ(intake.due(start, noon), start + Seconds{5});
}

TEST_F(IntakeTest, SoManyMessagesAreABatch) {
  const auto rules = rules_of(orders({.settle = Seconds{60}, .count = 3}));
  Intake intake{rules};
  read(intake, *rules, 0, "a"), read(intake, *rules, 1, "a");
  EXPECT_EQ(intake.due(start, noon), start + Seconds{60});
  read(intake, *rules, 2, "a");
  EXPECT_EQ(intake.due(start, noon), start);
}

TEST_F(IntakeTest, AWindowEndsByTheClock) {
  const auto rules = rules_of(orders({.window = Seconds{60}}));
  Intake intake{rules};
  read(intake, *rules, 0, "a", Seconds{10});
  read(intake, *rules, 1, "a", Seconds{50});
  EXPECT_EQ(intake.due(start, noon), start + Seconds{60});
}

TEST_F(IntakeTest, WithoutASettleTimeEachMessageIsAnEvent) {
  const auto rules = rules_of(orders({.settle = Micros{0}}));
  Intake intake{rules};
  read(intake, *rules, 0, "a"), read(intake, *rules, 1, "b");
  EXPECT_EQ(intake.due(start, noon), start);
  const auto batch = intake.make_batch(noon);
  ASSERT_EQ(batch.events.size(), 2U);
  EXPECT_EQ(batch.events[0].data_version, "0:0");
  EXPECT_EQ(batch.events[1].data_version, "0:1");
}

TEST_F(IntakeTest, WhatWasReadBeforeIsIgnored) {
  const auto rules = rules_of(orders({.settle = Micros{0}}));
  Intake intake{rules, {.next = {{0, 5}}}};
  read(intake, *rules, 3, "a"), read(intake, *rules, 4, "b");
  EXPECT_EQ(intake.due(start, noon), std::nullopt);
  read(intake, *rules, 5, "c");
  EXPECT_EQ(intake.make_batch(noon).events.size(), 1U);
}

TEST_F(IntakeTest, OnlyWhatMatchesCountsButAllIsRead) {
  const auto rules =
      rules_of(orders({.settle = Seconds{1}, .match = {{"$.type", {"order", "refund"}}}}));
  Intake intake{rules};
  read(intake, *rules, 0, R"({"type": "ping"})");
  EXPECT_EQ(intake.due(start, noon), start + Seconds{5}) << "how far it was read, once in a while";
  EXPECT_TRUE(intake.make_batch(noon).events.empty());
  read(intake, *rules, 1, R"({"type": "refund"})");
  EXPECT_EQ(intake.due(start, noon), start + Seconds{1});
  EXPECT_EQ(intake.make_batch(noon).events.size(), 1U);
  EXPECT_EQ(intake.ignored(), 1U);
}

TEST_F(IntakeTest, WhatCannotBeReadIsRejectedAndStopsNothing) {
  const auto rules = rules_of(orders({.settle = Seconds{1}, .partition = "$.country"}));
  Intake intake{rules};
  read(intake, *rules, 0, "{not json");
  read(intake, *rules, 1, R"({"city": "Graz"})");
  read(intake, *rules, 2, R"({"country": "at"})");
  const auto batch = intake.make_batch(noon);
  ASSERT_EQ(batch.events.size(), 3U);
  EXPECT_EQ(batch.events[0].partition, "at");
  EXPECT_EQ(batch.events[1].error, "0:0: the message is not JSON");
  EXPECT_THAT(batch.events[1].body, HasSubstr("{not json"));
  EXPECT_EQ(batch.events[2].error, "0:1: partition $.country is not in the message");
  EXPECT_EQ(Position::parse(batch.cursor, "orders")->next.at(0), 3);
}

TEST_F(IntakeTest, AFloodOfThemIsCounted) {
  const auto rules = rules_of(orders({.settle = Seconds{1}, .partition = "$.country"}));
  Intake intake{rules};
  for (int i = 0; i < 1'000; ++i) read(intake, *rules, i, "x");
  const auto batch = intake.make_batch(noon);
  ASSERT_EQ(batch.events.size(), 100U);
  EXPECT_THAT(batch.events.back().error, HasSubstr("and 900 more"));
  EXPECT_EQ(intake.dead(), 1'000U);
}

TEST_F(IntakeTest, EachPartitionIsAnEventWithItsLatestVersion) {
  const auto rules =
      rules_of(orders({.settle = Seconds{1}, .partition = "$.country", .data_version = "$.rev"}));
  Intake intake{rules};
  read(intake, *rules, 0, R"({"country": "at", "rev": 1})");
  read(intake, *rules, 1, R"({"country": "de", "rev": 5})");
  read(intake, *rules, 2, R"({"country": "at", "rev": 2})");
  const auto batch = intake.make_batch(noon);
  ASSERT_EQ(batch.events.size(), 2U);
  EXPECT_EQ(batch.events[0].partition, "at");
  EXPECT_EQ(batch.events[0].data_version, "2");
  EXPECT_EQ(batch.events[1].partition, "de");
}

TEST_F(IntakeTest, AWindowThatDoesNotExistYetIsToldWhenItDoesAlsoAfterACrash) {
  const auto asset = orders({.settle = Seconds{1}, .partition = "$.at"},
                            WindowsDefinition{.timezone = "Europe/Vienna"});
  const auto rules = rules_of(asset);
  Intake intake{rules};
  read(intake, *rules, 0, R"({"at": "2026-11-29T10:00:00Z"})");
  read(intake, *rules, 1, R"({"at": "2026-11-30T10:00:00+01:00"})");
  const auto batch = intake.make_batch(noon);
  ASSERT_EQ(batch.events.size(), 1U) << "the window of today has not ended";
  EXPECT_EQ(batch.events[0].partition, "2026-11-29");
  // Only what was stored is left.
  Intake again{rules, *Position::parse(batch.cursor, "orders")};
  EXPECT_EQ(again.due(start, noon), start + hours{11}) << "midnight in Vienna";
  const auto later = again.make_batch(noon + hours{11});
  ASSERT_EQ(later.events.size(), 1U);
  EXPECT_EQ(later.events[0].partition, "2026-11-30");
  EXPECT_EQ(later.events[0].data_version, "0:1");
  again.told(noon + hours{11});
  EXPECT_EQ(again.due(start, noon + hours{11}), std::nullopt);
}

TEST_F(IntakeTest, TimesAreReadInSeveralForms) {
  const auto rules = rules_of(orders({.partition = "$.at"}, WindowsDefinition{}));
  for (const char* value : {R"({"at": "2026-11-29"})", R"({"at": 1795910400})",
                            R"({"at": 1795910400000})", R"({"at": "2026-11-29T23:59:59.999Z"})"}) {
    EXPECT_EQ(rules->read({.value = value}).partition, "2026-11-29") << value;
  }
  EXPECT_THAT(rules->read({.value = R"({"at": "soon"})"}).error, HasSubstr("want a time, a date"));
}

TEST(KafkaPosition, IsReadAsItWasWrittenAndOnlyOfItsTopic) {
  const Position position{.next = {{0, 17}, {3, 4}}, .open = {{"2026-11-30", {"0:16", 3, noon}}}};
  EXPECT_EQ(Position::parse(position.text("orders"), "orders"), position);
  EXPECT_EQ(Position::parse(position.text("orders"), "others"), std::nullopt);
  EXPECT_EQ(Position::parse("", "orders"), std::nullopt);
  EXPECT_EQ(Position::parse("[1]", "orders"), std::nullopt);
}

}  // namespace
}  // namespace freshet::kafka
