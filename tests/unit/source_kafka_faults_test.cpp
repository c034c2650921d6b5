// Topics of librdkafka's cluster in memory, which fails as it is told to: every
// message counts once.
#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <future>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "kafka_mock.hpp"
#include "source/kafka/consumer.hpp"
#include "source/kafka_sources.hpp"
#include "source_kafka.hpp"

namespace freshet::kafka {
namespace {

using Json = nlohmann::json;

class KafkaFaults : public testing::Test {
 protected:
  explicit KafkaFaults() : sources_{make()} {}
  ~KafkaFaults() override {
    sources_->stop();
    pool_.join();
  }

  std::unique_ptr<KafkaSources> make() {
    return std::make_unique<KafkaSources>(
        io_, pool_, clock_, cursors_,
        [this](std::vector<input::Event> events,
               std::vector<std::pair<std::string, std::string>> cursors) {
          if (refusals_ > 0) {
            --refusals_;
            return false;
          }
          for (auto& event : events) events_.push_back(std::move(event));
          for (auto& [key, cursor] : cursors) cursors_[key] = std::move(cursor);
          return true;
        },
        KafkaSourcesOptions{
            .refresh_every = Millis{300}, .ask_timeout = Millis{1'000}, .offer_every = Millis{10}});
  }
  /// As a daemon that is killed and started anew: only what was stored with
  /// events is left.
  void restart() {
    sources_->stop();
    sources_ = make();
    watch();
  }
  void watch() {
    asset_ = orders({.settle = Millis{5},
                     .max_wait = Millis{20},
                     .config = {{"reconnect.backoff.ms", "20"},
                                {"reconnect.backoff.max.ms", "100"},
                                {"fetch.wait.max.ms", "10"},
                                {"fetch.error.backoff.ms", "20"},
                                {"topic.metadata.refresh.interval.ms", "200"}}});
    asset_.source.kafka.brokers = cluster_.address();
    sources_->watch({{asset_.key, &asset_}});
  }
  /// Those of another topic, beside the orders.
  void watch_refunds(Micros settle) {
    refunds_ = asset_;
    refunds_.key = "raw/refunds";
    refunds_.source.kafka.topic = "refunds";
    refunds_.source.kafka.settle = settle;
    sources_->watch({{asset_.key, &asset_}, {refunds_.key, &refunds_}});
  }
  [[nodiscard]] int refunds_told() const {
    int out = 0;
    for (const auto& event : events_) {
      if (event.asset == refunds_.key) out += Json::parse(event.metadata)["messages"].get<int>();
    }
    return out;
  }
  [[nodiscard]] std::string state_of(const std::string& key) const {
    for (const auto& each : sources_->status()) {
      if (each.asset == key) return each.state;
    }
    return "";
  }
  template <class Is>
  [[nodiscard]] bool run_until(Is is) {
    const SteadyTime deadline = clock_.steady() + Seconds{60};
    while (!is()) {
      if (clock_.steady() > deadline) return false;
      io_.run_one_for(Millis{20});
    }
    return true;
  }
  void run_for(Millis time) {
    const SteadyTime deadline = clock_.steady() + time;
    while (clock_.steady() < deadline) io_.run_one_for(Millis{5});
  }
  [[nodiscard]] int told() const {
    int out = 0;
    for (const auto& event : events_) out += Json::parse(event.metadata)["messages"].get<int>();
    return out;
  }
  /// That all that was written was told, each offset once and in its order.
  void expect_all_once() {
    cluster_.flush();
    EXPECT_TRUE(run_until([&] { return told() >= cluster_.sent(); }))
        << told() << " of " << cluster_.sent() << " told; " << status();
    const int written = cluster_.written();  // it answers by now
    EXPECT_TRUE(run_until([&] { return told() >= written; })) << told() << " of " << written;
    run_for(Millis{100});
    std::map<std::string, std::int64_t> next;
    for (const auto& event : events_) {
      const Json metadata = Json::parse(event.metadata);
      for (const auto& [partition, range] : metadata["offsets"].items()) {
        EXPECT_EQ(range[0].get<std::int64_t>(), next[partition]) << partition;
        next[partition] = range[1].get<std::int64_t>() + 1;
      }
    }
    EXPECT_EQ(told(), written);
  }
  [[nodiscard]] std::string status() const {
    const auto all = sources_->status();
    return all.empty() ? "" : all.front().state + ": " + all.front().detail;
  }

  MockCluster cluster_{4};
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_{
      io_.get_executor()};
  boost::asio::thread_pool pool_{2};
  SystemClock clock_;
  AssetDefinition asset_, refunds_;
  std::vector<input::Event> events_;
  std::map<std::string, std::string> cursors_;
  int refusals_{};
  std::unique_ptr<KafkaSources> sources_;
};

TEST(KafkaConsumer, WhatIsReadAlreadyIsReadAnew) {
  const MockCluster cluster{2};
  const auto made = Consumer::make({{"bootstrap.servers", cluster.address()}, {"group.id", "x"}});
  ASSERT_TRUE(made) << made.error().message;
  Consumer& consumer = **made;
  EXPECT_TRUE(consumer.add({{{"orders", 0}, 0}}));
  const auto again = consumer.add({{{"orders", 0}, 0}, {{"orders", 1}, 0}});
  EXPECT_TRUE(again) << again.error().message;
  consumer.remove({{"refunds", 0}, {"orders", 1}});
  EXPECT_TRUE(consumer.add({{{"orders", 1}, 0}})) << "though another one was not read";
}

TEST_F(KafkaFaults, AFetchThatFailsIsTriedAgain) {
  watch();
  cluster_.send(100);
  cluster_.fail(
      fetch_request,
      {RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART,
       RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR,
       RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE, RD_KAFKA_RESP_ERR__TRANSPORT});
  ASSERT_TRUE(run_until([&] { return told() > 0; })) << status();
  cluster_.send(100);
  expect_all_once();
}

TEST_F(KafkaFaults, ATopicWhoseAssetIsRenamedGoesOnWhereItWas) {
  watch();
  cluster_.send(40);
  ASSERT_TRUE(run_until([&] { return told() == 40; })) << status();
  AssetDefinition renamed = asset_;
  renamed.key = "shop/orders";
  sources_->renamed(asset_.key, renamed.key);
  sources_->watch({{renamed.key, &renamed}});
  cluster_.send(40);
  expect_all_once();
  EXPECT_EQ(events_.back().asset, renamed.key);
}

TEST_F(KafkaFaults, AnOffsetThatIsSaidToBeGoneAndIsNotIsReadFromWhereItWas) {
  watch();
  cluster_.send(40);
  ASSERT_TRUE(run_until([&] { return told() == 40; })) << status();
  cluster_.fail(fetch_request, {RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE});
  cluster_.send(40);
  expect_all_once();
}

TEST_F(KafkaFaults, ATopicThatCannotBeAskedForAtTheStartIsAskedForAgain) {
  cluster_.fail(metadata_request,
                {RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, RD_KAFKA_RESP_ERR__TRANSPORT});
  cluster_.fail(list_offsets_request,
                {RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR__TRANSPORT});
  cluster_.send(40);
  watch();
  expect_all_once();
}

TEST_F(KafkaFaults, AClusterThatIsAwayForAWhileLosesNothing) {
  watch();
  cluster_.send(40);
  ASSERT_TRUE(run_until([&] { return told() == 40; })) << status();
  for (int broker = 1; broker <= brokers; ++broker) cluster_.set_up(broker, false);
  cluster_.send(40);
  ASSERT_TRUE(run_until([&] { return status().starts_with("error: "); }));
  for (int broker = 1; broker <= brokers; ++broker) cluster_.set_up(broker, true);
  expect_all_once();
  EXPECT_TRUE(run_until([&] { return status().starts_with("reading: "); })) << status();
}

TEST_F(KafkaFaults, APartitionThatMayNotBeReadIsSaidUntilItHandsOutAMessage) {
  watch();
  cluster_.send(40);
  ASSERT_TRUE(run_until([&] { return told() == 40; })) << status();
  cluster_.fail(fetch_request, std::vector(8, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED));
  ASSERT_TRUE(run_until([&] { return status().starts_with("error: partition "); })) << status();
  EXPECT_NE(status().find("Topic authorization failed"), std::string::npos) << status();
  run_for(Millis{500});
  EXPECT_TRUE(status().starts_with("error: partition ")) << "also after a look for partitions";
  cluster_.send(40);
  expect_all_once();
  EXPECT_TRUE(run_until([&] { return status().starts_with("reading: "); })) << status();
}

TEST_F(KafkaFaults, WhatIsPausedForWantOfCreditIsReadByWhoeverComesNext) {
  watch();
  ASSERT_TRUE(run_until([&] { return state_of("raw/orders") == "reading"; })) << status();
  watch_refunds(Millis{5});
  cluster_.send_refunds(1);
  ASSERT_TRUE(run_until([&] { return refunds_told() == 1; }));
  refusals_ = 1'000'000;
  cluster_.send_refunds(1);
  ASSERT_TRUE(run_until([&] { return state_of("raw/refunds") == "held"; }));
  watch_refunds(Millis{6});  // another one in its place, by the same connection
  refusals_ = 0;
  cluster_.send_refunds(1);
  EXPECT_TRUE(run_until([&] { return refunds_told() == 3; })) << refunds_told();
}

TEST_F(KafkaFaults, AClusterThatDoesNotAnswerHoldsUpNobodyElse) {
  const SilentBroker silent;
  watch();  // for its settings
  std::map<std::string, AssetDefinition> assets{{asset_.key, asset_}};
  for (int i = 0; i < 8; ++i) {
    AssetDefinition asset = asset_;
    asset.key = "silent/" + std::to_string(i);
    asset.source.kafka.topic = "silent-" + std::to_string(i);
    asset.source.kafka.brokers = silent.address();
    assets[asset.key] = asset;
  }
  const auto has_answer = [&] {
    return std::ranges::any_of(sources_->status(), [](const SourceStatus& source) {
      return source.asset.starts_with("silent/") && source.state != "waiting";
    });
  };
  sources_->watch({});
  Wanted wanted;
  for (const auto& [key, asset] : assets) wanted[key] = &asset;
  sources_->watch(wanted);
  cluster_.send(40);
  cluster_.flush();
  std::promise<void> looked;  // as files are
  ASSERT_TRUE(run_until([&] { return told() == 40; })) << status();
  boost::asio::post(pool_, [&] { looked.set_value(); });
  looked.get_future().wait();
  EXPECT_FALSE(has_answer()) << "those who ask it are the only ones that wait";
  EXPECT_TRUE(run_until(has_answer));
}

TEST_F(KafkaFaults, WhateverHappensEachMessageCountsOnce) {
  std::mt19937 dice{7};
  const auto pick = [&](int count) {
    return static_cast<int>(std::uniform_int_distribution<>{0, count - 1}(dice));
  };
  watch();
  for (int round = 0; round < 40; ++round) {
    SCOPED_TRACE(round);
    cluster_.send(1 + pick(40));
    const int broker = 1 + pick(brokers);
    switch (pick(6)) {
      case 0:
        cluster_.set_leader(pick(4), broker);
        break;
      case 1:
        cluster_.set_up(broker, false);
        run_for(Millis{pick(100)});
        cluster_.set_up(broker, true);
        break;
      case 2:
        cluster_.fail(fetch_request,
                      {RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR__TRANSPORT});
        break;
      case 3:
        cluster_.fail(fetch_request, {RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE});
        break;
      case 4:
        refusals_ = pick(5);
        break;
      case 5:
        restart();
        break;
    }
    run_for(Millis{pick(60)});
  }
  expect_all_once();
}

}  // namespace
}  // namespace freshet::kafka
