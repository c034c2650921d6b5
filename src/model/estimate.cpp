#include "freshet/estimate.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "freshet/readiness.hpp"
#include "freshet/time.hpp"

namespace freshet {
namespace {

constexpr std::size_t enough = 9;   ///< Samples that bound the next one four times in five.
constexpr double earlier = 2;       ///< Samples that a duration counts as having had before …
constexpr double earlier_sd = 0.5;  ///< … and their deviation, as a logarithm.

/// What Student's t is below nine times in ten, by degrees of freedom from 1.
constexpr std::array student{3.078, 1.886, 1.638, 1.533, 1.476, 1.440, 1.415, 1.397, 1.383};

struct Quantiles {
  double p10{}, p50{}, p90{};
};

double median(std::span<const double> sorted) {
  const std::size_t half = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[half] : std::midpoint(sorted[half - 1], sorted[half]);
}

/// At a place from 1 to the number of samples, between two of them in proportion.
double at_place(std::span<const double> sorted, double place) {
  const double clamped = std::clamp(place, 1.0, static_cast<double>(sorted.size()));
  const auto below = static_cast<std::size_t>(clamped);
  if (below == sorted.size()) return sorted.back();
  return std::lerp(sorted[below - 1], sorted[below], clamped - static_cast<double>(below));
}

Quantiles of_many(std::span<const double> sorted) {
  const auto places = static_cast<double>(sorted.size() + 1);
  return {at_place(sorted, 0.1 * places), median(sorted), at_place(sorted, 0.9 * places)};
}

/// Requires so many samples, or earlier ones, that their variance is known.
Quantiles of_few(std::span<const double> sorted, double before, double before_sd) {
  const auto n = static_cast<double>(sorted.size());
  const double mean = std::accumulate(sorted.begin(), sorted.end(), 0.0) / n;
  double squares = before * before_sd * before_sd;
  for (const double x : sorted) squares += (x - mean) * (x - mean);
  const double freedom = before + n - 1;
  const double reach = student[static_cast<std::size_t>(freedom) - 1] *
                       std::sqrt(squares / freedom) * std::sqrt(1 + 1 / n);
  const double middle = median(sorted);
  return {std::min(mean - reach, middle), middle, std::max(mean + reach, middle)};
}

Estimate in_millis(const Quantiles& q, std::size_t samples) {
  const auto whole = [](double ms) { return Millis{std::llround(ms)}; };
  return {.p10 = whole(q.p10),
          .p50 = whole(q.p50),
          .p90 = whole(q.p90),
          .samples = static_cast<std::uint32_t>(samples)};
}

}  // namespace

std::optional<Estimate> estimate_duration(std::span<const std::uint32_t> samples) {
  if (samples.empty()) return std::nullopt;
  std::vector<double> sorted(samples.begin(), samples.end());
  std::ranges::sort(sorted);
  if (sorted.size() >= enough) return in_millis(of_many(sorted), sorted.size());
  const double middle = median(sorted);
  for (double& ms : sorted) ms = std::log(std::max(ms, 1.0));
  const Quantiles logs = of_few(sorted, earlier, earlier_sd);
  return in_millis(
      {std::min(std::exp(logs.p10), middle), middle, std::max(std::exp(logs.p90), middle)},
      sorted.size());
}

std::optional<Estimate> estimate_place(std::span<const std::int64_t> samples) {
  if (samples.size() < 3) return std::nullopt;
  std::vector<double> sorted;
  for (const std::int64_t place : samples) sorted.push_back(static_cast<double>(place));
  std::ranges::sort(sorted);
  return in_millis(sorted.size() >= enough ? of_many(sorted) : of_few(sorted, 0, 0), sorted.size());
}

Estimate estimate_ongoing(const Estimate& usual, std::span<const std::uint32_t> samples,
                          Millis elapsed) {
  std::vector<std::uint32_t> longer;
  std::ranges::copy_if(samples, std::back_inserter(longer),
                       [&](std::uint32_t ms) { return Millis{ms} > elapsed; });
  Estimate out = usual;
  if (longer.size() != samples.size()) {
    if (const auto left = estimate_duration(longer)) {
      out.p10 = left->p10, out.p50 = left->p50, out.p90 = left->p90;
    }
  }
  for (Millis* quantile : {&out.p10, &out.p50, &out.p90}) *quantile = std::max(*quantile, elapsed);
  return out;
}

Estimate in_sequence(const Estimate& first, const Estimate& second) {
  const auto reach = [](Millis one, Millis other) {
    return Millis{std::llround(
        std::hypot(static_cast<double>(one.count()), static_cast<double>(other.count())))};
  };
  Estimate out{.p50 = first.p50 + second.p50,
               .samples = std::min(first.samples, second.samples),
               .assumed = first.assumed || second.assumed};
  out.p10 = out.p50 - reach(first.p50 - first.p10, second.p50 - second.p10);
  out.p90 = out.p50 + reach(first.p90 - first.p50, second.p90 - second.p50);
  return out;
}

Estimate repeated(const Estimate& once, std::uint64_t times) {
  Estimate out = once;
  out.p50 = once.p50 * static_cast<std::int64_t>(times);
  const auto reach = [&](Millis distance) {
    return Millis{std::llround(static_cast<double>(distance.count()) *
                               std::sqrt(static_cast<double>(times)))};
  };
  out.p10 = out.p50 - reach(once.p50 - once.p10);
  out.p90 = out.p50 + reach(once.p90 - once.p50);
  return out;
}

Estimate the_later(const Estimate& one, const Estimate& other) {
  return {.p10 = std::max(one.p10, other.p10),
          .p50 = std::max(one.p50, other.p50),
          .p90 = std::max(one.p90, other.p90),
          .samples = std::min(one.samples, other.samples),
          .assumed = one.assumed || other.assumed};
}

Estimate assume_duration(std::span<const std::uint32_t> medians) {
  Estimate out = estimate_duration(medians).value_or(Estimate{});
  out.samples = 0;
  out.assumed = true;
  return out;
}

std::string_view to_text(Forecast::Basis basis) {
  switch (basis) {
    case Forecast::Basis::none:
      return "none";
    case Forecast::Basis::step:
      return "step";
    case Forecast::Basis::upstream:
      return "upstream";
    case Forecast::Basis::clock:
      return "clock";
    case Forecast::Basis::history:
      return "history";
  }
  return "";
}

std::string_view to_text(ReadinessState state) {
  switch (state) {
    case ReadinessState::waiting:
      return "waiting";
    case ReadinessState::arriving:
      return "arriving";
    case ReadinessState::arrived:
      return "arrived";
    case ReadinessState::queued:
      return "queued";
    case ReadinessState::running:
      return "running";
    case ReadinessState::failed:
      return "failed";
    case ReadinessState::complete:
      return "complete";
    case ReadinessState::ready:
      return "ready";
  }
  return "";
}

}  // namespace freshet
