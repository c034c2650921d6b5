// What a step's process is told over Dagster Pipes 0.1: its context, and where to find it and to
// answer.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace freshet {

inline constexpr const char* kPipesContextFile = "context.json";  ///< In the attempt's folder.
inline constexpr const char* kPipesMessagesFile = "messages";  ///< Likewise; exists from the start.

struct PipesProvenance {
  std::string code_version;
  std::map<std::string, std::string> input_data_versions;  ///< By asset key.
  bool is_user_provided{false};
};

struct PipesRange {
  std::string start;
  std::string end;
};

/// Everything the process may ask its context for; nullopt and the like become null.
struct PipesContext {
  std::vector<std::string> asset_keys;  ///< Any order; empty: not an asset's step.
  std::map<std::string, std::optional<std::string>> code_versions;
  std::map<std::string, std::optional<PipesProvenance>> provenance;  ///< Latest materialization's.
  std::optional<std::string> partition_key;                          ///< Of a single partition.
  std::optional<PipesRange> partition_key_range;  ///< Inclusive; set whenever there is a partition.
  std::optional<PipesRange> partition_time_window;  ///< Half-open, ISO 8601; time partitions only.
  std::string run_id;
  std::optional<std::string> job_name;
  int retry_number{0};       ///< From 0.
  std::string extras{"{}"};  ///< Text of a JSON object; anything else counts as {}.
};

/// The context as JSON, with exactly the ten keys that every client accepts.
[[nodiscard]] std::string pipes_context_json(const PipesContext& context);

/// The text of a bootstrap variable: base64(zlib(json)).
[[nodiscard]] std::string pipes_bootstrap(std::string_view json);

/// DAGSTER_PIPES_CONTEXT and DAGSTER_PIPES_MESSAGES for the files in `attempt_directory`
/// (absolute).
[[nodiscard]] std::vector<std::pair<std::string, std::string>> pipes_environment(
    std::string_view attempt_directory);

}  // namespace freshet
