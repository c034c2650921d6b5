// Messages to a topic: by an idempotent producer, and taken when all in-sync replicas have them.
#include <librdkafka/rdkafka.h>

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "publish/target.hpp"

namespace freshet::publish {
namespace {

constexpr std::size_t text_size = 512;
constexpr int wait_ms = 100;
constexpr int end_ms = 1'000;

struct FreeProducer {
  void operator()(rd_kafka_t* handle) const {
    ::rd_kafka_purge(handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    ::rd_kafka_flush(handle, end_ms);
    ::rd_kafka_destroy(handle);
  }
};

struct FreeError {
  void operator()(rd_kafka_error_t* error) const { ::rd_kafka_error_destroy(error); }
};

/// What became of a batch; each message points at its own entry.
struct Delivery {
  bool is_done{false};
  rd_kafka_resp_err_t error{RD_KAFKA_RESP_ERR_NO_ERROR};
};

void delivered(rd_kafka_t* /*handle*/, const rd_kafka_message_t* message, void* /*opaque*/) {
  auto& delivery = *static_cast<Delivery*>(message->_private);
  delivery.is_done = true;
  delivery.error = message->err;
}

class KafkaTarget final : public Target {
 public:
  explicit KafkaTarget(Publication publication) : publication_{std::move(publication)} {}

  Sent send(std::span<const Message> messages) override {
    if (handle_ == nullptr) {
      if (std::string error = open(); !error.empty()) return {.error = std::move(error)};
    }
    std::vector<Delivery> deliveries(messages.size());
    Sent out;
    std::size_t asked = 0;
    for (; asked < messages.size() && out.error.empty(); ++asked) {
      if (const auto error = produce(messages[asked], deliveries[asked]);
          error != RD_KAFKA_RESP_ERR_NO_ERROR) {
        out.error = text_of(error);
        out.refused = error == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE;
        break;
      }
    }
    // Each one ends: delivered, or given up after message.timeout.ms.
    while (::rd_kafka_outq_len(handle_.get()) > 0 && !is_interrupted_)
      ::rd_kafka_poll(handle_.get(), wait_ms);
    if (is_interrupted_) {
      handle_.reset();  // before the entries go that it would write to
      return {.error = "interrupted"};
    }
    for (const Delivery& delivery : std::span{deliveries}.first(asked)) {
      if (!delivery.is_done || delivery.error != RD_KAFKA_RESP_ERR_NO_ERROR) {
        out.error = text_of(delivery.error);
        out.refused = delivery.error == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE ||
                      delivery.error == RD_KAFKA_RESP_ERR_INVALID_MSG;
        break;
      }
      ++out.taken;
    }
    std::array<char, text_size> text{};
    if (const auto fatal = ::rd_kafka_fatal_error(handle_.get(), text.data(), text.size());
        fatal != RD_KAFKA_RESP_ERR_NO_ERROR) {
      if (!out.error.empty()) out.error = text.data();
      handle_.reset();  // it is of no more use; the next attempt has another
    }
    return out;
  }

  void interrupt() override { is_interrupted_ = true; }

 private:
  std::string open() {
    std::array<char, text_size> text{};
    rd_kafka_conf_t* config = ::rd_kafka_conf_new();
    std::map<std::string, std::string> values{{"client.id", "freshet"},
                                              {"linger.ms", "5"},
                                              {"compression.codec", "lz4"},
                                              {"message.timeout.ms", "30000"},
                                              {"reconnect.backoff.max.ms", "2000"}};
    for (const auto& [name, value] : publication_.config) values[name] = value;
    values["bootstrap.servers"] = publication_.brokers;
    values["enable.idempotence"] = "true";
    for (const auto& [name, value] : values) {
      if (::rd_kafka_conf_set(config, name.c_str(), value.c_str(), text.data(), text.size()) ==
          RD_KAFKA_CONF_OK)
        continue;
      ::rd_kafka_conf_destroy(config);
      return "config " + name + ": not taken by librdkafka";  // its own text has the value in it
    }
    ::rd_kafka_conf_set_dr_msg_cb(config, delivered);
    ::rd_kafka_conf_set_log_cb(config, nullptr);
    handle_.reset(::rd_kafka_new(RD_KAFKA_PRODUCER, config, text.data(), text.size()));
    if (handle_ != nullptr) return {};
    ::rd_kafka_conf_destroy(config);
    return std::string{"no producer: "} + text.data();
  }

  rd_kafka_resp_err_t produce(const Message& message, Delivery& delivery) {
    std::array<rd_kafka_vu_t, 7> fields{};
    fields[0].vtype = RD_KAFKA_VTYPE_TOPIC;
    fields[0].u.cstr = publication_.topic.c_str();
    fields[1].vtype = RD_KAFKA_VTYPE_KEY;
    fields[1].u.mem = memory_of(message.key);
    fields[2].vtype = RD_KAFKA_VTYPE_VALUE;
    fields[2].u.mem = memory_of(message.body);
    fields[3].vtype = RD_KAFKA_VTYPE_HEADER;
    fields[3].u.header = {"content-type", message.content_type.data(),
                          size_of(message.content_type)};
    fields[4].vtype = RD_KAFKA_VTYPE_HEADER;
    fields[4].u.header = {"id", message.id.data(), size_of(message.id)};
    fields[5].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
    fields[5].u.i = RD_KAFKA_MSG_F_COPY;
    fields[6].vtype = RD_KAFKA_VTYPE_OPAQUE;
    fields[6].u.ptr = &delivery;
    while (true) {
      const std::unique_ptr<rd_kafka_error_t, FreeError> error{
          ::rd_kafka_produceva(handle_.get(), fields.data(), fields.size())};
      if (error == nullptr) return RD_KAFKA_RESP_ERR_NO_ERROR;
      const auto code = ::rd_kafka_error_code(error.get());
      if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL || is_interrupted_) return code;
      ::rd_kafka_poll(handle_.get(), wait_ms);
    }
  }

  using Memory = decltype(rd_kafka_vu_t{}.u.mem);
  static Memory memory_of(const std::string& text) {
    return {const_cast<char*>(text.data()), text.size()};
  }
  static ssize_t size_of(const std::string& text) { return static_cast<ssize_t>(text.size()); }

  [[nodiscard]] std::string text_of(rd_kafka_resp_err_t error) const {
    return "topic " + publication_.topic + ": " + ::rd_kafka_err2str(error);
  }

  Publication publication_;
  std::atomic<bool> is_interrupted_{false};
  std::unique_ptr<rd_kafka_t, FreeProducer> handle_;
};

}  // namespace

std::unique_ptr<Target> make_kafka_target(const Publication& publication) {
  return std::make_unique<KafkaTarget>(publication);
}

}  // namespace freshet::publish
