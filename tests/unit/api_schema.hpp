// As much of JSON Schema as the OpenAPI document uses, to hold answers against it.
#pragma once
#include <algorithm>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>
#include <vector>

namespace freshet::test {

class SchemaCheck {
 public:
  explicit SchemaCheck(const nlohmann::json& document) : document_{document} {}

  /// What is wrong with the value, "" if nothing.
  std::string check(const nlohmann::json& schema, const nlohmann::json& value,
                    const std::string& at = "") const;

 private:
  static bool has_type(const nlohmann::json& type, const nlohmann::json& value);

  std::string check_object(const nlohmann::json& schema, const nlohmann::json& value,
                           const std::string& at) const;

  const nlohmann::json& document_;
};

}  // namespace freshet::test
