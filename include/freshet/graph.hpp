// What depends on what: every project's assets as one immutable, validated, ranked graph.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "freshet/definitions.hpp"
#include "freshet/ids.hpp"
#include "freshet/result.hpp"

namespace freshet {

/// Immutable once built; safe to share between threads.  Nodes are numbered by rank: every
/// dependency of a node has a smaller rank.  The same definitions always give the same ranks.
class Graph {
 public:
  using Projects = std::vector<std::shared_ptr<const Definitions>>;

  /// Builds the graph of all projects together.  A dependency on a key that nobody defines becomes
  /// an external asset of unknown origin (no source).  Fails with Errc::invalid on a cycle (named
  /// as a path) or on a key that is defined twice.
  static Result<std::shared_ptr<const Graph>> build(Projects projects);

  /// Some of a graph's nodes, ascending, with every dependency of each; it keeps the whole alive.
  static std::shared_ptr<const Graph> part(std::shared_ptr<const Graph> whole,
                                           std::span<const Rank> nodes);

  [[nodiscard]] std::size_t size() const { return nodes_.size(); }
  [[nodiscard]] const AssetDefinition& asset(Rank rank) const { return *nodes_[rank.value]; }
  [[nodiscard]] std::optional<Rank> find(std::string_view key) const;

  /// Direct dependencies; upstream(r)[i] is the asset that asset(r).deps[i] names.
  [[nodiscard]] std::span<const Rank> upstream(Rank rank) const { return up_.of(rank); }
  /// Direct dependents, ascending.
  [[nodiscard]] std::span<const Rank> downstream(Rank rank) const { return down_.of(rank); }

  [[nodiscard]] const Projects& projects() const { return projects_; }
  /// Limit of a pool; nullopt where no project names it.  Two projects that name one pool share the
  /// smaller limit.
  [[nodiscard]] std::optional<std::uint32_t> pool_limit(std::string_view pool) const;
  [[nodiscard]] const std::map<std::string, std::uint32_t, std::less<>>& pools() const {
    return pools_;
  }

 private:
  /// Adjacency as compressed sparse rows.
  struct Rows {
    std::vector<std::uint32_t> begin{0};
    std::vector<Rank> items;
    [[nodiscard]] std::span<const Rank> of(Rank r) const {
      return std::span{items}.subspan(begin[r.value], begin[r.value + 1] - begin[r.value]);
    }
  };

  std::shared_ptr<const Graph> whole_;  ///< Of which it is a part; null: it is whole.
  Projects projects_;
  std::vector<std::unique_ptr<const AssetDefinition>>
      unknown_;                                        // stand-ins for undefined dependencies
  std::vector<const AssetDefinition*> nodes_;          // by rank; borrowed from the two above
  std::unordered_map<std::string_view, Rank> by_key_;  // views into the nodes' keys
  Rows up_, down_;
  std::map<std::string, std::uint32_t, std::less<>> pools_;
};

}  // namespace freshet
