// What libyaml's complaints mean in plain words, and where the mistake really is.
#pragma once
#include <yaml.h>

#include <string_view>

#include "freshet/definitions.hpp"

namespace freshet::project {

/// Requires a parser that has just failed on `text`.  The place's file is left empty.
[[nodiscard]] Diagnostic describe_syntax_error(const yaml_parser_t& parser, std::string_view text);

}  // namespace freshet::project
