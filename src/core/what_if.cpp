#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "freshet/plan.hpp"

namespace freshet {
namespace {

/// The part's definitions with another condition for one asset.
Result<std::shared_ptr<const Graph>> redefined(const Graph& part, std::string_view key,
                                               std::string_view automation) {
  Graph::Projects projects;
  for (const auto& project : part.projects()) {
    auto copy = std::make_shared<Definitions>(*project);
    std::erase_if(copy->assets,
                  [&](const AssetDefinition& asset) { return !part.find(asset.key).has_value(); });
    for (AssetDefinition& asset : copy->assets) {
      if (asset.key == key) asset.automation = automation;
    }
    projects.push_back(std::move(copy));
  }
  return Graph::build(std::move(projects));
}

}  // namespace

Result<Explanation> what_if(Excerpt state, std::string_view asset, std::string_view partition,
                            std::string_view automation, Instant now) {
  if (const auto error = check_condition(automation, false)) {
    return Error{Errc::invalid,
                 "automation, column " + std::to_string(error->column) + ": " + error->message};
  }
  FRESHET_TRY(const auto graph, redefined(*state.graph, asset, automation));
  Engine engine{EngineOptions{.admit = false}};
  engine.load(std::move(state.rows));
  // The definitions as they are come first: what these alone lead to is not the condition's doing.
  static_cast<void>(engine.step(std::vector<Input>{input::Load{.graph = state.graph}}, now));
  const Moment moment = engine.step(std::vector<Input>{input::Load{.graph = graph}}, now);
  FRESHET_TRY(Explanation out, engine.why(asset, partition));
  for (const FactRecord& record : moment.batch.facts) {
    const auto* decided = std::get_if<fact::Decided>(&record.fact);
    if (decided == nullptr || !decided->check.empty() ||
        engine.name_of({decided->asset, {}}) != asset)
      continue;
    if (!decided->requested && !decided->withheld) continue;
    out.said = decided->said;
    if (auto tree = recorded_tree(*decided, [&](AssetId a) { return engine.name_of({a, {}}); }))
      out.tree = std::move(tree);
  }
  return out;
}

}  // namespace freshet
