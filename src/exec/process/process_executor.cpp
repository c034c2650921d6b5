#include "exec/process/process_executor.hpp"

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/log.hpp"
#include "base/unique_fd.hpp"
#include "exec/pipes/message_reader.hpp"
#include "exec/pipes/pipes.hpp"
#include "exec/process/attempt_folder.hpp"
#include "exec/process/claim.hpp"
#include "exec/process/launch.hpp"
#include "exec/process/modify_watch.hpp"
#include "exec/process/outcome.hpp"
#include "exec/process/pidfd.hpp"
#include "freshet/ids.hpp"
#include "freshet/result.hpp"
#include "freshet/time.hpp"

namespace freshet {
namespace {

using boost::asio::posix::stream_descriptor;
using Key = std::pair<StepId, int>;

constexpr std::size_t kReadBytes = std::size_t{256} * 1'024;  ///< In one turn of the io loop.
constexpr Millis kAskFirst{10};
constexpr Millis kAskMax{500};
constexpr Millis kPollEvery{250};

/// One attempt that has not ended.
struct Entry {
  Key key;
  std::string directory;
  std::string boot_id_at_start;
  MessageReader reader;
  bool is_active{true};  ///< False once it is forgotten; then nothing is said about it any more.
  bool is_ours{false};   ///< Its supervisor was started here.
  bool stop_wanted{false};
  bool read_posted{false};
  int watch{-1};
  UniqueFd messages{};
  std::optional<stream_descriptor> pidfd{};
  std::optional<boost::asio::steady_timer> timer{};
  Millis ask_after{kAskFirst};
  std::string supervisor_end{};  ///< How the supervisor itself ended, for a message.
  std::optional<Outcome> outcome{};
};
using EntryPtr = std::shared_ptr<Entry>;

void send_stop(Entry& entry) {
  if (entry.pidfd) signal_pidfd(entry.pidfd->native_handle(), SIGTERM);
}

}  // namespace

class ProcessExecutor::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(boost::asio::io_context& io, boost::asio::thread_pool& pool, std::string step_binary,
       ProcessListener& listener)
      : io_{io},
        pool_{pool},
        step_binary_{std::move(step_binary)},
        boot_id_{current_boot_id()},
        listener_{listener},
        modified_{io},
        poll_timer_{io} {}

  void start(Launch launch) {
    EntryPtr entry = insert({launch.step, launch.attempt}, launch.directory, 0, boot_id_);
    run_on_pool([binary = step_binary_, boot_id = boot_id_,
                 launch = std::move(launch)] { return launch_supervisor(binary, boot_id, launch); },
                [entry](Impl& self, Result<Launched> launched) {
                  self.on_launched(entry, std::move(launched));
                });
  }

  void attach(Attachment attachment) {
    examine(insert({attachment.step, attachment.attempt}, std::move(attachment.directory),
                   attachment.messages_offset, std::move(attachment.boot_id_at_start)));
  }

  void stop(const Key& key) {
    const auto found = entries_.find(key);
    if (found == entries_.end()) return;
    found->second->stop_wanted = true;
    send_stop(*found->second);
  }

  void detach_all() {
    for (const auto& [key, entry] : entries_) forget(*entry);
    entries_.clear();
  }

  [[nodiscard]] std::size_t running() const { return entries_.size(); }

 private:
  EntryPtr insert(Key key, std::string directory, std::uint64_t offset, std::string boot_id) {
    auto entry = std::make_shared<Entry>(Entry{.key = key,
                                               .directory = std::move(directory),
                                               .boot_id_at_start = std::move(boot_id),
                                               .reader = MessageReader{offset}});
    const bool is_new = entries_.emplace(key, entry).second;
    FRESHET_ASSERT(is_new);
    return entry;
  }

  /// Calls work() on the pool, then done(*this, its result) on the io thread, if we still exist.
  template <class Work, class Done>
  void run_on_pool(Work work, Done done) {
    boost::asio::post(pool_, [weak = weak_from_this(), guard = boost::asio::make_work_guard(io_),
                              work = std::move(work), done = std::move(done)]() mutable {
      auto result = work();
      boost::asio::post(guard.get_executor(), [weak = std::move(weak), done = std::move(done),
                                               result = std::move(result)]() mutable {
        if (const auto self = weak.lock()) done(*self, std::move(result));
      });
    });
  }

  void on_launched(const EntryPtr& entry, Result<Launched> launched) {
    if (!entry->is_active) return;
    if (!launched) {
      conclude(entry, {.kind = Outcome::Kind::exec_error, .text = launched.error().message});
      return;
    }
    if (!launched->is_new) {
      examine(entry);
      return;
    }
    entry->is_ours = true;
    watch_messages(entry, std::move(launched->messages));
    UniqueFd pidfd = std::move(launched->pidfd);
    listener_.on_started(entry->key.first, entry->key.second, launched->pid);
    if (!entry->is_active) return;
    await_end(entry, std::move(pidfd));
    read_messages(entry);
  }

  void await_end(const EntryPtr& entry, UniqueFd pidfd) {
    entry->ask_after = kAskFirst;
    stream_descriptor& process = entry->pidfd.emplace(io_);
    boost::system::error_code error = boost::asio::error::bad_descriptor;
    if (pidfd) process.assign(pidfd.get(), error);
    if (error) {  // Too many files are open; it is found again through its claim.
      log("exec").warn("cannot watch process directory={} error={}", entry->directory,
                       error.message());
      entry->pidfd.reset();
      ask_again(entry);
      return;
    }
    static_cast<void>(pidfd.release());
    process.async_wait(stream_descriptor::wait_read,
                       [weak = weak_from_this(), entry](boost::system::error_code failed) {
                         const auto self = weak.lock();
                         if (failed || !self || !entry->is_active || !entry->pidfd) return;
                         reap(*entry, entry->pidfd->native_handle());
                         entry->pidfd.reset();
                         self->examine(entry);
                       });
    if (entry->stop_wanted) send_stop(*entry);
  }

  /// Fails for one that is not our child, which someone else reaps.
  static void reap(Entry& entry, int pidfd) {
    siginfo_t info{};
    if (::waitid(P_PIDFD, static_cast<id_t>(pidfd), &info, WEXITED | WNOHANG) != 0 ||
        info.si_pid == 0) {
      return;
    }
    const bool exited = info.si_code == CLD_EXITED;
    entry.supervisor_end = (exited ? "exit code " : "signal ") + std::to_string(info.si_status);
    if (exited && info.si_status == claim::kExitClaimed) entry.is_ours = false;
  }

  struct Examined {
    Examination examination;
    UniqueFd messages;
  };

  void examine(const EntryPtr& entry) {
    run_on_pool(
        [directory = entry->directory, boot_id = entry->boot_id_at_start] {
          Examination examination = examine_attempt(directory, boot_id);
          return Examined{std::move(examination), open_messages(directory)};
        },
        [entry](Impl& self, Examined examined) {
          if (entry->is_active) self.on_examined(entry, std::move(examined));
        });
  }

  void on_examined(const EntryPtr& entry, Examined examined) {
    if (!entry->messages) watch_messages(entry, std::move(examined.messages));
    if (auto* outcome = std::get_if<Outcome>(&examined.examination)) {
      if (entry->is_ours && outcome->kind == Outcome::Kind::not_started) {
        outcome->kind = Outcome::Kind::exec_error;
        outcome->text = "start supervisor " + step_binary_ + ": it ended with " +
                        entry->supervisor_end + " before it claimed " + entry->directory;
      }
      conclude(entry, std::move(*outcome));
    } else if (auto* alive = std::get_if<Alive>(&examined.examination)) {
      await_end(entry, std::move(alive->pidfd));
      read_messages(entry);
    } else {
      ask_again(entry);
    }
  }

  void ask_again(const EntryPtr& entry) {
    boost::asio::steady_timer& timer = entry->timer.emplace(io_, entry->ask_after);
    entry->ask_after = std::min(entry->ask_after * 2, kAskMax);
    timer.async_wait([weak = weak_from_this(), entry](boost::system::error_code failed) {
      const auto self = weak.lock();
      if (!failed && self && entry->is_active) self->examine(entry);
    });
  }

  void watch_messages(const EntryPtr& entry, UniqueFd messages) {
    if (!messages) return;
    entry->messages = std::move(messages);
    entry->watch = modified_.add(entry->directory + '/' + kPipesMessagesFile,
                                 [weak = weak_from_this(), weak_entry = std::weak_ptr{entry}] {
                                   const auto self = weak.lock();
                                   const auto found = weak_entry.lock();
                                   if (self && found && !found->read_posted)
                                     self->read_messages(found);
                                 });
    if (entry->watch >= 0) return;
    if (!std::exchange(has_warned_, true)) {
      log("exec").warn("no inotify watch left, messages are polled ms={}", kPollEvery.count());
    }
    poll_messages();
  }

  /// Where inotify has no room, the files are looked at now and then.
  void poll_messages() {
    if (is_polling_) return;
    is_polling_ = true;
    poll_timer_.expires_after(kPollEvery);
    poll_timer_.async_wait([weak = weak_from_this()](boost::system::error_code failed) {
      const auto self = weak.lock();
      if (failed || !self) return;
      self->is_polling_ = false;
      self->poll_once();
    });
  }

  void poll_once() {
    std::vector<EntryPtr> unwatched;
    for (const auto& [key, entry] : entries_) {
      if (entry->messages && entry->watch < 0) unwatched.push_back(entry);
    }
    for (const EntryPtr& entry : unwatched) {
      if (!entry->read_posted) read_messages(entry);
    }
    if (!unwatched.empty()) poll_messages();
  }

  /// Reads one piece and comes back for the next; at the end of the file, ends what has an outcome.
  void read_messages(const EntryPtr& entry) {
    if (!entry->is_active) return;
    ssize_t size = 0;
    if (entry->messages && !entry->reader.is_full()) {
      size = ::pread(entry->messages.get(), buffer_.data(), buffer_.size(),
                     static_cast<off_t>(entry->reader.position()));
    }
    if (size > 0) {
      deliver(*entry, entry->reader.feed({buffer_.data(), static_cast<std::size_t>(size)}));
      if (entry->is_active) post_read(entry);
    } else if (entry->outcome) {
      end(entry);
    }
  }

  void post_read(const EntryPtr& entry) {
    entry->read_posted = true;
    boost::asio::post(io_, [weak = weak_from_this(), entry] {
      entry->read_posted = false;
      if (const auto self = weak.lock()) self->read_messages(entry);
    });
  }

  void deliver(const Entry& entry, std::vector<ReadMessage> messages) {
    for (ReadMessage& read : messages) {
      if (!entry.is_active) return;
      listener_.on_message(entry.key.first, entry.key.second, std::move(read.message),
                           read.offset_after);
    }
  }

  void conclude(const EntryPtr& entry, Outcome outcome) {
    entry->outcome = std::move(outcome);
    if (!entry->read_posted) read_messages(entry);
  }

  void end(const EntryPtr& entry) {
    deliver(*entry, entry->reader.finish());
    if (!entry->is_active) return;
    entries_.erase(entry->key);
    forget(*entry);
    listener_.on_ended(entry->key.first, entry->key.second,
                       std::move(entry->outcome).value_or(Outcome{}));
  }

  void forget(Entry& entry) {
    entry.is_active = false;
    if (entry.watch >= 0) modified_.remove(entry.watch);
    entry.pidfd.reset();
    entry.timer.reset();
    entry.messages.reset();
  }

  boost::asio::io_context& io_;
  boost::asio::thread_pool& pool_;
  std::string step_binary_;
  std::string boot_id_;
  ProcessListener& listener_;
  ModifyWatch modified_;
  boost::asio::steady_timer poll_timer_;
  bool is_polling_{false};
  bool has_warned_{false};
  std::map<Key, EntryPtr> entries_;
  std::vector<char> buffer_ = std::vector<char>(kReadBytes);
};

ProcessExecutor::ProcessExecutor(boost::asio::io_context& io, boost::asio::thread_pool& pool,
                                 std::string step_binary, ProcessListener& listener)
    : impl_{std::make_shared<Impl>(io, pool, std::move(step_binary), listener)} {}
ProcessExecutor::~ProcessExecutor() { impl_->detach_all(); }
void ProcessExecutor::start(Launch launch) { impl_->start(std::move(launch)); }
void ProcessExecutor::attach(Attachment attachment) { impl_->attach(std::move(attachment)); }
void ProcessExecutor::stop(StepId step, int attempt) { impl_->stop({step, attempt}); }
void ProcessExecutor::detach_all() { impl_->detach_all(); }
std::size_t ProcessExecutor::running() const { return impl_->running(); }

}  // namespace freshet
