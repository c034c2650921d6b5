// What is wrong, by its causes: one problem upstream is one incident, however much waits on it.
// Pure functions of a snapshot, for the pool: linear in the graph.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/view.hpp"
#include "freshet/facts.hpp"
#include "freshet/ids.hpp"
#include "freshet/service.hpp"
#include "freshet/time.hpp"

namespace freshet::api {

/// How many assets are how; an asset may be in several.
struct Totals {
  std::uint64_t assets{};
  std::uint64_t fresh{}, stale{}, missing{};  ///< Each is one of these.
  std::uint64_t failed{}, running{}, waiting{};
  std::uint64_t late{};  ///< Too old by their freshness policies.
};

/// A problem that is nobody else's doing.
struct Incident {
  enum class Kind : std::uint8_t { definitions, failure, check, source, freshness };
  /// A freshness policy that will not be met unless something is done.
  struct Promise {
    Rank asset;
    Instant deadline;
  };

  Kind kind{Kind::failure};
  Rank asset;                  ///< Of any kind but `definitions`.
  std::string project;         ///< Of kind `definitions`.
  bool warning{false};         ///< A check that only warns: nothing waits on it.
  bool muted{false};           ///< Its alerts are held back.
  Instant since{};             ///< 0: not known.
  StepId step;                 ///< Run 0: none is known.
  std::string check;           ///< Of a check: the first one's name.
  bool has_result{true};       ///< Of a check: false where its own step failed.
  std::string detail;          ///< Of a source or definitions: what is said of it.
  std::uint64_t partitions{};  ///< Concerned; 0 where the asset is not cut.
  std::uint64_t affects{};     ///< Assets downstream that are not fresh, or have a problem, by it.
  std::vector<Rank> affected;  ///< The first of them, by rank.
  std::vector<Promise> at_risk;  ///< Of the asset and of those, soonest first.
};
[[nodiscard]] std::string_view to_text(Incident::Kind kind);

struct Incidents {
  Totals totals;
  std::vector<Incident> items;  ///< The worst first.
  std::uint64_t count{};        ///< Of all, listed or not.
  std::uint64_t waiting{};      ///< Assets that some incident affects.
};

/// A project whose files are not valid: its last good version is in force.
struct RejectedProject {
  std::string project;
  std::string detail;
};

struct IncidentLimits {
  std::size_t items{100};
  std::size_t affected{20};                ///< Of each.
  std::size_t at_risk{20};                 ///< Of each.
  Micros horizon{std::chrono::hours{24}};  ///< Later deadlines are not at risk yet.
};

[[nodiscard]] Incidents find_incidents(const View& view, std::span<const SourceStatus> sources,
                                       std::span<const RejectedProject> rejected, Instant now,
                                       const IncidentLimits& limits = {});

/// Assets of which it is worth to ask when they come next, those that are likeliest to have an
/// answer first: what work under way leads to, by deadline and upstream first; then what has a
/// deadline in the next twelve hours, or automation makes and nothing reads, by the time of day at
/// which it came last.
[[nodiscard]] std::vector<Rank> expected_next(const View& view, Instant now, std::size_t limit);

}  // namespace freshet::api
