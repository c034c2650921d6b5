#include "api/run_log.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <queue>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "api/line_index.hpp"
#include "api/log_reader.hpp"
#include "freshet/logs.hpp"
#include "freshet/result.hpp"
#include "freshet/time.hpp"

namespace freshet::api {
namespace {

/// A part's line that comes next.
struct Next {
  Instant at;
  std::size_t part{};
  const ReadLine* line{nullptr};
  LogReader* reader{nullptr};
  friend bool operator>(const Next& a, const Next& b) {
    return std::tie(a.at, a.part) > std::tie(b.at, b.part);
  }
};

}  // namespace

std::optional<LogExtent> LogExtents::find(const AttemptId& attempt, LogStreams streams) const {
  const std::scoped_lock lock{mutex_};
  const auto found = extents_.find({attempt, streams});
  return found == extents_.end() ? std::nullopt : std::optional{found->second};
}

void LogExtents::keep(const AttemptId& attempt, LogStreams streams, const LogExtent& extent) {
  const std::scoped_lock lock{mutex_};
  if (extents_.size() >= count_max) extents_.clear();  // they are found again
  extents_[{attempt, streams}] = extent;
}

Result<LogReader> RunLog::open_part(const Attempt& attempt) const {
  return LogReader::open(*logs_, *indexes_, attempt.id, streams_, attempt.has_ended,
                         LogReach::settled);
}

Result<RunLog> RunLog::open(const Logs& logs, LineIndexes& indexes, LogExtents& extents,
                            std::vector<Attempt> attempts, LogStreams streams, Instant horizon) {
  RunLog out{logs, indexes, streams, horizon};
  std::uint64_t bytes = 0;
  for (const Attempt& attempt : attempts) {
    // What may be deleted at any time is looked at each time.
    const bool is_lasting = attempt.has_ended && !attempt.is_old;
    auto extent = is_lasting ? extents.find(attempt.id, streams) : std::nullopt;
    if (!extent) {
      FRESHET_TRY(LogReader reader, out.open_part(attempt));
      out.is_there_ = out.is_there_ || reader.is_there();
      FRESHET_TRY(const auto span, reader.span());
      const auto [first, last] = span.value_or(std::pair{attempt.begin, attempt.begin});
      extent = {.first = first, .last = last, .lines = reader.total(), .bytes = reader.bytes()};
      if (is_lasting) extents.keep(attempt.id, streams, *extent);
    }
    bytes += extent->bytes;
    if (bytes > bytes_max) {
      return Error{Errc::unsupported, "the logs of this run have more than " +
                                          std::to_string(bytes_max >> 30) +
                                          " GiB: look at those of single steps"};
    }
    if (extent->lines > 0) out.parts_.push_back({attempt, *extent});
  }
  FRESHET_TRY(out.total_, out.lines_by(horizon));
  return out;
}

Result<LogReader*> RunLog::reader(std::size_t part) {
  if (const auto found = readers_.find(part); found != readers_.end()) return &found->second;
  if (readers_.size() >= open_max) {
    return Error{Errc::unsupported, "more than " + std::to_string(open_max) +
                                        " steps of this run wrote at the same time: look at the "
                                        "logs of single steps"};
  }
  FRESHET_TRY(LogReader opened, open_part(parts_[part].attempt));
  return &readers_.emplace(part, std::move(opened)).first->second;
}

Result<std::uint64_t> RunLog::lines_by(std::size_t part, Instant at) {
  const LogExtent& extent = parts_[part].extent;
  if (at < extent.first) return std::uint64_t{0};
  if (at >= extent.last) return extent.lines;
  FRESHET_TRY(LogReader* const opened, reader(part));
  FRESHET_TRY(const std::uint64_t lines, opened->lines_by(at));
  return std::min(lines, extent.lines);  // it may have written more since
}

/// Opens those alone that wrote around then.
Result<std::uint64_t> RunLog::lines_by(Instant at) {
  std::erase_if(readers_, [&](const auto& each) {
    const LogExtent& extent = parts_[each.first].extent;
    return at < extent.first || at >= extent.last;
  });
  std::uint64_t lines = 0;
  for (std::size_t part = 0; part < parts_.size(); ++part) {
    FRESHET_TRY(const std::uint64_t of_it, lines_by(part, at));
    lines += of_it;
  }
  return lines;
}

/// The first by which so many lines had been written.
Result<Instant> RunLog::instant_of(std::uint64_t line) {
  Instant low = horizon_;
  Instant high{};
  for (const Part& part : parts_) {
    low = std::min(low, part.extent.first);
    high = std::max(high, std::min(part.extent.last, horizon_));
  }
  while (low < high) {
    const Instant middle = low + (high - low) / 2;
    FRESHET_TRY(const std::uint64_t lines, lines_by(middle));
    if (lines >= line) {
      high = middle;
    } else {
      low = middle + Micros{1};
    }
  }
  return low;
}

Result<void> RunLog::read(std::uint64_t from, const std::function<bool(const ReadLine&)>& each) {
  if (from == 0 || from > total_) return {};
  FRESHET_TRY(const Instant begin, instant_of(from));
  FRESHET_TRY(std::uint64_t number, lines_by(begin - Micros{1}));
  std::priority_queue<Next, std::vector<Next>, std::greater<>> next;
  // Of a part: its next line, until there is none.
  const auto push = [&](std::size_t part, LogReader* opened) -> Result<void> {
    FRESHET_TRY(const ReadLine* line, opened->next());
    if (line == nullptr || line->number > parts_[part].extent.lines) {
      readers_.erase(part);
    } else {
      next.push({line->at.value_or(parts_[part].extent.last), part, line, opened});
    }
    return {};
  };
  const auto start = [&](std::size_t part, std::uint64_t line) -> Result<void> {
    FRESHET_TRY(LogReader* const opened, reader(part));
    if (auto sought = opened->seek(line); !sought) return sought;
    return push(part, opened);
  };
  std::vector<std::size_t> later;
  for (std::size_t part = 0; part < parts_.size(); ++part) {
    if (parts_[part].extent.last < begin) continue;
    if (parts_[part].extent.first > begin) {
      later.push_back(part);
      continue;
    }
    FRESHET_TRY(const std::uint64_t done, lines_by(part, begin - Micros{1}));
    if (auto started = start(part, done + 1); !started) return started;
  }
  std::ranges::sort(later, std::greater{},
                    [&](std::size_t part) { return std::pair{parts_[part].extent.first, part}; });
  while (number < total_) {
    while (!later.empty() && (next.empty() || parts_[later.back()].extent.first <= next.top().at)) {
      const std::size_t part = later.back();
      later.pop_back();
      if (auto started = start(part, 1); !started) return started;
    }
    if (next.empty()) return {};
    const Next now = next.top();
    next.pop();
    if (++number >= from) {
      ReadLine line = *now.line;
      line.origin = LineOrigin{parts_[now.part].attempt.id, line.number};
      line.number = number;
      if (!each(line)) return {};
    }
    if (auto pushed = push(now.part, now.reader); !pushed) return pushed;
  }
  return {};
}

}  // namespace freshet::api
