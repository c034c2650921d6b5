// What messages of a topic come to, without a cluster: fields, rules, positions, when to tell.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "freshet/definitions.hpp"
#include "freshet/time.hpp"
#include "source/kafka/cluster.hpp"
#include "source/kafka/consumer.hpp"
#include "source/kafka/dead_letter.hpp"
#include "source/kafka/field.hpp"
#include "source/kafka/intake.hpp"
#include "source_kafka.hpp"

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
  for (const char* text : {"", "date", "$", "$.", "$..a", "$.a[", "$.a[]", "$.a[x]",
                           "header:", "$a", "key.", "key[", "key[x]", "keys", "key..a"})
    EXPECT_FALSE(parse_field_path(text)) << text;
}

TEST(Field, AKeyThatIsTextHasNothingToLookInto) {
  EXPECT_TRUE(parse_field_path("key", true));
  EXPECT_TRUE(parse_field_path("$.key.id", true));
  for (const char* text : {"key.id", "key[0]"}) {
    EXPECT_TRUE(parse_field_path(text)) << text;
    const auto refused = parse_field_path(text, true);
    ASSERT_FALSE(refused) << text;
    EXPECT_THAT(refused.error().message, HasSubstr("looks into the key, which is text: write "
                                                   "key_format: json, avro or protobuf"));
  }
}

class KeyFieldOf : public testing::TestWithParam<FieldCase> {};
TEST_P(KeyFieldOf, IsTheValueAsText) {
  const auto field = parse_field_path(GetParam().field);
  ASSERT_TRUE(field) << field.error().message;
  const Json key = Json::parse(R"({"id": 7, "at": {"site": ["x", "y"]}, "none": null})");
  const Json payload = Json::parse(R"({"id": 8})");
  EXPECT_EQ(value_of(*field, {.key = "raw"}, &payload, &key), GetParam().want);
}
INSTANTIATE_TEST_SUITE_P(
    Table, KeyFieldOf,
    testing::Values(FieldCase{"number", "key.id", "7"}, FieldCase{"deep", "key.at.site[1]", "y"},
                    FieldCase{"absent", "key.day", std::nullopt},
                    FieldCase{"null", "key.none", std::nullopt},
                    FieldCase{"an_object_is_no_value", "key.at", std::nullopt},
                    FieldCase{"whole", "key", R"({"at":{"site":["x","y"]},"id":7,"none":null})"},
                    FieldCase{"of_the_payload", "$.id", "8"}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(Field, AWholeKeyOfOneValueIsThatValue) {
  const Json text = "a b";
  const Json number = 7;
  const Json none;
  EXPECT_EQ(value_of({}, {.key = "raw"}, nullptr, &text), "a b");
  EXPECT_EQ(value_of({}, {.key = "raw"}, nullptr, &number), "7");
  EXPECT_EQ(value_of({}, {.key = "raw"}, nullptr, &none), std::nullopt);
}

// --- Keys that are decoded.

class KeyTest : public testing::Test {
 protected:
  static Rules::Reading read(const KafkaSource& source, const Message& message) {
    return rules_of(orders(source))->read(message);
  }
};

TEST_F(KeyTest, APathIntoAKeyIsAFieldLikeAnyOther) {
  const KafkaSource source{.match = {{"key.type", {"order"}}},
                           .partition = "key.country",
                           .data_version = "key.revision",
                           .id = "key.ids[0]",
                           .key_format = KafkaSource::Format::json};
  const Message message{
      .key = R"({"type": "order", "country": "at", "revision": 4, "ids": ["e1"]})", .value = "-"};
  const auto got = read(source, message);
  EXPECT_TRUE(got.counts) << got.error;
  EXPECT_EQ(got.place.partition, "at");
  EXPECT_EQ(got.version, "4");
  EXPECT_EQ(got.id, "e1");
  const auto other = read(source, {.key = R"({"type": "refund"})", .value = "-"});
  EXPECT_FALSE(other.counts);
  EXPECT_EQ(other.error, "");
}

TEST_F(KeyTest, AKeyBesideItsSchemaIsReadWithoutIt) {
  const KafkaSource source{.partition = "key.day", .key_format = KafkaSource::Format::json};
  const Message message{.key = R"({"schema": {"type": "struct", "fields": [
      {"field": "day", "type": "int32", "name": "io.debezium.time.Date"}]},
    "payload": {"day": 20484}})"};
  EXPECT_EQ(read(source, message).place.partition, "2026-01-31");
}

TEST_F(KeyTest, AKeyThatCannotBeReadIsRejectedWhereItIsNeeded) {
  const KafkaSource needs{.partition = "key.id", .key_format = KafkaSource::Format::json};
  EXPECT_EQ(read(needs, {.key = "{", .value = "-"}).error, "the key is not JSON");
  EXPECT_THAT(read(needs, {.key = "{", .value = "-"}).body, HasSubstr("\"key\":\"{\""));
  EXPECT_EQ(read(needs, {.value = "-"}).error, "partition key.id is not in the message");
  const KafkaSource does_not{.partition = "header:id", .key_format = KafkaSource::Format::json};
  EXPECT_TRUE(read(does_not, {.key = "{", .value = "-", .headers = {{"id", "7"}}}).counts);
}

TEST_F(KeyTest, ChangeEventsAreCutByTheirKeysAndTombstonesPassedOver) {
  const KafkaSource source{
      .partition = "key.id", .key_format = KafkaSource::Format::json, .debezium = true};
  const char* const key = R"({"id": 7})";
  const auto update = read(source, {.key = key, .value = R"({"op": "u", "before": {"id": 6},
      "after": {"id": 7}, "source": {"lsn": 5}})"});
  EXPECT_TRUE(update.counts) << update.error;
  EXPECT_EQ(update.place.partition, "7");
  EXPECT_FALSE(update.left);
  const auto gone = read(source, {.key = key, .value = R"({"op": "d", "before": {"id": 7}})"});
  EXPECT_EQ(gone.place.partition, "7");
  const auto tombstone = read(source, {.key = "{", .is_null = true});
  EXPECT_FALSE(tombstone.counts);
  EXPECT_EQ(tombstone.error, "");
  const auto beat = read(source, {.key = "{", .value = R"({"ts_ms": 1})"});
  EXPECT_EQ(beat.error, "") << "it tells of no row, so that its key is not needed";
}

TEST_F(KeyTest, ATombstoneCountsWhereOnlyItsKeyIsAskedFor) {
  const KafkaSource source{.partition = "key.id", .key_format = KafkaSource::Format::json};
  EXPECT_TRUE(read(source, {.key = R"({"id": 7})", .is_null = true}).counts);
}

TEST(KafkaConfig, WhatIsRefusedIsNamedWithoutItsValue) {
  const std::string password = "hunter2";
  const auto said = [&](const char* name, std::map<std::string, std::string> config) {
    config["bootstrap.servers"] = "localhost:1";
    config["group.id"] = "freshet";
    config[name] = password;
    const auto made = Consumer::make(config);
    EXPECT_FALSE(made) << name;
    const std::string text = made ? "" : made.error().message;
    EXPECT_THAT(text, testing::Not(HasSubstr(password)));
    return text;
  };
  EXPECT_EQ(said("security.protocol", {}),
            "kafka config security.protocol: librdkafka refuses its value");
  EXPECT_EQ(said("session.timeout.ms", {}),
            "kafka config session.timeout.ms: librdkafka refuses its value");
  EXPECT_EQ(said("sasl.pasword", {}),
            "kafka config sasl.pasword: librdkafka knows no such property");
  EXPECT_THAT(said("ssl.key.pem", {{"security.protocol", "ssl"}}), HasSubstr("ssl.key.pem"));
}

TEST(KafkaConfig, WhatIsRefusedLaterIsNamedWithoutItsValueToo) {
  const auto made = Consumer::make({{"bootstrap.servers", "localhost:1"},
                                    {"group.id", "freshet"},
                                    {"security.protocol", "sasl_plaintext"},
                                    {"sasl.mechanism", "OAUTHBEARER"},
                                    {"enable.sasl.oauthbearer.unsecure.jwt", "true"},
                                    {"sasl.oauthbearer.config", "principal=me hunter2"}});
  ASSERT_TRUE(made) << made.error().message;
  std::string said;
  for (int i = 0; i < 100 && said.find("oauthbearer") == std::string::npos; ++i) {
    pollfd wake{.fd = (*made)->wake_fd(), .events = POLLIN, .revents = 0};
    ::poll(&wake, 1, 100);
    std::uint64_t ignored{};
    static_cast<void>(!::read(wake.fd, &ignored, sizeof ignored));
    (*made)->drain(
        10, [](const std::string&, const Message&) {},
        [&](const Consumer::Trouble& trouble) { said += trouble.text; });
  }
  EXPECT_THAT(said, HasSubstr("sasl.oauthbearer.config: librdkafka refuses its value"));
  EXPECT_THAT(said, testing::Not(HasSubstr("hunter2")));
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

TEST_F(IntakeTest, WhatComesBehindSoManyIsOfTheNextBatch) {
  const auto rules = rules_of(orders({.settle = Seconds{60}, .count = 3}));
  Intake intake{rules};
  for (int i = 0; i < 7; ++i) read(intake, *rules, i, "a", Seconds{i});
  for (int first = 0; first < 6; first += 3) {
    EXPECT_EQ(intake.due(start + Seconds{6}, noon), start + Seconds{first});
    const auto batch = intake.make_batch(noon);
    ASSERT_EQ(batch.events.size(), 1U);
    const Json metadata = Json::parse(batch.events[0].metadata);
    EXPECT_EQ(metadata["offsets"]["0"], Json::array({first, first + 2}));
    EXPECT_EQ(Position::parse(batch.cursor, "orders")->next.at(0), first + 3)
        << "after a crash the next batch is read again";
    intake.told(noon);
    EXPECT_EQ(intake.told_position().next.at(0), first + 3) << "what others see of it";
    EXPECT_EQ(intake.position().next.at(0), 7);
  }
  EXPECT_EQ(intake.due(start, noon), start + Seconds{66}) << "the seventh waits";
  EXPECT_EQ(Position::parse(intake.make_batch(noon).cursor, "orders")->next.at(0), 7);
}

TEST_F(IntakeTest, MarksOfTransactionsArePassedOver) {
  const auto rules = rules_of(orders({.settle = Seconds{1}}));
  Intake intake{rules};
  read(intake, *rules, 0, "a");
  intake.pass(0, 2, start);
  EXPECT_EQ(intake.position().next.at(0), 2);
  intake.pass(0, 1, start);
  intake.pass(7, 3, start);
  EXPECT_EQ(intake.position().next, (std::map<std::int32_t, std::int64_t>{{0, 2}}));
  intake.told(noon);
  intake.pass(0, 3, start + Seconds{9});
  EXPECT_EQ(intake.due(start, noon), start + Seconds{14}) << "that is stored, too";
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

TEST_F(IntakeTest, ATombstoneSaysNothingWhereItsPayloadIsNeeded) {
  const Message tombstone{.key = "k", .is_null = true};
  const auto cut = rules_of(orders({.partition = "$.country"}))->read(tombstone);
  EXPECT_FALSE(cut.counts);
  EXPECT_EQ(cut.error, "");
  EXPECT_TRUE(rules_of(orders({.partition = "key"}))->read(tombstone).counts);
}

TEST_F(IntakeTest, AFloodOfThemIsCounted) {
  const auto rules = rules_of(orders({.settle = Seconds{1}, .partition = "$.country"}));
  Intake intake{rules};
  for (int i = 0; i < 1'000; ++i) read(intake, *rules, i, "x");
  const auto batch = intake.make_batch(noon);
  ASSERT_EQ(batch.events.size(), 101U);
  EXPECT_EQ(batch.events.back().error, "0:100-999: 900 more that cannot be read");
  EXPECT_EQ(read_dead_ranges(batch.events.back().body)->stretches.at(0),
            (std::vector<std::pair<std::int64_t, std::int64_t>>{{100, 999}}));
  intake.told(noon);
  read(intake, *rules, 1'000, "x");
  EXPECT_EQ(intake.make_batch(noon).events.size(), 1U);
  EXPECT_EQ(intake.dead(), 1'001U);
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
  EXPECT_EQ(again.due(start, noon), start + hours{1}) << "it is looked at now and then";
  EXPECT_EQ(again.due(start, noon + hours{11} - Seconds{7}), start + Seconds{7})
      << "midnight in Vienna";
  const auto later = again.make_batch(noon + hours{11});
  ASSERT_EQ(later.events.size(), 1U);
  EXPECT_EQ(later.events[0].partition, "2026-11-30");
  EXPECT_EQ(later.events[0].data_version, "0:1");
  EXPECT_EQ(Json::parse(later.events[0].metadata)["offsets"]["0"], Json::array({1, 1}));
  again.told(noon + hours{11});
  EXPECT_EQ(again.due(start, noon + hours{11}), std::nullopt);
}

TEST_F(IntakeTest, AWindowFarAheadIsAMistakeAndIsNotWaitedFor) {
  const auto rules = rules_of(
      orders({.settle = Seconds{1}, .partition = "$.at"}, WindowsDefinition{.timezone = "UTC"}));
  Intake intake{rules};
  read(intake, *rules, 0, R"({"at": "9999-12-31"})");
  read(intake, *rules, 1, R"({"at": "2027-03-11"})");
  read(intake, *rules, 2, R"({"at": "2027-03-10"})");
  const auto batch = intake.make_batch(noon);
  ASSERT_EQ(batch.events.size(), 2U);
  EXPECT_THAT(batch.events[0].error, HasSubstr("lies more than 100 windows ahead"));
  EXPECT_EQ(batch.events[1].error,
            "0:1: partition \"2027-03-11\" lies more than 100 windows ahead: correct the time in "
            "$.at, or replay it when that has come");
  EXPECT_EQ(Json::parse(batch.events[1].body)["offsets"]["0"], Json::array({1, 1}));
  EXPECT_EQ(Json::parse(batch.events[1].body)["partition"], "2027-03-11");
  intake.told(noon);
  EXPECT_EQ(intake.position().open.size(), 1U);
  EXPECT_EQ(intake.dead(), 2U);
  EXPECT_EQ(intake.due(start, noon), start + hours{1}) << "the other is looked at now and then";
  const Instant later = noon + hours{24};
  intake.take(rules->read({.offset = 3, .value = R"({"at": "2027-03-11"})"}), start, later);
  EXPECT_TRUE(intake.make_batch(later).events.empty()) << "a day later it is one of the hundred";
}

TEST_F(IntakeTest, WhatIsNestedWithoutEndIsRefused) {
  const auto rules = rules_of(orders({.partition = "$.a"}));
  const auto nested = [](std::size_t depth) {
    return R"({"a": "[[\"[", "b": )" + std::string(depth - 1, '[') + std::string(depth - 1, ']') +
           '}';
  };
  EXPECT_TRUE(rules->read({.value = nested(64)}).counts);
  EXPECT_EQ(rules->read({.value = nested(65)}).error,
            "the message is nested deeper than 64 levels");
  EXPECT_THAT(rules->read({.value = std::string(1'000'000, '[')}).error, HasSubstr("deeper"));
}

TEST_F(IntakeTest, AMessageThatMakesItsReaderThrowIsADeadLetter) {
  const auto reading = read_guarded(
      "orders", {.partition = 3, .offset = 7, .value = "x"},
      [](const Message&) -> Rules::Reading { throw std::runtime_error{"no memory for that"}; });
  EXPECT_EQ(reading.topic_partition, 3);
  EXPECT_EQ(reading.offset, 7);
  EXPECT_FALSE(reading.counts);
  EXPECT_EQ(reading.error, "the message cannot be read: no memory for that");
  EXPECT_THAT(reading.body, HasSubstr(R"("value":"x")"));
}

TEST_F(IntakeTest, TimesAreReadInSeveralForms) {
  const auto rules = rules_of(orders({.partition = "$.at"}, WindowsDefinition{}));
  for (const char* value :
       {R"({"at": "2026-11-29"})", R"({"at": 1795910400})", R"({"at": 1795910400000})",
        R"({"at": 1795910400000000})", R"({"at": 1795910400000000000})",
        R"({"at": "2026-11-29T23:59:59.999Z"})"}) {
    EXPECT_EQ(rules->read({.value = value}).place.partition, "2026-11-29") << value;
  }
  EXPECT_THAT(rules->read({.value = R"({"at": "soon"})"}).error, HasSubstr("want a time, a date"));
}

TEST_F(IntakeTest, WhatWasGoneBeforeItWasReadCountsAsAChange) {
  const auto rules = rules_of(orders({.settle = Seconds{1}}));
  Intake intake{rules, {.next = {{0, 5}}}};
  intake.lose(0, 100, start, noon);
  EXPECT_EQ(intake.due(start, noon), start + Seconds{1});
  const auto batch = intake.make_batch(noon);
  ASSERT_EQ(batch.events.size(), 1U);
  EXPECT_EQ(batch.events[0].data_version, "0:99");
  EXPECT_EQ(Json::parse(batch.events[0].metadata)["lost"], 95);
  EXPECT_EQ(Position::parse(batch.cursor, "orders")->next.at(0), 100);
  intake.told(noon);
  read(intake, *rules, 100, "a");
  EXPECT_FALSE(Json::parse(intake.make_batch(noon).events[0].metadata).contains("lost"));
}

TEST_F(IntakeTest, OfWhichPartitionTheyWereNobodyKnowsSoThatItIsEach) {
  const auto rules = rules_of(orders({.settle = Seconds{1}, .partition = "$.country"}));
  Intake intake{rules, {.next = {{0, 5}}}};
  intake.lose(0, 100, start, noon);
  read(intake, *rules, 100, R"({"country": "at"})");
  const auto batch = intake.make_batch(noon);
  ASSERT_EQ(batch.events.size(), 2U);
  EXPECT_TRUE(batch.events[0].every);
  EXPECT_EQ(batch.events[0].data_version, "0:99");
  EXPECT_FALSE(batch.events[1].every);
  EXPECT_EQ(batch.events[1].partition, "at") << "told behind it";
}

TEST_F(IntakeTest, TheLatestTimeIsKeptWhereAllHasBeenRead) {
  const auto rules = rules_of(orders({.settle = Seconds{1}}));
  Intake intake{rules};
  intake.move(0, 7, true);
  intake.move(1, 7, false);
  for (const std::int32_t partition : {0, 1}) {
    intake.take({.topic_partition = partition, .offset = 7, .timestamp = noon}, start, noon);
    intake.take({.topic_partition = partition, .offset = 8, .timestamp = noon - Seconds{1}}, start,
                noon);
  }
  EXPECT_EQ(intake.position().latest, (std::map<std::int32_t, Instant>{{0, noon}}));
  intake.move(0, 0, false);
  EXPECT_TRUE(intake.position().latest.empty());
}

TEST(KafkaPosition, IsReadAsItWasWrittenAndOnlyOfItsTopic) {
  const Position position{.next = {{0, 17}, {3, 4}},
                          .latest = {{3, noon}},
                          .open = {{"2026-11-30", {"0:16", 3, noon, {{0, {9, 16}}}}}}};
  EXPECT_EQ(Position::parse(position.text("orders"), "orders"), position);
  EXPECT_EQ(Position::parse(position.text("orders"), "others"), std::nullopt);
  EXPECT_EQ(Position::parse("", "orders"), std::nullopt);
  EXPECT_EQ(Position::parse("[1]", "orders"), std::nullopt);
}

}  // namespace
}  // namespace freshet::kafka
