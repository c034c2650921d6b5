// What is there now: one look at a source's files, from the folders to the contents.  Blocks.
#pragma once
#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "freshet/time.hpp"
#include "source/files/fingerprint.hpp"
#include "source/files/inotify.hpp"
#include "source/files/ledger.hpp"
#include "source/files/path_pattern.hpp"
#include "source/files/placement.hpp"
#include "source/files/walk.hpp"

namespace freshet::files {

/// What is asked, and what is known from before; nothing in it is null.
struct LookRequest {
  std::shared_ptr<const PathPattern> pattern;
  std::shared_ptr<const Placement> placement;
  std::shared_ptr<const FileTable> last;      ///< Of the look before; spares reading.
  std::shared_ptr<const FileTable> reported;  ///< Stands in for files that are not at rest.
  std::shared_ptr<const Watches> watches;     ///< Of the look before.
  std::optional<std::set<int>> heard;  ///< Watches, since that look; nullopt: all is to be read.
  Instant now{};                       ///< Wall clock.
  Micros quiet{};                      ///< Without a change for so long a file is at rest.
  bool is_quiet{};                     ///< Nothing has been heard for that time.
  bool is_forced{};                    ///< An equal size will do as a sign of rest.
  bool is_last_old{};                  ///< `last` is that time ago, or longer.
};
/// Of somebody who sees the files for the first time, and will not wait.
[[nodiscard]] LookRequest first_look(std::shared_ptr<const PathPattern> pattern,
                                     std::shared_ptr<const Placement> placement);

struct LookResult {
  std::shared_ptr<const FileTable> table;
  std::vector<Group> groups;  ///< Of the files that are at rest, and of what stands in for others.
  std::uint64_t files{};      ///< In all groups.
  std::uint64_t bytes{};
  std::vector<Misfit> misfits;
  Walk walk;                ///< Without its files.
  Watches added, removed;   ///< Against the watches of the look before.
  std::size_t unrest{};     ///< Files that are not at rest …
  std::string unrest_path;  ///< … and one of them.
  std::size_t unmarked{};   ///< Files whose folder has no marker.
};

/// Any thread; ends early, with something that is not to be used, when `stop` is set.
[[nodiscard]] LookResult look(const LookRequest& request, const Inotify& inotify,
                              const std::atomic<bool>& stop);

/// What files that were found amount to.  `read`, by the path relative to the pattern's base, is
/// only asked for what is not known from before.
using ReadContent = std::function<Reading(const Walk::File& file)>;
[[nodiscard]] LookResult judge(const LookRequest& request, Walk found, const ReadContent& read);

}  // namespace freshet::files
