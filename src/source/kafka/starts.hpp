// Which partitions a topic has, where reading of each begins, and where it goes on when what was to
// be read is not there.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>

#include "freshet/result.hpp"
#include "freshet/sources.hpp"
#include "freshet/time.hpp"
#include "source/kafka/consumer.hpp"
#include "source/kafka/intake.hpp"

namespace freshet::kafka {

/// What is known of a topic when it is asked for again.
struct Known {
  Position now;
  Position checked;                  ///< As it was when the topic was last seen to be the same.
  bool was_missing{false};           ///< The topic was not there in between …
  std::set<std::int32_t> missing{};  ///< … where these partitions had been read of it.
};

struct Start {
  std::int64_t offset{};
  bool is_whole{false};  ///< Nothing is there before it.
  bool is_anew{false};   ///< What was read before was another topic with this name.
  std::int64_t lost{};   ///< Messages that are gone and were not read.
};

struct Starts {
  std::map<std::int32_t, Start> of;  ///< Of those that have no offset yet, or get another one.
  std::int32_t partitions{};
  bool is_checked{false};  ///< Whether the others are of the topic that was read before.
};

/// `from` counts where the topic was there and none of it is known: what comes with a new topic or
/// a new partition is new.  Waits up to `timeout` for each answer.
[[nodiscard]] Result<Starts> find_starts(Consumer& consumer, const KafkaSource& source,
                                         const Known& known, Millis timeout);

/// Where to go on when the cluster has said that there is nothing to be read at some offset;
/// `is_meant`: at `next`.  `latest` is the time of the latest message before it; nullopt: not
/// known.  Waits as above.
[[nodiscard]] Result<Start> find_rest(Consumer& consumer, const TopicPartition& of,
                                      std::int64_t next, bool is_meant,
                                      std::optional<Instant> latest, Millis timeout);

}  // namespace freshet::kafka
