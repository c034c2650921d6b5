// News from outside: taken in, and listed.
#include <cstddef>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "api/call.hpp"
#include "api/context.hpp"
#include "api/event_effects.hpp"
#include "api/facts_page.hpp"
#include "api/handlers.hpp"
#include "api/intake.hpp"
#include "api/json_facts.hpp"
#include "api/json_text.hpp"
#include "api/json_views.hpp"
#include "api/problem.hpp"
#include "api/replay.hpp"
#include "api/route.hpp"
#include "base/text.hpp"
#include "freshet/engine.hpp"
#include "freshet/facts.hpp"
#include "freshet/history.hpp"
#include "freshet/ids.hpp"
#include "freshet/result.hpp"
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

/// Which events a list is of.
struct Wanted {
  std::set<std::string, std::less<>> of_kind;  ///< Empty: all.
  std::set<std::string, std::less<>> of_key;   ///< Of the assets that they are about; empty: any.
  std::set<AssetId> of_asset;                  ///< Those of them that are defined.

  [[nodiscard]] bool is_everything() const {
    return of_key.empty() &&
           (of_kind.empty() || of_kind == std::set<std::string, std::less<>>{"rejected"});
  }
  [[nodiscard]] KindSet kinds() const {
    if (of_kind == std::set<std::string, std::less<>>{"rejected"})
      return kinds_of<fact::EventRejected>();
    return kinds_of<fact::Updated, fact::CheckRecorded, fact::EventRejected>();
  }
  [[nodiscard]] bool has(const FactRecord& record) const {
    std::string_view kind;
    bool is_of_asset = of_key.empty() || of_asset.contains(asset_of(record.fact));
    if (const auto* updated = std::get_if<fact::Updated>(&record.fact)) {
      kind = to_text(updated->kind);
    } else if (const auto* rejected = std::get_if<fact::EventRejected>(&record.fact)) {
      kind = "rejected";
      is_of_asset = of_key.empty() || of_key.contains(rejected->subject);
    } else {
      kind = "check";
    }
    return is_of_asset && (of_kind.empty() || of_kind.contains(kind));
  }
};

Result<Wanted> parse_wanted(const Call& call) {
  static const std::set<std::string_view> words{"materialization", "observation", "check",
                                                "rejected"};
  Wanted out;
  if (call.flag("rejected")) out.of_kind.insert("rejected");
  const std::string kinds = call.query("kind");
  if (!kinds.empty()) {
    for (const std::string_view kind : split(kinds, ',')) {
      if (!words.contains(kind)) {
        return Error{Errc::invalid, "query value kind=" + std::string{kind} +
                                        ": want materialization, observation, check or rejected"};
      }
      out.of_kind.emplace(kind);
    }
  }
  const std::string keys = call.query("asset");
  if (!keys.empty()) {
    for (const std::string_view key : split(keys, ',')) {
      out.of_key.emplace(key);
      if (const auto rank = call.view.find(key)) out.of_asset.insert(call.view.state(*rank).asset);
    }
  }
  return out;
}

/// Of what was rejected, when it was taken in after all.
/// What it is about stands in the list already.
bool is_failed_replay(const FactRecord& record) {
  const auto* rejected = std::get_if<fact::EventRejected>(&record.fact);
  return rejected != nullptr && rejected->event_id.starts_with(replay_prefix);
}

void add_replay(const FactRecord& record, Reader& reader, Json& out) {
  if (!std::holds_alternative<fact::EventRejected>(record.fact)) return;
  const auto answer = reader.answer(replay_key(record.sequence));
  out["replayed_at"] = answer ? instant_json(answer->at) : Json{};
}

}  // namespace

void list_events(const CallPtr& call) {
  const auto wanted = parse_wanted(*call);
  if (!wanted) return call->fail_query(wanted.error());
  FactQuery query{.kinds = wanted->kinds()};
  const bool with_effects = call->flag("effects");
  FactsAs as{.to_json =
                 [with_effects](const FactRecord& record, Names& names, Reader& reader) {
                   Json out = with_effects ? event_with_effects(record, names, reader)
                                           : event_json(record, names);
                   add_replay(record, reader, out);
                   return out;
                 },
             .is_wanted = {}};
  // Of one asset: by its index, and what was rejected, which has no asset, by its own.
  const bool is_of_one = wanted->of_key.size() == 1 && wanted->of_asset.size() == 1;
  if (is_of_one && query.kinds != kinds_of<fact::EventRejected>()) {
    query.asset = *wanted->of_asset.begin();
    query.kinds &= ~kinds_of<fact::EventRejected>();
    if (wanted->of_kind.empty() || wanted->of_kind.contains("rejected"))
      as.also = kinds_of<fact::EventRejected>();
  }
  as.is_wanted = [wanted = *wanted](const FactRecord& record) {
    return !is_failed_replay(record) && (wanted.is_everything() || wanted.has(record));
  };
  send_facts(call, query, std::move(as));
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
