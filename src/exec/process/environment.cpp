#include "exec/process/environment.hpp"
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "exec/pipes/pipes.hpp"

namespace freshet {

std::vector<std::pair<std::string, std::string>> step_environment(const EnvironmentParts& parts) {
  std::map<std::string, std::string> result;
  for (const char* name : {"PATH", "HOME", "LANG", "TZ", "TMPDIR"}) {
    if (const auto found = parts.daemon.find(name); found != parts.daemon.end()) {
      result.insert(*found);
    }
  }
  for (const auto& [name, value] : parts.declared) result[name] = value;
  result["FRESHET_RUN_ID"] = parts.run_id;
  result["FRESHET_ASSET"] = parts.asset;
  result.erase("FRESHET_PARTITION");
  if (parts.partition) result["FRESHET_PARTITION"] = *parts.partition;
  result["FRESHET_ATTEMPT"] = std::to_string(parts.attempt);
  result["FRESHET_PROJECT_DIR"] = parts.project_directory;
  for (auto& [name, value] : pipes_environment(parts.attempt_directory)) result[name] = value;
  return {result.begin(), result.end()};
}

std::map<std::string, std::string> parse_environment(const char* const* strings) {
  std::map<std::string, std::string> result;
  for (; strings != nullptr && *strings != nullptr; ++strings) {
    const std::string_view text{*strings};
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0) continue;
    result.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return result;
}

}  // namespace freshet
