// freshet-step: supervises the process of one attempt, so that it needs no daemon to live and to
// end.
//
// Single-threaded and small on purpose: it must outlive the daemon, may fork, and is there once for
// every running step.  What it leaves behind is described in exec/process/claim.hpp.
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <string>
#include <system_error>

#include "exec/process/claim.hpp"
#include "step/attempt.hpp"
#include "step/child.hpp"
#include "step/options.hpp"

namespace freshet::step {
namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kIndexEveryMs = 100;
constexpr int kStatusTries = 60;  ///< One a second: a full disk may find room again.

std::int64_t steady_ms() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000 + now.tv_nsec / 1'000'000;
}

std::string reason(int error) { return std::generic_category().message(error); }

int block_signals() {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGCHLD}) ::sigaddset(&set, number);
  ::signal(SIGCHLD, SIG_DFL);  // Were it ignored, the kernel would reap in our place.
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  return ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/// The time between the child's start and its end.
class Watch {
 public:
  Watch(const Options& options, Attempt& attempt, const Child& child, int signal_fd)
      : attempt_{attempt}, child_{child}, signal_fd_{signal_fd}, grace_ms_{options.grace_ms} {
    if (options.deadline_ms) backstop_at_ = steady_ms() + *options.deadline_ms + grace_ms_;
  }

  /// Returns when the child has ended and, after a request to stop, so has its group or their
  /// grace.
  void run() {
    while (!finished()) {
      wait();
      const std::int64_t now = steady_ms();
      if (now >= next_index_at_) {
        attempt_.index_growth();
        next_index_at_ = now + kIndexEveryMs;
      }
      if (now >= backstop_at_) {
        backstop_at_ = kNever;
        if (!stopping()) {
          timed_out_ = true;
          begin_stop(now);
        }
      }
      if (now >= kill_at_) {
        ::kill(-child_.pid, SIGKILL);
        kill_at_ = kNever;
        killed_ = true;
      }
    }
  }

  [[nodiscard]] bool stopped() const { return stopped_; }
  [[nodiscard]] bool timed_out() const { return timed_out_; }
  [[nodiscard]] std::int64_t ended_us() const { return ended_us_; }

 private:
  [[nodiscard]] bool stopping() const { return stopped_ || timed_out_; }

  void begin_stop(std::int64_t now) {
    ::kill(-child_.pid, SIGTERM);
    ::kill(-child_.pid, SIGCONT);  // One that is stopped would not hear it.
    kill_at_ = now + grace_ms_;
  }

  void wait() const {
    const std::int64_t until = std::min({next_index_at_, backstop_at_, kill_at_});
    const std::int64_t left = std::clamp<std::int64_t>(until - steady_ms(), 0, 60'000);
    pollfd signals{.fd = signal_fd_, .events = POLLIN, .revents = 0};
    ::poll(&signals, 1, static_cast<int>(left));
  }

  /// Reads what has arrived; leaves the child itself unreaped, so that its number stays its own.
  [[nodiscard]] bool finished() {
    signalfd_siginfo info{};
    while (::read(signal_fd_, &info, sizeof info) == sizeof info) {
      const bool stop = info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT;
      if (!stop) continue;
      if (!stopping()) begin_stop(steady_ms());
      stopped_ = true;
    }
    if (!exited_) reap_others();
    if (!exited_) return false;
    return !stopping() || killed_ || !has_others(child_.pid);
  }

  void reap_others() {
    while (true) {
      siginfo_t info{};
      if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0) return;
      if (info.si_pid == child_.pid) {
        exited_ = true;
        ended_us_ = wall_us();
        return;
      }
      ::waitpid(info.si_pid, nullptr, WNOHANG);
    }
  }

  Attempt& attempt_;
  const Child& child_;
  int signal_fd_;
  std::int64_t grace_ms_;
  std::int64_t next_index_at_{steady_ms() + kIndexEveryMs};
  std::int64_t backstop_at_{kNever};
  std::int64_t kill_at_{kNever};
  std::int64_t ended_us_{};
  bool exited_{false};
  bool killed_{false};
  bool stopped_{false};
  bool timed_out_{false};
};

int finish(const Attempt& attempt, const Status& status) {
  failpoint("before_status");
  int error = attempt.write_status(status);
  for (int tries = 1; error != 0 && tries < kStatusTries; ++tries) {
    ::poll(nullptr, 0, 1'000);
    error = attempt.write_status(status);
  }
  if (error == 0) return claim::kExitDone;
  std::fprintf(stderr, "freshet-step: write status: %s\n", reason(error).c_str());
  return claim::kExitFailed;
}

int fail(const Attempt& attempt, int error, const std::string& what) {
  Status status{.kind = Status::Kind::exec_error, .number = error};
  status.text = what + ": " + reason(error);
  status.started_us = status.ended_us = wall_us();
  return finish(attempt, status);
}

int supervise(const Options& options) {
  const int signal_fd = block_signals();
  Attempt attempt;
  if (const int error = attempt.claim(options.directory, options.boot_id); error != 0) {
    std::fprintf(stderr, "freshet-step: claim %s: %s\n", options.directory.c_str(),
                 reason(error).c_str());
    return error == EEXIST ? claim::kExitClaimed : claim::kExitFailed;
  }
  if (signal_fd < 0) return fail(attempt, errno, "create signalfd");
  if (::prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) return fail(attempt, errno, "become subreaper");
  if (const int error = attempt.open_logs(); error != 0) {
    return fail(attempt, error, "open logs in " + options.directory);
  }

  Status status{.started_us = wall_us()};
  Child child = start_child(options, attempt.stdout_fd(), attempt.stderr_fd());
  if (child.pid < 0) return fail(attempt, errno, "fork");
  attempt.record_child(child.pid);
  release(child);
  failpoint("after_spawn");

  Watch watch{options, attempt, child, signal_fd};
  watch.run();
  ::kill(-child.pid, SIGKILL);  // The unreaped child still holds the number.
  int wait_status{};
  ::wait4(child.pid, &wait_status, 0, &status.usage);
  end_descendants();
  attempt.index_growth();

  status.stopped = watch.stopped();
  status.timed_out = watch.timed_out();
  status.ended_us = watch.ended_us();
  if (const ExecError error = read_exec_error(child); error.stage != ExecError::kNone) {
    status.kind = Status::Kind::exec_error;
    status.number = error.error;
    status.text = describe(error, options);
  } else if (WIFSIGNALED(wait_status)) {
    status.kind = Status::Kind::signaled;
    status.number = WTERMSIG(wait_status);
  } else {
    status.number = WEXITSTATUS(wait_status);
  }
  return finish(attempt, status);
}

}  // namespace
}  // namespace freshet::step

int main(int argc, char** argv) {
  freshet::step::take_failpoint();
  const auto options = freshet::step::parse_options(argc, argv);
  if (!options) return freshet::claim::kExitUsage;
  const int code = freshet::step::supervise(*options);
  std::fflush(stderr);
  ::_exit(code);
}
