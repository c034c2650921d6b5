// What databases tell goes on to the engine, once there is room for it.
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <stdlib.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "source/database_sources.hpp"

namespace freshet {
namespace {

class Databases : public testing::Test {
 protected:
  Databases() {
    std::string pattern = std::filesystem::temp_directory_path() / "freshet-database-XXXXXX";
    FRESHET_ASSERT(::mkdtemp(pattern.data()) != nullptr);
    folder_ = pattern;
    run("create table orders (id integer primary key)");
    asset_.key = "raw/orders";
    asset_.external = true;
    asset_.directory = folder_;
    asset_.source.kind = SourceKind::database;
    asset_.source.database = {
        .url = "sqlite:shop.db", .query = "select count(*) from orders", .settle = Millis{5}};
  }
  ~Databases() override {
    sources_.reset();
    pool_.join();
    std::filesystem::remove_all(folder_);
  }

  void run(const char* sql) {
    sqlite3* raw = nullptr;
    FRESHET_ASSERT(sqlite3_open((folder_ + "/shop.db").c_str(), &raw) == SQLITE_OK);
    FRESHET_ASSERT(sqlite3_exec(raw, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(raw);
  }

  void watch() {
    sources_ = std::make_unique<DatabaseSources>(
        io_, pool_, clock_, std::map<std::string, std::string>{},
        [this](std::vector<input::Event> events, auto /*cursors*/) {
          ++offers_;
          if (!has_room_) return false;
          for (const input::Event& event : events)
            (event.error.empty() ? told_ : refused_)
                .push_back(event.error.empty() ? event.data_version : event.error);
          return true;
        },
        DatabaseSourcesOptions{.offer_every = Millis{5}, .follow = {}});
    sources_->watch({{asset_.key, &asset_}});
  }

  template <class Done>
  [[nodiscard]] bool run_until(Done done) {
    const auto end = clock_.steady() + std::chrono::seconds{60};
    while (!done() && clock_.steady() < end) io_.run_one_for(Millis{100});
    return done();
  }

  std::string folder_;
  AssetDefinition asset_;
  SystemClock clock_;
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
      io_.get_executor()};
  boost::asio::thread_pool pool_{1};
  bool has_room_{true};
  int offers_{};
  std::vector<std::string> told_, refused_;
  std::unique_ptr<DatabaseSources> sources_;
};

TEST_F(Databases, AreHeldWhileThereIsNoRoomAndLoseNothing) {
  has_room_ = false;
  watch();
  ASSERT_TRUE(run_until([&] { return offers_ >= 3; }));
  EXPECT_EQ(sources_->status().at(0).state, "held");
  run("insert into orders values (1)");
  run("insert into orders values (2)");
  has_room_ = true;
  ASSERT_TRUE(run_until([&] { return !told_.empty() && told_.back() == "2"; }));
  EXPECT_EQ(told_.front(), "0");
  EXPECT_EQ(sources_->status().at(0).state, "watching");
}

TEST_F(Databases, RefuseARowWithoutAPartitionOnceAndTellTheOthers) {
  run("create table days (day text, n integer)");
  run("insert into days values (null, 1), ('mon', 2), ('sun', 3)");
  asset_.partitions = PartitionsDefinition{{{"", StaticKeys{{"mon", "tue"}}}}, ""};
  asset_.source.database.query = "select day, n from days";
  asset_.source.database.partition = "day";
  watch();
  ASSERT_TRUE(run_until([&] { return told_.size() == 1 && refused_.size() == 2; }));
  EXPECT_NE(refused_[0].find("is NULL"), std::string::npos) << refused_[0];
  EXPECT_NE(refused_[1].find("\"sun\" is not among the partitions"), std::string::npos);
  run("insert into days values ('tue', 4)");
  ASSERT_TRUE(run_until([&] { return told_.size() == 2; }));
  run("insert into days values ('day', 5)");
  ASSERT_TRUE(run_until([&] { return refused_.size() == 3; }));
  EXPECT_EQ(told_, (std::vector<std::string>{"2", "4"}));
}

TEST_F(Databases, ThatAreNotWantedAnyMoreEndAndMayComeBack) {
  watch();
  ASSERT_TRUE(run_until([&] { return told_.size() == 1; }));
  sources_->watch({});
  EXPECT_TRUE(sources_->status().empty());
  run("insert into orders values (1)");
  sources_->watch({{asset_.key, &asset_}});
  ASSERT_TRUE(run_until([&] { return told_.size() == 2; }));
  EXPECT_EQ(told_.back(), "1");
}

TEST_F(Databases, AreLookedAtWithoutAChange) {
  const DatabaseSources sources{
      io_, pool_, clock_, {}, [](const auto&, const auto&) { return false; }};
  SourceTest found = sources.test(asset_, Seconds{5});
  EXPECT_EQ(found.error, "");
  ASSERT_EQ(found.events.size(), 1U);
  EXPECT_EQ(found.events[0].data_version, "0");
  asset_.source.database.query = "select * from missing";
  EXPECT_NE(sources.test(asset_, Seconds{5}).error.find("no such table: missing"),
            std::string::npos);
}

}  // namespace
}  // namespace freshet
