#include "api/line_index.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "api/log_file.hpp"
#include "freshet/logs.hpp"
#include "freshet/result.hpp"

namespace freshet::api {
namespace {

/// Calls `each` with block after block until it returns false.
Result<void> read_blocks(const LogFile& file, std::uint64_t from, std::uint64_t end,
                         const std::function<bool(std::string_view)>& each) {
  std::vector<char> block(std::min<std::uint64_t>(LineIndex::spacing, end - std::min(from, end)));
  while (from < end) {
    const ssize_t got =
        ::pread(file.fd.get(), block.data(), std::min<std::uint64_t>(block.size(), end - from),
                static_cast<off_t>(file.offset + from));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Error{Errc::io, "read log: " + std::generic_category().message(errno)};
    if (got == 0) return {};
    from += static_cast<std::uint64_t>(got);
    if (!each({block.data(), static_cast<std::size_t>(got)})) return {};
  }
  return {};
}

std::uint64_t newlines(std::string_view text) {
  return static_cast<std::uint64_t>(std::ranges::count(text, '\n'));
}

/// Whether the file itself is shorter now, as after `> /dev/stdout` in a shell; whoever opened it
/// earlier only knows less of it.
bool is_cut(const LogFile& file, std::uint64_t size) {
  struct stat status{};
  return ::fstat(file.fd.get(), &status) == 0 &&
         static_cast<std::uint64_t>(status.st_size) < file.offset + size;
}

}  // namespace

Result<void> LineIndex::extend(const LogFile& file) {
  const std::scoped_lock extending{extending_};
  std::unique_lock lock{mutex_};
  if (file.size < end_.offset && is_cut(file, end_.offset)) {
    marks_.clear();
    end_ = {};
  }
  Mark end = end_;
  Mark last = marks_.empty() ? Mark{} : marks_.back();
  lock.unlock();
  std::vector<Mark> found;
  auto read = read_blocks(file, end.offset, file.size, [&](std::string_view block) {
    end.offset += block.size();
    end.lines += newlines(block);
    if (end.offset - last.offset >= spacing) found.push_back(last = end);
    return true;
  });
  lock.lock();
  marks_.insert(marks_.end(), found.begin(), found.end());
  end_ = end;
  return read;
}

template <class F>
LineIndex::Mark LineIndex::last_mark(F is_before) const {
  const std::scoped_lock lock{mutex_};
  const auto found = std::ranges::partition_point(marks_, is_before);
  return found == marks_.begin() ? Mark{} : *std::prev(found);
}

Result<std::uint64_t> LineIndex::lines_before(const LogFile& file, std::uint64_t offset) const {
  const Mark mark = last_mark([&](const Mark& m) { return m.offset <= offset; });
  std::uint64_t lines = mark.lines;
  const auto read = read_blocks(file, mark.offset, offset, [&](std::string_view block) {
    lines += newlines(block);
    return true;
  });
  if (!read) return read.error();
  return lines;
}

Result<LogPlace> LineIndex::place_of(const LogFile& file, std::uint64_t line) const {
  if (line <= 1) return LogPlace{};
  const std::uint64_t ended = line - 1;  // before it begins
  const Mark mark = last_mark([&](const Mark& m) { return m.lines < ended; });
  LogPlace place{.offset = mark.offset, .line = mark.lines + 1};
  std::uint64_t begins = mark.offset;
  const auto read = read_blocks(file, mark.offset, file.size, [&](std::string_view block) {
    const std::uint64_t here = newlines(block);
    if (here == 0 || place.line + here < line) {
      place.line += here;
      if (here != 0) place.offset = begins + block.rfind('\n') + 1;
      begins += block.size();
      return true;
    }
    std::size_t at = 0;
    for (; place.line < line; ++place.line) at = block.find('\n', at) + 1;
    place.offset = begins + at;
    return false;
  });
  if (!read) return read.error();
  return place;
}

std::size_t LineIndex::size() const {
  const std::scoped_lock lock{mutex_};
  return marks_.size();
}

Result<std::shared_ptr<const LineIndex>> LineIndexes::of(const AttemptId& attempt, LogStream stream,
                                                         const LogFile& file) {
  const Key key{attempt, stream};
  std::shared_ptr<LineIndex> index;
  {
    const std::scoped_lock lock{mutex_};
    if (const auto found = by_key_.find(key); found != by_key_.end()) {
      recent_.splice(recent_.begin(), recent_, found->second);
    } else {
      recent_.push_front({key, std::make_shared<LineIndex>()});
      by_key_.emplace(key, recent_.begin());
    }
    index = recent_.front().index;
  }
  if (file.fd) {
    if (const auto extended = index->extend(file); !extended) return extended.error();
  }
  forget_old();
  return std::shared_ptr<const LineIndex>{std::move(index)};
}

void LineIndexes::forget_old() {
  const std::scoped_lock lock{mutex_};
  std::size_t marks = 0;
  std::size_t kept = 0;
  for (const Entry& entry : recent_) {
    marks += entry.index->size();
    if (kept > 0 && (marks > marks_max || kept == logs_max)) break;
    ++kept;
  }
  for (; recent_.size() > kept; recent_.pop_back()) by_key_.erase(recent_.back().key);
}

std::size_t LineIndexes::size() const {
  const std::scoped_lock lock{mutex_};
  return recent_.size();
}

}  // namespace freshet::api
