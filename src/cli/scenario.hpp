// What the engine would decide: a scenario file, run through the real engine with a virtual clock
// and no processes.
#pragma once
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace freshet::cli {

struct ScenarioResult {
  int exit_code{};  ///< 0: every expectation holds, 1: one does not, 2: not a scenario, or one that
                    ///< needs more.
  std::string output;  ///< JSON, as `freshet simulate` prints it; "" where there is none.
  std::string error;   ///< For exit code 2.
};

/// Runs the scenario in `text`, which stands in `file`.  The format: {name, start, given, graph,
/// steps}; a step may move the clock (`advance`, `at`), act (`do`), expect, and ask.
[[nodiscard]] ScenarioResult run_scenario(const std::string& text, const std::string& file);

}  // namespace freshet::cli
