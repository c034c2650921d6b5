// What the kernel tells about folders: one inotify instance, its watches and its events.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/unique_fd.hpp"

namespace freshet::files {

/// Why a path is watched, which decides what is reported about it.
enum class WatchRole : std::uint8_t {
  way,     ///< A folder on the way to the files: what is made in it, moved or deleted.
  folder,  ///< A folder with files: everything that changes them.
  target,  ///< A file that a symbolic link leads to.
};

struct WatchEvent {
  int watch{};
  std::string name;  ///< Within the folder; "": the watched thing itself.
  bool is_folder{};
  bool is_ignored{};  ///< The watch has ended by itself.
};

/// add() and remove() on any thread, read() on one.
class Inotify {
 public:
  /// Without an instance when the system allows no more; init_error() is then its errno.  Anything
  /// but 0 as `refusal` stands for that errno, for tests.
  explicit Inotify(int refusal = 0);

  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] int init_error() const { return init_error_; }

  /// Returns the watch's number (the same for the same folder or file), or a negative errno.  A
  /// number is never given twice.
  [[nodiscard]] int add(const std::string& path, WatchRole role) const;
  void remove(int watch) const;

  struct Read {
    std::vector<WatchEvent> events;
    bool is_overflow{};  ///< Some were lost.
  };
  /// Takes what is there, which may be a full queue but is bounded; does not wait.
  [[nodiscard]] Read read() const;

 private:
  UniqueFd fd_;
  int init_error_{};
};

/// What an operator should do about an errno of add() or init_error().
[[nodiscard]] std::string watch_advice(int error);

}  // namespace freshet::files
