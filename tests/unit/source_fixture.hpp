// A folder, an io thread, a pool and file sources that remember what they said.
#pragma once
#include <gtest/gtest.h>
#include <stdlib.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <functional>
#include <ios>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "freshet/definitions.hpp"
#include "freshet/engine.hpp"
#include "freshet/graph.hpp"
#include "freshet/service.hpp"
#include "source/file_sources.hpp"

namespace freshet {

class FileSourcesTest : public testing::Test {
 protected:
  static constexpr std::chrono::seconds kPatience{60};
  static constexpr Millis kSettle{20};

  FileSourcesTest() {
    std::string pattern = std::filesystem::temp_directory_path() / "freshet-source-XXXXXX";
    FRESHET_ASSERT(::mkdtemp(pattern.data()) != nullptr);
    folder_ = pattern;
  }
  ~FileSourcesTest() override {
    sources_.reset();
    pool_.join();
    std::filesystem::remove_all(folder_);
  }

  static AssetDefinition asset(std::string key, std::string directory, std::string path,
                               Micros settle = kSettle) {
    AssetDefinition out;
    out.key = std::move(key);
    out.project = "p";
    out.external = true;
    out.directory = std::move(directory);
    out.source.kind = SourceKind::file;
    out.source.file = {.path = std::move(path), .settle = settle};
    return out;
  }
  AssetDefinition asset(std::string path, Micros settle = kSettle) {
    return asset("raw", folder_, std::move(path), settle);
  }

  static std::shared_ptr<const Graph> graph(std::vector<AssetDefinition> assets) {
    Definitions definitions;
    definitions.project = "p";
    definitions.assets = std::move(assets);
    return Graph::build({std::make_shared<const Definitions>(std::move(definitions))}).value();
  }

  void watch(std::vector<AssetDefinition> assets, FileSourcesOptions options = {}) {
    sources_ = std::make_unique<FileSources>(
        io_, pool_, clock_,
        [this](std::vector<input::Event> events,
               const std::vector<std::pair<std::string, std::string>>& cursors) {
          EXPECT_TRUE(cursors.empty());
          ++offers_;
          offered_ = events.at(0);
          if (!has_credit_) return false;
          for (input::Event& event : events) events_.push_back(std::move(event));
          return true;
        },
        options);
    watch_exactly(std::move(assets));
  }
  /// In place of those that were watched before.
  void watch_exactly(std::vector<AssetDefinition> assets) {
    graph_ = graph(std::move(assets));
    Wanted wanted;
    for (std::uint32_t i = 0; i < graph_->size(); ++i) {
      const AssetDefinition& asset = graph_->asset(Rank{i});
      if (sources_->takes(asset.source)) wanted[asset.key] = &asset;
    }
    sources_->watch(wanted);
  }
  void watch(std::string path, FileSourcesOptions options = {}) {
    watch({asset(std::move(path))}, options);
  }

  [[nodiscard]] std::string path_of(const std::string& name) const { return folder_ + "/" + name; }
  /// Makes the folders, too.
  void write(const std::string& name, const std::string& text,
             std::ios::openmode mode = std::ios::trunc) const {
    std::filesystem::create_directories(std::filesystem::path{path_of(name)}.parent_path());
    std::ofstream file{path_of(name), std::ios::out | mode};
    file << text << std::flush;
    FRESHET_ASSERT(file.good());
  }
  void append(const std::string& name, const std::string& text) const {
    write(name, text, std::ios::app);
  }

  /// Turns the io loop until `done` holds; false if it never does.
  [[nodiscard]] bool run_until(const std::function<bool()>& done) {
    const auto give_up = clock_.steady() + kPatience;
    while (!done()) {
      if (io_.run_one_until(give_up) == 0) return false;
    }
    return true;
  }
  [[nodiscard]] bool run_to_events(std::size_t count) {
    return run_until([&] { return events_.size() >= count; });
  }
  [[nodiscard]] bool run_to_state(const std::string& state) {
    return run_until([&] { return sources_->status().at(0).state == state; });
  }
  [[nodiscard]] bool run_to_detail(const std::string& text) {
    return run_until(
        [&] { return sources_->status().at(0).detail.find(text) != std::string::npos; });
  }
  /// Calls `work` again and again, whatever else the io loop does, until it returns false.
  void keep_busy(std::function<bool()> work) {
    boost::asio::post(io_, [this, work = std::move(work)]() mutable {
      if (work()) keep_busy(std::move(work));
    });
  }

  /// "files:3" of "files:3:0123456789abcdef".
  [[nodiscard]] std::string count_of(std::size_t event) const {
    const std::string& version = events_.at(event).data_version;
    return version.substr(0, version.find(':', 6));
  }
  [[nodiscard]] const std::string& version_of(std::size_t event) const {
    return events_.at(event).data_version;
  }

  SystemClock clock_;
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
      io_.get_executor()};
  boost::asio::thread_pool pool_{2};
  std::string folder_;
  std::vector<input::Event> events_;  ///< Taken.
  std::size_t offers_{};
  input::Event offered_;  ///< Last of all.
  bool has_credit_{true};
  std::shared_ptr<const Graph> graph_;
  std::unique_ptr<FileSources> sources_;
};

}  // namespace freshet
