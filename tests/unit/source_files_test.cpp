#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <future>
#include <string>

#include "freshet/service.hpp"
#include "freshet/time.hpp"
#include "source/file_sources.hpp"
#include "source_fixture.hpp"

namespace freshet {
namespace {

namespace fs = std::filesystem;

using FileSourcesTest = FileSourcesTest;

constexpr FileSourcesOptions kNoPolling{.poll_every = std::chrono::hours{1},
                                        .rescan_every = std::chrono::hours{1}};

TEST_F(FileSourcesTest, ReportsAFileThatIsThereAtTheStart) {
  write("a.csv", "1");
  watch("a.csv", kNoPolling);
  ASSERT_TRUE(run_to_events(1));
  EXPECT_EQ(count_of(0), "files:1");
  EXPECT_EQ(events_[0].asset, "raw");
  const SourceStatus status = sources_->status().at(0);
  EXPECT_EQ(status.state, "watching");
  EXPECT_EQ(status.kind, "file");
  EXPECT_EQ(status.detail, path_of("a.csv") + ": 1 file");
  EXPECT_EQ(status.messages, 1U);
}

TEST_F(FileSourcesTest, WaitsForAFileAndReportsItWhenItIsCreated) {
  watch("a.csv", kNoPolling);
  ASSERT_TRUE(run_to_detail("no such file yet"));
  EXPECT_EQ(sources_->status().at(0).state, "waiting");
  write("a.csv", "1");
  ASSERT_TRUE(run_to_events(1));
  write("a.csv", "2");
  ASSERT_TRUE(run_to_events(2));
  EXPECT_NE(version_of(0), version_of(1));
}

TEST_F(FileSourcesTest, HasNoEarForItsNeighbours) {
  write("a.csv", "1");
  watch("a.csv", kNoPolling);
  ASSERT_TRUE(run_to_events(1));
  write("b.csv", "1");
  write("a.csv", "2");
  ASSERT_TRUE(run_to_events(2));
  EXPECT_EQ(count_of(1), "files:1");
}

TEST_F(FileSourcesTest, GoesDownAsFoldersAppear) {
  for (int turns = 0; turns < 8; ++turns) {  // Somewhere between one look and the next.
    const auto turn = [&] {
      for (int i = 0; i < turns; ++i) io_.run_one_for(kSettle);
    };
    const std::string top = "in" + std::to_string(turns);
    events_.clear();
    watch(top + "/day/a.csv", kNoPolling);
    ASSERT_TRUE(run_to_detail("no such file yet"));
    fs::create_directory(path_of(top));
    turn();
    fs::create_directory(path_of(top + "/day"));
    turn();
    write(top + "/day/a.csv", "1");
    ASSERT_TRUE(run_to_events(1)) << turns;
  }
}

TEST_F(FileSourcesTest, ReportsAFileThatGrowsSlowlyOnlyWhenItIsComplete) {
  watch("a.csv", kNoPolling);
  ASSERT_TRUE(run_to_detail("no such file yet"));
  std::size_t size = 0;
  bool is_complete = false;
  const auto end = clock_.steady() + 5 * kSettle;
  keep_busy([&] {
    append("a.csv", "x");
    ++size;
    is_complete = clock_.steady() >= end;
    return !is_complete;
  });
  ASSERT_TRUE(run_to_events(1));
  EXPECT_TRUE(is_complete);
  EXPECT_NE(events_[0].metadata.find("\"bytes\":" + std::to_string(size) + ","), std::string::npos)
      << events_[0].metadata << " instead of " << size;
}

TEST_F(FileSourcesTest, ReportsTheRestWhileOneFileGrowsForEver) {
  watch("in/*.csv", kNoPolling);
  ASSERT_TRUE(run_to_detail("no such file yet"));
  bool goes_on = true;
  std::size_t size = 0;
  keep_busy([&] {
    append("in/log.csv", "x");
    ++size;
    return goes_on;
  });
  write("in/done.csv", "1");
  ASSERT_TRUE(run_to_events(1));
  EXPECT_EQ(count_of(0), "files:1");
  EXPECT_NE(events_[0].metadata.find("\"bytes\":1,"), std::string::npos) << "the finished one";
  EXPECT_NE(sources_->status().at(0).detail.find("being written: log.csv"), std::string::npos);
  goes_on = false;
  ASSERT_TRUE(run_to_events(2));
  EXPECT_EQ(count_of(1), "files:2");
  EXPECT_NE(events_[1].metadata.find("\"bytes\":" + std::to_string(size + 1) + ","),
            std::string::npos);
}

TEST_F(FileSourcesTest, ReportsAFileThatIsWrittenForEverButKeepsItsSize) {
  write("a.db", "0000");
  watch("a.db", kNoPolling);
  ASSERT_TRUE(run_to_events(1));
  bool goes_on = true;
  unsigned count = 0;
  std::fstream file{path_of("a.db")};
  keep_busy([&] {
    file.seekp(0) << std::to_string(1'000 + ++count % 9'000) << std::flush;
    return goes_on;
  });
  ASSERT_TRUE(run_to_events(2));
  EXPECT_TRUE(goes_on);
  goes_on = false;
}

TEST_F(FileSourcesTest, NoticesAFileThatIsRenamedOverAnother) {
  write("a.csv", "1");
  watch("a.csv", kNoPolling);
  ASSERT_TRUE(run_to_events(1));
  write(".a.csv.new", "2");
  fs::rename(path_of(".a.csv.new"), path_of("a.csv"));
  ASSERT_TRUE(run_to_events(2));
  EXPECT_NE(version_of(0), version_of(1));
}

TEST_F(FileSourcesTest, TouchingBringsTheSameVersionAgain) {
  write("a.csv", "1");
  watch("a.csv", kNoPolling);
  ASSERT_TRUE(run_to_events(1));
  fs::last_write_time(path_of("a.csv"), fs::file_time_type{} + std::chrono::hours{1});
  ASSERT_TRUE(run_to_events(2));
  EXPECT_EQ(version_of(0), version_of(1));
  EXPECT_EQ(sources_->status().at(0).messages, 2U);
}

TEST_F(FileSourcesTest, SaysSinceWhenAPlainFileIsGone) {
  write("a.csv", "1");
  watch("a.csv", kNoPolling);
  ASSERT_TRUE(run_to_events(1));
  fs::remove(path_of("a.csv"));
  ASSERT_TRUE(run_to_detail("gone since"));
  EXPECT_EQ(sources_->status().at(0).state, "waiting");
  EXPECT_EQ(events_.size(), 1U);
  write("a.csv", "2");
  ASSERT_TRUE(run_to_events(2));
  EXPECT_EQ(sources_->status().at(0).state, "watching");
}

TEST_F(FileSourcesTest, ReportsThatFilesOfAGlobAreGone) {
  write("in/a.csv", "1");
  write("in/b.csv", "1");
  watch("in/*.csv", kNoPolling);
  ASSERT_TRUE(run_to_events(1));
  fs::remove(path_of("in/a.csv"));
  ASSERT_TRUE(run_to_events(2));
  EXPECT_EQ(count_of(1), "files:1");
  fs::remove(path_of("in/b.csv"));
  ASSERT_TRUE(run_to_events(3));
  EXPECT_EQ(version_of(2), "files:0");
}

TEST_F(FileSourcesTest, FollowsAFolderThatIsDeletedAndMadeAgain) {
  write("in/a.csv", "1");
  watch("in/*.csv", kNoPolling);
  ASSERT_TRUE(run_to_events(1));
  fs::remove_all(path_of("in"));
  ASSERT_TRUE(run_to_detail("gone since"));
  EXPECT_EQ(events_.size(), 1U);
  write("in/a.csv", "2");
  ASSERT_TRUE(run_to_events(2));
  write("in/b.csv", "2");
  ASSERT_TRUE(run_until([&] { return count_of(events_.size() - 1) == "files:2"; }));
}

TEST_F(FileSourcesTest, FollowsAFolderAboveThatIsMovedAway) {
  write("x/in/a.csv", "1");
  write("y/in/a.csv", "2");
  watch("x/in/*.csv", kNoPolling);
  ASSERT_TRUE(run_to_events(1));
  fs::rename(path_of("x"), path_of("z"));
  fs::rename(path_of("y"), path_of("x"));
  ASSERT_TRUE(run_to_events(2));
  write("x/in/a.csv", "3");
  ASSERT_TRUE(run_to_events(3));
  EXPECT_NE(version_of(1), version_of(2));
}

TEST_F(FileSourcesTest, FindsWhatFillsNewFoldersBeforeTheyAreWatched) {
  fs::create_directory(path_of("in"));
  watch("in/**/*.csv", kNoPolling);
  ASSERT_TRUE(run_to_detail("no such file yet"));
  write("in/2026/01/a.csv", "1");
  write("in/2026/02/a.csv", "1");
  write("in/2026/b.csv", "1");
  ASSERT_TRUE(run_to_events(1));
  EXPECT_EQ(count_of(0), "files:3");
  write("in/2026/02/a.csv", "2");  // The folders are watched now.
  ASSERT_TRUE(run_to_events(2));
  EXPECT_NE(version_of(0), version_of(1));
}

TEST_F(FileSourcesTest, WaitsForAFileThatGrowsInANewFolder) {
  fs::create_directory(path_of("in"));
  watch("in/*/*.csv", kNoPolling);
  ASSERT_TRUE(run_to_detail("no such file yet"));
  fs::create_directory(path_of("in/new"));
  std::size_t size = 0;
  const auto end = clock_.steady() + 5 * kSettle;
  keep_busy([&] {
    append("in/new/a.csv", "x");
    ++size;
    return clock_.steady() < end;
  });
  ASSERT_TRUE(run_to_events(1));
  EXPECT_NE(events_[0].metadata.find("\"bytes\":" + std::to_string(size) + ","), std::string::npos);
}

TEST_F(FileSourcesTest, MakesOneObservationOfTwoThousandFiles) {
  watch("in/*.csv", kNoPolling);
  ASSERT_TRUE(run_to_detail("no such file yet"));
  for (int i = 0; i < 2'000; ++i) write("in/" + std::to_string(i) + ".csv", std::to_string(i));
  ASSERT_TRUE(run_to_events(1));
  EXPECT_EQ(count_of(0), "files:2000");
  write("in/more.csv", "1");
  ASSERT_TRUE(run_to_events(2));
  EXPECT_EQ(count_of(1), "files:2001") << "and nothing in between";
}

TEST_F(FileSourcesTest, TakesAnUnfinishedFileOnceItHasItsName) {
  fs::create_directory(path_of("in"));
  watch("in/*", kNoPolling);
  ASSERT_TRUE(run_to_detail("no such file yet"));
  write("in/a.csv.part", "half");
  write("in/b.csv", "1");
  ASSERT_TRUE(run_to_events(1));
  EXPECT_EQ(count_of(0), "files:1");
  fs::rename(path_of("in/a.csv.part"), path_of("in/a.csv"));
  ASSERT_TRUE(run_to_events(2));
  EXPECT_EQ(count_of(1), "files:2");
}

TEST_F(FileSourcesTest, FollowsLinksToFilesButNotToFoldersBelowAWildcard) {
  write("elsewhere/a.csv", "1");
  fs::create_directory(path_of("in"));
  fs::create_symlink(path_of("elsewhere/a.csv"), path_of("in/a.csv"));
  fs::create_directory_symlink(path_of("elsewhere"), path_of("in/folder"));
  watch("in/**", kNoPolling);
  ASSERT_TRUE(run_to_events(1));
  EXPECT_EQ(count_of(0), "files:1");
  write("elsewhere/a.csv", "2");
  ASSERT_TRUE(run_to_events(2));
  EXPECT_NE(version_of(0), version_of(1));
}

TEST_F(FileSourcesTest, FollowsALinkOnTheWayThatIsTurnedElsewhere) {
  write("release1/a.csv", "1");
  write("release2/a.csv", "2");
  fs::create_directory_symlink("release1", path_of("current"));
  watch("current/a.csv", kNoPolling);
  ASSERT_TRUE(run_to_events(1));
  fs::create_directory_symlink("release2", path_of("next"));
  fs::rename(path_of("next"), path_of("current"));
  ASSERT_TRUE(run_to_events(2));
  EXPECT_NE(version_of(0), version_of(1));
  write("release2/a.csv", "3");
  ASSERT_TRUE(run_to_events(3));
}

TEST_F(FileSourcesTest, SaysWhatCannotBeReadAndGoesOnTrying) {
  fs::create_directory(path_of("a.csv"));
  watch("a.csv", {.poll_every = kSettle});
  ASSERT_TRUE(run_to_state("error"));
  EXPECT_EQ(sources_->status().at(0).detail,
            "read " + path_of("a.csv") + ": is a folder, name its files, as with /* or /**");
  fs::remove(path_of("a.csv"));
  fs::create_symlink("a.csv", path_of("a.csv"));
  ASSERT_TRUE(run_to_detail("Too many levels of symbolic links"));
  EXPECT_EQ(sources_->status().at(0).state, "error");
  fs::remove(path_of("a.csv"));
  write("a.csv", "1");
  ASSERT_TRUE(run_to_events(1));
  EXPECT_EQ(sources_->status().at(0).state, "watching");
}

TEST_F(FileSourcesTest, LooksAtEverythingWhenTheKernelHasLostEvents) {
  std::ifstream limit{"/proc/sys/fs/inotify/max_queued_events"};
  std::size_t queue = 0;
  if (!(limit >> queue) || queue > 100'000) GTEST_SKIP() << "the queue is too long to be filled";
  watch("in/*.csv", kNoPolling);
  write("in/a.csv", "1");
  ASSERT_TRUE(run_to_events(1));
  std::ofstream one{path_of("in/one.log")};  // Neither concerns the source.
  std::ofstream two{path_of("in/two.log")};
  for (std::size_t i = 0; i <= queue / 2; ++i) {
    one << 'x' << std::flush;
    two << 'x' << std::flush;
  }
  write("in/b.csv", "1");
  ASSERT_TRUE(run_to_events(2));
  EXPECT_EQ(count_of(1), "files:2");
}

TEST_F(FileSourcesTest, FindsAfterLostEventsWhatItHasNotHeardOf) {
  FileSourcesOptions options = kNoPolling;
  options.inotify_refusal = EMFILE;
  write("in/a.csv", "1");
  watch("in/*.csv", options);
  ASSERT_TRUE(run_to_events(1));
  write("in/b.csv", "1");
  sources_->simulate_overflow();
  ASSERT_TRUE(run_to_events(2));
  EXPECT_EQ(count_of(1), "files:2");
}

TEST_F(FileSourcesTest, PollsWhereNothingCanBeWatched) {
  watch("in/*.csv", {.poll_every = kSettle, .inotify_refusal = ENOSPC});
  ASSERT_TRUE(run_to_detail("no such file yet"));
  EXPECT_NE(sources_->status().at(0).detail.find("fs.inotify.max_user_watches"), std::string::npos);
  write("in/a.csv", "1");
  ASSERT_TRUE(run_to_events(1));
  EXPECT_EQ(sources_->status().at(0).state, "polling");
  write("in/a.csv", "2");
  ASSERT_TRUE(run_to_events(2));
  EXPECT_NE(version_of(0), version_of(1)) << "looking again is no news";
}

TEST_F(FileSourcesTest, LooksNowAndThenInAnyCase) {
  write("a.csv", "1");
  watch("a.csv",
        {.poll_every = std::chrono::hours{1}, .rescan_every = kSettle, .inotify_refusal = ENOSPC});
  ASSERT_TRUE(run_to_events(1));
  write("a.csv", "2");
  ASSERT_TRUE(run_to_events(2));
}

TEST_F(FileSourcesTest, ReportsAfterARestartWhatHappenedMeanwhile) {
  write("in/a.csv", "1");
  watch("in/*.csv", kNoPolling);
  ASSERT_TRUE(run_to_events(1));
  watch("in/*.csv", kNoPolling);
  ASSERT_TRUE(run_to_events(2));
  EXPECT_EQ(version_of(0), version_of(1));
  sources_.reset();
  write("in/a.csv", "2");
  watch("in/*.csv", kNoPolling);
  ASSERT_TRUE(run_to_events(3));
  EXPECT_NE(version_of(1), version_of(2));
}

TEST_F(FileSourcesTest, OffersAnObservationUntilItIsTaken) {
  has_credit_ = false;
  write("a.csv", "1");
  watch("a.csv", {.offer_every = Millis{1}});
  ASSERT_TRUE(run_until([&] { return offers_ >= 3; }));
  EXPECT_EQ(sources_->status().at(0).messages, 0U);
  const std::string version = offered_.data_version;
  write("a.csv", "2");
  ASSERT_TRUE(run_until([&] { return offered_.data_version != version; }));
  has_credit_ = true;
  ASSERT_TRUE(run_to_events(1));
  EXPECT_EQ(version_of(0), offered_.data_version) << "what is there now, not what was";
  EXPECT_EQ(sources_->status().at(0).messages, 1U);
}

TEST_F(FileSourcesTest, DoesNotOfferWhatIsNotSoAnyMore) {
  write("a.csv", "1");
  watch("a.csv", {.offer_every = Millis{1}});
  ASSERT_TRUE(run_to_events(1));
  has_credit_ = false;
  write("a.csv", "2");
  ASSERT_TRUE(run_until([&] { return offered_.data_version != version_of(0); }));
  write("a.csv", "1");
  ASSERT_TRUE(run_until([&] { return offered_.data_version == version_of(0); }));
  has_credit_ = true;
  ASSERT_TRUE(run_to_events(2));
  EXPECT_EQ(version_of(1), version_of(0));
}

TEST_F(FileSourcesTest, KeepsWhatDidNotChangeInANewGraph) {
  write("a.csv", "1");
  write("b.csv", "1");
  write("c.csv", "1");
  watch({asset("a", folder_, "a.csv"), asset("b", folder_, "b.csv")}, kNoPolling);
  ASSERT_TRUE(run_to_events(2));
  watch_exactly({asset("a", folder_, "a.csv"), asset("c", folder_, "c.csv")});
  ASSERT_EQ(sources_->status().size(), 2U);
  EXPECT_EQ(sources_->status()[0].asset, "a");
  EXPECT_EQ(sources_->status()[0].messages, 1U) << "the one of before";
  EXPECT_EQ(sources_->status()[1].asset, "c");
  ASSERT_TRUE(run_to_events(3));
  EXPECT_EQ(events_[2].asset, "c");
  write("b.csv", "2");  // Nobody's any more.
  write("a.csv", "2");
  ASSERT_TRUE(run_to_events(4));
  EXPECT_EQ(events_[3].asset, "a");
}

TEST_F(FileSourcesTest, SharesAFolderBetweenSources) {
  watch({asset("one", folder_, "in/a.csv"), asset("all", folder_, "in/*.csv"),
         asset("below", folder_, "in/deeper/*.csv")},
        kNoPolling);
  write("in/a.csv", "1");
  ASSERT_TRUE(run_to_events(2));
  watch_exactly({asset("all", folder_, "in/*.csv")});
  write("in/b.csv", "1");
  ASSERT_TRUE(run_until([&] { return count_of(events_.size() - 1) == "files:2"; }));
  EXPECT_EQ(events_.back().asset, "all");
}

TEST_F(FileSourcesTest, LooksAtMoreSourcesThanItMayAtATime) {
  std::vector<AssetDefinition> assets;
  for (int i = 0; i < 30; ++i) {
    const std::string name = std::to_string(i);
    write(name, name);
    assets.push_back(asset("raw/" + name, folder_, name));
  }
  watch(assets, kNoPolling);
  ASSERT_TRUE(run_to_events(30));
}

TEST_F(FileSourcesTest, AreTestedForALimitedTime) {
  write("a.csv", "1");
  const FileSources sources{io_, pool_, clock_, [](const auto&, const auto&) { return false; }, {}};
  EXPECT_EQ(sources.test(asset("*.csv"), kPatience).error, "");
  std::promise<void> answer;
  const std::shared_future<void> answered{answer.get_future()};
  for (int thread = 0; thread < 2; ++thread)
    boost::asio::post(pool_, [answered] { answered.wait(); });
  EXPECT_EQ(sources.test(asset("*.csv"), Millis{10}).error,
            folder_ +
                "/*.csv: not looked through within 10ms: there are too many files, or their "
                "file system does not answer");
  answer.set_value();
}

TEST_F(FileSourcesTest, SaysNothingAfterStop) {
  write("a.csv", "1");
  watch("a.csv");
  sources_->stop();
  work_.reset();
  io_.run();  // Ends, as nothing is waited for any more.
  EXPECT_TRUE(events_.empty());
  EXPECT_EQ(sources_->status().size(), 1U);
}

TEST_F(FileSourcesTest, MayBeDestroyedWhileItLooks) {
  for (int i = 0; i < 200; ++i) write("in/" + std::to_string(i), std::string(10'000, 'x'));
  for (int turns = 0; turns < 5; ++turns) {
    watch("in/*");
    for (int i = 0; i < turns; ++i) io_.run_one_for(kSettle);
    sources_.reset();
  }
  work_.reset();
  io_.run();
  EXPECT_TRUE(events_.empty());
}

}  // namespace
}  // namespace freshet
