// How the step's process is started, what descends from it, and how all of that is ended.
#pragma once
#include <sys/resource.h>
#include <sys/types.h>

#include <cstdint>
#include <string>

#include "step/options.hpp"

namespace freshet::step {

struct Child {
  pid_t pid{-1};     ///< Also its process group.
  int error_fd{-1};  ///< Non-blocking; holds an ExecError if the command could not be started.
  int go_fd{-1};     ///< It waits for release().
};

/// Makes the process that will run the command, in a group of its own, to die with us.  On failure
/// pid is -1 and errno set.
[[nodiscard]] Child start_child(const Options& options, int stdout_fd, int stderr_fd);

/// Lets it run the command; until then it can be put on record.
void release(Child& child);

struct ExecError {
  enum Stage : std::uint8_t { kNone, kPrepare, kDirectory, kCommand };
  Stage stage{kNone};
  int error{};
};
/// Reads why the command could not be started; stage kNone when it was.  Call it once, after the
/// end.
[[nodiscard]] ExecError read_exec_error(const Child& child);
/// "start COMMAND: reason", naming what could not be found.
[[nodiscard]] std::string describe(const ExecError& error, const Options& options);

/// Says whether a process lives that descends from us or is in the child's group, the child aside.
[[nodiscard]] bool has_others(pid_t child);
/// Kills and reaps everything that descends from us, again and again until nothing does; gives up
/// after ten seconds on what not even the kernel can end now (it never runs again).
void end_descendants();

}  // namespace freshet::step
