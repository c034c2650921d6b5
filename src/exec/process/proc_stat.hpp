// Who a process is: parent, group, session, start, from /proc/PID/stat.  A pid and its start ticks
// name one process for as long as the machine is up.  Free of everything but libc.
#pragma once
#include <dirent.h>
#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <vector>

namespace freshet {

struct ProcStat {
  pid_t pid{};
  char state{};  ///< 'Z' is a zombie.
  pid_t parent{};
  pid_t group{};
  pid_t session{};
  std::uint64_t start_ticks{};  ///< Since boot.
};

/// Returns nullopt when there is no such process (or no /proc).
[[nodiscard]] inline std::optional<ProcStat> read_proc_stat(pid_t pid) {
  char path[40];
  std::snprintf(path, sizeof path, "/proc/%d/stat", static_cast<int>(pid));
  const int fd = ::open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return std::nullopt;
  char text[1024];
  const ssize_t size = ::read(fd, text, sizeof text - 1);
  ::close(fd);
  if (size <= 0) return std::nullopt;
  text[size] = '\0';
  const char* at = std::strrchr(text, ')');  // The name before it may hold anything.
  ProcStat stat{.pid = pid};
  int parent{};
  int group{};
  int session{};
  if (at == nullptr ||
      std::sscanf(at + 1, " %c %d %d %d", &stat.state, &parent, &group, &session) != 4) {
    return std::nullopt;
  }
  stat.parent = parent;
  stat.group = group;
  stat.session = session;
  // The state is field 3, the start time field 22.
  for (int field = 2; field < 22 && at != nullptr; ++field) at = std::strchr(at + 1, ' ');
  if (at == nullptr) return std::nullopt;
  stat.start_ticks = std::strtoull(at + 1, nullptr, 10);
  return stat;
}

/// All processes that can be seen; a moment later it may be another set.
[[nodiscard]] inline std::vector<ProcStat> list_processes() {
  std::vector<ProcStat> found;
  DIR* proc = ::opendir("/proc");
  if (proc == nullptr) return found;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): only a DIR that is shared would be.
  while (const dirent* entry = ::readdir(proc)) {
    char* end{};
    const long pid = std::strtol(entry->d_name, &end, 10);
    if (pid <= 0 || *end != '\0') continue;
    if (const auto stat = read_proc_stat(static_cast<pid_t>(pid))) found.push_back(*stat);
  }
  ::closedir(proc);
  return found;
}

}  // namespace freshet
