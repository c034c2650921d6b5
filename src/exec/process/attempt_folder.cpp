#include "exec/process/attempt_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/text.hpp"
#include "base/unique_fd.hpp"
#include "exec/pipes/pipes.hpp"
#include "exec/process/claim.hpp"
#include "exec/process/leftovers.hpp"
#include "exec/process/outcome.hpp"
#include "exec/process/pidfd.hpp"
#include "exec/process/proc_stat.hpp"
#include "freshet/ids.hpp"
#include "freshet/logs.hpp"
#include "freshet/result.hpp"

namespace freshet {
namespace {

constexpr std::size_t kTextMax = 65'536;  ///< Far more than either file ever holds.
constexpr std::size_t kTailMax = 8'192;   ///< Of an output, in which its last line is looked for.
constexpr std::size_t kLineMax = 500;     ///< Of that line.

/// The value of `key` in "key=value key=value", "" if it is not there.
std::string_view value_of(std::string_view line, std::string_view key) {
  while (!line.empty()) {
    const std::string_view word = line.substr(0, line.find(' '));
    line.remove_prefix(std::min(line.size(), word.size() + 1));
    const std::size_t equals = word.find('=');
    if (equals != std::string_view::npos && word.substr(0, equals) == key) {
      return word.substr(equals + 1);
    }
  }
  return {};
}

template <class Number = std::int64_t>
Number number_of(std::string_view line, std::string_view key) {
  const std::string_view text = value_of(line, key);
  Number number{};
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::string read_text(int fd) {
  std::string text(kTextMax, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t count =
        ::pread(fd, text.data() + size, text.size() - size, static_cast<off_t>(size));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    size += static_cast<std::size_t>(count);
  }
  text.resize(size);
  return text;
}

std::string path_in(const std::string& directory, const char* file) {
  return directory + '/' + file;
}

Outcome lost(std::string why) { return {.kind = Outcome::Kind::lost, .text = std::move(why)}; }

Outcome not_started(const std::string& boot_id_at_start) {
  // A claim of before the machine went down may not have reached the disk.
  if (!boot_id_at_start.empty() && boot_id_at_start != current_boot_id()) {
    return lost("the machine was restarted");
  }
  return {.kind = Outcome::Kind::not_started, .text = "it was never started"};
}

/// The last line of an output; "" where there is none.
std::string last_line_of(const std::string& path) {
  const UniqueFd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
  struct stat info{};
  if (!fd || ::fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode)) return {};
  std::string tail(kTailMax, '\0');
  const off_t begin = std::max<off_t>(0, info.st_size - static_cast<off_t>(kTailMax));
  const ssize_t size = ::pread(fd.get(), tail.data(), tail.size(), begin);
  return last_line({tail.data(), static_cast<std::size_t>(std::max<ssize_t>(0, size))}, kLineMax);
}

/// A process that failed by itself has mostly said why, at the end.
void add_last_words(const std::string& directory, Outcome& outcome) {
  const bool failed = (outcome.kind == Outcome::Kind::exited && outcome.code != 0) ||
                      outcome.kind == Outcome::Kind::signaled;
  if (!failed || outcome.stopped || outcome.timed_out || !outcome.text.empty()) return;
  outcome.text = last_line_of(path_in(directory, claim::kStderrFile));
  if (outcome.text.empty()) outcome.text = last_line_of(path_in(directory, claim::kStdoutFile));
}

/// The outcome in `status`, or nullopt while there is none.
std::optional<Outcome> read_status(const std::string& directory) {
  const UniqueFd fd{::open(path_in(directory, claim::kStatusFile).c_str(),
                           O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
  if (!fd) return std::nullopt;
  auto outcome = parse_status(read_text(fd.get()));
  if (!outcome) return lost(outcome.error().message);
  add_last_words(directory, *outcome);
  return std::move(outcome).value();
}

/// False where the disk is full: then the next examination has to decide again.
bool append_void(int claim_fd, std::string_view line) {
  return ::write(claim_fd, line.data(), line.size()) == static_cast<ssize_t>(line.size());
}

bool is_passing(int error) {
  return error == EMFILE || error == ENFILE || error == ENOMEM || error == EINTR ||
         error == EAGAIN || error == EIO || error == ENOSPC || error == EDQUOT;
}

Examination unreadable(const std::string& directory, int error) {
  if (is_passing(error)) return AskAgain{};
  return lost("open claim in " + directory + ": " + std::generic_category().message(error));
}

/// Someone has the lock: the process that the claim names, or one that has not written its name
/// yet.
Examination find_alive(const ClaimRecord& record) {
  if (record.supervisor.pid <= 0 || record.boot_id != current_boot_id()) return AskAgain{};
  UniqueFd pidfd = open_pidfd(record.supervisor.pid);
  if (!pidfd) return AskAgain{};
  // Read only now: the descriptor pins whoever had the number when it was opened.
  const auto stat = read_proc_stat(record.supervisor.pid);
  if (!stat || stat->start_ticks != record.supervisor.start_ticks) return AskAgain{};
  return Alive{std::move(pidfd)};
}

/// We have the lock: no supervisor lives, and one that comes later finds the claim void.
Examination conclude_dead(const std::string& directory, const std::string& boot_id_at_start,
                          int claim_fd, const ClaimRecord& record) {
  if (auto outcome = read_status(directory)) return *std::move(outcome);
  if (record.voided == ClaimRecord::Void::not_started) return not_started(boot_id_at_start);
  if (record.voided == ClaimRecord::Void::no && !append_void(claim_fd, "void=lost\n")) {
    return AskAgain{};
  }
  if (record.boot_id.empty() || record.boot_id != current_boot_id()) {
    return lost(record.boot_id.empty() ? "its supervisor died before it started anything"
                                       : "the machine was restarted");
  }
  end_leftovers(record);
  return lost("its supervisor died");
}

}  // namespace

std::string attempt_folder(const std::string& state_directory, const AttemptId& attempt) {
  return state_directory + "/runs/" + to_text(attempt.step.run) + '/' +
         std::to_string(attempt.step.number) + '.' + std::to_string(attempt.attempt);
}

std::string current_boot_id() {
  const UniqueFd fd{::open(claim::kBootIdFile, O_RDONLY | O_CLOEXEC)};
  std::string id = fd.get() < 0 ? std::string{} : read_text(fd.get());
  while (!id.empty() && id.back() == '\n') id.pop_back();
  return id;
}

ClaimRecord parse_claim(std::string_view text) {
  ClaimRecord record;
  while (!text.empty()) {
    const std::size_t newline = text.find('\n');
    if (newline == std::string_view::npos) break;  // Half a line is none.
    const std::string_view line = text.substr(0, newline);
    text.remove_prefix(newline + 1);
    if (line.starts_with("pid=")) {
      record.supervisor = {.pid = number_of<pid_t>(line, "pid"),
                           .start_ticks = number_of<std::uint64_t>(line, "start")};
      record.boot_id = value_of(line, "boot");
    } else if (line.starts_with("child=")) {
      record.child = {.pid = number_of<pid_t>(line, "child"),
                      .start_ticks = number_of<std::uint64_t>(line, "start")};
    } else if (line == "void=lost") {
      record.voided = ClaimRecord::Void::lost;
    } else if (line == "void=not_started") {
      record.voided = ClaimRecord::Void::not_started;
    }
  }
  return record;
}

Result<Outcome> parse_status(std::string_view text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  // The free text comes last and may look like anything.
  const std::size_t text_at = line.find(" text=");
  const std::string_view fields = line.substr(0, text_at);
  const std::string_view kind = value_of(fields, "kind");
  Outcome outcome;
  if (kind == "exit") {
    outcome.kind = Outcome::Kind::exited;
    outcome.code = number_of<int>(fields, "code");
  } else if (kind == "signal") {
    outcome.kind = Outcome::Kind::signaled;
    outcome.signal = number_of<int>(fields, "signal");
  } else if (kind == "exec_error") {
    outcome.kind = Outcome::Kind::exec_error;
    outcome.code = number_of<int>(fields, "errno");
  } else {
    return Error{Errc::invalid, "parse status \"" + std::string{line.substr(0, 80)} +
                                    "\": want kind=exit, signal or exec_error"};
  }
  if (text_at != std::string_view::npos) outcome.text = line.substr(text_at + 6);
  outcome.stopped = value_of(fields, "stopped") == "1";
  outcome.timed_out = value_of(fields, "timed_out") == "1";
  outcome.started = Instant{Micros{number_of(fields, "started_us")}};
  outcome.ended = Instant{Micros{number_of(fields, "ended_us")}};
  outcome.user_us = number_of(fields, "user_us");
  outcome.system_us = number_of(fields, "system_us");
  outcome.max_rss_kb = number_of(fields, "maxrss_kb");
  return outcome;
}

Examination examine_attempt(const std::string& directory, const std::string& boot_id_at_start) {
  if (auto outcome = read_status(directory)) return *std::move(outcome);
  const std::string path = path_in(directory, claim::kClaimFile);
  const UniqueFd created{
      ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600)};
  if (created) {
    // Should this not fit on the disk, a later look finds an empty claim: lost, which is safe.
    static_cast<void>(append_void(created.get(), "void=not_started\n"));
    return not_started(boot_id_at_start);
  }
  // Without the folder no supervisor can claim it, now or later.
  if (errno == ENOENT || errno == ENOTDIR) return not_started(boot_id_at_start);
  if (errno != EEXIST) return unreadable(directory, errno);

  const UniqueFd fd{::open(path.c_str(), O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW)};
  if (!fd) return errno == ENOENT ? Examination{AskAgain{}} : unreadable(directory, errno);
  const bool locked = ::flock(fd.get(), LOCK_EX | LOCK_NB) == 0;
  const ClaimRecord record = parse_claim(read_text(fd.get()));
  if (!locked) return find_alive(record);
  return conclude_dead(directory, boot_id_at_start, fd.get(), record);
}

UniqueFd open_messages(const std::string& directory) {
  UniqueFd fd{::open(path_in(directory, kPipesMessagesFile).c_str(),
                     O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
  struct stat file{};
  if (fd.get() >= 0 && (::fstat(fd.get(), &file) != 0 || !S_ISREG(file.st_mode))) return UniqueFd{};
  return fd;
}

}  // namespace freshet
