#include "notify/command.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "base/unique_fd.hpp"
#include "freshet/result.hpp"

namespace freshet::notify {
namespace {

constexpr std::size_t said_max = 2'000;

Error failure(const std::string& what, int error) {
  return Error{Errc::io, what + ": " + std::generic_category().message(error)};
}

/// A file in memory, from its beginning.
Result<UniqueFd> make_input(std::string_view text) {
  UniqueFd fd{::memfd_create("alert", MFD_CLOEXEC)};
  if (!fd) return failure("create a file in memory", errno);
  while (!text.empty()) {
    const ssize_t written = ::write(fd.get(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failure("write a file in memory", errno);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::lseek(fd.get(), 0, SEEK_SET) != 0) return failure("rewind a file in memory", errno);
  return fd;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> out;
  out.reserve(texts.size() + 1);
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

struct SpawnSettings {
  posix_spawnattr_t attributes{};
  posix_spawn_file_actions_t actions{};

  SpawnSettings(const std::string& directory, int in, int err) {
    ::posix_spawnattr_init(&attributes);
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_setflags(&attributes,
                               POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    sigset_t set;
    ::sigfillset(&set);
    ::sigdelset(&set, SIGKILL);
    ::sigdelset(&set, SIGSTOP);
    ::posix_spawnattr_setsigdefault(&attributes, &set);
    ::sigemptyset(&set);
    ::posix_spawnattr_setsigmask(&attributes, &set);
    if (!directory.empty()) ::posix_spawn_file_actions_addchdir_np(&actions, directory.c_str());
    ::posix_spawn_file_actions_adddup2(&actions, in, 0);
    ::posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, err, 2);
    ::posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
  ~SpawnSettings() {
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
  }
};

}  // namespace

Result<Command> Command::start(const CommandCall& call) {
  FRESHET_ASSERT(!call.argv.empty());
  const std::string what = "start " + call.argv.front();
  std::vector<std::string> argv = call.argv;
  std::vector<std::string> environment;
  for (const auto& [name, value] : call.environment)
    environment.push_back(std::string{name}.append("=").append(value));
  for (const auto* texts : {&argv, &environment}) {
    for (const std::string& text : *texts) {
      if (text.find('\0') != std::string::npos)
        return Error{Errc::invalid, what + ": a NUL character in command or environment"};
    }
  }
  FRESHET_TRY(const UniqueFd in, make_input(call.input));
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return failure(what, errno);
  UniqueFd read_end{ends[0]};
  const UniqueFd write_end{ends[1]};
  // It writes as it is used to; only we never wait.
  if (::fcntl(write_end.get(), F_SETFL, 0) != 0) return failure(what, errno);
  const SpawnSettings settings{call.directory, in.get(), write_end.get()};
  pid_t pid{};
  const int error =
      ::posix_spawnp(&pid, argv.front().c_str(), &settings.actions, &settings.attributes,
                     pointers_to(argv).data(), pointers_to(environment).data());
  if (error != 0) return failure(what, error);
  // The number cannot pass to anyone else before we reap the process.
  UniqueFd pidfd{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))};
  const int pidfd_error = errno;
  Command out{pid, std::move(pidfd), std::move(read_end)};
  if (!out.pidfd_) return failure(what + ": watch it", pidfd_error);
  return Result<Command>{boost::system::in_place_value, std::move(out)};
}

Command::~Command() {
  if (pid_.value == 0) return;
  ::kill(-pid_.value, SIGKILL);
  while (::waitpid(pid_.value, nullptr, 0) < 0 && errno == EINTR) {
  }
}

void Command::ask_to_end() const {
  if (pid_.value == 0) return;
  ::kill(-pid_.value, SIGTERM);
  ::kill(-pid_.value, SIGCONT);
}

void Command::read_stderr() {
  std::array<char, 4096> piece{};
  while (stderr_) {
    const ssize_t size = ::read(stderr_.get(), piece.data(), piece.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == EAGAIN) return;
    if (size <= 0) return stderr_.reset();
    said_.append(piece.data(), static_cast<std::size_t>(size));
    if (said_.size() > said_max) said_.erase(0, said_.size() - said_max);
  }
}

std::optional<std::string> Command::ended() {
  siginfo_t info{};
  if (::waitid(P_PID, static_cast<id_t>(pid_.value), &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
      info.si_pid == 0) {
    return std::nullopt;
  }
  read_stderr();
  ::kill(-pid_.value, SIGKILL);  // The unreaped child still holds the number.
  int status{};
  ::waitpid(std::exchange(pid_.value, 0), &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return std::string{};
  std::string out = WIFEXITED(status) ? "exit code " + std::to_string(WEXITSTATUS(status))
                                      : "signal " + std::to_string(WTERMSIG(status));
  const std::string_view said = trim(said_);
  const std::string_view last = said.substr(said.rfind('\n') + 1);
  return last.empty() ? out : out + ": " + std::string{last};
}

}  // namespace freshet::notify
