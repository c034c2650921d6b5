// When databases have changed: PostgreSQL's commits and notifications, and answers to queries of
// any database.
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
#include "source/database/follower.hpp"
#include "source/sources.hpp"

namespace freshet {

struct DatabaseSourcesOptions {
  Millis offer_every{200};  ///< What was not taken.
  database::FollowOptions follow;
};

/// All external assets whose source is a database.  Each has a connection and a thread of its own,
/// and where commits are followed a slot of its own: none waits for another, and how far one was
/// read is stored in one transaction with what it caused.  The server may forget what has become
/// durable here, and nothing before that.
///
/// Lives on the io thread; threads that end are joined on the pool.  `io` must outlive the pool's
/// jobs.
class DatabaseSources final : public Sources {
 public:
  /// `cursors` are those that were stored, by asset key.
  DatabaseSources(boost::asio::io_context& io, boost::asio::thread_pool& pool, const Clock& clock,
                  std::map<std::string, std::string> cursors, Emit emit,
                  DatabaseSourcesOptions options = {});
  ~DatabaseSources() override;
  DatabaseSources(const DatabaseSources&) = delete;
  DatabaseSources& operator=(const DatabaseSources&) = delete;

  [[nodiscard]] bool takes(const SourceDefinition& source) const override;
  void watch(const Wanted& wanted) override;
  void renamed(const std::string& from, const std::string& to) override;
  void stored(const std::string& asset, const std::string& cursor) override;
  [[nodiscard]] SourceTest test(const AssetDefinition& asset, Millis timeout) const override;
  [[nodiscard]] std::vector<SourceStatus> status() const override;
  void stop() override;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;  ///< Weakly held by timers and jobs.
};

}  // namespace freshet
