// Partition mappings of a dependency.  Names and keys are held against the two assets only where
// the graph is known.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "freshet/partitions.hpp"
#include "project/canonical_text.hpp"
#include "project/object_type.hpp"
#include "project/reader.hpp"
#include "project/types.hpp"
#include "project/values.hpp"
#include "project/yaml_tree.hpp"

namespace freshet::project {
namespace {

using Kind = MappingDefinition::Kind;

constexpr std::array<std::pair<std::string_view, Kind>, 3> kWords{
    {{"identity", Kind::identity}, {"all", Kind::all}, {"last", Kind::last}}};

MappingDefinition& mapping_of(void* object) { return *static_cast<MappingDefinition*>(object); }

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
  MappingDefinition& mapping = mapping_of(object);
  mapping.kind = Kind::specific;
  mapping.keys = read_keys(reader, node);
  mapping.text = JsonObject{}.add("specific", json_list(mapping.keys)).text();
}

/// Reads the entries of a map into `entries`, sorted, since their order means nothing.
template <class Value, class Read>
void read_sorted(Reader& reader, const Node& node, std::map<std::string, Value>& entries,
                 Read read) {
  if (!node.is_map()) {
    reader.expected(node, "a mapping");
    return;
  }
  const std::span<const Node> children = node.children();
  for (std::size_t i = 0; i + 1 < children.size(); i += 2) {
    entries.emplace(children[i].text(), read(children[i + 1]));
  }
}

void set_static_map(Reader& reader, const Node& node, void* object) {
  MappingDefinition& mapping = mapping_of(object);
  mapping.kind = Kind::table;
  read_sorted(reader, node, mapping.table, [&](const Node& up) { return read_keys(reader, up); });
  JsonObject inner;
  for (const auto& [down, up] : mapping.table) inner.add(down, json_list(up));
  mapping.text = JsonObject{}.add("static", inner.text()).text();
}

void set_multi_map(Reader& reader, const Node& node, void* object) {
  MappingDefinition& mapping = mapping_of(object);
  mapping.kind = Kind::multi;
  read_sorted(reader, node, mapping.dimensions, [&](const Node& of) {
    MappingDefinition dimension;
    read_mapping(reader, of, dimension);
    if (dimension.kind == Kind::multi) {
      reader.error(of, "a dimension has a mapping of its own, which cannot be multi again");
    }
    return dimension;
  });
  JsonObject inner;
  for (const auto& [name, of] : mapping.dimensions) {
    inner.add(name, of.text.starts_with('{') ? of.text : json_quote(of.text));
  }
  mapping.text = JsonObject{}.add("multi", inner.text()).text();
}

void set_time_window(Reader& reader, const Node& node, void* object) {
  MappingDefinition& mapping = mapping_of(object);
  mapping.kind = Kind::time_window;
  reader.read(time_window_mapping_type, node, mapping);
  if (node.is_map() && mapping.start_offset > mapping.end_offset) {
    reader.error(node, "time_window begins after it ends: start_offset is greater than end_offset");
  }
  JsonObject inner;
  inner.add("start_offset", std::to_string(mapping.start_offset))
      .add("end_offset", std::to_string(mapping.end_offset));
  if (mapping.allow_nonexistent) inner.add("allow_nonexistent", "true");
  mapping.text = JsonObject{}.add("time_window", inner.text()).text();
}

/// A million windows either way: further is a mistake, and numbers stay small.
void read_window_offset(Reader& reader, const Node& node, std::int32_t& out) {
  constexpr std::int32_t limit = 1'000'000;
  std::int32_t offset{};
  read_integer(reader, node, offset);
  if (offset < -limit || offset > limit) {
    reader.expected(node, "a number of windows from -1000000 to 1000000");
    return;
  }
  out = offset;
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
     .set = set_member<&MappingDefinition::start_offset, read_window_offset>},
    {.name = "end_offset",
     .shape = Shape::integer,
     .help = "Added to where the overlap ends, in windows of the asset.",
     .example = "0",
     .set = set_member<&MappingDefinition::end_offset, read_window_offset>},
    {.name = "allow_nonexistent",
     .shape = Shape::boolean,
     .help = "Whether an upstream window that lies in the future may be left out.",
     .set = set_member<&MappingDefinition::allow_nonexistent, read_boolean>},
}};

}  // namespace

constinit const ObjectType mapping_type{
    .name = "mapping",
    .help = "Which partitions of a dependency one partition of the asset needs.",
    .fields = kMappingFields,
    .tag = &type_tag<MappingDefinition>,
    .exactly_one_from = 0};
constinit const ObjectType time_window_mapping_type{
    .name = "time_window",
    .help = "Offsets of the time windows that are needed.",
    .fields = kTimeWindowFields,
    .tag = &type_tag<MappingDefinition>};

void read_mapping(Reader& reader, const Node& node, MappingDefinition& out) {
  if (!node.is_scalar()) {
    MappingDefinition mapping;
    reader.read(mapping_type, node, mapping);
    out = std::move(mapping);
    return;
  }
  const auto word = std::ranges::find(kWords, node.text(), [](const auto& w) { return w.first; });
  if (word == kWords.end()) {
    std::string what =
        "identity, all, last or a mapping of one of specific, static, time_window, multi";
    if (const auto meant = nearest(node.text(), kWords | std::views::keys)) {
      what += " (did you mean " + *meant + "?)";
    }
    reader.expected(node, what);
    return;
  }
  out = {.kind = word->second, .text = std::string{word->first}};
}

}  // namespace freshet::project
