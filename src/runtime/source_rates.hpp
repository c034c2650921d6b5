// How often sources told something lately: their counts, looked at now and then.
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "freshet/service.hpp"

namespace freshet::runtime {

class SourceRates {
 public:
  static constexpr Seconds every{5};

  /// To be called every `every`; those that are not among `sources` are forgotten.
  void sample(SteadyTime now, const std::vector<SourceStatus>& sources);
  /// Messages, or else events, a second in the last minute, or since it was first seen.
  [[nodiscard]] double of(const std::string& asset) const;

 private:
  static constexpr std::size_t samples_max = 13;  ///< The ends of twelve times five seconds.
  using Samples = std::deque<std::pair<SteadyTime, std::uint64_t>>;

  std::map<std::string, Samples> samples_;  ///< By asset key, the newest last.
};

}  // namespace freshet::runtime
