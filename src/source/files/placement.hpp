// Which partition of its asset a file belongs to, as its name says it.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "freshet/definitions.hpp"
#include "freshet/result.hpp"
#include "freshet/time.hpp"
#include "model/path_captures.hpp"
#include "model/partition/text.hpp"

namespace freshet::files {

/// Immutable and shared; any thread.
class Placement {
 public:
  /// `pattern` as PathPattern::named().  Errc::invalid: captures and partitions do not fit.
  [[nodiscard]] static Result<std::shared_ptr<const Placement>> make(const AssetDefinition& asset,
                                                                     std::string_view pattern);
  /// Of an asset that is not cut.
  [[nodiscard]] static std::shared_ptr<const Placement> whole();

  [[nodiscard]] bool is_cut() const { return captures_.has_value(); }

  struct Place {
    std::string partition;        ///< "" where the asset is not cut.
    std::optional<Instant> from;  ///< When that partition comes to exist.
    std::string error;            ///< Why it belongs to none.
  };
  /// `file` fits the pattern.
  [[nodiscard]] Place of(std::string_view file) const;

 private:
  std::optional<PathCaptures> captures_;
  CaptureTemplate key_;
  PartitionText partitions_;
};

}  // namespace freshet::files
