// Checks, freshness and retries of an asset.
#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/cron.hpp"
#include "freshet/definitions.hpp"
#include "freshet/time.hpp"
#include "project/object_type.hpp"
#include "project/reader.hpp"
#include "project/types.hpp"
#include "project/values.hpp"
#include "project/yaml_tree.hpp"

namespace freshet::project {
namespace {

constexpr int kRetriesMax = 1000;
constexpr int kPerRunMax = 1'000'000;
constexpr int kConcurrencyMax = 10'000;

void set_check_name(Reader& reader, const Node& node, void* object) {
  auto& check = *static_cast<CheckDefinition*>(object);
  check.place = reader.place(node);
  if (!is_word(node.text(), "_.-")) {
    reader.expected(node, "letters, digits, _, . and -");
    return;
  }
  check.name = node.text();
}

void set_check_automation(Reader& reader, const Node& node, void* object) {
  auto& check = *static_cast<CheckDefinition*>(object);
  read_text(reader, node, check.automation);
  check.automation_place = reader.place(node);
  check.automation_place.column = node.column_of(0);
}

void set_severity(Reader& /*reader*/, const Node& node, void* object) {
  static_cast<CheckDefinition*>(object)->severity =
      node.text() == "warn" ? CheckSeverity::warn : CheckSeverity::error;
}

void set_backoff(Reader& /*reader*/, const Node& node, void* object) {
  static_cast<RetryPolicy*>(object)->backoff =
      node.text() == "constant" ? Backoff::constant : Backoff::exponential;
}

void set_retries_max(Reader& reader, const Node& node, void* object) {
  std::int32_t number = 0;
  read_integer(reader, node, number);
  if (number < 0 || number > kRetriesMax) {
    reader.expected(node, "from 0 to 1000");
    return;
  }
  static_cast<RetryPolicy*>(object)->max = number;
}

constexpr std::array<Field, 7> kCheckFields{{
    {.name = "name",
     .help = "Of the check; unique within its asset.",
     .required = true,
     .example = R"("not_empty")",
     .set = set_check_name},
    {.name = "command",
     .shape = Shape::command,
     .help = "Program and arguments; exit 0 is passed. Without it the asset's process reports the "
             "result.",
     .example = R"(["python3", "check_orders.py"])",
     .set = set_member<&CheckDefinition::command, read_command>},
    {.name = "severity",
     .help = "Of a failure; error by default.",
     .choices = "warn|error",
     .example = R"("error")",
     .set = set_severity},
    {.name = "blocking",
     .shape = Shape::boolean,
     .help = "Whether a failure with severity error holds back what depends on the asset; false by "
             "default.",
     .example = "true",
     .set = set_member<&CheckDefinition::blocking, read_boolean>},
    {.name = "automation",
     .help = "When it runs by itself, alone: a condition, as of an asset; its dependency is the "
             "asset. Then it follows the asset's own steps only if it is blocking.",
     .example = R"("eager")",
     .set = set_check_automation},
    {.name = "timeout",
     .shape = Shape::duration,
     .help = "After which the check has failed.",
     .example = R"("5m")",
     .set = set_member<&CheckDefinition::timeout, read_optional_duration>},
    {.name = "description",
     .help = "What the check means, for people.",
     .set = set_member<&CheckDefinition::description, read_text>},
}};

void set_deadline(Reader& reader, const Node& node, void* object) {
  std::string text;
  read_text(reader, node, text);
  if (const auto cron = Cron::parse(text); !cron) {
    reader.error(node, "freshness.deadline: " + cron.error().message);
    return;
  }
  static_cast<FreshnessPolicy*>(object)->deadline = std::move(text);
}

constexpr std::array<Field, 4> kFreshnessFields{{
    {.name = "within",
     .shape = Shape::duration,
     .help = "From this age on, counted from the latest delivery, the asset is too old. With a "
             "deadline: how old it may be then; by default as old as the deadline before.",
     .example = R"("1h")",
     .set = set_member<&FreshnessPolicy::within, read_positive_duration>},
    {.name = "warn",
     .shape = Shape::duration,
     .help = "From this age on there is a warning; less than within. With a deadline: so long "
             "before it.",
     .example = R"("30m")",
     .set = set_member<&FreshnessPolicy::warn, read_optional_duration>},
    {.name = "deadline",
     .help = "Cron expression: by each of its ticks there must have been a delivery.",
     .example = R"("0 9 * * mon-fri")",
     .set = set_deadline},
    {.name = "timezone",
     .shape = Shape::time_zone,
     .help = "Of the deadline; UTC by default.",
     .example = R"("Europe/Vienna")",
     .set = set_member<&FreshnessPolicy::timezone, read_time_zone>},
}};

void set_per_run(Reader& reader, const Node& node, void* object) {
  std::int32_t number = 0;
  read_integer(reader, node, number);
  if (number < 1 || number > kPerRunMax) return reader.expected(node, "from 1 to 1000000");
  static_cast<BackfillPolicy*>(object)->per_run = static_cast<std::uint32_t>(number);
}

void set_concurrency(Reader& reader, const Node& node, void* object) {
  std::int32_t number = 0;
  read_integer(reader, node, number);
  if (number < 1 || number > kConcurrencyMax) return reader.expected(node, "from 1 to 10000");
  static_cast<BackfillPolicy*>(object)->concurrency = static_cast<std::uint32_t>(number);
}

constexpr std::array<Field, 2> kMultiRunFields{{
    {.name = "n",
     .shape = Shape::integer,
     .help = "Partitions of one run.",
     .required = true,
     .example = "30",
     .set = set_per_run},
    {.name = "concurrency",
     .shape = Shape::integer,
     .help = "Runs at a time; 2 by default.",
     .example = "4",
     .set = set_concurrency},
}};

void set_multi_run(Reader& reader, const Node& node, void* object) {
  reader.read(multi_run_type, node, *static_cast<BackfillPolicy*>(object));
}

constexpr std::array<Field, 1> kBackfillFields{{
    {.name = "multi_run",
     .shape = Shape::object,
     .help = "Several partitions in each run, as a range that one step makes.",
     .required = true,
     .example = R"({"n": 30, "concurrency": 4})",
     .object = &multi_run_type,
     .set = set_multi_run},
}};

constexpr std::array<Field, 4> kRetriesFields{{
    {.name = "max",
     .shape = Shape::integer,
     .help = "Further attempts after the first: 2 means three in all. 0 to 1000; 0 by default.",
     .example = "2",
     .set = set_retries_max},
    {.name = "backoff",
     .help = "Whether the delay stays or doubles; exponential by default.",
     .choices = "constant|exponential",
     .example = R"("exponential")",
     .set = set_backoff},
    {.name = "delay",
     .shape = Shape::duration,
     .help = "Before the second attempt; 10s by default.",
     .example = R"("10s")",
     .set = set_member<&RetryPolicy::delay, read_duration>},
    {.name = "max_delay",
     .shape = Shape::duration,
     .help = "What a doubling delay ends at; 10m by default.",
     .example = R"("10m")",
     .set = set_member<&RetryPolicy::delay_max, read_duration>},
}};

}  // namespace

constinit const ObjectType check_type{.name = "check",
                                      .help = "A named test of an asset that passes or fails.",
                                      .fields = kCheckFields,
                                      .tag = &type_tag<CheckDefinition>};
constinit const ObjectType freshness_type{.name = "freshness",
                                          .help = "How old an asset may become.",
                                          .fields = kFreshnessFields,
                                          .tag = &type_tag<FreshnessPolicy>};
constinit const ObjectType retries_type{.name = "retries",
                                        .help = "When a failed step is tried again.",
                                        .fields = kRetriesFields,
                                        .tag = &type_tag<RetryPolicy>};

constinit const ObjectType backfill_type{.name = "backfill_policy",
                                         .help = "How several partitions are cut into runs.",
                                         .fields = kBackfillFields,
                                         .tag = &type_tag<BackfillPolicy>};
constinit const ObjectType multi_run_type{.name = "multi_run",
                                          .help = "Several partitions in each run.",
                                          .fields = kMultiRunFields,
                                          .tag = &type_tag<BackfillPolicy>};

void read_checks(Reader& reader, const Node& node, std::vector<CheckDefinition>& out) {
  out.clear();
  read_list(reader, node, [&](const Node& item) {
    CheckDefinition check;
    reader.read(check_type, item, check);
    if (check.name.empty()) return;
    const auto same = std::find_if(out.begin(), out.end(), [&](const CheckDefinition& other) {
      return other.name == check.name;
    });
    if (same != out.end()) {
      reader.diagnose({.place = check.place,
                       .message = "check \"" + check.name + "\" is given twice: first at line " +
                                  std::to_string(same->place.line) + ", column " +
                                  std::to_string(same->place.column)});
      return;
    }
    if (const Node* blocking = item.find("blocking");
        check.blocking && check.severity == CheckSeverity::warn && blocking != nullptr) {
      reader.warning(*blocking, "check \"" + check.name +
                                    "\" blocks nothing: only a failure with severity error does");
    }
    if (const Node* timeout = item.find("timeout"); timeout != nullptr && check.command.empty()) {
      reader.error(*timeout, "check \"" + check.name + "\" has a timeout but no command");
    }
    if (const Node* automation = item.find("automation");
        automation != nullptr && !check.automation.empty()) {
      if (check.command.empty() && !reader.options().scenario) {
        reader.error(*automation, "check \"" + check.name +
                                      "\" has an automation but no command: its result is reported "
                                      "from outside, and nothing can be requested");
      }
      check_automation(reader, check.automation, check.automation_place, automation->is_verbatim(),
                       true);
    }
    out.push_back(std::move(check));
  });
}

void check_automation(Reader& reader, const std::string& expression, const Place& place,
                      bool is_verbatim, bool of_check) {
  const AutomationCheck& judge = reader.options().check_automation;
  if (!judge || expression.empty()) return;
  for (Diagnostic& found : judge(expression, of_check)) {
    Place at = place;
    if (is_verbatim && found.place.line == 1 && found.place.column > 0)
      at.column += found.place.column - 1;
    found.place = std::move(at);
    reader.diagnose(std::move(found));
  }
}

void read_freshness(Reader& reader, const Node& node, std::optional<FreshnessPolicy>& out) {
  FreshnessPolicy policy;
  reader.read(freshness_type, node, policy);
  if (policy.deadline.empty() && node.is_map()) {
    if (const Node* zone = node.find("timezone")) {
      reader.error(*zone, "timezone belongs to deadline, which is not given");
      return;
    }
    if (node.find("within") == nullptr && node.find("deadline") == nullptr) {
      reader.error(node, "freshness needs within, or a deadline");
      return;
    }
  }
  if (policy.within == Micros::zero() && policy.deadline.empty()) return;
  if (policy.warn && policy.within != Micros::zero() && *policy.warn >= policy.within) {
    reader.error(*node.find("warn"), "freshness.warn (" + format_duration(*policy.warn) +
                                         ") must be less than freshness.within (" +
                                         format_duration(policy.within) + ")");
    return;
  }
  out = policy;
}

void read_backfill_policy(Reader& reader, const Node& node, BackfillPolicy& out) {
  BackfillPolicy policy;
  policy.is_range = true;
  if (node.is_scalar() && node.text() == "single_run") {
    policy.per_run = 0;
  } else if (node.is_map()) {
    reader.read(backfill_type, node, policy);
  } else {
    reader.expected(node, "single_run, or {multi_run: {n: 30}}");
    return;
  }
  out = policy;
}

void read_retries(Reader& reader, const Node& node, RetryPolicy& out) {
  RetryPolicy policy;
  reader.read(retries_type, node, policy);
  const Node* delay_max = node.find("max_delay");
  if (policy.delay_max < policy.delay) {
    if (delay_max != nullptr && !delay_max->is_null()) {
      reader.error(*delay_max, "retries.max_delay (" + format_duration(policy.delay_max) +
                                   ") must not be less than retries.delay (" +
                                   format_duration(policy.delay) + ")");
    }
    policy.delay_max = policy.delay;
  }
  out = policy;
}

}  // namespace freshet::project
