// What is wrong now, by its causes, and what is expected next.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <span>
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
#include "api/outside.hpp"
#include "api/route.hpp"
#include "api/view.hpp"
#include "freshet/definitions.hpp"
#include "freshet/graph.hpp"
#include "freshet/history.hpp"
#include "freshet/ids.hpp"
#include "freshet/readiness.hpp"
#include "freshet/result.hpp"
#include "freshet/rows.hpp"
#include "freshet/sentence.hpp"
#include "freshet/service.hpp"
#include "freshet/snapshot.hpp"
#include "freshet/time.hpp"
#include "model/sentences.hpp"

namespace freshet::api {
namespace {

constexpr std::size_t asked_at_once = 40;  ///< Assets whose next arrival is forecast …
constexpr std::size_t asked_max = 200;     ///< … of so many at most, …
constexpr std::size_t next_max = 10;       ///< … until so many are known, which are told.

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

using Params = std::vector<Sentence::Param>;

Sentence told_of_failure(const Incident& incident, const std::string& key,
                         const std::optional<StepRow>& step) {
  Params params{{"asset", key}};
  if (incident.partitions != 0) params.push_back({"partitions", incident.partitions});
  if (step) {
    const std::string error = error_line(step->text);
    const Sentence because = reason_sentence(step->reason);
    params.push_back({"error", error});
    params.push_back({"reason", std::string{to_text(step->reason)}});
    params.push_back({"exit_code", static_cast<std::uint64_t>(std::max(0, step->exit_code))});
    if (error.empty() && !because.empty())
      params.push_back({"because", Sentence::Param::Parts{because}});
  }
  return incident.partitions == 0 ? say("failed", std::move(params))
                                  : say("partitions_failed", std::move(params));
}

Sentence told_of_check(const Incident& incident, const std::string& key) {
  Params params{{"asset", key}, {"check", incident.check}};
  if (incident.partitions != 0) params.push_back({"partitions", incident.partitions});
  if (!incident.has_result) return say("check_without_result", std::move(params));
  return incident.warning ? say("check_warns", std::move(params))
                          : say("check_fails", std::move(params));
}

Sentence told_of(const Incident& incident, const Graph& graph, const std::optional<StepRow>& step) {
  if (incident.kind == Incident::Kind::definitions) {
    return say("definitions_invalid", {{"project", incident.project}, {"detail", incident.detail}});
  }
  const AssetDefinition& asset = graph.asset(incident.asset);
  switch (incident.kind) {
    case Incident::Kind::failure:
      return told_of_failure(incident, asset.key, step);
    case Incident::Kind::check:
      return told_of_check(incident, asset.key);
    case Incident::Kind::freshness:
      return overdue_sentence(asset, incident.since);
    case Incident::Kind::source:
      return say("source_error", {{"asset", asset.key}, {"detail", incident.detail}});
    case Incident::Kind::definitions:
      break;
  }
  return {};
}

Json incident_json(const View& view, const Incident& incident, Reader& reader) {
  const Graph& graph = view.graph();
  const bool of_asset = incident.kind != Incident::Kind::definitions;
  const std::string key = of_asset ? graph.asset(incident.asset).key : std::string{};
  const auto step = step_of(view, incident.step, reader);
  Json out = sentence_json(told_of(incident, graph, step));
  Json affected = Json::array();
  for (const Rank rank : incident.affected) affected.push_back(graph.asset(rank).key);
  Json at_risk = Json::array();
  for (const Incident::Promise& each : incident.at_risk) {
    at_risk.push_back(
        {{"asset", graph.asset(each.asset).key}, {"deadline", instant_json(each.deadline)}});
  }
  const std::string name = of_asset ? key : incident.project;
  out.update({{"id", std::string{to_text(incident.kind)} + ':' + name},
              {"kind", to_text(incident.kind)},
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
              {"muted", incident.muted}});
  return out;
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
  std::ranges::sort(
      answers, {}, [](const Readiness& each) { return std::pair{each.forecast->p50, each.asset}; });
  if (answers.size() > next_max) answers.resize(next_max);
  Json out = Json::array();
  for (const Readiness& each : answers) {
    Json one = sentence_json(each.forecast->said);
    one.update({{"asset", graph.asset(each.asset).key},
                {"at", instant_json(each.forecast->p50)},
                {"p10", instant_json(each.forecast->p10)},
                {"p90", instant_json(each.forecast->p90)},
                {"deadline", each.deadline ? instant_json(*each.deadline) : Json{}},
                {"at_risk", each.deadline && each.forecast->p90 > *each.deadline}});
    out.push_back(std::move(one));
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
  std::vector<Rank> candidates;
  std::vector<Readiness> next{};  ///< Of those that were asked about, what has a forecast.
};

Found find(const View& view, const Outside& outside, Instant now, Reader& reader) {
  const Incidents all = find_incidents(view, outside.sources, outside.rejected, now);
  Json items = Json::array();
  for (const Incident& incident : all.items) items.push_back(incident_json(view, incident, reader));
  return {.body = {{"at", instant_json(now)},
                   {"sentence", sentence(all)},
                   {"totals", totals_json(all.totals)},
                   {"count", all.count},
                   {"items", std::move(items)}},
          .candidates = expected_next(view, now, asked_max)};
}

/// Asks about some candidates after the other until enough have a forecast.
void forecast(const CallPtr& call, const std::shared_ptr<Found>& found, Instant now,
              std::size_t first, std::function<void()> then) {
  const auto rest = std::span{found->candidates}.subspan(first);
  if (rest.empty() || found->next.size() >= next_max) return then();
  const auto some = rest.first(std::min(asked_at_once, rest.size()));
  const Instant midnight = std::chrono::floor<std::chrono::days>(now);
  call->context->service.readiness(
      {.snapshot = call->view.snapshot,
       .assets = {some.begin(), some.end()},
       .days = {midnight, midnight + std::chrono::days{1}}},
      [call, found, now, first, then = std::move(then)](Result<std::vector<Readiness>> answers) {
        if (!answers) return call->fail(answers.error());
        for (Readiness& each : *answers) {
          if (each.forecast && each.forecast->basis != Forecast::Basis::none)
            found->next.push_back(std::move(each));
        }
        forecast(call, found, now, std::min(first + asked_at_once, found->candidates.size()), then);
      });
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
      [call, etag, now](const std::shared_ptr<Found>& found) {
        forecast(call, found, now, 0, [call, etag, found] {
          found->body["next"] = next_json(call->view.graph(), std::move(found->next));
          std::string text = dump(found->body) + '\n';
          call->context->incidents = {etag, text};
          call->send_text(std::move(text), etag);
        });
      });
}

}  // namespace freshet::api
