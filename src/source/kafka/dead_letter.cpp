#include "source/kafka/dead_letter.hpp"

#include <charconv>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "base/text.hpp"
#include "source/kafka/message_json.hpp"
#include "source/kafka/wire_format.hpp"

namespace freshet::kafka {

using Json = nlohmann::json;

namespace {

constexpr std::size_t text_max = 64 * 1024;  ///< Of which the engine keeps no more.
constexpr std::size_t stretches_max = 1'000;
constexpr std::size_t shown_max = 4 * 1024;  ///< Of a value, a key or a header that is too long.

Json json_of(std::string_view bytes) {
  if (is_utf8(bytes)) return bytes;
  return {{"base64", base64_encode(bytes)}};
}

std::optional<std::string> bytes_of(const Json& json) {
  if (json.is_string()) return json.get<std::string>();
  const auto encoded = json.is_object() ? json.find("base64") : json.end();
  if (!json.is_object() || encoded == json.end() || !encoded->is_string()) return std::nullopt;
  return base64_decode(encoded->get<std::string>());
}

Json beginning_of(std::string_view bytes) {
  return {{"bytes", bytes.size()}, {"beginning", bytes.substr(0, shown_max)}};
}

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string dead_letter(const std::string& topic, const Message& message) {
  Json out{{"topic", topic}, {"partition", message.partition}, {"offset", message.offset}};
  if (message.timestamp) out["timestamp"] = format_instant(*message.timestamp);
  out["key"] = json_of(message.key);
  for (const auto& [name, value] : message.headers) {
    const auto [place, is_first] = out["headers"].emplace(name, Json{});
    // Only the first is ever looked at, of those that name a schema the last.
    if (is_first || is_schema_header(name)) *place = json_of(value);
  }
  out["value"] = message.is_null ? Json{} : json_of(message.value.substr(0, text_max));
  std::string text = message.value.size() <= text_max ? dump(out) : "";
  if (!text.empty() && text.size() <= text_max) return text;
  out["value"] = beginning_of(message.value);
  text = dump(out);
  if (text.size() <= text_max) return text;
  // Its place is enough to find it.
  out["key"] = beginning_of(message.key);
  out.erase("headers");
  return dump(out);
}

Message DeadLetter::message() const {
  Message out{.partition = partition,
              .offset = offset,
              .key = key,
              .value = value ? std::string_view{*value} : std::string_view{},
              .is_null = is_null,
              .timestamp = timestamp};
  for (const auto& [name, each] : headers) out.headers.emplace_back(name, each);
  return out;
}

std::optional<DeadLetter> read_dead_letter(std::string_view text) {
  const auto read = read_message_json(text);  // somebody else may have made it up
  if (!read || !read->is_object()) return std::nullopt;
  const Json& json = *read;
  const auto is_number = [&](const char* field) {
    return json.contains(field) && json[field].is_number_integer();
  };
  if (!json.contains("topic") || !json["topic"].is_string() || !is_number("partition") ||
      !is_number("offset") || !json.contains("value"))
    return std::nullopt;
  const auto partition = json["partition"].get<std::int64_t>();
  if (!std::in_range<std::int32_t>(partition)) return std::nullopt;
  DeadLetter out{.topic = json["topic"].get<std::string>(),
                 .partition = static_cast<std::int32_t>(partition),
                 .offset = json["offset"].get<std::int64_t>(),
                 .key = {},
                 .value = bytes_of(json["value"]),
                 .is_null = json["value"].is_null(),
                 .headers = {},
                 .timestamp = {}};
  const auto key = bytes_of(json.value("key", Json{}));
  if (!key) out.value.reset();  // to be read again from its topic, whole
  out.key = key.value_or("");
  const Json headers = json.value("headers", Json::object());
  if (headers.is_object()) {
    for (const auto& [name, value] : headers.items())
      out.headers.emplace_back(name, bytes_of(value).value_or(""));
  }
  const Json when = json.value("timestamp", Json{});
  const auto at = parse_instant(when.is_string() ? when.get<std::string>() : "");
  if (at) out.timestamp = *at;
  return out;
}

void DeadRanges::add(std::int32_t partition, std::int64_t offset) {
  auto& of = stretches[partition];
  if (!of.empty() && (of.back().second + 1 == offset || of.size() == stretches_max)) {
    of.back().second = offset;
  } else {
    of.emplace_back(offset, offset);
  }
}

std::string DeadRanges::text() const {
  Json out{{"topic", topic}, {"ranges", Json::object()}};
  for (const auto& [partition, of] : stretches) out["ranges"][std::to_string(partition)] = of;
  return dump(out);
}

std::string DeadRanges::shown() const {
  constexpr std::size_t few = 5;
  std::string out;
  std::size_t count = 0;
  for (const auto& [partition, of] : stretches) {
    for (const auto& [first, last] : of) {
      if (++count > few) return out + " ...";
      out += (out.empty() ? "" : " ") + std::to_string(partition) + ':' + std::to_string(first);
      if (last != first) out += '-' + std::to_string(last);
    }
  }
  return out;
}

std::optional<DeadRanges> read_dead_ranges(std::string_view text) {
  const auto json = read_message_json(text);
  if (!json || !json->is_object() || !json->contains("topic") || !json->at("topic").is_string() ||
      !json->contains("ranges") || !json->at("ranges").is_object())
    return std::nullopt;
  DeadRanges out{.topic = json->at("topic").get<std::string>(), .stretches = {}};
  for (const auto& [partition, of] : json->at("ranges").items()) {
    std::int32_t number{};
    const auto [end, wrong] =
        std::from_chars(partition.data(), partition.data() + partition.size(), number);
    if (wrong != std::errc{} || end != partition.data() + partition.size() || !of.is_array())
      return std::nullopt;
    for (const Json& each : of) {
      if (!each.is_array() || each.size() != 2 || !each[0].is_number_integer() ||
          !each[1].is_number_integer())
        return std::nullopt;
      out.stretches[number].emplace_back(each[0].get<std::int64_t>(), each[1].get<std::int64_t>());
    }
  }
  return out;
}

}  // namespace freshet::kafka
