// How a scenario is played: its definitions, the clock, and what the engine says.
#include "cli/scenario.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/scenario_player.hpp"
#include "freshet/snapshot.hpp"
#include "model/partition/space.hpp"
#include "project/files.hpp"
#include "project/loader.hpp"
#include "runtime/projects.hpp"

namespace freshet::cli {

using nlohmann::json;

Scenario::Scenario(const Node& root, std::string file, runtime::Recorder* recorder)
    : root_{root},
      file_{std::move(file)},
      recorder_{recorder},
      work_{root.find("work") == nullptr ? std::nullopt : std::optional<Work>{*root.find("work")}},
      engine_{fresh_engine()} {}

Engine Scenario::fresh_engine() const {
  if (work_) return Engine{EngineOptions{.slots = work_->slots()}};
  return Engine{EngineOptions{.slots = 1'000'000, .admit = false, .every_asset_runs = true}};
}

std::shared_ptr<const Graph> Scenario::read_graph(const Node& node) const {
  project::LoadOptions options;
  options.scenario = true;
  options.project = "scenario";
  options.directory = "/";
  options.file = file_;
  options.unknown_dependency = Diagnostic::Severity::warning;
  options.check_automation = [](std::string_view expression, bool of_check) {
    std::vector<Diagnostic> out;
    if (const auto error = check_condition(expression, of_check)) {
      out.push_back({Diagnostic::Severity::error, {"", 1, error->column}, error->message});
    }
    return out;
  };
  auto result = project::load_definitions(node, options);
  if (!result.unsupported.empty()) throw Unusable{"unsupported: " + result.unsupported.front()};
  if (!result.definitions) {
    std::string message;
    for (const auto& d : result.diagnostics)
      message += (message.empty() ? "" : "\n") + project::format(d);
    throw Unusable{message};
  }
  auto graph = Graph::build({std::make_shared<const Definitions>(*std::move(result.definitions))});
  if (!graph) throw Unusable{graph.error().message};
  return *graph;
}

std::shared_ptr<const Graph> Scenario::read_project(const Node& node) const {
  const auto slash = file_.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : file_.substr(0, slash);
  runtime::Projects projects{
      {project::join_path(project::real_files().absolute(folder), text_of(node))},
      runtime::process_environment()};
  auto loaded = projects.load();
  if (loaded.graph) return loaded.graph;
  std::string message = "no project can be read there";
  for (const auto& d : loaded.diagnostics) message += "\n" + project::format(d);
  refuse(node, message);
}

/// History from before the definitions were first loaded: one sequence for all, consumed and
/// present.
void Scenario::give(const Node& given, const Graph& graph) {
  Rows rows;
  rows.sequence = Sequence{1};
  rows.at = now_;
  allow_only(given, {"materialized"}, "history");
  PartitionRegistry registry;
  for (std::uint32_t i = 0; i < graph.size(); ++i) {
    const auto& definition = graph.asset(Rank{i}).partitions;
    if (!definition) continue;
    const auto needs = value_or_refuse(given, PartitionSpace::needs(*definition, {}));
    registry.shapes.intern(needs.shape);
    for (const std::string& key : needs.keys) registry.keys.intern(key);
  }
  for (const bool is_shape : {true, false}) {
    const PartitionNames& names = is_shape ? registry.shapes : registry.keys;
    for (std::uint32_t n = 1; n <= names.last(); ++n)
      rows.of<PartitionNameRow>().push_back({is_shape, n, std::string{names.text(n)}});
  }
  std::map<std::string, AssetId> ids;
  for (const Node& item : list_of(need(given, "materialized"))) {
    const Member member = member_of(item);
    const auto rank = graph.find(member.asset);
    if (!rank) refuse(item, "there is no asset \"" + member.asset + "\"");
    const auto [id, is_new] =
        ids.emplace(member.asset, AssetId{static_cast<std::uint32_t>(ids.size() + 1)});
    if (is_new) rows.of<AssetRow>().push_back({id->second, member.asset});
    MemberRow row{.asset = id->second,
                  .updated = Sequence{1},
                  .changed = Sequence{1},
                  .consumed = Sequence{1},
                  .materialized = Sequence{1},
                  .updated_at = now_,
                  .changed_at = now_};
    const bool is_cut = graph.asset(*rank).partitions.has_value();
    if (is_cut != !member.partition.empty()) {
      refuse(item,
             member.asset + (is_cut ? " has partitions: say which, as " + member.asset + "[KEY]"
                                    : " has no partitions"));
    }
    if (is_cut) {
      const auto space = PartitionSpace::bind(*graph.asset(*rank).partitions, {}, registry);
      row.partition = value_or_refuse(item, space->find(member.partition, now_));
    }
    rows.of<MemberRow>().push_back(row);
  }
  if (recorder_ != nullptr) {
    if (const auto done = recorder_->add({.facts = {}, .rows = rows}); !done)
      throw Unusable{done.error().message};
  }
  engine_.load(std::move(rows));
}

bool Scenario::has_automation(const StepPlan& plan) const {
  const auto rank = graph_->find(engine_.name_of({plan.member.asset, {}}));
  return rank && std::ranges::any_of(graph_->asset(*rank).checks, [&](const CheckDefinition& c) {
           return c.name == plan.check && !c.automation.empty();
         });
}

void Scenario::load(std::shared_ptr<const Graph> graph) {
  graph_ = graph;
  Moment m = engine_.step(std::vector<Input>{input::Load{.graph = std::move(graph)}}, now_);
  bind_work();  // what starts at once is its to do
  take(std::move(m));
}

void Scenario::bind_work() {
  if (work_) work_->bind(engine_.snapshot(), now_);
}

void Scenario::moment(std::vector<Input> inputs) { take(engine_.step(inputs, now_)); }

void Scenario::take(Moment m) {
  note(m);
  if (work_) {
    for (const Effect& effect : m.effects) work_->take(effect, now_);
  }
  if (recorder_ == nullptr || m.batch.facts.empty()) return;
  if (const auto done = recorder_->add(std::move(m.batch)); !done)
    throw Unusable{done.error().message};
}

void Scenario::count(const FactRecord& record) {
  ++totals_.facts;
  if (std::holds_alternative<fact::AttemptEnded>(record.fact)) {
    ++totals_.retried;
  } else if (std::holds_alternative<fact::RunQueued>(record.fact)) {
    ++totals_.runs;
  } else if (const auto* ended = std::get_if<fact::StepEnded>(&record.fact)) {
    ++(ended->status == StepStatus::succeeded  ? totals_.succeeded
       : ended->status == StepStatus::canceled ? totals_.canceled
       : ended->status == StepStatus::skipped  ? totals_.skipped
                                               : totals_.failed);
  }
}

void Scenario::note(const Moment& m) {
  for (const FactRecord& record : m.batch.facts) {
    if (work_) count(record);
    if (!is_watched_ && !std::holds_alternative<fact::EventRejected>(record.fact)) continue;
    if (const auto* run = std::get_if<fact::RunQueued>(&record.fact)) {
      Keys members;
      for (std::uint32_t i = 0; i < run->steps.size(); ++i) {
        const StepPlan& plan = run->steps[i];
        if (!plan.check.empty() && !has_automation(plan)) continue;
        const PartitionSet set =
            plan.range.empty() ? PartitionSet{plan.member.partition} : plan.range;
        set.for_each([&](PartitionId p) {
          std::string key = engine_.name_of({plan.member.asset, p});
          if (!plan.check.empty()) key += ':' + plan.check;
          // A check that follows its asset's step is requested with that, and not by itself.
          if (run->cause == RunCause::automation && (plan.check.empty() || plan.waits.empty()))
            requested_.insert(key);
          members.insert(key);
          if (work_) return true;
          steps_[key].push_back({{run->run, i}});
          members_of_[{run->run, i}].push_back(key);
          return true;
        });
      }
      runs_.push_back(std::move(members));
    } else if (const auto* joined = std::get_if<fact::RequestJoined>(&record.fact)) {
      if (joined->cause == RunCause::automation) {
        for (const std::string& key : members_of_[joined->step]) requested_.insert(key);
      }
    } else if (const auto* started = std::get_if<fact::StepStarted>(&record.fact)) {
      for (const std::string& key : members_of_[started->step]) {
        for (auto& step : steps_[key]) {
          if (step.step == started->step) step.started = true, step.attempt = started->attempt;
        }
      }
    } else if (const auto* ended = std::get_if<fact::StepEnded>(&record.fact)) {
      for (const std::string& key : members_of_[ended->step])
        std::erase_if(steps_[key], [&](const Outstanding& o) { return o.step == ended->step; });
    } else if (const auto* alert = std::get_if<fact::Alerted>(&record.fact)) {
      alerted_.insert((alert->muted ? "muted " : "") + std::string{to_text(alert->kind)} + " " +
                      engine_.name_of({alert->asset, alert->partition}));
      const bool counts = alert->kind == AlertKind::failure || alert->kind == AlertKind::freshness;
      if (counts && !alert->muted) notified_.insert(engine_.name_of({alert->asset, {}}));
    } else if (const auto* rejected = std::get_if<fact::EventRejected>(&record.fact)) {
      fail(rejected->reason);
    }
  }
  for (const Effect& effect : m.effects) {
    const auto* reply = std::get_if<effect::Answer>(&effect);
    if (reply == nullptr) continue;
    if (reply->reply.error) fail(reply->reply.message);
    latest_backfill_ = reply->reply.backfill;
  }
}

void Scenario::run_until(Instant target) {
  while (true) {
    const auto wake = engine_.next_wakeup();
    const auto due = work_ ? work_->next() : std::nullopt;
    const bool is_work = due && (!wake || *due <= *wake);
    const auto next = is_work ? due : wake;
    if (!next || *next > target) break;
    now_ = std::max(now_, *next);
    if (!is_work) {
      moment({input::Tick{}});
    } else if (auto inputs = work_->take_due(now_); !inputs.empty()) {
      moment(std::move(inputs));
    }
  }
  now_ = target;
}

void Scenario::move_clock(const Node& step) {
  Instant target = now_;
  if (const Node* advance = step.find("advance")) {
    if (step.find("at") != nullptr)
      refuse(*step.find("at"), "a step moves the clock by `advance` or to `at`, not both");
    target += duration_of(*advance);
  } else if (const Node* at = step.find("at")) {
    target = value_or_refuse(*at, parse_instant(text_of(*at)));
    if (target < now_) refuse(*at, "lies before the step that precedes it");
  }
  run_until(target);
}

void Scenario::begin_step(const Node& step) {
  ++number_;
  requested_.clear(), notified_.clear(), alerted_.clear(), runs_.clear(), answers_ = json::array();
  if (!step.is_null()) allow_only(step, {"advance", "at", "do", "expect", "ask"}, "field");
  const Node* wanted = step.is_map() ? step.find("expect") : nullptr;
  expects_work_ = wanted != nullptr && wanted->is_map() &&
                  (wanted->find("queued") != nullptr || wanted->find("in_progress") != nullptr);
  is_watched_ = !work_ || step.find("expect") != nullptr || step.find("ask") != nullptr;
}

ScenarioResult Scenario::run() {
  allow_only(root_, {"name", "differs", "start", "given", "graph", "project", "work", "steps"},
             "field");
  const Node& start = need(root_, "start");
  now_ = value_or_refuse(start, parse_instant(text_of(start)));
  const Node* project = root_.find("project");
  auto graph = project == nullptr ? read_graph(need(root_, "graph")) : read_project(*project);
  const Node& steps = need(root_, "steps");
  if (list_of(steps).empty()) refuse(steps, "a scenario has a step at least; {} is one");
  const std::string name = text_of(need(root_, "name"));
  if (const Node* differs = root_.find("differs")) static_cast<void>(text_of(*differs));
  if (const Node* given = root_.find("given")) give(*given, *graph);
  json results = json::array();
  for (const Node& step : steps.children()) {
    begin_step(step);
    if (number_ == 1) load(graph);
    if (!step.is_null()) {
      move_clock(step);
      if (const Node* actions = step.find("do")) {
        for (const Node& action : list_of(*actions)) act(action);
      }
      if (work_) run_until(now_);
      expect(step);
      if (const Node* questions = step.find("ask")) ask(*questions);
    }
    if (!is_watched_) continue;
    if (const std::string broken = engine_.check_invariants(); !broken.empty())
      fail("invariant: " + broken);
    results.push_back(observed());
  }
  if (recorder_ != nullptr) {
    if (const auto done = recorder_->finish(); !done) throw Unusable{done.error().message};
  }
  json out{
      {"scenario", name}, {"steps", results}, {"pass", failures_.empty()}, {"failures", failures_}};
  if (work_) out["totals"] = totals();
  return {failures_.empty() ? 0 : 1, out.dump(2), ""};
}

ScenarioResult run_scenario(const std::string& text, const std::string& file,
                            const std::string& state_directory) {
  const auto yaml = project::parse_yaml(text, file);
  if (!yaml.tree || !yaml.diagnostics.empty())
    return {2, "", project::format(yaml.diagnostics.front())};
  std::optional<runtime::Recorder> recorder;
  if (!state_directory.empty()) {
    auto opened = runtime::Recorder::open(state_directory);
    if (!opened) return {2, "", file + ": " + opened.error().message};
    recorder = *std::move(opened);
  }
  try {
    return Scenario{yaml.tree->root(), file, recorder ? &*recorder : nullptr}.run();
  } catch (const Unusable& e) {
    if (recorder) recorder->discard();
    return {2, "", file + ": " + e.message};
  }
}

}  // namespace freshet::cli
