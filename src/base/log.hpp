// Where the shell's log lines go: one named logger per module, all to stderr.
#pragma once
#include <spdlog/logger.h>

#include <string_view>

#include "freshet/result.hpp"

namespace freshet {

/// The logger of a module ("store", "api", ...), made at first use; it lives as long as the
/// process. Lines read `2026-01-31T13:00:00.123456Z info store: constant phrase key=value`.  Any
/// thread.
[[nodiscard]] spdlog::logger& log(std::string_view module);

/// "trace", "debug", "info", "warn", "error" or "off": for all modules, also those still to come.
/// "info" before the first call.  Any thread.
[[nodiscard]] Result<void> set_log_level(std::string_view name);

}  // namespace freshet
