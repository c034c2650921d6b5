// What numbers and bytes that stand for dates, times and decimals are to people, as text: the
// logical types of Avro and the semantic types of Kafka Connect and Debezium.
#pragma once
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace freshet::kafka {

enum class Logical : std::uint8_t {
  none,
  date,  ///< Days since 1970: "2026-01-31".
  time_millis,
  time_micros,  ///< Since midnight: "13:00:00.000000".
  timestamp_millis,
  timestamp_micros,
  timestamp_nanos,  ///< Since 1970: RFC 3339, UTC.
  local_timestamp_millis,
  local_timestamp_micros,  ///< Likewise, without a zone.
  decimal,                 ///< Big-endian two's complement, times ten to the minus scale.
  uuid,
};

/// Of Avro's attribute `logicalType`.
[[nodiscard]] Logical logical_of_avro(std::string_view name);
/// Of the name of a schema of Kafka Connect, which its Avro converter puts into `connect.name`.
[[nodiscard]] Logical logical_of_connect(std::string_view name);

/// The number itself where it stands for no time, or for one beyond the year 9999.
[[nodiscard]] nlohmann::json time_json(Logical logical, std::int64_t value);
/// "-12.30" for scale 2; of more than 256 bytes, these in hexadecimal.
[[nodiscard]] std::string decimal_text(std::string_view bytes, int scale);
/// Of 16 bytes.
[[nodiscard]] std::string uuid_text(std::string_view bytes);

}  // namespace freshet::kafka
