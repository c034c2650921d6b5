#include "api/lineage_translation.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "api/json_text.hpp"
#include "base/hash.hpp"
#include "freshet/time.hpp"
#include "model/partition/space.hpp"

namespace freshet::api {
namespace {

constexpr std::size_t essential_bytes_max = std::size_t{4} << 10;  ///< Of each facet.
constexpr const char* nominal_time = "nominalTime";
constexpr std::size_t metadata_bytes_max = std::size_t{64} << 10;  ///< Of each value that is kept.

const Json* facet(const Json& facets, const char* name) {
  const auto found = facets.find(name);
  return found == facets.end() ? nullptr : &*found;
}
const Json* field(const Json* object, const char* name) {
  if (object == nullptr || !object->is_object()) return nullptr;
  const auto found = object->find(name);
  return found == object->end() || found->is_null() ? nullptr : &*found;
}
std::string text_of(const Json* object, const char* name) {
  const Json* found = field(object, name);
  if (found == nullptr) return {};
  if (found->is_string()) return found->get<std::string>();
  return found->is_number() ? dump(*found) : std::string{};
}

/// The same for the same event, however often it comes.
std::string id_of(std::initializer_list<std::string_view> parts) {
  ContentHash hash;
  for (const std::string_view part : parts) {
    hash.update(std::to_string(part.size()) + ':');
    hash.update(part);
  }
  return freshet::to_text(hash.digest());
}

std::string version_of(const Json& facets, const std::string& run) {
  for (const auto& [name, key] :
       {std::pair{"datasetVersion", "datasetVersion"}, std::pair{"version", "datasetVersion"},
        std::pair{"version", "version"}}) {
    if (std::string version = text_of(facet(facets, name), key); !version.empty()) return version;
  }
  return run;
}

Json columns_of_schema(const Json* schema) {
  Json out = Json::object();
  const Json* fields = field(schema, "fields");
  if (fields == nullptr || !fields->is_array()) return out;
  for (const Json& one : *fields) {
    if (const std::string name = text_of(&one, "name"); !name.empty())
      out[name] = text_of(&one, "type");
  }
  return out;
}

/// Column → where it is made from, as "NAME.FIELD".
Json origins_of(const Json* lineage) {
  Json out = Json::object();
  const Json* fields = field(lineage, "fields");
  if (fields == nullptr || !fields->is_object()) return out;
  for (const auto& [column, origin] : fields->items()) {
    const Json* inputs = field(&origin, "inputFields");
    if (inputs == nullptr || !inputs->is_array()) continue;
    Json from = Json::array();
    for (const Json& input : *inputs)
      from.push_back(text_of(&input, "name") + '.' + text_of(&input, "field"));
    out[column] = std::move(from);
  }
  return out;
}

/// Assertions about a dataset, by what a check may be called after them.
template <class Each>
void each_assertion(const Json& facets, Each each) {
  const Json* list = field(facet(facets, "dataQualityAssertions"), "assertions");
  if (list == nullptr || !list->is_array()) return;
  for (const Json& one : *list) {
    const Json* success = field(&one, "success");
    if (success == nullptr || !success->is_boolean()) continue;
    const std::string name = text_of(&one, "name"), assertion = text_of(&one, "assertion");
    const std::string column = text_of(&one, "column");
    each(std::array{name, column.empty() ? std::string{} : assertion + '_' + column, assertion},
         one, success->get<bool>());
  }
}

/// Unless there is nothing, or more than anybody would read.
void add(Json& metadata, const char* name, Json value) {
  if (!value.empty() && dump(value).size() <= metadata_bytes_max) metadata[name] = std::move(value);
}

Json metadata_of(const LineageEvent& event, const LineageDataset& dataset) {
  Json out{{"run", event.run},
           {"job", event.job_namespace + '/' + event.job},
           {"dataset", dataset.name_space + ' ' + dataset.name}};
  const Json* statistics = facet(dataset.facets, "outputStatistics");
  for (const auto& [name, key] :
       {std::pair{"dagster/row_count", "rowCount"}, std::pair{"size_bytes", "size"},
        std::pair{"files", "fileCount"}}) {
    const Json* number = field(statistics, key);
    if (number != nullptr && number->is_number()) out[name] = *number;
  }
  add(out, "columns", columns_of_schema(facet(dataset.facets, "schema")));
  add(out, "column_lineage", origins_of(facet(dataset.facets, "columnLineage")));
  if (std::string change =
          text_of(facet(dataset.facets, "lifecycleStateChange"), "lifecycleStateChange");
      !change.empty())
    out["lifecycle"] = std::move(change);
  return out;
}

/// The time window that a run was for, where only that says which partition it made.
std::string partition_of(const Snapshot& snapshot, Rank rank, const Json& run_facets) {
  const auto& cut = snapshot.state(rank).partitions;
  if (!cut || cut->space->windows() == nullptr || !cut->space->keys().empty()) return {};
  const std::string text = text_of(facet(run_facets, nominal_time), "nominalStartTime");
  if (text.empty()) return {};
  const auto at = parse_instant(text);
  return at ? cut->space->windows()->key(cut->space->windows()->at(*at)) : std::string{};
}

class Translation {
 public:
  Translation(const LineageEvent& event, const DatasetNames& names, const Snapshot& snapshot)
      : event_{event}, names_{names}, snapshot_{snapshot} {}

  LineageMeaning run() && {
    if (event_.type == LineageEvent::Type::complete) {
      for (const LineageDataset& dataset : event_.outputs) take_output(dataset);
    } else {
      for (const LineageDataset& dataset : event_.outputs) take_checks(dataset);
    }
    for (const LineageDataset& dataset : event_.inputs) take_checks(dataset);
    return std::move(out_);
  }

 private:
  [[nodiscard]] const AssetDefinition& asset(Rank rank) const {
    return snapshot_.graph->asset(rank);
  }

  input::Event event_of(const DatasetNames::Found& found, const LineageDataset& dataset) const {
    input::Event out{.asset = asset(found.rank).key, .source = "openlineage"};
    out.partition = found.partition.empty() ? partition_of(snapshot_, found.rank, event_.run_facets)
                                            : found.partition;
    // Of the run's facets, what tells the partition when it is read again.
    Json facets = Json::object();
    if (const Json* time = facet(event_.run_facets, nominal_time)) facets[nominal_time] = *time;
    out.body = dump(Json{{"eventType", to_text(event_.type)},
                         {"run", {{"runId", event_.run}, {"facets", std::move(facets)}}},
                         {"job", {{"namespace", event_.job_namespace}, {"name", event_.job}}},
                         {"outputs", Json::array({Json{{"namespace", dataset.name_space},
                                                       {"name", dataset.name},
                                                       {"facets", dataset.facets}}})}});
    return out;
  }

  void take_output(const LineageDataset& dataset) {
    const auto found = find_assets(names_, dataset);
    if (found.empty()) {
      out_.unmapped.push_back({dataset.name_space, dataset.name});
      return;
    }
    for (const DatasetNames::Found& one : found) {
      if (!asset(one.rank).command.empty()) {
        ++out_.ours;
        continue;
      }
      input::Event update = event_of(one, dataset);
      update.id = id_of({event_.run, dataset.name_space, dataset.name, update.asset, "COMPLETE"});
      update.data_version = version_of(dataset.facets, event_.run);
      Json metadata = metadata_of(event_, dataset);
      const std::size_t place = out_.events.size();
      out_.events.push_back(std::move(update));
      add(metadata, "assertions", checks_of(one, dataset));
      out_.events[place].metadata = dump(metadata);
    }
  }

  /// Results that came with no update.
  void take_checks(const LineageDataset& dataset) {
    if (facet(dataset.facets, "dataQualityAssertions") == nullptr) return;
    for (const DatasetNames::Found& one : find_assets(names_, dataset)) {
      if (asset(one.rank).command.empty()) static_cast<void>(checks_of(one, dataset));
    }
  }

  /// Adds results of checks; returns assertions that are none.
  Json checks_of(const DatasetNames::Found& found, const LineageDataset& dataset) {
    Json left = Json::array();
    each_assertion(dataset.facets, [&](const auto& called, const Json& said, bool passed) {
      const auto& checks = asset(found.rank).checks;
      const auto check = std::ranges::find_if(checks, [&](const CheckDefinition& c) {
        return std::ranges::find(called, c.name) != called.end();
      });
      if (check == checks.end()) {
        left.push_back(said);
        return;
      }
      if (!told_.insert({found.rank, check->name}).second) return;  // the first one counts
      input::Event result = event_of(found, dataset);
      result.kind = input::Event::Kind::check;
      result.check = check->name, result.passed = passed;
      result.severity =
          text_of(&said, "severity") == "warn" ? CheckSeverity::warn : check->severity;
      result.metadata = dump(said);
      result.id = id_of({event_.run, dataset.name_space, dataset.name, result.asset,
                         to_text(event_.type), result.check});
      out_.events.push_back(std::move(result));
    });
    return left;
  }

  const LineageEvent& event_;
  const DatasetNames& names_;
  const Snapshot& snapshot_;
  std::set<std::pair<Rank, std::string>> told_;
  LineageMeaning out_;
};

}  // namespace

std::vector<DatasetNames::Found> find_assets(const DatasetNames& names,
                                             const LineageDataset& dataset) {
  auto found = names.find(dataset.name_space, dataset.name);
  const Json* others = field(facet(dataset.facets, "symlinks"), "identifiers");
  if (!found.empty() || others == nullptr || !others->is_array()) return found;
  for (const Json& other : *others) {
    found = names.find(text_of(&other, "namespace"), text_of(&other, "name"));
    if (!found.empty()) break;
  }
  return found;
}

void leave_essentials(Json& run_facets, std::vector<LineageDataset>& outputs,
                      const DatasetNames& names) {
  const auto keep_only = [](Json& facets, std::initializer_list<const char*> kept) {
    Json out = Json::object();
    for (const char* name : kept) {
      const Json* found = facet(facets, name);
      if (found != nullptr && dump(*found).size() <= essential_bytes_max) out[name] = *found;
    }
    facets = std::move(out);
  };
  keep_only(run_facets, {nominal_time});
  std::erase_if(outputs,
                [&](const LineageDataset& each) { return find_assets(names, each).empty(); });
  for (LineageDataset& each : outputs)
    keep_only(each.facets, {"datasetVersion", "version", "symlinks"});
}

LineageMeaning translate(const LineageEvent& event, const DatasetNames& names,
                         const Snapshot& snapshot) {
  if (event.kind != LineageEvent::Kind::run || !is_end(event.type)) return {};
  return Translation{event, names, snapshot}.run();
}

}  // namespace freshet::api
