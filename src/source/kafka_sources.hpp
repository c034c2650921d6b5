// When topics have new messages, and what these are: librdkafka, offsets of our own, a settle time.
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "freshet/engine.hpp"
#include "freshet/graph.hpp"
#include "freshet/service.hpp"
#include "freshet/time.hpp"

namespace freshet {

struct KafkaSourcesOptions {
  Millis refresh_every{Seconds{10}};  ///< Partitions of the topics; those that are not there yet.
  Millis ask_timeout{Seconds{5}};     ///< For one answer of a cluster; an end may take as long.
  Millis offer_every{200};            ///< A batch that was not taken.
};

/// All external assets whose source is a Kafka topic.  How far a topic was read is told together
/// with what it caused, and stored in one transaction with it: after a crash reading goes on
/// exactly there, so every message counts once.  What the cluster keeps for the group is for others
/// to see.
///
/// Sources with the same brokers and settings share a connection; sources of one topic are read
/// together.  A message that cannot be read is an event that is rejected, with its place and the
/// reason, and never stops the others.
///
/// Lives on the io thread; talks to clusters and reads messages on the pool.  `io` must outlive the
/// pool's jobs.
class KafkaSources {
 public:
  /// As FileSources::Emit: false is out of credit, and the same is offered again later, with what
  /// has come meanwhile; partitions are paused until then.
  using Emit = std::function<bool(std::vector<input::Event> events,
                                  std::vector<std::pair<std::string, std::string>> cursors)>;

  /// `cursors` are those that were stored, by asset key.
  KafkaSources(boost::asio::io_context& io, boost::asio::thread_pool& pool, const Clock& clock,
               std::map<std::string, std::string> cursors, Emit emit,
               KafkaSourcesOptions options = {});
  ~KafkaSources();
  KafkaSources(const KafkaSources&) = delete;
  KafkaSources& operator=(const KafkaSources&) = delete;

  /// Reads exactly the topics of `graph`.  Those that were read in the same way go on.
  void watch(const Graph& graph);

  /// By asset key.
  [[nodiscard]] std::vector<SourceStatus> status() const;

  /// Nothing is emitted any more, and jobs on the pool end soon.
  void stop();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;  ///< Weakly held by timers and jobs.
};

}  // namespace freshet
