// Whether a condition holds for an asset now, and what it remembers of that.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/state.hpp"

namespace freshet::core {

/// Why something holds: of itself, or only because something upstream will be requested in this
/// moment.
enum class Cause : std::uint8_t { neutral, own, upstream };

struct Value {
  bool held{false};
  std::uint32_t order{0};  ///< Of the action of this moment that made it so; 0: none in particular.
  Cause cause{Cause::neutral};
};

/// What one evaluation came to.
struct Evaluation {
  AssetId asset;
  bool held{false};
  bool own_reason{true};
  bool transient{false};  ///< Something was true that holds for this moment only.
  bool initial{false};
  std::vector<std::uint64_t> slots;  ///< True after this evaluation, ascending.
  bool pending{false};               ///< Some since_last_handled of the asset itself holds.
  std::vector<std::uint64_t> tree;   ///< As in fact::Decided.
  std::vector<std::pair<Op, AssetId>> causes;  ///< Operands that made it hold.
};

/// Evaluates against the state as it is.  `requested`: assets that this moment has requested so
/// far.
class Evaluator {
 public:
  Evaluator(const Engine::State& state, AssetId subject, const Program& program,
            const std::vector<Evaluation>& requested)
      : s_{state}, subject_{subject}, program_{program}, requested_{requested} {}

  [[nodiscard]] Evaluation evaluate();
  /// As evaluate, with every node's label and values, for people.  Remembers nothing.
  [[nodiscard]] Explanation::Node explain();

 private:
  Value node(std::uint16_t index, AssetId target, const CheckDefinition* check,
             Explanation::Node* out);
  Value combine(const Program::Node& n, bool all, AssetId target, const CheckDefinition* check,
                Explanation::Node* out);
  Value over_deps(const Program::Node& n, bool all, AssetId target, Explanation::Node* out);
  Value over_checks(const Program::Node& n, bool all, AssetId target, Explanation::Node* out);
  Value since(std::uint16_t index, const Program::Node& n, AssetId target, Explanation::Node* out);
  Value since_last_handled(std::uint16_t index, const Program::Node& n, AssetId target,
                           Explanation::Node* out);
  Value newly_true(std::uint16_t index, const Program::Node& n, AssetId target,
                   Explanation::Node* out);
  Value updated_since_tick(std::uint16_t index, const Program::Node& n, AssetId target);
  Value operand(const Program::Node& n, AssetId target, Explanation::Node* out);
  Value on_check(const Program::Node& n, AssetId target, const CheckDefinition& check);
  Value event(const std::unordered_map<AssetId, std::uint32_t>& events, AssetId target);
  [[nodiscard]] bool will_be_requested(AssetId target) const;
  [[nodiscard]] bool slot(std::uint16_t index, AssetId target) const;
  void remember(std::uint16_t index, AssetId target, bool value);

  const Engine::State& s_;
  AssetId subject_;
  const Program& program_;
  const std::vector<Evaluation>& requested_;
  bool initial_{false};
  Evaluation result_;
};

/// One sentence for people: why it was requested, or what holds it back.
[[nodiscard]] std::string sentence(const Engine::State& state, const Evaluation& evaluation,
                                   const Program& program, bool requested);

}  // namespace freshet::core
