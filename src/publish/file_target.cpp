// Messages to a file: a line each, synced to the disk before they count as taken.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "base/unique_fd.hpp"
#include "publish/target.hpp"

namespace freshet::publish {
namespace {

std::string reason(const std::string& what) { return what + ": " + std::strerror(errno); }

class FileTarget final : public Target {
 public:
  explicit FileTarget(std::string path) : path_{std::move(path)} {}

  Sent send(std::span<const Message> messages) override {
    if (std::string error = open(); !error.empty()) return {.error = std::move(error)};
    std::string lines;
    for (const Message& message : messages) lines += message.body + '\n';
    struct stat before{};
    if (::fstat(fd_.get(), &before) != 0) return {.error = reason("stat " + path_)};
    for (std::size_t at = 0; at < lines.size();) {
      const ssize_t written = ::write(fd_.get(), lines.data() + at, lines.size() - at);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) {
        Sent out{.error = reason("write " + path_)};
        // All or nothing: half a line is no JSON.
        if (::ftruncate(fd_.get(), before.st_size) != 0) fd_.reset();
        return out;
      }
      at += static_cast<std::size_t>(written);
    }
    if (::fdatasync(fd_.get()) != 0) return {.error = reason("sync " + path_)};
    return {.taken = messages.size()};
  }

  void interrupt() override {}

 private:
  /// Anew where somebody has moved the file away.
  std::string open() {
    struct stat ours{}, there{};
    if (fd_ && ::fstat(fd_.get(), &ours) == 0 && ::stat(path_.c_str(), &there) == 0 &&
        ours.st_ino == there.st_ino && ours.st_dev == there.st_dev)
      return {};
    constexpr mode_t mode = 0644;
    fd_ = UniqueFd{::open(path_.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, mode)};
    if (!fd_) return reason("open " + path_);
    struct stat opened{};
    if (::fstat(fd_.get(), &opened) != 0 || !S_ISREG(opened.st_mode)) {
      fd_.reset();
      return "open " + path_ + ": want a regular file";
    }
    return end_line(opened.st_size);
  }

  /// A line that a crash cut off is ended, so that the next one is whole.
  std::string end_line(off_t size) {
    char last = '\n';
    if (size == 0 || (::pread(fd_.get(), &last, 1, size - 1) == 1 && last == '\n')) return {};
    return ::write(fd_.get(), "\n", 1) == 1 ? std::string{} : reason("write " + path_);
  }

  std::string path_;
  UniqueFd fd_;
};

}  // namespace

std::unique_ptr<Target> make_file_target(const Publication& publication) {
  return std::make_unique<FileTarget>(publication.path);
}

}  // namespace freshet::publish
