#include "source/kafka/probe.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/text.hpp"
#include "source/kafka/cluster.hpp"
#include "source/kafka/consumer.hpp"
#include "source/kafka/read_range.hpp"
#include "source/kafka/rules.hpp"
#include "source/kafka/schema_registry.hpp"

namespace freshet::kafka {

using Json = nlohmann::json;

namespace {

constexpr std::int64_t looked_at = 10;  ///< Messages, of all partitions together.

struct Look {
  Instant at;
  Json key;  ///< Null: none, or none that can be shown.
  Rules::Reading reading;
};

input::Event event_of(const AssetDefinition& asset, const Look& look) {
  const Rules::Reading& reading = look.reading;
  const std::string offset =
      std::to_string(reading.topic_partition) + ':' + std::to_string(reading.offset);
  input::Event out{.kind = input::Event::Kind::observation,
                   .asset = asset.key,
                   .partition = reading.place.partition,
                   .data_version = reading.version.empty() ? offset : reading.version};
  Json metadata{{"offset", offset}, {"timestamp", format_instant(look.at)}};
  if (!look.key.is_null()) metadata["key"] = look.key;
  if (reading.op != '\0') metadata["op"] = std::string(1, reading.op);
  out.metadata = metadata.dump(-1, ' ', false, Json::error_handler_t::replace);
  out.source = asset.key;
  out.id = reading.id;
  if (!reading.error.empty()) out.error = offset + ": " + reading.error;
  return out;
}

/// Null: there is none, or none that can be shown; what is wrong with one that is needed is said
/// elsewhere.
Json key_now(const Rules& rules, SchemaRegistry* registry, const Message& message, Millis timeout,
             const std::atomic<bool>& stop) {
  std::optional<SchemaId> schema;
  auto key = rules.key_of(message, schema);
  if (schema && registry->fetch(*schema, timeout, stop)) key = rules.key_of(message, schema);
  if (!key || (key->is_string() && !is_utf8(key->get_ref<const std::string&>()))) return nullptr;
  return *std::move(key);
}

/// How many of what was looked at are what.
std::string verdict(const std::vector<Look>& looks) {
  const auto count = [&](auto is) { return std::to_string(std::ranges::count_if(looks, is)); };
  return std::to_string(looks.size()) +
         " latest: " + count([](const Look& look) { return look.reading.counts; }) + " count, " +
         count(
             [](const Look& look) { return !look.reading.counts && look.reading.error.empty(); }) +
         " do not match, " + count([](const Look& look) { return !look.reading.error.empty(); }) +
         " cannot be read";
}

}  // namespace

SourceTest probe(const AssetDefinition& asset, Millis timeout) {
  const SystemClock clock;
  const KafkaSource& source = asset.source.kafka;
  SourceTest out;
  const auto fail = [&](const Error& error) {
    out.error = error.message;
    return out;
  };
  const auto registry = make_registry(source, clock);
  const auto rules = Rules::make(asset, registry);
  if (!rules) return fail(rules.error());
  const auto consumer = Consumer::make(config_of(source));
  if (!consumer) return fail(consumer.error());
  const auto count = (*consumer)->partitions(source.topic, timeout);
  if (!count) return fail(count.error());
  const std::int64_t of_each = std::max<std::int64_t>(1, looked_at / std::max(*count, 1));
  std::map<TopicPartition, Range> latest;
  std::int64_t messages = 0;
  std::string offsets;
  for (std::int32_t p = 0; p < *count; ++p) {
    const auto ends = (*consumer)->watermarks({source.topic, p}, timeout);
    if (!ends) return fail(ends.error());
    messages += ends->high - ends->low;
    offsets += (p == 0 ? "" : " ") + std::to_string(p) + ':' + std::to_string(ends->low) + '-' +
               std::to_string(ends->high);
    latest[{source.topic, p}] = {std::max(ends->low, ends->high - of_each), ends->high};
  }
  out.findings = {{"topic", source.topic},
                  {"partitions", std::to_string(*count)},
                  {"messages", std::to_string(messages)},
                  {"offsets", offsets}};
  if (messages == 0) return out;

  const std::atomic<bool> never{false};
  std::vector<Look> looks;
  std::string unanswered;
  const auto read = read_ranges(**consumer, clock, latest, timeout, [&](const Message& message) {
    if (!unanswered.empty()) return;
    auto reading = read_now(**rules, registry.get(), message, timeout, never);
    auto key = key_now(**rules, registry.get(), message, timeout, never);
    if (!reading) {
      unanswered = reading.error().message;
      return;
    }
    looks.push_back({message.timestamp.value_or(Instant{}), std::move(key), *std::move(reading)});
  });
  out.error = !unanswered.empty() ? unanswered : read ? "" : read.error().message;
  out.findings.emplace_back("looked at", verdict(looks));
  std::ranges::sort(looks, {}, [](const Look& look) {
    return std::tuple{look.at, look.reading.topic_partition, look.reading.offset};
  });
  for (const Look& look : looks) {
    if (look.reading.counts || !look.reading.error.empty())
      out.events.push_back(event_of(asset, look));
  }
  return out;
}

}  // namespace freshet::kafka
