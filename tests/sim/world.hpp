// A company in a box: a random graph, a random workload, doubles for store and executor, crashes;
// all from one seed.
#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "freshet/engine.hpp"
#include "freshet/graph.hpp"
#include "model/codec.hpp"

namespace freshet::sim {

/// The bytes of a row's key, by which it is found.
template <class Row>
std::string key_of(const Row& row) {
  std::string key;
  codec::Encoder encoder{key};
  int left = Row::key_fields;
  Row::describe(row, [&](std::string_view name, const auto& value) {
    if (left-- > 0) encoder(name, value);
  });
  return key;
}

/// What storage holds: facts in order, and rows by key.  Only what was committed survives a crash.
class StoreDouble {
 public:
  void commit(const Batch& batch);
  [[nodiscard]] Rows load() const;
  [[nodiscard]] const std::vector<FactRecord>& facts() const { return facts_; }
  /// What load() gives, but with runs that have ended left out, as the engine keeps it.
  [[nodiscard]] Rows current() const { return load(); }

 private:
  std::vector<FactRecord> facts_;
  template <class Tuple>
  struct ByKey;
  template <class... R>
  struct ByKey<std::tuple<std::vector<R>...>> {
    using type = std::tuple<std::map<std::string, R>...>;
  };
  ByKey<decltype(Rows::tables)>::type tables_;  ///< By the bytes of their keys.
  Sequence sequence_;
  Instant at_{};
  RunId last_run_;
};

class World {
 public:
  /// `in_lockstep`: a second engine, which evaluates every condition at every moment, is given the
  /// same and must come to the same.
  explicit World(std::uint64_t seed, bool in_lockstep = false);

  /// Runs the workload, with faults and crashes, until `moments` have passed; then lets everything
  /// come to rest. Returns what was violated, "" if nothing was.
  [[nodiscard]] std::string run(int moments);

  struct Counts {
    int moments{}, crashes{}, starts{}, requests{}, events{}, reloads{};
    int edits{};  ///< Of the outside world: events, definitions, wipes, partitions.
    int jumps{};  ///< Of the clock.
  };
  [[nodiscard]] const Counts& counts() const { return counts_; }

 private:
  struct Process {
    StepId step;
    std::uint32_t attempt{};
    bool ended{false};
    bool hangs{false};
    input::StepOutcome outcome;
  };
  struct Due {
    Instant at;
    std::uint64_t order{};
    enum class Kind : std::uint8_t { running, ended } kind{};
    std::pair<StepId, std::uint32_t> attempt;
    friend bool operator>(const Due& a, const Due& b) {
      return std::tie(a.at, a.order) > std::tie(b.at, b.order);
    }
  };

  std::shared_ptr<const Graph> random_graph();
  std::string random_automation(bool of_check = false);
  std::optional<PartitionsDefinition> random_partitions();
  /// The key of some partition that exists; "" where there is none.
  std::string random_partition(const std::string& asset);
  std::unique_ptr<Engine> new_engine(bool evaluate_everything);
  void crash();
  /// Decides one moment; commits it and lets its effects out, unless a crash comes in between.
  void step(std::vector<Input> inputs);
  void let_out(const Effect& effect);
  void start(const effect::StartStep& effect);
  void check();
  void act();
  void report();
  bool flow_until(Instant target);
  void come_to_rest();
  void require(bool holds, const std::string& what);

  std::size_t below(std::size_t n) {
    return std::uniform_int_distribution<std::size_t>{0, n - 1}(random_);
  }
  bool chance(int percent) { return below(100) < static_cast<std::size_t>(percent); }
  Micros delay(int max_ms) {
    return Millis{static_cast<std::int64_t>(below(static_cast<std::size_t>(max_ms)) + 1)};
  }

  std::mt19937_64 random_;
  EngineOptions options_;
  std::size_t assets_{};
  Instant start_{};
  std::shared_ptr<const Graph> graph_;
  std::vector<std::shared_ptr<const Graph>> loaded_;  // in order, for the replay
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Engine> thorough_;  ///< Evaluates everything; null where nothing is compared.
  StoreDouble store_;
  Instant now_{};
  std::map<std::pair<StepId, std::uint32_t>, Process> processes_;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
  std::uint64_t order_{};
  std::uint64_t next_event_{};
  struct Sent {
    input::Event event;
    bool acknowledged{false};
  };
  std::map<std::uint64_t, Sent> sent_;
  std::map<Token, std::uint64_t> waiting_;
  Token next_token_{1};
  bool crashing_{true};
  std::map<StepId, int> ended_;
  std::string violated_;
  Counts counts_;
};

}  // namespace freshet::sim
