// How many times of a cron line a clock on the wall has shown, and which was the n-th.  A zone
// plays no part here: every day has 24 hours.  Arithmetic over the 400 years after which calendars
// repeat.
#pragma once
#include <chrono>
#include <cstdint>
#include <vector>

#include "base/cron.hpp"
#include "base/timezone.hpp"

namespace freshet {

/// Local times that match the five fields, counted from 2000-01-01 00:00, which is or follows the
/// 0th.  Immutable.
class LocalTicks {
 public:
  explicit LocalTicks(const CronFields& fields);

  /// How many lie in [2000-01-01 00:00, local); negative before.
  [[nodiscard]] std::int64_t before(LocalTime local) const;
  [[nodiscard]] LocalTime at(std::int64_t n) const;

 private:
  [[nodiscard]] std::int64_t days_before(std::int64_t day) const;

  std::vector<std::uint32_t> days_;     ///< Of 400 years; empty where it is every day.
  std::vector<std::uint16_t> minutes_;  ///< Of a day, ascending.
};

}  // namespace freshet
