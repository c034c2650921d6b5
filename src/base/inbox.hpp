// How many threads hand things to one: a queue with a bound for what can wait outside.
#pragma once
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "base/clock.hpp"

namespace freshet {

/// Many producers, one consumer.  Items come out in the order in which they went in.
template <class T>
class Inbox {
 public:
  /// What is under way by try_push weighs `credit` at most, until the consumer gives it back; what
  /// comes by push_always does not count.
  explicit Inbox(std::size_t credit) : credit_{credit} {}

  /// False when out of credit or closed; `item` is moved from only if it was taken.  One that is
  /// heavier than all credit is taken when nothing else is under way.  Of the credit, `spared` is
  /// left to others.
  [[nodiscard]] bool try_push(T&& item, std::size_t weight = 1, std::size_t spared = 0) {
    {
      const std::scoped_lock lock{mutex_};
      if (closed_ || (used_ > 0 && used_ + weight + spared > credit_)) return false;
      used_ += weight;
      items_.push_back(std::move(item));
    }
    filled_.notify_one();
    return true;
  }
  [[nodiscard]] bool try_push(const T& item, std::size_t weight = 1, std::size_t spared = 0) {
    return try_push(T{item}, weight, spared);
  }
  /// Of what try_push took, so much is done with.  Any thread.
  void give_back(std::size_t weight) {
    const std::scoped_lock lock{mutex_};
    used_ -= weight;
  }

  /// For what has happened already and cannot be refused, as the outcome of a step; false, and
  /// `item` not moved from, only when closed.
  bool push_always(T&& item) {
    {
      const std::scoped_lock lock{mutex_};
      if (closed_) return false;
      items_.push_back(std::move(item));
    }
    filled_.notify_one();
    return true;
  }
  bool push_always(const T& item) { return push_always(T{item}); }

  /// Takes all there is, waiting for something until `deadline`, or for ever without one.  Empty
  /// when the deadline passed, and when closed and drained.  The consumer's thread only.
  [[nodiscard]] std::vector<T> wait_pop_all(std::optional<SteadyTime> deadline) {
    std::unique_lock lock{mutex_};
    const auto ready = [this] { return closed_ || !items_.empty(); };
    if (deadline) {
      filled_.wait_until(lock, *deadline, ready);
    } else {
      filled_.wait(lock, ready);
    }
    return std::exchange(items_, {});
  }

  /// Nothing goes in any more; what is inside can still be taken.  Wakes the consumer.
  void close() {
    {
      const std::scoped_lock lock{mutex_};
      closed_ = true;
    }
    filled_.notify_all();
  }
  [[nodiscard]] bool closed() const {
    const std::scoped_lock lock{mutex_};
    return closed_;
  }
  /// How many items wait, of either kind; for metrics.
  [[nodiscard]] std::size_t size() const {
    const std::scoped_lock lock{mutex_};
    return items_.size();
  }

 private:
  const std::size_t credit_;
  mutable std::mutex mutex_;
  std::condition_variable filled_;
  std::vector<T> items_;
  std::size_t used_{0};  ///< Weight of what came by try_push and was not given back.
  bool closed_{false};
};

}  // namespace freshet
