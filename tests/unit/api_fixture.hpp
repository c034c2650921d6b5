// What the API's tests share: a small shop of assets, and a client without sockets whose every JSON
// answer is held against the OpenAPI document.
#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "api/api.hpp"
#include "api/openapi.hpp"
#include "api/route.hpp"
#include "api/sessions.hpp"
#include "api_schema.hpp"
#include "api_service.hpp"
#include "http/event_stream.hpp"
#include "http/target.hpp"

namespace freshet::test {

using Json = nlohmann::json;

inline constexpr const char* token = "a-token-for-tests";

struct Answer {
  int status{0};  ///< 0: none was given yet.
  http::Headers headers{};
  std::string body{};
  std::optional<http::FileRange> file{};
  std::shared_ptr<http::EventStream> stream{};

  [[nodiscard]] std::string header(std::string_view name) const;
  [[nodiscard]] Json json() const;
  [[nodiscard]] std::string code() const;
};

AssetDefinition asset(std::string key, std::vector<std::string> deps = {});

/// raw/orders → staging/orders (eager, one check) → marts/revenue (eager); logs/events beside them.
std::vector<AssetDefinition> shop();

class ApiTest : public testing::Test {
 protected:
  using Headers = http::Headers;

  void SetUp() override { service.load(shop()); }

  /// As the server does: admit, then the body's limit, then handle.
  std::shared_ptr<Answer> begin(const std::string& method, const std::string& target,
                                const std::string& body, Headers headers);

  Answer send(const std::string& method, const std::string& target, const std::string& body = "",
              Headers more = {});
  Answer get(const std::string& target, Headers more = {});
  Answer post(const std::string& target, const Json& body, Headers more = {});

  /// Without a token or anything else but the headers given.
  Answer bare(const std::string& method, const std::string& target, Headers headers,
              const std::string& body = "");

  /// Every answer has what all must have, and looks as the document says.
  void hold(const std::string& method, const std::string& target, const Answer& answer);

  /// The whole chain is made: raw/orders comes, the two others run.
  void make_all();
  [[nodiscard]] std::string sequence() const;

  ManualClock clock{Instant{std::chrono::sys_days{std::chrono::January / 31 / 2026}}};
  MemoryService service{clock};
  api::Api api{service,
               clock,
               {.token_hash = api::sha256_hex(token),
                .hosts = {"freshet.example"},
                .prefix = "",
                .instance = "0123456789abcdef",
                .version = "0.1.0"}};
  const Json document = api::openapi_document(api::routes());
};

}  // namespace freshet::test
