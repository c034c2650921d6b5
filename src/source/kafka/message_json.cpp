#include "source/kafka/message_json.hpp"

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

namespace freshet::kafka {

using Json = nlohmann::json;

namespace {

/// Before anything is built of it.  Of what is no JSON, it may say either.
bool is_too_deep(std::string_view text) {
  std::size_t depth = 0;
  bool is_inside = false;  // a string
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char each = text[i];
    if (is_inside) {
      if (each == '\\') ++i;
      if (each == '"') is_inside = false;
    } else if (each == '"') {
      is_inside = true;
    } else if (each == '[' || each == '{') {
      if (++depth > json_depth_max) return true;
    } else if ((each == ']' || each == '}') && depth > 0) {
      --depth;
    }
  }
  return false;
}

}  // namespace

Result<Json> read_message_json(std::string_view text) {
  if (is_too_deep(text)) {
    return Error{Errc::invalid,
                 "is nested deeper than " + std::to_string(json_depth_max) + " levels"};
  }
  Json out = Json::parse(text, nullptr, false);
  if (out.is_discarded()) return Error{Errc::invalid, "is not JSON"};
  return Result<Json>{boost::system::in_place_value, std::move(out)};
}

}  // namespace freshet::kafka
