// What happened to an asset on a day: had its inputs arrived, was it complete, was it checked.
// Pure: history is given.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "freshet/readiness.hpp"
#include "model/partition/windows.hpp"

namespace freshet::core {

/// What is on record of one asset, oldest first.
struct News {
  struct Update {
    Instant at{};
    Sequence sequence;
    PartitionId partition;
  };
  struct Result {
    Instant at{};
    Sequence sequence;
    PartitionId partition;
    std::string check;
    bool passed{false};  ///< Or failed without being in anybody's way.
  };
  std::vector<Update> updates;
  std::vector<Result> results;
  Instant from{};  ///< Of earlier times nothing is known.
};

/// Borrows the snapshot.  The news of an asset must go back to the days that are judged.
class Judge {
 public:
  using NewsOf = std::function<const News&(Rank)>;
  Judge(const Snapshot& snapshot, NewsOf news) : snapshot_{snapshot}, news_{std::move(news)} {}

  [[nodiscard]] Readiness judge(Rank rank, TimeSpan day) const;

 private:
  /// When something new was first there of every part of an asset.
  struct Delivery {
    std::uint32_t parts{1};
    std::uint32_t done{};
    std::optional<Instant> all;
    Sequence sequence;  ///< Of the update that made it all.
  };
  [[nodiscard]] Delivery delivered(Rank rank, TimeSpan day, Instant not_before) const;
  void check(Rank rank, TimeSpan day, Sequence since, Readiness& out) const;

  const Snapshot& snapshot_;
  NewsOf news_;
};

}  // namespace freshet::core
