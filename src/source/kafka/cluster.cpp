#include "source/kafka/cluster.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <exception>

#include "base/log.hpp"
#include "base/unique_fd.hpp"
#include "freshet/sources.hpp"
#include "source/kafka/dead_letter.hpp"

namespace freshet::kafka {

using boost::asio::posix::stream_descriptor;
using boost::system::error_code;

namespace {
constexpr std::size_t drain_max = 20'000;  ///< Messages of one job, so that others get at the pool.
}  // namespace

Rules::Reading read_guarded(const std::string& topic, const Message& message,
                            const std::function<Rules::Reading(const Message&)>& read) {
  try {
    return read(message);
  } catch (const std::exception& error) {
    return {.topic_partition = message.partition,
            .offset = message.offset,
            .error = std::string{"the message cannot be read: "} + error.what(),
            .body = dead_letter(topic, message)};
  }
}

std::map<std::string, std::string> config_of(const KafkaSource& source) {
  std::map<std::string, std::string> out{{"group.id", "freshet"},
                                         {"client.id", "freshet"},
                                         {"queued.max.messages.kbytes", "16384"},
                                         {"fetch.wait.max.ms", "100"},
                                         {"reconnect.backoff.max.ms", "2000"},
                                         // No group is joined: for so long a commit waits for its
                                         // coordinator, and with it the end of the connection.
                                         {"session.timeout.ms", "1000"},
                                         {"heartbeat.interval.ms", "300"}};
  for (const auto& [name, value] : source.config) out[name] = value;
  out["bootstrap.servers"] = source.brokers;
  return out;
}

Cluster::Cluster(boost::asio::io_context& io, boost::asio::thread_pool& pool)
    : io_{io},
      strand_{boost::asio::make_strand(pool)},
      readable_{io},
      questions_{std::make_shared<Questions>(io)} {}

void Cluster::open(const std::map<std::string, std::string>& config, std::function<void()> called,
                   std::function<void()> opened) {
  if (std::exchange(is_opening_, true)) return;
  called_ = std::move(called);
  questions_->ask([config] { return Consumer::make(config); },
                  [weak = weak_from_this(),
                   opened = std::move(opened)](Result<std::unique_ptr<Consumer>> made) {
                    const auto self = weak.lock();
                    if (!self) return;
                    self->is_opening_ = false;
                    self->take(std::move(made));
                    if (self->is_open()) opened();
                  });
}

void Cluster::take(Result<std::unique_ptr<Consumer>> made) {
  if (!made) {
    error = made.error().message;
    return;
  }
  consumer_ = *std::move(made);
  UniqueFd copy{::fcntl(consumer_->wake_fd(), F_DUPFD_CLOEXEC, 0)};
  error_code wrong;
  if (copy) readable_.assign(copy.get(), wrong);
  if (!copy || wrong) {
    error = "kafka: cannot wait for messages: " + wrong.message();
    consumer_.reset();
    return;
  }
  error.clear();
  static_cast<void>(copy.release());
  wait_readable();
}

void Cluster::close() {
  if (closed_->exchange(true)) return;
  called_ = nullptr;
  error_code ignored;
  readable_.close(ignored);
  questions_->close();
  // To end its threads takes time.  By then, nobody in the strand has it any more.
  boost::asio::post(*strand_,
                    [questions = questions_, ended = std::exchange(consumer_, nullptr)]() mutable {
                      questions->end([ended = std::move(ended)]() mutable { ended.reset(); });
                    });
  strand_.reset();  // whoever still holds this on the io thread may outlive the pool
}

void Cluster::fail(std::string text) {
  // That nobody answers says less than why the last one did not.
  const bool is_known = !error.empty();
  if (is_known && text.starts_with("_ALL_BROKERS_DOWN")) return;
  // How long it took is another each time.
  if (const auto aside = text.find(" (after "); aside != std::string::npos) text.resize(aside);
  if (!is_known) log("source").warn("kafka: {}", text);
  error = std::move(text);
}

void Cluster::wait_readable() {
  readable_.async_wait(stream_descriptor::wait_read, [weak = weak_from_this()](error_code wrong) {
    const auto self = weak.lock();
    if (!self || wrong || self->closed_->load()) return;
    std::uint64_t ignored{};
    while (::read(self->readable_.native_handle(), &ignored, sizeof ignored) > 0) {
    }
    self->called_();
    if (!self->closed_->load()) self->wait_readable();
  });
}

void Cluster::read(const std::map<TopicPartition, std::int64_t>& offsets,
                   std::function<void()> then) {
  for (const auto& [each, offset] : offsets) read_.insert(each);
  run(
      [offsets](Consumer& consumer) {
        auto added = offsets.empty() ? Result<void>{} : consumer.add(offsets);
        if (!added) log("source").error("{}", added.error().message);
        return added;
      },
      [self = shared_from_this(), offsets, then = std::move(then)](const Result<void>& added) {
        if (!added) {
          for (const auto& [each, offset] : offsets) self->forget(each);
        }
        then();
      });
}

void Cluster::remove(const std::string& topic) {
  std::vector<TopicPartition> gone;
  std::erase_if(read_, [&](const TopicPartition& each) {
    if (each.topic != topic) return false;
    gone.push_back(each);
    return true;
  });
  run([gone = std::move(gone)](Consumer& consumer) { consumer.remove(gone); });
}

void Cluster::pause(const std::vector<TopicPartition>& of, bool paused) {
  run([of, paused](Consumer& consumer) { consumer.pause(of, paused); });
}

void Cluster::drain(const std::function<Readers()>& readers, std::function<void(Drained)> then) {
  if (std::exchange(is_draining_, true)) {
    is_called_ = true;
    return;
  }
  is_called_ = false;
  run(
      [readers = readers()](Consumer& consumer) {
        Drained out;
        out.is_empty = consumer.drain(
            drain_max,
            [&](const std::string& topic, const Message& message) {
              const auto found = readers.find(topic);
              if (found == readers.end()) return;
              for (const auto& [reader, rules] : found->second) {
                const auto read = [&of = *rules](const Message& each) { return of.read(each); };
                out.readings.emplace_back(reader, read_guarded(topic, message, read));
              }
            },
            [&](Consumer::Trouble trouble) { out.troubles.push_back(std::move(trouble)); },
            [&](const TopicPartition& of, std::int64_t offset) { out.ends[of] = offset; });
        return out;
      },
      [self = shared_from_this(), then = std::move(then)](Drained drained) {
        self->is_draining_ = false;
        const bool has_more = !drained.is_empty || self->is_called_;
        then(std::move(drained));
        if (has_more && !self->closed_->load()) self->called_();
      });
}

std::int64_t Cluster::known_end(const TopicPartition& of) const {
  return consumer_ == nullptr ? -1 : consumer_->known_end(of);
}

}  // namespace freshet::kafka
