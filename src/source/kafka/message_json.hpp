// JSON that strangers wrote: whoever walks it later may do so by recursion.  Pure.
#pragma once
#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "freshet/result.hpp"

namespace freshet::kafka {

inline constexpr std::size_t json_depth_max = 64;  ///< Of lists and objects in each other.

/// Errc::invalid says what is wrong with it, as what follows "the message": it "is not JSON", or
/// is nested too deeply.
[[nodiscard]] Result<nlohmann::json> read_message_json(std::string_view text);

}  // namespace freshet::kafka
