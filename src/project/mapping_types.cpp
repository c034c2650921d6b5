// Partition mappings of a dependency: read superficially, kept as canonical one-line text.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "project/canonical_text.hpp"
#include "project/object_type.hpp"
#include "project/reader.hpp"
#include "project/types.hpp"
#include "project/values.hpp"
#include "project/yaml_tree.hpp"

namespace freshet::project {
namespace {

constexpr std::array<std::string_view, 3> kWords{"identity", "all", "last"};

struct TimeWindowMapping {
  std::int32_t start_offset{};
  std::int32_t end_offset{};
  bool allow_nonexistent{false};
};

std::vector<std::string> read_keys(Reader& reader, const Node& node) {
  std::vector<std::string> keys;
  read_list(reader, node, [&](const Node& item) {
    if (is_partition_key(item)) {
      keys.emplace_back(item.text());
    } else {
      reader.error(item, "a partition key must be a text without | and control characters, not " +
                             describe(item));
    }
  });
  return keys;
}

void set_specific(Reader& reader, const Node& node, void* object) {
  const std::vector<std::string> keys = read_keys(reader, node);
  *static_cast<std::string*>(object) = JsonObject{}.add("specific", json_list(keys)).text();
}

/// {"name":{...}} with its entries sorted, since their order means nothing.
template <class Value>
void set_sorted(Reader& reader, const Node& node, void* object, std::string_view name,
                Value value) {
  if (!node.is_map()) {
    reader.expected(node, "a mapping");
    return;
  }
  std::map<std::string, std::string> entries;
  const std::span<const Node> children = node.children();
  for (std::size_t i = 0; i + 1 < children.size(); i += 2) {
    entries.emplace(children[i].text(), value(children[i + 1]));
  }
  JsonObject inner;
  for (const auto& [key, json] : entries) inner.add(key, json);
  *static_cast<std::string*>(object) = JsonObject{}.add(name, inner.text()).text();
}

void set_static_map(Reader& reader, const Node& node, void* object) {
  set_sorted(reader, node, object, "static",
             [&](const Node& up) { return json_list(read_keys(reader, up)); });
}

void set_multi_map(Reader& reader, const Node& node, void* object) {
  set_sorted(reader, node, object, "multi", [&](const Node& of) {
    std::string text;
    read_mapping(reader, of, text);
    return text.starts_with('{') ? text : json_quote(text);
  });
}

void set_time_window(Reader& reader, const Node& node, void* object) {
  TimeWindowMapping mapping;
  reader.read(time_window_mapping_type, node, mapping);
  if (node.is_map() && mapping.start_offset > mapping.end_offset) {
    reader.error(node, "time_window begins after it ends: start_offset is greater than end_offset");
  }
  JsonObject inner;
  inner.add("start_offset", std::to_string(mapping.start_offset))
      .add("end_offset", std::to_string(mapping.end_offset));
  if (mapping.allow_nonexistent) inner.add("allow_nonexistent", "true");
  *static_cast<std::string*>(object) = JsonObject{}.add("time_window", inner.text()).text();
}

constexpr std::array<Field, 4> kMappingFields{{
    {.name = "specific",
     .shape = Shape::texts,
     .help = "Always these partitions.",
     .example = R"(["at", "de"])",
     .set = set_specific},
    {.name = "static",
     .shape = Shape::static_map,
     .help = "Each partition of the asset with those of the dependency that it needs.",
     .example = R"({"east": ["at", "hu"]})",
     .set = set_static_map},
    {.name = "time_window",
     .shape = Shape::object,
     .help = "The overlapping time windows, widened or shifted.",
     .example = R"({"start_offset": -6})",
     .object = &time_window_mapping_type,
     .set = set_time_window},
    {.name = "multi",
     .shape = Shape::mappings,
     .help = "A mapping for each dimension.",
     .object = &mapping_type,
     .set = set_multi_map},
}};

constexpr std::array<Field, 3> kTimeWindowFields{{
    {.name = "start_offset",
     .shape = Shape::integer,
     .help = "Added to where the overlap begins, in windows of the asset; -1 is one earlier.",
     .example = "-1",
     .set = set_member<&TimeWindowMapping::start_offset, read_integer>},
    {.name = "end_offset",
     .shape = Shape::integer,
     .help = "Added to where the overlap ends, in windows of the asset.",
     .example = "0",
     .set = set_member<&TimeWindowMapping::end_offset, read_integer>},
    {.name = "allow_nonexistent",
     .shape = Shape::boolean,
     .help = "Whether an upstream window that lies in the future may be left out.",
     .set = set_member<&TimeWindowMapping::allow_nonexistent, read_boolean>},
}};

}  // namespace

constinit const ObjectType mapping_type{
    .name = "mapping",
    .help = "Which partitions of a dependency one partition of the asset needs.",
    .fields = kMappingFields,
    .tag = &type_tag<std::string>,
    .exactly_one_from = 0};
constinit const ObjectType time_window_mapping_type{
    .name = "time_window",
    .help = "Offsets of the time windows that are needed.",
    .fields = kTimeWindowFields,
    .tag = &type_tag<TimeWindowMapping>};

void read_mapping(Reader& reader, const Node& node, std::string& out) {
  if (!reader.options().allow_partitions) {
    reader.unsupported(node, "partitions", "partition mappings are not available in this version");
    return;
  }
  if (!node.is_scalar()) {
    std::string text;
    reader.read(mapping_type, node, text);
    out = std::move(text);
    return;
  }
  if (std::find(kWords.begin(), kWords.end(), node.text()) == kWords.end()) {
    std::string what =
        "identity, all, last or a mapping of one of specific, static, time_window, multi";
    if (const auto meant = nearest(node.text(), kWords)) what += " (did you mean " + *meant + "?)";
    reader.expected(node, what);
    return;
  }
  out = node.text();
}

}  // namespace freshet::project
