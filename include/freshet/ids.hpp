// What names a thing.  Each id is a type of its own, so that a mix-up does not compile.
#pragma once
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace freshet {

template <class Tag, class Rep>
struct Id {
  Rep value{};
  constexpr Id() = default;
  constexpr explicit Id(Rep v) : value{v} {}
  friend constexpr auto operator<=>(const Id&, const Id&) = default;
};

using AssetId = Id<struct AssetTag, std::uint32_t>;  ///< Row in the store; never reused; 0 is none.
using Rank = Id<struct RankTag, std::uint32_t>;      ///< Dense, topological; valid in one Graph.
/// 0 is "the asset itself": unpartitioned; partitions.hpp says what the others are made of.
using PartitionId = Id<struct PartitionTag, std::uint64_t>;
using RunId = Id<struct RunTag, std::uint64_t>;  ///< 44 bits of ms + 20 of counter; never reused.
/// Drawn from the same numbers as runs.
using BackfillId = Id<struct BackfillTag, std::uint64_t>;
using Sequence =
    Id<struct SequenceTag, std::uint64_t>;  ///< Position of a fact; from 1; 0 is "never".

/// A data version as a number: a hash of its text, or 0 where the writer gave none ("unknown").
using DataVersion = Id<struct DataVersionTag, std::uint64_t>;
/// A code version as a number: a hash of its text, or 0 where none is known.
using CodeVersion = Id<struct CodeVersionTag, std::uint64_t>;

/// One thing that can be materialized: an asset, or one partition of it.
struct MemberId {
  AssetId asset;
  PartitionId partition;
  friend constexpr auto operator<=>(const MemberId&, const MemberId&) = default;
};

/// One asset (or check) within one run.
struct StepId {
  RunId run;
  std::uint32_t number{};  ///< From 0, in graph order.
  friend constexpr auto operator<=>(const StepId&, const StepId&) = default;
};

/// Returns the hash that stands for a version's text (FNV-1a, 64 bits); never 0, except for "".
[[nodiscard]] constexpr std::uint64_t version_hash(std::string_view text) {
  if (text.empty()) return 0;
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3ULL;
  }
  return hash == 0 ? 1 : hash;
}

/// Prints a 64-bit id as 13 characters of Crockford base32, so that text order is id order.
[[nodiscard]] std::string to_text(RunId id);
[[nodiscard]] std::string to_text(BackfillId id);
/// Reads what to_text wrote; nullopt for anything else (also for lower case or a wrong length).
[[nodiscard]] std::optional<RunId> parse_run_id(std::string_view text);

}  // namespace freshet

template <class Tag, class Rep>
struct std::hash<freshet::Id<Tag, Rep>> {
  std::size_t operator()(const freshet::Id<Tag, Rep>& id) const noexcept {
    return static_cast<std::size_t>(static_cast<std::uint64_t>(id.value) * 0x9e3779b97f4a7c15ULL);
  }
};
template <>
struct std::hash<freshet::MemberId> {
  std::size_t operator()(const freshet::MemberId& m) const noexcept {
    const std::uint64_t asset = m.asset.value * 0x9e3779b97f4a7c15ULL;
    return static_cast<std::size_t>((asset ^ (asset >> 29U) ^ m.partition.value) *
                                    0xff51afd7ed558ccdULL);
  }
};
template <>
struct std::hash<freshet::StepId> {
  std::size_t operator()(const freshet::StepId& s) const noexcept {
    return static_cast<std::size_t>((s.run.value ^ (std::uint64_t{s.number} << 44)) *
                                    0x9e3779b97f4a7c15ULL);
  }
};
