// Whether news can come: what is wrong outside with what an asset is made from.
#pragma once
#include <optional>
#include <vector>

#include "api/view.hpp"
#include "freshet/definitions.hpp"
#include "freshet/history.hpp"
#include "freshet/sentence.hpp"
#include "freshet/service.hpp"
#include "freshet/time.hpp"

namespace freshet::api {

/// A sentence for each external asset that it is made from, or that it is, whose source is in error
/// or paused, or of which something new is overdue; by rank.
[[nodiscard]] std::vector<Sentence> troubles_outside(const View& view, Rank rank,
                                                     const std::vector<SourceStatus>& sources,
                                                     Reader& reader);

/// That an asset was not updated as its policy asks; `at` is when that was so, 0 where unknown.
[[nodiscard]] Sentence overdue_sentence(const AssetDefinition& asset, Instant at);

}  // namespace freshet::api
