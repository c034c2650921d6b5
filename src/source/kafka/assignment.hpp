// Which partitions of a topic a source reads from where, and whether they are those that it read
// before.  Pure: what the cluster said is passed in.
#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <utility>

#include "source/kafka/intake.hpp"
#include "source/kafka/starts.hpp"

namespace freshet::kafka {

/// Answers take their time, and meanwhile another one may have begun a partition anew: one that was
/// asked for before that says nothing of it any more.
class Assignment {
 public:
  explicit Assignment(Position checked) : checked_{std::move(checked)} {}

  struct Question {
    Known known;
    std::map<std::int32_t, std::uint64_t> moves;  ///< Of each partition, until then.
  };
  [[nodiscard]] Question ask(const Position& now) const;
  /// There is no such topic: what is there later is another one.
  void miss(const Question& asked);
  /// The starts among those that were found that are still to be gone by.
  [[nodiscard]] std::map<std::int32_t, Start> found(const Question& asked, const Starts& starts,
                                                    const Position& now);
  /// All that was read up to there has been told.
  void told(const Position& position);

  /// Reading goes on elsewhere: until it has `arrived`, what comes was on its way before.
  void move(std::int32_t partition);
  /// It is read from where it was to be after so many moves.
  void arrived(std::int32_t partition, std::uint64_t moves);
  [[nodiscard]] bool is_moving(std::int32_t partition) const { return moving_.contains(partition); }
  /// How often it was moved, to tell whether it was since.
  [[nodiscard]] std::uint64_t moves(std::int32_t partition) const;

 private:
  [[nodiscard]] bool was_moved(std::int32_t partition, const Question& since) const;

  Position checked_;  ///< How far it had been read when the topic was last seen to be the same.
  bool was_missing_{false};
  std::set<std::int32_t> missing_;  ///< Partitions that were read before it was missing.
  std::set<std::int32_t> moving_;
  std::map<std::int32_t, std::uint64_t> moves_;
};

}  // namespace freshet::kafka
