// When the logs of ended attempts are packed, those of a second together, and old ones deleted.
#pragma once
#include <optional>
#include <set>

#include "base/clock.hpp"
#include "exec/logs/log_archive.hpp"
#include "freshet/logs.hpp"
#include "freshet/service.hpp"
#include "freshet/time.hpp"

namespace freshet::runtime {

/// On the io thread; the archive is used on a pool thread, by one task at a time, which takes what
/// has piled up since the last one.  Everything is borrowed.
class LogPacker {
 public:
  static constexpr Seconds tick_every{1};
  static constexpr Seconds retry_every{60};
  static constexpr Seconds delete_every{3'600};

  LogPacker(Service& service, LogArchive& archive, const Clock& clock)
      : service_{service}, archive_{archive}, clock_{clock} {}

  /// Packs what an earlier daemon left, if history says that it has ended.
  void start();
  /// The end of this attempt is durable: it is packed at the next tick.
  void add(const AttemptId& attempt);
  /// To be called every tick_every.
  void tick();

 private:
  Service& service_;
  LogArchive& archive_;
  const Clock& clock_;
  std::set<AttemptId> waiting_;
  std::set<AttemptId> failed_;  ///< To be tried again at …
  SteadyTime retry_at_{};
  std::optional<SteadyTime> deleted_at_;
  bool is_busy_{false};
  bool has_warned_{false};
};

}  // namespace freshet::runtime
