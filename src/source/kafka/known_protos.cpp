#include "source/kafka/known_protos.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "source/kafka/logical.hpp"

namespace freshet::kafka {

using Json = nlohmann::json;

namespace {

// clang-format off
/// What Confluent's registry and serializers know of themselves, as far as the wire needs it.
constexpr std::array files = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"confluent/meta.proto", R"(syntax = "proto3"; package confluent; import "google/protobuf/descriptor.proto";
      message Meta { string doc = 1; map<string, string> params = 2; repeated string tags = 3; }
      extend google.protobuf.FileOptions { Meta file_meta = 1088; }
      extend google.protobuf.MessageOptions { Meta message_meta = 1088; }
      extend google.protobuf.FieldOptions { Meta field_meta = 1088; }
      extend google.protobuf.EnumOptions { Meta enum_meta = 1088; }
      extend google.protobuf.EnumValueOptions { Meta enum_value_meta = 1088; })"},
    {"confluent/type/decimal.proto", R"(syntax = "proto3"; package confluent.type;
      message Decimal { bytes value = 1; uint32 precision = 2; int32 scale = 3; })"},
    {"confluent/type/variant.proto", R"(syntax = "proto3"; package confluent.type;
      message Variant { bytes metadata = 1; bytes value = 2; })"},
    {"google/type/calendar_period.proto", R"(syntax = "proto3"; package google.type;
      enum CalendarPeriod { CALENDAR_PERIOD_UNSPECIFIED = 0; DAY = 1; WEEK = 2; FORTNIGHT = 3; MONTH = 4; QUARTER = 5;
        HALF = 6; YEAR = 7; })"},
    {"google/type/color.proto", R"(syntax = "proto3"; package google.type; import "google/protobuf/wrappers.proto";
      message Color { float red = 1; float green = 2; float blue = 3; google.protobuf.FloatValue alpha = 4; })"},
    {"google/type/date.proto", R"(syntax = "proto3"; package google.type;
      message Date { int32 year = 1; int32 month = 2; int32 day = 3; })"},
    {"google/type/datetime.proto", R"(syntax = "proto3"; package google.type; import "google/protobuf/duration.proto";
      message DateTime { int32 year = 1; int32 month = 2; int32 day = 3; int32 hours = 4; int32 minutes = 5;
        int32 seconds = 6; int32 nanos = 7;
        oneof time_offset { google.protobuf.Duration utc_offset = 8; TimeZone time_zone = 9; } }
      message TimeZone { string id = 1; string version = 2; })"},
    {"google/type/dayofweek.proto", R"(syntax = "proto3"; package google.type;
      enum DayOfWeek { DAY_OF_WEEK_UNSPECIFIED = 0; MONDAY = 1; TUESDAY = 2; WEDNESDAY = 3; THURSDAY = 4; FRIDAY = 5;
        SATURDAY = 6; SUNDAY = 7; })"},
    {"google/type/decimal.proto", R"(syntax = "proto3"; package google.type; message Decimal { string value = 1; })"},
    {"google/type/expr.proto", R"(syntax = "proto3"; package google.type;
      message Expr { string expression = 1; string title = 2; string description = 3; string location = 4; })"},
    {"google/type/fraction.proto", R"(syntax = "proto3"; package google.type;
      message Fraction { int64 numerator = 1; int64 denominator = 2; })"},
    {"google/type/interval.proto", R"(syntax = "proto3"; package google.type; import "google/protobuf/timestamp.proto";
      message Interval { google.protobuf.Timestamp start_time = 1; google.protobuf.Timestamp end_time = 2; })"},
    {"google/type/latlng.proto", R"(syntax = "proto3"; package google.type;
      message LatLng { double latitude = 1; double longitude = 2; })"},
    {"google/type/localized_text.proto", R"(syntax = "proto3"; package google.type;
      message LocalizedText { string text = 1; string language_code = 2; })"},
    {"google/type/money.proto", R"(syntax = "proto3"; package google.type;
      message Money { string currency_code = 1; int64 units = 2; int32 nanos = 3; })"},
    {"google/type/month.proto", R"(syntax = "proto3"; package google.type;
      enum Month { MONTH_UNSPECIFIED = 0; JANUARY = 1; FEBRUARY = 2; MARCH = 3; APRIL = 4; MAY = 5; JUNE = 6; JULY = 7;
        AUGUST = 8; SEPTEMBER = 9; OCTOBER = 10; NOVEMBER = 11; DECEMBER = 12; })"},
    {"google/type/phone_number.proto", R"(syntax = "proto3"; package google.type;
      message PhoneNumber { message ShortCode { string region_code = 1; string number = 2; }
        oneof kind { string e164_number = 1; ShortCode short_code = 2; } string extension = 3; })"},
    {"google/type/postal_address.proto", R"(syntax = "proto3"; package google.type;
      message PostalAddress { int32 revision = 1; string region_code = 2; string language_code = 3;
        string postal_code = 4; string sorting_code = 5; string administrative_area = 6; string locality = 7;
        string sublocality = 8; repeated string address_lines = 9; repeated string recipients = 10;
        string organization = 11; })"},
    {"google/type/quaternion.proto", R"(syntax = "proto3"; package google.type;
      message Quaternion { double x = 1; double y = 2; double z = 3; double w = 4; })"},
    {"google/type/timeofday.proto", R"(syntax = "proto3"; package google.type;
      message TimeOfDay { int32 hours = 1; int32 minutes = 2; int32 seconds = 3; int32 nanos = 4; })"},
});
// clang-format on

std::int64_t number(const Json& of, const char* field) {
  const auto found = of.find(field);
  return found != of.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

std::string text(const Json& of, const char* field) {
  const auto found = of.find(field);
  return found != of.end() && found->is_string() ? found->get<std::string>() : "";
}

void read_date(Json& value) {
  const std::int64_t year = number(value, "year");
  const std::int64_t month = number(value, "month");
  const std::int64_t day = number(value, "day");
  // A month or a year as a whole has no day.
  if (year < 1 || year > 9'999 || month < 1 || month > 12 || day < 1 || day > 31) return;
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(year)},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return;
  value = time_json(Logical::date, std::chrono::sys_days{date}.time_since_epoch().count());
}

void read_time(Json& value) {
  const std::int64_t seconds =
      (number(value, "hours") * 60 + number(value, "minutes")) * 60 + number(value, "seconds");
  auto time = time_json(Logical::time_micros, seconds * 1'000'000 + number(value, "nanos") / 1'000);
  if (time.is_string()) value = std::move(time);
}

void read_decimal(Json& value) {
  constexpr std::int64_t scale_max = 1'000;
  const std::int64_t scale = number(value, "scale");
  const auto bytes = base64_decode(text(value, "value"));
  if (bytes && scale >= 0 && scale <= scale_max)
    value = decimal_text(*bytes, static_cast<int>(scale));
}

}  // namespace

std::optional<std::string_view> known_proto(std::string_view name) {
  for (const auto& [known, text] : files) {
    if (known == name) return text;
  }
  return std::nullopt;
}

void read_known_message(std::string_view type, Json& value) {
  if (!value.is_object()) return;
  if (type == "google.type.Date") return read_date(value);
  if (type == "google.type.TimeOfDay") return read_time(value);
  if (type == "confluent.type.Decimal") return read_decimal(value);
  if (type == "google.type.Decimal") value = text(value, "value");
}

}  // namespace freshet::kafka
