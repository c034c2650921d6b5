// How long the engine takes over one moment, and how much memory an asset costs it; no I/O.
//
// Prints JSON unless told otherwise; see README.md beside this file for what each figure means.
#include <benchmark/benchmark.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "freshet/engine.hpp"
#include "freshet/result.hpp"
#include "freshet/snapshot.hpp"

namespace freshet {
namespace {

constexpr std::size_t fan_in = 3;
constexpr std::size_t touched = 10;  ///< Assets that the small event concerns.
const Instant start_of_time = std::chrono::sys_days{std::chrono::year{2026} / 3 / 28};

AssetDefinition asset(std::string key, const std::vector<std::string>& deps,
                      const std::string& automation) {
  AssetDefinition out;
  out.key = std::move(key);
  out.project = "bench";
  out.command = {"true"};
  out.automation = automation;
  for (const std::string& dep : deps) {
    out.deps.push_back({.key = dep, .rule = {}, .mapping = {}, .place = {}});
  }
  return out;
}

AssetDefinition root(std::string key) {
  AssetDefinition out;
  out.key = std::move(key);
  out.project = "bench";
  out.external = true;
  out.source.kind = SourceKind::webhook;
  return out;
}

/// `size` assets in two halves, "even" below `root0` and "odd" below `root1`; each reads three
/// assets of its own half, any of those before it, so that its depth is logarithmic.  Beside them
/// `root2` with ten assets below it.
std::shared_ptr<const Graph> make_graph(std::size_t size, const std::string& automation) {
  auto project = std::make_shared<Definitions>();
  project->project = "bench";
  std::mt19937 random{1};
  auto& assets = project->assets;
  for (const char* key : {"root0", "root1", "root2"}) assets.push_back(root(key));
  const auto name = [](std::size_t i) { return "layer/asset_" + std::to_string(i); };
  for (std::size_t i = 0; i < size; ++i) {
    std::vector<std::string> deps;
    const std::size_t before = i / 2;  // of the same half
    for (std::size_t n = 0; n < fan_in && before > 0; ++n) {
      std::string dep = name(random() % before * 2 + i % 2);
      if (std::ranges::find(deps, dep) == deps.end()) deps.push_back(std::move(dep));
    }
    if (deps.empty()) deps.push_back("root" + std::to_string(i % 2));
    assets.push_back(asset(name(i), deps, automation));
  }
  for (std::size_t i = 0; i < touched; ++i) {
    const std::string up = i == 0 ? "root2" : "small_" + std::to_string((i - 1) / fan_in);
    assets.push_back(asset("small_" + std::to_string(i), {up}, automation));
  }
  return *Graph::build({project});
}

input::Event event(std::string key, std::string version) {
  return {.kind = input::Event::Kind::materialization,
          .asset = std::move(key),
          .data_version = std::move(version)};
}

/// An engine, and the clock that it is told.
class Bench {
 public:
  explicit Bench(std::shared_ptr<const Graph> graph) : graph_{std::move(graph)} {}

  Moment step(const Input& input) {
    now_ += Micros{1'000};
    return engine_.step({&input, 1}, now_);
  }
  Moment load() { return step(input::Load{.graph = graph_}); }
  /// Everything was made, in order: all is fresh, with history as after a while.
  void make_all() {
    for (std::uint32_t i = 0; i < graph_->size(); ++i) {
      step(input::Report{.events = {event(graph_->asset(Rank{i}).key, "1")}});
    }
  }
  /// Ends what was started, and what that starts, until nothing runs.
  void finish(Moment moment) {
    while (!moment.effects.empty()) {
      std::vector<Effect> effects = std::exchange(moment.effects, {});
      for (const Effect& effect : effects) {
        const auto* start = std::get_if<effect::StartStep>(&effect);
        if (start == nullptr) continue;
        Moment next = step(input::StepOutcome{.step = start->step, .attempt = start->attempt});
        std::ranges::move(next.effects, std::back_inserter(moment.effects));
      }
    }
  }
  [[nodiscard]] std::size_t count_stale() {
    const auto snapshot = engine_.snapshot();
    std::size_t stale = 0;
    for (std::uint32_t i = 0; i < graph_->size(); ++i) {
      stale += snapshot->state(Rank{i}).data == DataState::stale ? 1 : 0;
    }
    return stale;
  }
  [[nodiscard]] Engine& engine() { return engine_; }
  [[nodiscard]] const Graph& graph() const { return *graph_; }
  [[nodiscard]] Instant now() const { return now_; }

 private:
  std::shared_ptr<const Graph> graph_;
  Engine engine_{EngineOptions{}};
  Instant now_{start_of_time};
};

/// One materialization of root0, after which half of the graph is stale.
void stale_wave(benchmark::State& state) {
  Bench bench{make_graph(static_cast<std::size_t>(state.range(0)), "")};
  bench.load();
  bench.make_all();
  const Graph& graph = bench.graph();
  const Rank from = *graph.find("root0");
  std::vector<Input> repair;
  for (const Rank down : graph.downstream(from)) {
    repair.emplace_back(input::Report{.events = {event(graph.asset(down).key, "1")}});
  }
  std::size_t stale = 0;
  std::uint64_t version = 1;
  for (auto _ : state) {
    const Moment moment =
        bench.step(input::Report{.events = {event("root0", std::to_string(++version))}});
    benchmark::DoNotOptimize(moment.batch.facts.data());
    state.PauseTiming();
    stale = bench.count_stale();
    // Its direct dependents are made again with the result they had, so that all is fresh again.
    for (const Input& input : repair) bench.step(input);
    state.ResumeTiming();
  }
  if (bench.count_stale() != 0) state.SkipWithError("the graph is not fresh before each wave");
  state.counters["stale"] = static_cast<double>(stale);
}
BENCHMARK(stale_wave)
    ->Arg(10'000)
    ->Arg(100'000)
    ->Arg(1'000'000)
    ->Iterations(5)
    ->Unit(benchmark::kMillisecond);

/// An eager graph of the given size in which all is fresh and nothing is requested.
std::unique_ptr<Bench> eager(std::size_t size) {
  Bench before{make_graph(size, "")};
  before.load();
  before.make_all();
  auto bench = std::make_unique<Bench>(make_graph(size, "eager"));
  bench->engine().load(before.engine().rows());
  bench->finish(bench->load());
  return bench;
}

/// One event that makes ten eager assets stale: they are requested in one run, and the first
/// starts.
void small_event(benchmark::State& state) {
  const auto bench = eager(static_cast<std::size_t>(state.range(0)));
  std::size_t queued = 0;
  for (auto _ : state) {
    Moment moment = bench->step(input::Report{.events = {event("root2", "")}});
    state.PauseTiming();
    queued = 0;
    for (const FactRecord& record : moment.batch.facts) {
      if (const auto* run = std::get_if<fact::RunQueued>(&record.fact)) queued += run->steps.size();
    }
    bench->finish(std::move(moment));
    state.ResumeTiming();
  }
  state.counters["queued"] = static_cast<double>(queued);
  if (queued != touched) state.SkipWithError("the event did not request ten assets");
}
BENCHMARK(small_event)->Arg(1'000)->Arg(100'000)->Iterations(500)->Unit(benchmark::kMicrosecond);

/// Engine::load of what storage held, and the first definitions: a start without its reading.
void start(benchmark::State& state) {
  Bench before{make_graph(static_cast<std::size_t>(state.range(0)), "")};
  before.load();
  before.make_all();
  const Rows rows = before.engine().rows();
  const auto graph = make_graph(static_cast<std::size_t>(state.range(0)), "");
  for (auto _ : state) {
    state.PauseTiming();
    Rows copy = rows;
    auto engine = std::make_unique<Engine>(EngineOptions{});
    state.ResumeTiming();
    engine->load(std::move(copy));
    const Input load = input::Load{.graph = graph};
    const Moment moment = engine->step({&load, 1}, before.now());
    benchmark::DoNotOptimize(moment.batch.facts.data());
    state.PauseTiming();
    engine.reset();
    state.ResumeTiming();
  }
}
BENCHMARK(start)->Arg(100'000)->Iterations(5)->Unit(benchmark::kMillisecond);

/// The first load of definitions, which gives each key its id.
void first_load(benchmark::State& state) {
  const auto graph = make_graph(static_cast<std::size_t>(state.range(0)), "");
  for (auto _ : state) {
    Engine engine{EngineOptions{}};
    const Input load = input::Load{.graph = graph};
    const Moment moment = engine.step({&load, 1}, start_of_time);
    benchmark::DoNotOptimize(moment.batch.facts.data());
  }
}
BENCHMARK(first_load)->Arg(100'000)->Iterations(5)->Unit(benchmark::kMillisecond);

/// What readers get after an event that concerned ten assets.
void publish(benchmark::State& state) {
  const auto bench = eager(static_cast<std::size_t>(state.range(0)));
  auto held = bench->engine().snapshot();
  for (auto _ : state) {
    state.PauseTiming();
    Moment moment = bench->step(input::Report{.events = {event("root2", "")}});
    state.ResumeTiming();
    auto next = bench->engine().snapshot();
    state.PauseTiming();
    held = std::move(next);
    bench->finish(std::move(moment));
    state.ResumeTiming();
  }
}
BENCHMARK(publish)->Arg(100'000)->Iterations(500)->Unit(benchmark::kMicrosecond);

/// The same after a wave that half of the graph was in: all of it is made anew.
void publish_wave(benchmark::State& state) {
  Bench bench{make_graph(static_cast<std::size_t>(state.range(0)), "")};
  bench.load();
  bench.make_all();
  const Input repair =
      input::Load{.graph = make_graph(static_cast<std::size_t>(state.range(0)), "")};
  auto held = bench.engine().snapshot();
  for (auto _ : state) {
    state.PauseTiming();
    bench.step(repair);  // marks every chunk
    state.ResumeTiming();
    auto next = bench.engine().snapshot();
    state.PauseTiming();
    held = std::move(next);
    state.ResumeTiming();
  }
}
BENCHMARK(publish_wave)->Arg(100'000)->Iterations(10)->Unit(benchmark::kMillisecond);

std::size_t resident_bytes() {
  ::malloc_trim(0);
  std::ifstream file{"/proc/self/statm"};
  std::size_t pages{};
  file >> pages >> pages;
  return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

/// What stays resident of definitions, of the engine's own state, and of a published snapshot,
/// after a start from what storage held.
void memory(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0));
  const std::string automation = state.range(1) != 0 ? "eager" : "";
  Rows rows = eager(size)->engine().rows();
  const auto per_asset = [&](std::size_t before, std::size_t after) {
    return (static_cast<double>(after) - static_cast<double>(before)) / static_cast<double>(size);
  };
  for (auto _ : state) {
    const std::size_t empty = resident_bytes();
    Bench bench{make_graph(size, automation)};
    const std::size_t graph = resident_bytes();
    bench.engine().load(rows);
    bench.load();
    const std::size_t engine = resident_bytes();
    const auto held = bench.engine().snapshot();
    const std::size_t all = resident_bytes();
    state.counters["graph_bytes"] = per_asset(empty, graph);
    state.counters["engine_bytes"] = per_asset(graph, engine);
    state.counters["snapshot_bytes"] = per_asset(engine, all);
    state.counters["bytes"] = per_asset(empty, all);
  }
}
BENCHMARK(memory)
    ->ArgNames({"", "eager"})
    ->Args({100'000, 0})
    ->Args({100'000, 1})
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace freshet

int main(int argc, char** argv) {
  // What the command line says comes later, and so wins.
  std::string format{"--benchmark_format=json"};
  std::string repetitions{"--benchmark_repetitions=3"};
  std::string aggregates{"--benchmark_report_aggregates_only=true"};
  std::vector<char*> arguments{argv[0], format.data(), repetitions.data(), aggregates.data()};
  arguments.insert(arguments.end(), argv + 1, argv + argc);
  int count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 2;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
