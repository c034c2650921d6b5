#include "model/dataset_names.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace freshet {
namespace {

constexpr std::string_view partition_part = "partition";

std::string joined(const Dataset& dataset) { return dataset.name_space + '\n' + dataset.name; }

struct Url {
  std::string scheme, authority, path;  ///< The authority without a user, the path without its /.
};
std::optional<Url> parse_url(std::string_view text) {
  const std::size_t scheme = text.find("://");
  if (scheme == std::string_view::npos) return std::nullopt;
  std::string_view rest = text.substr(scheme + 3);
  rest = rest.substr(0, rest.find('?'));
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  std::string_view authority = rest.substr(0, slash);
  if (const auto user = authority.rfind('@'); user != std::string_view::npos)
    authority.remove_prefix(user + 1);
  return Url{std::string{text.substr(0, scheme)}, std::string{authority},
             std::string{rest.substr(std::min(slash + 1, rest.size()))}};
}

/// A path, or s3://BUCKET/KEY and the like.
std::optional<Dataset> place_of(const std::string& text, const std::string& directory) {
  if (const auto url = parse_url(text))
    return normalized(url->scheme + "://" + url->authority, url->path);
  if (text.empty()) return std::nullopt;
  if (text.starts_with('/')) return Dataset{"file", text};
  std::string_view relative = text;
  if (relative.starts_with("./")) relative.remove_prefix(2);
  return Dataset{"file", directory + '/' + std::string{relative}};
}

std::vector<Dataset> of_database(const DatabaseSource& source) {
  const auto url = parse_url(source.url);
  if (!url || url->authority.empty()) return {};
  const bool is_postgres = url->scheme.starts_with("postgres");
  const bool is_mysql = url->scheme == "mysql" || url->scheme == "mariadb";
  if (!is_postgres && !is_mysql) return {};
  std::string host = url->authority.substr(0, url->authority.find(','));
  if (host.find(':') == std::string::npos) host += is_postgres ? ":5432" : ":3306";
  std::vector<Dataset> out;
  for (const std::string& table : source.tables) {
    const bool is_bare = table.find('.') == std::string::npos;
    if (is_postgres) {
      out.push_back({"postgres://" + host, url->path + '.' + (is_bare ? "public." : "") + table});
    } else {
      out.push_back({"mysql://" + host, (is_bare ? url->path + '.' : "") + table});
    }
  }
  return out;
}

/// All that the source of an asset is called; the first is what we call it.
std::vector<Dataset> of_source(const AssetDefinition& asset) {
  std::vector<Dataset> out;
  const auto add = [&](std::optional<Dataset> dataset) {
    if (dataset) out.push_back(*std::move(dataset));
  };
  switch (asset.source.kind) {
    case SourceKind::kafka:
      for (const std::string_view broker : split(asset.source.kafka.brokers, ','))
        out.push_back({"kafka://" + std::string{trim(broker)}, asset.source.kafka.topic});
      if (out.size() > 1) out.push_back({"kafka://" + asset.source.kafka.brokers, out[0].name});
      break;
    case SourceKind::database:
      out = of_database(asset.source.database);
      break;
    case SourceKind::file:
      add(place_of(asset.source.file.path, asset.directory));
      break;
    case SourceKind::table:
      if (asset.source.table.format != TableSource::Format::ducklake)
        add(place_of(asset.source.table.path, asset.directory));
      break;
    case SourceKind::webhook:
    case SourceKind::none:
      break;
  }
  return out;
}

/// `{date}` of a file's name is anything here.
std::string as_glob(std::string_view path) {
  std::string out;
  for (std::size_t at = 0; at < path.size(); ++at) {
    const std::size_t end = path[at] == '{' ? path.find('}', at) : std::string_view::npos;
    if (end == std::string_view::npos) {
      out += path[at];
    } else {
      out += '*';
      at = end;
    }
  }
  return out;
}

/// The folder before the first segment that varies.
std::string folder_of(std::string_view glob) {
  const std::size_t wild = glob.find_first_of("*?");
  const std::size_t slash = glob.substr(0, wild).rfind('/');
  return std::string{glob.substr(0, slash == std::string_view::npos ? 0 : slash)};
}

}  // namespace

Dataset normalized(std::string_view name_space, std::string_view name) {
  Dataset out{std::string{name_space}, std::string{name}};
  const auto begin_with = [&](std::string_view other, std::string_view ours) {
    if (name_space.starts_with(other))
      out.name_space = std::string{ours} + std::string{name_space.substr(other.size())};
  };
  begin_with("s3a://", "s3://");
  begin_with("s3n://", "s3://");
  begin_with("postgresql://", "postgres://");
  if (name_space == "file" || name_space.starts_with("file:")) {
    out.name_space = "file";
    if (!name.starts_with('/')) out.name.insert(0, "/");
  } else if (out.name_space.starts_with("s3://")) {
    while (out.name.starts_with('/')) out.name.erase(0, 1);
  }
  while (out.name.size() > 1 && out.name.ends_with('/')) out.name.pop_back();
  return out;
}

Result<DatasetMapping> DatasetMapping::make(const DatasetRule& rule) {
  FRESHET_TRY(DatasetPattern space, DatasetPattern::parse(rule.dataset_namespace));
  FRESHET_TRY(DatasetPattern name, DatasetPattern::parse(rule.name));
  FRESHET_TRY(DatasetPattern asset, DatasetPattern::parse(rule.asset));
  if (rule.asset.find('*') != std::string::npos)
    return Error{Errc::invalid,
                 "asset \"" + rule.asset + "\": want a key, in which only parts vary"};
  std::vector<std::string> known = space.parts();
  for (std::string& part : name.parts()) {
    if (std::ranges::find(known, part) != known.end())
      return Error{Errc::invalid, "{" + part + "} is in the namespace and in the name"};
    known.push_back(std::move(part));
  }
  for (const std::string& part : asset.parts()) {
    if (std::ranges::find(known, part) == known.end()) {
      return Error{Errc::invalid, "asset \"" + rule.asset + "\": {" + part +
                                      "} is neither in the namespace nor in the name"};
    }
  }
  return DatasetMapping{std::move(space), std::move(name), std::move(asset)};
}

std::optional<DatasetMapping::Target> DatasetMapping::asset_of(const Dataset& dataset) const {
  auto parts = space_.match(dataset.name_space);
  if (!parts) return std::nullopt;
  auto more = name_.match(dataset.name);
  if (!more) return std::nullopt;
  parts->merge(*more);
  auto key = asset_.expand(*parts);
  if (!key) return std::nullopt;
  const auto partition = parts->find(partition_part);
  return Target{*std::move(key), partition == parts->end() ? std::string{} : partition->second};
}

std::optional<Dataset> DatasetMapping::dataset_of(std::string_view key,
                                                  std::string_view partition) const {
  auto parts = asset_.match(key);
  if (!parts) return std::nullopt;
  if (!partition.empty()) parts->try_emplace(std::string{partition_part}, partition);
  auto space = space_.expand(*parts);
  auto name = name_.expand(*parts);
  if (!space || !name) return std::nullopt;
  return Dataset{*std::move(space), *std::move(name)};
}

DatasetNames::DatasetNames(std::shared_ptr<const Graph> graph) : graph_{std::move(graph)} {
  for (const auto& project : graph_->projects()) {
    for (const DatasetRule& rule : project->lineage.datasets) {
      if (auto mapping = DatasetMapping::make(rule)) rules_.push_back(*std::move(mapping));
    }
  }
  for (std::uint32_t i = 0; i < graph_->size(); ++i) {
    const AssetDefinition& asset = graph_->asset(Rank{i});
    std::vector<Dataset> known = of_source(asset);
    for (const std::string& written : asset.writes) {
      if (written.find('/') == std::string::npos) continue;  // a table of who knows which database
      if (auto place = place_of(written, asset.directory)) known.push_back(*std::move(place));
    }
    for (const Dataset& dataset : known) {
      const std::string glob = as_glob(dataset.name);
      if (is_glob(glob)) {
        globs_.push_back({dataset.name_space, glob, Rank{i}});
      } else {
        const Dataset plain = normalized(dataset.name_space, dataset.name);
        std::vector<Rank>& ranks = exact_[joined(plain)];
        if (std::ranges::find(ranks, Rank{i}) == ranks.end()) ranks.push_back(Rank{i});
      }
    }
    if (known.empty()) continue;
    Dataset& own = own_[i] = normalized(known.front().name_space, known.front().name);
    // Whoever writes files names their folder.
    if (const std::string glob = as_glob(own.name); is_glob(glob)) own.name = folder_of(glob);
    if (own.name.empty()) own.name = "/";
  }
}

std::vector<DatasetNames::Found> DatasetNames::find(std::string_view name_space,
                                                    std::string_view name) const {
  const Dataset dataset = normalized(name_space, name);
  for (const DatasetMapping& rule : rules_) {
    auto target = rule.asset_of({std::string{name_space}, std::string{name}});
    if (!target) target = rule.asset_of(dataset);
    if (!target) continue;
    if (const auto rank = graph_->find(target->key)) return {{*rank, target->partition}};
  }
  std::vector<Found> out;
  if (const auto found = exact_.find(joined(dataset)); found != exact_.end()) {
    for (const Rank rank : found->second) out.push_back({rank, {}});
  }
  for (const Place& place : globs_) {
    if (place.name_space != dataset.name_space) continue;
    const std::string folder = folder_of(place.glob);
    if (glob_match(place.glob, dataset.name) || (!folder.empty() && folder == dataset.name))
      out.push_back({place.rank, {}});
  }
  if (!out.empty()) return out;
  if (const auto rank = graph_->find(name)) out.push_back({*rank, {}});
  return out;
}

Dataset DatasetNames::dataset_of(Rank rank, std::string_view partition) const {
  const AssetDefinition& asset = graph_->asset(rank);
  for (const DatasetMapping& rule : rules_) {
    if (auto dataset = rule.dataset_of(asset.key, partition)) return *std::move(dataset);
  }
  if (const auto found = own_.find(rank.value); found != own_.end()) return found->second;
  return {"freshet://" + asset.project, asset.key};
}

}  // namespace freshet
