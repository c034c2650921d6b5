#include "core/condition.hpp"

#include <algorithm>

#include "freshet/ids.hpp"

namespace freshet::core {
namespace {

std::uint16_t changes_of(Op op) {
  switch (op) {
    case Op::missing:
      return changed_missing;
    case Op::in_progress:
    case Op::run_in_progress:
    case Op::backfill_in_progress:
    case Op::execution_failed:
      return changed_progress;
    case Op::newly_updated:
    case Op::data_version_changed:
    case Op::updated_since_tick:
    case Op::executed_with_root_target:
      return changed_version;
    case Op::newly_materialized:
      return changed_delivery;
    case Op::newly_requested:
    case Op::will_be_requested:
      return changed_request;
    case Op::code_version_changed:
    case Op::initial_evaluation:
      return changed_definition;
    case Op::code_version_outdated:
      return changed_definition | changed_delivery;
    case Op::freshness_passed:
    case Op::freshness_warned:
    case Op::freshness_failed:
      return changed_freshness | changed_definition;
    case Op::any_deps_unready:
      return changed_edge | changed_definition;
    case Op::stale:
      return changed_stale;
    case Op::check_passed:
    case Op::check_failed:
      return changed_check | changed_delivery | changed_definition;
    case Op::any_deps:
    case Op::all_deps:
    case Op::any_checks:
    case Op::all_checks:
      return changed_definition;
    case Op::since_last_handled:
      return changed_handled;
    case Op::in_latest_time_window:
      return changed_window;
    case Op::executed_with_tags:
      return changed_delivery;
    case Op::any_new_update_has_tags:
    case Op::all_new_updates_have_tags:
      return changed_version;
    case Op::freshness_due:
      return changed_edge | changed_definition;
    case Op::upstream_ready:
      return changed_definition;
    case Op::any_downstream:  // replaced by what they are before anything is compiled
    case Op::cron_tick_passed:
    case Op::all_of:
    case Op::any_of:
    case Op::negate:
    case Op::since:
    case Op::newly_true:
    case Op::asset_matches:
      return 0;
  }
  return 0;
}

class Compiler {
 public:
  /// Where a node is asked: steps upstream of the asset itself, or of another (Program::Reach).
  struct Place {
    std::string key;
    int depth{};
    bool direct{true};
  };

  explicit Compiler(Program& program) : program_{program} {}

  std::uint16_t add(const Condition& c, const Place& place, bool on_check = false) {
    const auto index = static_cast<std::uint16_t>(program_.nodes.size());
    program_.nodes.push_back({&c, {}, false, 0});
    reach(place, changes_of(c.op));
    if (on_check && c.op == Op::missing) reach(place, changes_of(Op::check_passed));
    if (c.op == Op::in_latest_time_window) {
      program_.window_lookback = std::max(program_.window_lookback, c.lookback);
    }
    if (c.op == Op::cron_tick_passed || c.op == Op::updated_since_tick) {
      program_.nodes[index].schedule = schedule(c.text + '|' + c.zone);
      reach({}, changed_tick);
    }
    if (c.op == Op::freshness_due) program_.asks_freshness = true;
    if (c.op == Op::upstream_ready) {
      reach({place.key, Program::all_upstream, place.direct},
            changed_missing | changed_stale | changed_progress | changed_members);
    }
    const bool into_deps = c.op == Op::any_deps || c.op == Op::all_deps;
    const bool into_other = c.op == Op::asset_matches;
    Place inner = place;
    if (into_deps) ++inner.depth;
    if (into_other) {
      inner = {c.text, 0, place.key.empty() && place.depth == 0};
    }
    if (into_deps) reach(inner, changed_members);
    if (into_other) reach(inner, changed_members | changed_definition);
    std::vector<std::uint16_t> args;
    bool remembers = c.op == Op::since || c.op == Op::newly_true ||
                     c.op == Op::since_last_handled || c.op == Op::updated_since_tick;
    for (const auto& arg : c.args) {
      args.push_back(
          add(*arg, inner, on_check || c.op == Op::any_checks || c.op == Op::all_checks));
      remembers = remembers || program_.nodes[args.back()].remembers;
    }
    program_.nodes[index].args = std::move(args);
    program_.nodes[index].remembers = remembers;
    const bool of_itself = place.key.empty() && place.depth == 0;
    if (c.op == Op::since_last_handled && of_itself) program_.handled_nodes.push_back(index);
    return index;
  }

  void reach(const Place& place, std::uint16_t changes) {
    if (changes == 0) return;
    auto it = std::ranges::find_if(program_.reaches, [&](const Program::Reach& r) {
      return r.key == place.key && r.depth == place.depth && r.direct == place.direct;
    });
    if (it == program_.reaches.end()) {
      program_.reaches.push_back({place.key, place.depth, place.direct, changes});
    } else {
      it->changes = static_cast<std::uint16_t>(it->changes | changes);
    }
  }

 private:
  std::uint16_t schedule(const std::string& name) {
    const auto index = std::ranges::find(program_.schedules, name) - program_.schedules.begin();
    if (index == std::ssize(program_.schedules)) program_.schedules.push_back(name);
    return static_cast<std::uint16_t>(index);
  }

  Program& program_;
};

}  // namespace

std::uint16_t Program::all_changes() const {
  // What was not there to be checked may be so now.
  auto all = static_cast<std::uint16_t>(own_changes | deps_changes | changed_missing);
  for (const Reach& r : reaches) {
    if (r.key.empty() && r.depth == all_upstream) all = static_cast<std::uint16_t>(all | r.changes);
  }
  return all;
}

std::shared_ptr<const Program> compile(ConditionPtr root, std::string source, bool of_check) {
  auto program = std::make_shared<Program>();
  program->root = std::move(root);
  program->source = std::move(source);
  program->of_check = of_check;
  program->hash = version_hash(program->root->canonical());
  Compiler compiler{*program};
  compiler.add(*program->root, {}, of_check);
  compiler.reach({"", 1}, changed_version);  // an input that updates is always a reason to look
  std::erase_if(program->reaches, [&](const Program::Reach& r) {
    if (!r.key.empty() || r.depth > 1 || r.depth < 0) return false;
    (r.depth == 0 ? program->own_changes : program->deps_changes) = r.changes;
    return true;
  });
  program->own_changes |= changed_definition | changed_person | changed_handled | changed_members;
  return program;
}

}  // namespace freshet::core
