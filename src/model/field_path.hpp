// A value of a message, as definitions name it: "$.a.b[0]", "key", "key.a.b[0]", "header:NAME",
// "timestamp".
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/result.hpp"

namespace freshet {

struct FieldPath {
  enum class Kind : std::uint8_t { payload, key, header, timestamp };
  Kind kind{Kind::key};
  std::string name;                ///< Of a header.
  std::vector<std::string> steps;  ///< Into the payload or the key: names, and places in arrays.
};

/// Errc::invalid says what may be written instead.  A key that is text has nothing to look into.
[[nodiscard]] Result<FieldPath> parse_field_path(std::string_view text, bool is_key_text = false);

/// A place in an array: digits only.  nullopt: it is a name.
[[nodiscard]] std::optional<std::size_t> array_place(std::string_view step);

}  // namespace freshet
