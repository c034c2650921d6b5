// A graph cut into layers: nodes, and the bends of edges that pass more than one layer, so that
// each edge leads from one layer to the next.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "freshet/layout.hpp"
#include "layout/layering.hpp"

namespace freshet::layout {

/// A node, or a bend: those follow the nodes, one chain for each source.
using Vertex = std::uint32_t;

class Sheet {
 public:
  Sheet(const Net& net, const Layering& layers);

  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(layer_.size()); }
  [[nodiscard]] std::uint32_t nodes() const { return nodes_; }
  [[nodiscard]] bool is_bend(Vertex v) const { return v >= nodes_; }
  /// Of a bend: whose edges pass it.  Of a node: itself.
  [[nodiscard]] Node source(Vertex v) const { return is_bend(v) ? sources_[v - nodes_] : v; }

  [[nodiscard]] std::uint32_t layers() const {
    return static_cast<std::uint32_t>(begin_.size() - 1);
  }
  [[nodiscard]] std::uint32_t layer(Vertex v) const { return layer_[v]; }
  [[nodiscard]] std::span<const Vertex> up(Vertex v) const { return up_.of(v); }
  [[nodiscard]] std::span<const Vertex> down(Vertex v) const { return down_.of(v); }
  [[nodiscard]] std::size_t segments() const { return down_.total(); }

  /// Of a layer, in their order from top to bottom.
  [[nodiscard]] std::span<const Vertex> in(std::uint32_t layer) const {
    return std::span{order_}.subspan(begin_[layer], begin_[layer + 1] - begin_[layer]);
  }
  [[nodiscard]] std::uint32_t position(Vertex v) const { return position_[v]; }
  /// Requires the same vertices in another order.
  void arrange(std::uint32_t layer, std::span<const Vertex> order);
  void swap_with_next(std::uint32_t layer, std::uint32_t position);

  [[nodiscard]] const std::vector<Vertex>& order() const { return order_; }
  void set_order(const std::vector<Vertex>& order);

 private:
  std::uint32_t nodes_{};
  std::vector<std::uint32_t> layer_;
  std::vector<Node> sources_;
  Rows up_, down_;
  std::vector<std::uint32_t> begin_;
  std::vector<Vertex> order_;
  std::vector<std::uint32_t> position_;
};

}  // namespace freshet::layout
