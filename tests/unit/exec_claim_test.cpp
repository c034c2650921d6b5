// An attempt runs once and its end is found, whoever dies at whichever point.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/file.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <variant>

#include "base/unique_fd.hpp"
#include "exec/process/attempt_folder.hpp"
#include "exec/process/claim.hpp"
#include "exec/process/launch.hpp"
#include "exec/process/leftovers.hpp"
#include "exec/process/outcome.hpp"
#include "exec/process/proc_stat.hpp"
#include "exec_fixture.hpp"

namespace freshet {
namespace {

using Kind = Outcome::Kind;
using testing::HasSubstr;

class Claim : public ExecTest {
 protected:
  [[nodiscard]] Launch counting(const std::string& then = "") const {
    return shell("echo ran >> $D/ran; " + then);
  }
  [[nodiscard]] long runs() const { return std::ranges::count(read("ran"), '\n'); }

  [[nodiscard]] Outcome examine_ended(const std::string& boot_id = "") const {
    Examination examination = examine_attempt(attempt(), boot_id);
    auto* outcome = std::get_if<Outcome>(&examination);
    EXPECT_NE(outcome, nullptr) << "not ended";
    return outcome != nullptr ? std::move(*outcome) : Outcome{.kind = Kind::exited, .code = -1};
  }
  [[nodiscard]] ClaimRecord read_claim() const { return parse_claim(read("attempt/claim")); }
};

TEST_F(Claim, ASecondSupervisorStartsNothing) {
  const Fifo up{path("up")};
  const Fifo go{path("go")};
  const Launched first = launch_bare(counting("echo > $D/up; read x < $D/go"));
  ASSERT_TRUE(up.wait());
  EXPECT_EQ(wait_for(spawn_step({"sh", "-c", "echo ran >> $D/ran"})).si_status,
            claim::kExitClaimed);
  go.send();
  EXPECT_EQ(wait_for(first.pid).si_status, claim::kExitDone);
  EXPECT_EQ(wait_for(spawn_step({"sh", "-c", "echo ran >> $D/ran"})).si_status,
            claim::kExitClaimed);
  EXPECT_EQ(runs(), 1);
}

TEST_F(Claim, AStartOfWhatRunsAlreadyWatchesItInstead) {
  const Fifo up{path("up")};
  const Fifo go{path("go")};
  const Launched first = launch_bare(counting("echo > $D/up; read x < $D/go; exit 5"));
  ASSERT_TRUE(up.wait());
  executor_->start(counting());
  go.send();
  ASSERT_TRUE(run_to_end());
  EXPECT_EQ(ended().code, 5);
  EXPECT_FALSE(heard().supervisor);
  EXPECT_EQ(runs(), 1);
}

TEST_F(Claim, AStartOfWhatHasEndedReportsThatEnd) {
  EXPECT_EQ(run(counting("exit 6")).code, 6);
  recorder_.heard.clear();
  EXPECT_EQ(run(counting()).code, 6);
  EXPECT_EQ(runs(), 1);
}

TEST_F(Claim, RefusesWrongArguments) {
  EXPECT_EQ(wait_for(spawn_step({})).si_status, claim::kExitUsage);
}

TEST_F(Claim, FailsInAFolderThatDoesNotExist) {
  EXPECT_EQ(wait_for(spawn_step({"true"})).si_status, claim::kExitFailed);
}

struct FailpointCase {
  const char* point;
  Kind kind;
  long runs_min;
  long runs_max;
};
class ClaimFailpoint : public Claim, public testing::WithParamInterface<FailpointCase> {};

TEST_P(ClaimFailpoint, NeverLeadsToASecondRun) {
  const FailpointCase& point = GetParam();
  const Launched launched = launch_bare(counting("exit 3"), point.point);
  const siginfo_t end = wait_for(launched.pid);
  ASSERT_EQ(end.si_code, CLD_KILLED);
  ASSERT_EQ(end.si_status, SIGKILL);
  const Outcome outcome = attach_anew();
  EXPECT_EQ(outcome.kind, point.kind) << outcome.text;
  if (point.kind == Kind::exited) EXPECT_EQ(outcome.code, 3);
  const long runs_then = runs();
  EXPECT_GE(runs_then, point.runs_min);
  EXPECT_LE(runs_then, point.runs_max);
  // What was concluded stays, and nothing can be started in its place.
  EXPECT_EQ(wait_for(spawn_step({"sh", "-c", "echo ran >> $D/ran"})).si_status,
            claim::kExitClaimed);
  EXPECT_EQ(attach_anew().kind, point.kind);
  recorder_.heard.clear();
  EXPECT_EQ(run(counting()).kind, point.kind);
  EXPECT_EQ(runs(), runs_then);
}
INSTANTIATE_TEST_SUITE_P(Table, ClaimFailpoint,
                         testing::Values(FailpointCase{"after_claim", Kind::lost, 0, 0},
                                         FailpointCase{"after_flock", Kind::lost, 0, 0},
                                         FailpointCase{"after_claim_written", Kind::lost, 0, 0},
                                         FailpointCase{"after_spawn", Kind::lost, 0, 1},
                                         FailpointCase{"before_status", Kind::lost, 1, 1},
                                         FailpointCase{"after_status_tmp", Kind::lost, 1, 1},
                                         FailpointCase{"after_rename", Kind::exited, 1, 1}),
                         [](const auto& c) { return std::string{c.param.point}; });

TEST_F(Claim, WhatWasNeverStartedIsSafeToStart) {
  EXPECT_EQ(attach_anew().kind, Kind::not_started);  // Without a folder,
  std::filesystem::create_directory(attempt());
  EXPECT_EQ(attach_anew().kind, Kind::not_started);  // and with one.
  // A supervisor that comes too late finds it decided.
  EXPECT_EQ(wait_for(spawn_step({"sh", "-c", "echo ran >> $D/ran"})).si_status,
            claim::kExitClaimed);
  EXPECT_EQ(attach_anew().kind, Kind::not_started);
  recorder_.heard.clear();
  EXPECT_EQ(run(counting()).kind, Kind::exited);
  EXPECT_EQ(runs(), 1);
}

TEST_F(Claim, WhatWasNeverStartedIsLostAfterTheMachineWasRestarted) {
  std::filesystem::create_directory(attempt());
  EXPECT_EQ(examine_ended("another boot").kind, Kind::lost);
  EXPECT_EQ(examine_ended("another boot").kind, Kind::lost);
}

TEST_F(Claim, ASupervisorThatWasGivenUpBeforeItHadTheLockStartsNothing) {
  const Launched launched = launch_bare(counting(), "after_claim:stop");
  ASSERT_EQ(wait_for(launched.pid, WSTOPPED).si_code, CLD_STOPPED);
  EXPECT_EQ(examine_ended().kind, Kind::lost);
  send_signal(launched.pid, SIGCONT);
  EXPECT_EQ(wait_for(launched.pid).si_status, claim::kExitClaimed);
  EXPECT_EQ(runs(), 0);
  EXPECT_EQ(examine_ended().kind, Kind::lost);
}

TEST_F(Claim, ASupervisorWhoseFolderWasPackedBeforeItHadTheLockStartsNothing) {
  const Launched launched = launch_bare(counting(), "after_claim:stop");
  ASSERT_EQ(wait_for(launched.pid, WSTOPPED).si_code, CLD_STOPPED);
  std::filesystem::rename(attempt(), attempt() + ".packed");
  send_signal(launched.pid, SIGCONT);
  EXPECT_NE(wait_for(launched.pid).si_status, claim::kExitDone);
  EXPECT_EQ(runs(), 0);
}

TEST_F(Claim, ASupervisorThatHasNotGivenItsNameIsWaitedFor) {
  const Launched launched = launch_bare(counting("exit 4"), "after_flock:stop");
  ASSERT_EQ(wait_for(launched.pid, WSTOPPED).si_code, CLD_STOPPED);
  EXPECT_TRUE(std::holds_alternative<AskAgain>(examine_attempt(attempt(), "")));
  executor_->attach(attachment());
  send_signal(launched.pid, SIGCONT);
  ASSERT_TRUE(run_to_end());
  EXPECT_EQ(ended().code, 4);
  EXPECT_EQ(runs(), 1);
}

TEST_F(Claim, AStepSurvivesItsDaemonAndIsCollectedByTheNext) {
  const Fifo go{path("go")};
  executor_->start(shell("say; say; read x < $D/go; say; exit 9"));
  ASSERT_TRUE(run_to_message(2));
  const std::uint64_t offset = heard().offset;
  executor_->detach_all();
  EXPECT_EQ(executor_->running(), 0U);
  recorder_.heard.clear();
  reset_executor();
  executor_->attach(attachment(offset));
  EXPECT_EQ(executor_->running(), 1U);
  go.send();
  ASSERT_TRUE(run_to_end());
  EXPECT_EQ(ended().code, 9);
  EXPECT_EQ(heard().messages.size(), 1U);  // The first two were recorded before.
}

TEST_F(Claim, AStepThatEndedWithoutADaemonIsCollected) {
  const Launched launched = launch_bare(shell("say; exit 8"));
  EXPECT_EQ(wait_for(launched.pid).si_status, claim::kExitDone);
  executor_->attach(attachment());
  ASSERT_TRUE(run_to_end());
  EXPECT_EQ(ended().code, 8);
  EXPECT_EQ(heard().messages.size(), 1U);
}

TEST_F(Claim, MessagesOfAnAttachedStepArriveWhileItRuns) {
  const Fifo up{path("up")};
  const Fifo go{path("go")};
  const Launched launched =
      launch_bare(shell("say; echo > $D/up; read x < $D/go; say; read x < $D/go"));
  ASSERT_TRUE(up.wait());
  executor_->attach(attachment());
  ASSERT_TRUE(run_to_message(1));
  go.send();
  ASSERT_TRUE(run_to_message(2));
  EXPECT_FALSE(heard().outcome);
  go.send();
  ASSERT_TRUE(run_to_end());
}

TEST_F(Claim, AnAttachedStepCanBeStopped) {
  const Fifo up{path("up")};
  const Launched launched = launch_bare(shell("say; echo > $D/up; exec sleep 1000"));
  ASSERT_TRUE(up.wait());
  executor_->attach(attachment());
  ASSERT_TRUE(run_to_message());
  executor_->stop(kStep, 1);
  ASSERT_TRUE(run_to_end());
  EXPECT_EQ(ended().signal, SIGTERM);
  EXPECT_TRUE(ended().stopped);
}

TEST_F(Claim, AStopBeforeTheExaminationIsRemembered) {
  const Fifo up{path("up")};
  const Launched launched = launch_bare(shell("echo > $D/up; exec sleep 1000"));
  ASSERT_TRUE(up.wait());
  executor_->attach(attachment());
  executor_->stop(kStep, 1);
  ASSERT_TRUE(run_to_end());
  EXPECT_TRUE(ended().stopped);
}

TEST_F(Claim, AStepWhoseSupervisorIsKilledIsLostAndDiesWithItsGroup) {
  executor_->start(shell("sleep 1000 & echo $! > $D/pid; say; wait"));
  ASSERT_TRUE(run_to_message());
  send_signal(heard().supervisor.value_or(0), SIGKILL);
  ASSERT_TRUE(run_to_end());
  EXPECT_EQ(ended().kind, Kind::lost);
  EXPECT_THAT(ended().text, HasSubstr("supervisor died"));
  EXPECT_TRUE(wait_gone(read_pid("pid")));
  EXPECT_TRUE(wait_gone(read_claim().child.pid));
}

TEST_F(Claim, APidThatHasPassedToAStrangerIsNeitherAwaitedNorKilled) {
  Launch what = launch({"sleep", "1000"});
  what.directory = path("stranger");
  const Launched stranger = launch_bare(what);
  const auto stat = read_proc_stat(stranger.pid);
  ASSERT_TRUE(stat);
  const std::string pid = std::to_string(stranger.pid);
  const std::string before = std::to_string(stat.value_or(ProcStat{}).start_ticks - 1);
  std::filesystem::create_directory(attempt());
  write("attempt/claim", "pid=" + pid + " start=" + before + " boot=" + current_boot_id() +
                             "\nchild=" + pid + " start=" + before + "\n");
  {
    const UniqueFd lock{::open(path("attempt/claim").c_str(), O_RDWR | O_CLOEXEC)};
    ASSERT_EQ(::flock(lock.get(), LOCK_EX), 0);
    EXPECT_TRUE(std::holds_alternative<AskAgain>(examine_attempt(attempt(), "")));
  }
  EXPECT_EQ(examine_ended().kind, Kind::lost);
  EXPECT_TRUE(is_alive(stranger.pid));
  send_signal(stranger.pid, SIGTERM);
  EXPECT_EQ(wait_for(stranger.pid).si_status, 0);
}

TEST_F(Claim, NothingIsKilledOnTheWordOfAnotherBoot) {
  const Fifo up{path("up")};
  const Launched launched = launch_bare(shell("echo > $D/up; exec sleep 1000"));
  ASSERT_TRUE(up.wait());
  const ClaimRecord record = read_claim();
  ASSERT_GT(record.child.pid, 0);
  std::filesystem::rename(attempt(), path("moved"));
  std::filesystem::create_directory(attempt());
  std::string text = read("moved/claim");
  text.replace(text.find("boot="), 9, "boot=XXXX");
  write("attempt/claim", text);
  EXPECT_EQ(examine_ended().kind, Kind::lost);
  EXPECT_TRUE(is_alive(record.child.pid));
  end_leftovers(record);  // The true record finds them.
  EXPECT_TRUE(wait_gone(record.child.pid));
  EXPECT_EQ(wait_for(launched.pid).si_code, CLD_EXITED);
}

TEST(ParseClaim, ReadsWhatIsWholeOnly) {
  const ClaimRecord record = parse_claim("pid=41 start=977 boot=b\nchild=42 start=978\nvoid=lost");
  EXPECT_EQ(record.supervisor.pid, 41);
  EXPECT_EQ(record.supervisor.start_ticks, 977U);
  EXPECT_EQ(record.boot_id, "b");
  EXPECT_EQ(record.child.pid, 42);
  EXPECT_EQ(record.child.start_ticks, 978U);
  EXPECT_EQ(record.voided, ClaimRecord::Void::no);
  EXPECT_EQ(parse_claim("void=lost\n").voided, ClaimRecord::Void::lost);
  EXPECT_EQ(parse_claim("void=not_started\n").voided, ClaimRecord::Void::not_started);
}

TEST(ParseStatus, ReadsEachKind) {
  auto exit = parse_status(
      "kind=exit code=3 stopped=1 timed_out=0 started_us=5 ended_us=9 user_us=1 system_us=2 "
      "maxrss_kb=4\n");
  ASSERT_TRUE(exit);
  EXPECT_EQ(exit->kind, Kind::exited);
  EXPECT_EQ(exit->code, 3);
  EXPECT_TRUE(exit->stopped);
  EXPECT_FALSE(exit->timed_out);
  EXPECT_EQ(exit->started, Instant{Micros{5}});
  EXPECT_EQ(exit->ended, Instant{Micros{9}});
  EXPECT_EQ(exit->user_us, 1);
  EXPECT_EQ(exit->system_us, 2);
  EXPECT_EQ(exit->max_rss_kb, 4);
  auto signal = parse_status("kind=signal signal=9 stopped=0 timed_out=1\n");
  ASSERT_TRUE(signal);
  EXPECT_EQ(signal->signal, 9);
  EXPECT_TRUE(signal->timed_out);
  auto error = parse_status("kind=exec_error errno=2 stopped=0 text=start x: kind=exit code=0\n");
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind, Kind::exec_error);
  EXPECT_EQ(error->text, "start x: kind=exit code=0");
  EXPECT_FALSE(parse_status(""));
  EXPECT_FALSE(parse_status("kind=other\n"));
}

}  // namespace
}  // namespace freshet
