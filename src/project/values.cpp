#include "project/values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "base/timezone.hpp"
#include "freshet/result.hpp"
#include "freshet/time.hpp"
#include "project/reader.hpp"
#include "project/yaml_tree.hpp"

namespace freshet::project {
namespace {

constexpr std::string_view kDurationForms = "a duration such as 500ms, 10s, 30m, 1h, 2d or 1w";

/// Set for each step by the daemon itself.
constexpr std::array<std::string_view, 7> kReservedVariables{
    "FRESHET_RUN_ID",      "FRESHET_ASSET",         "FRESHET_PARTITION",     "FRESHET_ATTEMPT",
    "FRESHET_PROJECT_DIR", "DAGSTER_PIPES_CONTEXT", "DAGSTER_PIPES_MESSAGES"};

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (ec != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<Micros> duration_of(Reader& reader, const Node& node) {
  if (node.is_scalar()) {
    const Result<Micros> parsed = parse_duration(node.text());
    if (parsed && *parsed >= Micros::zero()) return *parsed;
  }
  reader.expected(node, kDurationForms);
  return std::nullopt;
}

}  // namespace

bool is_word(std::string_view text, std::string_view others) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           others.find(c) != std::string_view::npos;
  });
}

void read_text(Reader& reader, const Node& node, std::string& out) {
  if (!node.is_scalar()) {
    reader.expected(node, "a text");
    return;
  }
  out = node.text();
}

void read_boolean(Reader& reader, const Node& node, bool& out) {
  if (node.is_scalar() && node.style() == Node::Style::plain) {
    if (node.text() == "true" || node.text() == "false") {
      out = node.text() == "true";
      return;
    }
  }
  reader.expected(node, "true or false");
}

void read_integer(Reader& reader, const Node& node, std::int32_t& out) {
  if (node.is_scalar() && node.style() == Node::Style::plain) {
    if (const auto number = parse_number<std::int32_t>(node.text())) {
      out = *number;
      return;
    }
  }
  reader.expected(node, "a whole number");
}

void read_duration(Reader& reader, const Node& node, Micros& out) {
  if (const auto parsed = duration_of(reader, node)) out = *parsed;
}

void read_positive_duration(Reader& reader, const Node& node, Micros& out) {
  const auto parsed = duration_of(reader, node);
  if (!parsed) return;
  if (*parsed == Micros::zero()) {
    reader.expected(node, "longer than nothing");
    return;
  }
  out = *parsed;
}

void read_optional_duration(Reader& reader, const Node& node, std::optional<Micros>& out) {
  Micros value{};
  read_positive_duration(reader, node, value);
  if (value != Micros::zero()) out = value;
}

void read_time_of_day(Reader& reader, const Node& node, std::optional<Seconds>& out) {
  const std::string_view text = node.text();
  if (text.size() == 5 && text[2] == ':') {
    const auto hours = parse_number<unsigned>(text.substr(0, 2));
    const auto minutes = parse_number<unsigned>(text.substr(3, 2));
    const bool digits = is_word(text.substr(0, 2), "") && is_word(text.substr(3, 2), "");
    if (digits && hours && minutes && *hours < 24 && *minutes < 60) {
      out = std::chrono::hours{*hours} + std::chrono::minutes{*minutes};
      return;
    }
  }
  reader.expected(node, "a time of day such as \"04:00\"");
}

void read_time_zone(Reader& reader, const Node& node, std::string& out) {
  if (!node.is_scalar()) {
    reader.expected(node, "a time zone such as Europe/Vienna");
    return;
  }
  if (node.text() != "UTC") {
    if (const auto zone = find_time_zone(node.text()); !zone) {
      reader.error(node, zone.error().message);
      return;
    }
  }
  out = node.text();
}

void read_texts(Reader& reader, const Node& node, std::vector<std::string>& out) {
  if (node.is_scalar()) {
    out.assign(1, std::string{node.text()});
    return;
  }
  if (!node.is_sequence()) {
    reader.expected(node, "a list of texts");
    return;
  }
  std::vector<std::string> texts;
  texts.reserve(node.children().size());
  for (const Node& item : node.children()) {
    if (item.is_scalar()) {
      texts.emplace_back(item.text());
    } else {
      reader.error(item, "each item of this list must be a text, not " + describe(item));
    }
  }
  out = std::move(texts);
}

void read_command(Reader& reader, const Node& node, std::vector<std::string>& out) {
  if (node.is_scalar()) {
    // The asset has a command all the same, so that nothing else is said about its lack.
    out.assign(1, std::string{node.text()});
    std::string quoted;
    for (const char c : node.text()) {
      if (c == '\\' || c == '"') quoted += '\\';
      quoted += c == '\n' ? ' ' : c;
    }
    reader.error(node, "command must be a list, since there is no shell: write [sh, -c, \"" +
                           quoted + "\"], or each word as one item");
    return;
  }
  read_texts(reader, node, out);
  if (node.is_sequence() && node.children().empty()) {
    reader.error(node, "command is empty: name a program, or leave the field out");
  } else if (!out.empty() && out.front().empty()) {
    reader.error(node, "command names no program: its first item is empty");
  }
}

void read_variables(Reader& reader, const Node& node, std::map<std::string, std::string>& out) {
  if (!node.is_map()) {
    reader.expected(node, "a mapping of variable names to texts");
    return;
  }
  out.clear();
  each_entry(node, [&](const Node& key, const Node& value) {
    const std::string_view name = key.text();
    if (!is_word(name, "_") || (name.front() >= '0' && name.front() <= '9')) {
      reader.error(key, "\"" + std::string{name} +
                            "\" is not a variable's name: letters, digits and _, no digit first");
    } else if (std::find(kReservedVariables.begin(), kReservedVariables.end(), name) !=
               kReservedVariables.end()) {
      reader.error(key,
                   std::string{name} + " is set by freshet for each step: choose another name");
    } else if (value.is_scalar() || value.is_null()) {
      out.emplace(name, value.text());
    } else {
      reader.error(value, std::string{name} + " must be a text, not " + describe(value));
    }
  });
}

void read_tags(Reader& reader, const Node& node, std::map<std::string, std::string>& out) {
  if (!node.is_map() && !node.is_sequence()) {
    reader.expected(node, "a mapping of names to texts, or a list of names");
    return;
  }
  out.clear();
  if (node.is_map()) {
    each_entry(node, [&](const Node& key, const Node& value) {
      if (value.is_scalar() || value.is_null()) {
        out.emplace(key.text(), value.text());
      } else {
        reader.error(value, "a tag's value must be a text, not " + describe(value));
      }
    });
    return;
  }
  for (const Node& item : node.children()) {
    if (!item.is_scalar()) {
      reader.error(item, "a tag must be a text such as pii or domain=sales, not " + describe(item));
      continue;
    }
    const std::string_view text = item.text();
    const std::size_t equals = text.find('=');
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view{} : text.substr(equals + 1);
    if (!out.emplace(text.substr(0, equals), value).second) {
      reader.error(item, "tag \"" + std::string{text.substr(0, equals)} + "\" is given twice");
    }
  }
}

void read_limits(Reader& reader, const Node& node, std::map<std::string, std::uint32_t>& out) {
  if (!node.is_map()) {
    reader.expected(node, "a mapping of pool names to numbers");
    return;
  }
  each_entry(node, [&](const Node& key, const Node& value) {
    if (!is_word(key.text(), "_.-")) {
      reader.error(key, "pool name \"" + std::string{key.text()} +
                            "\" may only have letters, digits, _, . and -");
    }
    const auto number = parse_number<std::int64_t>(value.text());
    if (!number || *number < 1 || *number > std::numeric_limits<std::int32_t>::max()) {
      reader.error(value, "pool " + std::string{key.text()} +
                              " must allow at least 1 step at a time, not " + describe(value));
    }
    // Kept even when it is wrong, so that assets in it are not reported too.
    out.emplace(key.text(), number && *number >= 1 ? static_cast<std::uint32_t>(*number) : 1U);
  });
}

}  // namespace freshet::project
