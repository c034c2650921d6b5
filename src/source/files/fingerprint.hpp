// Whether files are the same as before: a hash of each one's content, and one text for all.
//
// Files of more than 256 MiB are not read whole: their size, time of change, first and last MiB
// stand for them.
#pragma once
#include <sys/stat.h>

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/hash.hpp"
#include "freshet/time.hpp"

namespace freshet::files {

constexpr std::uint64_t kWholeMax = std::uint64_t{256} << 20U;

/// As long as this is equal, the content is taken to be.
struct FileStamp {
  std::uint64_t size{};
  std::int64_t modified_ns{};  ///< Since 1970, as are all of the file system's times.
  std::int64_t changed_ns{};
  std::uint64_t inode{};
  std::uint64_t device{};
  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};
[[nodiscard]] FileStamp stamp_of(const struct stat& status);

struct Content {
  Hash128 hash;
  std::uint64_t size{};
  std::int64_t modified_ns{};
};

/// One file as a look found it.
struct FileEntry {
  std::string path;       ///< Relative to the pattern's base.
  std::string partition;  ///< Of the asset; "" where that is not cut.
  FileStamp stamp;
  std::optional<Content> content;  ///< Absent when it was not at rest and had never been before.
  bool is_current{};  ///< `content` is what belongs to `stamp`; else that of an earlier look.
  bool is_recent{};   ///< Changed so shortly before that a further change may leave `stamp` alone.
};
using FileTable = std::vector<FileEntry>;  ///< By path.

[[nodiscard]] const FileEntry* find(const FileTable& table, const std::string& path);

/// How reading a file came out: with `error`, 0, and `is_at_rest` false when it changed meanwhile.
struct Reading {
  int error{};  ///< errno.
  bool is_at_rest{};
  FileStamp stamp;
  Content content;
};
/// Hashes a file, following links; what is no regular file is ENOENT.  Gives up with ECANCELED when
/// `stop` is set.  Blocks.
[[nodiscard]] Reading read_content(const std::string& path, const std::atomic<bool>& stop);

/// What a table amounts to; entries without content are left out.
struct Summary {
  std::string version;  ///< "files:3:0123456789abcdef"; "files:0" for none.
  std::uint64_t files{};
  std::uint64_t bytes{};
  std::optional<Instant> newest;  ///< Latest time of change.
};
[[nodiscard]] Summary summarize(const FileTable& table);

/// The files of one partition.
struct Group {
  std::string partition;        ///< "" where the asset is not cut.
  std::optional<Instant> from;  ///< When that partition comes to exist.
  Summary summary;
  std::string path;  ///< Of one of them.
};
/// By partition; only those with files that have content.
[[nodiscard]] std::vector<Group> by_partition(const FileTable& table);

}  // namespace freshet::files
