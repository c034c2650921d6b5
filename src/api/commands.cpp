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
#include "api/choice.hpp"
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

constexpr std::chrono::days mute_max{366};

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

/// Until when a mute lasts: `until`, or `for` from now on; nullopt where neither is given.
std::optional<Instant> end_of_mute(BodyReader& body, Instant now) {
  const std::string until = body.text("until"), duration = body.text("for");
  if (!until.empty() && !duration.empty()) body.fault("for", "want one of until and for");
  if (!duration.empty()) {
    const auto parsed = parse_duration(duration);
    if (parsed && *parsed > Micros{} && *parsed <= mute_max) return now + *parsed;
    body.fault("for", "want a duration such as 2h, of at most 366 days");
  } else if (!until.empty()) {
    if (const auto parsed = parse_instant(until)) {
      if (*parsed > now) return *parsed;
      body.fault("until", "want an instant that is to come");
    } else {
      body.fault("until", parsed.error().message);
    }
  }
  return std::nullopt;
}

void mute(const CallPtr& call, bool muted) {
  const auto idempotency = idempotency_of(call);
  if (!idempotency) return;
  with_body(call, false, [call, muted, idempotency = *idempotency](const Json& json) {
    when_new(call, idempotency, [call, muted, idempotency, json](bool is_new) {
      std::vector<Fault> faults;
      BodyReader body{json, "", faults};
      if (muted) {
        body.expect_only({"select", "assets", "until", "for", "reason"});
      } else {
        body.expect_only({"select", "assets", "reason"});
      }
      const Order order{.select = body.text("select"),
                        .assets = body.texts("assets"),
                        .reason = body.text("reason")};
      const auto until = muted && is_new ? end_of_mute(body, call->context->clock.now())
                                         : std::optional<Instant>{};
      if (order.select.empty() && order.assets.empty())
        body.fault("select", "is missing: want a selection");
      if (fail_if_any(call, faults)) return;
      with_chosen(call, order, idempotency,
                  [call, order, muted, until, idempotency](std::vector<std::string> keys) {
                    submit(call,
                           input::Mute{.assets = std::move(keys),
                                       .muted = muted,
                                       .until = until,
                                       .actor = actor(call->who),
                                       .reason = order.reason,
                                       .idempotency = idempotency},
                           [call, muted](const Reply& reply) {
                             http::Headers headers;
                             header_replayed(headers, reply);
                             call->send_json(200, {{"muted", muted}, {"count", reply.count}},
                                             std::move(headers));
                           });
                  });
    });
  });
}

/// The members of a run that a retry is about: all, those that did not come to their end
/// ("failure": also what a failure left unstarted), or only those that failed.
std::vector<MemberId> members_of(const StoredRun& run, const std::string& from) {
  std::vector<MemberId> out;
  for (const StepRow& step : run.steps) {
    const bool failed = step.status == StepStatus::failed || step.status == StepStatus::lost;
    const bool left =
        step.status == StepStatus::canceled || step.reason == Reason::upstream_failed ||
        step.reason == Reason::check_failed || step.reason == Reason::upstream_wrote_nothing;
    if (from == "failed" ? !failed : from == "failure" && !failed && !left) continue;
    step.partitions().for_each([&](PartitionId p) {
      out.push_back({step.member.asset, p});
      return true;
    });
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
    body.expect_only(
        {"select", "assets", "partitions", "checks_only", "reason", "tags", "expect_count"});
    const bool checks_only = body.flag("checks_only").value_or(false);
    const Order order{.select = body.text("select"),
                      .assets = body.texts("assets"),
                      .partitions = partitions_of(body, json),
                      .reason = body.text("reason"),
                      .tags = tags_of(body, json),
                      .expect_count = body.number("expect_count")};
    if (order.select.empty() && order.assets.empty()) {
      body.fault("select", "is missing: want a selection, or \"assets\"");
    }
    if (fail_if_any(call, faults)) return;
    with_chosen(call, order, idempotency,
                [call, order, checks_only, idempotency](std::vector<std::string> keys) {
                  submit(call,
                         input::Request{.assets = std::move(keys),
                                        .partitions = order.partitions,
                                        .checks_only = checks_only,
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
    if (from != "failure" && from != "failed" && from != "all")
      body.fault("from", "want \"failure\", \"failed\" or \"all\"");
    if (fail_if_any(call, faults)) return;
    find_run(call, id, [call, id, from, idempotency](const StoredRun& run) {
      submit(call,
             input::Retry{.run = id,
                          .from_failure = from != "all",
                          .actor = actor(call->who),
                          .idempotency = idempotency,
                          .members = members_of(run, from)},
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
void post_mute(const CallPtr& call) { mute(call, true); }
void post_unmute(const CallPtr& call) { mute(call, false); }

}  // namespace freshet::api
