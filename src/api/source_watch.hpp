// What a source watches, for people: what its definition says, but for secrets.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "api/json_text.hpp"
#include "freshet/sources.hpp"

namespace freshet::api {

/// Only what is given; durations in seconds.
[[nodiscard]] Json watch_json(const SourceDefinition& source);

/// An address without password and query: "postgresql://reader@db:5432/shop".  "" for what is none.
[[nodiscard]] std::string without_secrets(std::string_view url);

}  // namespace freshet::api
