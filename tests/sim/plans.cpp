#include "plans.hpp"

#include <algorithm>
#include <utility>

#include "freshet/plan.hpp"

namespace freshet::sim {

namespace {

std::string to_line(const Plan::Item& item) {
  std::string out = item.asset + " x" + std::to_string(item.steps) + " after " +
                    format_duration(item.start_after) + ", ready after " +
                    format_duration(item.ready_after.p50) + ", " + to_text(item.reason);
  for (const std::string& key : item.because) out += ' ' + key;
  return out;
}

}  // namespace

std::string plan_difference(const Engine& engine, const std::shared_ptr<const Graph>& graph,
                            const std::string& changed, Instant now) {
  const auto plan = [&](Excerpt state) {
    // Room for all: what the clock has made due elsewhere takes none away.
    return make_plan(std::move(state), {.changed = {changed}, .steps_max = 300}, now, 1'000,
                     [] { return Estimate{.p50 = Seconds{60}, .assumed = true}; });
  };
  const auto part = plan(engine.excerpt({changed}));
  const auto whole = plan({graph, engine.rows()});
  if (!part || !whole) {
    if (!part && !whole && part.error().message == whole.error().message) return {};
    return "the plan of a part " + (part ? "is made" : "fails: " + part.error().message) +
           ", that of the whole " + (whole ? "is made" : "fails: " + whole.error().message);
  }
  // The whole comes to rest later than its part.
  if (part->truncated || whole->truncated) return {};
  for (std::size_t i = 0; i < std::max(part->items.size(), whole->items.size()); ++i) {
    const auto line = [&](const Plan& of) {
      return i < of.items.size() ? to_line(of.items[i]) : std::string{"nothing"};
    };
    if (line(*part) != line(*whole))
      return "if " + changed + " changed, item " + std::to_string(i) + " of a part's plan is " +
             line(*part) + ", of the whole's " + line(*whole);
  }
  if (part->total != whole->total || part->critical_path != whole->critical_path)
    return "if " + changed + " changed, the plans' totals differ";
  return {};
}

}  // namespace freshet::sim
