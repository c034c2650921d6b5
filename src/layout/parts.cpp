#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "freshet/layout.hpp"
#include "freshet/result.hpp"

namespace freshet::layout {
namespace {

enum class Toward : std::uint8_t { up, down };

std::span<const Node> neighbours(const Net& net, Node n, Toward toward) {
  return toward == Toward::up ? net.upstream(n) : net.downstream(n);
}

/// All at most `depth` steps away, level by level, each ascending; the origin is level 0.
std::vector<std::vector<Node>> levels_from(const Net& net, Node origin, Toward toward,
                                           std::uint32_t depth) {
  FRESHET_ASSERT(origin < net.size());
  std::vector<std::vector<Node>> levels{{origin}};
  std::vector<bool> seen(net.size());
  seen[origin] = true;
  while (levels.size() <= depth) {
    std::vector<Node> next;
    for (const Node n : levels.back()) {
      for (const Node other : neighbours(net, n, toward)) {
        if (seen[other]) continue;
        seen[other] = true;
        next.push_back(other);
      }
    }
    if (next.empty()) break;
    std::ranges::sort(next);
    levels.push_back(std::move(next));
  }
  return levels;
}

/// Takes levels of both directions in turn, as long as there is room.
class Filling {
 public:
  Filling(const Net& net, Node focus, std::uint32_t up, std::uint32_t down, std::size_t limit)
      : net_{net},
        room_{std::max<std::size_t>(limit, 1) - 1},
        levels_{levels_from(net, focus, Toward::up, up),
                levels_from(net, focus, Toward::down, down)},
        shown_(net.size()) {
    take(focus, 0);
    bool open[2] = {true, true};
    for (std::uint32_t level = 1; open[0] || open[1]; ++level) {
      for (const int side : {0, 1}) {
        if (open[side]) open[side] = take_level(side, level);
      }
    }
    const bool both = is_cut(0) && is_cut(1);
    if (is_cut(0)) take_some(0, both ? room_ / 2 : room_);
    if (is_cut(1)) take_some(1, room_);
  }

  Neighbourhood result() {
    const auto outside = [&](Node n, Toward toward) {
      return static_cast<std::uint32_t>(
          std::ranges::count_if(neighbours(net_, n, toward), [&](Node o) { return !shown_[o]; }));
    };
    for (Neighbour& it : out_.nodes) {
      it.more_up = outside(it.node, Toward::up);
      it.more_down = outside(it.node, Toward::down);
    }
    std::ranges::sort(out_.nodes, {}, &Neighbour::node);
    return std::move(out_);
  }

 private:
  void take(Node n, std::int32_t level) {
    if (shown_[n]) return;  // upstream as well as downstream: there is a cycle
    shown_[n] = true;
    out_.nodes.push_back({.node = n, .level = level, .more_up = 0, .more_down = 0});
  }

  /// False when nothing beyond this level is to be shown.
  bool take_level(int side, std::uint32_t level) {
    if (level >= levels_[side].size()) return false;
    Reach& reach = side == 0 ? out_.up : out_.down;
    if (level == 1) {
      for (std::size_t i = 1; i < levels_[side].size(); ++i) {
        reach.counts.push_back(static_cast<std::uint32_t>(levels_[side][i].size()));
        reach.left_out += levels_[side][i].size();
      }
    }
    if (levels_[side][level].size() > room_) return false;
    take_some(side, room_, level);
    reach.levels = level;
    return true;
  }

  [[nodiscard]] bool is_cut(int side) const {
    return levels_[side].size() > 1 && (side == 0 ? out_.up : out_.down).levels == 0;
  }

  void take_some(int side, std::size_t room, std::uint32_t level = 1) {
    const auto& nodes = levels_[side][level];
    const std::size_t count = std::min(nodes.size(), room);
    const auto distance = static_cast<std::int32_t>(level);
    for (std::size_t i = 0; i < count; ++i) take(nodes[i], side == 0 ? -distance : distance);
    room_ -= count;
    (side == 0 ? out_.up : out_.down).left_out -= count;
  }

  const Net& net_;
  std::size_t room_;
  std::vector<std::vector<Node>> levels_[2];
  std::vector<bool> shown_;
  Neighbourhood out_;
};

}  // namespace

Part part_of(const Net& net, std::vector<Node> nodes) {
  std::ranges::sort(nodes);
  nodes.erase(std::ranges::unique(nodes).begin(), nodes.end());
  std::vector<Node> now(net.size(), none);
  for (Node n = 0; n < nodes.size(); ++n) now[nodes[n]] = n;
  std::vector<Edge> edges;
  for (Node n = 0; n < nodes.size(); ++n) {
    for (const Node down : net.downstream(nodes[n])) {
      if (now[down] != none) edges.push_back({n, now[down]});
    }
  }
  return {.net = Net{nodes.size(), std::move(edges)}, .nodes = std::move(nodes)};
}

Neighbourhood neighbourhood(const Net& net, Node focus, std::uint32_t up, std::uint32_t down,
                            std::size_t limit) {
  return Filling{net, focus, up, down, limit}.result();
}

std::vector<Node> between(const Net& net, Node one, Node other) {
  for (const auto& [from, to] : {std::pair{one, other}, std::pair{other, one}}) {
    std::vector<bool> below(net.size());
    for (const auto& level : levels_from(net, from, Toward::down, none)) {
      for (const Node n : level) below[n] = true;
    }
    if (!below[to]) continue;
    std::vector<Node> out;
    for (const auto& level : levels_from(net, to, Toward::up, none)) {
      std::ranges::copy_if(level, std::back_inserter(out), [&](Node n) { return below[n]; });
    }
    std::ranges::sort(out);
    return out;
  }
  return {};
}

Impact impact(const Net& net, Node origin) {
  Impact out;
  const auto levels = levels_from(net, origin, Toward::down, none);
  for (std::uint32_t level = 1; level < levels.size(); ++level) {
    out.nodes.insert(out.nodes.end(), levels[level].begin(), levels[level].end());
    out.levels.resize(out.nodes.size(), level);
    out.counts.push_back(static_cast<std::uint32_t>(levels[level].size()));
  }
  return out;
}

}  // namespace freshet::layout
