// Programs that are told, and receivers that are not there.  Requests and mails that arrive are
// tested with receivers of their own, against the whole daemon.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "base/unique_fd.hpp"
#include "notify/transfers.hpp"

namespace freshet::notify {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

/// Waits for the end of a process of somebody else.
bool ends(pid_t pid) {
  const UniqueFd fd{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))};
  pollfd end{.fd = fd.get(), .events = POLLIN, .revents = 0};
  return !fd || ::poll(&end, 1, 30'000) == 1;
}

class TransfersTest : public testing::Test {
 protected:
  TransfersTest() {
    char name[] = "/tmp/freshet-notify-XXXXXX";
    folder_ = ::mkdtemp(name);
  }
  ~TransfersTest() override { std::filesystem::remove_all(folder_); }

  CommandCall shell(const std::string& script) {
    return {.argv = {"sh", "-c", script},
            .environment = {{"PATH", "/usr/bin:/bin"}, {"GREETING", "hello"}},
            .directory = folder_,
            .input = R"({"kind": "failure"})"};
  }
  Outcome wait_for(Transfers::Key key) {
    while (!ended_.contains(key)) {
      for (auto& [each, outcome] : transfers_.wait(60s)) ended_[each] = outcome;
    }
    return ended_[key];
  }
  Outcome run(const CommandCall& call, Micros timeout = 60s) {
    transfers_.run(++key_, call, timeout);
    return wait_for(key_);
  }
  std::string file(const std::string& name) {
    std::ifstream in{folder_ + "/" + name};
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  }

  const SystemClock clock_;
  Transfers transfers_{clock_};
  std::map<Transfers::Key, Outcome> ended_;
  Transfers::Key key_{};
  std::string folder_;
};

TEST_F(TransfersTest, AProgramFindsTheAlertAtItsInputAndACleanEnvironment) {
  const Outcome outcome = run(shell("cat >input; env | sort >environment; ls /proc/self/fd >fds"));
  EXPECT_TRUE(outcome.ok) << outcome.text;
  EXPECT_EQ(file("input"), R"({"kind": "failure"})");
  EXPECT_THAT(file("environment"), HasSubstr("GREETING=hello\n"));
  EXPECT_THAT(file("environment"), testing::Not(HasSubstr("HOME=")));
  EXPECT_EQ(file("fds"), "0\n1\n2\n3\n") << "the last is the listing's own";
}

TEST_F(TransfersTest, HowAProgramFailedIsSaidWithItsLastLine) {
  const Outcome outcome = run(shell("echo first >&2; echo 'no such pager' >&2; exit 3"));
  EXPECT_FALSE(outcome.ok);
  EXPECT_EQ(outcome.text, "exit code 3: no such pager");
  EXPECT_EQ(run(shell("kill -9 $$")).text, "signal 9");
}

TEST_F(TransfersTest, AProgramThatWritesMuchIsNotHeldUp) {
  const Outcome outcome = run(shell("head -c 3000000 /dev/zero | tr '\\0' x >&2; exit 1"));
  EXPECT_THAT(outcome.text, StartsWith("exit code 1: xxx"));
  EXPECT_LE(outcome.text.size(), 400U);
}

TEST_F(TransfersTest, AProgramThatIsNotThereIsSaid) {
  EXPECT_THAT(run({.argv = {"/nowhere/pager"}}).text, StartsWith("start /nowhere/pager: "));
}

TEST_F(TransfersTest, AProgramThatTakesTooLongIsEndedWithAllThatItStarted) {
  const Outcome outcome = run(shell("sleep 1000 & echo $! >child; echo >began; wait"), 300ms);
  EXPECT_FALSE(outcome.ok);
  EXPECT_EQ(outcome.text, "it took too long");
  if (const std::string child = file("child"); !child.empty()) EXPECT_TRUE(ends(std::stoi(child)));
}

TEST_F(TransfersTest, WhatAProgramLeftBehindEndsWithIt) {
  EXPECT_TRUE(run(shell("sleep 1000 & echo $! >child")).ok);
  EXPECT_TRUE(ends(std::stoi(file("child"))));
}

TEST_F(TransfersTest, OneThatWaitsHoldsUpNobody) {
  transfers_.run(100, shell("while ! test -e go; do sleep 0.01; done"), 60s);
  EXPECT_TRUE(run(shell("exit 0")).ok);
  EXPECT_TRUE(run(shell("touch go")).ok);
  EXPECT_TRUE(wait_for(100).ok);
}

TEST_F(TransfersTest, NobodyListensIsSaidWithoutTheSecretUrl) {
  transfers_.post(1, {.url = "http://127.0.0.1:1/services/SECRET", .headers = {}, .body = "{}"},
                  9s);
  const Outcome posted = wait_for(1);
  EXPECT_FALSE(posted.ok);
  EXPECT_THAT(posted.text, HasSubstr("127.0.0.1"));
  EXPECT_THAT(posted.text, testing::Not(HasSubstr("SECRET")));
  transfers_.mail(2,
                  {.smtp = "smtp://127.0.0.1:1",
                   .from = "a@b",
                   .to = {"c@d"},
                   .username = "",
                   .password = "",
                   .starttls = {}},
                  "x", 9s);
  EXPECT_FALSE(wait_for(2).ok);
}

TEST_F(TransfersTest, OnlyWhatItIsMeantForIsSpoken) {
  transfers_.post(1, {.url = "file:///etc/passwd", .headers = {}, .body = ""}, 9s);
  EXPECT_FALSE(wait_for(1).ok);
}

}  // namespace
}  // namespace freshet::notify
