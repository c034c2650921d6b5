// Who wants to hear of what an inotify watch reports.
#pragma once
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "source/files/inotify.hpp"
#include "source/files/walk.hpp"

namespace freshet::files {

/// One watch may serve many sources, and one source in several roles.  Owned by the io thread.
class WatchTable {
 public:
  struct Interest {
    std::uint32_t source{};
    WatchRole role{WatchRole::folder};
    std::string path;  ///< As in Watch.
    friend bool operator==(const Interest&, const Interest&) = default;
  };

  void add(std::uint32_t source, const Watch& watch);
  void remove(std::uint32_t source, const Watch& watch);
  /// The watch has ended.
  void erase(int number) { interests_.erase(number); }

  [[nodiscard]] bool contains(int number) const { return interests_.contains(number); }
  /// Valid until the next change of the table.
  [[nodiscard]] const std::vector<Interest>& of(int number) const;

 private:
  std::unordered_map<int, std::vector<Interest>> interests_;
};

}  // namespace freshet::files
