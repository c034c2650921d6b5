#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "api/changes.hpp"
#include "api_fixture.hpp"

namespace freshet::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Told {
  std::string id;
  std::string event;
  Json data;
};

/// Reads server-sent events as a browser does.
std::vector<Told> read_stream(const std::string& text) {
  std::vector<Told> out;
  Told told;
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) {
      if (!told.event.empty()) out.push_back(told);
      told = {};
    }
    if (line.starts_with("id: ")) told.id = line.substr(4);
    if (line.starts_with("event: ")) told.event = line.substr(7);
    if (line.starts_with("data: ")) told.data = Json::parse(line.substr(6));
  }
  return out;
}

std::vector<std::string> words(const std::vector<Told>& told) {
  std::vector<std::string> out;
  for (const Told& each : told) {
    std::string word = each.event;
    if (each.data.contains("asset") && each.event == "asset")
      word += ' ' + each.data["asset"].get<std::string>();
    if (each.data.contains("status")) word += ' ' + each.data["status"].get<std::string>();
    out.push_back(word);
  }
  return out;
}

class StreamTest : public ApiTest {
 protected:
  std::vector<Told> take(const Answer& answer) {
    auto told = read_stream(answer.stream->take());
    const SchemaCheck schema{document};
    const Json& parts = document["components"]["schemas"];
    for (const Told& each : told) {
      const std::string name = each.event == "asset"      ? "StreamAsset"
                               : each.event == "run"      ? "StreamRun"
                               : each.event == "step"     ? "StreamStep"
                               : each.event == "backfill" ? "StreamBackfill"
                               : each.event == "alert"    ? "StreamAlert"
                               : each.event == "rejected" ? "StreamRejected"
                                                          : "";
      if (!name.empty()) {
        EXPECT_EQ(schema.check(parts[name], each.data), "") << each.data;
      }
    }
    return told;
  }
  void report(const std::string& key) {
    ASSERT_EQ(post("/api/v1/events", {{"asset", key}}).status, 202);
  }
};

TEST_F(StreamTest, HelloComesAtOnceWithThePlaceToResumeFrom) {
  const Answer answer = get("/api/v1/stream");
  ASSERT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("content-type"), "text/event-stream");
  EXPECT_EQ(answer.header("x-accel-buffering"), "no");
  EXPECT_EQ(answer.header("cache-control"), "no-store");
  const auto told = take(answer);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].event, "hello");
  EXPECT_EQ(told[0].id, sequence());
  EXPECT_EQ(told[0].data["sequence"].dump(), sequence());
  EXPECT_EQ(told[0].data["instance"], "0123456789abcdef");
}

TEST_F(StreamTest, ChangesAreToldOncePerEntityInOrder) {
  const Answer answer = get("/api/v1/stream");
  take(answer);
  report("raw/orders");
  const auto told = take(answer);
  EXPECT_THAT(words(told), testing::UnorderedElementsAre("asset raw/orders", "asset staging/orders",
                                                         "asset marts/revenue", "run queued",
                                                         "step queued", "step starting"));
  std::uint64_t last = 0;
  for (const Told& each : told) {
    EXPECT_GE(std::stoull(each.id), last);
    last = std::stoull(each.id);
  }
  EXPECT_LE(last, service.snapshot()->sequence.value);
}

TEST_F(StreamTest, AnAssetThatBecameStaleIsToldThoughNoFactNamesIt) {
  auto assets = shop();
  for (auto& each : assets) each.automation.clear();
  service.load(assets);
  for (const char* key : {"raw/orders", "staging/orders", "marts/revenue"}) report(key);
  const Answer answer = get("/api/v1/stream?topics=asset:**");
  take(answer);
  report("raw/orders");
  const auto told = take(answer);
  EXPECT_THAT(words(told), testing::UnorderedElementsAre("asset raw/orders", "asset staging/orders",
                                                         "asset marts/revenue"));
  for (const Told& each : told) {
    if (each.data["asset"] == "marts/revenue")
      EXPECT_THAT(each.data["stale_causes"], ElementsAre("dependencies"));
  }
}

TEST_F(StreamTest, ARunsEndIsTold) {
  report("raw/orders");
  const Answer answer = get("/api/v1/stream?topics=run:*");
  take(answer);
  service.end_step(1);
  const auto told = take(answer);
  EXPECT_THAT(words(told), testing::IsSupersetOf({"run failed", "step failed"}));
}

TEST_F(StreamTest, ARefusedReportIsToldToWhoAsksForItsAsset) {
  const Answer answer = get("/api/v1/stream?topics=asset:raw/*");
  const Answer others = get("/api/v1/stream?topics=asset:logs/*");
  take(answer), take(others);
  for (int i = 0; i < 2; ++i)
    ASSERT_EQ(post("/api/v1/events", {{"asset", "raw/orders"}, {"partition", "x"}}).status, 422);
  const auto told = take(answer);
  ASSERT_THAT(words(told), ElementsAre("rejected", "rejected"));
  EXPECT_EQ(told[0].data["asset"], "raw/orders");
  EXPECT_THAT(told[0].data["reason"].get<std::string>(), HasSubstr("has no partitions"));
  EXPECT_THAT(take(others), testing::IsEmpty());
}

TEST_F(StreamTest, AlertsAreToldWhenTheyOpenAndWhenTheyAreOver) {
  report("raw/orders");
  const Answer answer = get("/api/v1/stream?topics=alerts");
  take(answer);
  const std::string seen = sequence();
  service.end_step(1);
  const auto opened = take(answer);
  ASSERT_THAT(words(opened), ElementsAre("alert"));
  EXPECT_EQ(opened[0].data["kind"], "failure");
  EXPECT_EQ(opened[0].data["asset"], "staging/orders");
  EXPECT_EQ(opened[0].data["open"], true);
  EXPECT_EQ(opened[0].data["id"], opened[0].id);
  ASSERT_EQ(post("/api/v1/runs", {{"select", "staging/orders"}}).status, 201);
  service.end_step();
  const auto over = take(answer);
  ASSERT_THAT(words(over), ElementsAre("alert"));
  EXPECT_EQ(over[0].data["kind"], "recovery");
  EXPECT_EQ(over[0].data["over"], "failure");
  EXPECT_EQ(over[0].data["since"], opened[0].id);
  EXPECT_EQ(over[0].data["open"], false);
  const auto again = take(get("/api/v1/stream?topics=alerts&from=" + seen));
  ASSERT_THAT(words(again), ElementsAre("hello", "alert", "alert"));
  EXPECT_EQ(again[1].data, opened[0].data);
  EXPECT_EQ(again[2].data, over[0].data);
}

TEST_F(StreamTest, ABackfillIsToldAsItComesOn) {
  auto assets = shop();
  for (auto& each : assets) each.automation.clear();
  service.load(assets);
  const Answer all = get("/api/v1/stream?topics=backfill:*");
  take(all);
  const std::string seen = sequence();
  const std::string id = post("/api/v1/backfills", {{"select", "staging/orders+"}}).json()["id"];
  const Answer one = get("/api/v1/stream?topics=backfill:" + id);
  const Answer other = get("/api/v1/stream?topics=backfill:0000000000000");
  take(one), take(other);
  const auto begun = take(all);
  ASSERT_THAT(words(begun), testing::Each("backfill running"));
  ASSERT_FALSE(begun.empty());
  EXPECT_EQ(begun[0].data["backfill"], id);
  EXPECT_EQ(begun.back().data["counts"]["wanted"], 2);
  EXPECT_EQ(begun.back().data["counts"]["succeeded"], 0);
  service.end_step();
  const auto halfway = take(one);
  ASSERT_FALSE(halfway.empty());
  EXPECT_EQ(halfway.back().data["counts"]["succeeded"], 1) << "though no fact is about it";
  while (!service.started.empty()) service.end_step();
  const auto ended = take(one);
  ASSERT_FALSE(ended.empty());
  EXPECT_EQ(words(ended).back(), "backfill succeeded");
  EXPECT_EQ(ended.back().data["counts"], nullptr);
  EXPECT_THAT(take(other), testing::IsEmpty());
  const auto missed = take(get("/api/v1/stream?topics=backfill:*&from=" + seen));
  EXPECT_THAT(words(missed), ElementsAre("hello", "backfill succeeded"));
}

TEST_F(StreamTest, TopicsChoose) {
  const Answer one = get("/api/v1/stream?topics=asset:raw/orders");
  const Answer glob = get("/api/v1/stream?topics=asset:marts/*,definitions");
  take(one), take(glob);
  report("raw/orders");
  EXPECT_THAT(words(take(one)), ElementsAre("asset raw/orders"));
  service.load(shop());
  for (const std::string& word : words(take(glob))) {
    EXPECT_TRUE(word == "asset marts/revenue" || word == "definitions") << word;
  }
}

TEST_F(StreamTest, WhatIsNotThereIsSaidBeforeTheFirstByte) {
  EXPECT_EQ(get("/api/v1/stream?topics=asset:raw/order").status, 404);
  for (const char* topics : {"runs", "run:x", "asset:", "asset", "definitions,everything", "log:1",
                             "backfill", "backfill:x", "alerts:x"}) {
    EXPECT_EQ(get(std::string{"/api/v1/stream?topics="} + topics).status, 400) << topics;
  }
  for (const char* from : {"x", "-1", "1x"}) {
    EXPECT_EQ(get(std::string{"/api/v1/stream?from="} + from).status, 400) << from;
  }
}

TEST_F(StreamTest, WhoComesBackGetsWhatWasMissed) {
  const std::string seen = sequence();
  report("raw/orders");
  service.end_step();
  for (const auto& [path, header] :
       {std::pair<std::string, Headers>{"/api/v1/stream", {{"last-event-id", seen}}},
        {"/api/v1/stream?from=" + seen, {}},
        {"/api/v1/stream?from=1", {{"last-event-id", seen}}}}) {
    const Answer answer = get(path, header);
    auto told = take(answer);
    ASSERT_GT(told.size(), 1U);
    EXPECT_EQ(told[0].event, "hello");
    EXPECT_EQ(told[0].id, "") << "the place is kept until all was read";
    for (std::size_t i = 1; i < told.size(); ++i) {
      EXPECT_GT(std::stoull(told[i].id), std::stoull(seen));
      if (i > 1) EXPECT_GE(std::stoull(told[i].id), std::stoull(told[i - 1].id));
    }
    EXPECT_THAT(words(told), testing::IsSupersetOf(
                                 {"asset raw/orders", "asset staging/orders", "step succeeded"}));
  }
}

TEST_F(StreamTest, NothingIsToldTwiceOrLostWhileWhatWasMissedIsRead) {
  const std::string seen = sequence();
  report("logs/events");
  const Headers headers{{"host", "localhost"}, {"authorization", std::string{"Bearer "} + token}};
  const auto answer = begin("GET", "/api/v1/stream?from=" + seen, "", headers);
  ASSERT_EQ(answer->status, 200);
  service.take(input::Report{.events = {{.asset = "raw/orders"}}});  // before history was read
  const auto early = take(*answer);
  EXPECT_THAT(words(early), ElementsAre("hello"));
  service.drain();
  const auto told = take(*answer);
  ASSERT_FALSE(told.empty());
  EXPECT_EQ(words(told).front(), "asset logs/events");
  EXPECT_THAT(words(told), testing::Contains("asset raw/orders"));
}

TEST_F(StreamTest, WhoIsUpToDateGetsOnlyHello) {
  const Answer answer = get("/api/v1/stream?from=" + sequence());
  EXPECT_THAT(words(take(answer)), ElementsAre("hello"));
  report("logs/events");
  EXPECT_THAT(words(take(answer)), ElementsAre("asset logs/events"));
}

TEST_F(StreamTest, WhoMissedTooMuchOrComesFromElsewhereStartsAfresh) {
  const Answer ahead =
      get("/api/v1/stream?from=" + std::to_string(service.snapshot()->sequence.value + 1));
  const auto told = take(ahead);
  EXPECT_THAT(words(told), ElementsAre("hello", "reset"));
  EXPECT_EQ(told[1].id, sequence());
  const std::string seen = sequence();
  Json batch = Json::array();
  for (int i = 0; i < 5'001; ++i) batch.push_back({{"asset", "logs/events"}});
  ASSERT_EQ(post("/api/v1/events", batch).status, 202);
  ASSERT_EQ(post("/api/v1/events", batch).status, 202);
  EXPECT_THAT(words(take(get("/api/v1/stream?from=" + seen))), ElementsAre("hello", "reset"));
}

TEST_F(StreamTest, WhoReadsTooSlowlyIsCutOff) {
  const Answer slow = get("/api/v1/stream");
  const Answer other = get("/api/v1/stream");
  std::size_t heard = 0;
  for (int i = 0; i < 5'000 && slow.stream->open(); ++i) {
    service.take(input::Report{.events = {{.asset = "logs/events"}}});
    heard += other.stream->take().empty() ? 0 : 1;
  }
  EXPECT_FALSE(slow.stream->open());
  EXPECT_TRUE(slow.stream->overflowed());
  EXPECT_TRUE(other.stream->open());
  EXPECT_GT(heard, 100U);
}

TEST_F(StreamTest, HeartbeatsAreComments) {
  const Answer answer = get("/api/v1/stream");
  take(answer);
  api.heartbeat();
  EXPECT_EQ(answer.stream->take(), ": \n\n");
}

TEST_F(StreamTest, AClientThatLeftIsForgotten) {
  const Answer answer = get("/api/v1/stream");
  EXPECT_THAT(get("/metrics").body, HasSubstr("freshet_api_streams 1\n"));
  answer.stream->end();
  api.heartbeat();
  EXPECT_THAT(get("/metrics").body, HasSubstr("freshet_api_streams 0\n"));
}

TEST_F(StreamTest, StreamsEndWithTheApi) {
  const Answer answer = get("/api/v1/stream");
  api.close();
  EXPECT_FALSE(answer.stream->open());
}

TEST(Topics, AreRead) {
  const auto topics = api::parse_topics("asset:a/**, run:* ,backfill:*,alerts,definitions");
  ASSERT_TRUE(topics);
  EXPECT_EQ(topics->size(), 5U);
  EXPECT_TRUE(api::parse_topics("")->empty());
}

}  // namespace
}  // namespace freshet::test
