// What is kept of a message that could not be used, and that it is the same message when it is
// read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "base/clock.hpp"
#include "kafka_mock.hpp"
#include "source/kafka/dead_letter.hpp"
#include "source/kafka/intake.hpp"
#include "source/kafka/reread.hpp"
#include "source_kafka.hpp"

namespace freshet::kafka {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;

const Instant noon = *parse_instant("2026-11-30T12:00:00Z");

TEST(DeadLetter, IsTheMessageByteByByte) {
  const std::string binary("\x00\xff\x01", 3);
  const Message message{.partition = 3,
                        .offset = 17,
                        .key = "k",
                        .value = binary,
                        .headers = {{"region", "eu"}, {"trace", binary}},
                        .timestamp = noon};
  const auto letter = read_dead_letter(dead_letter("orders", message));
  ASSERT_TRUE(letter);
  EXPECT_EQ(letter->topic, "orders");
  const Message again = letter->message();
  EXPECT_EQ(again.partition, 3);
  EXPECT_EQ(again.offset, 17);
  EXPECT_EQ(again.key, "k");
  EXPECT_EQ(again.value, binary);
  EXPECT_EQ(again.headers, message.headers);
  EXPECT_EQ(again.timestamp, noon);
  EXPECT_FALSE(again.is_null);
}

TEST(DeadLetter, IsReadByPeople) {
  const Json json = Json::parse(dead_letter("orders", {.key = "k", .value = "{not json"}));
  EXPECT_EQ(json["value"], "{not json");
}

TEST(DeadLetter, OfATombstoneIsOne) {
  const auto letter = read_dead_letter(dead_letter("orders", {.key = "k", .is_null = true}));
  ASSERT_TRUE(letter);
  EXPECT_TRUE(letter->message().is_null);
}

TEST(DeadLetter, WhatIsTooLongIsFoundByItsPlace) {
  for (const std::string& value : {std::string(70'000, 'x'), std::string(60'000, '"')}) {
    const std::string text = dead_letter("orders", {.offset = 17, .key = "k", .value = value});
    EXPECT_LE(text.size(), 64U * 1024);
    const auto letter = read_dead_letter(text);
    ASSERT_TRUE(letter);
    EXPECT_FALSE(letter->value);
    EXPECT_FALSE(letter->is_null);
    EXPECT_EQ(letter->offset, 17);
    EXPECT_EQ(Json::parse(text)["value"]["bytes"], value.size());
  }
  const std::string key(100'000, 'k');
  const std::string text = dead_letter("orders", {.key = key, .value = "x"});
  EXPECT_LE(text.size(), 64U * 1024);
  EXPECT_FALSE(read_dead_letter(text)->value) << "its key is not whole";
}

TEST(DeadLetter, NothingElseIsTakenForOne) {
  for (const char* text : {"", "{}", "[1]", R"({"topic": "orders", "offsets": {"0": [1, 2]}})"})
    EXPECT_FALSE(read_dead_letter(text)) << text;
}

TEST(DeadLetter, WhatSomebodyMadeUpIsReadAsFarAsItIsOne) {
  const auto with = [](const char* more) {
    return read_dead_letter(R"({"topic": "orders", "partition": 1, "offset": 2, "value": "x")" +
                            std::string{more} + '}');
  };
  ASSERT_TRUE(with(R"(, "timestamp": 5, "headers": [1], "key": null)"));
  EXPECT_FALSE(with(R"(, "timestamp": 5)")->timestamp);
  EXPECT_TRUE(with(R"(, "headers": "none")")->headers.empty());
  const std::string deep(30'000, '[');
  EXPECT_FALSE(with((R"(, "headers": )" + deep).c_str()));
  EXPECT_FALSE(read_dead_letter(
      R"({"topic": "orders", "partition": 4294967296, "offset": 2, "value": "x"})"));
}

TEST(DeadRanges, AreReadAsTheyWereWritten) {
  DeadRanges ranges{.topic = "orders", .stretches = {}};
  for (const std::int64_t offset : {3, 4, 5, 9}) ranges.add(0, offset);
  ranges.add(2, 7);
  EXPECT_EQ(ranges.shown(), "0:3-5 0:9 2:7");
  const auto again = read_dead_ranges(ranges.text());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->topic, "orders");
  EXPECT_EQ(again->stretches, ranges.stretches);
  for (std::int64_t offset = 11; offset < 5'000; offset += 2) ranges.add(0, offset);
  EXPECT_EQ(ranges.stretches.at(0).size(), 1'000U);
  EXPECT_EQ(ranges.stretches.at(0).back().second, 4'999);
  EXPECT_LT(ranges.text().size(), 64U * 1024) << "the engine keeps no more";
  for (const char* text : {"", "{}", R"({"topic": "orders", "ranges": {"x": []}})",
                           R"({"topic": "orders", "ranges": {"0": [[1]]}})",
                           R"({"topic": "orders", "ranges": {"0": [[1, "2"]]}})"})
    EXPECT_FALSE(read_dead_ranges(text)) << text;
}

class RereadTest : public testing::Test {
 protected:
  Result<std::vector<input::Event>> again(const KafkaSource& source, const std::string& body) {
    return reread(orders(source), body, clock_, Millis{1'000});
  }
  SystemClock clock_;
};

TEST_F(RereadTest, AMessageIsJudgedByTheRulesOfNow) {
  const std::string body = dead_letter("orders", {.offset = 17, .value = R"({"land": "at"})"});
  EXPECT_THAT(again({.partition = "$.country"}, body).error().message,
              HasSubstr("partition $.country is not in the message"));
  const auto events = again({.partition = "$.land"}, body);
  ASSERT_TRUE(events) << events.error().message;
  ASSERT_EQ(events->size(), 1U);
  EXPECT_EQ(events->front().partition, "at");
  EXPECT_EQ(events->front().data_version, "0:17");
  EXPECT_EQ(again({.match = {{"$.land", {"de"}}}}, body).error().code, Errc::conflict);
}

TEST_F(RereadTest, ABatchThatTheEngineRefusedIsToldAsItWas) {
  const auto asset = orders({.settle = Seconds{1}, .partition = "$.country"});
  const auto rules = rules_of(asset);
  Intake intake{rules};
  intake.take(rules->read({.offset = 3, .value = R"({"country": "fr"})"}), SteadyTime{}, noon);
  const auto told = intake.make_batch(noon).events.front();
  const auto events = again(asset.source.kafka, told.body);
  ASSERT_TRUE(events) << events.error().message;
  EXPECT_EQ(events->front().partition, "fr");
  EXPECT_EQ(events->front().data_version, "0:3");
  EXPECT_EQ(Json::parse(events->front().metadata), Json::parse(told.metadata));
}

TEST_F(RereadTest, ABatchThatSomebodyMadeUpEndsNothing) {
  const auto events = again({}, R"({"offsets": {}, "partition": 7, "data_version": {}})");
  ASSERT_TRUE(events) << events.error().message;
  EXPECT_EQ(events->front().partition, "");
  EXPECT_EQ(again({}, R"({"offsets": )" + std::string(60'000, '[')).error().code, Errc::invalid);
}

TEST_F(RereadTest, OfAFloodEachMessageIsReadAndNoneOfThoseBetween) {
  MockCluster cluster{2};
  cluster.send(12'000);
  cluster.flush();
  DeadRanges ranges{.topic = "orders", .stretches = {}};
  for (std::int64_t offset = 100; offset < 5'000; ++offset) ranges.add(0, offset);
  for (std::int64_t offset = 0; offset < 600; offset += 2) ranges.add(1, offset);
  auto asset = orders({});
  asset.source.kafka.brokers = cluster.address();
  const auto events = reread(asset, ranges.text(), clock_, Millis{10'000});
  ASSERT_TRUE(events) << events.error().message;
  ASSERT_EQ(events->size(), 1U);
  const Json metadata = Json::parse(events->front().metadata);
  EXPECT_EQ(metadata["messages"], 4'900 + 300);
  EXPECT_EQ(metadata["offsets"]["0"], Json::array({100, 4'999}));
}

TEST_F(RereadTest, OfAFloodThatIsNotReadWholeNothingIsTold) {
  MockCluster cluster{1};
  cluster.send(10);
  cluster.flush();
  cluster.fail(fetch_request, std::vector(20, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED));
  auto asset = orders({});
  asset.source.kafka.brokers = cluster.address();
  const auto events =
      reread(asset, R"({"topic": "orders", "ranges": {"0": [[0, 9]]}})", clock_, Millis{10'000});
  ASSERT_FALSE(events);
  EXPECT_EQ(events.error().code, Errc::io);
  EXPECT_THAT(events.error().message, HasSubstr("could not all be read, so that none was taken"));
}

TEST(DeadLetter, FieldsOfOtherTypesSayNothing) {
  const auto letter = read_dead_letter(
      R"({"topic": "t", "partition": 0, "offset": 1, "value": "v", "timestamp": 5, "headers": 7})");
  ASSERT_TRUE(letter);
  EXPECT_FALSE(letter->timestamp);
  EXPECT_TRUE(letter->headers.empty());
}

TEST_F(RereadTest, WhatIsNoMessageIsRefused) {
  EXPECT_EQ(again({}, "hello").error().code, Errc::invalid);
}

}  // namespace
}  // namespace freshet::kafka
