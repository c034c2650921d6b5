// What a scenario expects of a step, and asks, held against what the engine did.
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>

#include "base/cron.hpp"
#include "base/timezone.hpp"
#include "cli/scenario_player.hpp"
#include "freshet/snapshot.hpp"

namespace freshet::cli {

using nlohmann::json;

namespace {

std::string list(const Keys& keys) {
  std::string out{"["};
  for (const auto& key : keys) out += (out.size() > 1 ? ", " : "") + key;
  return out + "]";
}

/// The members whose steps have not ended.
void insert_active(const Snapshot& snapshot, const Engine& engine, Keys& queued,
                   Keys& in_progress) {
  for (const auto& [run, active] : snapshot.runs) {
    for (const StepRow& step : active->steps) {
      if (is_terminal(step.status) || !step.check.empty()) continue;
      step.partitions().for_each([&](PartitionId p) {
        (step.status == StepStatus::queued ? queued : in_progress)
            .insert(engine.name_of({step.member.asset, p}));
        return true;
      });
    }
  }
}

}  // namespace

json Scenario::totals() const {
  return {{"facts", totals_.facts},
          {"runs", totals_.runs},
          {"steps",
           {{"succeeded", totals_.succeeded},
            {"failed", totals_.failed},
            {"canceled", totals_.canceled},
            {"skipped", totals_.skipped},
            {"retried", totals_.retried}}}};
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
  if (work_) insert_active(*snapshot, engine_, queued, in_progress);
  out["stale"] = std::move(stale), out["missing"] = missing, out["queued"] = queued;
  out["in_progress"] = in_progress, out["failed"] = failed, out["freshness"] = std::move(freshness);
  out["answers"] = answers_;
  return out;
}

void Scenario::expect(const Node& step) {
  const Node* wanted = step.find("expect");
  if (wanted == nullptr) return;
  const json now = observed();
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
    for (const Node& run : list_of(*runs)) {
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
    if (!stale->is_map()) refuse(*stale, "a map is wanted here, such as {A: [data]}");
    for (std::size_t i = 0; i + 1 < stale->children().size(); i += 2) {
      const Node& listed = stale->children()[i + 1];
      const auto causes = texts_of(listed);
      for (const Node& cause : listed.children())
        static_cast<void>(word_of(cause, {"code", "data", "dependencies"}));
      want.insert(std::string{stale->children()[i].text()} + " " +
                  list(Keys{causes.begin(), causes.end()}));
    }
    for (const auto& [key, causes] : now["stale"].items())
      got.insert(key + " " + list(causes.get<Keys>()));
    compare("stale", want, got);
  }
  if (const Node* freshness = wanted->find("freshness")) {
    if (!freshness->is_map()) refuse(*freshness, "a map is wanted here, such as {A: pass}");
    for (std::size_t i = 0; i + 1 < freshness->children().size(); i += 2) {
      const std::string key{freshness->children()[i].text()};
      const std::string want =
          word_of(freshness->children()[i + 1], {"pass", "warn", "fail", "unknown", "none"});
      const std::string got = now["freshness"].value(key, "none");
      if (want != got) fail("freshness of " + key + ": expected " + want + ", got " + got);
    }
  }
}

void Scenario::answer(const Node& question) {
  constexpr std::array<std::string_view, 6> kinds{"select",   "next_ticks", "why",
                                                  "upstream", "downstream", "partitions"};
  const auto asked = std::ranges::count_if(
      kinds, [&](std::string_view kind) { return question.is_map() && question.find(kind); });
  if (asked != 1)
    refuse(question,
           "a question is one of select, next_ticks, why, upstream, downstream, partitions");
  const bool is_why = question.find("why") != nullptr;
  const bool is_related = question.find("upstream") || question.find("downstream");
  if (is_why) {
    allow_only(question, {"why", "contains"}, "field");
  } else if (is_related) {
    allow_only(question, {"upstream", "downstream", "of", "answer", "count"}, "field");
  } else if (question.find("next_ticks") != nullptr) {
    allow_only(question, {"next_ticks", "timezone", "count", "answer"}, "field");
  } else {
    allow_only(question, {"select", "partitions", "answer", "count"}, "field");
  }
  const std::optional<std::size_t> wanted_count =
      question.find("count") == nullptr ? std::nullopt
                                        : std::optional{static_cast<std::size_t>(
                                              std::min(number_of(*question.find("count")), 1e6))};
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
    Instant at = now_;
    for (std::size_t i = 0; i < wanted_count.value_or(1); ++i) {
      const auto next = parsed.next(at, *zone);
      if (!next) break;
      got.push_back(format_instant(at = *next));
    }
    in_order = true;
  } else if (const Node* why = question.find("why")) {
    const auto explanation = engine_.why(member_of(*why).asset, member_of(*why).partition);
    if (!explanation) refuse(*why, explanation.error().message);
    const std::string said = to_text(explanation->said);
    std::string text = said;
    const auto add = [&](const auto& self, const Explanation::Node& node) -> void {
      text += "\n" + node.label + " " + node.target + " " + to_text(node.detail);
      for (const auto& child : node.children) self(self, child);
    };
    if (explanation->tree) add(add, *explanation->tree);
    for (const Explanation::Check& check : explanation->checks) {
      text += "\n" + to_text(check.said);
      add(add, check.tree);
    }
    answers_.push_back(said);
    const std::string fragment = text_of(need(question, "contains"));
    if (text.find(fragment) == std::string::npos) {
      fail("why " + text_of(*why) + ": expected \"" + fragment + "\" in \"" + said + "\"");
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
  } else {
    const Node& asset = need(question, "partitions");
    got = value_or_refuse(asset, engine_.partitions(text_of(asset)));
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
  } else if (wanted_count && !in_order && got.size() != *wanted_count) {
    fail("answer: expected " + std::to_string(*wanted_count) + " of them, got " +
         std::to_string(got.size()));
  }
}

void Scenario::ask(const Node& questions) {
  for (const Node& question : list_of(questions)) answer(question);
}

}  // namespace freshet::cli
