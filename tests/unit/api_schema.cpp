#include "api_schema.hpp"

#include <algorithm>
#include <regex>

namespace freshet::test {

std::string SchemaCheck::check(const nlohmann::json& schema, const nlohmann::json& value,
                               const std::string& at) const {
  if (schema.contains("$ref")) {
    const auto pointer = schema["$ref"].get<std::string>().substr(1);
    return check(document_.at(nlohmann::json::json_pointer{pointer}), value, at);
  }
  for (const auto& each : schema.value("allOf", nlohmann::json::array())) {
    if (auto wrong = check(each, value, at); !wrong.empty()) return wrong;
  }
  if (schema.contains("oneOf")) {
    std::string wrong;
    for (const auto& each : schema["oneOf"]) {
      const std::string one = check(each, value, at);
      if (one.empty()) return "";
      wrong += (wrong.empty() ? "" : "; or ") + one;
    }
    return wrong;
  }
  if (schema.contains("type") && !has_type(schema["type"], value)) {
    return at + ": is " + value.type_name() + ", want " + schema["type"].dump();
  }
  if (value.is_null()) return "";
  if (schema.contains("enum")) {
    const auto& words = schema["enum"];
    if (std::find(words.begin(), words.end(), value) == words.end()) {
      return at + ": " + value.dump() + " is not one of " + words.dump();
    }
  }
  if (schema.contains("pattern") && value.is_string() &&
      !std::regex_search(value.get<std::string>(),
                         std::regex{schema["pattern"].get<std::string>()})) {
    return at + ": " + value.dump() + " does not match";
  }
  if (value.is_object()) return check_object(schema, value, at);
  if (value.is_array() && schema.contains("items")) {
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (auto wrong = check(schema["items"], value[i], at + '/' + std::to_string(i));
          !wrong.empty()) {
        return wrong;
      }
    }
  }
  return "";
}

bool SchemaCheck::has_type(const nlohmann::json& type, const nlohmann::json& value) {
  if (type.is_array()) {
    return std::any_of(type.begin(), type.end(), [&](const auto& t) { return has_type(t, value); });
  }
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  return type == value.type_name();
}

std::string SchemaCheck::check_object(const nlohmann::json& schema, const nlohmann::json& value,
                                      const std::string& at) const {
  for (const auto& name : schema.value("required", nlohmann::json::array())) {
    if (!value.contains(name)) return at + ": lacks " + name.dump();
  }
  const auto properties = schema.value("properties", nlohmann::json::object());
  for (const auto& [name, field] : value.items()) {
    if (properties.contains(name)) {
      if (auto wrong = check(properties[name], field, at + '/' + name); !wrong.empty())
        return wrong;
    } else if (schema.contains("additionalProperties")) {
      if (auto wrong = check(schema["additionalProperties"], field, at + '/' + name);
          !wrong.empty()) {
        return wrong;
      }
    }
  }
  return "";
}

}  // namespace freshet::test
