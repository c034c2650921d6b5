// Projects that lie in memory, for tests of the module `project`.
#pragma once
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "project/files.hpp"
#include "project/loader.hpp"

namespace freshet::project {

/// Files by path, with / for the root.
class MemoryFiles : public FileReader {
 public:
  explicit MemoryFiles(std::map<std::string, std::string> files) : files_{std::move(files)} {}

  [[nodiscard]] Result<std::string> read(const std::string& path,
                                         std::size_t size_max) const override {
    const auto found = files_.find(path);
    if (found == files_.end()) return Error{Errc::not_found, "read " + path + ": no such file"};
    if (found->second.size() > size_max)
      return Error{Errc::invalid, "read " + path + ": too large"};
    return found->second;
  }
  [[nodiscard]] std::vector<Entry> list(const std::string& folder) const override {
    std::map<std::string, bool> names;
    const std::string prefix = folder + "/";
    for (const auto& [path, text] : files_) {
      if (!path.starts_with(prefix)) continue;
      const std::string rest = path.substr(prefix.size());
      const bool is_folder = rest.find('/') != std::string::npos;
      names[rest.substr(0, rest.find('/'))] = is_folder;
    }
    std::vector<Entry> entries;
    for (const auto& [name, is_folder] : names) entries.push_back({name, is_folder});
    return {entries.rbegin(), entries.rend()};  // not sorted, as on a disk
  }
  [[nodiscard]] bool exists(const std::string& path) const override {
    return files_.contains(path);
  }
  [[nodiscard]] std::string absolute(const std::string& path) const override { return path; }

 private:
  std::map<std::string, std::string> files_;
};

inline Environment no_environment() {
  return [](std::string_view) { return std::nullopt; };
}

/// Loads /p/freshet.yaml.
inline LoadResult load_text(const std::string& text, const LoadOptions& options = {},
                            const Environment& environment = no_environment()) {
  return load_project("/p", environment, MemoryFiles{{{"/p/freshet.yaml", text}}}, options);
}

/// All diagnostics as people see them, one a line.
inline std::string all(const LoadResult& result) {
  std::string out;
  for (const Diagnostic& diagnostic : result.diagnostics) out += format(diagnostic) + "\n";
  return out;
}

}  // namespace freshet::project
