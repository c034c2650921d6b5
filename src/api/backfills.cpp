// Backfills: what they are to make, how far they are, and what people do with them.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "api/backfill_counts.hpp"
#include "api/body_reader.hpp"
#include "api/call.hpp"
#include "api/choice.hpp"
#include "api/context.hpp"
#include "api/cursor.hpp"
#include "api/gate.hpp"
#include "api/handlers.hpp"
#include "api/json_text.hpp"
#include "api/json_views.hpp"
#include "api/problem.hpp"
#include "api/route.hpp"
#include "api/view.hpp"
#include "api/waits.hpp"
#include "base/text.hpp"
#include "freshet/definitions.hpp"
#include "freshet/engine.hpp"
#include "freshet/facts.hpp"
#include "freshet/history.hpp"
#include "freshet/ids.hpp"
#include "freshet/result.hpp"
#include "freshet/rows.hpp"
#include "freshet/snapshot.hpp"
#include "freshet/time.hpp"
#include "model/partition/space.hpp"

namespace freshet::api {
namespace {

constexpr std::uint32_t all_in_one = 0xffff'ffff;  ///< BackfillRow::per_run for a single run.
constexpr BackfillStatus statuses[] = {BackfillStatus::running, BackfillStatus::paused,
                                       BackfillStatus::succeeded, BackfillStatus::failed,
                                       BackfillStatus::canceled};

Result<std::vector<BackfillStatus>> parse_statuses(const std::string& text) {
  std::vector<BackfillStatus> out;
  if (text.empty()) return out;
  for (const std::string_view word : split(text, ',')) {
    const auto found =
        std::ranges::find_if(statuses, [&](BackfillStatus s) { return to_text(s) == trim(word); });
    if (found == std::end(statuses)) {
      return Error{Errc::invalid, "query value status=" + text +
                                      ": want running, paused, succeeded, failed or canceled, "
                                      "several by commas"};
    }
    out.push_back(*found);
  }
  return out;
}

/// When it will have ended if it goes on as it went so far; absent before anything is done.
std::optional<Instant> expected_end(const BackfillRow& row, const BackfillCounts& c, Instant now) {
  const std::uint64_t done = c.succeeded + c.failed;
  if (row.status != BackfillStatus::running || done == 0 || now <= row.created_at)
    return std::nullopt;
  const double each =
      static_cast<double>((now - row.created_at).count()) / static_cast<double>(done);
  return now + Micros{static_cast<std::int64_t>(each * static_cast<double>(c.wanted - done))};
}

Json backfill_json(const View& view, const BackfillRow& row,
                   const std::vector<BackfillTargetRow>& targets, Names& names) {
  BackfillCounts all;
  const bool ended = is_terminal(row.status);
  Json assets = Json::array();
  for (const BackfillTargetRow& target : targets) {
    all.add(target);
    BackfillCounts mine;
    mine.add(target);
    Json item{{"asset", names.key(target.asset)}, {"first", nullptr}, {"last", nullptr}};
    item.update(mine.json(ended));
    if (!target.wanted.empty()) {
      item["first"] = names.partition({target.asset, *target.wanted.first()}).value_or("");
      item["last"] = names.partition({target.asset, *target.wanted.last()}).value_or("");
    }
    assets.push_back(std::move(item));
  }
  const auto end = expected_end(row, all, view.snapshot->at);
  const auto or_null = [](const std::string& text) { return text.empty() ? Json{} : Json(text); };
  return {{"id", to_text(row.backfill)},
          {"status", to_text(row.status)},
          {"cause", to_text(row.cause)},
          {"actor", or_null(row.actor)},
          {"reason", or_null(row.reason)},
          {"tags", row.tags},
          {"retry_of", row.retry_of ? Json(to_text(*row.retry_of)) : Json{}},
          {"per_run", row.per_run == 0            ? Json{}
                      : row.per_run == all_in_one ? Json("all")
                                                  : Json(row.per_run)},
          {"concurrency", row.concurrency},
          {"order", row.newest_first ? "newest_first" : "forward"},
          {"created_at", instant_json(row.created_at)},
          {"ended_at", instant_json(row.ended_at)},
          {"expected_end", end ? instant_json(*end) : Json{}},
          {"runs", row.runs},
          {"counts", all.json(ended)},
          {"assets", std::move(assets)},
          {"revision", row.sequence.value}};
}

std::optional<BackfillId> backfill_of(const CallPtr& call) {
  const std::string& text = call->parameter("id");
  const auto id = parse_run_id(text);
  if (id) return BackfillId{id->value};
  call->fail({.status = 404,
              .code = "backfill_not_found",
              .detail = "there is no backfill \"" + text + '"'});
  return std::nullopt;
}

void find_backfill(const CallPtr& call, BackfillId id,
                   std::function<void(const StoredBackfill&)> then) {
  const auto active = call->view.snapshot->backfills.find(id);
  if (active != call->view.snapshot->backfills.end())
    return then({active->second->row, active->second->targets});
  read<Result<StoredBackfill>>(
      call, [id](Reader& reader) { return reader.backfill(id); },
      [call, id, then = std::move(then)](Result<StoredBackfill> backfill) {
        if (backfill) return then(*backfill);
        if (backfill.error().code != Errc::not_found) return call->fail(backfill.error());
        call->fail({.status = 404,
                    .code = "backfill_not_found",
                    .detail = "there is no backfill \"" + to_text(id) + '"'});
      });
}

void send_backfill(const CallPtr& call, BackfillId id) {
  find_backfill(call, id, [call](const StoredBackfill& backfill) {
    const std::string etag = etag_of(backfill.row.sequence);
    if (call->is_known(etag)) return;
    read<std::string>(
        call,
        [view = call->view, backfill](Reader& reader) {
          Names names{view, &reader};
          return dump(backfill_json(view, backfill.row, backfill.targets, names)) + '\n';
        },
        [call, etag](std::string body) { call->send_text(std::move(body), etag); });
  });
}

Result<std::string> backfills_page(const View& view, const BackfillQuery& query,
                                   const std::string& list_name, Reader& reader) {
  FRESHET_TRY(const BackfillPage page, reader.backfills(query));
  Names names{view, &reader};
  Json body{{"items", Json::array()}, {"next_cursor", nullptr}};
  for (const StoredBackfill& stored : page.backfills) {
    // Storage may be ahead of the snapshot, which is what the answer is true of.
    const auto active = view.snapshot->backfills.find(stored.row.backfill);
    body["items"].push_back(
        active == view.snapshot->backfills.end()
            ? backfill_json(view, stored.row, stored.targets, names)
            : backfill_json(view, active->second->row, active->second->targets, names));
  }
  if (page.next) body["next_cursor"] = encode_cursor(list_name, page.next->value);
  return dump(body) + '\n';
}

/// A backfill that is only looked at: how many partitions and runs it would be.
struct Preview {
  std::uint64_t members{};
  std::uint64_t runs{};
  Json assets = Json::array();
};

Result<Preview> preview(const View& view, const std::vector<std::string>& keys,
                        const input::Backfill& wanted) {
  using Only = input::Backfill::Only;
  Preview out;
  // Assets that are cut alike share runs.
  std::map<std::tuple<std::string, std::string, std::uint32_t>, PartitionSet> kinds;
  for (const std::string& key : keys) {
    const Rank rank = *view.find(key);
    const AssetDefinition& def = view.graph().asset(rank);
    if (!can_run(def)) continue;
    const AssetState& state = view.state(rank);
    PartitionSet set{PartitionId{}};
    if (state.partitions) {
      const PartitionView& p = *state.partitions;
      set = p.existing;
      if (!wanted.partitions.empty()) {
        const auto chosen = p.space->select(wanted.partitions, view.snapshot->at);
        if (!chosen) return Error{chosen.error().code, key + ": " + chosen.error().message};
        set = *chosen;
      }
      if (wanted.only == Only::missing) set -= p.updated;
      if (wanted.only == Only::failed) set &= p.failed;
      if (wanted.only == Only::stale) set &= p.stale_code | p.stale_data | p.stale_dependencies;
    } else if ((wanted.only == Only::missing && state.data != DataState::missing) ||
               (wanted.only == Only::failed && !state.failed) ||
               (wanted.only == Only::stale && state.stale == 0)) {
      set = {};
    }
    if (set.empty()) continue;
    const std::uint32_t per_run = wanted.per_run.value_or(def.backfill.per_run);
    kinds[{def.project, def.partitions ? def.partitions->text : "", per_run}] |= set;
    out.members += set.size();
    out.assets.push_back(
        {{"asset", key},
         {"count", set.size()},
         {"first", state.partitions ? Json(state.partitions->space->key(*set.first())) : Json{}},
         {"last", state.partitions ? Json(state.partitions->space->key(*set.last())) : Json{}}});
  }
  for (const auto& [kind, set] : kinds) {
    const std::uint64_t per_run = std::get<2>(kind);
    out.runs += per_run == 0 ? 1 : (set.size() + per_run - 1) / per_run;
  }
  return out;
}

void send_preview(const CallPtr& call, std::vector<std::string> keys, input::Backfill wanted) {
  offload<Result<Preview>>(
      call,
      [view = call->view, keys = std::move(keys), wanted = std::move(wanted)] {
        return preview(view, keys, wanted);
      },
      [call](Result<Preview> found) {
        if (!found) return call->fail(found.error());
        call->send_json(200, {{"dry_run", true},
                              {"count", found->members},
                              {"runs", found->runs},
                              {"assets", std::move(found->assets)}});
      });
}

std::optional<std::uint32_t> small_number(BodyReader& body, const char* name, std::uint64_t least) {
  const auto number = body.number(name);
  if (!number) return std::nullopt;
  constexpr std::uint64_t most = 1'000'000;
  if (*number >= least && *number <= most) return static_cast<std::uint32_t>(*number);
  body.fault(name, "want a number from " + std::to_string(least) + " to 1000000");
  return std::nullopt;
}

void change(const CallPtr& call, input::ChangeBackfill::Action action) {
  const auto id = backfill_of(call);
  if (!id) return;
  const auto idempotency = idempotency_of(call);
  if (!idempotency) return;
  with_body(call, false, [call, id = *id, action, idempotency = *idempotency](const Json& json) {
    std::vector<Fault> faults;
    BodyReader body{json, "", faults};
    body.expect_only({"reason"});
    const std::string reason = body.text("reason");
    if (fail_if_any(call, faults)) return;
    const auto go = [call, id, action, reason, idempotency] {
      submit(call,
             input::ChangeBackfill{.backfill = id,
                                   .action = action,
                                   .actor = actor(call->who),
                                   .reason = reason,
                                   .idempotency = idempotency},
             [call, id](const Reply& reply) {
               http::Headers headers;
               header_replayed(headers, reply);
               call->send_json(200, {{"id", to_text(id)}, {"count", reply.count}},
                               std::move(headers));
             });
    };
    when_new(call, idempotency, [call, id, go](bool is_new) {
      if (!is_new || call->view.snapshot->backfills.contains(id)) return go();
      find_backfill(call, id, [call](const StoredBackfill& backfill) {
        call->fail({.status = 409,
                    .code = "conflict",
                    .detail = "backfill " + to_text(backfill.row.backfill) +
                              " has ended: " + std::string{to_text(backfill.row.status)}});
      });
    });
  });
}

}  // namespace

void list_backfills(const CallPtr& call) {
  const std::string etag = etag_of(call->view.snapshot->sequence);
  if (call->is_known(etag)) return;
  BackfillQuery query;
  const auto limit = call->number("limit", 50, 200);
  const auto wanted = parse_statuses(call->query("status"));
  if (!limit) return call->fail_query(limit.error());
  if (!wanted) return call->fail_query(wanted.error());
  query.limit = *limit, query.statuses = *wanted;
  if (const std::string cursor = call->query("cursor"); !cursor.empty()) {
    const auto position = decode_number_cursor(call->list_name(), cursor);
    if (!position)
      return call->fail({.code = "cursor_invalid", .detail = position.error().message});
    query.before = BackfillId{*position};
  }
  read<Result<std::string>>(
      call,
      [view = call->view, query, name = call->list_name()](Reader& reader) {
        return backfills_page(view, query, name, reader);
      },
      [call, etag](Result<std::string> body) {
        if (!body) return call->fail(body.error());
        call->send_text(std::move(*body), etag);
      });
}

void get_backfill(const CallPtr& call) {
  const auto id = backfill_of(call);
  if (!id) return;
  const auto wait = call->number("wait", 0, Waits::seconds_max, 0);
  if (!wait) return call->fail_query(wait.error());
  if (*wait == 0) return send_backfill(call, *id);
  call->context->waits.add(
      call, Seconds{*wait},
      [id = *id](const View& view) { return !view.snapshot->backfills.contains(id); },
      [id = *id](const CallPtr& waiting) { send_backfill(waiting, id); });
}

void post_backfill(const CallPtr& call) {
  const auto idempotency = idempotency_of(call);
  if (!idempotency) return;
  with_body(call, false, [call, idempotency = *idempotency](const Json& json) {
    using Only = input::Backfill::Only;
    std::vector<Fault> faults;
    BodyReader body{json, "", faults};
    body.expect_only({"select", "assets", "partitions", "only", "per_run", "concurrency", "order",
                      "reason", "tags", "dry_run", "expect_count"});
    const Order order{.select = body.text("select"),
                      .assets = body.texts("assets"),
                      .partitions = partitions_of(body, json),
                      .reason = body.text("reason"),
                      .tags = tags_of(body, json),
                      .expect_count = body.number("expect_count")};
    if (order.select.empty() && order.assets.empty())
      body.fault("select", "is missing: want a selection, or \"assets\"");
    input::Backfill wanted{.partitions = order.partitions,
                           .actor = actor(call->who),
                           .reason = order.reason,
                           .tags = order.tags,
                           .idempotency = idempotency};
    if (body.has("per_run") && json["per_run"].is_string()) {
      if (body.text("per_run") == "all") {
        wanted.per_run = 0;
      } else {
        body.fault("per_run", "want a number, or \"all\"");
      }
    } else {
      wanted.per_run = small_number(body, "per_run", 1);
    }
    wanted.concurrency = small_number(body, "concurrency", 1);
    const std::string direction = body.text("order");
    wanted.newest_first = direction == "newest_first";
    if (!direction.empty() && direction != "forward" && !wanted.newest_first)
      body.fault("order", "want \"forward\" or \"newest_first\"");
    const std::string only = body.text("only");
    if (only == "missing") {
      wanted.only = Only::missing;
    } else if (only == "failed") {
      wanted.only = Only::failed;
    } else if (only == "stale") {
      wanted.only = Only::stale;
    } else if (!only.empty() && only != "all") {
      body.fault("only", "want \"all\", \"missing\", \"failed\" or \"stale\"");
    }
    const bool dry_run = body.flag("dry_run").value_or(false);
    if (fail_if_any(call, faults)) return;
    with_chosen(call, order, idempotency,
                [call, wanted = std::move(wanted), dry_run](std::vector<std::string> keys) mutable {
                  if (dry_run) return send_preview(call, std::move(keys), std::move(wanted));
                  wanted.assets = std::move(keys);
                  submit(call, std::move(wanted),
                         [call](const Reply& reply) { send_created(call, reply); });
                });
  });
}

void pause_backfill(const CallPtr& call) { change(call, input::ChangeBackfill::Action::pause); }
void resume_backfill(const CallPtr& call) { change(call, input::ChangeBackfill::Action::resume); }
void cancel_backfill(const CallPtr& call) { change(call, input::ChangeBackfill::Action::cancel); }

void retry_backfill(const CallPtr& call) {
  const auto id = backfill_of(call);
  if (!id) return;
  const auto idempotency = idempotency_of(call);
  if (!idempotency) return;
  find_backfill(call, *id, [call, idempotency = *idempotency](const StoredBackfill& backfill) {
    if (!is_terminal(backfill.row.status)) {
      return call->fail(
          {.status = 409,
           .code = "conflict",
           .detail = "backfill " + to_text(backfill.row.backfill) + " has not ended"});
    }
    input::Backfill again{.newest_first = backfill.row.newest_first,
                          .actor = actor(call->who),
                          .reason = backfill.row.reason,
                          .tags = backfill.row.tags,
                          .retry_of = backfill.row.backfill,
                          .idempotency = idempotency};
    if (backfill.row.per_run != 0)
      again.per_run = backfill.row.per_run == all_in_one ? 0 : backfill.row.per_run;
    again.concurrency = backfill.row.concurrency;
    for (const BackfillTargetRow& target : backfill.targets) {
      PartitionSet set = target.wanted - target.succeeded;
      if (!set.empty()) again.targets.push_back({target.asset, set, set});
    }
    submit(call, std::move(again), [call](const Reply& reply) { send_created(call, reply); });
  });
}

}  // namespace freshet::api
