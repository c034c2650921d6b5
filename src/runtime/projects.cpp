#include "runtime/projects.hpp"

#include <cstdlib>
#include <map>

#include "freshet/engine.hpp"
#include "project/files.hpp"
#include "project/loader.hpp"

namespace freshet::runtime {
namespace {

/// The disk, but for some files.
class Overlay final : public project::FileReader {
 public:
  Overlay(const std::string& directory, const std::vector<ProposedFile>& files) {
    for (const auto& file : files) files_[project::join_path(directory, file.path)] = file.text;
  }
  [[nodiscard]] Result<std::string> read(const std::string& path,
                                         std::size_t size_max) const override {
    const auto it = files_.find(path);
    if (it == files_.end()) return project::real_files().read(path, size_max);
    if (it->second.size() > size_max)
      return Error{Errc::invalid, "read " + path + ": larger than allowed"};
    return it->second;
  }
  [[nodiscard]] std::vector<Entry> list(const std::string& folder) const override {
    auto entries = project::real_files().list(folder);
    for (const auto& [path, text] : files_) {
      if (path.size() <= folder.size() + 1 || !path.starts_with(folder + "/")) continue;
      const std::string rest = path.substr(folder.size() + 1);
      const auto slash = rest.find('/');
      Entry entry{rest.substr(0, slash), slash != std::string::npos};
      const bool known = std::any_of(entries.begin(), entries.end(),
                                     [&](const Entry& e) { return e.name == entry.name; });
      if (!known) entries.push_back(std::move(entry));
    }
    return entries;
  }
  [[nodiscard]] bool exists(const std::string& path) const override {
    return files_.contains(path) || project::real_files().exists(path);
  }
  [[nodiscard]] std::string absolute(const std::string& path) const override {
    return project::real_files().absolute(path);
  }

 private:
  std::map<std::string, std::string> files_;
};

}  // namespace

project::Environment process_environment() {
  return [](std::string_view name) -> std::optional<std::string> {
    const char* value =
        std::getenv(std::string{name}.c_str());  // NOLINT(concurrency-mt-unsafe): nothing sets it
    return value == nullptr ? std::nullopt : std::optional<std::string>{value};
  };
}

project::LoadOptions load_options() {
  project::LoadOptions options;
  options.check_automation = [](std::string_view expression, bool of_check) {
    std::vector<Diagnostic> out;
    if (const auto error = check_condition(expression, of_check)) {
      out.push_back({Diagnostic::Severity::error, {"", 1, error->column}, error->message});
    }
    return out;
  };
  return options;
}

Projects::Projects(std::vector<std::string> directories, project::Environment environment)
    : directories_{std::move(directories)},
      environment_{std::move(environment)},
      good_(directories_.size()) {}

Projects::Loaded Projects::load() {
  Loaded out;
  auto results =
      project::load_projects(directories_, environment_, project::real_files(), load_options());
  auto next = good_;
  for (std::size_t i = 0; i < results.size(); ++i) {
    auto& result = results[i];
    out.diagnostics.insert(out.diagnostics.end(), result.diagnostics.begin(),
                           result.diagnostics.end());
    if (result.definitions) {
      next[i] = std::make_shared<const Definitions>(*std::move(result.definitions));
    } else {
      out.accepted = false;
    }
  }
  const auto tell = [&](const auto& in_force) {
    for (std::size_t i = 0; i < results.size(); ++i) {
      out.projects.push_back({.name = in_force[i] ? in_force[i]->project : "",
                              .directory = directories_[i],
                              .assets = in_force[i] ? in_force[i]->assets.size() : 0,
                              .is_valid = in_force[i] != good_[i],
                              .diagnostics = std::move(results[i].diagnostics)});
    }
  };
  Graph::Projects projects;
  for (const auto& definitions : next) {
    if (definitions) projects.push_back(definitions);
  }
  if (projects.empty()) {
    tell(good_);
    return out;
  }
  auto graph = Graph::build(projects);
  if (!graph) {
    // A good version of one and an older one of another may not fit together.
    out.accepted = false;
    out.diagnostics.push_back({Diagnostic::Severity::error, {}, graph.error().message});
    for (auto& result : results) result.diagnostics.push_back(out.diagnostics.back());
    tell(good_);
    return out;
  }
  tell(next);
  good_ = std::move(next);
  out.graph = *graph;
  return out;
}

std::vector<Diagnostic> Projects::validate(const std::vector<ProposedFile>& files) const {
  const std::string base = project::real_files().absolute(directories_.front());
  std::vector<std::string> directories = directories_;
  directories.front() = base;
  const Overlay overlay{base, files};
  std::vector<Diagnostic> out;
  for (auto& result : project::load_projects(directories, environment_, overlay, load_options())) {
    out.insert(out.end(), result.diagnostics.begin(), result.diagnostics.end());
  }
  return out;
}

}  // namespace freshet::runtime
