// What a project's files say: its definitions, or what is wrong with them and where.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "freshet/definitions.hpp"
#include "project/environment.hpp"
#include "project/files.hpp"
#include "project/load_options.hpp"
#include "project/yaml_tree.hpp"

namespace freshet::project {

/// Reads DIRECTORY/freshet.yaml and what it includes, and validates it beside options.beside.  The
/// options' `file` and `directory` are ignored.  Blocks on files; any thread.
[[nodiscard]] LoadResult load_project(const std::string& directory, const Environment& environment,
                                      const FileReader& files = real_files(),
                                      const LoadOptions& options = {});

/// The same for several projects that may depend on each other; a mistake between two of them
/// counts against the later one, and does not reject the other.  One result for each directory.
[[nodiscard]] std::vector<LoadResult> load_projects(std::span<const std::string> directories,
                                                    const Environment& environment,
                                                    const FileReader& files = real_files(),
                                                    const LoadOptions& options = {});

/// Definitions that stand inside another document (`graph:` of a scenario); the same schema, but
/// for what concerns other files.  `root` is borrowed during the call; options.file and .directory
/// tell where it stands.
[[nodiscard]] LoadResult load_definitions(const Node& root, const LoadOptions& options);

/// "file:line:column: error: message", as much of the place as there is.
[[nodiscard]] std::string format(const Diagnostic& diagnostic);

}  // namespace freshet::project
