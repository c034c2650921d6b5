// Files and descriptors, on a real file system.
#include "base/file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <iterator>
#include <string>
#include <utility>

#include "base/random.hpp"
#include "base/unique_fd.hpp"
#include "freshet/result.hpp"

namespace freshet {
namespace {

class Files : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directory(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  [[nodiscard]] std::string in(const std::string& name) const { return folder_ + '/' + name; }
  [[nodiscard]] std::ptrdiff_t entries() const {
    return std::distance(std::filesystem::directory_iterator{folder_}, {});
  }
  static mode_t mode_of(const std::string& path) {
    struct stat status{};
    EXPECT_EQ(::stat(path.c_str(), &status), 0);
    return status.st_mode & 07777U;
  }

  const std::string folder_ = testing::TempDir() + "freshet_files_" + random_token(8);
};

TEST_F(Files, AreWrittenAndReadBack) {
  for (const std::string& content : {std::string{}, std::string{"one line\n"},
                                     std::string("\0\xFF", 2), std::string(300'000, 'x')}) {
    ASSERT_TRUE(write_file(in("f"), content, 0644));
    EXPECT_EQ(read_file(in("f"), 1'000'000).value(), content);
    EXPECT_EQ(read_file(in("f"), content.size()).value(), content);
  }
  EXPECT_EQ(entries(), 1) << "no temporary file is left";
}

TEST_F(Files, GetExactlyTheirMode) {
  const mode_t before = ::umask(0077);
  EXPECT_TRUE(write_file(in("open"), "", 0644));
  ::umask(0);
  EXPECT_TRUE(write_file(in("secret"), "", 0600));
  ::umask(before);
  EXPECT_EQ(mode_of(in("open")), 0644U);
  EXPECT_EQ(mode_of(in("secret")), 0600U);
}

TEST_F(Files, LargerThanAllowedAreRefused) {
  ASSERT_TRUE(write_file(in("f"), "12345", 0644));
  const auto content = read_file(in("f"), 4);
  ASSERT_FALSE(content);
  EXPECT_EQ(content.error().code, Errc::invalid);
  EXPECT_EQ(content.error().message, "read \"" + in("f") + "\": larger than 4 bytes");
}

TEST_F(Files, ThatReportNoSizeAreReadToTheirEnd) {
  const auto content = read_file("/proc/self/status", 1'000'000);
  ASSERT_TRUE(content) << content.error().message;
  EXPECT_TRUE(content->starts_with("Name:"));
}

TEST_F(Files, ThatAreNotThereAreNotFound) {
  const auto content = read_file(in("none"), 10);
  ASSERT_FALSE(content);
  EXPECT_EQ(content.error().code, Errc::not_found);
  EXPECT_EQ(content.error().message, "open \"" + in("none") + "\": No such file or directory");
}

TEST_F(Files, ThatAreNoneAreRefusedWithoutWaiting) {
  const auto folder = read_file(folder_, 10);
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().message, "read \"" + folder_ + "\": is a folder");
  ASSERT_EQ(::mkfifo(in("pipe").c_str(), 0600), 0);
  const auto pipe = read_file(in("pipe"), 10);
  ASSERT_FALSE(pipe);
  EXPECT_EQ(pipe.error().code, Errc::invalid);
}

TEST_F(Files, StayAsTheyAreWhenTheyCannotBeReplaced) {
  const auto lost = write_file(in("none/f"), "x", 0644);
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, Errc::not_found);
  ASSERT_TRUE(make_directories(in("folder/full"), 0755));
  const auto refused = write_file(in("folder"), "x", 0644);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::io);
  EXPECT_EQ(entries(), 1) << "the temporary file is gone";
}

TEST_F(Files, GetTheirFolders) {
  EXPECT_TRUE(make_directories(in("a/b/c"), 0755));
  EXPECT_TRUE(std::filesystem::is_directory(in("a/b/c")));
  EXPECT_TRUE(make_directories(in("a/b/c/"), 0755)) << "again, with a slash";
  EXPECT_TRUE(make_directories("/", 0755));
  ASSERT_TRUE(write_file(in("file"), "", 0644));
  const auto below_a_file = make_directories(in("file/x"), 0755);
  ASSERT_FALSE(below_a_file);
  EXPECT_EQ(below_a_file.error().code, Errc::io);
  EXPECT_FALSE(make_directories("", 0755));
}

bool is_open(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }

TEST(UniqueFd, ClosesWhatItHolds) {
  const int raw = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  {
    const UniqueFd fd{raw};
    EXPECT_TRUE(fd);
    EXPECT_EQ(fd.get(), raw);
    EXPECT_TRUE(is_open(raw));
  }
  EXPECT_FALSE(is_open(raw));
  EXPECT_FALSE(UniqueFd{});
}

TEST(UniqueFd, ChangesHandsByMoving) {
  const int first = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  const int second = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  UniqueFd a{first};
  UniqueFd b{second};
  a = std::move(b);
  EXPECT_FALSE(is_open(first));
  EXPECT_EQ(a.get(), second);
  EXPECT_FALSE(b);  // NOLINT(bugprone-use-after-move): it holds nothing then
  const UniqueFd c{std::move(a)};
  EXPECT_TRUE(is_open(second));
  EXPECT_EQ(c.get(), second);
}

TEST(UniqueFd, GivesAwayWhatItReleases) {
  UniqueFd fd{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
  UniqueFd owner{fd.release()};
  EXPECT_FALSE(fd);
  EXPECT_TRUE(is_open(owner.get()));
  const int raw = owner.get();
  owner.reset();
  EXPECT_FALSE(is_open(raw));
}

}  // namespace
}  // namespace freshet
