// What is under way between the outside and the disk is bounded by what is not on disk yet.
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "runtime/pipeline.hpp"

namespace freshet::runtime {
namespace {

/// A disk that takes its time.
class SlowStore final : public Store {
 public:
  Result<Rows> load() override { return Rows{}; }
  Result<void> commit(std::span<const Batch> batches) override {
    std::unique_lock lock{mutex_};
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return is_open_; });
    for (const Batch& batch : batches) facts_ += batch.facts.size();
    return {};
  }
  Result<std::unique_ptr<Reader>> reader() override { return Error{Errc::unsupported, "none"}; }
  Result<void> maintain(Instant /*now*/) override { return {}; }
  [[nodiscard]] std::string_view instance() const override { return "test"; }

  void await_commit() {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return waiting_ > 0; });
  }
  void open() {
    const std::scoped_lock lock{mutex_};
    is_open_ = true;
    changed_.notify_all();
  }
  [[nodiscard]] std::size_t facts() const { return facts_; }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_open_{false};
  int waiting_{0};
  std::atomic<std::size_t> facts_{0};
};

std::shared_ptr<const Graph> one_source() {
  auto definitions = std::make_shared<Definitions>();
  definitions->project = "test";
  AssetDefinition asset;
  asset.key = "raw", asset.project = "test", asset.external = true;
  definitions->assets = {asset};
  return *Graph::build({definitions});
}

input::Report report(int& number, int events) {
  input::Report out;
  for (int i = 0; i < events; ++i)
    out.events.push_back({.asset = "raw", .data_version = std::to_string(++number)});
  return out;
}

TEST(Pipeline, TakesNoMoreEventsThanMayWaitForTheDisk) {
  const SystemClock clock;
  SlowStore store;
  Inbox<std::size_t> released{1};
  Pipeline pipeline{
      Engine{EngineOptions{}},
      store,
      clock,
      {.release = [&](const Committed& done) { released.push_always(done.facts.size()); },
       .failed = [](const std::string& error) { FAIL() << error; }}};
  pipeline.start();
  pipeline.push(input::Load{.graph = one_source()});
  store.await_commit();
  int number = 0, taken = 0;
  while (taken < 1'000 && pipeline.offer(report(number, 1'000))) ++taken;
  EXPECT_EQ(taken, 50) << "50,000 events wait, however soon the engine has judged them";
  EXPECT_FALSE(pipeline.offer(report(number, 1)));
  EXPECT_TRUE(pipeline.offer(input::Request{.assets = {"raw"}, .token = 1})) << "people are heard";
  pipeline.push(report(number, 1));
  store.open();
  for (std::size_t facts = 0; facts < 50'001;) {
    const auto some = released.wait_pop_all(clock.steady() + std::chrono::seconds{60});
    ASSERT_FALSE(some.empty());
    for (const std::size_t count : some) facts += count;
  }
  EXPECT_TRUE(pipeline.offer(report(number, 50'001))) << "else it could never be taken";
  pipeline.stop();
  EXPECT_GE(store.facts(), 100'002U);
}

}  // namespace
}  // namespace freshet::runtime
