#include "exec/process/launch.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "base/file.hpp"
#include "base/unique_fd.hpp"
#include "exec/pipes/pipes.hpp"
#include "exec/process/attempt_folder.hpp"
#include "exec/process/claim.hpp"
#include "exec/process/pidfd.hpp"
#include "freshet/result.hpp"

namespace freshet {
namespace {

constexpr std::size_t kClaimMax = 65'536;

Error failure(const std::string& what, int error) {
  return Error{Errc::io, what + ": " + std::generic_category().message(error)};
}

/// Takes back a claim that an examination made only to find that nobody had; says whether the way
/// is free.  A supervisor of an earlier start that comes this late may take it, but then alone.
Result<bool> free_claim(const std::string& directory) {
  const std::string path = directory + '/' + claim::kClaimFile;
  const auto text = read_file(path, kClaimMax);
  if (!text && text.error().code == Errc::not_found) return true;
  if (!text) return text.error();
  const ClaimRecord record = parse_claim(*text);
  if (record.voided != ClaimRecord::Void::not_started) return false;
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return failure("remove " + path, errno);
  return true;
}

/// The folder of its run may be removed, being empty for a moment, while this is made in it.
Result<void> make_folder(const std::string& directory) {
  auto made = make_directories(directory, 0700);
  for (int again = 0; !made && again < 3; ++again) made = make_directories(directory, 0700);
  return made;
}

Result<void> write_context(const std::string& directory, std::string_view context) {
  const std::string path = directory + '/' + kPipesContextFile;
  const UniqueFd fd{
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (!fd) return failure("create " + path, errno);
  while (!context.empty()) {
    const ssize_t written = ::write(fd.get(), context.data(), context.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failure("write " + path, errno);
    context.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<UniqueFd> create_messages(const std::string& directory) {
  const std::string path = directory + '/' + kPipesMessagesFile;
  UniqueFd fd{::open(path.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600)};
  if (!fd) return failure("create " + path, errno);
  return fd;
}

/// The strings, and the null-terminated array of pointers to them that exec wants.
class Strings {
 public:
  void add(std::string text) { texts_.push_back(std::move(text)); }
  char** pointers() {
    pointers_.clear();
    for (std::string& text : texts_) pointers_.push_back(text.data());
    pointers_.push_back(nullptr);
    return pointers_.data();
  }

 private:
  std::vector<std::string> texts_;
  std::vector<char*> pointers_;
};

Strings arguments(const std::string& binary, const std::string& boot_id, const Launch& launch) {
  Strings argv;
  for (const std::string& text :
       {binary, std::string{"--dir"}, launch.directory, std::string{"--cwd"},
        launch.working_directory, std::string{"--grace-ms"},
        std::to_string(launch.grace.count())}) {
    argv.add(text);
  }
  if (launch.deadline) {
    argv.add("--deadline-ms");
    argv.add(std::to_string(launch.deadline->count()));
  }
  if (!boot_id.empty()) {
    argv.add("--boot-id");
    argv.add(boot_id);
  }
  argv.add("--");
  for (const std::string& word : launch.command) argv.add(word);
  return argv;
}

bool holds_nul(const Launch& launch) {
  const auto has = [](std::string_view text) { return text.find('\0') != std::string_view::npos; };
  for (const std::string& word : launch.command) {
    if (has(word)) return true;
  }
  for (const auto& [name, value] : launch.environment) {
    if (has(name) || has(value)) return true;
  }
  return false;
}

struct SpawnSettings {
  posix_spawnattr_t attributes{};
  posix_spawn_file_actions_t actions{};

  SpawnSettings() {
    ::posix_spawnattr_init(&attributes);
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_setflags(&attributes,
                               POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    sigset_t all;
    ::sigfillset(&all);
    ::sigdelset(&all, SIGKILL);
    ::sigdelset(&all, SIGSTOP);
    ::posix_spawnattr_setsigdefault(&attributes, &all);
    // Blocked from birth, so that a stop which comes before it listens waits instead of killing it.
    sigset_t blocked;
    ::sigemptyset(&blocked);
    for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGCHLD}) ::sigaddset(&blocked, number);
    ::posix_spawnattr_setsigmask(&attributes, &blocked);
    ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDWR, 0);
    ::posix_spawn_file_actions_adddup2(&actions, 0, 1);
    ::posix_spawn_file_actions_adddup2(&actions, 0, 2);
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

Result<Launched> launch_supervisor(const std::string& step_binary, const std::string& boot_id,
                                   const Launch& launch) {
  if (launch.command.empty()) return Error{Errc::invalid, "start step: its command is empty"};
  if (holds_nul(launch)) {
    return Error{Errc::invalid,
                 "start " + launch.command.front() + ": a NUL character in command or environment"};
  }
  if (const auto made = make_folder(launch.directory); !made) return made.error();
  FRESHET_TRY(const bool is_free, free_claim(launch.directory));
  if (!is_free) return Launched{.is_new = false};
  if (const auto written = write_context(launch.directory, launch.context); !written) {
    return written.error();
  }
  FRESHET_TRY(UniqueFd messages, create_messages(launch.directory));

  Strings argv = arguments(step_binary, boot_id, launch);
  Strings environment;
  for (const auto& [name, value] : launch.environment)
    environment.add(std::string{name}.append("=").append(value));
  const SpawnSettings settings;
  // A place in the table of open files, kept until the process is there and its own needs one.
  UniqueFd place{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
  if (!place) return failure("start " + launch.command.front(), errno);
  pid_t pid{};
  const int error = ::posix_spawn(&pid, step_binary.c_str(), &settings.actions,
                                  &settings.attributes, argv.pointers(), environment.pointers());
  if (error == E2BIG) {
    return failure("start " + launch.command.front() + ": command and environment", error);
  }
  if (error != 0) return failure("start supervisor " + step_binary, error);
  place.reset();
  // The number cannot pass to anyone else before we reap the process.
  return Launched{.pid = pid, .pidfd = open_pidfd(pid), .messages = std::move(messages)};
}

}  // namespace freshet
