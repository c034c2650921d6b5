// Webhooks: who sent it, what it says, and what became of that.
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "api/call.hpp"
#include "api/context.hpp"
#include "api/handlers.hpp"
#include "api/hook.hpp"
#include "api/hook_signature.hpp"
#include "api/json_text.hpp"
#include "api/problem.hpp"
#include "api/route.hpp"
#include "api/view.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "freshet/definitions.hpp"
#include "freshet/engine.hpp"

namespace freshet::api {
namespace {

constexpr std::size_t read_here_max = std::size_t{16} << 10;

/// Checked and read; an error is of its signature.
Result<HookReading> judge(const AssetDefinition& asset, const http::Request& request, Instant now) {
  const auto is_signed = check_signature(asset.source.webhook, request.headers, request.body, now);
  if (!is_signed) return is_signed.error();
  return read_hook(asset, request.headers, request.body);
}

void answer(const CallPtr& call, std::size_t ignored, const Reply& reply) {
  HookCounts& counts = call->context->hooks[call->parameter("key")];
  counts.messages += reply.receipts.size() + ignored;
  counts.ignored += ignored;
  Json events = Json::array();
  for (const Reply::Receipt& receipt : reply.receipts) {
    Json event{{"id", nullptr}, {"asset", receipt.asset}, {"duplicate", receipt.duplicate}};
    if (receipt.event.value != 0) event["id"] = std::to_string(receipt.event.value);
    if (!receipt.error.empty()) event["error"] = receipt.error;
    events.push_back(std::move(event));
  }
  // What cannot be used is kept here; to send it again would not help.
  call->send_json(202, {{"events", std::move(events)}, {"ignored", ignored}});
}

void take(const CallPtr& call, const std::string& asset, Result<HookReading> reading) {
  if (!reading) {
    const std::string& why = reading.error().message;
    log("api").warn("webhook refused asset={} reason=\"{}\"", asset, why);
    return call->fail({.status = 401, .code = "signature_invalid", .detail = why});
  }
  if (reading->events.empty()) return answer(call, reading->ignored, Reply{});
  submit(call, input::Report{.events = std::move(reading->events)},
         [call, ignored = reading->ignored](const Reply& reply) { answer(call, ignored, reply); });
}

/// Whatever was sent, a source that looks now and then is only called to look: what it finds
/// counts.
void look(const CallPtr& call, const std::string& key) {
  if (call->context->service.look_now(key))
    return call->send_json(202, {{"events", Json::array()}, {"ignored", 0}, {"looks", true}});
  call->fail(
      {.status = 404,
       .code = "hook_not_found",
       .detail = "no source with a webhook, nor one that is looked at now and then, is called \"" +
                 key + '"'});
}

/// A source's own secret is the only one that counts for it.
bool is_let_in(const CallPtr& call, const WebhookSource& source) {
  if (!source.token.empty())
    return shows_token(source, call->request.headers, call->query("token"));
  return !source.secret.empty() || call->who != Identity::nobody;
}

}  // namespace

void post_hook(const CallPtr& call) {
  const std::string& key = call->parameter("key");
  const auto rank = call->view.find(key);
  const bool is_hook = rank && call->view.graph().asset(*rank).source.kind == SourceKind::webhook;
  if (!is_hook && call->who != Identity::nobody) return look(call, key);
  // Who is not known does not learn which hooks there are.
  if (!is_hook || !is_let_in(call, call->view.graph().asset(*rank).source.webhook)) {
    return call->fail({.status = 401,
                       .code = "unauthorized",
                       .detail =
                           "want `Authorization: Bearer TOKEN`: the token of that source, or, "
                           "where it has neither token nor secret, the daemon's",
                       .headers = {{"www-authenticate", "Bearer realm=\"freshet\""}}});
  }
  const AssetDefinition& asset = call->view.graph().asset(*rank);
  if (call->view.state(*rank).paused) {
    return call->fail({.status = 503,
                       .code = "paused",
                       .detail = "a person paused this source: send it again later",
                       .headers = {{"retry-after", "60"}}});
  }
  const Instant now = call->context->clock.now();
  if (call->request.body.size() <= read_here_max)
    return take(call, asset.key, judge(asset, call->request, now));
  offload<Result<HookReading>>(
      call, [call, &asset, now] { return judge(asset, call->request, now); },
      [call, &asset](Result<HookReading> reading) { take(call, asset.key, std::move(reading)); });
}

}  // namespace freshet::api
