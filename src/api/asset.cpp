// One asset: what it is, how it is, and why.
#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <ranges>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "api/call.hpp"
#include "api/context.hpp"
#include "api/cursor.hpp"
#include "api/event_effects.hpp"
#include "api/facts_page.hpp"
#include "api/handlers.hpp"
#include "api/json_facts.hpp"
#include "api/json_text.hpp"
#include "api/json_views.hpp"
#include "api/partition_bars.hpp"
#include "api/route.hpp"
#include "api/view.hpp"
#include "freshet/engine.hpp"
#include "freshet/facts.hpp"
#include "freshet/history.hpp"
#include "freshet/ids.hpp"
#include "freshet/result.hpp"
#include "freshet/service.hpp"
#include "freshet/snapshot.hpp"
#include "model/partition/space.hpp"

namespace freshet::api {
namespace {

/// The asset that the path names; answers 404 where there is none.
std::optional<Rank> asset_of(const CallPtr& call) {
  const std::string& key = call->parameter("key");
  const auto rank = call->view.find(key);
  if (!rank) {
    call->fail({.status = 404, .code = "asset_not_found", .detail = call->view.unknown(key)});
  }
  return rank;
}

constexpr std::size_t alerts_max = 200;

Json or_null(std::string text) { return text.empty() ? Json{} : Json(std::move(text)); }

/// What only history knows: the latest update's text, the checks' latest results, who paused it.
Result<Json> history_json(const View& view, Rank rank, Reader& reader) {
  const AssetState& state = view.state(rank);
  const Sequence upto = view.snapshot->sequence;
  Names names{view, &reader};
  Json out = Json::object();
  if (state.updated.value != 0) {
    FRESHET_TRY(const FactRecord latest, reader.fact(state.updated));
    out["latest"] = event_json(latest, names);
  }
  if (!view.graph().asset(rank).checks.empty()) {
    const FactQuery query{
        .asset = state.asset, .kinds = kinds_of<fact::CheckRecorded>(), .upto = upto, .limit = 100};
    FRESHET_TRY(const FactPage page, reader.facts(query));
    Json& results = out["check_results"] = Json::object();
    for (const FactRecord& record : page.facts) {
      const auto* check = std::get_if<fact::CheckRecorded>(&record.fact);
      if (check == nullptr || results.contains(check->name)) continue;
      results[check->name] = event_json(record, names);
    }
  }
  if (state.paused) {
    const FactQuery query{
        .asset = state.asset, .kinds = kinds_of<fact::PauseChanged>(), .upto = upto, .limit = 1};
    FRESHET_TRY(const FactPage page, reader.facts(query));
    if (!page.facts.empty()) {
      const auto* pause = std::get_if<fact::PauseChanged>(&page.facts.front().fact);
      out["pause"] = {{"at", instant_json(page.facts.front().at)},
                      {"actor", or_null(pause->actor)},
                      {"reason", or_null(pause->reason)}};
    }
  }
  return fine(std::move(out));
}

/// What is wrong with it now.
Json alerts_json(const View& view, Rank rank, Reader& reader) {
  Names names{view, &reader};
  Json out = Json::array();
  const auto& open = view.snapshot->alerts->open;
  const auto mine = std::ranges::equal_range(open, view.state(rank).asset, {},
                                             [](const auto& row) { return row->asset; });
  for (const auto& row : mine | std::views::take(alerts_max))
    out.push_back(open_alert_json(*row, names));
  return out;
}

}  // namespace

void get_asset(const CallPtr& call) {
  const auto rank = asset_of(call);
  if (!rank) return;
  const std::string etag = etag_of(call->view.revision(*rank));
  if (call->is_known(etag)) return;
  read<Result<std::string>>(
      call,
      [view = call->view, rank = *rank](Reader& reader) -> Result<std::string> {
        Json body = definition_json(view.graph(), rank);
        body.update(state_json(view, rank));
        body["check_results"] = Json::object();
        body["open_alerts"] = alerts_json(view, rank, reader);
        body["pause"] = nullptr;
        FRESHET_TRY(const Json history, history_json(view, rank, reader));
        body.update(history);
        return dump(body) + '\n';
      },
      [call, etag](Result<std::string> body) {
        if (!body) return call->fail(body.error());
        call->send_text(std::move(*body), etag);
      });
}

void get_asset_events(const CallPtr& call) {
  const auto rank = asset_of(call);
  if (!rank) return;
  const FactQuery query{.asset = call->view.state(*rank).asset,
                        .kinds = kinds_of<fact::Updated, fact::CheckRecorded>()};
  if (!call->flag("effects")) return send_facts(call, query, event_json);
  send_facts(call, query, {.to_json = event_with_effects, .is_wanted = {}});
}

void get_asset_decisions(const CallPtr& call) {
  const auto rank = asset_of(call);
  if (!rank) return;
  send_facts(call, {.asset = call->view.state(*rank).asset, .kinds = kinds_of<fact::Decided>()},
             decision_json);
}

void get_asset_partitions(const CallPtr& call) {
  const auto rank = asset_of(call);
  if (!rank) return;
  const auto partitions = call->view.state(*rank).partitions;
  if (!partitions) {
    return call->fail({.status = 409,
                       .code = "not_partitioned",
                       .detail = call->parameter("key") + " has no partitions"});
  }
  const std::string shape = call->query("view");
  if (shape == "bars") return send_partition_bars(call, partitions);
  if (!shape.empty() && shape != "list") {
    return call->fail(
        {.code = "query_invalid", .detail = "query value view=" + shape + ": want list or bars"});
  }
  const auto limit = call->number("limit", 100, 1'000);
  if (!limit) return call->fail_query(limit.error());
  std::uint64_t from = 0;
  if (const std::string cursor = call->query("cursor"); !cursor.empty()) {
    const auto position = decode_number_cursor(call->list_name(), cursor);
    if (!position) return call->fail_query(position.error());
    from = *position;
  }
  const std::string state = call->query("state");
  auto chosen = partitions_in(*partitions, state);
  if (!chosen) return call->fail_query(chosen.error());
  if (const std::string range = call->query("partitions"); !range.empty()) {
    const auto wanted = partitions->space->select(range, call->context->clock.now());
    if (!wanted) return call->fail_query(wanted.error());
    *chosen &= *wanted;
  }
  const std::string order = call->query("order");
  const bool is_descending = order == "descending";
  if (!order.empty() && order != "ascending" && !is_descending) {
    return call->fail({.code = "query_invalid",
                       .detail = "query value order=" + order + ": want ascending or descending"});
  }
  offload<std::string>(
      call,
      [partitions, chosen = *std::move(chosen), from, limit = *limit, is_descending,
       list = call->list_name()]() {
        Json items = Json::array();
        const std::uint64_t size = chosen.size();
        std::uint64_t at = from;
        for (; items.size() < limit && at < size; ++at) {
          const auto id = chosen.at(is_descending ? size - 1 - at : at);
          if (!id) break;
          items.push_back(partition_json(*partitions, *id));
        }
        Json body{{"items", std::move(items)},
                  {"next_cursor", nullptr},
                  {"total", size},
                  {"counts", partition_counts_json(*partitions)}};
        if (at < size) body["next_cursor"] = encode_cursor(list, at);
        return dump(body) + '\n';
      },
      [call](std::string body) { call->send_text(std::move(body), {}); });
}

}  // namespace freshet::api
