#include "api/incident_finder.hpp"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "api/deadlines.hpp"
#include "api/view.hpp"
#include "freshet/definitions.hpp"
#include "freshet/graph.hpp"
#include "freshet/ids.hpp"
#include "freshet/rows.hpp"
#include "freshet/service.hpp"
#include "freshet/snapshot.hpp"
#include "freshet/time.hpp"

namespace freshet::api {
namespace {

enum Trouble : std::uint8_t {
  problem = 1,  ///< Of its own or of something upstream.
  behind = 2,   ///< Stale or missing.
  under = 4,    ///< Some problem is upstream …
  waits = 8,    ///< … and it is not fresh, or has a problem, by it.
};

bool warns(const Graph& graph, Rank rank, const AlertRow& row) {
  const auto& checks = graph.asset(rank).checks;
  const auto found = std::ranges::find(checks, row.check, &CheckDefinition::name);
  return row.kind == AlertKind::check && found != checks.end() &&
         found->severity == CheckSeverity::warn;
}

class Finder {
 public:
  Finder(const View& view, Instant now, const IncidentLimits& limits)
      : view_{view},
        graph_{view.graph()},
        size_{view.graph().size()},
        limits_{limits},
        now_{now},
        deadlines_{now},
        marks_(size_),
        deadline_(size_) {}

  Incidents find(std::span<const SourceStatus> sources, std::span<const RejectedProject> rejected) {
    look_at_states();
    look_at_alerts();
    for (const SourceStatus& source : sources) {
      const auto rank = source.state == "error" ? graph_.find(source.asset) : std::nullopt;
      Incident* incident = rank ? claim(*rank, Incident::Kind::source) : nullptr;
      if (incident != nullptr) incident->detail = source.detail;
    }
    for (const auto& [rank, incident] : found_) {
      if (!incident.warning) marks_[rank] |= problem;
    }
    spread();
    choose();
    for (std::size_t first = 0; first < out_.items.size(); first += batch)
      count(std::span{out_.items}.subspan(first, std::min(batch, out_.items.size() - first)));
    for (Incident& incident : out_.items) finish(incident);
    std::ranges::sort(out_.items, {}, order);
    for (const RejectedProject& project : rejected) {
      ++out_.count;
      out_.items.insert(out_.items.begin(), Incident{.kind = Incident::Kind::definitions,
                                                     .project = project.project,
                                                     .detail = project.detail});
    }
    return std::move(out_);
  }

 private:
  static constexpr std::size_t batch = 64;  ///< Incidents whose reach is followed at once: bits.

  /// Those that are muted last, warnings before them; then by how many wait, and the latest first.
  static std::tuple<bool, bool, std::int64_t, Instant::rep, std::uint32_t> order(
      const Incident& incident) {
    return {incident.muted, incident.warning, -static_cast<std::int64_t>(incident.affects),
            -incident.since.time_since_epoch().count(), incident.asset.value};
  }

  /// The incident of an asset, made where there is none or only one of a later kind; nullptr where
  /// one of an earlier kind stands.
  Incident* claim(Rank rank, Incident::Kind kind, bool warning = false) {
    const auto [it, is_new] = found_.try_emplace(rank.value);
    Incident& incident = it->second;
    const std::pair wanted{warning, kind};
    const std::pair present{incident.warning, incident.kind};
    if (!is_new && present < wanted) return nullptr;
    if (is_new || wanted < present) {
      incident = {
          .kind = kind, .asset = rank, .warning = warning, .muted = view_.state(rank).muted};
    }
    return &incident;
  }

  void look_at_states() {
    Totals& totals = out_.totals;
    totals.assets = size_;
    for (std::uint32_t i = 0; i < size_; ++i) {
      const AssetState& state = view_.state(Rank{i});
      ++(state.data == DataState::fresh   ? totals.fresh
         : state.data == DataState::stale ? totals.stale
                                          : totals.missing);
      totals.running += state.work == WorkState::running ? 1 : 0;
      totals.waiting += state.work == WorkState::waiting ? 1 : 0;
      if (state.data != DataState::fresh) marks_[i] |= behind;
      if (state.failed) {
        ++totals.failed;
        claim(Rank{i}, Incident::Kind::failure)->partitions =
            state.partitions ? (state.partitions->failed & state.partitions->existing).size() : 0;
      }
      if (state.freshness == FreshnessState::fail) {
        ++totals.late;
        static_cast<void>(claim(Rank{i}, Incident::Kind::freshness));
      } else if (const auto& policy = graph_.asset(Rank{i}).freshness) {
        const auto deadline = deadlines_.open(*policy, state.updated_at);
        if (deadline && *deadline <= now_ + limits_.horizon) deadline_[i] = *deadline;
      }
    }
  }

  /// Alerts say since when, and of which step; failing checks are known by them alone.
  void look_at_alerts() {
    for (const auto& row : view_.snapshot->alerts->open) {
      const auto rank = view_.catalog->rank_of(row->asset);
      if (!rank) continue;
      Incident* incident = nullptr;
      if (!row->check.empty()) {
        incident = claim(*rank, Incident::Kind::check, warns(graph_, *rank, *row));
        if (incident != nullptr && view_.state(*rank).partitions) ++incident->partitions;
      } else if (const auto found = found_.find(rank->value); found != found_.end()) {
        const bool of_age = row->kind == AlertKind::freshness;
        const bool is_it =
            found->second.kind == (of_age ? Incident::Kind::freshness : Incident::Kind::failure);
        incident = is_it ? &found->second : nullptr;
      }
      if (incident == nullptr) continue;
      if (incident->since != Instant{} && incident->since <= row->at) continue;
      incident->since = row->at;
      incident->step = row->step;
      incident->check = row->check;
      incident->has_result = row->kind == AlertKind::check;
    }
  }

  /// Upstream first: what lies below a problem, and for how many each root is the first one seen.
  void spread() {
    constexpr std::uint32_t none = 0xffff'ffffU;
    std::vector<std::uint32_t> first(size_, none);
    for (std::uint32_t i = 0; i < size_; ++i) {
      bool is_waited = false;
      for (const Rank up : graph_.upstream(Rank{i})) {
        const std::uint8_t mark = marks_[up.value];
        if ((mark & (problem | under)) != 0) marks_[i] |= under;
        is_waited = is_waited || (mark & (problem | waits)) != 0;
        if (first[i] == none) first[i] = first[up.value];
      }
      const bool is_under = (marks_[i] & under) != 0;
      const bool has_problem = (marks_[i] & problem) != 0;
      if (is_under && (has_problem || ((marks_[i] & behind) != 0 && is_waited))) {
        marks_[i] |= waits;
        ++out_.waiting;
        if (first[i] != none) ++found_.at(first[i]).affects;
      }
      if (has_problem && !is_under) first[i] = i;
    }
  }

  /// The roots, and what only warns; of too many those that seem to be the worst.
  void choose() {
    for (auto& [rank, incident] : found_) {
      if (!incident.warning && (marks_[rank] & under) != 0) continue;
      out_.items.push_back(std::move(incident));
    }
    out_.count = out_.items.size();
    const std::size_t kept = std::min(limits_.items, out_.items.size());
    std::ranges::partial_sort(out_.items, out_.items.begin() + static_cast<std::ptrdiff_t>(kept),
                              {}, order);
    out_.items.resize(kept);
    for (Incident& incident : out_.items) incident.affects = 0;
  }

  /// Follows some incidents through the graph, a bit for each.
  void count(std::span<Incident> some) {
    std::vector<std::uint64_t> reach(size_);  ///< Problems that lie upstream, or here …
    std::vector<std::uint64_t> chain(size_);  ///< … with nothing that is fresh in between.
    for (std::size_t bit = 0; bit < some.size(); ++bit) {
      if (some[bit].warning) continue;
      reach[some[bit].asset.value] |= std::uint64_t{1} << bit;
      chain[some[bit].asset.value] |= std::uint64_t{1} << bit;
    }
    for (std::uint32_t i = 0; i < size_; ++i) {
      std::uint64_t reached = 0;
      std::uint64_t chained = 0;
      for (const Rank up : graph_.upstream(Rank{i})) {
        reached |= reach[up.value];
        chained |= chain[up.value];
      }
      if (reached == 0) continue;
      const std::uint64_t hit = (marks_[i] & problem) != 0  ? reached
                                : (marks_[i] & behind) != 0 ? chained
                                                            : 0;
      reach[i] |= reached;
      chain[i] |= hit;
      for (std::uint64_t bits = hit; bits != 0; bits &= bits - 1)
        note(some[static_cast<std::size_t>(std::countr_zero(bits))], Rank{i});
    }
  }

  void note(Incident& incident, Rank rank) {
    ++incident.affects;
    if (incident.affected.size() < limits_.affected) incident.affected.push_back(rank);
    promise(incident, rank);
  }

  void promise(Incident& incident, Rank rank) {
    if (deadline_[rank.value] == Instant{}) return;
    incident.at_risk.push_back({rank, deadline_[rank.value]});
    if (incident.at_risk.size() >= 64 * limits_.at_risk) keep_soonest(incident);
  }

  void keep_soonest(Incident& incident) {
    std::ranges::sort(incident.at_risk, {}, [](const Incident::Promise& each) {
      return std::pair{each.deadline, each.asset};
    });
    if (incident.at_risk.size() > limits_.at_risk) incident.at_risk.resize(limits_.at_risk);
  }

  void finish(Incident& incident) {
    if (!incident.warning) promise(incident, incident.asset);
    keep_soonest(incident);
  }

  const View& view_;
  const Graph& graph_;
  std::size_t size_;
  const IncidentLimits& limits_;
  Instant now_;
  Deadlines deadlines_;
  std::vector<std::uint8_t> marks_;  ///< Trouble bits, by rank.
  std::vector<Instant> deadline_;    ///< That is near and not met yet, by rank; 0: none.
  std::unordered_map<std::uint32_t, Incident> found_;  ///< By rank.
  Incidents out_;
};

}  // namespace

std::string_view to_text(Incident::Kind kind) {
  switch (kind) {
    case Incident::Kind::definitions:
      return "definitions";
    case Incident::Kind::failure:
      return "failure";
    case Incident::Kind::check:
      return "check";
    case Incident::Kind::source:
      return "source";
    case Incident::Kind::freshness:
      return "freshness";
  }
  return "";
}

Incidents find_incidents(const View& view, std::span<const SourceStatus> sources,
                         std::span<const RejectedProject> rejected, Instant now,
                         const IncidentLimits& limits) {
  return Finder{view, now, limits}.find(sources, rejected);
}

std::vector<Rank> expected_next(const View& view, Instant now, std::size_t limit) {
  constexpr std::chrono::hours horizon{12};
  const Instant midnight = std::chrono::floor<std::chrono::days>(now) + std::chrono::days{1};
  enum Ground : std::uint8_t { work, habit, none };
  struct Candidate {
    Ground ground{none};
    Instant at{Instant::max()};  ///< Its deadline where work leads to it, else when it may come.
    Rank rank;
  };
  const auto weight = [](const Candidate& each) {
    return std::tuple{each.ground, each.at, each.rank};
  };
  Deadlines deadlines{now};
  std::vector<Candidate> all;
  std::vector<bool> is_reached(view.graph().size());  // by work that is under way
  for (std::uint32_t i = 0; i < view.graph().size(); ++i) {
    const Rank rank{i};
    const AssetDefinition& asset = view.graph().asset(rank);
    const AssetState& state = view.state(rank);
    const bool follows = !asset.automation.empty() && !state.paused;
    is_reached[i] = state.active.run.value != 0 ||
                    (follows && std::ranges::any_of(view.graph().upstream(rank),
                                                    [&](Rank up) { return is_reached[up.value]; }));
    std::optional<Instant> deadline;
    if (asset.freshness) deadline = deadlines.open(*asset.freshness, state.updated_at);
    if (deadline && *deadline > now + horizon) deadline.reset();
    if (is_reached[i]) {
      all.push_back({work, deadline.value_or(Instant::max()), rank});
    } else if (deadline || (follows && view.graph().downstream(rank).empty())) {
      Candidate& one = all.emplace_back(Candidate{.rank = rank});
      if (state.updated_at == Instant{} || state.updated_at > now) continue;
      // At the time of day at which it came last.
      const auto days = std::chrono::ceil<std::chrono::days>(now - state.updated_at);
      one.at = state.updated_at + days;
      if (one.at < midnight) one.ground = habit;
    }
  }
  const std::size_t kept = std::min(limit, all.size());
  std::ranges::partial_sort(all, all.begin() + static_cast<std::ptrdiff_t>(kept), {}, weight);
  std::vector<Rank> out;
  for (std::size_t i = 0; i < kept; ++i) out.push_back(all[i].rank);
  return out;
}

}  // namespace freshet::api
