// What a process's metadata say: each value with its type, `__infer__` resolved.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace freshet {

/// Returns {"name": {"type": T, "value": V}} as compact JSON; "{}" for null.  Values that are not
/// in the protocol's {"type", "raw_value"} form are kept by inferring their type; so is, under the
/// name "metadata", something that is no object at all.
[[nodiscard]] std::string normalize_pipes_metadata(const nlohmann::json& metadata);

}  // namespace freshet
