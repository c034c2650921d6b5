// Verbs that need no daemon: they read definitions and scenarios, and answer.
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/file.hpp"
#include "cli/commands.hpp"
#include "cli/scenario.hpp"
#include "freshet/selection.hpp"
#include "model/render.hpp"
#include "project/files.hpp"
#include "project/loader.hpp"
#include "project/schema.hpp"
#include "runtime/projects.hpp"

namespace freshet::cli {

using nlohmann::json;

namespace {

constexpr std::size_t scenario_size_max = 16U << 20;

constexpr const char* first_project =
    R"(# A Freshet project.  `freshet schema` prints what may stand here, `freshet validate` judges it.
project: {name}

sources:
  - asset: raw/orders            # written by others; Freshet notices the change
    file: {path: "data/orders.csv", settle: 500ms}

assets:
  - key: orders_summary
    deps: [raw/orders]
    command: [python3, summarize.py]
    automation: eager            # made anew as soon as raw/orders changes
    checks:
      - {name: not_empty, command: [python3, check.py], blocking: true}
)";
constexpr const char* first_script = R"(import csv, json

rows = list(csv.DictReader(open("data/orders.csv")))
total = sum(float(row["amount"]) for row in rows)
json.dump({"orders": len(rows), "total": total}, open("summary.json", "w"))
print(f"{len(rows)} orders, {total:.2f} in total")
)";
constexpr const char* first_check = R"(import json, sys

summary = json.load(open("summary.json"))
print(summary)
sys.exit(0 if summary["orders"] > 0 else 1)
)";
constexpr const char* first_data = "order,amount\n1,19.90\n2,5.00\n";

json to_json(const Diagnostic& d) {
  return {{"severity", d.severity == Diagnostic::Severity::error ? "error" : "warning"},
          {"file", d.place.file},
          {"line", d.place.line},
          {"column", d.place.column},
          {"message", d.message}};
}

struct Loaded {
  std::shared_ptr<const Graph> graph;
  std::vector<Diagnostic> diagnostics;
};
Loaded load(const std::vector<std::string>& directories) {
  runtime::Projects projects{directories, runtime::process_environment()};
  auto loaded = projects.load();
  return {loaded.accepted ? loaded.graph : nullptr, std::move(loaded.diagnostics)};
}

json as_json(const Graph& graph, std::span<const Rank> subset) {
  json assets = json::array();
  for (const Rank r : subset) {
    const AssetDefinition& a = graph.asset(r);
    json deps = json::array();
    for (const auto& dep : a.deps) deps.push_back(dep.key);
    assets.push_back({{"key", a.key},
                      {"external", a.external},
                      {"group", a.group},
                      {"kinds", a.kinds},
                      {"owners", a.owners},
                      {"tags", a.tags},
                      {"deps", std::move(deps)},
                      {"partitions", a.partitions ? json(a.partitions->text) : json{}},
                      {"description", a.description},
                      {"project", a.project}});
  }
  return {{"assets", std::move(assets)}};
}

}  // namespace

int init(const std::string& directory) {
  namespace fs = std::filesystem;
  const std::string folder = project::real_files().absolute(directory);
  if (project::real_files().exists(folder + "/freshet.yaml")) {
    std::fprintf(stderr, "freshet init: %s/freshet.yaml is there already; nothing was changed\n",
                 folder.c_str());
    return 2;
  }
  std::string name = fs::path{folder}.filename().string();
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '-' && c != '_') c = '_';
  }
  std::string text = first_project;
  text.replace(text.find("{name}"), 6, name);
  const std::pair<const char*, std::string> files[] = {{"freshet.yaml", text},
                                                       {"summarize.py", first_script},
                                                       {"check.py", first_check},
                                                       {"data/orders.csv", first_data}};
  if (const auto made = make_directories(folder + "/data", 0755); !made) {
    std::fprintf(stderr, "freshet init: %s\n", made.error().message.c_str());
    return 2;
  }
  for (const auto& [file, content] : files) {
    if (project::real_files().exists(folder + "/" + file)) continue;
    if (const auto written = write_file(folder + "/" + file, content, 0644); !written) {
      std::fprintf(stderr, "freshet init: %s\n", written.error().message.c_str());
      return 2;
    }
  }
  std::printf("A project is in %s: one source, one asset, one check.\nNow: freshet serve %s\n",
              folder.c_str(), directory.c_str());
  return 0;
}

int validate(const std::vector<std::string>& directories, const Output& output) {
  const auto loaded = load(directories);
  const bool valid = loaded.graph != nullptr;
  if (output.json) {
    json list = json::array();
    for (const auto& d : loaded.diagnostics) list.push_back(to_json(d));
    std::printf("%s\n", json{{"valid", valid}, {"diagnostics", list}}.dump(2).c_str());
    return valid ? 0 : 1;
  }
  for (const auto& d : loaded.diagnostics) std::fprintf(stderr, "%s\n", project::format(d).c_str());
  if (valid) std::printf("valid: %zu assets\n", loaded.graph->size());
  return valid ? 0 : 1;
}

int schema(const std::string& field) {
  if (field.empty()) {
    std::printf("%s", project::json_schema().c_str());
    return 0;
  }
  const auto help = project::describe_field(field);
  if (!help) {
    std::fprintf(stderr, "freshet schema: no field \"%s\"; `freshet schema` prints all of them\n",
                 field.c_str());
    return 2;
  }
  std::printf("%s\n", help->c_str());
  return 0;
}

int graph(const std::vector<std::string>& directories, const std::string& selection,
          const std::string& format) {
  const auto loaded = load(directories);
  if (!loaded.graph) {
    for (const auto& d : loaded.diagnostics)
      std::fprintf(stderr, "%s\n", project::format(d).c_str());
    return 1;
  }
  const auto parsed = Selection::parse(selection.empty() ? "*" : selection);
  if (!parsed) {
    std::fprintf(stderr, "freshet graph: %s\n", parsed.error().message.c_str());
    return 2;
  }
  const auto subset = parsed->select(*loaded.graph);
  if (!subset) {
    std::fprintf(stderr, "freshet graph: %s\n", subset.error().message.c_str());
    return subset.error().code == Errc::unsupported ? 2 : 1;
  }
  const std::string text = format == "json"      ? as_json(*loaded.graph, *subset).dump(2) + "\n"
                           : format == "dot"     ? render_dot(*loaded.graph, *subset)
                           : format == "mermaid" ? render_mermaid(*loaded.graph, *subset)
                                                 : render_text(*loaded.graph, *subset);
  std::fputs(text.c_str(), stdout);
  return 0;
}

int simulate(const std::vector<std::string>& files, const std::string& state_directory) {
  int exit_code = 0;
  if (files.size() > 1 && !state_directory.empty()) {
    std::fprintf(stderr, "freshet simulate: --state is the history of one scenario, not of %zu\n",
                 files.size());
    return 2;
  }
  for (const std::string& file : files) {
    const auto text = read_file(file, scenario_size_max);
    if (!text) {
      std::fprintf(stderr, "freshet simulate: %s\n", text.error().message.c_str());
      return 2;
    }
    const ScenarioResult result = run_scenario(*text, file, state_directory);
    if (!result.error.empty()) std::fprintf(stderr, "%s\n", result.error.c_str());
    if (!result.output.empty()) std::printf("%s\n", result.output.c_str());
    exit_code = std::max(exit_code, result.exit_code);
  }
  return exit_code;
}

}  // namespace freshet::cli
