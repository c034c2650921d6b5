// Whose the state directory is: one process at a time, and a second one is told which.
#pragma once
#include <string>
#include <string_view>

#include "base/unique_fd.hpp"
#include "freshet/result.hpp"

namespace freshet {

/// Holds the lock of a state directory; it is free again when this goes, or the process does.
class StateDirectory {
 public:
  /// Makes the directory where there is none, and locks it.  Errc::conflict: it is in use, and was
  /// for the second that this waits (ten where who has it is dead).
  static Result<StateDirectory> acquire(const std::string& path, std::string_view holder);

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  StateDirectory(std::string path, UniqueFd lock);
  std::string path_;
  UniqueFd lock_;
};

}  // namespace freshet
