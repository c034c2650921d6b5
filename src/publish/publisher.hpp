// Who has been told what of all that happens: the facts are the outbox, and each publication has a
// cursor into them.
//
// Each is told on a thread of its own, so that a receiver that is slow or dead keeps nobody else
// waiting.  The cursor moves after the receiver has taken a message, at most once a second or once
// in 500 messages; so after a crash some come again, with the same ids, and none is lost.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "freshet/engine.hpp"
#include "freshet/history.hpp"
#include "freshet/service.hpp"
#include "freshet/snapshot.hpp"
#include "publish/origin.hpp"
#include "publish/worker.hpp"

namespace freshet::publish {

/// All functions on one thread; none blocks but `stop`.
class Publisher {
 public:
  /// `cursors` as they were stored, by name; `report` takes later ones as input, whatever the load,
  /// from any thread; the clock is borrowed.
  Publisher(const Clock& clock, Origin origin, std::map<std::string, std::string> cursors,
            std::function<Result<std::unique_ptr<Reader>>()> history,
            std::function<void(Input)> report);
  ~Publisher();
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

  /// The state as it is now, all of it durable: to be called for the first one, and when something
  /// that is told, routes or definitions have changed.
  void tell(const std::shared_ptr<const Snapshot>& snapshot);
  /// What is under way is given up, and told again by the next daemon.
  void stop();
  [[nodiscard]] std::vector<PublicationStatus> status() const;

 private:
  using Name = std::pair<std::string, std::string>;  ///< Project and publication.
  /// How far it was told: by the worker that it had last, or as it was stored.
  [[nodiscard]] Sequence told(const Name& name) const;
  void remember(const Worker& worker);
  const Clock& clock_;
  const Origin origin_;
  const std::map<std::string, std::string> cursors_;
  const std::function<Result<std::unique_ptr<Reader>>()> history_;
  const std::function<void(Input)> report_;
  std::map<Name, std::unique_ptr<Worker>> workers_;
  std::map<Name, Sequence> told_;                 ///< By workers that have left.
  std::vector<std::unique_ptr<Worker>> leaving_;  ///< Until their threads have ended.
  std::shared_ptr<const Graph> graph_;
};

}  // namespace freshet::publish
