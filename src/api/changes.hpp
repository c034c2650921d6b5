// What changed, entity by entity: the messages of the stream.  A message tells an entity's state
// after its last change, so that one that is read twice, or replaced by a later one, does no harm.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/view.hpp"
#include "freshet/facts.hpp"

namespace freshet::api {

/// Who wants to know of what: `asset:GLOB`, `run:ID` (with its steps), `run:*`, `backfill:ID`,
/// `backfill:*`, `alerts`, `definitions`.
struct Topic {
  enum class Kind : std::uint8_t { asset, run, backfill, alerts, definitions };
  Kind kind{Kind::asset};
  std::string pattern{};  ///< A glob of keys, an id, or "*".
};

struct Message {
  Sequence sequence;  ///< Of the entity's last change; the event's id.
  Topic::Kind kind{Topic::Kind::asset};
  std::string entity;  ///< An asset's key, or an id.
  std::string text;    ///< As on the wire.
};
using Messages = std::vector<std::shared_ptr<const Message>>;

/// Reads `topics=`; "" is everything, as an empty list.
[[nodiscard]] Result<std::vector<Topic>> parse_topics(std::string_view text);
[[nodiscard]] bool is_wanted(const std::vector<Topic>& topics, const Message& message);

/// Kinds of facts that messages are made of, but for those of assets.
[[nodiscard]] KindSet kinds_of_changes();

/// Messages of runs, steps, backfills, alerts, reports that were refused and definitions that
/// `facts` are about (one each), of assets whose revision is after `since`, and of backfills that
/// have come on; by sequence, none greater than `upto`.  Chunks and backfills of `before` (may be
/// null) that are in `view` too have not changed and are not looked at.
[[nodiscard]] Messages changes(const View& view, const std::vector<FactRecord>& facts,
                               const Snapshot* before, Sequence since, Sequence upto, Names& names);

}  // namespace freshet::api
