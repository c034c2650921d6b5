// Why an asset is as it is: what of its latest step, and what the engine says of its automation.
#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/body_reader.hpp"
#include "api/call.hpp"
#include "api/choice.hpp"
#include "api/context.hpp"
#include "api/error_fingerprint.hpp"
#include "api/handlers.hpp"
#include "api/json_facts.hpp"
#include "api/json_views.hpp"
#include "api/outside.hpp"
#include "api/route.hpp"
#include "api/view.hpp"
#include "freshet/engine.hpp"
#include "freshet/history.hpp"
#include "freshet/ids.hpp"
#include "freshet/result.hpp"
#include "freshet/rows.hpp"
#include "freshet/service.hpp"
#include "freshet/snapshot.hpp"
#include "model/sentences.hpp"

namespace freshet::api {
namespace {

constexpr std::size_t later_max = 50;  ///< Failed steps of an asset that are looked at.

/// Answers 404 where the path names no asset.
bool is_asset(const CallPtr& call) {
  const std::string& key = call->parameter("key");
  if (call->view.find(key)) return true;
  call->fail({.status = 404, .code = "asset_not_found", .detail = call->view.unknown(key)});
  return false;
}

std::optional<StepRow> step_of(const View& view, StepId id, Reader& reader) {
  if (const StepRow* active = view.step(id)) return *active;
  auto row = reader.step(id);
  return row ? std::optional{*std::move(row)} : std::nullopt;
}

/// The latest step of a member that failed; nullopt where it is not known any more.
std::optional<StepRow> failed_step(const View& view, MemberId member, Reader& reader) {
  const AlertRow* told = nullptr;
  for (const auto& row : view.snapshot->alerts->open) {
    if (row->kind == AlertKind::failure && row->check.empty() &&
        MemberId{row->asset, row->partition} == member)
      told = row.get();
  }
  // What a step for several partitions came to was told of the first of them only.
  const auto later = reader.steps({.which = StepQuery::Which::failed,
                                   .from = told == nullptr ? Instant{} : told->at,
                                   .to = Instant::max(),
                                   .assets = {{member.asset}},
                                   .limit = later_max});
  if (later) {
    for (const EndedStep& step : later->steps) {
      if (!step.check.empty()) continue;
      auto row = step_of(view, step.step, reader);
      if (row && row->partitions().contains(member.partition)) return row;
    }
  }
  return told == nullptr ? std::nullopt : step_of(view, told->step, reader);
}

/// What failed, and then what is said of its automation.
Sentence after_failure(const std::optional<StepRow>& step, std::string partition, Sentence then) {
  std::vector<Sentence::Param> params{{"partition", std::move(partition)}};
  if (step) {
    const std::string error = error_line(step->text);
    const Sentence because = reason_sentence(step->reason);
    if (error.empty() && !because.empty())
      params.push_back({"because", Sentence::Param::Parts{because}});
    params.push_back({"error", error});
  }
  return say("failed_and",
             {{"failed", Sentence::Param::Parts{say("step_failed", std::move(params))}},
              {"rest", Sentence::Param::Parts{std::move(then)}}});
}

Json why_json(Explanation explanation) {
  Json out = explanation_json(explanation);
  out["expected"] = nullptr;
  out["failed"] = nullptr;
  out["latest"] = nullptr;
  return out;
}

/// And then whether news can come, unless it is being made.
Sentence with_troubles(Sentence said, std::vector<Sentence> troubles) {
  if (troubles.empty() || said.code == "member_is") return said;
  using Parts = Sentence::Param::Parts;
  return say("said_while",
             {{"said", Parts{std::move(said)}},
              {"outside", Parts{say("outside", some_of("troubles", std::move(troubles)))}}});
}

Json why_json(const View& view, Rank rank, Why why, bool of_partition,
              const std::vector<SourceStatus>& sources, Reader& reader) {
  Names names{view, &reader};
  why.explanation.said =
      with_troubles(std::move(why.explanation.said), troubles_outside(view, rank, sources, reader));
  const auto failed = why.explanation.failed;
  const auto step = failed ? failed_step(view, *failed, reader) : std::nullopt;
  if (failed) {
    std::string partition = of_partition ? "" : names.partition(*failed).value_or("");
    why.explanation.said =
        after_failure(step, std::move(partition), std::move(why.explanation.said));
  }
  const Sequence updated = why.explanation.updated;
  Json out = why_json(std::move(why.explanation));
  out["expected"] = forecast_json(why.expected);
  if (step) {
    out["failed"] = step_json(*step, names);
    out["failed"]["run"] = to_text(step->step.run);
  }
  if (updated.value == 0) return out;
  if (const auto latest = reader.fact(updated)) out["latest"] = event_json(*latest, names);
  return out;
}

}  // namespace

void get_why(const CallPtr& call) {
  if (!is_asset(call)) return;
  const std::string partition = call->query("partition");
  const bool of_partition = !partition.empty();
  call->context->service.why(
      call->parameter("key"), partition, [call, of_partition](Result<Why> why) {
        if (!why) return call->fail(why.error());
        read<Json>(
            call,
            [view = call->view, why = *std::move(why), key = call->parameter("key"), of_partition,
             sources = call->context->service.sources()](Reader& reader) {
              return why_json(view, *view.find(key), why, of_partition, sources, reader);
            },
            [call](const Json& body) { call->send_json(200, body); });
      });
}

void post_why(const CallPtr& call) {
  if (!is_asset(call)) return;
  with_body(call, false, [call](const Json& body) {
    std::vector<Fault> faults;
    BodyReader reader{body, "", faults};
    reader.expect_only({"automation", "partition"});
    const std::string automation = reader.required("automation");
    const std::string partition = reader.text("partition");
    if (fail_if_any(call, faults)) return;
    call->context->service.what_if(call->parameter("key"), partition, automation,
                                   [call](const Result<Explanation>& found) {
                                     if (!found)
                                       return call->fail(found.error(), "condition_invalid");
                                     call->send_json(200, why_json(*found));
                                   });
  });
}

}  // namespace freshet::api
