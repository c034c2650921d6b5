// What a step's process finds in its environment: a clean one, nothing of the daemon's by accident.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace freshet {

struct EnvironmentParts {
  std::map<std::string, std::string> daemon;    ///< The daemon's own; only a few names are taken.
  std::map<std::string, std::string> declared;  ///< The asset's; wins over the daemon's.
  std::string run_id;                           ///< As printed.
  std::string asset;
  std::optional<std::string> partition;
  int attempt{1};
  std::string project_directory;
  std::string attempt_directory;  ///< Absolute; where the Pipes files are.
};

/// Returns PATH, HOME, LANG, TZ and TMPDIR where the daemon has them, what is declared,
/// FRESHET_RUN_ID, FRESHET_ASSET, FRESHET_PARTITION (if one), FRESHET_ATTEMPT, FRESHET_PROJECT_DIR
/// and the two Pipes variables, later ones winning; sorted by name, each name once.  Pure.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> step_environment(
    const EnvironmentParts& parts);

/// Reads "NAME=value" strings such as `environ`; what has no "=" is left out.
[[nodiscard]] std::map<std::string, std::string> parse_environment(const char* const* strings);

}  // namespace freshet
