// Who is told: names of routes that are given twice, and selections that select nothing.
#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "freshet/definitions.hpp"
#include "freshet/graph.hpp"
#include "freshet/selection.hpp"
#include "project/validation.hpp"

namespace freshet::project {
namespace {

/// All projects as a graph, as far as selections look at it; null where they make none.
std::shared_ptr<const Graph> graph_of(std::span<const ProjectView> projects) {
  Graph::Projects out;
  for (const ProjectView& project : projects) {
    auto definitions = std::make_shared<Definitions>();
    definitions->project = project.definitions->project;
    for (const AssetDefinition& asset : project.definitions->assets) {
      AssetDefinition& copy = definitions->assets.emplace_back();
      copy.key = asset.key, copy.project = asset.project, copy.external = asset.external;
      copy.group = asset.group, copy.kinds = asset.kinds, copy.owners = asset.owners;
      copy.tags = asset.tags;
      for (const Dependency& dependency : asset.deps) copy.deps.emplace_back().key = dependency.key;
    }
    out.push_back(std::move(definitions));
  }
  const auto graph = Graph::build(std::move(out));
  return graph ? *graph : nullptr;
}

}  // namespace

void Validation::check_alerts() {
  std::shared_ptr<const Graph> graph;
  bool is_sound = std::ranges::all_of(
      projects_, [](const ProjectView& project) { return project.is_sound && project.is_whole; });
  const auto check_selection = [&](std::size_t project, const Place& place,
                                   const std::string& whose, const std::string& select) {
    if (select.empty() || !is_sound) return;
    const auto selection = Selection::parse(select);
    if (!selection) return;  // reported when it was read
    if (!graph) graph = graph_of(projects_);
    is_sound = graph != nullptr;
    if (!graph) return;  // a cycle: reported
    const auto selected = selection->select(*graph);
    if (selected && !selected->empty()) return;
    report(
        project, place,
        whose + " selects nothing" + (selected ? std::string{} : ": " + selected.error().message),
        Diagnostic::Severity::warning);
  };
  for (std::size_t i = 0; i < projects_.size(); ++i) {
    std::unordered_map<std::string_view, const AlertRoute*> by_name;
    for (const AlertRoute& route : projects_[i].definitions->alerts) {
      const auto [first, is_new] = by_name.try_emplace(route.name, &route);
      if (!is_new) {
        report(i, route.place,
               "route " + quoted(route.name) + " is given twice: first at " +
                   words(first->second->place));
      }
      check_selection(i, route.select_place, "route " + quoted(route.name), route.select);
    }
    for (const Publication& publication : projects_[i].definitions->publications)
      check_selection(i, {}, "publication " + quoted(publication.name), publication.select);
  }
}

}  // namespace freshet::project
