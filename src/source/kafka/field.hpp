// What a field of a message holds.
#pragma once
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "freshet/time.hpp"
#include "model/field_path.hpp"

namespace freshet::kafka {

/// As it was read; what it borrows lives as long as whatever handed it out.
struct Message {
  std::int32_t partition{};
  std::int64_t offset{};
  std::string_view key;
  std::string_view value;
  bool is_null{false};  ///< A tombstone: it has no value at all.
  std::vector<std::pair<std::string_view, std::string_view>> headers;
  std::optional<Instant> timestamp;
};

/// As text: numbers and booleans as JSON writes them, a timestamp as RFC 3339, a whole key that is
/// an object or a list as JSON without spaces.  nullopt: it is not there, or null, or no single
/// value. `payload` may be null where the field is not in it, `key` where the key is text.
[[nodiscard]] std::optional<std::string> value_of(const FieldPath& field, const Message& message,
                                                  const nlohmann::json* payload,
                                                  const nlohmann::json* key = nullptr);

}  // namespace freshet::kafka
