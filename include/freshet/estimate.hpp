// How long something takes and when it usually comes, from what was seen before: with the spread
// that this many samples justify.
#pragma once
#include <cstdint>
#include <optional>
#include <span>

#include "freshet/time.hpp"

namespace freshet {

/// One in ten is below p10, half are below p50, one in ten is above p90; p10 <= p50 <= p90.
struct Estimate {
  Millis p10{}, p50{}, p90{};
  std::uint32_t samples{};  ///< Seen of the thing itself.
  bool assumed{false};      ///< Nothing was seen of it: this is what the others take.
  friend bool operator==(const Estimate&, const Estimate&) = default;
};

/// Of durations in milliseconds, in any order; nullopt where there are none.
///
/// p50 is the median.  From nine samples on p10 and p90 are at the places 0.1 (n + 1) and
/// 0.9 (n + 1) of the sorted samples (Hyndman and Fan 1996, definition 6): of anything whose order
/// says nothing, the next one lies between them four times in five, whatever its distribution.
/// Fewer samples cannot say so by themselves; then it is the prediction interval of the next
/// sample by Student's t, of logarithms, since durations spread by factors, with the variance of
/// two earlier samples that were a factor of e^0.5 off: one sample alone gives a factor of 3.8
/// either way, eight equal ones 1.4.
[[nodiscard]] std::optional<Estimate> estimate_duration(std::span<const std::uint32_t> samples);

/// Of places on a scale, such as milliseconds since midnight; as above, but for three to eight
/// samples the interval is of the values as they are and without any earlier ones.  nullopt for
/// fewer than three.
[[nodiscard]] std::optional<Estimate> estimate_place(std::span<const std::int64_t> samples);

/// The whole duration of what has gone on for `elapsed`: by the samples that were longer, if any.
/// Never below `elapsed`, which it equals where it takes longer than ever.
[[nodiscard]] Estimate estimate_ongoing(const Estimate& usual,
                                        std::span<const std::uint32_t> samples, Millis elapsed);

/// One after the other: medians add up, and so do variances, taken from the distances to p10 and to
/// p90 (PERT: Malcolm and others 1959).  Samples are the fewer.
[[nodiscard]] Estimate in_sequence(const Estimate& first, const Estimate& second);
/// As many times, one after the other.
[[nodiscard]] Estimate repeated(const Estimate& once, std::uint64_t times);
/// When both have ended, each seen by itself: quantile by quantile the later.
[[nodiscard]] Estimate the_later(const Estimate& one, const Estimate& other);

/// For what was never seen: as the others are, given each one's median; zero where there are none.
[[nodiscard]] Estimate assume_duration(std::span<const std::uint32_t> medians);

}  // namespace freshet
