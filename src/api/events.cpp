// News from outside: taken in, and listed.
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "api/call.hpp"
#include "api/context.hpp"
#include "api/facts_page.hpp"
#include "api/handlers.hpp"
#include "api/intake.hpp"
#include "api/json_facts.hpp"
#include "api/json_text.hpp"
#include "api/problem.hpp"
#include "api/route.hpp"
#include "freshet/engine.hpp"
#include "freshet/facts.hpp"
#include "freshet/history.hpp"
#include "http/message.hpp"

namespace freshet::api {
namespace {

constexpr std::size_t read_here_max = std::size_t{16}
                                      << 10;  ///< A longer body is read in the pool.

/// What became of each report, in the request's order.
Json receipts_json(const std::vector<Intake>& items, const Reply& reply) {
  Json events = Json::array();
  auto receipt = reply.receipts.begin();
  for (const Intake& item : items) {
    Json out{{"id", nullptr}, {"asset", item.asset}, {"duplicate", false}};
    std::string error = item.error;
    if (item.event && receipt != reply.receipts.end()) {
      if (receipt->event.value != 0) out["id"] = std::to_string(receipt->event.value);
      out["duplicate"] = receipt->duplicate;
      error = receipt->error;
      ++receipt;
    }
    if (!error.empty()) out["error"] = error;
    events.push_back(std::move(out));
  }
  return events;
}

void answer(const CallPtr& call, const std::vector<Intake>& items, const Reply& reply) {
  const Json events = receipts_json(items, reply);
  std::vector<Fault> errors;
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (events[i].contains("error")) {
      errors.push_back({events.size() == 1 ? "" : '/' + std::to_string(i),
                        events[i]["error"].get<std::string>()});
    }
  }
  if (errors.empty() || errors.size() < events.size()) {
    http::Headers headers;
    if (reply.replayed) headers.emplace_back("idempotency-replayed", "true");
    return call->send_json(202, {{"events", events}}, std::move(headers));
  }
  const std::string detail = errors.front().detail;
  call->fail(
      {.status = 422, .code = "event_rejected", .detail = detail, .errors = std::move(errors)});
}

void take(const CallPtr& call, const Idempotency& idempotency, IntakeResult result) {
  if (result.problem) return call->fail(*result.problem);
  input::Report report{.idempotency = idempotency};
  for (const Intake& item : result.items) {
    if (item.event) report.events.push_back(*item.event);
  }
  if (report.events.empty()) return answer(call, result.items, Reply{});
  submit(call, std::move(report), [call, items = std::move(result.items)](const Reply& reply) {
    answer(call, items, reply);
  });
}

}  // namespace

void list_events(const CallPtr& call) {
  const bool only_rejected = call->flag("rejected");
  send_facts(call,
             {.kinds = only_rejected
                           ? kinds_of<fact::EventRejected>()
                           : kinds_of<fact::Updated, fact::CheckRecorded, fact::EventRejected>()},
             event_json);
}

void post_events(const CallPtr& call) {
  const auto idempotency = idempotency_of(call);
  if (!idempotency) return;
  const auto work = [call] { return read_events(call->request.headers, call->request.body); };
  if (call->request.body.size() <= read_here_max) return take(call, *idempotency, work());
  offload<IntakeResult>(call, work, [call, idempotency = *idempotency](IntakeResult result) {
    take(call, idempotency, std::move(result));
  });
}

}  // namespace freshet::api
