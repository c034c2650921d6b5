#include "source/kafka/reread.hpp"

#include <atomic>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "source/kafka/cluster.hpp"
#include "source/kafka/consumer.hpp"
#include "source/kafka/dead_letter.hpp"
#include "source/kafka/intake.hpp"
#include "source/kafka/message_json.hpp"
#include "source/kafka/read_range.hpp"
#include "source/kafka/rules.hpp"
#include "source/kafka/schema_registry.hpp"

namespace freshet::kafka {

using Json = nlohmann::json;

namespace {

/// Of a batch, which says nothing of its messages but where they are.
std::optional<input::Event> event_of_batch(const AssetDefinition& asset, const std::string& body) {
  auto read = read_message_json(body);  // somebody else may have made it up
  if (!read || !read->is_object() || !read->contains("offsets")) return std::nullopt;
  Json metadata = *std::move(read);
  const auto take = [&](const char* field) {
    const Json value = metadata.value(field, Json{});
    metadata.erase(field);
    return value.is_string() ? value.get<std::string>() : "";
  };
  input::Event out{.kind = input::Event::Kind::observation,
                   .asset = asset.key,
                   .partition = take("partition"),
                   .data_version = take("data_version")};
  out.metadata = metadata.dump(-1, ' ', false, Json::error_handler_t::replace);
  out.source = asset.key;
  out.body = body;
  return out;
}

using Read = std::function<Result<Rules::Reading>(const Message&)>;

Result<Rules::Reading> read_from_topic(const Rules& rules, const DeadLetter& letter,
                                       const Clock& clock, Millis timeout, const Read& read) {
  auto consumer = Consumer::make(config_of(rules.source()));
  if (!consumer) return consumer.error();
  std::optional<Result<Rules::Reading>> out;
  const auto done = read_ranges(
      **consumer, clock, {{{letter.topic, letter.partition}, {letter.offset, letter.offset + 1}}},
      timeout, [&](const Message& message) { out = read(message); });
  if (out) return *std::move(out);
  return Error{Errc::not_found, "the message at " + std::to_string(letter.partition) + ':' +
                                    std::to_string(letter.offset) + " of topic " + letter.topic +
                                    " was too long to be kept, and is not there any more" +
                                    (done ? "" : ": " + done.error().message)};
}

Result<std::vector<input::Event>> events_of(const Intake& intake, const Clock& clock) {
  auto events = intake.make_batch(clock.now()).events;
  if (events.empty()) {
    return Error{Errc::conflict,
                 "the message is of a window that has not ended: replay it when it has"};
  }
  return events;
}

/// Of messages of which only the places were kept, in the order of each partition.  All that can
/// be read counts, or nothing.
Result<void> take_from_topic(const Rules& rules, const DeadRanges& ranges, const Clock& clock,
                             Millis timeout, const Read& read, Intake& intake) {
  auto consumer = Consumer::make(config_of(rules.source()));
  if (!consumer) return consumer.error();
  std::uint64_t count = 0;
  std::uint64_t bad = 0;
  std::string first;
  std::string trouble;
  std::optional<Error> unanswered;
  for (const auto& [partition, stretches] : ranges.stretches) {
    for (const auto& [from, last] : stretches) {
      const std::map<TopicPartition, Range> range{{{ranges.topic, partition}, {from, last + 1}}};
      const auto done = read_ranges(**consumer, clock, range, timeout, [&](const Message& message) {
        if (unanswered) return;
        auto reading = read(message);
        if (!reading) {
          unanswered = reading.error();
          return;
        }
        ++count;
        const bool is_bad = !reading->error.empty();
        if (is_bad && ++bad == 1) first = std::to_string(message.offset) + ": " + reading->error;
        if (!is_bad) intake.take(*std::move(reading), clock.steady(), clock.now());
      });
      if (!done) trouble = ": " + done.error().message;
    }
  }
  if (unanswered) return *unanswered;
  if (count == 0) {
    return Error{Errc::not_found, "of the messages at " + ranges.shown() + " of topic " +
                                      ranges.topic + " none is there any more" + trouble};
  }
  if (bad == 0) return {};
  return Error{Errc::invalid, std::to_string(bad) + " of " + std::to_string(count) +
                                  " messages cannot be read, the first at " + first};
}

}  // namespace

Result<std::vector<input::Event>> reread(const AssetDefinition& asset, const std::string& body,
                                         const Clock& clock, Millis timeout) {
  if (auto batch = event_of_batch(asset, body)) return std::vector{*std::move(batch)};
  const auto ranges = read_dead_ranges(body);
  const auto letter = read_dead_letter(body);
  if (!letter && !ranges)
    return Error{Errc::invalid, "what was kept of it is no message of a topic"};
  const auto registry = make_registry(asset.source.kafka, clock);
  FRESHET_TRY(const auto rules, Rules::make(asset, registry));
  const std::atomic<bool> never{false};
  const auto read = [&](const Message& message) {
    return read_now(*rules, registry.get(), message, timeout, never);
  };
  Intake intake{rules};
  if (ranges) {
    const auto taken = take_from_topic(*rules, *ranges, clock, timeout, read, intake);
    if (!taken) return taken.error();
    return events_of(intake, clock);
  }
  Rules::Reading reading;
  if (letter->value || letter->is_null) {
    FRESHET_TRY(reading, read(letter->message()));
  } else {
    FRESHET_TRY(reading, read_from_topic(*rules, *letter, clock, timeout, read));
  }
  if (!reading.error.empty()) return Error{Errc::invalid, reading.error};
  if (!reading.counts)
    return Error{Errc::conflict, "the message does not count by the rules that its source has now"};
  intake.take(std::move(reading), clock.steady(), clock.now());
  return events_of(intake, clock);
}

}  // namespace freshet::kafka
