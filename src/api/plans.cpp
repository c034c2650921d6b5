// What would happen: plans, validation; and definitions read anew.
#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "api/body_reader.hpp"
#include "api/call.hpp"
#include "api/choice.hpp"
#include "api/context.hpp"
#include "api/handlers.hpp"
#include "api/json_text.hpp"
#include "api/json_views.hpp"
#include "api/problem.hpp"
#include "api/route.hpp"
#include "api/view.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "freshet/definitions.hpp"
#include "freshet/ids.hpp"
#include "freshet/plan.hpp"
#include "freshet/result.hpp"
#include "freshet/sentence.hpp"
#include "freshet/service.hpp"

namespace freshet::api {
namespace {

constexpr std::size_t plans_max = 100;

Json plan_json(const std::string& id, const Plan& plan) {
  Json items = Json::array();
  for (const Plan::Item& item : plan.items) {
    items.push_back({{"asset", item.asset},
                     {"reason", to_text(item.reason)},
                     {"said", sentence_json(item.reason)},
                     {"because", item.because},
                     {"steps", item.steps},
                     {"start_after", seconds(item.start_after)},
                     {"ready_after", seconds(item.ready_after.p50)},
                     {"ready", estimate_json(item.ready_after)},
                     {"worked", estimate_json(item.worked)},
                     {"critical", item.critical}});
  }
  return {{"id", id},
          {"changed", plan.changed},
          {"requested", plan.requested},
          {"items", std::move(items)},
          {"total", estimate_json(plan.total)},
          {"critical_path", plan.critical_path},
          {"working", seconds(plan.working)},
          {"waiting", seconds(plan.waiting)},
          {"work", seconds(plan.work)},
          {"truncated", plan.truncated}};
}

void make_plan(const CallPtr& call, PlanRequest request) {
  call->context->service.plan(std::move(request), [call](const Result<Plan>& plan) {
    if (!plan) return call->fail(plan.error());
    const std::string id = random_token(8);
    const std::string text = dump(plan_json(id, *plan)) + '\n';
    auto& plans = call->context->plans;
    plans.emplace_back(id, text);
    if (plans.size() > plans_max) plans.pop_front();
    call->send_text(text, "");
  });
}

Result<std::vector<std::string>> keys_of(const View& view, std::vector<std::string> keys,
                                         const std::string& select) {
  for (const std::string& key : keys) {
    if (!view.find(key)) return Error{Errc::not_found, view.unknown(key)};
  }
  if (select.empty()) return keys;
  FRESHET_TRY(const std::vector<Rank> ranks, view.select(select));
  for (const Rank rank : ranks) keys.push_back(view.graph().asset(rank).key);
  return keys;
}

/// A path that stays within the project's folder.
bool is_inside(std::string_view path) {
  if (path.empty() || path.starts_with('/') || path.find('\\') != std::string_view::npos)
    return false;
  return std::ranges::none_of(path, [](char c) { return static_cast<unsigned char>(c) < 0x20; }) &&
         std::ranges::none_of(split(path, '/'), [](std::string_view part) {
           return part.empty() || part == "." || part == "..";
         });
}

std::vector<ProposedFile> files_of(const Json& json, std::vector<Fault>& faults) {
  std::vector<ProposedFile> files;
  BodyReader body{json, "", faults};
  body.expect_only({"files"});
  const Json* list = body.list("files");
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    const Json& item = (*list)[i];
    const std::string pointer = "/files/" + std::to_string(i);
    if (!item.is_object()) {
      faults.push_back({pointer, "want {path, text}"});
      continue;
    }
    BodyReader file{item, pointer, faults};
    file.expect_only({"path", "text"});
    files.push_back({.path = file.required("path"), .text = file.text("text")});
    if (!is_inside(files.back().path)) {
      file.fault("path", "want a path inside the project's folder, relative to it");
    }
  }
  return files;
}

}  // namespace

void post_plan(const CallPtr& call) {
  with_body(call, false, [call](const Json& json) {
    std::vector<Fault> faults;
    BodyReader body{json, "", faults};
    body.expect_only({"changed", "select", "request", "partitions"});
    const std::vector<std::string> changed = body.texts("changed");
    const std::string select = body.text("select");
    const std::string request = body.text("request");
    const std::string partitions = partitions_of(body, json);
    if (changed.empty() && select.empty() && request.empty()) {
      body.fault("changed", "is missing: want a list of keys, or \"select\" or \"request\"");
    }
    if (!faults.empty()) {
      return call->fail({.code = "malformed_body",
                         .detail = faults.front().pointer + ": " + faults.front().detail,
                         .errors = faults});
    }
    offload<Result<PlanRequest>>(
        call,
        [view = call->view, changed, select, request, partitions]() -> Result<PlanRequest> {
          PlanRequest out{.partitions = partitions};
          FRESHET_TRY(out.changed, keys_of(view, changed, select));
          FRESHET_TRY(out.requested, keys_of(view, {}, request));
          return out;
        },
        [call](Result<PlanRequest> request) {
          if (request) return make_plan(call, std::move(*request));
          const bool is_unknown = request.error().code == Errc::not_found;
          call->fail({.status = is_unknown ? 422 : 400,
                      .code = is_unknown ? "asset_unknown" : "selection_invalid",
                      .detail = request.error().message});
        });
  });
}

void get_plan(const CallPtr& call) {
  const std::string& id = call->parameter("id");
  const auto& plans = call->context->plans;
  const auto found = std::ranges::find(plans, id, &std::pair<std::string, std::string>::first);
  if (found == plans.end()) {
    return call->fail({.status = 404,
                       .code = "plan_not_found",
                       .detail = "there is no plan \"" + id + "\": the last " +
                                 std::to_string(plans_max) + " are kept"});
  }
  if (!call->is_known(id)) call->send_text(found->second, id);
}

void post_validate(const CallPtr& call) {
  with_body(call, false, [call](const Json& json) {
    std::vector<Fault> faults;
    std::vector<ProposedFile> files = files_of(json, faults);
    if (!faults.empty()) {
      return call->fail({.code = "malformed_body",
                         .detail = faults.front().pointer + ": " + faults.front().detail,
                         .errors = faults});
    }
    call->context->service.validate(std::move(files), [call](const std::vector<Diagnostic>& found) {
      call->send_json(200, diagnostics_json(found));
    });
  });
}

void post_reload(const CallPtr& call) {
  call->context->service.reload([call](const std::vector<Diagnostic>& found) {
    if (const View now = call->context->view()) call->sequence = now.snapshot->sequence;
    call->send_json(200, diagnostics_json(found));
  });
}

}  // namespace freshet::api
