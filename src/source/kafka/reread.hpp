// What was rejected of a topic, judged anew by the rules that its source has now.
#pragma once
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "freshet/definitions.hpp"
#include "freshet/engine.hpp"
#include "freshet/result.hpp"
#include "freshet/time.hpp"

namespace freshet::kafka {

/// `body` is what was kept of it.  A message is read from there or, where it was too long to be
/// kept, from its topic; what the engine refused of a batch is what it was.  Returns what is to be
/// told. Errc::invalid: it cannot be used now either; Errc::conflict: there is nothing to tell of
/// it; Errc::not_found: it is gone from its topic; Errc::io: somebody did not answer.  Blocks, for
/// about `timeout` per answer.
[[nodiscard]] Result<std::vector<input::Event>> reread(const AssetDefinition& asset,
                                                       const std::string& body, const Clock& clock,
                                                       Millis timeout);

}  // namespace freshet::kafka
