// When freshness policies next ask for something new.
#pragma once
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "freshet/definitions.hpp"
#include "freshet/time.hpp"

namespace freshet::api {

/// At one instant.  Remembers the ticks of schedules: a hundred thousand assets have few.  Borrows
/// the policies; for one task on one thread.
class Deadlines {
 public:
  explicit Deadlines(Instant now) : now_{now} {}

  /// The next one, unless what was updated then meets it already; nullopt also where none is known.
  /// An asset that was never updated is only held to ticks of the clock.
  [[nodiscard]] std::optional<Instant> open(const FreshnessPolicy& policy, Instant updated_at);

 private:
  /// The last tick until now, and the first one after it.
  struct Ticks {
    std::optional<Instant> last, next;
  };
  const Ticks& ticks(const FreshnessPolicy& policy);

  Instant now_;
  std::map<std::pair<std::string_view, std::string_view>, Ticks> ticks_;  ///< By schedule, zone.
};

}  // namespace freshet::api
