#include "cli/scenario.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/cron.hpp"
#include "base/timezone.hpp"
#include "freshet/engine.hpp"
#include "freshet/selection.hpp"
#include "freshet/snapshot.hpp"
#include "model/partition/space.hpp"
#include "project/loader.hpp"

namespace freshet::cli {
namespace {

using nlohmann::json;
using project::Node;
using Keys = std::set<std::string>;

/// The file is no scenario, or needs what is not built; ends the run, and never leaves this file.
struct Unusable {
  std::string message;
};

std::string place(const Node& node) {
  return std::to_string(node.line()) + ":" + std::to_string(node.column());
}
[[noreturn]] void refuse(const Node& node, const std::string& message) {
  throw Unusable{place(node) + ": " + message};
}
[[noreturn]] void not_built(const std::string& what) { throw Unusable{"unsupported: " + what}; }

const Node& need(const Node& map, std::string_view key) {
  const Node* value = map.is_map() ? map.find(key) : nullptr;
  if (value == nullptr) refuse(map, "\"" + std::string{key} + "\" is missing");
  return *value;
}
std::string text_of(const Node& node) {
  if (!node.is_scalar()) refuse(node, "a text is wanted here");
  return std::string{node.text()};
}
std::vector<std::string> texts_of(const Node& node) {
  if (!node.is_sequence()) refuse(node, "a list is wanted here");
  std::vector<std::string> out;
  for (const Node& item : node.children()) out.push_back(text_of(item));
  return out;
}
bool flag_of(const Node& node) {
  if (node.text() != "true" && node.text() != "false") refuse(node, "true or false is wanted here");
  return node.text() == "true";
}
template <class T>
T value_or_refuse(const Node& node, Result<T> result) {
  if (!result) refuse(node, result.error().message);
  return *std::move(result);
}
/// "key" or "key[partition]"; of a check with an automation of its own, "key:check" or
/// "key[partition]:check".
struct Member {
  std::string asset;
  std::string partition;
  std::string check{};
};
Member member_of(const Node& node) {
  std::string text = text_of(node);
  const std::size_t bracket = text.find('[');
  const std::size_t end = bracket == std::string::npos ? 0 : text.rfind(']');
  if (const std::size_t colon = text.find(':', end); colon != std::string::npos && end <= colon) {
    std::string check = text.substr(colon + 1);
    text.resize(colon);
    if (bracket == std::string::npos) return {std::move(text), "", std::move(check)};
    return {text.substr(0, bracket), text.substr(bracket + 1, text.size() - bracket - 2),
            std::move(check)};
  }
  if (bracket == std::string::npos) return {std::move(text), ""};
  if (!text.ends_with(']')) refuse(node, "\"" + text + "\" lacks its ]");
  return {text.substr(0, bracket), text.substr(bracket + 1, text.size() - bracket - 2)};
}
/// {dependency: [column]}
input::ReportedReads reads_of(const Node& map) {
  input::ReportedReads out;
  const auto fields = map.children();
  for (std::size_t i = 0; i + 1 < fields.size(); i += 2)
    out.emplace_back(std::string{fields[i].text()}, texts_of(fields[i + 1]));
  return out;
}
/// {name: version}
std::vector<ColumnVersion> columns_of(const Node& map) {
  std::vector<ColumnVersion> out;
  const auto fields = map.children();
  for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
    out.push_back(
        {std::string{fields[i].text()}, DataVersion{version_hash(text_of(fields[i + 1]))}});
  }
  return out;
}
void allow_only(const Node& map, std::initializer_list<std::string_view> names, const char* where) {
  const auto fields = map.children();
  for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
    if (std::ranges::find(names, fields[i].text()) == names.end()) {
      refuse(fields[i],
             "unknown " + std::string{where} + " \"" + std::string{fields[i].text()} + "\"");
    }
  }
}

class Scenario {
 public:
  Scenario(const Node& root, std::string file)
      : root_{root},
        file_{std::move(file)},
        engine_{EngineOptions{.slots = 1'000'000, .admit = false, .every_asset_runs = true}} {}

  ScenarioResult run();

 private:
  struct Outstanding {
    StepId step;
    std::uint32_t attempt{};
    bool started{false};
  };

  std::shared_ptr<const Graph> read_graph(const Node& node) const;
  void give(const Node& given, const Graph& graph);
  void load(std::shared_ptr<const Graph> graph);
  void moment(std::vector<Input> inputs);
  void note(const Moment& m);
  [[nodiscard]] bool has_automation(const StepPlan& plan) const;
  void move_clock(const Node& step);
  void act(const Node& action);
  /// Appends what an action is as inputs; reload and restart are none.
  void translate(const Node& action, std::vector<Input>& inputs);
  void outcome(const Node& value, const std::string& verb, const Node& action,
               std::vector<Input>& inputs);
  [[nodiscard]] std::vector<std::string> select(const Node& value);
  Outstanding& outstanding(const Node& value, const std::string& verb);

  void expect(const Node& step);
  void compare(const std::string& what, const Keys& wanted, const Keys& got);
  void ask(const Node& questions);
  void answer(const Node& question);
  void fail(const std::string& what) {
    failures_.push_back("step " + std::to_string(number_) + ": " + what);
  }
  json observed();

  const Node& root_;
  std::string file_;
  Engine engine_;
  std::shared_ptr<const Graph> graph_;
  Instant now_{};
  int number_{0};
  std::map<std::string, std::vector<Outstanding>>
      steps_;  // by member, oldest first; those that have not ended
  std::map<StepId, std::vector<std::string>> members_of_;
  // Of the step:
  Keys requested_, notified_;
  Keys alerted_;  ///< "failure A", "muted check B".
  std::vector<Keys> runs_;
  json answers_ = json::array();
  std::vector<std::string> failures_;
};

std::string list(const Keys& keys) {
  std::string out{"["};
  for (const auto& key : keys) out += (out.size() > 1 ? ", " : "") + key;
  return out + "]";
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
  if (!result.unsupported.empty()) not_built(result.unsupported.front());
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
  for (const Node& item : need(given, "materialized").children()) {
    const Member member = member_of(item);
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
    if (!member.partition.empty()) {
      const auto rank = graph.find(member.asset);
      if (!rank || !graph.asset(*rank).partitions)
        refuse(item, member.asset + " has no partitions");
      const auto space = PartitionSpace::bind(*graph.asset(*rank).partitions, {}, registry);
      row.partition = value_or_refuse(item, space->find(member.partition, now_));
    }
    rows.of<MemberRow>().push_back(row);
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
  moment({input::Load{.graph = std::move(graph)}});
}

void Scenario::moment(std::vector<Input> inputs) { note(engine_.step(inputs, now_)); }

void Scenario::note(const Moment& m) {
  for (const FactRecord& record : m.batch.facts) {
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
    if (reply != nullptr && reply->reply.error) fail(reply->reply.message);
  }
}

void Scenario::move_clock(const Node& step) {
  Instant target = now_;
  if (const Node* advance = step.find("advance")) {
    target += value_or_refuse(*advance, parse_duration(text_of(*advance)));
  } else if (const Node* at = step.find("at")) {
    target = value_or_refuse(*at, parse_instant(text_of(*at)));
    if (target < now_) refuse(*at, "lies before the step that precedes it");
  }
  while (true) {
    const auto wake = engine_.next_wakeup();
    if (!wake || *wake > target) break;
    now_ = std::max(now_, *wake);
    moment({input::Tick{}});
  }
  now_ = target;
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
  if (!action.is_map() || action.children().empty())
    refuse(action, "an action is a map, such as {materialize: A}");
  const std::string verb{action.children()[0].text()};
  const Node& value = action.children()[1];
  if (verb == "materialize" || verb == "observe") {
    allow_only(action, {"materialize", "observe", "data_version", "columns"}, "field");
    input::Event event{.kind = verb == "observe" ? input::Event::Kind::observation
                                                 : input::Event::Kind::materialization,
                       .asset = member_of(value).asset,
                       .partition = member_of(value).partition};
    if (const Node* version = action.find("data_version")) event.data_version = text_of(*version);
    if (const Node* columns = action.find("columns")) event.columns = columns_of(*columns);
    inputs.emplace_back(input::Report{.events = {std::move(event)}});
  } else if (verb == "check") {
    allow_only(value, {"asset", "name", "passed", "severity"}, "field");
    input::Event event{.kind = input::Event::Kind::check,
                       .asset = member_of(need(value, "asset")).asset,
                       .partition = member_of(need(value, "asset")).partition,
                       .check = text_of(need(value, "name")),
                       .passed = flag_of(need(value, "passed"))};
    if (const Node* severity = value.find("severity")) {
      event.severity = severity->text() == "warn" ? CheckSeverity::warn : CheckSeverity::error;
    }
    inputs.emplace_back(input::Report{.events = {std::move(event)}});
  } else if (verb == "request") {
    allow_only(action, {"request", "partitions", "tags"}, "field");
    std::string partitions;
    if (const Node* keys = action.find("partitions")) {
      for (const std::string& key : texts_of(*keys))
        partitions += (partitions.empty() ? "" : ",") + key;
    }
    inputs.emplace_back(input::Request{.assets = select(value),
                                       .partitions = std::move(partitions),
                                       .actor = "person",
                                       .tags = action.find("tags") == nullptr
                                                   ? std::vector<std::string>{}
                                                   : texts_of(*action.find("tags")),
                                       .token = 1});
  } else if (verb == "start" || verb == "succeed" || verb == "fail" || verb == "cancel" ||
             verb == "skip") {
    allow_only(
        action,
        {"start", "succeed", "fail", "cancel", "skip", "data_version", "columns", "columns_read"},
        "field");
    outcome(value, verb, action, inputs);
  } else if (verb == "wipe") {
    inputs.emplace_back(input::Wipe{member_of(value).asset, member_of(value).partition});
  } else if (verb == "pause" || verb == "resume") {
    inputs.emplace_back(input::Pause{
        .assets = select(value), .paused = verb == "pause", .actor = "person", .token = 1});
  } else if (verb == "mute" || verb == "unmute") {
    allow_only(action, {"mute", "unmute", "for"}, "field");
    input::Mute mute{
        .assets = select(value), .muted = verb == "mute", .actor = "person", .token = 1};
    if (const Node* duration = action.find("for"))
      mute.until = now_ + value_or_refuse(*duration, parse_duration(text_of(*duration)));
    inputs.emplace_back(std::move(mute));
  } else if (verb == "add_partition" || verb == "remove_partition") {
    allow_only(value, {"set", "keys"}, "field");
    const auto keys = texts_of(need(value, "keys"));
    input::Partitions change{.set = text_of(need(value, "set")), .actor = "person"};
    (verb == "add_partition" ? change.add : change.remove) = keys;
    inputs.emplace_back(std::move(change));
  } else {
    refuse(action, "unknown action \"" + verb + "\"");
  }
}

void Scenario::act(const Node& action) {
  if (const Node* together = action.find("together")) {
    std::vector<Input> inputs;
    for (const Node& part : together->children()) translate(part, inputs);
    moment(std::move(inputs));
  } else if (const Node* graph = action.find("redefine")) {
    load(read_graph(*graph));
  } else if (action.find("restart") != nullptr) {
    Engine next{EngineOptions{.slots = 1'000'000, .admit = false, .every_asset_runs = true}};
    next.load(engine_.rows());
    engine_ = std::move(next);
    load(graph_);
  } else {
    std::vector<Input> inputs;
    translate(action, inputs);
    const std::size_t failures = failures_.size();
    const Node& value = action.children()[1];
    const std::string verb{action.children()[0].text()};
    const auto before = value.is_scalar() ? steps_.find(text_of(value)) : steps_.end();
    const StepId meant =
        before == steps_.end() || before->second.empty() ? StepId{} : before->second.front().step;
    moment(inputs);
    // An admission that was not possible shows as a step that has not started.
    if (failures == failures_.size() && !inputs.empty() &&
        std::holds_alternative<input::Admit>(inputs.front())) {
      const auto it = steps_.find(text_of(value));
      const bool waiting = it != steps_.end() && !it->second.empty() &&
                           it->second.front().step == meant && !it->second.front().started;
      if (waiting) {
        const auto why = engine_.why(member_of(value).asset, member_of(value).partition);
        fail(verb + " " + text_of(value) +
             ": it cannot start: " + (why ? why->text : why.error().message));
      }
    }
  }
}

void Scenario::compare(const std::string& what, const Keys& wanted, const Keys& got) {
  if (wanted != got) fail(what + ": expected " + list(wanted) + ", got " + list(got));
}

json Scenario::observed() {
  json out{
      {"requested", requested_}, {"runs", runs_}, {"notified", notified_}, {"alerted", alerted_}};
  json stale = json::object(), freshness = json::object();
  Keys missing, queued, in_progress, failed;
  const auto snapshot = engine_.snapshot();
  const auto note_stale = [&](const std::string& name, bool code, bool data, bool dependencies) {
    json causes = json::array();
    if (code) causes.push_back("code");
    if (data) causes.push_back("data");
    if (dependencies) causes.push_back("dependencies");
    if (!causes.empty()) stale[name] = std::move(causes);
  };
  for (std::uint32_t i = 0; i < graph_->size(); ++i) {
    const AssetState& state = snapshot->state(Rank{i});
    const AssetDefinition& asset = graph_->asset(Rank{i});
    if (state.freshness != FreshnessState::none) freshness[asset.key] = to_text(state.freshness);
    if (!state.partitions) {
      if (state.data == DataState::missing && !asset.external) missing.insert(asset.key);
      if (state.failed) failed.insert(asset.key);
      note_stale(asset.key, (state.stale & stale_code) != 0, (state.stale & stale_data) != 0,
                 (state.stale & stale_dependencies) != 0);
      continue;
    }
    const PartitionView& view = *state.partitions;
    const auto insert = [&](Keys& keys, const PartitionSet& set) {
      (set & view.existing).for_each([&](PartitionId p) {
        keys.insert(engine_.name_of({state.asset, p}));
        return true;
      });
    };
    if (!asset.external) insert(missing, view.existing - view.updated);
    insert(failed, view.failed);
    ((view.stale_code | view.stale_data | view.stale_dependencies) & view.existing)
        .for_each([&](PartitionId p) {
          note_stale(engine_.name_of({state.asset, p}), view.stale_code.contains(p),
                     view.stale_data.contains(p), view.stale_dependencies.contains(p));
          return true;
        });
  }
  for (const auto& [key, steps] : steps_) {
    for (const auto& step : steps) (step.started ? in_progress : queued).insert(key);
  }
  out["stale"] = std::move(stale), out["missing"] = missing, out["queued"] = queued;
  out["in_progress"] = in_progress, out["failed"] = failed, out["freshness"] = std::move(freshness);
  out["answers"] = answers_;
  return out;
}

void Scenario::expect(const Node& step) {
  const json now = observed();
  const Node* wanted = step.find("expect");
  if (wanted == nullptr) return;
  allow_only(*wanted,
             {"requested", "runs", "stale", "missing", "queued", "in_progress", "failed",
              "freshness", "notified", "alerted"},
             "expectation");
  for (const char* what :
       {"requested", "missing", "queued", "in_progress", "failed", "notified", "alerted"}) {
    const Node* keys = wanted->find(what);
    if (keys == nullptr) continue;
    const auto texts = texts_of(*keys);
    compare(what, Keys{texts.begin(), texts.end()}, now[what].get<Keys>());
  }
  if (const Node* runs = wanted->find("runs")) {
    std::set<Keys> want, got{runs_.begin(), runs_.end()};
    for (const Node& run : runs->children()) {
      const auto texts = texts_of(run);
      want.insert(Keys{texts.begin(), texts.end()});
    }
    if (want != got) {
      std::string w, g;
      for (const auto& run : want) w += list(run);
      for (const auto& run : got) g += list(run);
      fail("runs: expected [" + w + "], got [" + g + "]");
    }
  }
  if (const Node* stale = wanted->find("stale")) {
    Keys want, got;
    for (std::size_t i = 0; i + 1 < stale->children().size(); i += 2) {
      const auto causes = texts_of(stale->children()[i + 1]);
      want.insert(std::string{stale->children()[i].text()} + " " +
                  list(Keys{causes.begin(), causes.end()}));
    }
    for (const auto& [key, causes] : now["stale"].items())
      got.insert(key + " " + list(causes.get<Keys>()));
    compare("stale", want, got);
  }
  if (const Node* freshness = wanted->find("freshness")) {
    for (std::size_t i = 0; i + 1 < freshness->children().size(); i += 2) {
      const std::string key{freshness->children()[i].text()};
      const std::string want{freshness->children()[i + 1].text()};
      const std::string got = now["freshness"].value(key, "none");
      if (want != got) fail("freshness of " + key + ": expected " + want + ", got " + got);
    }
  }
}

void Scenario::answer(const Node& question) {
  json got = json::array();
  const Node* wanted = question.find("answer");
  bool in_order = false;
  if (const Node* selection = question.find("select")) {
    got = select(*selection);
  } else if (const Node* cron = question.find("next_ticks")) {
    const Node* zone_name = question.find("timezone");
    const auto parsed = value_or_refuse(*cron, Cron::parse(text_of(*cron)));
    const auto* zone = zone_name == nullptr
                           ? &utc()
                           : value_or_refuse(*zone_name, find_time_zone(text_of(*zone_name)));
    const int count = question.find("count") == nullptr
                          ? 1
                          : std::atoi(std::string{question.find("count")->text()}.c_str());
    Instant at = now_;
    for (int i = 0; i < count; ++i) {
      const auto next = parsed.next(at, *zone);
      if (!next) break;
      got.push_back(format_instant(at = *next));
    }
    in_order = true;
  } else if (const Node* why = question.find("why")) {
    const auto explanation = engine_.why(member_of(*why).asset, member_of(*why).partition);
    if (!explanation) refuse(*why, explanation.error().message);
    std::string text = explanation->text;
    const auto add = [&](const auto& self, const Explanation::Node& node) -> void {
      text += "\n" + node.label + " " + node.target + " " + node.detail;
      for (const auto& child : node.children) self(self, child);
    };
    if (explanation->tree) add(add, *explanation->tree);
    for (const Explanation::Check& check : explanation->checks) {
      text += "\n" + check.text;
      add(add, check.tree);
    }
    answers_.push_back(explanation->text);
    const std::string fragment = text_of(need(question, "contains"));
    if (text.find(fragment) == std::string::npos) {
      fail("why " + text_of(*why) + ": expected \"" + fragment + "\" in \"" + explanation->text +
           "\"");
    }
    return;
  } else if (const Node* of = question.find("upstream")) {
    const Member member = member_of(*of);
    const auto from = value_or_refuse(*of, engine_.find(member.asset, member.partition));
    got = value_or_refuse(question, engine_.upstream(from, text_of(need(question, "of"))));
  } else if (const Node* to = question.find("downstream")) {
    const Member member = member_of(*to);
    const auto from = value_or_refuse(*to, engine_.find(member.asset, member.partition));
    got = value_or_refuse(question, engine_.downstream(from, text_of(need(question, "of"))));
  } else if (const Node* asset = question.find("partitions")) {
    got = value_or_refuse(*asset, engine_.partitions(text_of(*asset)));
  } else {
    refuse(question, "unknown question");
  }
  answers_.push_back(got);
  if (wanted != nullptr) {
    std::vector<std::string> want = texts_of(*wanted), have = got.get<std::vector<std::string>>();
    if (in_order) {
      for (auto& text : want) text = format_instant(value_or_refuse(*wanted, parse_instant(text)));
    } else {
      std::ranges::sort(want), std::ranges::sort(have);
    }
    if (want != have) fail("answer: expected " + json(want).dump() + ", got " + json(have).dump());
  } else if (const Node* count = question.find("count"); count != nullptr && !in_order) {
    if (std::to_string(got.size()) != count->text()) {
      fail("answer: expected " + std::string{count->text()} + " of them, got " +
           std::to_string(got.size()));
    }
  }
}

void Scenario::ask(const Node& questions) {
  for (const Node& question : questions.children()) answer(question);
}

ScenarioResult Scenario::run() {
  allow_only(root_, {"name", "differs", "start", "given", "graph", "steps"}, "field");
  const Node& start = need(root_, "start");
  now_ = value_or_refuse(start, parse_instant(text_of(start)));
  auto graph = read_graph(need(root_, "graph"));
  const Node& steps = need(root_, "steps");
  if (!steps.is_sequence()) refuse(steps, "steps is a list");
  if (const Node* given = root_.find("given")) give(*given, *graph);
  json results = json::array();
  for (const Node& step : steps.children()) {
    ++number_;
    requested_.clear(), notified_.clear(), alerted_.clear(), runs_.clear(),
        answers_ = json::array();
    if (!step.is_null()) allow_only(step, {"advance", "at", "do", "expect", "ask"}, "field");
    if (number_ == 1) load(graph);
    if (step.is_map()) {
      move_clock(step);
      if (const Node* actions = step.find("do")) {
        for (const Node& action : actions->children()) act(action);
      }
      expect(step);
      if (const Node* questions = step.find("ask")) ask(*questions);
    }
    if (const std::string broken = engine_.check_invariants(); !broken.empty())
      fail("invariant: " + broken);
    results.push_back(observed());
  }
  const json out{{"scenario", text_of(need(root_, "name"))},
                 {"steps", results},
                 {"pass", failures_.empty()},
                 {"failures", failures_}};
  return {failures_.empty() ? 0 : 1, out.dump(2), ""};
}

}  // namespace

ScenarioResult run_scenario(const std::string& text, const std::string& file) {
  const auto yaml = project::parse_yaml(text, file);
  if (!yaml.tree || !yaml.diagnostics.empty())
    return {2, "", project::format(yaml.diagnostics.front())};
  try {
    return Scenario{yaml.tree->root(), file}.run();
  } catch (const Unusable& e) {
    return {2, "", file + ": " + e.message};
  }
}

}  // namespace freshet::cli
