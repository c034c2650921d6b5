// What one answer is true of: a snapshot, and its assets by key and by id.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "freshet/history.hpp"
#include "freshet/rows.hpp"
#include "freshet/selection.hpp"
#include "freshet/snapshot.hpp"
#include "freshet/time.hpp"

namespace freshet::api {

/// What is the same for every snapshot with one graph.  Any thread.
class Catalog {
 public:
  explicit Catalog(const Snapshot& first);

  [[nodiscard]] const std::shared_ptr<const Graph>& graph() const { return graph_; }
  /// Sequence at which this graph was first seen: nothing that it says is older.
  [[nodiscard]] Sequence since() const { return since_; }
  /// nullopt for an asset that is not defined any more.
  [[nodiscard]] std::optional<Rank> rank_of(AssetId asset) const;
  /// All ranks, by key.
  [[nodiscard]] std::span<const Rank> by_key() const;

 private:
  std::shared_ptr<const Graph> graph_;
  Sequence since_;
  std::vector<std::uint32_t> ranks_;  // by asset id; one past the rank, 0 for none
  mutable std::once_flag sorted_;
  mutable std::vector<Rank> by_key_;
};

/// Immutable and cheap to copy; any thread.
struct View {
  std::shared_ptr<const Snapshot> snapshot;  ///< Null until the daemon has started.
  std::shared_ptr<const Catalog> catalog;

  [[nodiscard]] explicit operator bool() const { return snapshot != nullptr; }
  [[nodiscard]] const Graph& graph() const { return *snapshot->graph; }
  [[nodiscard]] const AssetState& state(Rank rank) const { return snapshot->state(rank); }
  [[nodiscard]] std::optional<Rank> find(std::string_view key) const { return graph().find(key); }
  /// Of the asset's state and definition.
  [[nodiscard]] Sequence revision(Rank rank) const;
  [[nodiscard]] const ActiveRun* run(RunId id) const;
  [[nodiscard]] const StepRow* step(StepId id) const;
  /// A version of an asset's code as it is written, where it is the present one; else its hash; ""
  /// for none.
  [[nodiscard]] std::string code_text(AssetId asset, CodeVersion code) const;
  /// What such a step takes when it succeeds: the middle of the latest; nullopt where none is
  /// known, of a check, and of a step for several partitions.
  [[nodiscard]] std::optional<Millis> usual(const StepRow& step) const;

  /// Ranks that a selection means, by the graph and the state of the snapshot.
  [[nodiscard]] Result<std::vector<Rank>> select(std::string_view expression) const;
  /// "no asset K is defined; did you mean L?"
  [[nodiscard]] std::string unknown(std::string_view key) const;
};

/// Whether a person can have it made.
[[nodiscard]] bool can_run(const AssetDefinition& definition);

/// Keys of assets, also of those that are gone; for one task on one thread.
class Names {
 public:
  /// `reader` is borrowed and may be null: then what is gone has no name.
  explicit Names(View view, Reader* reader = nullptr) : view_{std::move(view)}, reader_{reader} {}
  /// "" where there is none.
  [[nodiscard]] const std::string& key(AssetId asset);
  /// A partition's key; nullopt where it is none, or of a partitioning that is gone.
  [[nodiscard]] std::optional<std::string> partition(MemberId member) const;
  [[nodiscard]] const View& view() const { return view_; }

 private:
  View view_;
  Reader* reader_;
  std::unordered_map<AssetId, std::string> gone_;
};

}  // namespace freshet::api
