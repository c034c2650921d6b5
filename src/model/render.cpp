#include "model/render.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/definitions.hpp"
#include "freshet/graph.hpp"
#include "freshet/ids.hpp"
#include "freshet/result.hpp"
#include "model/rank_set.hpp"

namespace freshet {
namespace {

RankSet to_set(const Graph& graph, std::span<const Rank> subset) {
  RankSet out{graph.size()};
  for (const Rank rank : subset) {
    FRESHET_ASSERT(rank.value < graph.size());
    out.insert(rank);
  }
  return out;
}

/// By group, in the order of names; "" holds those without one.
std::map<std::string_view, std::vector<Rank>> by_group(const Graph& graph, const RankSet& shown) {
  std::map<std::string_view, std::vector<Rank>> out;
  shown.for_each([&](Rank rank) { out[graph.asset(rank).group].push_back(rank); });
  return out;
}

/// Calls `visit(from, to)` once for each pair of neighbours, in the direction of the data.
template <class Visit>
void for_each_edge(const Graph& graph, const RankSet& shown, Visit visit) {
  shown.for_each([&](Rank from) {
    for (const Rank to : graph.downstream(from)) {
      if (shown.contains(to)) visit(from, to);
    }
  });
}

std::string without_controls(std::string_view text) {
  std::string out{text};
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  std::replace_if(out.begin(), out.end(), is_control, ' ');
  return out;
}

std::string dot_quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : without_controls(text)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

/// Mermaid knows no backslash: what could mean something to it becomes an entity.
std::string mermaid_quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : without_controls(text)) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_safe = byte >= 0x80 || (byte >= 'a' && byte <= 'z') ||
                         (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
                         std::string_view{" /_.-"}.find(c) != std::string_view::npos;
    out += is_safe ? std::string{c} : '#' + std::to_string(byte) + ';';
  }
  return out + '"';
}

std::string mermaid_id(Rank rank) { return 'n' + std::to_string(rank.value); }

}  // namespace

std::string render_text(const Graph& graph, std::span<const Rank> subset) {
  constexpr std::uint32_t indent_max = 20;  // a chain of thousands stays readable
  const RankSet shown = to_set(graph, subset);
  std::vector<std::uint32_t> level(graph.size());
  std::vector<std::uint32_t> named_by(graph.size(), std::numeric_limits<std::uint32_t>::max());
  std::string out;
  shown.for_each([&](Rank rank) {
    const AssetDefinition& asset = graph.asset(rank);
    std::string deps;
    for (const Rank dep : graph.upstream(rank)) {
      if (named_by[dep.value] == rank.value) continue;  // a dependency may be written twice
      named_by[dep.value] = rank.value;
      const bool is_shown = shown.contains(dep);
      if (is_shown) level[rank.value] = std::max(level[rank.value], level[dep.value] + 1);
      const std::string key = without_controls(graph.asset(dep).key);
      deps += (deps.empty() ? " ← " : ", ") + (is_shown ? key : '(' + key + ')');
    }
    std::string remark = asset.external ? "external" : "";
    if (!asset.group.empty()) {
      remark += (remark.empty() ? "group " : ", group ") + without_controls(asset.group);
    }
    out.append(std::size_t{2} * std::min(level[rank.value], indent_max), ' ');
    out += without_controls(asset.key);
    if (!remark.empty()) out += " (" + remark + ')';
    out += deps + '\n';
  });
  return out;
}

std::string render_dot(const Graph& graph, std::span<const Rank> subset) {
  const RankSet shown = to_set(graph, subset);
  std::string out = "digraph freshet {\n  rankdir=LR;\n  node [shape=box];\n";
  int cluster = 0;
  for (const auto& [group, ranks] : by_group(graph, shown)) {
    std::string indent = "  ";
    if (!group.empty()) {
      out += "  subgraph cluster_" + std::to_string(cluster++) +
             " {\n    label=" + dot_quoted(group) + ";\n";
      indent = "    ";
    }
    for (const Rank rank : ranks) {
      out += indent + dot_quoted(graph.asset(rank).key);
      if (graph.asset(rank).external) out += " [shape=cylinder, style=dashed]";
      out += ";\n";
    }
    if (!group.empty()) out += "  }\n";
  }
  for_each_edge(graph, shown, [&](Rank from, Rank to) {
    out +=
        "  " + dot_quoted(graph.asset(from).key) + " -> " + dot_quoted(graph.asset(to).key) + ";\n";
  });
  return out + "}\n";
}

std::string render_mermaid(const Graph& graph, std::span<const Rank> subset) {
  const RankSet shown = to_set(graph, subset);
  std::string out = "flowchart LR\n";
  bool has_external = false;
  int cluster = 0;
  for (const auto& [group, ranks] : by_group(graph, shown)) {
    std::string indent = "  ";
    if (!group.empty()) {
      out += "  subgraph g" + std::to_string(cluster++) + '[' + mermaid_quoted(group) + "]\n";
      indent = "    ";
    }
    for (const Rank rank : ranks) {
      const AssetDefinition& asset = graph.asset(rank);
      const std::string label = mermaid_quoted(asset.key);
      out += indent + mermaid_id(rank) +
             (asset.external ? "([" + label + "]):::external" : '[' + label + ']') + '\n';
      has_external = has_external || asset.external;
    }
    if (!group.empty()) out += "  end\n";
  }
  for_each_edge(graph, shown, [&](Rank from, Rank to) {
    out += "  " + mermaid_id(from) + " --> " + mermaid_id(to) + '\n';
  });
  if (has_external) out += "  classDef external stroke-dasharray: 4 3\n";
  return out;
}

}  // namespace freshet
