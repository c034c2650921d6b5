// A folder, an io thread, an executor and its listener: what tests with real processes need.
#pragma once
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/unique_fd.hpp"
#include "exec/process/attempt_folder.hpp"
#include "exec/process/claim.hpp"
#include "exec/process/launch.hpp"
#include "exec/process/pidfd.hpp"
#include "exec/process/process_executor.hpp"

namespace freshet {

/// Remembers what it hears.
class Recorder final : public ProcessListener {
 public:
  struct Heard {
    std::optional<pid_t> supervisor;
    std::vector<PipesMessage> messages;
    std::uint64_t offset{};
    std::optional<Outcome> outcome;
  };
  void on_started(StepId step, int attempt, pid_t supervisor) override {
    heard[{step, attempt}].supervisor = supervisor;
  }
  void on_message(StepId step, int attempt, PipesMessage message, std::uint64_t offset) override {
    Heard& entry = heard[{step, attempt}];
    EXPECT_FALSE(entry.outcome) << "a message after the end";
    EXPECT_GT(offset, entry.offset);
    entry.messages.push_back(std::move(message));
    entry.offset = offset;
  }
  void on_ended(StepId step, int attempt, Outcome outcome) override {
    Heard& entry = heard[{step, attempt}];
    EXPECT_FALSE(entry.outcome) << "a second end";
    entry.outcome = std::move(outcome);
    ++ended;
  }
  std::map<std::pair<StepId, int>, Heard> heard;
  std::size_t ended{};
};

/// A named pipe between a test and a process: `echo > PATH` wakes the test, `read x < PATH` waits
/// for it.
class Fifo {
 public:
  explicit Fifo(const std::string& path) {
    FRESHET_ASSERT(::mkfifo(path.c_str(), 0600) == 0);
    fd_ = UniqueFd{::open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC)};
    FRESHET_ASSERT(fd_);
  }
  /// False if nothing comes.
  [[nodiscard]] bool wait() const {
    pollfd ready{.fd = fd_.get(), .events = POLLIN, .revents = 0};
    char text[16];
    return ::poll(&ready, 1, 60'000) == 1 && ::read(fd_.get(), text, sizeof text) > 0;
  }
  void send() const { FRESHET_ASSERT(::write(fd_.get(), "go\n", 3) == 3); }

 private:
  UniqueFd fd_;
};

class ExecTest : public testing::Test {
 protected:
  static constexpr StepId kStep{.run = RunId{7}, .number = 1};
  static constexpr std::chrono::seconds kPatience{60};

  ExecTest() {
    std::string pattern = std::filesystem::temp_directory_path() / "freshet-exec-XXXXXX";
    FRESHET_ASSERT(::mkdtemp(pattern.data()) != nullptr);
    folder_ = pattern;
    reset_executor();
  }
  ~ExecTest() override {
    executor_.reset();
    pool_.join();
    std::filesystem::remove_all(folder_);
  }

  void reset_executor(const std::string& binary = FRESHET_STEP_BINARY) {
    executor_ = std::make_unique<ProcessExecutor>(io_, pool_, binary, recorder_);
  }

  /// Turns the io loop until `done` holds; false if it never does.
  template <class Done>
  [[nodiscard]] bool run_until(Done done) {
    const auto give_up = SystemClock{}.steady() + kPatience;
    while (!done()) {
      if (io_.run_one_until(give_up) == 0) return false;
    }
    return true;
  }
  Recorder::Heard& heard(StepId step = kStep) { return recorder_.heard[{step, 1}]; }
  [[nodiscard]] Outcome ended() { return heard().outcome.value_or(Outcome{}); }
  [[nodiscard]] bool run_to_end() {
    return run_until([this] { return heard().outcome.has_value(); });
  }
  [[nodiscard]] bool run_to_message(std::size_t count = 1) {
    return run_until([=, this] { return heard().messages.size() >= count; });
  }

  [[nodiscard]] std::string path(const std::string& name) const { return folder_ + '/' + name; }
  [[nodiscard]] std::string attempt() const { return path("attempt"); }
  [[nodiscard]] std::string read(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream{path(name)}.rdbuf();
    return text.str();
  }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream{path(name)} << text;
  }
  [[nodiscard]] pid_t read_pid(const std::string& name) const {
    return std::atoi(read(name).c_str());
  }

  [[nodiscard]] Launch launch(std::vector<std::string> command) const {
    return {.step = kStep,
            .attempt = 1,
            .directory = attempt(),
            .command = std::move(command),
            .environment = {{"PATH", "/usr/local/bin:/usr/bin:/bin"}, {"D", folder_}},
            .working_directory = folder_,
            .grace = std::chrono::seconds{30}};
  }
  /// In the script, `$D` is the test's folder and `say` reports a message.
  [[nodiscard]] Launch shell(const std::string& script) const {
    return launch({"sh", "-c",
                   "say() { echo '{\"__dagster_pipes_version\":\"0.1\",\"method\":\"opened\","
                   "\"params\":{}}' >> $D/attempt/messages; }; " +
                       script});
  }
  [[nodiscard]] Attachment attachment(std::uint64_t offset = 0) const {
    return {.step = kStep, .attempt = 1, .directory = attempt(), .messages_offset = offset};
  }
  /// Starts and waits for the end.
  Outcome run(Launch what) {
    executor_->start(std::move(what));
    EXPECT_TRUE(run_to_end());
    return ended();
  }
  /// Attaches with an executor of its own, as after a restart, and waits for the end.
  Outcome attach_anew() {
    executor_->detach_all();
    recorder_.heard.clear();
    reset_executor();
    executor_->attach(attachment());
    EXPECT_TRUE(run_to_end());
    return heard().outcome.value_or(Outcome{});
  }

  /// A supervisor without an executor.
  [[nodiscard]] static Launched launch_bare(Launch what, const std::string& failpoint = "") {
    if (!failpoint.empty()) what.environment.emplace_back(claim::kFailpointVariable, failpoint);
    auto launched = launch_supervisor(FRESHET_STEP_BINARY, current_boot_id(), what);
    EXPECT_TRUE(launched) << (launched ? "" : launched.error().message);
    return std::move(launched).value();
  }
  /// freshet-step as it is, in a folder that may have been claimed.
  [[nodiscard]] pid_t spawn_step(const std::vector<std::string>& command) const {
    std::vector<std::string> words{FRESHET_STEP_BINARY, "--dir", attempt(), "--cwd", folder_,
                                   "--grace-ms",        "0",     "--"};
    words.insert(words.end(), command.begin(), command.end());
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    std::string variable = "D=" + folder_;
    std::string search = "PATH=/usr/bin:/bin";
    char* environment[]{variable.data(), search.data(), nullptr};
    pid_t pid{};
    EXPECT_EQ(::posix_spawn(&pid, argv[0], nullptr, nullptr, argv.data(), environment), 0);
    return pid;
  }
  /// To one process, never to a group: kill() with 0 or -1 would mean many.
  static void send_signal(pid_t pid, int signal) {
    FRESHET_ASSERT(pid > 1);
    signal_pidfd(open_pidfd(pid).get(), signal);
  }
  /// Waits for a child of ours to end (or stop), and returns how.
  [[nodiscard]] static siginfo_t wait_for(pid_t pid, int what = WEXITED) {
    siginfo_t info{};
    EXPECT_EQ(::waitid(P_PID, static_cast<id_t>(pid), &info, what), 0);
    return info;
  }
  /// Waits for any process to end; false if it does not.
  [[nodiscard]] static bool wait_gone(pid_t pid) {
    const UniqueFd pidfd = open_pidfd(pid);
    if (!pidfd) return true;
    pollfd ready{.fd = pidfd.get(), .events = POLLIN, .revents = 0};
    return ::poll(&ready, 1, 60'000) == 1;
  }
  [[nodiscard]] static bool is_alive(pid_t pid) {
    const UniqueFd pidfd = open_pidfd(pid);
    pollfd ready{.fd = pidfd.get(), .events = POLLIN, .revents = 0};
    return pidfd && ::poll(&ready, 1, 0) == 0;
  }

  std::string folder_;
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
      io_.get_executor()};
  boost::asio::thread_pool pool_{2};
  Recorder recorder_;
  std::unique_ptr<ProcessExecutor> executor_;
};

}  // namespace freshet
