// What a source's look is to the engine: one observation.
#pragma once
#include <string>

#include "freshet/engine.hpp"
#include "source/files/fingerprint.hpp"

namespace freshet::files {

/// `path` as the definition has it.  The metadata: {"bytes", "files", "newest", "path"}.
[[nodiscard]] input::Event observation_of(const std::string& asset, const std::string& partition,
                                          const std::string& path, const Summary& summary);

}  // namespace freshet::files
