#include "reference_script.hpp"

#include <algorithm>
#include <stdexcept>

#include "expressions.hpp"
#include "project/loader.hpp"

namespace freshet::reference {

// --- As text.

std::string ScriptGraph::text() const {
  std::string sources, made;
  for (const ScriptAsset& asset : assets) {
    std::string line = std::string{"{"} + (asset.external ? "asset: " : "key: ") + asset.key;
    if (asset.external) line += ", webhook: {}";
    std::string deps;
    for (const ScriptAsset::Dependency& dep : asset.deps) {
      deps += (deps.empty() ? "" : ", ") +
              (dep.rule.empty() ? dep.key : "{asset: " + dep.key + ", " + dep.rule + "}");
    }
    if (!deps.empty()) line += ", deps: [" + deps + "]";
    if (!asset.partitions.empty()) line += ", partitions: " + asset.partitions;
    for (const std::string& field : asset.fields) line += ", " + field;
    if (!asset.automation.empty()) line += ", automation: '" + asset.automation + "'";
    std::string& list = asset.external ? sources : made;
    list += (list.empty() ? "" : ", ") + line + "}";
  }
  return "{sources: [" + sources + "], assets: [" + made + "]}";
}

std::string Script::Step::to_text() const {
  return redefine ? "{do: [{redefine: " + redefine->text() + "}]}" : "{" + text + "}";
}

std::string Script::text(const std::string& name) const {
  std::string out = "name: " + name + "\nstart: \"" + start + "\"\n";
  if (!given.empty()) {
    std::string list;
    for (const std::string& key : given) list += (list.empty() ? "\"" : ", \"") + key + '"';
    out += "given: {materialized: [" + list + "]}\n";
  }
  out += "graph: " + graph.text() + "\nsteps:\n";
  for (const Step& step : steps) out += "  - " + step.to_text() + "\n";
  return out;
}

// --- At random.

std::string Writer::automation() {
  sim::Vocabulary words{
      .assets = {},
      .crons = {"\"0 * * * *\"", "\"*/20 * * * *\"", "\"30 2 * * *\", \"Europe/Vienna\"",
                "\"30 1,2 * * *\", \"America/New_York\"", "\"0 */3 * * *\", \"UTC\""},
      .lookbacks = {"\"30m\"", "\"2h\"", "\"2d\""},
      .matches_below_deps = false,
      .left_out = {"lazy", "freshness_due", "any_downstream_conditions"}};
  for (const ScriptAsset& asset : now_.assets) words.assets.push_back(asset.key);
  return sim::Expressions{random_, words}.any();
}

std::string Writer::partitions() {
  if (!cut_ || chance(30)) return {};
  static const std::vector<std::string> keys{"{static: [x, y]}", "{static: [x, y]}",
                                             "{static: [x, y, z]}", "{dynamic: things}",
                                             "{dynamic: things}"};
  const std::string day = script_.start.substr(0, 10);
  if (!timed_ || chance(30)) return one_of(keys);
  switch (below(4)) {
    case 0:
      return "{daily: {start: \"" + day + "\", timezone: Europe/Vienna}}";
    case 1:
      return "{hourly: {start: \"" + day + "T04:00:00Z\", timezone: America/New_York}}";
    case 2:
      return "{multi: [{name: region, static: [x, y]}, {name: day, daily: {start: \"" + day +
             "\", timezone: Europe/Vienna}}]}";
    default:
      return "{hourly: {start: \"" + day + "T04:00:00Z\", timezone: Europe/Vienna}}";
  }
}

ScriptGraph Writer::graph() {
  now_ = {};
  const std::size_t size = 3 + below(4);
  for (std::size_t i = 0; i < size; ++i) {
    ScriptAsset asset{.key = std::string(1, static_cast<char>('A' + i))};
    asset.external = i == 0 ? chance(40) : chance(10);
    if (!asset.external) {
      for (std::size_t d = 0; d < i; ++d) {
        if (!chance(i == 1 ? 80 : 45)) continue;
        ScriptAsset::Dependency dep{.key = now_.assets[d].key, .rule = {}};
        if (chance(8)) dep.rule = chance(50) ? "max_age: 1h" : "max_age: 5h, wait_until: \"03:30\"";
        if (cut_ && chance(12)) dep.rule = chance(60) ? "mapping: all" : "mapping: last";
        asset.deps.push_back(std::move(dep));
      }
      if (chance(30)) asset.fields.push_back("code_version: \"1\"");
      if (chance(20))
        asset.fields.emplace_back(chance(60)
                                      ? "checks: [{name: sane, blocking: true}]"
                                      : "checks: [{name: nice}, {name: sane, blocking: true}]");
    }
    if (chance(15)) asset.fields.emplace_back("freshness: {within: 2h, warn: 30m}");
    asset.partitions = partitions();
    now_.assets.push_back(std::move(asset));
  }
  for (ScriptAsset& asset : now_.assets) {
    if (!asset.external && (asset.deps.empty() ? chance(30) : chance(90)))
      asset.automation = automation();
  }
  return now_;
}

void Writer::change_graph(ScriptGraph& graph) {
  ScriptAsset& asset = graph.assets[below(graph.assets.size())];
  switch (below(8)) {
    case 0:
    case 1:
      std::erase_if(asset.fields,
                    [](const std::string& f) { return f.starts_with("code_version"); });
      if (!asset.external)
        asset.fields.push_back("code_version: \"" + std::to_string(below(4)) + "\"");
      break;
    case 2:
    case 3:
      if (!asset.external && !asset.automation.empty()) asset.automation = automation();
      break;
    case 4: {
      if (asset.external) break;
      const std::string& key = graph.assets[below(graph.assets.size())].key;
      const auto it = std::ranges::find(asset.deps, key, &ScriptAsset::Dependency::key);
      if (it != asset.deps.end()) {
        asset.deps.erase(it);
      } else if (key < asset.key) {
        asset.deps.push_back({key, ""});
      }
      break;
    }
    case 5:
      if (asset.partitions == "{static: [x, y]}") {
        asset.partitions = "{static: [x, y, z]}";
      } else if (asset.partitions == "{static: [x, y, z]}") {
        asset.partitions = "{static: [x, y]}";
      }
      break;
    case 6:
      if (std::erase_if(asset.fields,
                        [](const std::string& f) { return f.starts_with("checks"); }) == 0 &&
          !asset.external)
        asset.fields.emplace_back("checks: [{name: sane, blocking: true}]");
      break;
    default:
      asset.fields.push_back("description: \"another\"");
      std::ranges::sort(asset.fields);
      asset.fields.erase(std::unique(asset.fields.begin(), asset.fields.end()), asset.fields.end());
  }
}

std::string Writer::member(const std::string& asset) {
  const std::vector<std::string> all = player_->model().members_of(asset);
  if (all.empty()) return {};
  // Mostly one of the newest, so that there is something to do.
  const std::size_t newest = std::min<std::size_t>(all.size(), 3);
  return "\"" + all[chance(75) ? all.size() - 1 - below(newest) : below(all.size())] + "\"";
}

std::string Writer::step_action() {
  const bool started = chance(50);
  std::vector<std::string> names = player_->model().outstanding(started);
  if (names.empty()) return {};
  const std::string name = "\"" + one_of(names) + "\"";
  if (!started && chance(25)) return "{start: " + name + "}";
  switch (below(10)) {
    case 0:
    case 1:
      return "{fail: " + name + "}";
    case 2:
      return "{cancel: " + name + "}";
    case 3:
      return "{skip: " + name + "}";
    default:
      return "{succeed: " + name +
             (chance(50) ? ", data_version: v" + std::to_string(below(3)) : std::string{}) + "}";
  }
}

std::string Writer::simple_action() {
  const ScriptAsset& asset =
      now_.assets[chance(50) ? below(std::min<std::size_t>(2, now_.assets.size()))
                             : below(now_.assets.size())];
  const std::string name = member(asset.key);
  if (name.empty()) return {};
  const bool has_check = std::ranges::any_of(
      asset.fields, [](const std::string& f) { return f.starts_with("checks"); });
  if (has_check && chance(50)) {
    return "{check: {asset: " + name + ", name: sane, passed: " + (chance(55) ? "true" : "false") +
           (chance(20) ? ", severity: warn" : "") + "}}";
  }
  if (chance(6)) return "{wipe: " + name + "}";
  const std::string version =
      chance(55) ? ", data_version: v" + std::to_string(below(3)) : std::string{};
  if (asset.external) return "{observe: " + name + version + "}";
  return "{materialize: " + name + version + "}";
}

std::string Writer::action() {
  switch (below(24)) {
    case 0: {
      const ScriptAsset& asset = one_of(now_.assets);
      const std::string name = member(asset.key);
      if (asset.external || name.empty()) return {};
      const std::size_t bracket = name.find('[');
      if (bracket == std::string::npos)
        return "{request: \"" + asset.key + (chance(40) ? "+" : "") + "\"}";
      return "{request: \"" + asset.key + (chance(40) ? "+" : "") + "\", partitions: [\"" +
             name.substr(bracket + 1, name.size() - bracket - 3) + "\"]}";
    }
    case 1:
      return std::string{chance(50) ? "{pause: " : "{resume: "} + one_of(now_.assets).key + "}";
    case 2:
      return "{restart: true}";
    case 3:
    case 4:
      if (cut_) {
        return std::string{chance(70) ? "{add_partition" : "{remove_partition"} +
               ": {set: things, keys: [k" + std::to_string(below(3)) + "]}}";
      }
      return simple_action();
    case 5:
    case 6: {
      std::string parts;
      const std::size_t count = 2 + below(2);
      const std::size_t with_step = below(6);
      for (std::size_t i = 0; i < count; ++i) {
        const std::string part = i == with_step ? step_action() : simple_action();
        if (!part.empty()) parts += (parts.empty() ? "" : ", ") + part;
      }
      return parts.empty() ? std::string{} : "{together: [" + parts + "]}";
    }
    case 7:
    case 8:
    case 9:
    case 10:
    case 11:
    case 12:
    case 13:
    case 14:
      return step_action();
    default:
      return simple_action();
  }
}

Script Writer::write() {
  static const std::vector<std::string> starts{"2026-03-28T22:10:00Z", "2026-10-24T21:10:00Z",
                                               "2026-03-08T04:40:00Z", "2026-11-01T03:50:00Z",
                                               "2026-02-02T10:00:00Z"};
  cut_ = chance(55), timed_ = cut_ && chance(50);
  script_ = {};
  script_.start = one_of(starts);
  std::optional<project::ParsedYaml> yaml;
  while (true) {
    script_.graph = graph();
    yaml = project::parse_yaml(script_.text("random"), "random");
    try {
      player_.emplace(yaml->tree->root());
      break;
    } catch (const std::invalid_argument&) {
      continue;  // a mapping that does not fit, mostly
    }
  }
  const auto play = [&](Script::Step step) {
    const auto parsed = project::parse_yaml(step.to_text(), "random");
    try {
      static_cast<void>(player_->step(parsed.tree->root()));
    } catch (const std::invalid_argument&) {
      return false;
    }
    script_.steps.push_back(std::move(step));
    return true;
  };
  static_cast<void>(play({}));
  const std::size_t length = 6 + below(20);
  for (std::size_t i = 0; i < length; ++i) {
    Script::Step step;
    if (chance(12)) {
      static const std::vector<std::string> spans{"1m", "10m", "30m", "1h",
                                                  "1h", "2h",  "5h",  "25h"};
      step.text = "advance: " + one_of(spans);
    } else if (chance(7)) {
      ScriptGraph next = now_;
      change_graph(next);
      step.redefine = next;
    } else {
      const std::string what = action();
      if (what.empty()) continue;
      step.text = "do: [" + what + "]";
    }
    const auto redefined = step.redefine;
    if (!play(std::move(step))) {
      if (redefined) continue;  // does not fit, and nothing happened
      break;
    }
    if (redefined) now_ = *redefined;
  }
  return script_;
}

// --- The smallest.

Script shrink(Script script, const std::function<bool(const Script&)>& differs) {
  const auto attempt = [&](Script smaller) {
    if (!differs(smaller)) return false;
    script = std::move(smaller);
    return true;
  };
  const auto each_graph = [](Script& s, const auto& change) {
    change(s.graph);
    for (Script::Step& step : s.steps) {
      if (step.redefine) change(*step.redefine);
    }
  };
  for (bool again = true; again;) {
    again = false;
    while (script.steps.size() > 1) {
      Script smaller = script;
      smaller.steps.pop_back();
      if (!attempt(std::move(smaller))) break;
      again = true;
    }
    for (std::size_t i = script.steps.size(); i-- > 1;) {
      Script smaller = script;
      smaller.steps.erase(smaller.steps.begin() + static_cast<std::ptrdiff_t>(i));
      again = attempt(std::move(smaller)) || again;
    }
    const std::vector<ScriptAsset> assets = script.graph.assets;
    for (const ScriptAsset& asset : assets) {
      Script smaller = script;
      each_graph(smaller, [&](ScriptGraph& graph) {
        std::erase_if(graph.assets, [&](const ScriptAsset& a) { return a.key == asset.key; });
        for (ScriptAsset& a : graph.assets)
          std::erase_if(a.deps, [&](const auto& dep) { return dep.key == asset.key; });
      });
      if (attempt(std::move(smaller))) {
        again = true;
        continue;
      }
      for (const ScriptAsset::Dependency& dep : asset.deps) {
        smaller = script;
        each_graph(smaller, [&](ScriptGraph& graph) {
          for (ScriptAsset& a : graph.assets) {
            if (a.key == asset.key)
              std::erase_if(a.deps, [&](const auto& d) { return d.key == dep.key; });
          }
        });
        again = attempt(std::move(smaller)) || again;
      }
      const auto drop = [&](const auto& change) {
        Script without = script;
        bool changed = false;
        each_graph(without, [&](ScriptGraph& graph) {
          for (ScriptAsset& a : graph.assets) {
            if (a.key == asset.key) changed = change(a) || changed;
          }
        });
        again = (changed && attempt(std::move(without))) || again;
      };
      drop([](ScriptAsset& a) { return !std::exchange(a.automation, "").empty(); });
      for (std::size_t f = asset.fields.size(); f-- > 0;) {
        drop([&](ScriptAsset& a) { return std::erase(a.fields, asset.fields[f]) != 0; });
      }
      drop([](ScriptAsset& a) {
        bool any = false;
        for (auto& dep : a.deps) any = !std::exchange(dep.rule, "").empty() || any;
        return any;
      });
    }
    Script uncut = script;
    bool any = false;
    each_graph(uncut, [&](ScriptGraph& graph) {
      for (ScriptAsset& a : graph.assets) any = !std::exchange(a.partitions, "").empty() || any;
    });
    again = (any && attempt(std::move(uncut))) || again;
  }
  return script;
}

}  // namespace freshet::reference
