#include "source/database_sources.hpp"

#include <boost/asio/post.hpp>
#include <cstdint>
#include <optional>
#include <thread>
#include <utility>

#include "base/log.hpp"
#include "freshet/definitions.hpp"
#include "source/database/outlet.hpp"
#include "source/offers.hpp"

namespace freshet {

using database::Outlet;

class DatabaseSources::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(boost::asio::io_context& io, boost::asio::thread_pool& pool, const Clock& clock,
       std::map<std::string, std::string> cursors, Emit emit, DatabaseSourcesOptions options)
      : io_{io},
        pool_{pool},
        clock_{clock},
        told_{cursors},
        durable_{std::move(cursors)},
        offers_{io, std::move(emit), options.offer_every,
                [this] {
                  for (const auto& [key, source] : sources_) offer(key);
                }},
        options_{options} {}

  void watch(Wanted wanted) {
    if (is_stopped_) return;
    std::erase_if(sources_, [&](auto& each) {
      const auto found = wanted.find(each.first);
      if (found != wanted.end() && each.second->is_for(*found->second)) {
        wanted.erase(found);
        return false;
      }
      release(*each.second, found != wanted.end());
      return true;
    });
    for (const auto& [key, asset] : wanted) add(*asset);
  }

  void renamed(const std::string& from, const std::string& to) {
    rekey(told_, from, to);
    rekey(durable_, from, to);
  }

  void stored(const std::string& asset, const std::string& cursor) {
    if (told_.contains(asset)) durable_[asset] = cursor;
    const auto found = sources_.find(asset);
    if (found != sources_.end()) found->second->outlet->stored(cursor);
  }

  [[nodiscard]] std::vector<SourceStatus> status() const {
    std::vector<SourceStatus> out;
    for (const auto& [key, source] : sources_) {
      const database::Report report = source->outlet->report();
      out.push_back({.asset = key,
                     .kind = "database",
                     .state = source->is_held && report.state != "error" ? "held" : report.state,
                     .detail = report.detail,
                     .position = report.position,
                     .lag = report.lag,
                     .lag_unit = report.lag ? "bytes" : "",
                     .messages = report.messages,
                     .ignored = report.ignored});
    }
    return out;
  }

  void stop() {
    is_stopped_ = true;
    offers_.stop();
    for (const auto& [key, source] : sources_) source->outlet->waker.stop();
  }

 private:
  struct Source {
    explicit Source(const AssetDefinition& of) : asset{of} {}
    ~Source() {
      if (outlet) outlet->waker.stop();
    }
    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;
    [[nodiscard]] bool is_for(const AssetDefinition& other) const {
      return other.source.database == asset.source.database &&
             other.partitions == asset.partitions && other.directory == asset.directory;
    }
    const AssetDefinition asset;
    std::shared_ptr<Outlet> outlet;
    bool is_held{false};  ///< What is on offer was not taken.
    std::jthread thread;  ///< Ends before the others do.
  };

  void add(const AssetDefinition& asset) {
    auto source = std::make_shared<Source>(asset);
    source->outlet =
        std::make_shared<Outlet>(clock_, [weak = weak_from_this(), &io = io_, key = asset.key] {
          boost::asio::post(io, [weak, key] {
            if (const auto self = weak.lock()) self->offer(key);
          });
        });
    database::Job job{.asset = asset, .options = options_.follow};
    if (const auto found = told_.find(asset.key); found != told_.end()) {
      job.cursor = found->second;
      job.is_stored = durable_[asset.key] == found->second;
    }
    source->thread = std::jthread{
        [job = std::move(job), outlet = source->outlet] { database::follow(job, *outlet); }};
    sources_[asset.key] = std::move(source);
  }

  /// Its thread may still wait for a name server.
  void release(Source& source, bool comes_back) {
    source.outlet->waker.stop();
    if (!comes_back && database::follows_commits(source.asset.source.database))
      log("source").warn(
          "database not followed any more, its slot keeps the log: drop it if that is for good "
          "asset={}",
          source.asset.key);
    boost::asio::post(pool_, [thread = std::move(source.thread)]() mutable { thread.join(); });
  }

  void offer(const std::string& key) {
    const auto found = sources_.find(key);
    if (is_stopped_ || found == sources_.end()) return;
    Source& source = *found->second;
    auto batch = source.outlet->offered();
    if (!batch) return;
    std::vector<std::pair<std::string, std::string>> cursors;
    if (batch->cursor) cursors.emplace_back(key, *batch->cursor);
    source.is_held = !offers_.offer(std::move(batch->events), std::move(cursors));
    if (source.is_held) return;
    if (batch->cursor) told_[key] = *batch->cursor;
    source.outlet->taken();
  }

  boost::asio::io_context& io_;
  boost::asio::thread_pool& pool_;
  const Clock& clock_;
  std::map<std::string, std::string> told_;     ///< Cursors, by asset key …
  std::map<std::string, std::string> durable_;  ///< … and those that are stored.
  Offers offers_;
  const DatabaseSourcesOptions options_;
  std::map<std::string, std::shared_ptr<Source>> sources_;  ///< By asset key.
  bool is_stopped_{false};
};

DatabaseSources::DatabaseSources(boost::asio::io_context& io, boost::asio::thread_pool& pool,
                                 const Clock& clock, std::map<std::string, std::string> cursors,
                                 Emit emit, DatabaseSourcesOptions options)
    : impl_{std::make_shared<Impl>(io, pool, clock, std::move(cursors), std::move(emit), options)} {
}

DatabaseSources::~DatabaseSources() { impl_->stop(); }

bool DatabaseSources::takes(const SourceDefinition& source) const {
  return source.kind == SourceKind::database;
}

void DatabaseSources::watch(const Wanted& wanted) { impl_->watch(wanted); }

void DatabaseSources::renamed(const std::string& from, const std::string& to) {
  impl_->renamed(from, to);
}

void DatabaseSources::stored(const std::string& asset, const std::string& cursor) {
  impl_->stored(asset, cursor);
}

SourceTest DatabaseSources::test(const AssetDefinition& asset, Millis timeout) const {
  const SystemClock clock;
  database::Waker waker{clock, clock.steady() + timeout};
  SourceTest out = database::look_once(asset, waker);
  if (waker.is_stopped() && out.error.empty())
    out.error = "no answer within " + format_duration(timeout);
  return out;
}

std::vector<SourceStatus> DatabaseSources::status() const { return impl_->status(); }

void DatabaseSources::stop() { impl_->stop(); }

}  // namespace freshet
