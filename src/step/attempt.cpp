#include "step/attempt.hpp"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "exec/process/claim.hpp"
#include "exec/process/proc_stat.hpp"

namespace freshet::step {
namespace {

std::string& armed_failpoint() {
  static std::string name;
  return name;
}

int write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

long long micros(const timeval& time) {
  return static_cast<long long>(time.tv_sec) * 1'000'000 + time.tv_usec;
}

std::string to_line(const Status& status) {
  std::string line;
  switch (status.kind) {
    case Status::Kind::exited:
      line = "kind=exit code=";
      break;
    case Status::Kind::signaled:
      line = "kind=signal signal=";
      break;
    case Status::Kind::exec_error:
      line = "kind=exec_error errno=";
      break;
  }
  char rest[256];
  std::snprintf(rest, sizeof rest,
                "%d stopped=%d timed_out=%d started_us=%lld ended_us=%lld user_us=%lld "
                "system_us=%lld maxrss_kb=%ld",
                status.number, status.stopped ? 1 : 0, status.timed_out ? 1 : 0,
                static_cast<long long>(status.started_us), static_cast<long long>(status.ended_us),
                micros(status.usage.ru_utime), micros(status.usage.ru_stime),
                status.usage.ru_maxrss);
  line += rest;
  if (!status.text.empty()) {  // Last, because it holds spaces.
    line += " text=";
    for (const char c : status.text) line += c == '\n' || c == '\r' ? ' ' : c;
  }
  return line + '\n';
}

}  // namespace

void take_failpoint() {
  // NOLINTBEGIN(concurrency-mt-unsafe): there is one thread.
  if (const char* name = std::getenv(claim::kFailpointVariable)) armed_failpoint() = name;
  ::unsetenv(claim::kFailpointVariable);
  // NOLINTEND(concurrency-mt-unsafe)
}

void failpoint(const char* point) {
  if (armed_failpoint() == point) ::raise(SIGKILL);
  if (armed_failpoint() == std::string{point} + ":stop") ::raise(SIGSTOP);
}

std::int64_t wall_us() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1'000;
}

int Attempt::claim(const std::string& directory, const std::string& boot_id) {
  directory_fd_ = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory_fd_ < 0) return errno;
  claim_fd_ = ::openat(directory_fd_, claim::kClaimFile,
                       O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
  if (claim_fd_ < 0) return errno;
  failpoint("after_claim");
  while (::flock(claim_fd_, LOCK_EX) != 0) {
    if (errno != EINTR) return errno;
  }
  // Between the creation and the lock the daemon may have had it, and given the attempt up.
  struct stat file{};
  if (::fstat(claim_fd_, &file) != 0) return errno;
  if (file.st_size != 0) return EEXIST;
  // Given up, and even packed since: the folder that is open here is no longer what its name says.
  struct stat opened{};
  struct stat named{};
  if (::fstat(directory_fd_, &opened) != 0 || ::stat(directory.c_str(), &named) != 0) return errno;
  if (opened.st_ino != named.st_ino) return EEXIST;
  failpoint("after_flock");
  const auto self = read_proc_stat(::getpid());
  char line[192];
  std::snprintf(line, sizeof line, "pid=%d start=%llu boot=%s\n", static_cast<int>(::getpid()),
                static_cast<unsigned long long>(self ? self->start_ticks : 0), boot_id.c_str());
  const int error = write_all(claim_fd_, line);
  failpoint("after_claim_written");
  return error;
}

void Attempt::record_child(pid_t child) const {
  const auto stat = read_proc_stat(child);
  char line[96];
  std::snprintf(line, sizeof line, "child=%d start=%llu\n", static_cast<int>(child),
                static_cast<unsigned long long>(stat ? stat->start_ticks : 0));
  // Without it only the clean-up after a supervisor's death knows less.
  static_cast<void>(write_all(claim_fd_, line));
}

int Attempt::open_logs() {
  constexpr int kFlags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW;
  stdout_fd_ = ::openat(directory_fd_, claim::kStdoutFile, kFlags, 0600);
  if (stdout_fd_ < 0) return errno;
  stderr_fd_ = ::openat(directory_fd_, claim::kStderrFile, kFlags, 0600);
  return stderr_fd_ < 0 ? errno : 0;
}

void Attempt::index_growth() {
  struct stat out{};
  struct stat err{};
  if (::fstat(stdout_fd_, &out) != 0 || ::fstat(stderr_fd_, &err) != 0) return;
  const claim::IndexEntry entry{.at_us = wall_us(),
                                .stdout_bytes = static_cast<std::uint64_t>(out.st_size),
                                .stderr_bytes = static_cast<std::uint64_t>(err.st_size)};
  if (entry.stdout_bytes == last_.stdout_bytes && entry.stderr_bytes == last_.stderr_bytes) return;
  if (index_fd_ < 0) {
    index_fd_ = ::openat(directory_fd_, claim::kIndexFile,
                         O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
  }
  // An entry that did not fit on the disk costs a time stamp, no more; half of one is cut off
  // again.
  if (index_fd_ < 0) return;
  struct stat index{};
  if (::fstat(index_fd_, &index) != 0) return;
  const ssize_t written = ::write(index_fd_, &entry, sizeof entry);
  if (written == static_cast<ssize_t>(sizeof entry)) {
    last_ = entry;
  } else if (written > 0) {
    static_cast<void>(::ftruncate(index_fd_, index.st_size) == 0);
  }
}

int Attempt::write_status(const Status& status) const {
  const int fd = ::openat(directory_fd_, claim::kStatusTmpFile,
                          O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return errno;
  int error = write_all(fd, to_line(status));
  if (error == 0 && ::fsync(fd) != 0) error = errno;
  ::close(fd);
  if (error != 0) return error;
  failpoint("after_status_tmp");
  if (::renameat(directory_fd_, claim::kStatusTmpFile, directory_fd_, claim::kStatusFile) != 0) {
    return errno;
  }
  failpoint("after_rename");
  return ::fsync(directory_fd_) == 0 ? 0 : errno;
}

}  // namespace freshet::step
