// Cycles: each printed as a path, at the place of its first dependency.
#include <algorithm>
#include <cstddef>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "freshet/definitions.hpp"
#include "project/validation.hpp"

namespace freshet::project {
namespace {

constexpr int kRoundsMax = 20;         ///< Of finding cycles that share assets.
constexpr std::size_t kShownMax = 24;  ///< Keys of one path.

}  // namespace

/// Strongly connected components that hold a cycle (Tarjan, without recursion), without the edges
/// removed.
std::vector<std::vector<Validation::Number>> Validation::components(
    const std::vector<bool>& removed) const {
  struct Visit {
    Number node;
    std::size_t edge;
  };
  std::vector<std::vector<Number>> out;
  std::vector<Number> order(assets_.size(), kNone);
  std::vector<Number> low(assets_.size(), kNone);
  std::vector<bool> on_stack(assets_.size(), false);
  std::vector<Number> stack;
  std::vector<Visit> visits;
  Number next = 0;
  const auto enter = [&](Number n) {
    order[n] = low[n] = next++;
    stack.push_back(n);
    on_stack[n] = true;
    visits.push_back({.node = n, .edge = edge_begin_[n]});
  };
  for (Number root = 0; root < assets_.size(); ++root) {
    if (order[root] != kNone) continue;
    enter(root);
    while (!visits.empty()) {
      Visit& visit = visits.back();
      const Number n = visit.node;
      if (visit.edge < edge_begin_[n + 1]) {
        const std::size_t edge = visit.edge++;
        const Number up = edges_[edge];
        if (up == kNone || removed[edge]) continue;
        if (order[up] == kNone) {
          enter(up);
        } else if (on_stack[up]) {
          low[n] = std::min(low[n], order[up]);
        }
        continue;
      }
      visits.pop_back();
      if (!visits.empty()) low[visits.back().node] = std::min(low[visits.back().node], low[n]);
      if (low[n] != order[n]) continue;
      const auto begin = std::find(stack.rbegin(), stack.rend(), n).base() - 1;
      std::vector<Number> component(begin, stack.end());
      stack.erase(begin, stack.end());
      for (const Number member : component) on_stack[member] = false;
      bool is_cycle = component.size() > 1;
      for (std::size_t edge = edge_begin_[n]; edge < edge_begin_[n + 1]; ++edge) {
        is_cycle = is_cycle || (edges_[edge] == n && !removed[edge]);
      }
      if (is_cycle) out.push_back(std::move(component));
    }
  }
  return out;
}

std::size_t Validation::report_cycle(const std::vector<Number>& component,
                                     const std::vector<bool>& removed) {
  // From the first asset of the latest project, so that the mistake counts against that one.
  const Number start =
      *std::min_element(component.begin(), component.end(), [&](Number a, Number b) {
        const bool same = assets_[a].project == assets_[b].project;
        return same ? a < b : assets_[a].project > assets_[b].project;
      });
  // The shortest way back to it, breadth first; all of it lies in the component.
  std::vector<Number> from(assets_.size(), kNone);
  std::vector<std::size_t> by(assets_.size(), 0);
  std::deque<Number> queue{start};
  Number last = kNone;
  std::size_t closing = 0;
  while (last == kNone) {
    const Number n = queue.front();
    queue.pop_front();
    for (std::size_t edge = edge_begin_[n]; edge < edge_begin_[n + 1] && last == kNone; ++edge) {
      const Number up = edges_[edge];
      if (up == kNone || removed[edge]) continue;
      if (up == start) {
        last = n;
        closing = edge;
      } else if (from[up] == kNone) {
        from[up] = n;
        by[up] = edge;
        queue.push_back(up);
      }
    }
  }
  std::vector<Number> path;
  for (Number n = last; n != start; n = from[n]) path.push_back(n);
  std::reverse(path.begin(), path.end());
  const std::size_t first_edge = path.empty() ? closing : by[path.front()];

  std::string text = asset(start).key;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path.size() > kShownMax && i == kShownMax / 2) {
      const std::size_t skipped = path.size() - kShownMax;
      text += " → (" + std::to_string(skipped) + " more)";
      i += skipped - 1;
      continue;
    }
    text += " → " + asset(path[i]).key;
  }
  text += " → " + asset(start).key;
  const Dependency& dependency = asset(start).deps[first_edge - edge_begin_[start]];
  report(assets_[start].project, dependency.place,
         "dependency cycle: " + text + " (each needs the next)");
  return first_edge;
}

void Validation::check_cycles() {
  std::vector<bool> removed(edges_.size(), false);
  for (int round = 0; round < kRoundsMax; ++round) {
    const std::vector<std::vector<Number>> cyclic = components(removed);
    if (cyclic.empty()) return;
    for (const std::vector<Number>& component : cyclic) {
      removed[report_cycle(component, removed)] = true;
    }
  }
}

}  // namespace freshet::project
