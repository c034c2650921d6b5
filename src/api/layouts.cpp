#include "api/layouts.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/catalog.hpp"
#include "api/drawing.hpp"
#include "api/view.hpp"
#include "freshet/graph.hpp"
#include "freshet/ids.hpp"
#include "freshet/layout.hpp"
#include "freshet/result.hpp"
#include "freshet/snapshot.hpp"

namespace freshet::api {
namespace {

using Kind = LayoutQuery::Kind;

layout::Spacing spacing_of(const LayoutQuery& query) {
  if (query.is_compact) return {.node = {.width = 140, .height = 28}, .columns = 44, .rows = 10};
  return {.node = {.width = 200, .height = 48}};
}

std::shared_ptr<const Shape> shape_of(const View& view) {
  const Graph& graph = view.graph();
  auto out = std::make_shared<Shape>();
  out->since = view.catalog->since();
  std::vector<layout::Edge> edges;
  for (Rank rank{0}; rank.value < graph.size(); ++rank.value) {
    for (const Rank up : graph.upstream(rank)) edges.push_back({up.value, rank.value});
    out->assets.push_back(view.state(rank).asset);
  }
  out->net = layout::Net{graph.size(), std::move(edges)};
  const std::vector<std::int32_t> numbers = group_numbers(graph);
  if (std::ranges::any_of(numbers, [](std::int32_t number) { return number >= 0; })) {
    for (const std::int32_t number : numbers) {
      out->groups.push_back(number < 0 ? layout::none : static_cast<std::uint32_t>(number));
    }
  }
  return out;
}

/// By rank of the old graph: that of the new one, or none.
std::vector<layout::Node> ranks_now(const Shape& old, const Shape& now) {
  std::vector<layout::Node> by_asset;
  for (layout::Node n = 0; n < now.assets.size(); ++n) {
    const std::uint32_t id = now.assets[n].value;
    if (id >= by_asset.size()) by_asset.resize(id + 1, layout::none);
    by_asset[id] = n;
  }
  std::vector<layout::Node> out;
  out.reserve(old.assets.size());
  for (const AssetId asset : old.assets) {
    out.push_back(asset.value < by_asset.size() ? by_asset[asset.value] : layout::none);
  }
  return out;
}

void draw_nodes(Drawing& out, const layout::Layout& layout, layout::Size size) {
  out.width = layout.width;
  out.height = layout.height;
  out.nodes.reserve(layout.nodes.size());
  for (std::uint32_t n = 0; n < layout.nodes.size(); ++n) {
    out.nodes.push_back({.asset = n, .place = layout.nodes[n], .size = size});
  }
}

void draw_boxes(Drawing& out, const layout::Overview& view, const Shape& shape) {
  out.width = view.boxes.width;
  out.height = view.boxes.height;
  out.bundles = view.bundles;
  out.bundles_left_out = view.bundles_left_out;
  for (std::uint32_t box = 0; box < view.counts.size(); ++box) {
    out.boxes.push_back({.group = static_cast<std::int32_t>(box),
                         .place = view.boxes.nodes[box],
                         .size = view.sizes[box],
                         .count = view.counts[box]});
  }
  for (std::uint32_t n = 0; n < view.box_of.size(); ++n) {
    if (!shape.groups.empty() && shape.groups[n] != layout::none) continue;
    out.boxes[view.box_of[n]].group = -1;
    out.boxes[view.box_of[n]].asset = n;
  }
}

/// From the right side of one to the left side of the other; through a column that it passes,
/// level.
std::vector<std::int32_t> points_of(const layout::Layout& layout, layout::Edge edge, bool back,
                                    layout::Size size) {
  const layout::Edge rightward = back ? layout::Edge{edge.to, edge.from} : edge;
  const layout::Place& from = layout.nodes[rightward.from];
  const layout::Place& to = layout.nodes[rightward.to];
  std::vector<std::int32_t> out{from.x + size.width, from.y + size.height / 2};
  for (const layout::Bend& bend : layout::bends_between(layout, rightward)) {
    const layout::Place& at = bend.place;
    out.insert(out.end(), {at.x - size.width / 2, at.y, at.x + size.width / 2, at.y});
  }
  out.insert(out.end(), {to.x, to.y + size.height / 2});
  if (!back) return out;
  std::vector<std::int32_t> reversed;
  for (std::size_t i = out.size(); i > 0; i -= 2) {
    reversed.insert(reversed.end(), {out[i - 2], out[i - 1]});
  }
  return reversed;
}

/// Is told apart from its siblings, however many and alike they are.
bool stands_out(const AssetState& state) {
  return state.failed || state.work == WorkState::failed || state.work == WorkState::running;
}

/// Nodes of a part without a focus.
std::vector<layout::Neighbour> neighbours_of(const layout::Net& net,
                                             const std::vector<layout::Node>& nodes) {
  std::vector<bool> shown(net.size());
  for (const layout::Node n : nodes) shown[n] = true;
  const auto outside = [&](auto others) {
    return static_cast<std::uint32_t>(
        std::ranges::count_if(others, [&](layout::Node n) { return !shown[n]; }));
  };
  std::vector<layout::Neighbour> out;
  for (const layout::Node n : nodes) {
    out.push_back({.node = n,
                   .level = 0,
                   .more_up = outside(net.upstream(n)),
                   .more_down = outside(net.downstream(n))});
  }
  return out;
}

PickedPart around(const layout::Net& net, const LayoutQuery& query) {
  layout::Neighbourhood found =
      layout::neighbourhood(net, query.focus.value, query.up, query.down, query.limit);
  PickedPart out{.nodes = std::move(found.nodes), .apart = {}, .around = {}, .total = 1};
  for (const auto& counts : {found.up.counts, found.down.counts}) {
    for (const std::uint32_t count : counts) out.total += count;
  }
  out.around = std::move(found);
  return out;
}

}  // namespace

std::shared_ptr<const Shape> Layouts::shape(const View& view) {
  const std::lock_guard lock{mutex_};
  if (shape_ && shape_->since == view.catalog->since()) return shape_;
  auto made = shape_of(view);
  if (!shape_ || shape_->since < made->since) shape_ = made;
  return made;
}

template <class T, class Make>
T Layouts::made_after(Slot<T>& slot, const std::shared_ptr<const Shape>& shape, const Make& make) {
  Slot<T> earlier;
  {
    const std::lock_guard lock{mutex_};
    earlier = slot;
  }
  if (earlier) {
    earlier->layout = layout::carried_over(std::move(earlier->layout),
                                           ranks_now(*earlier->shape, *shape), shape->net.size());
  }
  T out = make(earlier ? &earlier->layout : nullptr);
  const std::lock_guard lock{mutex_};
  if (!slot || slot->shape->since <= shape->since) slot = Earlier<T>{shape, out};
  return out;
}

std::string Layouts::whole(const std::shared_ptr<const Shape>& shape, const LayoutQuery& query) {
  const layout::Net& net = shape->net;
  const layout::Spacing spacing = spacing_of(query);
  const layout::Request request{.sizes = {}, .groups = shape->groups, .spacing = spacing};
  Slots& slots = query.is_compact ? compact_ : cards_;
  Drawing out{.catalog = shape->since, .total = net.size()};
  if (query.kind == Kind::overview) {
    draw_boxes(out,
               made_after(slots.overview, shape,
                          [&](const layout::Overview* earlier) {
                            return layout::overview(net, request, layout::bundles_max, earlier);
                          }),
               *shape);
  } else if (shape->groups.empty()) {
    draw_nodes(out,
               made_after(slots.layered, shape,
                          [&](const layout::Layout* earlier) {
                            return layout::layered(net, request, earlier);
                          }),
               spacing.node);
  } else {
    const layout::Grouped view =
        made_after(slots.grouped, shape, [&](const layout::Grouped* earlier) {
          return layout::grouped(net, request, layout::bundles_max, earlier);
        });
    draw_boxes(out, view.groups, *shape);
    draw_nodes(out, view.nodes, spacing.node);
  }
  return drawing_text(out);
}

Result<PickedPart> pick_part(const View& view, const Shape& shape, const LayoutQuery& query) {
  const layout::Net& net = shape.net;
  PickedPart out;
  if (query.kind == Kind::around || query.kind == Kind::impact) {
    out = around(net, query);
  } else {
    std::vector<layout::Node> nodes;
    if (query.kind == Kind::between) {
      nodes = layout::between(net, query.focus.value, query.other.value);
    } else {
      FRESHET_TRY(const std::vector<Rank> ranks, view.select(query.select));
      for (const Rank rank : ranks) nodes.push_back(rank.value);
    }
    if (nodes.size() > LayoutQuery::nodes_max) {
      return Error{Errc::invalid, "layout: " + std::to_string(nodes.size()) +
                                      " assets are meant, want at most " +
                                      std::to_string(LayoutQuery::nodes_max) +
                                      "; narrow it with select, or ask for view=all"};
    }
    out.total = nodes.size();
    out.nodes = neighbours_of(net, nodes);
  }
  for (const layout::Neighbour& each : out.nodes) {
    const Rank rank{each.node};
    const bool is_end =
        query.kind != Kind::selected && (rank == query.focus || rank == query.other);
    out.apart.push_back(is_end || stands_out(view.state(rank)));
  }
  return out;
}

std::string part_text(const Shape& shape, const PickedPart& picked, const LayoutQuery& query) {
  std::vector<layout::Node> nodes;
  std::vector<std::uint32_t> groups;
  for (const layout::Neighbour& each : picked.nodes) {
    nodes.push_back(each.node);
    if (!shape.groups.empty()) groups.push_back(shape.groups[each.node]);
  }
  const layout::Part part = layout::part_of(shape.net, std::move(nodes));
  const std::size_t least =
      query.is_folded ? layout::fan_min : std::numeric_limits<std::size_t>::max();
  const layout::Folded folded = layout::folded(part.net, groups, picked.apart, least);
  const layout::Spacing spacing = spacing_of(query);
  const layout::Layout layout =
      layout::layered(folded.net, {.sizes = {}, .groups = folded.groups, .spacing = spacing});

  Drawing out{
      .catalog = shape.since, .is_part = true, .reach = picked.around, .total = picked.total};
  draw_nodes(out, layout, spacing.node);
  for (Drawing::Node& node : out.nodes) {
    const std::vector<layout::Node>& members = folded.members[node.asset];
    const layout::Neighbour& first = picked.nodes[members.front()];
    node.asset = first.node;
    node.level = first.level;
    for (const layout::Node member : members) {
      node.more_up += picked.nodes[member].more_up;
      node.more_down += picked.nodes[member].more_down;
      if (members.size() > 1) node.stack.push_back(picked.nodes[member].node);
    }
  }
  for (const layout::Edge& edge : folded.net.edges()) {
    const bool back = std::ranges::binary_search(layout.back, edge);
    out.lines.push_back(
        {.edge = edge, .points = points_of(layout, edge, back, spacing.node), .back = back});
  }
  return drawing_text(out);
}

}  // namespace freshet::api
