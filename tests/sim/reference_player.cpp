#include "reference_player.hpp"

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "project/loader.hpp"

namespace freshet::reference {

using nlohmann::json;
using project::Node;

namespace {

std::string text_at(const Node& map, std::string_view key) {
  const Node* value = map.find(key);
  return value == nullptr ? std::string{} : std::string{value->text()};
}
std::vector<std::string> texts_of(const Node& list) {
  std::vector<std::string> out;
  for (const Node& item : list.children()) out.emplace_back(item.text());
  return out;
}
Keys keys_of(const Node& list) {
  Keys out;
  for (const Node& item : list.children()) out.emplace(item.text());
  return out;
}
Instant start_of(const Node& scenario) {
  const auto at = parse_instant(text_at(scenario, "start"));
  if (!at) throw std::invalid_argument{at.error().message};
  return *at;
}

std::string list(const Keys& keys) {
  std::string out{"["};
  for (const std::string& key : keys) out += (out.size() > 1 ? ", " : "") + key;
  return out + "]";
}
std::string list(const std::multiset<Keys>& runs) {
  std::string out;
  for (const Keys& run : runs) out += list(run);
  return out;
}
std::string list(const std::map<std::string, Keys>& stale) {
  std::string out;
  for (const auto& [key, causes] : stale)
    out += (out.empty() ? "" : ", ") + key + ": " + list(causes);
  return "{" + out + "}";
}
std::string list(const std::map<std::string, std::string>& states) {
  std::string out;
  for (const auto& [key, state] : states) out += (out.empty() ? "" : ", ") + key + ": " + state;
  return "{" + out + "}";
}

}  // namespace

std::shared_ptr<const Graph> read_graph(const Node& node) {
  project::LoadOptions options;
  options.scenario = true;
  options.project = "scenario";
  options.directory = "/";
  options.unknown_dependency = Diagnostic::Severity::warning;
  auto result = project::load_definitions(node, options);
  if (!result.unsupported.empty()) throw std::invalid_argument{result.unsupported.front()};
  if (!result.definitions) throw std::invalid_argument{project::format(result.diagnostics.front())};
  auto graph = Graph::build({std::make_shared<const Definitions>(*std::move(result.definitions))});
  if (!graph) throw std::invalid_argument{graph.error().message};
  return *graph;
}

Player::Player(const Node& scenario) : model_{start_of(scenario)} {
  graph_ = read_graph(*scenario.find("graph"));
  if (const Node* given = scenario.find("given"))
    model_.give(*graph_, texts_of(*given->find("materialized")));
}

std::vector<std::string> Player::select(const Node& value) const {
  const auto selection = Selection::parse(value.text());
  if (!selection) throw std::invalid_argument{selection.error().message};
  const auto ranks = selection->select(model_.graph());
  if (!ranks) throw std::invalid_argument{ranks.error().message};
  std::vector<std::string> keys;
  for (const Rank rank : *ranks) keys.push_back(model_.graph().asset(rank).key);
  return keys;
}

/// One action, without the evaluation that ends its moment.
void Player::take(const Node& action) {
  const std::string verb{action.children()[0].text()};
  const Node& value = action.children()[1];
  const std::string name{value.text()};
  const std::string version = text_at(action, "data_version");
  if (verb == "materialize") {
    model_.materialize(name, version);
  } else if (verb == "observe") {
    model_.observe(name, version);
  } else if (verb == "request") {
    const Node* keys = action.find("partitions");
    model_.request(select(value), keys == nullptr ? std::vector<std::string>{} : texts_of(*keys));
  } else if (verb == "start") {
    model_.start(name);
  } else if (verb == "succeed") {
    model_.end(name, Model::End::succeeded, version);
  } else if (verb == "fail") {
    model_.end(name, Model::End::failed, "");
  } else if (verb == "cancel") {
    model_.end(name, Model::End::canceled, "");
  } else if (verb == "skip") {
    model_.end(name, Model::End::wrote_nothing, "");
  } else if (verb == "check") {
    model_.record_check(text_at(value, "asset"), text_at(value, "name"),
                        text_at(value, "passed") == "true", text_at(value, "severity") == "warn");
  } else if (verb == "redefine") {
    model_.load(read_graph(value));
  } else if (verb == "restart") {
    model_.restart();
  } else if (verb == "wipe") {
    model_.wipe(name);
  } else if (verb == "pause" || verb == "resume") {
    model_.pause(select(value), verb == "pause");
  } else if (verb == "add_partition" || verb == "remove_partition") {
    model_.change_partitions(text_at(value, "set"), texts_of(*value.find("keys")),
                             verb == "add_partition");
  } else {
    throw std::invalid_argument{"unknown action " + verb};
  }
}

void Player::act(const Node& action) {
  if (const Node* together = action.find("together")) {
    for (const Node& part : together->children()) take(part);
    model_.forget_refused();
  } else {
    take(action);
  }
  model_.evaluate();
}

Observed Player::step(const Node& step) {
  if (std::exchange(is_first_, false)) {
    model_.load(graph_);
    model_.evaluate();
  }
  if (step.is_map()) {
    if (step.find("advance") != nullptr) {
      const auto by = parse_duration(text_at(step, "advance"));
      if (!by) throw std::invalid_argument{by.error().message};
      model_.advance(model_.now() + *by);
    } else if (step.find("at") != nullptr) {
      const auto at = parse_instant(text_at(step, "at"));
      if (!at || *at < model_.now()) throw std::invalid_argument{"at lies before"};
      model_.advance(*at);
    }
    if (const Node* actions = step.find("do")) {
      for (const Node& action : actions->children()) act(action);
    }
  }
  return model_.observe_all();
}

std::vector<std::string> compare(const Node& expected, const Observed& got) {
  std::vector<std::string> out;
  const auto differ = [&](const std::string& what, const std::string& want,
                          const std::string& have) {
    if (want != have) out.push_back(what + ": expected " + want + ", got " + have);
  };
  const std::pair<const char*, const Keys*> sets[]{
      {"requested", &got.requested},     {"missing", &got.missing}, {"queued", &got.queued},
      {"in_progress", &got.in_progress}, {"failed", &got.failed},   {"notified", &got.notified}};
  for (const auto& [what, have] : sets) {
    if (const Node* want = expected.find(what)) differ(what, list(keys_of(*want)), list(*have));
  }
  if (const Node* runs = expected.find("runs")) {
    std::multiset<Keys> want;
    for (const Node& run : runs->children()) want.insert(keys_of(run));
    differ("runs", list(want), list(got.runs));
  }
  if (const Node* stale = expected.find("stale")) {
    std::map<std::string, Keys> want;
    const auto entries = stale->children();
    for (std::size_t i = 0; i + 1 < entries.size(); i += 2)
      want[std::string{entries[i].text()}] = keys_of(entries[i + 1]);
    differ("stale", list(want), list(got.stale));
  }
  if (const Node* freshness = expected.find("freshness")) {
    const auto entries = freshness->children();
    for (std::size_t i = 0; i + 1 < entries.size(); i += 2) {
      const auto it = got.freshness.find(std::string{entries[i].text()});
      differ("freshness", std::string{entries[i + 1].text()},
             it == got.freshness.end() ? "none" : it->second);
    }
  }
  return out;
}

std::vector<Observed> read_simulation(const std::string& output) {
  const json result = json::parse(output);
  std::vector<Observed> out;
  for (const json& step : result["steps"]) {
    Observed seen;
    seen.requested = step["requested"].get<Keys>();
    seen.notified = step["notified"].get<Keys>();
    seen.missing = step["missing"].get<Keys>();
    seen.queued = step["queued"].get<Keys>();
    seen.in_progress = step["in_progress"].get<Keys>();
    seen.failed = step["failed"].get<Keys>();
    for (const json& run : step["runs"]) {
      // A run of a source's checks has no members.
      if (!run.empty()) seen.runs.insert(run.get<Keys>());
    }
    seen.stale = step["stale"].get<std::map<std::string, Keys>>();
    seen.freshness = step["freshness"].get<std::map<std::string, std::string>>();
    out.push_back(std::move(seen));
  }
  for (const json& failure : result["failures"]) {
    const std::string text = failure.get<std::string>();
    const std::size_t number = std::stoul(text.substr(std::string{"step "}.size()));
    const std::size_t reason = text.find(": it cannot start");
    const std::size_t verb = text.find(": ") + 2;
    const std::size_t name = text.find(' ', verb) + 1;
    out[number - 1].refused.insert(reason == std::string::npos ? "problem: " + text
                                                               : text.substr(name, reason - name));
  }
  return out;
}

std::string difference(const Observed& model, const Observed& engine) {
  std::string out;
  const auto differ = [&](const char* what, const auto& expected, const auto& got) {
    if (expected == got) return;
    out += std::string{out.empty() ? "" : "; "} + what + ": the model has " + list(expected) +
           ", the engine " + list(got);
  };
  differ("requested", model.requested, engine.requested);
  differ("runs", model.runs, engine.runs);
  differ("refused", model.refused, engine.refused);
  differ("queued", model.queued, engine.queued);
  differ("in_progress", model.in_progress, engine.in_progress);
  differ("failed", model.failed, engine.failed);
  differ("missing", model.missing, engine.missing);
  differ("stale", model.stale, engine.stale);
  differ("freshness", model.freshness, engine.freshness);
  differ("notified", model.notified, engine.notified);
  return out;
}

}  // namespace freshet::reference
