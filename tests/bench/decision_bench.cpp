// How the engine copes with what is hard for others: many partitions at once, a late parent, a
// backfill of half a million, an idle minute; and how large the record of a decision is.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "freshet/engine.hpp"
#include "freshet/snapshot.hpp"

namespace freshet {
namespace {

const Instant now = std::chrono::sys_days{std::chrono::year{2026} / 3 / 28};

AssetDefinition asset(std::string key, const std::string& dep, const std::string& automation) {
  AssetDefinition out;
  out.key = std::move(key);
  out.project = "bench";
  out.command = {"true"};
  out.automation = automation;
  if (!dep.empty()) {
    out.deps.push_back({.key = dep, .rule = {}, .mapping = {}, .columns = {}, .place = {}});
  }
  return out;
}

PartitionsDefinition windows(Cadence cadence, std::string schedule, std::chrono::days back) {
  const std::string text = schedule.empty() ? "daily" : schedule;
  return {.dimensions = {{.name = "",
                          .of = WindowsDefinition{.cadence = cadence,
                                                  .schedule = std::move(schedule),
                                                  .start = now - back}}},
          .text = text};
}

struct Company {
  explicit Company(std::vector<AssetDefinition> assets) {
    auto project = std::make_shared<Definitions>();
    project->project = "bench";
    project->assets = std::move(assets);
    graph = *Graph::build({project});
    step({input::Load{.graph = graph}});
  }
  Moment step(const std::vector<Input>& inputs) {
    at += Micros{1'000};
    return engine.step(inputs, at);
  }
  /// Every partition of these, as one moment.
  void make_all(const std::vector<std::string>& keys) {
    input::Report report;
    for (const std::string& key : keys) {
      for (const std::string& partition : *engine.partitions(key)) {
        report.events.push_back({.kind = input::Event::Kind::materialization,
                                 .asset = key,
                                 .partition = partition,
                                 .data_version = "1"});
      }
    }
    static_cast<void>(step({std::move(report)}));
  }
  std::shared_ptr<const Graph> graph;
  Instant at{now};
  Engine engine{EngineOptions{}};
};

/// 7,500 upstream partitions come at once: each has one of an eager asset below it.
void many_new_partitions(benchmark::State& state) {
  for (auto _ : state) {
    state.PauseTiming();
    std::vector<AssetDefinition> assets{asset("a", "", ""), asset("b", "a", "eager(\"30d\")")};
    for (AssetDefinition& one : assets)
      one.partitions = windows(Cadence::cron, "*/5 * * * *", std::chrono::days{30});
    auto company = std::make_unique<Company>(std::move(assets));
    input::Report report;
    for (const std::string& partition : *company->engine.partitions("a")) {
      if (report.events.size() == 7'500) break;
      report.events.push_back({.kind = input::Event::Kind::materialization,
                               .asset = "a",
                               .partition = partition,
                               .data_version = "1"});
    }
    const std::vector<Input> inputs{std::move(report)};
    state.ResumeTiming();
    const Moment moment = company->step(inputs);
    state.PauseTiming();
    std::uint64_t requested = 0;
    for (const FactRecord& record : moment.batch.facts) {
      if (const auto* backfill = std::get_if<fact::BackfillQueued>(&record.fact))
        requested += backfill->targets.front().wanted.size();
    }
    state.counters["requested"] = static_cast<double>(requested);
    company.reset();
    state.ResumeTiming();
  }
}
BENCHMARK(many_new_partitions)->Iterations(10)->Unit(benchmark::kMillisecond);

/// 35 assets in a row with 2,000 days each; a day in the middle of the first is made anew.
void late_parent(benchmark::State& state) {
  std::vector<AssetDefinition> assets;
  std::vector<std::string> keys;
  for (int i = 0; i < 35; ++i) {
    keys.push_back("a" + std::to_string(i));
    assets.push_back(asset(keys.back(), i == 0 ? "" : keys[keys.size() - 2], "eager(\"2000d\")"));
    assets.back().partitions = windows(Cadence::daily, "", std::chrono::days{2'000});
  }
  Company company{std::move(assets)};
  company.make_all(keys);
  const std::string day = (*company.engine.partitions("a0"))[1'000];
  int version = 1;
  for (auto _ : state) {
    const Moment moment =
        company.step({input::Report{.events = {{.kind = input::Event::Kind::materialization,
                                                .asset = "a0",
                                                .partition = day,
                                                .data_version = std::to_string(++version)}}}});
    benchmark::DoNotOptimize(moment);
    state.PauseTiming();
    std::vector<Input> cancel;
    const auto snapshot = company.engine.snapshot();
    for (const auto& [run, active] : snapshot->runs)
      cancel.emplace_back(input::Cancel{.run = run});
    std::vector<Input> stopped;
    for (const Effect& effect : company.step(cancel).effects) {
      if (const auto* stop = std::get_if<effect::StopStep>(&effect)) {
        stopped.emplace_back(input::StepOutcome{.step = stop->step,
                                                .attempt = stop->attempt,
                                                .kind = input::StepOutcome::Kind::canceled});
      }
    }
    static_cast<void>(company.step(stopped));
    state.ResumeTiming();
  }
}
BENCHMARK(late_parent)->Iterations(50)->Unit(benchmark::kMillisecond);

/// A backfill of 525,600 windows is asked for, and its first runs are made.
void backfill_planned(benchmark::State& state) {
  for (auto _ : state) {
    state.PauseTiming();
    std::vector<AssetDefinition> assets{asset("a", "", "")};
    assets.front().partitions = windows(Cadence::cron, "*/5 * * * *", std::chrono::days{1'825});
    auto company = std::make_unique<Company>(std::move(assets));
    const std::size_t before = mallinfo2().uordblks;
    state.ResumeTiming();
    const Moment moment = company->step({input::Backfill{.assets = {"a"}, .actor = "bench"}});
    benchmark::DoNotOptimize(moment);
    state.PauseTiming();
    state.counters["bytes"] = static_cast<double>(mallinfo2().uordblks - before);
    company.reset();
    state.ResumeTiming();
  }
}
BENCHMARK(backfill_planned)->Iterations(10)->Unit(benchmark::kMillisecond);

/// A minute of 500 eager assets in which nothing happens: what is evaluated (facts would tell).
void idle_minute(benchmark::State& state) {
  std::vector<AssetDefinition> assets;
  for (int i = 0; i < 500; ++i)
    assets.push_back(asset("a" + std::to_string(i), i == 0 ? "" : "a0", "eager"));
  Company company{std::move(assets)};
  std::size_t wakeups = 0;
  for (auto _ : state) {
    const Instant end = company.at + std::chrono::minutes{1};
    for (auto at = company.engine.next_wakeup(); at && *at <= end;
         at = company.engine.next_wakeup()) {
      ++wakeups;
      company.at = *at;
      static_cast<void>(company.step({input::Tick{}}));
    }
    company.at = end;
  }
  state.counters["wakeups"] = static_cast<double>(wakeups);
}
BENCHMARK(idle_minute)->Iterations(10)->Unit(benchmark::kMicrosecond);

/// What is recorded when an eager asset with three inputs is requested.
void decision_record(benchmark::State& state) {
  std::size_t bytes = 0;
  for (auto _ : state) {
    state.PauseTiming();
    std::vector<AssetDefinition> assets{asset("raw/a", "", ""), asset("raw/b", "", ""),
                                        asset("raw/c", "", ""), asset("mart", "raw/a", "eager")};
    for (const char* dep : {"raw/b", "raw/c"})
      assets.back().deps.push_back(
          {.key = dep, .rule = {}, .mapping = {}, .columns = {}, .place = {}});
    auto company = std::make_unique<Company>(std::move(assets));
    state.ResumeTiming();
    for (const char* key : {"raw/a", "raw/b", "raw/c"}) {
      const Moment moment = company->step({input::Report{.events = {{.asset = key}}}});
      for (const FactRecord& record : moment.batch.facts) {
        const auto* decided = std::get_if<fact::Decided>(&record.fact);
        if (decided != nullptr && decided->requested) bytes = encode(record.fact).size();
      }
    }
    state.PauseTiming();
    company.reset();
    state.ResumeTiming();
  }
  state.counters["bytes"] = static_cast<double>(bytes);
}
BENCHMARK(decision_record)->Iterations(10)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace freshet
