// What of Protobuf everybody is taken to have: files that schemas import without a registry holding
// them, and what their messages are to people.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string_view>

namespace freshet::kafka {

/// The text of confluent/….proto and google/type/….proto; nullopt: another file.  Those of
/// google/protobuf come with the library.
[[nodiscard]] std::optional<std::string_view> known_proto(std::string_view name);

/// A message of theirs that stands for one value becomes that value, as text: google.type.Date
/// "2026-01-31", google.type.TimeOfDay "13:00:00.000000", the decimals "-12.30".  Others, and what
/// stands for no such value, stay as they are.  `type` is the message's full name, `value` its
/// JSON.
void read_known_message(std::string_view type, nlohmann::json& value);

}  // namespace freshet::kafka
