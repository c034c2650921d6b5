#include "project/files.hpp"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/file.hpp"
#include "base/text.hpp"
#include "freshet/result.hpp"

namespace freshet::project {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFolderDepthMax = 64;

class RealFiles : public FileReader {
 public:
  [[nodiscard]] Result<std::string> read(const std::string& path,
                                         std::size_t size_max) const override {
    return read_file(path, size_max);
  }

  [[nodiscard]] std::vector<Entry> list(const std::string& folder) const override {
    std::vector<Entry> entries;
    std::error_code ec;
    for (fs::directory_iterator it{folder.empty() ? "." : folder, ec}, end; !ec && it != end;
         it.increment(ec)) {
      std::error_code ignored;
      entries.push_back(
          {.name = it->path().filename().string(),
           .is_folder = it->symlink_status(ignored).type() == fs::file_type::directory});
    }
    return entries;
  }

  [[nodiscard]] bool exists(const std::string& path) const override {
    std::error_code ec;
    return fs::exists(path, ec);
  }

  [[nodiscard]] std::string absolute(const std::string& path) const override {
    std::error_code ec;
    const fs::path whole = fs::absolute(path.empty() ? "." : path, ec);
    if (ec) return path;
    std::string text = whole.lexically_normal().string();
    while (text.size() > 1 && text.ends_with('/')) text.pop_back();
    return text;
  }
};

class Expansion {
 public:
  Expansion(const FileReader& files, std::vector<std::string>& found)
      : files_{files}, found_{found} {}

  void walk(const std::string& folder, std::span<const std::string_view> segments,
            std::size_t depth) {
    if (segments.empty() || depth > kFolderDepthMax) return;
    const std::string_view segment = segments.front();
    const std::span<const std::string_view> rest = segments.subspan(1);
    if (segment == "**") {
      // None at all, or one more folder; at the end it stands for every file below.
      if (!rest.empty()) walk(folder, rest, depth);
      each_entry(folder, [&](const FileReader::Entry& entry) {
        if (entry.is_folder) {
          walk(join_path(folder, entry.name), segments, depth + 1);
        } else if (rest.empty()) {
          found_.push_back(join_path(folder, entry.name));
        }
      });
      return;
    }
    if (!is_glob(segment)) {
      const std::string path = join_path(folder, segment);
      if (!rest.empty()) {
        walk(path, rest, depth + 1);
      } else if (files_.exists(path)) {
        found_.push_back(path);
      }
      return;
    }
    each_entry(folder, [&](const FileReader::Entry& entry) {
      if (!glob_match(segment, entry.name)) return;
      if (!rest.empty()) {
        walk(join_path(folder, entry.name), rest, depth + 1);
      } else if (!entry.is_folder) {
        found_.push_back(join_path(folder, entry.name));
      }
    });
  }

 private:
  template <class Each>
  void each_entry(const std::string& folder, Each each) {
    for (const FileReader::Entry& entry : files_.list(folder)) {
      if (!entry.name.starts_with('.')) each(entry);
    }
  }

  const FileReader& files_;
  std::vector<std::string>& found_;
};

}  // namespace

const FileReader& real_files() {
  static const RealFiles files;
  return files;
}

std::string join_path(std::string_view folder, std::string_view path) {
  std::string text = (fs::path{folder} / fs::path{path}).lexically_normal().string();
  while (text.size() > 1 && text.ends_with('/')) text.pop_back();
  return text == "." ? "" : text;
}

std::string folder_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return "";
  return std::string{slash == 0 ? path.substr(0, 1) : path.substr(0, slash)};
}

std::vector<std::string> expand(const FileReader& files, const std::string& folder,
                                const std::string& pattern) {
  std::vector<std::string> found;
  std::string root = folder;
  std::string_view rest = pattern;
  if (rest.starts_with('/')) {
    root = "/";
    rest.remove_prefix(1);
  }
  const std::vector<std::string_view> segments = split(rest, '/');
  Expansion{files, found}.walk(root, segments, 0);
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

}  // namespace freshet::project
