// The queue into the engine: order, credit, deadlines, closing, and many producers at once.
#include "base/inbox.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.hpp"

namespace freshet {
namespace {

const SteadyTime long_ago{};

TEST(Inbox, GivesAllAtOnceInOrder) {
  Inbox<int> inbox{10};
  EXPECT_TRUE(inbox.try_push(1));
  EXPECT_TRUE(inbox.push_always(2));
  EXPECT_TRUE(inbox.try_push(3));
  EXPECT_EQ(inbox.size(), 3U);
  EXPECT_EQ(inbox.wait_pop_all(std::nullopt), (std::vector{1, 2, 3}));
  EXPECT_EQ(inbox.size(), 0U);
}

TEST(Inbox, RefusesWhatIsOutOfCreditButNeverAnOutcome) {
  Inbox<int> inbox{2};
  EXPECT_TRUE(inbox.push_always(0));
  EXPECT_TRUE(inbox.try_push(1));
  EXPECT_TRUE(inbox.try_push(2));
  EXPECT_FALSE(inbox.try_push(3));
  EXPECT_TRUE(inbox.push_always(4));
  EXPECT_EQ(inbox.wait_pop_all(std::nullopt), (std::vector{0, 1, 2, 4}));
  EXPECT_FALSE(inbox.try_push(5)) << "what was taken is still under way";
  inbox.give_back(1);
  EXPECT_TRUE(inbox.try_push(5));
  EXPECT_FALSE(inbox.try_push(6));
}

TEST(Inbox, GivesCreditByWeight) {
  Inbox<int> inbox{10};
  EXPECT_TRUE(inbox.try_push(1, 6));
  EXPECT_FALSE(inbox.try_push(2, 5));
  EXPECT_TRUE(inbox.try_push(2, 4));
  inbox.give_back(6);
  EXPECT_FALSE(inbox.try_push(3, 7));
  inbox.give_back(4);
  EXPECT_TRUE(inbox.try_push(3, 100)) << "else it could never be taken";
  EXPECT_FALSE(inbox.try_push(4));
  inbox.give_back(100);
  EXPECT_TRUE(inbox.try_push(5, 6, 4));
  EXPECT_FALSE(inbox.try_push(6, 1, 4)) << "the rest is spared for others";
  EXPECT_TRUE(inbox.try_push(6, 4));
}

TEST(Inbox, LeavesARefusedItemWithItsOwner) {
  Inbox<std::unique_ptr<int>> inbox{1};
  EXPECT_TRUE(inbox.try_push(std::make_unique<int>(1)));
  auto second = std::make_unique<int>(2);
  EXPECT_FALSE(inbox.try_push(std::move(second)));
  ASSERT_NE(second, nullptr);  // NOLINT(bugprone-use-after-move): that is the promise
  inbox.close();
  EXPECT_FALSE(inbox.push_always(std::move(second)));
  ASSERT_NE(second, nullptr);  // NOLINT(bugprone-use-after-move)
}

TEST(Inbox, IsEmptyWhenTheDeadlineHasPassed) {
  Inbox<int> inbox{1};
  EXPECT_TRUE(inbox.wait_pop_all(long_ago).empty());
  EXPECT_TRUE(inbox.try_push(1));
  EXPECT_EQ(inbox.wait_pop_all(long_ago), std::vector{1}) << "what is there is given all the same";
}

TEST(Inbox, IsDrainedAfterClosing) {
  Inbox<int> inbox{5};
  EXPECT_TRUE(inbox.try_push(1));
  EXPECT_FALSE(inbox.closed());
  inbox.close();
  EXPECT_TRUE(inbox.closed());
  EXPECT_FALSE(inbox.try_push(2));
  EXPECT_FALSE(inbox.push_always(3));
  EXPECT_EQ(inbox.wait_pop_all(std::nullopt), std::vector{1});
  EXPECT_TRUE(inbox.wait_pop_all(std::nullopt).empty());
}

TEST(Inbox, WakesAWaitingConsumerByAnItemAndByClosing) {
  Inbox<int> inbox{1};
  Inbox<std::size_t> answers{10};
  {
    const std::jthread consumer{[&] {
      answers.push_always(inbox.wait_pop_all(std::nullopt).size());
      answers.push_always(inbox.wait_pop_all(std::nullopt).size());
    }};
    EXPECT_TRUE(inbox.try_push(7));
    EXPECT_EQ(answers.wait_pop_all(std::nullopt), std::vector<std::size_t>{1});
    inbox.close();
  }
  EXPECT_EQ(answers.wait_pop_all(std::nullopt), std::vector<std::size_t>{0});
}

TEST(Inbox, LosesNothingAndKeepsTheOrderOfEachOfManyProducers) {
  constexpr std::size_t producers = 4;
  constexpr std::size_t items_each = 2'000;
  struct Item {
    std::size_t producer;
    std::size_t number;
  };
  Inbox<Item> inbox{16};
  std::array<std::size_t, producers> next{};
  {
    std::vector<std::jthread> threads;
    threads.reserve(producers);
    for (std::size_t p = 0; p < producers; ++p) {
      threads.emplace_back([&inbox, p] {
        for (std::size_t n = 0; n < items_each; ++n) {
          const Item item{.producer = p, .number = n};
          if (n % 3 == 0) {
            inbox.push_always(item);
          } else {
            while (!inbox.try_push(item)) std::this_thread::yield();
          }
        }
      });
    }
    for (std::size_t taken = 0; taken < producers * items_each;) {
      for (const Item& item : inbox.wait_pop_all(std::nullopt)) {
        ASSERT_EQ(item.number, next.at(item.producer)++);
        if (item.number % 3 != 0) inbox.give_back(1);
        ++taken;
      }
    }
  }
  EXPECT_EQ(inbox.size(), 0U);
}

}  // namespace
}  // namespace freshet
