// How a conversation with a server is broken off from outside: at the end, or when it takes too
// long.
#pragma once
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "freshet/time.hpp"

namespace freshet::remote {

/// Any thread.
class Halt {
 public:
  [[nodiscard]] bool is_stopped() const { return is_stopped_.load(std::memory_order_relaxed); }
  /// For good.
  void stop();
  /// A socket whose reads are to end then; -1: none any more.  Whoever gives it takes it back
  /// before it is closed.
  void watch(int socket);

 private:
  std::atomic<bool> is_stopped_{false};
  std::mutex mutex_;
  int socket_{-1};
};

/// Stops after a time, unless it is destroyed before.
class Watchdog {
 public:
  Watchdog(std::shared_ptr<Halt> halt, Millis timeout);
  /// Whether it has.
  [[nodiscard]] bool has_barked() const { return has_barked_; }

 private:
  std::atomic<bool> has_barked_{false};
  std::mutex mutex_;
  std::condition_variable_any ended_;
  std::jthread thread_;
};

}  // namespace freshet::remote
