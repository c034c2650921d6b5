// How long it takes to say what would run: on the shape of a real dbt project where
// FRESHET_MANIFEST names its manifest (JSON, or gzip of it), else on a made-up one of the same
// size.
#include <benchmark/benchmark.h>
#include <zlib.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "freshet/definitions.hpp"
#include "freshet/engine.hpp"
#include "freshet/graph.hpp"
#include "freshet/ids.hpp"
#include "freshet/plan.hpp"
#include "freshet/snapshot.hpp"
#include "freshet/time.hpp"
#include "model/closure.hpp"

namespace freshet {
namespace {

using Json = nlohmann::json;
using Assets = std::vector<AssetDefinition>;

constexpr Instant start_of_time{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};

std::string read_gzip(const char* path) {
  std::string out;
  char buffer[1 << 16];
  gzFile file = ::gzopen(path, "rb");  // reads what is not compressed, too
  if (file == nullptr) return out;
  for (int n = 0; (n = ::gzread(file, buffer, sizeof buffer)) > 0;)
    out.append(buffer, static_cast<std::size_t>(n));
  ::gzclose(file);
  return out;
}

AssetDefinition source(std::string key) {
  AssetDefinition out;
  out.key = std::move(key), out.project = "bench", out.external = true;
  out.source.kind = SourceKind::webhook;
  return out;
}
AssetDefinition model(std::string key, const std::vector<std::string>& deps) {
  AssetDefinition out;
  out.key = std::move(key), out.project = "bench", out.command = {"make"};
  out.automation = "eager";
  for (const auto& dep : deps)
    out.deps.push_back({.key = dep, .rule = {}, .mapping = {}, .place = {}});
  return out;
}

/// Sources, models and seeds; tests and macros are left out.
Assets from_manifest(const std::string& text) {
  Assets out;
  const Json manifest = Json::parse(text);
  for (const auto& [key, value] : manifest.at("sources").items()) out.push_back(source(key));
  for (const auto& [key, node] : manifest.at("nodes").items()) {
    const std::string type = node.at("resource_type");
    if (type != "model" && type != "seed" && type != "snapshot") continue;
    const Json& on = node.at("depends_on");
    out.push_back(model(key, on.contains("nodes") ? on.at("nodes").get<std::vector<std::string>>()
                                                  : std::vector<std::string>{}));
  }
  return out;
}

/// 9,800 sources and 2,400 models in layers of 300, four dependencies each: mostly on their own
/// domain.
Assets made_up() {
  Assets out;
  std::mt19937 random{1};
  const auto name = [](std::size_t i) { return "model_" + std::to_string(i); };
  for (std::size_t i = 0; i < 9'800; ++i) out.push_back(source("source_" + std::to_string(i)));
  for (std::size_t i = 0; i < 2'400; ++i) {
    std::vector<std::string> deps;
    for (int n = 0; n < 4; ++n) {
      if (i < 300 || random() % 3 == 0) {
        deps.push_back("source_" + std::to_string(random() % 9'800));
      } else {
        const std::size_t layer = i / 300 - 1 - random() % std::min<std::size_t>(i / 300, 2);
        deps.push_back(name(layer * 300 + i % 10 * 30 + random() % 30));
      }
    }
    std::ranges::sort(deps);
    deps.erase(std::unique(deps.begin(), deps.end()), deps.end());
    out.push_back(model(name(i), deps));
  }
  return out;
}

/// A daemon's engine after a while: everything was made, with durations.
struct Company {
  Company() {
    const char* manifest = std::getenv("FRESHET_MANIFEST");
    auto project = std::make_shared<Definitions>();
    project->project = "bench";
    project->assets = manifest != nullptr ? from_manifest(read_gzip(manifest)) : made_up();
    graph = *Graph::build({project});
    auto bare = std::make_shared<Definitions>(*project);
    for (auto& asset : bare->assets) asset.automation.clear();
    Engine maker{EngineOptions{}};
    take(maker, input::Load{.graph = *Graph::build({bare})});
    for (std::uint32_t i = 0; i < graph->size(); ++i) {
      take(maker, input::Report{.events = {{.kind = input::Event::Kind::materialization,
                                            .asset = graph->asset(Rank{i}).key,
                                            .data_version = "1"}}});
    }
    Rows rows = maker.rows();
    std::mt19937 random{2};
    std::lognormal_distribution<double> seconds{3, 1};
    for (const AssetRow& row : rows.of<AssetRow>()) {
      DurationsRow durations{.asset = row.asset, .worked = {}, .waited = {}};
      for (int n = 0; n < 12; ++n) {
        durations.worked.push_back(static_cast<std::uint32_t>(1'000 * seconds(random)));
        durations.waited.push_back(100);
      }
      rows.of<DurationsRow>().push_back(std::move(durations));
    }
    engine.load(std::move(rows));
    take(engine, input::Load{.graph = graph});
  }
  Moment take(Engine& to, const Input& input) {
    now += Micros{1'000};
    return to.step({&input, 1}, now);
  }
  /// The asset whose downstream is the `nth` largest.
  [[nodiscard]] std::string nth(std::size_t n) const {
    std::vector<std::pair<std::size_t, std::uint32_t>> sizes;
    for (std::uint32_t i = 0; i < graph->size(); ++i) {
      RankSet one{graph->size()};
      one.insert(Rank{i});
      sizes.emplace_back(with_downstream(*graph, std::move(one)).ranks().size(), i);
    }
    std::ranges::sort(sizes, std::greater{});
    return graph->asset(Rank{sizes[n].second}).key;
  }

  std::shared_ptr<const Graph> graph;
  Engine engine{EngineOptions{}};
  Instant now{start_of_time};
};

Company& company() {
  static Company it;
  return it;
}

Estimate nothing_known() { return {.assumed = true}; }

void plan_with(benchmark::State& state, bool all) {
  Company& it = company();
  const std::vector<std::string> changed{it.nth(static_cast<std::size_t>(state.range(0)))};
  Plan plan;
  for (auto _ : state) {
    Excerpt excerpt = all ? Excerpt{it.graph, it.engine.rows()} : it.engine.excerpt(changed);
    plan = *make_plan(std::move(excerpt), {.changed = changed}, it.now, 10, nothing_known);
  }
  state.counters["items"] = static_cast<double>(plan.items.size());
  state.counters["hours"] =
      std::chrono::duration<double, std::ratio<3'600>>(plan.total.p50).count();
}
void plan(benchmark::State& state) { plan_with(state, false); }
void plan_of_all(benchmark::State& state) { plan_with(state, true); }
BENCHMARK(plan)->Arg(0)->Arg(100)->Arg(1'000)->Unit(benchmark::kMillisecond);
BENCHMARK(plan_of_all)->Arg(0)->Arg(100)->Arg(1'000)->Unit(benchmark::kMillisecond);

void excerpt(benchmark::State& state) {
  Company& it = company();
  const std::vector<std::string> changed{it.nth(static_cast<std::size_t>(state.range(0)))};
  std::size_t size = 0;
  for (auto _ : state) size = it.engine.excerpt(changed).graph->size();
  state.counters["assets"] = static_cast<double>(size);
}
BENCHMARK(excerpt)->Arg(0)->Arg(100)->Arg(1'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace freshet

BENCHMARK_MAIN();
