// Partitions: read superficially, kept as canonical one-line JSON.
#include <array>
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
#include "freshet/definitions.hpp"
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

/// One of hourly, daily, weekly, monthly, cron.
struct Windows {
  std::string schedule;
  std::string start;
  std::string end;
  std::string timezone{"UTC"};
  Micros offset{};
};

struct Dimension {
  std::string name;
  std::string text;
};

struct Dynamic {
  std::string name;
};

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

/// What must hold of the windows as a whole.
void check_windows(Reader& reader, const Node& node, const Windows& windows) {
  const Result<Instant> from = parse_instant(windows.start);
  const Result<Instant> to = parse_instant(windows.end);
  const Node* end = node.find("end");
  if (end == nullptr || !from || !to) return;
  if (*to <= *from) reader.error(*end, "end must be later than start");
  if (windows.timezone != "UTC" && beyond_zone_data(*to)) {
    reader.warning(*end, "from 2038 on the zone data knows no summer time: windows of " +
                             windows.timezone + " may be off by an hour");
  }
}

template <std::size_t Cadence>
void set_windows(Reader& reader, const Node& node, void* object) {
  static constexpr std::array<std::string_view, 5> kNames{"hourly", "daily", "weekly", "monthly",
                                                          "cron"};
  Windows windows;
  reader.read(kNames[Cadence] == "cron" ? cron_window_type : window_type, node, windows);
  check_windows(reader, node, windows);
  *static_cast<std::string*>(object) = canonical(kNames[Cadence], windows);
}

void set_static(Reader& reader, const Node& node, void* object) {
  std::vector<std::string> keys;
  std::unordered_set<std::string_view> seen;
  read_list(reader, node, [&](const Node& item) {
    if (!is_partition_key(item)) {
      reader.error(item, "a partition key must be a text without | and control characters, not " +
                             describe(item));
    } else if (!seen.insert(item.text()).second) {
      reader.error(item, "partition \"" + std::string{item.text()} + "\" is listed twice");
    } else {
      keys.emplace_back(item.text());
    }
  });
  *static_cast<std::string*>(object) = JsonObject{}.add("static", json_list(keys)).text();
}

void set_dynamic(Reader& reader, const Node& node, void* object) {
  Dynamic dynamic;
  if (node.is_scalar()) {
    dynamic.name = node.text();
  } else {
    reader.read(dynamic_type, node, dynamic);
  }
  *static_cast<std::string*>(object) = JsonObject{}.add("dynamic", json_quote(dynamic.name)).text();
}

void set_multi(Reader& reader, const Node& node, void* object) {
  std::vector<std::string> dimensions;
  std::unordered_set<std::string> names;
  read_list(reader, node, [&](const Node& item) {
    Dimension dimension;
    reader.read(dimension_type, item, dimension);
    if (!dimension.name.empty() && !names.insert(dimension.name).second) {
      reader.error(item, "dimension \"" + dimension.name + "\" is given twice");
    }
    dimensions.push_back(
        JsonObject{}.add("name", json_quote(dimension.name)).add("of", dimension.text).text());
  });
  if (node.is_sequence() && dimensions.empty()) reader.error(node, "multi needs a dimension");
  *static_cast<std::string*>(object) = JsonObject{}.add("multi", json_array(dimensions)).text();
}

/// A setter for partitions, applied to a dimension.
template <void (*Set)(Reader&, const Node&, void*)>
void set_dimension(Reader& reader, const Node& node, void* object) {
  Set(reader, node, &static_cast<Dimension*>(object)->text);
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
     .set = set_windows<0>},
    {.name = "daily",
     .shape = Shape::object,
     .help = kDailyHelp,
     .example = kWindowExample,
     .object = &window_type,
     .set = set_windows<1>},
    {.name = "weekly",
     .shape = Shape::object,
     .help = kWeeklyHelp,
     .object = &window_type,
     .set = set_windows<2>},
    {.name = "monthly",
     .shape = Shape::object,
     .help = kMonthlyHelp,
     .object = &window_type,
     .set = set_windows<3>},
    {.name = "cron",
     .shape = Shape::object,
     .help = kCronHelp,
     .object = &cron_window_type,
     .set = set_windows<4>},
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
     .set = set_member<&Dimension::name, read_text>},
    {.name = "static",
     .shape = Shape::texts,
     .help = kStaticHelp,
     .set = set_dimension<set_static>},
    {.name = "hourly",
     .shape = Shape::object,
     .help = kHourlyHelp,
     .object = &window_type,
     .set = set_dimension<set_windows<0>>},
    {.name = "daily",
     .shape = Shape::object,
     .help = kDailyHelp,
     .object = &window_type,
     .set = set_dimension<set_windows<1>>},
    {.name = "weekly",
     .shape = Shape::object,
     .help = kWeeklyHelp,
     .object = &window_type,
     .set = set_dimension<set_windows<2>>},
    {.name = "monthly",
     .shape = Shape::object,
     .help = kMonthlyHelp,
     .object = &window_type,
     .set = set_dimension<set_windows<3>>},
    {.name = "cron",
     .shape = Shape::object,
     .help = kCronHelp,
     .object = &cron_window_type,
     .set = set_dimension<set_windows<4>>},
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
                                           .tag = &type_tag<std::string>,
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
  if (!reader.options().allow_partitions) {
    reader.unsupported(node, "partitions", "partitions are not available in this version");
    return;
  }
  std::string text;
  reader.read(partitions_type, node, text);
  if (!text.empty()) out = PartitionsDefinition{.text = std::move(text)};
}

}  // namespace freshet::project
