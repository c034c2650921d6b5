// What the API's tests of logs share: a step that runs, and whatever its process wrote.
#pragma once
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "api_fixture.hpp"

namespace freshet::test {

class LogsTest : public ApiTest {
 protected:
  void SetUp() override {
    auto assets = shop();
    for (auto& each : assets) each.automation.clear();
    assets[1].retries = {.max = 1, .delay = std::chrono::seconds{1}};
    service.load(assets);
    std::string path = (std::filesystem::temp_directory_path() / "freshet-api-XXXXXX").string();
    ASSERT_NE(mkdtemp(path.data()), nullptr);
    service.memory_logs.root = path;
    id = post("/api/v1/runs", {{"select", "staging/orders"}}).json()["id"];
    step = {*parse_run_id(id), 0};
    logs = "/api/v1/runs/" + id + "/logs/0";
  }
  void TearDown() override { std::filesystem::remove_all(service.memory_logs.root); }

  void write(const std::string& text, std::uint32_t attempt = 1, const char* name = "stdout") {
    const std::string folder = service.memory_logs.folder({step, attempt});
    std::filesystem::create_directories(folder);
    std::ofstream{folder + '/' + name, std::ios::app} << text;
  }
  /// The supervisor saw how far both logs have come.
  void note(std::int64_t at_ms, std::uint64_t out, std::uint64_t err) {
    const LogTime time{.at_us = at_ms * 1'000, .out_bytes = out, .err_bytes = err};
    write(std::string{reinterpret_cast<const char*>(&time), sizeof time}, 1, "index");
  }
  /// From now on the log is a part of a bigger file.
  void pack(const std::string& text) {
    const std::string path = service.memory_logs.root + "/segment";
    std::ofstream{path} << "before\nerror before" << text << "error after\n";
    service.memory_logs.answers = [path, size = text.size()](const AttemptId&, LogStream stream) {
      if (stream == LogStream::times) return LogPart{};
      if (stream == LogStream::err) return LogPart{.path = path, .offset = 7, .size = 0};
      return LogPart{.path = path, .offset = 19, .size = size};
    };
  }
  Json lines(const std::string& query = "") {
    const Answer answer = get(logs + "/lines" + query);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.json();
  }
  static std::vector<std::string> texts(const Json& page) {
    std::vector<std::string> out;
    for (const Json& item : page["items"]) out.push_back(item["text"]);
    return out;
  }
  static std::string content(const Answer& answer) {
    if (!answer.file) return answer.body;
    std::string out(answer.file->length, '\0');
    EXPECT_EQ(::pread(answer.file->fd.get(), out.data(), out.size(),
                      static_cast<off_t>(answer.file->offset)),
              static_cast<ssize_t>(out.size()));
    return out;
  }

  std::string id;
  StepId step;
  std::string logs;
};

}  // namespace freshet::test
