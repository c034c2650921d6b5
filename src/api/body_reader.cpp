#include "api/body_reader.hpp"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/json_text.hpp"
#include "base/text.hpp"

namespace freshet::api {

const Json* BodyReader::find(std::string_view name) const {
  const auto found = object_.find(name);
  return found == object_.end() || found->is_null() ? nullptr : &*found;
}

bool BodyReader::has(std::string_view name) const { return find(name) != nullptr; }

std::string BodyReader::text(std::string_view name) {
  const Json* value = find(name);
  if (value == nullptr) return "";
  if (value->is_string()) return value->get<std::string>();
  fault(name, "want a text");
  return "";
}

std::string BodyReader::required(std::string_view name) {
  const Json* value = find(name);
  if (value != nullptr && value->is_string() && !value->get_ref<const std::string&>().empty()) {
    return value->get<std::string>();
  }
  fault(name, value == nullptr ? "is missing: want a text" : "want a text that is not empty");
  return "";
}

std::string BodyReader::text_or_number(std::string_view name) {
  const Json* value = find(name);
  return value != nullptr && value->is_number_integer() ? value->dump() : text(name);
}

std::vector<std::string> BodyReader::texts(std::string_view name) {
  const Json* value = find(name);
  if (value == nullptr) return {};
  const auto is_text = [](const Json& item) { return item.is_string(); };
  if (value->is_array() && std::ranges::all_of(*value, is_text)) {
    return value->get<std::vector<std::string>>();
  }
  fault(name, "want a list of texts");
  return {};
}

std::vector<std::pair<std::string, std::string>> BodyReader::pairs(std::string_view name) {
  const Json* value = object(name);
  std::vector<std::pair<std::string, std::string>> out;
  if (value == nullptr) return out;
  for (const auto& [key, item] : value->items()) {
    if (item.is_string()) {
      out.emplace_back(key, item.get<std::string>());
    } else if (item.is_number_integer()) {
      out.emplace_back(key, item.dump());
    } else {
      fault(std::string{name} + '/' + key, "want a text or a whole number");
    }
  }
  return out;
}

std::optional<bool> BodyReader::flag(std::string_view name) {
  const Json* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_boolean()) return value->get<bool>();
  fault(name, "want true or false");
  return std::nullopt;
}

std::optional<std::uint64_t> BodyReader::number(std::string_view name) {
  const Json* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_number_unsigned()) return value->get<std::uint64_t>();
  fault(name, "want a whole number, 0 or more");
  return std::nullopt;
}

const Json* BodyReader::object(std::string_view name) {
  const Json* value = find(name);
  if (value == nullptr || value->is_object()) return value;
  fault(name, "want an object");
  return nullptr;
}

const Json* BodyReader::list(std::string_view name) {
  const Json* value = find(name);
  if (value == nullptr || value->is_array()) return value;
  fault(name, "want a list");
  return nullptr;
}

void BodyReader::fault(std::string_view name, std::string detail) {
  std::string pointer = pointer_;
  if (!name.empty()) pointer += '/';
  for (const char c : name) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
  faults_.push_back({std::move(pointer), std::move(detail)});
}

void BodyReader::expect_only(std::initializer_list<std::string_view> names) {
  for (const auto& [name, value] : object_.items()) {
    if (std::ranges::find(names, std::string_view{name}) != names.end()) continue;
    const auto near = nearest(name, names);
    fault(name, "is not known here" + (near ? "; did you mean \"" + *near + "\"?" : ""));
  }
}

}  // namespace freshet::api
