// A program that is told of an alert: started, watched, and ended when it takes too long.
#pragma once
#include <sys/types.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/unique_fd.hpp"
#include "freshet/result.hpp"

namespace freshet::notify {

struct CommandCall {
  std::vector<std::string> argv;  ///< Looked up in the PATH of the daemon.
  std::vector<std::pair<std::string, std::string>> environment;  ///< Complete.
  std::string directory;
  std::string input;  ///< What it finds at its standard input.
};

/// A process with a session and a group of its own; what is left of the group ends with it, and
/// both end when this goes.  One thread.
class Command {
 public:
  /// Blocks for a millisecond or two.
  static Result<Command> start(const CommandCall& call);
  Command(Command&& other) noexcept = default;
  Command& operator=(Command&&) = delete;
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;
  ~Command();

  /// Readable when it has ended.
  [[nodiscard]] int pidfd() const { return pidfd_.get(); }
  /// Readable when it has written to its standard error; -1 when it has closed that.
  [[nodiscard]] int stderr_fd() const { return stderr_.get(); }
  /// Takes what it has written; keeps the last of it.
  void read_stderr();
  /// TERM, to the group.
  void ask_to_end() const;
  /// nullopt while it runs; then "" for exit 0, else how it ended with the last that it wrote.
  [[nodiscard]] std::optional<std::string> ended();

 private:
  Command(pid_t pid, UniqueFd pidfd, UniqueFd stderr_fd)
      : pid_{pid}, pidfd_{std::move(pidfd)}, stderr_{std::move(stderr_fd)} {}

  struct Pid {
    pid_t value{};
    Pid(pid_t v)
        : value{v} {}  // NOLINT(google-explicit-constructor): a number that is moved out of
    Pid(Pid&& other) noexcept : value{std::exchange(other.value, 0)} {}
    Pid& operator=(Pid&&) = delete;
  };
  Pid pid_;
  UniqueFd pidfd_;
  UniqueFd stderr_;
  std::string said_;
};

}  // namespace freshet::notify
