#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/hash.hpp"
#include "base/unique_fd.hpp"
#include "freshet/engine.hpp"
#include "freshet/time.hpp"
#include "source/files/fingerprint.hpp"
#include "source/files/observation.hpp"
#include "source_fixture.hpp"

namespace freshet::files {
namespace {

FileEntry entry(const std::string& path, const std::string& content, std::int64_t modified_s = 0) {
  return {.path = path,
          .content = Content{.hash = content_hash(content),
                             .size = content.size(),
                             .modified_ns = modified_s * 1'000'000'000}};
}

TEST(Summary, CountsAndNamesTheFilesThatHaveContent) {
  FileTable table{entry("a", "xx", 10), entry("b", "yyy", 20), {.path = "c"}};
  const Summary summary = summarize(table);
  EXPECT_EQ(summary.files, 2U);
  EXPECT_EQ(summary.bytes, 5U);
  EXPECT_EQ(summary.newest, Instant{Seconds{20}});
  EXPECT_EQ(summary.version.substr(0, 8), "files:2:");
  EXPECT_EQ(summary.version.size(), 24U);
  table.pop_back();
  EXPECT_EQ(summarize(table).version, summary.version);
}

TEST(Summary, OfNothingHasNoHash) { EXPECT_EQ(summarize({}).version, "files:0"); }

TEST(Summary, DependsOnPathsAndContentsAndNothingElse) {
  const std::string version = summarize({entry("a", "x"), entry("b", "y")}).version;
  EXPECT_EQ(summarize({entry("a", "x", 7), entry("b", "y", 8)}).version, version);
  EXPECT_NE(summarize({entry("a", "y"), entry("b", "x")}).version, version);
  EXPECT_NE(summarize({entry("a", "x"), entry("c", "y")}).version, version);
}

TEST(Observation, TellsWhatWasFound) {
  const input::Event event = observation_of("raw/x", "", "in/*.csv", summarize({entry("a", "xx", 10)}));
  EXPECT_EQ(event.kind, input::Event::Kind::automatic);
  EXPECT_EQ(event.asset, "raw/x");
  EXPECT_EQ(event.source, "raw/x");
  EXPECT_TRUE(event.only_if_changed);
  EXPECT_EQ(event.metadata,
            R"({"bytes":2,"files":1,"newest":"1970-01-01T00:00:10.000000Z","path":"in/*.csv"})");
}

TEST(Observation, SurvivesAPathThatIsNoText) {
  const input::Event event = observation_of("x", "", "\xFF*", summarize({}));
  EXPECT_EQ(event.metadata, "{\"bytes\":0,\"files\":0,\"path\":\"\xEF\xBF\xBD*\"}");
}

class ReadContent : public FileSourcesTest {
 protected:
  [[nodiscard]] Reading read(const std::string& name) const {
    return read_content(path_of(name), stop_);
  }
  /// A file with holes, of which a few bytes are written.
  void write_big(std::uint64_t size, const std::vector<std::uint64_t>& at) const {
    const UniqueFd fd{::open(path_of("big").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600)};
    ASSERT_EQ(::ftruncate(fd.get(), static_cast<off_t>(size)), 0);
    for (const std::uint64_t place : at) {
      ASSERT_EQ(::pwrite(fd.get(), "x", 1, static_cast<off_t>(place)), 1);
    }
    const timespec times[2]{{.tv_sec = 1'000, .tv_nsec = 0}, {.tv_sec = 1'000, .tv_nsec = 0}};
    ASSERT_EQ(::futimens(fd.get(), times), 0);
  }
  std::atomic<bool> stop_{false};
};

TEST_F(ReadContent, HashesTheWholeFile) {
  const std::string text(700'000, 'q');
  write("a", text);
  const Reading reading = read("a");
  EXPECT_EQ(reading.error, 0);
  EXPECT_TRUE(reading.is_at_rest);
  EXPECT_EQ(reading.content.hash, content_hash(text));
  EXPECT_EQ(reading.content.size, text.size());
}

TEST_F(ReadContent, SaysWhyNot) {
  EXPECT_EQ(read("absent").error, ENOENT);
  ASSERT_EQ(::mkfifo(path_of("pipe").c_str(), 0600), 0);
  EXPECT_EQ(read("pipe").error, ENOENT) << "and does not wait for a writer";
  write("a", "x");
  stop_ = true;
  EXPECT_EQ(read("a").error, ECANCELED);
}

TEST_F(ReadContent, TakesTheEdgesOfABigFileForTheWhole) {
  const std::uint64_t size = kWholeMax + 10;
  write_big(size, {});
  const Hash128 empty = read("big").content.hash;
  write_big(size, {100'000'000});
  EXPECT_EQ(read("big").content.hash, empty) << "as documented";
  write_big(size, {5});
  EXPECT_NE(read("big").content.hash, empty);
  write_big(size, {size - 5});
  EXPECT_NE(read("big").content.hash, empty);
  write_big(size + 1, {});
  EXPECT_NE(read("big").content.hash, empty);
}

}  // namespace
}  // namespace freshet::files
