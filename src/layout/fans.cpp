#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "freshet/layout.hpp"
#include "freshet/result.hpp"

namespace freshet::layout {
namespace {

/// FNV-1a over numbers; only to bring alike nodes together, equality is looked at after that.
std::uint64_t fingerprint(std::span<const Node> up, std::span<const Node> down,
                          std::uint32_t group) {
  std::uint64_t hash = 14'695'981'039'346'656'037U;
  const auto add = [&](std::uint64_t value) { hash = (hash ^ value) * 1'099'511'628'211U; };
  add(group);
  for (const Node n : up) add(n);
  add(none);
  for (const Node n : down) add(n);
  return hash;
}

}  // namespace

Folded folded(const Net& net, std::span<const std::uint32_t> groups, const std::vector<bool>& apart,
              std::size_t least) {
  FRESHET_ASSERT(groups.empty() || groups.size() == net.size());
  FRESHET_ASSERT(apart.empty() || apart.size() == net.size());
  const auto group = [&](Node n) { return groups.empty() ? none : groups[n]; };
  std::vector<std::pair<std::uint64_t, Node>> candidates;
  for (Node n = 0; n < net.size(); ++n) {
    const auto up = net.upstream(n);
    const auto down = net.downstream(n);
    if ((up.empty() && down.empty()) || (!apart.empty() && apart[n])) continue;
    candidates.emplace_back(fingerprint(up, down, group(n)), n);
  }
  std::ranges::sort(candidates);
  const auto alike = [&](Node a, Node b) {
    return group(a) == group(b) && std::ranges::equal(net.upstream(a), net.upstream(b)) &&
           std::ranges::equal(net.downstream(a), net.downstream(b));
  };
  std::vector<Node> first(net.size());  // the least of its stack; by node
  std::iota(first.begin(), first.end(), Node{0});
  for (std::size_t i = 0; i < candidates.size();) {
    std::size_t end = i + 1;
    // Two kinds with one fingerprint end a stack early, which does no harm.
    while (end < candidates.size() && candidates[end].first == candidates[i].first &&
           alike(candidates[i].second, candidates[end].second)) {
      ++end;
    }
    if (end - i >= std::max<std::size_t>(least, 2)) {
      for (std::size_t k = i; k < end; ++k) first[candidates[k].second] = candidates[i].second;
    }
    i = end;
  }
  Folded out;
  out.node_of.resize(net.size());
  for (Node n = 0; n < net.size(); ++n) {
    if (first[n] == n) {
      out.node_of[n] = static_cast<Node>(out.members.size());
      out.members.push_back({n});
      if (!groups.empty()) out.groups.push_back(groups[n]);
    } else {
      out.node_of[n] = out.node_of[first[n]];
      out.members[out.node_of[n]].push_back(n);
    }
  }
  std::vector<Edge> edges;
  edges.reserve(net.edges().size());
  for (const Edge& edge : net.edges()) {
    edges.push_back({out.node_of[edge.from], out.node_of[edge.to]});
  }
  out.net = Net{out.members.size(), std::move(edges)};
  return out;
}

}  // namespace freshet::layout
