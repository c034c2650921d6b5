// What libyaml's complaints mean in plain words, and where the mistake really is.
#pragma once
#include <yaml.h>

#include <cstddef>
#include <string_view>

#include "freshet/definitions.hpp"

namespace freshet::project {

/// Places of libyaml's marks in a text, which is borrowed.  It marks the end of a text whose last
/// line does not end on a line of its own, that no editor shows: that is behind the last character.
class YamlPlaces {
 public:
  explicit YamlPlaces(std::string_view text);
  /// Without a file.
  [[nodiscard]] Place of(const yaml_mark_t& mark) const;

 private:
  std::string_view text_;
  std::size_t size_;  ///< In characters.
};

/// Requires a parser that has just failed on `text`.  The place's file is left empty.
[[nodiscard]] Diagnostic describe_syntax_error(const yaml_parser_t& parser, std::string_view text);

}  // namespace freshet::project
