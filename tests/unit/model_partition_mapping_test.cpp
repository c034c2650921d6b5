// Mappings: the questions of the scenario, what can be inferred, and what does not fit.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "freshet/partitions.hpp"
#include "model/partition/mapping.hpp"
#include "model/partition/space.hpp"
#include "model_partitions.hpp"

namespace freshet {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

using Kind = MappingDefinition::Kind;
using Form = PartitionMapping::Form;
using Mapping = std::shared_ptr<const PartitionMapping>;
using Strings = std::vector<std::string>;

const MappingDefinition inferred{};

PartitionSet one(const Space& space, const std::string& key, Instant now) {
  return space ? space->select(key, now).value() : PartitionSet{PartitionId{}};
}

/// Assets of the scenario "how partitions of one asset depend on those of another".
class Mappings : public testing::Test {
 protected:
  Instant now = instant("2023-08-02");
  Binder binder;
  Space hourly = binder.bind({time(windows(Cadence::hourly, "2023-05-01"))});
  Space daily = binder.bind({time(windows(Cadence::daily, "2023-05-01"))});
  Space weekly = binder.bind({time(windows(Cadence::weekly, "2023-05-01"))});
  Space monthly = binder.bind({time(windows(Cadence::monthly, "2023-05-01"))});
  Space xy = binder.bind({keys({"x", "y"})});
  Space region_day = binder.bind(
      {keys({"at", "de"}, "region"), time(windows(Cadence::daily, "2023-05-01"), "day")});
  Space region = binder.bind({keys({"at", "de"})});

  static Mapping mapping(const Space& asset, const Space& dependency,
                         const MappingDefinition& definition = {}) {
    return make_mapping(definition, asset, dependency).value();
  }
  static std::string refused(const Space& asset, const Space& dependency,
                             const MappingDefinition& definition = {}) {
    const auto made = make_mapping(definition, asset, dependency);
    EXPECT_FALSE(made);
    return made ? "" : made.error().message;
  }
  Strings up(const Space& asset, const std::string& key, const Space& dependency,
             const MappingDefinition& definition = {}) const {
    const auto answer = mapping(asset, dependency, definition)->upstream(one(asset, key, now), now);
    return names(dependency.get(), answer.needed);
  }
  Strings down(const Space& asset, const std::string& key, const Space& dependency,
               const MappingDefinition& definition = {}) const {
    return names(
        asset.get(),
        mapping(asset, dependency, definition)->downstream(one(dependency, key, now), now));
  }
};

MappingDefinition shifted(std::int32_t start, std::int32_t end, bool allow = false) {
  return {.kind = Kind::time_window,
          .start_offset = start,
          .end_offset = end,
          .allow_nonexistent = allow};
}
MappingDefinition specific(Strings keys) {
  return {.kind = Kind::specific, .keys = std::move(keys)};
}

TEST_F(Mappings, AnswerTheScenario) {
  const Space none;
  EXPECT_THAT(up(hourly, "2023-05-07-05:00", daily), ElementsAre("2023-05-07"));
  const Strings hours = up(daily, "2023-05-01", hourly);
  EXPECT_EQ(hours.size(), 24U);
  EXPECT_EQ(hours.front(), "2023-05-01-00:00");
  EXPECT_EQ(hours.back(), "2023-05-01-23:00");
  EXPECT_THAT(down(daily, "2023-05-03-07:00", hourly), ElementsAre("2023-05-03"));
  EXPECT_EQ(up(monthly, "2023-06-01", daily).size(), 30U);
  EXPECT_THAT(up(daily, "2023-05-07", daily, shifted(-1, -1)), ElementsAre("2023-05-06"));
  EXPECT_THAT(down(daily, "2023-05-06", daily, shifted(-1, -1)), ElementsAre("2023-05-07"));
  EXPECT_THAT(up(daily, "2023-05-01", daily, shifted(-1, -1)), IsEmpty());
  EXPECT_THAT(up(daily, "2023-05-03", daily, shifted(-6, 0)),
              ElementsAre("2023-05-01", "2023-05-02", "2023-05-03"));
  EXPECT_THAT(up(none, "", daily, {.kind = Kind::last}), ElementsAre("2023-08-01"));
  EXPECT_EQ(up(none, "", daily).size(), 93U);
  EXPECT_THAT(up(xy, "x", none), ElementsAre("itself"));
  EXPECT_THAT(down(xy, "", none), UnorderedElementsAre("x", "y"));
  EXPECT_THAT(up(daily, "2023-05-02", region_day),
              UnorderedElementsAre("at|2023-05-02", "de|2023-05-02"));
}

TEST_F(Mappings, WhatLiesInTheFutureHoldsBackAndWhatLiesBeforeTheStartDoesNot) {
  const auto lacking = [&](const Space& asset, const Space& dependency,
                           const MappingDefinition& definition) {
    return names(
        asset.get(),
        mapping(asset, dependency, definition)->upstream(asset->universe(now), now).lacking);
  };
  EXPECT_THAT(lacking(daily, daily, shifted(-1, -1)), IsEmpty());
  EXPECT_THAT(lacking(daily, daily, shifted(0, 2)), ElementsAre("2023-07-31", "2023-08-01"));
  EXPECT_THAT(lacking(daily, daily, shifted(0, 2, true)), IsEmpty());
  const Space later = binder.bind({time(windows(Cadence::daily, "2023-07-30"))});
  EXPECT_THAT(lacking(daily, later, inferred), IsEmpty());
  // Hours of the 1st of August exist, its month does not.
  EXPECT_EQ(lacking(hourly, monthly, inferred).size(), 24U);
  EXPECT_THAT(lacking(daily, daily, specific({"2023-04-01"})), IsEmpty());
  EXPECT_EQ(lacking(daily, daily, specific({"2023-09-01"})).size(), 93U);
  WindowsDefinition ended = windows(Cadence::daily, "2023-05-01");
  ended.end = instant("2023-07-31");
  EXPECT_THAT(lacking(daily, binder.bind({time(ended)}), inferred),
              ElementsAre("2023-07-31", "2023-08-01"));
}

TEST_F(Mappings, OfAKeyThatIsNotListedHoldBack) {
  const Space more = binder.bind({keys({"at", "de", "hu"})});
  const auto answer = mapping(more, region)->upstream(more->universe(now), now);
  EXPECT_THAT(names(region.get(), answer.needed), UnorderedElementsAre("at", "de"));
  EXPECT_THAT(names(more.get(), answer.lacking), ElementsAre("hu"));
}

TEST_F(Mappings, HaveAForm) {
  const Space none;
  const Space more = binder.bind({keys({"at", "de", "hu"})});
  EXPECT_EQ(mapping(none, none)->form(), Form::none);
  EXPECT_EQ(mapping(daily, daily)->form(), Form::identity);
  EXPECT_EQ(mapping(daily, daily, shifted(0, 0))->form(), Form::identity);
  EXPECT_EQ(mapping(daily, daily, shifted(-1, 0))->form(), Form::other);
  EXPECT_EQ(mapping(more, region)->form(), Form::identity);
  EXPECT_EQ(mapping(region_day, region_day)->form(), Form::identity);
  EXPECT_EQ(mapping(region_day, daily)->form(), Form::other);
  EXPECT_EQ(mapping(daily, none)->form(), Form::all);
  EXPECT_EQ(mapping(none, region_day)->form(), Form::all);
  EXPECT_EQ(mapping(none, daily, {.kind = Kind::last})->form(), Form::other);
  EXPECT_TRUE(mapping(none, daily)->is_inferred_all());
  EXPECT_FALSE(mapping(none, daily, {.kind = Kind::all})->is_inferred_all());
  EXPECT_FALSE(mapping(daily, daily)->is_inferred_all());
}

TEST_F(Mappings, AreInferredByDimension) {
  EXPECT_THAT(up(region_day, "at|2023-05-02", daily), ElementsAre("2023-05-02"));
  EXPECT_THAT(up(region_day, "at|2023-05-02", region), ElementsAre("at"));
  EXPECT_THAT(down(region_day, "2023-05-02", daily),
              UnorderedElementsAre("at|2023-05-02", "de|2023-05-02"));
  EXPECT_EQ(up(region_day, "at|2023-05-02", hourly).size(), 24U);
  const Space place_day = binder.bind(
      {keys({"at", "de"}, "place"), time(windows(Cadence::daily, "2023-05-01"), "day")});
  EXPECT_EQ(up(region_day, "at|2023-05-02", place_day).size(), 2U);
  const Space two = binder.bind({keys({"at", "de"}, "from"), keys({"x", "y"}, "product")});
  EXPECT_THAT(up(region, "at", two), UnorderedElementsAre("at|x", "at|y"));
  EXPECT_THAT(up(xy, "y", two), UnorderedElementsAre("at|y", "de|y"));
  EXPECT_THAT(down(two, "de", region), UnorderedElementsAre("de|x", "de|y"));
}

TEST_F(Mappings, OfSeveralDimensionsAreWrittenOneByOne) {
  const auto multi = [](std::map<std::string, MappingDefinition> dimensions) {
    return MappingDefinition{.kind = Kind::multi, .dimensions = std::move(dimensions)};
  };
  EXPECT_THAT(up(region_day, "at|2023-05-02", region_day, multi({{"day", shifted(-1, -1)}})),
              ElementsAre("at|2023-05-01"));
  EXPECT_THAT(up(region_day, "at|2023-05-02", region_day, multi({{"region", specific({"de"})}})),
              ElementsAre("de|2023-05-02"));
  EXPECT_THAT(up(daily, "2023-05-02", region_day, multi({{"region", {.kind = Kind::last}}})),
              ElementsAre("de|2023-05-02"));
  EXPECT_THAT(up(region_day, "at|2023-05-02", region_day,
                 multi({{"region", {.kind = Kind::table, .table = {{"at", {"de", "at"}}}}}})),
              UnorderedElementsAre("at|2023-05-02", "de|2023-05-02"));
  EXPECT_THAT(up(region_day, "de|2023-05-02", region_day,
                 multi({{"region", {.kind = Kind::table, .table = {{"at", {"de", "at"}}}}}})),
              IsEmpty());
  EXPECT_THAT(up(region_day, "at|2023-05-02", region_day, shifted(-1, 0)),
              ElementsAre("at|2023-05-01", "at|2023-05-02"));
  EXPECT_THAT(refused(region_day, region_day, multi({{"regoin", {.kind = Kind::all}}})),
              HasSubstr("nearest is \"region\""));
  EXPECT_THAT(refused(daily, daily, multi({{"", {.kind = Kind::all}}})), HasSubstr("no dimension"));
}

TEST_F(Mappings, ThatDoNotFitAreRefused) {
  const Space none;
  EXPECT_THAT(refused(xy, region), HasSubstr("no key in common"));
  EXPECT_THAT(refused(xy, daily), HasSubstr("no dimension in common"));
  EXPECT_THAT(refused(daily, xy), HasSubstr("no dimension in common"));
  EXPECT_THAT(refused(xy, daily, shifted(0, 0)), HasSubstr("time_window needs time windows"));
  EXPECT_THAT(refused(none, daily, shifted(0, 0)), HasSubstr("time_window needs time windows"));
  EXPECT_THAT(refused(daily, hourly, {.kind = Kind::identity}), HasSubstr("equal partitions"));
  EXPECT_THAT(refused(daily, none, {.kind = Kind::identity}), HasSubstr("the dependency has none"));
  EXPECT_THAT(refused(none, daily, {.kind = Kind::identity}), HasSubstr("the asset has none"));
  EXPECT_THAT(refused(daily, none, {.kind = Kind::last}), HasSubstr("the dependency has none"));
  EXPECT_THAT(refused(daily, region, specific({"att"})), HasSubstr("nearest is \"at\""));
  EXPECT_THAT(refused(daily, daily, specific({"today"})), HasSubstr("want a date"));
  EXPECT_THAT(refused(daily, region_day, specific({"at"})), HasSubstr("one dimension"));
  EXPECT_THAT(refused(xy, region, {.kind = Kind::table, .table = {{"x", {"be"}}}}),
              HasSubstr("the dependency has no partition \"be\""));
  EXPECT_THAT(refused(xy, region, {.kind = Kind::table, .table = {{"z", {"at"}}}}),
              HasSubstr("the asset has no partition \"z\""));
  EXPECT_THAT(refused(daily, region, {.kind = Kind::table, .table = {{"x", {"at"}}}}),
              HasSubstr("static needs listed keys"));
  const Space pairs = binder.bind({keys({"at", "de"}, "from"), keys({"at", "de"}, "to")});
  EXPECT_THAT(refused(region, pairs), HasSubstr("several dimensions"));
  EXPECT_THAT(refused(pairs, region), HasSubstr("several dimensions"));
}

TEST_F(Mappings, TableGoesBothWays) {
  const MappingDefinition table{.kind = Kind::table, .table = {{"x", {"at", "de"}}, {"y", {"de"}}}};
  EXPECT_THAT(up(xy, "x", region, table), UnorderedElementsAre("at", "de"));
  EXPECT_THAT(down(xy, "at", region, table), ElementsAre("x"));
  EXPECT_THAT(down(xy, "de", region, table), UnorderedElementsAre("x", "y"));
}

TEST_F(Mappings, WeeksMeetMonthsWhereTheyOverlap) {
  EXPECT_THAT(up(monthly, "2023-06-01", weekly),
              ElementsAre("2023-05-28", "2023-06-04", "2023-06-11", "2023-06-18", "2023-06-25"));
  EXPECT_THAT(down(monthly, "2023-05-28", weekly), ElementsAre("2023-05-01", "2023-06-01"));
}

TEST_F(Mappings, OffsetsPassOverADayThatAZoneLeavesOut) {
  const Space apia =
      binder.bind({time(windows(Cadence::daily, "2011-12-01T10:00:00Z", "Pacific/Apia"))});
  now = instant("2012-02-01");
  EXPECT_THAT(up(apia, "2011-12-31", apia, shifted(-1, -1)), ElementsAre("2011-12-29"));
}

TEST_F(Mappings, LocalDaysTakeTheirHours) {
  const Space days = binder.bind({time(windows(Cadence::daily, "2023-03-01", "Europe/Vienna"))});
  const Space hours = binder.bind({time(windows(Cadence::hourly, "2023-03-01", "Europe/Vienna"))});
  EXPECT_EQ(up(days, "2023-03-26", hours).size(), 23U);
  EXPECT_EQ(up(days, "2023-03-26", hourly).size(), 0U);
  EXPECT_THAT(up(daily, "2023-05-02", days), ElementsAre("2023-05-02", "2023-05-03"));
}

}  // namespace
}  // namespace freshet
