// Which definitions are in force: every project's latest good ones, as one graph.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "freshet/graph.hpp"
#include "freshet/service.hpp"
#include "project/environment.hpp"
#include "project/load_options.hpp"

namespace freshet::runtime {

/// Loads projects again and again; what is rejected keeps its last good version.  Not for several
/// threads at once; every call reads files.
class Projects {
 public:
  Projects(std::vector<std::string> directories, project::Environment environment);

  struct Loaded {
    std::shared_ptr<const Graph>
        graph;  ///< Null when no project has a good version, or they do not fit together.
    std::vector<Diagnostic> diagnostics;
    bool accepted{true};                  ///< Every project's present version is in force.
    std::vector<ProjectStatus> projects;  ///< By directory; without `loaded_at`.
  };
  [[nodiscard]] Loaded load();
  /// Judges without bringing anything into force; `files` stand for those on disk, relative to the
  /// first project.
  [[nodiscard]] std::vector<Diagnostic> validate(const std::vector<ProposedFile>& files) const;

  [[nodiscard]] const std::vector<std::string>& directories() const { return directories_; }

 private:
  std::vector<std::string> directories_;
  project::Environment environment_;
  std::vector<std::shared_ptr<const Definitions>>
      good_;  ///< By directory; null where there never was one.
};

/// The condition compiler as a check of definitions.
[[nodiscard]] project::LoadOptions load_options();
[[nodiscard]] project::Environment process_environment();

}  // namespace freshet::runtime
