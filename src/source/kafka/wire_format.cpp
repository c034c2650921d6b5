#include "source/kafka/wire_format.hpp"

#include <algorithm>
#include <cstddef>
#include <ranges>
#include <string>

namespace freshet::kafka {

namespace {

constexpr std::string_view key_header = "__key_schema_id";
constexpr std::string_view value_header = "__value_schema_id";

}  // namespace

std::optional<Encoded> split_wire_format(std::string_view bytes) {
  constexpr std::size_t number_end = 5;
  constexpr std::size_t guid_end = 17;
  if (bytes.size() >= number_end && bytes.front() == '\0') {
    std::uint32_t number = 0;
    for (const char each : bytes.substr(1, number_end - 1))
      number = number << 8U | static_cast<std::uint8_t>(each);
    return Encoded{.schema = number, .places = {}, .bytes = bytes.substr(number_end)};
  }
  if (bytes.size() >= guid_end && bytes.front() == '\1') {
    SchemaGuid guid{};
    std::ranges::copy(bytes.substr(1, guid_end - 1), guid.begin());
    return Encoded{.schema = guid, .places = {}, .bytes = bytes.substr(guid_end)};
  }
  return std::nullopt;
}

Result<Encoded> read_wire_format(const Message& message, Part part, KafkaSource::Format format) {
  const std::string_view name = part == Part::key ? key_header : value_header;
  const std::string_view bytes = part == Part::key ? message.key : message.value;
  for (const auto& [header, said] : message.headers | std::views::reverse) {
    if (header != name || said.empty()) continue;
    auto out = split_wire_format(said);
    const bool has_places = out && !out->bytes.empty();
    if (!out || (format == KafkaSource::Format::protobuf && !has_places)) {
      return Error{Errc::invalid,
                   "has a header " + std::string{name} +
                       " that names no schema: want a one and sixteen bytes of its GUID, and of "
                       "Protobuf behind them which message of the schema it is"};
    }
    out->places = out->bytes;
    out->bytes = bytes;
    return *out;
  }
  if (const auto out = split_wire_format(bytes)) return *out;
  return Error{Errc::invalid,
               "names no schema: want a zero byte and four of the schema's id first, or a header " +
                   std::string{name} + ", as serializers of a schema registry write them"};
}

bool is_schema_header(std::string_view name) { return name == key_header || name == value_header; }

}  // namespace freshet::kafka
