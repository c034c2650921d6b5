// For which of an asset's partitions a condition holds now, and what it remembers of that.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/state.hpp"
#include "core/truth.hpp"

namespace freshet::core {

/// What one evaluation came to.
struct Evaluation {
  AssetId asset;
  PartitionSet candidates;  ///< Those it was evaluated for.
  Truth held;
  PartitionSet transient;  ///< Where something was true that holds for this moment only.
  bool initial{false};
  std::vector<fact::MemoryChange> changes;  ///< Of the nodes' slots.
  PartitionSet pending;             ///< Where some since_last_handled of the asset itself holds.
  std::vector<std::uint64_t> tree;  ///< As in fact::Decided.
  std::vector<DecidedSets> sets;    ///< As in fact::Decided.
  std::vector<std::pair<Op, AssetId>> causes;  ///< Operands that made it hold.
};

/// What this moment has requested so far, by asset.
using Requested = std::unordered_map<AssetId, PartitionSet>;

/// Evaluates against the state as it is.
class Evaluator {
 public:
  Evaluator(const Engine::State& state, AssetId subject, const Program& program,
            const Requested& requested)
      : s_{state},
        subject_{subject},
        place_{state.place_of[subject.value]},
        program_{program},
        requested_{requested} {}

  [[nodiscard]] Evaluation evaluate(PartitionSet candidates);
  /// As evaluate, of one member, with every node's label and values, for people.  Remembers
  /// nothing.
  [[nodiscard]] Explanation::Node explain(PartitionId partition);

 private:
  /// An asset that a node is asked about, and for which of its partitions.
  struct Target {
    AssetId asset;
    const PartitionSet& of;
    const CheckDefinition* check{nullptr};
    bool through_inferred_all{false};  ///< Reached over an `all` that nobody wrote.
  };

  /// Whether a node is to be asked about all members, also those that are decided already.
  [[nodiscard]] bool must_see_all(const Program::Node& n) const {
    return n.remembers || s_.options.evaluate_everything;
  }
  /// Of alternatives: none of those to come can make it another answer.  One reason of its own is
  /// enough; but of several actions in one moment the last counts.
  [[nodiscard]] bool is_decided(const Truth::Piece& piece) const {
    return piece.cause != Cause::upstream &&
           (s_.moment.order <= 1 || piece.order >= s_.moment.order);
  }
  Truth node(std::uint16_t index, const Target& target, Explanation::Node* out);
  Truth all_of(const Program::Node& n, const Target& target, Explanation::Node* out);
  Truth any_of(const Program::Node& n, const Target& target, Explanation::Node* out);
  /// Of one dependency: the partitions that are needed, those for which it holds, and where that
  /// leads back to.
  struct Across {
    PartitionMapping::Upstream up;
    Truth theirs;
    Truth here;
  };
  Across over_dep(std::uint16_t arg, Rank rank, std::size_t d, const PartitionSet& of,
                  Explanation::Node* out);
  Truth over_deps(const Program::Node& n, bool all, const Target& target, Explanation::Node* out);
  Truth matches(const Program::Node& n, const Target& target, Explanation::Node* out);
  Truth over_checks(const Program::Node& n, bool all, const Target& target, Explanation::Node* out);
  Truth since(std::uint16_t index, const Target& target, Explanation::Node* out);
  Truth since_last_handled(std::uint16_t index, const Target& target, Explanation::Node* out);
  Truth newly_true(std::uint16_t index, const Target& target, Explanation::Node* out);
  Truth updated_since_tick(std::uint16_t index, const Target& target);
  Truth operand(const Program::Node& n, const Target& target, Explanation::Node* out);
  Truth on_check(const Program::Node& n, const Target& target);
  Truth happened(const MomentState::Events& events, const Target& target);
  /// What a condition would say of a partition that does not exist: only `missing` holds of it.
  [[nodiscard]] bool holds_of_nothing(std::uint16_t index) const;
  [[nodiscard]] PartitionSet will_be_requested(const Target& target) const;
  [[nodiscard]] PartitionSet executed_with_root(const Target& target);
  [[nodiscard]] Sentence unready(AssetId a, const Condition& c) const;
  /// Of these, which have something upstream that is stale, missing or in progress.
  PartitionSet upstream_unready(AssetId a, const PartitionSet& of);
  /// Of a dependency's changed updates, those that touch what the target before it reads of it.
  [[nodiscard]] Truth that_touch(Truth updates, AssetId upstream) const;
  /// Partitions of the target for which a node was true before.
  [[nodiscard]] PartitionSet remembered(std::uint16_t index, const Target& target) const;
  void remember(std::uint16_t index, const Target& target, const PartitionSet& now);
  void mark_transient(const PartitionSet& set, AssetId target);

  /// Whether a node is asked about the subject, and not about anything that it depends on.
  [[nodiscard]] bool is_itself() const { return path_.empty() && !elsewhere_; }
  Truth over_checked(const Program::Node& n, const Target& target, Explanation::Node* out);
  /// Of a check itself; nullopt: it is asked about its asset.
  std::optional<Truth> of_check(const Program::Node& n, const Target& target);

  const Engine::State& s_;
  AssetId subject_;
  AssetId place_;  ///< The subject, or the asset whose check it is.
  const Program& program_;
  const Requested& requested_;
  bool initial_{false};
  Evaluation result_;
  /// From the subject to the target being asked: its rank, and the dependency taken; no_rank for
  /// the way from a check to its asset.
  std::vector<std::pair<Rank, std::size_t>> path_;
  bool elsewhere_{false};  ///< Within asset_matches of no dependency: there is no path back.
  /// What upstream_unready was asked of an asset, and what it found.
  std::unordered_map<AssetId, std::pair<PartitionSet, PartitionSet>> unready_;
  std::string unready_name_;  ///< One that makes it so.
};

/// What people call a node: the label that it was given, or what it is.
[[nodiscard]] std::string label_of(const Condition& c);

/// One sentence for people: why it was requested, or what holds it back.
[[nodiscard]] Sentence sentence(const Engine::State& state, const Evaluation& evaluation,
                                const Program& program, bool requested);

}  // namespace freshet::core
