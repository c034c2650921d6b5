// Which partitions of a topic are read from where, whatever is answered late.
#include <gtest/gtest.h>

#include <map>

#include "base/clock.hpp"
#include "source/kafka/assignment.hpp"

namespace freshet::kafka {
namespace {

const Instant noon = *parse_instant("2026-11-30T12:00:00Z");
const Position read_five{.next = {{0, 5}}, .latest = {{0, noon}}, .open = {}};
const Start anew{.offset = 0, .is_whole = true, .is_anew = true};
const Starts made_anew{.of = {{0, anew}}, .partitions = 1, .is_checked = true};

TEST(KafkaAssignment, ATopicThatWasMissingIsAskedForAsAnother) {
  Assignment assignment{read_five};
  EXPECT_TRUE(assignment.ask(read_five).known.missing.empty());
  assignment.miss(assignment.ask(read_five));
  const auto asked = assignment.ask(read_five);
  EXPECT_TRUE(asked.known.was_missing);
  EXPECT_EQ(asked.known.missing, std::set<std::int32_t>{0});
  EXPECT_EQ(assignment.found(asked, made_anew, read_five).size(), 1U);
  assignment.move(0);
  const auto again = assignment.ask({.next = {{0, 0}}, .latest = {}, .open = {}});
  EXPECT_FALSE(again.known.was_missing);
  EXPECT_TRUE(again.known.missing.empty());
}

TEST(KafkaAssignment, WhatWasBegunAnewMeanwhileIsNotBegunAnewOnceMore) {
  Assignment assignment{read_five};
  assignment.miss(assignment.ask(read_five));
  const auto asked = assignment.ask(read_five);
  assignment.move(0);  // its end was found to be gone
  const Position read_two{.next = {{0, 2}}, .latest = {{0, noon}}, .open = {}};
  EXPECT_TRUE(assignment.ask(read_two).known.missing.empty());
  EXPECT_TRUE(assignment.found(asked, made_anew, read_two).empty());
}

TEST(KafkaAssignment, ThatItWasMissingBeforeItWasBegunAnewSaysNothingOfIt) {
  Assignment assignment{read_five};
  const auto asked = assignment.ask(read_five);
  assignment.move(0);
  assignment.miss(asked);
  EXPECT_TRUE(assignment.ask(read_five).known.missing.empty());
}

TEST(KafkaAssignment, WhatIsOnItsWayIsOfBeforeUntilTheLastMoveHasArrived) {
  Assignment assignment{read_five};
  assignment.move(0);
  const auto first = assignment.moves(0);
  assignment.move(0);
  assignment.arrived(0, first);
  EXPECT_TRUE(assignment.is_moving(0));
  assignment.arrived(0, assignment.moves(0));
  EXPECT_FALSE(assignment.is_moving(0));
}

}  // namespace
}  // namespace freshet::kafka
