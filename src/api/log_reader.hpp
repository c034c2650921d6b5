// The lines of an attempt as people read them: of one stream, or of both in the order in which they
// were written, each with its time.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "api/line_index.hpp"
#include "api/log_file.hpp"
#include "freshet/logs.hpp"
#include "freshet/result.hpp"
#include "freshet/time.hpp"

namespace freshet::api {

/// Whose lines are numbered together.
enum class LogStreams : std::uint8_t { out, err, both };

/// Where a line of a run's log is in its own.
struct LineOrigin {
  AttemptId attempt;
  std::uint64_t number{};
};

struct ReadLine {
  std::uint64_t number{};     ///< From 1.
  std::optional<Instant> at;  ///< By then it was written; at most 100 ms late.
  LogStream stream{};
  std::string_view text;               ///< What a terminal would show; valid within the call.
  std::uint64_t size{};                ///< Bytes that it takes in the log.
  bool is_final{true};                 ///< It has ended, or the attempt has.
  bool is_cut{false};                  ///< Longer than line_max.
  bool is_collapsed{false};            ///< Carriage returns took what was before.
  std::optional<LineOrigin> origin{};  ///< In the log of a run.
};

/// How much of the log of an attempt that runs is shown.
enum class LogReach : std::uint8_t {
  known,    ///< What has an order: where both streams are read, up to the last note.
  settled,  ///< Lines that have ended, up to the last note: what stands there will stay there.
};

/// Both streams are put in order by the attempt's notes of how far each had come when: what was
/// written between two of them stands first of stdout, then of stderr.  While the attempt runs,
/// what came after the last note is left out where both are read, since its order is not known yet.
/// Numbers of final lines never change.  All of it blocks: pool threads only.
class LogReader {
 public:
  /// `has_ended` must have been known before.
  [[nodiscard]] static Result<LogReader> open(const Logs& logs, LineIndexes& indexes,
                                              const AttemptId& attempt, LogStreams streams,
                                              bool has_ended, LogReach reach = LogReach::known);

  /// Whether there is a log at all, if only an empty one.
  [[nodiscard]] bool is_there() const { return parts_[0].file.fd || parts_[1].file.fd; }
  [[nodiscard]] std::uint64_t total() const { return parts_[0].lines + parts_[1].lines; }
  /// Calls `each` for lines from number `from` on until it returns false.
  [[nodiscard]] Result<void> read(std::uint64_t from,
                                  const std::function<bool(const ReadLine&)>& each);
  /// What next() gives first is line `from`.
  [[nodiscard]] Result<void> seek(std::uint64_t from);
  /// Null at the end; valid until the next call.  Requires seek(), and that the reader has not been
  /// moved since.
  [[nodiscard]] Result<const ReadLine*> next();

  /// When the first and the last note were made; nullopt where there are none.
  [[nodiscard]] Result<std::optional<std::pair<Instant, Instant>>> span();
  /// How many lines had been written by then.
  [[nodiscard]] Result<std::uint64_t> lines_by(Instant at);
  /// Of both streams.
  [[nodiscard]] std::uint64_t bytes() const { return parts_[0].end + parts_[1].end; }

 private:
  /// A stream as far as it is shown.
  struct Part {
    LogFile file;
    std::uint64_t end{};
    std::shared_ptr<const LineIndex> index;
    std::uint64_t lines{};  ///< With one that has no end.
  };
  /// How far both had come at a note; one more, without a time, is the end of what is shown.
  struct Note {
    std::optional<Instant> at;
    std::array<std::uint64_t, 2> ends{};
  };
  /// A stream that is read, and the line that comes next in it.
  struct Ahead {
    LineCursor cursor;
    const LogLine* line{nullptr};  ///< Null at the end.
    std::uint64_t begin{};         ///< Where that line begins.
    [[nodiscard]] Result<void> advance();
  };

  [[nodiscard]] Result<void> open_part(const Logs& logs, LineIndexes& indexes,
                                       const AttemptId& attempt, LogStream stream);
  [[nodiscard]] Result<std::uint64_t> lines_before(std::size_t part, std::uint64_t offset) const;
  [[nodiscard]] Result<Note> note(std::uint64_t number);
  [[nodiscard]] Result<std::uint64_t> lines_by_note(std::uint64_t number);
  [[nodiscard]] Result<std::uint64_t> first_note_with(std::uint64_t lines);
  [[nodiscard]] Result<std::array<LogPlace, 2>> places_of(std::uint64_t line, std::uint64_t number);

  LogFile times_;
  std::uint64_t notes_{};         ///< How many there are.
  std::vector<LogTime> window_;   ///< Notes that were read last …
  std::uint64_t window_begin_{};  ///< … and the number of the first.
  std::array<Part, 2> parts_;     ///< stdout and stderr.
  bool has_ended_{false};
  // Of what is being read.
  std::vector<Ahead> ahead_;
  std::uint64_t note_{};  ///< By which the line after the last had been written, at least.
  std::size_t stream_{};  ///< Which comes next of what was written by it.
  std::uint64_t next_number_{};
  ReadLine line_;
  bool is_given_{false};  ///< And is needed no more by the next call.
};

}  // namespace freshet::api
