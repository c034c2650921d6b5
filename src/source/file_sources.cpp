#include "source/file_sources.hpp"

#include <fcntl.h>

#include <cerrno>

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/unique_fd.hpp"
#include "freshet/definitions.hpp"
#include "freshet/engine.hpp"
#include "freshet/service.hpp"
#include "freshet/time.hpp"
#include "source/files/inotify.hpp"
#include "source/files/look.hpp"
#include "source/files/probe.hpp"
#include "source/files/source.hpp"
#include "source/files/walk.hpp"
#include "source/files/watch_table.hpp"
#include "source/offers.hpp"

namespace freshet {

using boost::asio::steady_timer;
using boost::asio::posix::stream_descriptor;
using boost::system::error_code;
using files::Source;

class FileSources::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(boost::asio::io_context& io, boost::asio::thread_pool& pool, const Clock& clock, Emit emit,
       FileSourcesOptions options)
      : io_{io},
        pool_{pool},
        clock_{clock},
        offers_{io, std::move(emit), options.offer_every,
                [this] {
                  for (const auto& [id, source] : sources_) offer(*source);
                }},
        options_{options},
        inotify_{std::make_shared<const files::Inotify>(options.inotify_refusal)},
        readable_{io},
        poll_timer_{io},
        rescan_timer_{io} {}

  [[nodiscard]] boost::asio::thread_pool& pool() const { return pool_; }

  void start() {
    watch_inotify();
    every(poll_timer_, options_.poll_every,
          [](const Source& source) { return source.is_polled() && !source.has_rhythm(); });
    every(rescan_timer_, options_.rescan_every,
          [](const Source& source) { return !source.has_rhythm(); });
  }

  void watch(Wanted wanted) {
    if (is_stopped_) return;
    for (auto it = sources_.begin(); it != sources_.end();) {
      const auto found = wanted.find(it->second->key);
      if (found != wanted.end() && it->second->is_for(*found->second)) {
        wanted.erase(found);
        ++it;
      } else {
        release(*it->second);
        it = sources_.erase(it);
      }
    }
    drop_unwanted();
    for (const auto& [key, asset] : wanted) {
      const std::uint32_t id = ++last_id_;
      Source& source = *sources_
                            .emplace(id, std::make_unique<Source>(io_, id, *asset,
                                                                  files::local_location(*asset)))
                            .first->second;
      source.settle.ask(clock_.steady());
      arm(source);
    }
  }

  [[nodiscard]] std::vector<SourceStatus> status() const {
    std::map<std::string, SourceStatus> sorted;
    for (const auto& [id, source] : sources_) sorted.emplace(source->key, source->status());
    std::vector<SourceStatus> out;
    out.reserve(sorted.size());
    for (auto& [key, status] : sorted) out.push_back(std::move(status));
    return out;
  }

  void stop() {
    is_stopped_ = true;
    stop_->store(true);
    error_code ignored;
    readable_.close(ignored);
    poll_timer_.cancel();
    rescan_timer_.cancel();
    offers_.stop();
    for (const auto& [id, source] : sources_) source->timer.cancel();
  }

  void on_overflow() {
    log("source").warn("inotify lost events, all files are looked at sources={}", sources_.size());
    for (const auto& [id, source] : sources_) {
      source->must_read_all = true;
      source->settle.change(clock_.steady());
      arm(*source);
    }
  }

 private:
  // --- What the kernel says.

  void watch_inotify() {
    if (inotify_->fd() < 0) return;
    // Asio closes what it is given; the original belongs to the jobs on the pool, too.
    UniqueFd copy{::fcntl(inotify_->fd(), F_DUPFD_CLOEXEC, 0)};
    error_code error;
    if (copy) readable_.assign(copy.get(), error);
    if (!copy || error) {
      log("source").error("cannot wait for inotify reason={}", error.message());
      return;
    }
    static_cast<void>(copy.release());
    wait_readable();
  }

  void wait_readable() {
    readable_.async_wait(stream_descriptor::wait_read, [weak = weak_from_this()](error_code error) {
      const auto self = weak.lock();
      if (!self || error || self->is_stopped_) return;
      self->read_events();
      self->wait_readable();
    });
  }

  void read_events() {
    if (inotify_->fd() < 0) return;
    const files::Inotify::Read read = inotify_->read();
    std::map<std::uint32_t, bool> called;  // Whether by a marker, too.
    for (const files::WatchEvent& event : read.events) {
      if (looks_ > 0) heard_in_looks_.insert(event.watch);
      for (const files::WatchTable::Interest& interest : table_.of(event.watch)) {
        if (!is_relevant(interest, event)) continue;
        bool& is_marked = called[interest.source];
        is_marked = is_marked || is_marker(interest, event);
        sources_.at(interest.source)->heard.insert(event.watch);
      }
      if (event.is_ignored) table_.erase(event.watch);
    }
    for (const auto& [id, is_marked] : called) on_heard(*sources_.at(id), is_marked);
    if (read.is_overflow) on_overflow();
  }

  [[nodiscard]] bool is_relevant(const files::WatchTable::Interest& interest,
                                 const files::WatchEvent& event) const {
    if (event.name.empty()) return true;
    switch (interest.role) {
      case files::WatchRole::way:
        return event.name == interest.path;
      case files::WatchRole::target:
        return true;
      case files::WatchRole::folder:
        return sources_.at(interest.source)
            ->pattern->concerns(interest.path, event.name, event.is_folder);
    }
    return true;
  }

  [[nodiscard]] bool is_marker(const files::WatchTable::Interest& interest,
                               const files::WatchEvent& event) const {
    const std::string& marker = sources_.at(interest.source)->pattern->marker();
    return !marker.empty() && interest.role == files::WatchRole::folder && event.name == marker;
  }

  void on_heard(Source& source, bool is_marked = false) {
    source.is_heard = true;
    source.settle.change(clock_.steady());
    if (is_marked) source.settle.hurry(clock_.steady());
    arm(source);
  }

  // --- When to look.

  /// Asks for a look at those that `which` names, again and again.
  template <class Which>
  void every(steady_timer& timer, Millis period, Which which) {
    timer.expires_after(period);
    timer.async_wait([weak = weak_from_this(), &timer, period, which](error_code error) {
      const auto self = weak.lock();
      if (!self || error || self->is_stopped_) return;
      for (const auto& [id, source] : self->sources_) {
        if (!which(*source)) continue;
        source->must_read_all = true;
        source->settle.ask(self->clock_.steady());
        self->arm(*source);
      }
      self->every(timer, period, which);
    });
  }

  void arm(Source& source) {
    const auto due = source.settle.due();
    if (is_stopped_ || !due || source.is_queued) return;
    source.timer.expires_at(*due);
    source.timer.async_wait([weak = weak_from_this(), id = source.id](error_code error) {
      const auto self = weak.lock();
      if (!self || error || self->is_stopped_) return;
      const auto found = self->sources_.find(id);
      if (found != self->sources_.end()) self->on_timer(*found->second);
    });
  }

  void on_timer(Source& source) {
    read_events();  // The quiet may be one of ours alone.
    // A handler may have been on its way already when the timer was set anew.
    const auto due = source.settle.due();
    if (!due || *due > clock_.steady() || source.is_queued) return;
    source.is_queued = true;
    queue_.push_back(source.id);
    start_looks();
  }

  void start_looks() {
    while (looks_ < kLooksMax && !queue_.empty()) {
      const auto found = sources_.find(queue_.front());
      queue_.pop_front();
      if (found == sources_.end()) continue;
      Source& source = *found->second;
      source.is_queued = false;
      const auto due = source.settle.due();
      if (due && *due <= clock_.steady()) {
        start_look(source);
      } else {
        arm(source);  // It changed while it waited.
      }
    }
  }

  void start_look(Source& source) {
    ++looks_;
    boost::asio::post(
        pool_, [weak = weak_from_this(), guard = boost::asio::make_work_guard(io_),
                inotify = source.has_rhythm() ? deaf_ : inotify_, stop = stop_, id = source.id,
                request = source.begin_look(clock_.steady(), clock_.now())]() mutable {
          files::LookResult result = files::look(request, *inotify, *stop);
          boost::asio::post(guard.get_executor(),
                            [weak = std::move(weak), id, result = std::move(result)]() mutable {
                              const auto self = weak.lock();
                              if (self && !self->is_stopped_)
                                self->on_looked(id, std::move(result));
                            });
        });
  }

  // --- What was seen.

  void on_looked(std::uint32_t id, files::LookResult result) {
    read_events();  // What happened during the look must be known before it is believed.
    --looks_;
    const auto found = sources_.find(id);
    if (found == sources_.end()) {
      for (const files::Watch& watch : result.walk.watches) unwanted_.push_back(watch.number);
    } else {
      Source& source = *found->second;
      take_watches(source, result);
      source.end_look(std::move(result), clock_.steady(), clock_.now());
      boost::asio::post(pool_, [retired = source.take_retired()] {});
      arm(source);
      offer(source);
    }
    drop_unwanted();
    start_looks();
  }

  void take_watches(Source& source, const files::LookResult& result) {
    bool is_heard = false;
    for (const files::Watch& watch : result.removed) {
      table_.remove(source.id, watch);
      unwanted_.push_back(watch.number);
    }
    for (const files::Watch& watch : result.added) {
      table_.add(source.id, watch);
      if (!heard_in_looks_.contains(watch.number)) continue;
      source.heard.insert(watch.number);
      is_heard = true;
    }
    if (is_heard) on_heard(source);
  }

  void release(Source& source) {
    source.timer.cancel();
    for (const files::Watch& watch : *source.watches) {
      table_.remove(source.id, watch);
      unwanted_.push_back(watch.number);
    }
  }

  /// Only while no job may be about to rely on a watch that nobody here knows to want.
  void drop_unwanted() {
    if (looks_ > 0) return;
    heard_in_looks_.clear();
    for (const int watch : std::exchange(unwanted_, {})) {
      if (!table_.contains(watch)) inotify_->remove(watch);
    }
  }

  void offer(Source& source) {
    while (source.ledger.has_news()) {
      if (!offers_.offer(source.ledger.batch())) return;
      source.ledger.taken();
    }
  }

  static constexpr std::size_t kLooksMax = 2;  ///< At a time, so that others get at the pool, too.

  boost::asio::io_context& io_;
  boost::asio::thread_pool& pool_;
  const Clock& clock_;
  Offers offers_;
  const FileSourcesOptions options_;
  const std::shared_ptr<const files::Inotify> inotify_;
  const std::shared_ptr<const files::Inotify> deaf_{std::make_shared<const files::Inotify>(ENOSYS)};
  const std::shared_ptr<std::atomic<bool>> stop_{std::make_shared<std::atomic<bool>>(false)};
  stream_descriptor readable_;
  steady_timer poll_timer_, rescan_timer_;

  std::map<std::uint32_t, std::unique_ptr<Source>> sources_;
  std::uint32_t last_id_{};
  files::WatchTable table_;
  std::deque<std::uint32_t> queue_;         ///< Those that are due.
  std::size_t looks_{};                     ///< Jobs on the pool.
  std::unordered_set<int> heard_in_looks_;  ///< Watches; a look may be about to want one of them.
  std::vector<int> unwanted_;               ///< Watches, unless somebody wants them again.
  bool is_stopped_{false};
};

FileSources::FileSources(boost::asio::io_context& io, boost::asio::thread_pool& pool,
                         const Clock& clock, Emit emit, FileSourcesOptions options)
    : impl_{std::make_shared<Impl>(io, pool, clock, std::move(emit), options)} {
  impl_->start();
}

FileSources::~FileSources() { impl_->stop(); }

bool FileSources::takes(const SourceDefinition& source) const {
  return source.kind == SourceKind::file && source.file.path.find("://") == std::string::npos;
}

void FileSources::watch(const Wanted& wanted) { impl_->watch(wanted); }

SourceTest FileSources::test(const AssetDefinition& asset, Millis timeout) const {
  struct Test {
    std::atomic<bool> stop{false};
    std::promise<SourceTest> found;
  };
  // A tree may be huge, and a mount may hang for ever: nobody waits for that.
  const auto test = std::make_shared<Test>();
  auto found = test->found.get_future();
  boost::asio::post(impl_->pool(),
                    [test, asset] { test->found.set_value(files::probe(asset, test->stop)); });
  if (found.wait_for(timeout) == std::future_status::ready) return found.get();
  test->stop = true;
  return {.error = files::local_location(asset).shown + ": not looked through within " +
                   format_duration(timeout) +
                   ": there are too many files, or their file system does not answer",
          .findings = {},
          .events = {}};
}

std::vector<SourceStatus> FileSources::status() const { return impl_->status(); }

void FileSources::stop() { impl_->stop(); }

void FileSources::simulate_overflow() { impl_->on_overflow(); }

}  // namespace freshet
