// What a source of files here would tell, before anybody relies on it.
#pragma once
#include <atomic>

#include "freshet/definitions.hpp"
#include "freshet/service.hpp"

namespace freshet::files {

/// Looks once, and watches nothing.  Blocks; ends early, with something that is not to be used,
/// when `stop` is set.
[[nodiscard]] SourceTest probe(const AssetDefinition& asset, const std::atomic<bool>& stop);

}  // namespace freshet::files
