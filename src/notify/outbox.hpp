// What a route is to be told next, and when it is tried again.  Pure, but for reading history.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "freshet/history.hpp"
#include "freshet/snapshot.hpp"
#include "freshet/time.hpp"
#include "notify/alert.hpp"

namespace freshet::notify {

/// Before the attempt after `failures` of them: 2 s, doubling up to an hour.  Requires failures
/// >= 1.
[[nodiscard]] Micros delay_after(std::uint32_t failures);

/// Alerts that are older are not tried any more.
inline constexpr std::chrono::hours tried_for{24};
/// That many alerts are told one by one; more at once are told in one piece.
inline constexpr std::size_t singly_max = 10;
inline constexpr std::size_t together_max = 1'000;

/// A route with the project that defines it; borrowed from a graph.
struct Route {
  const std::string* project{};
  const AlertRoute* definition{};
};

/// Which assets there are, by id, and which of them each route is about.  Those that are gone from
/// the definitions are remembered, so that the end of their alerts can be told.
class Directory {
 public:
  /// To be called for each graph that comes into force.
  void update(const Snapshot& snapshot);

  [[nodiscard]] const std::shared_ptr<const Graph>& graph() const { return graph_; }
  /// Of the graph that came last.
  [[nodiscard]] const std::vector<Route>& routes() const { return routes_; }
  /// What is wrong with the selection of a route, which is then about every asset; by name.
  [[nodiscard]] const std::vector<std::string>& complaints() const { return complaints_; }
  [[nodiscard]] bool is_about(const Route& route, AssetId asset) const;
  struct Asset {
    std::string key;
    std::vector<std::string> owners;
    std::optional<Rank> rank;  ///< nullopt: it is not defined any more.
  };
  /// nullptr for one that was never seen.
  [[nodiscard]] const Asset* find(AssetId asset) const;

 private:
  std::shared_ptr<const Graph> graph_;
  std::vector<Route> routes_;
  std::vector<std::string> complaints_;
  std::unordered_map<AssetId, Asset> assets_;
  std::unordered_map<std::string, std::vector<bool>> selected_;  ///< By route; by asset id.
};

/// Whether the route is told of alerts of that kind.
[[nodiscard]] bool wants(const AlertRoute& route, AlertKind kind);

/// What there is to be told, and what that settles.
struct Batch {
  std::vector<Alert> alerts;   ///< None: nothing now.
  std::vector<Sequence> late;  ///< Too old to be told: given up.
  Sequence upto;               ///< Settled when `alerts` were told; 0 for repetitions.
  Sequence passed;             ///< There is nothing for the route up to this one, but for `alerts`.
  Instant repeats{};           ///< Settled likewise; 0 where nothing is repeated.
  bool has_test{false};        ///< Somebody waits for it.
};

/// How alerts get their looks.
struct Looks {
  const Directory& directory;
  const Snapshot& snapshot;
  const std::string& base_url;  ///< Of the UI; "" where it is not known.
};

/// Alerts after `told` that the route wants, in order; reads until it has enough.
[[nodiscard]] Result<Batch> news_of(const Route& route, Sequence told, const Looks& looks,
                                    Reader& history, Instant now);
/// Open alerts that it is time to tell the route again, repetitions until `told` being settled.
[[nodiscard]] Batch repetitions_of(const Route& route, Instant told, const Looks& looks,
                                   Instant now);
/// When the next repetition is due; nullopt: none is.
[[nodiscard]] std::optional<Instant> next_repetition(const Route& route, Instant told,
                                                     const Looks& looks);

/// "INSTANCE/PROJECT/ROUTE/42", "…/42-57" for several, "…/42r3" for the third repetition.
[[nodiscard]] std::string delivery_id(const std::string& instance, const Route& route,
                                      const std::vector<Alert>& alerts);

}  // namespace freshet::notify
