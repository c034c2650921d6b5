// One publication: what it is told next, when it is tried again, how far it is.
#pragma once
#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>

#include "base/clock.hpp"
#include "freshet/engine.hpp"
#include "freshet/history.hpp"
#include "freshet/service.hpp"
#include "freshet/snapshot.hpp"
#include "publish/feed.hpp"
#include "publish/scope.hpp"
#include "publish/target.hpp"

namespace freshet::publish {

/// Before the attempt after `failures` of them: 200 ms, doubling up to a minute.  Requires failures
/// >= 1.
[[nodiscard]] Micros delay_after(std::uint32_t failures);

/// A thread of its own.  `told`: how far it was told before; 0: never. All functions but the
/// constructor and the destructor from any thread.
class Worker {
 public:
  Worker(const Clock& clock, std::string project, Publication publication, Origin origin,
         std::function<Result<std::unique_ptr<Reader>>()> history,
         std::function<void(Input)> report, Sequence told);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  [[nodiscard]] const Publication& publication() const { return publication_; }
  void tell(std::shared_ptr<const Snapshot> snapshot);
  void begin_stop();
  [[nodiscard]] bool has_ended() const { return has_ended_; }
  [[nodiscard]] PublicationStatus status() const;

 private:
  void loop();
  /// Waits for a later snapshot, or until it is time; false: it is to end.
  [[nodiscard]] bool wait();
  /// One page; true: there may be more at once.
  [[nodiscard]] bool tell_next();
  [[nodiscard]] bool send(const Feed& feed);
  void failed(std::string error);
  void give_up(const Message& message, const std::string& error);
  void save_cursor(bool now);

  const Clock& clock_;
  const std::string project_;
  const Publication publication_;
  const Origin origin_;
  const std::function<Result<std::unique_ptr<Reader>>()> open_history_;
  const std::function<void(Input)> report_;
  const std::unique_ptr<Target> target_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::shared_ptr<const Snapshot> newest_;
  bool is_stopping_{false};
  PublicationStatus status_;
  std::atomic<bool> has_ended_{false};

  // Of the thread:
  std::unique_ptr<Reader> history_;
  std::shared_ptr<const Snapshot> snapshot_;
  Scope scope_;
  bool is_known_{false};     ///< To the engine.
  Sequence told_;            ///< All up to here is done with …
  Sequence saved_;           ///< … and is known to be so after a crash.
  std::uint64_t unsaved_{};  ///< Messages taken since.
  SteadyTime saved_at_{};
  std::uint32_t failures_{};  ///< Since the last success.
  std::uint32_t refusals_{};  ///< Of the message that is next.
  std::optional<SteadyTime> again_at_;
  std::string complaint_;
  std::jthread thread_;
};

}  // namespace freshet::publish
