// What ran, and what is running.
#include <algorithm>
#include <cstddef>
#include <functional>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/asset_list.hpp"
#include "api/call.hpp"
#include "api/context.hpp"
#include "api/cursor.hpp"
#include "api/facts_page.hpp"
#include "api/handlers.hpp"
#include "api/json_facts.hpp"
#include "api/json_text.hpp"
#include "api/json_views.hpp"
#include "api/route.hpp"
#include "api/run_filter.hpp"
#include "api/run_of.hpp"
#include "api/view.hpp"
#include "api/waits.hpp"
#include "freshet/facts.hpp"
#include "freshet/history.hpp"
#include "freshet/ids.hpp"
#include "freshet/result.hpp"
#include "freshet/rows.hpp"
#include "freshet/snapshot.hpp"

namespace freshet::api {
namespace {

constexpr std::size_t listed_steps_max = 50;  ///< Of each run in a list.
constexpr std::size_t all_steps = static_cast<std::size_t>(-1);

/// Those that `is_wanted`, then the others, each in their order.
template <class Wanted>
void put_first(std::vector<StepRow>& steps, Wanted is_wanted) {
  std::vector<StepRow> out;
  out.reserve(steps.size());
  std::ranges::copy_if(steps, std::back_inserter(out), is_wanted);
  std::ranges::copy_if(steps, std::back_inserter(out), std::not_fn(is_wanted));
  steps = std::move(out);
}

Result<std::string> runs_page(const View& view, const RunFilter& filter,
                              const std::string& list_name, Reader& reader) {
  FRESHET_TRY(const RunPage page, find_runs(view, filter, reader));
  Names names{view, &reader};
  Json body{{"items", Json::array()}, {"next_cursor", nullptr}};
  const auto& statuses = filter.query.statuses;
  const bool of_open = !statuses.empty() && std::ranges::none_of(statuses, [](RunStatus status) {
    return is_terminal(status);
  });
  const auto add = [&](const RunRow& run, std::vector<StepRow> steps) {
    // Of a long run, what was asked about comes first.
    if (filter.query.asset && steps.size() > listed_steps_max) {
      put_first(steps,
                [&](const StepRow& step) { return step.member.asset == *filter.query.asset; });
    } else if (of_open && steps.size() > listed_steps_max) {
      put_first(steps, [](const StepRow& step) { return !is_terminal(step.status); });
    }
    body["items"].push_back(run_json(run, steps, listed_steps_max, names));
  };
  for (const RunRow& row : page.runs) {
    if (const ActiveRun* active = view.run(row.run)) {
      add(active->run, active->steps);
      continue;
    }
    FRESHET_TRY(StoredRun stored, reader.run(row.run));
    add(stored.run, std::move(stored.steps));
  }
  if (page.next) body["next_cursor"] = encode_cursor(list_name, page.next->value);
  return dump(body) + '\n';
}

/// The latest that concerned it, or what its steps usually take.
Sequence revision_of(const View& view, const StoredRun& run) {
  Sequence latest = run.run.sequence;
  for (const StepRow& step : run.steps) {
    const auto rank = view.catalog->rank_of(step.member.asset);
    if (rank) latest = std::max(latest, view.revision(*rank));
  }
  return latest;
}

}  // namespace

std::optional<RunId> run_of(const CallPtr& call) {
  const std::string& text = call->parameter("id");
  const auto run = parse_run_id(text);
  if (!run) {
    call->fail(
        {.status = 404, .code = "run_not_found", .detail = "there is no run \"" + text + '"'});
  }
  return run;
}

void find_run(const CallPtr& call, RunId id, std::function<void(const StoredRun&)> then) {
  if (const ActiveRun* active = call->view.run(id)) return then({active->run, active->steps});
  read<Result<StoredRun>>(
      call, [id](Reader& reader) { return reader.run(id); },
      [call, id, then = std::move(then)](Result<StoredRun> run) {
        if (run) return then(*run);
        if (run.error().code != Errc::not_found) return call->fail(run.error());
        call->fail({.status = 404,
                    .code = "run_not_found",
                    .detail = "there is no run \"" + to_text(id) + '"'});
      });
}

void send_run(const CallPtr& call, RunId id) {
  find_run(call, id, [call](const StoredRun& run) {
    const std::string etag = etag_of(revision_of(call->view, run));
    if (call->is_known(etag)) return;
    // Names of assets that are gone are in history.
    read<std::string>(
        call,
        [view = call->view, run](Reader& reader) {
          Names names{view, &reader};
          return dump(run_json(run.run, run.steps, all_steps, names)) + '\n';
        },
        [call, etag](std::string body) { call->send_text(std::move(body), etag); });
  });
}

void list_runs(const CallPtr& call) {
  const std::string etag = etag_of(call->view.snapshot->sequence);
  if (call->is_known(etag)) return;
  RunQuery query;
  const auto limit = call->number("limit", 50, 200);
  if (!limit) return call->fail_query(limit.error());
  query.limit = *limit;
  if (const std::string key = call->query("asset"); !key.empty()) {
    const auto rank = call->view.find(key);
    if (!rank) {
      return call->fail(
          {.status = 422, .code = "asset_unknown", .detail = call->view.unknown(key)});
    }
    query.asset = call->view.state(*rank).asset;
  }
  if (const std::string backfill = call->query("backfill"); !backfill.empty()) {
    const bool of_none = backfill == "none";
    const auto id = of_none ? RunId{} : parse_run_id(backfill);
    if (!id || (query.asset && !of_none)) {
      return call->fail(
          {.code = "query_invalid",
           .detail = id ? "want one of asset and backfill"
                        : "query value backfill=" + backfill + ": want a backfill's id, or none"});
    }
    query.backfill = BackfillId{id->value};
  }
  if (const std::string cursor = call->query("cursor"); !cursor.empty()) {
    const auto position = decode_number_cursor(call->list_name(), cursor);
    if (!position)
      return call->fail({.code = "cursor_invalid", .detail = position.error().message});
    query.before = RunId{*position};
  }
  read<Result<std::string>>(
      call,
      [call, query](Reader& reader) -> Result<std::string> {
        FRESHET_TRY(RunFilter filter, run_filter_of(*call));
        filter.query.asset = query.asset;
        filter.query.backfill = query.backfill;
        filter.query.before = query.before;
        filter.query.limit = query.limit;
        return runs_page(call->view, filter, call->list_name(), reader);
      },
      [call, etag](Result<std::string> body) {
        if (!body) return fail_list(*call, body.error());
        call->send_text(std::move(*body), etag);
      });
}

void get_run(const CallPtr& call) {
  const auto id = run_of(call);
  if (!id) return;
  const auto wait = call->number("wait", 0, Waits::seconds_max, 0);
  if (!wait) return call->fail_query(wait.error());
  if (const std::string until = call->query("until"); !until.empty() && until != "terminal") {
    return call->fail(
        {.code = "query_invalid", .detail = "query value until=" + until + ": want terminal"});
  }
  if (*wait == 0) return send_run(call, *id);
  call->context->waits.add(
      call, Seconds{*wait},
      [id = *id](const View& view) {
        const ActiveRun* active = view.run(id);
        return active == nullptr || is_terminal(active->run.status);
      },
      [id = *id](const CallPtr& waiting) { send_run(waiting, id); });
}

void get_run_events(const CallPtr& call) {
  const auto id = run_of(call);
  if (!id) return;
  find_run(call, *id, [call, id = *id](const StoredRun& /*run*/) {
    send_facts(call, {.run = id, .order = FactQuery::Order::oldest_first}, fact_json);
  });
}

}  // namespace freshet::api
