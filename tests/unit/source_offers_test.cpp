// What was not taken is offered again, soon, once for all, and not after the end.
#include "source/offers.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace freshet {
namespace {

class OffersTest : public testing::Test {
 protected:
  OffersTest() {
    offers_.emplace(
        io_,
        [this](const std::vector<input::Event>& events, const auto& cursors) {
          if (!has_room_) return false;
          for (const input::Event& event : events) taken_ += event.asset + ' ';
          for (const auto& [asset, cursor] : cursors) taken_ += asset + '=' + cursor + ' ';
          return true;
        },
        Millis{1}, [this] { on_again_(); });
  }
  bool offer() {
    std::vector<input::Event> events(1);
    events.front().asset = "a";
    return offers_->offer(std::move(events), {{"a", "7"}});
  }
  /// What is waited for now; no more than that.
  void run() {
    io_.restart();
    io_.run_for(std::chrono::seconds{60});
  }

  boost::asio::io_context io_;
  bool has_room_{true};
  std::string taken_;
  int again_{};
  std::function<void()> on_again_ = [this] { ++again_; };
  std::optional<Offers> offers_;
};

TEST_F(OffersTest, HandsOverEventsAndCursors) {
  EXPECT_TRUE(offer());
  EXPECT_EQ(taken_, "a a=7 ");
  run();
  EXPECT_EQ(again_, 0) << "it was taken";
}

TEST_F(OffersTest, CallsOnceForAllThatWereNotTaken) {
  has_room_ = false;
  EXPECT_FALSE(offer());
  EXPECT_FALSE(offer());
  run();
  EXPECT_EQ(again_, 1);
  EXPECT_FALSE(offer());
  run();
  EXPECT_EQ(again_, 2) << "and again for those after that";
}

TEST_F(OffersTest, OffersUntilThereIsRoom) {
  has_room_ = false;
  on_again_ = [this] {
    has_room_ = ++again_ == 3;
    offer();
  };
  offer();
  run();
  EXPECT_EQ(again_, 3);
  EXPECT_EQ(taken_, "a a=7 ");
}

TEST_F(OffersTest, CallsNobodyAfterTheEnd) {
  has_room_ = false;
  offer();
  offers_->stop();
  EXPECT_FALSE(offer());
  run();
  offer();
  offers_.reset();
  run();
  EXPECT_EQ(again_, 0);
}

}  // namespace
}  // namespace freshet
