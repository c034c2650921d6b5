#include "api/choice.hpp"

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "api/body_reader.hpp"
#include "api/call.hpp"
#include "api/context.hpp"
#include "api/json_text.hpp"
#include "api/problem.hpp"
#include "api/route.hpp"
#include "api/view.hpp"
#include "freshet/engine.hpp"
#include "freshet/ids.hpp"
#include "freshet/result.hpp"
#include "http/message.hpp"

namespace freshet::api {
namespace {

/// Which assets a command is about.
struct Chosen {
  std::vector<std::string> keys;
  std::size_t runnable{};  ///< Of those: a person can have them made.
};

Result<Chosen> choose(const View& view, const std::string& select,
                      std::vector<std::string> assets) {
  Chosen out{.keys = std::move(assets)};
  for (const std::string& key : out.keys) {
    if (!view.find(key)) return Error{Errc::not_found, view.unknown(key)};
  }
  if (!select.empty()) {
    FRESHET_TRY(const std::vector<Rank> ranks, view.select(select));
    for (const Rank rank : ranks) out.keys.push_back(view.graph().asset(rank).key);
  }
  std::ranges::sort(out.keys);
  out.keys.erase(std::unique(out.keys.begin(), out.keys.end()), out.keys.end());
  out.runnable = static_cast<std::size_t>(std::ranges::count_if(
      out.keys, [&](const auto& key) { return can_run(view.graph().asset(*view.find(key))); }));
  return out;
}

void fail_choice(const CallPtr& call, const Error& error) {
  Problem problem = to_problem(error);
  if (error.code == Errc::invalid) problem = {.code = "selection_invalid", .detail = error.message};
  if (error.code == Errc::not_found) problem.status = 422, problem.code = "asset_unknown";
  call->fail(problem);
}

}  // namespace

std::string partitions_of(BodyReader& body, const Json& json) {
  if (!body.has("partitions")) return {};
  if (json["partitions"].is_string()) return body.text("partitions");
  std::string out;
  for (const std::string& key : body.texts("partitions")) out += (out.empty() ? "" : ",") + key;
  return out;
}

std::vector<std::string> tags_of(BodyReader& body, const Json& json) {
  if (!body.has("tags") || !json["tags"].is_object()) return body.texts("tags");
  std::vector<std::string> out;
  for (const auto& [name, value] : json["tags"].items()) {
    out.push_back(name + '=' + (value.is_string() ? value.get<std::string>() : dump(value)));
  }
  return out;
}

bool fail_if_any(const CallPtr& call, const std::vector<Fault>& faults) {
  if (faults.empty()) return false;
  call->fail({.code = "malformed_body",
              .detail = faults.front().pointer + ": " + faults.front().detail,
              .errors = faults});
  return true;
}

void with_chosen(const CallPtr& call, const Order& order, const Idempotency& idempotency,
                 std::function<void(std::vector<std::string>)> then) {
  when_new(call, idempotency, [call, order, then = std::move(then)](bool is_new) {
    if (!is_new) return then({});
    offload<Result<Chosen>>(
        call, [view = call->view, order] { return choose(view, order.select, order.assets); },
        [call, order, then](Result<Chosen> chosen) {
          if (!chosen) return fail_choice(call, chosen.error());
          if (order.expect_count && *order.expect_count != chosen->runnable) {
            return call->fail({.status = 409,
                               .code = "count_differs",
                               .detail = "expect_count is " + std::to_string(*order.expect_count) +
                                         ", but this selects " + std::to_string(chosen->runnable) +
                                         " assets that can be run"});
          }
          then(std::move(chosen->keys));
        });
  });
}

void header_replayed(http::Headers& headers, const Reply& reply) {
  if (reply.replayed) headers.emplace_back("idempotency-replayed", "true");
}

void send_created(const CallPtr& call, const Reply& reply) {
  const bool is_backfill = reply.backfill.value != 0;
  FRESHET_ASSERT(!reply.runs.empty() || is_backfill);
  Json runs = Json::array();
  for (const RunId run : reply.runs) runs.push_back(to_text(run));
  const std::string id = is_backfill ? to_text(reply.backfill) : to_text(reply.runs.front());
  http::Headers headers{{"location", call->context->options.prefix + "/api/v1/" +
                                         (is_backfill ? "backfills/" : "runs/") + id}};
  header_replayed(headers, reply);
  call->send_json(201,
                  {{"id", id},
                   {"runs", std::move(runs)},
                   {"backfill", is_backfill ? Json(id) : Json{}},
                   {"count", reply.count}},
                  std::move(headers));
}

}  // namespace freshet::api
