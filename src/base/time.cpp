#include "freshet/time.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "freshet/result.hpp"

namespace freshet {
namespace {

using std::chrono::day;
using std::chrono::days;
using std::chrono::month;
using std::chrono::sys_days;
using std::chrono::year;
using std::chrono::year_month_day;

// What four digits of a year can say, and what is therefore read and written.
constexpr Instant first_instant{sys_days{year{0} / 1 / 1}};
constexpr Instant last_instant{sys_days{year{10'000} / 1 / 1} - Micros{1}};

void append_padded(std::string& out, std::int64_t value, std::size_t width) {
  const std::string digits = std::to_string(value);
  if (digits.size() < width) out.append(width - digits.size(), '0');
  out += digits;
}

/// Eats a text from the left; every taker leaves it alone when it does not find what it wants.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_{text} {}
  [[nodiscard]] bool done() const { return rest_.empty(); }

  bool take_any_of(std::string_view wanted) {
    if (rest_.empty() || wanted.find(rest_.front()) == std::string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
  }

  /// Exactly `width` digits.
  std::optional<int> take_number(std::size_t width) {
    if (rest_.size() < width) return std::nullopt;
    int value = 0;
    for (const char c : rest_.substr(0, width)) {
      if (c < '0' || c > '9') return std::nullopt;
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(width);
    return value;
  }

  std::string_view take_digits() {
    std::size_t size = 0;
    while (size < rest_.size() && rest_[size] >= '0' && rest_[size] <= '9') ++size;
    return take(size);
  }
  std::string_view take_lower() {
    std::size_t size = 0;
    while (size < rest_.size() && rest_[size] >= 'a' && rest_[size] <= 'z') ++size;
    return take(size);
  }

 private:
  std::string_view take(std::size_t size) {
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::string_view rest_;
};

std::optional<sys_days> take_date(Scanner& in) {
  const auto y = in.take_number(4);
  if (!y || !in.take_any_of("-")) return std::nullopt;
  const auto m = in.take_number(2);
  if (!m || !in.take_any_of("-")) return std::nullopt;
  const auto d = in.take_number(2);
  if (!d) return std::nullopt;
  const year_month_day date{year{*y}, month{static_cast<unsigned>(*m)},
                            day{static_cast<unsigned>(*d)}};
  if (!date.ok()) return std::nullopt;
  return sys_days{date};
}

struct TimeOfDay {
  Micros value{};
  bool leap_second{};  ///< Second 60, which counts as the first of the next minute.
};

std::optional<TimeOfDay> take_time_of_day(Scanner& in) {
  const auto h = in.take_number(2);
  if (!h || *h > 23 || !in.take_any_of(":")) return std::nullopt;
  const auto m = in.take_number(2);
  if (!m || *m > 59 || !in.take_any_of(":")) return std::nullopt;
  const auto s = in.take_number(2);
  if (!s || *s > 60) return std::nullopt;
  Micros time = std::chrono::hours{*h} + std::chrono::minutes{*m} + Seconds{*s};
  if (in.take_any_of(".")) {
    const std::string_view digits = in.take_digits();
    if (digits.empty() || digits.size() > 9) return std::nullopt;
    std::int64_t micros = 0;
    for (std::size_t i = 0; i < 6; ++i) {
      micros = micros * 10 + (i < digits.size() ? digits[i] - '0' : 0);
    }
    time += Micros{micros};
  }
  return TimeOfDay{.value = time, .leap_second = *s == 60};
}

std::optional<std::chrono::minutes> take_offset(Scanner& in) {
  if (in.take_any_of("Zz")) return std::chrono::minutes{0};
  const bool east = in.take_any_of("+");
  if (!east && !in.take_any_of("-")) return std::nullopt;
  const auto h = in.take_number(2);
  if (!h || *h > 23 || !in.take_any_of(":")) return std::nullopt;
  const auto m = in.take_number(2);
  if (!m || *m > 59) return std::nullopt;
  const std::chrono::minutes offset = std::chrono::hours{*h} + std::chrono::minutes{*m};
  return east ? offset : -offset;
}

struct Unit {
  std::string_view name;
  std::int64_t micros;
};
constexpr std::array<Unit, 7> units{{{"w", 604'800'000'000},
                                     {"d", 86'400'000'000},
                                     {"h", 3'600'000'000},
                                     {"m", 60'000'000},
                                     {"s", 1'000'000},
                                     {"ms", 1'000},
                                     {"us", 1}}};

std::optional<std::int64_t> unit_micros(std::string_view name) {
  for (const Unit& unit : units) {
    if (unit.name == name) return unit.micros;
  }
  return std::nullopt;
}

}  // namespace

std::string format_instant(Instant at) {
  // Outside of what the text can say (sentinels such as Instant::max()) the nearest is printed.
  if (at < first_instant) at = first_instant;
  if (at > last_instant) at = last_instant;
  const auto midnight = std::chrono::floor<days>(at);
  const year_month_day date{midnight};
  const std::chrono::hh_mm_ss time{at - midnight};
  std::string out;
  out.reserve(27);
  append_padded(out, int{date.year()}, 4);
  out += '-';
  append_padded(out, unsigned{date.month()}, 2);
  out += '-';
  append_padded(out, unsigned{date.day()}, 2);
  out += 'T';
  append_padded(out, time.hours().count(), 2);
  out += ':';
  append_padded(out, time.minutes().count(), 2);
  out += ':';
  append_padded(out, time.seconds().count(), 2);
  out += '.';
  append_padded(out, time.subseconds().count(), 6);
  out += 'Z';
  return out;
}

Result<Instant> parse_instant(std::string_view text) {
  const auto wrong = [&](std::string_view reason) {
    return Error{Errc::invalid,
                 "parse instant \"" + std::string{text} + "\": " + std::string{reason}};
  };
  Scanner in{text};
  const auto date = take_date(in);
  if (!date) return wrong("want RFC 3339, as 2026-01-31T13:00:00Z, or a date, as 2026-01-31");
  if (in.done()) return Instant{*date};
  if (!in.take_any_of("Tt ")) return wrong("want T and a time of day after the date");
  const auto time = take_time_of_day(in);
  if (!time) return wrong("want a time of day as 13:00:00 or 13:00:00.123456");
  const auto offset = take_offset(in);
  if (!offset) return wrong("want an offset after the time, Z or as +01:00");
  if (!in.done()) return wrong("want nothing after the offset");
  const Instant at = Instant{*date} + time->value - *offset;
  if (time->leap_second && std::chrono::floor<Seconds>(at) != std::chrono::floor<days>(at)) {
    return wrong("second 60 is only found at the end of a day in UTC");
  }
  if (at < first_instant || at > last_instant) return wrong("want a year of 0000-9999 in UTC");
  return at;
}

Result<Micros> parse_duration(std::string_view text) {
  const auto wrong = [&](std::string_view reason) {
    return Error{Errc::invalid,
                 "parse duration \"" + std::string{text} + "\": " + std::string{reason}};
  };
  constexpr std::int64_t limit = std::numeric_limits<std::int64_t>::max();
  Scanner in{text};
  std::int64_t sum = 0;
  do {
    const std::string_view digits = in.take_digits();
    const auto micros = unit_micros(in.take_lower());
    if (digits.empty() || !micros) {
      return wrong("want whole numbers with a unit (us, ms, s, m, h, d, w), as 30m or 1h30m");
    }
    std::int64_t count{};
    const auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
    if (ec != std::errc{} || count > (limit - sum) / *micros) {
      return wrong("too long, want less than 292,000 years");
    }
    sum += count * *micros;
  } while (!in.done());
  return Micros{sum};
}

std::string format_duration(Micros duration) {
  if (duration == Micros{0}) return "0s";
  std::string out;
  auto rest = static_cast<std::uint64_t>(duration.count());
  if (duration < Micros{0}) {
    out = "-";
    rest = 0 - rest;
  }
  for (const Unit& unit : units) {
    const auto size = static_cast<std::uint64_t>(unit.micros);
    if (unit.name == "w" && rest % size != 0) continue;  // 9d, not 1w2d
    if (rest < size) continue;
    out += std::to_string(rest / size);
    out += unit.name;
    rest %= size;
  }
  return out;
}

}  // namespace freshet
