// Whether a plan made of a part of the state is the plan made of all of it.
#pragma once
#include <memory>
#include <string>

#include "freshet/engine.hpp"

namespace freshet::sim {

/// "" where both say the same about a change of this asset.
[[nodiscard]] std::string plan_difference(const Engine& engine,
                                          const std::shared_ptr<const Graph>& graph,
                                          const std::string& changed, Instant now);

}  // namespace freshet::sim
