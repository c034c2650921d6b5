// What people were told of, and whom: open alerts, recent ones with what came of telling, routes.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "api/body_reader.hpp"
#include "api/call.hpp"
#include "api/choice.hpp"
#include "api/context.hpp"
#include "api/cursor.hpp"
#include "api/gate.hpp"
#include "api/handlers.hpp"
#include "api/json_facts.hpp"
#include "api/json_text.hpp"
#include "api/json_views.hpp"
#include "api/problem.hpp"
#include "api/route.hpp"
#include "api/view.hpp"
#include "freshet/engine.hpp"
#include "freshet/facts.hpp"
#include "freshet/history.hpp"
#include "freshet/snapshot.hpp"

namespace freshet::api {
namespace {

constexpr std::size_t open_max = 1'000;
constexpr std::size_t deliveries_max = 5'000;  ///< Looked at for one page.

/// Where it goes, without anything that may be a secret: of a URL the host alone.
std::string receiver_of(const AlertRoute& route) {
  const auto host = [](const std::string& url) {
    const auto begin = url.find("://") + 3;
    std::string out = url.substr(begin, url.find_first_of("/?#", begin) - begin);
    return out.substr(out.rfind('@') + 1);
  };
  switch (route.target) {
    case AlertRoute::Target::webhook:
      return "webhook at " + host(route.webhook.url);
    case AlertRoute::Target::email: {
      std::string out = "email to ";
      for (const std::string& to : route.email.to) out += (out.back() == ' ' ? "" : ", ") + to;
      return out;
    }
    case AlertRoute::Target::command:
      return "command " + route.command.front();
  }
  return "";
}

Json kinds_json(const AlertRoute& route) {
  Json out = Json::array();
  for (const AlertKind kind :
       {AlertKind::failure, AlertKind::freshness, AlertKind::check, AlertKind::recovery}) {
    if (route.kinds.empty() || std::ranges::find(route.kinds, kind) != route.kinds.end())
      out.push_back(to_text(kind));
  }
  return out;
}

Json routes_json(const View& view) {
  Json out = Json::array();
  for (const auto& project : view.graph().projects()) {
    for (const AlertRoute& route : project->alerts) {
      Json item{{"name", route.name},
                {"project", project->project},
                {"to", receiver_of(route)},
                {"on", kinds_json(route)},
                {"select", route.select.empty() ? Json{} : Json(route.select)},
                {"repeat", route.repeat ? Json(seconds(*route.repeat)) : Json{}},
                {"failures", 0},
                {"told_at", nullptr},
                {"tried_at", nullptr},
                {"text", ""}};
      for (const RouteRow& row : view.snapshot->alerts->routes) {
        if (row.project != project->project || row.route != route.name) continue;
        item["failures"] = row.attempts;
        item["told_at"] = instant_json(row.told_at);
        item["tried_at"] = instant_json(row.tried_at);
        item["text"] = row.text;
      }
      out.push_back(std::move(item));
    }
  }
  return out;
}


/// What came of telling people of the alerts of a page.
Result<void> add_deliveries(Json& items, Sequence oldest, Sequence upto, Reader& reader) {
  std::map<std::string, Json*> by_id;
  for (Json& item : items) by_id[item["id"].get<std::string>()] = &item;
  FactQuery query{.kinds = kinds_of<fact::Delivered>(),
                  .upto = upto,
                  .after = oldest,
                  .order = FactQuery::Order::oldest_first,
                  .limit = 500};
  for (std::size_t seen = 0; seen < deliveries_max;) {
    FRESHET_TRY(const FactPage page, reader.facts(query));
    for (const FactRecord& record : page.facts) {
      const auto& f = std::get<fact::Delivered>(record.fact);
      for (const Sequence alert : f.alerts) {
        const auto found = by_id.find(std::to_string(alert.value));
        if (found == by_id.end()) continue;
        (*found->second)["deliveries"].push_back({{"route", f.route},
                                                  {"project", f.project},
                                                  {"at", instant_json(record.at)},
                                                  {"ok", f.ok},
                                                  {"gave_up", f.gave_up},
                                                  {"repeated", f.repeated},
                                                  {"attempts", f.attempts},
                                                  {"text", f.text}});
      }
    }
    seen += page.facts.size();
    if (!page.next) break;
    query.after = *page.next;
  }
  return {};
}

Result<std::string> alerts_page(const View& view, const FactQuery& query,
                                const std::string& list_name, Reader& reader) {
  FRESHET_TRY(const FactPage page, reader.facts(query));
  Names names{view, &reader};
  const AlertsView& alerts = *view.snapshot->alerts;
  Json body{{"items", Json::array()}, {"next_cursor", nullptr},
            {"open", Json::array()},  {"open_count", alerts.open.size()},
            {"muted", Json::array()}, {"routes", routes_json(view)}};
  for (const FactRecord& record : page.facts) {
    body["items"].push_back(alert_json(record, names));
    body["items"].back()["deliveries"] = Json::array();
  }
  if (page.next) body["next_cursor"] = encode_cursor(list_name, page.next->value);
  if (!page.facts.empty()) {
    if (auto added = add_deliveries(body["items"], page.facts.back().sequence,
                                    view.snapshot->sequence, reader);
        !added) {
      return std::move(added).error();
    }
  }
  for (const auto& row : alerts.open) {
    if (body["open"].size() == open_max) break;
    body["open"].push_back(open_alert_json(*row, names));
  }
  for (const MuteRow& row : alerts.mutes) {
    body["muted"].push_back({{"asset", names.key(row.asset)},
                             {"until", instant_json(row.until)},
                             {"actor", row.actor},
                             {"reason", row.reason},
                             {"at", instant_json(row.at)}});
  }
  return dump(body) + '\n';
}

}  // namespace

void get_alerts(const CallPtr& call) {
  const std::string etag = etag_of(call->view.snapshot->sequence);
  if (call->is_known(etag)) return;
  const auto limit = call->number("limit", 50, 500);
  if (!limit) return call->fail_query(limit.error());
  FactQuery query{
      .kinds = kinds_of<fact::Alerted>(), .upto = call->view.snapshot->sequence, .limit = *limit};
  if (const std::string cursor = call->query("cursor"); !cursor.empty()) {
    const auto position = decode_number_cursor(call->list_name(), cursor);
    if (!position)
      return call->fail({.code = "cursor_invalid", .detail = position.error().message});
    query.before = Sequence{*position};
  }
  read<Result<std::string>>(
      call,
      [view = call->view, query, name = call->list_name()](Reader& reader) {
        return alerts_page(view, query, name, reader);
      },
      [call, etag](Result<std::string> body) {
        if (!body) return call->fail(body.error());
        call->send_text(std::move(*body), etag);
      });
}

void post_test_alert(const CallPtr& call) {
  const auto idempotency = idempotency_of(call);
  if (!idempotency) return;
  with_body(call, false, [call, idempotency = *idempotency](const Json& json) {
    std::vector<Fault> faults;
    BodyReader body{json, "", faults};
    body.expect_only({"route", "project"});
    input::TestAlert test{.project = body.text("project"),
                          .route = body.required("route"),
                          .actor = actor(call->who),
                          .idempotency = idempotency};
    if (fail_if_any(call, faults)) return;
    const std::string route = test.route;
    submit(call, std::move(test), [call, route](const Reply& reply) {
      http::Headers headers;
      header_replayed(headers, reply);
      FRESHET_ASSERT(!reply.receipts.empty());
      call->send_json(
          202, {{"route", route}, {"id", std::to_string(reply.receipts.front().event.value)}},
          std::move(headers));
    });
  });
}

}  // namespace freshet::api
