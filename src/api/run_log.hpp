// What all steps of a run wrote, as one log: their lines in the order of time.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "api/line_index.hpp"
#include "api/log_reader.hpp"
#include "freshet/logs.hpp"
#include "freshet/result.hpp"
#include "freshet/time.hpp"

namespace freshet::api {

/// When an attempt that has ended wrote, and how much.
struct LogExtent {
  Instant first, last;
  std::uint64_t lines{};
  std::uint64_t bytes{};
};

/// Of attempts that were looked at: so that a page of a run's log opens few of its files.  Any
/// thread.
class LogExtents {
 public:
  static constexpr std::size_t count_max = 50'000;  ///< Some 5 MB.
  [[nodiscard]] std::optional<LogExtent> find(const AttemptId& attempt, LogStreams streams) const;
  void keep(const AttemptId& attempt, LogStreams streams, const LogExtent& extent);

 private:
  mutable std::mutex mutex_;
  std::map<std::pair<AttemptId, LogStreams>, LogExtent> extents_;
};

/// A line stands where its attempt's note of it says that it was written; what was written at the
/// same instant stands in the order of attempts.  What has no time stands at the last one known of
/// its attempt, else at the begin.  Only what is settled is shown: while an attempt runs, lines
/// that have ended, up to `horizon`.  Then no other can come before them, unless a supervisor is
/// held up for longer than the horizon lags behind, or the clock is set back: numbers of lines
/// stay. All of it blocks: pool threads only.
class RunLog {
 public:
  static constexpr std::size_t open_max = 128;  ///< Attempts that wrote at the same time.
  static constexpr std::uint64_t bytes_max = std::uint64_t{8} << 30;

  struct Attempt {
    AttemptId id;
    Instant begin;  ///< Where it wrote no times.
    bool has_ended{false};
    bool is_old{false};  ///< It need not be there any more.
  };
  /// In the order of step and attempt.  Errc::unsupported for more than bytes_max.
  [[nodiscard]] static Result<RunLog> open(const Logs& logs, LineIndexes& indexes,
                                           LogExtents& extents, std::vector<Attempt> attempts,
                                           LogStreams streams, Instant horizon);

  /// Whether there is any of the logs, if only an empty one; known where none need be there.
  [[nodiscard]] bool is_there() const { return is_there_; }
  [[nodiscard]] std::uint64_t total() const { return total_; }
  /// Calls `each` for lines from number `from` on until it returns false.  Errc::unsupported where
  /// more than open_max wrote at the same time.
  [[nodiscard]] Result<void> read(std::uint64_t from,
                                  const std::function<bool(const ReadLine&)>& each);

 private:
  struct Part {
    Attempt attempt;
    LogExtent extent;
  };
  RunLog(const Logs& logs, LineIndexes& indexes, LogStreams streams, Instant horizon)
      : logs_{&logs}, indexes_{&indexes}, streams_{streams}, horizon_{horizon} {}

  [[nodiscard]] Result<LogReader> open_part(const Attempt& attempt) const;
  [[nodiscard]] Result<LogReader*> reader(std::size_t part);
  [[nodiscard]] Result<std::uint64_t> lines_by(std::size_t part, Instant at);
  [[nodiscard]] Result<std::uint64_t> lines_by(Instant at);
  [[nodiscard]] Result<Instant> instant_of(std::uint64_t line);

  const Logs* logs_;
  LineIndexes* indexes_;
  LogStreams streams_;
  Instant horizon_;
  bool is_there_{false};
  std::uint64_t total_{};
  std::vector<Part> parts_;                   ///< That have lines.
  std::map<std::size_t, LogReader> readers_;  ///< Of parts.
};

}  // namespace freshet::api
