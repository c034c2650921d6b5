// Files whose names say their partition, and files that a marker calls whole.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "freshet/partitions.hpp"
#include "freshet/time.hpp"
#include "source/file_sources.hpp"
#include "source_fixture.hpp"

namespace freshet {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr FileSourcesOptions kNoPolling{.poll_every = std::chrono::hours{1},
                                        .rescan_every = std::chrono::hours{1}};
/// Nothing that needs a second look to be believed comes before the end of a test.
constexpr Micros kForEver{std::chrono::hours{1}};

class PartitionedFiles : public FileSourcesTest {
 protected:
  AssetDefinition daily(std::string path, Micros settle = kSettle) {
    AssetDefinition out = asset(std::move(path), settle);
    out.partitions = PartitionsDefinition{
        {{"", WindowsDefinition{.start = *parse_instant("2020-01-01")}}}, "daily"};
    return out;
  }
  AssetDefinition marked(std::string path, Micros settle = kSettle) {
    AssetDefinition out = asset(std::move(path), settle);
    out.source.file.done = "_SUCCESS";
    return out;
  }
  /// "PARTITION FILES" of all events from the one on.
  [[nodiscard]] std::vector<std::string> told(std::size_t from = 0) const {
    std::vector<std::string> out;
    for (std::size_t i = from; i < events_.size(); ++i) {
      out.push_back(events_[i].error.empty() ? events_[i].partition + ' ' + count_of(i)
                                             : events_[i].error);
    }
    return out;
  }
  [[nodiscard]] const std::string& detail() { return detail_ = sources_->status().at(0).detail; }
  std::string detail_;
};

TEST_F(PartitionedFiles, AreAsManySetsAsThereArePartitions) {
  write("in/2026-01-30/a.csv", "1");
  write("in/2026-01-31/a.csv", "1");
  write("in/2026-01-31/b.csv", "2");
  watch({daily("in/{date}/*.csv")}, kNoPolling);
  ASSERT_TRUE(run_to_events(2));
  EXPECT_THAT(told(), ElementsAre("2026-01-30 files:1", "2026-01-31 files:2"));
  EXPECT_THAT(detail(), HasSubstr("in/{date}/*.csv: 3 files in 2 partitions"));
  write("in/2026-01-30/a.csv", "3");
  ASSERT_TRUE(run_to_events(3));
  EXPECT_THAT(told(2), ElementsAre("2026-01-30 files:1"));
  EXPECT_NE(version_of(2), version_of(0));
  write("in/2026-02-01/a.csv", "1");
  ASSERT_TRUE(run_to_events(4));
  EXPECT_THAT(told(3), ElementsAre("2026-02-01 files:1"));
}

TEST_F(PartitionedFiles, SayNothingOfAPartitionWhoseFilesAreGone) {
  write("in/a_2026-01-30.csv", "1");
  write("in/b_2026-01-30.csv", "1");
  write("in/a_2026-01-31.csv", "1");
  watch({daily("in/*_{date}.csv")}, kNoPolling);
  ASSERT_TRUE(run_to_events(2));
  fs::remove(path_of("in/a_2026-01-31.csv"));
  fs::remove(path_of("in/b_2026-01-30.csv"));
  ASSERT_TRUE(run_to_events(3));
  EXPECT_THAT(told(2), ElementsAre("2026-01-30 files:1"));
}

TEST_F(PartitionedFiles, RefuseANameOnce) {
  write("in/2026-01-31.csv", "1");
  write("in/latest.csv", "1");
  watch({daily("in/{date}.csv")}, kNoPolling);
  ASSERT_TRUE(run_to_events(2));
  EXPECT_EQ(told(1).at(0),
            "latest.csv: partition \"latest\": want a time, a date, or the key of a time window");
  EXPECT_THAT(detail(), HasSubstr("1 file in 1 partition; in no partition: 1 file"));
  write("in/2026-02-01.csv", "1");
  ASSERT_TRUE(run_to_events(3));
  EXPECT_THAT(told(2), ElementsAre("2026-02-01 files:1")) << "and nothing of the other";
}

TEST_F(PartitionedFiles, WaitForTheEndOfTheirWindow) {
  const std::string today = format_instant(clock_.now()).substr(0, 10);
  write("in/2026-01-31.csv", "1");
  write("in/" + today + ".csv", "1");
  watch({daily("in/{date}.csv")}, kNoPolling);
  ASSERT_TRUE(run_to_events(1));
  EXPECT_THAT(told(), ElementsAre("2026-01-31 files:1"));
  EXPECT_THAT(detail(), HasSubstr("some wait for their time window to end, at "));
}

TEST_F(PartitionedFiles, CountOnceTheirMarkerIsThere) {
  write("in/a/1.csv", "1");
  write("in/a/2.csv", "2");
  write("in/b/1.csv", "1");
  watch({marked("in/*/*.csv", kForEver)}, kNoPolling);
  ASSERT_TRUE(run_to_detail("3 files without _SUCCESS beside them"));
  write("in/a/_SUCCESS", "");
  ASSERT_TRUE(run_to_events(1)) << "although the settle time is an hour";
  EXPECT_EQ(count_of(0), "files:2");
  EXPECT_THAT(detail(), HasSubstr("2 files; 1 file without _SUCCESS beside them"));
}

TEST_F(PartitionedFiles, CountAgainOnceTheirMarkerIsWrittenAgain) {
  write("in/a/1.csv", "1");
  write("in/a/_SUCCESS", "");
  watch({marked("in/*/*.csv", kForEver)}, kNoPolling);
  ASSERT_TRUE(run_to_events(1));
  write("in/a/1.csv", "2");
  write("in/a/_SUCCESS", "");
  ASSERT_TRUE(run_to_events(2));
  EXPECT_NE(version_of(0), version_of(1));
}

TEST_F(PartitionedFiles, StandAsTheyWereWhileTheirMarkerIsAway) {
  write("in/a/1.csv", "1");
  write("in/a/2.csv", "2");
  write("in/a/_SUCCESS", "");
  write("in/b/1.csv", "1");
  write("in/b/_SUCCESS", "");
  watch({marked("in/*/*.csv")}, kNoPolling);
  ASSERT_TRUE(run_to_events(1));
  fs::remove(path_of("in/a/_SUCCESS"));
  fs::remove(path_of("in/a/2.csv"));
  write("in/a/1.csv", "half");
  write("in/b/2.csv", "2");
  write("in/b/_SUCCESS", "again");
  ASSERT_TRUE(run_to_events(2));
  EXPECT_EQ(count_of(1), "files:4") << "both of a, as they were";
  write("in/a/1.csv", "whole");
  write("in/a/_SUCCESS", "");
  ASSERT_TRUE(run_to_events(3));
  EXPECT_EQ(count_of(2), "files:3");
}

TEST_F(PartitionedFiles, AreMarkedByAFileInAFolderAbove) {
  write("in/day/at/1.csv", "1");
  watch({marked("in/*/**/*.csv", kForEver)}, kNoPolling);
  ASSERT_TRUE(run_to_detail("1 file without _SUCCESS"));
  write("in/day/_SUCCESS", "");
  ASSERT_TRUE(run_to_events(1));
  EXPECT_EQ(count_of(0), "files:1");
}

TEST_F(PartitionedFiles, AreNotTheMarkerItself) {
  write("in/1.csv", "1");
  write("in/_SUCCESS", "1");
  watch({marked("in/**", kForEver)}, kNoPolling);
  ASSERT_TRUE(run_to_events(1));
  EXPECT_EQ(count_of(0), "files:1");
}

TEST_F(PartitionedFiles, MarkASinglePlainFile) {
  write("in/a.csv", "1");
  watch({marked("in/a.csv", kForEver)}, kNoPolling);
  ASSERT_TRUE(run_to_detail("1 file without _SUCCESS"));
  write("in/_SUCCESS", "");
  ASSERT_TRUE(run_to_events(1));
}

// --- Files that are not whole.

TEST_F(PartitionedFiles, AreTakenAtOnceWhenTheyAreRenamedIntoPlace) {
  fs::create_directory(path_of("in"));
  write("elsewhere/a", "whole");
  watch("in/*.csv", kNoPolling);
  ASSERT_TRUE(run_to_detail("no such file yet"));
  fs::rename(path_of("elsewhere/a"), path_of("in/a.csv"));
  ASSERT_TRUE(run_to_events(1));
  EXPECT_THAT(events_[0].metadata, HasSubstr("\"bytes\":5,"));
}

TEST_F(PartitionedFiles, CountAsTheyAreWhenTheirWriterDies) {
  fs::create_directory(path_of("in"));
  watch("in/*.csv", kNoPolling);
  ASSERT_TRUE(run_to_detail("no such file yet"));
  write("in/a.csv", "half");  // and nothing more, ever
  ASSERT_TRUE(run_to_events(1)) << "nobody can tell it from a whole one: that is what done is for";
}

TEST_F(PartitionedFiles, AreNotSeenEmptyWhileTheyAreRewritten) {
  write("in/a.csv", "one");
  watch("in/*.csv", kNoPolling);
  ASSERT_TRUE(run_to_events(1));
  fs::resize_file(path_of("in/a.csv"), 0);
  const auto end = clock_.steady() + 5 * kSettle;
  keep_busy([&] {
    if (clock_.steady() < end) {
      append("in/a.csv", "x");
      return true;
    }
    write("in/a.csv", "two");
    return false;
  });
  ASSERT_TRUE(run_to_events(2));
  EXPECT_THAT(events_[1].metadata, HasSubstr("\"bytes\":3,"));
}

// --- Folders that nothing was heard of are not read again.

TEST_F(PartitionedFiles, AreAllThereWhenOnlyOneFolderIsReadAgain) {
  for (int i = 0; i < 20; ++i) {
    write("in/" + std::to_string(i) + "/a.csv", "1");
    write("in/" + std::to_string(i) + "/deeper/b.csv", "1");
  }
  write("elsewhere/a", "1");
  fs::create_symlink(path_of("elsewhere/a"), path_of("in/3/link.csv"));
  watch("in/**/*.csv", kNoPolling);
  ASSERT_TRUE(run_to_events(1));
  EXPECT_EQ(count_of(0), "files:41");
  const auto after = [&](const char* what, const std::string& count) {
    const std::size_t events = events_.size();
    ASSERT_TRUE(run_to_events(events + 1)) << what;
    EXPECT_EQ(count_of(events), count) << what;
    EXPECT_NE(version_of(events), version_of(events - 1)) << what;
  };
  write("in/7/a.csv", "2");
  after("a file is written", "files:41");
  fs::remove(path_of("in/8/deeper/b.csv"));
  after("a file is removed", "files:40");
  write("in/9/new/c.csv", "1");
  after("a folder is made", "files:41");
  write("in/9/new/c.csv", "2");
  after("a file in it is written", "files:41");
  fs::rename(path_of("in/10"), path_of("in/3/ten"));
  after("a folder is moved", "files:41");
  write("in/3/ten/deeper/b.csv", "2");
  after("a file in it is written", "files:41");
  write("elsewhere/a", "2");
  after("the target of a link is written", "files:41");
  fs::remove_all(path_of("in/11"));
  after("a folder is removed", "files:39");
}

// --- Looking now and then.

TEST_F(PartitionedFiles, ArePolledWhereTheDefinitionSaysSo) {
  AssetDefinition polled = asset("in/*.csv");
  polled.source.file.poll = kSettle;
  write("in/a.csv", "1");
  watch({polled}, kNoPolling);
  ASSERT_TRUE(run_to_events(1));
  EXPECT_EQ(sources_->status().at(0).state, "polling");
  write("in/b.csv", "1");
  ASSERT_TRUE(run_to_events(2));
  EXPECT_EQ(count_of(1), "files:2");
  write("in/b.csv", "2");
  ASSERT_TRUE(run_to_events(3));
}

TEST_F(PartitionedFiles, AreNotListenedToWhereTheyArePolled) {
  AssetDefinition polled = asset("one", folder_, "in/*.csv");
  polled.source.file.poll = kForEver;
  write("in/a.csv", "1");
  watch({polled, asset("two", folder_, "in/*.csv")}, kNoPolling);
  ASSERT_TRUE(run_to_events(2));
  write("in/b.csv", "1");
  ASSERT_TRUE(run_to_events(3));
  EXPECT_EQ(events_[2].asset, "two");
}

TEST_F(PartitionedFiles, AreShownByATest) {
  write("in/2026-01-30.csv", "1");
  write("in/2026-01-31.csv", "1");
  write("in/latest.csv", "1");
  watch(std::vector<AssetDefinition>{}, kNoPolling);
  const SourceTest found = sources_->test(daily("in/{date}.csv"), Seconds{1});
  EXPECT_EQ(found.error, "");
  const std::map<std::string, std::string> findings{found.findings.begin(), found.findings.end()};
  EXPECT_EQ(findings.at("files"), "2");
  EXPECT_EQ(findings.at("partitions"), "2");
  EXPECT_EQ(findings.at("refused"), "1 name");
  ASSERT_EQ(found.events.size(), 3U);
  EXPECT_EQ(found.events[1].partition, "2026-01-31");
  EXPECT_THAT(found.events[2].error, HasSubstr("latest.csv: partition"));
}

}  // namespace
}  // namespace freshet
