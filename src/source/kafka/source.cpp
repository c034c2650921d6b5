#include "source/kafka/source.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"

namespace freshet::kafka {

namespace {

constexpr Millis schema_delay_first{1'000};  ///< Until a registry is asked again …
constexpr Millis schema_delay_max{30'000};   ///< … which doubles up to this.

std::string shown(const std::pair<const std::int32_t, std::string>& trouble) {
  return "partition " + std::to_string(trouble.first) + ": " + trouble.second;
}

}  // namespace

Source::Source(const Surroundings& around, const AssetDefinition& asset,
               std::shared_ptr<Registry> registry_in)
    : key{asset.key},
      definition{asset.source.kafka},
      registry{std::move(registry_in)},
      around_{around},
      partitions_{asset.partitions},
      hold_{.delay = schema_delay_first, .timer = boost::asio::steady_timer{around.io}},
      timer_{around.io} {
  auto made = Rules::make(asset, registry == nullptr ? nullptr : registry->schemas);
  if (!made) {
    error = made.error().message;
    return;
  }
  rules = *std::move(made);
  Position position;
  if (const auto found = around_.cursors.find(key); found != around_.cursors.end())
    position = Position::parse(found->second, definition.topic).value_or(Position{});
  assignment = Assignment{position};
  intake.emplace(rules, std::move(position));
}

std::optional<std::int64_t> Source::next(std::int32_t partition) const {
  if (!intake) return std::nullopt;
  const auto found = intake->position().next.find(partition);
  return found == intake->position().next.end() ? std::nullopt : std::optional{found->second};
}

void Source::stop() {
  is_stopped_ = true;
  if (is_paused_) set_paused(false);  // others may read the same
  timer_.cancel();
  hold_.timer.cancel();
}

void Source::take(Rules::Reading reading, SteadyTime now, Instant wall) {
  if (assignment.is_moving(reading.topic_partition)) return;
  troubles.erase(reading.topic_partition);
  at_end_.erase(reading.topic_partition);
  if (reading.schema) {
    hold_.partitions.insert(reading.topic_partition);
    hold_.schema = reading.schema;
  } else if (!hold_.partitions.contains(reading.topic_partition)) {
    intake->take(std::move(reading), now, wall);
  }
}

void Source::go_on(std::int32_t partition, const Start& start) {
  troubles.erase(partition);
  if (start.lost > 0) {
    log("source").warn("kafka topic={} partition={}: messages are gone that were not read count={}",
                       definition.topic, partition, start.lost);
    intake->lose(partition, start.offset, around_.clock.steady(), around_.clock.now());
  } else if (start.is_anew || !next(partition)) {
    if (start.is_anew) {
      log("source").warn(
          "kafka topic={} partition={}: it is another one than it was, and read from its beginning",
          definition.topic, partition);
    }
    intake->move(partition, start.offset, start.is_whole);
    assignment.move(partition);
  }
}

void Source::pass(std::int32_t partition, std::int64_t offset) {
  if (assignment.is_moving(partition) || hold_.partitions.contains(partition)) return;
  intake->pass(partition, offset, around_.clock.steady());
  if (next(partition) == offset) at_end_.insert(partition);
}

void Source::fetch_schema(Millis timeout, ReadAgain read_again) {
  if (is_stopped_ || !hold_.schema || std::exchange(hold_.is_fetching, true)) return;
  registry->questions.ask(
      [schemas = registry->schemas, id = *hold_.schema, timeout,
       stop = registry->questions.closed()] { return schemas->fetch(id, timeout, *stop); },
      [weak = weak_from_this(), timeout,
       again = std::move(read_again)](const Result<void>& fetched) mutable {
        const auto self = weak.lock();
        if (self && !self->is_stopped_) self->on_schema(fetched, timeout, std::move(again));
      });
}

void Source::on_schema(const Result<void>& fetched, Millis timeout, ReadAgain read_again) {
  if (!fetched) {
    if (hold_.error.empty()) log("source").warn("asset={}: {}", key, fetched.error().message);
    hold_.error = fetched.error().message;
    hold_.timer.expires_after(hold_.delay);
    hold_.delay = std::min(2 * hold_.delay, schema_delay_max);
    hold_.timer.async_wait([weak = weak_from_this(), timeout, again = std::move(read_again)](
                               boost::system::error_code wrong) mutable {
      const auto self = weak.lock();
      if (!self || wrong) return;
      self->hold_.is_fetching = false;
      self->fetch_schema(timeout, std::move(again));
    });
    return;
  }
  hold_.error.clear();
  hold_.delay = schema_delay_first;
  hold_.schema.reset();
  std::vector<TopicPartition> held;
  for (const std::int32_t partition : hold_.partitions)
    held.push_back({definition.topic, partition});
  read_again(held, [weak = weak_from_this(), held, timeout, read_again] {
    const auto self = weak.lock();
    if (!self) return;
    for (const TopicPartition& of : held) self->hold_.partitions.erase(of.partition);
    self->hold_.is_fetching = false;
    self->fetch_schema(timeout, read_again);
  });
}

void Source::offer() {
  bool taken = true;
  while (taken) {
    const Instant wall = around_.clock.now();
    const SteadyTime now = around_.clock.steady();
    const auto due = intake->due(now, wall);
    if (!due || *due > now) break;
    taken = tell(wall);
    set_paused(!taken);
  }
  wait();
}

bool Source::tell(Instant wall) {
  Intake::Batch batch = intake->make_batch(wall);
  std::string& known = around_.cursors[key];
  const bool is_news = !batch.events.empty() || batch.cursor != known;
  if (is_news && !around_.offers.offer(std::move(batch.events), {{key, batch.cursor}}))
    return false;
  intake->told(wall);
  known = std::move(batch.cursor);
  assignment.told(intake->position());
  for (const auto& [partition, offset] : intake->told_position().next)
    cluster->published[{definition.topic, partition}] = offset;
  return true;
}

void Source::wait() {
  if (is_stopped_) return;
  const SteadyTime now = around_.clock.steady();
  const auto due = intake->due(now, around_.clock.now());
  if (!due || (is_paused_ && *due <= now)) return;
  timer_.expires_at(*due);
  timer_.async_wait([weak = weak_from_this()](boost::system::error_code wrong) {
    const auto self = weak.lock();
    if (self && !wrong && !self->is_stopped_) self->offer();
  });
}

void Source::set_paused(bool paused) {
  if (std::exchange(is_paused_, paused) == paused) return;
  std::vector<TopicPartition> of;
  for (const auto& [partition, offset] : intake->position().next)
    of.push_back({definition.topic, partition});
  cluster->pause(of, paused);
}

SourceStatus Source::status() const {
  SourceStatus out{.asset = key,
                   .kind = "kafka",
                   .state = "waiting",
                   .detail = definition.topic + " at " + definition.brokers};
  std::string wrong = !error.empty() || cluster == nullptr ? error
                      : !hold_.error.empty()               ? hold_.error
                      : !troubles.empty()                  ? shown(*troubles.begin())
                                                           : cluster->error;
  if (!error.empty() && cluster != nullptr && !cluster->error.empty())
    wrong = error + ": " + cluster->error;  // that it did not answer, and why
  if (!wrong.empty()) {
    out.state = "error";
    out.detail = wrong;
  } else if (is_begun) {
    out.state = is_paused_ ? "held" : "reading";
  }
  if (!intake || !is_begun) return out;
  std::uint64_t lag = 0;
  for (const auto& [partition, next] : intake->position().next) {
    out.position +=
        (out.position.empty() ? "" : " ") + std::to_string(partition) + ':' + std::to_string(next);
    // Behind what can be read there may be messages of a transaction that goes on.
    if (at_end_.contains(partition) && !is_paused_) continue;
    const auto end = cluster->known_end({definition.topic, partition});
    if (end > next) lag += static_cast<std::uint64_t>(end - next);
  }
  out.lag = lag;
  out.lag_unit = "messages";
  out.messages = intake->messages();
  out.ignored = intake->ignored();
  return out;
}

}  // namespace freshet::kafka
