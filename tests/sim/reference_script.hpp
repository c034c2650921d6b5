// Scenarios at random, in the words of a scenario file, and the smallest one that still shows a
// difference.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "reference_player.hpp"

namespace freshet::reference {

struct ScriptAsset {
  std::string key;
  bool external{};
  struct Dependency {
    std::string key;
    std::string rule;  ///< "max_age: 12h", "mapping: all"; "" for none.
  };
  std::vector<Dependency> deps;
  std::string automation;
  std::vector<std::string> fields;  ///< "code_version: \"1\"", in YAML.
  std::string partitions;           ///< In YAML; "" for none.
};

struct ScriptGraph {
  std::vector<ScriptAsset> assets;
  [[nodiscard]] std::string text() const;
};

struct Script {
  struct Step {
    std::string text;                     ///< "advance: 1h", "do: [{materialize: A}]" …
    std::optional<ScriptGraph> redefine;  ///< … or another graph.
    [[nodiscard]] std::string to_text() const;
  };
  std::string start;
  std::vector<std::string> given;
  ScriptGraph graph;
  std::vector<Step> steps;
  [[nodiscard]] std::string text(const std::string& name) const;
};

/// Writes a script step by step, each one possible where it stands: a model says what is.
class Writer {
 public:
  explicit Writer(std::uint64_t seed) : random_{seed} {}
  [[nodiscard]] Script write();

 private:
  ScriptGraph graph();
  std::string automation();
  std::string partitions();
  void redefine();
  std::string action();
  std::string simple_action();
  std::string step_action();
  void change_graph(ScriptGraph& graph);

  std::size_t below(std::size_t n) {
    return std::uniform_int_distribution<std::size_t>{0, n - 1}(random_);
  }
  bool chance(int percent) { return below(100) < static_cast<std::size_t>(percent); }
  template <class T>
  const T& one_of(const std::vector<T>& all) {
    return all[below(all.size())];
  }
  std::string member(const std::string& asset);

  std::mt19937_64 random_;
  bool cut_{}, timed_{};
  Script script_;
  ScriptGraph now_;
  std::optional<Player> player_;
};

/// Drops steps, assets, dependencies and fields while `differs` still holds.
[[nodiscard]] Script shrink(Script script, const std::function<bool(const Script&)>& differs);

}  // namespace freshet::reference
