// What the answer of a query says of the data: which partitions, in which version.  Pure.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "freshet/definitions.hpp"
#include "freshet/result.hpp"
#include "freshet/time.hpp"
#include "source/database/connection.hpp"
#include "source/database/partition_keys.hpp"

namespace freshet::database {

struct Reading {
  std::string partition;        ///< Key; "" where the asset is not cut.
  std::optional<Instant> from;  ///< When that partition comes to exist.
  std::string version;
  friend bool operator==(const Reading&, const Reading&) = default;
};

/// In the answer's order, each partition once; without `partition`, exactly one.  Errc::invalid
/// names the column or the row that is wrong.
[[nodiscard]] Result<std::vector<Reading>> read_answer(const Answer& answer,
                                                       const DatabaseSource& source,
                                                       const PartitionKeys& keys);

}  // namespace freshet::database
