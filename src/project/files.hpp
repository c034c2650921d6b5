// Which files make up a project, and what stands in them.  The disk is behind an interface, so that
// a change can be validated that is not on any disk.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/result.hpp"

namespace freshet::project {

class FileReader {
 public:
  struct Entry {
    std::string name;
    bool is_folder{false};  ///< A link to a folder is none, so that walking ends.
  };

  virtual ~FileReader() = default;
  /// The whole file.  not_found where there is none; invalid above `size_max` bytes.  Blocks.
  [[nodiscard]] virtual Result<std::string> read(const std::string& path,
                                                 std::size_t size_max) const = 0;
  /// What a folder holds, in any order; nothing where there is none.  Blocks.
  [[nodiscard]] virtual std::vector<Entry> list(const std::string& folder) const = 0;
  [[nodiscard]] virtual bool exists(const std::string& path) const = 0;
  /// From the root, without . and .. in it.
  [[nodiscard]] virtual std::string absolute(const std::string& path) const = 0;
};

/// The disk; safe from every thread.
[[nodiscard]] const FileReader& real_files();

/// Joins and tidies: a/./b/../c is a/c.  An absolute `path` stands for itself.
[[nodiscard]] std::string join_path(std::string_view folder, std::string_view path);
/// The folder of a file; "" for a bare name.
[[nodiscard]] std::string folder_of(std::string_view path);

/// Files that match a pattern relative to `folder`, as paths that begin like `folder`, sorted.
/// Wildcards do not match names that begin with a dot.
[[nodiscard]] std::vector<std::string> expand(const FileReader& files, const std::string& folder,
                                              const std::string& pattern);

}  // namespace freshet::project
