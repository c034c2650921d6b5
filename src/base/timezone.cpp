#include "base/timezone.hpp"

#include <date/tz.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "freshet/result.hpp"
#include "freshet/time.hpp"

namespace freshet {
namespace {

using Period = TimeZone::Period;
using SysSeconds = std::chrono::sys_seconds;

/// No offset, and no jump between two, is larger: a zone may skip a whole day (Pacific/Apia).
constexpr std::chrono::hours offset_max{27};

/// Reads a zone's whole history.  May throw what the zone library throws.
std::vector<Period> load_periods(const date::time_zone& zone) {
  constexpr SysSeconds first{std::chrono::sys_days{std::chrono::year{0} / 1 / 1}};
  constexpr SysSeconds last{std::chrono::sys_days{std::chrono::year{10'000} / 1 / 1}};
  std::vector<Period> periods;
  for (SysSeconds at = first; at < last;) {
    const date::sys_info info = zone.get_info(at);
    if (periods.empty()) {
      periods.push_back({.begin = Instant::min(), .end = Instant::max(), .offset = info.offset});
    } else if (periods.back().offset != info.offset) {
      periods.back().end = at;
      periods.push_back({.begin = at, .end = Instant::max(), .offset = info.offset});
    }
    if (info.end <= at) break;
    at = info.end;
  }
  return periods;
}

/// "localtime" would mean something else on each machine.
bool is_zone_name(std::string_view name) { return name != "localtime"; }

Error unknown_zone(std::string_view name, const date::tzdb& database) {
  std::string message = "find time zone \"" + std::string{name} + "\": unknown";
  std::vector<std::string_view> names;
  names.reserve(database.zones.size());
  for (const date::time_zone& zone : database.zones) {
    if (is_zone_name(zone.name())) names.emplace_back(zone.name());
  }
  if (const auto near = nearest(name, names)) message += "; nearest is \"" + *near + '"';
  return {Errc::not_found, std::move(message)};
}

Result<std::unique_ptr<const TimeZone>> load_zone(std::string_view name) {
  try {
    const date::tzdb& database = date::get_tzdb();
    const auto& zones = database.zones;  // sorted by name
    const auto found = std::lower_bound(
        zones.begin(), zones.end(), name,
        [](const date::time_zone& zone, std::string_view wanted) { return zone.name() < wanted; });
    if (found == zones.end() || found->name() != name || !is_zone_name(name)) {
      return unknown_zone(name, database);
    }
    return std::make_unique<const TimeZone>(std::string{name}, load_periods(*found));
  } catch (const std::exception& e) {
    return Error{Errc::io, "find time zone \"" + std::string{name} +
                               "\": the zone database cannot be read: " + e.what()};
  }
}

}  // namespace

TimeZone::TimeZone(std::string name, std::vector<Period> periods)
    : name_{std::move(name)}, periods_{std::move(periods)} {
  FRESHET_ASSERT(!periods_.empty());
  FRESHET_ASSERT(periods_.front().begin == Instant::min());
  FRESHET_ASSERT(periods_.back().end == Instant::max());
}

const TimeZone::Period& TimeZone::period_at(Instant at) const {
  const auto after =
      std::upper_bound(periods_.begin() + 1, periods_.end(), at,
                       [](Instant wanted, const Period& period) { return wanted < period.begin; });
  return *(after - 1);
}

LocalTime TimeZone::to_local(Instant at) const {
  return LocalTime{(at + offset_at(at)).time_since_epoch()};
}

LocalMatch TimeZone::from_local(LocalTime local) const {
  const Instant as_utc{local.time_since_epoch()};
  const Period* const last = &period_at(as_utc + offset_max);
  LocalMatch match{.kind = LocalMatch::Kind::gap, .earlier = as_utc, .later = as_utc};
  bool found = false;
  Instant after_gap{};
  for (const Period* period = &period_at(as_utc - offset_max); period <= last; ++period) {
    const Instant at = as_utc - period->offset;
    if (at >= period->begin && at < period->end) {
      match.kind = found ? LocalMatch::Kind::overlap : LocalMatch::Kind::unique;
      if (!found) match.earlier = at;
      match.later = at;
      found = true;
    }
    // The last period whose clocks start beyond `local` while those before it end short of it.
    if (at < period->begin && as_utc - (period - 1)->offset >= period->begin) {
      after_gap = period->begin;
    }
  }
  if (!found) match.earlier = match.later = after_gap;
  return match;
}

const TimeZone& utc() {
  static const TimeZone zone{
      "UTC", {{.begin = Instant::min(), .end = Instant::max(), .offset = Seconds{0}}}};
  return zone;
}

Result<const TimeZone*> find_time_zone(std::string_view name) {
  if (name == "UTC") return &utc();
  struct Loaded {
    std::mutex mutex;
    std::map<std::string, std::unique_ptr<const TimeZone>, std::less<>> zones;
  };
  static Loaded loaded;
  const std::scoped_lock lock{loaded.mutex};
  if (const auto found = loaded.zones.find(name); found != loaded.zones.end()) {
    return found->second.get();
  }
  FRESHET_TRY(auto zone, load_zone(name));
  return loaded.zones.emplace(std::string{name}, std::move(zone)).first->second.get();
}

bool beyond_zone_data(Instant at) {
  return at >= Instant{std::chrono::sys_days{std::chrono::year{2038} / 1 / 1}};
}

}  // namespace freshet
