// Which partitions exist, what they are called, and what a person means.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "freshet/partitions.hpp"
#include "model/partition/names.hpp"
#include "model/partition/space.hpp"
#include "model_partitions.hpp"

namespace freshet {
namespace {

using namespace test;
using std::chrono::hours;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Strings = std::vector<std::string>;

TEST(PartitionNames, KeepTheirNumbers) {
  PartitionNames some{5'000};
  EXPECT_EQ(some.intern("a"), 1U);
  EXPECT_EQ(some.intern("b"), 2U);
  EXPECT_EQ(some.intern("a"), 1U);
  EXPECT_EQ(some.find("c"), 0U);
  EXPECT_EQ(some.text(2), "b");
  EXPECT_EQ(some.text(3), "");
  EXPECT_EQ(some.text(9'999), "");
  EXPECT_TRUE(some.restore(4'000, "z"));
  EXPECT_FALSE(some.restore(4'000, "y"));
  EXPECT_FALSE(some.restore(4'001, "z"));
  EXPECT_FALSE(some.restore(0, "x"));
  EXPECT_FALSE(some.restore(5'001, "x"));
  EXPECT_EQ(some.last(), 4'000U);
  EXPECT_EQ(some.intern("c"), 4'001U);
  EXPECT_TRUE(some.restore(3, "x"));
  EXPECT_EQ(some.last(), 4'001U);
  EXPECT_EQ(some.find("x"), 3U);
}

TEST(PartitionNames, RunOut) {
  PartitionNames some{2};
  EXPECT_EQ(some.intern("a"), 1U);
  EXPECT_EQ(some.intern("b"), 2U);
  EXPECT_EQ(some.intern("c"), 0U);
  EXPECT_EQ(some.intern("b"), 2U);
}

TEST(PartitionNames, OthersReadWhileOneWrites) {
  PartitionNames some{100'000};
  const std::uint32_t known = some.intern("known");
  std::jthread reader{[&] {
    for (int i = 0; i < 10'000; ++i) ASSERT_EQ(some.text(known), "known");
  }};
  for (int i = 0; i < 10'000; ++i) some.intern(std::to_string(i));
}

TEST(PartitionSpace, NeedsSaysWhatIsCounted) {
  DynamicSets sets{{"customers", {"x", "y"}}};
  const auto needs = [&](std::vector<DimensionDefinition> dimensions) {
    return PartitionSpace::needs(partitions(std::move(dimensions)), sets);
  };
  EXPECT_EQ(needs({keys({"at", "de"})}).value().shape, "keys");
  EXPECT_THAT(needs({keys({"at", "de"})}).value().keys, ElementsAre("at", "de"));
  EXPECT_EQ(needs({dynamic("customers")}).value().shape, "keys");
  EXPECT_THAT(needs({dynamic("nobody")}).value().keys, IsEmpty());
  const auto day = time(windows(Cadence::daily, "2026-01-01", "Europe/Vienna"), "day");
  EXPECT_EQ(needs({keys({"at"}, "region"), day}).value().shape,
            "region:keys|day:daily Europe/Vienna");
  EXPECT_THAT(needs({keys({"at"}, "region"), day}).value().keys, ElementsAre("at"));
  EXPECT_THAT(needs({keys({"at", "de"}, "r"), day, dynamic("customers", "c")}).value().keys,
              ElementsAre("at", "de", "x", "y", "at|x", "at|y", "de|x", "de|y"));
  EXPECT_FALSE(needs({}));
  EXPECT_FALSE(needs({day, day}));
  EXPECT_FALSE(needs({time(windows(Cadence::daily, "2026-01-01", "Mars/Base"))}));
  Strings many;
  for (int i = 0; i < 2'100; ++i) many.push_back(std::to_string(i));
  EXPECT_FALSE(needs({keys(many, "a"), keys(many, "b")}));
  EXPECT_FALSE(needs({keys(many, "a"), keys(many, "b"), keys(many, "c"), keys(many, "d"),
                      keys(many, "e"), keys(many, "f"), keys(many, "g")}));
  EXPECT_TRUE(needs({keys(many, "a"), keys({}, "b"), keys(many, "c")}));
}

TEST(PartitionSpace, WindowsExistFromTheirEndOnPlusTheOffset) {
  Binder binder;
  WindowsDefinition daily = windows(Cadence::daily, "2026-01-01");
  daily.offset = hours{2};
  daily.end = instant("2026-01-04T12:00:00Z");
  const Space space = binder.bind({time(daily)});
  const auto at = [&](const char* now) {
    return names(space.get(), space->universe(instant(now)));
  };
  EXPECT_THAT(at("2026-01-01T12:00:00Z"), IsEmpty());
  EXPECT_THAT(at("2026-01-02T01:59:59.999999Z"), IsEmpty());
  EXPECT_THAT(at("2026-01-02T02:00:00Z"), ElementsAre("2026-01-01"));
  EXPECT_THAT(at("2027-01-01"), ElementsAre("2026-01-01", "2026-01-02", "2026-01-03"));
  EXPECT_EQ(space->next_window(instant("2025-01-01")), instant("2026-01-02T02:00:00Z"));
  EXPECT_EQ(space->next_window(instant("2026-01-02T02:00:00Z")), instant("2026-01-03T02:00:00Z"));
  EXPECT_EQ(space->next_window(instant("2026-01-04T02:00:00Z")), std::nullopt);
  EXPECT_EQ(space->count(instant("2027-01-01")), 3U);
  EXPECT_EQ(space->count(instant("2026-01-01")), 0U);
}

TEST(PartitionSpace, TheFirstWindowBeginsAtTheFirstTickFromTheStartOn) {
  Binder binder;
  const auto first = [&](Cadence cadence, const char* start, const char* zone = "UTC") {
    const Space space = binder.bind({time(windows(cadence, start, zone))});
    return space->windows()->key(space->first_window());
  };
  EXPECT_EQ(first(Cadence::daily, "2026-01-01"), "2026-01-01");
  EXPECT_EQ(first(Cadence::daily, "2026-01-01T00:00:00.000001Z"), "2026-01-02");
  EXPECT_EQ(first(Cadence::weekly, "2026-01-01"), "2026-01-04");
  EXPECT_EQ(first(Cadence::monthly, "2026-01-02"), "2026-02-01");
  EXPECT_EQ(first(Cadence::daily, "2011-12-30T10:00:00Z", "Pacific/Apia"), "2011-12-31");
}

TEST(PartitionSpace, LatestIsTheNewestWindowAndItsLookback) {
  Binder binder;
  const Space space = binder.bind({time(windows(Cadence::hourly, "2026-01-01"))});
  const Instant now = instant("2026-01-02T10:30:00Z");
  const auto latest = [&](Micros lookback) {
    return names(space.get(), space->latest(now, lookback));
  };
  EXPECT_THAT(latest(Micros{0}), ElementsAre("2026-01-02-09:00"));
  EXPECT_THAT(latest(hours{1}), ElementsAre("2026-01-02-09:00"));
  EXPECT_THAT(latest(hours{2}), ElementsAre("2026-01-02-08:00", "2026-01-02-09:00"));
  EXPECT_EQ(latest(hours{24}).size(), 24U);
  EXPECT_EQ(latest(hours{10'000}).size(), 34U);
  EXPECT_THAT(names(space.get(), space->last(now)), ElementsAre("2026-01-02-09:00"));
  EXPECT_TRUE(space->latest(instant("2026-01-01"), Micros{0}).empty());
  EXPECT_TRUE(space->last(instant("2026-01-01")).empty());
}

TEST(PartitionSpace, OfKeysAllAreTheLatest) {
  Binder binder;
  const Space space = binder.bind({keys({"de", "at"})});
  const Instant now = instant("2026-01-02");
  EXPECT_EQ(space->latest(now, Micros{0}), space->universe(now));
  EXPECT_THAT(names(space.get(), space->last(now)), ElementsAre("at"));
  EXPECT_EQ(space->next_window(now), std::nullopt);
  EXPECT_EQ(space->count(now), 2U);
  EXPECT_EQ(space->span(space->find("at", now).value()), std::nullopt);
}

TEST(PartitionSpace, GoesThroughAllDimensions) {
  Binder binder;
  const Space space =
      binder.bind({keys({"de", "at"}, "region"), time(windows(Cadence::daily, "2026-01-01"), "day"),
                   keys({"x", "y", "z"}, "product")});
  const Instant now = instant("2026-01-03");
  EXPECT_EQ(space->count(now), 12U);
  EXPECT_EQ(space->universe(now).size(), 12U);
  std::set<std::string> seen;
  space->universe(now).for_each([&](PartitionId id) {
    const std::string key = space->key(id);
    EXPECT_EQ(space->find(key, now).value(), id) << key;
    EXPECT_EQ(space->span(id)->end, space->span(id)->begin + hours{24});
    return seen.insert(key).second;
  });
  EXPECT_EQ(seen.size(), 12U);
  EXPECT_TRUE(seen.contains("at|2026-01-02|y"));
  EXPECT_THAT(names(space.get(), space->last(now)), ElementsAre("at|2026-01-02|z"));
  EXPECT_EQ(space->latest(now, Micros{0}).size(), 6U);
  const PartitionId id = space->find("at|2026-01-02|y", now).value();
  EXPECT_EQ(binder.registry.keys.text(space->part(unpack(id).row, 0)), "at");
  EXPECT_EQ(binder.registry.keys.text(space->part(unpack(id).row, 2)), "y");
  EXPECT_EQ(space->part(4'000, 0), 0U);
}

TEST(PartitionSpace, NumbersOutliveAChangeOfTheList) {
  Binder binder;
  const auto day = time(windows(Cadence::daily, "2026-01-01"), "day");
  const Space before = binder.bind({keys({"at", "de"}, "r"), day});
  const Space after =
      binder.bind({keys({"hu", "at"}, "r"), time(windows(Cadence::daily, "2020-01-01"), "day")});
  const Instant now = instant("2026-01-03");
  EXPECT_EQ(before->shape(), after->shape());
  EXPECT_EQ(before->find("at|2026-01-02", now).value(), after->find("at|2026-01-02", now).value());
  const PartitionId gone = before->find("de|2026-01-02", now).value();
  EXPECT_EQ(after->key(gone), "de|2026-01-02");
  EXPECT_FALSE(after->universe(now).contains(gone));
  EXPECT_EQ(after->key(PartitionId{}), "");
}

TEST(PartitionSpace, ADayThatAZoneLeavesOutDoesNotExist) {
  Binder binder;
  const Space space =
      binder.bind({time(windows(Cadence::daily, "2011-12-28T10:00:00Z", "Pacific/Apia"))});
  EXPECT_THAT(names(space.get(), space->universe(instant("2012-01-01T12:00:00Z"))),
              ElementsAre("2011-12-28", "2011-12-29", "2011-12-31", "2012-01-01"));
}

struct Asked {
  const char* name;
  const char* text;
  Strings want;     ///< Empty: a mistake …
  const char* why;  ///< … with these words.
  Errc code{Errc::invalid};
};
void PrintTo(const Asked& asked, std::ostream* out) { *out << asked.text; }

class SelectKeys : public testing::TestWithParam<Asked> {};
class SelectDays : public testing::TestWithParam<Asked> {};
class SelectBoth : public testing::TestWithParam<Asked> {};

void expect(const Space& space, const Asked& asked) {
  const auto set = space->select(asked.text, instant("2026-01-05"));
  if (!set) {
    EXPECT_THAT(asked.want, IsEmpty()) << set.error().message;
    EXPECT_THAT(set.error().message, HasSubstr(asked.why));
    EXPECT_EQ(set.error().code, asked.code);
    return;
  }
  EXPECT_STREQ(asked.why, "");
  const Strings got = names(space.get(), *set);
  EXPECT_THAT(got, testing::UnorderedElementsAreArray(asked.want));
}

TEST_P(SelectKeys, MeansWhatAPersonMeans) {
  Binder binder;
  expect(binder.bind({keys({"de", "at", "hu", "a,b", "1...2"})}), GetParam());
}
TEST_P(SelectDays, MeansWhatAPersonMeans) {
  Binder binder;
  expect(binder.bind({time(windows(Cadence::daily, "2026-01-01"))}), GetParam());
}
TEST_P(SelectBoth, MeansWhatAPersonMeans) {
  Binder binder;
  expect(binder.bind({keys({"de", "at", "hu"}, "region"),
                      time(windows(Cadence::daily, "2026-01-01"), "day")}),
         GetParam());
}
const auto asked_name = [](const auto& c) { return std::string{c.param.name}; };
INSTANTIATE_TEST_SUITE_P(
    Table, SelectKeys,
    testing::Values(Asked{"One", "at", {"at"}, ""}, Asked{"Several", "at, de", {"at", "de"}, ""},
                    Asked{"All", "*", {"de", "at", "hu", "a,b", "1...2"}, ""},
                    Asked{"RangeInTheirOrder", "de...hu", {"de", "at", "hu"}, ""},
                    Asked{"Backwards", "hu...de", {}, "backwards"},
                    Asked{"WithAComma", "a,b", {"a,b"}, ""},
                    Asked{"WithDots", "at,1...2", {"at", "1...2"}, ""},
                    Asked{"Unknown", "aut", {}, "nearest is \"at\"", Errc::not_found},
                    Asked{"Nothing", "", {}, "does not exist", Errc::not_found},
                    Asked{"TooManyParts", "at|de", {}, "without |"}),
    asked_name);
INSTANTIATE_TEST_SUITE_P(
    Table, SelectDays,
    testing::Values(
        Asked{"One", "2026-01-02", {"2026-01-02"}, ""},
        Asked{"All", "*", {"2026-01-01", "2026-01-02", "2026-01-03", "2026-01-04"}, ""},
        Asked{"Range", "2026-01-02...2026-01-03", {"2026-01-02", "2026-01-03"}, ""},
        Asked{"RangeAndOne",
              "2026-01-01...2026-01-02,2026-01-04",
              {"2026-01-01", "2026-01-02", "2026-01-04"},
              ""},
        Asked{"NotYet", "2026-01-05", {}, "the newest is 2026-01-04", Errc::not_found},
        Asked{"TooEarly", "2025-12-31", {}, "before the first one, 2026-01-01", Errc::not_found},
        Asked{"NoDate", "today", {}, "want a date such as"}),
    asked_name);
INSTANTIATE_TEST_SUITE_P(
    Table, SelectBoth,
    testing::Values(
        Asked{"One", "at|2026-01-02", {"at|2026-01-02"}, ""},
        Asked{
            "EveryRegion", "*|2026-01-02", {"de|2026-01-02", "at|2026-01-02", "hu|2026-01-02"}, ""},
        Asked{"EveryDay",
              "at|*",
              {"at|2026-01-01", "at|2026-01-02", "at|2026-01-03", "at|2026-01-04"},
              ""},
        Asked{"RangeOfDays", "at|2026-01-02...2026-01-03", {"at|2026-01-02", "at|2026-01-03"}, ""},
        Asked{"RangeOfRegions", "de...at|2026-01-02", {"de|2026-01-02", "at|2026-01-02"}, ""},
        Asked{"RangesOfBoth",
              "de...at|2026-01-01...2026-01-02",
              {"de|2026-01-01", "at|2026-01-01", "de|2026-01-02", "at|2026-01-02"},
              ""},
        Asked{"WholeKeys",
              "de|2026-01-01...at|2026-01-02",
              {"de|2026-01-01", "at|2026-01-01", "de|2026-01-02", "at|2026-01-02"},
              ""},
        Asked{"OnePart", "at", {}, "want a key of each of region|day"},
        Asked{"UnknownRegion", "xx|2026-01-01", {}, "does not exist", Errc::not_found}),
    asked_name);

TEST(PartitionSpace, SaysWhichKeysOfASetAPartitionWouldNeed) {
  Binder binder;
  binder.sets["customers"] = {"ann"};
  const Instant now = instant("2026-01-05");
  const Space space = binder.bind({dynamic("customers", "who"), keys({"de", "at"}, "where"),
                                   time(windows(Cadence::daily, "2026-01-01"), "day")});
  const auto needed = [&](std::string_view key) -> std::string {
    const auto found = space->new_keys(key, now);
    if (!found) return found.error().message;
    std::string out;
    for (const auto& each : *found) out += each.set + ':' + each.key + ' ';
    return out;
  };
  EXPECT_EQ(needed("ann|at|2026-01-02"), "");
  EXPECT_EQ(needed("bob|at|2026-01-02"), "customers:bob ");
  EXPECT_THAT(needed("bob|xx|2026-01-02"), HasSubstr("does not exist"));
  EXPECT_THAT(needed("bob|at|2026-01-05"), HasSubstr("does not exist yet"));
  EXPECT_THAT(needed("bob|at"), HasSubstr("want a key of each of who|where|day"));
  EXPECT_THAT(needed("|at|2026-01-02"), HasSubstr("a key is not empty"));
  EXPECT_THAT(needed("b\nb|at|2026-01-02"), HasSubstr("no control characters"));
  EXPECT_THAT(needed("b\xff|at|2026-01-02"), HasSubstr("UTF-8"));
  EXPECT_THAT(needed(std::string(256, 'x') + "|at|2026-01-02"), HasSubstr("up to 255 bytes"));
}

TEST(PartitionSpace, EveryOfNothingIsNothing) {
  Binder binder;
  const Space space = binder.bind({dynamic("nobody")});
  EXPECT_TRUE(space->select("*", Instant{}).value().empty());
  EXPECT_TRUE(space->last(Instant{}).empty());
  const Space days = binder.bind({time(windows(Cadence::daily, "2026-01-01"))});
  EXPECT_TRUE(days->select("*", Instant{}).value().empty());
}

}  // namespace
}  // namespace freshet
