#include "source/kafka_sources.hpp"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <set>
#include <utility>

#include "base/log.hpp"
#include "freshet/definitions.hpp"
#include "source/kafka/cluster.hpp"
#include "source/kafka/consumer.hpp"
#include "source/kafka/probe.hpp"
#include "source/kafka/reread.hpp"
#include "source/kafka/schema_registry.hpp"
#include "source/kafka/source.hpp"
#include "source/kafka/starts.hpp"

namespace freshet {

using kafka::Assignment;
using kafka::Cluster;
using kafka::Consumer;
using kafka::Registry;
using kafka::Source;
using kafka::Start;
using kafka::Starts;
using kafka::TopicPartition;

class KafkaSources::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(boost::asio::io_context& io, boost::asio::thread_pool& pool, const Clock& clock,
       std::map<std::string, std::string> cursors, Emit emit, KafkaSourcesOptions options)
      : io_{io},
        pool_{pool},
        cursors_{std::move(cursors)},
        offers_{io, std::move(emit), options.offer_every,
                [this] {
                  for (const auto& [key, source] : sources_) {
                    if (source->intake) source->offer();
                  }
                }},
        options_{options},
        around_{io, clock, offers_, cursors_},
        refresh_timer_{io} {}

  void watch(Wanted wanted) {
    if (is_stopped_) return;
    std::erase_if(sources_, [&](auto& each) {
      const auto found = wanted.find(each.first);
      if (found != wanted.end() && each.second->is_for(*found->second)) {
        wanted.erase(found);
        return false;
      }
      release(*each.second);
      return true;
    });
    std::erase_if(leaving_, [](const auto& cluster) { return cluster->has_ended(); });
    std::erase_if(clusters_, [&](const auto& each) {
      if (each.second->users > 0) return false;
      leaving_.push_back(each.second);
      return true;
    });
    for (const auto& [key, asset] : wanted) add(*asset);
    if (!clusters_.empty() && !is_refreshing_) refresh_later();
  }

  void renamed(const std::string& from, const std::string& to) { rekey(cursors_, from, to); }

  [[nodiscard]] std::vector<SourceStatus> status() const {
    std::vector<SourceStatus> out;
    for (const auto& [key, source] : sources_) out.push_back(source->status());
    return out;
  }

  /// Any thread.
  [[nodiscard]] const Clock& clock() const { return around_.clock; }

  void stop() {
    is_stopped_ = true;
    refresh_timer_.cancel();
    offers_.stop();
    for (const auto& [key, source] : sources_) source->stop();
    for (const auto& [key, cluster] : clusters_) cluster->close();
    for (const auto& [url, registry] : registries_) registry->questions.close();
  }

  ~Impl() {
    for (const auto& [key, cluster] : clusters_) cluster->join();
    for (const auto& cluster : leaving_) cluster->join();
    for (const auto& [url, registry] : registries_) registry->questions.join();
  }

 private:
  /// `then(*this, result)`, unless it has ended by then.
  template <class Then>
  auto here(Then then) {
    return [weak = weak_from_this(), then = std::move(then)](auto&&... result) mutable {
      const auto self = weak.lock();
      if (self && !self->is_stopped_) then(*self, std::forward<decltype(result)>(result)...);
    };
  }

  [[nodiscard]] bool is_current(const std::shared_ptr<Source>& source) const {
    const auto found = sources_.find(source->key);
    return found != sources_.end() && found->second == source;
  }

  // --- Who is read.

  void add(const AssetDefinition& asset) {
    const auto source = std::make_shared<Source>(around_, asset, registry_of(asset.source.kafka));
    sources_[asset.key] = source;
    if (source->rules == nullptr) return;
    source->cluster = cluster_of(source->definition);
    ++source->cluster->users;
    begin(source);
    source->wait();
  }

  std::shared_ptr<Registry> registry_of(const KafkaSource& definition) {
    if (!kafka::needs_registry(definition)) return nullptr;
    auto& registry = registries_[definition.registry];
    if (registry == nullptr) {
      registry = std::make_shared<Registry>(kafka::make_registry(definition, around_.clock), io_);
    }
    return registry;
  }

  std::shared_ptr<Cluster> cluster_of(const KafkaSource& definition) {
    const auto config = kafka::config_of(definition);
    auto& cluster = clusters_[config];
    if (cluster != nullptr) return cluster;
    cluster = std::make_shared<Cluster>(io_, pool_);
    open(cluster, config);
    return cluster;
  }

  void open(const std::shared_ptr<Cluster>& cluster,
            const std::map<std::string, std::string>& config) {
    const std::weak_ptr weak{cluster};
    cluster->open(config, here([weak](Impl& self) {
                    if (const auto called = weak.lock()) self.drain(called);
                  }),
                  here([weak](Impl& self) {
                    for (const auto& [key, source] : self.sources_) {
                      if (source->cluster == weak.lock()) self.begin(source);
                    }
                  }));
  }

  void release(Source& source) {
    source.stop();
    if (source.cluster == nullptr) return;
    if (--source.cluster->users == 0) return source.cluster->close();
    const bool is_shared = std::ranges::any_of(sources_, [&](const auto& each) {
      return each.second.get() != &source && each.second->cluster == source.cluster &&
             each.second->definition.topic == source.definition.topic;
    });
    if (!is_shared) source.cluster->remove(source.definition.topic);
  }

  // --- Which partitions, and from where.

  void begin(const std::shared_ptr<Source>& source) {
    if (source->rules == nullptr || !source->cluster->is_open() ||
        std::exchange(source->is_beginning, true))
      return;
    const Assignment::Question asked = source->assignment.ask(source->intake->position());
    source->cluster->ask(
        [definition = source->definition, known = asked.known,
         timeout = options_.ask_timeout](Consumer& consumer) {
          return kafka::find_starts(consumer, definition, known, timeout);
        },
        here([source, asked](Impl& self, const Result<Starts>& starts) {
          source->is_beginning = false;
          if (self.is_current(source)) self.on_starts(*source, starts, asked);
        }));
  }

  void on_starts(Source& source, const Result<Starts>& starts, const Assignment::Question& asked) {
    source.error = starts ? "" : starts.error().message;
    if (starts || starts.error().code != Errc::io)
      source.cluster->error.clear();  // it has answered
    if (!starts) {
      if (starts.error().code == Errc::not_found) source.assignment.miss(asked);
      return;
    }
    const bool joins = !std::exchange(source.is_begun, true);
    const auto found = source.assignment.found(asked, *starts, source.intake->position());
    for (const auto& [partition, start] : found) source.go_on(partition, start);
    std::vector<TopicPartition> wanted;
    for (const auto& [partition, offset] : source.intake->position().next) {
      const TopicPartition of{source.definition.topic, partition};
      const bool is_due = joins || found.contains(partition) ||
                          source.assignment.is_moving(partition) || !source.cluster->is_read(of);
      if (partition < starts->partitions && is_due) wanted.push_back(of);
    }
    read(source.cluster, wanted);
    source.wait();
  }

  /// From where the first of its readers needs it: what is on its way already goes to those that
  /// were there before, and whoever had it ignores it when it comes again.
  void read(
      const std::shared_ptr<Cluster>& cluster, const std::vector<TopicPartition>& of,
      std::function<void()> then = [] {}) {
    std::map<TopicPartition, std::int64_t> wanted;
    std::map<std::pair<std::shared_ptr<Source>, std::int32_t>, std::uint64_t> moving;
    for (const TopicPartition& each : of) {
      for (const auto& source : readers_of(*cluster, each.topic)) {
        const auto next = source->next(each.partition);
        if (!next) continue;
        const auto [first, is_new] = wanted.try_emplace(each, *next);
        if (!is_new) first->second = std::min(first->second, *next);
        moving[{source, each.partition}] = source->assignment.moves(each.partition);
      }
    }
    cluster->read(wanted, here([moving = std::move(moving), then = std::move(then)](Impl&) {
                    for (const auto& [of_source, moves] : moving)
                      of_source.first->assignment.arrived(of_source.second, moves);
                    then();
                  }));
  }

  /// Who has not begun would take what is on its way for the first there is.
  [[nodiscard]] std::vector<std::shared_ptr<Source>> readers_of(const Cluster& cluster,
                                                                std::string_view topic = "") const {
    std::vector<std::shared_ptr<Source>> out;
    for (const auto& [key, source] : sources_) {
      const bool is_of = topic.empty() || source->definition.topic == topic;
      if (source->cluster.get() == &cluster && source->is_begun && is_of) out.push_back(source);
    }
    return out;
  }

  void refresh_later() {
    is_refreshing_ = true;
    refresh_timer_.expires_after(options_.refresh_every);
    refresh_timer_.async_wait(here([](Impl& self, boost::system::error_code wrong) {
      if (wrong) return;
      for (const auto& [config, cluster] : self.clusters_) {
        if (!cluster->is_open()) self.open(cluster, config);
      }
      for (const auto& [key, source] : self.sources_) self.begin(source);
      for (const auto& [key, cluster] : self.clusters_) {
        if (cluster->published.empty()) continue;
        cluster->run([offsets = std::exchange(cluster->published, {})](Consumer& consumer) {
          consumer.publish(offsets);
        });
      }
      self.refresh_later();
    }));
  }

  // --- What comes.

  void drain(const std::shared_ptr<Cluster>& cluster) {
    const auto readers = std::make_shared<std::vector<std::shared_ptr<Source>>>();
    cluster->drain(
        [&] {
          Cluster::Readers rules;
          *readers = readers_of(*cluster);
          for (std::size_t i = 0; i < readers->size(); ++i)
            rules[(*readers)[i]->definition.topic].emplace_back(i, (*readers)[i]->rules);
          return rules;
        },
        here([cluster, readers](Impl& self, Cluster::Drained drained) {
          for (auto& trouble : drained.troubles) self.on_trouble(cluster, std::move(trouble));
          if (!drained.readings.empty()) cluster->error.clear();
          const SteadyTime now = self.around_.clock.steady();
          const Instant wall = self.around_.clock.now();
          for (auto& [reader, reading] : drained.readings)
            (*readers)[reader]->take(std::move(reading), now, wall);
          for (const auto& [of, offset] : drained.ends) {
            for (const auto& source : *readers) {
              if (source->definition.topic == of.topic) source->pass(of.partition, offset);
            }
          }
          for (const auto& source : *readers) {
            if (!self.is_current(source)) continue;
            source->offer();
            self.fetch_schema(source);
          }
        }));
  }

  /// What was held back is read again once its schema is known.
  void fetch_schema(const std::shared_ptr<Source>& source) {
    source->fetch_schema(options_.ask_timeout,
                         here([source](Impl& self, const std::vector<TopicPartition>& held,
                                       std::function<void()> then) {
                           if (self.is_current(source))
                             self.read(source->cluster, held, std::move(then));
                         }));
  }

  void on_trouble(const std::shared_ptr<Cluster>& cluster, Consumer::Trouble trouble) {
    if (trouble.of.topic.empty()) return cluster->fail(std::move(trouble.text));
    log("source").warn("kafka topic={} partition={}: {}", trouble.of.topic, trouble.of.partition,
                       trouble.text);
    if (trouble.is_out_of_range) {
      const auto left = std::make_shared<std::size_t>(0);
      for (const auto& source : readers_of(*cluster, trouble.of.topic))
        find_rest(source, trouble, left);
      return;
    }
    for (const auto& source : readers_of(*cluster, trouble.of.topic))
      source->troubles[trouble.of.partition] = trouble.text;
  }

  /// What was to be read next is gone, or the topic is another one than it was.  Once the last of
  /// `left` readers knows where it goes on, the partition is read again.
  void find_rest(const std::shared_ptr<Source>& source, const Consumer::Trouble& trouble,
                 const std::shared_ptr<std::size_t>& left) {
    const TopicPartition& of = trouble.of;
    const auto next = source->next(of.partition);
    if (!next) return;
    ++*left;
    const auto& latest = source->intake->position().latest;
    const auto found = latest.find(of.partition);
    // Of others that read it, it says nothing.
    const bool is_meant = trouble.offset < 0 || *next == trouble.offset;
    const auto time = found == latest.end() ? std::nullopt : std::optional{found->second};
    source->cluster->ask(
        [of, next = *next, time, is_meant, timeout = options_.ask_timeout](Consumer& consumer) {
          return kafka::find_rest(consumer, of, next, is_meant, time, timeout);
        },
        here([source, of, asked = *next, moves = source->assignment.moves(of.partition), left](
                 Impl& self, const Result<Start>& rest) {
          const bool is_last = --*left == 0;
          const bool is_since = source->assignment.moves(of.partition) != moves;
          if (!rest) {
            source->troubles[of.partition] = rest.error().message;
            source->cluster->forget(of);  // tried again with the next look for partitions
          } else if (self.is_current(source) && !is_since && source->next(of.partition) == asked) {
            source->go_on(of.partition, *rest);
            source->wait();
          }
          if (is_last && source->cluster->is_read(of)) self.read(source->cluster, {of});
        }));
  }

  boost::asio::io_context& io_;
  boost::asio::thread_pool& pool_;
  std::map<std::string, std::string> cursors_;
  Offers offers_;
  const KafkaSourcesOptions options_;
  const Source::Surroundings around_;
  boost::asio::steady_timer refresh_timer_;
  std::map<std::string, std::shared_ptr<Source>> sources_;  ///< By asset key.
  std::map<std::map<std::string, std::string>, std::shared_ptr<Cluster>> clusters_;
  std::vector<std::shared_ptr<Cluster>> leaving_;                ///< Until they have ended.
  std::map<std::string, std::shared_ptr<Registry>> registries_;  ///< By URL.
  bool is_refreshing_{false};
  bool is_stopped_{false};
};

KafkaSources::KafkaSources(boost::asio::io_context& io, boost::asio::thread_pool& pool,
                           const Clock& clock, std::map<std::string, std::string> cursors,
                           Emit emit, KafkaSourcesOptions options)
    : impl_{std::make_shared<Impl>(io, pool, clock, std::move(cursors), std::move(emit), options)} {
}

KafkaSources::~KafkaSources() { impl_->stop(); }

bool KafkaSources::takes(const SourceDefinition& source) const {
  return source.kind == SourceKind::kafka;
}

void KafkaSources::watch(const Wanted& wanted) { impl_->watch(wanted); }

void KafkaSources::renamed(const std::string& from, const std::string& to) {
  impl_->renamed(from, to);
}

Result<std::vector<input::Event>> KafkaSources::reread(const AssetDefinition& asset,
                                                       const std::string& body,
                                                       Millis timeout) const {
  return kafka::reread(asset, body, impl_->clock(), timeout);
}

SourceTest KafkaSources::test(const AssetDefinition& asset, Millis timeout) const {
  return kafka::probe(asset, timeout);
}

std::vector<SourceStatus> KafkaSources::status() const { return impl_->status(); }

void KafkaSources::stop() { impl_->stop(); }

}  // namespace freshet
