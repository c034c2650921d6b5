// One asset that is read from a topic: what has come and is to be told, and how it is doing.
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "freshet/definitions.hpp"
#include "freshet/service.hpp"
#include "freshet/time.hpp"
#include "source/kafka/assignment.hpp"
#include "source/kafka/cluster.hpp"
#include "source/kafka/intake.hpp"
#include "source/kafka/questions.hpp"
#include "source/kafka/rules.hpp"
#include "source/kafka/schema_registry.hpp"
#include "source/offers.hpp"

namespace freshet::kafka {

/// One that is asked for schemas.
struct Registry {
  Registry(std::shared_ptr<SchemaRegistry> of, boost::asio::io_context& io)
      : schemas{std::move(of)}, questions{io} {}
  const std::shared_ptr<SchemaRegistry> schemas;
  Questions questions;
};

/// Lives on the io thread.
class Source : public std::enable_shared_from_this<Source> {
 public:
  /// What it tells by; borrowed.
  struct Surroundings {
    boost::asio::io_context& io;
    const Clock& clock;
    Offers& offers;                               ///< Offers again what was not taken.
    std::map<std::string, std::string>& cursors;  ///< By asset key; what was told is put there.
  };
  /// `registry` is null where the format needs none.
  Source(const Surroundings& around, const AssetDefinition& asset,
         std::shared_ptr<Registry> registry);

  [[nodiscard]] bool is_for(const AssetDefinition& asset) const {
    return asset.source.kafka == definition && asset.partitions == partitions_;
  }
  /// Of a topic partition, or nullopt where it is not known.
  [[nodiscard]] std::optional<std::int64_t> next(std::int32_t partition) const;

  void take(Rules::Reading reading, SteadyTime now, Instant wall);
  /// The partition is read from there on.
  void go_on(std::int32_t partition, const Start& start);
  /// All that can be read before that offset has come.
  void pass(std::int32_t partition, std::int64_t next);
  /// Tells what is due, and waits for what will be.
  void offer();
  void wait();
  /// For good.
  void stop();

  [[nodiscard]] SourceStatus status() const;

  const std::string key;
  const KafkaSource definition;
  std::shared_ptr<const Rules> rules;        ///< Null: they are wrong, and nothing is read.
  std::optional<Intake> intake;              ///< None: likewise.
  std::shared_ptr<Cluster> cluster;          ///< Null: likewise.
  const std::shared_ptr<Registry> registry;  ///< Null: its format needs none.
  std::string error;                         ///< "": none.
  bool is_begun{false};                      ///< Its partitions are known and read.
  bool is_beginning{false};
  Assignment assignment{Position{}};
  std::map<std::int32_t, std::string> troubles;  ///< Why a topic partition hands out nothing.

  /// Has what was held back `read_again`, and then calls what that is given.
  using ReadAgain =
      std::function<void(const std::vector<TopicPartition>& held, std::function<void()> then)>;
  /// Asks for the schema that a message waits for, if one does; where there is no answer, again and
  /// again.
  void fetch_schema(Millis timeout, ReadAgain read_again);

 private:
  /// What is due; false: it was not taken.
  bool tell(Instant wall);
  void set_paused(bool paused);
  void on_schema(const Result<void>& fetched, Millis timeout, ReadAgain read_again);

  /// What waits for a schema to be known: nothing is taken of those partitions until they are read
  /// again, from the message on that named it.
  struct Hold {
    std::set<std::int32_t> partitions;
    std::optional<SchemaId> schema;
    std::string error;  ///< Why the registry did not tell; "": it did, or was not asked yet.
    Millis delay;       ///< Until it is asked again.
    bool is_fetching{false};
    boost::asio::steady_timer timer;
  };

  const Surroundings around_;
  const std::optional<PartitionsDefinition> partitions_;
  Hold hold_;
  boost::asio::steady_timer timer_;
  bool is_paused_{false};          ///< Out of credit.
  std::set<std::int32_t> at_end_;  ///< Partitions of which all that can be read has come.
  bool is_stopped_{false};
};

}  // namespace freshet::kafka
