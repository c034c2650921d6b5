#include "source/kafka/starts.hpp"

#include <algorithm>
#include <set>
#include <string>

namespace freshet::kafka {

namespace {

constexpr Millis check_timeout{1'000};  ///< Nobody waits for that, but messages do.

Result<Start> find_start(Consumer& consumer, const TopicPartition& of, const std::string& from,
                         Millis timeout) {
  FRESHET_TRY(const Watermarks ends, consumer.watermarks(of, timeout));
  Start out{.offset = from == "latest" ? ends.high : ends.low};
  if (const auto at = parse_instant(from)) {
    FRESHET_TRY(out.offset, consumer.offset_at(of, *at, timeout));
  }
  out.is_whole = out.offset <= ends.low;
  return out;
}

/// Partitions whose first message is later than all that was read: they are of another topic.
Result<std::set<std::int32_t>> find_others(Consumer& consumer, const std::string& topic,
                                           const Position& checked, Millis timeout) {
  std::map<TopicPartition, Instant> later;
  for (const auto& [partition, latest] : checked.latest)
    later[{topic, partition}] = latest + Millis{1};
  std::set<std::int32_t> out;
  FRESHET_TRY(const auto offsets, consumer.offsets_at(later, timeout));
  for (const auto& [of, offset] : offsets) {
    if (offset >= checked.next.at(of.partition)) continue;
    FRESHET_TRY(const Watermarks ends, consumer.watermarks(of, timeout));
    if (offset <= ends.low) out.insert(of.partition);
  }
  return out;
}

}  // namespace

Result<Starts> find_starts(Consumer& consumer, const KafkaSource& source, const Known& known,
                           Millis timeout) {
  Starts out;
  FRESHET_TRY(out.partitions, consumer.partitions(source.topic, timeout));
  const bool is_new = known.was_missing || !known.now.next.empty();
  const std::string from = is_new ? "earliest" : source.from;
  const auto checked =
      find_others(consumer, source.topic, known.checked, std::min(timeout, check_timeout));
  out.is_checked = checked.has_value();
  const std::set<std::int32_t> others = checked ? *checked : std::set<std::int32_t>{};
  for (std::int32_t p = 0; p < out.partitions; ++p) {
    const TopicPartition of{source.topic, p};
    const auto next = known.now.next.find(p);
    const bool is_known = next != known.now.next.end();
    if (is_known && known.missing.contains(p)) {
      // Most likely it was made anew; but a broker that has just come up knows no topic either.
      const auto latest = known.now.latest.find(p);
      const auto time =
          latest == known.now.latest.end() ? std::nullopt : std::optional{latest->second};
      FRESHET_TRY(out.of[p], find_rest(consumer, of, next->second, true, time, timeout));
      continue;
    }
    if (is_known && !others.contains(p)) continue;
    FRESHET_TRY(Start start, find_start(consumer, of, from, timeout));
    start.is_anew = is_known;
    // The time of one message is no proof: it is asked for once.
    if (others.contains(p)) start.is_whole = false;
    out.of[p] = start;
  }
  return out;
}

Result<Start> find_rest(Consumer& consumer, const TopicPartition& of, std::int64_t next,
                        bool is_meant, std::optional<Instant> latest, Millis timeout) {
  FRESHET_TRY(const Watermarks ends, consumer.watermarks(of, timeout));
  if (next < ends.low) return Start{.offset = ends.low, .lost = ends.low - next};
  const bool is_there = next <= ends.high;
  if (is_there && !is_meant) return Start{.offset = next};
  if (!is_there || !latest) return Start{.offset = ends.low, .is_whole = true, .is_anew = true};
  // It is there after all.  Either it always was, or so much was written since that a topic that
  // was made anew, or lost its end, has come so far again.
  FRESHET_TRY(const std::int64_t later, consumer.offset_at(of, *latest + Millis{1}, timeout));
  return Start{.offset = std::min(next, later), .is_anew = later < next};
}

}  // namespace freshet::kafka
