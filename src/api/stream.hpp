// Who is told what changes: server-sent events to every open page.
#pragma once
#include <cstddef>
#include <memory>
#include <vector>

#include "api/call.hpp"
#include "api/changes.hpp"
#include "http/event_stream.hpp"

namespace freshet::api {

/// A client that reads too slowly is cut off; it comes back with its Last-Event-ID.  io thread.
class Streams {
 public:
  static constexpr std::uint64_t resume_max = 10'000;  ///< Facts; who missed more starts afresh.

  /// After each commit, in order.
  void publish(const View& now, const std::vector<FactRecord>& facts);
  void add(const CallPtr& call, std::vector<Topic> topics, std::optional<Sequence> from);
  void heartbeat();
  void end();
  [[nodiscard]] std::size_t size() const { return subscribers_.size(); }

 private:
  struct Subscriber;
  void resume(const CallPtr& call, const std::shared_ptr<Subscriber>& subscriber, Sequence from);
  void forget_closed();

  std::vector<std::shared_ptr<Subscriber>> subscribers_;
  std::shared_ptr<const Snapshot> told_;  ///< What the last publish() was about.
  Sequence told_upto_;
};

}  // namespace freshet::api
