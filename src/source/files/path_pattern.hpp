// Which files a source's path means, and in which folders to look for them.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace freshet::files {

/// A path of one file, or a glob over the files below its last folder without a wildcard (`base`).
///
/// Wildcards take neither hidden names nor those of files that are still being written (`*.tmp`,
/// `*.part`, `.~*`), unless the pattern's own segment spells it out: `*.part`, `.config/*.json`.
/// Immutable; any thread.
class PathPattern {
 public:
  /// `path` is absolute, or relative to `directory`, whose own characters are never wildcards.
  PathPattern(std::string_view directory, std::string_view path);

  [[nodiscard]] bool is_glob() const { return is_glob_; }
  /// Absolute; the folder of a plain file.
  [[nodiscard]] const std::string& base() const { return base_; }
  /// What follows `base`: a file's name, or a glob.
  [[nodiscard]] const std::string& pattern() const { return pattern_; }
  [[nodiscard]] std::string absolute() const;

  /// Whether a file is meant, given by its path relative to `base`.
  [[nodiscard]] bool matches(std::string_view file) const;
  /// Whether a folder below `base` may hold such files; those above it were asked before.
  [[nodiscard]] bool descends_into(std::string_view folder) const;
  /// Whether something that happened to `name` in `folder` (relative, "" for `base`) may matter.
  [[nodiscard]] bool concerns(std::string_view folder, std::string_view name, bool is_folder) const;

  friend bool operator==(const PathPattern&, const PathPattern&) = default;

 private:
  std::string base_;
  std::string pattern_;
  std::vector<std::string> segments_;  ///< Of pattern_.
  std::size_t deep_{};                 ///< The first segment with `**`; segments_.size(): none.
  bool is_glob_{};
};

/// "a/b" of "a" and "b"; "b" of "" and "b"; "/b" of "/" and "b".
[[nodiscard]] std::string join(std::string_view folder, std::string_view name);

}  // namespace freshet::files
