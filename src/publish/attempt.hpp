// An attempt of a step, as history tells it: what it read, what it wrote, what came of it.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "freshet/facts.hpp"
#include "freshet/history.hpp"
#include "freshet/ids.hpp"
#include "freshet/rows.hpp"
#include "freshet/time.hpp"
#include "publish/scope.hpp"

namespace freshet::publish {

struct Attempt {
  enum class Point : std::uint8_t { start, complete, fail, abort };
  struct Input {
    Rank rank;
    std::string data_version;  ///< "" where it is not known, or where it is cut into partitions.
  };
  Point point{Point::start};
  Instant at{};
  Sequence sequence;  ///< Of the fact that it is about.
  Rank rank;          ///< Of the asset …
  StepRow row;        ///< … and the step; may have gone on since.
  std::uint32_t number{1};
  std::string error;  ///< Of one that failed: what it said, or why it ended.
  std::vector<Input> inputs;
  std::vector<fact::Updated> updates;       ///< By itself, up to that point …
  std::vector<fact::CheckRecorded> checks;  ///< … and results of checks.
};

/// Of a start, an end of an attempt, or an end of a step; nullopt where it says nothing about an
/// attempt of an asset in scope.
[[nodiscard]] Result<std::optional<Attempt>> attempt_of(const FactRecord& record,
                                                        const Scope& scope, Reader& history);

}  // namespace freshet::publish
