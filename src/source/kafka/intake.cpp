#include "source/kafka/intake.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/steady_at.hpp"

namespace freshet::kafka {

using Json = nlohmann::json;

namespace {

constexpr std::size_t keys_max = 1'000;    ///< Partitions that wait together.
constexpr std::size_t rejected_max = 100;  ///< Kept of one batch, one by one.
constexpr Micros tell_position_after = Seconds{5};

Json json_of(const Position::Offsets& offsets) {
  Json out = Json::object();
  for (const auto& [partition, range] : offsets)
    out[std::to_string(partition)] = {range.first, range.second};
  return out;
}

std::int32_t number_of(const std::string& partition) {
  std::int32_t number{};
  std::from_chars(partition.data(), partition.data() + partition.size(), number);
  return number;
}

Position::Offsets offsets_of(const Json& json) {
  Position::Offsets out;
  for (const auto& [partition, range] : json.items()) {
    if (range.is_array() && range.size() == 2 && range[0].is_number_integer() &&
        range[1].is_number_integer())
      out[number_of(partition)] = {range[0].get<std::int64_t>(), range[1].get<std::int64_t>()};
  }
  return out;
}

/// Those of `later` come behind.
void append(Position::Offsets& to, const Position::Offsets& later) {
  for (const auto& [partition, range] : later) {
    const auto [known, is_first] = to.try_emplace(partition, range);
    if (!is_first) known->second.second = range.second;
  }
}

}  // namespace

std::string Position::text(const std::string& topic) const {
  Json out{{"topic", topic}, {"next", Json::object()}};
  for (const auto& [partition, offset] : next) out["next"][std::to_string(partition)] = offset;
  for (const auto& [partition, at] : latest) {
    out["latest"][std::to_string(partition)] =
        std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
  }
  for (const auto& [key, window] : open) {
    out["open"][key] = {{"version", window.version},
                        {"messages", window.messages},
                        {"from", format_instant(window.from)},
                        {"offsets", json_of(window.offsets)}};
  }
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<Position> Position::parse(std::string_view text, const std::string& topic) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object() || json.value("topic", "") != topic) return std::nullopt;
  Position out;
  const Json next = json.value("next", Json::object());
  const Json open = json.value("open", Json::object());
  const Json latest = json.value("latest", Json::object());
  for (const auto& [partition, offset] : next.items()) {
    if (offset.is_number_integer()) out.next[number_of(partition)] = offset.get<std::int64_t>();
  }
  for (const auto& [partition, at] : latest.items()) {
    const std::int32_t number = number_of(partition);
    if (at.is_number_integer() && out.next.contains(number))
      out.latest[number] = Instant{Millis{at.get<std::int64_t>()}};
  }
  for (const auto& [key, window] : open.items()) {
    const auto from = parse_instant(window.value("from", ""));
    if (!from) continue;
    out.open[key] = {.version = window.value("version", ""),
                     .messages = window.value("messages", std::uint64_t{}),
                     .from = *from,
                     .offsets = offsets_of(window.value("offsets", Json::object()))};
  }
  return out;
}

Intake::Intake(std::shared_ptr<const Rules> rules, Position position)
    : rules_{std::move(rules)}, position_{position}, told_{std::move(position)} {}

void Intake::move(std::int32_t topic_partition, std::int64_t next, bool is_whole) {
  position_.next[topic_partition] = next;
  position_.latest.erase(topic_partition);
  if (is_whole) position_.latest[topic_partition] = Instant{};
}

void Intake::lose(std::int32_t topic_partition, std::int64_t next, SteadyTime now, Instant wall) {
  const std::int64_t first = position_.next.at(topic_partition);
  position_.next[topic_partition] = next;
  wait_with_it(now, wall);
  const std::string partition = std::to_string(topic_partition);
  Pending& pending = pending_of_all();
  pending.version = partition + ':' + std::to_string(next - 1);
  pending.id = "";
  pending.lost += static_cast<std::uint64_t>(next - first);
  end_if_full();
}

void Intake::wait_with_it(SteadyTime now, Instant wall) {
  if (waiting_.messages++ == 0) {
    waiting_.first = now;
    const KafkaSource& source = rules_->source();
    waiting_.latest = now + source.max_wait.value_or(10 * source.settle);
    if (source.window)
      waiting_.latest = now + *source.window - wall.time_since_epoch() % *source.window;
  }
  waiting_.last = now;
}

void Intake::end_if_full() {
  const std::uint32_t count = rules_->source().count;
  const bool is_full =
      (count != 0 && waiting_.messages >= count) || waiting_.pending.size() >= keys_max;
  if (!is_full) return;
  waiting_.next = position_.next;
  waiting_.times = position_.latest;
  full_.push_back(std::exchange(waiting_, {}));
}

Intake::Pending& Intake::pending_of(const std::string& partition) {
  auto& pending = waiting_.pending;
  auto at = pending.size();
  if (!rules_->is_each()) at = waiting_.places.try_emplace(partition, at).first->second;
  if (at == pending.size()) pending.emplace_back(partition, Pending{});
  return pending[at].second;
}

Intake::Pending& Intake::pending_of_all() {
  if (rules_->source().partition.empty()) return pending_of("");
  waiting_.places.clear();
  return waiting_.pending.emplace_back("", Pending{.every = true}).second;
}

void Intake::pass(std::int32_t topic_partition, std::int64_t next, SteadyTime now) {
  const auto known = position_.next.find(topic_partition);
  if (known == position_.next.end() || next <= known->second) return;
  if (position_.next == told_.next) moved_ = now;
  known->second = next;
}

bool Intake::is_beyond(const Place& place, Instant wall) {
  if (!place.from || *place.from <= horizon_) return false;
  horizon_ = rules_->horizon(wall);
  return *place.from > horizon_;
}

void Intake::reject(std::int32_t topic_partition, std::int64_t offset, input::Event event) {
  ++dead_;
  if (waiting_.rejected.size() < rejected_max) return waiting_.rejected.push_back(std::move(event));
  ++waiting_.rejected_more;
  waiting_.rejected_at.add(topic_partition, offset);
}

void Intake::take(Rules::Reading reading, SteadyTime now, Instant wall) {
  if (position_.next == told_.next) moved_ = now;
  const auto [next, is_new] = position_.next.try_emplace(reading.topic_partition, 0);
  if (!is_new && reading.offset < next->second) return;
  next->second = reading.offset + 1;
  const auto latest = position_.latest.find(reading.topic_partition);
  if (latest != position_.latest.end() && reading.timestamp)
    latest->second = std::max(latest->second, *reading.timestamp);
  ++messages_;
  if (!reading.counts && reading.error.empty()) {
    ++ignored_;
    return;
  }
  wait_with_it(now, wall);
  const std::string offset =
      std::to_string(reading.topic_partition) + ':' + std::to_string(reading.offset);
  const std::string version = reading.version.empty() ? offset : reading.version;
  if (!reading.error.empty()) {
    reject(reading.topic_partition, reading.offset,
           {.kind = input::Event::Kind::observation,
            .asset = rules_->asset(),
            .source = rules_->asset(),
            .body = std::move(reading.body),
            .error = offset + ": " + reading.error});
  } else if (is_beyond(reading.place, wall)) {
    const std::pair at{reading.offset, reading.offset};
    const Pending alone{.version = version,
                        .id = reading.id,
                        .messages = 1,
                        .offsets = {{reading.topic_partition, at}}};
    input::Event event = event_of(reading.place.partition, alone);
    event.error = offset + ": partition \"" + reading.place.partition + "\" lies more than " +
                  std::to_string(Rules::windows_max) + " windows ahead: correct the time in " +
                  rules_->source().partition + ", or replay it when that has come";
    reject(reading.topic_partition, reading.offset, std::move(event));
  } else {
    add(reading.place, reading, version, reading.id);
  }
  // What was rejected may have left a place all the same; a place that was beyond held nothing.
  if (reading.counts && reading.left && !is_beyond(*reading.left, wall))
    add(*reading.left, reading, version, reading.id.empty() ? "" : reading.id + " left");
  end_if_full();
}

void Intake::add(const Place& place, const Rules::Reading& reading, const std::string& version,
                 const std::string& id) {
  Pending& pending = reading.every ? pending_of_all() : pending_of(place.partition);
  pending.version = version;
  pending.id = id;
  pending.from = place.from;
  ++pending.messages;
  if (reading.op != '\0') ++pending.ops[reading.op];
  const auto [range, is_first] =
      pending.offsets.try_emplace(reading.topic_partition, reading.offset, reading.offset);
  range->second.second = reading.offset;
}

std::optional<SteadyTime> Intake::due(SteadyTime now, Instant wall) const {
  std::optional<SteadyTime> out;
  const auto consider = [&](SteadyTime at) {
    if (!out || at < *out) out = at;
  };
  if (!full_.empty()) {
    consider(full_.front().first);
  } else if (waiting_.messages > 0) {
    const KafkaSource& source = rules_->source();
    if (rules_->is_each()) {
      consider(waiting_.first);
    } else if (source.window) {
      consider(waiting_.latest);
    } else {
      consider(std::min(waiting_.last + source.settle, waiting_.latest));
    }
  } else if (position_.next != told_.next) {
    consider(moved_ + tell_position_after);
  }
  for (const auto& [key, window] : position_.open) consider(steady_at(now, wall, window.from));
  return out;
}

input::Event Intake::event_of(const std::string& partition, const Pending& pending) const {
  Json metadata{{"topic", rules_->source().topic}, {"messages", pending.messages}};
  if (!pending.offsets.empty()) metadata["offsets"] = json_of(pending.offsets);
  if (pending.lost > 0) metadata["lost"] = pending.lost;
  for (const auto& [op, count] : pending.ops) metadata["ops"][std::string(1, op)] = count;
  std::string text = metadata.dump(-1, ' ', false, Json::error_handler_t::replace);
  // Where the engine has no such partition, that is what one still finds, and tells again.
  metadata["partition"] = partition;
  metadata["data_version"] = pending.version;
  return {.kind = input::Event::Kind::observation,
          .asset = rules_->asset(),
          .partition = partition,
          .every = pending.every,
          .data_version = pending.version,
          .metadata = std::move(text),
          .source = rules_->asset(),
          .id = pending.id,
          .body = metadata.dump(-1, ' ', false, Json::error_handler_t::replace),
          .only_if_changed = true};
}

Position Intake::after(Instant wall) const {
  Position out = position_;
  if (!full_.empty()) {
    out.next = first().next;
    out.latest = first().times;
  }
  std::erase_if(out.open, [&](const auto& each) { return each.second.from <= wall; });
  for (const auto& [partition, pending] : first().pending) {
    if (!is_open(pending, wall)) continue;
    Position::Open& open = out.open[partition];
    open.version = pending.version;
    open.messages += pending.messages;
    open.from = *pending.from;
    append(open.offsets, pending.offsets);
  }
  return out;
}

Intake::Batch Intake::make_batch(Instant wall) const {
  Batch out{.events = {}, .cursor = after(wall).text(rules_->source().topic)};
  for (const auto& [partition, window] : position_.open) {
    if (window.from > wall) continue;
    out.events.push_back(event_of(
        partition,
        {.version = window.version, .messages = window.messages, .offsets = window.offsets}));
  }
  const Waiting& told = first();
  for (const auto& [partition, pending] : told.pending) {
    if (!is_open(pending, wall)) out.events.push_back(event_of(partition, pending));
  }
  out.events.insert(out.events.end(), told.rejected.begin(), told.rejected.end());
  if (told.rejected_more > 0) {
    DeadRanges at = told.rejected_at;
    at.topic = rules_->source().topic;
    out.events.push_back({.kind = input::Event::Kind::observation,
                          .asset = rules_->asset(),
                          .source = rules_->asset(),
                          .body = at.text(),
                          .error = at.shown() + ": " + std::to_string(told.rejected_more) +
                                   " more that cannot be read"});
  }
  return out;
}

void Intake::told(Instant wall) {
  told_ = after(wall);
  position_.open = told_.open;
  if (full_.empty()) {
    waiting_ = {};
  } else {
    full_.pop_front();
  }
}

}  // namespace freshet::kafka
