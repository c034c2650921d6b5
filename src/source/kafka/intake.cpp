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
                        {"from", format_instant(window.from)}};
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
  const auto number_of = [](const std::string& partition) {
    std::int32_t number{};
    std::from_chars(partition.data(), partition.data() + partition.size(), number);
    return number;
  };
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
                     .from = *from};
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
}

void Intake::wait_with_it(SteadyTime now, Instant wall) {
  if (waiting_++ == 0) {
    first_ = now;
    const KafkaSource& source = rules_->source();
    latest_ = now + source.max_wait.value_or(10 * source.settle);
    if (source.window) latest_ = now + *source.window - wall.time_since_epoch() % *source.window;
  }
  last_ = now;
}

Intake::Pending& Intake::pending_of(const std::string& partition) {
  auto at = pending_.size();
  if (!rules_->is_each()) at = places_.try_emplace(partition, at).first->second;
  if (at == pending_.size()) pending_.emplace_back(partition, Pending{});
  return pending_[at].second;
}

Intake::Pending& Intake::pending_of_all() {
  if (rules_->source().partition.empty()) return pending_of("");
  places_.clear();
  return pending_.emplace_back("", Pending{.every = true}).second;
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
  if (!reading.error.empty()) {
    ++dead_;
    if (rejected_.size() >= rejected_max) {
      ++rejected_more_;
      rejected_at_.add(reading.topic_partition, reading.offset);
      return;
    }
    rejected_.push_back({.kind = input::Event::Kind::observation,
                         .asset = rules_->asset(),
                         .source = rules_->asset(),
                         .body = std::move(reading.body),
                         .error = offset + ": " + reading.error});
    return;
  }
  const std::string version = reading.version.empty() ? offset : reading.version;
  add(reading.place, reading, version, reading.id);
  if (reading.left)
    add(*reading.left, reading, version, reading.id.empty() ? "" : reading.id + " left");
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
  if (waiting_ > 0) {
    const KafkaSource& source = rules_->source();
    const bool is_full = (source.count != 0 && waiting_ >= source.count) ||
                         pending_.size() >= keys_max || rules_->is_each();
    if (is_full) {
      consider(first_);
    } else if (source.window) {
      consider(latest_);
    } else {
      consider(std::min(last_ + source.settle, latest_));
    }
  } else if (position_.next != told_.next) {
    consider(moved_ + tell_position_after);
  }
  for (const auto& [key, window] : position_.open) consider(steady_at(now, wall, window.from));
  return out;
}

input::Event Intake::event_of(const std::string& partition, const Pending& pending) const {
  Json metadata{{"topic", rules_->source().topic}, {"messages", pending.messages}};
  for (const auto& [topic_partition, range] : pending.offsets) {
    metadata["offsets"][std::to_string(topic_partition)] = {range.first, range.second};
  }
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
  std::erase_if(out.open, [&](const auto& each) { return each.second.from <= wall; });
  for (const auto& [partition, pending] : pending_) {
    if (!is_open(pending, wall)) continue;
    Position::Open& open = out.open[partition];
    open = {.version = pending.version,
            .messages = open.messages + pending.messages,
            .from = *pending.from};
  }
  return out;
}

Intake::Batch Intake::make_batch(Instant wall) const {
  Batch out{.events = {}, .cursor = after(wall).text(rules_->source().topic)};
  for (const auto& [partition, window] : position_.open) {
    if (window.from > wall) continue;
    out.events.push_back(
        event_of(partition, {.version = window.version, .messages = window.messages}));
  }
  for (const auto& [partition, pending] : pending_) {
    if (!is_open(pending, wall)) out.events.push_back(event_of(partition, pending));
  }
  out.events.insert(out.events.end(), rejected_.begin(), rejected_.end());
  if (rejected_more_ > 0) {
    DeadRanges at = rejected_at_;
    at.topic = rules_->source().topic;
    out.events.push_back({.kind = input::Event::Kind::observation,
                          .asset = rules_->asset(),
                          .source = rules_->asset(),
                          .body = at.text(),
                          .error = at.shown() + ": " + std::to_string(rejected_more_) +
                                   " more that cannot be read"});
  }
  return out;
}

void Intake::told(Instant wall) {
  position_ = after(wall);
  told_ = position_;
  pending_.clear();
  places_.clear();
  rejected_.clear();
  rejected_more_ = 0;
  rejected_at_.stretches.clear();
  waiting_ = 0;
}

}  // namespace freshet::kafka
