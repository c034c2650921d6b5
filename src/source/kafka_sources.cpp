#include "source/kafka_sources.hpp"

#include <unistd.h>

#include <fcntl.h>
#include <algorithm>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <cstdint>
#include <optional>
#include <set>

#include "base/log.hpp"
#include "base/unique_fd.hpp"
#include "freshet/definitions.hpp"
#include "freshet/ids.hpp"
#include "source/kafka/consumer.hpp"
#include "source/kafka/intake.hpp"

namespace freshet {

using boost::asio::steady_timer;
using boost::asio::posix::stream_descriptor;
using boost::system::error_code;
using kafka::Consumer;
using kafka::Intake;
using kafka::Rules;
using kafka::TopicPartition;

namespace {

constexpr std::size_t drain_max = 20'000;  ///< Messages of one job, so that others get at the pool.

std::map<std::string, std::string> config_of(const KafkaSource& source) {
  std::map<std::string, std::string> out{{"group.id", "freshet"},
                                         {"client.id", "freshet"},
                                         {"queued.max.messages.kbytes", "16384"},
                                         {"fetch.wait.max.ms", "100"},
                                         {"reconnect.backoff.max.ms", "2000"}};
  for (const auto& [name, value] : source.config) out[name] = value;
  out["bootstrap.servers"] = source.brokers;
  return out;
}

}  // namespace

class KafkaSources::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(boost::asio::io_context& io, boost::asio::thread_pool& pool, const Clock& clock,
       std::map<std::string, std::string> cursors, Emit emit, KafkaSourcesOptions options)
      : io_{io},
        pool_{pool},
        clock_{clock},
        cursors_{std::move(cursors)},
        emit_{std::move(emit)},
        options_{options},
        refresh_timer_{io} {}

  void watch(const Graph& graph) {
    if (is_stopped_) return;
    std::map<std::string, const AssetDefinition*> wanted;
    for (std::uint32_t rank = 0; rank < graph.size(); ++rank) {
      const AssetDefinition& asset = graph.asset(Rank{rank});
      if (asset.external && asset.source.kind == SourceKind::kafka) wanted[asset.key] = &asset;
    }
    std::erase_if(sources_, [&](auto& each) {
      const auto found = wanted.find(each.first);
      if (found != wanted.end() && each.second->is_for(*found->second)) {
        wanted.erase(found);
        return false;
      }
      release(*each.second);
      return true;
    });
    std::erase_if(clusters_, [](const auto& each) { return each.second->users == 0; });
    for (const auto& [key, asset] : wanted) add(*asset);
    if (!clusters_.empty() && !is_refreshing_) refresh_later();
  }

  [[nodiscard]] std::vector<SourceStatus> status() const {
    std::vector<SourceStatus> out;
    for (const auto& [key, source] : sources_) out.push_back(status_of(*source));
    return out;
  }

  void stop() {
    is_stopped_ = true;
    stop_->store(true);
    refresh_timer_.cancel();
    for (const auto& [key, source] : sources_) source->timer.cancel();
    for (const auto& [key, cluster] : clusters_) cluster->close(pool_);
  }

 private:
  using Strand = boost::asio::strand<boost::asio::thread_pool::executor_type>;

  /// A connection, and whose topics it reads.
  struct Cluster {
    Cluster(boost::asio::io_context& io, boost::asio::thread_pool& pool)
        : strand{boost::asio::make_strand(pool)}, readable{io} {}
    /// For good; whoever still holds it on the io thread may outlive the pool.
    void close(boost::asio::thread_pool& pool) {
      error_code ignored;
      readable.close(ignored);
      strand.reset();
      // To end its threads takes time.
      if (consumer) boost::asio::post(pool, [ended = std::exchange(consumer, nullptr)] {});
    }
    std::shared_ptr<Consumer> consumer;  ///< Null: its settings are wrong.
    std::optional<Strand> strand;        ///< All that waits, or takes long.
    stream_descriptor readable;
    std::string error;  ///< Of the cluster as a whole; "": it answers.
    std::size_t users{};
    bool is_draining{false};
    bool is_called{false};                             ///< While it drained.
    std::set<TopicPartition> read;                     ///< Are read now.
    std::map<TopicPartition, std::int64_t> published;  ///< To be shown to others.
  };

  struct Source {
    Source(boost::asio::io_context& io, const AssetDefinition& asset)
        : key{asset.key}, definition{asset.source.kafka}, partitions{asset.partitions}, timer{io} {}
    [[nodiscard]] bool is_for(const AssetDefinition& asset) const {
      return asset.source.kafka == definition && asset.partitions == partitions;
    }
    const std::string key;
    const KafkaSource definition;
    const std::optional<PartitionsDefinition> partitions;
    std::shared_ptr<const Rules> rules;
    std::optional<Intake> intake;
    std::shared_ptr<Cluster> cluster;
    steady_timer timer;
    std::string error;     ///< "": none.
    bool is_begun{false};  ///< Its partitions are known and read.
    bool is_beginning{false};
    bool is_paused{false};  ///< Out of credit.
    std::uint64_t events{};
    Instant last_event{};
  };

  void add(const AssetDefinition& asset) {
    auto source = std::make_shared<Source>(io_, asset);
    sources_[asset.key] = source;
    auto rules = Rules::make(asset);
    if (!rules) {
      source->error = rules.error().message;
      return;
    }
    source->rules = *rules;
    kafka::Position position;
    if (const auto found = cursors_.find(asset.key); found != cursors_.end()) {
      position = kafka::Position::parse(found->second, source->definition.topic)
                     .value_or(kafka::Position{});
    }
    source->intake.emplace(source->rules, std::move(position));
    source->cluster = cluster_of(source->definition);
    ++source->cluster->users;
    begin(source);
    arm(*source);
  }

  std::shared_ptr<Cluster> cluster_of(const KafkaSource& definition) {
    const auto config = config_of(definition);
    auto& cluster = clusters_[config];
    if (cluster != nullptr) return cluster;
    cluster = std::make_shared<Cluster>(io_, pool_);
    auto consumer = Consumer::make(config);
    if (!consumer) {
      cluster->error = consumer.error().message;
      return cluster;
    }
    cluster->consumer = *std::move(consumer);
    UniqueFd copy{::fcntl(cluster->consumer->wake_fd(), F_DUPFD_CLOEXEC, 0)};
    error_code error;
    if (copy) cluster->readable.assign(copy.get(), error);
    if (!copy || error) {
      cluster->error = "kafka: cannot wait for messages: " + error.message();
      return cluster;
    }
    static_cast<void>(copy.release());
    wait_readable(cluster);
    return cluster;
  }

  void release(Source& source) {
    source.timer.cancel();
    if (source.cluster == nullptr) return;
    if (--source.cluster->users == 0) {
      source.cluster->close(pool_);
      return;
    }
    const bool is_shared = std::ranges::any_of(sources_, [&](const auto& each) {
      return each.second.get() != &source && each.second->cluster == source.cluster &&
             each.second->definition.topic == source.definition.topic;
    });
    if (is_shared) return;
    std::vector<TopicPartition> gone;
    std::erase_if(source.cluster->read, [&](const TopicPartition& each) {
      if (each.topic != source.definition.topic) return false;
      gone.push_back(each);
      return true;
    });
    run(source.cluster, [gone](Consumer& consumer) { consumer.remove(gone); });
  }

  /// In the cluster's strand.
  template <class Work>
  void run(const std::shared_ptr<Cluster>& cluster, Work work) {
    if (cluster->consumer == nullptr) return;
    boost::asio::post(*cluster->strand, [stop = stop_, consumer = cluster->consumer,
                                         work = std::move(work)]() mutable {
      if (!stop->load()) work(*consumer);
    });
  }
  /// And what it returned goes to `then`, back here.
  template <class Work, class Then>
  void run(const std::shared_ptr<Cluster>& cluster, Work work, Then then) {
    if (cluster->consumer == nullptr) return;
    boost::asio::post(
        *cluster->strand,
        [weak = weak_from_this(), guard = boost::asio::make_work_guard(io_), stop = stop_,
         consumer = cluster->consumer, work = std::move(work), then = std::move(then)]() mutable {
          if (stop->load()) return;
          auto result = work(*consumer);
          consumer.reset();
          boost::asio::post(guard.get_executor(), [weak = std::move(weak), then = std::move(then),
                                                   result = std::move(result)]() mutable {
            const auto self = weak.lock();
            if (self && !self->is_stopped_) then(*self, std::move(result));
          });
        });
  }

  // --- Which partitions, and from where.

  struct Starts {
    std::string error;
    std::map<std::int32_t, std::int64_t> offsets;  ///< Of those that have none yet.
    std::int32_t partitions{};
  };

  static Starts find_starts(Consumer& consumer, const KafkaSource& source,
                            const std::map<std::int32_t, std::int64_t>& known, Millis timeout) {
    Starts out;
    const auto count = consumer.partitions(source.topic, timeout);
    if (!count) {
      out.error = count.error().message;
      return out;
    }
    out.partitions = *count;
    // A partition that came later holds nothing that was there before: all of it is new.
    const std::string& from = known.empty() ? source.from : "earliest";
    for (std::int32_t p = 0; p < *count; ++p) {
      if (known.contains(p)) continue;
      const TopicPartition of{source.topic, p};
      Result<std::int64_t> start{0};
      if (const auto at = parse_instant(from)) {
        start = consumer.offset_at(of, *at, timeout);
      } else if (const auto ends = consumer.watermarks(of, timeout); ends) {
        start = from == "latest" ? ends->high : ends->low;
      } else {
        start = ends.error();
      }
      if (!start) {
        out.error = start.error().message;
        return out;
      }
      out.offsets[p] = *start;
    }
    return out;
  }

  void begin(const std::shared_ptr<Source>& source) {
    if (source->rules == nullptr || std::exchange(source->is_beginning, true)) return;
    run(
        source->cluster,
        [definition = source->definition, known = source->intake->position().next,
         timeout = options_.ask_timeout](Consumer& consumer) {
          return find_starts(consumer, definition, known, timeout);
        },
        [source](Impl& self, Starts starts) { self.on_starts(source, std::move(starts)); });
  }

  void on_starts(const std::shared_ptr<Source>& source, Starts starts) {
    source->is_beginning = false;
    if (!is_current(source)) return;
    source->error = starts.error;
    if (!starts.error.empty()) return;
    source->cluster->error.clear();  // it has answered
    for (const auto& [partition, offset] : starts.offsets) source->intake->move(partition, offset);
    const bool joins = !std::exchange(source->is_begun, true);
    std::vector<TopicPartition> wanted;
    for (const auto& [partition, offset] : source->intake->position().next) {
      const TopicPartition of{source->definition.topic, partition};
      if (partition < starts.partitions && (joins || !source->cluster->read.contains(of)))
        wanted.push_back(of);
    }
    read(source->cluster, wanted);
    arm(*source);
  }

  /// From where the first of its readers needs it: what is on its way already goes to those that
  /// were there before, and whoever had it ignores it when it comes again.
  void read(const std::shared_ptr<Cluster>& cluster, const std::vector<TopicPartition>& of) {
    std::map<TopicPartition, std::int64_t> wanted;
    std::vector<TopicPartition> again;
    for (const TopicPartition& each : of) {
      if (!cluster->read.insert(each).second) again.push_back(each);
      for (const auto& [key, source] : sources_) {
        if (source->cluster != cluster || source->definition.topic != each.topic) continue;
        const auto& next = source->intake->position().next;
        const auto found = next.find(each.partition);
        if (!source->is_begun || found == next.end()) continue;
        const auto [first, is_new] = wanted.try_emplace(each, found->second);
        if (!is_new) first->second = std::min(first->second, found->second);
      }
    }
    if (wanted.empty()) return;
    run(cluster, [wanted = std::move(wanted), again = std::move(again)](Consumer& consumer) {
      if (!again.empty()) consumer.remove(again);
      if (const auto added = consumer.add(wanted); !added)
        log("source").error("{}", added.error().message);
    });
  }

  void refresh_later() {
    is_refreshing_ = true;
    refresh_timer_.expires_after(options_.refresh_every);
    refresh_timer_.async_wait([weak = weak_from_this()](error_code error) {
      const auto self = weak.lock();
      if (!self || error || self->is_stopped_) return;
      for (const auto& [key, source] : self->sources_) self->begin(source);
      for (const auto& [key, cluster] : self->clusters_) {
        if (cluster->published.empty()) continue;
        self->run(cluster, [offsets = std::exchange(cluster->published, {})](Consumer& consumer) {
          consumer.publish(offsets);
        });
      }
      self->refresh_later();
    });
  }

  [[nodiscard]] bool is_current(const std::shared_ptr<Source>& source) const {
    const auto found = sources_.find(source->key);
    return found != sources_.end() && found->second == source;
  }

  // --- Messages.

  struct Drained {
    std::vector<std::pair<std::size_t, Rules::Reading>> readings;  ///< Of which reader.
    std::vector<Consumer::Trouble> troubles;
    bool is_empty{};
  };

  void wait_readable(const std::shared_ptr<Cluster>& cluster) {
    cluster->readable.async_wait(
        stream_descriptor::wait_read, [weak = weak_from_this(), cluster](error_code error) {
          const auto self = weak.lock();
          if (!self || error || self->is_stopped_) return;
          std::uint64_t ignored{};
          while (::read(cluster->readable.native_handle(), &ignored, sizeof ignored) > 0) {
          }
          self->drain(cluster);
          self->wait_readable(cluster);
        });
  }

  void drain(const std::shared_ptr<Cluster>& cluster) {
    if (std::exchange(cluster->is_draining, true)) {
      cluster->is_called = true;
      return;
    }
    cluster->is_called = false;
    std::vector<std::shared_ptr<Source>> readers;
    std::map<std::string, std::vector<std::pair<std::size_t, std::shared_ptr<const Rules>>>> rules;
    for (const auto& [key, source] : sources_) {
      // Who has not begun would take what is on its way for the first there is.
      if (source->cluster != cluster || !source->is_begun) continue;
      rules[source->definition.topic].emplace_back(readers.size(), source->rules);
      readers.push_back(source);
    }
    run(
        cluster,
        [rules = std::move(rules)](Consumer& consumer) {
          Drained out;
          out.is_empty = consumer.drain(
              drain_max,
              [&](const std::string& topic, const kafka::Message& message) {
                const auto found = rules.find(topic);
                if (found == rules.end()) return;
                for (const auto& [reader, each] : found->second)
                  out.readings.emplace_back(reader, each->read(message));
              },
              [&](Consumer::Trouble trouble) { out.troubles.push_back(std::move(trouble)); });
          return out;
        },
        [cluster, readers = std::move(readers)](Impl& self, Drained drained) {
          self.on_drained(cluster, readers, std::move(drained));
        });
  }

  void on_drained(const std::shared_ptr<Cluster>& cluster,
                  const std::vector<std::shared_ptr<Source>>& readers, Drained drained) {
    cluster->is_draining = false;
    const SteadyTime now = clock_.steady();
    const Instant wall = clock_.now();
    for (auto& trouble : drained.troubles) on_trouble(cluster, std::move(trouble));
    if (!drained.readings.empty()) cluster->error.clear();
    for (auto& [reader, reading] : drained.readings)
      readers[reader]->intake->take(std::move(reading), now, wall);
    for (const auto& source : readers) {
      if (is_current(source)) offer(*source);
    }
    if (!drained.is_empty || cluster->is_called) drain(cluster);
  }

  void on_trouble(const std::shared_ptr<Cluster>& cluster, Consumer::Trouble trouble) {
    if (trouble.of.topic.empty()) {
      if (cluster->error != trouble.text) log("source").warn("kafka: {}", trouble.text);
      cluster->error = std::move(trouble.text);
      return;
    }
    log("source").warn("kafka topic={} partition={}: {}", trouble.of.topic, trouble.of.partition,
                       trouble.text);
    if (!trouble.is_out_of_range) return;
    // What was to be read next is gone, or the topic is another one than it was: all that it holds
    // now is new.
    run(
        cluster,
        [of = trouble.of, timeout = options_.ask_timeout](Consumer& consumer) {
          return std::pair{of, consumer.watermarks(of, timeout)};
        },
        [cluster](Impl& self, std::pair<TopicPartition, Result<kafka::Watermarks>> found) {
          const auto& [of, ends] = found;
          if (!ends || !cluster->read.contains(of)) return;
          for (const auto& [key, source] : self.sources_) {
            if (source->cluster != cluster || source->definition.topic != of.topic) continue;
            const auto& next = source->intake->position().next;
            const auto at = next.find(of.partition);
            if (at == next.end() || (at->second >= ends->low && at->second <= ends->high)) continue;
            source->intake->move(of.partition, ends->low);
          }
          self.read(cluster, {of});
        });
  }

  // --- What is told.

  void arm(Source& source) {
    if (is_stopped_ || !source.intake) return;
    auto due = source.intake->due(clock_.steady(), clock_.now());
    if (source.is_paused) due = clock_.steady() + options_.offer_every;
    if (!due) return;
    source.timer.expires_at(*due);
    source.timer.async_wait([weak = weak_from_this(), key = source.key](error_code error) {
      const auto self = weak.lock();
      if (!self || error || self->is_stopped_) return;
      const auto found = self->sources_.find(key);
      if (found != self->sources_.end()) self->offer(*found->second);
    });
  }

  void offer(Source& source) {
    const Instant wall = clock_.now();
    const auto due = source.intake->due(clock_.steady(), wall);
    if (due && *due <= clock_.steady()) {
      Intake::Batch batch = source.intake->make_batch(wall);
      const std::size_t events = batch.events.size();
      const std::string cursor = batch.cursor;
      const bool taken = emit_(std::move(batch.events), {{source.key, std::move(batch.cursor)}});
      if (taken) {
        source.intake->told(wall);
        cursors_[source.key] = cursor;
        source.events += events;
        if (events > 0) source.last_event = wall;
        for (const auto& [partition, offset] : source.intake->position().next)
          source.cluster->published[{source.definition.topic, partition}] = offset;
      }
      set_paused(source, !taken);
    }
    arm(source);
  }

  void set_paused(Source& source, bool paused) {
    if (std::exchange(source.is_paused, paused) == paused) return;
    std::vector<TopicPartition> of;
    for (const auto& [partition, offset] : source.intake->position().next)
      of.push_back({source.definition.topic, partition});
    run(source.cluster, [of, paused](Consumer& consumer) { consumer.pause(of, paused); });
  }

  [[nodiscard]] SourceStatus status_of(const Source& source) const {
    SourceStatus out{.asset = source.key,
                     .kind = "kafka",
                     .state = "waiting",
                     .detail = source.definition.topic + " at " + source.definition.brokers,
                     .events = source.events,
                     .last_event = source.last_event};
    const std::string& error =
        !source.error.empty() || source.cluster == nullptr ? source.error : source.cluster->error;
    if (!error.empty()) {
      out.state = "error";
      out.detail = error;
    } else if (source.is_begun) {
      out.state = source.is_paused ? "paused" : "reading";
    }
    if (!source.intake || !source.is_begun) return out;
    std::uint64_t lag = 0;
    for (const auto& [partition, next] : source.intake->position().next) {
      out.position += (out.position.empty() ? "" : " ") + std::to_string(partition) + ':' +
                      std::to_string(next);
      if (source.cluster->consumer == nullptr) continue;
      const auto end = source.cluster->consumer->known_end({source.definition.topic, partition});
      if (end > next) lag += static_cast<std::uint64_t>(end - next);
    }
    out.lag = lag;
    out.messages = source.intake->messages();
    out.ignored = source.intake->ignored();
    out.dead = source.intake->dead();
    return out;
  }

  boost::asio::io_context& io_;
  boost::asio::thread_pool& pool_;
  const Clock& clock_;
  std::map<std::string, std::string> cursors_;
  const Emit emit_;
  const KafkaSourcesOptions options_;
  steady_timer refresh_timer_;
  std::map<std::string, std::shared_ptr<Source>> sources_;  ///< By asset key.
  std::map<std::map<std::string, std::string>, std::shared_ptr<Cluster>> clusters_;
  const std::shared_ptr<std::atomic<bool>> stop_{std::make_shared<std::atomic<bool>>(false)};
  bool is_refreshing_{false};
  bool is_stopped_{false};
};

KafkaSources::KafkaSources(boost::asio::io_context& io, boost::asio::thread_pool& pool,
                           const Clock& clock, std::map<std::string, std::string> cursors,
                           Emit emit, KafkaSourcesOptions options)
    : impl_{std::make_shared<Impl>(io, pool, clock, std::move(cursors), std::move(emit), options)} {
}

KafkaSources::~KafkaSources() { impl_->stop(); }

void KafkaSources::watch(const Graph& graph) { impl_->watch(graph); }

std::vector<SourceStatus> KafkaSources::status() const { return impl_->status(); }

void KafkaSources::stop() { impl_->stop(); }

}  // namespace freshet
