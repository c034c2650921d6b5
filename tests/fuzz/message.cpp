// Messages of topics, of any bytes: by a schema of Avro, as change events, and as they are kept.
// An input is a line with the schema, then the message.
#include <nlohmann/json.hpp>
#include <string>

#include "base/text.hpp"
#include "freshet/definitions.hpp"
#include "fuzz.hpp"
#include "source/kafka/dead_letter.hpp"
#include "source/kafka/rules.hpp"
#include "source/kafka/schema.hpp"

namespace freshet {
namespace {

using fuzz::require;

void judge_avro(const std::string& schema_text, const std::string& bytes) {
  const auto schema = kafka::make_avro_schema({}, schema_text);
  if (!schema) return require(!schema.error().message.empty(), "a fault has a reason", schema_text);
  const auto value = (*schema)->decode(bytes);
  require(value || !value.error().message.empty(), "a fault has a reason", bytes);
}

void judge_change(const std::string& bytes) {
  AssetDefinition asset;
  asset.key = "raw/orders";
  asset.source.kind = SourceKind::kafka;
  asset.source.kafka.topic = "orders";
  asset.source.kafka.partition = "$.country";
  asset.source.kafka.debezium = true;
  const auto rules = kafka::Rules::make(asset);
  require(rules.has_value(), "the rules are right");
  const auto reading = (*rules)->read({.key = bytes, .value = bytes});
  require(!reading.counts || (reading.error.empty() && !reading.place.partition.empty()),
          "what counts has a partition", bytes);
}

void judge_kept(const std::string& bytes) {
  const std::string text =
      kafka::dead_letter("orders", {.key = bytes, .value = bytes, .headers = {{"h", bytes}}});
  require(is_utf8(text), "what is kept is UTF-8", bytes);
  const auto letter = kafka::read_dead_letter(text);
  require(letter && letter->value == bytes && letter->key == bytes &&
              letter->headers.front().second == bytes,
          "what is kept is what came", bytes);
  static_cast<void>(kafka::read_dead_letter(bytes));
  static_cast<void>(kafka::read_dead_ranges(bytes));
}

void judge(fuzz::Input input) {
  const std::string schema = input.line();
  judge_avro(schema, input.rest());
  judge_change(input.rest());
  judge_kept(input.rest());
}

}  // namespace
}  // namespace freshet

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  freshet::judge({data, size});
  return 0;
}
