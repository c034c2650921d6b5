#include "source/kafka/logical.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "freshet/time.hpp"

namespace freshet::kafka {

namespace {

using Name = std::pair<std::string_view, Logical>;

constexpr std::array avro_names = std::to_array<Name>({
    {"date", Logical::date},
    {"time-millis", Logical::time_millis},
    {"time-micros", Logical::time_micros},
    {"timestamp-millis", Logical::timestamp_millis},
    {"timestamp-micros", Logical::timestamp_micros},
    {"timestamp-nanos", Logical::timestamp_nanos},
    {"local-timestamp-millis", Logical::local_timestamp_millis},
    {"local-timestamp-micros", Logical::local_timestamp_micros},
    {"decimal", Logical::decimal},
    {"uuid", Logical::uuid},
});

constexpr std::array connect_names = std::to_array<Name>({
    {"io.debezium.time.Date", Logical::date},
    {"io.debezium.time.Time", Logical::time_millis},
    {"io.debezium.time.MicroTime", Logical::time_micros},
    {"io.debezium.time.Timestamp", Logical::timestamp_millis},
    {"io.debezium.time.MicroTimestamp", Logical::timestamp_micros},
    {"io.debezium.time.NanoTimestamp", Logical::timestamp_nanos},
    {"org.apache.kafka.connect.data.Date", Logical::date},
    {"org.apache.kafka.connect.data.Time", Logical::time_millis},
    {"org.apache.kafka.connect.data.Timestamp", Logical::timestamp_millis},
    {"org.apache.kafka.connect.data.Decimal", Logical::decimal},
});

template <std::size_t N>
Logical find(const std::array<Name, N>& names, std::string_view name) {
  const auto found = std::ranges::find(names, name, &Name::first);
  return found == names.end() ? Logical::none : found->second;
}

/// Beyond that long division takes too long, and no database has such numbers in its keys.
constexpr std::size_t decimal_bytes_max = 256;

constexpr std::int64_t micros_of_day = 86'400'000'000;
constexpr std::int64_t micros_max = 253'402'300'799'999'999;  ///< The end of the year 9999 …
constexpr std::int64_t micros_min = -62'135'596'800'000'000;  ///< … and the beginning of 0001.

/// nullopt: it is not within the years that RFC 3339 can write.
std::optional<std::string> instant_text(std::int64_t value, std::int64_t unit) {
  if (value > micros_max / unit || value < micros_min / unit) return std::nullopt;
  return format_instant(Instant{Micros{value * unit}});
}

std::string two_digits(std::int64_t number) {
  return (number < 10 ? "0" : "") + std::to_string(number);
}

std::optional<std::string> time_text(std::int64_t value, std::int64_t unit) {
  if (value < 0 || value >= micros_of_day / unit) return std::nullopt;
  const std::int64_t micros = value * unit;
  const std::int64_t seconds = micros / 1'000'000;
  const std::string fraction = std::to_string(1'000'000 + micros % 1'000'000).substr(1);
  return two_digits(seconds / 3600) + ':' + two_digits(seconds / 60 % 60) + ':' +
         two_digits(seconds % 60) + '.' + fraction;
}

std::optional<std::string> text_of(Logical logical, std::int64_t value) {
  const auto cut = [](std::optional<std::string> text, std::size_t end) {
    if (text) text->resize(end);
    return text;
  };
  constexpr std::size_t date_end = 10;
  constexpr std::size_t zone_at = 26;
  switch (logical) {
    case Logical::date:
      return cut(instant_text(value, micros_of_day), date_end);
    case Logical::time_millis:
      return time_text(value, 1'000);
    case Logical::time_micros:
      return time_text(value, 1);
    case Logical::timestamp_millis:
      return instant_text(value, 1'000);
    case Logical::timestamp_micros:
      return instant_text(value, 1);
    case Logical::timestamp_nanos:
      return instant_text(value / 1'000 - (value % 1'000 < 0 ? 1 : 0), 1);
    case Logical::local_timestamp_millis:
      return cut(instant_text(value, 1'000), zone_at);
    case Logical::local_timestamp_micros:
      return cut(instant_text(value, 1), zone_at);
    case Logical::none:
    case Logical::decimal:
    case Logical::uuid:
      break;
  }
  return std::nullopt;
}

}  // namespace

Logical logical_of_avro(std::string_view name) { return find(avro_names, name); }
Logical logical_of_connect(std::string_view name) { return find(connect_names, name); }

nlohmann::json time_json(Logical logical, std::int64_t value) {
  if (auto text = text_of(logical, value)) return *std::move(text);
  return value;
}

std::string decimal_text(std::string_view bytes, int scale) {
  if (bytes.size() > decimal_bytes_max) return hex_encode(bytes);
  std::vector<std::uint8_t> number(bytes.begin(), bytes.end());
  const bool is_negative = !number.empty() && number.front() >= 0x80;
  if (is_negative) {
    unsigned carry = 1;
    for (auto digit = number.rbegin(); digit != number.rend(); ++digit) {
      carry += static_cast<std::uint8_t>(~*digit);
      *digit = static_cast<std::uint8_t>(carry);
      carry >>= 8U;
    }
  }
  // Long division by ten; each remainder is the next digit from behind.
  std::string digits;
  while (std::ranges::any_of(number, [](std::uint8_t each) { return each != 0; })) {
    unsigned rest = 0;
    for (std::uint8_t& each : number) {
      rest = rest << 8U | each;
      each = static_cast<std::uint8_t>(rest / 10);
      rest %= 10;
    }
    digits += static_cast<char>('0' + rest);
  }
  const auto fraction = static_cast<std::size_t>(std::max(scale, 0));
  if (digits.size() <= fraction) digits.append(fraction + 1 - digits.size(), '0');
  if (fraction > 0) digits.insert(fraction, 1, '.');
  if (is_negative) digits += '-';
  std::ranges::reverse(digits);
  return digits;
}

std::string uuid_text(std::string_view bytes) {
  std::string out = hex_encode(bytes);
  for (const std::size_t place : {20U, 16U, 12U, 8U}) {
    if (place < out.size()) out.insert(place, 1, '-');
  }
  return out;
}

}  // namespace freshet::kafka
