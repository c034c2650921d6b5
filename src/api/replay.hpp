// Under which key the engine remembers that a rejected event was tried again, so that it counts
// once.
#pragma once
#include <string>
#include <string_view>

#include "freshet/ids.hpp"

namespace freshet::api {

inline constexpr std::string_view replay_prefix = "freshet: replay of event ";

[[nodiscard]] inline std::string replay_key(Sequence rejected) {
  return std::string{replay_prefix} + std::to_string(rejected.value);
}

}  // namespace freshet::api
