// When topics have new messages, and what these are: librdkafka, offsets of our own, a settle time.
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "freshet/service.hpp"
#include "freshet/time.hpp"
#include "source/sources.hpp"

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
class KafkaSources final : public Sources {
 public:
  /// `cursors` are those that were stored, by asset key.  Partitions are paused while `emit` is out
  /// of credit.
  KafkaSources(boost::asio::io_context& io, boost::asio::thread_pool& pool, const Clock& clock,
               std::map<std::string, std::string> cursors, Emit emit,
               KafkaSourcesOptions options = {});
  ~KafkaSources() override;
  KafkaSources(const KafkaSources&) = delete;
  KafkaSources& operator=(const KafkaSources&) = delete;

  [[nodiscard]] bool takes(const SourceDefinition& source) const override;
  void watch(const Wanted& wanted) override;
  void renamed(const std::string& from, const std::string& to) override;
  [[nodiscard]] SourceTest test(const AssetDefinition& asset, Millis timeout) const override;
  [[nodiscard]] Result<std::vector<input::Event>> reread(const AssetDefinition& asset,
                                                         const std::string& body,
                                                         Millis timeout) const override;
  [[nodiscard]] std::vector<SourceStatus> status() const override;
  void stop() override;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;  ///< Weakly held by timers and jobs.
};

}  // namespace freshet
