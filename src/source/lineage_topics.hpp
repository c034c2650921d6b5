// Topics that others write OpenLineage events to: what they mean is asked of somebody else, and how
// far each was read is stored with what came of it.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "freshet/definitions.hpp"
#include "freshet/engine.hpp"
#include "freshet/graph.hpp"
#include "freshet/service.hpp"
#include "freshet/snapshot.hpp"

namespace freshet {

/// One topic a project, each on a thread of its own.  All functions on one thread; none blocks but
/// `stop`.
class LineageTopics {
 public:
  struct Meaning {
    std::vector<input::Event> events;
    std::map<std::string, std::string> cursors;  ///< What else is to be stored with them.
  };
  /// What an event says, as events for the engine; for one that says nothing at all, one with an
  /// `error`.  Any thread.
  using Translate = std::function<Meaning(std::string_view body, const Snapshot& snapshot)>;
  /// As Sources::Emit, from any thread.
  using Emit = std::function<bool(std::vector<input::Event> events,
                                  std::vector<std::pair<std::string, std::string>> cursors)>;

  /// `cursors` as they were stored, by name.
  LineageTopics(std::map<std::string, std::string> cursors, Translate translate, Emit emit);
  ~LineageTopics();
  LineageTopics(const LineageTopics&) = delete;
  LineageTopics& operator=(const LineageTopics&) = delete;

  /// Reads the topics of its graph, from now on for this state.
  void watch(const std::shared_ptr<const Snapshot>& snapshot);
  /// By project, whose name stands in the place of an asset's key.
  [[nodiscard]] std::vector<SourceStatus> status() const;
  void stop();

 private:
  class Topic;
  std::map<std::string, std::string> cursors_;
  const Translate translate_;
  const Emit emit_;
  std::map<std::string, std::unique_ptr<Topic>> topics_;
  std::vector<std::unique_ptr<Topic>> leaving_;  ///< Until their threads have ended.
};

}  // namespace freshet
