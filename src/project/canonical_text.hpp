// One-line JSON, written so that equal definitions give equal text.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "project/yaml_tree.hpp"

namespace freshet::project {

[[nodiscard]] std::string json_quote(std::string_view text);
/// ["a","b"] of texts.
[[nodiscard]] std::string json_list(const std::vector<std::string>& texts);
/// [a,b] of what is JSON already.
[[nodiscard]] std::string json_array(const std::vector<std::string>& items);

/// {"name":value,...} in the order of adding.
class JsonObject {
 public:
  JsonObject& add(std::string_view name, std::string_view json);
  [[nodiscard]] std::string text() const { return '{' + inner_ + '}'; }

 private:
  std::string inner_;
};

/// A text without control characters and |, not empty.
[[nodiscard]] bool is_partition_key(const Node& node);

}  // namespace freshet::project
