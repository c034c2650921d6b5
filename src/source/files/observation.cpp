#include "source/files/observation.hpp"

#include <nlohmann/json.hpp>
#include <string>

#include "freshet/engine.hpp"
#include "freshet/time.hpp"
#include "source/files/fingerprint.hpp"

namespace freshet::files {

input::Event observation_of(const std::string& asset, const std::string& partition,
                            const std::string& path, const Summary& summary) {
  nlohmann::json metadata{{"files", summary.files}, {"bytes", summary.bytes}, {"path", path}};
  if (summary.newest) metadata["newest"] = format_instant(*summary.newest);
  constexpr auto replace = nlohmann::json::error_handler_t::replace;  // a path may be any bytes
  return {.kind = input::Event::Kind::automatic,
          .asset = asset,
          .partition = partition,
          .data_version = summary.version,
          .metadata = metadata.dump(-1, ' ', false, replace),
          .source = asset,
          .only_if_changed = true};
}

}  // namespace freshet::files
