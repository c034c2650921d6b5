// What is wrong now, by its causes, and what is expected next.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/call.hpp"
#include "api/context.hpp"
#include "api/error_fingerprint.hpp"
#include "api/handlers.hpp"
#include "api/incident_finder.hpp"
#include "api/json_text.hpp"
#include "api/json_views.hpp"
#include "api/route.hpp"
#include "api/view.hpp"
#include "freshet/definitions.hpp"
#include "freshet/graph.hpp"
#include "freshet/history.hpp"
#include "freshet/ids.hpp"
#include "freshet/readiness.hpp"
#include "freshet/result.hpp"
#include "freshet/rows.hpp"
#include "freshet/service.hpp"
#include "freshet/snapshot.hpp"
#include "freshet/time.hpp"

namespace freshet::api {
namespace {

constexpr std::size_t asked_max = 40;  ///< Assets whose next arrival is forecast.
constexpr std::size_t next_max = 10;   ///< Of those that are told.

std::string counted(std::uint64_t count, std::string_view one, std::string_view many) {
  return std::to_string(count) + ' ' + std::string{count == 1 ? one : many};
}

/// The step that failed, where anything still knows it.
std::optional<StepRow> step_of(const View& view, StepId id, Reader& reader) {
  if (id.run.value == 0) return std::nullopt;
  if (const StepRow* active = view.step(id)) return *active;
  auto row = reader.step(id);
  return row ? std::optional{*std::move(row)} : std::nullopt;
}

/// A word for programs, what it is made of, and a sentence for people.
struct Told {
  std::string code;
  Json params = Json::object();
  std::string text;
};

Told told_of_failure(const Incident& incident, const std::string& key,
                     const std::optional<StepRow>& step) {
  Told out{.code = "failed", .text = key + " failed"};
  out.params["asset"] = key;
  if (incident.partitions != 0) {
    out.text = counted(incident.partitions, "partition", "partitions") + " of " + key + " failed";
    out.params["partitions"] = incident.partitions;
  }
  if (!step) return out;
  const std::string error = error_line(step->text);
  out.params["reason"] = to_text(step->reason);
  out.params["exit_code"] = step->exit_code;
  out.params["error"] = error;
  out.text += ": " + (error.empty() ? std::string{reason_text(step->reason)} : error);
  return out;
}

Told told_of_check(const Incident& incident, const std::string& key) {
  const std::string check = "check " + incident.check + " of " + key;
  Told out{.code = !incident.has_result ? "check_without_result"
                   : incident.warning   ? "check_warns"
                                        : "check_failed"};
  out.text = check + (!incident.has_result ? " gave no result"
                      : incident.warning   ? " fails (a warning)"
                                           : " fails");
  out.params = {{"asset", key}, {"check", incident.check}};
  if (incident.partitions != 0) {
    out.params["partitions"] = incident.partitions;
    out.text += " for " + counted(incident.partitions, "partition", "partitions");
  }
  return out;
}

Told told_of(const Incident& incident, const std::string& key, const std::optional<StepRow>& step) {
  switch (incident.kind) {
    case Incident::Kind::failure:
      return told_of_failure(incident, key, step);
    case Incident::Kind::check:
      return told_of_check(incident, key);
    case Incident::Kind::freshness:
      return {.code = "late",
              .params = {{"asset", key}},
              .text = incident.detail.empty() ? key + " is too old" : incident.detail};
    case Incident::Kind::source:
      return {.code = "source_error",
              .params = {{"asset", key}, {"detail", incident.detail}},
              .text = "the source of " + key + " is in trouble: " + incident.detail};
    case Incident::Kind::definitions:
      return {.code = "definitions_invalid",
              .params = {{"project", incident.project}, {"detail", incident.detail}},
              .text = "project " + incident.project +
                      " is not valid, what was read before is in force: " + incident.detail};
  }
  return {};
}

Json incident_json(const View& view, const Incident& incident, Reader& reader) {
  const Graph& graph = view.graph();
  const bool of_asset = incident.kind != Incident::Kind::definitions;
  const std::string key = of_asset ? graph.asset(incident.asset).key : std::string{};
  const auto step = step_of(view, incident.step, reader);
  Told told = told_of(incident, key, step);
  Json affected = Json::array();
  for (const Rank rank : incident.affected) affected.push_back(graph.asset(rank).key);
  Json at_risk = Json::array();
  for (const Incident::Promise& each : incident.at_risk) {
    at_risk.push_back(
        {{"asset", graph.asset(each.asset).key}, {"deadline", instant_json(each.deadline)}});
  }
  const std::string name = of_asset ? key : incident.project;
  return {{"id", std::string{to_text(incident.kind)} + ':' + name},
          {"kind", to_text(incident.kind)},
          {"code", std::move(told.code)},
          {"params", std::move(told.params)},
          {"text", std::move(told.text)},
          {"asset", of_asset ? Json(key) : Json{}},
          {"partition_count", incident.partitions},
          {"since", instant_json(incident.since)},
          {"run", run_id_json(incident.step.run)},
          {"step", incident.step.run.value == 0 ? Json{} : Json(incident.step.number)},
          {"check", incident.check.empty() ? Json{} : Json(incident.check)},
          {"owners", of_asset ? Json(graph.asset(incident.asset).owners) : Json::array()},
          {"warning", incident.warning},
          {"affects", incident.affects},
          {"affected", std::move(affected)},
          {"at_risk", std::move(at_risk)},
          {"muted", incident.muted}};
}

std::string sentence(const Incidents& all) {
  const Totals& totals = all.totals;
  if (totals.assets == 0) return "No asset is defined.";
  const std::string of_all = std::to_string(totals.fresh) + " of " +
                             counted(totals.assets, "asset is", "assets are") + " fresh";
  if (all.count == 0) {
    return totals.fresh == totals.assets ? "Everything is fresh."
                                         : "Nothing is wrong; " + of_all + '.';
  }
  std::set<Rank> at_risk;
  for (const Incident& incident : all.items) {
    for (const Incident::Promise& each : incident.at_risk) at_risk.insert(each.asset);
  }
  std::string out = counted(all.count, "problem", "problems") + "; ";
  if (all.waiting != 0) {
    out += counted(all.waiting, "asset waits", "assets wait") +
           (all.count == 1 ? " on it; " : " on them; ");
  }
  if (!at_risk.empty()) out += counted(at_risk.size(), "deadline", "deadlines") + " at risk; ";
  return out + of_all + '.';
}

Json totals_json(const Totals& totals) {
  return {{"assets", totals.assets},   {"fresh", totals.fresh},   {"stale", totals.stale},
          {"missing", totals.missing}, {"failed", totals.failed}, {"running", totals.running},
          {"waiting", totals.waiting}, {"late", totals.late}};
}

Json next_json(const Graph& graph, std::vector<Readiness> answers) {
  std::erase_if(answers, [](const Readiness& each) {
    return !each.forecast || each.forecast->basis == Forecast::Basis::none;
  });
  std::ranges::sort(
      answers, {}, [](const Readiness& each) { return std::pair{each.forecast->p50, each.asset}; });
  if (answers.size() > next_max) answers.resize(next_max);
  Json out = Json::array();
  for (const Readiness& each : answers) {
    out.push_back({{"asset", graph.asset(each.asset).key},
                   {"at", instant_json(each.forecast->p50)},
                   {"p10", instant_json(each.forecast->p10)},
                   {"p90", instant_json(each.forecast->p90)},
                   {"text", each.forecast->text},
                   {"deadline", each.deadline ? instant_json(*each.deadline) : Json{}},
                   {"at_risk", each.deadline && each.forecast->p90 > *each.deadline}});
  }
  return out;
}

/// With the first of what is wrong.
std::vector<RejectedProject> rejected_of(const std::vector<ProjectStatus>& projects) {
  std::vector<RejectedProject> out;
  for (const ProjectStatus& project : projects) {
    if (project.is_valid) continue;
    RejectedProject rejected{.project = project.name.empty() ? project.directory : project.name};
    std::size_t errors = 0;
    for (const Diagnostic& each : project.diagnostics) {
      if (each.severity != Diagnostic::Severity::error || ++errors > 1) continue;
      rejected.detail = each.place.file + ':' + std::to_string(each.place.line) + ':' +
                        std::to_string(each.place.column) + ": " + each.message;
    }
    if (errors > 1) rejected.detail += " (and " + std::to_string(errors - 1) + " more)";
    out.push_back(std::move(rejected));
  }
  return out;
}

/// What is asked of the daemon beside its snapshot.
struct Outside {
  std::vector<SourceStatus> sources;
  std::vector<RejectedProject> rejected;

  /// Equal texts, equal answers.
  [[nodiscard]] std::string text() const {
    std::string out;
    for (const SourceStatus& source : sources) {
      if (source.state == "error") out += source.asset + '\n' + source.detail + '\n';
    }
    for (const RejectedProject& project : rejected)
      out += project.project + '\n' + project.detail + '\n';
    return out;
  }
};

struct Found {
  Json body;
  ReadinessQuery query;
};

Found find(const View& view, const Outside& outside, Instant now, Reader& reader) {
  const Incidents all = find_incidents(view, outside.sources, outside.rejected, now);
  Json items = Json::array();
  for (const Incident& incident : all.items) items.push_back(incident_json(view, incident, reader));
  const Instant midnight = std::chrono::floor<std::chrono::days>(now);
  return {.body = {{"at", instant_json(now)},
                   {"sentence", sentence(all)},
                   {"totals", totals_json(all.totals)},
                   {"count", all.count},
                   {"items", std::move(items)}},
          .query = {.snapshot = view.snapshot,
                    .assets = expected_next(view, now, asked_max),
                    .days = {midnight, midnight + std::chrono::days{1}}}};
}

}  // namespace

void get_incidents(const CallPtr& call) {
  // Time goes on also where nothing happens: deadlines come near, forecasts are past.
  const Instant now = call->context->clock.now();
  const auto minute = std::chrono::floor<std::chrono::minutes>(now).time_since_epoch().count();
  Outside outside{.sources = call->context->service.sources(),
                  .rejected = rejected_of(call->context->service.system().projects)};
  const std::string etag = etag_of(call->view.snapshot->sequence) + '-' + std::to_string(minute) +
                           '-' + std::to_string(version_hash(outside.text()));
  if (call->is_known(etag)) return;
  if (const auto& kept = call->context->incidents; kept.first == etag)
    return call->send_text(kept.second, etag);
  read<std::shared_ptr<Found>>(
      call,
      [view = call->view, outside = std::move(outside), now](Reader& reader) {
        return std::make_shared<Found>(find(view, outside, now, reader));
      },
      [call, etag](const std::shared_ptr<Found>& found) {
        const auto send = [call, etag, found](const Result<std::vector<Readiness>>& answers) {
          if (!answers) return call->fail(answers.error());
          found->body["next"] = next_json(call->view.graph(), *answers);
          std::string text = dump(found->body) + '\n';
          call->context->incidents = {etag, text};
          call->send_text(std::move(text), etag);
        };
        if (found->query.assets.empty()) return send(std::vector<Readiness>{});
        call->context->service.readiness(std::move(found->query), send);
      });
}

}  // namespace freshet::api
