#include "api/log_reader.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "api/line_index.hpp"
#include "api/log_file.hpp"
#include "freshet/logs.hpp"
#include "freshet/result.hpp"
#include "freshet/time.hpp"

namespace freshet::api {
namespace {

constexpr std::size_t window_size = 256;  ///< Notes that are read together.

}  // namespace

Result<LogReader> LogReader::open(const Logs& logs, LineIndexes& indexes, const AttemptId& attempt,
                                  LogStreams streams, bool has_ended, LogReach reach) {
  LogReader out;
  const bool is_settled = reach == LogReach::settled && !has_ended;
  out.has_ended_ = has_ended;
  // The notes first, so that what they tell of is there.
  FRESHET_TRY(out.times_, open_log(logs, attempt, LogStream::times));
  out.notes_ = out.times_.size / sizeof(LogTime);
  for (const LogStream stream : {LogStream::out, LogStream::err}) {
    if (streams == LogStreams::both || (streams == LogStreams::err) == (stream == LogStream::err)) {
      if (auto opened = out.open_part(logs, indexes, attempt, stream); !opened)
        return std::move(opened).error();
    }
  }
  if (is_settled || (streams == LogStreams::both && !has_ended)) {
    Note last;
    if (out.notes_ > 0) {
      FRESHET_TRY(last, out.note(out.notes_ - 1));
    }
    for (std::size_t i = 0; i < 2; ++i) out.parts_[i].end = last.ends[i];
  }
  for (std::size_t i = 0; i < 2; ++i) {
    Part& part = out.parts_[i];
    if (!part.file.fd) continue;
    FRESHET_TRY(part.lines, out.lines_before(i, part.end));
    FRESHET_TRY(const LogPlace rest, part.index->place_of(part.file, part.lines + 1));
    if (is_settled) part.end = std::min(part.end, rest.offset);
    if (rest.offset < part.end) ++part.lines;
  }
  return out;
}

Result<void> LogReader::open_part(const Logs& logs, LineIndexes& indexes, const AttemptId& attempt,
                                  LogStream stream) {
  Part& part = parts_[stream == LogStream::out ? 0 : 1];
  FRESHET_TRY(part.file, open_log(logs, attempt, stream));
  FRESHET_TRY(part.index, indexes.of(attempt, stream, part.file));
  part.end = part.file.size;
  return {};
}

Result<std::uint64_t> LogReader::lines_before(std::size_t part, std::uint64_t offset) const {
  if (!parts_[part].file.fd || offset == 0) return std::uint64_t{0};
  return parts_[part].index->lines_before(parts_[part].file, offset);
}

Result<LogReader::Note> LogReader::note(std::uint64_t number) {
  if (number >= notes_) return Note{.at = std::nullopt, .ends = {parts_[0].end, parts_[1].end}};
  if (number < window_begin_ || number >= window_begin_ + window_.size()) {
    window_begin_ = number;
    window_.resize(std::min<std::uint64_t>(window_size, notes_ - number));
    const std::size_t wanted = window_.size() * sizeof(LogTime);
    for (std::size_t done = 0; done < wanted;) {
      const ssize_t got =
          ::pread(times_.fd.get(), reinterpret_cast<char*>(window_.data()) + done, wanted - done,
                  static_cast<off_t>(times_.offset + number * sizeof(LogTime) + done));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) {
        window_.clear();
        return Error{Errc::io, "read times of log: " +
                                   std::generic_category().message(got == 0 ? EIO : errno)};
      }
      done += static_cast<std::size_t>(got);
    }
  }
  const LogTime& time = window_[number - window_begin_];
  return Note{
      .at = Instant{Micros{time.at_us}},
      .ends = {std::min(time.out_bytes, parts_[0].end), std::min(time.err_bytes, parts_[1].end)}};
}

Result<std::uint64_t> LogReader::lines_by_note(std::uint64_t number) {
  FRESHET_TRY(const Note there, note(number));
  std::uint64_t ended = 0;
  for (std::size_t i = 0; i < 2; ++i) {
    FRESHET_TRY(const std::uint64_t before, lines_before(i, there.ends[i]));
    ended += before;
  }
  return ended;
}

Result<std::optional<std::pair<Instant, Instant>>> LogReader::span() {
  if (notes_ == 0) return std::optional<std::pair<Instant, Instant>>{};
  FRESHET_TRY(const Note first, note(0));
  FRESHET_TRY(const Note last, note(notes_ - 1));
  return std::optional{std::pair{*first.at, *last.at}};
}

Result<std::uint64_t> LogReader::lines_by(Instant at) {
  std::uint64_t low = 0;
  for (std::uint64_t high = notes_; low < high;) {
    const std::uint64_t middle = low + (high - low) / 2;
    FRESHET_TRY(const Note there, note(middle));
    if (*there.at > at) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  if (low == notes_) return total();
  return low == 0 ? std::uint64_t{0} : lines_by_note(low - 1);
}

/// The first note by which so many lines had ended.
Result<std::uint64_t> LogReader::first_note_with(std::uint64_t lines) {
  std::uint64_t low = 0;
  for (std::uint64_t high = notes_; low < high;) {
    const std::uint64_t middle = low + (high - low) / 2;
    FRESHET_TRY(const std::uint64_t ended, lines_by_note(middle));
    if (ended >= lines) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

/// Where both streams are when a line is next that stands between a note and the one before.
Result<std::array<LogPlace, 2>> LogReader::places_of(std::uint64_t line, std::uint64_t number) {
  Note before;
  if (number > 0) {
    FRESHET_TRY(before, note(number - 1));
  }
  FRESHET_TRY(const Note by, note(number));
  std::array<std::uint64_t, 2> done{};
  for (std::size_t i = 0; i < 2; ++i) {
    FRESHET_TRY(done[i], lines_before(i, before.ends[i]));
  }
  FRESHET_TRY(std::uint64_t out_by, lines_before(0, by.ends[0]));
  if (number == notes_) out_by = parts_[0].lines;  // also the one without an end
  std::uint64_t skipped = line - 1 - std::min(line - 1, done[0] + done[1]);
  const std::uint64_t skipped_out = std::min(skipped, out_by - std::min(out_by, done[0]));
  skipped -= skipped_out;
  std::array<LogPlace, 2> places;
  for (std::size_t i = 0; i < 2; ++i) {
    const std::uint64_t next = done[i] + (i == 0 ? skipped_out : skipped) + 1;
    if (next > parts_[i].lines) {
      places[i] = {.offset = parts_[i].end, .line = next};
    } else {
      FRESHET_TRY(places[i], parts_[i].index->place_of(parts_[i].file, next));
    }
  }
  return places;
}

Result<void> LogReader::Ahead::advance() {
  if (line != nullptr) begin = line->end;
  FRESHET_TRY(line, cursor.next());
  return {};
}

Result<void> LogReader::seek(std::uint64_t from) {
  ahead_.clear();
  is_given_ = false;
  next_number_ = from;
  if (from > total()) return {};
  FRESHET_TRY(note_, first_note_with(from));
  stream_ = 0;
  FRESHET_TRY(const auto places, places_of(from, note_));
  ahead_.reserve(2);  // lines point into their cursors
  for (std::size_t i = 0; i < 2; ++i) {
    ahead_.push_back({LineCursor{parts_[i].file, places[i], parts_[i].end, Carriage::returns},
                      nullptr, places[i].offset});
    if (auto begun = ahead_.back().advance(); !begun) return begun;
  }
  return {};
}

Result<const ReadLine*> LogReader::next() {
  if (ahead_.empty()) return nullptr;
  if (std::exchange(is_given_, false)) {
    if (auto moved = ahead_[stream_].advance(); !moved) return std::move(moved).error();
  }
  for (; note_ <= notes_; ++note_, stream_ = 0) {
    FRESHET_TRY(const Note now, note(note_));
    for (; stream_ < 2; ++stream_) {
      const LogLine* line = ahead_[stream_].line;
      // A line without an end has not ended by any note.
      if (line == nullptr || line->end > now.ends[stream_] ||
          (!line->is_complete && note_ != notes_)) {
        continue;
      }
      line_ = {.number = next_number_++,
               .at = now.at,
               .stream = stream_ == 0 ? LogStream::out : LogStream::err,
               .text = line->text,
               .size = line->end - ahead_[stream_].begin,
               .is_final = line->is_complete || has_ended_,
               .is_cut = line->is_cut,
               .is_collapsed = line->is_collapsed};
      if (!line->is_complete && notes_ > 0) {
        FRESHET_TRY(const Note last, note(notes_ - 1));
        if (line->end <= last.ends[stream_]) line_.at = last.at;
      }
      is_given_ = true;
      return &line_;
    }
  }
  return nullptr;
}

Result<void> LogReader::read(std::uint64_t from, const std::function<bool(const ReadLine&)>& each) {
  if (auto sought = seek(from); !sought) return sought;
  for (;;) {
    FRESHET_TRY(const ReadLine* line, next());
    if (line == nullptr || !each(*line)) return {};
  }
}

}  // namespace freshet::api
