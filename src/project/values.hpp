// How single values are read: text, numbers, durations, lists, maps.  Each leaves `out` as it is
// when it reports a mistake.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/time.hpp"
#include "project/reader.hpp"
#include "project/yaml_tree.hpp"

namespace freshet::project {

void read_text(Reader& reader, const Node& node, std::string& out);
void read_boolean(Reader& reader, const Node& node, bool& out);
void read_integer(Reader& reader, const Node& node, std::int32_t& out);

/// Durations are never negative; `read_positive_*` also refuse 0.
void read_duration(Reader& reader, const Node& node, Micros& out);
void read_positive_duration(Reader& reader, const Node& node, Micros& out);
void read_optional_duration(Reader& reader, const Node& node, std::optional<Micros>& out);

/// "HH:MM", 00:00 to 23:59.
void read_time_of_day(Reader& reader, const Node& node, std::optional<Seconds>& out);
/// An IANA name that the zone database knows.
void read_time_zone(Reader& reader, const Node& node, std::string& out);

/// A list of texts, or one text.
void read_texts(Reader& reader, const Node& node, std::vector<std::string>& out);
/// A list of texts with at least one; a plain text is a mistake, since there is no shell.
void read_command(Reader& reader, const Node& node, std::vector<std::string>& out);
/// Environment variables of a process.
void read_variables(Reader& reader, const Node& node, std::map<std::string, std::string>& out);
/// {name: value} or [name, name=value].
void read_tags(Reader& reader, const Node& node, std::map<std::string, std::string>& out);
/// {name: number from 1}.
void read_limits(Reader& reader, const Node& node, std::map<std::string, std::uint32_t>& out);

/// Calls `each(item)` for the items of a list; a mistake for anything else.
template <class Each>
void read_list(Reader& reader, const Node& node, Each each) {
  if (!node.is_sequence()) {
    reader.expected(node, "a list");
    return;
  }
  for (const Node& item : node.children()) each(item);
}

/// Calls `each(key, value)` for the entries of a map.
template <class Each>
void each_entry(const Node& map, Each each) {
  const std::span<const Node> children = map.children();
  for (std::size_t i = 0; i + 1 < children.size(); i += 2) each(children[i], children[i + 1]);
}

/// Whether all characters are letters, digits or one of `others`, and there is at least one.
[[nodiscard]] bool is_word(std::string_view text, std::string_view others);

}  // namespace freshet::project
