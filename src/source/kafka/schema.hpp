// How the bytes of a message become JSON by the schema that it was written with.
#pragma once
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/result.hpp"

namespace freshet::kafka {

/// Immutable and shared; any thread.
class Schema {
 public:
  Schema() = default;
  virtual ~Schema() = default;
  Schema(const Schema&) = delete;
  Schema& operator=(const Schema&) = delete;

  /// `bytes` stand behind the schema's id.  Errc::invalid says what is wrong with them, as what
  /// follows "the message".
  [[nodiscard]] virtual Result<nlohmann::json> decode(std::string_view bytes) const = 0;
};

/// A schema as a registry keeps it.
struct SchemaText {
  std::string name;  ///< By which others refer to it: of Avro a type, of Protobuf a file.
  std::string text;
};

/// From its text and those that it refers to, each after what it refers to itself.  Errc::invalid
/// says what is wrong with them.
///
/// Avro: a record is an object, a value of a union stands without its type's name, bytes are text
/// of the code points 0 to 255 (as in Avro's own JSON), and logical types are what `Logical` says.
[[nodiscard]] Result<std::shared_ptr<const Schema>> make_avro_schema(
    const std::vector<SchemaText>& references, const std::string& text);
/// Protobuf: as its JSON mapping has it, with the fields' names as they are declared.
[[nodiscard]] Result<std::shared_ptr<const Schema>> make_protobuf_schema(
    const std::vector<SchemaText>& references, const std::string& text);

}  // namespace freshet::kafka
