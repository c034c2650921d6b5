// What the thread that follows a database and the io thread have to say to each other.
#pragma once
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "freshet/engine.hpp"
#include "source/database/waker.hpp"

namespace freshet::database {

/// What is told at once, and how far its source has been read then.
struct Batch {
  std::vector<input::Event> events;
  std::optional<std::string> cursor;  ///< nullopt: it has none.
};

/// What people see of a follower.
struct Report {
  std::string state{"waiting"};  ///< As in SourceStatus.
  std::string detail;
  std::string position;
  std::optional<std::uint64_t> lag;  ///< Bytes of the log that are not durable here.
  std::uint64_t messages{};          ///< Commits, notifications or looks.
  std::uint64_t ignored{};           ///< Of those: nothing that counts.
};

/// One batch at a time is on offer; the follower's thread goes on meanwhile.
class Outlet {
 public:
  /// `on_told` is called by `tell`, on the follower's thread.
  Outlet(const Clock& clock, std::function<void()> on_told)
      : waker{clock}, on_told_{std::move(on_told)} {}

  // On the follower's thread.

  /// What was told has been taken.
  [[nodiscard]] bool is_free() const;
  /// Requires is_free().
  void tell(Batch batch);
  /// The newest cursor that has become durable since the last call.
  [[nodiscard]] std::optional<std::string> take_stored();
  /// Changes what people see.
  void say(const std::function<void(Report&)>& change);

  // On the io thread.

  /// What is on offer.
  [[nodiscard]] std::optional<Batch> offered() const;
  void taken();
  void stored(std::string cursor);
  [[nodiscard]] Report report() const;

  Waker waker;  ///< The follower waits with it.

 private:
  const std::function<void()> on_told_;
  mutable std::mutex mutex_;
  std::optional<Batch> batch_;
  std::optional<std::string> stored_;
  Report report_;
};

}  // namespace freshet::database
