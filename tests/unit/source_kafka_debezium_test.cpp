// What change events of Debezium come to: which row, which partition, which version.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "freshet/definitions.hpp"
#include "source/kafka/debezium.hpp"
#include "source/kafka/intake.hpp"
#include "source/kafka/logical.hpp"
#include "source_kafka.hpp"

namespace freshet::kafka {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;
using testing::StartsWith;

/// As Debezium 2.7 writes them, shortened.
std::string postgres(const char* op, const char* before, const char* after, int lsn = 24023128) {
  return std::string{R"({"before": )"} + before + R"(, "after": )" + after +
         R"(, "source": {"version": "2.7.0.Final", "connector": "postgresql", "name": "shop", "ts_ms": 1795910400000,)"
         R"( "snapshot": "false", "db": "shop", "schema": "public", "table": "orders", "txId": 565, "lsn": )" +
         std::to_string(lsn) + R"(, "xmin": null}, "op": ")" + op +
         R"(", "ts_ms": 1795910400123, "transaction": null})";
}

const char* const at = R"({"id": 7, "country": "at", "op": "web"})";
const char* const de = R"({"id": 7, "country": "de", "op": "web"})";

Rules::Reading read(KafkaSource source, std::string_view value,
                    std::string_view key = R"({"id":7})") {
  source.debezium = true;
  return rules_of(orders(std::move(source)))->read({.key = key, .value = value});
}

struct ChangeCase {
  const char* name;
  std::string message;
  const char* field;
  const char* want;  ///< Partition; "": it does not count.
};
class ChangeOf : public testing::TestWithParam<ChangeCase> {};
TEST_P(ChangeOf, ItsFieldsAreTheRows) {
  const auto reading = read({.partition = GetParam().field}, GetParam().message);
  EXPECT_EQ(reading.error, "");
  EXPECT_EQ(reading.place.partition, GetParam().want);
  EXPECT_EQ(reading.counts, *GetParam().want != '\0');
}
INSTANTIATE_TEST_SUITE_P(
    Table, ChangeOf,
    testing::Values(
        ChangeCase{"insert", postgres("c", "null", at), "$.country", "at"},
        ChangeCase{"update", postgres("u", "null", de), "$.country", "de"},
        ChangeCase{"delete_", postgres("d", at, "null"), "$.country", "at"},
        ChangeCase{"snapshot", postgres("r", "null", at), "$.country", "at"},
        ChangeCase{"of_the_event", postgres("c", "null", at), "$.op", "c"},
        ChangeCase{"of_a_column_named_so", postgres("c", "null", at), "$.after.op", "web"},
        ChangeCase{"of_its_source", postgres("c", "null", at), "$.source.table", "orders"},
        ChangeCase{
            "beside_its_schema",
            R"({"schema": {"type": "struct"}, "payload": )" + postgres("c", "null", at) + "}",
            "$.country", "at"},
        ChangeCase{"tombstone_beside_its_schema", R"({"schema": null, "payload": null})",
                   "$.country", ""},
        ChangeCase{"logical_message",
                   R"({"op": "m", "ts_ms": 1, "source": {"lsn": 5}, "message": {"prefix": "x"}})",
                   "$.country", ""},
        ChangeCase{"heartbeat", R"({"ts_ms": 1795910400000})", "$.country", ""}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(Debezium, DatesAreReadAsTheSchemaBesideThemSays) {
  const std::string message = R"({"schema": {"type": "struct", "fields": [
    {"field": "after", "type": "struct", "fields": [
      {"field": "day", "type": "int32", "name": "io.debezium.time.Date"},
      {"field": "at", "type": "int64", "name": "io.debezium.time.MicroTimestamp"},
      {"field": "total", "type": "bytes", "name": "org.apache.kafka.connect.data.Decimal",
       "parameters": {"scale": "2"}}]}]},
    "payload": {"op": "c", "before": null, "after": {"day": 20484, "at": 1769864400000001, "total": "AN0="}, "source": {}}})";
  EXPECT_EQ(read({.partition = "$.day"}, message).place.partition, "2026-01-31");
  EXPECT_EQ(read({.partition = "$.at"}, message).place.partition, "2026-01-31T13:00:00.000001Z");
  EXPECT_EQ(read({.partition = "$.total"}, message).place.partition, "2.21");
}

TEST(Debezium, ARowThatMovesChangesBothPartitions) {
  const auto rules =
      rules_of(orders({.settle = Seconds{1}, .partition = "$.country", .debezium = true}));
  Intake intake{rules};
  const std::string message = postgres("u", at, de);
  intake.take(rules->read({.offset = 5, .key = "7", .value = message}), SteadyTime{}, Instant{});
  const auto batch = intake.make_batch(Instant{});
  ASSERT_EQ(batch.events.size(), 2U);
  EXPECT_EQ(batch.events[0].partition, "de");
  EXPECT_EQ(batch.events[1].partition, "at");
  EXPECT_EQ(intake.messages(), 1U);
}

TEST(Debezium, ATruncateIsOfEveryPartition) {
  const auto reading = read({.match = {{"$.country", {"at"}}, {"$.source.table", {"orders"}}},
                             .partition = "$.country",
                             .id = "$.id"},
                            postgres("t", "null", "null"));
  EXPECT_EQ(reading.error, "");
  EXPECT_TRUE(reading.counts);
  EXPECT_TRUE(reading.every);
  EXPECT_EQ(reading.id, "");
  EXPECT_FALSE(read({.match = {{"$.source.table", {"others"}}}, .partition = "$.country"},
                    postgres("t", "null", "null"))
                   .counts);
}

TEST(Debezium, TheVersionIsThePlaceInTheLogAndTheRow) {
  const auto inserted = read({}, postgres("c", "null", at)).version;
  EXPECT_THAT(inserted, StartsWith("24023128-"));
  EXPECT_EQ(read({}, postgres("c", "null", at)).version, inserted) << "told again";
  EXPECT_NE(read({}, postgres("c", "null", at), R"({"id":8})").version, inserted)
      << "another row of the same record";
  EXPECT_NE(read({}, postgres("u", at, de, 24023129)).version, inserted);
  EXPECT_EQ(read({}, postgres("r", "null", at)).version, "") << "a snapshot's rows have one place";
  const std::string mysql =
      R"({"op": "c", "after": {"id": 7}, "source": {"file": "mysql-bin.000003", "pos": 154, "row": 0, "gtid": "a:5"}})";
  EXPECT_THAT(read({}, mysql).version, StartsWith("mysql-bin.000003:154-"));
  const std::string gtid = R"({"op": "c", "after": {"id": 7}, "source": {"gtid": "a:5"}})";
  EXPECT_THAT(read({}, gtid).version, StartsWith("a:5-"));
  EXPECT_EQ(read({.data_version = "$.source.txId"}, postgres("c", "null", at)).version, "565");
}

TEST(Debezium, AnUpdateCountsWhatBecameOfRows) {
  const auto rules = rules_of(orders({.settle = Seconds{1}, .debezium = true}));
  Intake intake{rules};
  std::int64_t offset = 0;
  for (const std::string& message :
       {postgres("c", "null", at), postgres("c", "null", at), postgres("u", "null", de),
        postgres("d", de, "null"), std::string{R"({"ts_ms": 1})"}}) {
    intake.take(rules->read({.offset = offset++, .key = "7", .value = message}), SteadyTime{},
                Instant{});
  }
  intake.take(rules->read({.offset = offset++, .key = "7", .is_null = true}), SteadyTime{},
              Instant{});
  const auto batch = intake.make_batch(Instant{});
  ASSERT_EQ(batch.events.size(), 1U);
  EXPECT_EQ(Json::parse(batch.events[0].metadata)["ops"], (Json{{"c", 2}, {"u", 1}, {"d", 1}}));
  EXPECT_EQ(intake.ignored(), 2U) << "the heartbeat and the tombstone";
}

TEST(Debezium, WhatTheSchemaBesideItSaysIsNotBelievedBlindly) {
  const auto total = [](const std::string& scale) {
    return read({.partition = "$.total"},
                R"({"schema": {"fields": [{"field": "after", "fields": [
      {"field": "total", "name": "org.apache.kafka.connect.data.Decimal", "parameters": {"scale": ")" +
                    scale +
                    R"("}}]}]}, "payload": {"op": "c", "after": {"total": "AN0="}, "source": {}}})")
        .place.partition;
  };
  EXPECT_EQ(total("1"), "22.1");
  for (const char* scale : {"2000000000", "99999999999999999999", "-1", "2x", ""})
    EXPECT_EQ(total(scale), "AN0=") << scale;
  EXPECT_EQ(decimal_text(std::string(257, '\x01'), 2).substr(0, 6), "010101");
}

TEST(Debezium, WhatIsNoSingleValueIsNoVersion) {
  const std::string message =
      R"({"op": "c", "after": {"id": 7}, "source": {"lsn": [[1]], "file": {}, "pos": 1}})";
  const auto reading = read({}, message);
  EXPECT_TRUE(reading.counts);
  EXPECT_EQ(reading.version, "");
}

TEST(Debezium, WhatIsNoUtf8IsShownAllTheSame) {
  // As a decoder of other formats hands it on.
  const auto change = Change::read({{"op", "\xff\xfe"}, {"after", Json::object()}});
  EXPECT_THAT(change.error().message, HasSubstr("its op is \"\uFFFD\uFFFD\""));
}

TEST(Debezium, WhatIsNoChangeEventIsRefused) {
  EXPECT_THAT(read({}, R"({"op": [[1]], "after": {}})").error, HasSubstr("its op is a list"));
  EXPECT_THAT(read({}, R"({"op": )" + std::string(100'000, '[')).error, HasSubstr("deeper"));
  EXPECT_THAT(read({}, R"({"id": 7})").error, HasSubstr("its op is missing, want c, u, d, r or t"));
  EXPECT_THAT(read({}, R"({"op": "x", "after": {}})").error, HasSubstr("its op is \"x\""));
  EXPECT_THAT(read({}, R"([1])").error, HasSubstr("no change event"));
  EXPECT_THAT(read({.partition = "$.country"}, postgres("d", "null", "null")).error,
              HasSubstr("partition $.country is not in the message"));
}

}  // namespace
}  // namespace freshet::kafka
