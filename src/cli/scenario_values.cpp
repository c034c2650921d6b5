#include "cli/scenario_values.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>

namespace freshet::cli {

void refuse(const Node& node, const std::string& message) {
  throw Unusable{std::to_string(node.line()) + ":" + std::to_string(node.column()) + ": " +
                 message};
}

const Node& need(const Node& map, std::string_view key) {
  const Node* value = map.is_map() ? map.find(key) : nullptr;
  if (value == nullptr) refuse(map, "\"" + std::string{key} + "\" is missing");
  return *value;
}

std::string text_of(const Node& node) {
  if (!node.is_scalar()) refuse(node, "a text is wanted here");
  return std::string{node.text()};
}

std::span<const Node> list_of(const Node& node) {
  if (!node.is_sequence()) refuse(node, "a list is wanted here");
  return node.children();
}

std::vector<std::string> texts_of(const Node& node) {
  std::vector<std::string> out;
  for (const Node& item : list_of(node)) out.push_back(text_of(item));
  return out;
}

std::string word_of(const Node& node, std::initializer_list<std::string_view> words) {
  std::string text = text_of(node);
  if (std::ranges::find(words, text) != words.end()) return text;
  std::string all;
  for (const std::string_view word : words) all += (all.empty() ? "" : ", ") + std::string{word};
  refuse(node, "\"" + text + "\" is none of " + all);
}

bool flag_of(const Node& node) {
  if (node.text() != "true" && node.text() != "false") refuse(node, "true or false is wanted here");
  return node.text() == "true";
}

Micros duration_of(const Node& node) {
  return value_or_refuse(node, parse_duration(text_of(node)));
}

double number_of(const Node& node) {
  const std::string text = text_of(node);
  double number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || !(number >= 0))
    refuse(node, "a number from 0 is wanted here");
  return number;
}

void allow_only(const Node& map, std::initializer_list<std::string_view> names, const char* where) {
  if (!map.is_map()) refuse(map, "a map is wanted here");
  const auto fields = map.children();
  for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
    if (std::ranges::find(names, fields[i].text()) == names.end()) {
      refuse(fields[i],
             "unknown " + std::string{where} + " \"" + std::string{fields[i].text()} + "\"");
    }
  }
}

Member member_of(const Node& node) {
  std::string text = text_of(node);
  const std::size_t bracket = text.find('[');
  const std::size_t end = bracket == std::string::npos ? 0 : text.rfind(']');
  if (const std::size_t colon = text.find(':', end); colon != std::string::npos && end <= colon) {
    std::string check = text.substr(colon + 1);
    text.resize(colon);
    if (bracket == std::string::npos) return {std::move(text), "", std::move(check)};
    return {text.substr(0, bracket), text.substr(bracket + 1, text.size() - bracket - 2),
            std::move(check)};
  }
  if (bracket == std::string::npos) return {std::move(text), ""};
  if (!text.ends_with(']')) refuse(node, "\"" + text + "\" lacks its ]");
  return {text.substr(0, bracket), text.substr(bracket + 1, text.size() - bracket - 2)};
}

input::ReportedReads reads_of(const Node& map) {
  input::ReportedReads out;
  const auto fields = map.children();
  for (std::size_t i = 0; i + 1 < fields.size(); i += 2)
    out.emplace_back(std::string{fields[i].text()}, texts_of(fields[i + 1]));
  return out;
}

std::vector<ColumnVersion> columns_of(const Node& map) {
  std::vector<ColumnVersion> out;
  const auto fields = map.children();
  for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
    out.push_back(
        {std::string{fields[i].text()}, DataVersion{version_hash(text_of(fields[i + 1]))}});
  }
  return out;
}

}  // namespace freshet::cli
