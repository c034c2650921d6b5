#include "layout/columns.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "freshet/layout.hpp"
#include "freshet/result.hpp"
#include "layout/coordinates.hpp"
#include "layout/crossings.hpp"
#include "layout/cycles.hpp"
#include "layout/exchange.hpp"
#include "layout/layering.hpp"
#include "layout/order.hpp"
#include "layout/sheet.hpp"

namespace freshet::layout {
namespace {

/// Connected parts, the largest first; single nodes apart.
struct Components {
  std::vector<std::vector<Node>> parts;
  std::vector<Node> single;
};

Components components_of(const Net& net) {
  Components out;
  std::vector<bool> seen(net.size());
  for (Node start = 0; start < net.size(); ++start) {
    if (seen[start]) continue;
    std::vector<Node> part{start};
    seen[start] = true;
    for (std::size_t i = 0; i < part.size(); ++i) {
      for (const auto next : {net.upstream(part[i]), net.downstream(part[i])}) {
        for (const Node n : next) {
          if (seen[n]) continue;
          seen[n] = true;
          part.push_back(n);
        }
      }
    }
    if (part.size() == 1) {
      out.single.push_back(start);
    } else {
      out.parts.push_back(std::move(part));
    }
  }
  std::ranges::sort(out.parts, [](const auto& a, const auto& b) {
    return std::pair{b.size(), a.front()} < std::pair{a.size(), b.front()};
  });
  return out;
}

std::int32_t root_of(std::int64_t square) {
  std::int32_t root = 0;
  while (std::int64_t{root + 1} * (root + 1) <= square) ++root;
  return root;
}

constexpr std::size_t thorough_max = 1'200;

std::uint32_t variants_for(std::size_t nodes) {
  return static_cast<std::uint32_t>(std::clamp<std::size_t>(1'200 / nodes, 2, 8));
}

class Assembly {
 public:
  Assembly(const Net& net, const Request& request, Effort effort)
      : net_{net}, request_{request}, effort_{effort} {
    FRESHET_ASSERT(request.sizes.empty() || request.sizes.size() == net.size());
    FRESHET_ASSERT(request.groups.empty() || request.groups.size() == net.size());
    out_.nodes.resize(net.size());
  }

  void afresh() {
    const Components components = components_of(net_);
    for (const auto& part : components.parts) {
      if (part.size() == net_.size()) {
        add(net_, {}, request_.groups);
        continue;
      }
      Part own = part_of(net_, part);
      std::vector<std::uint32_t> groups;
      if (!request_.groups.empty()) {
        for (const Node n : own.nodes) groups.push_back(request_.groups[n]);
      }
      add(own.net, own.nodes, groups);
    }
    add_single(components.single);
  }

  void after(const Layout& earlier) {
    FRESHET_ASSERT(earlier.nodes.size() == net_.size());
    Layering layers(net_.size());
    for (Node n = 0; n < net_.size(); ++n) layers[n] = earlier.nodes[n].layer;
    layers = layers_after(net_, std::move(layers));
    std::vector<Node> single;
    std::vector<Node> placed;
    for (Node n = 0; n < net_.size(); ++n) {
      const bool alone = net_.upstream(n).empty() && net_.downstream(n).empty();
      (alone && earlier.nodes[n].layer == none ? single : placed).push_back(n);
    }
    // The columns between must exist, even if nothing stands there any more.
    const Part part = part_of(net_, placed);
    Layering own;
    for (const Node n : part.nodes) own.push_back(layers[n]);
    Sheet sheet{part.net, own};
    const std::vector<std::int32_t> heights = heights_of(sheet, part.nodes);
    std::vector<std::uint8_t> weights(sheet.size(), 1);
    const std::vector<std::int32_t> wanted =
        wanted_after(sheet, part.nodes, earlier, heights, weights);
    take(sheet, part.nodes, rows_near(sheet, heights, wanted, weights), heights);
    add_single(single);
  }

  Layout take() {
    set_columns();
    if (!std::ranges::is_sorted(out_.bends, {}, &Bend::source)) {
      std::ranges::sort(out_.bends, {}, along_chains);
    }
    return std::move(out_);
  }

 private:
  static constexpr std::uint8_t weight_of_known = 64;

  [[nodiscard]] Size size(Node n) const {
    return request_.sizes.empty() ? request_.spacing.node : request_.sizes[n];
  }
  [[nodiscard]] Node original(std::span<const Node> nodes, Node n) const {
    return nodes.empty() ? n : nodes[n];
  }

  [[nodiscard]] std::vector<std::int32_t> heights_of(const Sheet& sheet,
                                                     std::span<const Node> nodes) const {
    std::vector<std::int32_t> heights(sheet.size(), request_.spacing.rows);
    for (Node n = 0; n < sheet.nodes(); ++n) heights[n] += size(original(nodes, n)).height;
    return heights;
  }

  void add(const Net& net, std::span<const Node> nodes, std::span<const std::uint32_t> groups) {
    const Layering layers = layers_of(net, effort_ != Effort::quick);
    Sheet sheet{net, layers};
    const std::vector<std::int32_t> heights = heights_of(sheet, nodes);
    if (effort_ != Effort::thorough) {
      order_quickly(sheet, groups);
      take(sheet, nodes, rows_of(sheet, heights), heights);
      return;
    }
    std::uint64_t least = std::numeric_limits<std::uint64_t>::max();
    std::vector<std::int32_t> best;
    for (std::uint32_t variant = 0; variant < variants_for(net.size()); ++variant) {
      order_thoroughly(sheet, groups, variant);
      std::vector<std::int32_t> rows = rows_of(sheet, heights);
      std::vector<std::int32_t> middles(net.size());
      for (Node n = 0; n < net.size(); ++n) middles[n] = rows[n] + heights[n] / 2;
      const std::uint64_t count = straight_crossings(net, layers, middles);
      if (count >= least) continue;
      least = count;
      best = std::move(rows);
      if (least == 0) break;
    }
    exchange_rows(net, layers, heights, best, net.size() <= 300 ? 4 : 1, 6);
    take(sheet, nodes, best, heights);
  }

  /// Below all that was taken before.
  void take(const Sheet& sheet, std::span<const Node> nodes, const std::vector<std::int32_t>& rows,
            const std::vector<std::int32_t>& heights) {
    std::int32_t bottom = bottom_;
    for (Vertex v = 0; v < sheet.size(); ++v) {
      const Place place{.layer = sheet.layer(v), .x = 0, .y = bottom_ + rows[v]};
      bottom = std::max(bottom, place.y + heights[v]);
      if (sheet.is_bend(v)) {
        out_.bends.push_back(
            {.source = original(nodes, sheet.source(v)),
             .place = {.layer = place.layer, .x = 0, .y = place.y + heights[v] / 2}});
      } else {
        out_.nodes[original(nodes, v)] = place;
      }
    }
    layers_ = std::max(layers_, sheet.layers());
    bottom_ = bottom;
  }

  /// In lines below the rest, as wide as the rest is, or about square.
  void add_single(std::span<const Node> nodes) {
    if (nodes.empty()) return;
    const Spacing& spacing = request_.spacing;
    const auto across = std::int64_t{spacing.node.width} + spacing.columns;
    const auto down = std::int64_t{spacing.node.height} + spacing.rows;
    const auto square = root_of(static_cast<std::int64_t>(nodes.size()) * down / across) + 1;
    const std::uint32_t columns =
        bottom_ == 0
            ? std::min(static_cast<std::uint32_t>(square), static_cast<std::uint32_t>(nodes.size()))
            : std::max(layers_, static_cast<std::uint32_t>(square));
    std::int32_t next = bottom_;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      const auto column = static_cast<std::uint32_t>(i % columns);
      if (column == 0) bottom_ = next;
      out_.nodes[nodes[i]] = {.layer = column, .x = 0, .y = bottom_};
      next = std::max(next, bottom_ + size(nodes[i]).height + spacing.rows);
    }
    bottom_ = next;
    layers_ = std::max(layers_, columns);
  }

  /// Where each vertex was, if it was; else among those that it is connected with, or at the
  /// bottom.  Marks those that were.
  [[nodiscard]] std::vector<std::int32_t> wanted_after(const Sheet& sheet,
                                                       std::span<const Node> nodes,
                                                       const Layout& earlier,
                                                       std::span<const std::int32_t> heights,
                                                       std::span<std::uint8_t> weights) const {
    std::vector<std::int32_t> wanted(sheet.size(), earlier.height + request_.spacing.rows);
    std::vector<bool> known(sheet.size());
    std::vector<Vertex> open;
    for (Vertex v = 0; v < sheet.size(); ++v) {
      const Node n = nodes[sheet.source(v)];
      if (!sheet.is_bend(v)) {
        known[v] = earlier.nodes[n].layer != none;
        if (known[v]) wanted[v] = earlier.nodes[n].y;
      } else {
        const Bend key{.source = n, .place = {.layer = sheet.layer(v), .x = 0, .y = 0}};
        const auto bend =
            std::ranges::lower_bound(earlier.bends, along_chains(key), {}, along_chains);
        known[v] =
            bend != earlier.bends.end() && bend->source == n && bend->place.layer == sheet.layer(v);
        if (known[v]) wanted[v] = bend->place.y - heights[v] / 2;
      }
      if (known[v]) {
        weights[v] = weight_of_known;
      } else {
        open.push_back(v);
      }
    }
    while (!open.empty()) {
      std::vector<Vertex> later;
      std::vector<Vertex> found;
      for (const Vertex v : open) {
        std::int64_t sum = 0;
        std::int64_t count = 0;
        for (const auto next : {sheet.up(v), sheet.down(v)}) {
          for (const Vertex other : next) {
            if (!known[other]) continue;
            sum += wanted[other] + heights[other] / 2;
            ++count;
          }
        }
        if (count > 0) wanted[v] = static_cast<std::int32_t>(sum / count) - heights[v] / 2;
        (count > 0 ? found : later).push_back(v);
      }
      if (found.empty()) break;
      for (const Vertex v : found) known[v] = true;
      open = std::move(later);
    }
    return wanted;
  }

  void set_columns() {
    std::vector<std::int32_t> widths(layers_);
    for (Node n = 0; n < net_.size(); ++n) {
      std::int32_t& width = widths[out_.nodes[n].layer];
      width = std::max(width, size(n).width);
    }
    std::vector<std::int32_t> left(layers_);
    std::int32_t next = 0;
    for (std::uint32_t layer = 0; layer < layers_; ++layer) {
      left[layer] = next;
      next += widths[layer] + request_.spacing.columns;
    }
    for (Node n = 0; n < net_.size(); ++n) {
      Place& place = out_.nodes[n];
      place.x = left[place.layer] + (widths[place.layer] - size(n).width) / 2;
    }
    for (Bend& bend : out_.bends) {
      bend.place.x = left[bend.place.layer] + widths[bend.place.layer] / 2;
    }
    out_.width = layers_ == 0 ? 0 : next - request_.spacing.columns;
    out_.height = bottom_ == 0 ? 0 : bottom_ - request_.spacing.rows;
  }

  const Net& net_;
  const Request& request_;
  Effort effort_;
  Layout out_;
  std::uint32_t layers_{};
  std::int32_t bottom_{};
};

}  // namespace

Effort effort_for(std::size_t nodes) {
  if (nodes <= thorough_max) return Effort::thorough;
  return nodes <= exact_max ? Effort::medium : Effort::quick;
}

Layout lay_out(const Net& net, const Request& request, const Layout* earlier, Effort effort) {
  Acyclic acyclic = without_cycles(net, {});
  Assembly assembly{acyclic.net, request, effort};
  if (earlier != nullptr) {
    assembly.after(*earlier);
  } else {
    assembly.afresh();
  }
  Layout out = assembly.take();
  out.back = std::move(acyclic.turned);
  return out;
}

Layout layered(const Net& net, const Request& request, const Layout* earlier) {
  return lay_out(net, request, earlier, effort_for(net.size()));
}

Layout carried_over(const Layout& layout, std::span<const Node> now, std::size_t size) {
  Layout out;
  out.nodes.resize(size);
  out.width = layout.width;
  out.height = layout.height;
  for (Node n = 0; n < layout.nodes.size(); ++n) {
    if (now[n] != none) out.nodes[now[n]] = layout.nodes[n];
  }
  for (const Bend& bend : layout.bends) {
    if (now[bend.source] != none) out.bends.push_back({now[bend.source], bend.place});
  }
  std::ranges::sort(out.bends, {}, along_chains);
  return out;
}

std::span<const Bend> bends_between(const Layout& layout, Edge edge) {
  const auto chain = std::ranges::equal_range(layout.bends, edge.from, {}, &Bend::source);
  const std::uint32_t to = layout.nodes[edge.to].layer;
  const auto end = std::ranges::find_if(chain, [&](const Bend& b) { return b.place.layer >= to; });
  return {chain.begin(), end};
}

}  // namespace freshet::layout
