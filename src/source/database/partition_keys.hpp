// Which partition of an asset a value from a database belongs to.  Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "freshet/definitions.hpp"
#include "freshet/engine.hpp"
#include "freshet/result.hpp"
#include "freshet/time.hpp"
#include "model/partition/text.hpp"

namespace freshet::database {

/// A value that says no partition.
struct Misfit {
  std::string value;
  std::string reason;
  friend bool operator==(const Misfit&, const Misfit&) = default;
};
/// It as an event that is rejected: once, however often rows have that value, also over a restart.
[[nodiscard]] input::Event refusal_of(const std::string& asset, const Misfit& misfit,
                                      std::string body);

class PartitionKeys {
 public:
  /// Errc::invalid: the asset's windows cannot be told.
  [[nodiscard]] static Result<PartitionKeys> make(const AssetDefinition& asset);

  struct Key {
    std::string text;
    std::optional<Instant> from;  ///< When it comes to exist, if it is a time window.
    friend bool operator==(const Key&, const Key&) = default;
  };
  /// As PartitionText::read, and times as databases write them.  An error also for what the
  /// definition has no partition for.
  [[nodiscard]] Result<Key> of(const std::string& value) const;

 private:
  PartitionText text_;
  bool has_windows_{false};
};

/// "2026-01-31 13:00:00.5+00", or as RFC 3339 has it; without an offset it is UTC.  nullopt: it has
/// no time of day.
[[nodiscard]] std::optional<Instant> parse_database_time(std::string_view text);

}  // namespace freshet::database
