// How a supervisor is started for an attempt.
#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/unique_fd.hpp"
#include "freshet/ids.hpp"
#include "freshet/result.hpp"
#include "freshet/time.hpp"

namespace freshet {

/// One attempt of a step, to be started.
struct Launch {
  StepId step;
  int attempt{1};
  std::string directory;             ///< The attempt's folder, absolute; made here (0700).
  std::vector<std::string> command;  ///< argv; looked up in the PATH of `environment`.
  std::vector<std::pair<std::string, std::string>> environment;  ///< Complete.
  std::string working_directory;
  Millis grace{};                  ///< Between TERM and KILL.
  std::optional<Millis> deadline;  ///< Backstop: acted on when the grace is over as well.
  std::string context{"{}"};       ///< Text of the Pipes context file.
};

/// A supervisor that has been started.
struct Launched {
  bool is_new{true};  ///< False: the attempt had been claimed before; nothing was started now.
  pid_t pid{};
  UniqueFd pidfd;     ///< Invalid if it could not be opened; the supervisor runs all the same.
  UniqueFd messages;  ///< For reading.
};

/// Makes the folder and its Pipes files, and starts freshet-step there.  Blocks for a millisecond
/// or two; call it on the pool.
[[nodiscard]] Result<Launched> launch_supervisor(const std::string& step_binary,
                                                 const std::string& boot_id, const Launch& launch);

}  // namespace freshet
