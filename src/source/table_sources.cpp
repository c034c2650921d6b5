#include "source/table_sources.hpp"

#include <fcntl.h>

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "base/log.hpp"
#include "base/unique_fd.hpp"
#include "freshet/definitions.hpp"
#include "source/files/inotify.hpp"
#include "source/files/settle.hpp"
#include "source/offers.hpp"
#include "source/tables/table.hpp"

namespace freshet {

using boost::asio::steady_timer;
using boost::asio::posix::stream_descriptor;
using boost::system::error_code;

namespace {

constexpr std::size_t threads = 4;  ///< That ask buckets and servers.

input::Event event_of(const std::string& asset, const tables::Snapshot& snapshot) {
  return {.kind = input::Event::Kind::automatic,
          .asset = asset,
          .data_version = snapshot.version,
          .metadata = snapshot.metadata,
          .source = asset,
          .only_if_changed = true};
}

}  // namespace

class TableSources::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(boost::asio::io_context& io, boost::asio::thread_pool& pool, const Clock& clock, Emit emit,
       TableSourcesOptions options)
      : io_{io},
        pool_{pool},
        clock_{clock},
        offers_{io, std::move(emit), options.offer_every,
                [this] {
                  for (const auto& [key, entry] : entries_) offer(*entry);
                }},
        options_{options},
        inotify_{std::make_shared<const files::Inotify>(options.inotify_refusal)},
        readable_{io} {}
  ~Impl() {
    if (remote_pool_) remote_pool_->join();
  }

  void start() {
    if (inotify_->fd() < 0) return;
    UniqueFd copy{::fcntl(inotify_->fd(), F_DUPFD_CLOEXEC, 0)};  // Asio closes what it is given.
    error_code error;
    if (copy) readable_.assign(copy.get(), error);
    if (!copy || error) return;
    static_cast<void>(copy.release());
    wait_readable();
  }

  void watch(Wanted wanted) {
    if (is_stopped_) return;
    std::erase_if(entries_, [&](auto& each) {
      const auto found = wanted.find(each.first);
      if (found != wanted.end() && each.second->is_for(*found->second)) {
        wanted.erase(found);
        return false;
      }
      each.second->end();
      return true;
    });
    for (const auto& [key, asset] : wanted) {
      auto entry = std::make_shared<Entry>(io_, ++last_id_, *asset,
                                           tables::open_table(*asset, clock_, options_.patience));
      entries_[key] = entry;
      entry->settle.ask(clock_.steady());
      arm(*entry);
    }
    // What nobody wants any more is only heard in vain; the kernel ends it with the folder.
  }

  [[nodiscard]] std::vector<SourceStatus> status() const {
    std::vector<SourceStatus> out;
    for (const auto& [key, entry] : entries_) out.push_back(entry->status());
    return out;
  }

  bool look_now(const std::string& asset) {
    const auto found = entries_.find(asset);
    if (found == entries_.end() || is_stopped_) return false;
    found->second->settle.ask(clock_.steady());
    arm(*found->second);
    return true;
  }

  void stop() {
    is_stopped_ = true;
    error_code ignored;
    readable_.close(ignored);
    offers_.stop();
    for (const auto& [key, entry] : entries_) entry->end();
  }

 private:
  struct Entry {
    Entry(boost::asio::io_context& io, std::uint32_t number, const AssetDefinition& of,
          std::shared_ptr<tables::Table> opened)
        : id{number},
          asset{of},
          table{std::move(opened)},
          path{tables::path_of(of)},
          folder{of.source.table.poll ? "" : tables::announcing_folder(of)},
          settle{std::max<Micros>(of.source.table.settle, Millis{1})},
          timer{io} {}

    [[nodiscard]] bool is_for(const AssetDefinition& other) const {
      return asset.source.table == other.source.table && path == tables::path_of(other);
    }
    void end() {
      timer.cancel();
      table->stop();
    }
    [[nodiscard]] SourceStatus status() const {
      SourceStatus out{.asset = asset.key,
                       .kind = std::string{to_text(SourceKind::table)},
                       .state = watch && !is_remote ? "watching" : "polling",
                       .detail = tables::shown_of(asset) + ": " + state,
                       .messages = messages};
      if (version.empty() && !outbox) out.state = "waiting";
      if (!error.empty()) {
        out.state = "error";
        out.detail = error;
      }
      return out;
    }

    const std::uint32_t id;
    const AssetDefinition asset;
    const std::shared_ptr<tables::Table> table;
    const std::string path;
    const std::string folder;  ///< That is listened to; "": none.
    files::Settle settle;
    steady_timer timer;
    std::optional<int> watch;  ///< Of the folder that announces a snapshot …
    bool is_remote{false};     ///< … which hears nothing of what others change there.
    std::optional<input::Event> outbox;
    std::string version;  ///< That was taken last.
    std::string state{"not looked at yet"};
    std::string error;
    std::uint64_t messages{};  ///< Snapshots that were taken.
  };

  struct Result {
    tables::Look look;
    int watch{};  ///< Or a negative errno.
    bool is_remote{};
  };

  void wait_readable() {
    readable_.async_wait(stream_descriptor::wait_read, [weak = weak_from_this()](error_code error) {
      const auto self = weak.lock();
      if (!self || error || self->is_stopped_) return;
      self->read_events();
      self->wait_readable();
    });
  }

  void read_events() {
    const files::Inotify::Read read = inotify_->read();
    std::set<int> called;
    for (const files::WatchEvent& event : read.events) called.insert(event.watch);
    for (const auto& [key, entry] : entries_) {
      if (!read.is_overflow && !(entry->watch && called.contains(*entry->watch))) continue;
      entry->settle.change(clock_.steady());
      arm(*entry);
    }
  }

  void arm(Entry& entry) {
    const auto due = entry.settle.due();
    if (is_stopped_ || !due) return;
    entry.timer.expires_at(*due);
    entry.timer.async_wait(
        [weak = weak_from_this(), key = entry.asset.key, id = entry.id](error_code error) {
          const auto self = weak.lock();
          if (!self || error || self->is_stopped_) return;
          if (const auto found = self->find(key, id)) self->start_look(*found);
        });
  }

  [[nodiscard]] std::shared_ptr<Entry> find(const std::string& key, std::uint32_t id) const {
    const auto found = entries_.find(key);
    return found != entries_.end() && found->second->id == id ? found->second : nullptr;
  }

  void start_look(Entry& entry) {
    const auto due = entry.settle.due();
    if (!due || *due > clock_.steady()) return;
    static_cast<void>(entry.settle.begin(clock_.steady()));
    // A server that hangs must not hold up others.
    const bool is_remote = tables::place_of(entry.asset.source.table) != tables::PlaceKind::local;
    if (is_remote && !remote_pool_) remote_pool_.emplace(threads);
    boost::asio::post(
        is_remote ? *remote_pool_ : pool_,
        [weak = weak_from_this(), guard = boost::asio::make_work_guard(io_), inotify = inotify_,
         is_remote_folder = options_.is_remote, table = entry.table, folder = entry.folder,
         known = entry.version, key = entry.asset.key, id = entry.id] {
          // First the watch, so that what comes while it looks is heard of.
          Result result{
              .look = {},
              .watch = folder.empty() ? -ENOSYS : inotify->add(folder, files::WatchRole::folder),
              .is_remote = !folder.empty() && is_remote_folder(folder)};
          result.look = table->look(known);
          boost::asio::post(guard.get_executor(),
                            [weak, key, id, result = std::move(result)]() mutable {
                              const auto self = weak.lock();
                              if (self && !self->is_stopped_)
                                self->on_looked(key, id, std::move(result));
                            });
        });
  }

  void on_looked(const std::string& key, std::uint32_t id, Result result) {
    const auto entry = find(key, id);
    if (!entry) return;
    read_events();
    static_cast<void>(entry->settle.end(clock_.steady(), true));
    entry->is_remote = result.is_remote;
    entry->watch = result.watch >= 0 ? std::optional{result.watch} : std::nullopt;
    take(*entry, std::move(result.look));
    entry->settle.ask(clock_.steady() + every(*entry));
    arm(*entry);
    offer(*entry);
  }

  [[nodiscard]] Micros every(const Entry& entry) const {
    const TableSource& source = entry.asset.source.table;
    if (source.poll) return *source.poll;
    if (!entry.error.empty()) return options_.poll_every;
    switch (tables::place_of(source)) {
      case tables::PlaceKind::bucket:
        return options_.bucket_every;
      case tables::PlaceKind::database:
        return options_.database_every;
      case tables::PlaceKind::local:
        break;
    }
    if (entry.folder.empty()) return options_.catalog_every;
    return entry.watch && !entry.is_remote ? options_.rescan_every : options_.poll_every;
  }

  void take(Entry& entry, tables::Look look) {
    if (look.error != entry.error && !look.error.empty())
      log("source").warn("a table cannot be read asset={} reason=\"{}\"", entry.asset.key,
                         look.error);
    entry.error = std::move(look.error);
    if (!entry.error.empty()) return;
    entry.outbox.reset();
    if (!look.snapshot) {
      entry.state = entry.version.empty() ? "no snapshot yet" : "gone";
      return;
    }
    entry.state = "snapshot " + look.snapshot->version;
    if (look.snapshot->version != entry.version)
      entry.outbox = event_of(entry.asset.key, *look.snapshot);
  }

  void offer(Entry& entry) {
    if (!entry.outbox) return;
    std::vector<input::Event> events;
    events.push_back(*entry.outbox);
    if (!offers_.offer(std::move(events))) return;
    entry.version = std::move(entry.outbox->data_version);
    entry.outbox.reset();
    ++entry.messages;
  }

  boost::asio::io_context& io_;
  boost::asio::thread_pool& pool_;
  std::optional<boost::asio::thread_pool> remote_pool_;
  const Clock& clock_;
  Offers offers_;
  const TableSourcesOptions options_;
  const std::shared_ptr<const files::Inotify> inotify_;
  stream_descriptor readable_;
  std::map<std::string, std::shared_ptr<Entry>> entries_;
  std::uint32_t last_id_{};
  bool is_stopped_{false};
};

TableSources::TableSources(boost::asio::io_context& io, boost::asio::thread_pool& pool,
                           const Clock& clock, Emit emit, TableSourcesOptions options)
    : impl_{std::make_shared<Impl>(io, pool, clock, std::move(emit), options)} {
  impl_->start();
}

TableSources::~TableSources() { impl_->stop(); }

bool TableSources::takes(const SourceDefinition& source) const {
  return source.kind == SourceKind::table;
}

void TableSources::watch(const Wanted& wanted) { impl_->watch(wanted); }

SourceTest TableSources::test(const AssetDefinition& asset, Millis timeout) const {
  const SystemClock clock;
  const auto table = tables::open_table(asset, clock, {.answer = timeout, .look = timeout});
  const tables::Look found = table->look("");
  const std::string shown = tables::shown_of(asset);
  SourceTest out{.error = found.error, .findings = {{"table", shown}}, .events = {}};
  if (out.error.empty() && !found.snapshot) out.error = shown + ": no snapshot yet";
  if (!found.snapshot) return out;
  out.findings.emplace_back("snapshot", found.snapshot->version);
  out.events.push_back(event_of(asset.key, *found.snapshot));
  return out;
}

std::vector<SourceStatus> TableSources::status() const { return impl_->status(); }

bool TableSources::look_now(const std::string& asset) { return impl_->look_now(asset); }

void TableSources::stop() { impl_->stop(); }

}  // namespace freshet
