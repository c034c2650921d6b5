// For an asset and a day: had its inputs arrived, was it complete, was it checked; and when will it
// be.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/ids.hpp"
#include "freshet/sentence.hpp"
#include "freshet/snapshot.hpp"
#include "freshet/time.hpp"

namespace freshet {

/// When something will be, one in ten earlier than p10 and one in ten later than p90.
struct Forecast {
  enum class Basis : std::uint8_t {
    none,      ///< Nobody can say; `said` says why.
    step,      ///< A step of it runs or is queued.
    upstream,  ///< Steps that run or are queued lead to it.
    clock,     ///< A schedule or an age leads to it, if nothing else holds it back.
    history,   ///< The time of day at which it was ready before.
  };
  Basis basis{Basis::none};
  Instant p10{}, p50{}, p90{};  ///< Never before the instant at which it was made.
  std::uint32_t samples{};      ///< Least number seen of anything that it is made of.
  bool assumed{false};          ///< Some duration is that of other assets.
  Sentence said;                ///< One sentence.
};
[[nodiscard]] std::string_view to_text(Forecast::Basis basis);

enum class ReadinessState : std::uint8_t {
  waiting,   ///< No input arrived on that day …
  arriving,  ///< … or some did …
  arrived,   ///< … or all did, and it has not been made since.
  queued,
  running,
  failed,    ///< Its latest step failed, or a blocking check did, if only after it was ready.
  complete,  ///< Made since the last input that arrived; a blocking check has not passed.
  ready,
};
[[nodiscard]] std::string_view to_text(ReadinessState state);

/// Of one asset on one day, midnight to midnight in some zone.  An asset that is cut into time
/// windows is judged by those that begin on the day, or, where they are longer, by the one that
/// contains it; one that is cut otherwise, by all of its partitions.
struct Readiness {
  Rank asset;
  Instant day;  ///< At which it begins.
  ReadinessState state{ReadinessState::waiting};
  std::uint32_t inputs{};                          ///< Direct dependencies …
  std::uint32_t arrived{};                         ///< … of which something new came on that day.
  std::optional<Instant> first_input, last_input;  ///< Of those that arrived.
  std::optional<Instant> arrived_at;   ///< When all had; none where it has no dependencies.
  std::uint32_t parts{1};              ///< Partitions that it is judged by …
  std::uint32_t parts_complete{};      ///< … and how many of them are complete.
  std::optional<Instant> complete_at;  ///< First made after the last input that arrived.
  std::optional<Instant> checked_at;  ///< All blocking checks passed since; none where it has none.
  std::optional<Instant> ready_at;    ///< Complete, and checked where it has blocking checks.
  std::optional<Instant> deadline;    ///< By which its freshness asks for it; where that is by age,
                                      ///< only of the present day.
  std::optional<Forecast> forecast;   ///< Of `ready_at`; only of a day that goes on.
  bool truncated{false};  ///< More happened than was looked at: what is missing here may be there.
};

struct ReadinessQuery {
  std::shared_ptr<const Snapshot> snapshot;  ///< At which the answer is true.
  std::vector<Rank> assets;
  std::vector<Instant> days;  ///< Their beginnings and the last one's end, ascending: at least two.
};

}  // namespace freshet
