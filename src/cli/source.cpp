// What a source would tell, before anybody relies on it.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/visible.hpp"
#include "freshet/graph.hpp"
#include "project/loader.hpp"
#include "runtime/projects.hpp"
#include "runtime/source_set.hpp"

namespace freshet::cli {

using nlohmann::json;

namespace {

constexpr Millis look_max{10'000};

json event_json(const input::Event& event) {
  const json metadata = json::parse(event.metadata, nullptr, false);
  return {{"partition", event.partition},
          {"data_version", event.data_version},
          {"metadata", metadata.is_discarded() ? json{} : metadata},
          {"error", event.error}};
}

void print(const SourceTest& found) {
  for (const auto& [name, value] : found.findings)
    std::printf("%-14s %s\n", name.c_str(), visible(value).c_str());
  for (const input::Event& event : found.events) {
    if (!event.error.empty()) {
      std::printf("would refuse   %s\n", visible(event.error).c_str());
      continue;
    }
    std::printf("would tell     %s%sdata version %s\n", visible(event.partition).c_str(),
                event.partition.empty() ? "" : ", ", visible(event.data_version).c_str());
    if (!event.metadata.empty())
      std::printf("               %s\n", visible(event.metadata).c_str());
  }
}

}  // namespace

int test_source(const std::vector<std::string>& directories, const std::string& asset,
                const Output& output) {
  runtime::Projects projects{directories, runtime::process_environment()};
  const auto loaded = projects.load();
  if (!loaded.graph || !loaded.accepted) {
    for (const auto& d : loaded.diagnostics)
      std::fprintf(stderr, "%s\n", project::format(d).c_str());
    return 2;
  }
  const auto rank = loaded.graph->find(asset);
  const SourceKind kind = rank ? loaded.graph->asset(*rank).source.kind : SourceKind::none;
  if (kind == SourceKind::none) {
    std::fprintf(stderr, "freshet source test: %s: %s\n", asset.c_str(),
                 rank ? "it has no source" : "no such asset is defined");
    return 2;
  }
  const SourceTest found = runtime::test_source(loaded.graph->asset(*rank), look_max);
  if (output.json) {
    json out{{"asset", asset}, {"kind", to_text(kind)}, {"error", found.error}};
    out["findings"] = json::array(), out["events"] = json::array();
    for (const auto& [name, value] : found.findings)
      out["findings"].push_back({{"name", name}, {"value", value}});
    for (const input::Event& event : found.events) out["events"].push_back(event_json(event));
    std::printf("%s\n", out.dump(2, ' ', false, json::error_handler_t::replace).c_str());
  } else {
    print(found);
  }
  if (!found.error.empty())
    std::fprintf(stderr, "freshet source test: %s: %s\n", asset.c_str(),
                 visible(found.error).c_str());
  return found.error.empty() ? 0 : 1;
}

}  // namespace freshet::cli
