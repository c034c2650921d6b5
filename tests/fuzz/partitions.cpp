// What a person asks for, of any partitioning: what is selected exists, and every partition's key
// finds it.  An input is a zone, a cadence with dimensions, hours since 2015 of start and now, an
// offset and a length in hours, a schedule; two lines of keys between tabs, and the text.
#include "freshet/partitions.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "base/text.hpp"
#include "fuzz.hpp"
#include "model/partition/names.hpp"
#include "model/partition/space.hpp"
#include "model/partition/windows.hpp"

namespace freshet {
namespace {

using fuzz::require;

constexpr std::string_view zones[] = {
    "UTC",          "Europe/Vienna", "America/Santiago", "Australia/Lord_Howe",
    "Pacific/Apia", "Asia/Kolkata"};
constexpr std::string_view schedules[] = {"0 6 * * 1-5", "*/7 * * * *", "30 2 * * *",
                                          "0 */5 * * *", "0 0 29 2 *",  "45 1,2 * * 0"};
constexpr Instant base{std::chrono::sys_days{std::chrono::year{2015} / 1 / 1}};

/// As a project's files may list them.
StaticKeys listed(std::string_view line) {
  StaticKeys out;
  for (const std::string_view key : split(line, '\t')) {
    const bool is_plain = std::ranges::none_of(
        key, [](char c) { return c == '|' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
    if (key.empty() || !is_plain || !is_utf8(key) || out.keys.size() == 20) continue;
    if (std::ranges::find(out.keys, key) == out.keys.end()) out.keys.emplace_back(key);
  }
  return out;
}

struct Question {
  PartitionsDefinition definition;
  Instant now;
  std::string text;
};

Question read(fuzz::Input input) {
  Question out;
  WindowsDefinition windows;
  windows.timezone = zones[input.byte() % std::size(zones)];
  const std::uint8_t form = input.byte();
  windows.cadence = static_cast<Cadence>(form % 5);
  windows.start = base + std::chrono::hours{input.number(2)};
  out.now = base + std::chrono::hours{input.number(2)};
  windows.offset = std::chrono::hours{input.byte()};
  const std::uint64_t length = input.number(2);
  if (length != 0) windows.end = windows.start + std::chrono::hours{length};
  const std::uint8_t schedule = input.byte();
  if (windows.cadence == Cadence::cron) {
    windows.schedule = schedules[schedule % std::size(schedules)];
  }
  const StaticKeys first = listed(input.line());
  const StaticKeys second = listed(input.line());
  const std::uint8_t dimensions = form / 5;  // as bits, none of them: windows
  if ((dimensions & 1U) != 0) out.definition.dimensions.push_back({.name = "a", .of = first});
  if ((dimensions & 3U) != 1) out.definition.dimensions.push_back({.name = "t", .of = windows});
  if ((dimensions & 4U) != 0) out.definition.dimensions.push_back({.name = "b", .of = second});
  out.definition.text = "fuzzed";
  out.text = input.rest();
  return out;
}

void judge_one(const PartitionSpace& space, PartitionId id, Instant now) {
  const std::string key = space.key(id);
  require(!key.empty(), "a partition has a key");
  const auto found = space.find(key, now);
  require(found.has_value() && *found == id, "a key finds its partition", key);
  const auto chosen = space.select(key, now);
  require(chosen.has_value() && *chosen == PartitionSet{id}, "a key selects its partition", key);
  const auto span = space.span(id);
  require(span.has_value() == (space.windows() != nullptr), "windows have bounds", key);
  if (!span) return;
  require(span->begin < span->end && span->end <= now, "a window that exists has ended", key);
  require(space.windows()->at(span->begin) == unpack(id).cell, "a window contains its begin", key);
}

/// Making a series takes milliseconds, and it is forgotten with its last user.
void keep_series(const PartitionsDefinition& definition) {
  static std::map<std::string, std::shared_ptr<const WindowSeries>> kept;
  for (const DimensionDefinition& dimension : definition.dimensions) {
    const auto* windows = std::get_if<WindowsDefinition>(&dimension.of);
    if (windows != nullptr)
      kept[window_series_name(*windows)] = make_window_series(*windows).value();
  }
}

void judge(const Question& question) {
  keep_series(question.definition);
  PartitionRegistry registry;
  const auto needs = PartitionSpace::needs(question.definition, {});
  if (!needs) {
    require(!needs.error().message.empty(), "an error has a message");
    return;
  }
  registry.shapes.intern(needs->shape);
  for (const std::string& key : needs->keys) registry.keys.intern(key);
  const auto space = PartitionSpace::bind(question.definition, {}, registry);

  const PartitionSet universe = space->universe(question.now);
  require(universe.size() == space->count(question.now), "all partitions are counted");
  const PartitionSet last = space->last(question.now);
  require(last.empty() == universe.empty() && last.is_subset_of(universe), "the last one exists");
  const PartitionSet latest = space->latest(question.now, {});
  require(latest.empty() == universe.empty() && latest.is_subset_of(universe), "the latest exist");
  if (const auto first = universe.first()) judge_one(*space, *first, question.now);
  if (const auto newest = last.first()) judge_one(*space, *newest, question.now);

  const auto chosen = space->select(question.text, question.now);
  if (!chosen) {
    require(!chosen.error().message.empty(), "an error has a message", question.text);
    return;
  }
  require(chosen->is_subset_of(universe), "what is selected exists", question.text);
  std::size_t count = 0;
  chosen->for_each([&](PartitionId id) {
    judge_one(*space, id, question.now);
    return ++count < 20;
  });
}

}  // namespace
}  // namespace freshet

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  freshet::judge(freshet::read({data, size}));
  return 0;
}
