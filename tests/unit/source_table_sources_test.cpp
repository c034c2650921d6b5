// When tables are looked at again.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "source/files/file_system.hpp"
#include "source/table_sources.hpp"

namespace freshet {
namespace {

class WatchedTables : public testing::Test {
 protected:
  WatchedTables() {
    std::string pattern = std::filesystem::temp_directory_path() / "freshet-tables-XXXXXX";
    FRESHET_ASSERT(::mkdtemp(pattern.data()) != nullptr);
    folder_ = pattern;
    std::filesystem::create_directory(folder_ + "/_delta_log");
    std::ofstream{folder_ + "/_delta_log/00000000000000000000.json"} << "{}";
    asset_.key = "lake/orders";
    asset_.external = true;
    asset_.directory = folder_;
    asset_.source.kind = SourceKind::table;
    asset_.source.table = {.format = TableSource::Format::delta, .path = folder_, .bucket = {}};
  }
  ~WatchedTables() override {
    sources_.reset();
    pool_.join();
    std::filesystem::remove_all(folder_);
  }

  /// Once the first snapshot was told.
  [[nodiscard]] std::string state(TableSourcesOptions options) {
    bool is_told = false;
    sources_ = std::make_unique<TableSources>(
        io_, pool_, clock_,
        [&](const auto& /*events*/, const auto& /*cursors*/) { return is_told = true; },
        std::move(options));
    sources_->watch({{asset_.key, &asset_}});
    const auto end = clock_.steady() + std::chrono::seconds{60};
    while (!is_told && clock_.steady() < end) io_.run_one_for(Millis{100});
    EXPECT_TRUE(is_told);
    return sources_->status().at(0).state;
  }

  std::string folder_;
  AssetDefinition asset_;
  SystemClock clock_;
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
      io_.get_executor()};
  boost::asio::thread_pool pool_{1};
  std::unique_ptr<TableSources> sources_;
};

TEST_F(WatchedTables, ArePolledWhereOthersWriteUnheard) {
  EXPECT_EQ(state({}), "watching");
  EXPECT_EQ(state({.is_remote = [](const std::string&) { return true; }}), "polling");
}

TEST(FileSystems, OfOtherMachinesAreKnownByTheirNumber) {
  EXPECT_TRUE(files::is_remote_type(0x6969)) << "NFS";
  EXPECT_TRUE(files::is_remote_type(0xFF534D42)) << "CIFS";
  EXPECT_FALSE(files::is_remote_type(0xEF53)) << "ext4";
  EXPECT_FALSE(files::is_remote("/proc"));
  EXPECT_FALSE(files::is_remote("/there is no such folder"));
}

}  // namespace
}  // namespace freshet
