#include "freshet/graph.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <queue>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "freshet/definitions.hpp"
#include "freshet/ids.hpp"
#include "freshet/result.hpp"

namespace freshet {
namespace {

using Index = std::uint32_t;  // position in definition order
constexpr Index unranked = std::numeric_limits<Index>::max();

/// Adjacency by definition order, before there are ranks.
struct Draft {
  std::vector<const AssetDefinition*> nodes;
  std::vector<Index> up_begin{0}, up;   // up[up_begin[i] + k] is dependency k of node i
  std::vector<Index> down_begin, down;  // a dependency named twice is in here twice
  std::vector<Index> order, rank;       // rank → node, node → rank

  [[nodiscard]] std::span<const Index> upstream(Index i) const {
    return std::span{up}.subspan(up_begin[i], up_begin[i + 1] - up_begin[i]);
  }
  [[nodiscard]] std::span<const Index> downstream(Index i) const {
    return std::span{down}.subspan(down_begin[i], down_begin[i + 1] - down_begin[i]);
  }
};

std::string place_text(const Place& place) {
  if (place.file.empty()) return {};
  return " (" + place.file + ':' + std::to_string(place.line) + ':' + std::to_string(place.column) +
         ')';
}

Error defined_twice(const AssetDefinition& first, const AssetDefinition& second) {
  return Error{Errc::invalid, "graph: asset \"" + first.key + "\" is defined twice: in project \"" +
                                  first.project + '"' + place_text(first.place) +
                                  " and in project \"" + second.project + '"' +
                                  place_text(second.place)};
}

void invert(Draft& draft) {
  const std::size_t size = draft.nodes.size();
  draft.down_begin.assign(size + 1, 0);
  for (const Index u : draft.up) ++draft.down_begin[u + 1];
  for (std::size_t i = 0; i < size; ++i) draft.down_begin[i + 1] += draft.down_begin[i];
  draft.down.resize(draft.up.size());
  std::vector<Index> next(draft.down_begin.begin(), draft.down_begin.end() - 1);
  for (Index i = 0; i < size; ++i) {
    for (const Index u : draft.upstream(i)) draft.down[next[u]++] = i;
  }
}

/// Kahn's algorithm; of the nodes that are free the first defined goes first.  Nodes on or below a
/// cycle are left unranked.
void assign_ranks(Draft& draft) {
  const auto size = static_cast<Index>(draft.nodes.size());
  std::vector<Index> waiting(size);
  std::priority_queue<Index, std::vector<Index>, std::greater<>> free;
  for (Index i = 0; i < size; ++i) {
    waiting[i] = draft.up_begin[i + 1] - draft.up_begin[i];
    if (waiting[i] == 0) free.push(i);
  }
  draft.rank.assign(size, unranked);
  draft.order.reserve(size);
  while (!free.empty()) {
    const Index node = free.top();
    free.pop();
    draft.rank[node] = static_cast<Index>(draft.order.size());
    draft.order.push_back(node);
    for (const Index d : draft.downstream(node)) {
      if (--waiting[d] == 0) free.push(d);
    }
  }
}

/// Names one cycle in the direction in which data flows, from its first defined member back to that
/// member. Requires an unranked node: each of those has an unranked dependency, so that walking up
/// must close a circle.
Error name_cycle(const Draft& draft) {
  const auto first = std::find(draft.rank.begin(), draft.rank.end(), unranked);
  auto node = static_cast<Index>(first - draft.rank.begin());
  std::vector<Index> path;
  std::vector<Index> position(draft.nodes.size(), unranked);
  while (position[node] == unranked) {
    position[node] = static_cast<Index>(path.size());
    path.push_back(node);
    const auto up = draft.upstream(node);
    node = *std::find_if(up.begin(), up.end(), [&](Index u) { return draft.rank[u] == unranked; });
  }
  path.erase(path.begin(), path.begin() + position[node]);
  std::reverse(path.begin(), path.end());
  std::rotate(path.begin(), std::min_element(path.begin(), path.end()), path.end());

  constexpr std::size_t named_max = 20;
  std::string text;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path.size() > named_max && i == named_max / 2) {
      const std::size_t left_out = path.size() - named_max;
      text += "… (" + std::to_string(left_out) + " more) → ";
      i += left_out;
    }
    text += draft.nodes[path[i]]->key + " → ";
  }
  const AssetDefinition& start = *draft.nodes[path.front()];
  return Error{Errc::invalid,
               "graph: a cycle of dependencies: " + text + start.key + place_text(start.place)};
}

}  // namespace

Result<std::shared_ptr<const Graph>> Graph::build(Projects projects) {
  const auto graph = std::make_shared<Graph>();
  Draft draft;
  std::size_t defined = 0;
  std::size_t edges = 0;
  for (const auto& project : projects) {
    FRESHET_ASSERT(project != nullptr);
    defined += project->assets.size();
    for (const AssetDefinition& asset : project->assets) edges += asset.deps.size();
    for (const auto& [pool, limit] : project->pools) {
      const auto [at, added] = graph->pools_.try_emplace(pool, limit);
      if (!added) at->second = std::min(at->second, limit);
    }
  }
  FRESHET_ASSERT(defined + edges < unranked);

  // Until the ranks are known, by_key_ holds positions in definition order.
  draft.nodes.reserve(defined);
  graph->by_key_.reserve(defined);
  for (const auto& project : projects) {
    for (const AssetDefinition& asset : project->assets) {
      const Rank index{static_cast<Index>(draft.nodes.size())};
      const auto [at, added] = graph->by_key_.try_emplace(asset.key, index);
      if (!added) return defined_twice(*draft.nodes[at->second.value], asset);
      draft.nodes.push_back(&asset);
    }
  }
  draft.up.reserve(edges);
  draft.up_begin.reserve(defined + 1);
  for (std::size_t i = 0; i < defined; ++i) {
    for (const Dependency& dep : draft.nodes[i]->deps) {
      auto found = graph->by_key_.find(dep.key);
      if (found == graph->by_key_.end()) {
        auto unknown = std::make_unique<AssetDefinition>();
        unknown->key = dep.key;
        unknown->external = true;
        unknown->place = dep.place;
        const Rank index{static_cast<Index>(draft.nodes.size())};
        found = graph->by_key_.try_emplace(unknown->key, index).first;
        draft.nodes.push_back(unknown.get());
        graph->unknown_.push_back(std::move(unknown));
      }
      draft.up.push_back(found->second.value);
    }
    draft.up_begin.push_back(static_cast<Index>(draft.up.size()));
  }
  draft.up_begin.resize(draft.nodes.size() + 1, static_cast<Index>(draft.up.size()));

  invert(draft);
  assign_ranks(draft);
  if (draft.order.size() < draft.nodes.size()) return name_cycle(draft);

  for (auto& [key, rank] : graph->by_key_) rank = Rank{draft.rank[rank.value]};
  graph->nodes_.reserve(draft.nodes.size());
  graph->up_.begin.reserve(draft.nodes.size() + 1);
  graph->up_.items.reserve(draft.up.size());
  graph->down_.begin.reserve(draft.nodes.size() + 1);
  graph->down_.items.reserve(draft.up.size());
  for (const Index node : draft.order) {
    graph->nodes_.push_back(draft.nodes[node]);
    for (const Index u : draft.upstream(node)) graph->up_.items.emplace_back(draft.rank[u]);
    graph->up_.begin.push_back(static_cast<Index>(graph->up_.items.size()));

    const auto row = static_cast<std::ptrdiff_t>(graph->down_.items.size());
    for (const Index d : draft.downstream(node)) graph->down_.items.emplace_back(draft.rank[d]);
    auto& down = graph->down_.items;
    std::sort(down.begin() + row, down.end());
    down.erase(std::unique(down.begin() + row, down.end()), down.end());
    graph->down_.begin.push_back(static_cast<Index>(down.size()));
  }
  graph->projects_ = std::move(projects);
  return std::shared_ptr<const Graph>{graph};
}

std::shared_ptr<const Graph> Graph::part(std::shared_ptr<const Graph> whole,
                                         std::span<const Rank> nodes) {
  const auto graph = std::make_shared<Graph>();
  std::vector<Index> rank(whole->size(), unranked);
  for (const Rank node : nodes) {
    rank[node.value] = static_cast<Index>(graph->nodes_.size());
    graph->nodes_.push_back(whole->nodes_[node.value]);
  }
  const auto add = [&](Rows& rows, std::span<const Rank> of) {
    for (const Rank r : of) {
      if (rank[r.value] != unranked) rows.items.emplace_back(rank[r.value]);
    }
    rows.begin.push_back(static_cast<Index>(rows.items.size()));
  };
  for (const Rank node : nodes) {
    add(graph->up_, whole->upstream(node));
    add(graph->down_, whole->downstream(node));
    FRESHET_ASSERT(graph->up_.begin.back() - *(graph->up_.begin.end() - 2) ==
                   whole->upstream(node).size());
    graph->by_key_.try_emplace(whole->asset(node).key, Rank{rank[node.value]});
  }
  graph->projects_ = whole->projects_;
  graph->pools_ = whole->pools_;
  graph->whole_ = std::move(whole);
  return graph;
}

std::optional<Rank> Graph::find(std::string_view key) const {
  const auto at = by_key_.find(key);
  return at == by_key_.end() ? std::nullopt : std::optional{at->second};
}

std::optional<std::uint32_t> Graph::pool_limit(std::string_view pool) const {
  const auto at = pools_.find(pool);
  return at == pools_.end() ? std::nullopt : std::optional{at->second};
}

}  // namespace freshet
