// Which schema a key or a value was written by, as serializers of a Confluent Schema Registry say
// it: in a header of the message, or before the bytes.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "freshet/result.hpp"
#include "freshet/sources.hpp"
#include "source/kafka/field.hpp"

namespace freshet::kafka {

/// The same at each registry that has the schema.
using SchemaGuid = std::array<char, 16>;
/// What a schema is called: by its number at the registry, or by its GUID.
using SchemaName = std::variant<std::uint32_t, SchemaGuid>;

/// Borrows from the message.
struct Encoded {
  SchemaName schema;
  /// Which message of a schema of Protobuf it is, where a header says that; "": it stands first in
  /// the bytes.
  std::string_view places;
  std::string_view bytes;
};

enum class Part : std::uint8_t { key, value };

/// What stands before the bytes: a zero byte and four of the schema's number, or a one and sixteen
/// of its GUID.  nullopt: they do not begin so.
[[nodiscard]] std::optional<Encoded> split_wire_format(std::string_view bytes);

/// The same, or the last header __key_schema_id or __value_schema_id, which goes first.
/// Errc::invalid says what is missing, as what follows "the message".
[[nodiscard]] Result<Encoded> read_wire_format(const Message& message, Part part,
                                               KafkaSource::Format format);

/// Whether it is one of the two.
[[nodiscard]] bool is_schema_header(std::string_view name);

}  // namespace freshet::kafka
