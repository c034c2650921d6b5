// Logs are packed, found and deleted, whatever a crash or a full disk leaves behind.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include "base/unique_fd.hpp"
#include "exec/logs/log_archive.hpp"
#include "exec/logs/segment.hpp"
#include "exec/process/attempt_folder.hpp"

namespace freshet {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Instant day(int number) {
  return Instant{std::chrono::sys_days{std::chrono::November / number / 2026}};
}
constexpr Instant noon = day(20) + std::chrono::hours{12};

std::string make_folder() {
  std::string pattern = fs::temp_directory_path() / "freshet-logs-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) std::abort();
  return pattern;
}

class LogsTest : public testing::Test {
 protected:
  ~LogsTest() override { fs::remove_all(state); }

  /// Of a run that was made at noon.
  static AttemptId id(std::uint32_t number, std::uint32_t attempt = 1, Instant made = noon) {
    const auto ms = std::chrono::floor<Millis>(made).time_since_epoch().count();
    return {{RunId{(static_cast<std::uint64_t>(ms) << 20) + 5}, number}, attempt};
  }
  [[nodiscard]] std::string folder(const AttemptId& attempt) const {
    return attempt_folder(state, attempt);
  }
  void write(const AttemptId& attempt, const std::string& out, const std::string& err = "",
             const std::string& index = "") const {
    fs::create_directories(folder(attempt));
    std::ofstream{folder(attempt) + "/stdout"} << out;
    std::ofstream{folder(attempt) + "/stderr"} << err;
    if (!index.empty()) std::ofstream{folder(attempt) + "/index"} << index;
    std::ofstream{folder(attempt) + "/status"} << "kind=exit code=0\n";
  }
  LogArchive::Packed pack(const std::vector<AttemptId>& attempts, Instant now = noon) {
    return archive.pack(attempts, now);
  }
  std::vector<AttemptId> recover() {
    const auto found = archive.recover();
    EXPECT_TRUE(found);
    return found ? *found : std::vector<AttemptId>{};
  }
  /// What is found, "(none)" where nothing is.
  std::string read(const AttemptId& attempt, LogStream stream = LogStream::out) const {
    const auto part = archive.find(attempt, stream);
    EXPECT_TRUE(part);
    if (part->path.empty()) return "(none)";
    const std::string all = file(part->path);
    return all.substr(part->offset, part->size.value_or(all.size()));
  }
  static std::string file(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream{path}.rdbuf();
    return text.str();
  }
  [[nodiscard]] std::string segment(const std::string& name = "2026-11-20") const {
    return state + "/logs/" + name + ".segment";
  }
  [[nodiscard]] std::string index(const std::string& name = "2026-11-20") const {
    return state + "/logs/" + name + ".index";
  }

  std::string state = make_folder();
  LogArchive archive{state};
};
using PackedLogs = LogsTest;

TEST_F(PackedLogs, AreFoundInOneSegmentAndTheirFoldersAreGone) {
  write(id(0), "one\n", "oops\n", std::string(24, 'i'));
  write(id(0, 2), "two\n");
  write(id(1), "", "only errors\n");
  EXPECT_EQ(read(id(0)), "one\n") << "in its folder";
  EXPECT_EQ(read(id(0), LogStream::times), std::string(24, 'i'));
  EXPECT_EQ(read(id(1), LogStream::times), "(none)");
  const auto packed = pack({id(0), id(0, 2), id(1)});
  EXPECT_THAT(packed.left, IsEmpty());
  EXPECT_FALSE(packed.error);
  EXPECT_EQ(read(id(0)), "one\n");
  EXPECT_EQ(read(id(0), LogStream::err), "oops\n");
  EXPECT_EQ(read(id(0), LogStream::times), std::string(24, 'i'));
  EXPECT_EQ(read(id(0, 2)), "two\n");
  EXPECT_EQ(read(id(0, 2), LogStream::times), "");
  EXPECT_EQ(read(id(0, 2), LogStream::err), "");
  EXPECT_EQ(read(id(1)), "");
  EXPECT_EQ(read(id(1), LogStream::err), "only errors\n");
  EXPECT_EQ(read(id(0, 3)), "(none)");
  EXPECT_FALSE(fs::exists(fs::path{folder(id(0))}.parent_path())) << "the run's folder, too";
  EXPECT_TRUE(fs::is_empty(state + "/runs"));
  EXPECT_EQ(fs::file_size(index()), 3 * sizeof(RecordHead));
  EXPECT_EQ(fs::file_size(segment()), 3 * sizeof(RecordHead) + 4 + 5 + 24 + 4 + 12);
  EXPECT_EQ(fs::status(segment()).permissions(), fs::perms{0600});
}

TEST_F(PackedLogs, LeaveNothingOfAttemptsWithoutOutput) {
  write(id(0), "");
  fs::create_directories(folder(id(1)));
  EXPECT_THAT(pack({id(0), id(1), id(2)}).left, IsEmpty());
  EXPECT_FALSE(fs::exists(state + "/logs"));
  EXPECT_TRUE(fs::is_empty(state + "/runs"));
  EXPECT_EQ(read(id(0)), "(none)");
}

TEST_F(PackedLogs, OfLargeSizeAreCopiedWhole) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += std::to_string(i) + '\n';
  write(id(0), text, text.substr(7));
  write(id(1), "after it");
  EXPECT_FALSE(pack({id(0), id(1)}).error);
  EXPECT_EQ(read(id(0)), text);
  EXPECT_EQ(read(id(0), LogStream::err), text.substr(7));
  EXPECT_EQ(read(id(1)), "after it");
}

TEST_F(PackedLogs, AreFoundAmongMoreThanOneReadOfTheIndex) {
  fs::create_directory(state + "/logs");
  std::ofstream{state + "/one"} << "12345";
  std::array<UniqueFd, 3> parts;
  parts[1] = UniqueFd{::open((state + "/one").c_str(), O_RDONLY)};
  auto writer = SegmentWriter::open(state + "/logs/2026-11-20");
  ASSERT_TRUE(writer);
  for (std::uint32_t i = 0; i < 3'300; ++i) ASSERT_TRUE(writer->append(id(i), parts));
  ASSERT_TRUE(writer->commit());
  for (const std::uint32_t i : {0U, 1'637U, 1'638U, 1'639U, 3'275U, 3'276U, 3'299U}) {
    const auto found = find_record(index(), id(i));
    ASSERT_TRUE(found && *found) << i;
    EXPECT_EQ((*found)->offset, i * (sizeof(RecordHead) + 5));
    EXPECT_EQ(read(id(i), LogStream::err), "12345");
  }
  EXPECT_EQ(read(id(3'300)), "(none)");
}

TEST_F(PackedLogs, GoIntoTheSegmentOfTheDayOnWhichTheyArePacked) {
  const AttemptId late = id(0, 1, day(19));
  const AttemptId early = id(1, 1, day(25));  // the clock has been set back since
  write(late, "late");
  write(early, "early");
  EXPECT_FALSE(pack({late}, day(21) - Micros{1}).error);
  EXPECT_FALSE(pack({early}, day(21)).error);
  EXPECT_TRUE(fs::exists(segment("2026-11-20")));
  EXPECT_TRUE(fs::exists(segment("2026-11-21")));
  EXPECT_EQ(read(late), "late");
  EXPECT_EQ(read(early), "early");
}

TEST_F(PackedLogs, AreReadOnByWhoHasTheirFileOpen) {
  write(id(0), "still here");
  const UniqueFd fd{::open((folder(id(0)) + "/stdout").c_str(), O_RDONLY)};
  pack({id(0)});
  std::string text(10, '\0');
  EXPECT_EQ(::pread(fd.get(), text.data(), text.size(), 0), 10);
  EXPECT_EQ(text, "still here");
}

TEST_F(PackedLogs, ThatWerePackedTwiceAreFoundAsTheyWereFirst) {
  write(id(0), "whole");
  pack({id(0)});
  write(id(0), "");  // as if a crash had left half of the folder
  std::ofstream{folder(id(0)) + "/stderr"} << "rest";
  EXPECT_FALSE(pack({id(0)}).error);
  EXPECT_EQ(read(id(0)), "whole");
  EXPECT_EQ(fs::file_size(index()), 2 * sizeof(RecordHead));
}

TEST_F(PackedLogs, DoNotTakeInWhatALinkPointsTo) {
  write(id(0), "", "real");
  fs::remove(folder(id(0)) + "/stdout");
  fs::create_symlink("/etc/passwd", folder(id(0)) + "/stdout");
  EXPECT_FALSE(pack({id(0)}).error);
  EXPECT_EQ(read(id(0)), "");
  EXPECT_EQ(read(id(0), LogStream::err), "real");
}

TEST_F(PackedLogs, LeaveAnAttemptAloneWhoseSupervisorLives) {
  write(id(0), "running");
  write(id(1), "ended");
  const UniqueFd claim{::open((folder(id(0)) + "/claim").c_str(), O_RDWR | O_CREAT, 0600)};
  ASSERT_EQ(::flock(claim.get(), LOCK_EX), 0);
  const auto packed = pack({id(0), id(1)});
  EXPECT_THAT(packed.left, ElementsAre(id(0)));
  EXPECT_FALSE(packed.error);
  EXPECT_TRUE(fs::exists(folder(id(0)) + "/status"));
  EXPECT_FALSE(fs::exists(folder(id(1))));
}

TEST_F(PackedLogs, StayInTheirFoldersWhileThereIsNoPlaceForThem) {
  write(id(0), "safe");
  std::ofstream{state + "/logs"} << "in the way";
  const auto packed = pack({id(0)});
  EXPECT_THAT(packed.left, ElementsAre(id(0)));
  ASSERT_TRUE(packed.error);
  EXPECT_THAT(packed.error->message, HasSubstr("logs"));
  EXPECT_EQ(read(id(0)), "safe");
  fs::remove(state + "/logs");
  EXPECT_THAT(pack({id(0)}).left, IsEmpty());
  EXPECT_EQ(read(id(0)), "safe");
}

TEST_F(PackedLogs, AreCutOffWhereTheDiskWasFull) {
  const std::string large(1 << 20, 'x');
  write(id(0), "small");
  write(id(1), large);
  write(id(2), "small, too");
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit tight{.rlim_cur = 300'000, .rlim_max = before.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tight), 0);
  const auto packed = pack({id(0), id(1), id(2)});
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);
  EXPECT_THAT(packed.left, ElementsAre(id(1)));
  EXPECT_TRUE(packed.error);
  EXPECT_EQ(fs::file_size(segment()), 2 * sizeof(RecordHead) + 15);
  EXPECT_EQ(read(id(1)), large) << "in its folder";
  EXPECT_FALSE(pack({id(1)}).error);
  for (const auto& [each, text] : {std::pair{id(0), std::string{"small"}},
                                   {id(1), large},
                                   {id(2), std::string{"small, too"}}}) {
    EXPECT_EQ(read(each), text);
    EXPECT_FALSE(fs::exists(folder(each)));
  }
}

// --- What a crash leaves: two records of 80 + 5 and 80 + 6 bytes are there, then this happens.

struct TornCase {
  const char* name;
  std::function<void(const std::string& segment, const std::string& index)> tear;
  bool loses_second{false};  ///< Which its folder would still hold.
};
void append(const std::string& path, const std::string& bytes) {
  std::ofstream{path, std::ios::app | std::ios::binary} << bytes;
}
void flip(const std::string& path, std::streamoff at) {
  std::fstream file{path, std::ios::in | std::ios::out | std::ios::binary};
  file.seekg(at);
  const char byte = static_cast<char>(file.get() ^ 1);
  file.seekp(at);
  file.put(byte);
}
class TornLogs : public LogsTest, public testing::WithParamInterface<TornCase> {};

TEST_P(TornLogs, AreMendedAndWrittenOn) {
  for (const bool at_start : {true, false}) {
    SCOPED_TRACE(at_start ? "mended at start" : "mended by the next to write");
    fs::remove_all(state + "/logs");
    write(id(0), "first");
    write(id(1), "second");
    pack({id(0), id(1)});
    GetParam().tear(segment(), index());
    const bool has_second = !GetParam().loses_second;
    const std::uint64_t size = (has_second ? 2 : 1) * sizeof(RecordHead) + (has_second ? 11 : 5);
    if (at_start) {
      EXPECT_THAT(recover(), IsEmpty());
      EXPECT_EQ(fs::file_size(segment()), size);
      EXPECT_EQ(fs::file_size(index()), (has_second ? 2 : 1) * sizeof(RecordHead));
    }
    write(id(2), "third");
    EXPECT_FALSE(pack({id(2)}).error);
    EXPECT_EQ(fs::file_size(segment()), size + sizeof(RecordHead) + 5);
    EXPECT_EQ(read(id(0)), "first");
    EXPECT_EQ(read(id(1)), has_second ? "second" : "(none)");
    EXPECT_EQ(read(id(2)), "third");
  }
}
constexpr auto head = static_cast<std::streamoff>(sizeof(RecordHead));
INSTANTIATE_TEST_SUITE_P(
    Table, TornLogs,
    testing::Values(
        TornCase{"nothing", [](auto&, auto&) {}},
        TornCase{"bytes_behind", [](auto& s, auto&) { append(s, "junk"); }},
        TornCase{"zeros_behind", [](auto& s, auto&) { append(s, std::string(9'000, '\0')); }},
        TornCase{"a_head_of_elsewhere",
                 [](auto& s, auto& i) {
                   std::ifstream from{i, std::ios::binary};
                   std::string head_of_first(sizeof(RecordHead), '\0');
                   from.read(head_of_first.data(), head);
                   append(s, head_of_first + "first");
                 }},
        TornCase{"half_an_index_entry", [](auto&, auto& i) { append(i, std::string(17, 'x')); }},
        TornCase{"zeros_in_the_index", [](auto&, auto& i) { append(i, std::string(800, '\0')); }},
        TornCase{"not_indexed", [](auto&, auto& i) { fs::resize_file(i, head); }},
        TornCase{"half_indexed", [](auto&, auto& i) { fs::resize_file(i, head + 30); }},
        TornCase{"no_index", [](auto&, auto& i) { fs::remove(i); }},
        TornCase{"a_broken_index_entry", [](auto&, auto& i) { flip(i, head + 20); }},
        TornCase{"an_index_longer_than_the_segment",
                 [](auto& s, auto&) { fs::resize_file(s, fs::file_size(s) - 1); }, true},
        TornCase{"half_a_record",
                 [](auto& s, auto& i) {
                   fs::resize_file(i, head);
                   fs::resize_file(s, fs::file_size(s) - 1);
                 },
                 true},
        TornCase{"a_record_with_wrong_content",
                 [](auto& s, auto& i) {
                   fs::resize_file(i, head);
                   flip(s, 2 * head + 5 + 2);
                 },
                 true}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST_F(PackedLogs, AfterACrashTheRestOfWhatWasPackedIsRemovedAndTheOthersAreNamed) {
  write(id(0), "packed before");
  write(id(1), "not packed");
  write(id(2, 3), "nor this");
  fs::rename(folder(id(0)), folder(id(0)) + ".packed");
  const std::string run = fs::path{folder(id(1))}.parent_path();
  fs::create_directories(run + "/x.1");
  fs::create_directories(state + "/runs/not a run/0.1");
  EXPECT_THAT(recover(), ElementsAre(id(1), id(2, 3)));
  EXPECT_FALSE(fs::exists(folder(id(0)) + ".packed"));
  EXPECT_TRUE(fs::exists(run + "/x.1"));
  EXPECT_TRUE(fs::exists(state + "/runs/not a run/0.1"));
}

struct RetentionCase {
  const char* name;
  Instant now;
  bool is_kept;
};
class LogRetention : public LogsTest, public testing::WithParamInterface<RetentionCase> {};

TEST_P(LogRetention, DeletesADayWhenAllOfItIsOldEnough) {
  write(id(0), "old");
  pack({id(0)}, day(1));
  write(id(1), "new");
  pack({id(1)}, day(16));
  std::ofstream{state + "/logs/2026-11-01.notes"} << "not ours";
  EXPECT_TRUE(archive.delete_old(GetParam().now));
  EXPECT_EQ(fs::exists(segment("2026-11-01")), GetParam().is_kept);
  EXPECT_EQ(fs::exists(index("2026-11-01")), GetParam().is_kept);
  EXPECT_EQ(read(id(0)), GetParam().is_kept ? "old" : "(none)");
  EXPECT_EQ(read(id(1)), "new");
  EXPECT_TRUE(fs::exists(state + "/logs/2026-11-01.notes"));
}
INSTANTIATE_TEST_SUITE_P(Table, LogRetention,
                         testing::Values(RetentionCase{"same_day", day(1), true},
                                         RetentionCase{"fourteen_days_after", day(15), true},
                                         RetentionCase{"just_before", day(16) - Micros{1}, true},
                                         RetentionCase{"then", day(16), false},
                                         RetentionCase{"clock_set_back", day(1) - Seconds{1},
                                                       true}),
                         [](const auto& c) { return std::string{c.param.name}; });

TEST_F(PackedLogs, AreKeptForAsLongAsTheOptionsSay) {
  LogArchive brief{state, {.logs_kept = std::chrono::days{1}}};
  EXPECT_EQ(brief.kept(), std::chrono::days{1});
  EXPECT_EQ(archive.kept(), std::chrono::days{14});
  write(id(0), "x");
  pack({id(0)}, day(1));
  EXPECT_TRUE(brief.delete_old(day(3) - Micros{1}));
  EXPECT_TRUE(fs::exists(segment("2026-11-01")));
  EXPECT_TRUE(brief.delete_old(day(3)));
  EXPECT_FALSE(fs::exists(segment("2026-11-01")));
}

}  // namespace
}  // namespace freshet
