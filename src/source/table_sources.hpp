// When a table that keeps its own snapshots has got a new one: Delta Lake, Iceberg, DuckLake.
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "freshet/service.hpp"
#include "freshet/time.hpp"
#include "source/files/file_system.hpp"
#include "source/sources.hpp"
#include "source/tables/table.hpp"

namespace freshet {

struct TableSourcesOptions {
  Micros poll_every{Seconds{10}};                 ///< Where nothing is to be watched yet, or read.
  Micros catalog_every{Seconds{2}};               ///< Where no folder announces a snapshot …
  Micros database_every{Seconds{10}};             ///< … or a server would be asked …
  Micros bucket_every{Seconds{60}};               ///< … or a bucket.
  Micros rescan_every{std::chrono::minutes{10}};  ///< In any case.
  Millis offer_every{200};                        ///< What was not taken.
  tables::Patience patience;
  int inotify_refusal{0};  ///< errno, as if inotify had failed; for tests …
  std::function<bool(const std::string&)> is_remote{files::is_remote};  ///< … and so is another.
};

/// All external assets whose source is a table.  What is told is the latest snapshot, whose number
/// is the data version; those in between are not.  So nothing is lost that a later look does not
/// bring.
///
/// Lives on the io thread; reads on the pool, buckets and servers on threads of its own.  `io` must
/// outlive it and the pool's jobs.
class TableSources final : public Sources {
 public:
  TableSources(boost::asio::io_context& io, boost::asio::thread_pool& pool, const Clock& clock,
               Emit emit, TableSourcesOptions options = {});
  ~TableSources() override;
  TableSources(const TableSources&) = delete;
  TableSources& operator=(const TableSources&) = delete;

  [[nodiscard]] bool takes(const SourceDefinition& source) const override;
  void watch(const Wanted& wanted) override;
  [[nodiscard]] SourceTest test(const AssetDefinition& asset, Millis timeout) const override;
  [[nodiscard]] std::vector<SourceStatus> status() const override;
  bool look_now(const std::string& asset) override;
  void stop() override;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;  ///< Weakly held by timers and jobs.
};

}  // namespace freshet
