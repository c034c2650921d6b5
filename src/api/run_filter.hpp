// Which runs a query means.
#pragma once
#include <string>
#include <vector>

#include "api/call.hpp"
#include "api/view.hpp"
#include "freshet/facts.hpp"
#include "freshet/history.hpp"
#include "freshet/ids.hpp"
#include "freshet/result.hpp"
#include "freshet/rows.hpp"
#include "freshet/snapshot.hpp"

namespace freshet::api {

struct RunFilter {
  RunQuery query;
  std::string error;  ///< Fingerprint that some failed step must have; "": any or none.
};

/// Statuses by commas, in any number of values; empty: all.
[[nodiscard]] Result<std::vector<RunStatus>> statuses_of(const Call& call);

/// All that the query says but `asset`, `backfill` and the page.  For the pool.
[[nodiscard]] Result<RunFilter> run_filter_of(const Call& call);

[[nodiscard]] bool is_wanted(const RunRow& run, const std::vector<StepRow>& steps,
                             const RunFilter& filter);

/// One page, as of the view: whether a run has ended is the snapshot's to say, so that a list by
/// status shows one instant though storage may be ahead.
[[nodiscard]] Result<RunPage> find_runs(const View& view, const RunFilter& filter, Reader& reader);

}  // namespace freshet::api
