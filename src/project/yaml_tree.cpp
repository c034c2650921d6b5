#include "project/yaml_tree.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "project/environment.hpp"
#include "project/yaml_builder.hpp"

namespace freshet::project {

std::string_view Node::text() const {
  if (kind_ != Kind::scalar) return {};
  return {static_cast<const char*>(data_), size_};
}

std::span<const Node> Node::children() const {
  if (kind_ != Kind::sequence && kind_ != Kind::map) return {};
  return {static_cast<const Node*>(data_), size_};
}

const Node* Node::find(std::string_view key) const {
  if (kind_ != Kind::map) return nullptr;
  const std::span<const Node> items = children();
  for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
    if (items[i].text() == key) return &items[i + 1];
  }
  return nullptr;
}

int Node::column_of(std::size_t offset) const {
  if (!verbatim_) return column();
  const std::string_view before = text().substr(0, offset);
  const auto characters = std::count_if(before.begin(), before.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  });
  return column() + (style_ == Style::quoted ? 1 : 0) + static_cast<int>(characters);
}

ParsedYaml parse_yaml(std::string_view text, const std::string& file,
                      const Environment* environment, const YamlLimits& limits) {
  if (text.size() > limits.bytes) {
    ParsedYaml out;
    out.diagnostics.push_back({.place = {.file = file},
                               .message = "the file is larger than " +
                                          std::to_string(limits.bytes >> 20) +
                                          " MiB: split it and use `include`"});
    return out;
  }
  // A byte order mark is no text; libyaml would count it as a column.
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  return YamlBuilder{text, file, environment, limits}.build();
}

}  // namespace freshet::project
