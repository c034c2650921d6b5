#include "project/loader.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/hash.hpp"
#include "freshet/definitions.hpp"
#include "freshet/result.hpp"
#include "project/environment.hpp"
#include "project/files.hpp"
#include "project/load_options.hpp"
#include "project/reader.hpp"
#include "project/types.hpp"
#include "project/validate.hpp"
#include "project/values.hpp"
#include "project/yaml_tree.hpp"

namespace freshet::project {
namespace {

/// A project while it is read.
struct Loading {
  Definitions definitions;
  Report report;
  std::vector<std::string> files;
  ContentHash fingerprint;
  std::string prefix;
  bool is_whole{true};  // no file was unreadable, so that what is missing is missing
};

bool is_error(const Diagnostic& d) { return d.severity == Diagnostic::Severity::error; }

bool is_sound(const Loading& loading) {
  return std::ranges::none_of(loading.report.diagnostics, is_error);
}

/// By place, the first file read before all others; what is said twice is said once.
void sort_by_place(std::vector<Diagnostic>& diagnostics, const std::vector<std::string>& files) {
  const std::string main = files.empty() ? std::string{} : files.front();
  const auto rank = [&](const Diagnostic& d) {
    return std::tie(d.place.file, d.place.line, d.place.column, d.severity, d.message);
  };
  std::sort(diagnostics.begin(), diagnostics.end(), [&](const Diagnostic& a, const Diagnostic& b) {
    const bool other_a = a.place.file != main;
    const bool other_b = b.place.file != main;
    if (other_a != other_b) return other_b;
    return rank(a) < rank(b);
  });
  diagnostics.erase(std::unique(diagnostics.begin(), diagnostics.end()), diagnostics.end());
}

LoadResult finish(Loading loading, std::vector<Diagnostic> found) {
  LoadResult out;
  out.diagnostics = std::move(loading.report.diagnostics);
  std::move(found.begin(), found.end(), std::back_inserter(out.diagnostics));
  sort_by_place(out.diagnostics, loading.files);
  out.unsupported = std::move(loading.report.unsupported);
  out.files = std::move(loading.files);
  if (std::none_of(out.diagnostics.begin(), out.diagnostics.end(), is_error)) {
    out.definitions = std::move(loading.definitions);
  }
  return out;
}

void hash_piece(ContentHash& hash, std::string_view piece) {
  hash.update(std::to_string(piece.size()) + ':');
  hash.update(piece);
}

/// Everything a tree says, whatever its places.
void hash_tree(ContentHash& hash, const Node& node) {
  hash_piece(hash, std::to_string(static_cast<int>(node.kind())));
  hash_piece(hash, node.text());
  for (const Node& child : node.children()) hash_tree(hash, child);
  if (node.is_map() || node.is_sequence()) hash_piece(hash, "end");
}

std::uint64_t number_of(const ContentHash& hash) {
  const Hash128 digest = hash.digest();
  return digest.high ^ digest.low;
}

/// nullopt, with the reason in the report, where there is nothing to read on with.
std::optional<YamlTree> read_tree(Loading& loading, const std::string& path,
                                  const Environment& environment, const FileReader& files,
                                  Errc* error = nullptr) {
  const YamlLimits limits;
  const Result<std::string> text = files.read(path, limits.bytes);
  if (!text) {
    loading.is_whole = false;
    if (error != nullptr) *error = text.error().code;
    loading.report.diagnostics.push_back(
        {.place = {.file = path}, .message = text.error().message});
    return std::nullopt;
  }
  loading.files.push_back(path);
  ParsedYaml parsed = parse_yaml(*text, path, &environment, limits);
  hash_piece(loading.fingerprint, path);
  hash_piece(loading.fingerprint, *text);
  hash_piece(loading.fingerprint, parsed.variables);
  std::move(parsed.diagnostics.begin(), parsed.diagnostics.end(),
            std::back_inserter(loading.report.diagnostics));
  if (!parsed.tree) loading.is_whole = false;
  return std::move(parsed.tree);
}

/// Takes the sources and assets of one file into the project.
void take_file(Loading& loading, Reader& reader, const FileDraft& draft, const Defaults& defaults) {
  std::vector<AssetDefinition>& assets = loading.definitions.assets;
  const auto add = [&](std::optional<AssetDefinition> asset) {
    if (!asset) return;
    asset->project = loading.definitions.project;
    assets.push_back(std::move(*asset));
  };
  std::size_t count = assets.size();
  for (const Node* list : {draft.sources, draft.assets}) {
    if (list != nullptr) count += list->children().size();
  }
  if (count > assets.capacity()) assets.reserve(std::max(count, assets.capacity() * 2));
  if (draft.sources != nullptr) {
    reader.call_it("sources");
    read_list(reader, *draft.sources, [&](const Node& item) { add(read_source(reader, item)); });
  }
  if (draft.alerts != nullptr) read_alerts(reader, *draft.alerts, loading.definitions.alerts);
  if (draft.lineage != nullptr) read_lineage(reader, *draft.lineage, loading.definitions.lineage);
  if (draft.publications != nullptr)
    read_publications(reader, *draft.publications, loading.definitions.publications);
  if (draft.assets != nullptr) {
    reader.call_it("assets");
    read_list(reader, *draft.assets,
              [&](const Node& item) { add(read_asset(reader, item, defaults)); });
  }
}

FileDraft read_top(Reader& reader, const Node& root) {
  FileDraft draft;
  if (!root.is_null()) reader.read(file_type, root, draft);
  return draft;
}

/// Puts the prefix before the project's own keys, also where they are named as dependencies.
void apply_prefix(Definitions& definitions, const std::string& prefix) {
  if (prefix.empty()) return;
  std::unordered_set<std::string> own;
  for (AssetDefinition& asset : definitions.assets) {
    asset.key = prefix + '/' + asset.key;
    own.insert(asset.key);
  }
  const auto complete = [&](std::string& named) {
    std::string key = prefix + '/' + named;
    if (own.contains(key)) named = std::move(key);
  };
  for (AssetDefinition& asset : definitions.assets) {
    for (Dependency& dependency : asset.deps) complete(dependency.key);
    for (ColumnDefinition& column : asset.columns) {
      for (ColumnOrigin& origin : column.from) complete(origin.asset);
    }
  }
}

/// Files that the project includes, without itself, each once, in the order of the patterns.
std::vector<std::string> included_files(Reader& reader, const FileDraft& draft,
                                        const FileReader& files, const std::string& directory,
                                        const std::string& main) {
  std::vector<std::string> out;
  if (draft.include == nullptr) return out;
  std::unordered_set<std::string> seen{main};
  const auto take = [&](const Node& pattern) {
    if (!pattern.is_scalar()) {
      reader.error(pattern, "include must list paths, not " + describe(pattern));
      return;
    }
    const std::vector<std::string> found = expand(files, directory, std::string{pattern.text()});
    if (found.empty()) {
      reader.warning(pattern, "include \"" + std::string{pattern.text()} + "\" matches no file");
    }
    for (const std::string& path : found) {
      if (seen.insert(path).second) out.push_back(path);
    }
  };
  if (draft.include->is_sequence()) {
    for (const Node& pattern : draft.include->children()) take(pattern);
  } else {
    take(*draft.include);
  }
  return out;
}

Loading read_project(const std::string& directory, const Environment& environment,
                     const FileReader& files, const LoadOptions& given) {
  Loading loading;
  Definitions& definitions = loading.definitions;
  const std::string main = join_path(directory, "freshet.yaml");
  LoadOptions options = given;
  options.file = main;
  options.directory = files.absolute(directory);
  definitions.directory = options.directory;

  Errc error{};
  const std::optional<YamlTree> tree = read_tree(loading, main, environment, files, &error);
  if (!tree) {
    if (loading.files.empty() && error == Errc::not_found) {
      const std::string shown = directory.empty() ? "." : directory;
      loading.report.diagnostics.back().message =
          "no project here: `freshet init " + shown + "` makes one";
    }
    return loading;
  }
  Reader reader{Reader::Role::project_file, options, loading.report};
  const FileDraft draft = read_top(reader, tree->root());
  definitions.project = !draft.project.empty() ? draft.project : given.project;
  if (definitions.project.empty()) {
    const std::string folder = definitions.directory.substr(definitions.directory.rfind('/') + 1);
    definitions.project = folder;
    if (!is_word(folder, "_-") && tree->root().find("project") == nullptr) {
      reader.error(tree->root(), "the folder's name \"" + folder +
                                     "\" cannot be the project's: write project: NAME (letters, "
                                     "digits, _ and -)");
    }
  }
  definitions.pools = draft.pools;
  loading.prefix = draft.prefix;
  const Defaults defaults = read_defaults(reader, draft.defaults);
  take_file(loading, reader, draft, defaults);

  for (const std::string& path : included_files(reader, draft, files, directory, main)) {
    const std::optional<YamlTree> included = read_tree(loading, path, environment, files);
    if (!included) continue;
    options.file = path;
    options.directory = files.absolute(folder_of(path));
    Reader inner{Reader::Role::included_file, options, loading.report};
    const FileDraft part = read_top(inner, included->root());
    take_file(loading, inner, part, merge(defaults, read_defaults(inner, part.defaults)));
    options.file = main;
  }
  apply_prefix(definitions, loading.prefix);
  definitions.fingerprint = number_of(loading.fingerprint);
  return loading;
}

std::vector<ProjectView> views_of(const std::vector<const Definitions*>& accepted) {
  std::vector<ProjectView> views;
  views.reserve(accepted.size() + 1);
  for (const Definitions* definitions : accepted) views.push_back({.definitions = definitions});
  return views;
}

}  // namespace

std::vector<LoadResult> load_projects(std::span<const std::string> directories,
                                      const Environment& environment, const FileReader& files,
                                      const LoadOptions& options) {
  std::vector<Loading> loading;
  loading.reserve(directories.size());
  std::vector<ProjectView> projects = views_of(options.beside);
  const std::size_t first = projects.size();
  for (const std::string& directory : directories) {
    loading.push_back(read_project(directory, environment, files, options));
    projects.push_back({.definitions = &loading.back().definitions,
                        .is_whole = loading.back().is_whole,
                        .is_sound = is_sound(loading.back())});
  }
  std::vector<std::vector<Diagnostic>> found = validate(projects, options.unknown_dependency);
  std::vector<LoadResult> out;
  out.reserve(loading.size());
  for (std::size_t i = 0; i < loading.size(); ++i) {
    out.push_back(finish(std::move(loading[i]), std::move(found[first + i])));
  }
  return out;
}

LoadResult load_project(const std::string& directory, const Environment& environment,
                        const FileReader& files, const LoadOptions& options) {
  return std::move(load_projects({&directory, 1}, environment, files, options).front());
}

LoadResult load_definitions(const Node& root, const LoadOptions& options) {
  Loading loading;
  loading.files.push_back(options.file);
  Reader reader{Reader::Role::graph, options, loading.report};
  const FileDraft draft = read_top(reader, root);
  if (draft.include != nullptr) {
    reader.error(*draft.include, "include is not possible here: write the definitions out");
  }
  loading.definitions.project = !draft.project.empty() ? draft.project : options.project;
  loading.definitions.directory = options.directory;
  loading.definitions.pools = draft.pools;
  hash_tree(loading.fingerprint, root);
  loading.definitions.fingerprint = number_of(loading.fingerprint);
  take_file(loading, reader, draft, read_defaults(reader, draft.defaults));
  apply_prefix(loading.definitions, draft.prefix);

  std::vector<ProjectView> projects = views_of(options.beside);
  projects.push_back({.definitions = &loading.definitions, .is_sound = is_sound(loading)});
  std::vector<std::vector<Diagnostic>> found = validate(projects, options.unknown_dependency);
  return finish(std::move(loading), std::move(found.back()));
}

std::string format(const Diagnostic& diagnostic) {
  const Place& place = diagnostic.place;
  std::string out = place.file;
  if (place.line > 0) out += ':' + std::to_string(place.line);
  if (place.line > 0 && place.column > 0) out += ':' + std::to_string(place.column);
  if (!out.empty()) out += ": ";
  out += is_error(diagnostic) ? "error: " : "warning: ";
  return out + diagnostic.message;
}

}  // namespace freshet::project
