// What would run if some assets changed, or if somebody asked for some: how long that would take,
// and what of it decides so.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/engine.hpp"
#include "freshet/estimate.hpp"
#include "freshet/result.hpp"
#include "freshet/sentence.hpp"
#include "freshet/time.hpp"

namespace freshet {

/// At least one asset of either kind.
struct PlanRequest {
  std::vector<std::string> changed;    ///< Of which something new is seen …
  std::vector<std::string> requested;  ///< … or of which a run is asked for.
  /// Of those of them that are cut, as in input::Request; "" is the newest of what changed, and
  /// refused for what is requested.
  std::string partitions;
  std::size_t steps_max{50'000};  ///< Automation that never comes to rest ends here.
};

/// Durations count from the moment at which it is made, everything as expected.
struct Plan {
  struct Item {
    std::string asset;
    Sentence reason;                   ///< One sentence.
    std::vector<std::string> because;  ///< Assets upstream that lead to it.
    std::uint32_t steps{1};            ///< More than one where several partitions would be made.
    Millis start_after{};              ///< Of the first of them.
    Estimate ready_after;              ///< Of the last of them.
    Estimate worked;                   ///< Of one of them.
    bool critical{false};              ///< On the critical path.
  };
  std::vector<std::string> changed;
  std::vector<std::string> requested;
  std::vector<Item> items;                 ///< In the order in which they would start.
  Estimate total;                          ///< `samples` is the least of the critical path's.
  std::vector<std::string> critical_path;  ///< What the last to be ready waits for, first to last.
  Millis working{};                        ///< Of the total: steps of the critical path work …
  Millis waiting{};                        ///< … or it waits for room in slots and pools.
  Millis work{};                           ///< Of all steps, one after the other.
  bool truncated{false};                   ///< It did not come to rest after very many steps.
};

/// By the engine itself, on a copy of what bears upon it, with steps that all succeed and take as
/// long as they mostly do; what runs already is left out.  Checks count as taking no time, and a
/// step for several partitions as one for each, one after the other.
///
/// Spreads add up (in_sequence) along the chain of steps that let each other start, and a plan is
/// as late as its latest chain (the_later).  `assume` is asked at most once, for steps that never
/// succeeded before.
/// Pure.  Errc::not_found: an unknown key or partition; Errc::invalid: nothing that can run.
[[nodiscard]] Result<Plan> make_plan(Excerpt state, const PlanRequest& request, Instant now,
                                     std::uint32_t slots, const std::function<Estimate()>& assume);

/// What another condition of an asset would say now, and ask for, if it were defined: the engine takes
/// such a definition in, on a copy of what bears upon it.  As with any edit, an update that is
/// pending stays so.  `partition` as in Engine::why; of an excerpt of that asset.
/// Pure.  Errc::not_found: an unknown key or partition; Errc::invalid: no condition, with its column.
[[nodiscard]] Result<Explanation> what_if(Excerpt state, std::string_view asset,
                                          std::string_view partition, std::string_view automation,
                                          Instant now);

}  // namespace freshet
