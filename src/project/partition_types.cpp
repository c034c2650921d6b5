// How an asset is cut into partitions, and the canonical one-line JSON of it.
#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

#include "base/cron.hpp"
#include "base/timezone.hpp"
#include "freshet/partitions.hpp"
#include "freshet/result.hpp"
#include "freshet/time.hpp"
#include "project/canonical_text.hpp"
#include "project/object_type.hpp"
#include "project/reader.hpp"
#include "project/types.hpp"
#include "project/values.hpp"
#include "project/yaml_tree.hpp"

namespace freshet::project {
namespace {

/// One of hourly, daily, weekly, monthly, cron, as it is written.
struct Windows {
  std::string schedule;
  std::string start;
  std::string end;
  std::string timezone{"UTC"};
  Micros offset{};
};

struct Dimension {
  std::string name;
  PartitionsDefinition of;
};

struct Dynamic {
  std::string name;
};

PartitionsDefinition& partitions_of(void* object) {
  return *static_cast<PartitionsDefinition*>(object);
}

PartitionsDefinition one_dimension(decltype(DimensionDefinition::of) of, std::string text) {
  PartitionsDefinition partitions;
  partitions.dimensions.emplace_back().of = std::move(of);
  partitions.text = std::move(text);
  return partitions;
}

void read_start(Reader& reader, const Node& node, std::string& out) {
  if (!node.is_scalar() || !parse_instant(node.text())) {
    reader.expected(node,
                    "a date such as \"2026-01-31\" or an instant such as "
                    "\"2026-01-31T00:00:00Z\"");
    return;
  }
  out = node.text();
}

void read_schedule(Reader& reader, const Node& node, std::string& out) {
  const std::variant<Cron, CronFault> cron = Cron::read(node.text());
  if (const CronFault* fault = std::get_if<CronFault>(&cron)) {
    reader.diagnose({.place = {.file = reader.options().file,
                               .line = node.line(),
                               .column = node.column_of(fault->offset)},
                     .message = "cron \"" + std::string{node.text()} + "\": " + fault->reason});
    return;
  }
  out = std::get<Cron>(cron).text();
}

/// A date stays one where it means midnight of a place that is not UTC.
std::string canonical_instant(const std::string& text, const std::string& timezone) {
  const Result<Instant> instant = parse_instant(text);
  if (!instant || (text.size() == 10 && timezone != "UTC")) return text;
  return format_instant(*instant);
}

std::string canonical(std::string_view cadence, const Windows& windows) {
  JsonObject inner;
  if (!windows.schedule.empty()) inner.add("schedule", json_quote(windows.schedule));
  inner.add("start", json_quote(canonical_instant(windows.start, windows.timezone)));
  if (!windows.end.empty()) {
    inner.add("end", json_quote(canonical_instant(windows.end, windows.timezone)));
  }
  inner.add("timezone", json_quote(windows.timezone));
  if (windows.offset != Micros::zero()) {
    inner.add("offset", json_quote(format_duration(windows.offset)));
  }
  return JsonObject{}.add(cadence, inner.text()).text();
}

/// A date is its first instant in the zone; nullopt where a mistake has been reported.
std::optional<Instant> instant_of(const std::string& text, const std::string& timezone) {
  const Result<Instant> instant = parse_instant(text);
  if (!instant || text.size() != 10) return instant ? std::optional{*instant} : std::nullopt;
  const Result<const TimeZone*> zone = find_time_zone(timezone);
  if (!zone) return std::nullopt;
  return (*zone)->from_local(LocalTime{instant->time_since_epoch()}).earlier;
}

/// What must hold of the windows as a whole.
void check_windows(Reader& reader, const Node& node, const Windows& windows,
                   const WindowsDefinition& definition) {
  constexpr Instant earliest{std::chrono::sys_days{std::chrono::year{1000} / 1 / 2}};
  constexpr Instant latest{std::chrono::sys_days{std::chrono::year{2999} / 1 / 1}};
  const Node* start = node.find("start");
  if (start != nullptr && !windows.start.empty() &&
      (definition.start < earliest || definition.start > latest)) {
    reader.error(*start, "start must lie between the years 1000 and 2999");
  }
  const Node* end = node.find("end");
  if (end == nullptr || !definition.end || windows.start.empty()) return;
  if (*definition.end <= definition.start) reader.error(*end, "end must be later than start");
  if (windows.timezone != "UTC" && beyond_zone_data(*definition.end)) {
    reader.warning(*end, "from 2038 on the zone data knows no summer time: windows of " +
                             windows.timezone + " may be off by an hour");
  }
}

template <Cadence cadence>
void set_windows(Reader& reader, const Node& node, void* object) {
  static constexpr std::array<std::string_view, 5> kNames{"hourly", "daily", "weekly", "monthly",
                                                          "cron"};
  Windows windows;
  reader.read(cadence == Cadence::cron ? cron_window_type : window_type, node, windows);
  const WindowsDefinition definition{
      .cadence = cadence,
      .schedule = windows.schedule,
      .timezone = windows.timezone,
      .start = instant_of(windows.start, windows.timezone).value_or(Instant{}),
      .end = instant_of(windows.end, windows.timezone),
      .offset = windows.offset};
  check_windows(reader, node, windows, definition);
  partitions_of(object) =
      one_dimension(definition, canonical(kNames[static_cast<std::size_t>(cadence)], windows));
}

void set_static(Reader& reader, const Node& node, void* object) {
  StaticKeys listed;
  std::unordered_set<std::string_view> seen;
  read_list(reader, node, [&](const Node& item) {
    if (!is_partition_key(item)) {
      reader.error(item, "a partition key must be a text without | and control characters, not " +
                             describe(item));
    } else if (!seen.insert(item.text()).second) {
      reader.error(item, "partition \"" + std::string{item.text()} + "\" is listed twice");
    } else {
      listed.keys.emplace_back(item.text());
    }
  });
  std::string text = JsonObject{}.add("static", json_list(listed.keys)).text();
  partitions_of(object) = one_dimension(std::move(listed), std::move(text));
}

void set_dynamic(Reader& reader, const Node& node, void* object) {
  Dynamic dynamic;
  if (node.is_scalar()) {
    dynamic.name = node.text();
  } else {
    reader.read(dynamic_type, node, dynamic);
  }
  std::string text = JsonObject{}.add("dynamic", json_quote(dynamic.name)).text();
  partitions_of(object) = one_dimension(DynamicKeys{.name = dynamic.name}, std::move(text));
}

void read_dimension_name(Reader& reader, const Node& node, std::string& out) {
  if (!is_partition_key(node)) {
    reader.expected(node, "a text without | and control characters");
    return;
  }
  out = node.text();
}

void set_multi(Reader& reader, const Node& node, void* object) {
  PartitionsDefinition& partitions = partitions_of(object);
  std::vector<std::string> texts;
  std::unordered_set<std::string> names;
  std::string time;  // the dimension of time windows
  read_list(reader, node, [&](const Node& item) {
    Dimension dimension;
    reader.read(dimension_type, item, dimension);
    if (!dimension.name.empty() && !names.insert(dimension.name).second) {
      reader.error(item, "dimension \"" + dimension.name + "\" is given twice");
    }
    texts.push_back(
        JsonObject{}.add("name", json_quote(dimension.name)).add("of", dimension.of.text).text());
    if (dimension.of.dimensions.empty()) return;  // a mistake, and reported
    DimensionDefinition& of = partitions.dimensions.emplace_back(dimension.of.dimensions.front());
    of.name = dimension.name;
    if (!std::holds_alternative<WindowsDefinition>(of.of)) return;
    if (!time.empty()) {
      reader.error(item, "dimension \"" + of.name +
                             "\": one dimension of time windows is all that " +
                             "multi may have, and \"" + time + "\" is one");
    }
    time = of.name;
  });
  if (node.is_sequence() && texts.empty()) reader.error(node, "multi needs a dimension");
  partitions.text = JsonObject{}.add("multi", json_array(texts)).text();
}

/// A setter for partitions, applied to a dimension.
template <void (*Set)(Reader&, const Node&, void*)>
void set_dimension(Reader& reader, const Node& node, void* object) {
  Set(reader, node, &static_cast<Dimension*>(object)->of);
}

constexpr std::string_view kStaticHelp = "A fixed list of partition keys.";
constexpr std::string_view kHourlyHelp = "One partition an hour.";
constexpr std::string_view kDailyHelp = "One partition a day.";
constexpr std::string_view kWeeklyHelp = "One partition a week.";
constexpr std::string_view kMonthlyHelp = "One partition a month.";
constexpr std::string_view kCronHelp = "One partition between any two ticks of a schedule.";
constexpr std::string_view kDynamicHelp = "Partition keys that are added while the daemon runs.";
constexpr std::string_view kWindowExample =
    R"({"start": "2026-01-01", "timezone": "Europe/Vienna"})";

constexpr std::array<Field, 8> kPartitionsFields{{
    {.name = "static",
     .shape = Shape::texts,
     .help = kStaticHelp,
     .example = R"(["at", "de"])",
     .set = set_static},
    {.name = "hourly",
     .shape = Shape::object,
     .help = kHourlyHelp,
     .object = &window_type,
     .set = set_windows<Cadence::hourly>},
    {.name = "daily",
     .shape = Shape::object,
     .help = kDailyHelp,
     .example = kWindowExample,
     .object = &window_type,
     .set = set_windows<Cadence::daily>},
    {.name = "weekly",
     .shape = Shape::object,
     .help = kWeeklyHelp,
     .object = &window_type,
     .set = set_windows<Cadence::weekly>},
    {.name = "monthly",
     .shape = Shape::object,
     .help = kMonthlyHelp,
     .object = &window_type,
     .set = set_windows<Cadence::monthly>},
    {.name = "cron",
     .shape = Shape::object,
     .help = kCronHelp,
     .object = &cron_window_type,
     .set = set_windows<Cadence::cron>},
    {.name = "multi",
     .shape = Shape::objects,
     .help = "Several dimensions; a partition key is one of each, joined by |.",
     .object = &dimension_type,
     .set = set_multi},
    {.name = "dynamic",
     .shape = Shape::dynamic,
     .help = kDynamicHelp,
     .example = R"("customers")",
     .object = &dynamic_type,
     .set = set_dynamic},
}};

constexpr std::array<Field, 8> kDimensionFields{{
    {.name = "name",
     .help = "Of the dimension.",
     .required = true,
     .example = R"("region")",
     .set = set_member<&Dimension::name, read_dimension_name>},
    {.name = "static",
     .shape = Shape::texts,
     .help = kStaticHelp,
     .set = set_dimension<set_static>},
    {.name = "hourly",
     .shape = Shape::object,
     .help = kHourlyHelp,
     .object = &window_type,
     .set = set_dimension<set_windows<Cadence::hourly>>},
    {.name = "daily",
     .shape = Shape::object,
     .help = kDailyHelp,
     .object = &window_type,
     .set = set_dimension<set_windows<Cadence::daily>>},
    {.name = "weekly",
     .shape = Shape::object,
     .help = kWeeklyHelp,
     .object = &window_type,
     .set = set_dimension<set_windows<Cadence::weekly>>},
    {.name = "monthly",
     .shape = Shape::object,
     .help = kMonthlyHelp,
     .object = &window_type,
     .set = set_dimension<set_windows<Cadence::monthly>>},
    {.name = "cron",
     .shape = Shape::object,
     .help = kCronHelp,
     .object = &cron_window_type,
     .set = set_dimension<set_windows<Cadence::cron>>},
    {.name = "dynamic",
     .shape = Shape::dynamic,
     .help = kDynamicHelp,
     .object = &dynamic_type,
     .set = set_dimension<set_dynamic>},
}};

constexpr Field kStart{.name = "start",
                       .shape = Shape::instant,
                       .help = "Where the first window begins: a date, or an instant.",
                       .required = true,
                       .example = R"("2026-01-01")",
                       .set = set_member<&Windows::start, read_start>};
constexpr Field kEnd{.name = "end",
                     .shape = Shape::instant,
                     .help = "Where the last window ends; without it there is always a next one.",
                     .set = set_member<&Windows::end, read_start>};
constexpr Field kZone{.name = "timezone",
                      .shape = Shape::time_zone,
                      .help = "Where the clock hangs that cuts the windows; UTC by default.",
                      .example = R"("Europe/Vienna")",
                      .set = set_member<&Windows::timezone, read_time_zone>};
constexpr Field kOffset{.name = "offset",
                        .shape = Shape::duration,
                        .help = "How long after its end a window begins to exist; 0 by default.",
                        .example = R"("2h")",
                        .set = set_member<&Windows::offset, read_duration>};

constexpr std::array<Field, 4> kWindowFields{{kStart, kEnd, kZone, kOffset}};

constexpr std::array<Field, 5> kCronWindowFields{
    {{.name = "schedule",
      .help = "A cron line; each tick ends one window and begins the next.",
      .required = true,
      .example = R"("0 6 * * 1-5")",
      .set = set_member<&Windows::schedule, read_schedule>},
     kStart,
     kEnd,
     kZone,
     kOffset}};

constexpr std::array<Field, 1> kDynamicFields{{
    {.name = "name",
     .help = "Of the set of keys; assets that name one set share it.",
     .required = true,
     .set = set_member<&Dynamic::name, read_text>},
}};

}  // namespace

constinit const ObjectType partitions_type{.name = "partitions",
                                           .help = "How an asset is cut into partitions.",
                                           .fields = kPartitionsFields,
                                           .tag = &type_tag<PartitionsDefinition>,
                                           .exactly_one_from = 0};
constinit const ObjectType dimension_type{.name = "dimension",
                                          .help = "One dimension of multi-dimensional partitions.",
                                          .fields = kDimensionFields,
                                          .tag = &type_tag<Dimension>,
                                          .exactly_one_from = 1};
constinit const ObjectType window_type{
    .name = "window",
    .help = "Time windows: where they begin and in which time zone.",
    .fields = kWindowFields,
    .tag = &type_tag<Windows>};
constinit const ObjectType cron_window_type{.name = "cron_window",
                                            .help = "Time windows between the ticks of a schedule.",
                                            .fields = kCronWindowFields,
                                            .tag = &type_tag<Windows>};
constinit const ObjectType dynamic_type{.name = "dynamic",
                                        .help = "A named set of keys that grows and shrinks.",
                                        .fields = kDynamicFields,
                                        .tag = &type_tag<Dynamic>};

void read_partitions(Reader& reader, const Node& node, std::optional<PartitionsDefinition>& out) {
  PartitionsDefinition partitions;
  reader.read(partitions_type, node, partitions);
  if (!partitions.dimensions.empty()) out = std::move(partitions);
}

}  // namespace freshet::project
