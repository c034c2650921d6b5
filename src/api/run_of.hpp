// The run that a path names, active or ended.
#pragma once
#include <functional>
#include <optional>

#include "api/call.hpp"
#include "freshet/history.hpp"

namespace freshet::api {

/// The path's `id`; answers 404 and returns nullopt where it cannot be one.
[[nodiscard]] std::optional<RunId> run_of(const CallPtr& call);

/// Calls `then` with the run, else answers 404.
void find_run(const CallPtr& call, RunId id, std::function<void(const StoredRun&)> then);

/// Answers with the run as it is in the call's view, or else in history.
void send_run(const CallPtr& call, RunId id);

}  // namespace freshet::api
