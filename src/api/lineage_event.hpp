// One event of OpenLineage 2-0-2, as far as we look at it.  Pure.
#pragma once
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/json_text.hpp"
#include "api/problem.hpp"

namespace freshet::api {

inline constexpr std::size_t datasets_max = 10'000;  ///< Inputs of one event, and outputs.

struct LineageDataset {
  std::string name_space;
  std::string name;
  Json facets = Json::object();  ///< Of the dataset, with those of it as an input or output.
};

struct LineageEvent {
  enum class Kind : std::uint8_t { run, dataset, job };
  /// `other` is all that neither begins nor ends a run, also what later versions may bring.
  enum class Type : std::uint8_t { start, running, complete, abort, fail, other };
  Kind kind{Kind::run};
  Type type{Type::other};
  std::string run;  ///< Its id.
  std::string job_namespace, job;
  Json run_facets = Json::object();
  std::vector<LineageDataset> inputs, outputs;
};
[[nodiscard]] std::string_view to_text(LineageEvent::Type type);
[[nodiscard]] bool is_end(LineageEvent::Type type);

/// A fault names the place of what makes it no event of OpenLineage at all; what is only unknown is
/// left out.  `pointer` is the event's own place.
struct LineageRead {
  std::optional<LineageEvent> event;
  Fault fault;  ///< Where there is no event.
};
[[nodiscard]] LineageRead read_lineage(const Json& json, const std::string& pointer);

/// Adds what `later` says to `earlier`: events about one run add up, and the later one wins.
void merge_facets(Json& earlier, const Json& later);
void merge_datasets(std::vector<LineageDataset>& earlier, const std::vector<LineageDataset>& later);

}  // namespace freshet::api
