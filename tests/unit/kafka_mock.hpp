// librdkafka's cluster in memory, and who writes to it.
#pragma once
#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/unique_fd.hpp"

namespace freshet::kafka {

inline constexpr int brokers = 3;
inline constexpr std::int16_t fetch_request = 1;
inline constexpr std::int16_t list_offsets_request = 2;
inline constexpr std::int16_t metadata_request = 3;

/// Three brokers, and who writes to them.
class MockCluster {
 public:
  explicit MockCluster(int partitions) : partitions_{partitions} {
    std::array<char, 512> error{};
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    const auto set = [&](const char* name, const char* value) {
      EXPECT_EQ(rd_kafka_conf_set(conf, name, value, error.data(), error.size()), RD_KAFKA_CONF_OK)
          << error.data();
    };
    set("test.mock.num.brokers", std::to_string(brokers).c_str());
    set("reconnect.backoff.max.ms", "100");
    set("linger.ms", "0");
    kafka_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error.data(), error.size());
    EXPECT_NE(kafka_, nullptr) << error.data();
    mock_ = rd_kafka_handle_mock_cluster(kafka_);
    EXPECT_EQ(rd_kafka_mock_topic_create(mock_, "orders", partitions, brokers),
              RD_KAFKA_RESP_ERR_NO_ERROR);
    EXPECT_EQ(rd_kafka_mock_topic_create(mock_, "refunds", 1, brokers), RD_KAFKA_RESP_ERR_NO_ERROR);
    topic_ = rd_kafka_topic_new(kafka_, "orders", nullptr);
    refunds_ = rd_kafka_topic_new(kafka_, "refunds", nullptr);
  }
  ~MockCluster() {
    rd_kafka_topic_destroy(refunds_);
    rd_kafka_topic_destroy(topic_);
    rd_kafka_destroy(kafka_);
  }
  MockCluster(const MockCluster&) = delete;
  MockCluster& operator=(const MockCluster&) = delete;

  [[nodiscard]] std::string address() const { return rd_kafka_mock_cluster_bootstraps(mock_); }
  /// Spread over the partitions; they may still be on their way.
  void send(int messages) {
    for (int i = 0; i < messages; ++i) {
      EXPECT_EQ(rd_kafka_produce(topic_, sent_++ % partitions_, RD_KAFKA_MSG_F_COPY,
                                 const_cast<char*>("x"), 1, nullptr, 0, nullptr),
                0);
    }
  }
  void send_refunds(int messages) {
    for (int i = 0; i < messages; ++i) {
      EXPECT_EQ(rd_kafka_produce(refunds_, 0, RD_KAFKA_MSG_F_COPY, const_cast<char*>("x"), 1,
                                 nullptr, 0, nullptr),
                0);
    }
  }
  void flush() { EXPECT_EQ(rd_kafka_flush(kafka_, 30'000), RD_KAFKA_RESP_ERR_NO_ERROR); }
  void set_up(int broker, bool up) {
    up ? rd_kafka_mock_broker_set_up(mock_, broker) : rd_kafka_mock_broker_set_down(mock_, broker);
  }
  void set_leader(int partition, int broker) {
    rd_kafka_mock_partition_set_leader(mock_, "orders", partition, broker);
  }
  void fail(std::int16_t request, const std::vector<rd_kafka_resp_err_t>& errors) {
    rd_kafka_mock_push_request_errors_array(mock_, request, errors.size(), errors.data());
  }
  [[nodiscard]] int sent() const { return sent_; }
  /// What is there of the orders: some were sent again where no answer came, and are there twice.
  [[nodiscard]] int written() const {
    std::int64_t out = 0;
    for (int partition = 0; partition < partitions_; ++partition) {
      std::int64_t low = 0;
      std::int64_t high = 0;
      EXPECT_EQ(rd_kafka_query_watermark_offsets(kafka_, "orders", partition, &low, &high, 30'000),
                RD_KAFKA_RESP_ERR_NO_ERROR);
      out += high - low;
    }
    return static_cast<int>(out);
  }

 private:
  int partitions_;
  int sent_{};
  rd_kafka_t* kafka_{};
  rd_kafka_topic_t* topic_{};
  rd_kafka_topic_t* refunds_{};
  rd_kafka_mock_cluster_t* mock_{};
};

/// Whoever connects to it waits for an answer that never comes.
class SilentBroker {
 public:
  SilentBroker() : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const at = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(socket_.get(), at, size), 0);
    EXPECT_EQ(::listen(socket_.get(), 100), 0);
    EXPECT_EQ(::getsockname(socket_.get(), at, &size), 0);
    port_ = ntohs(address.sin_port);
  }
  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  UniqueFd socket_;
  int port_{};
};

}  // namespace freshet::kafka
