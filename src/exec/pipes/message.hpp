// What a step's process has to say: one line of its message file, understood.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "freshet/definitions.hpp"

namespace freshet {

/// One message; which fields count is said with each method, the others are empty.
struct PipesMessage {
  enum class Method : std::uint8_t {
    opened,           ///< json: the extras, an object.
    log,              ///< level, text.
    materialization,  ///< asset_key, data_version, json: the metadata.
    check,            ///< asset_key, check_name, passed, severity, json: the metadata.
    custom,           ///< json: the payload, any JSON.
    external_stream,  ///< stream, text: a piece of it, as it came.
    closed,           ///< text: the exception it ended with, "" for none.  May come more than once.
    problem,          ///< text: what was written that is no message, and why.
  };
  Method method{Method::problem};
  std::string text;
  std::string json;                         ///< Compact.
  std::string level;                        ///< DEBUG, INFO, WARNING, ERROR or CRITICAL.
  std::string stream;                       ///< "stdout" or "stderr".
  std::string asset_key;                    ///< Escaped user string; "" where none was given.
  std::optional<std::string> data_version;  ///< nullopt: none was given.
  /// Versions of columns, from the metadata `freshet/column_versions`: {name: version}.
  std::vector<std::pair<std::string, std::string>> columns;
  /// Columns that it was made from, from the metadata `freshet/columns_read`: {dependency: [name]}.
  std::optional<std::vector<std::pair<std::string, std::vector<std::string>>>> columns_read;
  std::string check_name;
  bool passed{false};
  CheckSeverity severity{CheckSeverity::error};
};

/// Reads one line.  Strict about the envelope and about what a result cannot do without, lenient
/// about the rest of `params`; never fails: what is no message comes back as a problem.
[[nodiscard]] PipesMessage parse_pipes_message(std::string_view line);

}  // namespace freshet
