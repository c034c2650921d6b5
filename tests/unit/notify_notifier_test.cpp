// The outbox at work: told once, told again when it is time, not lost, given up in the end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "notify/notifier.hpp"
#include "notify_world.hpp"

namespace freshet::notify {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

/// What a notifier may read while the engine writes.
class SharedFacts : public FactList {
 public:
  SharedFacts(std::mutex& mutex, FactList& facts) : mutex_{mutex}, facts_{facts} {}
  Result<FactPage> facts(const FactQuery& query) override {
    const std::scoped_lock lock{mutex_};
    return facts_.facts(query);
  }

 private:
  std::mutex& mutex_;
  FactList& facts_;
};

class NotifierTest : public NotifyTest {
 protected:
  NotifierTest() {
    char name[] = "/tmp/freshet-notify-XXXXXX";
    folder_ = ::mkdtemp(name);
  }
  ~NotifierTest() override {
    notifier_.reset();
    std::filesystem::remove_all(folder_);
  }

  /// A program that keeps what it is told, and then exits as the file `code` says.
  AlertRoute program(const std::string& name) {
    AlertRoute out = route(name);
    out.target = AlertRoute::Target::command;
    out.command = {"sh", "-c", "cat >>told; exit $(cat code 2>/dev/null || echo 0)"};
    out.directory = folder_;
    return out;
  }
  void exit_with(int code) { std::ofstream{folder_ + "/code"} << code; }
  std::vector<Json> told() {
    std::vector<Json> out;
    std::ifstream in{folder_ + "/told"};
    for (std::string line; std::getline(in, line);) out.push_back(Json::parse(line));
    return out;
  }

  /// A daemon's life begins, or the next one's.
  void begin() {
    notifier_.reset();
    notifier_ = std::make_unique<Notifier>(
        clock_,
        NotifierOptions{
            .instance = "i", .base_url = "", .environment = {{"PATH", "/bin:/usr/bin"}}},
        [this]() -> Result<std::unique_ptr<Reader>> {
          return std::unique_ptr<Reader>{new SharedFacts{mutex_, shared_}};
        },
        [this](Input input) {
          const std::scoped_lock lock{mutex_};
          reports_.push_back(std::get<input::Delivered>(std::move(input)).outcome);
          came_.notify_one();
        });
    tell();
  }
  void tell() {
    {
      const std::scoped_lock lock{mutex_};
      shared_ = history_;
    }
    notifier_->tell(snapshot_);
  }
  void pass(Micros time) {
    clock_.advance(time);
    now_ = clock_.now();
  }
  /// Waits for what came of an attempt; the engine hears of it.
  fact::Delivered report(bool is_heard = true) {
    std::unique_lock lock{mutex_};
    EXPECT_TRUE(came_.wait_for(lock, 60s, [&] { return !reports_.empty(); }));
    fact::Delivered out = reports_.front();
    reports_.pop_front();
    lock.unlock();
    if (is_heard) step(input::Delivered{out});
    return out;
  }

  ManualClock clock_{now_};
  std::string folder_;
  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<fact::Delivered> reports_;
  FactList shared_;
  std::unique_ptr<Notifier> notifier_;
};

TEST_F(NotifierTest, WhatWasToldIsNotToldAgainByTheNextDaemonAndWhatIsNewIs) {
  load({program("own")});
  run("sales/a", 1);
  begin();
  const auto first = report();
  EXPECT_TRUE(first.ok);
  EXPECT_EQ(first.project, "sales");
  EXPECT_EQ(first.alerts, std::vector{first.upto});
  begin();
  run("sales/b", 1);
  tell();
  report();
  ASSERT_EQ(told().size(), 2U);
  EXPECT_EQ(told()[0]["asset"], "sales/a");
  EXPECT_EQ(told()[1]["asset"], "sales/b");
}

TEST_F(NotifierTest, WhatNobodyHeardToBeToldIsToldAgainWithTheSameId) {
  load({program("own")});
  run("sales/a", 1);
  begin();
  report(false);
  begin();
  report();
  ASSERT_EQ(told().size(), 2U);
  EXPECT_EQ(told()[0], told()[1]);
}

TEST_F(NotifierTest, AnAttemptThatFailedIsMadeAgainWhenItIsTime) {
  load({program("own")});
  run("sales/a", 1);
  exit_with(3);
  begin();
  auto outcome = report();
  EXPECT_FALSE(outcome.ok);
  EXPECT_EQ(outcome.text, "exit code 3");
  EXPECT_EQ(outcome.upto, Sequence{});
  EXPECT_EQ(snapshot_->alerts->routes[0].attempts, 1U);
  exit_with(0);
  pass(2s);
  tell();
  outcome = report();
  EXPECT_TRUE(outcome.ok);
  EXPECT_EQ(outcome.attempts, 2U);
  EXPECT_EQ(snapshot_->alerts->routes[0].attempts, 0U);
  EXPECT_EQ(told().size(), 2U);
}

TEST_F(NotifierTest, AfterADayItIsGivenUpAndTheNextOneIsTold) {
  load({program("own")});
  run("sales/a", 1);
  exit_with(1);
  begin();
  EXPECT_FALSE(report().gave_up);
  exit_with(0);
  pass(24h);
  run("sales/b", 1);
  tell();
  const auto given_up = report();
  EXPECT_TRUE(given_up.gave_up);
  EXPECT_FALSE(given_up.ok);
  const auto next = report();
  EXPECT_TRUE(next.ok);
  EXPECT_GT(next.upto, given_up.upto);
}

TEST_F(NotifierTest, OpenAlertsAreRepeatedAlsoByTheNextDaemon) {
  AlertRoute own = program("own");
  own.repeat = 4h;
  load({own});
  run("sales/a", 1);
  begin();
  EXPECT_FALSE(report().repeated);
  for (int times = 1; times <= 2; ++times) {
    pass(4h);
    times == 1 ? tell() : begin();
    const auto repeated = report();
    EXPECT_TRUE(repeated.repeated);
    EXPECT_EQ(repeated.repeats, now_);
    EXPECT_EQ(told().back()["repetition"], times);
  }
  run("sales/a", 0);
  pass(4h);
  tell();
  report();
  EXPECT_EQ(told().back()["kind"], "recovery");
  EXPECT_EQ(told().size(), 4U);
}

TEST_F(NotifierTest, ATestIsTriedAtOnceWhileOthersWait) {
  load({program("own")});
  run("sales/a", 1);
  exit_with(1);
  begin();
  report();
  exit_with(0);
  step(input::TestAlert{.route = "own"});
  tell();
  EXPECT_TRUE(report().ok) << "what waited goes first";
  EXPECT_TRUE(report().ok);
  EXPECT_EQ(told().back()["kind"], "test");
}

}  // namespace
}  // namespace freshet::notify
