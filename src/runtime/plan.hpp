// What would run if some assets changed: the real engine, on a copy of the state, with steps that
// all succeed.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "freshet/engine.hpp"
#include "freshet/service.hpp"

namespace freshet::runtime {

/// Pure; takes time in proportion to the graph.  Errc::not_found for an unknown key.
[[nodiscard]] Result<Plan> make_plan(const std::shared_ptr<const Graph>& graph, Rows rows,
                                     const std::vector<std::string>& changed, Instant now);

}  // namespace freshet::runtime
