// Which sources are read, by what the definitions and people say.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "freshet/engine.hpp"
#include "freshet/time.hpp"
#include "runtime/source_set.hpp"

namespace freshet::runtime {
namespace {

class SourceSetTest : public testing::Test {
 protected:
  SourceSetTest() {
    std::string pattern = std::filesystem::temp_directory_path() / "freshet-sources-XXXXXX";
    FRESHET_ASSERT(::mkdtemp(pattern.data()) != nullptr);
    folder_ = pattern;
  }
  ~SourceSetTest() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::shared_ptr<const Graph> folder_called(const std::string& key,
                                                           const std::string& former) const {
    AssetDefinition asset;
    asset.key = key, asset.project = "test", asset.external = true;
    asset.renamed_from = former;
    asset.source = {.kind = SourceKind::file, .file = {.path = folder_ + "/*.csv"}};
    auto definitions = std::make_shared<Definitions>();
    definitions->project = "test", definitions->assets = {asset};
    return *Graph::build({definitions});
  }
  [[nodiscard]] static std::vector<std::string> read(const SourceSet& set) {
    std::vector<std::string> out;
    for (const SourceStatus& status : set.status(nullptr)) out.push_back(status.asset);
    return out;
  }

  boost::asio::io_context io_;
  SystemClock clock_;
  std::string folder_;
};

using Keys = std::vector<std::string>;

TEST_F(SourceSetTest, WhatIsPausedStaysSoUnderAnotherName) {
  SourceSet set{io_, clock_, {.cursors = {}, .paused = {"landing"}}, [](const auto&, const auto&) {
                  return true;
                }};
  set.watch(*folder_called("landing", ""));
  EXPECT_EQ(read(set), Keys{});
  set.watch(*folder_called("raw/landing", "landing"));
  EXPECT_EQ(read(set), Keys{});
  set.watch(*folder_called("other", ""));
  EXPECT_EQ(read(set), Keys{"other"});
}

TEST_F(SourceSetTest, ItsEventsAreWhatTheEngineMadeOfReports) {
  const auto graph = folder_called("landing", "");
  SourceSet set{io_, clock_, {}, [](const auto&, const auto&) { return true; }};
  set.watch(*graph);
  Engine engine{EngineOptions{}};
  const Instant noon = *parse_instant("2026-01-31T12:00:00Z");
  const auto take = [&](const Input& input) {
    const Moment moment = engine.step(std::array{input}, noon);
    set.count(moment.batch.facts, *engine.snapshot());
    return set.status(engine.snapshot().get()).at(0);
  };
  EXPECT_EQ(take(input::Load{.graph = graph}).last_event, Instant{});
  const input::Event v1{.asset = "landing", .data_version = "1", .source = "landing"};
  input::Event looked = v1, misfit = v1;
  looked.only_if_changed = true, misfit.error = "latest.csv: no date";
  const SourceStatus status = take(input::Report{.events = {v1, v1, looked, misfit}});
  EXPECT_EQ(status.kind, "file");
  EXPECT_EQ(status.events, 2U) << "that an equal version was found again is none";
  EXPECT_EQ(status.unchanged, 1U);
  EXPECT_EQ(status.dead, 1U);
  EXPECT_EQ(status.last_event, noon);
}

TEST(SourceTests, SayOfAPartitionThatItWouldNotBeTaken) {
  AssetDefinition asset;
  asset.partitions = PartitionsDefinition{
      {{"", WindowsDefinition{.cadence = Cadence::daily, .start = *parse_instant("2026-01-01")}}},
      ""};
  SourceTest found;
  for (const char* partition : {"2026-01-31", "2025-12-31", "2026-02-01", "soon", ""})
    found.events.push_back({.partition = partition, .data_version = "v"});
  found.events.push_back({.partition = "soon", .error = "as it said"});
  judge_partitions(found, asset, *parse_instant("2026-02-01T12:00:00Z"));
  std::vector<std::string> errors;
  for (const input::Event& event : found.events) errors.push_back(event.error);
  EXPECT_EQ(errors, (std::vector<std::string>{
                        "", "partition \"2025-12-31\" lies before the start of the partitions",
                        "partition \"2026-02-01\" is a time window that has not ended: not before "
                        "2026-02-02T00:00:00.000000Z",
                        "partition \"soon\": want a time, a date, or the key of a time window", "",
                        "as it said"}));
}

}  // namespace
}  // namespace freshet::runtime
