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

/// Who wants to know of what: `asset:GLOB`, `run:ID` (with its steps), `run:*`, `definitions`.
struct Topic {
  enum class Kind : std::uint8_t { asset, run, definitions };
  Kind kind{Kind::asset};
  std::string pattern{};  ///< A glob of keys, a run's id, or "*".
};

struct Message {
  Sequence sequence;  ///< Of the entity's last change; the event's id.
  Topic::Kind kind{Topic::Kind::asset};
  std::string entity;  ///< An asset's key or a run's id.
  std::string text;    ///< As on the wire.
};
using Messages = std::vector<std::shared_ptr<const Message>>;

/// Reads `topics=`; "" is everything, as an empty list.
[[nodiscard]] Result<std::vector<Topic>> parse_topics(std::string_view text);
[[nodiscard]] bool is_wanted(const std::vector<Topic>& topics, const Message& message);

/// Kinds of facts that run and step messages are made of.
[[nodiscard]] KindSet kinds_of_changes();

/// Messages of runs, steps and definitions that `facts` are about (one each), and of assets whose
/// revision is after `since`; by sequence, none greater than `upto`.  Chunks of `before` (may be
/// null) that are in `view` too have not changed and are not looked at.
[[nodiscard]] Messages changes(const View& view, const std::vector<FactRecord>& facts,
                               const Snapshot* before, Sequence since, Sequence upto, Names& names);

}  // namespace freshet::api
