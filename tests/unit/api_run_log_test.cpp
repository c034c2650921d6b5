#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "api/line_index.hpp"
#include "api/log_reader.hpp"
#include "api/run_log.hpp"
#include "api_logs.hpp"

namespace freshet::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class RunLogTest : public LogsTest {
 protected:
  void SetUp() override {
    LogsTest::SetUp();
    logs = "/api/v1/runs/" + id + "/logs/all";
  }
  std::string file(const AttemptId& attempt, const char* name) const {
    const std::string folder = service.memory_logs.folder(attempt);
    std::filesystem::create_directories(folder);
    return folder + '/' + name;
  }
  void say(const AttemptId& attempt, std::int64_t at_ms, const std::string& text,
           const char* name = "stdout") {
    std::ofstream{file(attempt, name), std::ios::app} << text;
    const auto size = [&](const char* stream) {
      std::error_code error;
      const auto found = std::filesystem::file_size(file(attempt, stream), error);
      return error ? 0 : found;
    };
    const LogTime time{
        .at_us = at_ms * 1'000, .out_bytes = size("stdout"), .err_bytes = size("stderr")};
    std::ofstream{file(attempt, "index"), std::ios::app}
        << std::string{reinterpret_cast<const char*>(&time), sizeof time};
  }
  AttemptId of(std::uint32_t number, std::uint32_t attempt = 1) const {
    return {{step.run, number}, attempt};
  }
};

TEST_F(RunLogTest, HasTheLinesOfAllAttemptsInTheOrderOfTime) {
  say(of(0), 1'000, "first try\n");
  service.end_step(1);
  clock.advance(Seconds{5});
  service.take(input::Tick{});
  say(of(0, 2), 3'000, "begins\n");
  say(of(0, 2), 5'000, "ERROR ends\n", "stderr");
  say(of(0), 4'000, "of the first, which is slow to end\n");
  const Json all = lines();
  EXPECT_THAT(texts(all), ElementsAre("first try", "begins", "of the first, which is slow to end",
                                      "ERROR ends"));
  const Json& last = all["items"][3];
  EXPECT_EQ(last["line"], 4);
  EXPECT_EQ(last["step"], 0);
  EXPECT_EQ(last["attempt"], 2);
  EXPECT_EQ(last["step_line"], 2);
  EXPECT_EQ(last["level"], "error");
  EXPECT_EQ(all["total"], 4);
  EXPECT_EQ(all["complete"], false);
  EXPECT_EQ(all["attempt"], nullptr);
  EXPECT_THAT(texts(lines("?limit=2&from_line=2")),
              ElementsAre("begins", "of the first, which is slow to end"));
  EXPECT_THAT(texts(lines("?level=error")), ElementsAre("ERROR ends"));
  const Json found = get(logs + "/search?stream=both&q=slow").json();
  EXPECT_EQ(found["items"][0]["line"], 3);
  EXPECT_EQ(found["items"][0]["attempt"], 1);
}

TEST_F(RunLogTest, LeavesOutWhatOthersMayStillComeBefore) {
  const auto now = std::chrono::duration_cast<Millis>(clock.now().time_since_epoch()).count();
  say(of(0), now - 2'000, "settled\n");
  say(of(0), now - 100, "too new\nnot ended");
  const Json before = lines();
  EXPECT_THAT(texts(before), ElementsAre("settled"));
  EXPECT_EQ(before["total"], 1);
  EXPECT_EQ(before["next"], 2);
  clock.advance(Seconds{1});
  EXPECT_THAT(texts(lines()), ElementsAre("settled", "too new"));
  service.end_step();
  EXPECT_THAT(texts(lines()), ElementsAre("settled", "too new", "not ended"));
}

TEST_F(RunLogTest, IsReadOfSingleAttemptsNot) {
  EXPECT_EQ(get(logs + "/lines?attempt=1").status, 400);
  EXPECT_EQ(get(logs).status, 404) << "as bytes there is only that of a step";
}

TEST_F(RunLogTest, WithoutTimesStandsWhereItsStepsBegan) {
  std::ofstream{file(of(0), "stdout")} << "a\nb\n";
  service.end_step(1);
  clock.advance(Seconds{1});
  EXPECT_THAT(texts(lines()), ElementsAre("a", "b"));
}

/// Whatever was written when: the lines are those of a model that sorts them, from wherever.
TEST_F(RunLogTest, IsInOrderWhateverWasWritten) {
  std::mt19937 random{11};
  const auto below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
  struct Expected {
    std::int64_t at;
    std::size_t part;
    std::uint64_t number;
    std::string text;
  };
  constexpr std::uint32_t parts = 40;
  std::vector<Expected> expected;
  std::vector<api::RunLog::Attempt> attempts;
  for (std::uint32_t part = 0; part < parts; ++part) {
    attempts.push_back({.id = of(part), .begin = Instant{}, .has_ended = true});
    std::int64_t at = below(3'000);
    std::uint64_t number = 0;
    for (std::uint32_t notes = below(30); notes > 0; --notes, at += 1 + below(200)) {
      std::string text;
      for (std::uint32_t lines = below(5); lines > 0; --lines) {
        expected.push_back({at, part, ++number, std::string(below(2'000), static_cast<char>('a' + below(26)))});
        text += expected.back().text + '\n';
      }
      say(of(part), at, text);
    }
  }
  std::ranges::sort(expected, {},
                    [](const Expected& e) { return std::tuple{e.at, e.part, e.number}; });
  api::LineIndexes indexes;
  api::LogExtents extents;
  const auto open = [&] {
    return api::RunLog::open(service.memory_logs, indexes, extents, attempts, api::LogStreams::both,
                             Instant::max());
  };
  for (std::uint64_t from = 1; from <= expected.size() + 1; from += 1 + below(60)) {
    auto log = open();
    ASSERT_TRUE(log);
    ASSERT_EQ(log->total(), expected.size());
    std::uint64_t number = from;
    ASSERT_TRUE(log->read(from, [&](const api::ReadLine& line) {
      const Expected& want = expected[number - 1];
      EXPECT_EQ(line.number, number);
      EXPECT_EQ(line.text, want.text);
      EXPECT_EQ(line.origin->attempt, of(static_cast<std::uint32_t>(want.part)));
      EXPECT_EQ(line.origin->number, want.number);
      ++number;
      return !HasFailure() && number < from + 90;
    }));
    ASSERT_FALSE(HasFailure()) << "from " << from;
    EXPECT_EQ(number, std::min<std::uint64_t>(from + 90, expected.size() + 1));
  }
}

TEST_F(RunLogTest, OpensFewFilesOncePartsAreKnown) {
  std::vector<api::RunLog::Attempt> attempts;
  for (std::uint32_t part = 0; part < 300; ++part) {
    attempts.push_back({.id = of(part), .begin = Instant{}, .has_ended = true});
    say(of(part), 1'000 * part, "one\n");
    say(of(part), 1'000 * part + 500, "two\n");
  }
  api::LineIndexes indexes;
  api::LogExtents extents;
  const auto read = [&] {
    auto log = api::RunLog::open(service.memory_logs, indexes, extents, attempts,
                                 api::LogStreams::both, Instant::max());
    ASSERT_TRUE(log);
    std::string text;
    ASSERT_TRUE(log->read(301, [&](const api::ReadLine& line) {
      text = line.text;
      return false;
    }));
    EXPECT_EQ(text, "one");
  };
  read();
  service.memory_logs.searches = 0;
  read();
  EXPECT_LT(service.memory_logs.searches, 100) << "of 900";
}

TEST_F(RunLogTest, SaysWhenTooManyWroteAtTheSameTime) {
  std::vector<api::RunLog::Attempt> attempts;
  for (std::uint32_t part = 0; part <= api::RunLog::open_max; ++part) {
    attempts.push_back({.id = of(part), .begin = Instant{}, .has_ended = true});
    say(of(part), 1'000, "one\n");
    say(of(part), 9'000, "two\n");
  }
  api::LineIndexes indexes;
  api::LogExtents extents;
  auto log = api::RunLog::open(service.memory_logs, indexes, extents, attempts,
                               api::LogStreams::both, Instant::max());
  ASSERT_TRUE(log);
  const auto read = log->read(1, [](const api::ReadLine& /*line*/) { return true; });
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, HasSubstr("look at the logs of single steps"));
}

}  // namespace
}  // namespace freshet::test
