// What a scenario does: its actions, as the engine's inputs.
#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "cli/scenario_player.hpp"
#include "freshet/selection.hpp"
#include "freshet/snapshot.hpp"

namespace freshet::cli {
namespace {

std::string text_or(const Node& action, std::string_view key, std::string otherwise) {
  const Node* node = action.find(key);
  return node == nullptr ? std::move(otherwise) : text_of(*node);
}
std::string actor_of(const Node& action) { return text_or(action, "by", "person"); }
std::string reason_of(const Node& action) { return text_or(action, "reason", ""); }

/// ["a", "b"] as "a,b"
std::string partitions_of(const Node& action) {
  std::string out;
  if (const Node* keys = action.find("partitions")) {
    for (const std::string& key : texts_of(*keys)) out += (out.empty() ? "" : ",") + key;
  }
  return out;
}

constexpr auto verbs = std::to_array<std::string_view>({"materialize",
                                                        "observe",
                                                        "deliver",
                                                        "check",
                                                        "request",
                                                        "backfill",
                                                        "pause_backfill",
                                                        "resume_backfill",
                                                        "cancel_backfill",
                                                        "start",
                                                        "succeed",
                                                        "fail",
                                                        "cancel",
                                                        "skip",
                                                        "wipe",
                                                        "pause",
                                                        "resume",
                                                        "mute",
                                                        "unmute",
                                                        "add_partition",
                                                        "remove_partition",
                                                        "together",
                                                        "redefine",
                                                        "restart",
                                                        "break",
                                                        "mend"});

struct Verb {
  std::string name;
  const Node& value;
};

/// What an action does, wherever among its fields that stands; there is one thing that it does.
Verb verb_of(const Node& action) {
  if (!action.is_map() || action.children().empty())
    refuse(action, "an action is a map, such as {materialize: A}");
  const auto fields = action.children();
  std::optional<std::size_t> at;
  for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
    const std::string_view name = fields[i].text();
    if (std::ranges::find(verbs, name) == verbs.end()) continue;
    if (at) {
      refuse(fields[i], "an action does one thing, and this one is " +
                            std::string{fields[*at].text()} + " already");
    }
    at = i;
  }
  if (!at) refuse(action, "unknown action \"" + std::string{fields[0].text()} + "\"");
  return {std::string{fields[*at].text()}, fields[*at + 1]};
}

}  // namespace

/// An asset that the definitions in force have.
Member Scenario::known_member(const Node& node) const {
  Member member = member_of(node);
  if (!graph_->find(member.asset)) refuse(node, "there is no asset \"" + member.asset + "\"");
  return member;
}

std::vector<std::string> Scenario::select(const Node& value) {
  const std::string text = text_of(value);
  const auto selection = value_or_refuse(value, Selection::parse(text));
  std::vector<std::string> keys;
  const auto snapshot = engine_.snapshot();
  for (const Rank r : value_or_refuse(value, selection.select(*snapshot)))
    keys.push_back(snapshot->graph->asset(r).key);
  return keys;
}

Scenario::Outstanding& Scenario::outstanding(const Node& value, const std::string& verb) {
  const std::string key = text_of(value);
  auto& steps = steps_[key];
  if (steps.empty()) refuse(value, verb + ": no step of " + key + " is outstanding");
  return steps.front();
}

void Scenario::outcome(const Node& value, const std::string& verb, const Node& action,
                       std::vector<Input>& inputs) {
  const Outstanding step = outstanding(value, verb);
  const std::string key = text_of(value);
  if (verb == "cancel" && !step.started) {
    inputs.emplace_back(
        input::Cancel{.run = step.step.run, .step = step.step.number, .actor = "person"});
    return;
  }
  if (!step.started)
    inputs.emplace_back(
        input::Admit{member_of(value).asset, member_of(value).partition, member_of(value).check});
  if (verb == "start") {
    if (step.started) refuse(value, "start: the step of " + key + " has started");
    return;
  }
  input::StepOutcome out{
      .step = step.step, .attempt = step.started ? step.attempt : step.attempt + 1, .final = true};
  using Kind = input::StepOutcome::Kind;
  out.kind = verb == "skip"     ? Kind::wrote_nothing
             : verb == "cancel" ? Kind::canceled
                                : Kind::exited;
  out.code = verb == "fail" ? 1 : 0;
  if (const Node* version = action.find("data_version")) out.data_version = text_of(*version);
  if (const Node* columns = action.find("columns")) out.columns = columns_of(*columns);
  if (const Node* reads = action.find("columns_read")) out.columns_read = reads_of(*reads);
  inputs.emplace_back(std::move(out));
}

void Scenario::translate(const Node& action, std::vector<Input>& inputs) {
  const auto& [verb, value] = verb_of(action);
  if (verb == "materialize" || verb == "observe") {
    allow_only(action, {verb, "data_version", "columns"}, "field");
    const Member member = known_member(value);
    input::Event event{.kind = verb == "observe" ? input::Event::Kind::observation
                                                 : input::Event::Kind::materialization,
                       .asset = member.asset,
                       .partition = member.partition};
    if (const Node* version = action.find("data_version")) event.data_version = text_of(*version);
    if (const Node* columns = action.find("columns")) event.columns = columns_of(*columns);
    inputs.emplace_back(input::Report{.events = {std::move(event)}});
  } else if (verb == "deliver") {
    deliver(action, value, inputs);
  } else if (verb == "check") {
    allow_only(action, {verb}, "field");
    allow_only(value, {"asset", "name", "passed", "severity"}, "field");
    const Member member = known_member(need(value, "asset"));
    input::Event event{.kind = input::Event::Kind::check,
                       .asset = member.asset,
                       .partition = member.partition,
                       .check = text_of(need(value, "name")),
                       .passed = flag_of(need(value, "passed"))};
    if (const Node* severity = value.find("severity")) {
      event.severity = word_of(*severity, {"error", "warn"}) == "warn" ? CheckSeverity::warn
                                                                       : CheckSeverity::error;
    }
    inputs.emplace_back(input::Report{.events = {std::move(event)}});
  } else if (verb == "request") {
    allow_only(action, {"request", "partitions", "tags", "by", "reason"}, "field");
    inputs.emplace_back(input::Request{.assets = select(value),
                                       .partitions = partitions_of(action),
                                       .actor = actor_of(action),
                                       .reason = reason_of(action),
                                       .tags = action.find("tags") == nullptr
                                                   ? std::vector<std::string>{}
                                                   : texts_of(*action.find("tags")),
                                       .token = 1});
  } else if (verb == "backfill" || verb.ends_with("_backfill")) {
    backfill(action, verb, value, inputs);
  } else if (work_ && verb == "cancel") {
    allow_only(action, {"cancel", "by"}, "field");
    inputs.emplace_back(cancel_running(action, value));
  } else if (verb == "start" || verb == "succeed" || verb == "fail" || verb == "cancel" ||
             verb == "skip") {
    allow_only(action, {verb, "data_version", "columns", "columns_read"}, "field");
    if (work_) refuse(action, "the scenario has `work`, which starts and ends the steps");
    outcome(value, verb, action, inputs);
  } else if (verb == "wipe") {
    allow_only(action, {verb}, "field");
    const Member member = known_member(value);
    inputs.emplace_back(input::Wipe{member.asset, member.partition});
  } else if (verb == "pause" || verb == "resume") {
    allow_only(action, {verb, "by", "reason"}, "field");
    inputs.emplace_back(input::Pause{.assets = select(value),
                                     .paused = verb == "pause",
                                     .actor = actor_of(action),
                                     .reason = reason_of(action),
                                     .token = 1});
  } else if (verb == "mute" || verb == "unmute") {
    allow_only(action, {verb, "for", "by", "reason"}, "field");
    input::Mute mute{.assets = select(value),
                     .muted = verb == "mute",
                     .actor = actor_of(action),
                     .reason = reason_of(action),
                     .token = 1};
    if (const Node* duration = action.find("for")) mute.until = now_ + duration_of(*duration);
    inputs.emplace_back(std::move(mute));
  } else if (verb == "add_partition" || verb == "remove_partition") {
    allow_only(action, {verb}, "field");
    allow_only(value, {"set", "keys"}, "field");
    const auto keys = texts_of(need(value, "keys"));
    input::Partitions change{.set = text_of(need(value, "set")), .actor = "person"};
    (verb == "add_partition" ? change.add : change.remove) = keys;
    inputs.emplace_back(std::move(change));
  } else {
    refuse(action, verb + " stands by itself, and not among those that happen together");
  }
}

/// {deliver: SELECTION, partitions: all}
void Scenario::deliver(const Node& action, const Node& value, std::vector<Input>& inputs) {
  allow_only(action, {"deliver", "partitions"}, "field");
  if (!work_) refuse(action, "deliver is for a scenario that has `work`; observe says one by one");
  const Node* partitions = action.find("partitions");
  if (partitions != nullptr && partitions->text() != "all")
    refuse(*partitions, "partitions of a delivery are all, or left out for the newest");
  for (const std::string& key : select(value)) {
    const Rank rank = *graph_->find(key);
    if (graph_->asset(rank).external)
      inputs.emplace_back(work_->deliver(rank, partitions != nullptr, now_));
  }
}

/// {backfill: SELECTION, …, as: NAME}, and what becomes of NAME.
void Scenario::backfill(const Node& action, const std::string& verb, const Node& value,
                        std::vector<Input>& inputs) {
  if (verb == "backfill") {
    allow_only(action,
               {"backfill", "as", "partitions", "only", "per_run", "concurrency", "newest_first",
                "tags", "by", "reason"},
               "field");
    input::Backfill in{.assets = select(value),
                       .partitions = partitions_of(action),
                       .actor = actor_of(action),
                       .reason = reason_of(action),
                       .token = 1};
    if (const Node* only = action.find("only")) {
      using Only = input::Backfill::Only;
      in.only = only->text() == "missing"  ? Only::missing
                : only->text() == "failed" ? Only::failed
                : only->text() == "stale"  ? Only::stale
                                           : Only::all;
      if (in.only == Only::all) refuse(*only, "only takes missing, failed or stale");
    }
    if (const Node* n = action.find("per_run"))
      in.per_run = static_cast<std::uint32_t>(std::min(number_of(*n), 1e6));
    if (const Node* n = action.find("concurrency"))
      in.concurrency = static_cast<std::uint32_t>(std::min(number_of(*n), 1e4));
    if (const Node* newest = action.find("newest_first")) in.newest_first = flag_of(*newest);
    if (const Node* tags = action.find("tags")) in.tags = texts_of(*tags);
    inputs.emplace_back(std::move(in));
    return;
  }
  using Action = input::ChangeBackfill::Action;
  const std::optional<Action> change = verb == "pause_backfill"    ? std::optional{Action::pause}
                                       : verb == "resume_backfill" ? std::optional{Action::resume}
                                       : verb == "cancel_backfill" ? std::optional{Action::cancel}
                                                                   : std::nullopt;
  if (!change) refuse(action, "unknown action \"" + verb + "\"");
  allow_only(action, {verb, "by", "reason"}, "field");
  const auto named = backfills_.find(text_of(value));
  if (named == backfills_.end())
    refuse(value, "no backfill was made `as: " + text_of(value) + "` before");
  inputs.emplace_back(input::ChangeBackfill{.backfill = named->second,
                                            .action = *change,
                                            .actor = actor_of(action),
                                            .reason = reason_of(action),
                                            .token = 1});
}

/// Of the run in which the member's step is.
input::Cancel Scenario::cancel_running(const Node& action, const Node& value) {
  const Member member = member_of(value);
  const MemberId id = value_or_refuse(value, engine_.find(member.asset, member.partition));
  const auto snapshot = engine_.snapshot();
  for (const auto& [run, active] : snapshot->runs) {
    for (const StepRow& step : active->steps) {
      if (step.member == id && step.check == member.check && !is_terminal(step.status))
        return {.run = run, .actor = actor_of(action), .token = 1};
    }
  }
  refuse(value, "cancel: no step of " + text_of(value) + " is outstanding");
}

bool Scenario::change_work(const Node& action) {
  const auto& [verb, value] = verb_of(action);
  if (verb != "break" && verb != "mend") return false;
  if (!work_) refuse(action, verb + " is for a scenario that has `work`");
  const Member member = known_member(value);
  if (verb == "mend") {
    allow_only(action, {verb}, "field");
    work_->mend(member);
    return true;
  }
  allow_only(action, {verb, "text", "code", "signal"}, "field");
  Work::Failure failure{.text = text_or(action, "text", "")};
  const Node* signal = action.find("signal");
  const Node* code = signal == nullptr ? action.find("code") : signal;
  if (code != nullptr) failure.code = static_cast<std::int32_t>(std::min(number_of(*code), 255.0));
  failure.is_signal = signal != nullptr;
  work_->break_down(member, std::move(failure));
  return true;
}

void Scenario::act(const Node& action) {
  const auto& [verb, value] = verb_of(action);
  if (change_work(action)) return;
  if (verb != "together" && verb != "redefine" && verb != "restart") return act_alone(action);
  allow_only(action, {verb}, "field");
  if (verb == "together") {
    std::vector<Input> inputs;
    for (const Node& part : list_of(value)) translate(part, inputs);
    if (inputs.empty()) refuse(value, "nothing happens together here");
    moment(std::move(inputs));
  } else if (verb == "redefine") {
    load(read_graph(value));
  } else {
    if (!flag_of(value)) refuse(value, "restart is true, or left out");
    Engine next = fresh_engine();
    next.load(engine_.rows());
    engine_ = std::move(next);
    load(graph_);
  }
}

void Scenario::act_alone(const Node& action) {
  std::vector<Input> inputs;
  translate(action, inputs);
  const std::size_t failures = failures_.size();
  const auto& [verb, value] = verb_of(action);
  const auto before = value.is_scalar() ? steps_.find(text_of(value)) : steps_.end();
  const StepId meant =
      before == steps_.end() || before->second.empty() ? StepId{} : before->second.front().step;
  moment(inputs);
  if (verb.ends_with("_partition")) bind_work();
  if (const Node* name = verb == "backfill" ? action.find("as") : nullptr)
    backfills_[text_of(*name)] = latest_backfill_;
  // An admission that was not possible shows as a step that has not started; that may be what is
  // expected.
  if (failures == failures_.size() && !inputs.empty() &&
      std::holds_alternative<input::Admit>(inputs.front())) {
    const auto it = steps_.find(text_of(value));
    const bool waiting = it != steps_.end() && !it->second.empty() &&
                         it->second.front().step == meant && !it->second.front().started;
    if (waiting && !expects_work_) {
      const auto why = engine_.why(member_of(value).asset, member_of(value).partition);
      fail(verb + " " + text_of(value) +
           ": it cannot start: " + (why ? to_text(why->said) : why.error().message));
    }
  }
}

}  // namespace freshet::cli
