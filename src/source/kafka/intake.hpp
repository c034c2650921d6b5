// What the messages of one topic come to: which of them count, for which partition, and when the
// engine is told.  Pure: messages and time are passed in.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "freshet/definitions.hpp"
#include "freshet/engine.hpp"
#include "freshet/result.hpp"
#include "freshet/time.hpp"
#include "model/field_path.hpp"
#include "model/partition/windows.hpp"
#include "source/kafka/field.hpp"

namespace freshet::kafka {

/// What one message is to its asset.  Immutable and shared; any thread.
class Rules {
 public:
  /// Errc::invalid names the field of the definition.
  [[nodiscard]] static Result<std::shared_ptr<const Rules>> make(const AssetDefinition& asset);

  struct Reading {
    std::int32_t topic_partition{};
    std::int64_t offset{};
    bool counts{false};           ///< It matches, and could be read.
    std::string partition;        ///< Key of the asset's partition; "" where it is not cut.
    std::optional<Instant> from;  ///< When that partition comes to exist, if it is a time window.
    std::string version;          ///< "" where none is named: the offset is it.
    std::string id;
    std::string error;  ///< Why it could not be read …
    std::string body;   ///< … and what it was, cut off after 64 KiB.
  };
  [[nodiscard]] Reading read(const Message& message) const;

  /// Whether each message is an event of its own.
  [[nodiscard]] bool is_each() const { return source_.settle == Micros{0} || id_.has_value(); }
  [[nodiscard]] const KafkaSource& source() const { return source_; }
  [[nodiscard]] const std::string& asset() const { return asset_; }

 private:
  [[nodiscard]] std::string set_partition(const std::string& text, Reading& out) const;

  std::string asset_;
  KafkaSource source_;
  std::optional<FieldPath> partition_, version_, id_;
  std::vector<std::pair<FieldPath, std::vector<std::string>>> match_;
  std::shared_ptr<const WindowSeries> windows_;
  Micros window_offset_{};
  bool needs_payload_{false};
};

/// How far a topic has been read, and what has been read of time windows that do not exist yet.
/// Stored as text with what it caused, so that after a crash reading goes on exactly there.
struct Position {
  std::map<std::int32_t, std::int64_t> next;  ///< Offset to be read next, by topic partition.
  struct Open {
    std::string version;
    std::uint64_t messages{};
    Instant from{};
    friend bool operator==(const Open&, const Open&) = default;
  };
  std::map<std::string, Open> open;  ///< By the key of the window.

  [[nodiscard]] std::string text(const std::string& topic) const;
  /// nullopt: it is of another topic, or was not written by `text`.
  [[nodiscard]] static std::optional<Position> parse(std::string_view text,
                                                     const std::string& topic);
  friend bool operator==(const Position&, const Position&) = default;
};

/// Collects readings until it is time to tell.
class Intake {
 public:
  explicit Intake(std::shared_ptr<const Rules> rules, Position position = {});

  /// Messages at or before what was read already are ignored.
  void take(Rules::Reading reading, SteadyTime now, Instant wall);
  /// Reading of a topic partition begins anew elsewhere: its messages are gone, or others.
  void move(std::int32_t topic_partition, std::int64_t next);

  /// When something is to be told; nullopt: not before another message comes.  `wall` is when it is
  /// by the clock on the wall: windows come to exist by that.
  [[nodiscard]] std::optional<SteadyTime> due(SteadyTime now, Instant wall) const;

  /// What is to be told now: one moment.
  struct Batch {
    std::vector<input::Event> events;  ///< May be empty: only how far the topic was read.
    std::string cursor;
  };
  [[nodiscard]] Batch make_batch(Instant wall) const;
  /// That batch was taken.
  void told(Instant wall);

  [[nodiscard]] const Position& position() const { return position_; }
  [[nodiscard]] std::uint64_t messages() const { return messages_; }  ///< Since start.
  [[nodiscard]] std::uint64_t ignored() const { return ignored_; }    ///< Of those: did not match.
  [[nodiscard]] std::uint64_t dead() const { return dead_; }          ///< Of those: not readable.

 private:
  struct Pending {
    std::string version;
    std::string id;
    std::optional<Instant> from;
    std::uint64_t messages{};
    std::map<std::int32_t, std::pair<std::int64_t, std::int64_t>> offsets;  ///< First, last.
  };
  [[nodiscard]] input::Event event_of(const std::string& partition, const Pending& pending) const;
  /// The position once what is pending has been told.
  [[nodiscard]] Position after(Instant wall) const;
  [[nodiscard]] static bool is_open(const Pending& pending, Instant wall) {
    return pending.from && *pending.from > wall;
  }

  std::shared_ptr<const Rules> rules_;
  Position position_;
  Position told_;
  std::vector<std::pair<std::string, Pending>> pending_;  ///< Partition key and what came of it.
  std::map<std::string, std::size_t> places_;             ///< In pending_, unless each is told.
  std::vector<input::Event> rejected_;
  std::uint64_t rejected_more_{};  ///< Beyond those that are kept.
  std::uint64_t waiting_{};        ///< Messages in pending_ and rejected_.
  SteadyTime first_{}, last_{};    ///< When the messages that wait came.
  SteadyTime latest_{};            ///< Not to be waited beyond.
  SteadyTime moved_{};             ///< Since when more has been read than was told.
  std::uint64_t messages_{}, ignored_{}, dead_{};
};

}  // namespace freshet::kafka
