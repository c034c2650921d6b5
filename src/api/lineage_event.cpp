#include "api/lineage_event.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

namespace freshet::api {
namespace {

constexpr std::array<std::string_view, 6> type_names{"START", "RUNNING", "COMPLETE",
                                                     "ABORT", "FAIL",    "OTHER"};

const Json* member(const Json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::string text_of(const Json& object, const char* name) {
  const Json* found = member(object, name);
  return found != nullptr && found->is_string() ? found->get<std::string>() : std::string{};
}

/// Facets that are no objects are nobody's; one that is deleted says nothing.
void add_facets(Json& to, const Json* facets) {
  if (facets == nullptr || !facets->is_object()) return;
  for (const auto& [name, facet] : facets->items()) {
    if (!facet.is_object()) continue;
    const Json* deleted = member(facet, "_deleted");
    if (deleted != nullptr && *deleted == Json(true)) {
      to.erase(name);
    } else {
      to[name] = facet;
    }
  }
}

std::optional<LineageDataset> dataset_of(const Json& json, const char* more) {
  LineageDataset out{.name_space = text_of(json, "namespace"), .name = text_of(json, "name")};
  if (out.name_space.empty() || out.name.empty()) return std::nullopt;
  add_facets(out.facets, member(json, "facets"));
  if (more != nullptr) add_facets(out.facets, member(json, more));
  return out;
}

/// nullopt, with the fault, where the list is none or holds what is no dataset.
std::optional<std::vector<LineageDataset>> datasets_of(const Json& json, const char* name,
                                                       const char* more, const std::string& pointer,
                                                       Fault& fault) {
  std::vector<LineageDataset> out;
  const Json* list = member(json, name);
  if (list == nullptr) return out;
  if (!list->is_array()) {
    fault = {pointer + '/' + name, "want a list of datasets"};
    return std::nullopt;
  }
  if (list->size() > datasets_max) {
    fault = {pointer + '/' + name, "want at most " + std::to_string(datasets_max) +
                                       " datasets, not " + std::to_string(list->size())};
    return std::nullopt;
  }
  for (std::size_t i = 0; i < list->size(); ++i) {
    auto dataset = dataset_of((*list)[i], more);
    if (!dataset) {
      fault = {pointer + '/' + name + '/' + std::to_string(i),
               "want a dataset: an object with a namespace and a name"};
      return std::nullopt;
    }
    out.push_back(*std::move(dataset));
  }
  return out;
}

}  // namespace

std::string_view to_text(LineageEvent::Type type) {
  return type_names[static_cast<std::size_t>(type)];
}

bool is_end(LineageEvent::Type type) {
  return type == LineageEvent::Type::complete || type == LineageEvent::Type::fail ||
         type == LineageEvent::Type::abort;
}

LineageRead read_lineage(const Json& json, const std::string& pointer) {
  LineageRead out;
  const auto fail = [&](const std::string& at, std::string detail) {
    out.fault = {pointer + at, std::move(detail)};
    return out;
  };
  if (!json.is_object()) return fail("", "want an event of OpenLineage: an object");
  LineageEvent event;
  const Json* run = member(json, "run");
  const Json* job = member(json, "job");
  const Json* dataset = member(json, "dataset");
  if (run == nullptr && job == nullptr && dataset == nullptr)
    return fail("", "want an event of OpenLineage: a run with its job, a job, or a dataset");
  if (run == nullptr && job == nullptr) {
    event.kind = LineageEvent::Kind::dataset;
    auto found = dataset_of(*dataset, nullptr);
    if (!found) return fail("/dataset", "want an object with a namespace and a name");
    event.outputs.push_back(*std::move(found));
    out.event = std::move(event);
    return out;
  }
  if (job == nullptr) return fail("/job", "is missing: want an object with a namespace and a name");
  event.job_namespace = text_of(*job, "namespace");
  event.job = text_of(*job, "name");
  if (event.job.empty()) return fail("/job/name", "want a text that is not empty");
  if (run == nullptr) {
    event.kind = LineageEvent::Kind::job;
  } else {
    event.run = text_of(*run, "runId");
    if (event.run.empty()) return fail("/run/runId", "want a UUID as text");
    add_facets(event.run_facets, member(*run, "facets"));
    const auto type = std::ranges::find(type_names, text_of(json, "eventType"));
    if (type != type_names.end())
      event.type = static_cast<LineageEvent::Type>(type - type_names.begin());
  }
  auto inputs = datasets_of(json, "inputs", "inputFacets", pointer, out.fault);
  if (!inputs) return out;
  auto outputs = datasets_of(json, "outputs", "outputFacets", pointer, out.fault);
  if (!outputs) return out;
  event.inputs = *std::move(inputs), event.outputs = *std::move(outputs);
  out.event = std::move(event);
  return out;
}

void merge_facets(Json& earlier, const Json& later) {
  for (const auto& [name, facet] : later.items()) earlier[name] = facet;
}

void merge_datasets(std::vector<LineageDataset>& earlier,
                    const std::vector<LineageDataset>& later) {
  std::map<std::pair<std::string, std::string>, std::size_t> places;
  for (std::size_t i = 0; i < earlier.size(); ++i)
    places.try_emplace({earlier[i].name_space, earlier[i].name}, i);
  for (const LineageDataset& dataset : later) {
    const auto [known, is_new] =
        places.try_emplace({dataset.name_space, dataset.name}, earlier.size());
    if (is_new) {
      earlier.push_back(dataset);
    } else {
      merge_facets(earlier[known->second].facets, dataset.facets);
    }
  }
}

}  // namespace freshet::api
