#include "model/partition/windows.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/cron.hpp"
#include "base/text.hpp"
#include "base/timezone.hpp"
#include "freshet/partitions.hpp"
#include "freshet/result.hpp"
#include "freshet/time.hpp"
#include "model/partition/local_ticks.hpp"

namespace freshet {
namespace {

using std::chrono::sys_days;
using std::chrono::year;

constexpr std::int64_t bias = std::int64_t{1} << 29U;
constexpr Instant earliest{sys_days{year{1000} / 1 / 1}};
constexpr Instant latest{sys_days{year{3000} / 1 / 1} - Micros{1}};
constexpr Instant epoch{sys_days{year{2000} / 1 / 1}};
constexpr Micros moment{1};

/// Calls `each` for the stretches of one offset from `earliest` to `latest`.
template <class Each>
void each_period(const TimeZone& zone, Each each) {
  for (Instant at = earliest; at <= latest;) {
    const TimeZone::Period& period = zone.period_at(at);
    each(period);
    if (period.end > latest) break;
    at = period.end;
  }
}

LocalTime local_in(const TimeZone::Period& period, Instant at) {
  return LocalTime{(at + period.offset).time_since_epoch()};
}

std::string date_text(LocalTime local) {
  return format_instant(Instant{local.time_since_epoch()}).substr(0, 10);
}
std::string time_text(LocalTime local) {
  const std::string text = format_instant(Instant{local.time_since_epoch()});
  return text.substr(0, 10) + '-' + text.substr(11, 5);
}

std::string offset_text(Seconds offset) {
  const auto minutes = std::chrono::abs(std::chrono::duration_cast<std::chrono::minutes>(offset));
  const std::string text = format_instant(Instant{minutes}).substr(11, 5);
  return (offset < Seconds{0} ? '-' : '+') + text;
}

Error no_key(std::string_view key, std::string_view reason) {
  return {Errc::invalid, "partition key \"" + std::string{key} + "\": " + std::string{reason}};
}

/// Reads a date ("2026-01-31") or a time ("2026-01-31-13:00") as a clock shows it.
Result<LocalTime> read_local(std::string_view text) {
  std::string instant{text.substr(0, 10)};
  if (text.size() != 10) {
    instant.append(1, 'T').append(text.substr(std::min<std::size_t>(text.size(), 11))) += ":00Z";
  }
  const bool formed = text.size() == 10 || (text.size() == 16 && text[10] == '-');
  const auto read = formed ? parse_instant(instant) : Error{};
  if (!read) return Error{};
  return LocalTime{read->time_since_epoch()};
}

/// Windows that begin once for each matching local time: daily, weekly, monthly ones and crons with
/// hours of their own.
class LocalSeries final : public WindowSeries {
 public:
  LocalSeries(const TimeZone& zone, LocalTicks ticks, bool dates)
      : zone_{zone}, ticks_{std::move(ticks)}, dates_{dates} {
    each_period(zone, [&](const TimeZone::Period& period) {
      if (period.begin > earliest) skip_doubles(period.begin);
    });
    for (const Skip& skip : skips_) base_ += skip.first < 0 ? skip.count : 0;
    least_ = at(earliest);
    greatest_ = at(latest) + 1;
  }

  [[nodiscard]] std::uint32_t at(Instant instant) const override {
    instant = std::clamp(instant, earliest, latest);
    std::int64_t raw = ticks_.before(zone_.to_local(instant) + moment) - 1;
    while (tick(raw) > instant) --raw;
    while (tick(raw + 1) <= instant) ++raw;
    return number_of(raw);
  }

  [[nodiscard]] Instant begin(std::uint32_t number) const override { return tick(raw_of(number)); }

  [[nodiscard]] std::string key(std::uint32_t number) const override {
    const std::int64_t raw = raw_of(number);
    return dates_ ? date_text(ticks_.at(raw)) : time_text(zone_.to_local(tick(raw)));
  }

  [[nodiscard]] Result<std::uint32_t> parse(std::string_view key) const override {
    const auto local = read_local(key);
    if (!local || (key.size() == 10) != dates_) {
      return no_key(key, dates_ ? "want a date such as 2026-02-01"
                                : "want a local time such as 2026-01-31-13:00");
    }
    const std::uint32_t number =
        dates_ ? number_of(ticks_.before(*local)) : at(zone_.from_local(*local).later);
    if (this->key(number) != key) return no_key(key, "no window begins there");
    return number;
  }

 private:
  /// Ticks that are no windows, since the next one comes at the same instant.
  struct Skip {
    std::int64_t first;
    std::int64_t count;
    std::int64_t before;  ///< Of all those before `first`.
  };

  [[nodiscard]] Instant tick(std::int64_t raw) const {
    const LocalMatch match = zone_.from_local(ticks_.at(raw));
    return dates_ ? match.earlier : match.later;
  }

  void skip_doubles(Instant jump) {
    const LocalTime from = zone_.to_local(jump - moment) + moment;
    const LocalTime to = zone_.to_local(jump);
    const std::int64_t end = ticks_.before(to + moment) - 1;
    for (std::int64_t raw = ticks_.before(from); raw < end; ++raw) {
      if (tick(raw) != tick(raw + 1)) continue;
      const std::int64_t before = skips_.empty() ? 0 : skips_.back().before + skips_.back().count;
      skips_.push_back({.first = raw, .count = 1, .before = before});
    }
  }

  [[nodiscard]] std::uint32_t number_of(std::int64_t raw) const {
    const auto after = std::ranges::lower_bound(skips_, raw, {}, &Skip::first);
    const std::int64_t skipped =
        after == skips_.begin() ? 0 : (after - 1)->before + (after - 1)->count;
    return static_cast<std::uint32_t>(raw - (skipped - base_) + bias);
  }

  [[nodiscard]] std::int64_t raw_of(std::uint32_t number) const {
    const std::int64_t n = std::int64_t{std::clamp(number, least_, greatest_)} - bias;
    const auto after = std::ranges::upper_bound(
        skips_, n, {}, [&](const Skip& skip) { return skip.first - (skip.before - base_); });
    const std::int64_t skipped =
        after == skips_.begin() ? 0 : (after - 1)->before + (after - 1)->count;
    return n + skipped - base_;
  }

  const TimeZone& zone_;
  LocalTicks ticks_;
  bool dates_;  ///< Named by their date, and beginning at its first instant.
  std::vector<Skip> skips_;
  std::int64_t base_{};  ///< Skipped before the epoch.
  std::uint32_t least_{0};
  std::uint32_t greatest_{0xffff'ffffU};
};

/// Windows that begin whenever the clocks show a matching time: hourly ones and crons with `*` or
/// `*/n` as their hour.
class RealSeries final : public WindowSeries {
 public:
  RealSeries(const TimeZone& zone, LocalTicks ticks) : zone_{zone}, ticks_{std::move(ticks)} {
    std::int64_t count = 0;
    each_period(zone, [&](const TimeZone::Period& period) {
      const Instant begin = std::max(period.begin, earliest);
      const std::int64_t before = ticks_.before(local_in(period, begin));
      stretches_.push_back(
          {.begin = begin, .offset = period.offset, .before = before, .number = count});
      count += ticks_.before(local_in(period, std::min(period.end, latest))) - before;
    });
    const std::int64_t until_epoch = std::int64_t{at(epoch - moment)} + 1;
    for (Stretch& stretch : stretches_) stretch.number += bias - until_epoch;
    greatest_ = at(latest) + 1;
  }

  [[nodiscard]] std::uint32_t at(Instant instant) const override {
    instant = std::clamp(instant, earliest, latest);
    const auto after = std::ranges::upper_bound(stretches_, instant, {}, &Stretch::begin);
    const Stretch& stretch = *(after - 1);
    const LocalTime local{(instant + stretch.offset).time_since_epoch()};
    return static_cast<std::uint32_t>(stretch.number + ticks_.before(local + moment) -
                                      stretch.before - 1);
  }

  [[nodiscard]] Instant begin(std::uint32_t number) const override {
    const std::int64_t n = std::min(number, greatest_);
    const auto after = std::ranges::upper_bound(stretches_, n, {}, &Stretch::number);
    const Stretch& stretch = after == stretches_.begin() ? *after : *(after - 1);
    const LocalTime local =
        ticks_.at(stretch.before + std::max(n - stretch.number, std::int64_t{0}));
    return Instant{local.time_since_epoch()} - stretch.offset;
  }

  [[nodiscard]] std::string key(std::uint32_t number) const override {
    const Instant instant = begin(number);
    const LocalTime local = zone_.to_local(instant);
    std::string text = time_text(local);
    const LocalMatch match = zone_.from_local(local);
    if (match.kind == LocalMatch::Kind::overlap && instant != match.earlier) {
      text += offset_text(zone_.offset_at(instant));
    }
    return text;
  }

  [[nodiscard]] Result<std::uint32_t> parse(std::string_view key) const override {
    const auto local = read_local(key.substr(0, 16));
    if (!local || key.size() < 16) {
      return no_key(key, "want a local time such as 2026-01-31-13:00");
    }
    const LocalMatch match = zone_.from_local(*local);
    const std::uint32_t number = at(key.size() == 16 ? match.earlier : match.later);
    if (this->key(number) != key) return no_key(key, "no window begins there");
    return number;
  }

 private:
  /// A stretch of time with one offset.
  struct Stretch {
    Instant begin;
    Seconds offset;
    std::int64_t before;  ///< Matching local times before its first.
    std::int64_t number;  ///< Of the first window that begins in it.
  };

  const TimeZone& zone_;
  LocalTicks ticks_;
  std::vector<Stretch> stretches_;
  std::uint32_t greatest_{0xffff'ffffU};
};

std::string schedule_of(const WindowsDefinition& definition) {
  switch (definition.cadence) {
    case Cadence::hourly:
      return "0 * * * *";
    case Cadence::daily:
      return "0 0 * * *";
    case Cadence::weekly:
      return "0 0 * * 0";
    case Cadence::monthly:
      return "0 0 1 * *";
    case Cadence::cron:
      return definition.schedule;
  }
  return {};
}

std::string_view cadence_name(Cadence cadence) {
  switch (cadence) {
    case Cadence::hourly:
      return "hourly";
    case Cadence::daily:
      return "daily";
    case Cadence::weekly:
      return "weekly";
    case Cadence::monthly:
      return "monthly";
    case Cadence::cron:
      return "cron";
  }
  return {};
}

Result<std::shared_ptr<const WindowSeries>> build(const WindowsDefinition& definition) {
  FRESHET_TRY(const TimeZone* zone, find_time_zone(definition.timezone));
  FRESHET_TRY(const Cron cron, Cron::parse(schedule_of(definition)));
  LocalTicks ticks{cron.fields()};
  std::shared_ptr<const WindowSeries> series;
  if (cron.fields().real_hours) {
    series = std::make_shared<const RealSeries>(*zone, std::move(ticks));
  } else {
    const bool dates = definition.cadence != Cadence::cron;
    series = std::make_shared<const LocalSeries>(*zone, std::move(ticks), dates);
  }
  return series;
}

}  // namespace

std::string window_series_name(const WindowsDefinition& definition) {
  std::string name{cadence_name(definition.cadence)};
  std::string schedule = definition.schedule;
  std::ranges::replace(schedule, '\t', ' ');
  for (const std::string_view field : split(schedule, ' ')) {
    if (!field.empty()) name.append(1, ' ').append(field);
  }
  return name + ' ' + definition.timezone;
}

Result<std::shared_ptr<const WindowSeries>> make_window_series(
    const WindowsDefinition& definition) {
  struct Made {
    std::mutex mutex;
    std::map<std::string, std::weak_ptr<const WindowSeries>> series;
  };
  static Made made;
  const std::scoped_lock lock{made.mutex};
  std::weak_ptr<const WindowSeries>& known = made.series[window_series_name(definition)];
  if (auto series = known.lock()) return series;
  FRESHET_TRY(auto series, build(definition));
  known = series;
  return series;
}

}  // namespace freshet
