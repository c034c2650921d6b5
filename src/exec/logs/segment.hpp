// How packed logs lie in their files: record after record in a segment, and beside it an index.
//
//     2026-11-20.segment    head, stdout, stderr, index; head, ...      of the attempts
//     2026-11-20.index      head, head, ...                             the same heads, once more
// A record counts once its head is in the index.  What a crash leaves behind the last of those is
// mended by whoever opens the segment to write: whole records are taken in, the rest is cut off.
// Numbers are in the machine's own byte order.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/hash.hpp"
#include "base/unique_fd.hpp"
#include "freshet/logs.hpp"
#include "freshet/result.hpp"

namespace freshet {

/// What a record begins with, and all that the index holds of it.
struct RecordHead {
  std::uint64_t magic{};
  std::uint64_t run{};
  std::uint32_t number{};  ///< Of the step in its run.
  std::uint32_t attempt{};
  std::uint64_t offset{};                ///< Of this head in the segment.
  std::array<std::uint64_t, 3> sizes{};  ///< Bytes of stdout, stderr and index, as they follow.
  Hash128 content;                       ///< Of those bytes.
  std::uint64_t check{};                 ///< Of everything above.

  [[nodiscard]] AttemptId attempt_id() const { return {{RunId{run}, number}, attempt}; }
  [[nodiscard]] std::uint64_t end() const;  ///< Offset behind the record.
};
static_assert(sizeof(RecordHead) == 80);

/// Finds an attempt's record; of several the first.  Any thread, also while it is written to.
[[nodiscard]] Result<std::optional<RecordHead>> find_record(const std::string& index_path,
                                                            const AttemptId& attempt);

/// Appends to a segment.  One at a time for each.
class SegmentWriter {
 public:
  /// `stem` is the path without ".segment"; files that are not there are made.
  [[nodiscard]] static Result<SegmentWriter> open(const std::string& stem);

  /// Copies what is in `parts`, of which some may be no file at all.  After an error nothing of it
  /// is left.
  [[nodiscard]] Result<void> append(const AttemptId& attempt, const std::array<UniqueFd, 3>& parts);
  /// Makes what was appended durable, then findable, and that durable, too.
  [[nodiscard]] Result<void> commit();

 private:
  [[nodiscard]] Result<void> mend();
  [[nodiscard]] Result<void> copy(const AttemptId& attempt, const std::array<UniqueFd, 3>& parts);

  std::string stem_;
  UniqueFd segment_;
  UniqueFd index_;
  std::uint64_t end_{};              ///< Where the next record begins.
  std::uint64_t indexed_{};          ///< Heads in the index.
  std::vector<RecordHead> pending_;  ///< Heads of records that are not in the index yet.
};

}  // namespace freshet
