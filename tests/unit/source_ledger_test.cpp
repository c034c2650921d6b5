// What is said of files by partition, and what is not said again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "freshet/time.hpp"
#include "source/files/ledger.hpp"
#include "source/files/placement.hpp"

namespace freshet::files {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Instant noon = *parse_instant("2026-11-30T12:00:00Z");

Group group(std::string partition, std::string version, std::optional<Instant> from = {}) {
  return {
      .partition = std::move(partition), .from = from, .summary = {.version = version, .files = 1}};
}
/// "KEY=VERSION" of all that is said, taken.
std::vector<std::string> take(Ledger& ledger) {
  std::vector<std::string> out;
  while (ledger.has_news()) {
    for (const input::Event& event : ledger.batch())
      out.push_back(event.error.empty() ? event.partition + '=' + event.data_version : event.error);
    ledger.taken();
  }
  return out;
}

TEST(Ledger, TellsOnlyThePartitionsThatChanged) {
  Ledger ledger{"raw", "{date}/*.csv"};
  ledger.find({group("a", "1"), group("b", "1")}, {}, false, noon);
  EXPECT_THAT(take(ledger), ElementsAre("a=1", "b=1"));
  ledger.find({group("a", "1"), group("b", "2")}, {}, false, noon);
  EXPECT_THAT(take(ledger), ElementsAre("b=2"));
  ledger.find({group("b", "2")}, {}, false, noon);
  EXPECT_THAT(take(ledger), IsEmpty()) << "nothing is said of what has no files";
  ledger.find({group("a", "1"), group("b", "2")}, {}, false, noon);
  EXPECT_THAT(take(ledger), IsEmpty());
}

TEST(Ledger, TellsWhatIsThereWhenWhatWasThereWasNotTaken) {
  Ledger ledger{"raw", "{date}/*.csv"};
  ledger.find({group("a", "1")}, {}, false, noon);
  ledger.find({group("a", "2")}, {}, false, noon);
  EXPECT_THAT(take(ledger), ElementsAre("a=2"));
}

TEST(Ledger, WaitsForATimeWindowToEnd) {
  Ledger ledger{"raw", "{date}/*.csv"};
  const Instant midnight = *parse_instant("2026-12-01");
  ledger.find({group("2026-11-29", "1", noon), group("2026-11-30", "1", midnight)}, {}, false,
              noon);
  EXPECT_THAT(take(ledger), ElementsAre("2026-11-29=1"));
  EXPECT_EQ(ledger.opens(), midnight);
  ledger.find({group("2026-11-30", "2", midnight)}, {}, false, midnight);
  EXPECT_THAT(take(ledger), ElementsAre("2026-11-30=2"));
  EXPECT_EQ(ledger.opens(), std::nullopt);
}

TEST(Ledger, TellsManyPartitionsInSeveralMoments) {
  Ledger ledger{"raw", "{date}/*.csv"};
  std::vector<Group> groups;
  for (int i = 0; i < 2'500; ++i) groups.push_back(group(std::to_string(i), "1"));
  ledger.find(groups, {}, false, noon);
  EXPECT_EQ(ledger.batch().size(), 1'000U);
  EXPECT_EQ(take(ledger).size(), 2'500U);
  EXPECT_EQ(ledger.events(), 2'500U);
}

TEST(Ledger, RefusesANameOnce) {
  Ledger ledger{"raw", "{date}/*.csv"};
  const std::vector<Misfit> misfits{{"x/a.csv", "no date"}};
  ledger.find({}, misfits, false, noon);
  ASSERT_TRUE(ledger.has_news());
  const std::string id = ledger.batch().front().id;
  EXPECT_EQ(ledger.batch().front().body, R"({"path":"x/a.csv"})");
  ledger.find({}, misfits, false, noon);  // It had not been taken.
  EXPECT_THAT(take(ledger), ElementsAre("x/a.csv: no date"));
  ledger.find({}, misfits, false, noon);
  EXPECT_THAT(take(ledger), IsEmpty());
  Ledger after_a_restart{"raw", "{date}/*.csv"};
  after_a_restart.find({}, misfits, false, noon);
  EXPECT_EQ(after_a_restart.batch().front().id, id) << "by which the engine knows it";
}

TEST(Ledger, CountsTheNamesBeyondTheFirstHundred) {
  Ledger ledger{"raw", "{date}/*.csv"};
  std::vector<Misfit> misfits;
  for (int i = 0; i < 130; ++i) misfits.push_back({std::to_string(i), "no date"});
  ledger.find({}, misfits, false, noon);
  const auto said = take(ledger);
  ASSERT_EQ(said.size(), 100U);
  EXPECT_THAT(said.back(), HasSubstr("(and 30 more like it)"));
  ledger.find({}, misfits, false, noon);
  EXPECT_FALSE(ledger.has_news());
}

AssetDefinition cut_asset(std::string partition, std::vector<DimensionDefinition> dimensions) {
  AssetDefinition out;
  out.partitions = PartitionsDefinition{std::move(dimensions), ""};
  out.source.file.partition = std::move(partition);
  return out;
}
const WindowsDefinition days{.start = *parse_instant("2026-01-01")};

TEST(Placement, IsMadeOfTheOnlyCapture) {
  const auto placement = Placement::make(cut_asset("", {{"", days}}), "{when}/*.csv").value();
  EXPECT_EQ(placement->of("20260131/a.csv").partition, "2026-01-31");
  EXPECT_EQ(placement->of("20260131/a.csv").from, *parse_instant("2026-02-01"));
  EXPECT_EQ(placement->of("old/a.csv").error,
            "partition \"old\": want a time, a date, or the key of a time window");
  EXPECT_EQ(placement->of("2025-01-31/a.csv").error,
            "partition \"2025-01-31\" lies before the start of the partitions");
}

TEST(Placement, IsMadeOfCapturesThatAreCalledAsTheDimensions) {
  const auto placement =
      Placement::make(cut_asset("", {{"region", StaticKeys{{"at"}}}, {"day", days}}),
                      "{day}/{region}_{day}.csv")
          .value();
  EXPECT_EQ(placement->of("2026-01-31/at_2026-01-31.csv").partition, "at|2026-01-31");
  EXPECT_EQ(placement->of("2026-01-31/at_2026-01-30.csv").error,
            "the same name stands for different texts in it");
}

TEST(Placement, IsMadeAsTheDefinitionSays) {
  const auto placement =
      Placement::make(cut_asset("{y}-{m}-{d}", {{"", days}}), "{y}/{m}/{d}.csv").value();
  EXPECT_EQ(placement->of("2026/01/31.csv").partition, "2026-01-31");
}

}  // namespace
}  // namespace freshet::files
