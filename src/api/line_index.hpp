// Where in a log a line begins, found without reading all of it again.
#pragma once
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "api/log_file.hpp"
#include "freshet/logs.hpp"
#include "freshet/result.hpp"

namespace freshet::api {

/// How many lines have ended by some places of a log, which only grows.  All of it blocks: any pool
/// thread.
class LineIndex {
 public:
  static constexpr std::uint64_t spacing = std::uint64_t{256} << 10;  ///< Bytes between places.

  /// Takes in what the log has more than the last time; the first time, that is all of it.
  [[nodiscard]] Result<void> extend(const LogFile& file);

  // Of what was taken in, reading up to twice `spacing` bytes.
  /// Lines that end before `offset`, their newline included.
  [[nodiscard]] Result<std::uint64_t> lines_before(const LogFile& file, std::uint64_t offset) const;
  /// Where a line begins; of one that is not there, some place of an earlier one.
  [[nodiscard]] Result<LogPlace> place_of(const LogFile& file, std::uint64_t line) const;

  [[nodiscard]] std::size_t size() const;

 private:
  struct Mark {
    std::uint64_t offset{};
    std::uint64_t lines{};  ///< That end before it.
  };
  /// The last mark for which `is_before` holds, which is a prefix of all.
  template <class F>
  [[nodiscard]] Mark last_mark(F is_before) const;

  std::mutex extending_;  ///< By one at a time; others wait for what it finds.
  mutable std::mutex mutex_;
  std::vector<Mark> marks_;  ///< Ascending.
  Mark end_;                 ///< Of what was taken in.
};

/// The indexes of the logs that were looked at last.  Any thread.
class LineIndexes {
 public:
  static constexpr std::size_t logs_max = 256;
  static constexpr std::size_t marks_max = std::size_t{1} << 20;  ///< 16 MiB; 256 GiB of logs.

  /// Up to date with the file.  Blocks.
  [[nodiscard]] Result<std::shared_ptr<const LineIndex>> of(const AttemptId& attempt,
                                                            LogStream stream, const LogFile& file);
  [[nodiscard]] std::size_t size() const;

 private:
  using Key = std::pair<AttemptId, LogStream>;
  struct Entry {
    Key key;
    std::shared_ptr<LineIndex> index;
  };
  void forget_old();

  mutable std::mutex mutex_;
  std::list<Entry> recent_;  ///< The latest first.
  std::map<Key, std::list<Entry>::iterator> by_key_;
};

}  // namespace freshet::api
