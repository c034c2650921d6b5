// What messages that need a schema come to.  Their bytes were written by the reference
// implementations: Apache Avro for Python 1.11.1 and Google's Protobuf 3.21.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "base/clock.hpp"
#include "base/text.hpp"
#include "source/kafka/dead_letter.hpp"
#include "source/kafka/logical.hpp"
#include "source/kafka/schema.hpp"
#include "source/kafka/schema_registry.hpp"
#include "source/kafka/wire_format.hpp"
#include "source_kafka.hpp"

namespace freshet::kafka {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;

std::string bytes(std::string_view hex) { return *hex_decode(hex); }

// --- Avro.

const char* const order_schema =
    R"({"type": "record", "name": "Order", "namespace": "shop", "fields": [
  {"name": "id", "type": "long"},
  {"name": "day", "type": {"type": "int", "logicalType": "date"}},
  {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
  {"name": "exact", "type": {"type": "long", "logicalType": "timestamp-micros"}},
  {"name": "opens", "type": {"type": "int", "logicalType": "time-millis"}},
  {"name": "total", "type": {"type": "bytes", "logicalType": "decimal", "precision": 20, "scale": 2}},
  {"name": "note", "type": ["null", "string"]},
  {"name": "state", "type": {"type": "enum", "name": "State", "symbols": ["NEW", "PAID"]}},
  {"name": "lines", "type": {"type": "array", "items": {"type": "record", "name": "Line", "fields": [
    {"name": "sku", "type": "string"}, {"name": "price", "type": "double"}]}}},
  {"name": "tags", "type": {"type": "map", "values": "boolean"}},
  {"name": "best", "type": ["null", "Line"]},
  {"name": "raw", "type": "bytes"},
  {"name": "mark", "type": {"type": "fixed", "name": "Mark", "size": 2}},
  {"name": "ratio", "type": "float"}]})";
const std::string order_bytes = bytes(
    "0d88c002f4b59cc28267a29285aed5eba4068aad971d06ed2980020a6772c3bc6e02040261000000000000f83f"
    "0262000000000000d0bf0002066e6577010002026200000000000000400400ff6f6b0000003f");

std::shared_ptr<const Schema> avro(const std::string& text,
                                   const std::vector<SchemaText>& references = {}) {
  auto schema = make_avro_schema(references, text);
  EXPECT_TRUE(schema) << schema.error().message;
  return *schema;
}

TEST(Avro, EachTypeIsWhatPeopleExpect) {
  const auto got = avro(order_schema)->decode(order_bytes);
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(*got,
            Json::parse(R"({"id": -7, "day": "2026-01-31", "at": "2026-01-31T13:00:00.250000Z",
    "exact": "2026-01-31T13:00:00.250001Z", "opens": "08:30:00.005000", "total": "-12345.60",
    "note": "grün", "state": "PAID", "lines": [{"sku": "a", "price": 1.5}, {"sku": "b", "price": -0.25}],
    "tags": {"new": true}, "best": {"sku": "b", "price": 2.0}, "raw": "\u0000\u00ff", "mark": "ok", "ratio": 0.5})"));
}

TEST(Avro, WhateverIsCutOffOrChangedIsRefusedOrReadAndNeverMore) {
  const auto schema = avro(order_schema);
  for (std::size_t size = 0; size < order_bytes.size(); ++size) {
    const auto got = schema->decode(std::string_view{order_bytes}.substr(0, size));
    EXPECT_FALSE(got) << size;
  }
  EXPECT_THAT(schema->decode(order_bytes + "x").error().message,
              HasSubstr("1 bytes are left over"));
  for (std::size_t place = 0; place < order_bytes.size(); ++place) {
    for (const char byte : {'\x00', '\x01', '\x7f', '\x80', '\xff'}) {
      std::string changed = order_bytes;
      changed[place] = byte;
      static_cast<void>(schema->decode(changed));
    }
  }
}

TEST(Avro, AMessageThatNeverEndsIsRefused) {
  // A list of 2^62 items without bytes.
  const auto nulls = avro(R"({"type": "array", "items": "null"})");
  EXPECT_THAT(nulls->decode(bytes("feffffffffffffff7f00")).error().message,
              HasSubstr("too many values"));
  // A record within itself.
  const auto record =
      avro(R"({"type": "record", "name": "R", "fields": [{"name": "r", "type": "R"}]})");
  EXPECT_THAT(record->decode("").error().message, HasSubstr("nested too deeply"));
  const auto text = avro("\"string\"");
  EXPECT_THAT(text->decode(bytes("01")).error().message, HasSubstr("a length is negative"));
  EXPECT_THAT(text->decode(bytes("ffffffffffffffffffffff")).error().message, HasSubstr("too long"));
}

TEST(Avro, TypesAreFoundByTheirNamesAlsoInReferences) {
  const std::vector<SchemaText> references{
      {"shop.Line", R"({"type": "record", "name": "Line", "namespace": "shop",
                        "fields": [{"name": "sku", "type": "string"}]})"}};
  const auto schema = avro(R"({"type": "record", "name": "shop.Order", "fields": [
      {"name": "near", "type": "Line"}, {"name": "far", "type": ["null", "shop.Line"]}]})",
                           references);
  EXPECT_EQ(*schema->decode(bytes("0261020262")),
            Json::parse(R"({"near": {"sku": "a"}, "far": {"sku": "b"}})"));
}

TEST(Avro, TypesOfConnectAreKnownByTheirNames) {
  const auto schema = avro(R"({"type": "int", "connect.name": "io.debezium.time.Date"})");
  EXPECT_EQ(*schema->decode(bytes("88c002")), "2026-01-31");
}

TEST(Avro, ASchemaThatIsNoneIsRefused) {
  for (const auto& [text, what] : std::vector<std::pair<std::string, std::string>>{
           {"{", "there is no type {"},
           {"{}", "a type is missing"},
           {R"({"type": "array"})", "nothing of its items"},
           {R"({"type": "record"})", "has no name"},
           {R"({"type": "record", "name": "R", "fields": [{"name": "a"}]})",
            "without a name or a type"},
           {R"({"type": "fixed", "name": "F"})", "has no size"},
           {R"("Line")", "there is no type Line"}}) {
    const auto schema = make_avro_schema({}, text);
    ASSERT_FALSE(schema) << text;
    EXPECT_THAT(schema.error().message, HasSubstr(what));
  }
}

struct LogicalCase {
  const char* name;
  Logical logical;
  std::int64_t value;
  Json want;
};
class LogicalOf : public testing::TestWithParam<LogicalCase> {};
TEST_P(LogicalOf, IsTextThatPeopleRead) {
  EXPECT_EQ(time_json(GetParam().logical, GetParam().value), GetParam().want);
}
INSTANTIATE_TEST_SUITE_P(
    Table, LogicalOf,
    testing::Values(
        LogicalCase{"date", Logical::date, 20'484, "2026-01-31"},
        LogicalCase{"date_before_1970", Logical::date, -1, "1969-12-31"},
        LogicalCase{"date_beyond_years", Logical::date, 3'000'000, 3'000'000},
        LogicalCase{"timestamp", Logical::timestamp_millis, -1, "1969-12-31T23:59:59.999000Z"},
        LogicalCase{"nanos", Logical::timestamp_nanos, -1, "1969-12-31T23:59:59.999999Z"},
        LogicalCase{"local", Logical::local_timestamp_micros, 1, "1970-01-01T00:00:00.000001"},
        LogicalCase{"time", Logical::time_micros, 86'399'999'999, "23:59:59.999999"},
        LogicalCase{"time_of_no_day", Logical::time_millis, 86'400'000, 86'400'000},
        LogicalCase{"the_greatest", Logical::timestamp_micros, INT64_MAX, INT64_MAX}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(LogicalText, DecimalsAndUuids) {
  EXPECT_EQ(decimal_text(bytes("00"), 2), "0.00");
  EXPECT_EQ(decimal_text("", 0), "0");
  EXPECT_EQ(decimal_text(bytes("ff"), 2), "-0.01");
  EXPECT_EQ(decimal_text(bytes("7fffffffffffffffffffffffffffffff"), 0),
            "170141183460469231731687303715884105727");
  EXPECT_EQ(decimal_text(bytes("80000000000000000000000000000000"), 3),
            "-170141183460469231731687303715884105.728");
  EXPECT_EQ(uuid_text(bytes("123e4567e89b12d3a456426614174000")),
            "123e4567-e89b-12d3-a456-426614174000");
}

// --- Protobuf.

const SchemaText line_proto{"shop/line.proto", R"(syntax = "proto3"; package shop;
  message Line { string sku = 1; double price = 2; })"};
const char* const order_proto = R"(syntax = "proto3";
  package shop;
  import "google/protobuf/timestamp.proto";
  import "shop/line.proto";
  message Other { string name = 1; }
  message Order {
    message Refund { int64 order_id = 1; string reason = 2; }
    int64 order_id = 1;
    string event_date = 2;
    google.protobuf.Timestamp at = 3;
    repeated shop.Line lines = 4;
    State state = 5;
    bool paid = 6;
  }
  enum State { NEW = 0; PAID = 1; })";
const std::string order_message = bytes(
    "088180808080808010120a323032362d30312d33311a0608d0f9f7cb06220c0a016111000000000000f83f2801");

TEST(Protobuf, AMessageIsFoundByItsPlacesAndReadByItsNames) {
  const auto schema = make_protobuf_schema({line_proto}, order_proto);
  ASSERT_TRUE(schema) << schema.error().message;
  const auto order = (*schema)->decode(bytes("0202") + order_message);  // one place: 1
  ASSERT_TRUE(order) << order.error().message;
  EXPECT_EQ(*order, Json::parse(R"({"order_id": "9007199254740993", "event_date": "2026-01-31",
    "at": "2026-01-31T13:00:00Z", "lines": [{"sku": "a", "price": 1.5}], "state": "PAID", "paid": false})"));
  const auto refund = (*schema)->decode(bytes("040200") + bytes("080712046c617465"));  // 1, then 0
  ASSERT_TRUE(refund) << refund.error().message;
  EXPECT_EQ(*refund, Json::parse(R"({"order_id": "7", "reason": "late"})"));
  const auto other = (*schema)->decode(bytes("00") + bytes("0a0178"));  // 0 stands for the first
  EXPECT_EQ(*other, Json::parse(R"({"name": "x"})"));
}

TEST(Protobuf, WhatCannotBeReadSaysWhy) {
  const auto schema = make_protobuf_schema({line_proto}, order_proto);
  ASSERT_TRUE(schema) << schema.error().message;
  for (const char* hex : {"", "01", "0208", "0a02", "ffffffffff"}) {
    const auto got = (*schema)->decode(bytes(hex));
    ASSERT_FALSE(got) << hex;
    EXPECT_THAT(got.error().message, HasSubstr("which message of its schema")) << hex;
  }
  EXPECT_THAT((*schema)->decode(bytes("0202") + "\x12\x7f").error().message,
              HasSubstr("it cannot be read as shop.Order"));
  EXPECT_THAT(make_protobuf_schema({}, order_proto).error().message, HasSubstr("shop/line.proto"));
  EXPECT_THAT(make_protobuf_schema({}, "message {").error().message, HasSubstr("line 1, column 9"));
}

TEST(Protobuf, WhatEverybodyHasNeedsNoReference) {
  const auto schema = make_protobuf_schema({}, R"(syntax = "proto3";
    import "confluent/meta.proto";
    import "confluent/type/decimal.proto";
    import "google/protobuf/type.proto";
    import "google/type/date.proto";
    import "google/type/timeofday.proto";
    message Order {
      option (confluent.message_meta) = { doc: "an order", params: [{ key: "a", value: "b" }] };
      google.type.Date day = 1 [(confluent.field_meta).doc = "of the order"];
      google.type.TimeOfDay at = 2;
      confluent.type.Decimal total = 3 [(confluent.field_meta) = { tags: ["PII"] }];
      repeated google.type.Date days = 4;
      map<string, google.type.Date> named = 5;
      google.protobuf.Type type = 6;
    })");
  ASSERT_TRUE(schema) << schema.error().message;
  const auto order =
      (*schema)->decode(bytes("00"                  // the first message
                              "0a0708ea0f1001181f"  // 2026-01-31
                              "1204080d101e"        // 13:30
                              "1a070a03ed29801802"  // -12345.60
                              "220308ea0f"          // 2026, without a day
                              "220708ea0f1002181d"  // a day that there is not
                              "2a0c0a0178120708ea0f1002181c"));
  ASSERT_TRUE(order) << order.error().message;
  EXPECT_EQ((*order)["day"], "2026-01-31");
  EXPECT_EQ((*order)["at"], "13:30:00.000000");
  EXPECT_EQ((*order)["total"], "-12345.60");
  EXPECT_EQ((*order)["days"][0]["year"], 2026);
  EXPECT_EQ((*order)["days"][1]["day"], 29);
  EXPECT_EQ((*order)["named"]["x"], "2026-02-28");
}

TEST(Protobuf, EachFileThatEverybodyHasIsRight) {
  for (const char* name : {"confluent/meta",
                           "confluent/type/decimal",
                           "confluent/type/variant",
                           "google/type/calendar_period",
                           "google/type/color",
                           "google/type/date",
                           "google/type/datetime",
                           "google/type/dayofweek",
                           "google/type/decimal",
                           "google/type/expr",
                           "google/type/fraction",
                           "google/type/interval",
                           "google/type/latlng",
                           "google/type/localized_text",
                           "google/type/money",
                           "google/type/month",
                           "google/type/phone_number",
                           "google/type/postal_address",
                           "google/type/quaternion",
                           "google/type/timeofday",
                           "google/protobuf/any",
                           "google/protobuf/api",
                           "google/protobuf/descriptor",
                           "google/protobuf/duration",
                           "google/protobuf/empty",
                           "google/protobuf/field_mask",
                           "google/protobuf/source_context",
                           "google/protobuf/struct",
                           "google/protobuf/timestamp",
                           "google/protobuf/type",
                           "google/protobuf/wrappers"}) {
    const auto schema = make_protobuf_schema(
        {}, std::string{"syntax = \"proto3\"; import \""} + name + ".proto\"; message A {}");
    EXPECT_TRUE(schema) << schema.error().message;
  }
}

// --- What stands before them.

TEST(WireFormat, IsAZeroAndTheNumberOfTheSchema) {
  const std::string value = bytes("000001020361");
  ASSERT_TRUE(split_wire_format(value));
  EXPECT_EQ(split_wire_format(value)->schema, SchemaName{0x010203U});
  EXPECT_EQ(split_wire_format(value)->bytes, "a");
  EXPECT_FALSE(split_wire_format(bytes("00000102")));
  EXPECT_FALSE(split_wire_format(R"({"a": 1})"));
}

const std::string guid = bytes("00112233445566778899aabbccddeeff");
SchemaName guid_name() {
  SchemaGuid out{};
  std::ranges::copy(guid, out.begin());
  return out;
}

TEST(WireFormat, AOneAndAGuidAreAName) {
  const std::string value = '\1' + guid + "a";
  ASSERT_TRUE(split_wire_format(value));
  EXPECT_EQ(split_wire_format(value)->schema, guid_name());
  EXPECT_EQ(split_wire_format(value)->bytes, "a");
  EXPECT_FALSE(split_wire_format('\1' + guid.substr(1)));
}

TEST(WireFormat, AHeaderNamesTheSchemaBeforeTheBytesDo) {
  using Format = KafkaSource::Format;
  const std::string named = '\1' + guid;
  const std::string numbered = bytes("0000000007");
  const std::string places = named + bytes("0202");
  const Message message{.key = "k",
                        .value = numbered,
                        .headers = {{"__value_schema_id", numbered},
                                    {"__value_schema_id", named},
                                    {"__key_schema_id", places}}};
  const auto value = read_wire_format(message, Part::value, Format::avro);
  ASSERT_TRUE(value) << value.error().message;
  EXPECT_EQ(value->schema, guid_name()) << "the last";
  EXPECT_EQ(value->bytes, numbered) << "all of them";
  const auto key = read_wire_format(message, Part::key, Format::protobuf);
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_EQ(key->places, bytes("0202"));
  EXPECT_EQ(key->bytes, "k");
  EXPECT_THAT(read_wire_format(message, Part::value, Format::protobuf).error().message,
              HasSubstr("has a header __value_schema_id that names no schema"));
  const std::string cut = named.substr(0, 16);
  EXPECT_THAT(read_wire_format({.value = numbered, .headers = {{"__value_schema_id", cut}}},
                               Part::value, Format::avro)
                  .error()
                  .message,
              HasSubstr("has a header __value_schema_id that names no schema"));
  const auto other = read_wire_format({.value = numbered, .headers = {{"__key_schema_id", named}}},
                                      Part::value, Format::avro);
  ASSERT_TRUE(other) << other.error().message;
  EXPECT_EQ(other->schema, SchemaName{7U}) << "the header is the key's";
}

TEST(WireFormat, WhatIsKeptOfAMessageNamesItsSchemaStill) {
  const std::string first = '\1' + guid;
  const std::string last = '\1' + std::string(guid.rbegin(), guid.rend());
  const auto letter = read_dead_letter(dead_letter(
      "orders",
      {.value = "v", .headers = {{"__value_schema_id", first}, {"__value_schema_id", last}}}));
  ASSERT_TRUE(letter);
  EXPECT_EQ(letter->headers.front().second, last);
}

TEST(WireFormat, AMessageWaitsForItsSchemaAndOneWithoutIsRefused) {
  const SystemClock clock;
  const auto registry = std::make_shared<SchemaRegistry>("http://localhost:1", clock);
  const auto rules = Rules::make(orders({.partition = "$.day",
                                         .format = KafkaSource::Format::avro,
                                         .registry = "http://localhost:1"}),
                                 registry);
  ASSERT_TRUE(rules) << rules.error().message;
  const std::string value = bytes("0000000007") + order_bytes;
  const auto reading = (*rules)->read({.value = value});
  EXPECT_EQ(reading.schema, (SchemaId{KafkaSource::Format::avro, 7U}));
  EXPECT_EQ(reading.error, "");
  EXPECT_FALSE(reading.counts);
  EXPECT_THAT((*rules)->read({.value = R"({"day": "2026-01-31"})"}).error,
              HasSubstr("names no schema"));
}

TEST(WireFormat, AKeyWaitsForItsSchemaToo) {
  const SystemClock clock;
  const auto registry = std::make_shared<SchemaRegistry>("http://localhost:1", clock);
  const auto rules = Rules::make(orders({.partition = "key.id",
                                         .key_format = KafkaSource::Format::protobuf,
                                         .registry = "http://localhost:1"}),
                                 registry);
  ASSERT_TRUE(rules) << rules.error().message;
  const std::string key = bytes("00000000090008ff");
  EXPECT_EQ((*rules)->read({.key = key, .value = "-"}).schema,
            (SchemaId{KafkaSource::Format::protobuf, 9U}));
  EXPECT_THAT((*rules)->read({.key = "7", .value = "-"}).error,
              HasSubstr("the key names no schema"));
  EXPECT_THAT(Rules::make(orders({.key_format = KafkaSource::Format::avro})).error().message,
              HasSubstr("needs the URL of a schema registry"));
}

TEST(WireFormat, JsonOfARegistryIsReadWithoutIt) {
  const auto rules = rules_of(orders({.partition = "$.day"}));
  const std::string value = bytes("0000000007") + R"({"day": "2026-01-31"})";
  EXPECT_EQ(rules->read({.value = value}).place.partition, "2026-01-31");
}

TEST(Registry, APasswordInItsUrlIsInNoError) {
  const SystemClock clock;
  SchemaRegistry registry{"http://freshet:hunter2@localhost:1/", clock};
  const SchemaId id{KafkaSource::Format::avro, 3U};
  const std::atomic<bool> stop{false};
  const auto fetched = registry.fetch(id, Millis{2'000}, stop);
  ASSERT_FALSE(fetched);
  EXPECT_EQ(fetched.error().code, Errc::io);
  EXPECT_THAT(fetched.error().message,
              HasSubstr("schema registry http://localhost:1/schemas/ids/3: "));
  EXPECT_EQ(fetched.error().message.find("hunter2"), std::string::npos);
  EXPECT_FALSE(registry.find(id)) << "it may answer later";
}

}  // namespace
}  // namespace freshet::kafka
