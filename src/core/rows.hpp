// State as rows: those that a moment leaves to be written, and those of some assets.
#pragma once
#include "core/state.hpp"

namespace freshet::core {

/// Takes the rows that were touched since the last call, and lets go of runs that have ended.
[[nodiscard]] Rows take_touched(Engine::State& state);

/// Adds all that is stored under an asset's id, but for its cursor.
void add_rows(const Engine::State& state, AssetId a, Rows& rows);
/// Adds what is stored under no asset, but for runs, backfills and what came in: names and keys of
/// partitions, ticks that passed, tags of runs; and where the numbering is.
void add_common_rows(const Engine::State& state, Rows& rows);

}  // namespace freshet::core
