// Which partition of an asset a text means that others wrote: a field of a message, a part of a
// file's name.
#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/partitions.hpp"
#include "freshet/result.hpp"
#include "freshet/time.hpp"
#include "model/partition/windows.hpp"

namespace freshet {

/// Immutable; any thread.
class PartitionText {
 public:
  /// Errc::invalid, not_found: a schedule or a zone that there is not.
  [[nodiscard]] static Result<PartitionText> make(
      const std::optional<PartitionsDefinition>& definition);

  struct Key {
    std::string text;
    std::optional<Instant> from;  ///< When it comes to exist, if it is of time windows.
    std::string absence;          ///< Why the definition has no such partition; "": it may.
  };
  /// `text` has a part per dimension, in their order, joined by "|".  That of time windows is a
  /// window's key, a date (2026-01-31 or 20260131, by the windows' zone), or a time (RFC 3339,
  /// a number of seconds, milli-, micro- or nanoseconds since 1970) that lies in it.  Errc::invalid
  /// says what may be written.
  [[nodiscard]] Result<Key> read(std::string_view text) const;
  /// When the window comes to exist that is `windows` after the one that `now` lies in; the end of
  /// time where no dimension is of time.
  [[nodiscard]] Instant horizon(Instant now, std::uint32_t windows) const;

 private:
  [[nodiscard]] Result<std::uint32_t> window_of(std::string_view text) const;

  std::vector<DimensionDefinition> dimensions_;
  std::shared_ptr<const WindowSeries> windows_;  ///< Null: no dimension is of time.
  std::shared_ptr<const WindowSeries> days_;     ///< Of the same zone.
};

}  // namespace freshet
