// Which logs are packed when: those of attempts that have ended, as soon as there is room for them.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "api_service.hpp"
#include "exec/logs/log_archive.hpp"
#include "exec/process/attempt_folder.hpp"
#include "runtime/log_packer.hpp"

namespace freshet::test {
namespace {

namespace fs = std::filesystem;

class LogPackerTest : public testing::Test {
 protected:
  LogPackerTest() {
    AssetDefinition asset{.key = "a", .command = {"make", "it"}};
    asset.retries = {.max = 1, .delay = Seconds{60}};
    AssetDefinition other{.key = "b", .command = {"make", "it"}};
    service.load({asset, other});
    service.take(input::Request{.assets = {"a", "b"}});
    run = service.started.at(0).step.run;
  }
  ~LogPackerTest() override { fs::remove_all(state); }

  static std::string make_folder() {
    std::string pattern = fs::temp_directory_path() / "freshet-packer-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) std::abort();
    return pattern;
  }
  [[nodiscard]] AttemptId id(std::uint32_t number, std::uint32_t attempt = 1) const {
    return {{run, number}, attempt};
  }
  void write(const AttemptId& attempt) const {
    fs::create_directories(attempt_folder(state, attempt));
    std::ofstream{attempt_folder(state, attempt) + "/stdout"} << "text\n";
  }
  [[nodiscard]] bool has_folder(const AttemptId& attempt) const {
    return fs::exists(attempt_folder(state, attempt));
  }
  [[nodiscard]] bool is_found(const AttemptId& attempt) const {
    const auto part = archive.find(attempt, LogStream::out);
    return part && !part->path.empty();
  }
  [[nodiscard]] std::string day(const char* name) const {
    return state + "/logs/" + name + ".segment";
  }

  const std::string state = make_folder();
  ManualClock clock{Instant{std::chrono::sys_days{std::chrono::January / 31 / 2026}}};
  MemoryService service{clock};
  LogArchive archive{state};
  runtime::LogPacker packer{service, archive, clock};
  RunId run;
};

TEST_F(LogPackerTest, AfterAStartOnlyTheAttemptsThatHaveEndedArePacked) {
  service.end_step(1);  // the first one of a: there will be another
  service.end_step(0);  // b
  AttemptId unknown = id(0);
  unknown.step.run.value += 1;
  for (const AttemptId& each : {id(0, 1), id(0, 2), id(1, 1), id(7, 1), unknown}) write(each);
  packer.start();
  service.drain();
  EXPECT_FALSE(has_folder(id(0, 1))) << "its end is on record";
  EXPECT_FALSE(has_folder(id(1, 1)));
  EXPECT_TRUE(has_folder(id(0, 2))) << "it has not begun";
  EXPECT_TRUE(has_folder(id(7, 1))) << "there is no such step";
  EXPECT_TRUE(has_folder(unknown)) << "there is no such run";
  EXPECT_TRUE(is_found(id(0, 1)));
  clock.advance(Seconds{120});
  service.take(input::Tick{});
  packer.start();
  service.drain();
  EXPECT_TRUE(has_folder(id(0, 2))) << "it runs";
  service.end_step(0);
  packer.start();
  service.drain();
  EXPECT_FALSE(has_folder(id(0, 2)));
}

TEST_F(LogPackerTest, WhatEndsWhileSomethingIsPackedIsNotForgotten) {
  for (const AttemptId& each : {id(0), id(1), id(1, 2)}) write(each);
  packer.start();
  packer.add(id(0));
  packer.tick();
  service.drain();
  packer.add(id(1));
  packer.add(id(1, 2));
  packer.add({{run, 1}, 0});  // never started
  packer.tick();
  service.drain();
  for (const AttemptId& each : {id(0), id(1), id(1, 2)}) {
    EXPECT_FALSE(has_folder(each));
    EXPECT_TRUE(is_found(each));
  }
}

TEST_F(LogPackerTest, ManyArePackedTogetherAndAllOfThem) {
  for (std::uint32_t i = 0; i < 200; ++i) write(id(i));
  packer.start();
  service.drain();
  for (std::uint32_t i = 0; i < 200; ++i) packer.add(id(i));
  for (int i = 0; i < 2; ++i) {
    packer.tick();
    service.drain();
  }
  EXPECT_TRUE(fs::is_empty(state + "/runs"));
  EXPECT_TRUE(is_found(id(0)) && is_found(id(199)));
}

TEST_F(LogPackerTest, WhatCouldNotBePackedIsTriedAgain) {
  write(id(0));
  std::ofstream{state + "/logs"} << "in the way";
  packer.start();
  packer.add(id(0));
  service.drain();
  EXPECT_TRUE(has_folder(id(0)));
  fs::remove(state + "/logs");
  packer.tick();
  service.drain();
  EXPECT_TRUE(has_folder(id(0))) << "not at every turn";
  clock.advance(runtime::LogPacker::retry_every);
  packer.tick();
  service.drain();
  EXPECT_FALSE(has_folder(id(0)));
  EXPECT_TRUE(is_found(id(0)));
}

TEST_F(LogPackerTest, OldDaysAreDeletedAtTheStartAndThenAtMostOnceAnHour) {
  fs::create_directories(state + "/logs");
  std::ofstream{day("2026-01-01")};
  std::ofstream{day("2026-01-20")};
  packer.start();
  service.drain();
  EXPECT_FALSE(fs::exists(day("2026-01-01")));
  EXPECT_TRUE(fs::exists(day("2026-01-20")));
  std::ofstream{day("2026-01-02")};
  clock.advance(runtime::LogPacker::delete_every - Seconds{1});
  packer.tick();
  service.drain();
  EXPECT_TRUE(fs::exists(day("2026-01-02")));
  clock.advance(Seconds{1});
  packer.tick();
  service.drain();
  EXPECT_FALSE(fs::exists(day("2026-01-02")));
}

}  // namespace
}  // namespace freshet::test
