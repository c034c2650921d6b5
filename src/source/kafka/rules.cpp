#include "source/kafka/rules.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>

#include "base/hash.hpp"
#include "source/kafka/dead_letter.hpp"
#include "source/kafka/debezium.hpp"
#include "source/kafka/message_json.hpp"

namespace freshet::kafka {

using Json = nlohmann::json;

namespace {

Result<std::optional<FieldPath>> optional_field(const std::string& text, const char* name,
                                                bool is_key_text) {
  if (text.empty()) return std::optional<FieldPath>{};
  auto field = parse_field_path(text, is_key_text);
  if (!field) return Error{field.error().code, std::string{name} + ": " + field.error().message};
  return std::optional{*std::move(field)};
}

/// Places in the log are shared by the rows of one record, which differ by their keys.
std::string version_of(const Change& change, const Message& message) {
  constexpr std::size_t digits = 8;
  const std::string place = change.version();
  if (place.empty() || message.key.empty()) return "";
  return place + '-' + to_text(content_hash(message.key)).substr(0, digits);
}

}  // namespace

Result<std::shared_ptr<const Rules>> Rules::make(const AssetDefinition& asset,
                                                 std::shared_ptr<const SchemaRegistry> registry) {
  auto out = std::make_shared<Rules>();
  const KafkaSource& source = asset.source.kafka;
  out->asset_ = asset.key;
  out->source_ = source;
  out->registry_ = std::move(registry);
  if (needs_registry(source) && out->registry_ == nullptr)
    return Error{Errc::invalid, "format: needs the URL of a schema registry"};
  const bool is_key_text = source.key_format == KafkaSource::Format::text;
  FRESHET_TRY(out->partition_, optional_field(source.partition, "partition", is_key_text));
  FRESHET_TRY(out->version_, optional_field(source.data_version, "data_version", is_key_text));
  FRESHET_TRY(out->id_, optional_field(source.id, "id", is_key_text));
  for (const auto& [text, wanted] : source.match) {
    auto field = parse_field_path(text, is_key_text);
    if (!field) return Error{field.error().code, "match: " + field.error().message};
    out->match_.emplace_back(*std::move(field), wanted);
  }
  const auto needs = [&](FieldPath::Kind kind) {
    const auto is_of = [&](const auto& field) { return field && field->kind == kind; };
    return is_of(out->partition_) || is_of(out->version_) || is_of(out->id_) ||
           std::ranges::any_of(out->match_,
                               [&](const auto& each) { return each.first.kind == kind; });
  };
  out->needs_payload_ = source.debezium || needs(FieldPath::Kind::payload);
  out->needs_key_ = !is_key_text && needs(FieldPath::Kind::key);
  FRESHET_TRY(out->partitions_, PartitionText::make(asset.partitions));
  return std::shared_ptr<const Rules>{std::move(out)};
}

Result<Place> Rules::place_of(const std::string& text) const {
  auto key = partitions_.read(text);
  if (!key)
    return Error{Errc::invalid, "partition " + source_.partition + " is " + key.error().message};
  return Place{std::move(key->text), key->from};
}

Result<Json> Rules::decode(const Message& message, Part part,
                           std::optional<SchemaId>& schema) const {
  const bool is_key = part == Part::key;
  const std::string what = is_key ? "the key" : "the message";
  const auto refuse = [&](const std::string& why) {
    return Error{Errc::invalid, what + ' ' + why};
  };
  const KafkaSource::Format format = is_key ? source_.key_format : source_.format;
  if (format == KafkaSource::Format::json) {
    const std::string_view bytes = is_key ? message.key : message.value;
    const auto encoded = split_wire_format(bytes);
    auto out = read_message_json(encoded ? encoded->bytes : bytes);
    if (!out) return refuse(out.error().message);
    return out;
  }
  const auto encoded = read_wire_format(message, part, format);
  if (!encoded) return refuse(encoded.error().message);
  const SchemaId id{.format = format, .name = encoded->schema};
  const auto known = registry_->find(id);
  if (!known) {
    schema = id;
    return Error{Errc::busy, "its schema is not known yet"};
  }
  if (!*known) return Error{known->error().code, what + ": " + known->error().message};
  const Schema& decoder = ***known;
  auto out = encoded->places.empty() || format != KafkaSource::Format::protobuf
                 ? decoder.decode(encoded->bytes)
                 : decoder.decode(std::string{encoded->places}.append(encoded->bytes));
  if (!out) return refuse(out.error().message);
  return out;
}

Result<Json> Rules::key_of(const Message& message, std::optional<SchemaId>& schema) const {
  const auto made = [](Json key) {
    return Result<Json>{boost::system::in_place_value, std::move(key)};
  };
  if (message.key.empty()) return made(nullptr);
  if (source_.key_format == KafkaSource::Format::text) return made(message.key);
  FRESHET_TRY(Json key, decode(message, Part::key, schema));
  return made(source_.key_format == KafkaSource::Format::json ? without_schema(std::move(key))
                                                              : std::move(key));
}

Rules::Reading Rules::read(const Message& message) const {
  Reading out{.topic_partition = message.partition,
              .offset = message.offset,
              .timestamp = message.timestamp};
  const auto refuse = [&](std::string why) {
    out.error = std::move(why);
    out.body = dead_letter(source_.topic, message);
    return out;
  };
  Json payload;
  std::optional<Change> change;
  if (needs_payload_) {
    if (message.is_null) return out;  // a tombstone: of what is gone, others have told
    auto read = decode(message, Part::value, out.schema);
    if (out.schema) return out;
    if (!read) return refuse(read.error().message);
    payload = *std::move(read);
  }
  if (source_.debezium) {
    auto read = Change::read(std::move(payload));
    if (!read) return refuse(read.error().message);
    if (!*read) return out;
    change = **std::move(read);
    out.op = change->op();
  }
  std::optional<Json> key;
  if (needs_key_) {
    auto read = key_of(message, out.schema);
    if (out.schema) return out;
    if (!read) return refuse(read.error().message);
    key = *std::move(read);
  }
  const auto value = [&](const FieldPath& field) {
    return value_of(field, message, change ? &change->root_of(field) : &payload,
                    key ? &*key : nullptr);
  };
  // It has no row, and is of all.
  const bool is_truncate = change && change->op() == 't';
  for (const auto& [field, wanted] : match_) {
    const auto text = value(field);
    if (!text && is_truncate) continue;
    if (!text || std::ranges::find(wanted, *text) == wanted.end()) return out;
  }
  if (partition_ && is_truncate) {
    out.every = true;
  } else if (partition_) {
    const auto text = value(*partition_);
    if (!text || text->empty())
      return refuse("partition " + source_.partition + " is not in the message");
    auto place = place_of(*text);
    if (!place) return refuse(place.error().message);
    out.place = *std::move(place);
    const Json* before = change ? change->row_before() : nullptr;
    const bool is_in_row = before != nullptr && partition_->kind == FieldPath::Kind::payload;
    const auto was = is_in_row ? value_of(*partition_, message, before) : std::nullopt;
    if (was && !was->empty() && *was != *text) {
      auto left = place_of(*was);
      if (left && left->partition != out.place.partition) out.left = *std::move(left);
    }
  }
  auto version = version_ ? value(*version_) : std::nullopt;
  if (version) {
    out.version = *std::move(version);
  } else if (version_ && !is_truncate) {
    return refuse("data_version " + source_.data_version + " is not in the message");
  } else if (change) {
    out.version = version_of(*change, message);
  }
  if (id_) {
    auto text = value(*id_);
    if (!text && !is_truncate) return refuse("id " + source_.id + " is not in the message");
    out.id = text.value_or("");
  }
  out.counts = true;
  return out;
}

Result<Rules::Reading> read_now(const Rules& rules, SchemaRegistry* registry,
                                const Message& message, Millis timeout,
                                const std::atomic<bool>& stop) {
  std::set<SchemaId> fetched;  // those of the message and of its key
  while (true) {
    Rules::Reading out = rules.read(message);
    if (!out.schema) return out;
    if (!fetched.insert(*out.schema).second)
      return Error{Errc::io, "the schema registry keeps forgetting a schema"};
    if (const auto done = registry->fetch(*out.schema, timeout, stop); !done) return done.error();
  }
}

}  // namespace freshet::kafka
