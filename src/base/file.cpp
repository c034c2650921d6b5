#include "base/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/random.hpp"
#include "base/unique_fd.hpp"
#include "freshet/result.hpp"

namespace freshet {
namespace {

/// What errno says of a failed call; to be asked before anything else can change it.
Error system_error(std::string_view operation, const std::string& path) {
  const int number = errno;
  std::string message{operation};
  message += " \"" + path + "\": " + std::error_code{number, std::generic_category()}.message();
  return {number == ENOENT ? Errc::not_found : Errc::io, std::move(message)};
}

Error wrong_file(const std::string& path, const std::string& reason) {
  return {Errc::invalid, "read \"" + path + "\": " + reason};
}

/// Opens again where a signal came in between.
UniqueFd open_file(const std::string& path, int flags, mode_t mode = 0) {
  int fd = -1;
  do {
    fd = ::open(path.c_str(), flags | O_CLOEXEC, mode);
  } while (fd < 0 && errno == EINTR);
  return UniqueFd{fd};
}

bool write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

/// Removes a file that did not come to be used.
class Temporary {
 public:
  explicit Temporary(std::string path) : path_{std::move(path)} {}
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  ~Temporary() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  [[nodiscard]] const std::string& path() const { return path_; }
  void keep() { path_.clear(); }

 private:
  std::string path_;
};

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

Result<std::string> read_file(const std::string& path, std::size_t size_max) {
  // Without waiting for a pipe's other end; on a regular file the flag has no effect.
  const UniqueFd fd = open_file(path, O_RDONLY | O_NONBLOCK);
  if (!fd) return system_error("open", path);
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0) return system_error("read", path);
  if (S_ISDIR(status.st_mode)) return wrong_file(path, "is a folder");
  if (!S_ISREG(status.st_mode)) return wrong_file(path, "is not a regular file");
  std::string content;
  content.reserve(std::min(static_cast<std::size_t>(status.st_size), size_max) + 1);
  while (true) {
    constexpr std::size_t chunk = 64UL * 1024;
    const std::size_t size = content.size();
    const std::size_t room = std::max(content.capacity() - size, chunk);
    content.resize(size + room);
    const ssize_t got = ::read(fd.get(), content.data() + size, room);
    if (got < 0 && errno != EINTR) return system_error("read", path);
    content.resize(size + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got == 0) return content;
    if (content.size() > size_max) {
      return wrong_file(path, "larger than " + std::to_string(size_max) + " bytes");
    }
  }
}

Result<void> write_file(const std::string& path, std::string_view content, mode_t mode) {
  Temporary temporary{path + '.' + random_token(8) + ".tmp"};
  {
    const UniqueFd fd = open_file(temporary.path(), O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (!fd) {
      Error error = system_error("write", temporary.path());
      temporary.keep();
      return error;
    }
    if (::fchmod(fd.get(), mode) != 0 || !write_all(fd.get(), content) || ::fsync(fd.get()) != 0) {
      return system_error("write", temporary.path());
    }
  }
  if (::rename(temporary.path().c_str(), path.c_str()) != 0) return system_error("replace", path);
  temporary.keep();
  const std::string folder = folder_of(path);
  const UniqueFd fd = open_file(folder, O_RDONLY | O_DIRECTORY);
  if (!fd || ::fsync(fd.get()) != 0) return system_error("sync folder", folder);
  return {};
}

Result<void> make_directories(const std::string& path, mode_t mode) {
  for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    const std::string folder = path.substr(0, end);
    if (::mkdir(folder.c_str(), mode) != 0) {
      // A folder may be there and still refuse to be made, as on a read-only file system.
      Error error = system_error("make folder", folder);
      struct stat status{};
      if (::stat(folder.c_str(), &status) != 0) return error;
      if (!S_ISDIR(status.st_mode)) {
        return Error{Errc::io, "make folder \"" + folder + "\": something else has its name"};
      }
    }
    if (end == std::string::npos) return {};
  }
}

}  // namespace freshet
