#include "source/files/look.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <memory>
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

}  // namespace

LookResult look(const LookRequest& request, const Inotify& inotify, const std::atomic<bool>& stop) {
  LookResult out;
  out.walk = walk(*request.pattern, *request.watches, inotify, stop);
  std::ranges::set_difference(out.walk.watches, *request.watches, std::back_inserter(out.added));
  std::ranges::set_difference(*request.watches, out.walk.watches, std::back_inserter(out.removed));
  FileTable table;
  table.reserve(out.walk.files.size());
  for (Walk::File& file : std::exchange(out.walk.files, {})) {
    if (!out.walk.error.empty()) break;
    const FileEntry* const last = find(*request.last, file.path);
    FileEntry entry{.path = std::move(file.path), .stamp = file.stamp};
    if (is_at_rest(file, last, request, out.walk.is_remote)) {
      if (last != nullptr && last->is_current && !last->is_recent && last->stamp == entry.stamp) {
        table.push_back(*last);
        continue;
      }
      const std::string absolute = join(request.pattern->base(), entry.path);
      const Reading reading = read_content(absolute, stop);
      if (reading.error == ENOENT || reading.error == ENOTDIR) continue;
      if (reading.error != 0) {
        out.walk.error = "read " + absolute + ": " + std::generic_category().message(reading.error);
        break;
      }
      entry.stamp = reading.stamp;
      entry.is_current = reading.is_at_rest;
      entry.is_recent = is_within(reading.stamp.changed_ns, kRecent, request.now);
      if (reading.is_at_rest || request.is_forced) entry.content = reading.content;
    }
    if (!entry.content) {
      if (const FileEntry* const reported = find(*request.reported, entry.path)) {
        entry.content = reported->content;
      }
      if (out.unrest++ == 0) out.unrest_path = entry.path;
    }
    table.push_back(std::move(entry));
  }
  out.summary = summarize(table);
  out.table = std::make_shared<const FileTable>(std::move(table));
  return out;
}

}  // namespace freshet::files
