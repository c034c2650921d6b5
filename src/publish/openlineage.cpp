#include "publish/openlineage.hpp"

#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <utility>

#include "base/hash.hpp"

namespace freshet::publish {
namespace {

using Json = nlohmann::json;

constexpr std::size_t error_max = 16'000;
constexpr std::string_view spec = "https://openlineage.io/spec/";

std::string producer(const Origin& origin) { return "urn:freshet:" + origin.version; }

/// Every facet says who made it, and what it looks like.
Json facet(const Origin& origin, std::string_view version, std::string_view name, Json content) {
  content["_producer"] = producer(origin);
  content["_schemaURL"] = std::string{spec} + "facets/" + std::string{version} + '/' +
                          std::string{name} + ".json#/$defs/" + std::string{name};
  return content;
}

std::string run_id(const Attempt& attempt, const Origin& origin) {
  return uuid_of(origin.instance + '/' + freshet::to_text(attempt.row.step.run) + '/' +
                 std::to_string(attempt.row.step.number) + '/' + std::to_string(attempt.number));
}

std::string name_space(const AssetDefinition& asset) { return "freshet://" + asset.project; }

Json owners(const AssetDefinition& asset, const Origin& origin, std::string_view name) {
  Json list = Json::array();
  for (const std::string& owner : asset.owners)
    list.push_back({{"name", owner}, {"type", "OWNER"}});
  return facet(origin, "1-0-1", name, {{"owners", std::move(list)}});
}

Json run_facets(const Attempt& attempt, const Scope& scope, const Origin& origin) {
  const AssetDefinition& asset = scope.asset(attempt.rank);
  Json out = Json::object();
  out["parent"] =
      facet(origin, "1-1-0", "ParentRunFacet",
            {{"run",
              {{"runId", uuid_of(origin.instance + '/' + freshet::to_text(attempt.row.step.run))}}},
             {"job", {{"namespace", name_space(asset)}, {"name", asset.project}}}});
  if (const auto span = scope.span_of(attempt.rank, attempt.row.partitions())) {
    out["nominalTime"] = facet(origin, "1-0-1", "NominalTimeRunFacet",
                               {{"nominalStartTime", format_instant(span->begin)},
                                {"nominalEndTime", format_instant(span->end)}});
  }
  out["processing_engine"] = facet(origin, "1-1-1", "ProcessingEngineRunFacet",
                                   {{"version", origin.version}, {"name", "freshet"}});
  if (attempt.point == Attempt::Point::fail || attempt.point == Attempt::Point::abort) {
    std::string text = attempt.error;
    if (text.size() > error_max) text.resize(error_max);
    out["errorMessage"] = facet(origin, "1-0-1", "ErrorMessageRunFacet",
                                {{"message", std::move(text)}, {"programmingLanguage", "unknown"}});
  }
  return out;
}

Json job_of(const Attempt& attempt, const Scope& scope, const Origin& origin) {
  const AssetDefinition& asset = scope.asset(attempt.rank);
  const bool is_check = !attempt.row.check.empty();
  Json facets{{"jobType", facet(origin, "2-0-3", "JobTypeJobFacet",
                                {{"processingType", "BATCH"},
                                 {"integration", "FRESHET"},
                                 {"jobType", is_check ? "CHECK" : "ASSET"}})}};
  std::string description = asset.description;
  for (const CheckDefinition& check : asset.checks) {
    if (is_check && check.name == attempt.row.check) description = check.description;
  }
  if (!description.empty()) {
    facets["documentation"] =
        facet(origin, "1-1-0", "DocumentationJobFacet", {{"description", std::move(description)}});
  }
  if (!asset.owners.empty()) facets["ownership"] = owners(asset, origin, "OwnershipJobFacet");
  return {{"namespace", name_space(asset)},
          {"name", asset.key + (is_check ? '#' + attempt.row.check : "")},
          {"facets", std::move(facets)}};
}

Json assertions(const Attempt& attempt, const Origin& origin) {
  Json list = Json::array();
  for (const fact::CheckRecorded& check : attempt.checks) {
    list.push_back({{"assertion", check.name},
                    {"name", check.name},
                    {"success", check.passed},
                    {"severity", check.severity == CheckSeverity::warn ? "warn" : "error"}});
  }
  return facet(origin, "1-1-0", "DataQualityAssertionsDatasetFacet",
               {{"assertions", std::move(list)}});
}

Json dataset(const Dataset& dataset, Json facets) {
  return {{"namespace", dataset.name_space}, {"name", dataset.name}, {"facets", std::move(facets)}};
}

Json version_facet(const std::string& version, const Origin& origin) {
  return facet(origin, "1-0-1", "DatasetVersionDatasetFacet", {{"datasetVersion", version}});
}

Json inputs_of(const Attempt& attempt, const Scope& scope, const Origin& origin) {
  const std::string own = scope.key_of(attempt.rank, attempt.row.member.partition);
  Json out = Json::array();
  for (const Attempt::Input& input : attempt.inputs) {
    Json facets = Json::object();
    if (!input.data_version.empty()) facets["version"] = version_facet(input.data_version, origin);
    Json one = dataset(scope.names().dataset_of(input.rank, input.rank == attempt.rank ? own : ""),
                       std::move(facets));
    if (!attempt.row.check.empty() && !attempt.checks.empty())
      one["inputFacets"] = {{"dataQualityAssertions", assertions(attempt, origin)}};
    out.push_back(std::move(one));
  }
  return out;
}

/// Where columns are made from, where that is declared.
Json column_lineage(const AssetDefinition& asset, const Scope& scope) {
  Json fields = Json::object();
  for (const ColumnDefinition& column : asset.columns) {
    Json from = Json::array();
    for (const ColumnOrigin& origin : column.from) {
      const auto rank = scope.graph().find(origin.asset);
      if (!rank) continue;
      const Dataset dataset = scope.names().dataset_of(*rank);
      from.push_back(
          {{"namespace", dataset.name_space}, {"name", dataset.name}, {"field", origin.column}});
    }
    if (!from.empty()) fields[column.name] = {{"inputFields", std::move(from)}};
  }
  return fields;
}

/// A number among what was reported, under one of these names.
std::optional<std::uint64_t> number_of(const Json& metadata,
                                       std::initializer_list<std::string_view> names) {
  if (!metadata.is_object()) return std::nullopt;
  for (const std::string_view name : names) {
    auto found = metadata.find(name);
    if (found == metadata.end()) continue;
    const Json* value = &*found;
    if (value->is_object() && value->contains("value")) value = &(*value)["value"];
    if (value->is_number_unsigned()) return value->get<std::uint64_t>();
  }
  return std::nullopt;
}

Json outputs_of(const Attempt& attempt, const Scope& scope, const Origin& origin) {
  if (!attempt.row.check.empty()) return Json::array();
  const AssetDefinition& asset = scope.asset(attempt.rank);
  Json facets = Json::object();
  if (!asset.columns.empty()) {
    Json fields = Json::array();
    for (const ColumnDefinition& column : asset.columns) {
      Json one{{"name", column.name}};
      if (!column.type.empty()) one["type"] = column.type;
      if (!column.description.empty()) one["description"] = column.description;
      fields.push_back(std::move(one));
    }
    facets["schema"] =
        facet(origin, "1-1-1", "SchemaDatasetFacet", {{"fields", std::move(fields)}});
  }
  if (Json fields = column_lineage(asset, scope); !fields.empty()) {
    facets["columnLineage"] =
        facet(origin, "1-2-0", "ColumnLineageDatasetFacet", {{"fields", std::move(fields)}});
  }
  if (!asset.description.empty()) {
    facets["documentation"] =
        facet(origin, "1-1-0", "DocumentationDatasetFacet", {{"description", asset.description}});
  }
  if (!asset.owners.empty()) facets["ownership"] = owners(asset, origin, "OwnershipDatasetFacet");
  if (!attempt.checks.empty()) facets["dataQualityAssertions"] = assertions(attempt, origin);
  Json statistics = Json::object();
  if (!attempt.updates.empty()) {
    const fact::Updated& update = attempt.updates.back();
    if (!update.data_version.empty())
      facets["version"] = version_facet(update.data_version, origin);
    const Json metadata = Json::parse(update.metadata, nullptr, false);
    for (const auto& [name, number] :
         {std::pair{"rowCount", number_of(metadata, {"dagster/row_count", "row_count", "rows"})},
          std::pair{"size", number_of(metadata, {"size_bytes", "dagster/size", "size"})},
          std::pair{"fileCount", number_of(metadata, {"file_count", "files"})}}) {
      if (number) statistics[name] = *number;
    }
  }
  Json out = dataset(scope.names().dataset_of(
                         attempt.rank, scope.key_of(attempt.rank, attempt.row.member.partition)),
                     std::move(facets));
  if (!statistics.empty()) {
    out["outputFacets"] = {
        {"outputStatistics",
         facet(origin, "1-0-2", "OutputStatisticsOutputDatasetFacet", std::move(statistics))}};
  }
  return Json::array({std::move(out)});
}

}  // namespace

std::string uuid_of(std::string_view text) {
  std::string hex = freshet::to_text(content_hash(text));
  hex[12] = '8';
  hex[16] = "89ab"[static_cast<unsigned char>(hex[16]) % 4];
  for (const std::size_t at : std::initializer_list<std::size_t>{20, 16, 12, 8})
    hex.insert(at, "-");
  return hex;
}

std::string openlineage_event(const Attempt& attempt, const Scope& scope, const Origin& origin) {
  static constexpr std::array<std::string_view, 4> types{"START", "COMPLETE", "FAIL", "ABORT"};
  const Json event{
      {"eventType", types[static_cast<std::size_t>(attempt.point)]},
      {"eventTime", format_instant(attempt.at)},
      {"producer", producer(origin)},
      {"schemaURL", std::string{spec} + "2-0-2/OpenLineage.json#/$defs/RunEvent"},
      {"run", {{"runId", run_id(attempt, origin)}, {"facets", run_facets(attempt, scope, origin)}}},
      {"job", job_of(attempt, scope, origin)},
      {"inputs", inputs_of(attempt, scope, origin)},
      {"outputs", outputs_of(attempt, scope, origin)}};
  return event.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string openlineage_key(const Attempt& attempt, const Scope& scope, const Origin& origin) {
  return "run:" + name_space(scope.asset(attempt.rank)) + '/' + run_id(attempt, origin);
}

}  // namespace freshet::publish
