#include "source/files/inotify.hpp"

#include <sys/inotify.h>
#include <sys/types.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <system_error>

#include "base/unique_fd.hpp"

namespace freshet::files {
namespace {

constexpr int kReadsMax = 128;  ///< At 64 KiB: more than a queue of 16,384 events with long names.

std::uint32_t mask_of(WatchRole role) {
  // IN_MASK_ADD: one folder may lie on the way for one source and hold the files of another.
  constexpr std::uint32_t self = IN_DELETE_SELF | IN_MOVE_SELF | IN_ATTRIB | IN_MASK_ADD;
  constexpr std::uint32_t names = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR;
  constexpr std::uint32_t content = IN_MODIFY | IN_CLOSE_WRITE;
  switch (role) {
    case WatchRole::way:
      return self | names;
    case WatchRole::folder:
      return self | names | content;
    case WatchRole::target:
      return self | content;
  }
  return 0;
}

}  // namespace

Inotify::Inotify(int refusal) : init_error_{refusal} {
  if (refusal != 0) return;
  fd_.reset(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (!fd_) init_error_ = errno;
}

int Inotify::add(const std::string& path, WatchRole role) const {
  if (!fd_) return -init_error_;
  const int watch = ::inotify_add_watch(fd_.get(), path.c_str(), mask_of(role));
  return watch < 0 ? -errno : watch;
}

void Inotify::remove(int watch) const { ::inotify_rm_watch(fd_.get(), watch); }

Inotify::Read Inotify::read() const {
  Read out;
  alignas(inotify_event) std::array<char, std::size_t{64} * 1'024> buffer;
  for (int i = 0; i < kReadsMax; ++i) {
    const ssize_t size = ::read(fd_.get(), buffer.data(), buffer.size());
    if (size <= 0) return out;
    for (std::size_t at = 0; at < static_cast<std::size_t>(size);) {
      inotify_event event{};
      std::memcpy(&event, buffer.data() + at, sizeof event);
      const char* const name = buffer.data() + at + sizeof event;
      at += sizeof event + event.len;
      if ((event.mask & IN_Q_OVERFLOW) != 0) {
        out.is_overflow = true;
        continue;
      }
      out.events.push_back({.watch = event.wd,
                            .name = event.len > 0 ? name : "",  // padded with zeros
                            .is_folder = (event.mask & IN_ISDIR) != 0,
                            .is_ignored = (event.mask & IN_IGNORED) != 0});
    }
  }
  return out;
}

std::string watch_advice(int error) {
  switch (error) {
    case ENOSPC:
      return "no inotify watch left, raise the sysctl fs.inotify.max_user_watches";
    case EMFILE:
      return "no inotify instance left, raise the sysctl fs.inotify.max_user_instances";
    case EACCES:
      return "a folder must not be read, so it cannot be watched";
    default:
      return "inotify does not work (" + std::generic_category().message(error) +
             "; see the sysctls fs.inotify.max_user_watches and max_user_instances)";
  }
}

}  // namespace freshet::files
