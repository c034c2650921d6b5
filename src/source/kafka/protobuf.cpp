// Protobuf by the text of its .proto file, which Google's own library compiles at run time.
#include <google/protobuf/any.pb.h>
#include <google/protobuf/api.pb.h>
#include <google/protobuf/compiler/parser.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/empty.pb.h>
#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/source_context.pb.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/type.pb.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/wrappers.pb.h>

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "source/kafka/known_protos.hpp"
#include "source/kafka/schema.hpp"

namespace freshet::kafka {

using Json = nlohmann::json;
namespace pb = google::protobuf;

namespace {

constexpr const char* main_file = "the schema";  ///< Its name, which no other file has.

/// Keeps the first that is said.
class FirstError final : public pb::io::ErrorCollector, public pb::DescriptorPool::ErrorCollector {
 public:
  void AddError(int line, pb::io::ColumnNumber column, const std::string& message) override {
    keep("line " + std::to_string(line + 1) + ", column " + std::to_string(column + 1) + ": " +
         message);
  }
  void AddError(const std::string& /*file*/, const std::string& element,
                const pb::Message* /*descriptor*/, ErrorLocation /*location*/,
                const std::string& message) override {
    keep(element + ": " + message);
  }
  std::string text;

 private:
  void keep(std::string what) {
    if (text.empty()) text = std::move(what);
  }
};

Result<const pb::FileDescriptor*> add(pb::DescriptorPool& pool, const std::string& name,
                                      const std::string& text) {
  FirstError error;
  pb::io::ArrayInputStream stream{text.data(), static_cast<int>(text.size())};
  pb::io::Tokenizer tokenizer{&stream, &error};
  pb::compiler::Parser parser;
  parser.RecordErrorsTo(&error);
  pb::FileDescriptorProto file;
  const bool is_parsed = parser.Parse(&tokenizer, &file);
  file.set_name(name);
  for (const std::string& import : file.dependency()) {
    if (pool.FindFileByName(import) != nullptr) continue;
    const auto known = known_proto(import);
    if (!known) continue;  // what comes of that says which file is missing
    FRESHET_TRY([[maybe_unused]] const auto* imported, add(pool, import, std::string{*known}));
  }
  const pb::FileDescriptor* out =
      is_parsed && error.text.empty() ? pool.BuildFileCollectingErrors(file, &error) : nullptr;
  if (out == nullptr) return Error{Errc::invalid, "protobuf schema: " + name + ": " + error.text};
  return out;
}

/// The files that come with the library become known by being named.  What it would write to stderr
/// is in its errors, or of no use.
void know_the_standard_types() {
  static const pb::LogSilencer silence;
  pb::Any::descriptor(), pb::Api::descriptor(), pb::Duration::descriptor();
  pb::Empty::descriptor(), pb::FieldMask::descriptor(), pb::FileOptions::descriptor();
  pb::Int64Value::descriptor(), pb::SourceContext::descriptor(), pb::Struct::descriptor();
  pb::Timestamp::descriptor(), pb::Type::descriptor();
}

/// `value` is the JSON of a message of `type`.
void read_known_messages(const pb::Descriptor& type, Json& value) {
  if (!value.is_object() || type.file()->package() == "google.protobuf") return;
  for (int i = 0; i < type.field_count(); ++i) {
    const pb::FieldDescriptor& field = *type.field(i);
    const pb::Descriptor* of = field.message_type();
    if (field.is_map()) of = of->map_value()->message_type();
    const auto found = of == nullptr ? value.end() : value.find(field.name());
    if (found == value.end()) continue;
    if (field.is_repeated()) {
      for (Json& each : *found) read_known_messages(*of, each);
    } else {
      read_known_messages(*of, *found);
    }
  }
  read_known_message(type.full_name(), value);
}

class ProtobufSchema final : public Schema {
 public:
  ProtobufSchema() { know_the_standard_types(); }

  Result<void> build(const std::vector<SchemaText>& references, const std::string& text) {
    for (const SchemaText& each : references) {
      if (pool_.FindFileByName(each.name) != nullptr) continue;
      FRESHET_TRY([[maybe_unused]] const auto* file, add(pool_, each.name, each.text));
    }
    FRESHET_TRY(file_, add(pool_, main_file, text));
    return {};
  }

  [[nodiscard]] Result<Json> decode(std::string_view bytes) const override {
    const auto refuse = [](const std::string& what) {
      return Error{Errc::invalid, "is not Protobuf of its schema: " + what};
    };
    if (bytes.size() > std::size_t{std::numeric_limits<int>::max()})
      return refuse("it is too long");
    FRESHET_TRY(const pb::Descriptor* type, take_type(bytes));
    const std::unique_ptr<pb::Message> message{factory_.GetPrototype(type)->New()};
    if (!message->ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
      return refuse("it cannot be read as " + type->full_name());
    pb::util::JsonPrintOptions options;
    options.preserve_proto_field_names = true;
    options.always_print_primitive_fields = true;
    std::string text;
    const auto status = pb::util::MessageToJsonString(*message, &text, options);
    if (!status.ok()) return refuse(std::string{status.message()});
    Json out = Json::parse(text, nullptr, false);
    if (out.is_discarded()) return refuse("it is no JSON of " + type->full_name());
    read_known_messages(*type, out);
    return Result<Json>{boost::system::in_place_value, std::move(out)};
  }

 private:
  /// Which of the file's messages it is: the number of places, then each; 0 stands for the first.
  Result<const pb::Descriptor*> take_type(std::string_view& bytes) const {
    pb::io::CodedInputStream stream{reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                    static_cast<int>(bytes.size())};
    const auto next = [&]() -> std::int64_t {
      std::uint32_t bits{};
      if (!stream.ReadVarint32(&bits)) return -1;
      return static_cast<std::int32_t>(bits >> 1U ^ (~(bits & 1U) + 1U));
    };
    const Error error{Errc::invalid, "does not say which message of its schema it is"};
    const std::int64_t count = next();
    if (count < 0) return error;
    const pb::Descriptor* out = nullptr;
    for (std::int64_t i = 0; i < std::max<std::int64_t>(count, 1); ++i) {
      const std::int64_t place = count == 0 ? 0 : next();
      const int known = out == nullptr ? file_->message_type_count() : out->nested_type_count();
      if (place < 0 || place >= known) return error;
      out = out == nullptr ? file_->message_type(static_cast<int>(place))
                           : out->nested_type(static_cast<int>(place));
    }
    bytes.remove_prefix(static_cast<std::size_t>(stream.CurrentPosition()));
    return out;
  }

  pb::DescriptorPool pool_{pb::DescriptorPool::generated_pool()};
  mutable pb::DynamicMessageFactory factory_{&pool_};  ///< Guards itself.
  const pb::FileDescriptor* file_{};
};

}  // namespace

Result<std::shared_ptr<const Schema>> make_protobuf_schema(
    const std::vector<SchemaText>& references, const std::string& text) {
  auto out = std::make_shared<ProtobufSchema>();
  if (const auto built = out->build(references, text); !built) return built.error();
  return std::shared_ptr<const Schema>{std::move(out)};
}

}  // namespace freshet::kafka
