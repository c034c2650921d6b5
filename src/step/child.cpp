#include "step/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

#include "exec/process/proc_stat.hpp"
#include "step/options.hpp"

namespace freshet::step {
namespace {

constexpr std::int64_t kEndSecondsMax = 10;

[[noreturn]] void give_up(int error_fd, ExecError::Stage stage) {
  const ExecError error{.stage = stage, .error = errno};
  static_cast<void>(::write(error_fd, &error, sizeof error) == sizeof error);
  ::_exit(127);
}

struct Pipe {
  int out{-1};
  int in{-1};
};

bool open_pipe(Pipe& pipe, int flags) {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC | flags) != 0) return false;
  pipe = {.out = fds[0], .in = fds[1]};
  return true;
}

void close_pipe(const Pipe& pipe) {
  const int error = errno;
  for (const int fd : {pipe.out, pipe.in}) {
    if (fd >= 0) ::close(fd);
  }
  errno = error;
}

/// Waits for release(); false if it never comes because the supervisor is gone.
bool wait_for_release(const Pipe& go) {
  ::close(go.in);
  char byte{};
  ssize_t size{};
  do size = ::read(go.out, &byte, 1);
  while (size < 0 && errno == EINTR);
  return size == 1;
}

/// Runs in the child, between fork and exec.
[[noreturn]] void become(const Options& options, pid_t supervisor, int stdout_fd, int stderr_fd,
                         int error_fd, const Pipe& go) {
  ::setpgid(0, 0);
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) give_up(error_fd, ExecError::kPrepare);
  if (::getppid() != supervisor) ::_exit(127);  // It died before we asked to die with it.
  if (!wait_for_release(go)) ::_exit(127);
  const int null_fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (null_fd < 0 || ::dup2(null_fd, 0) < 0 || ::dup2(stdout_fd, 1) < 0 ||
      ::dup2(stderr_fd, 2) < 0) {
    give_up(error_fd, ExecError::kPrepare);
  }
  if (::chdir(options.working_directory.c_str()) != 0) give_up(error_fd, ExecError::kDirectory);
  for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
  ::execvp(options.command[0], options.command);
  give_up(error_fd, ExecError::kCommand);
}

std::int64_t steady_s() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec;
}

}  // namespace

Child start_child(const Options& options, int stdout_fd, int stderr_fd) {
  Pipe error;
  Pipe go;
  const pid_t supervisor = ::getpid();
  pid_t pid = -1;
  if (open_pipe(error, O_NONBLOCK) && open_pipe(go, 0)) pid = ::fork();
  if (pid == 0) become(options, supervisor, stdout_fd, stderr_fd, error.in, go);
  if (pid < 0) {
    close_pipe(error);
    close_pipe(go);
    return {};
  }
  ::close(error.in);
  ::close(go.out);
  ::setpgid(pid, pid);  // Both do it, so that it is done whoever runs first.
  return {.pid = pid, .error_fd = error.out, .go_fd = go.in};
}

void release(Child& child) {
  ::signal(SIGPIPE, SIG_IGN);  // It may have been killed meanwhile.
  static_cast<void>(::write(child.go_fd, "", 1) == 1);
  ::close(child.go_fd);
  child.go_fd = -1;
}

ExecError read_exec_error(const Child& child) {
  ExecError error;
  const ssize_t size = ::read(child.error_fd, &error, sizeof error);
  ::close(child.error_fd);
  return size == sizeof error ? error : ExecError{};
}

std::string describe(const ExecError& error, const Options& options) {
  const std::string reason = std::string{": "} + std::generic_category().message(error.error);
  const std::string command{options.command[0]};
  switch (error.stage) {
    case ExecError::kDirectory:
      return "enter directory " + options.working_directory + reason;
    case ExecError::kCommand:
      if (error.error == ENOENT && command.find('/') == std::string::npos) {
        return "start " + command + ": no such executable in PATH";
      }
      if (error.error == ENOENT && command.front() == '/' && ::access(command.c_str(), F_OK) == 0) {
        return "start " + command + ": the interpreter that it names does not exist";
      }
      return "start " + command + reason;
    default:
      return "prepare to start " + command + reason;
  }
}

bool has_others(pid_t child) {
  const pid_t self = ::getpid();
  for (const ProcStat& process : list_processes()) {
    if (process.pid == child || process.state == 'Z' || process.state == 'X') continue;
    if (process.parent == self || process.group == child) return true;
  }
  return false;
}

void end_descendants() {
  const pid_t self = ::getpid();
  const std::int64_t give_up_at = steady_s() + kEndSecondsMax;
  while (true) {
    pid_t reaped{};
    do reaped = ::waitpid(-1, nullptr, WNOHANG);
    while (reaped > 0 || (reaped < 0 && errno == EINTR));
    if (reaped < 0 || steady_s() >= give_up_at) return;
    // Our children cannot change their number while only we reap them.  As subreaper we become the
    // parent of theirs as soon as they die, and find those in the next round.
    for (const ProcStat& process : list_processes()) {
      if (process.parent == self) ::kill(process.pid, SIGKILL);
    }
    ::poll(nullptr, 0, 1);  // Dying takes a moment.
  }
}

}  // namespace freshet::step
