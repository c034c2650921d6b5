// A connection to a cluster, shared by the sources that read topics of it: what takes long happens
// in its strand on the pool, what waits for the cluster on a thread of its own, and what comes of
// that goes on on the io thread.
#pragma once
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "source/kafka/consumer.hpp"
#include "source/kafka/intake.hpp"
#include "source/kafka/questions.hpp"

namespace freshet::kafka {

/// Properties of librdkafka: ours, and what the definition says.
[[nodiscard]] std::map<std::string, std::string> config_of(const KafkaSource& source);

/// What `read` makes of a message of the topic.  Whatever it throws is that message's fault, and
/// not the end of the daemon: an error, and a dead letter.
[[nodiscard]] Rules::Reading read_guarded(
    const std::string& topic, const Message& message,
    const std::function<Rules::Reading(const Message&)>& read);

/// Lives on the io thread, and at most until `close` there.
class Cluster : public std::enable_shared_from_this<Cluster> {
 public:
  Cluster(boost::asio::io_context& io, boost::asio::thread_pool& pool);

  /// `called` on the io thread whenever something may have come, and `opened` once questions can be
  /// asked.  What is wrong stands in `error`; it may be tried again.
  void open(const std::map<std::string, std::string>& config, std::function<void()> called,
            std::function<void()> opened);
  /// For good: jobs that have not begun do not, and nothing more is answered.
  void close();
  /// Whether its thread has ended since then, so that its end waits for nothing.
  [[nodiscard]] bool has_ended() const { return questions_->has_ended(); }
  /// Waits for the question that is being asked.
  void join() { questions_->join(); }

  /// Reads these from their offsets on; those that were read already, anew from there.  By the time
  /// of `then`, all has been handed out that came by earlier calls.
  void read(
      const std::map<TopicPartition, std::int64_t>& offsets, std::function<void()> then = [] {});
  void remove(const std::string& topic);
  void pause(const std::vector<TopicPartition>& of, bool paused);

  /// By topic, who reads it: a number of the caller's, and its rules.
  using Readers =
      std::map<std::string, std::vector<std::pair<std::size_t, std::shared_ptr<const Rules>>>>;
  struct Drained {
    std::vector<std::pair<std::size_t, Rules::Reading>> readings;  ///< Of which reader.
    std::vector<Consumer::Trouble> troubles;
    std::map<TopicPartition, std::int64_t> ends;  ///< As Consumer::End: the last of each.
    bool is_empty{};
  };
  /// Takes what has come, if nobody does so already.  Where more may have come, `called` is called
  /// once more, after `then`.
  void drain(const std::function<Readers()>& readers, std::function<void(Drained)> then);

  /// Has `work(Consumer&)` done in the strand; what it returns goes to `then` on the io thread.
  template <class Work, class Then>
  void run(Work work, Then then) {
    if (consumer_ == nullptr) return;
    boost::asio::post(*strand_, [guard = boost::asio::make_work_guard(io_), closed = closed_,
                                 consumer = consumer_, work = std::move(work),
                                 then = std::move(then)]() mutable {
      if (closed->load()) return;
      auto result = work(*consumer);
      consumer.reset();
      boost::asio::post(guard.get_executor(), [closed = std::move(closed), then = std::move(then),
                                               result = std::move(result)]() mutable {
        if (!closed->load()) then(std::move(result));
      });
    });
  }
  /// As run(), but beside what goes on in the strand: for questions to the cluster, whose answers
  /// no message is to wait for, nor anybody else.  One at a time.
  template <class Work, class Then>
  void ask(Work work, Then then) {
    if (consumer_ == nullptr) return;
    questions_->ask(
        [consumer = consumer_, work = std::move(work)]() mutable { return work(*consumer); },
        std::move(then));
  }
  template <class Work>
  void run(Work work) {
    if (consumer_ == nullptr) return;
    boost::asio::post(*strand_,
                      [closed = closed_, consumer = consumer_, work = std::move(work)]() mutable {
                        if (!closed->load()) work(*consumer);
                      });
  }

  [[nodiscard]] bool is_open() const { return consumer_ != nullptr; }
  /// It hands out nothing more: whoever needs it has it read anew.
  void forget(const TopicPartition& of) { read_.erase(of); }
  [[nodiscard]] bool is_read(const TopicPartition& of) const { return read_.contains(of); }
  /// -1: not known.
  [[nodiscard]] std::int64_t known_end(const TopicPartition& of) const;

  /// Something is wrong with the cluster as a whole.
  void fail(std::string text);
  std::string error;                                 ///< Of the cluster as a whole; "": it answers.
  std::size_t users{};                               ///< Sources that read by it.
  std::map<TopicPartition, std::int64_t> published;  ///< To be shown to others.

 private:
  void take(Result<std::unique_ptr<Consumer>> made);
  void wait_readable();

  boost::asio::io_context& io_;
  std::function<void()> called_;
  std::shared_ptr<Consumer> consumer_;  ///< Null: its settings are wrong, or it is closed.
  std::optional<boost::asio::strand<boost::asio::thread_pool::executor_type>> strand_;
  boost::asio::posix::stream_descriptor readable_;
  std::set<TopicPartition> read_;
  const std::shared_ptr<std::atomic<bool>> closed_{std::make_shared<std::atomic<bool>>(false)};
  const std::shared_ptr<Questions> questions_;
  bool is_opening_{false};
  bool is_draining_{false};
  bool is_called_{false};  ///< While it drained.
};

}  // namespace freshet::kafka
