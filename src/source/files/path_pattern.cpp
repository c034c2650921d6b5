#include "source/files/path_pattern.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/text.hpp"
#include "model/path_captures.hpp"

namespace freshet::files {
namespace {

/// Without empty ones and "."; ".." stays, as what it means is up to the links before it.
std::vector<std::string> segments_of(std::string_view path) {
  std::vector<std::string> out;
  for (const std::string_view segment : split(path, '/')) {
    if (!segment.empty() && segment != ".") out.emplace_back(segment);
  }
  return out;
}

bool is_hidden(std::string_view name) { return name.starts_with('.'); }

/// Whether a wildcard segment may take a file's name as the name of something finished.
bool is_allowed(std::string_view segment, std::string_view name) {
  if (is_hidden(name) && !is_hidden(segment)) return false;
  if (name.starts_with(".~") && !segment.starts_with(".~")) return false;
  constexpr std::array<std::string_view, 2> unfinished{".tmp", ".part"};
  return std::ranges::none_of(unfinished, [&](std::string_view suffix) {
    return name.ends_with(suffix) && !segment.ends_with(suffix);
  });
}

}  // namespace

std::string join(std::string_view folder, std::string_view name) {
  std::string out{folder};
  if (!out.empty() && !out.ends_with('/') && !name.empty()) out += '/';
  return out += name;
}

std::string_view folder_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
}

PathPattern::PathPattern(std::string_view directory, std::string_view path, std::string_view marker)
    : marker_{marker} {
  base_ = "/";
  if (!path.starts_with('/')) {
    std::error_code error;  // Only without a working directory, and then "/" is as good as any.
    const auto absolute = std::filesystem::absolute(std::filesystem::path{directory}, error);
    for (const std::string& segment : segments_of(error ? directory : absolute.native())) {
      base_ = join(base_, segment);
    }
  }
  const std::vector<std::string> all = segments_of(path);
  std::size_t literal = 0;
  const auto glob_of = [](const std::string& segment) { return PathCaptures{segment}.glob(); };
  while (literal + 1 < all.size() && !freshet::is_glob(glob_of(all[literal]))) {
    base_ = join(base_, all[literal++]);
  }
  for (; literal < all.size(); ++literal) {
    segments_.push_back(glob_of(all[literal]));
    pattern_ = join(pattern_, segments_.back());
    named_ = join(named_, all[literal]);
  }
  if (segments_.empty()) named_ = pattern_ = segments_.emplace_back(".");
  is_glob_ = freshet::is_glob(pattern_);
  while (deep_ < segments_.size() && segments_[deep_].find("**") == std::string::npos) ++deep_;
}

std::string PathPattern::absolute() const { return join(base_, named_); }

bool PathPattern::matches(std::string_view file) const {
  if (!is_glob_) return file == pattern_;
  const std::string_view name = file.substr(file.rfind('/') + 1);
  if (!marker_.empty() && name == marker_) return false;
  return is_allowed(segments_.back(), name) && glob_match(pattern_, file);
}

bool PathPattern::takes(std::string_view file) const {
  for (std::size_t slash = file.find('/'); slash != std::string_view::npos;
       slash = file.find('/', slash + 1)) {
    if (!descends_into(file.substr(0, slash))) return false;
  }
  return matches(file);
}

bool PathPattern::descends_into(std::string_view folder) const {
  if (!is_glob_) return false;
  const auto level = static_cast<std::size_t>(std::ranges::count(folder, '/'));
  const std::string_view name = folder.substr(folder.rfind('/') + 1);
  if (level < deep_) {
    return level + 1 < segments_.size() && (!is_hidden(name) || is_hidden(segments_[level])) &&
           glob_match(segments_[level], name);
  }
  if (!is_hidden(name)) return true;
  return std::any_of(
      segments_.begin() + static_cast<std::ptrdiff_t>(deep_), segments_.end() - 1,
      [&](const std::string& segment) { return is_hidden(segment) && glob_match(segment, name); });
}

bool PathPattern::concerns(std::string_view folder, std::string_view name, bool is_folder) const {
  if (!is_folder && !marker_.empty() && name == marker_) return true;
  if (!is_glob_) return name == pattern_;
  const std::string path = join(folder, name);
  return is_folder ? descends_into(path) : matches(path);
}

}  // namespace freshet::files
