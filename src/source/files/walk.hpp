// Which files there are, and what must be watched to hear of more.  Blocks.
#pragma once
#include <atomic>
#include <compare>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "source/files/fingerprint.hpp"
#include "source/files/inotify.hpp"
#include "source/files/path_pattern.hpp"

namespace freshet::files {

/// Something that a source wants to hear of.
struct Watch {
  WatchRole role{WatchRole::folder};
  std::string path;  ///< way: the name of the next folder in it; else relative to the base.
  int number{};
  friend auto operator<=>(const Watch&, const Watch&) = default;
};
using Watches = std::vector<Watch>;

struct Walk {
  struct File {
    std::string path;  ///< Relative to the base.
    FileStamp stamp;
    bool is_heard{};  ///< It was watched since before this walk.
  };
  std::vector<File> files;  ///< By path.
  /// Of the folders that hold the pattern's marker.
  std::map<std::string, FileStamp, std::less<>> markers;
  /// All that were read, where there is a marker.
  std::set<std::string, std::less<>> folders;
  Watches watches;    ///< Sorted, each once.
  int watch_error{};  ///< errno why something could not be watched, or 0.
  bool is_base_missing{};
  bool is_remote{};   ///< On a file system where the changes of others are not heard of.
  bool is_whole{};    ///< Files appear there only when they are complete.
  std::string error;  ///< What could not be read, and why; the files are then not all.
};

/// What spares reading folders again: `files` is all that was found in those that are watched since
/// then, but for the folders of `heard` watches.
struct Known {
  const FileTable& files;
  const std::set<int>& heard;
};

/// Finds the regular files that the pattern means.  Links to files are followed, links to folders
/// only above the pattern's wildcards.  Every watch is set before its folder is read, so that
/// nothing is missed in between.  `before`: the watches of the walk before; `known` may be null.
/// Ends early when `stop` is set.  Any thread.
[[nodiscard]] Walk walk(const PathPattern& pattern, const Watches& before, const Known* known,
                        const Inotify& inotify, const std::atomic<bool>& stop);

}  // namespace freshet::files
