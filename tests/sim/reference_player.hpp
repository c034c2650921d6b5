// Plays a scenario file to the reference model: the same files, and the same words, as `freshet
// simulate` plays to the engine.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "project/yaml_tree.hpp"
#include "reference_model.hpp"

namespace freshet::reference {

/// The graph that stands in a scenario; throws std::invalid_argument for what is none.
[[nodiscard]] std::shared_ptr<const Graph> read_graph(const project::Node& node);

class Player {
 public:
  explicit Player(const project::Node& scenario);

  /// Plays one step; throws std::invalid_argument for what cannot be done here.
  [[nodiscard]] Observed step(const project::Node& step);
  [[nodiscard]] Model& model() { return model_; }

 private:
  void act(const project::Node& action);
  void take(const project::Node& action);
  [[nodiscard]] std::vector<std::string> select(const project::Node& value) const;

  Model model_;
  std::shared_ptr<const Graph> graph_;
  bool is_first_{true};
};

/// What a step was to bring and did not, a sentence each.
[[nodiscard]] std::vector<std::string> compare(const project::Node& expected, const Observed& got);
/// What `freshet simulate` says of a step.
[[nodiscard]] std::vector<Observed> read_simulation(const std::string& output);
/// The first difference, as a sentence; "" where there is none.
[[nodiscard]] std::string difference(const Observed& model, const Observed& engine);

}  // namespace freshet::reference
