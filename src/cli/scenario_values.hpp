// What stands in a scenario file, as values.  Whatever cannot be read ends the run with Unusable,
// which run_scenario catches.
#pragma once
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "freshet/engine.hpp"
#include "freshet/result.hpp"
#include "freshet/time.hpp"
#include "project/yaml_tree.hpp"

namespace freshet::cli {

using project::Node;

/// The file is no scenario, or needs what is not built.
struct Unusable {
  std::string message;
};

[[noreturn]] void refuse(const Node& node, const std::string& message);
template <class T>
T value_or_refuse(const Node& node, Result<T> result) {
  if (!result) refuse(node, result.error().message);
  return *std::move(result);
}

/// The value of a key that must be there.
const Node& need(const Node& map, std::string_view key);
std::string text_of(const Node& node);
std::vector<std::string> texts_of(const Node& node);
std::span<const Node> list_of(const Node& node);
bool flag_of(const Node& node);
/// One of these, which the error lists.
std::string word_of(const Node& node, std::initializer_list<std::string_view> words);
Micros duration_of(const Node& node);
/// From 0.
double number_of(const Node& node);
/// Refuses a key that is none of these; `where` says what the keys are.
void allow_only(const Node& map, std::initializer_list<std::string_view> names, const char* where);

/// "key" or "key[partition]"; of a check with an automation of its own, "key:check" or
/// "key[partition]:check".
struct Member {
  std::string asset;
  std::string partition;
  std::string check{};
  friend auto operator<=>(const Member&, const Member&) = default;
};
Member member_of(const Node& node);

/// {dependency: [column]}
input::ReportedReads reads_of(const Node& map);
/// {name: version}
std::vector<ColumnVersion> columns_of(const Node& map);

}  // namespace freshet::cli
