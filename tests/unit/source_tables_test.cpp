// Which snapshot is the latest, of folders as those who write them leave them, and what is read to
// know it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/unique_fd.hpp"
#include "freshet/definitions.hpp"
#include "freshet/result.hpp"
#include "source/tables/folder.hpp"
#include "source/tables/snapshot.hpp"
#include "source/tables/table.hpp"

namespace freshet::tables {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class Tables : public testing::Test {
 protected:
  Tables() {
    std::string pattern = std::filesystem::temp_directory_path() / "freshet-tables-XXXXXX";
    FRESHET_ASSERT(::mkdtemp(pattern.data()) != nullptr);
    folder_ = pattern;
  }
  ~Tables() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) const {
    const std::filesystem::path path = folder_ + "/" + name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream{path} << text;
  }
  [[nodiscard]] Look delta(const std::string& within = "") const {
    return look_at_delta(*local_folder(folder_ + within), "");
  }
  [[nodiscard]] Look iceberg(const std::string& within = "") const {
    return look_at_iceberg(*local_folder(folder_ + within));
  }
  [[nodiscard]] Look ducklake(const std::string& catalog) const {
    AssetDefinition asset;
    asset.directory = folder_;
    asset.source.table = {
        .format = TableSource::Format::ducklake, .path = catalog, .table = "t", .bucket = {}};
    return open_table(asset, clock_, {})->look("");
  }

  const SystemClock clock_;
  std::string folder_;
};

TEST_F(Tables, AreNotThereYet) {
  for (const Look& look : {delta("/none"), iceberg("/none"), ducklake("none")}) {
    EXPECT_EQ(look.error, "");
    EXPECT_FALSE(look.snapshot);
  }
}

TEST_F(Tables, OfDeltaHaveTheNumberOfTheirLastCommit) {
  write("_delta_log/00000000000000000009.json", R"({"commitInfo":{"operation":"WRITE"}})");
  write("_delta_log/00000000000000000010.json",
        R"({"commitInfo":{"operation":"MERGE","timestamp":1}}
{"remove":{"path":"a"}}
{"add":{"path":"b","size":70,"stats":"{\"numRecords\":3}"}}
{"add":{"path":"c","size":7}}
half a line {)");
  write("_delta_log/_last_checkpoint", "{}");
  write("_delta_log/00000000000000000011.json.tmp", "");
  write("_delta_log/.00000000000000000012.json.crc", "");
  const Look look = delta();
  ASSERT_TRUE(look.snapshot) << look.error;
  EXPECT_THAT(look.snapshot->version, StartsWith("10-"));
  EXPECT_EQ(look.snapshot->metadata,
            R"({"bytes_added":77,"files_added":2,"files_removed":1,"operation":"MERGE",)"
            R"("rows_added":3,"timestamp":1,"version":10})");
}

TEST_F(Tables, OfDeltaAreOthersWhenTheyAreMadeAnew) {
  write("_delta_log/00000000000000000000.json", R"({"metaData":{"id":"a"}})");
  const std::string before = delta().snapshot->version;
  write("_delta_log/00000000000000000000.json", R"({"metaData":{"id":"b"}})");
  EXPECT_NE(delta().snapshot->version, before);
}

TEST_F(Tables, OfDeltaMayHaveOnlyACheckpoint) {
  write("_delta_log/00000000000000000010.checkpoint.parquet", "");
  EXPECT_THAT(delta().snapshot->version, StartsWith("10-"));
}

constexpr const char* iceberg_metadata =
    R"({"format-version": 2, "current-snapshot-id": 3055729675574597004,
"snapshots": [{"snapshot-id": 1}, {"snapshot-id": 3055729675574597004, "timestamp-ms": 5,
"summary": {"operation": "append", "total-records": "4", "total-files-size": "70", "added-records": "x"}}]})";

TEST_F(Tables, OfIcebergHaveTheSnapshotOfTheirNewestMetadata) {
  write("metadata/v9.metadata.json", R"({"current-snapshot-id": 1})");
  write("metadata/v10.metadata.json", iceberg_metadata);
  const Look look = iceberg();
  ASSERT_TRUE(look.snapshot) << look.error;
  EXPECT_EQ(look.snapshot->version, "3055729675574597004");
  EXPECT_EQ(look.snapshot->metadata, R"({"bytes":70,"operation":"append","rows":4,"timestamp":5})");
  write("metadata/00011-0e8f.metadata.json", R"({"current-snapshot-id": 7})");
  EXPECT_EQ(iceberg().snapshot->version, "7");
}

TEST_F(Tables, OfIcebergMayHaveNoSnapshot) {
  write("metadata/v1.metadata.json", R"({"current-snapshot-id": -1})");
  EXPECT_FALSE(iceberg().snapshot);
  EXPECT_EQ(iceberg().error, "");
}

TEST_F(Tables, OfIcebergThatAreHalfWrittenAreAnError) {
  write("metadata/v1.metadata.json", R"({"current-snapshot-id": )");
  EXPECT_THAT(iceberg().error,
              HasSubstr("metadata/v1.metadata.json: it is not JSON, or not written to its end"));
}

TEST_F(Tables, OfDuckLakeNeedACatalog) {
  write("catalog", "this is no database, however long it may be, and it has to be long enough");
  EXPECT_THAT(ducklake("catalog").error, HasSubstr("not a database"));
}

TEST_F(Tables, OfIcebergHaveTheMetadataThatTheHintLeadsTo) {
  write("metadata/version-hint.text", "2\n");
  write("metadata/v2.metadata.json", R"({"current-snapshot-id": 2})");
  EXPECT_EQ(iceberg().snapshot->version, "2");
  write("metadata/v3.metadata.json", R"({"current-snapshot-id": 3})");  // The hint comes last.
  EXPECT_EQ(iceberg().snapshot->version, "3");
  write("metadata/version-hint.text", "7");  // Of whatever is not there.
  EXPECT_EQ(iceberg().snapshot->version, "3");
  write("metadata/version-hint.text", "00004-ab");
  write("metadata/00004-ab.metadata.json", R"({"current-snapshot-id": 4})");
  EXPECT_EQ(iceberg().snapshot->version, "4");
}

TEST_F(Tables, OfIcebergThatAreCompressedSayWhatToDo) {
  write("metadata/00004-ab.gz.metadata.json", "x");
  EXPECT_THAT(iceberg().error, HasSubstr("set the table's write.metadata.compression-codec"));
}

/// A bucket, as it were, that remembers what it was asked.
class Asked final : public Folder {
 public:
  explicit Asked(std::map<std::string, std::string> files) : files_{std::move(files)} {}
  [[nodiscard]] Result<std::vector<std::string>> names(const std::string& within,
                                                       const std::string& after) override {
    asked.push_back("list " + within + " after " + after);
    std::vector<std::string> out;
    for (const auto& [path, text] : files_) {
      if (path.starts_with(within + '/') && path.substr(within.size() + 1) > after)
        out.push_back(path.substr(within.size() + 1));
    }
    return out;
  }
  [[nodiscard]] Result<std::optional<std::string>> read(const std::string& path) override {
    asked.push_back("read " + path);
    const auto found = files_.find(path);
    return found == files_.end() ? std::optional<std::string>{} : found->second;
  }
  [[nodiscard]] std::string shown(const std::string& path) const override {
    return "s3://b/" + path;
  }
  std::vector<std::string> asked;

 private:
  const std::map<std::string, std::string> files_;
};

struct AskedCase {
  const char* name;
  const char* known;
  std::map<std::string, std::string> files;
  const char* want;  ///< Begin of the version; "": none.
  std::vector<std::string> asked;
};
class OfDelta : public testing::TestWithParam<AskedCase> {};
TEST_P(OfDelta, OnlyWhatMayBeNewIsListed) {
  Asked folder{GetParam().files};
  const Look look = look_at_delta(folder, GetParam().known);
  EXPECT_EQ(look.error, "");
  EXPECT_THAT(look.snapshot ? look.snapshot->version : "", StartsWith(GetParam().want));
  EXPECT_EQ(folder.asked, GetParam().asked);
}
const std::string four = "_delta_log/00000000000000000004.json";
const std::string five = "_delta_log/00000000000000000005.json";
INSTANTIATE_TEST_SUITE_P(
    Table, OfDelta,
    testing::Values(
        AskedCase{
            "none", "", {}, "", {"read _delta_log/_last_checkpoint", "list _delta_log after "}},
        AskedCase{"first_look",
                  "",
                  {{four, ""}, {five, ""}},
                  "5-",
                  {"read _delta_log/_last_checkpoint", "list _delta_log after ", "read " + five}},
        AskedCase{"from_the_checkpoint_on",
                  "",
                  {{"_delta_log/_last_checkpoint", R"({"version":4})"}, {four, ""}, {five, ""}},
                  "5-",
                  {"read _delta_log/_last_checkpoint", "list _delta_log after 00000000000000000004",
                   "read " + five}},
        AskedCase{"a_checkpoint_of_nothing_that_is_there",
                  "",
                  {{"_delta_log/_last_checkpoint", R"({"version":70})"}, {four, ""}},
                  "4-",
                  {"read _delta_log/_last_checkpoint", "list _delta_log after 00000000000000000070",
                   "list _delta_log after ", "read " + four}},
        AskedCase{"from_the_known_one_on",
                  "4-0a",
                  {{four, ""}, {five, ""}},
                  "5-",
                  {"list _delta_log after 00000000000000000004", "read " + five}},
        AskedCase{"nothing_new",
                  "5-0a",
                  {{four, ""}, {five, ""}},
                  "5-",
                  {"list _delta_log after 00000000000000000005", "read " + five}},
        AskedCase{"made_anew",
                  "12-0a",
                  {{four, ""}},
                  "4-",
                  {"list _delta_log after 00000000000000000012", "list _delta_log after ",
                   "read " + four}}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(OfIceberg, AHintSparesTheListing) {
  Asked folder{{{"metadata/version-hint.text", "1"},
                {"metadata/v1.metadata.json", "{}"},
                {"metadata/v2.metadata.json", R"({"current-snapshot-id": 5})"}}};
  EXPECT_EQ(look_at_iceberg(folder).snapshot->version, "5");
  EXPECT_THAT(
      folder.asked,
      testing::ElementsAre("read metadata/version-hint.text", "read metadata/v1.metadata.json",
                           "read metadata/v2.metadata.json", "read metadata/v3.metadata.json"));
}

TEST(OfIceberg, AnErrorNamesThePlace) {
  Asked folder{{{"metadata/00001-a.metadata.json", "x"}}};
  EXPECT_EQ(
      look_at_iceberg(folder).error,
      "read s3://b/metadata/00001-a.metadata.json: it is not JSON, or not written to its end");
}

TEST(OfDuckLake, TheLastSnapshotThatChangedTheTableCounts) {
  const Look look = read_ducklake(
      {.columns = {},
       .rows = {{"2", "7", std::nullopt, std::nullopt, "9", "8", "30", "4", "700", "3",
                 "019ad3c4-1f2e-7000-8000-000000000001"}}});
  EXPECT_EQ(look.snapshot->version, "9-019ad3c4");
  EXPECT_EQ(look.snapshot->metadata, R"({"bytes":700,"files":3,"rows_in_files":26,"snapshot":9})");
  EXPECT_FALSE(read_ducklake({}).snapshot);
}

TEST(OfDuckLake, NamesAreQuoted) {
  EXPECT_THAT(ducklake_query("it's.a\\b"),
              HasSubstr("s.schema_name = 'it''s' and t.table_name = 'a\\b'"));
  EXPECT_THAT(ducklake_query("t"), HasSubstr("s.schema_name = 'main' and t.table_name = 't'"));
}

TEST(TableInABucket, EndsSoonWhenItIsStopped) {
  // A server that takes connections, and says nothing.
  const UniqueFd server{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  auto* const address = reinterpret_cast<sockaddr*>(&at);
  ASSERT_EQ(::bind(server.get(), address, size), 0);
  ASSERT_EQ(::listen(server.get(), 1), 0);
  ASSERT_EQ(::getsockname(server.get(), address, &size), 0);
  const std::string host = "127.0.0.1:" + std::to_string(ntohs(at.sin_port));
  const SystemClock clock;
  for (const auto& [format, path] :
       {std::pair{TableSource::Format::delta, std::string{"s3://b/t"}},
        std::pair{TableSource::Format::ducklake, "postgresql://u:secret@" + host + "/d"}}) {
    AssetDefinition asset;
    asset.source.table = {
        .format = format, .path = path, .table = "t", .bucket = {.endpoint = "http://" + host}};
    const auto table = open_table(asset, clock, {.answer = std::chrono::hours{1}});
    std::jthread stopper{[&] {
      const UniqueFd asking{::accept(server.get(), nullptr, nullptr)};
      table->stop();
    }};
    const Look look = table->look("");
    EXPECT_THAT(look.error, HasSubstr(format == TableSource::Format::delta
                                          ? "read s3://b/t/_delta_log/_last_checkpoint: broken off"
                                          : "connect to postgresql://u@" + host + "/d"));
    EXPECT_THAT(look.error, testing::Not(HasSubstr("secret")));
    EXPECT_NE(table->look("").error, "");
  }
}

TEST(TableInABucket, IsGivenUpWhenALookTakesTooLong) {
  const SystemClock clock;
  AssetDefinition asset;
  const UniqueFd server{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  ASSERT_EQ(::listen(server.get(), 1), 0);  // At a port of the kernel's choice.
  sockaddr_in at{};
  socklen_t size = sizeof at;
  ASSERT_EQ(::getsockname(server.get(), reinterpret_cast<sockaddr*>(&at), &size), 0);
  asset.source.table = {
      .path = "s3://b/t",
      .table = "",
      .bucket = {.endpoint = "http://127.0.0.1:" + std::to_string(ntohs(at.sin_port))}};
  const auto table = open_table(asset, clock, {.look = Millis{50}});
  EXPECT_EQ(table->look("").error, "s3://b/t: no answer within 50ms");
}

}  // namespace
}  // namespace freshet::tables
