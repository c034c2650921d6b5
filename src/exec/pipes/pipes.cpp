#include "exec/pipes/pipes.hpp"

#include <zconf.h>
#include <zlib.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "freshet/result.hpp"

namespace freshet {
namespace {

using Json = nlohmann::ordered_json;

Json or_null(const std::optional<std::string>& text) { return text ? Json(*text) : Json(nullptr); }

Json or_null(const std::optional<PipesRange>& range) {
  if (!range) return nullptr;
  return {{"start", range->start}, {"end", range->end}};
}

Json or_null(const std::optional<PipesProvenance>& provenance) {
  if (!provenance) return nullptr;
  return {{"code_version", provenance->code_version},
          {"input_data_versions", provenance->input_data_versions},
          {"is_user_provided", provenance->is_user_provided}};
}

template <class Map>
Json by_key(const Map& map) {
  Json object = Json::object();
  for (const auto& [key, value] : map) object[key] = or_null(value);
  return object;
}

/// Text from outside may hold what is not UTF-8; the process shall get its context all the same.
std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string pipes_context_json(const PipesContext& context) {
  const bool has_asset = !context.asset_keys.empty();
  std::vector<std::string> keys = context.asset_keys;
  std::ranges::sort(keys);
  Json extras = Json::parse(context.extras, nullptr, false);
  if (!extras.is_object()) extras = Json::object();

  Json json;
  json["asset_keys"] = has_asset ? Json(keys) : Json(nullptr);
  json["code_version_by_asset_key"] = has_asset ? by_key(context.code_versions) : Json(nullptr);
  json["provenance_by_asset_key"] = has_asset ? by_key(context.provenance) : Json(nullptr);
  json["partition_key"] = or_null(context.partition_key);
  json["partition_key_range"] = or_null(context.partition_key_range);
  json["partition_time_window"] = or_null(context.partition_time_window);
  json["run_id"] = context.run_id;
  json["job_name"] = or_null(context.job_name);
  json["retry_number"] = context.retry_number;
  json["extras"] = std::move(extras);
  return dump(json);
}

std::string pipes_bootstrap(std::string_view json) {
  uLongf size = ::compressBound(static_cast<uLong>(json.size()));
  std::string packed(size, '\0');
  // Both are zlib's own character type, `unsigned char`.
  const int code = ::compress2(reinterpret_cast<Bytef*>(packed.data()), &size,
                               reinterpret_cast<const Bytef*>(json.data()),
                               static_cast<uLong>(json.size()), Z_DEFAULT_COMPRESSION);
  FRESHET_ASSERT(code == Z_OK);  // The buffer is large enough by compressBound.
  packed.resize(size);
  return base64_encode(packed);
}

std::vector<std::pair<std::string, std::string>> pipes_environment(
    std::string_view attempt_directory) {
  const auto path = [&](const char* file) { return std::string{attempt_directory} + '/' + file; };
  const Json context{{"path", path(kPipesContextFile)}};
  const Json messages{{"path", path(kPipesMessagesFile)}, {"include_stdio_in_messages", false}};
  return {{"DAGSTER_PIPES_CONTEXT", pipes_bootstrap(dump(context))},
          {"DAGSTER_PIPES_MESSAGES", pipes_bootstrap(dump(messages))}};
}

}  // namespace freshet
