// Checks, freshness and retries of an asset.
#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

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

void set_check_name(Reader& reader, const Node& node, void* object) {
  auto& check = *static_cast<CheckDefinition*>(object);
  check.place = reader.place(node);
  if (!is_word(node.text(), "_.-")) {
    reader.expected(node, "letters, digits, _, . and -");
    return;
  }
  check.name = node.text();
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

constexpr std::array<Field, 6> kCheckFields{{
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
    {.name = "timeout",
     .shape = Shape::duration,
     .help = "After which the check has failed.",
     .example = R"("5m")",
     .set = set_member<&CheckDefinition::timeout, read_optional_duration>},
    {.name = "description",
     .help = "What the check means, for people.",
     .set = set_member<&CheckDefinition::description, read_text>},
}};

constexpr std::array<Field, 2> kFreshnessFields{{
    {.name = "within",
     .shape = Shape::duration,
     .help = "From this age on, counted from the latest delivery, the asset is too old.",
     .required = true,
     .example = R"("1h")",
     .set = set_member<&FreshnessPolicy::within, read_positive_duration>},
    {.name = "warn",
     .shape = Shape::duration,
     .help = "From this age on there is a warning; less than within.",
     .example = R"("30m")",
     .set = set_member<&FreshnessPolicy::warn, read_optional_duration>},
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
    out.push_back(std::move(check));
  });
}

void read_freshness(Reader& reader, const Node& node, std::optional<FreshnessPolicy>& out) {
  FreshnessPolicy policy;
  reader.read(freshness_type, node, policy);
  if (policy.within == Micros::zero()) return;
  if (policy.warn && *policy.warn >= policy.within) {
    reader.error(*node.find("warn"), "freshness.warn (" + format_duration(*policy.warn) +
                                         ") must be less than freshness.within (" +
                                         format_duration(policy.within) + ")");
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
