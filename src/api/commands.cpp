// What a person or CI wants done: runs, cancellations, retries, pauses.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/body_reader.hpp"
#include "api/call.hpp"
#include "api/context.hpp"
#include "api/gate.hpp"
#include "api/handlers.hpp"
#include "api/json_text.hpp"
#include "api/problem.hpp"
#include "api/route.hpp"
#include "api/run_of.hpp"
#include "api/view.hpp"
#include "freshet/engine.hpp"
#include "freshet/facts.hpp"
#include "freshet/history.hpp"
#include "freshet/ids.hpp"
#include "freshet/result.hpp"
#include "freshet/rows.hpp"
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

bool fail_if_any(const CallPtr& call, const std::vector<Fault>& faults) {
  if (faults.empty()) return false;
  call->fail({.code = "malformed_body",
              .detail = faults.front().pointer + ": " + faults.front().detail,
              .errors = faults});
  return true;
}

void header_replayed(http::Headers& headers, const Reply& reply) {
  if (reply.replayed) headers.emplace_back("idempotency-replayed", "true");
}

void send_created(const CallPtr& call, const Reply& reply) {
  FRESHET_ASSERT(!reply.runs.empty());
  Json runs = Json::array();
  for (const RunId run : reply.runs) runs.push_back(to_text(run));
  const std::string first = to_text(reply.runs.front());
  http::Headers headers{{"location", call->context->options.prefix + "/api/v1/runs/" + first}};
  header_replayed(headers, reply);
  call->send_json(201, {{"id", first}, {"runs", std::move(runs)}, {"count", reply.count}},
                  std::move(headers));
}

/// What POST runs, pause and resume have in common: which assets, and a reason.
struct Order {
  std::string select;
  std::vector<std::string> assets;
  std::string partitions;
  std::string reason;
  std::vector<std::string> tags;
  std::optional<std::uint64_t> expect_count;
};

/// Chooses the assets in the pool and goes on with them; what was answered before needs none.
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

void pause(const CallPtr& call, bool paused) {
  const auto idempotency = idempotency_of(call);
  if (!idempotency) return;
  with_body(call, false, [call, paused, idempotency = *idempotency](const Json& json) {
    std::vector<Fault> faults;
    BodyReader body{json, "", faults};
    body.expect_only({"select", "assets", "reason"});
    const Order order{.select = body.text("select"),
                      .assets = body.texts("assets"),
                      .reason = body.text("reason")};
    if (order.select.empty() && order.assets.empty())
      body.fault("select", "is missing: want a selection");
    if (fail_if_any(call, faults)) return;
    with_chosen(call, order, idempotency,
                [call, order, paused, idempotency](std::vector<std::string> keys) {
                  submit(call,
                         input::Pause{.assets = std::move(keys),
                                      .paused = paused,
                                      .actor = actor(call->who),
                                      .reason = order.reason,
                                      .idempotency = idempotency},
                         [call, paused](const Reply& reply) {
                           http::Headers headers;
                           header_replayed(headers, reply);
                           call->send_json(200, {{"paused", paused}, {"count", reply.count}},
                                           std::move(headers));
                         });
                });
  });
}

/// The members of a run that a retry is about.
std::vector<MemberId> members_of(const StoredRun& run, bool from_failure) {
  std::vector<MemberId> out;
  for (const StepRow& step : run.steps) {
    const bool is_good = step.status == StepStatus::succeeded || step.status == StepStatus::skipped;
    if (!from_failure || !is_good) out.push_back(step.member);
  }
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace

void post_run(const CallPtr& call) {
  const auto idempotency = idempotency_of(call);
  if (!idempotency) return;
  with_body(call, false, [call, idempotency = *idempotency](const Json& json) {
    std::vector<Fault> faults;
    BodyReader body{json, "", faults};
    body.expect_only({"select", "assets", "partitions", "reason", "tags", "expect_count"});
    Order order{.select = body.text("select"),
                .assets = body.texts("assets"),
                .partitions = {},
                .reason = body.text("reason"),
                .tags = {},
                .expect_count = body.number("expect_count")};
    if (const Json* tags = body.has("tags") && json["tags"].is_object() ? &json["tags"] : nullptr) {
      for (const auto& [name, value] : tags->items()) {
        order.tags.push_back(name + '=' +
                             (value.is_string() ? value.get<std::string>() : dump(value)));
      }
    } else {
      order.tags = body.texts("tags");
    }
    if (body.has("partitions") && json["partitions"].is_string()) {
      order.partitions = body.text("partitions");
    } else {
      for (const std::string& key : body.texts("partitions"))
        order.partitions += (order.partitions.empty() ? "" : ",") + key;
    }
    if (order.select.empty() && order.assets.empty()) {
      body.fault("select", "is missing: want a selection, or \"assets\"");
    }
    if (fail_if_any(call, faults)) return;
    with_chosen(call, order, idempotency,
                [call, order, idempotency](std::vector<std::string> keys) {
                  submit(call,
                         input::Request{.assets = std::move(keys),
                                        .partitions = order.partitions,
                                        .actor = actor(call->who),
                                        .reason = order.reason,
                                        .tags = order.tags,
                                        .idempotency = idempotency},
                         [call](const Reply& reply) { send_created(call, reply); });
                });
  });
}

void post_cancel(const CallPtr& call) {
  const auto id = run_of(call);
  if (!id) return;
  const auto idempotency = idempotency_of(call);
  if (!idempotency) return;
  const auto cancel = [call, id = *id, idempotency = *idempotency] {
    submit(call, input::Cancel{.run = id, .actor = actor(call->who), .idempotency = idempotency},
           [call, id](const Reply& reply) {
             http::Headers headers;
             header_replayed(headers, reply);
             call->send_json(202, {{"id", to_text(id)}, {"count", reply.count}},
                             std::move(headers));
           });
  };
  when_new(call, *idempotency, [call, id = *id, cancel](bool is_new) {
    if (!is_new || call->view.run(id) != nullptr) return cancel();
    // The engine knows nothing of what ended long ago; history tells ended from unknown.
    find_run(call, id, [call](const StoredRun& run) {
      call->fail({.status = 409,
                  .code = "conflict",
                  .detail = "run " + to_text(run.run.run) +
                            " has ended: " + std::string{to_text(run.run.status)}});
    });
  });
}

void post_retry(const CallPtr& call) {
  const auto id = run_of(call);
  if (!id) return;
  const auto idempotency = idempotency_of(call);
  if (!idempotency) return;
  with_body(call, false, [call, id = *id, idempotency = *idempotency](const Json& json) {
    std::vector<Fault> faults;
    BodyReader body{json, "", faults};
    body.expect_only({"from"});
    const std::string from = body.has("from") ? body.text("from") : "failure";
    if (from != "failure" && from != "all") body.fault("from", "want \"failure\" or \"all\"");
    if (fail_if_any(call, faults)) return;
    const bool from_failure = from == "failure";
    find_run(call, id, [call, id, from_failure, idempotency](const StoredRun& run) {
      submit(call,
             input::Retry{.run = id,
                          .from_failure = from_failure,
                          .actor = actor(call->who),
                          .idempotency = idempotency,
                          .members = members_of(run, from_failure)},
             [call](const Reply& reply) { send_created(call, reply); });
    });
  });
}

void post_partitions(const CallPtr& call) {
  const auto idempotency = idempotency_of(call);
  if (!idempotency) return;
  with_body(call, false, [call, idempotency = *idempotency](const Json& json) {
    std::vector<Fault> faults;
    BodyReader body{json, "", faults};
    body.expect_only({"set", "add", "remove"});
    input::Partitions change{.set = body.required("set"),
                             .add = body.texts("add"),
                             .remove = body.texts("remove"),
                             .actor = actor(call->who),
                             .idempotency = idempotency};
    if (change.add.empty() && change.remove.empty())
      body.fault("add", "is missing: want keys to add, or \"remove\"");
    for (const auto* keys : {&change.add, &change.remove}) {
      for (const std::string& key : *keys) {
        const bool is_key = !key.empty() && key.find('|') == std::string::npos &&
                            std::ranges::none_of(key, [](char c) {
                              return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
                            });
        if (!is_key)
          body.fault("add", "a partition key is a text without | and control characters");
      }
    }
    if (fail_if_any(call, faults)) return;
    submit(call, std::move(change), [call](const Reply& reply) {
      http::Headers headers;
      header_replayed(headers, reply);
      call->send_json(200, {{"count", reply.count}}, std::move(headers));
    });
  });
}

void post_pause(const CallPtr& call) { pause(call, true); }
void post_resume(const CallPtr& call) { pause(call, false); }

}  // namespace freshet::api
