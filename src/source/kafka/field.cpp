#include "source/kafka/field.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "model/field_value.hpp"

namespace freshet::kafka {

using Json = nlohmann::json;

std::optional<std::string> value_of(const FieldPath& field, const Message& message,
                                    const Json* payload, const Json* key) {
  switch (field.kind) {
    case FieldPath::Kind::key:
      if (key == nullptr) return std::string{message.key};
      if (field.steps.empty() && key->is_structured())
        return key->dump(-1, ' ', false, Json::error_handler_t::replace);
      return text_in(key, field.steps);
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
  return text_in(payload, field.steps);
}

}  // namespace freshet::kafka
