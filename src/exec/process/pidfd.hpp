// A process held by a descriptor: its number cannot pass to another one behind our back.
//
// By system call, because the header of glibc 2.36 gives its wrappers C++ names.
#pragma once
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/unique_fd.hpp"

namespace freshet {

/// Readable once the process has ended (close-on-exec).  Invalid, with errno, if there is none.
[[nodiscard]] inline UniqueFd open_pidfd(pid_t pid) {
  return UniqueFd{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))};
}

/// Nothing happens to a process that has ended.
inline void signal_pidfd(int pidfd, int signal) {
  ::syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0);
}

}  // namespace freshet
