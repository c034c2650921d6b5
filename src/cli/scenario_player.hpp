// A scenario while it is played: the engine, the virtual clock, and what happened in the present
// step.
#pragma once
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cli/scenario.hpp"
#include "cli/scenario_values.hpp"
#include "cli/scenario_work.hpp"
#include "freshet/engine.hpp"
#include "runtime/recorder.hpp"

namespace freshet::cli {

using Keys = std::set<std::string>;

class Scenario {
 public:
  /// `recorder` takes all that is committed; null for none.
  Scenario(const Node& root, std::string file, runtime::Recorder* recorder);

  ScenarioResult run();

 private:
  struct Outstanding {
    StepId step;
    std::uint32_t attempt{};
    bool started{false};
  };
  /// What became of all runs, where they are too many to be listed.
  struct Totals {
    std::uint64_t facts{}, runs{}, succeeded{}, failed{}, canceled{}, skipped{}, retried{};
  };

  // scenario.cpp: definitions, the clock, and what the engine says
  [[nodiscard]] Engine fresh_engine() const;
  std::shared_ptr<const Graph> read_graph(const Node& node) const;
  std::shared_ptr<const Graph> read_project(const Node& node) const;
  void give(const Node& given, const Graph& graph);
  void load(std::shared_ptr<const Graph> graph);
  void bind_work();
  void moment(std::vector<Input> inputs);
  void take(Moment m);
  void count(const FactRecord& record);
  void note(const Moment& m);
  [[nodiscard]] bool has_automation(const StepPlan& plan) const;
  void move_clock(const Node& step);
  void run_until(Instant target);
  void begin_step(const Node& step);
  void fail(const std::string& what) {
    failures_.push_back("step " + std::to_string(number_) + ": " + what);
  }

  // scenario_actions.cpp: what `do` says
  void act(const Node& action);
  void act_alone(const Node& action);
  /// What changes the work and is no input; false for any other action.
  bool change_work(const Node& action);
  /// Appends what an action is as inputs; reload and restart are none.
  void translate(const Node& action, std::vector<Input>& inputs);
  void deliver(const Node& action, const Node& value, std::vector<Input>& inputs);
  void backfill(const Node& action, const std::string& verb, const Node& value,
                std::vector<Input>& inputs);
  void outcome(const Node& value, const std::string& verb, const Node& action,
               std::vector<Input>& inputs);
  [[nodiscard]] input::Cancel cancel_running(const Node& action, const Node& value);
  [[nodiscard]] std::vector<std::string> select(const Node& value);
  [[nodiscard]] Member known_member(const Node& node) const;
  Outstanding& outstanding(const Node& value, const std::string& verb);

  // scenario_expect.cpp: what `expect` and `ask` say
  void expect(const Node& step);
  void compare(const std::string& what, const Keys& wanted, const Keys& got);
  void ask(const Node& questions);
  void answer(const Node& question);
  [[nodiscard]] nlohmann::json observed();
  [[nodiscard]] nlohmann::json totals() const;

  const Node& root_;
  std::string file_;
  runtime::Recorder* recorder_;
  std::optional<Work> work_;
  Engine engine_;
  std::shared_ptr<const Graph> graph_;
  Instant now_{};
  int number_{0};
  std::map<std::string, std::vector<Outstanding>>
      steps_;  // by member, oldest first; those that have not ended; none where there is work
  std::map<StepId, std::vector<std::string>> members_of_;
  std::map<std::string, BackfillId> backfills_;  ///< By the name that the scenario gives them.
  Totals totals_;
  // Of the step:
  bool is_watched_{true};     ///< What happens in it is listed.
  bool expects_work_{false};  ///< It says what is queued or in progress.
  Keys requested_, notified_;
  Keys alerted_;  ///< "failure A", "muted check B".
  std::vector<Keys> runs_;
  nlohmann::json answers_ = nlohmann::json::array();
  BackfillId latest_backfill_;
  std::vector<std::string> failures_;
};

}  // namespace freshet::cli
