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

struct Readings {
  std::vector<Reading> all;     ///< In the answer's order, each partition once.
  std::vector<Misfit> misfits;  ///< Of rows that are in none of them; each value once.
};

/// Without `partition`, exactly one reading.  Errc::invalid names the column that is missing.
[[nodiscard]] Result<Readings> read_answer(const Answer& answer, const DatabaseSource& source,
                                           const PartitionKeys& keys);

}  // namespace freshet::database
