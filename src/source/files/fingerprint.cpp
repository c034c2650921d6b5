#include "source/files/fingerprint.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/hash.hpp"
#include "base/unique_fd.hpp"
#include "freshet/time.hpp"

namespace freshet::files {
namespace {

constexpr std::uint64_t kEdge = std::uint64_t{1} << 20U;  ///< Of a big file, at either end.
constexpr std::size_t kPiece = std::size_t{256} << 10U;

std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

/// Feeds [from, from + size) to `hash`, or less where the file ends before; returns an errno.
int hash_range(int fd, std::uint64_t from, std::uint64_t size, ContentHash& hash,
               const std::atomic<bool>& stop) {
  std::vector<char> buffer(static_cast<std::size_t>(std::min<std::uint64_t>(size, kPiece)));
  while (size > 0) {
    if (stop.load(std::memory_order_relaxed)) return ECANCELED;
    const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(size, buffer.size()));
    const ssize_t got = ::pread(fd, buffer.data(), want, static_cast<off_t>(from));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno;
    if (got == 0) return 0;
    hash.update({buffer.data(), static_cast<std::size_t>(got)});
    from += static_cast<std::uint64_t>(got);
    size -= static_cast<std::uint64_t>(got);
  }
  return 0;
}

int hash_file(int fd, const FileStamp& stamp, ContentHash& hash, const std::atomic<bool>& stop) {
  if (stamp.size <= kWholeMax) return hash_range(fd, 0, stamp.size, hash, stop);
  hash.update(std::to_string(stamp.size) + ' ' + std::to_string(stamp.modified_ns) + '\n');
  if (const int error = hash_range(fd, 0, kEdge, hash, stop); error != 0) return error;
  return hash_range(fd, stamp.size - kEdge, kEdge, hash, stop);
}

/// What becomes of files that are added by path.
class Summing {
 public:
  void add(const FileEntry& entry) {
    if (!entry.content) return;
    hash_.update(entry.path);
    hash_.update(std::string_view{"\0", 1});
    hash_.update(to_text(entry.content->hash));
    ++out_.files;
    out_.bytes += entry.content->size;
    newest_ = std::max(newest_, entry.content->modified_ns);
  }
  Summary end() {
    out_.version = "files:" + std::to_string(out_.files);
    if (out_.files == 0) return out_;
    out_.version += ':' + to_text(hash_.digest()).substr(0, 16);
    out_.newest = Instant{std::chrono::floor<Micros>(std::chrono::nanoseconds{newest_})};
    return out_;
  }

 private:
  Summary out_;
  ContentHash hash_;
  std::int64_t newest_{std::numeric_limits<std::int64_t>::min()};
};

}  // namespace

FileStamp stamp_of(const struct stat& status) {
  return {.size = static_cast<std::uint64_t>(status.st_size),
          .modified_ns = nanoseconds(status.st_mtim),
          .changed_ns = nanoseconds(status.st_ctim),
          .inode = status.st_ino,
          .device = status.st_dev};
}

const FileEntry* find(const FileTable& table, const std::string& path) {
  const auto at = std::ranges::lower_bound(table, path, std::less<>{}, &FileEntry::path);
  return at != table.end() && at->path == path ? &*at : nullptr;
}

Reading read_content(const std::string& path, const std::atomic<bool>& stop) {
  Reading out;
  // O_NONBLOCK: a pipe may have taken the file's place, and would be waited for.
  const UniqueFd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
  struct stat before{};
  if (!fd || ::fstat(fd.get(), &before) != 0) {
    out.error = errno;
    return out;
  }
  if (!S_ISREG(before.st_mode)) {
    out.error = ENOENT;
    return out;
  }
  out.stamp = stamp_of(before);
  ContentHash hash;
  out.error = hash_file(fd.get(), out.stamp, hash, stop);
  if (out.error != 0) return out;
  struct stat after{};
  if (::fstat(fd.get(), &after) != 0) {
    out.error = errno;
    return out;
  }
  out.is_at_rest = stamp_of(after) == out.stamp;
  out.content = {
      .hash = hash.digest(), .size = out.stamp.size, .modified_ns = out.stamp.modified_ns};
  return out;
}

Summary summarize(const FileTable& table) {
  Summing sum;
  for (const FileEntry& entry : table) sum.add(entry);
  return sum.end();
}

std::vector<Group> by_partition(const FileTable& table) {
  std::map<std::string_view, std::pair<Summing, std::string_view>> sums;
  for (const FileEntry& entry : table) {
    if (!entry.content) continue;
    auto& [sum, path] = sums[entry.partition];
    sum.add(entry);
    path = entry.path;
  }
  std::vector<Group> out;
  out.reserve(sums.size());
  for (auto& [partition, sum] : sums) {
    out.push_back({.partition = std::string{partition},
                   .summary = sum.first.end(),
                   .path = std::string{sum.second}});
  }
  return out;
}

}  // namespace freshet::files
