#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api_fixture.hpp"
#include "base/log.hpp"

namespace freshet::test {
namespace {

TEST_F(ApiTest, TheSystemTellsOfItself) {
  service.system_status = {
      .started_at = clock.now(),
      .uptime = Millis{1'500},
      .store_path = "/state/freshet.db",
      .projects = {{.name = "shop",
                    .directory = "/shop",
                    .assets = 4,
                    .loaded_at = clock.now(),
                    .is_valid = false,
                    .diagnostics = {{.severity = Diagnostic::Severity::error,
                                     .place = {.file = "freshet.yaml", .line = 3, .column = 5},
                                     .message = "no such key"}}}},
      .engine = {.inputs = 12, .longest_input = Micros{2'500}, .queue = 1},
      .config = {{.name = "slots", .value = "4", .origin = ConfigValue::Origin::option},
                 {.name = "prefix", .value = "", .origin = ConfigValue::Origin::standard}}};
  const Answer stream = get("/api/v1/stream");
  const Answer answer = get("/api/v1/system");
  ASSERT_EQ(answer.status, 200);
  const Json system = answer.json();
  EXPECT_EQ(system["version"], "0.1.0");
  EXPECT_EQ(system["instance"], "0123456789abcdef");
  EXPECT_EQ(system["started_at"], "2026-01-31T00:00:00.000000Z");
  EXPECT_EQ(system["uptime"], 1.5);
  EXPECT_EQ(system["sequence"].dump(), sequence());
  EXPECT_EQ(system["projects"][0]["name"], "shop");
  EXPECT_EQ(system["projects"][0]["valid"], false);
  EXPECT_EQ(system["projects"][0]["diagnostics"][0]["line"], 3);
  EXPECT_EQ(system["store"]["path"], "/state/freshet.db");
  EXPECT_EQ(system["engine"]["inputs"], 12);
  EXPECT_EQ(system["engine"]["longest_input"], 0.0025);
  EXPECT_EQ(system["engine"]["queue"], 1);
  EXPECT_EQ(system["pools"]["slots"]["limit"], 10);
  EXPECT_EQ(system["streams"]["clients"], 1);
  EXPECT_EQ(system["config"][0], (Json{{"name", "slots"}, {"value", "4"}, {"origin", "option"}}));
  EXPECT_EQ(system["config"][1]["origin"], "default");
}

TEST_F(ApiTest, TheSystemsOwnLogIsRead) {
  log("test").warn("watch out n={}", 1);
  log("test").info("all is well n={}", 2);
  log("test").error("it broke {}", std::string(10'000, 'x'));
  const Json all = get("/api/v1/system/log?limit=3").json();
  ASSERT_EQ(all["items"].size(), 3U);
  EXPECT_EQ(all["items"][0]["level"], "warning");
  EXPECT_EQ(all["items"][0]["logger"], "test");
  EXPECT_EQ(all["items"][0]["text"], "watch out n=1");
  EXPECT_NE(all["items"][0]["at"], nullptr);
  EXPECT_EQ(all["items"][2]["text"].get<std::string>().size(), logged_text_max);
  const Json serious = get("/api/v1/system/log?limit=2&level=warning").json();
  EXPECT_EQ(serious["items"][0]["text"], "watch out n=1");
  EXPECT_EQ(serious["items"][1]["level"], "error");
  EXPECT_EQ(get("/api/v1/system/log?level=loud").status, 400);
  EXPECT_EQ(get("/api/v1/system/log?limit=2001").status, 400);
}

TEST_F(ApiTest, OnlyTheLastLinesOfTheLogAreKept) {
  for (std::size_t i = 0; i < logged_lines_max + 5; ++i) log("test").info("line n={}", i);
  const Json all = get("/api/v1/system/log?limit=2000").json();
  ASSERT_EQ(all["items"].size(), logged_lines_max);
  EXPECT_EQ(all["items"][0]["text"], "line n=5");
  EXPECT_EQ(all["items"].back()["text"], "line n=2004");
}

}  // namespace
}  // namespace freshet::test
