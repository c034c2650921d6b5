#include "source/kafka/intake.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

namespace freshet::kafka {

using Json = nlohmann::json;

namespace {

constexpr std::size_t body_max = 64 * 1024;
constexpr std::size_t keys_max = 1'000;    ///< Partitions that wait together.
constexpr std::size_t rejected_max = 100;  ///< Kept of one batch, one by one.
constexpr Micros tell_position_after = Seconds{5};

std::string shown(const Message& message) {
  Json out{{"partition", message.partition},
           {"offset", message.offset},
           {"key", message.key},
           {"value", message.value.substr(0, body_max)}};
  if (message.timestamp) out["timestamp"] = format_instant(*message.timestamp);
  for (const auto& [name, value] : message.headers) out["headers"][std::string{name}] = value;
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<std::optional<FieldPath>> optional_field(const std::string& text, const char* name) {
  if (text.empty()) return std::optional<FieldPath>{};
  auto field = parse_field_path(text);
  if (!field) return Error{field.error().code, std::string{name} + ": " + field.error().message};
  return std::optional{*std::move(field)};
}

/// RFC 3339, or seconds or milliseconds since 1970.
std::optional<Instant> instant_of(std::string_view text) {
  if (const auto at = parse_instant(text)) return *at;
  std::int64_t number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  constexpr std::int64_t milliseconds_from = 100'000'000'000;  // as seconds, the year 5138
  return number >= milliseconds_from ? Instant{Millis{number}} : Instant{Seconds{number}};
}

}  // namespace

Result<std::shared_ptr<const Rules>> Rules::make(const AssetDefinition& asset) {
  auto out = std::make_shared<Rules>();
  const KafkaSource& source = asset.source.kafka;
  out->asset_ = asset.key;
  out->source_ = source;
  FRESHET_TRY(out->partition_, optional_field(source.partition, "partition"));
  FRESHET_TRY(out->version_, optional_field(source.data_version, "data_version"));
  FRESHET_TRY(out->id_, optional_field(source.id, "id"));
  for (const auto& [text, wanted] : source.match) {
    auto field = parse_field_path(text);
    if (!field) return Error{field.error().code, "match: " + field.error().message};
    out->match_.emplace_back(*std::move(field), wanted);
  }
  const auto needs = [](const std::optional<FieldPath>& field) {
    return field && field->kind == FieldPath::Kind::payload;
  };
  out->needs_payload_ =
      needs(out->partition_) || needs(out->version_) || needs(out->id_) ||
      std::ranges::any_of(out->match_, [&](const auto& each) { return needs(each.first); });
  if (asset.partitions && asset.partitions->dimensions.size() == 1) {
    if (const auto* windows =
            std::get_if<WindowsDefinition>(&asset.partitions->dimensions.front().of)) {
      FRESHET_TRY(out->windows_, make_window_series(*windows));
      out->window_offset_ = windows->offset;
    }
  }
  return std::shared_ptr<const Rules>{std::move(out)};
}

/// Returns what is wrong, or "".
std::string Rules::set_partition(const std::string& text, Reading& out) const {
  out.partition = text;
  if (windows_ == nullptr) return "";
  auto window = windows_->parse(text);
  if (!window) {
    const auto at = instant_of(text);
    if (!at) {
      return "partition " + source_.partition + " is \"" + text +
             "\": want a time, a date, or the key of a time window";
    }
    window = windows_->at(*at);
  }
  out.partition = windows_->key(*window);
  out.from = windows_->span(*window).end + window_offset_;
  return "";
}

Rules::Reading Rules::read(const Message& message) const {
  Reading out{.topic_partition = message.partition, .offset = message.offset};
  const auto refuse = [&](std::string why) {
    out.error = std::move(why);
    out.body = shown(message);
    return out;
  };
  Json payload;
  if (needs_payload_) {
    payload = Json::parse(message.value, nullptr, false);
    if (payload.is_discarded()) return refuse("the message is not JSON");
  }
  for (const auto& [field, wanted] : match_) {
    const auto value = value_of(field, message, &payload);
    if (!value || std::ranges::find(wanted, *value) == wanted.end()) return out;
  }
  if (partition_) {
    const auto text = value_of(*partition_, message, &payload);
    if (!text || text->empty())
      return refuse("partition " + source_.partition + " is not in the message");
    if (auto wrong = set_partition(*text, out); !wrong.empty()) return refuse(std::move(wrong));
  }
  if (version_) {
    auto text = value_of(*version_, message, &payload);
    if (!text) return refuse("data_version " + source_.data_version + " is not in the message");
    out.version = *std::move(text);
  }
  if (id_) {
    auto text = value_of(*id_, message, &payload);
    if (!text) return refuse("id " + source_.id + " is not in the message");
    out.id = *std::move(text);
  }
  out.counts = true;
  return out;
}

std::string Position::text(const std::string& topic) const {
  Json out{{"topic", topic}, {"next", Json::object()}};
  for (const auto& [partition, offset] : next) out["next"][std::to_string(partition)] = offset;
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
  for (const auto& [partition, offset] : next.items()) {
    std::int32_t number{};
    std::from_chars(partition.data(), partition.data() + partition.size(), number);
    if (offset.is_number_integer()) out.next[number] = offset.get<std::int64_t>();
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

void Intake::move(std::int32_t topic_partition, std::int64_t next) {
  position_.next[topic_partition] = next;
}

void Intake::take(Rules::Reading reading, SteadyTime now, Instant wall) {
  if (position_.next == told_.next) moved_ = now;
  const auto [next, is_new] = position_.next.try_emplace(reading.topic_partition, 0);
  if (!is_new && reading.offset < next->second) return;
  next->second = reading.offset + 1;
  ++messages_;
  if (!reading.counts && reading.error.empty()) {
    ++ignored_;
    return;
  }
  if (waiting_++ == 0) {
    first_ = now;
    const KafkaSource& source = rules_->source();
    latest_ = now + source.max_wait.value_or(10 * source.settle);
    if (source.window) {
      latest_ = now + *source.window - wall.time_since_epoch() % *source.window;
    }
  }
  last_ = now;
  const std::string offset =
      std::to_string(reading.topic_partition) + ':' + std::to_string(reading.offset);
  if (!reading.error.empty()) {
    ++dead_;
    if (rejected_.size() == rejected_max) {
      ++rejected_more_;
      return;
    }
    rejected_.push_back({.kind = input::Event::Kind::observation,
                         .asset = rules_->asset(),
                         .source = rules_->asset(),
                         .body = std::move(reading.body),
                         .error = offset + ": " + reading.error});
    return;
  }
  const bool is_each = rules_->is_each();
  auto place = pending_.size();
  if (!is_each) place = places_.try_emplace(reading.partition, place).first->second;
  if (place == pending_.size()) pending_.emplace_back(reading.partition, Pending{});
  Pending& pending = pending_[place].second;
  pending.version = reading.version.empty() ? offset : std::move(reading.version);
  pending.id = std::move(reading.id);
  pending.from = reading.from;
  ++pending.messages;
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
  for (const auto& [key, window] : position_.open)
    consider(now + std::max(window.from - wall, Micros{0}));
  return out;
}

input::Event Intake::event_of(const std::string& partition, const Pending& pending) const {
  Json metadata{{"topic", rules_->source().topic}, {"messages", pending.messages}};
  for (const auto& [topic_partition, range] : pending.offsets) {
    metadata["offsets"][std::to_string(topic_partition)] = {range.first, range.second};
  }
  std::string text = metadata.dump(-1, ' ', false, Json::error_handler_t::replace);
  return {.kind = input::Event::Kind::observation,
          .asset = rules_->asset(),
          .partition = partition,
          .data_version = pending.version,
          .metadata = text,
          .source = rules_->asset(),
          .id = pending.id,
          .body = text,  // where the engine has no such partition, one still finds the messages
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
  if (rejected_more_ > 0 && !out.events.empty())
    out.events.back().error += " (and " + std::to_string(rejected_more_) + " more like it)";
  return out;
}

void Intake::told(Instant wall) {
  position_ = after(wall);
  told_ = position_;
  pending_.clear();
  places_.clear();
  rejected_.clear();
  rejected_more_ = 0;
  waiting_ = 0;
}

}  // namespace freshet::kafka
