// Where the shell's log lines go: one named logger per module, all to stderr; the last of them are
// remembered.
#pragma once
#include <spdlog/logger.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/result.hpp"
#include "freshet/time.hpp"

namespace freshet {

/// The logger of a module ("store", "api", ...), made at first use; it lives as long as the
/// process. Lines read `2026-01-31T13:00:00.123456Z info store: constant phrase key=value`.  Any
/// thread.
[[nodiscard]] spdlog::logger& log(std::string_view module);

/// "trace", "debug", "info", "warn", "error" or "off": for all modules, also those still to come.
/// "info" before the first call.  Any thread.
[[nodiscard]] Result<void> set_log_level(std::string_view name);

/// A line that was logged.
struct LoggedLine {
  Instant at{};
  std::string_view level;  ///< "debug", "info", "warning" or "error".
  std::string logger;
  std::string text;  ///< At most logged_text_max bytes.
};
inline constexpr std::size_t logged_lines_max = 2'000;
inline constexpr std::size_t logged_text_max = 4'096;

/// The last lines of this process that were logged, at most logged_lines_max; the oldest first. Any
/// thread.
[[nodiscard]] std::vector<LoggedLine> logged_lines();

}  // namespace freshet
