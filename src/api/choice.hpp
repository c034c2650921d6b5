// What commands of people have in common: which assets they mean, and how they are answered.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "api/call.hpp"
#include "api/json_text.hpp"
#include "api/problem.hpp"
#include "freshet/engine.hpp"
#include "http/message.hpp"

namespace freshet::api {

class BodyReader;

/// What a body asks for.
struct Order {
  std::string select;
  std::vector<std::string> assets;
  std::string partitions;
  std::string reason;
  std::vector<std::string> tags;
  std::optional<std::uint64_t> expect_count;
};

/// "partitions" as a text or a list, as one text.
[[nodiscard]] std::string partitions_of(BodyReader& body, const Json& json);
/// "tags" as an object or a list, as "name=value".
[[nodiscard]] std::vector<std::string> tags_of(BodyReader& body, const Json& json);

/// Answers 400 with all faults, if there are any.
[[nodiscard]] bool fail_if_any(const CallPtr& call, const std::vector<Fault>& faults);

/// Chooses the assets in the pool and goes on with their keys; what was answered before needs none.
void with_chosen(const CallPtr& call, const Order& order, const Idempotency& idempotency,
                 std::function<void(std::vector<std::string>)> then);

void header_replayed(http::Headers& headers, const Reply& reply);
/// 201 with the runs, and the backfill if there is one.
void send_created(const CallPtr& call, const Reply& reply);

}  // namespace freshet::api
