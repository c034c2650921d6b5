// How long layouts take, and how many crossings they leave; no I/O.
//
// Prints JSON unless told otherwise; see README.md beside this file for what each figure means.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "freshet/layout.hpp"
#include "layout_graphs.hpp"

namespace freshet::layout {
namespace {

void report(benchmark::State& state, const Net& net, const Layout& layout) {
  state.counters["edges"] = static_cast<double>(net.edges().size());
  state.counters["bends"] = static_cast<double>(layout.bends.size());
  if (net.size() <= 10'000) {
    state.counters["crossings"] = static_cast<double>(crossings(net, layout));
  }
}

void layered_bench(benchmark::State& state) {
  const Sample graph = sample({.size = static_cast<std::size_t>(state.range(0)), .tenths = 17});
  Layout layout;
  for (auto _ : state) {
    layout = layered(graph.net, {.sizes = {}, .groups = graph.groups});
    benchmark::DoNotOptimize(layout);
  }
  report(state, graph.net, layout);
}

void grouped_bench(benchmark::State& state) {
  const Sample graph = sample({.size = static_cast<std::size_t>(state.range(0)), .tenths = 17});
  Grouped view;
  for (auto _ : state) {
    view = grouped(graph.net, {.sizes = {}, .groups = graph.groups});
    benchmark::DoNotOptimize(view);
  }
  report(state, graph.net, view.nodes);
}

/// One node more, with the layout before.
void one_more_bench(benchmark::State& state) {
  const Sample graph = sample({.size = static_cast<std::size_t>(state.range(0)), .tenths = 17});
  const Request request{.sizes = {}, .groups = graph.groups};
  Layout earlier = layered(graph.net, request);
  earlier.nodes.back() = Place{};
  Layout layout;
  for (auto _ : state) {
    layout = layered(graph.net, request, &earlier);
    benchmark::DoNotOptimize(layout);
  }
  report(state, graph.net, layout);
}

void chain_bench(benchmark::State& state) {
  std::vector<Edge> edges;
  for (Node n = 1; n < state.range(0); ++n) edges.push_back({n - 1, n});
  const Net net{static_cast<std::size_t>(state.range(0)), std::move(edges)};
  for (auto _ : state) benchmark::DoNotOptimize(layered(net, {}));
}

void star_bench(benchmark::State& state) {
  std::vector<Edge> edges;
  for (Node n = 1; n < state.range(0); ++n) edges.push_back({0, n});
  const Net net{static_cast<std::size_t>(state.range(0)), std::move(edges)};
  for (auto _ : state) benchmark::DoNotOptimize(layered(net, {}));
}

/// What is drawn first: two levels around the node that most read.
void around_hub_bench(benchmark::State& state) {
  const Sample graph = sample({.size = static_cast<std::size_t>(state.range(0)), .tenths = 17});
  Node hub = 0;
  for (Node n = 0; n < graph.net.size(); ++n) {
    if (graph.net.downstream(n).size() > graph.net.downstream(hub).size()) hub = n;
  }
  for (auto _ : state) {
    const Neighbourhood near = neighbourhood(graph.net, hub, 2, 2);
    std::vector<Node> nodes;
    for (const Neighbour& it : near.nodes) nodes.push_back(it.node);
    const Part part = part_of(graph.net, nodes);
    benchmark::DoNotOptimize(layered(part.net, {}));
  }
}

#define LAYOUT_BENCH(function, name) BENCHMARK(function)->Name(name)->Unit(benchmark::kMillisecond)
LAYOUT_BENCH(layered_bench, "layered")->Arg(100)->Arg(1'000)->Arg(10'000)->Arg(100'000);
LAYOUT_BENCH(grouped_bench, "grouped")->Arg(1'000)->Arg(10'000)->Arg(100'000);
LAYOUT_BENCH(one_more_bench, "one_more")->Arg(1'000)->Arg(100'000);
LAYOUT_BENCH(around_hub_bench, "around_hub")->Arg(10'000)->Arg(100'000);
LAYOUT_BENCH(chain_bench, "chain")->Arg(500)->Arg(10'000);
LAYOUT_BENCH(star_bench, "star")->Arg(5'000);

}  // namespace
}  // namespace freshet::layout

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
