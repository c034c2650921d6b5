#include "api/replay.hpp"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <utility>
#include <variant>
#include <vector>

#include "api/call.hpp"
#include "api/context.hpp"
#include "api/handlers.hpp"
#include "api/hook.hpp"
#include "api/intake.hpp"
#include "api/json_text.hpp"
#include "api/lineage_event.hpp"
#include "api/problem.hpp"
#include "api/route.hpp"
#include "api/view.hpp"
#include "base/clock.hpp"
#include "freshet/definitions.hpp"
#include "freshet/engine.hpp"
#include "freshet/facts.hpp"
#include "freshet/history.hpp"

namespace freshet::api {
namespace {

void fail_rejected(const CallPtr& call, std::string detail) {
  call->fail({.status = 422, .code = "event_rejected", .detail = std::move(detail)});
}

/// The engine answers as it did, if it has taken it in before.
void take(const CallPtr& call, Sequence rejected, std::vector<input::Event> events) {
  // One that is rejected once more is no further dead event; see list_events.  Of several, those
  // that are taken in must not hide the others: each is an event of its own.
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (!events[i].id.empty()) continue;
    events[i].id = events.size() == 1 ? replay_key(rejected) : replay_part_key(rejected, i);
  }
  input::Report report{.events = std::move(events),
                       .idempotency = {.key = replay_key(rejected), .request = 0}};
  submit(call, std::move(report), [call](const Reply& reply) {
    if (reply.error) return fail_rejected(call, reply.message);
    Json events = Json::array();
    for (const Reply::Receipt& receipt : reply.receipts) {
      const bool is_known = receipt.event.value != 0;
      Json out{{"id", is_known ? Json(std::to_string(receipt.event.value)) : Json{}},
               {"asset", receipt.asset},
               {"duplicate", receipt.duplicate || reply.replayed}};
      if (!receipt.error.empty()) out["error"] = receipt.error;
      events.push_back(std::move(out));
    }
    call->send_json(202, {{"events", std::move(events)}});
  });
}

void replay_hook(const CallPtr& call, Sequence id, const AssetDefinition& asset,
                 const std::string& body) {
  HookReading read = reread_hook(asset, body);
  if (read.events.empty()) {
    return call->fail(
        Error{Errc::conflict, "what was sent does not count by the rules that its source has now"});
  }
  for (const input::Event& event : read.events) {
    if (!event.error.empty()) return fail_rejected(call, event.error);
  }
  take(call, id, std::move(read.events));
}

/// What was kept of an event of OpenLineage is one of its outputs.
void replay_lineage(const CallPtr& call, Sequence id, const fact::EventRejected& rejected) {
  const auto json = parse_json(rejected.body);
  if (!json) return fail_rejected(call, json.error().message);
  LineageRead read = read_lineage(*json, "");
  if (!read.event) return fail_rejected(call, read.fault.detail);
  auto events = call->context->lineage
                    .take(*std::move(read.event), *call->view.snapshot, call->context->clock.now())
                    .events;
  std::erase_if(events, [&](const input::Event& e) { return e.asset != rejected.subject; });
  if (events.empty())
    return call->fail(
        Error{Errc::conflict, "its dataset is not " + rejected.subject + " any more"});
  take(call, id, std::move(events));
}

/// Its source is asked, or it goes through the intake of reports once more.
void replay(const CallPtr& call, Sequence id, const fact::EventRejected& rejected) {
  if (rejected.source == "openlineage") return replay_lineage(call, id, rejected);
  const auto rank = call->view.find(rejected.subject);
  const bool is_of_source = rank && rejected.source == rejected.subject;
  const SourceKind kind =
      is_of_source ? call->view.graph().asset(*rank).source.kind : SourceKind::none;
  if (kind == SourceKind::webhook)
    return replay_hook(call, id, call->view.graph().asset(*rank), rejected.body);
  if (kind != SourceKind::none) {
    call->context->service.reread(rejected.subject, rejected.body,
                                  [call, id](Result<std::vector<input::Event>> events) {
                                    if (events) return take(call, id, *std::move(events));
                                    if (events.error().code == Errc::invalid)
                                      return fail_rejected(call, events.error().message);
                                    call->fail(events.error());
                                  });
    return;
  }
  IntakeResult read = read_events({}, rejected.body);
  if (read.problem) return fail_rejected(call, read.problem->detail);
  std::vector<input::Event> events;
  for (Intake& item : read.items) {
    if (!item.event) return fail_rejected(call, item.error);
    events.push_back(*std::move(item.event));
  }
  take(call, id, std::move(events));
}

struct Found {
  FactRecord record;
  bool is_replayed{false};
};

}  // namespace

void replay_event(const CallPtr& call) {
  const std::string& text = call->parameter("id");
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const auto fail = [call, text] {
    call->fail({.status = 404,
                .code = "event_not_found",
                .detail = "there is no event \"" + text + "\"; see GET /api/v1/events?rejected=1"});
  };
  if (error != std::errc{} || end != text.data() + text.size() || number == 0) return fail();
  const Sequence id{number};
  read<Result<Found>>(
      call,
      [id](Reader& reader) -> Result<Found> {
        FRESHET_TRY(FactRecord record, reader.fact(id));
        return Found{std::move(record), static_cast<bool>(reader.answer(replay_key(id)))};
      },
      [call, id, fail](const Result<Found>& found) {
        if (!found && found.error().code == Errc::not_found) return fail();
        if (!found) return call->fail(found.error());
        const auto* rejected = std::get_if<fact::EventRejected>(&found->record.fact);
        if (rejected == nullptr) {
          return call->fail({.status = 409,
                             .code = "event_not_rejected",
                             .detail = "only what was rejected can be replayed"});
        }
        if (found->is_replayed) return take(call, id, {});
        replay(call, id, *rejected);
      });
}

}  // namespace freshet::api
