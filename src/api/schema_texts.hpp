// Schemas of the OpenAPI document that live in files of their own, as JSON objects by name.
#pragma once
#include <string_view>

namespace freshet::api {

/// Of answers about all assets, or the whole graph.
extern const std::string_view graph_schemas;
/// Of logs and of the daemon itself.
extern const std::string_view operation_schemas;
/// Of what happened, and of what is wrong.
extern const std::string_view history_schemas;

}  // namespace freshet::api
