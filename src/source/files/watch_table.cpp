#include "source/files/watch_table.hpp"

#include <cstdint>
#include <vector>

#include "source/files/walk.hpp"

namespace freshet::files {

void WatchTable::add(std::uint32_t source, const Watch& watch) {
  interests_[watch.number].push_back({.source = source, .role = watch.role, .path = watch.path});
}

void WatchTable::remove(std::uint32_t source, const Watch& watch) {
  const auto found = interests_.find(watch.number);
  if (found == interests_.end()) return;
  std::erase(found->second, Interest{.source = source, .role = watch.role, .path = watch.path});
  if (found->second.empty()) interests_.erase(found);
}

const std::vector<WatchTable::Interest>& WatchTable::of(int number) const {
  static const std::vector<Interest> nobody;
  const auto found = interests_.find(number);
  return found == interests_.end() ? nobody : found->second;
}

}  // namespace freshet::files
