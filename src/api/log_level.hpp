// How serious a line of a log is, guessed from its text: nobody says so otherwise.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "freshet/result.hpp"

namespace freshet::api {

enum class LogLevel : std::uint8_t { debug, info, warning, error };

[[nodiscard]] std::string_view to_text(LogLevel level);
/// "debug", "info", "warning" or "error"; nullopt for "".
[[nodiscard]] Result<std::optional<LogLevel>> parse_level(std::string_view word);

/// Of a line as JSON ("level" and its kin, as words or as pino's numbers), as key=value, as glog
/// writes it, of a traceback or an exception; else the first word of its beginning that names a
/// level: in capitals ("ERROR"), or set off ("[error]", "warning:").  nullopt where none does.
[[nodiscard]] std::optional<LogLevel> guess_level(std::string_view line);

}  // namespace freshet::api
