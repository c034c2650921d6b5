// Real processes from start to end: what they get, what is heard of them, how they are ended.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <ios>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "base/unique_fd.hpp"
#include "exec/pipes/message.hpp"
#include "exec/process/claim.hpp"
#include "exec/process/launch.hpp"
#include "exec/process/outcome.hpp"
#include "exec_fixture.hpp"

namespace freshet {
namespace {

using namespace std::chrono_literals;
using Kind = Outcome::Kind;
using testing::HasSubstr;

TEST_F(ExecTest, ReportsTheExitCode) {
  const Outcome outcome = run(shell("exit 7"));
  EXPECT_EQ(outcome.kind, Kind::exited);
  EXPECT_EQ(outcome.code, 7);
  EXPECT_FALSE(outcome.stopped);
  EXPECT_FALSE(outcome.timed_out);
  EXPECT_GT(outcome.started, Instant{});
  EXPECT_GE(outcome.ended, outcome.started);
  EXPECT_GT(outcome.max_rss_kb, 0);
  EXPECT_TRUE(heard().supervisor);
  EXPECT_EQ(executor_->running(), 0U);
}

struct LastWordsCase {
  const char* name;
  const char* script;
  const char* text;
};
class LastWords : public ExecTest, public testing::WithParamInterface<LastWordsCase> {};
TEST_P(LastWords, AreReportedOfAProcessThatFails) {
  EXPECT_EQ(run(shell(GetParam().script)).text, GetParam().text);
}
INSTANTIATE_TEST_SUITE_P(
    Table, LastWords,
    testing::Values(
        LastWordsCase{"of_stderr", "echo out; echo first >&2; echo no disk >&2; exit 1", "no disk"},
        LastWordsCase{"of_stdout_otherwise", "echo no net; exit 1", "no net"},
        LastWordsCase{"before_a_signal", "echo oh >&2; kill -KILL $$", "oh"},
        LastWordsCase{"after_much_else", "seq 100000 >&2; echo last >&2; exit 2", "last"},
        LastWordsCase{"none", "exit 1", ""},
        LastWordsCase{"none_of_a_success", "echo warning >&2", ""}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST_F(ExecTest, ReportsTheSignal) {
  const Outcome outcome = run(shell("kill -USR1 $$"));
  EXPECT_EQ(outcome.kind, Kind::signaled);
  EXPECT_EQ(outcome.signal, SIGUSR1);
}

TEST_F(ExecTest, NamesAnExecutableThatIsMissing) {
  const Outcome outcome = run(launch({"no-such-program", "x"}));
  EXPECT_EQ(outcome.kind, Kind::exec_error);
  EXPECT_EQ(outcome.code, ENOENT);
  EXPECT_EQ(outcome.text, "start no-such-program: no such executable in PATH");
}

TEST_F(ExecTest, NamesAnExecutableThatMayNotBeRun) {
  write("plain", "x");
  const Outcome outcome = run(launch({path("plain")}));
  EXPECT_EQ(outcome.kind, Kind::exec_error);
  EXPECT_EQ(outcome.text, "start " + path("plain") + ": Permission denied");
}

TEST_F(ExecTest, NamesAScriptWhoseInterpreterIsMissing) {
  write("script", "#!/no/such/interpreter\n");
  std::filesystem::permissions(path("script"), std::filesystem::perms::owner_all);
  EXPECT_THAT(run(launch({path("script")})).text, HasSubstr("interpreter"));
}

TEST_F(ExecTest, NamesAWorkingDirectoryThatIsMissing) {
  Launch what = launch({"true"});
  what.working_directory = path("nowhere");
  const Outcome outcome = run(what);
  EXPECT_EQ(outcome.kind, Kind::exec_error);
  EXPECT_EQ(outcome.text, "enter directory " + path("nowhere") + ": No such file or directory");
}

TEST_F(ExecTest, NamesASupervisorThatIsMissing) {
  reset_executor("/no/such/freshet-step");
  const Outcome outcome = run(launch({"true"}));
  EXPECT_EQ(outcome.kind, Kind::exec_error);
  EXPECT_THAT(outcome.text, HasSubstr("/no/such/freshet-step: No such file"));
  EXPECT_FALSE(heard().supervisor);
}

TEST_F(ExecTest, SaysHowASupervisorEndedThatClaimedNothing) {
  reset_executor("/bin/false");
  const Outcome outcome = run(launch({"true"}));
  EXPECT_EQ(outcome.kind, Kind::exec_error);
  EXPECT_THAT(outcome.text, HasSubstr("exit code 1 before it claimed"));
}

TEST_F(ExecTest, RefusesACommandThatCannotBePassedOn) {
  EXPECT_THAT(run(launch({std::string{"a\0b", 3}})).text, HasSubstr("NUL"));
}

TEST_F(ExecTest, RefusesAnEmptyCommand) {
  EXPECT_EQ(run(launch({})).text, "start step: its command is empty");
}

TEST_F(ExecTest, WritesOutputToFilesAndNotesWhenTheyGrew) {
  EXPECT_EQ(run(shell("echo out; echo err >&2; cat; pwd")).code, 0);
  EXPECT_EQ(read("attempt/stdout"), "out\n" + folder_ + "\n");
  EXPECT_EQ(read("attempt/stderr"), "err\n");
  const std::string index = read("attempt/index");
  ASSERT_GE(index.size(), sizeof(claim::IndexEntry));
  ASSERT_EQ(index.size() % sizeof(claim::IndexEntry), 0U);
  claim::IndexEntry last;
  std::memcpy(&last, index.data() + index.size() - sizeof last, sizeof last);
  EXPECT_EQ(last.stdout_bytes, read("attempt/stdout").size());
  EXPECT_EQ(last.stderr_bytes, 4U);
  EXPECT_GT(last.at_us, 0);
}

TEST_F(ExecTest, KeepsNoIndexOfSilence) {
  EXPECT_EQ(run(launch({"true"})).code, 0);
  EXPECT_FALSE(std::filesystem::exists(path("attempt/index")));
}

TEST_F(ExecTest, PassesExactlyTheEnvironmentThatItIsGiven) {
  Launch what = launch({"/usr/bin/env"});
  what.environment = {{"A", "1"}, {"EMPTY", ""}, {claim::kFailpointVariable, "none"}, {"Z", "a=b"}};
  EXPECT_EQ(run(what).code, 0);
  EXPECT_EQ(read("attempt/stdout"), "A=1\nEMPTY=\nZ=a=b\n");
}

TEST_F(ExecTest, PassesNoDescriptorButTheStandardOnes) {
  const UniqueFd leaky{::open("/dev/null", O_RDONLY)};  // Without O_CLOEXEC.
  EXPECT_EQ(run(shell("echo /proc/self/fd/*")).code, 0);
  // The fourth is the shell's own, of the folder it lists.
  EXPECT_EQ(read("attempt/stdout"),
            "/proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2 /proc/self/fd/3\n");
}

TEST_F(ExecTest, StartsWithDefaultSignalsWhateverTheDaemonIgnores) {
  struct Ignoring {
    Ignoring() { ::signal(SIGPIPE, SIG_IGN); }
    ~Ignoring() { ::signal(SIGPIPE, SIG_DFL); }
  } const ignoring;
  // Signals 32 and 33 are the C library's own.
  EXPECT_EQ(run(shell("grep -oE 'Sig(Blk|Ign).*' /proc/self/status | cut -f 2")).code, 0);
  std::istringstream text{read("attempt/stdout")};
  std::uint64_t blocked{1};
  std::uint64_t ignored{1};
  text >> std::hex >> blocked >> ignored;
  EXPECT_EQ(blocked & 0x7FFFFFFF, 0U);
  EXPECT_EQ(ignored & 0x7FFFFFFF, 0U);
}

TEST_F(ExecTest, KeepsTheFolderToItself) {
  EXPECT_EQ(run(launch({"true"})).code, 0);
  const auto mode = [this](const char* name) {
    return std::filesystem::status(path(name)).permissions();
  };
  using std::filesystem::perms;
  EXPECT_EQ(mode("attempt"), perms::owner_all);
  for (const char* name : {"attempt/claim", "attempt/status", "attempt/stdout", "attempt/stderr",
                           "attempt/messages", "attempt/context.json"}) {
    EXPECT_EQ(mode(name), perms::owner_read | perms::owner_write) << name;
  }
}

TEST_F(ExecTest, KillsWhatTheProcessLeavesInItsGroup) {
  EXPECT_EQ(run(shell("sleep 1000 & echo $! > $D/pid")).code, 0);
  EXPECT_FALSE(is_alive(read_pid("pid")));
}

TEST_F(ExecTest, KillsDescendantsThatWentAway) {
  const Outcome outcome = run(shell(
      "setsid sh -c 'setsid sh -c \"echo \\$\\$ > $D/tmp; mv $D/tmp $D/pid; exec sleep 1000\" &' & "
      "until [ -s $D/pid ]; do :; done"));
  EXPECT_EQ(outcome.kind, Kind::exited);
  EXPECT_GT(read_pid("pid"), 0);
  EXPECT_FALSE(is_alive(read_pid("pid")));
}

TEST_F(ExecTest, StopsAProcessAndItsChildren) {
  executor_->start(shell("sleep 1000 & echo $! > $D/pid; say; wait"));
  ASSERT_TRUE(run_to_message());
  executor_->stop(kStep, 1);
  executor_->stop(kStep, 1);
  ASSERT_TRUE(run_to_end());
  EXPECT_EQ(ended().kind, Kind::signaled);
  EXPECT_EQ(ended().signal, SIGTERM);
  EXPECT_TRUE(ended().stopped);
  EXPECT_FALSE(is_alive(read_pid("pid")));
}

TEST_F(ExecTest, LetsAProcessEndInItsOwnWayWhenStopped) {
  executor_->start(shell("trap 'exit 3' TERM; say; while :; do sleep 0.01; done"));
  ASSERT_TRUE(run_to_message());
  executor_->stop(kStep, 1);
  ASSERT_TRUE(run_to_end());
  EXPECT_EQ(ended().code, 3);
  EXPECT_TRUE(ended().stopped);
}

TEST_F(ExecTest, LetsTheRestOfTheGroupUseItsGrace) {
  executor_->start(
      shell("(trap 'sleep 0.3; echo cleaned > $D/cleaned; exit' TERM; say; while :; do sleep 0.01; "
            "done) & "
            "wait"));
  ASSERT_TRUE(run_to_message());
  executor_->stop(kStep, 1);
  ASSERT_TRUE(run_to_end());
  EXPECT_EQ(ended().signal, SIGTERM);
  EXPECT_EQ(read("cleaned"), "cleaned\n");
}

TEST_F(ExecTest, KillsAfterTheGraceWhatIgnoresTheRequest) {
  Launch what = shell("trap '' TERM; say; while :; do sleep 0.01; done");
  what.grace = 50ms;
  executor_->start(what);
  ASSERT_TRUE(run_to_message());
  executor_->stop(kStep, 1);
  ASSERT_TRUE(run_to_end());
  EXPECT_EQ(ended().signal, SIGKILL);
  EXPECT_TRUE(ended().stopped);
}

TEST_F(ExecTest, StopsWhatHasBeenSuspended) {
  executor_->start(shell("say; kill -STOP $$"));
  ASSERT_TRUE(run_to_message());
  executor_->stop(kStep, 1);
  ASSERT_TRUE(run_to_end());
  EXPECT_EQ(ended().signal, SIGTERM);
}

TEST_F(ExecTest, StopsWhatIsStillBeingStarted) {
  executor_->start(launch({"sleep", "1000"}));
  executor_->stop(kStep, 1);
  ASSERT_TRUE(run_to_end());
  EXPECT_EQ(ended().signal, SIGTERM);
  EXPECT_TRUE(ended().stopped);
}

TEST_F(ExecTest, StopsNothingThatItDoesNotKnow) {
  executor_->stop(kStep, 1);
  EXPECT_EQ(executor_->running(), 0U);
}

TEST_F(ExecTest, EndsAProcessThatForksAndHangsOnceItsBackstopHasPassed) {
  Launch what = shell(
      "trap '' TERM; sh -c 'trap \"\" TERM; while :; do sleep 0.01; done' & "
      "echo $! > $D/pid; wait");
  what.grace = 100ms;
  what.deadline = 100ms;
  const Outcome outcome = run(what);
  EXPECT_EQ(outcome.signal, SIGKILL);
  EXPECT_TRUE(outcome.timed_out);
  EXPECT_FALSE(outcome.stopped);
  EXPECT_GT(read_pid("pid"), 0);
  EXPECT_FALSE(is_alive(read_pid("pid")));
}

TEST_F(ExecTest, RunsTwoHundredAtOnce) {
  constexpr std::uint32_t kCount = 200;
  for (std::uint32_t number = 0; number < kCount; ++number) {
    Launch what = launch({"true"});
    what.step.number = number;
    what.directory = path(std::to_string(number));
    executor_->start(what);
  }
  EXPECT_EQ(executor_->running(), kCount);
  ASSERT_TRUE(run_until([&] { return recorder_.ended == kCount; }));
  for (const auto& [key, heard] : recorder_.heard) {
    const Outcome outcome = heard.outcome.value_or(Outcome{});
    EXPECT_EQ(outcome.kind, Kind::exited) << outcome.text;
    EXPECT_EQ(outcome.code, 0);
  }
}

TEST_F(ExecTest, ReadsAllMessagesBeforeItReportsTheEnd) {
  EXPECT_EQ(run(shell("i=0; while [ $i -lt 3000 ]; do say; i=$((i+1)); done; "
                      "printf '{\"__dagster_pipes_version\":\"0.1\",\"method\":\"closed\","
                      "\"params\":null}' >> $D/attempt/messages"))
                .code,
            0);
  ASSERT_EQ(heard().messages.size(), 3'001U);
  EXPECT_EQ(heard().messages.back().method, PipesMessage::Method::closed);
  EXPECT_EQ(heard().offset, std::filesystem::file_size(path("attempt/messages")));
}

TEST_F(ExecTest, LeavesNoDescriptorsBehind) {
  const auto count = [] {
    return std::distance(std::filesystem::directory_iterator{"/proc/self/fd"}, {});
  };
  EXPECT_EQ(run(launch({"true"})).code, 0);
  const auto before = count();
  for (std::uint32_t number = 10; number < 30; ++number) {
    Launch what = launch({"true"});
    what.step.number = number;
    what.directory = path(std::to_string(number));
    executor_->start(what);
  }
  ASSERT_TRUE(run_until([&] { return recorder_.ended == 21; }));
  EXPECT_EQ(count(), before);
}

}  // namespace
}  // namespace freshet
