// What is known of all assets but their state, as columns in the order of the graph.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "api/view.hpp"
#include "freshet/graph.hpp"

namespace freshet::api {

/// By rank: the group's number in the catalog's `groups`, -1 for none.
[[nodiscard]] std::vector<std::int32_t> group_numbers(const Graph& graph);

/// JSON of `GET catalog`; for the pool.
[[nodiscard]] std::string catalog_text(const Catalog& catalog, const std::string& instance);

}  // namespace freshet::api
