// Where the nodes of a directed graph are drawn, which of them are looked at, and what lies between
// two of them.  Nodes are indices, positions are pixels; nothing here knows what a node stands for.
//
// All functions are pure: one thread, no state, and the same input always has the same answer.
#pragma once
#include <compare>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace freshet::layout {

using Node = std::uint32_t;
inline constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

struct Edge {
  Node from{};
  Node to{};
  friend constexpr auto operator<=>(const Edge&, const Edge&) = default;
};

/// Adjacency as compressed sparse rows.
class Rows {
 public:
  Rows() = default;
  /// Row `from` of each edge gets its `to`; a row keeps the order of the edges.
  Rows(std::size_t size, std::span<const Edge> edges);
  [[nodiscard]] std::span<const Node> of(Node n) const {
    return std::span{items_}.subspan(begin_[n], begin_[n + 1] - begin_[n]);
  }
  [[nodiscard]] std::size_t total() const { return items_.size(); }

 private:
  std::vector<std::uint32_t> begin_{0};
  std::vector<Node> items_;
};

/// A directed graph.  Doubled edges and loops are left out.
class Net {
 public:
  Net() = default;
  /// Requires both ends of each edge to be below `size`.
  Net(std::size_t size, std::vector<Edge> edges);

  [[nodiscard]] std::size_t size() const { return size_; }
  /// Ascending.
  [[nodiscard]] const std::vector<Edge>& edges() const { return edges_; }
  [[nodiscard]] std::span<const Node> upstream(Node n) const { return up_.of(n); }
  [[nodiscard]] std::span<const Node> downstream(Node n) const { return down_.of(n); }

 private:
  std::size_t size_{};
  std::vector<Edge> edges_;
  Rows up_, down_;
};

struct Size {
  std::int32_t width{180};
  std::int32_t height{40};
  friend constexpr bool operator==(const Size&, const Size&) = default;
};

/// Top left corner of a node, and its column: all that an edge leads to is in a greater layer.
struct Place {
  std::uint32_t layer{none};  ///< In an earlier layout: none where the node is new.
  std::int32_t x{};
  std::int32_t y{};
  friend constexpr bool operator==(const Place&, const Place&) = default;
};

/// A point that the long edges of `source` pass on their way through a layer.  All of them share
/// one chain: an edge to layer L passes its source's bends in the layers below L, and no others.
struct Bend {
  Node source{};
  Place place;
  friend constexpr bool operator==(const Bend&, const Bend&) = default;
};

struct Layout {
  std::vector<Place> nodes;
  std::vector<Bend> bends;  ///< By source, then by layer.
  std::vector<Edge> back;   ///< Those that had to be turned because of cycles: they go left.
  std::int32_t width{};
  std::int32_t height{};
  friend bool operator==(const Layout&, const Layout&) = default;
};

struct Spacing {
  Size node;  ///< Of a node whose size is not given.
  std::int32_t columns{60};
  std::int32_t rows{16};
  std::int32_t inside{16};   ///< Between the border of a group's box and its nodes.
  std::int32_t heading{24};  ///< Over the nodes, in a group's box.
};

/// What a layout is made from, besides the graph.
struct Request {
  std::span<const Size> sizes;            ///< By node; empty: all as in `spacing`.
  std::span<const std::uint32_t> groups;  ///< By node, none: in no group; empty: there are none.
  Spacing spacing{};
};

/// Layered from left to right.  Nodes of a group are put near to each other where that costs
/// nothing.  With an `earlier` layout, by the same indices, the nodes that are in it stay where
/// they are, but for what must give way to those that are new.
[[nodiscard]] Layout layered(const Net& net, const Request& request,
                             const Layout* earlier = nullptr);

/// A layout by the indices of a changed graph of `size` nodes: `now` is by old index, none where
/// the node is gone.
[[nodiscard]] Layout carried_over(const Layout& layout, std::span<const Node> now,
                                  std::size_t size);

/// The points between the ends of an edge, from left to right.
[[nodiscard]] std::span<const Bend> bends_between(const Layout& layout, Edge edge);

/// One line for all edges from one box to another.
struct Bundle {
  std::uint32_t from{};
  std::uint32_t to{};
  std::uint32_t weight{};  ///< How many edges it stands for.
  bool back{};             ///< It goes left, because of a cycle of boxes.
  friend constexpr bool operator==(const Bundle&, const Bundle&) = default;
};

/// The graph of the groups.  Its boxes are the groups by number, then the nodes that are in none.
struct Overview {
  std::vector<std::uint32_t> counts;  ///< Nodes, by box.  A group may be empty; it has no place.
  std::vector<std::uint32_t> box_of;  ///< By node.
  std::vector<Bundle> bundles;        ///< The heaviest first; at most as many as asked for.
  std::size_t bundles_left_out{};
  std::vector<Size> sizes;  ///< Of the boxes.
  Layout boxes;
};

inline constexpr std::size_t bundles_max = 250;

/// Boxes whose edges are proportional to the root of what they hold.
[[nodiscard]] Overview overview(const Net& net, const Request& request,
                                std::size_t limit = bundles_max, const Overview* earlier = nullptr);

/// A layout inside each group, and one of the groups' boxes.
struct Grouped {
  Overview groups;  ///< Its boxes are as large as what they hold.
  /// Layers are those inside the box, positions those of the whole; bends only for edges that stay
  /// inside a group.  `back` is of the nodes, too.
  Layout nodes;
};

[[nodiscard]] Grouped grouped(const Net& net, const Request& request,
                              std::size_t limit = bundles_max, const Grouped* earlier = nullptr);

/// By the indices of a changed graph, as above.  Groups may be numbered anew, too: a box stays
/// where most of its nodes were.
[[nodiscard]] Overview carried_over(Overview view, std::span<const Node> now, std::size_t size);
[[nodiscard]] Grouped carried_over(Grouped view, std::span<const Node> now, std::size_t size);

/// A graph in which many alike became one.
struct Folded {
  Net net;
  std::vector<Node> node_of;               ///< By old node.
  std::vector<std::vector<Node>> members;  ///< By new node, ascending; one for what is no stack.
  std::vector<std::uint32_t> groups;       ///< By new node; empty where none were given.
};

inline constexpr std::size_t fan_min = 12;

/// Folds each `least` or more nodes of one group that have the same neighbours, and at least one.
/// Those for which `apart` is true stay as they are; it may be empty.
[[nodiscard]] Folded folded(const Net& net, std::span<const std::uint32_t> groups,
                            const std::vector<bool>& apart = {}, std::size_t least = fan_min);

/// The part of a graph that is shown, numbered anew.
struct Part {
  Net net;
  std::vector<Node> nodes;  ///< By new node: the old one; ascending.
};
[[nodiscard]] Part part_of(const Net& net, std::vector<Node> nodes);

/// One direction of a neighbourhood.
struct Reach {
  std::uint32_t levels{};             ///< Shown wholly; less than asked for where the limit cut.
  std::vector<std::uint32_t> counts;  ///< Nodes by level asked for, the first at distance one.
  std::size_t left_out{};             ///< Of them, nodes that are not shown.
};

struct Neighbour {
  Node node{};
  std::int32_t level{};     ///< Steps from the focus, negative upstream.
  std::uint32_t more_up{};  ///< Its neighbours that are not shown.
  std::uint32_t more_down{};
  friend constexpr bool operator==(const Neighbour&, const Neighbour&) = default;
};

struct Neighbourhood {
  std::vector<Neighbour> nodes;  ///< By node.
  Reach up, down;
};

/// Ancestors at most `up` steps away and descendants at most `down`.  Levels that would make it
/// more than `limit` nodes are left out whole, the farthest first; of a nearest one that does not
/// fit, as many as do are shown, in the order of their numbers.
[[nodiscard]] Neighbourhood neighbourhood(const Net& net, Node focus, std::uint32_t up,
                                          std::uint32_t down, std::size_t limit = 150);

/// All nodes on any path between the two, ascending, with both; empty where there is none.  The
/// direction is that of the edges, whichever comes first.
[[nodiscard]] std::vector<Node> between(const Net& net, Node one, Node other);

/// What a change of a node can reach.
struct Impact {
  std::vector<Node> nodes;            ///< Without the origin; by level, then by number.
  std::vector<std::uint32_t> levels;  ///< By place in `nodes`: the fewest steps from the origin.
  std::vector<std::uint32_t> counts;  ///< By level, the first at distance one.
};
[[nodiscard]] Impact impact(const Net& net, Node origin);

}  // namespace freshet::layout
