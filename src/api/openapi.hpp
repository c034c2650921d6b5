// The API's description of itself: OpenAPI 3.1, made of the table of routes and the schemas.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <span>

#include "api/json_text.hpp"
#include "api/route.hpp"

namespace freshet::api {

/// Requires that every schema and query value that a route names is known.
[[nodiscard]] Json openapi_document(std::span<const Route> table);

/// components.schemas: what requests and answers look like.
[[nodiscard]] Json schemas();

}  // namespace freshet::api
