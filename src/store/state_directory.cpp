#include "store/state_directory.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/types.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/file.hpp"
#include "base/unique_fd.hpp"
#include "freshet/result.hpp"

namespace freshet {
namespace {

/// A daemon that was killed may leave the lock with a child that has not come to its exec yet: a
/// few milliseconds, on a machine that is very busy seconds.
constexpr int tries_while_it_lives = 100;
constexpr int tries_after_its_death = 1'000;
constexpr int pause_ms = 10;

Error failure(std::string_view operation, const std::string& path, int error) {
  return Error{Errc::io,
               std::string{operation} + ' ' + path + ": " + std::generic_category().message(error)};
}

/// "freshet serve, process 123", as its holder wrote it down; empty for the moment before it did.
std::string read_holder(int fd) {
  std::array<char, 256> buffer{};
  const ssize_t size = ::pread(fd, buffer.data(), buffer.size(), 0);
  std::string holder{buffer.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
  while (!holder.empty() && holder.back() == '\n') holder.pop_back();
  return holder;
}

/// Whether the process that a holder's text names is there; true where it names none.
bool lives(std::string_view holder) {
  const std::size_t space = holder.rfind(' ');
  pid_t pid{};
  if (space == std::string_view::npos ||
      std::from_chars(holder.data() + space + 1, holder.data() + holder.size(), pid).ec !=
          std::errc{}) {
    return true;
  }
  return ::kill(pid, 0) == 0 || errno != ESRCH;
}

Result<void> write_holder(int fd, const std::string& path, std::string_view holder) {
  const std::string text = std::string{holder} + ", process " + std::to_string(::getpid()) + '\n';
  if (::ftruncate(fd, 0) != 0) return failure("write", path, errno);
  const ssize_t written = ::pwrite(fd, text.data(), text.size(), 0);
  if (written < 0) return failure("write", path, errno);
  if (static_cast<std::size_t>(written) < text.size()) return failure("write", path, ENOSPC);
  return {};
}

}  // namespace

StateDirectory::StateDirectory(std::string path, UniqueFd lock)
    : path_{std::move(path)}, lock_{std::move(lock)} {}

Result<StateDirectory> StateDirectory::acquire(const std::string& path, std::string_view holder) {
  std::string directory = path;
  while (directory.size() > 1 && directory.back() == '/') directory.pop_back();
  if (auto made = make_directories(directory, 0700); !made) return std::move(made).error();

  const std::string lock_path = directory + "/lock";
  UniqueFd lock{::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  if (!lock) {
    const int error = errno;
    if (error == EACCES || error == EROFS || error == EPERM) {
      return Error{Errc::io, "open state " + directory +
                                 ": the directory is not writable for this " + "user (" +
                                 std::generic_category().message(error) + ")"};
    }
    return failure("open", lock_path, error);
  }
  int error = 0;
  const auto take = [&] {
    error = ::flock(lock.get(), LOCK_EX | LOCK_NB) == 0 ? 0 : errno;
    return error != EWOULDBLOCK;
  };
  for (int tried = 0; !take(); ++tried) {
    if (tried >= (lives(read_holder(lock.get())) ? tries_while_it_lives : tries_after_its_death))
      break;
    ::poll(nullptr, 0, pause_ms);
  }
  if (error != 0) {
    if (error != EWOULDBLOCK) return failure("lock", lock_path, error);
    const std::string other = read_holder(lock.get());
    return Error{Errc::conflict, "state " + directory + " is in use by " +
                                     (other.empty() ? "another process" : other)};
  }
  if (auto written = write_holder(lock.get(), lock_path, holder); !written) {
    return std::move(written).error();
  }
  return StateDirectory{std::move(directory), std::move(lock)};
}

}  // namespace freshet
