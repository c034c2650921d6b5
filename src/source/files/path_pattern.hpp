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
/// `{name}` is a wildcard, too (model/path_captures.hpp).  A file that is called as the marker is
/// none of them: it says that those of its folder, and of folders below, are whole.  Immutable; any
/// thread.
class PathPattern {
 public:
  /// `path` is absolute, or relative to `directory`, whose own characters are never wildcards.
  PathPattern(std::string_view directory, std::string_view path, std::string_view marker = {});

  [[nodiscard]] bool is_glob() const { return is_glob_; }
  /// Absolute; the folder of a plain file.
  [[nodiscard]] const std::string& base() const { return base_; }
  /// What follows `base`: a file's name, or a glob.
  [[nodiscard]] const std::string& pattern() const { return pattern_; }
  /// As pattern(), but with the names of captures.
  [[nodiscard]] const std::string& named() const { return named_; }
  [[nodiscard]] std::string absolute() const;
  /// "": there is none.
  [[nodiscard]] const std::string& marker() const { return marker_; }

  /// Whether a file is meant, given by its path relative to `base`.
  [[nodiscard]] bool matches(std::string_view file) const;
  /// The same, asked without having gone down the folders above it.
  [[nodiscard]] bool takes(std::string_view file) const;
  /// Whether a folder below `base` may hold such files; those above it were asked before.
  [[nodiscard]] bool descends_into(std::string_view folder) const;
  /// Whether something that happened to `name` in `folder` (relative, "" for `base`) may matter.
  [[nodiscard]] bool concerns(std::string_view folder, std::string_view name, bool is_folder) const;

  friend bool operator==(const PathPattern&, const PathPattern&) = default;

 private:
  std::string base_;
  std::string pattern_;
  std::string named_;
  std::string marker_;
  std::vector<std::string> segments_;  ///< Of pattern_.
  std::size_t deep_{};                 ///< The first segment with `**`; segments_.size(): none.
  bool is_glob_{};
};

/// "a/b" of "a" and "b"; "b" of "" and "b"; "/b" of "/" and "b".
[[nodiscard]] std::string join(std::string_view folder, std::string_view name);
/// "a" of "a/b"; "" of "b".
[[nodiscard]] std::string_view folder_of(std::string_view path);

}  // namespace freshet::files
