// Answers so large that they are made in the pool.
#pragma once
#include <functional>
#include <string>

#include "api/call.hpp"
#include "freshet/result.hpp"

namespace freshet::api {

/// Answers with the JSON that `render` makes on a pool thread; 304 for who has this one already.
/// An error is the asker's mistake, as of lists.
void send_rendered(const CallPtr& call, const std::string& etag,
                   std::function<Result<std::string>()> render);

}  // namespace freshet::api
