#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "freshet/layout.hpp"
#include "freshet/result.hpp"
#include "layout/columns.hpp"
#include "layout/cycles.hpp"

namespace freshet::layout {
namespace {

struct Boxes {
  std::vector<std::vector<Node>> members;
  std::vector<std::uint32_t> box_of;
  std::uint32_t groups{};  ///< So many boxes are groups, the others single nodes.
};

Boxes boxes_of(const Net& net, std::span<const std::uint32_t> groups) {
  FRESHET_ASSERT(groups.empty() || groups.size() == net.size());
  Boxes out;
  for (const std::uint32_t group : groups) {
    if (group != none) out.groups = std::max(out.groups, group + 1);
  }
  out.members.resize(out.groups);
  out.box_of.resize(net.size());
  for (Node n = 0; n < net.size(); ++n) {
    const std::uint32_t group = groups.empty() ? none : groups[n];
    out.box_of[n] = group != none ? group : static_cast<std::uint32_t>(out.members.size());
    if (group == none) out.members.emplace_back();
    out.members[out.box_of[n]].push_back(n);
  }
  return out;
}

/// All edges between boxes, the heaviest first.
std::vector<Bundle> bundles_of(const Net& net, const Boxes& boxes) {
  std::vector<Edge> crossing;
  for (const Edge& edge : net.edges()) {
    const Edge lifted{boxes.box_of[edge.from], boxes.box_of[edge.to]};
    if (lifted.from != lifted.to) crossing.push_back(lifted);
  }
  std::ranges::sort(crossing);
  std::vector<Bundle> out;
  for (const Edge& edge : crossing) {
    if (out.empty() || Edge{out.back().from, out.back().to} != edge) {
      out.push_back({.from = edge.from, .to = edge.to, .weight = 0, .back = false});
    }
    ++out.back().weight;
  }
  std::ranges::sort(out, [](const Bundle& a, const Bundle& b) {
    return std::tuple{b.weight, a.from, a.to} < std::tuple{a.weight, b.from, b.to};
  });
  return out;
}

/// Those that say where boxes go: all that are drawn, and of each box the heaviest to and from it,
/// so that none lies about for want of a heavy one.
std::vector<Bundle> guides(std::span<const Bundle> bundles, std::size_t drawn, std::size_t boxes) {
  std::vector<Bundle> out;
  std::vector<bool> has_in(boxes);
  std::vector<bool> has_out(boxes);
  for (std::size_t i = 0; i < bundles.size(); ++i) {
    const Bundle& it = bundles[i];
    if (i < drawn || !has_out[it.from] || !has_in[it.to]) out.push_back(it);
    has_out[it.from] = true;
    has_in[it.to] = true;
  }
  return out;
}

/// By box: the earlier one that most of its nodes were in, each given once; or none.
std::vector<std::uint32_t> earlier_boxes(const Boxes& boxes, const Overview& earlier) {
  FRESHET_ASSERT(earlier.box_of.size() == boxes.box_of.size());
  struct Claim {
    std::size_t count;
    std::uint32_t box, old;
  };
  std::vector<Claim> claims;
  for (std::uint32_t box = 0; box < boxes.members.size(); ++box) {
    std::vector<std::uint32_t> old;
    for (const Node n : boxes.members[box]) {
      if (earlier.box_of[n] != none) old.push_back(earlier.box_of[n]);
    }
    std::ranges::sort(old);
    for (std::size_t i = 0; i < old.size(); ++i) {
      if (i == 0 || old[i] != old[i - 1]) claims.push_back({0, box, old[i]});
      ++claims.back().count;
    }
  }
  std::ranges::sort(claims, [](const Claim& a, const Claim& b) {
    return std::tuple{b.count, a.box, a.old} < std::tuple{a.count, b.box, b.old};
  });
  std::vector<std::uint32_t> out(boxes.members.size(), none);
  std::vector<bool> given(earlier.boxes.nodes.size());
  for (const Claim& claim : claims) {
    if (out[claim.box] != none || given[claim.old]) continue;
    out[claim.box] = claim.old;
    given[claim.old] = true;
  }
  return out;
}

struct Earlier {
  const Layout* boxes{};
  std::vector<std::uint32_t> of;  ///< By box.
};

/// Lays out the boxes that hold something; says of the bundles which go back.
Layout place_boxes(const Overview& view, std::span<const Bundle> guiding, const Spacing& spacing,
                   const Earlier& earlier, std::vector<Bundle>& drawn) {
  std::vector<Node> now(view.counts.size(), none);
  std::vector<std::uint32_t> box;
  std::vector<Size> sizes;
  for (std::uint32_t b = 0; b < view.counts.size(); ++b) {
    if (view.counts[b] == 0) continue;
    now[b] = static_cast<Node>(box.size());
    box.push_back(b);
    sizes.push_back(view.sizes[b]);
  }
  std::vector<Bundle> ascending{guiding.begin(), guiding.end()};
  std::ranges::sort(ascending, {}, [](const Bundle& b) { return Edge{b.from, b.to}; });
  std::vector<Edge> edges;
  std::vector<std::uint32_t> weights;
  for (const Bundle& it : ascending) {
    edges.push_back({now[it.from], now[it.to]});
    weights.push_back(it.weight);
  }
  const Acyclic acyclic = without_cycles(Net{box.size(), std::move(edges)}, weights);
  for (Bundle& it : drawn) {
    it.back = std::ranges::binary_search(acyclic.turned, Edge{now[it.from], now[it.to]});
  }
  Layout before;
  if (earlier.boxes != nullptr) {
    std::vector<Node> now_of_old(earlier.boxes->nodes.size(), none);
    for (Node n = 0; n < box.size(); ++n) {
      if (earlier.of[box[n]] != none) now_of_old[earlier.of[box[n]]] = n;
    }
    before = carried_over(*earlier.boxes, now_of_old, box.size());
  }
  const Request request{.sizes = sizes, .groups = {}, .spacing = spacing};
  const Layout own = lay_out(acyclic.net, request, earlier.boxes != nullptr ? &before : nullptr,
                             effort_for(acyclic.net.size()));
  return carried_over(own, box, view.counts.size());
}

std::int32_t root_of(std::uint32_t square) {
  std::int32_t root = 0;
  while (std::int64_t{root + 1} * (root + 1) <= square) ++root;
  return root;
}

Overview condensed(const Net& net, Boxes& boxes) {
  Overview out;
  for (const auto& members : boxes.members) {
    out.counts.push_back(static_cast<std::uint32_t>(members.size()));
  }
  out.box_of = boxes.box_of;
  out.bundles = bundles_of(net, boxes);
  return out;
}

/// Requires all bundles and the sizes; leaves those that are drawn.
void place(Overview& view, const Spacing& spacing, std::size_t limit, const Earlier& earlier) {
  const std::size_t drawn = std::min(limit, view.bundles.size());
  const std::vector<Bundle> guiding = guides(view.bundles, drawn, view.counts.size());
  view.bundles_left_out = view.bundles.size() - drawn;
  view.bundles.resize(drawn);
  view.boxes = place_boxes(view, guiding, spacing, earlier, view.bundles);
}

/// What lies in `box` of an earlier layout, as a layout of its own; nodes that were elsewhere are
/// new in it.
Layout inside(const Grouped& earlier, std::uint32_t box, std::span<const Node> members,
              Place origin) {
  Layout out;
  std::int32_t bottom = 0;
  for (const Node n : members) {
    Place place = earlier.nodes.nodes[n];
    if (place.layer != none && earlier.groups.box_of[n] != box) place.layer = none;
    place.x -= origin.x;
    place.y -= origin.y;
    if (place.layer != none) bottom = std::max(bottom, place.y);
    const auto first = static_cast<Node>(out.nodes.size());
    out.nodes.push_back(place);
    if (place.layer == none) continue;
    for (Bend bend : std::ranges::equal_range(earlier.nodes.bends, n, {}, &Bend::source)) {
      bend.source = first;
      bend.place.y -= origin.y;
      out.bends.push_back(bend);
    }
  }
  out.height = bottom;
  return out;
}

}  // namespace

Overview overview(const Net& net, const Request& request, std::size_t limit,
                  const Overview* earlier) {
  Boxes boxes = boxes_of(net, request.groups);
  Overview out = condensed(net, boxes);
  constexpr std::int32_t width_of_one = 36;
  constexpr std::int32_t height_of_one = 20;
  for (const std::uint32_t count : out.counts) {
    const std::int32_t root = root_of(count);
    out.sizes.push_back({.width = std::max(request.spacing.node.width, root * width_of_one),
                         .height = std::max(request.spacing.node.height, root * height_of_one)});
  }
  Earlier before;
  if (earlier != nullptr) before = {&earlier->boxes, earlier_boxes(boxes, *earlier)};
  place(out, request.spacing, limit, before);
  return out;
}

Grouped grouped(const Net& net, const Request& request, std::size_t limit, const Grouped* earlier) {
  const Spacing& spacing = request.spacing;
  Boxes boxes = boxes_of(net, request.groups);
  Grouped out;
  out.groups = condensed(net, boxes);
  out.groups.sizes.resize(boxes.members.size());
  const Effort effort = effort_for(net.size());
  const auto size = [&](Node n) { return request.sizes.empty() ? spacing.node : request.sizes[n]; };
  const auto is_group = [&](std::uint32_t box) { return box < boxes.groups; };

  Earlier old;
  if (earlier != nullptr) {
    old = {&earlier->groups.boxes, earlier_boxes(boxes, earlier->groups)};
  }
  std::vector<Layout> contents(boxes.members.size());
  for (std::uint32_t box = 0; box < boxes.members.size(); ++box) {
    const auto& members = boxes.members[box];
    if (members.empty()) continue;
    if (!is_group(box)) {
      out.groups.sizes[box] = size(members.front());
      continue;
    }
    const Part part = part_of(net, members);
    std::vector<Size> sizes;
    if (!request.sizes.empty()) {
      for (const Node n : members) sizes.push_back(request.sizes[n]);
    }
    const bool known = earlier != nullptr && old.of[box] != none;
    Layout before;
    if (known) {
      Place origin = earlier->groups.boxes.nodes[old.of[box]];
      origin.x += spacing.inside;
      origin.y += spacing.inside + spacing.heading;
      before = inside(*earlier, old.of[box], members, origin);
    }
    const Request own{.sizes = sizes, .groups = {}, .spacing = spacing};
    contents[box] = lay_out(part.net, own, known ? &before : nullptr, effort);
    out.groups.sizes[box] = {.width = contents[box].width + 2 * spacing.inside,
                             .height = contents[box].height + 2 * spacing.inside + spacing.heading};
  }
  place(out.groups, spacing, limit, old);

  out.nodes.nodes.resize(net.size());
  out.nodes.width = out.groups.boxes.width;
  out.nodes.height = out.groups.boxes.height;
  for (std::uint32_t box = 0; box < boxes.members.size(); ++box) {
    const auto& members = boxes.members[box];
    Place origin = out.groups.boxes.nodes[box];
    if (members.empty()) continue;
    if (!is_group(box)) {
      out.nodes.nodes[members.front()] = {.layer = 0, .x = origin.x, .y = origin.y};
      continue;
    }
    origin.x += spacing.inside;
    origin.y += spacing.inside + spacing.heading;
    const auto moved = [&](Place place) {
      return Place{.layer = place.layer, .x = place.x + origin.x, .y = place.y + origin.y};
    };
    const Layout& own = contents[box];
    for (Node n = 0; n < members.size(); ++n) out.nodes.nodes[members[n]] = moved(own.nodes[n]);
    for (const Bend& bend : own.bends) {
      out.nodes.bends.push_back({members[bend.source], moved(bend.place)});
    }
    for (const Edge& edge : own.back)
      out.nodes.back.push_back({members[edge.from], members[edge.to]});
  }
  std::ranges::sort(out.nodes.bends, {}, along_chains);
  std::ranges::sort(out.nodes.back);
  return out;
}

Overview carried_over(Overview view, std::span<const Node> now, std::size_t size) {
  std::vector<std::uint32_t> box_of(size, none);
  for (Node n = 0; n < now.size(); ++n) {
    if (now[n] != none) box_of[now[n]] = view.box_of[n];
  }
  view.box_of = std::move(box_of);
  return view;
}

Grouped carried_over(Grouped view, std::span<const Node> now, std::size_t size) {
  view.groups = carried_over(std::move(view.groups), now, size);
  view.nodes = carried_over(view.nodes, now, size);
  return view;
}

}  // namespace freshet::layout
