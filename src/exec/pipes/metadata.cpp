#include "exec/pipes/metadata.hpp"

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

namespace freshet {
namespace {

using nlohmann::json;

const char* inferred_type(const json& value) {
  switch (value.type()) {
    case json::value_t::null:
      return "null";
    case json::value_t::boolean:
      return "bool";
    case json::value_t::number_integer:
    case json::value_t::number_unsigned:
      return "int";
    case json::value_t::number_float:
      return "float";
    case json::value_t::string:
      return "text";
    case json::value_t::object:
    case json::value_t::array:
    case json::value_t::binary:
    case json::value_t::discarded:
      break;
  }
  return "json";
}

json with_type(std::string type, const json& value) {
  json result{{"type", std::move(type)}, {"value", value}};
  // JavaScript writes the float 1.0 as 1.
  if (result["type"] == "float" && value.is_number_integer()) result["value"] = value.get<double>();
  return result;
}

json normalize_value(const json& value) {
  if (!value.is_object()) return with_type(inferred_type(value), value);
  const auto type = value.find("type");
  const auto raw = value.find("raw_value");
  if (type == value.end() || !type->is_string() || raw == value.end()) {
    return with_type("json", value);
  }
  if (*type == "__infer__") return with_type(inferred_type(*raw), *raw);
  return with_type(type->get<std::string>(), *raw);
}

}  // namespace

std::string normalize_pipes_metadata(const json& metadata) {
  json result = json::object();
  if (metadata.is_object()) {
    for (const auto& [name, value] : metadata.items()) result[name] = normalize_value(value);
  } else if (!metadata.is_null()) {
    result["metadata"] = normalize_value(metadata);
  }
  return result.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace freshet
