#include "source/database/partition_keys.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <variant>

#include "base/hash.hpp"

namespace freshet::database {

std::optional<Instant> parse_database_time(std::string_view text) {
  std::string full{text};
  const std::size_t time = full.find_first_of("T ");
  if (time == std::string::npos) return std::nullopt;
  const std::size_t sign = full.find_first_of("+-Zz", time);
  if (sign == std::string::npos) {
    full += 'Z';
  } else if (full.size() - sign == 3) {
    full += ":00";  // PostgreSQL writes whole hours so
  }
  const auto at = parse_instant(full);
  if (!at) return std::nullopt;
  return *at;
}

Result<PartitionKeys> PartitionKeys::make(const AssetDefinition& asset) {
  PartitionKeys out;
  FRESHET_TRY(out.text_, PartitionText::make(asset.partitions));
  out.has_windows_ =
      asset.partitions &&
      std::ranges::any_of(asset.partitions->dimensions, [](const DimensionDefinition& each) {
        return std::holds_alternative<WindowsDefinition>(each.of);
      });
  return out;
}

Result<PartitionKeys::Key> PartitionKeys::of(const std::string& value) const {
  const auto at = has_windows_ ? parse_database_time(value) : std::nullopt;
  FRESHET_TRY(PartitionText::Key key, text_.read(at ? format_instant(*at) : value));
  if (!key.absence.empty()) return Error{Errc::not_found, std::move(key.absence)};
  return Key{.text = std::move(key.text), .from = key.from};
}

input::Event refusal_of(const std::string& asset, const Misfit& misfit, std::string body) {
  return {.kind = input::Event::Kind::observation,
          .asset = asset,
          .source = asset,
          .id = "partition:" + to_text(content_hash(misfit.value + '\n' + misfit.reason)),
          .body = std::move(body),
          .error = misfit.reason};
}

}  // namespace freshet::database
