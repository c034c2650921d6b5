#include "source/remote_files.hpp"

#include <algorithm>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/hash.hpp"
#include "freshet/definitions.hpp"
#include "source/files/look.hpp"
#include "source/files/source.hpp"
#include "source/offers.hpp"
#include "source/remote/bucket.hpp"
#include "source/remote/halt.hpp"
#include "source/remote/server.hpp"

namespace freshet {

using boost::system::error_code;
using remote::Halt;

namespace {

constexpr std::size_t threads = 4;

bool is_bucket(const FileSource& source) { return source.path.starts_with("s3://"); }

files::Location location_of(const AssetDefinition& asset, Micros poll_every) {
  const FileSource& source = asset.source.file;
  const std::size_t host = source.path.find("://") + 3;
  const std::size_t path = std::min(source.path.find('/', host), source.path.size());
  return {.pattern = files::PathPattern{"/", "/" + source.path.substr(path), source.done},
          .shown = source.path,
          .poll = source.poll.value_or(poll_every)};
}

/// Nothing of a file is read.
files::Reading content_of(const files::Walk::File& file) {
  const files::FileStamp& stamp = file.stamp;
  const std::string text =
      std::to_string(stamp.size) + ' ' +
      (stamp.inode != 0 ? "tag " + std::to_string(stamp.inode) : std::to_string(stamp.modified_ns));
  return {.is_at_rest = true,
          .stamp = stamp,
          .content = {
              .hash = content_hash(text), .size = stamp.size, .modified_ns = stamp.modified_ns}};
}

/// Lists the files, for `look_max` at most.
files::Walk list(const AssetDefinition& asset, const files::PathPattern& pattern,
                 Millis answer_within, Millis look_max, const std::shared_ptr<Halt>& halt) {
  const remote::Watchdog watchdog{halt, look_max};
  files::Walk out;
  if (is_bucket(asset.source.file)) {
    const FileSource& source = asset.source.file;
    out = remote::list_bucket(remote::bucket_of(source.path, source.bucket), pattern, answer_within,
                              *halt);
  } else if (const auto server = remote::server_of(asset)) {
    out = remote::list_server(*server, pattern, answer_within, *halt);
  } else {
    out.error = server.error().message;
  }
  if (watchdog.has_barked())
    out.error = asset.source.file.path + ": no answer within " +
                std::to_string(look_max.count() / 1'000) + " s";
  return out;
}

}  // namespace

class RemoteFiles::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(boost::asio::io_context& io, const Clock& clock, Emit emit, RemoteFilesOptions options)
      : io_{io},
        clock_{clock},
        offers_{io, std::move(emit), options.offer_every,
                [this] {
                  for (const auto& [key, entry] : entries_) offer(*entry);
                }},
        options_{options} {}

  ~Impl() {
    if (pool_) pool_->join();
  }

  void watch(Wanted wanted) {
    if (is_stopped_) return;
    std::erase_if(entries_, [&](auto& each) {
      const auto found = wanted.find(each.first);
      if (found != wanted.end() && each.second->source.is_for(*found->second)) {
        wanted.erase(found);
        return false;
      }
      each.second->halt->stop();
      each.second->source.timer.cancel();
      return true;
    });
    for (const auto& [key, asset] : wanted) {
      auto entry = std::make_shared<Entry>(io_, ++last_id_, *asset,
                                           location_of(*asset, options_.poll_every));
      entries_[key] = entry;
      entry->source.settle.ask(clock_.steady());
      arm(*entry);
    }
  }

  [[nodiscard]] std::vector<SourceStatus> status() const {
    std::vector<SourceStatus> out;
    for (const auto& [key, entry] : entries_) out.push_back(entry->source.status());
    return out;
  }

  bool look_now(const std::string& asset) {
    const auto found = entries_.find(asset);
    if (found == entries_.end() || is_stopped_) return false;
    found->second->source.settle.ask(clock_.steady());
    arm(*found->second);
    return true;
  }

  void stop() {
    is_stopped_ = true;
    offers_.stop();
    for (const auto& [key, entry] : entries_) {
      entry->source.timer.cancel();
      entry->halt->stop();
    }
  }

 private:
  struct Entry {
    Entry(boost::asio::io_context& io, std::uint32_t id, const AssetDefinition& of,
          files::Location location)
        : asset{of}, source{io, id, of, std::move(location)} {}
    const AssetDefinition asset;
    files::Source source;
    std::shared_ptr<Halt> halt{std::make_shared<Halt>()};  ///< Of the look that goes on.
  };

  void arm(Entry& entry) {
    const auto due = entry.source.settle.due();
    if (is_stopped_ || !due) return;
    entry.source.timer.expires_at(*due);
    entry.source.timer.async_wait(
        [weak = weak_from_this(), key = entry.asset.key, id = entry.source.id](error_code error) {
          const auto self = weak.lock();
          if (!self || error || self->is_stopped_) return;
          if (const auto found = self->find(key, id)) self->start_look(*found);
        });
  }

  [[nodiscard]] std::shared_ptr<Entry> find(const std::string& key, std::uint32_t id) const {
    const auto found = entries_.find(key);
    return found != entries_.end() && found->second->source.id == id ? found->second : nullptr;
  }

  void start_look(Entry& entry) {
    const auto due = entry.source.settle.due();
    if (!due || *due > clock_.steady()) return;
    if (!pool_) pool_.emplace(threads);
    entry.halt = std::make_shared<Halt>();
    boost::asio::post(
        *pool_, [weak = weak_from_this(), guard = boost::asio::make_work_guard(io_),
                 asset = entry.asset, id = entry.source.id, halt = entry.halt, options = options_,
                 request = entry.source.begin_look(clock_.steady(), clock_.now())] {
          files::LookResult result = files::judge(
              request, list(asset, *request.pattern, options.answer_within, options.look_max, halt),
              content_of);
          boost::asio::post(guard.get_executor(),
                            [weak, key = asset.key, id, result = std::move(result)]() mutable {
                              const auto self = weak.lock();
                              if (self && !self->is_stopped_)
                                self->on_looked(key, id, std::move(result));
                            });
        });
  }

  void on_looked(const std::string& key, std::uint32_t id, files::LookResult result) {
    const auto entry = find(key, id);
    if (!entry) return;
    entry->source.end_look(std::move(result), clock_.steady(), clock_.now());
    boost::asio::post(*pool_, [retired = entry->source.take_retired()] {});
    arm(*entry);
    offer(*entry);
  }

  void offer(Entry& entry) {
    while (entry.source.ledger.has_news()) {
      if (!offers_.offer(entry.source.ledger.batch())) return;
      entry.source.ledger.taken();
    }
  }

  boost::asio::io_context& io_;
  const Clock& clock_;
  Offers offers_;
  const RemoteFilesOptions options_;
  std::optional<boost::asio::thread_pool> pool_;  ///< A server that hangs must not hold up others.
  std::map<std::string, std::shared_ptr<Entry>> entries_;
  std::uint32_t last_id_{};
  bool is_stopped_{false};
};

RemoteFiles::RemoteFiles(boost::asio::io_context& io, const Clock& clock, Emit emit,
                         RemoteFilesOptions options)
    : impl_{std::make_shared<Impl>(io, clock, std::move(emit), options)} {}

RemoteFiles::~RemoteFiles() { impl_->stop(); }

bool RemoteFiles::takes(const SourceDefinition& source) const {
  return source.kind == SourceKind::file && source.file.path.find("://") != std::string::npos;
}

void RemoteFiles::watch(const Wanted& wanted) { impl_->watch(wanted); }

SourceTest RemoteFiles::test(const AssetDefinition& asset, Millis timeout) const {
  const files::Location location = location_of(asset, {});
  const auto placement = files::Placement::make(asset, location.pattern.named());
  if (!placement) return {.error = placement.error().message, .findings = {}, .events = {}};
  const auto halt = std::make_shared<Halt>();
  files::LookRequest request =
      files::first_look(std::make_shared<const files::PathPattern>(location.pattern), *placement);
  files::Walk found = list(asset, location.pattern, timeout, timeout, halt);
  found.is_whole = true;  // As they are now.
  return files::test_of(asset, location, files::judge(request, std::move(found), content_of));
}

std::vector<SourceStatus> RemoteFiles::status() const { return impl_->status(); }

bool RemoteFiles::look_now(const std::string& asset) { return impl_->look_now(asset); }

void RemoteFiles::stop() { impl_->stop(); }

}  // namespace freshet
