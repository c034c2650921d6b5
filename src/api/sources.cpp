// How the outside is doing: each source, and what a look at one finds.
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "api/call.hpp"
#include "api/context.hpp"
#include "api/deadlines.hpp"
#include "api/handlers.hpp"
#include "api/json_text.hpp"
#include "api/json_views.hpp"
#include "api/problem.hpp"
#include "api/route.hpp"
#include "api/source_watch.hpp"
#include "api/view.hpp"
#include "base/hash.hpp"
#include "freshet/service.hpp"

namespace freshet::api {
namespace {

Json or_null(const std::string& text) { return text.empty() ? Json{} : Json(text); }

/// When something new is to be there, which may be past; null where nothing says so.
Json expected_json(const AssetDefinition& asset, Instant updated_at, Deadlines& deadlines) {
  if (!asset.freshness) return nullptr;
  if (asset.freshness->deadline.empty() && updated_at != Instant{})
    return instant_json(updated_at + asset.freshness->within);
  return instant_json(deadlines.open(*asset.freshness, updated_at).value_or(Instant{}));
}

Json source_json(const SourceStatus& source, const View& view, Deadlines& deadlines) {
  Json out{{"asset", source.asset},
           {"kind", source.kind},
           {"state", source.state},
           {"detail", source.detail},
           {"events", source.events},
           {"unchanged", source.unchanged},
           {"last_event", instant_json(source.last_event)},
           {"rate", source.rate},
           {"position", or_null(source.position)},
           {"lag", source.lag ? Json(*source.lag) : Json{}},
           {"lag_unit", or_null(source.lag_unit)},
           {"messages", source.messages},
           {"ignored", source.ignored},
           {"dead", source.dead},
           {"watches", Json::object()},
           {"expected_by", nullptr}};
  if (const auto rank = view.find(source.asset)) {
    const AssetDefinition& asset = view.graph().asset(*rank);
    out["watches"] = watch_json(asset.source);
    out["expected_by"] = expected_json(asset, view.state(*rank).updated_at, deadlines);
  }
  return out;
}

Json test_json(const std::string& asset, const SourceTest& found) {
  Json findings = Json::array();
  for (const auto& [name, value] : found.findings)
    findings.push_back({{"name", name}, {"value", value}});
  Json events = Json::array();
  for (const input::Event& event : found.events) {
    Json metadata = Json::parse(event.metadata, nullptr, false);
    events.push_back({{"partition", or_null(event.partition)},
                      {"data_version", or_null(event.data_version)},
                      {"metadata", metadata.is_discarded() ? Json{} : std::move(metadata)},
                      {"error", or_null(event.error)}});
  }
  return {{"asset", asset},
          {"error", or_null(found.error)},
          {"findings", std::move(findings)},
          {"events", std::move(events)}};
}

}  // namespace

void get_sources(const CallPtr& call) {
  std::vector<SourceStatus> sources = call->context->service.sources();
  for (SourceStatus& source : sources) {
    if (source.kind != to_text(SourceKind::webhook)) continue;
    const auto sent = call->context->hooks.find(source.asset);
    if (sent == call->context->hooks.end()) continue;
    source.messages = sent->second.messages, source.ignored = sent->second.ignored;
  }
  offload<std::string>(
      call,
      [view = call->view, now = call->context->clock.now(), sources = std::move(sources)] {
        Json items = Json::array();
        Deadlines deadlines{now};
        for (const SourceStatus& source : sources)
          items.push_back(source_json(source, view, deadlines));
        return dump(Json{{"items", std::move(items)}, {"next_cursor", nullptr}}) + '\n';
      },
      [call](std::string body) {
        const std::string etag = to_text(content_hash(body));
        if (!call->is_known(etag)) call->send_text(std::move(body), etag);
      });
}

void test_source(const CallPtr& call) {
  const std::string key = call->parameter("key");
  if (!call->view.find(key)) {
    return call->fail(
        {.status = 404, .code = "asset_not_found", .detail = call->view.unknown(key)});
  }
  call->context->service.test_source(key, [call, key](const Result<SourceTest>& found) {
    if (!found) return call->fail(found.error());
    call->send_json(200, test_json(key, *found));
  });
}

}  // namespace freshet::api
