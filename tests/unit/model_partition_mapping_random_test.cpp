// Mappings in both directions against an enumeration of everything, by the words of the reference:
// slow, and written without a look at the code.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/cron.hpp"
#include "base/text.hpp"
#include "base/timezone.hpp"
#include "freshet/partitions.hpp"
#include "model/partition/mapping.hpp"
#include "model/partition/space.hpp"
#include "model_partitions.hpp"

namespace freshet {
namespace {

using namespace test;
using std::chrono::days;
using std::chrono::hours;
using Kind = MappingDefinition::Kind;
using Strings = std::vector<std::string>;
using Names = std::set<std::string>;

std::mt19937 random_source;  // NOLINT: seeded by each test
std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(random_source() % n); }
template <class T>
const T& pick(const std::vector<T>& of) {
  return of[below(static_cast<std::uint32_t>(of.size()))];
}

// --- What one can think of in a dimension: every key of the pool, every window around `now`.

struct Entry {
  std::string key;
  Instant begin;
  Instant end;
  bool exists{};
  bool before_start{};
};

/// One dimension as a list, of which only a part exists.
struct Naive {
  bool is_time{};
  std::vector<Entry> entries;  ///< Windows: without a gap.
  Strings listed;              ///< Keys that exist, in their order.

  [[nodiscard]] std::optional<std::string> last() const {
    if (!is_time) return listed.empty() ? std::nullopt : std::optional{listed.back()};
    std::optional<std::string> key;
    for (const Entry& entry : entries) {
      if (entry.exists) key = entry.key;
    }
    return key;
  }
};

const Strings pool{"a", "b", "c", "d"};

Naive naive_keys(const Strings& listed) {
  Naive out{.listed = listed};
  for (const std::string& key : pool) {
    const bool exists = std::ranges::find(listed, key) != listed.end();
    out.entries.push_back({.key = key, .exists = exists});
  }
  return out;
}

std::vector<Instant> ticks(const WindowsDefinition& of, Instant from, Instant to) {
  const TimeZone& zone = **find_time_zone(of.timezone);
  std::set<Instant> out;
  if (of.cadence == Cadence::hourly || of.cadence == Cadence::cron) {
    const Cron cron =
        Cron::parse(of.cadence == Cadence::hourly ? "0 * * * *" : of.schedule).value();
    for (auto at = cron.next(from, zone); at && *at < to; at = cron.next(*at, zone)) {
      out.insert(*at);
    }
  } else {
    for (auto day = std::chrono::floor<days>(zone.to_local(from)); day < zone.to_local(to);
         day += days{1}) {
      const std::chrono::year_month_day date{day};
      if (of.cadence == Cadence::weekly && std::chrono::weekday{day} != std::chrono::Sunday) {
        continue;
      }
      if (of.cadence == Cadence::monthly && date.day() != std::chrono::day{1}) continue;
      out.insert(zone.from_local(day).earlier);
    }
  }
  return {out.begin(), out.end()};
}

Naive naive_windows(const WindowsDefinition& of, Instant from, Instant to, Instant now) {
  Naive out{.is_time = true};
  const auto series = make_window_series(of).value();
  const std::vector<Instant> begins = ticks(of, from, to);
  for (std::size_t i = 0; i + 1 < begins.size(); ++i) {
    const bool early = begins[i] < of.start;
    const bool ended = begins[i + 1] + of.offset <= now;
    const bool allowed = !of.end || begins[i + 1] <= *of.end;
    out.entries.push_back({.key = series->key(series->at(begins[i])),
                           .begin = begins[i],
                           .end = begins[i + 1],
                           .exists = !early && ended && allowed,
                           .before_start = early});
  }
  return out;
}

// --- What a dimension of the dependency asks of the asset's partition.

struct Rule {
  enum class What { follow, all, last, specific, table } what{What::all};
  std::size_t from{};
  std::int32_t start_offset{};
  std::int32_t end_offset{};
  bool allow{};
  Strings keys;
  std::map<std::string, Strings> table;
};

using Side = std::vector<Naive>;
/// An entry for each dimension.
using Partition = std::vector<std::size_t>;

/// Whether entry `u` of a dimension is needed by the asset's partition `d`.
bool needs(const Rule& rule, const Side& asset, const Partition& d, const Naive& dimension,
           std::size_t u) {
  const Entry& entry = dimension.entries[u];
  const auto is_in = [&](const Strings& keys) {
    return std::ranges::find(keys, entry.key) != keys.end();
  };
  switch (rule.what) {
    case Rule::What::all:
      return entry.exists;
    case Rule::What::last:
      return dimension.last() == entry.key;
    case Rule::What::specific:
      return is_in(rule.keys);
    case Rule::What::table: {
      const auto row = rule.table.find(asset[rule.from].entries[d[rule.from]].key);
      return row != rule.table.end() && is_in(row->second);
    }
    case Rule::What::follow:
      break;
  }
  const Naive& mine = asset[rule.from];
  const std::size_t at = d[rule.from];
  if (!dimension.is_time) return mine.entries[at].key == entry.key;
  const auto window = [&](std::int32_t offset) {
    return mine.entries.at(std::size_t(std::int64_t(at) + offset));
  };
  return entry.begin < window(rule.end_offset).end && entry.end > window(rule.start_offset).begin;
}

std::string key_of(const Side& side, const Partition& partition) {
  if (side.empty()) return "itself";
  std::string key;
  for (std::size_t i = 0; i < side.size(); ++i) {
    key += (i == 0 ? "" : "|") + side[i].entries[partition[i]].key;
  }
  return key;
}

/// Calls `each` with the product of entries for which `allowed(dimension, entry)`.
template <class Allowed, class Each>
void product(const Side& side, Allowed allowed, Each each) {
  std::vector<Partition> all{{}};
  for (std::size_t i = 0; i < side.size(); ++i) {
    std::vector<Partition> longer;
    for (const Partition& head : all) {
      for (std::size_t e = 0; e < side[i].entries.size(); ++e) {
        if (!allowed(i, e)) continue;
        longer.push_back(head);
        longer.back().push_back(e);
      }
    }
    all = std::move(longer);
  }
  for (const Partition& partition : all) each(partition);
}

std::vector<Partition> existing(const Side& side) {
  std::vector<Partition> out;
  product(
      side, [&](std::size_t i, std::size_t e) { return side[i].entries[e].exists; },
      [&](const Partition& partition) { out.push_back(partition); });
  return out;
}

struct Answer {
  Names needed;
  bool lacking{};
};

Answer enumerate(const Side& asset, const Partition& d, const Side& dependency,
                 const std::vector<Rule>& rules) {
  Answer answer;
  product(
      dependency,
      [&](std::size_t i, std::size_t e) { return needs(rules[i], asset, d, dependency[i], e); },
      [&](const Partition& u) {
        bool exists = true;
        bool before_start = false;
        bool excused = true;
        for (std::size_t i = 0; i < u.size(); ++i) {
          const Entry& entry = dependency[i].entries[u[i]];
          before_start = before_start || entry.before_start;
          exists = exists && entry.exists;
          excused = excused && (entry.exists || rules[i].allow);
        }
        if (exists) answer.needed.insert(key_of(dependency, u));
        answer.lacking = answer.lacking || (!exists && !before_start && !excused);
      });
  return answer;
}

// --- Definitions at random, with what they mean.

struct Case {
  Binder binder;
  Instant now;
  Instant from;                                        ///< Windows are thought of from here …
  Instant to;                                          ///< … to here.
  std::vector<DimensionDefinition> asset, dependency;  ///< None: unpartitioned.
  std::vector<Rule> rules;
  MappingDefinition mapping;
};

Strings some_keys() {
  Strings keys = pool;
  std::ranges::shuffle(keys, random_source);
  keys.resize(1 + below(4));
  return keys;
}

DimensionDefinition some_key_dimension(Case& c, const std::string& name) {
  if (below(3) != 0) return keys(some_keys(), name);
  const std::string set = "set" + std::to_string(c.binder.sets.size());
  c.binder.sets[set] = below(5) == 0 ? Strings{} : some_keys();
  return dynamic(set, name);
}

const std::vector<std::string> zones{"UTC",           "Europe/Vienna",       "America/New_York",
                                     "Asia/Kolkata",  "Australia/Lord_Howe", "Pacific/Apia",
                                     "America/Havana"};
const std::vector<std::string> fine{"0 */6 * * *", "*/30 * * * *", "7,22,41 * * * *",
                                    "*/20 1-3 * * *"};
const std::vector<std::string> coarse{"0 6 * * 1-5", "30 2 * * *", "0 0 1,15 * *"};

/// Of hours, of days, or of both kinds: what lists stay short with.
enum class Scale { hours, days, both };

DimensionDefinition some_windows(const Case& c, Scale scale, const std::string& name) {
  const bool of_hours = scale == Scale::hours || (scale == Scale::both && below(2) == 0);
  WindowsDefinition of{.timezone = pick(zones)};
  if (below(2) == 0) {
    of.cadence = Cadence::cron;
    of.schedule = pick(of_hours ? fine : coarse);
  } else if (of_hours) {
    of.cadence = Cadence::hourly;
  } else {
    of.cadence = std::vector{Cadence::daily, Cadence::weekly,
                             scale == Scale::both ? Cadence::daily : Cadence::monthly}[below(3)];
  }
  const auto some = [&](std::uint32_t share) {
    const auto span = std::chrono::duration_cast<std::chrono::minutes>(c.now - c.from) / share;
    return std::chrono::minutes{below(static_cast<std::uint32_t>(span.count()))};
  };
  of.start = c.now - some(4);
  if (below(12) == 0) of.start = c.now + some(20);
  if (below(4) == 0) of.offset = std::chrono::hours{below(60)};
  if (below(4) == 0) of.end = of.start + some(4) + hours{1};
  return time(of, name);
}

bool is_time(const DimensionDefinition& dimension) {
  return std::holds_alternative<WindowsDefinition>(dimension.of);
}

Strings keys_of(const Case& c, const DimensionDefinition& dimension) {
  if (const auto* listed = std::get_if<StaticKeys>(&dimension.of)) return listed->keys;
  return c.binder.sets.at(std::get<DynamicKeys>(dimension.of).name);
}

Strings subset(Strings of) {
  std::erase_if(of, [](const auto&) { return below(2) == 0; });
  return of;
}

/// Offsets for windows, and the rule that they are.
MappingDefinition shift(Rule& rule) {
  rule.what = Rule::What::follow;
  rule.start_offset = std::int32_t(below(5)) - 2;
  rule.end_offset = rule.start_offset + std::int32_t(below(3));
  rule.allow = below(2) == 0;
  return {.kind = Kind::time_window,
          .start_offset = rule.start_offset,
          .end_offset = rule.end_offset,
          .allow_nonexistent = rule.allow};
}

/// What may be written for a dimension of the dependency; `from`: the asset's that it may follow.
MappingDefinition some_mapping(const Case& c, const DimensionDefinition& dimension,
                               std::optional<std::size_t> from, Rule& rule) {
  const bool windows = is_time(dimension);
  switch (below(from ? 5 : 3)) {
    case 0:
      rule.what = Rule::What::all;
      return {.kind = Kind::all};
    case 1:
      rule.what = Rule::What::last;
      return {.kind = Kind::last};
    case 2: {
      rule.what = Rule::What::specific;
      if (windows) {
        const auto& of = std::get<WindowsDefinition>(dimension.of);
        const auto series = make_window_series(of).value();
        const std::uint32_t near = series->at(c.now);
        for (int i = 0; i < 2; ++i) rule.keys.push_back(series->key(near + 3 - below(14)));
      } else {
        const bool fixed = std::holds_alternative<StaticKeys>(dimension.of);
        rule.keys = subset(fixed ? keys_of(c, dimension) : pool);
      }
      return {.kind = Kind::specific, .keys = rule.keys};
    }
    default:
      break;
  }
  rule.from = *from;
  if (windows) return shift(rule);
  rule.what = Rule::What::table;
  const bool fixed = std::holds_alternative<StaticKeys>(dimension.of);
  for (const std::string& key : subset(keys_of(c, c.asset[*from]))) {
    rule.table[key] = subset(fixed ? keys_of(c, dimension) : pool);
  }
  return {.kind = Kind::table, .table = rule.table};
}

std::optional<std::size_t> find_dimension(const std::vector<DimensionDefinition>& in,
                                          bool windows) {
  for (std::size_t i = 0; i < in.size(); ++i) {
    if (is_time(in[i]) == windows) return i;
  }
  return std::nullopt;
}

void make(Case& c) {
  const auto scale = static_cast<Scale>(below(3));
  const bool long_lists = scale == Scale::days;
  const TimeZone& zone = **find_time_zone(pick(zones));
  c.now = instant("2011-06-01") + hours{below(24 * 3'000)};
  const Instant change = zone.period_at(c.now).end;
  if (below(2) == 0 && change < instant("2037-01-01")) c.now = change + hours{below(72)};
  const auto reach = long_lists ? days{500} : scale == Scale::both ? days{60} : days{9};
  c.from = c.now - reach;
  c.to = c.now + reach;

  const auto region = some_key_dimension(c, "region");
  const auto product_keys = some_key_dimension(c, "product");
  const auto day = some_windows(c, scale, "day");
  const auto other_day = some_windows(c, scale, "day");
  auto plain_keys = some_key_dimension(c, "");
  const auto alone = [](DimensionDefinition dimension) {
    dimension.name.clear();
    return std::vector{std::move(dimension)};
  };
  const auto follow = [](std::size_t from) {
    return Rule{.what = Rule::What::follow, .from = from};
  };
  const std::vector<std::vector<DimensionDefinition>> shapes{{},
                                                             alone(day),
                                                             alone(region),
                                                             {region, day},
                                                             {day, region},
                                                             {region, product_keys},
                                                             {region, other_day, product_keys}};

  switch (below(9)) {
    case 0:  // windows by overlap
      c.asset = alone(day);
      c.dependency = alone(other_day);
      c.rules = {follow(0)};
      break;
    case 1:  // windows with offsets
      c.asset = alone(day);
      c.dependency = alone(other_day);
      c.rules = {follow(0)};
      c.mapping = shift(c.rules[0]);
      break;
    case 2:  // equal definitions, inferred or not
      c.asset = c.dependency = pick(shapes);
      for (std::size_t i = 0; i < c.dependency.size(); ++i) {
        c.rules.push_back(follow(i));
        // Equal are those whose shape is: a list may be longer on one side.
        auto* listed = std::get_if<StaticKeys>(&c.dependency[i].of);
        if (listed != nullptr && below(2) == 0 && listed->keys.size() > 1) listed->keys.pop_back();
      }
      if (below(2) == 0) c.mapping.kind = Kind::identity;
      break;
    case 3:  // one dimension to several
      c.asset = below(2) == 0 ? alone(day) : alone(region);
      c.dependency =
          below(2) == 0 ? std::vector{region, other_day} : std::vector{other_day, region};
      for (const auto& dimension : c.dependency) {
        c.rules.push_back(is_time(dimension) == is_time(c.asset[0]) ? follow(0) : Rule{});
      }
      break;
    case 4:  // several dimensions to one
      c.asset = pick(shapes);
      c.dependency = below(2) == 0 ? alone(day) : alone(region);
      if (const auto from = find_dimension(c.asset, is_time(c.dependency[0]))) {
        c.rules = {follow(*from)};
        // Of two dimensions of keys the one of equal keys, if it is the only one.
        const bool two =
            std::ranges::count_if(c.asset, [](const auto& d) { return !is_time(d); }) > 1;
        if (two && !is_time(c.dependency[0]) && region.of == product_keys.of) c.rules.clear();
      }
      if (c.asset.empty()) c.rules = {Rule{}};
      break;
    case 5:  // to or from what has no partitions
      c.asset = pick(shapes);
      c.dependency = pick(shapes);
      (below(2) == 0 ? c.asset : c.dependency).clear();
      c.rules.resize(c.dependency.size());
      break;
    case 6:  // a word for everything
      c.asset = pick(shapes);
      c.dependency = pick(shapes);
      if (c.dependency.empty()) c.dependency = alone(day);
      c.mapping.kind = below(2) == 0 ? Kind::all : Kind::last;
      c.rules.resize(c.dependency.size());
      for (Rule& rule : c.rules) {
        rule.what = c.mapping.kind == Kind::all ? Rule::What::all : Rule::What::last;
      }
      break;
    case 7: {  // one dimension, whatever may be written
      c.asset = below(2) == 0 ? alone(day) : std::vector{plain_keys};
      c.dependency = below(2) == 0 ? alone(other_day) : alone(region);
      const bool same = is_time(c.asset[0]) == is_time(c.dependency[0]);
      c.rules.resize(1);
      c.mapping = some_mapping(c, c.dependency[0],
                               same ? std::optional<std::size_t>{0} : std::nullopt, c.rules[0]);
      break;
    }
    case 8:  // dimension by dimension
      c.asset = pick(shapes);
      c.dependency = {region, other_day, product_keys};
      if (below(2) == 0) c.dependency.pop_back();
      c.mapping.kind = Kind::multi;
      for (const auto& dimension : c.dependency) {
        std::optional<std::size_t> from;
        for (std::size_t i = 0; i < c.asset.size(); ++i) {
          if (c.asset[i].name == dimension.name) from = i;
        }
        Rule& rule = c.rules.emplace_back();
        if (c.asset.size() != 1 && below(3) == 0) {
          if (from) rule = follow(*from);
        } else {
          c.mapping.dimensions[dimension.name] = some_mapping(c, dimension, from, rule);
        }
      }
      break;
  }
}

Space bound(Case& c, const std::vector<DimensionDefinition>& dimensions) {
  return dimensions.empty() ? nullptr : c.binder.bind(dimensions);
}

Side side_of(const Case& c, const std::vector<DimensionDefinition>& dimensions) {
  Side side;
  for (const DimensionDefinition& dimension : dimensions) {
    const auto* windows = std::get_if<WindowsDefinition>(&dimension.of);
    side.push_back(windows != nullptr ? naive_windows(*windows, c.from, c.to, c.now)
                                      : naive_keys(keys_of(c, dimension)));
  }
  return side;
}

/// Also of a window that does not exist.
PartitionId id_of(const Case& c, const Space& space, const Side& side, const Partition& partition) {
  if (!space) return PartitionId{};
  std::string combination;
  std::uint32_t window = 0;
  for (std::size_t i = 0; i < side.size(); ++i) {
    const std::string& key = side[i].entries[partition[i]].key;
    if (side[i].is_time) {
      window = space->windows()->parse(key).value();
    } else {
      combination += (combination.empty() ? "" : "|") + key;
    }
  }
  return space->id(c.binder.registry.keys.find(combination), window);
}

Names as_names(const Space& space, const PartitionSet& set) {
  const Strings all = names(space.get(), set);
  return {all.begin(), all.end()};
}

/// A few of them, beginning and end more often than others.
std::vector<Partition> sample(const std::vector<Partition>& all, std::size_t count) {
  std::vector<Partition> out;
  for (std::size_t i = 0; i < count && !all.empty(); ++i) {
    const auto size = static_cast<std::uint32_t>(all.size());
    out.push_back(below(3) != 0   ? pick(all)
                  : below(2) == 0 ? all[below(std::min(size, 3U))]
                                  : all[size - 1 - below(std::min(size, 3U))]);
  }
  return out;
}

struct Counts {
  int cases{}, needed{}, lacking{}, dependents{};
};

void check(Case& c, Counts& counts) {
  const Space asset = bound(c, c.asset);
  const Space dependency = bound(c, c.dependency);
  const auto made = make_mapping(c.mapping, asset, dependency);
  if (!made) return;
  ASSERT_EQ(c.rules.size(), c.dependency.size());
  ++counts.cases;
  const PartitionMapping& mapping = **made;
  const Side mine = side_of(c, c.asset);
  const Side theirs = side_of(c, c.dependency);
  const std::vector<Partition> all = existing(mine);

  // Upstream, of some that exist and some that come next.
  std::vector<Partition> some = sample(all, 6);
  for (std::size_t i = 0; i < mine.size(); ++i) {
    if (!mine[i].is_time || all.empty()) continue;
    Partition next = all.back();
    next[i] += 1 + below(2);
    some.push_back(std::move(next));
  }
  PartitionSet of;
  Names want_needed;
  Names want_lacking;
  for (const Partition& d : some) {
    of.add(id_of(c, asset, mine, d));
    const Answer answer = enumerate(mine, d, theirs, c.rules);
    want_needed.insert(answer.needed.begin(), answer.needed.end());
    if (answer.lacking) want_lacking.insert(key_of(mine, d));
    const auto single = mapping.upstream(PartitionSet{id_of(c, asset, mine, d)}, c.now);
    ASSERT_EQ(as_names(dependency, single.needed), answer.needed) << "of " << key_of(mine, d);
    ASSERT_EQ(!single.lacking.empty(), answer.lacking) << "of " << key_of(mine, d);
    counts.needed += answer.needed.empty() ? 0 : 1;
    counts.lacking += answer.lacking ? 1 : 0;
  }
  const auto together = mapping.upstream(of, c.now);
  ASSERT_EQ(as_names(dependency, together.needed), want_needed);
  ASSERT_EQ(as_names(asset, together.lacking), want_lacking);

  // Downstream, of some that exist, and some that do not.
  const std::vector<Partition> ups = sample(existing(theirs), 3);
  PartitionSet changed;
  Names changed_names;
  for (const Partition& u : ups) {
    changed.add(id_of(c, dependency, theirs, u));
    changed_names.insert(key_of(theirs, u));
  }
  Names want_dependents;
  const bool each = all.size() <= 200;
  const std::vector<Partition> candidates = each ? all : sample(all, 50);
  for (const Partition& d : candidates) {
    const Answer answer = enumerate(mine, d, theirs, c.rules);
    if (std::ranges::any_of(answer.needed,
                            [&](const auto& u) { return changed_names.contains(u); })) {
      want_dependents.insert(key_of(mine, d));
    }
  }
  for (std::size_t i = 0; i < theirs.size(); ++i) {
    if (!theirs[i].is_time || ups.empty()) continue;
    Partition next = ups.front();
    next[i] = theirs[i].entries.size() - 1;
    if (!theirs[i].entries[next[i]].exists) changed.add(id_of(c, dependency, theirs, next));
  }
  Names dependents = as_names(asset, mapping.downstream(changed, c.now));
  if (!each) {
    Names asked;
    for (const Partition& d : candidates) asked.insert(key_of(mine, d));
    std::erase_if(dependents, [&](const auto& d) { return !asked.contains(d); });
  }
  ASSERT_EQ(dependents, want_dependents);
  counts.dependents += want_dependents.empty() ? 0 : 1;
}

TEST(MappingsAtRandom, AreThoseThatOneEnumerates) {
  Counts counts;
  for (std::uint32_t seed = 0; seed < 400; ++seed) {
    random_source.seed(seed);
    Case c;
    make(c);
    SCOPED_TRACE("seed " + std::to_string(seed) + " at " + format_instant(c.now));
    check(c, counts);
    if (testing::Test::HasFailure()) return;
  }
  // Few are refused, and few answers are empty.
  EXPECT_GT(counts.cases, 250);
  EXPECT_GT(counts.needed, 700);
  EXPECT_GT(counts.lacking, 150);
  EXPECT_GT(counts.dependents, 140);
}

/// Both directions of one mapping, asked for every partition.
TEST(MappingsAtRandom, AgreeInBothDirections) {
  for (std::uint32_t seed = 10'000; seed < 10'150; ++seed) {
    random_source.seed(seed);
    Case c;
    make(c);
    SCOPED_TRACE("seed " + std::to_string(seed));
    const Space asset = bound(c, c.asset);
    const Space dependency = bound(c, c.dependency);
    const auto made = make_mapping(c.mapping, asset, dependency);
    if (!made) continue;
    const PartitionSet downs = asset ? asset->universe(c.now) : PartitionSet{PartitionId{}};
    const PartitionSet ups = dependency ? dependency->universe(c.now) : PartitionSet{PartitionId{}};
    if (downs.size() > 400 || ups.size() > 400) continue;
    std::set<std::pair<PartitionId, PartitionId>> by_down;
    std::set<std::pair<PartitionId, PartitionId>> by_up;
    downs.for_each([&](PartitionId d) {
      return (*made)->upstream(PartitionSet{d}, c.now).needed.for_each([&](PartitionId u) {
        return by_down.emplace(d, u).second;
      });
    });
    ups.for_each([&](PartitionId u) {
      return (*made)->downstream(PartitionSet{u}, c.now).for_each([&](PartitionId d) {
        return by_up.emplace(d, u).second;
      });
    });
    ASSERT_EQ(by_down, by_up);
    PartitionSet needed;
    for (const auto& [d, u] : by_down) needed.add(u);
    ASSERT_EQ((*made)->upstream(downs, c.now).needed, needed);
  }
}

}  // namespace
}  // namespace freshet
