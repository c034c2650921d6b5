// What the messages of one topic come to, and when the engine is told.  Pure: messages and time are
// passed in.
#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "freshet/engine.hpp"
#include "freshet/time.hpp"
#include "source/kafka/dead_letter.hpp"
#include "source/kafka/rules.hpp"

namespace freshet::kafka {

/// How far a topic has been read, and what has been read of time windows that do not exist yet.
/// Stored as text with what it caused, so that after a crash reading goes on exactly there.
struct Position {
  using Offsets = std::map<std::int32_t, std::pair<std::int64_t, std::int64_t>>;  ///< First, last.
  std::map<std::int32_t, std::int64_t> next;  ///< Offset to be read next, by topic partition.
  /// Time of the latest message before that, where all that was there has been read.
  std::map<std::int32_t, Instant> latest;
  struct Open {
    std::string version;
    std::uint64_t messages{};
    Instant from{};
    Offsets offsets{};
    friend bool operator==(const Open&, const Open&) = default;
  };
  std::map<std::string, Open> open;  ///< By the key of the window.

  [[nodiscard]] std::string text(const std::string& topic) const;
  /// nullopt: it is of another topic, or was not written by `text`.
  [[nodiscard]] static std::optional<Position> parse(std::string_view text,
                                                     const std::string& topic);
  friend bool operator==(const Position&, const Position&) = default;
};

/// Collects readings until it is time to tell.  A batch that has as many messages, or partitions,
/// as one may have is at its end: what comes later is of another one.
class Intake {
 public:
  explicit Intake(std::shared_ptr<const Rules> rules, Position position = {});

  /// Messages at or before what was read already are ignored.
  void take(Rules::Reading reading, SteadyTime now, Instant wall);
  /// Before that offset there is nothing more to be taken.
  void pass(std::int32_t topic_partition, std::int64_t next, SteadyTime now);
  /// Reading of a topic partition begins, or begins anew because its messages are others;
  /// `is_whole`: nothing is there before that.
  void move(std::int32_t topic_partition, std::int64_t next, bool is_whole);
  /// It goes on later, because what was to be read is gone: that counts as a change.
  void lose(std::int32_t topic_partition, std::int64_t next, SteadyTime now, Instant wall);

  /// When something is to be told; nullopt: not before another message comes.  `wall` is when it is
  /// by the clock on the wall: windows come to exist by that.
  [[nodiscard]] std::optional<SteadyTime> due(SteadyTime now, Instant wall) const;

  /// What is to be told first: one moment.
  struct Batch {
    std::vector<input::Event> events;  ///< May be empty: only how far the topic was read.
    std::string cursor;
  };
  [[nodiscard]] Batch make_batch(Instant wall) const;
  /// That batch was taken.
  void told(Instant wall);

  /// Whether there are messages that have not been told of.
  [[nodiscard]] bool has_messages() const { return !full_.empty() || waiting_.messages > 0; }
  /// How far it was read; of windows that do not exist yet, what was told.
  [[nodiscard]] const Position& position() const { return position_; }
  /// How far all of it was told.
  [[nodiscard]] const Position& told_position() const { return told_; }
  [[nodiscard]] std::uint64_t messages() const { return messages_; }  ///< Since start.
  [[nodiscard]] std::uint64_t ignored() const { return ignored_; }    ///< Of those: did not match.
  [[nodiscard]] std::uint64_t dead() const { return dead_; }          ///< Of those: not readable.

 private:
  struct Pending {
    std::string version;
    std::string id;
    std::optional<Instant> from;
    std::uint64_t messages{};
    Position::Offsets offsets;
    std::map<char, std::uint64_t> ops;  ///< Of change events: so many of each.
    std::uint64_t lost{};               ///< Messages that were gone before they were read.
    bool every{false};                  ///< Of each partition that was told of.
  };
  /// Of one batch.
  struct Waiting {
    std::vector<std::pair<std::string, Pending>> pending;  ///< Partition key and what came of it.
    std::map<std::string, std::size_t> places;             ///< In pending, unless each is told.
    std::vector<input::Event> rejected;
    std::uint64_t rejected_more{};  ///< Beyond those that are kept …
    DeadRanges rejected_at;         ///< … and where they are.
    std::uint64_t messages{};       ///< In pending and rejected.
    SteadyTime first{}, last{};     ///< When they came.
    SteadyTime latest{};            ///< Not to be waited beyond.
    // How far it was read when this was at its end:
    std::map<std::int32_t, std::int64_t> next{};
    std::map<std::int32_t, Instant> times{};
  };
  /// One more message is to be told of.
  void wait_with_it(SteadyTime now, Instant wall);
  [[nodiscard]] Pending& pending_of(const std::string& partition);
  /// Of every partition where the asset is cut: what comes later is told behind it.
  [[nodiscard]] Pending& pending_of_all();
  /// To be told of `place`; the version is never "".
  void add(const Place& place, const Rules::Reading& reading, const std::string& version,
           const std::string& id);
  void reject(std::int32_t topic_partition, std::int64_t offset, input::Event event);
  /// Whether a window is so far ahead that it is no time but a mistake.
  [[nodiscard]] bool is_beyond(const Place& place, Instant wall);
  void end_if_full();
  /// What is told first.
  [[nodiscard]] const Waiting& first() const { return full_.empty() ? waiting_ : full_.front(); }
  [[nodiscard]] input::Event event_of(const std::string& partition, const Pending& pending) const;
  /// The position once what is pending has been told.
  [[nodiscard]] Position after(Instant wall) const;
  [[nodiscard]] static bool is_open(const Pending& pending, Instant wall) {
    return pending.from && *pending.from > wall;
  }

  std::shared_ptr<const Rules> rules_;
  Position position_;
  Position told_;
  std::deque<Waiting> full_;  ///< At their end, the oldest first …
  Waiting waiting_;           ///< … and the one that grows.
  Instant horizon_{};         ///< Of some time before now.
  SteadyTime moved_{};        ///< Since when more has been read than was told.
  std::uint64_t messages_{}, ignored_{}, dead_{};
};

}  // namespace freshet::kafka
