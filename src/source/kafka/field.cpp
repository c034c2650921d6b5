#include "source/kafka/field.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace freshet::kafka {

using Json = nlohmann::json;

namespace {

const Json* step_into(const Json& at, const std::string& step) {
  if (at.is_object()) {
    const auto found = at.find(step);
    return found == at.end() ? nullptr : &*found;
  }
  const auto place = array_place(step);
  return at.is_array() && place && *place < at.size() ? &at[*place] : nullptr;
}

}  // namespace

std::optional<std::string> value_of(const FieldPath& field, const Message& message,
                                    const Json* payload) {
  switch (field.kind) {
    case FieldPath::Kind::key:
      return std::string{message.key};
    case FieldPath::Kind::timestamp:
      return message.timestamp ? std::optional{format_instant(*message.timestamp)} : std::nullopt;
    case FieldPath::Kind::header: {
      const auto found = std::ranges::find(message.headers, field.name,
                                           [](const auto& header) { return header.first; });
      return found == message.headers.end() ? std::nullopt
                                            : std::optional{std::string{found->second}};
    }
    case FieldPath::Kind::payload:
      break;
  }
  const Json* at = payload;
  for (const std::string& step : field.steps) {
    if (at == nullptr) return std::nullopt;
    at = step_into(*at, step);
  }
  if (at == nullptr || at->is_null() || at->is_structured()) return std::nullopt;
  return at->is_string() ? at->get<std::string>() : at->dump();
}

}  // namespace freshet::kafka
