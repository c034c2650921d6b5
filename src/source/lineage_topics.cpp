#include "source/lineage_topics.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <set>
#include <thread>

#include "base/log.hpp"
#include "base/unique_fd.hpp"
#include "model/cursor_names.hpp"
#include "source/kafka/consumer.hpp"
#include "source/kafka/intake.hpp"

namespace freshet {
namespace {

using kafka::Consumer;
using kafka::TopicPartition;

constexpr std::size_t drain_max = 200;      ///< Messages that are one moment.
constexpr Millis ask_timeout{2'000};        ///< For an answer of the cluster.
constexpr Millis refresh_every{30'000};     ///< Looks for partitions that are new.
constexpr Millis retry_every{1'000};        ///< Where they could not be asked for.
constexpr Millis open_every{2'000};         ///< Where the settings were of no use.
constexpr Millis credit_pause{20};          ///< The engine has no room.
constexpr std::size_t body_max = 64 << 10;  ///< Of what was no event, kept.

std::map<std::string, std::string> config_of(const LineageIntake& source) {
  std::map<std::string, std::string> out{{"group.id", "freshet"},
                                         {"client.id", "freshet"},
                                         {"queued.max.messages.kbytes", "16384"},
                                         {"fetch.wait.max.ms", "100"},
                                         {"reconnect.backoff.max.ms", "2000"}};
  for (const auto& [name, value] : source.config) out[name] = value;
  out["bootstrap.servers"] = source.brokers;
  return out;
}

bool is_same(const LineageIntake& a, const LineageIntake& b) {
  return a.brokers == b.brokers && a.topic == b.topic && a.config == b.config;
}

}  // namespace

class LineageTopics::Topic {
 public:
  Topic(std::string project, LineageIntake source, std::string cursor,
        std::shared_ptr<const Snapshot> snapshot, const Translate& translate, const Emit& emit)
      : project_{std::move(project)},
        source_{std::move(source)},
        translate_{translate},
        emit_{emit},
        stop_{::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)},
        snapshot_{std::move(snapshot)},
        position_{kafka::Position::parse(cursor, source_.topic).value_or(kafka::Position{})},
        cursor_{std::move(cursor)} {
    status_ = {
        .asset = project_, .kind = "openlineage", .state = "waiting", .detail = source_.topic};
    thread_ = std::jthread{[this] {
      loop();
      consumer_.reset();  // waits for threads of its own, which nobody else shall
      has_ended_ = true;
    }};
  }
  ~Topic() {
    begin_stop();
    if (thread_.joinable()) thread_.join();
  }
  Topic(const Topic&) = delete;
  Topic& operator=(const Topic&) = delete;

  [[nodiscard]] const LineageIntake& source() const { return source_; }
  [[nodiscard]] bool has_ended() const { return has_ended_; }
  void begin_stop() {
    is_stopping_ = true;
    const std::uint64_t one = 1;
    static_cast<void>(!::write(stop_.get(), &one, sizeof one));
  }
  void tell(std::shared_ptr<const Snapshot> snapshot) {
    const std::scoped_lock lock{mutex_};
    snapshot_ = std::move(snapshot);
  }
  [[nodiscard]] SourceStatus status() const {
    const std::scoped_lock lock{mutex_};
    return status_;
  }
  [[nodiscard]] std::string cursor() const {
    const std::scoped_lock lock{mutex_};
    return cursor_;
  }

 private:
  void loop() {
    while (consumer_ == nullptr) {
      // A certificate may not be there yet.
      if (auto made = Consumer::make(config_of(source_))) {
        consumer_ = *std::move(made);
      } else {
        failed(made.error().message);
        if (wait(open_every)) return;
      }
    }
    bool is_known = find_partitions();
    auto next_look = is_known ? refresh_every : retry_every;
    Millis waited{};
    while (!is_stopping_) {
      const bool is_empty = take();
      if (!is_empty) continue;
      constexpr Millis step{500};
      if (wait(std::min(step, next_look))) return;
      waited += step;
      if (waited < next_look) continue;
      waited = {};
      is_known = find_partitions();
      next_look = is_known ? refresh_every : retry_every;
    }
  }

  /// Until something came, it is time, or (true) it is to end.
  bool wait(Millis longest) {
    std::array<pollfd, 2> fds{
        {{.fd = stop_.get(), .events = POLLIN, .revents = 0},
         {.fd = consumer_ ? consumer_->wake_fd() : -1, .events = POLLIN, .revents = 0}}};
    ::poll(fds.data(), fds.size(), static_cast<int>(longest.count()));
    std::uint64_t ignored{};
    if (consumer_) static_cast<void>(!::read(consumer_->wake_fd(), &ignored, sizeof ignored));
    return is_stopping_;
  }

  bool find_partitions() {
    const auto count = consumer_->partitions(source_.topic, ask_timeout);
    if (!count) {
      failed(count.error().message);
      return false;
    }
    std::map<TopicPartition, std::int64_t> added;
    for (std::int32_t p = 0; p < *count; ++p) {
      const TopicPartition of{source_.topic, p};
      if (!position_.next.contains(p)) {
        const auto ends = consumer_->watermarks(of, ask_timeout);
        if (!ends) {
          failed(ends.error().message);
          return false;
        }
        position_.next[p] = ends->low;
      }
      if (!read_.contains(p)) added[of] = position_.next[p];
    }
    if (const auto done = added.empty() ? Result<void>{} : consumer_->add(added); !done) {
      failed(done.error().message);
      return false;
    }
    for (const auto& [of, offset] : added) read_.insert(of.partition);
    const std::scoped_lock lock{mutex_};
    status_.state = "reading";
    status_.detail = source_.topic;
    return true;
  }

  /// What has come, as one moment; false: there may be more.
  bool take() {
    const auto snapshot = [&] {
      const std::scoped_lock lock{mutex_};
      return snapshot_;
    }();
    std::vector<input::Event> events;
    std::map<std::string, std::string> cursors;
    std::uint64_t messages = 0, dead = 0;
    std::vector<std::int32_t> lost;
    const bool is_empty = consumer_->drain(
        drain_max,
        [&](const std::string&, const kafka::Message& message) {
          std::int64_t& next = position_.next[message.partition];
          if (message.offset < next) return;
          next = message.offset + 1;
          ++messages;
          Meaning meaning = translate_(message.value, *snapshot);
          for (auto& [name, text] : meaning.cursors) cursors[name] = std::move(text);
          for (input::Event& event : meaning.events) {
            if (!event.error.empty()) {
              ++dead;
              event.id = source_.topic + '/' + std::to_string(message.partition) + '/' +
                         std::to_string(message.offset);
              event.body = message.value.substr(0, body_max);
            }
            events.push_back(std::move(event));
          }
        },
        [&](const Consumer::Trouble& trouble) {
          if (trouble.is_out_of_range) {
            lost.push_back(trouble.of.partition);
          } else {
            failed(trouble.text);
          }
        });
    for (const std::int32_t partition : lost) begin_anew(partition);
    if (messages == 0 && lost.empty()) return is_empty;
    const std::string cursor = position_.text(source_.topic);
    const std::size_t count = events.size();
    cursors[lineage_cursor(project_)] = cursor;
    while (!emit_(events, {cursors.begin(), cursors.end()})) {
      if (pause()) return true;
    }
    const std::scoped_lock lock{mutex_};
    cursor_ = cursor;
    status_.state = "reading";
    status_.detail = source_.topic;
    status_.messages += messages;
    status_.events += count - dead;
    status_.dead += dead;
    return is_empty;
  }

  /// What was to be read is not there any more.
  void begin_anew(std::int32_t partition) {
    const TopicPartition of{source_.topic, partition};
    consumer_->remove({of});
    read_.erase(partition);
    position_.next.erase(partition);
    log("source").warn("messages are gone before they were read topic={} partition={}",
                       source_.topic, partition);
    static_cast<void>(find_partitions());
  }

  /// True: it is to end.
  bool pause() {
    pollfd fd{.fd = stop_.get(), .events = POLLIN, .revents = 0};
    ::poll(&fd, 1, static_cast<int>(credit_pause.count()));
    return is_stopping_;
  }

  void failed(const std::string& error) {
    const std::scoped_lock lock{mutex_};
    if (status_.state != "error")
      log("source").warn("openlineage topic={} reason={}", source_.topic, error);
    status_.state = "error";
    status_.detail = error;
  }

  const std::string project_;
  const LineageIntake source_;
  const Translate& translate_;
  const Emit& emit_;
  const UniqueFd stop_;
  std::atomic<bool> is_stopping_{false}, has_ended_{false};
  mutable std::mutex mutex_;
  std::shared_ptr<const Snapshot> snapshot_;
  SourceStatus status_;
  // Of the thread:
  std::unique_ptr<Consumer> consumer_;
  kafka::Position position_;
  std::set<std::int32_t> read_;
  std::string cursor_;  ///< That was taken; guarded.
  std::jthread thread_;
};

LineageTopics::LineageTopics(std::map<std::string, std::string> cursors, Translate translate,
                             Emit emit)
    : cursors_{std::move(cursors)}, translate_{std::move(translate)}, emit_{std::move(emit)} {}

LineageTopics::~LineageTopics() { stop(); }

void LineageTopics::watch(const std::shared_ptr<const Snapshot>& snapshot) {
  std::erase_if(leaving_, [](const auto& topic) { return topic->has_ended(); });
  std::map<std::string, std::unique_ptr<Topic>> wanted;
  for (const auto& project : snapshot->graph->projects()) {
    if (project->lineage.topic.empty()) continue;
    const auto known = topics_.find(project->project);
    if (known != topics_.end() && is_same(known->second->source(), project->lineage)) {
      wanted[project->project] = std::move(known->second);
      topics_.erase(known);
      continue;
    }
    std::string& cursor = cursors_[lineage_cursor(project->project)];
    if (known != topics_.end()) cursor = known->second->cursor();
    wanted[project->project] = std::make_unique<Topic>(project->project, project->lineage, cursor,
                                                       snapshot, translate_, emit_);
  }
  for (auto& [project, topic] : topics_) {
    cursors_[lineage_cursor(project)] = topic->cursor();
    topic->begin_stop();
    leaving_.push_back(std::move(topic));
  }
  topics_ = std::move(wanted);
  for (const auto& [project, topic] : topics_) topic->tell(snapshot);
}

std::vector<SourceStatus> LineageTopics::status() const {
  std::vector<SourceStatus> out;
  for (const auto& [project, topic] : topics_) out.push_back(topic->status());
  return out;
}

void LineageTopics::stop() {
  for (const auto& [project, topic] : topics_) topic->begin_stop();
  topics_.clear();
  leaving_.clear();
}

}  // namespace freshet
