// What assets write: two writers of one thing, and sources that watch what depends on them.
#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "freshet/definitions.hpp"
#include "model/path_captures.hpp"
#include "project/files.hpp"
#include "project/validation.hpp"

namespace freshet::project {
namespace {

bool is_url(std::string_view text) { return text.find("://") != std::string_view::npos; }
/// A table's name, or a file's in the folder at hand.
bool is_bare(std::string_view text) { return text.find('/') == std::string_view::npos; }

std::string where(const AssetDefinition& asset, std::string_view written) {
  return is_url(written) ? std::string{written} : join_path(asset.directory, written);
}

std::string both_write(const AssetDefinition& first, const AssetDefinition& second,
                       const std::string& written) {
  return quoted(first.key) + " and " + quoted(second.key) + " both write " + quoted(written);
}

}  // namespace

void Validation::check_writers() {
  std::unordered_map<std::string, Number> by_path;
  std::unordered_map<std::string_view, Number> by_name;
  for (Number n = 0; n < assets_.size(); ++n) {
    for (const std::string& written : asset(n).writes) {
      const auto [path, new_path] = by_path.try_emplace(where(asset(n), written), n);
      const auto [name, new_name] =
          is_bare(written) ? by_name.try_emplace(written, n) : std::pair{by_name.end(), true};
      if (!new_path && path->second != n) {
        report(assets_[n].project, asset(n).place,
               "two writers: " + both_write(asset(path->second), asset(n), written) +
                   " (the first is defined at " + words(asset(path->second).place) + ")");
      } else if (new_path && !new_name && name->second != n) {
        report(assets_[n].project, asset(n).place,
               both_write(asset(name->second), asset(n), written) +
                   ": if it is a table, these are two writers; if it is a file in each folder, "
                   "write ./" +
                   written,
               Diagnostic::Severity::warning);
      }
    }
  }
}

void Validation::check_self_triggers() {
  struct Written {
    std::string path;
    Number by;
    bool is_folder;
  };
  std::vector<Written> written;   // single paths, sorted
  std::vector<Written> patterns;  // globs and folders: compared with every source
  std::vector<Number> sources;
  for (Number n = 0; n < assets_.size(); ++n) {
    for (const std::string& text : asset(n).writes) {
      Written entry{.path = where(asset(n), text), .by = n, .is_folder = text.ends_with('/')};
      (is_glob(entry.path) || entry.is_folder ? patterns : written).push_back(std::move(entry));
    }
    if (asset(n).source.kind == SourceKind::file && !asset(n).source.file.path.empty()) {
      sources.push_back(n);
    }
  }
  if (sources.empty() || (written.empty() && patterns.empty())) return;
  std::sort(written.begin(), written.end(),
            [](const Written& a, const Written& b) { return a.path < b.path; });
  const std::vector<std::vector<Number>> downstream = downstream_lists();
  std::vector<Number> from(assets_.size(), kNone);

  for (const Number source : sources) {
    const std::string watched =
        PathCaptures{where(asset(source), asset(source).source.file.path)}.glob();
    std::vector<Number> writers;
    const std::string head = watched.substr(0, watched.find_first_of("*?"));
    for (auto it =
             std::lower_bound(written.begin(), written.end(), head,
                              [](const Written& w, const std::string& h) { return w.path < h; });
         it != written.end() && it->path.starts_with(head); ++it) {
      if (glob_match(watched, it->path)) writers.push_back(it->by);
    }
    for (const Written& entry : patterns) {
      const bool meets = glob_match(entry.path, watched) || glob_match(watched, entry.path) ||
                         (entry.is_folder && watched.starts_with(entry.path + '/'));
      if (meets) writers.push_back(entry.by);
    }
    if (writers.empty()) continue;

    std::vector<Number> reached{source};
    for (std::size_t i = 0; i < reached.size(); ++i) {
      for (const Number down : downstream[reached[i]]) {
        if (down == source || from[down] != kNone) continue;
        from[down] = reached[i];
        reached.push_back(down);
      }
    }
    std::sort(writers.begin(), writers.end());
    writers.erase(std::unique(writers.begin(), writers.end()), writers.end());
    for (const Number writer : writers) {
      if (from[writer] == kNone) continue;
      std::string path = asset(source).key;
      for (Number n = writer; n != source; n = from[n]) {
        path.insert(asset(source).key.size(), " → " + asset(n).key);
      }
      const Ref& later =
          assets_[writer].project > assets_[source].project ? assets_[writer] : assets_[source];
      report(later.project, later.asset->place,
             "self-trigger: source \"" + asset(source).key + "\" watches \"" +
                 asset(source).source.file.path + "\", which \"" + asset(writer).key +
                 "\" writes: " + path + " → " + asset(source).key + " would run for ever");
    }
    for (const Number n : reached) from[n] = kNone;
  }
}

}  // namespace freshet::project
