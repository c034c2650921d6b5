// How JSON is read from strangers, and written so that it is always UTF-8.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "freshet/result.hpp"

namespace freshet::api {

using Json = nlohmann::json;

inline constexpr std::size_t json_depth_max = 64;

/// Reads one value.  The error names line and column (from 1, in bytes) of what is wrong: syntax,
/// bytes that are not UTF-8, or more than json_depth_max levels.  Any thread.
[[nodiscard]] Result<Json> parse_json(std::string_view text);

/// A Json that went well: there are too many ways in which one might become an Error.
[[nodiscard]] Result<Json> fine(Json value);

/// Compact; bytes that are not UTF-8 become U+FFFD.  Any thread.
[[nodiscard]] std::string dump(const Json& value);

}  // namespace freshet::api
