// A connection to a Kafka cluster that reads topics from given offsets: librdkafka behind one door.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/unique_fd.hpp"
#include "freshet/result.hpp"
#include "source/kafka/field.hpp"

namespace freshet::kafka {

struct TopicPartition {
  std::string topic;
  std::int32_t partition{};
  friend auto operator<=>(const TopicPartition&, const TopicPartition&) = default;
};

/// First offset that is there, and the one after the last.
struct Watermarks {
  std::int64_t low{};
  std::int64_t high{};
};

/// All functions may be called from any thread, one at a time; those that say so wait for the
/// network.
class Consumer {
 public:
  /// `config` are librdkafka's own names and values, bootstrap.servers among them.  Errc::invalid
  /// names the property that is wrong.  No connection is made yet.
  [[nodiscard]] static Result<std::unique_ptr<Consumer>> make(
      const std::map<std::string, std::string>& config);
  ~Consumer();
  Consumer(const Consumer&) = delete;
  Consumer& operator=(const Consumer&) = delete;

  /// Readable whenever there may be something to drain; to be read empty before draining.
  [[nodiscard]] int wake_fd() const { return wake_.get(); }

  // --- These wait, up to `timeout`.

  /// Number of partitions; Errc::not_found: there is no such topic.
  [[nodiscard]] Result<std::int32_t> partitions(const std::string& topic, Millis timeout);
  [[nodiscard]] Result<Watermarks> watermarks(const TopicPartition& of, Millis timeout);
  /// The first offset at or after a time; the end where there is none.
  [[nodiscard]] Result<std::int64_t> offset_at(const TopicPartition& of, Instant at,
                                               Millis timeout);
  /// The same of many, without those where there is none.
  [[nodiscard]] Result<std::map<TopicPartition, std::int64_t>> offsets_at(
      const std::map<TopicPartition, Instant>& at, Millis timeout);

  // --- These do not.

  /// Reads these from their offsets on, beside what is read already; those that are read already,
  /// anew from there.  None of them is paused then.
  [[nodiscard]] Result<void> add(const std::map<TopicPartition, std::int64_t>& offsets);
  void remove(const std::vector<TopicPartition>& of);
  void pause(const std::vector<TopicPartition>& of, bool paused);
  /// Lets others see how far topics were read; nothing depends on it.
  void publish(const std::map<TopicPartition, std::int64_t>& offsets);

  /// What went wrong with one partition, or (topic "") with the cluster.
  struct Trouble {
    TopicPartition of;
    bool is_out_of_range{};   ///< What was to be read is not there …
    std::int64_t offset{-1};  ///< … which was this; -1: not known.
    std::string text;
  };
  /// Where all that can be read of a partition has been handed out, until more comes: `offset` is
  /// what will be next.  Behind the last message, offsets may be taken by marks of transactions.
  using End = std::function<void(const TopicPartition& of, std::int64_t offset)>;
  /// Hands out what has come, at most about `messages_max` or 16 MiB; false: there may be more, and
  /// nothing wakes for that.
  bool drain(std::size_t messages_max,
             const std::function<void(const std::string& topic, const Message&)>& each,
             const std::function<void(Trouble)>& trouble, const End& end = {});
  /// The end of a partition as far as it is known without asking; -1: not at all.
  [[nodiscard]] std::int64_t known_end(const TopicPartition& of) const;

 private:
  struct Handle;
  explicit Consumer(std::unique_ptr<Handle> handle, UniqueFd wake);
  std::unique_ptr<Handle> handle_;
  UniqueFd wake_;
  std::set<TopicPartition> read_, paused_;
};

}  // namespace freshet::kafka
