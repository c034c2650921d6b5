// What the folder of an attempt says about its process: ended, alive, lost or never begun.
//
// Everything here may block; call it on the pool.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/unique_fd.hpp"
#include "exec/process/outcome.hpp"
#include "freshet/logs.hpp"
#include "freshet/result.hpp"

namespace freshet {

/// STATE/runs/RUN/STEP.ATTEMPT.
[[nodiscard]] std::string attempt_folder(const std::string& state_directory,
                                         const AttemptId& attempt);

/// Names this run of the machine: pids and start ticks mean nothing beyond it.  "" if it cannot be
/// read.
[[nodiscard]] std::string current_boot_id();

/// A process that was alive once: its number, and what tells it from a later one with that number.
struct ProcessMark {
  pid_t pid{};  ///< 0: not recorded.
  std::uint64_t start_ticks{};
};

/// What the file `claim` says.
struct ClaimRecord {
  enum class Void : std::uint8_t { no, lost, not_started };
  ProcessMark supervisor;
  ProcessMark child;  ///< Leader of its group, in the supervisor's session.
  std::string boot_id;
  Void voided{Void::no};  ///< What a daemon concluded once is final.
};
[[nodiscard]] ClaimRecord parse_claim(std::string_view text);

/// Reads the line that freshet-step writes into `status`.
[[nodiscard]] Result<Outcome> parse_status(std::string_view text);

/// The supervisor lives; the descriptor becomes readable when it ends.
struct Alive {
  UniqueFd pidfd;
};
/// Between two states that last (someone is just being born, or dying): ask again soon.
struct AskAgain {};
using Examination = std::variant<Outcome, Alive, AskAgain>;

/// Follows the claim protocol.  It decides as well as looks: after `not_started` and `lost` no
/// supervisor that is still on its way will start anything, and what is left of a dead one's group
/// is killed.  `boot_id_at_start` is that of the intended start; "" for this one.
[[nodiscard]] Examination examine_attempt(const std::string& directory,
                                          const std::string& boot_id_at_start);

/// Opens the message file for reading without waiting; invalid if it is not there or no plain file.
[[nodiscard]] UniqueFd open_messages(const std::string& directory);

}  // namespace freshet
