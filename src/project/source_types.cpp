// How the change of an external asset is noticed: what a source may say of files, topics, webhooks.
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "freshet/definitions.hpp"
#include "freshet/time.hpp"
#include "model/field_path.hpp"
#include "project/object_type.hpp"
#include "project/reader.hpp"
#include "project/types.hpp"
#include "project/values.hpp"
#include "project/yaml_tree.hpp"

namespace freshet::project {
namespace {

/// What is refused here is refused before anything is read.
void read_field(Reader& reader, const Node& node, std::string& out) {
  std::string text;
  read_text(reader, node, text);
  if (!node.is_scalar()) return;
  if (const auto path = parse_field_path(text); !path) {
    reader.error(node, path.error().message);
    return;
  }
  out = std::move(text);
}

void read_match(Reader& reader, const Node& node,
                std::map<std::string, std::vector<std::string>>& out) {
  if (!node.is_map()) {
    reader.expected(node, "a mapping of fields to the values that count");
    return;
  }
  each_entry(node, [&](const Node& key, const Node& value) {
    std::string field;
    std::vector<std::string> values;
    read_field(reader, key, field);
    read_texts(reader, value, values);
    if (!field.empty() && !values.empty()) out.emplace(std::move(field), std::move(values));
  });
}

void read_from(Reader& reader, const Node& node, std::string& out) {
  const std::string text{node.text()};
  if (text != "earliest" && text != "latest" && !parse_instant(text)) {
    reader.expected(node, "earliest, latest, or a time such as 2026-01-31T06:00:00Z");
    return;
  }
  out = text;
}

void read_config(Reader& reader, const Node& node, std::map<std::string, std::string>& out) {
  if (!node.is_map()) {
    reader.expected(node, "a mapping of librdkafka's properties to their values");
    return;
  }
  each_entry(node, [&](const Node& key, const Node& value) {
    const std::string name{key.text()};
    for (const char* own : {"bootstrap.servers", "metadata.broker.list", "enable.auto.commit",
                            "enable.auto.offset.store", "auto.offset.reset"}) {
      if (name != own) continue;
      reader.error(key, name + " is set by freshet" +
                            (name == "bootstrap.servers" ? ": write brokers" : ""));
      return;
    }
    if (value.is_scalar()) {
      out[name] = value.text();
    } else {
      reader.error(value, name + " must be a text, not " + describe(value));
    }
  });
}

void read_count(Reader& reader, const Node& node, std::uint32_t& out) {
  std::int32_t number{};
  read_integer(reader, node, number);
  if (number < 1) {
    reader.expected(node, "a number from 1");
    return;
  }
  out = static_cast<std::uint32_t>(number);
}

void read_window(Reader& reader, const Node& node, std::optional<Micros>& out) {
  Micros window{};
  read_positive_duration(reader, node, window);
  if (window != Micros{}) out = window;
}

// clang-format off
constexpr std::array kFileFields = std::to_array<Field>({
    {.name = "path", .help = "From the folder of the file that says so, or absolute; * stays within a segment, ** crosses.",
     .required = true, .example = R"("landing/cell_sites/*.csv")", .set = set_member<&FileSource::path, read_text>},
    {.name = "settle", .shape = Shape::duration, .help = "How long nothing may change before a change counts; 500ms by default.",
     .example = R"("1s")", .set = set_member<&FileSource::settle, read_duration>},
});

constexpr std::array kKafkaFields = std::to_array<Field>({
    {.name = "brokers", .help = "Where the cluster is first asked: HOST:PORT, several separated by commas.",
     .required = true, .example = R"("localhost:9092")", .set = set_member<&KafkaSource::brokers, read_text>},
    {.name = "topic", .help = "Its name.", .required = true, .example = R"("orders")",
     .set = set_member<&KafkaSource::topic, read_text>},
    {.name = "settle", .shape = Shape::duration,
     .help = "How long no message may come before those that came are one update; 500ms by default. 0s: each message "
             "is an update of its own.",
     .example = R"("1s")", .set = set_member<&KafkaSource::settle, read_duration>},
    {.name = "max_wait", .shape = Shape::duration,
     .help = "How long after the first message at most; ten times settle by default.",
     .example = R"("10s")", .set = set_member<&KafkaSource::max_wait, read_optional_duration>},
    {.name = "count", .shape = Shape::integer, .help = "So many messages are an update, without waiting any longer.",
     .example = "1000", .set = set_member<&KafkaSource::count, read_count>},
    {.name = "window", .shape = Shape::duration,
     .help = "Messages of one such stretch of the clock (from midnight UTC on) are one update, instead of settle.",
     .example = R"("1m")", .set = set_member<&KafkaSource::window, read_window>},
    {.name = "match", .shape = Shape::matches,
     .help = "Only messages count whose fields have one of these values. A field is a path into the JSON message "
             "($.order.type), key, header:NAME or timestamp.",
     .example = R"({"$.type": ["order", "refund"]})", .set = set_member<&KafkaSource::match, read_match>},
    {.name = "partition", .help = "Field whose value is the key of the asset's partition, or a time that lies in its window.",
     .example = R"("$.event_date")", .set = set_member<&KafkaSource::partition, read_field>},
    {.name = "data_version", .help = "Field whose value says what the message's state of the data is; its offset by default.",
     .example = R"("$.revision")", .set = set_member<&KafkaSource::data_version, read_field>},
    {.name = "id", .help = "Field that is the same when a producer sends the same message again, which then counts once; "
             "each message is an update of its own.",
     .example = R"("$.event_id")", .set = set_member<&KafkaSource::id, read_field>},
    {.name = "from", .help = "Where reading begins for the first time: earliest (the default), latest, or a time.",
     .example = R"("latest")", .set = set_member<&KafkaSource::from, read_from>},
    {.name = "config", .shape = Shape::variables, .help = "Properties of librdkafka, such as for SASL and TLS.",
     .example = R"({"security.protocol": "sasl_ssl", "sasl.password": "${KAFKA_PASSWORD}"})",
     .set = set_member<&KafkaSource::config, read_config>},
});
// clang-format on

}  // namespace

constinit const ObjectType file_source_type{
    .name = "file", .help = "Files to watch.", .fields = kFileFields, .tag = &type_tag<FileSource>};
constinit const ObjectType kafka_source_type{.name = "kafka",
                                             .help = "A topic to read.",
                                             .fields = kKafkaFields,
                                             .tag = &type_tag<KafkaSource>};
constinit const ObjectType webhook_type{.name = "webhook",
                                        .help = "Nothing to say about it yet.",
                                        .fields = {},
                                        .tag = &type_tag<SourceDefinition>};

}  // namespace freshet::project
