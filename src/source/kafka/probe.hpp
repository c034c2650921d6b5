// What a look at a topic finds, by a connection of its own that leaves no trace.
#pragma once
#include "freshet/definitions.hpp"
#include "freshet/service.hpp"
#include "freshet/time.hpp"

namespace freshet::kafka {

/// Blocks, for about `timeout` per answer of the cluster.
[[nodiscard]] SourceTest probe(const AssetDefinition& asset, Millis timeout);

}  // namespace freshet::kafka
