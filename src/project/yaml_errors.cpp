#include "project/yaml_errors.hpp"

#include <yaml.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "freshet/definitions.hpp"

namespace freshet::project {
namespace {

std::string words(const Place& place) {
  return "line " + std::to_string(place.line) + ", column " + std::to_string(place.column);
}

/// Where byte `offset` lies.  Counts characters, as libyaml does; what precedes it is valid UTF-8.
Place place_of_byte(std::string_view text, std::size_t offset) {
  Place place{.file = {}, .line = 1, .column = 1};
  for (const char c : text.substr(0, std::min(offset, text.size()))) {
    if (c == '\n') {
      ++place.line;
      place.column = 1;
    } else if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) {
      ++place.column;
    }
  }
  return place;
}

/// The character at a mark; '\0' at the end.
char char_at(std::string_view text, const yaml_mark_t& mark) {
  std::size_t start = 0;
  for (std::size_t line = 0; line < mark.line; ++line) {
    start = text.find('\n', start);
    if (start == std::string_view::npos) return '\0';
    ++start;
  }
  std::size_t column = 0;
  for (std::size_t i = start; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80U) continue;
    if (column++ == mark.column) return text[i];
  }
  return '\0';
}

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::string cannot_start(char c) {
  if (c == '\t') return "a tab cannot indent: use spaces";
  return std::string{"a value cannot begin with "} + c + ": put it in quotes";
}

}  // namespace

YamlPlaces::YamlPlaces(std::string_view text)
    : text_{text},
      size_{static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
      }))} {}

Place YamlPlaces::of(const yaml_mark_t& mark) const {
  if (mark.index >= size_ && mark.column == 0 && !text_.ends_with('\n')) {
    return place_of_byte(text_, text_.size());
  }
  return {.file = {},
          .line = static_cast<int>(mark.line) + 1,
          .column = static_cast<int>(mark.column) + 1};
}

Diagnostic describe_syntax_error(const yaml_parser_t& parser, std::string_view text) {
  const std::string_view problem = parser.problem != nullptr ? parser.problem : "unknown error";
  const std::string_view context = parser.context != nullptr ? parser.context : "";
  const YamlPlaces places{text};
  const Place context_place = places.of(parser.context_mark);
  Diagnostic out;
  out.place = places.of(parser.problem_mark);

  if (parser.error == YAML_MEMORY_ERROR) {
    out.message = "out of memory";
  } else if (parser.error == YAML_READER_ERROR) {
    std::size_t offset = std::min(parser.problem_offset, text.size());
    // A broken character is where it begins, not where it breaks off.
    if (has(problem, "trailing")) {
      while (offset > 0 && (static_cast<unsigned char>(text[offset - 1]) & 0xC0U) == 0x80U)
        --offset;
      if (offset > 0) --offset;
    }
    out.place = place_of_byte(text, offset);
    out.message = has(problem, "control characters")
                      ? "a control character cannot stand here: write it as an escape in \"...\""
                      : "this is not UTF-8 text";
  } else if (has(context, "quoted scalar") &&
             (has(problem, "end of stream") || has(problem, "document indicator"))) {
    out.place = context_place;
    out.message = "this quote is never closed";
  } else if (has(problem, "cannot start any token")) {
    out.message = cannot_start(char_at(text, parser.problem_mark));
  } else if (has(problem, "tab character")) {
    out.message = "a tab cannot indent: use spaces";
  } else if (has(problem, "mapping values are not allowed")) {
    out.message =
        "a colon and space cannot stand here: is the indentation right? A text with \": \" "
        "in it needs quotes";
  } else if (has(problem, "could not find expected ':'")) {
    out.place = context_place;
    out.message = "this line is no `key: value`: is the colon or its space missing?";
  } else if (has(problem, "expected ',' or")) {
    const bool map = has(problem, "}");
    out.message = std::string{"a comma or "} + (map ? "}" : "]") + " is missing: the " +
                  (map ? "{" : "[") + " of " + words(context_place) + " is still open";
  } else if (has(problem, "expected key")) {
    out.message = "this does not line up with the mapping that begins at " + words(context_place) +
                  ": its keys need one indentation";
  } else if (has(problem, "expected '-' indicator")) {
    out.message = "this does not line up with the list that begins at " + words(context_place) +
                  ": each item needs a `- ` at one indentation";
  } else if (has(problem, "unknown escape")) {
    out.message = "no such escape in \"...\": write \\\\ for a backslash, or use '...'";
  } else if (has(problem, "undefined tag handle")) {
    out.message = "tags (!) are not understood here: put the text in quotes";
  } else {
    out.message = std::string{problem};
    if (!context.empty()) out.message += " (" + std::string{context} + ")";
  }
  return out;
}

}  // namespace freshet::project
