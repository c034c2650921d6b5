// What committed transactions come to, and when the engine is told.  Pure: transactions and time
// are passed in.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "freshet/definitions.hpp"
#include "freshet/time.hpp"
#include "source/database/outlet.hpp"
#include "source/database/row_changes.hpp"

namespace freshet::database {

/// How far a database has been read.  Stored as text with what it caused, so that after a crash
/// reading goes on exactly there.
struct Position {
  std::string system;               ///< The cluster's own number …
  std::string slot;                 ///< … and where in it.
  std::string follows;              ///< What was followed; other tables are another position …
  std::string publication, tables;  ///< … and so are others of the same names: their oids.
  std::string lost;  ///< Why nobody knows what happened since, until everything counts as changed.
  Lsn lsn;           ///< Behind the last transaction that was told.
  struct Open {
    std::string version;
    std::uint64_t commits{}, rows{};
    Instant from{};
    friend bool operator==(const Open&, const Open&) = default;
  };
  /// Changes of windows that do not exist yet, by key.  It is written with every batch, so only of
  /// the next 1,000.
  std::map<std::string, Open> open;

  [[nodiscard]] std::string text() const;
  /// nullopt: `text` did not write it.
  [[nodiscard]] static std::optional<Position> parse(std::string_view text);
  friend bool operator==(const Position&, const Position&) = default;
};

/// Collects transactions until it is time to tell.
class CommitIntake {
 public:
  CommitIntake(std::string asset, const DatabaseSource& source, Position position);

  /// From now on the position says that it is lost, for good until take_all: its batch is due now.
  void lose(std::string reason, SteadyTime now);
  /// Everything counts as changed, in the state of `end`: nobody knows what happened before.
  /// Reading goes on at `position`.  By the keys of partitions; {""} where the asset is not cut.
  void take_all(Position position, const std::vector<PartitionKeys::Key>& partitions, Lsn end,
                const std::string& reason, SteadyTime now);
  /// One that ends at or before the position is ignored.
  void take(CommittedChanges changes, SteadyTime now);

  /// When something is to be told; nullopt: not before another transaction comes.
  [[nodiscard]] std::optional<SteadyTime> due(SteadyTime now, Instant wall) const;
  /// No more should be taken before something was told.
  [[nodiscard]] bool is_full() const;
  /// All that was read has been told.
  [[nodiscard]] bool is_empty() const {
    return entries_.empty() && rejected_.empty() && !is_moved_;
  }

  [[nodiscard]] Batch make_batch(Instant wall) const;
  /// That batch was handed over.
  void told(Instant wall);

  [[nodiscard]] const Position& position() const { return position_; }
  [[nodiscard]] std::uint64_t commits() const { return commits_; }  ///< Since start.
  [[nodiscard]] std::uint64_t ignored() const { return ignored_; }  ///< Of those: nothing counted.

 private:
  struct Entry {
    std::string partition;
    bool every{false};  ///< Each partition, in the place of that one.
    std::string version;
    std::optional<Instant> from;
    std::uint64_t commits{}, rows{};
    Lsn first, last;
    std::string reason;  ///< Of a whole update.
  };
  [[nodiscard]] input::Event event_of(const Entry& entry) const;
  [[nodiscard]] input::Event rejection(const std::string& commit, const std::string& why) const;
  struct Next {
    Position position;
    std::vector<std::string> far;  ///< Keys of windows that it has no room for, latest first.
  };
  [[nodiscard]] Next after(Instant wall) const;
  Entry& entry_of(const std::string& partition);

  std::string asset_;
  std::string database_;  ///< What is followed, for people.
  Micros settle_, max_wait_;
  std::string column_;                         ///< That says which partition.
  Position position_;                          ///< Of what was read; told, once the batch is.
  std::vector<Entry> entries_;                 ///< In the order in which they first changed.
  std::map<std::string, std::size_t> places_;  ///< In entries_, unless each commit is told.
  std::vector<input::Event> rejected_;
  bool is_moved_{false};  ///< To a position that must be stored, whatever came of it.
  SteadyTime first_{}, last_{};
  std::uint64_t commits_{}, ignored_{};
};

}  // namespace freshet::database
