// Which sources are read, by what the definitions and people say.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
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

}  // namespace
}  // namespace freshet::runtime
