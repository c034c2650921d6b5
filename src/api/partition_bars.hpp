// How many partitions are in which state, as bars of a given width.  Counts by intervals: no
// partition is named but those at the edges of columns.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "api/route.hpp"
#include "freshet/result.hpp"
#include "freshet/snapshot.hpp"

namespace freshet::api {

struct BarsQuery {
  std::size_t columns{600};  ///< At most; at least 1.
  std::size_t rows{50};      ///< At most.
  std::string from, to;      ///< Keys along the columns; "": the first, the last.
  std::string row_filter;    ///< Only rows whose name contains it.
};

/// Columns go along the time windows, or along all keys where there are none.  A row is a
/// combination of the keys of all other dimensions.
struct Bars {
  struct Row {
    std::string name;  ///< "at", "at|web"; "" where no other dimension is.
    std::vector<std::uint32_t> size, missing, stale, failed, in_progress;  ///< By column.
  };
  bool time{false};
  std::vector<std::string> first, last;  ///< Keys of each column's edges, along the columns.
  std::vector<Row> rows;
  std::uint64_t rows_total{};
};

/// Errc::invalid names a query's value.  For the pool.
[[nodiscard]] Result<Bars> count_bars(const PartitionView& partitions, const BarsQuery& query);

/// Answers `view=bars` of an asset's partitions.
void send_partition_bars(const CallPtr& call, std::shared_ptr<const PartitionView> partitions);

}  // namespace freshet::api
