#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "freshet/layout.hpp"
#include "layout/layering.hpp"

namespace freshet::layout {
namespace {

using Index = std::uint32_t;

/// A spanning tree of edges of length one.  The cut value of such an edge is how many edges cross
/// from the side of its tail to that of its head, less those that cross back: moving one side away
/// pays where it is negative.
class Simplex {
 public:
  Simplex(const Net& net, Layering& layers)
      : net_{net},
        layers_{layers},
        tree_(net.size()),
        parent_edge_(net.size(), none),
        low_(net.size()),
        last_(net.size()),
        by_last_(net.size()),
        in_tree_(net.edges().size()),
        value_(net.edges().size()) {
    std::vector<Edge> ends;
    for (Index e = 0; e < net.edges().size(); ++e) ends.push_back({net.edges()[e].from, e});
    for (Index e = 0; e < net.edges().size(); ++e) ends.push_back({net.edges()[e].to, e});
    at_edges_ = Rows{net.size(), ends};
  }

  void run() {
    span_tree();
    number(0, none, 1);
    count_values();
    const std::size_t pivots_max = 20 * net_.size();
    Index search = 0;
    for (std::size_t i = 0; i < pivots_max; ++i) {
      const Index leaving = leaving_edge(search);
      if (leaving == none) break;
      exchange(leaving, entering_edge(leaving));
    }
  }

 private:
  [[nodiscard]] Edge edge(Index e) const { return net_.edges()[e]; }
  [[nodiscard]] Index slack(Index e) const {
    return layers_[edge(e).to] - layers_[edge(e).from] - 1;
  }
  [[nodiscard]] Node other(Index e, Node n) const {
    return edge(e).from == n ? edge(e).to : edge(e).from;
  }
  [[nodiscard]] bool below(Node n, Node root) const {
    return low_[root] <= last_[n] && last_[n] <= last_[root];
  }

  /// Grows a tree from node 0 along tight edges; where there are none left, moves it to the
  /// nearest neighbour.
  void span_tree() {
    std::vector<bool> in(net_.size());
    std::vector<Node> reached{0};
    in[0] = true;
    std::size_t done = 0;
    while (true) {
      for (; done < reached.size(); ++done) {
        for (const Index e : at_edges_.of(reached[done])) {
          const Node n = other(e, reached[done]);
          if (in[n] || slack(e) != 0) continue;
          add(e);
          in[n] = true;
          reached.push_back(n);
        }
      }
      if (reached.size() == net_.size()) return;
      Index nearest = none;
      for (Index e = 0; e < net_.edges().size(); ++e) {
        if (in[edge(e).from] == in[edge(e).to]) continue;
        if (nearest == none || slack(e) < slack(nearest)) nearest = e;
      }
      const Index by = slack(nearest);
      // Away from zero, so that no layer becomes negative: the tree moves right, or all others do.
      const bool right = in[edge(nearest).from];
      for (Node n = 0; n < net_.size(); ++n) {
        if (in[n] == right) layers_[n] += by;
      }
      const Node joined = right ? edge(nearest).to : edge(nearest).from;
      add(nearest);
      in[joined] = true;
      reached.push_back(joined);
    }
  }

  void add(Index e) {
    in_tree_[e] = true;
    tree_[edge(e).from].push_back(e);
    tree_[edge(e).to].push_back(e);
  }
  void remove(Index e) {
    in_tree_[e] = false;
    for (const Node n : {edge(e).from, edge(e).to}) {
      auto& edges = tree_[n];
      *std::ranges::find(edges, e) = edges.back();
      edges.pop_back();
    }
  }

  /// Numbers what hangs on `root` in postorder, from `next` on.
  void number(Node root, Index parent_edge, Index next) {
    stack_.clear();
    parent_edge_[root] = parent_edge;
    low_[root] = next;
    stack_.emplace_back(root, 0);
    while (!stack_.empty()) {
      auto& [n, followed] = stack_.back();
      if (followed == tree_[n].size()) {
        by_last_[next - 1] = n;
        last_[n] = next++;
        stack_.pop_back();
        continue;
      }
      const Index e = tree_[n][followed++];
      if (e == parent_edge_[n]) continue;
      const Node child = other(e, n);
      parent_edge_[child] = e;
      low_[child] = next;
      stack_.emplace_back(child, 0);
    }
  }

  void count_values() {
    // What leaves a subtree, less what comes into it: edges within it count on both sides.
    std::vector<std::int32_t> flow(net_.size());
    for (const Node n : by_last_) {
      flow[n] += static_cast<std::int32_t>(net_.downstream(n).size());
      flow[n] -= static_cast<std::int32_t>(net_.upstream(n).size());
      const Index e = parent_edge_[n];
      if (e == none) continue;
      flow[other(e, n)] += flow[n];
      value_[e] = edge(e).from == n ? flow[n] : -flow[n];
    }
  }

  /// Looked for from where the last was found: each then gets its turn.
  Index leaving_edge(Index& search) const {
    const auto size = static_cast<Index>(net_.edges().size());
    Index best = none;
    int found = 0;
    for (Index i = 0; i < size; ++i) {
      const Index e = search;
      if (++search == size) search = 0;
      if (!in_tree_[e] || value_[e] >= 0) continue;
      if (best == none || value_[e] < value_[best]) best = e;
      if (++found == 30) break;
    }
    return best;
  }

  /// Calls `visit` with the nodes of the smaller of the two sides of a tree edge; returns whether
  /// that is the side of its head.
  template <class Visit>
  bool smaller_side(Index tree_edge, Visit visit) const {
    const auto [tail, head] = edge(tree_edge);
    const bool head_below = last_[head] < last_[tail];
    const Node root = head_below ? head : tail;
    const std::span<const Node> all{by_last_};
    const auto subtree = all.subspan(low_[root] - 1, last_[root] - low_[root] + 1);
    if (subtree.size() * 2 <= all.size()) {
      for (const Node n : subtree) visit(n);
      return head_below;
    }
    for (const Node n : all.first(low_[root] - 1)) visit(n);
    for (const Node n : all.subspan(last_[root])) visit(n);
    return !head_below;
  }

  /// The shortest edge that goes the other way between the two sides of a tree edge: from the
  /// head's to the tail's.
  [[nodiscard]] Index entering_edge(Index leaving) const {
    const auto [tail, head] = edge(leaving);
    const bool head_below = last_[head] < last_[tail];
    const Node root = head_below ? head : tail;
    const auto with_head = [&](Node n) { return below(n, root) == head_below; };
    Index best = none;
    smaller_side(leaving, [&](Node n) {
      for (const Index e : at_edges_.of(n)) {
        if (in_tree_[e] || !with_head(edge(e).from) || with_head(edge(e).to)) continue;
        if (best == none || std::pair{slack(e), e} < std::pair{slack(best), best}) best = e;
      }
    });
    return best;
  }

  void exchange(Index leaving, Index entering) {
    const Index by = slack(entering);
    if (by > 0) {
      std::vector<Node>& moving = reached_;
      moving.clear();
      const bool head = smaller_side(leaving, [&](Node n) { moving.push_back(n); });
      // Left of zero for a while, perhaps: differences are what counts, and those stay right.
      for (const Node n : moving) layers_[n] += head ? by : 0 - by;
    }
    const std::int32_t value = value_[leaving];
    const Node lca = update_path(edge(entering).from, edge(entering).to, value, true);
    update_path(edge(entering).to, edge(entering).from, value, false);
    value_[entering] = -value;
    value_[leaving] = 0;
    remove(leaving);
    add(entering);
    number(lca, parent_edge_[lca], low_[lca]);
  }

  /// Of the edges from n up to the ancestor that it shares with `to`, which is returned.
  Node update_path(Node n, Node to, std::int32_t value, bool forward) {
    while (!below(to, n)) {
      const Index e = parent_edge_[n];
      const bool along = (edge(e).from == n) == forward;
      value_[e] += along ? value : -value;
      n = other(e, n);
    }
    return n;
  }

  const Net& net_;
  Layering& layers_;
  Rows at_edges_;  ///< Edges by node.
  std::vector<std::vector<Index>> tree_;
  std::vector<Index> parent_edge_;
  std::vector<Index> low_, last_;  ///< The postorder numbers in a node's subtree: low to last.
  std::vector<Node> by_last_;
  std::vector<bool> in_tree_;
  std::vector<std::int32_t> value_;
  std::vector<Node> reached_;
  std::vector<std::pair<Node, std::size_t>> stack_;
};

}  // namespace

void shorten(const Net& net, Layering& layers) {
  if (net.size() < 3) return;
  Simplex{net, layers}.run();
  const auto as_signed = [](std::uint32_t layer) { return static_cast<std::int32_t>(layer); };
  const std::uint32_t least = *std::ranges::min_element(layers, {}, as_signed);
  for (std::uint32_t& layer : layers) layer -= least;
}

}  // namespace freshet::layout
