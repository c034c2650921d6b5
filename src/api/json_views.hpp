// How assets and runs look as JSON.  Any thread.
#pragma once
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>

#include "api/json_text.hpp"
#include "api/view.hpp"
#include "freshet/rows.hpp"
#include "freshet/sentence.hpp"
#include "freshet/service.hpp"

namespace freshet::api {

/// null for 0, which is "never".
[[nodiscard]] Json instant_json(Instant at);
/// null for run 0, which is "none".
[[nodiscard]] Json run_id_json(RunId run);
/// ["data", "code", "dependencies"], those that are set.
[[nodiscard]] Json stale_json(std::uint8_t causes);
/// Seconds.
[[nodiscard]] double seconds(Micros duration);

/// What a definition says: as in `GET graph`.
[[nodiscard]] Json node_json(const Graph& graph, Rank rank);
/// "" for none.
/// How many partitions are in which state.
struct PartitionCounts {
  std::uint64_t existing{}, materialized{}, missing{}, stale{}, failed{}, in_progress{};
};
[[nodiscard]] PartitionCounts counts_of(const PartitionView& partitions);
[[nodiscard]] Json partition_counts_json(const PartitionView& partitions);
/// Existing partitions in a state ("" for all); Errc::invalid for a word that is none.
[[nodiscard]] Result<PartitionSet> partitions_in(const PartitionView& partitions,
                                                 std::string_view state);
[[nodiscard]] Json partition_json(const PartitionView& partitions, PartitionId id);
/// How it is: what changes without its definition.
[[nodiscard]] Json state_json(const View& view, Rank rank);
/// Both, as in lists of assets.
[[nodiscard]] Json asset_json(const View& view, Rank rank);
/// All that its definition says; no values of environment variables, they may be secrets.
[[nodiscard]] Json definition_json(const Graph& graph, Rank rank);

/// {code, params, text}, or null where nothing is said.
[[nodiscard]] Json sentence_json(const Sentence& sentence);
/// One sentence for people; "" for Reason::none.
[[nodiscard]] std::string reason_text(Reason reason);
[[nodiscard]] Sentence reason_sentence(Reason reason);
/// {code, text}, or null.
[[nodiscard]] Json reason_json(Reason reason);
[[nodiscard]] Json step_json(const StepRow& step, Names& names);
/// With all of `steps`, or the first steps_max of them and `steps_truncated`.
[[nodiscard]] Json run_json(const RunRow& run, std::span<const StepRow> steps,
                            std::size_t steps_max, Names& names);

/// Quantiles in seconds.
[[nodiscard]] Json estimate_json(const Estimate& estimate);
[[nodiscard]] Json forecast_json(const Forecast& forecast);
[[nodiscard]] Json readiness_json(const Graph& graph, const Readiness& readiness);
[[nodiscard]] Json explanation_json(const Explanation& explanation);
[[nodiscard]] Json diagnostics_json(const std::vector<Diagnostic>& diagnostics);

}  // namespace freshet::api
