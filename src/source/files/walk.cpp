#include "source/files/walk.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/unique_fd.hpp"
#include "source/files/file_system.hpp"
#include "source/files/fingerprint.hpp"
#include "source/files/inotify.hpp"
#include "source/files/path_pattern.hpp"

namespace freshet::files {
namespace {

constexpr std::size_t kFilesMax = 1'000'000;
constexpr std::size_t kFoldersMax = 200'000;

bool is_absence(int error) { return error == ENOENT || error == ENOTDIR; }

/// Whether it is up to the path, and not to inotify, that it cannot be watched.
bool is_of_path(int error) { return is_absence(error) || error == ELOOP || error == ENAMETOOLONG; }

class Walker {
 public:
  Walker(const PathPattern& pattern, const Watches& before, const Known* known,
         const Inotify& inotify, const std::atomic<bool>& stop)
      : pattern_{pattern}, inotify_{inotify}, stop_{stop} {
    for (const Watch& each : before) {
      if (each.role != WatchRole::way) before_.emplace(each.path, each.number);
    }
    if (known != nullptr) learn(*known, before);
  }

  Walk run() {
    watch_way();
    out_.is_remote = is_remote(pattern_.base());
    if (pattern_.is_glob()) {
      read_folders();
    } else {
      const bool is_heard = watch(pattern_.base(), "", WatchRole::folder);
      if (!pattern_.marker().empty()) look_for_marker();
      take_plain(is_heard);
    }
    std::ranges::sort(out_.files, std::less<>{}, &Walk::File::path);
    std::ranges::sort(out_.watches);
    return std::move(out_);
  }

 private:
  void fail(const std::string& operation, const std::string& path, const std::string& reason) {
    if (out_.error.empty()) out_.error = operation + ' ' + path + ": " + reason;
  }
  void fail(const std::string& operation, const std::string& path, int error) {
    fail(operation, path, std::generic_category().message(error));
  }
  void fail_as_too_many(const std::string& what) {
    fail("read", pattern_.absolute(), "more than " + what + ", a narrower pattern is needed");
  }
  [[nodiscard]] bool is_over() const {
    return !out_.error.empty() || stop_.load(std::memory_order_relaxed);
  }

  /// Returns a watch's number or a negative errno.
  int add(const std::string& absolute, std::string path, WatchRole role) {
    const int number = inotify_.add(absolute, role);
    if (number >= 0) {
      out_.watches.push_back({.role = role, .path = std::move(path), .number = number});
    } else if (!is_of_path(-number) && (role != WatchRole::way || number != -EACCES) &&
               out_.watch_error == 0) {
      out_.watch_error = -number;
    }
    return number;
  }

  /// Whether it was watched before, and as the same folder or file.
  bool watch(const std::string& absolute, const std::string& path, WatchRole role) {
    const int number = add(absolute, path, role);
    const auto before = before_.find(path);
    return number >= 0 && before != before_.end() && before->second == number;
  }

  /// From the root down, so that a folder that appears meanwhile is either heard of or found.
  void watch_way() {
    const std::string& base = pattern_.base();
    for (std::size_t end = 0; end + 1 < base.size();) {
      const std::size_t next = std::min(base.find('/', end + 1), base.size());
      const int number = add(base.substr(0, std::max<std::size_t>(end, 1)),
                             base.substr(end + 1, next - end - 1), WatchRole::way);
      if (is_of_path(-number)) return;
      end = next;
    }
  }

  void read_folders() {
    folders_.emplace_back();
    for (std::size_t count = 0; !folders_.empty() && !is_over(); ++count) {
      if (count >= kFoldersMax) return fail_as_too_many("200,000 folders");
      const std::string folder = std::move(folders_.back());
      folders_.pop_back();
      read_folder(folder);
    }
  }

  void learn(const Known& known, const Watches& before) {
    for (const Watch& each : before) {
      if (each.role == WatchRole::folder)
        known_[each.path].is_known = !known.heard.contains(each.number);
    }
    for (const Watch& each : before) {
      if (each.role == WatchRole::way || each.path.empty()) continue;
      const auto above = known_.find(folder_of(each.path));
      if (above == known_.end()) continue;
      if (each.role == WatchRole::folder) above->second.folders.push_back(each.path);
      if (each.role == WatchRole::target) above->second.is_known = false;  // a link may be turned
    }
    auto at = known_.end();
    for (const FileEntry& file : known.files) {
      const std::string_view folder = folder_of(file.path);
      if (at == known_.end() || at->first != folder) at = known_.find(folder);
      if (at == known_.end()) continue;
      at->second.files.push_back(&file);
      if (!file.is_current || file.is_recent) at->second.is_known = false;
    }
  }

  /// Whether what was in the folder is what is there, and need not be read.
  bool take_known(const std::string& folder) {
    const auto known = known_.find(folder);
    if (known == known_.end() || !known->second.is_known) return false;
    for (const FileEntry* file : known->second.files)
      out_.files.push_back({.path = file->path, .stamp = file->stamp, .is_heard = true});
    std::ranges::copy(known->second.folders, std::back_inserter(folders_));
    return true;
  }

  void read_folder(const std::string& folder) {
    const std::string absolute = join(pattern_.base(), folder);
    const bool is_heard = watch(absolute, folder, WatchRole::folder);
    if (is_heard && take_known(folder)) return;
    const std::unique_ptr<DIR, int (*)(DIR*)> open{::opendir(absolute.c_str()), &::closedir};
    if (!open) {
      if (!is_absence(errno)) return fail("read folder", absolute, errno);
      if (folder.empty()) out_.is_base_missing = true;
      return;
    }
    if (!pattern_.marker().empty()) out_.folders.insert(folder);
    while (!is_over()) {
      errno = 0;
      const dirent* const entry =
          ::readdir(open.get());  // NOLINT(concurrency-mt-unsafe): of our own
      if (entry == nullptr) {
        if (errno != 0) fail("read folder", absolute, errno);
        return;
      }
      take_entry(folder, *entry, ::dirfd(open.get()), is_heard);
    }
  }

  void take_entry(const std::string& folder, const dirent& entry, int fd, bool is_heard) {
    const std::string_view name{static_cast<const char*>(entry.d_name)};
    if (name == "." || name == "..") return;
    std::string path = join(folder, name);
    if (name == pattern_.marker()) return take_marker(folder, fd);
    unsigned char type = entry.d_type;
    if (type == DT_UNKNOWN) {
      struct stat status{};
      if (::fstatat(fd, static_cast<const char*>(entry.d_name), &status, AT_SYMLINK_NOFOLLOW) != 0)
        return;
      type = static_cast<unsigned char>(IFTODT(status.st_mode));
    }
    if (type == DT_DIR) {
      if (pattern_.descends_into(path)) folders_.push_back(std::move(path));
    } else if ((type == DT_REG || type == DT_LNK) && pattern_.matches(path)) {
      take(path, is_heard, type == DT_LNK);
    }
  }

  void take_marker(const std::string& folder, int fd) {
    struct stat status{};
    if (::fstatat(fd, pattern_.marker().c_str(), &status, 0) == 0 && S_ISREG(status.st_mode))
      out_.markers.emplace(folder, stamp_of(status));
  }

  void look_for_marker() {
    const UniqueFd folder{::open(pattern_.base().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
    if (!folder) return;
    out_.folders.insert("");
    take_marker("", folder.get());
  }

  void take_plain(bool is_heard) {
    struct stat status{};
    const bool is_link =
        ::lstat(pattern_.absolute().c_str(), &status) == 0 && S_ISLNK(status.st_mode);
    take(pattern_.pattern(), is_heard, is_link);
  }

  void take(const std::string& path, bool is_heard, bool is_link) {
    const std::string absolute = join(pattern_.base(), path);
    struct stat status{};
    if (is_link && (::stat(absolute.c_str(), &status) != 0 || S_ISREG(status.st_mode))) {
      is_heard = watch(absolute, path, WatchRole::target) && is_heard;
    }
    if (::stat(absolute.c_str(), &status) != 0) {
      if (!is_absence(errno) && !(errno == ELOOP && pattern_.is_glob())) {
        fail("read", absolute, errno);
      }
      return;
    }
    if (!S_ISREG(status.st_mode)) {
      if (!pattern_.is_glob()) fail("read", absolute, reason_against(status));
      return;
    }
    if (out_.files.size() >= kFilesMax) return fail_as_too_many("1,000,000 files");
    out_.files.push_back({.path = path, .stamp = stamp_of(status), .is_heard = is_heard});
  }

  static std::string reason_against(const struct stat& status) {
    if (S_ISDIR(status.st_mode)) return "is a folder, name its files, as with /* or /**";
    return "is not a regular file";
  }

  const PathPattern& pattern_;
  const Inotify& inotify_;
  const std::atomic<bool>& stop_;
  /// Of a folder that was watched before.
  struct KnownFolder {
    bool is_known{};
    std::vector<const FileEntry*> files;
    std::vector<std::string> folders;
  };
  std::unordered_map<std::string, int> before_;
  std::map<std::string, KnownFolder, std::less<>> known_;
  std::vector<std::string> folders_;  ///< Still to be read.
  Walk out_;
};

}  // namespace

Walk walk(const PathPattern& pattern, const Watches& before, const Known* known,
          const Inotify& inotify, const std::atomic<bool>& stop) {
  return Walker{pattern, before, known, inotify, stop}.run();
}

}  // namespace freshet::files
