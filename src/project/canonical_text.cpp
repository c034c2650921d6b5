#include "project/canonical_text.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "project/yaml_tree.hpp"

namespace freshet::project {

std::string json_quote(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string json_list(const std::vector<std::string>& texts) {
  std::vector<std::string> quoted;
  quoted.reserve(texts.size());
  for (const std::string& text : texts) quoted.push_back(json_quote(text));
  return json_array(quoted);
}

std::string json_array(const std::vector<std::string>& items) {
  std::string out = "[";
  for (const std::string& item : items) {
    if (out.size() > 1) out += ',';
    out += item;
  }
  return out + ']';
}

JsonObject& JsonObject::add(std::string_view name, std::string_view json) {
  if (!inner_.empty()) inner_ += ',';
  inner_.append(json_quote(name)).append(1, ':').append(json);
  return *this;
}

bool is_partition_key(const Node& node) {
  const std::string_view text = node.text();
  return !text.empty() && std::none_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '|';
  });
}

}  // namespace freshet::project
