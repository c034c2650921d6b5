// What freshet-step was asked to do: its command line.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

namespace freshet::step {

struct Options {
  std::string directory;  ///< The attempt's folder; exists.
  std::string working_directory;
  std::int64_t grace_ms{};  ///< Between TERM and KILL.
  std::optional<std::int64_t>
      deadline_ms;  ///< From the start; acted on when the grace is over too.
  std::string boot_id;
  char** command{};  ///< argv of the child, null-terminated; borrowed from main's.
};

/// Reads the command line; nullopt after having said on stderr what is wrong.
[[nodiscard]] std::optional<Options> parse_options(int argc, char** argv);

}  // namespace freshet::step
