#include "source/files/look.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "freshet/time.hpp"
#include "source/files/fingerprint.hpp"
#include "source/files/inotify.hpp"
#include "source/files/path_pattern.hpp"
#include "source/files/walk.hpp"

namespace freshet::files {
namespace {

/// The coarsest clock of a usual file system: two changes within it may leave one time behind.
constexpr std::chrono::seconds kRecent{2};

bool is_within(std::int64_t changed_ns, Micros span, Instant now) {
  const std::chrono::nanoseconds then{changed_ns};
  return then > now.time_since_epoch() - span;
}

/// Whether nobody seems to be writing the file.  What was heard is trusted most, then a second
/// look, and a time of its own only where it comes from our clock.
bool is_at_rest(const Walk::File& file, const FileEntry* last, const LookRequest& request,
                bool is_remote) {
  if (request.is_quiet && file.is_heard && !is_remote) return true;
  if (last != nullptr && request.is_last_old) {
    if (last->stamp == file.stamp) return true;
    if (request.is_forced && last->stamp.size == file.stamp.size) return true;
  }
  return !is_remote && !is_within(file.stamp.changed_ns, request.quiet, request.now);
}

/// In the folder, or in one above it.
const FileStamp* marker_of(const Walk& walk, std::string_view folder) {
  while (true) {
    if (const auto found = walk.markers.find(folder); found != walk.markers.end())
      return &found->second;
    if (folder.empty()) return nullptr;
    folder = folder_of(folder);
  }
}

/// Finds one path after the other in a table, in ascending order.
class Cursor {
 public:
  explicit Cursor(const FileTable& table) : at_{table.begin()}, end_{table.end()} {}
  const FileEntry* find(std::string_view path) {
    while (at_ != end_ && at_->path < path) ++at_;
    return at_ != end_ && at_->path == path ? &*at_ : nullptr;
  }

 private:
  FileTable::const_iterator at_, end_;
};

/// Whoever takes a marker away is about to write: what was reported stands until there is one
/// again.
void keep_unmarked(const LookRequest& request, const Walk& walk, FileTable& table) {
  for (const FileEntry& entry : *request.reported) {
    const std::string_view folder = folder_of(entry.path);
    if (walk.folders.contains(folder) && marker_of(walk, folder) == nullptr) table.push_back(entry);
  }
  std::ranges::sort(table, {}, &FileEntry::path);
}

/// What was read, into `entry`; false where the file is gone, or cannot be read.
bool take_content(const Reading& reading, const LookRequest& request, FileEntry& entry,
                  std::string& error) {
  if (reading.error == ENOENT || reading.error == ENOTDIR) return false;
  if (reading.error != 0) {
    error = "read " + join(request.pattern->base(), entry.path) + ": " +
            std::generic_category().message(reading.error);
    return false;
  }
  entry.stamp = reading.stamp;
  entry.is_current = reading.is_at_rest;
  entry.is_recent = is_within(reading.stamp.changed_ns, kRecent, request.now);
  if (reading.is_at_rest || request.is_forced) entry.content = reading.content;
  return true;
}

void sum_up(const LookRequest& request, const FileTable& table, LookResult& out) {
  if (request.placement->is_cut()) {
    out.groups = by_partition(table);
    for (Group& group : out.groups) group.from = request.placement->of(group.path).from;
  } else {
    out.groups.push_back({.summary = summarize(table)});
  }
  for (const Group& group : out.groups) {
    out.files += group.summary.files;
    out.bytes += group.summary.bytes;
  }
}

}  // namespace

LookRequest first_look(std::shared_ptr<const PathPattern> pattern,
                       std::shared_ptr<const Placement> placement) {
  const auto nothing = std::make_shared<const FileTable>();
  return {.pattern = std::move(pattern),
          .placement = std::move(placement),
          .last = nothing,
          .reported = nothing,
          .watches = std::make_shared<const Watches>(),
          .is_forced = true,
          .is_last_old = true};
}

LookResult look(const LookRequest& request, const Inotify& inotify, const std::atomic<bool>& stop) {
  std::optional<Known> known;
  if (request.heard) known.emplace(*request.last, *request.heard);
  return judge(request,
               walk(*request.pattern, *request.watches, known ? &*known : nullptr, inotify, stop),
               [&](const Walk::File& file) {
                 return read_content(join(request.pattern->base(), file.path), stop);
               });
}

LookResult judge(const LookRequest& request, Walk found, const ReadContent& read) {
  LookResult out;
  out.walk = std::move(found);
  std::ranges::set_difference(out.walk.watches, *request.watches, std::back_inserter(out.added));
  std::ranges::set_difference(*request.watches, out.walk.watches, std::back_inserter(out.removed));
  FileTable table;
  table.reserve(out.walk.files.size());
  Cursor last_entries{*request.last}, reported_entries{*request.reported};
  const bool is_marked = !request.pattern->marker().empty();
  for (const Walk::File& file : std::exchange(out.walk.files, {})) {
    if (!out.walk.error.empty()) break;
    const FileStamp* const marker = is_marked ? marker_of(out.walk, folder_of(file.path)) : nullptr;
    if (is_marked && marker == nullptr) {
      ++out.unmarked;
      continue;
    }
    const FileEntry* const last = last_entries.find(file.path);
    const bool is_declared = marker != nullptr && marker->changed_ns >= file.stamp.changed_ns;
    const bool rests =
        is_declared || out.walk.is_whole || is_at_rest(file, last, request, out.walk.is_remote);
    if (rests && last != nullptr && last->is_current && !last->is_recent &&
        last->stamp == file.stamp) {
      table.push_back(*last);
      continue;
    }
    FileEntry entry{.path = file.path, .stamp = file.stamp};
    if (last != nullptr) {
      entry.partition = last->partition;
    } else if (auto place = request.placement->of(file.path); place.error.empty()) {
      entry.partition = std::move(place.partition);
    } else {
      out.misfits.push_back({.path = file.path, .reason = std::move(place.error)});
      continue;
    }
    if (rests && !take_content(read(file), request, entry, out.walk.error)) continue;
    if (!entry.content) {
      if (const FileEntry* const reported = reported_entries.find(entry.path))
        entry.content = reported->content;
      if (out.unrest++ == 0) out.unrest_path = entry.path;
    }
    table.push_back(std::move(entry));
  }
  if (is_marked) keep_unmarked(request, out.walk, table);
  sum_up(request, table, out);
  out.table = std::make_shared<const FileTable>(std::move(table));
  return out;
}

}  // namespace freshet::files
