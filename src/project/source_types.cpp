// How the change of an external asset is noticed: what a source may say of topics, webhooks.
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
#include "project/addresses.hpp"
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

/// `Read` reads the field.
template <auto Read>
void read_match_of(Reader& reader, const Node& node, FieldMatch& out) {
  if (!node.is_map()) {
    reader.expected(node, "a mapping of fields to the values that count");
    return;
  }
  each_entry(node, [&](const Node& key, const Node& value) {
    std::string field;
    std::vector<std::string> values;
    Read(reader, key, field);
    read_texts(reader, value, values);
    if (!field.empty() && !values.empty()) out.emplace(std::move(field), std::move(values));
  });
}

void read_match(Reader& reader, const Node& node, FieldMatch& out) {
  read_match_of<read_field>(reader, node, out);
}

void read_hook_field(Reader& reader, const Node& node, std::string& out) {
  std::string text;
  read_field(reader, node, text);
  const auto path = parse_field_path(text);
  if (!path) return;
  if (path->kind == FieldPath::Kind::key || path->kind == FieldPath::Kind::timestamp) {
    reader.error(node, "\"" + text + "\" is of topics only: want a path such as $.order.date, or header:NAME");
    return;
  }
  out = std::move(text);
}

void read_body_field(Reader& reader, const Node& node, std::string& out) {
  read_hook_field(reader, node, out);
  if (!out.starts_with("header:")) return;
  reader.error(node, "each is a path into the body, such as $.orders");
  out.clear();
}

void read_hook_match(Reader& reader, const Node& node, FieldMatch& out) {
  read_match_of<read_hook_field>(reader, node, out);
}

void read_hook_format(Reader& /*reader*/, const Node& node, WebhookSource::Format& out) {
  using Format = WebhookSource::Format;
  const std::string_view text = node.text();
  out = text == "cloudevents"    ? Format::cloudevents
        : text == "s3"           ? Format::s3
        : text == "github"       ? Format::github
        : text == "alertmanager" ? Format::alertmanager
                                 : Format::json;
}

void read_signature(Reader& /*reader*/, const Node& node, WebhookSource::Signature& out) {
  using Signature = WebhookSource::Signature;
  const std::string_view text = node.text();
  out = text == "github"   ? Signature::github
        : text == "stripe" ? Signature::stripe
        : text == "freshet" ? Signature::freshet
                           : Signature::standard;
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

void read_format(Reader& /*reader*/, const Node& node, KafkaSource::Format& out) {
  using Format = KafkaSource::Format;
  const std::string_view text = node.text();
  out = text == "avro"       ? Format::avro
        : text == "protobuf" ? Format::protobuf
        : text == "text"     ? Format::text
                             : Format::json;
}

void read_registry(Reader& reader, const Node& node, std::string& out) {
  std::string text;
  read_text(reader, node, text);
  if (!node.is_scalar()) return;
  if (!text.starts_with("http://") && !text.starts_with("https://")) {
    reader.expected(node, "a URL such as http://registry:8081");
    return;
  }
  if (const std::string wrong = wrong_with_url(text); !wrong.empty()) {
    reader.error(node, "registry: " + wrong);
    return;
  }
  out = std::move(text);
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
constexpr std::array kKafkaFields = std::to_array<Field>({
    {.name = "brokers", .help = "Where the cluster is first asked: HOST:PORT, several separated by commas.",
     .required = true, .example = R"("localhost:9092")", .set = set_member<&KafkaSource::brokers, read_brokers>},
    {.name = "topic", .help = "Its name.", .required = true, .example = R"("orders")",
     .set = set_member<&KafkaSource::topic, read_topic>},
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
             "($.order.type), key, key.PATH, header:NAME or timestamp.",
     .example = R"({"$.type": ["order", "refund"]})", .set = set_member<&KafkaSource::match, read_match>},
    {.name = "partition", .help = "Field whose value is the key of the asset's partition, or a time that lies in its window.",
     .example = R"("$.event_date")", .set = set_member<&KafkaSource::partition, read_field>},
    {.name = "data_version", .help = "Field whose value says what the message's state of the data is; its offset by default.",
     .example = R"("$.revision")", .set = set_member<&KafkaSource::data_version, read_field>},
    {.name = "id", .help = "Field that is the same when a producer sends the same message again, which then counts once; "
             "each message is an update of its own.",
     .example = R"("$.event_id")", .set = set_member<&KafkaSource::id, read_field>},
    {.name = "format", .help = "Of messages: json (the default), or avro or protobuf with a schema registry.",
     .choices = "json|avro|protobuf", .example = R"("avro")", .set = set_member<&KafkaSource::format, read_format>},
    {.name = "key_format", .help = "Of messages' keys: text (the default), or json, avro or protobuf, into which key.id is a path.",
     .choices = "text|json|avro|protobuf", .example = R"("avro")", .set = set_member<&KafkaSource::key_format, read_format>},
    {.name = "registry", .help = "Where the schemas are that messages name: the URL of a Confluent Schema Registry, with user and "
             "password if it wants them.",
     .example = R"("http://registry:8081")", .set = set_member<&KafkaSource::registry, read_registry>},
    {.name = "debezium", .shape = Shape::boolean,
     .help = "Messages are change events of Debezium. Fields are the row's: $.x is column x as it is now, of a deleted row "
             "as it was; $.source, $.op, $.before and so on are those of the event itself.",
     .example = "true", .set = set_member<&KafkaSource::debezium, read_boolean>},
    {.name = "from", .help = "Where reading begins for the first time: earliest (the default), latest, or a time.",
     .example = R"("latest")", .set = set_member<&KafkaSource::from, read_from>},
    {.name = "config", .shape = Shape::variables, .help = "Properties of librdkafka, such as for SASL and TLS.",
     .example = R"({"security.protocol": "sasl_ssl", "sasl.password": "${KAFKA_PASSWORD}"})",
     .set = set_member<&KafkaSource::config, read_config>},
});

constexpr std::array kWebhookFields = std::to_array<Field>({
    {.name = "format", .help = "What is sent: json (the default), cloudevents, s3, github or alertmanager.",
     .choices = "json|cloudevents|s3|github|alertmanager", .example = R"("github")",
     .set = set_member<&WebhookSource::format, read_hook_format>},
    {.name = "token", .help = "What the sender shows, as Authorization: Bearer TOKEN. Without token and secret it shows the daemon's own.",
     .example = R"("${HOOK_TOKEN}")", .set = set_member<&WebhookSource::token, read_text>},
    {.name = "secret", .help = "What the sender signs with.", .example = R"("${HOOK_SECRET}")",
     .set = set_member<&WebhookSource::secret, read_text>},
    {.name = "signature", .help = "How it signs: github (X-Hub-Signature-256), standard (Standard Webhooks; the default), stripe, or freshet.",
     .choices = "github|standard|stripe|freshet", .example = R"("github")",
     .set = set_member<&WebhookSource::signature, read_signature>},
    {.name = "tolerance", .shape = Shape::duration, .help = "How far the time that is signed may be from now; 5m by default.",
     .example = R"("5m")", .set = set_member<&WebhookSource::tolerance, read_positive_duration>},
    {.name = "each", .help = "Path of the list in the body whose members are an event each; fields are then looked up in them.",
     .example = R"("$.orders")", .set = set_member<&WebhookSource::each, read_body_field>},
    {.name = "match", .shape = Shape::matches,
     .help = "Only events count whose fields have one of these values. A field is a path into the JSON ($.order.type), or header:NAME.",
     .example = R"({"header:x-github-event": ["push"]})", .set = set_member<&WebhookSource::match, read_hook_match>},
    {.name = "partition", .help = "Field whose value is the key of the asset's partition, or a time that lies in its window.",
     .example = R"("$.event_date")", .set = set_member<&WebhookSource::partition, read_hook_field>},
    {.name = "data_version", .help = "Field whose value says what state the data is in; as the format has it by default.",
     .example = R"("$.after")", .set = set_member<&WebhookSource::data_version, read_hook_field>},
    {.name = "id", .help = "Field that is the same when something is sent again, which then counts once; as the format has it by default.",
     .example = R"("$.id")", .set = set_member<&WebhookSource::id, read_hook_field>},
});
// clang-format on

/// Of a webhook without rules, POST events may tell; a CloudEvent may say its partition by itself.
bool needs_partition(const Node& events, std::string_view kind, const SourceDefinition& source) {
  if (kind == "kafka") return true;
  const bool has_rules = !events.children().empty();
  return has_rules && source.webhook.format != WebhookSource::Format::cloudevents;
}

}  // namespace

constinit const ObjectType kafka_source_type{.name = "kafka",
                                             .help = "A topic to read.",
                                             .fields = kKafkaFields,
                                             .tag = &type_tag<KafkaSource>};
constinit const ObjectType webhook_type{.name = "webhook",
                                        .help = "Who may tell of it, and what the told means.",
                                        .fields = kWebhookFields,
                                        .tag = &type_tag<WebhookSource>};

void check_kafka(Reader& reader, const Node& node, const KafkaSource& kafka) {
  using Format = KafkaSource::Format;
  for (const auto& [field, format] :
       {std::pair{"format", kafka.format}, {"key_format", kafka.key_format}}) {
    const Node* given = node.find(field);
    if (given == nullptr || (format != Format::avro && format != Format::protobuf)) continue;
    if (kafka.registry.empty() && node.find("registry") == nullptr)
      reader.error(*given,
                   "this format needs a schema registry: write registry: \"http://HOST:8081\"");
  }
  for (const char* ignored : {"settle", "max_wait"}) {
    const Node* given = node.find(ignored);
    if (given != nullptr && kafka.window)
      reader.error(*given, std::string{ignored} +
                               " would be ignored: window ends an update by the clock; leave one of "
                               "them out");
  }
  if (kafka.key_format != Format::text) return;
  const auto check = [&](const Node& at, const std::string& field) {
    if (field.empty()) return;
    if (const auto path = parse_field_path(field, true); !path)
      reader.error(at, path.error().message);
  };
  for (const auto& [name, field] : {std::pair{"partition", &kafka.partition},
                                    {"data_version", &kafka.data_version},
                                    {"id", &kafka.id}}) {
    if (const Node* given = node.find(name)) check(*given, *field);
  }
  const Node* match = node.find("match");
  if (match == nullptr || !match->is_map()) return;
  each_entry(*match, [&](const Node& key, const Node& /*values*/) {
    const std::string field{key.text()};
    if (kafka.match.contains(field)) check(key, field);
  });
}

void check_event_partitions(Reader& reader, const Node& source, const AssetDefinition& asset) {
  for (const char* kind : {"kafka", "webhook"}) {
    const Node* events = source.find(kind);
    if (events == nullptr || !events->is_map()) continue;
    const Node* partition = events->find("partition");
    const bool names_one = partition != nullptr && !partition->is_null();
    const std::string& field = asset.source.kind == SourceKind::kafka
                                   ? asset.source.kafka.partition
                                   : asset.source.webhook.partition;
    if (names_one && !field.empty() && !asset.partitions) {
      reader.error(*partition, "partition needs `partitions` beside `" + std::string{kind} +
                                   "`: how the asset is cut");
    } else if (!names_one && asset.partitions && needs_partition(*events, kind, asset.source)) {
      reader.error(*events,
                   "the asset has partitions: write partition, the field that says which");
    }
  }
}

void check_webhook(Reader& reader, const Node& node, WebhookSource& webhook) {
  using Signature = WebhookSource::Signature;
  const auto at = [&](const char* field) -> const Node& {
    const Node* found = node.find(field);
    return found == nullptr ? node : *found;
  };
  if (webhook.secret.empty() && webhook.signature != Signature::none) {
    reader.error(at("signature"), "signature needs secret: what the sender signs with");
  }
  if (!webhook.secret.empty() && webhook.signature == Signature::none) {
    webhook.signature = webhook.format == WebhookSource::Format::github ? Signature::github
                                                                        : Signature::standard;
  }
  const bool is_signed_time = webhook.signature != Signature::none &&
                              webhook.signature != Signature::github;
  if (node.find("tolerance") != nullptr && !is_signed_time) {
    reader.error(at("tolerance"),
                 "tolerance belongs to a signature with a time: standard, freshet or stripe");
  }
  for (const char* secret : {"token", "secret"}) {
    const Node* given = node.find(secret);
    if (given != nullptr && given->is_scalar() && given->text().empty())
      reader.error(*given, std::string{secret} + " is empty: anybody would be let in");
  }
}

}  // namespace freshet::project
