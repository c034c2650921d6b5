// All sources of all kinds, and which of them are read.
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "freshet/facts.hpp"
#include "freshet/graph.hpp"
#include "freshet/rows.hpp"
#include "freshet/snapshot.hpp"
#include "runtime/source_rates.hpp"
#include "source/sources.hpp"

namespace freshet::runtime {

/// What was stored of sources, by asset key.
struct SourceMemory {
  std::map<std::string, std::string> cursors;  ///< How far they had been taken in.
  std::set<std::string> paused;
};
[[nodiscard]] SourceMemory source_memory(const Rows& rows);
/// What runs of OpenLineage that go on have said, by key, the latest at the end.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> lineage_runs(const Rows& rows);

/// On the io thread.
class SourceSet {
 public:
  SourceSet(boost::asio::io_context& io, const Clock& clock, SourceMemory memory,
            const Sources::Emit& emit);
  ~SourceSet();
  SourceSet(const SourceSet&) = delete;
  SourceSet& operator=(const SourceSet&) = delete;

  /// Reads the sources of `graph`, but for those that are paused.  What was known of an asset under
  /// its former key is known of it.
  void watch(const Graph& graph);
  /// Those that are paused may have become others.
  void pause(const Snapshot& snapshot);
  /// What came of reports from outside: of all kinds, that alone is an event of a source.
  void count(const std::vector<FactRecord>& facts, const Snapshot& snapshot);
  /// To be called every SourceRates::every.
  void sample(SteadyTime now, const Snapshot* snapshot) { rates_.sample(now, status(snapshot)); }
  /// These have become durable, and the snapshot shows them.
  void stored(const std::vector<FactRecord>& facts, const Snapshot& snapshot);
  /// Of all external assets with a source, by kind and key.
  [[nodiscard]] std::vector<SourceStatus> status(const Snapshot* snapshot) const;
  /// As Sources::test; any thread.
  [[nodiscard]] SourceTest test(const AssetDefinition& asset, Millis timeout) const;
  /// As Sources::reread; any thread.
  [[nodiscard]] Result<std::vector<input::Event>> reread(const AssetDefinition& asset,
                                                         const std::string& body,
                                                         Millis timeout) const;
  /// As Sources::look_now.
  bool look_now(const std::string& asset);
  void stop();

 private:
  /// Of their own, since a mount or a server that hangs must not keep steps from starting.
  boost::asio::thread_pool pool_{4};
  const Clock& clock_;
  std::vector<std::unique_ptr<Sources>> kinds_;
  std::set<std::string> paused_;
  const Graph* watched_{nullptr};  ///< Only to tell it from others.
  struct Counts {
    std::uint64_t events{}, unchanged{}, dead{};
  };
  std::unordered_map<AssetId, Counts> counts_;  ///< Since the start.
  SourceRates rates_;
  std::map<AssetId, std::string> keys_;   ///< Of external assets …
  std::shared_ptr<const Graph> keys_of_;  ///< … of this graph.
};

/// What a look found for partitions that its asset does not have, or not yet, says so.
void judge_partitions(SourceTest& found, const AssetDefinition& asset, Instant now);

/// Looks at one source without a daemon.  Blocks, for about `timeout` at most.
[[nodiscard]] SourceTest test_source(const AssetDefinition& asset, Millis timeout);

}  // namespace freshet::runtime
