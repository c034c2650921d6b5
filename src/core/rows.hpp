// Which rows a moment leaves to be written.
#pragma once
#include "core/state.hpp"

namespace freshet::core {

/// Takes the rows that were touched since the last call, and lets go of runs that have ended.
[[nodiscard]] Rows take_touched(Engine::State& state);

}  // namespace freshet::core
