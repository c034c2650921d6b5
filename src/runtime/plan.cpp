#include "runtime/plan.hpp"

#include <algorithm>
#include <unordered_set>

namespace freshet::runtime {

namespace {
constexpr int rounds_max = 10'000;  ///< A graph whose automation never comes to rest ends here.
}

Result<Plan> make_plan(const std::shared_ptr<const Graph>& graph, Rows rows,
                       const std::vector<std::string>& changed, Instant now) {
  Plan plan{.changed = changed, .items = {}};
  std::vector<input::Event> events;
  for (const std::string& key : changed) {
    if (!graph->find(key)) return Error{Errc::not_found, "no asset \"" + key + "\" is defined"};
    events.push_back({.asset = key});
  }
  // What runs already is not part of the answer.
  rows.of<RunRow>().clear();
  rows.of<StepRow>().clear();
  Engine engine{EngineOptions{.slots = 0xffff'ffff}};
  engine.load(std::move(rows));
  std::unordered_set<std::string> planned;
  std::vector<Input> inputs{input::Load{.graph = graph}};
  bool reported = false;
  for (int round = 0; round < rounds_max && !inputs.empty(); ++round) {
    const Moment moment = engine.step(inputs, now);
    inputs.clear();
    for (const Effect& effect : moment.effects) {
      const auto* start = std::get_if<effect::StartStep>(&effect);
      if (start == nullptr) continue;
      inputs.emplace_back(input::StepOutcome{.step = start->step, .attempt = start->attempt});
      const AssetDefinition& asset = graph->asset(start->rank);
      // What the definitions alone lead to comes first, and is not part of the answer.
      if (!reported || !start->check.empty() || !planned.insert(asset.key).second) continue;
      Plan::Item item{.asset = asset.key, .reason = {}, .because = {}};
      for (const Rank up : graph->upstream(start->rank)) {
        const std::string& key = graph->asset(up).key;
        if (planned.contains(key) || std::ranges::find(changed, key) != changed.end())
          item.because.push_back(key);
      }
      item.reason = item.because.empty()
                        ? "its condition holds"
                        : "because " + item.because.front() + " is new" +
                              (item.because.size() > 1
                                   ? " (and " + std::to_string(item.because.size() - 1) + " more)"
                                   : "");
      plan.items.push_back(std::move(item));
    }
    if (inputs.empty() && !std::exchange(reported, true))
      inputs.emplace_back(input::Report{.events = std::move(events)});
  }
  return plan;
}

}  // namespace freshet::runtime
