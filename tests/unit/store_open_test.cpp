#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>
#include <array>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <ios>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/unique_fd.hpp"
#include "freshet/history.hpp"
#include "freshet/result.hpp"
#include "freshet/rows.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/schema.hpp"
#include "store/store.hpp"
#include "store_support.hpp"

namespace freshet {
namespace {

using testing::HasSubstr;
using testing_support::at_seconds;
using testing_support::commit_one;
using testing_support::open_store;
using testing_support::TemporaryDirectory;
using testing_support::update_batch;

mode_t mode_of(const std::string& path) {
  struct stat info{};
  EXPECT_EQ(::stat(path.c_str(), &info), 0) << path;
  return info.st_mode & 07777U;
}

/// Does something to the file that no store does.
void tamper(const TemporaryDirectory& directory, const std::string& sql) {
  auto connection =
      sqlite::Connection::open(directory.database(), sqlite::Connection::Mode::read_write);
  ASSERT_TRUE(connection);
  const auto done = connection->run(sql);
  ASSERT_TRUE(done) << done.error().message;
}

Error error_of_opening(const TemporaryDirectory& directory) {
  auto store = open_sqlite(directory.state(), {});
  EXPECT_FALSE(store);
  return store ? Error{} : store.error();
}

TEST(OpenStore, MakesAPrivateDirectoryAndPrivateFiles) {
  const TemporaryDirectory directory;
  const auto store = open_store(directory);
  ASSERT_TRUE(commit_one(*store, update_batch(1, 1)));
  EXPECT_EQ(mode_of(directory.state()), 0700U);
  EXPECT_EQ(mode_of(directory.database()), 0600U);
  EXPECT_EQ(mode_of(directory.database() + "-wal"), 0600U);
  EXPECT_EQ(mode_of(directory.database() + "-shm"), 0600U);
  EXPECT_EQ(mode_of(directory.state() + "/lock"), 0600U);
}

TEST(OpenStore, KeepsItsInstanceAndAnotherStoreHasAnother) {
  const TemporaryDirectory one;
  const TemporaryDirectory other;
  const std::string first{open_store(one)->instance()};
  EXPECT_EQ(first.size(), 16U);
  EXPECT_EQ(open_store(one)->instance(), first);
  EXPECT_NE(open_store(other)->instance(), first);
}

TEST(OpenStore, ALockThatIsLetGoInAMomentIsWaitedFor) {
  const TemporaryDirectory directory;
  {
    const auto store = open_store(directory);
  }
  const std::string path = directory.state() + "/lock";
  UniqueFd lock{::open(path.c_str(), O_RDWR | O_CLOEXEC)};
  ASSERT_EQ(::flock(lock.get(), LOCK_EX), 0);
  const UniqueFd watch{::inotify_init1(IN_CLOEXEC)};
  ASSERT_GE(::inotify_add_watch(watch.get(), path.c_str(), IN_OPEN), 0);
  std::jthread holder{[&] {
    std::array<char, sizeof(inotify_event) + NAME_MAX + 1> event{};
    EXPECT_GT(::read(watch.get(), event.data(), event.size()), 0);  // the other has come
    lock.reset();
  }};
  EXPECT_NE(open_store(directory), nullptr);
}

TEST(OpenStore, ASecondOneIsToldWhichProcessHasTheState) {
  const TemporaryDirectory directory;
  const auto store = open_store(directory);
  const Error error = error_of_opening(directory);
  EXPECT_EQ(error.code, Errc::conflict);
  EXPECT_EQ(error.message, "state " + directory.state() + " is in use by freshet serve, process " +
                               std::to_string(::getpid()));
}

TEST(OpenStore, TheLockEndsWithTheStore) {
  const TemporaryDirectory directory;
  open_store(directory).reset();
  EXPECT_TRUE(open_sqlite(directory.state(), {}));
}

TEST(OpenStore, ANewerVersionIsRefusedAndLeftAlone) {
  const TemporaryDirectory directory;
  open_store(directory).reset();
  tamper(directory, "PRAGMA user_version = 99");
  const Error error = error_of_opening(directory);
  EXPECT_EQ(error.code, Errc::unsupported);
  EXPECT_THAT(error.message, HasSubstr("it is of version 99"));
  EXPECT_THAT(error.message, HasSubstr("use a newer freshet"));
  tamper(directory, "PRAGMA user_version = " + std::to_string(sqlite::schema_version));
  EXPECT_TRUE(open_sqlite(directory.state(), {}));
}

TEST(OpenStore, AnOlderVersionIsBroughtToThisOne) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(commit_one(*open_store(directory), update_batch(1, 1)));
  tamper(directory,
         "DROP INDEX runs_ended; DROP INDEX steps_failed; DROP INDEX facts_rejected;"
         "PRAGMA user_version = 1;"
         "UPDATE meta SET value = '" +
             sqlite::schema_fingerprint(1) + "' WHERE name = 'schema'");
  const auto store = open_store(directory);
  ASSERT_NE(store, nullptr);
  EXPECT_EQ(store->load()->of<MemberRow>().size(), 1U);
  auto reader = store->reader();
  ASSERT_TRUE(reader);
  EXPECT_TRUE((*reader)->timeline({.from = at_seconds(0), .to = at_seconds(9), .columns = 3}));
}

TEST(OpenStore, AnOlderVersionOfOtherColumnsAsksToStartAfresh) {
  const TemporaryDirectory directory;
  open_store(directory).reset();
  tamper(directory, "PRAGMA user_version = 1");
  EXPECT_THAT(error_of_opening(directory).message, HasSubstr("start afresh: another build"));
}

TEST(OpenStore, AnOlderVersionThatNobodyKnowsAsksToStartAfresh) {
  const TemporaryDirectory directory;
  open_store(directory).reset();
  tamper(directory, "PRAGMA user_version = 0");
  EXPECT_THAT(error_of_opening(directory).message, HasSubstr("start afresh: "));
}

TEST(OpenStore, OtherColumnsOfTheSameVersionAskToStartAfresh) {
  const TemporaryDirectory directory;
  open_store(directory).reset();
  tamper(directory, "UPDATE meta SET value = '1' WHERE name = 'schema'");
  EXPECT_THAT(error_of_opening(directory).message, HasSubstr("start afresh: "));
}

TEST(OpenStore, AnotherProgramsDatabaseIsRefused) {
  const TemporaryDirectory directory;
  std::filesystem::create_directories(directory.state());
  std::ofstream{directory.database()}.flush();
  tamper(directory, "CREATE TABLE other (x)");
  EXPECT_THAT(error_of_opening(directory).message, HasSubstr("it is not a store of freshet"));
}

TEST(OpenStore, AFileThatIsNoDatabaseIsCalledDamaged) {
  const TemporaryDirectory directory;
  std::filesystem::create_directories(directory.state());
  std::ofstream{directory.database()} << std::string(10'000, 'x');
  const Error error = error_of_opening(directory);
  EXPECT_EQ(error.code, Errc::io);
  EXPECT_THAT(error.message, HasSubstr(directory.database() + ": the file is damaged"));
}

TEST(OpenStore, DamageInsideTheFileIsAnErrorOfWhoeverReadsIt) {
  const TemporaryDirectory directory;
  {
    const auto store = open_store(directory);
    std::vector<Batch> batches;
    for (std::uint32_t i = 1; i <= 2000; ++i) batches.push_back(update_batch(i, i));
    ASSERT_TRUE(store->commit(batches));
  }
  const auto size = std::filesystem::file_size(directory.database());
  {
    std::fstream file{directory.database(), std::ios::in | std::ios::out | std::ios::binary};
    file.seekp(4096L * 2);
    file << std::string(static_cast<std::size_t>(size) - std::size_t{4096} * 2, '\x55');
  }
  auto store = open_sqlite(directory.state(), {});
  const Error error = store ? (*store)->load().error() : store.error();
  EXPECT_EQ(error.code, Errc::io);
  EXPECT_THAT(error.message, HasSubstr("the file is damaged"));
}

TEST(OpenStore, AValueThatNobodyWritesIsDamageToo) {
  const TemporaryDirectory directory;
  {
    const auto store = open_store(directory);
    ASSERT_TRUE(commit_one(*store, update_batch(1, 1)));
  }
  tamper(directory, "UPDATE members SET last_step = 77");
  const auto rows = open_store(directory)->load();
  ASSERT_FALSE(rows);
  EXPECT_THAT(rows.error().message, HasSubstr("a row of table members is damaged"));
}

TEST(OpenStore, AFileWhereTheDirectoryShouldBeIsNamed) {
  const TemporaryDirectory directory;
  std::ofstream{directory.state()} << "not a directory";
  const Error error = error_of_opening(directory);
  EXPECT_EQ(error.code, Errc::io);
  EXPECT_THAT(error.message, HasSubstr(directory.state()));
}

TEST(OpenStore, ADirectoryThatCannotBeWrittenIsNamed) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  const TemporaryDirectory directory;
  std::filesystem::create_directories(directory.state());
  ASSERT_EQ(::chmod(directory.state().c_str(), 0500), 0);
  EXPECT_THAT(error_of_opening(directory).message, HasSubstr("the directory is not writable"));
}

}  // namespace
}  // namespace freshet
