#include "source/kafka/assignment.hpp"

namespace freshet::kafka {

Assignment::Question Assignment::ask(const Position& now) const {
  return {
      .known = {.now = now, .checked = checked_, .was_missing = was_missing_, .missing = missing_},
      .moves = moves_};
}

std::uint64_t Assignment::moves(std::int32_t partition) const {
  const auto found = moves_.find(partition);
  return found == moves_.end() ? 0 : found->second;
}

bool Assignment::was_moved(std::int32_t partition, const Question& since) const {
  const auto before = since.moves.find(partition);
  return moves(partition) != (before == since.moves.end() ? 0 : before->second);
}

void Assignment::arrived(std::int32_t partition, std::uint64_t moves_then) {
  if (moves(partition) == moves_then) moving_.erase(partition);
}

void Assignment::move(std::int32_t partition) {
  ++moves_[partition];
  missing_.erase(partition);
  checked_.latest.erase(partition);
  moving_.insert(partition);
}

void Assignment::miss(const Question& asked) {
  was_missing_ = true;
  for (const auto& [partition, offset] : asked.known.now.next) {
    if (!was_moved(partition, asked)) missing_.insert(partition);
  }
}

std::map<std::int32_t, Start> Assignment::found(const Question& asked, const Starts& starts,
                                                const Position& now) {
  was_missing_ = false;
  if (starts.is_checked) {
    for (const auto& [partition, latest] : asked.known.now.latest) {
      if (was_moved(partition, asked)) continue;
      checked_.latest[partition] = latest;
      checked_.next[partition] = asked.known.now.next.at(partition);
    }
  }
  std::map<std::int32_t, Start> out;
  for (const auto& [partition, start] : starts.of) {
    if (was_moved(partition, asked)) continue;
    const bool is_known = asked.known.now.next.contains(partition);
    if (!is_known && now.next.contains(partition)) continue;  // become known meanwhile
    out[partition] = start;
    missing_.erase(partition);
  }
  return out;
}

void Assignment::told(const Position& position) {
  for (const auto& [partition, latest] : position.latest) {
    const auto [at, is_first] = checked_.latest.try_emplace(partition, latest);
    if (!is_first && at->second != Instant{}) continue;  // of which nothing had been read
    at->second = latest;
    checked_.next[partition] = position.next.at(partition);
  }
}

}  // namespace freshet::kafka
