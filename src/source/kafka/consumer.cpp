#include "source/kafka/consumer.hpp"

#include <fcntl.h>
#include <librdkafka/rdkafka.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

namespace freshet::kafka {

namespace {

constexpr std::size_t drain_bytes_max = 16 << 20;

struct Delete {
  void operator()(rd_kafka_topic_partition_list_t* list) const {
    rd_kafka_topic_partition_list_destroy(list);
  }
  void operator()(rd_kafka_queue_t* queue) const { rd_kafka_queue_destroy(queue); }
  void operator()(rd_kafka_conf_t* conf) const { rd_kafka_conf_destroy(conf); }
  void operator()(rd_kafka_error_t* error) const { rd_kafka_error_destroy(error); }
  void operator()(rd_kafka_topic_t* topic) const { rd_kafka_topic_destroy(topic); }
  void operator()(const rd_kafka_metadata_t* metadata) const {
    rd_kafka_metadata_destroy(metadata);
  }
  void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }
};
template <class T>
using Owned = std::unique_ptr<T, Delete>;

using List = Owned<rd_kafka_topic_partition_list_t>;

List list_of(const std::vector<TopicPartition>& of) {
  List out{rd_kafka_topic_partition_list_new(static_cast<int>(of.size()))};
  for (const auto& each : of)
    rd_kafka_topic_partition_list_add(out.get(), each.topic.c_str(), each.partition);
  return out;
}

List list_of(const std::map<TopicPartition, std::int64_t>& offsets) {
  List out{rd_kafka_topic_partition_list_new(static_cast<int>(offsets.size()))};
  for (const auto& [each, offset] : offsets) {
    rd_kafka_topic_partition_list_add(out.get(), each.topic.c_str(), each.partition)->offset =
        offset;
  }
  return out;
}

Error error_of(std::string what, rd_kafka_resp_err_t code) {
  return {
      code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART || code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC
          ? Errc::not_found
          : Errc::io,
      std::move(what) + ": " + rd_kafka_err2str(code)};
}

std::string name_of(const TopicPartition& of) {
  return "topic " + of.topic + " partition " + std::to_string(of.partition);
}

/// Librdkafka's reason with neither a secret nor, where it may cite a part of one, anything but the
/// name of the property.
std::string without_secrets(std::string text, const std::map<std::string, std::string>& config) {
  constexpr std::array secrets{"password", "secret", "sasl.oauthbearer.config", ".pem", "kinit"};
  for (const auto& [name, value] : config) {
    const auto is_in = [&](const char* word) { return name.find(word) != std::string::npos; };
    if (value.empty() || std::ranges::none_of(secrets, is_in)) continue;
    if (text.find(name) != std::string::npos) return name + ": librdkafka refuses its value";
    constexpr std::string_view hidden = "...";
    for (auto at = text.find(value); at != std::string::npos;
         at = text.find(value, at + hidden.size()))
      text.replace(at, value.size(), hidden);
  }
  return text;
}

int in_ms(Millis time) { return static_cast<int>(time.count()); }

}  // namespace

struct Consumer::Handle {
  rd_kafka_t* kafka{};
  Owned<rd_kafka_queue_t> queue;
  /// What drain is called with, while it is.
  const std::function<void(Trouble)>* trouble{};
  std::map<std::string, std::string> config;

  ~Handle() {
    queue.reset();
    // Waits for its threads, but for no answer of the cluster.
    if (kafka != nullptr) rd_kafka_destroy_flags(kafka, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
  }
};

Result<std::unique_ptr<Consumer>> Consumer::make(const std::map<std::string, std::string>& config) {
  Owned<rd_kafka_conf_t> conf{rd_kafka_conf_new()};
  std::array<char, 512> reason{};
  const auto set = [&](const std::string& name, const std::string& value) {
    return rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), reason.data(), reason.size());
  };
  // What librdkafka says has the value in it, which may be a password.
  for (const auto& [name, value] : config) {
    const auto result = set(name, value);
    if (result == RD_KAFKA_CONF_OK) continue;
    return Error{Errc::invalid,
                 "kafka config " + name + ": " +
                     (result == RD_KAFKA_CONF_UNKNOWN ? "librdkafka knows no such property"
                                                      : "librdkafka refuses its value")};
  }
  // How far a topic was read is in the store, with what it caused.
  for (const auto& [name, value] :
       std::map<std::string, std::string>{{"enable.auto.commit", "false"},
                                          {"enable.auto.offset.store", "false"},
                                          {"auto.offset.reset", "error"},
                                          {"enable.partition.eof", "true"},
                                          {"allow.auto.create.topics", "false"}}) {
    FRESHET_ASSERT(set(name, value) == RD_KAFKA_CONF_OK);
  }
  auto handle = std::make_unique<Handle>();
  handle->config = config;
  rd_kafka_conf_set_opaque(conf.get(), handle.get());
  rd_kafka_conf_set_error_cb(conf.get(), [](rd_kafka_t*, int code, const char* text, void* opaque) {
    const auto* self = static_cast<const Handle*>(opaque);
    if (self->trouble == nullptr) return;
    const std::string name = rd_kafka_err2name(static_cast<rd_kafka_resp_err_t>(code));
    (*self->trouble)({.of = {}, .text = name + ": " + without_secrets(text, self->config)});
  });
  rd_kafka_conf_set_log_cb(conf.get(), [](const rd_kafka_t*, int, const char*, const char*) {
    // Errors come by the callback above; the rest repeats them.
  });
  handle->kafka = rd_kafka_new(RD_KAFKA_CONSUMER, conf.get(), reason.data(), reason.size());
  if (handle->kafka == nullptr)
    return Error{Errc::invalid, "kafka: " + without_secrets(reason.data(), config)};
  static_cast<void>(conf.release());
  rd_kafka_poll_set_consumer(handle->kafka);
  handle->queue.reset(rd_kafka_queue_get_consumer(handle->kafka));
  if (!handle->queue) return Error{Errc::invalid, "kafka config group.id: must not be empty"};
  UniqueFd wake{::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
  if (!wake) return Error{Errc::io, "kafka: no eventfd"};
  static constexpr std::uint64_t one = 1;
  rd_kafka_queue_io_event_enable(handle->queue.get(), wake.get(), &one, sizeof one);
  return std::unique_ptr<Consumer>{new Consumer{std::move(handle), std::move(wake)}};
}

Consumer::Consumer(std::unique_ptr<Handle> handle, UniqueFd wake)
    : handle_{std::move(handle)}, wake_{std::move(wake)} {}

Consumer::~Consumer() {
  if (handle_->queue) rd_kafka_queue_io_event_enable(handle_->queue.get(), -1, nullptr, 0);
}

Result<std::int32_t> Consumer::partitions(const std::string& topic, Millis timeout) {
  const Owned<rd_kafka_topic_t> handle{rd_kafka_topic_new(handle_->kafka, topic.c_str(), nullptr)};
  if (!handle) return error_of("topic " + topic, rd_kafka_last_error());
  const rd_kafka_metadata_t* got = nullptr;
  const auto code = rd_kafka_metadata(handle_->kafka, 0, handle.get(), &got, in_ms(timeout));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return error_of("topic " + topic, code);
  const Owned<const rd_kafka_metadata_t> metadata{got};
  if (metadata->topic_cnt != 1) return Error{Errc::not_found, "topic " + topic + ": not there"};
  const auto& found = metadata->topics[0];
  if (found.err != RD_KAFKA_RESP_ERR_NO_ERROR) return error_of("topic " + topic, found.err);
  return found.partition_cnt;
}

Result<Watermarks> Consumer::watermarks(const TopicPartition& of, Millis timeout) {
  Watermarks out;
  const auto code = rd_kafka_query_watermark_offsets(handle_->kafka, of.topic.c_str(), of.partition,
                                                     &out.low, &out.high, in_ms(timeout));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return error_of(name_of(of), code);
  return out;
}

Result<std::int64_t> Consumer::offset_at(const TopicPartition& of, Instant at, Millis timeout) {
  const List list =
      list_of({{of, std::chrono::duration_cast<Millis>(at.time_since_epoch()).count()}});
  const auto code = rd_kafka_offsets_for_times(handle_->kafka, list.get(), in_ms(timeout));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return error_of(name_of(of), code);
  if (list->elems[0].err != RD_KAFKA_RESP_ERR_NO_ERROR)
    return error_of(name_of(of), list->elems[0].err);
  if (list->elems[0].offset >= 0) return list->elems[0].offset;
  FRESHET_TRY(const Watermarks ends, watermarks(of, timeout));
  return ends.high;
}

Result<std::map<TopicPartition, std::int64_t>> Consumer::offsets_at(
    const std::map<TopicPartition, Instant>& at, Millis timeout) {
  std::map<TopicPartition, std::int64_t> out;
  std::map<TopicPartition, std::int64_t> times;
  for (const auto& [each, when] : at)
    times[each] = std::chrono::duration_cast<Millis>(when.time_since_epoch()).count();
  if (times.empty()) return out;
  const List list = list_of(times);
  const auto code = rd_kafka_offsets_for_times(handle_->kafka, list.get(), in_ms(timeout));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return error_of("offsets of times", code);
  for (int i = 0; i < list->cnt; ++i) {
    const auto& each = list->elems[i];
    const TopicPartition of{each.topic, each.partition};
    if (each.err != RD_KAFKA_RESP_ERR_NO_ERROR) return error_of(name_of(of), each.err);
    if (each.offset >= 0) out[of] = each.offset;
  }
  return out;
}

Result<void> Consumer::add(const std::map<TopicPartition, std::int64_t>& offsets) {
  std::vector<TopicPartition> again;
  for (const auto& [each, offset] : offsets) {
    if (read_.contains(each)) again.push_back(each);
  }
  remove(again);
  const List list = list_of(offsets);
  const Owned<rd_kafka_error_t> error{rd_kafka_incremental_assign(handle_->kafka, list.get())};
  if (error) return Error{Errc::io, std::string{"kafka: "} + rd_kafka_error_string(error.get())};
  for (const auto& [each, offset] : offsets) read_.insert(each);
  // What was paused stays so, whoever reads it next.
  std::vector<TopicPartition> paused;
  for (const auto& [each, offset] : offsets) {
    if (paused_.contains(each)) paused.push_back(each);
  }
  if (!paused.empty()) pause(paused, false);
  return {};
}

void Consumer::remove(const std::vector<TopicPartition>& of) {
  // Of a list with one that is not read, librdkafka removes none.
  std::vector<TopicPartition> known;
  for (const TopicPartition& each : of) {
    if (read_.erase(each) > 0) known.push_back(each);
  }
  if (known.empty()) return;
  const List list = list_of(known);
  const Owned<rd_kafka_error_t> ignored{rd_kafka_incremental_unassign(handle_->kafka, list.get())};
}

void Consumer::pause(const std::vector<TopicPartition>& of, bool paused) {
  for (const TopicPartition& each : of) {
    if (paused) {
      paused_.insert(each);
    } else {
      paused_.erase(each);
    }
  }
  const List list = list_of(of);
  static_cast<void>(paused ? rd_kafka_pause_partitions(handle_->kafka, list.get())
                           : rd_kafka_resume_partitions(handle_->kafka, list.get()));
}

void Consumer::publish(const std::map<TopicPartition, std::int64_t>& offsets) {
  const List list = list_of(offsets);
  static_cast<void>(rd_kafka_commit(handle_->kafka, list.get(), /*async=*/1));
}

bool Consumer::drain(std::size_t messages_max,
                     const std::function<void(const std::string&, const Message&)>& each,
                     const std::function<void(Trouble)>& trouble, const End& end) {
  handle_->trouble = &trouble;
  std::array<rd_kafka_message_t*, 256> batch{};
  std::string topic;
  bool is_empty = false;
  std::size_t bytes = 0;
  for (std::size_t seen = 0; seen < messages_max && bytes < drain_bytes_max && !is_empty;) {
    const auto count =
        rd_kafka_consume_batch_queue(handle_->queue.get(), 0, batch.data(), batch.size());
    is_empty = count <= 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(std::max<ssize_t>(count, 0)); ++i) {
      const Owned<rd_kafka_message_t> message{batch[i]};
      ++seen;
      bytes += message->len + message->key_len;
      topic = message->rkt == nullptr ? "" : rd_kafka_topic_name(message->rkt);
      if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        if (end) end({topic, message->partition}, message->offset);
        continue;
      }
      if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        trouble({.of = {topic, message->partition},
                 .is_out_of_range = message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET ||
                                    message->err == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE,
                 .offset = message->offset < 0 ? -1 : message->offset,
                 .text = rd_kafka_message_errstr(message.get())});
        continue;
      }
      Message out{.partition = message->partition,
                  .offset = message->offset,
                  .key = {static_cast<const char*>(message->key), message->key_len},
                  .value = {static_cast<const char*>(message->payload), message->len},
                  .is_null = message->payload == nullptr};
      rd_kafka_timestamp_type_t kind{};
      if (const auto at = rd_kafka_message_timestamp(message.get(), &kind);
          kind != RD_KAFKA_TIMESTAMP_NOT_AVAILABLE) {
        out.timestamp = Instant{Millis{at}};
      }
      rd_kafka_headers_t* headers = nullptr;
      if (rd_kafka_message_headers(message.get(), &headers) == RD_KAFKA_RESP_ERR_NO_ERROR) {
        const char* name = nullptr;
        const void* value = nullptr;
        std::size_t size = 0;
        for (std::size_t n = 0; rd_kafka_header_get_all(headers, n, &name, &value, &size) ==
                                RD_KAFKA_RESP_ERR_NO_ERROR;
             ++n) {
          out.headers.emplace_back(name, std::string_view{static_cast<const char*>(value), size});
        }
      }
      each(topic, out);
    }
  }
  handle_->trouble = nullptr;
  return is_empty;
}

std::int64_t Consumer::known_end(const TopicPartition& of) const {
  std::int64_t low = 0;
  std::int64_t high = 0;
  const auto code =
      rd_kafka_get_watermark_offsets(handle_->kafka, of.topic.c_str(), of.partition, &low, &high);
  return code == RD_KAFKA_RESP_ERR_NO_ERROR && high >= 0 ? high : -1;
}

}  // namespace freshet::kafka
