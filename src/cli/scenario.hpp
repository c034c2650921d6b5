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
/// steps}; a step may move the clock (`advance`, `at`), act (`do`), expect, and ask.  In the place
/// of `graph`, `project` names a project's folder, from the file's; `work` says who does what is
/// requested (scenario_work.hpp).  Where it is given, `state_directory` must hold no history yet;
/// all that is decided is committed there, as `freshet serve` does.  Blocks.
[[nodiscard]] ScenarioResult run_scenario(const std::string& text, const std::string& file,
                                          const std::string& state_directory = {});

}  // namespace freshet::cli
