#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>

#include "api/follow.hpp"
#include "api_logs.hpp"

namespace freshet::test {
namespace {

using testing::HasSubstr;

std::vector<Json> lines_of(const std::string& text, std::string* last_id = nullptr) {
  std::vector<Json> out;
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("data: ")) out.push_back(Json::parse(line.substr(6)));
    if (line.starts_with("id: ") && last_id != nullptr) *last_id = line.substr(4);
  }
  return out;
}

TEST_F(LogsTest, AWholeLogIsSentAsItIs) {
  write("one\ntwo\xff\n");
  write("oops\n", 1, "stderr");
  const Answer answer = get(logs);
  ASSERT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("content-type"), "text/plain; charset=utf-8");
  EXPECT_EQ(answer.header("accept-ranges"), "bytes");
  EXPECT_EQ(answer.header("freshet-attempt"), "1");
  EXPECT_EQ(content(answer), "one\ntwo\xff\n");
  EXPECT_EQ(content(get(logs + "?stream=stderr")), "oops\n");
}

TEST_F(LogsTest, WhatWasNeverWrittenIsEmpty) {
  const Answer answer = get(logs);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(content(answer), "");
  EXPECT_EQ(get(logs + "?from_line=1").status, 200);
  EXPECT_EQ(get(logs + "/search?q=x").json()["items"], Json::array());
}

TEST_F(LogsTest, BytesAreSentByRange) {
  write("0123456789");
  const Answer part = get(logs, {{"range", "bytes=2-4"}});
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.header("content-range"), "bytes 2-4/10");
  EXPECT_EQ(content(part), "234");
  EXPECT_EQ(content(get(logs, {{"range", "bytes=-3"}})), "789");
  const Answer beyond = get(logs, {{"range", "bytes=10-"}});
  EXPECT_EQ(beyond.status, 416);
  EXPECT_EQ(beyond.header("content-range"), "bytes */10");
  EXPECT_EQ(get(logs, {{"range", "bytes=2-4"}, {"if-range", "\"x\""}}).status, 200);
}

TEST_F(LogsTest, LinesArePagedAndUtf8) {
  write("one\nt\xffwo\nthree\nfo");
  const Answer page = get(logs + "?from_line=2&limit=2");
  EXPECT_EQ(page.body, "t\xEF\xBF\xBDwo\nthree\n");
  EXPECT_EQ(page.header("freshet-next-line"), "4");
  const Answer rest = get(logs + "?from_line=4");
  EXPECT_EQ(rest.body, "fo");
  EXPECT_EQ(rest.header("freshet-next-line"), "4") << "the line is not complete";
  EXPECT_EQ(get(logs + "?from_line=99").body, "");
  EXPECT_EQ(get(logs + "?from_line=0").status, 400);
  EXPECT_EQ(get(logs + "?limit=10001").status, 400);
}

TEST_F(LogsTest, LinesAreFound) {
  write("start\nrow 1 failed\nrow 2 fine\nrow 3 failed\n");
  const Json found = get(logs + "/search?q=failed&limit=1").json();
  EXPECT_EQ(found["items"][0]["line"], 2);
  EXPECT_EQ(found["items"][0]["text"], "row 1 failed");
  EXPECT_EQ(found["next_line"], 4);
  EXPECT_EQ(get(logs + "/search?q=failed&from_line=4").json()["items"][0]["line"], 4);
  EXPECT_EQ(get(logs + "/search?q=nothing").json()["next_line"], nullptr);
  EXPECT_EQ(get(logs + "/search").status, 400);
}

TEST_F(LogsTest, AttemptsHaveLogsOfTheirOwn) {
  write("first\n");
  service.end_step(1);
  clock.advance(std::chrono::seconds{2});
  service.take(input::Tick{});
  write("second\n", 2);
  EXPECT_EQ(content(get(logs)), "second\n");
  EXPECT_EQ(content(get(logs + "?attempt=1")), "first\n");
  EXPECT_EQ(get(logs + "?attempt=3").status, 404);
  EXPECT_EQ(get(logs + "?attempt=0").status, 400);
}

TEST_F(LogsTest, OnlyStepsAndStreamsThatThereAreCanBeRead) {
  for (const char* other :
       {"1", "x", "-1", "0x", "4294967296", "99999999999999999999", "0%20", "stdout"}) {
    EXPECT_EQ(get("/api/v1/runs/" + id + "/logs/" + other).status, 404) << other;
  }
  for (const char* stream : {"claim", "../stdout", "stdout/", "/etc/passwd"}) {
    EXPECT_EQ(get(logs + "?stream=" + stream).status, 400) << stream;
  }
}

TEST_F(LogsTest, ALinkInTheFolderIsNotFollowed) {
  const std::string folder = service.memory_logs.folder({step, 1});
  std::filesystem::create_directories(folder);
  std::filesystem::create_symlink("/etc/passwd", folder + "/stdout");
  const Answer answer = get(logs);
  EXPECT_EQ(answer.status, 500);
  EXPECT_FALSE(answer.file);
}

TEST_F(LogsTest, APackedLogIsReadAsIfItHadAFileOfItsOwn) {
  pack("one\ntwo error\nthr");
  const Answer whole = get(logs);
  EXPECT_EQ(whole.status, 200);
  EXPECT_EQ(content(whole), "one\ntwo error\nthr");
  EXPECT_EQ(content(get(logs + "?stream=stderr")), "");
  const Answer part = get(logs, {{"range", "bytes=4-6"}});
  EXPECT_EQ(part.header("content-range"), "bytes 4-6/17");
  EXPECT_EQ(content(part), "two");
  EXPECT_EQ(content(get(logs, {{"range", "bytes=-3"}})), "thr");
  EXPECT_EQ(content(get(logs, {{"range", "bytes=14-99"}})), "thr");
  EXPECT_EQ(get(logs, {{"range", "bytes=17-"}}).status, 416);
  const Answer lines = get(logs + "?from_line=2");
  EXPECT_EQ(lines.body, "two error\nthr");
  EXPECT_EQ(lines.header("freshet-next-line"), "3");
  const Json found = get(logs + "/search?q=error").json();
  ASSERT_EQ(found["items"].size(), 1U);
  EXPECT_EQ(found["items"][0]["line"], 2);
}

TEST_F(LogsTest, ALogIsFollowedWhileItIsPacked) {
  write("one\ntwo\n");
  const Answer answer = get(logs + "?follow=1");
  EXPECT_EQ(lines_of(answer.stream->take())[0]["lines"], Json::array({"one", "two"}));
  service.end_step();
  pack("one\ntwo\nthree\nfour");
  api.tick();
  service.drain();
  const auto rest = lines_of(answer.stream->take());
  ASSERT_EQ(rest.size(), 2U);
  EXPECT_EQ(rest[0], (Json{{"from_line", 3}, {"lines", {"three", "four"}}}));
  EXPECT_EQ(rest[1]["status"], "succeeded");
}

TEST_F(LogsTest, ALogThatMovesWhileItIsOpenedIsLookedForAgain) {
  write("moved\n");
  service.memory_logs.answers = [this](const AttemptId& attempt, LogStream) {
    const std::string folder = service.memory_logs.folder(attempt);
    return LogPart{.path = folder + (service.memory_logs.searches == 1 ? "/gone" : "/stdout")};
  };
  EXPECT_EQ(content(get(logs)), "moved\n");
  EXPECT_EQ(service.memory_logs.searches, 2);
}

TEST_F(LogsTest, ALogThatIsCutShortIsAnErrorAndNotSomebodyElses) {
  pack("one\n");
  std::filesystem::resize_file(service.memory_logs.root + "/segment", 20);
  EXPECT_EQ(get(logs).status, 500);
}

TEST_F(LogsTest, ALogThatIsGoneSaysForHowLongLogsAreKept) {
  service.end_step();
  clock.advance(std::chrono::days{14} - Micros{1});
  EXPECT_EQ(get(logs).status, 200) << "it may have been empty";
  clock.advance(Micros{1});
  for (const char* how : {"", "?from_line=1", "?follow=1", "/search?q=x"}) {
    const Answer gone = get(logs + how);
    EXPECT_EQ(gone.status, 410) << how;
    EXPECT_EQ(gone.code(), "log_gone");
    EXPECT_THAT(gone.json()["detail"].get<std::string>(), HasSubstr("kept for 14 days"));
  }
  write("still there\n");
  EXPECT_EQ(content(get(logs)), "still there\n");
  EXPECT_EQ(lines_of(get(logs + "?follow=1").stream->take()).size(), 2U);
}

TEST_F(LogsTest, ALogIsFollowedUntilItsStepHasEnded) {
  write("one\ntw");
  const Answer answer = get(logs + "?follow=1");
  ASSERT_EQ(answer.header("content-type"), "text/event-stream");
  EXPECT_EQ(lines_of(answer.stream->take()),
            (std::vector<Json>{{{"from_line", 1}, {"lines", {"one"}}}}));
  api.tick();
  service.drain();
  EXPECT_EQ(answer.stream->take(), "") << "nothing new";
  write("o\nthree\n\xff");
  api.tick();
  service.drain();
  EXPECT_EQ(lines_of(answer.stream->take()),
            (std::vector<Json>{{{"from_line", 2}, {"lines", {"two", "three"}}}}));
  service.end_step();
  api.tick();
  service.drain();
  const auto rest = lines_of(answer.stream->take());
  ASSERT_EQ(rest.size(), 2U);
  EXPECT_EQ(rest[0]["lines"], Json::array({"\xEF\xBF\xBD"}));
  EXPECT_EQ(rest[1]["status"], "succeeded");
  EXPECT_FALSE(answer.stream->open());
}

TEST_F(LogsTest, AFollowerGoesOnFromItsLastEvent) {
  write("one\ntwo\n");
  std::string last;
  const Answer first = get(logs + "?follow=1");
  static_cast<void>(lines_of(first.stream->take(), &last));
  write("three\n");
  const Answer second = get(logs + "?follow=1", {{"last-event-id", last}});
  EXPECT_EQ(lines_of(second.stream->take()),
            (std::vector<Json>{{{"from_line", 3}, {"lines", {"three"}}}}));
  EXPECT_EQ(get(logs + "?follow=1", {{"last-event-id", "x"}}).status, 400);
}

TEST_F(LogsTest, AnEndedStepsLogIsFollowedToItsEndAtOnce) {
  std::string text;
  for (int i = 1; i <= 20'000; ++i) text += "line " + std::to_string(i) + "\n";
  write(text);
  service.end_step(4);  // the first attempt; a second follows
  const Answer answer = get(logs + "?follow=1&attempt=1&from_line=10001");
  EXPECT_FALSE(answer.stream->open());
  std::size_t count = 0;
  std::string last;
  for (const Json& data : lines_of(answer.stream->take())) {
    count += data.contains("lines") ? data["lines"].size() : 0;
    if (data.contains("status")) last = data["status"];
  }
  EXPECT_EQ(count, 10'000U);
  EXPECT_EQ(last, "failed");
}

TEST(LogPlaces, AreReadBack) {
  const auto place = api::parse_place(api::place_text({.offset = 4096, .line = 17}));
  ASSERT_TRUE(place);
  EXPECT_EQ(place->offset, 4096U);
  EXPECT_EQ(place->line, 17U);
  for (const char* bad : {"", "-", "1-", "-1", "1-0", "1-1-1", "a-b"})
    EXPECT_FALSE(api::parse_place(bad)) << bad;
}

}  // namespace
}  // namespace freshet::test
