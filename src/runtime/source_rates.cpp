#include "runtime/source_rates.hpp"

#include <chrono>

namespace freshet::runtime {

void SourceRates::sample(SteadyTime now, const std::vector<SourceStatus>& sources) {
  std::map<std::string, Samples> known;
  known.swap(samples_);
  for (const SourceStatus& source : sources) {
    Samples& samples = samples_[source.asset];
    if (const auto found = known.find(source.asset); found != known.end())
      samples = std::move(found->second);
    const std::uint64_t count = source.messages > 0 ? source.messages : source.events;
    // One that was defined anew counts from 0 again.
    if (!samples.empty() && count < samples.back().second) samples.clear();
    if (samples.empty()) samples.emplace_back(now - every, 0);
    samples.emplace_back(now, count);
    if (samples.size() > samples_max) samples.pop_front();
  }
}

double SourceRates::of(const std::string& asset) const {
  const auto found = samples_.find(asset);
  if (found == samples_.end()) return 0;
  const auto& [first, least] = found->second.front();
  const auto& [last, most] = found->second.back();
  const double seconds = std::chrono::duration<double>(last - first).count();
  return seconds > 0 ? static_cast<double>(most - least) / seconds : 0;
}

}  // namespace freshet::runtime
