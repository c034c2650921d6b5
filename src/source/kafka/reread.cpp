#include "source/kafka/reread.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <iterator>
#include <map>
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

/// All of it or nothing: what a replay leaves out, nobody would try again.
Result<std::vector<input::Event>> events_of(Intake& intake, const Clock& clock) {
  std::vector<input::Event> out;
  const Instant wall = clock.now();
  while (intake.has_messages()) {
    auto events = intake.make_batch(wall).events;
    for (const input::Event& event : events) {
      if (!event.error.empty()) return Error{Errc::invalid, event.error};
    }
    std::ranges::move(events, std::back_inserter(out));
    intake.told(wall);
  }
  if (!intake.position().open.empty()) {
    return Error{Errc::conflict,
                 "the message is of a window that has not ended: replay it when it has"};
  }
  if (out.empty())
    return Error{Errc::conflict, "no message counts by the rules that the source has now"};
  return out;
}

bool is_within(const std::vector<std::pair<std::int64_t, std::int64_t>>& stretches,
               std::int64_t offset) {
  return std::ranges::any_of(stretches, [&](const auto& stretch) {
    return stretch.first <= offset && offset <= stretch.second;
  });
}

/// From the first to the last of them in each partition, as far as they are still there: to begin
/// anew at each stretch takes much longer than to pass over what lies between.
Result<std::map<TopicPartition, Range>> find_ranges(Consumer& consumer, const DeadRanges& of,
                                                    Millis timeout) {
  std::map<TopicPartition, Range> out;
  for (const auto& [partition, stretches] : of.stretches) {
    if (stretches.empty()) continue;
    const TopicPartition place{of.topic, partition};
    FRESHET_TRY(const Watermarks ends, consumer.watermarks(place, timeout));
    Range range{.first = stretches.front().first, .end = 0};
    for (const auto& [first, last] : stretches) {
      range.first = std::min(range.first, first);
      range.end = std::max(range.end, last + 1);
    }
    out[place] = {std::max(range.first, ends.low), std::min(range.end, ends.high)};
  }
  return out;
}

/// Of messages of which only the places were kept, in the order of each partition.  All that can
/// be read counts, or nothing.
Result<void> take_from_topic(const Rules& rules, const DeadRanges& dead, const Clock& clock,
                             Millis timeout, const Read& read, Intake& intake) {
  FRESHET_TRY(const auto consumer, Consumer::make(config_of(rules.source())));
  FRESHET_TRY(const auto ranges, find_ranges(*consumer, dead, timeout));
  std::uint64_t count = 0;
  std::uint64_t bad = 0;
  std::string first;
  std::optional<Error> unanswered;
  const auto done = read_ranges(*consumer, clock, ranges, timeout, [&](const Message& message) {
    if (unanswered || !is_within(dead.stretches.at(message.partition), message.offset)) return;
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
  if (unanswered) return *unanswered;
  if (!done) {
    return Error{Errc::io,
                 "the messages at " + dead.shown() + " of topic " + dead.topic +
                     " could not all be read, so that none was taken in: " + done.error().message};
  }
  if (count == 0) {
    return Error{Errc::not_found, "of the messages at " + dead.shown() + " of topic " + dead.topic +
                                      " none is there any more"};
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
