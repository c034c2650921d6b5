// From inputs to durable facts: the engine's thread, the store's thread, and what is let out when a
// commit is done.
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/inbox.hpp"
#include "freshet/engine.hpp"
#include "freshet/snapshot.hpp"
#include "store/store.hpp"

namespace freshet::runtime {

/// What became durable together.
struct Committed {
  std::vector<FactRecord> facts;
  std::vector<Effect> effects;
  std::shared_ptr<const Snapshot> snapshot;  ///< Null when none was taken.
};

/// Two threads in a row.  Nothing is handed to `release` before the facts it rests on are on disk;
/// after an error of the store nothing is handed out any more.
class Pipeline {
 public:
  struct Hooks {
    std::function<void(Committed)> release;  ///< On the store thread, in order.
    std::function<void(std::string)>
        failed;  ///< On the store thread, once: the store cannot go on.
  };
  struct Stats {
    std::atomic<std::uint64_t> moments{0}, commits{0}, facts{0}, slow_moments{0};
    std::atomic<std::uint64_t> longest_moment_us{0};
  };

  /// The engine must be loaded.  All references are borrowed.
  Pipeline(Engine engine, Store& store, const Clock& clock, Hooks hooks);
  ~Pipeline();
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  void start();
  /// Takes in what was handed over, commits it, and joins both threads.  What is handed over later
  /// is dropped.
  void stop();

  /// From any thread.  False when too many events and commands are not durable yet (the sender
  /// waits outside), or stopped.
  [[nodiscard]] bool offer(Input input);
  /// For outcomes, which always have room.
  void push(Input input) { inbox_.push_always({std::move(input), 0}); }
  /// Runs on the engine's thread, between two moments.
  void ask(std::function<void(Engine&)> question) { inbox_.push_always({std::move(question), 0}); }

  [[nodiscard]] const Stats& stats() const { return stats_; }
  [[nodiscard]] std::size_t waiting() const { return inbox_.size(); }

 private:
  struct Item {
    std::variant<Input, std::function<void(Engine&)>> what;
    std::size_t credit{};  ///< To be given back once what comes of it is durable.
  };
  struct Work {
    Batch batch;
    std::vector<Effect> effects;
    std::shared_ptr<const Snapshot> snapshot;
    std::size_t credit{};
  };
  /// In events and commands; so much can be in memory and not on disk …
  static constexpr std::size_t waiting_max = 60'000;
  /// … of which sources, which would fill any room, leave this to those who ask by HTTP.
  static constexpr std::size_t spared_by_sources = 10'000;

  void decide();
  void step(std::span<const Input> inputs, std::size_t credit);
  void write();

  Engine engine_;
  Store& store_;
  const Clock& clock_;
  Hooks hooks_;
  Stats stats_;
  Inbox<Item> inbox_{waiting_max};
  Inbox<Work> commits_{1};  // only push_always: bounded by the inbox's credit
  std::vector<Work> decided_;
  std::jthread engine_thread_, store_thread_;
};

}  // namespace freshet::runtime
