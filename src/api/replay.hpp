// Under which key the engine remembers that a rejected event was tried again, so that it counts
// once.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "freshet/ids.hpp"

namespace freshet::api {

inline constexpr std::string_view replay_prefix = "freshet: replay of event ";

[[nodiscard]] inline std::string replay_key(Sequence rejected) {
  return std::string{replay_prefix} + std::to_string(rejected.value);
}

/// Of one event of several that come of it.
[[nodiscard]] inline std::string replay_part_key(Sequence rejected, std::size_t part) {
  return "freshet: part " + std::to_string(part) + " of replay of event " +
         std::to_string(rejected.value);
}

}  // namespace freshet::api
