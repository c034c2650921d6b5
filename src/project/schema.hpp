// What may stand in a definition file: as JSON Schema for editors, as a sentence for people.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace freshet::project {

/// JSON Schema (draft-07) of freshet.yaml and the files that it includes; indented, ends with a
/// line end.
[[nodiscard]] std::string json_schema();

/// Help on a field by its path from the top, such as "assets.retries.max"; nullopt where there is
/// no such field.
[[nodiscard]] std::optional<std::string> describe_field(std::string_view path);

}  // namespace freshet::project
