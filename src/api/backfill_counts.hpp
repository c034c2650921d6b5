// How far a backfill is.
#pragma once
#include <cstdint>
#include <nlohmann/json_fwd.hpp>

#include "api/json_text.hpp"
#include "freshet/rows.hpp"

namespace freshet::api {

/// Partitions, of one asset or of all.
struct BackfillCounts {
  std::uint64_t wanted{}, pending{}, succeeded{}, failed{};

  void add(const BackfillTargetRow& target);
  /// With those in progress: none once it `ended`.
  [[nodiscard]] Json json(bool ended) const;
};

}  // namespace freshet::api
