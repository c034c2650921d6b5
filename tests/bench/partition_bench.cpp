// How the engine copes with assets of very many partitions: a start, one event, all at once.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "freshet/engine.hpp"
#include "freshet/snapshot.hpp"
#include "model/partition/space.hpp"

namespace freshet {
namespace {

const Instant now = std::chrono::sys_days{std::chrono::year{2026} / 3 / 28};

/// 525,600 windows of five minutes, or 3,650,000 days of items.
PartitionsDefinition partitioning(bool of_items) {
  if (!of_items) {
    return {.dimensions = {{.name = "",
                            .of = WindowsDefinition{.cadence = Cadence::cron,
                                                    .schedule = "*/5 * * * *",
                                                    .start = now - std::chrono::days{1'825}}}},
            .text = "five"};
  }
  StaticKeys items;
  for (int i = 0; i < 1'000; ++i) items.keys.push_back("item" + std::to_string(i));
  return {.dimensions = {{.name = "item", .of = std::move(items)},
                         {.name = "day",
                          .of = WindowsDefinition{.cadence = Cadence::daily,
                                                  .start = now - std::chrono::days{3'650}}}},
          .text = "items"};
}

/// a → b (eager, partition by partition) and a → all (eager, of every partition).
std::shared_ptr<const Graph> make_graph(bool of_items) {
  auto project = std::make_shared<Definitions>();
  project->project = "bench";
  const auto add = [&](std::string key, bool is_cut, const std::string& dep) {
    AssetDefinition asset;
    asset.key = std::move(key);
    asset.project = "bench";
    asset.command = {"true"};
    if (is_cut) asset.partitions = partitioning(of_items);
    if (!dep.empty()) {
      asset.deps.push_back({.key = dep, .rule = {}, .mapping = {}, .place = {}});
      asset.automation = "eager";
    }
    project->assets.push_back(std::move(asset));
  };
  add("a", true, ""), add("b", true, "a"), add("all", false, "a");
  return *Graph::build({project});
}

/// All was made, all is fresh.
Rows make_rows(const Graph& graph) {
  Rows rows;
  rows.sequence = Sequence{3};
  rows.at = now;
  PartitionRegistry registry;
  const PartitionsDefinition& definition = *graph.asset(*graph.find("a")).partitions;
  const auto needs = *PartitionSpace::needs(definition, {});
  registry.shapes.intern(needs.shape);
  rows.of<PartitionNameRow>().push_back({true, 1, needs.shape});
  for (const std::string& key : needs.keys) {
    rows.of<PartitionNameRow>().push_back({false, registry.keys.intern(key), key});
  }
  const auto space = PartitionSpace::bind(definition, {}, registry);
  std::uint32_t id = 0;
  for (const char* key : {"a", "b", "all"}) {
    const AssetId asset{++id};
    rows.of<AssetRow>().push_back({asset, key});
    const MemberRow row{.asset = asset,
                        .updated = Sequence{id},
                        .changed = Sequence{id},
                        .consumed = Sequence{id},
                        .materialized = Sequence{id},
                        .updated_at = now,
                        .changed_at = now};
    rows.of<MemberRow>().push_back(row);
    if (key == std::string_view{"all"}) continue;
    space->universe(now).for_each([&](PartitionId p) {
      rows.of<MemberRow>().push_back(row);
      rows.of<MemberRow>().back().partition = p;
      return true;
    });
  }
  return rows;
}

struct Company {
  explicit Company(bool of_items) : graph{make_graph(of_items)} {}
  void start() {
    engine.load(make_rows(*graph));
    step(input::Load{.graph = graph});
  }
  Moment step(const Input& input) {
    at += Micros{1'000};
    return engine.step({&input, 1}, at);
  }
  std::shared_ptr<const Graph> graph;
  Instant at{now};
  Engine engine{EngineOptions{}};
};

/// From rows in memory to the first answer.
void start_with_partitions(benchmark::State& state) {
  for (auto _ : state) {
    state.PauseTiming();
    auto company = std::make_unique<Company>(state.range(0) != 0);
    Rows rows = make_rows(*company->graph);
    state.ResumeTiming();
    company->engine.load(std::move(rows));
    benchmark::DoNotOptimize(company->step(input::Load{.graph = company->graph}));
    state.PauseTiming();
    company.reset();
    state.ResumeTiming();
  }
}
BENCHMARK(start_with_partitions)->Arg(0)->Arg(1)->Iterations(3)->Unit(benchmark::kMillisecond);

/// An update of one partition: what depends on it is requested and admitted.
void event_on_a_partition(benchmark::State& state) {
  Company company{state.range(0) != 0};
  company.start();
  const std::string key = state.range(0) != 0 ? "item7|2026-03-27" : "2026-03-27-23:55";
  int version = 0;
  std::size_t requested = 0;
  for (auto _ : state) {
    const Moment moment =
        company.step(input::Report{.events = {{.kind = input::Event::Kind::materialization,
                                               .asset = "a",
                                               .partition = key,
                                               .data_version = std::to_string(++version)}}});
    state.PauseTiming();
    for (const Effect& effect : moment.effects) {
      const auto* start = std::get_if<effect::StartStep>(&effect);
      if (start == nullptr) continue;
      ++requested;
      static_cast<void>(
          company.step(input::StepOutcome{.step = start->step, .attempt = start->attempt}));
    }
    state.ResumeTiming();
  }
  state.counters["requested"] =
      static_cast<double>(requested) / static_cast<double>(state.iterations());
}
BENCHMARK(event_on_a_partition)->Arg(0)->Arg(1)->Iterations(200)->Unit(benchmark::kMicrosecond);

/// What a reader asks: a snapshot after an event, and the counts of every state.
void counts_after_an_event(benchmark::State& state) {
  Company company{state.range(0) != 0};
  company.start();
  const std::string key = state.range(0) != 0 ? "item7|2026-03-27" : "2026-03-27-23:55";
  int version = 0;
  for (auto _ : state) {
    state.PauseTiming();
    static_cast<void>(company.step(input::Report{
        .events = {{.asset = "a", .partition = key, .data_version = std::to_string(++version)}}}));
    state.ResumeTiming();
    const auto snapshot = company.engine.snapshot();
    for (std::uint32_t i = 0; i < snapshot->graph->size(); ++i) {
      const auto& view = snapshot->state(Rank{i}).partitions;
      if (!view) continue;
      benchmark::DoNotOptimize((view->existing - view->updated).size());
      benchmark::DoNotOptimize((view->stale_data & view->existing).size());
    }
  }
}
BENCHMARK(counts_after_an_event)->Arg(0)->Arg(1)->Iterations(50)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace freshet
