// What is there now: one look at a source's files, from the folders to the contents.  Blocks.
#pragma once
#include <atomic>
#include <cstddef>
#include <memory>
#include <string>

#include "freshet/time.hpp"
#include "source/files/fingerprint.hpp"
#include "source/files/inotify.hpp"
#include "source/files/path_pattern.hpp"
#include "source/files/walk.hpp"

namespace freshet::files {

/// What is asked, and what is known from before; nothing in it is null.
struct LookRequest {
  std::shared_ptr<const PathPattern> pattern;
  std::shared_ptr<const FileTable> last;      ///< Of the look before; spares reading.
  std::shared_ptr<const FileTable> reported;  ///< Stands in for files that are not at rest.
  std::shared_ptr<const Watches> watches;     ///< Of the look before.
  Instant now{};                              ///< Wall clock.
  Micros quiet{};                             ///< Without a change for so long a file is at rest.
  bool is_quiet{};                            ///< Nothing has been heard for that time.
  bool is_forced{};                           ///< An equal size will do as a sign of rest.
  bool is_last_old{};                         ///< `last` is that time ago, or longer.
};

struct LookResult {
  std::shared_ptr<const FileTable> table;
  Summary summary;          ///< Of the files that are at rest, and of what stands in for others.
  Walk walk;                ///< Without its files.
  Watches added, removed;   ///< Against the watches of the look before.
  std::size_t unrest{};     ///< Files that are not at rest …
  std::string unrest_path;  ///< … and one of them.
};

/// Any thread; ends early, with something that is not to be used, when `stop` is set.
[[nodiscard]] LookResult look(const LookRequest& request, const Inotify& inotify,
                              const std::atomic<bool>& stop);

}  // namespace freshet::files
