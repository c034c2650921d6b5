// Who has been told what, and who is to be told next: the one outbox.
//
// Routes are told in the order of the alerts, each on its own: a receiver that is slow or dead
// keeps nobody else waiting.  What was told becomes a fact, and only that moves a route's cursor;
// so after a crash a delivery may come twice, with the same id, and none is lost.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "freshet/engine.hpp"
#include "freshet/history.hpp"
#include "freshet/snapshot.hpp"
#include "notify/outbox.hpp"
#include "notify/transfers.hpp"

namespace freshet::notify {

struct NotifierOptions {
  std::string instance;  ///< Of the store: part of each delivery's id.
  std::string base_url;  ///< Of the UI, for links; "" where it is not known.
  std::vector<std::pair<std::string, std::string>> environment;  ///< Of commands.
};

/// A thread of its own.  `tell` and `stop` may be called from any thread, one at a time.
class Notifier {
 public:
  /// `report` takes facts::Delivered as input, whatever the load, from the notifier's thread; the
  /// clock is borrowed.
  Notifier(const Clock& clock, NotifierOptions options,
           std::function<Result<std::unique_ptr<Reader>>()> history,
           std::function<void(Input)> report);
  ~Notifier();
  Notifier(const Notifier&) = delete;
  Notifier& operator=(const Notifier&) = delete;

  /// The state as it is now: to be called for the first one, and when alerts, mutes, deliveries or
  /// definitions have changed.  Everything that it shows is durable.
  void tell(std::shared_ptr<const Snapshot> snapshot);
  /// What is under way is given up, and told again by the next daemon.
  void stop();

 private:
  using Name = std::pair<std::string, std::string>;  ///< Project and route.
  /// How a route is doing.
  struct State {
    Transfers::Key key{};
    bool is_known{false};  ///< To the engine.
    bool is_busy{false};
    Delivery delivery;
    Batch batch;  ///< That is under way.
    Sequence told;
    Instant repeats{};
    std::uint32_t failures{};  ///< Since the latest success.
    std::uint32_t refusals{};  ///< Of the first alert in line.
    SteadyTime retry_at{};
    Sequence tested;  ///< Latest alert that was tried while there was a test among them.
  };

  void loop();
  void begin(const Route& route, State& state, Instant now);
  void send(const Route& route, State& state, Instant now);
  void settle(const Name& name, State& state, const Outcome& outcome);
  [[nodiscard]] Result<Batch> choose(const Route& route, State& state, Instant now);
  [[nodiscard]] Millis longest_sleep(Instant now);
  void report(const Name& name, fact::Delivered delivered);
  [[nodiscard]] Looks looks() const { return {directory_, *snapshot_, options_.base_url}; }

  const Clock& clock_;
  NotifierOptions options_;
  std::function<Result<std::unique_ptr<Reader>>()> open_history_;
  std::function<void(Input)> report_;
  Transfers transfers_;

  std::mutex mutex_;
  std::shared_ptr<const Snapshot> newest_;
  bool is_stopping_{false};

  // Of the thread:
  std::unique_ptr<Reader> history_;
  std::shared_ptr<const Snapshot> snapshot_;
  Directory directory_;
  std::map<Name, State> states_;
  Transfers::Key last_key_{};
  std::jthread thread_;
};

}  // namespace freshet::notify
