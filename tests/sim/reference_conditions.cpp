// What each word of the language means: naive recursion over the whole expression, for one member
// at a time.
#include <algorithm>

#include "base/cron.hpp"
#include "base/timezone.hpp"
#include "reference_model.hpp"

namespace freshet::reference {

namespace {

bool depends_on_subject(const Expression& e) {
  return e.word == "will_be_requested" || e.word == "executed_with_root_target" ||
         std::ranges::any_of(e.args, depends_on_subject);
}

}  // namespace

// --- What is remembered.

/// Whether a moment at which something was true lies after the event `handled`; where the event
/// belongs to that very moment, the order decides, and without an order the event wins.
bool Model::is_later(const Moment& moment, When handled) const {
  if (handled <= moment.before) return true;
  return handled <= moment.upto && moment.order != 0 && moment.order > handled;
}

Model::Memory& Model::memory_of(const Expression& e, const Member& target, Asking& asking) {
  auto& all = asking.condition.memory;
  const Member subject = depends_on_subject(e) ? asking.subject : Member{};
  const auto [it, is_new] = all.try_emplace({e.number, subject, target});
  if (is_new && depends_on_subject(e)) {
    // What is true of the target does not begin with a partition that came later.
    for (const auto& [key, memory] : all) {
      const bool other =
          std::get<0>(key) == e.number && std::get<2>(key) == target && std::get<1>(key) != subject;
      if (other) it->second = memory;
    }
  }
  return it->second;
}

/// A since_last_handled of the member's own condition, asked about the member itself.
bool Model::has_own_handled(const Expression& e) {
  if (e.word == "since_last_handled") return true;
  if (e.is_over_deps() || e.word == "asset_matches") return false;
  return std::ranges::any_of(e.args, has_own_handled);
}

bool Model::is_pending(const Condition& condition, const Expression& e, const Member& m) const {
  if (e.word == "since_last_handled") {
    const Member subject = depends_on_subject(e) ? m : Member{};
    const auto it = condition.memory.find({e.number, subject, m});
    if (it != condition.memory.end() && it->second.last_true &&
        is_later(*it->second.last_true, history(m).handled))
      return true;
  }
  if (e.is_over_deps() || e.word == "asset_matches") return false;
  return std::ranges::any_of(e.args,
                             [&](const Expression& arg) { return is_pending(condition, arg, m); });
}

void Model::make_pending(Condition& condition, const Expression& e, const Member& m) {
  if (e.word == "since_last_handled") {
    condition.memory[{e.number, depends_on_subject(e) ? m : Member{}, m}].last_true =
        Moment{.before = clock_, .upto = clock_};
  }
  if (e.is_over_deps() || e.word == "asset_matches") return;
  for (const Expression& arg : e.args) make_pending(condition, arg, m);
}

// --- What stirs: something that the condition speaks about is other than it was, and not by the
// member's own progress alone.

void Model::concern(Asking& asking, Kind kind, const std::string& asset,
                    const std::optional<Member>& member, const std::string& detail) {
  for (const Happening& h : happenings_) {
    if (h.when <= asking.evaluated || h.kind != kind) continue;
    if (h.kind != Kind::tick && h.who.asset != asset) continue;
    if (h.kind != Kind::tick && !h.whole && member && h.who != *member) continue;
    if (!detail.empty() && h.detail != detail) continue;
    if (h.own == asking.subject) continue;
    // What ended together with a step of its own is no more a reason than that.
    if (h.own && (kind == Kind::progress || kind == Kind::stale) &&
        history(asking.subject).ended > asking.evaluated)
      continue;
    asking.stirred = std::max(asking.stirred, h.when);
  }
}

// --- Values.

Model::Value Model::value_of(const Expression& e, const Member& target, const Way& way,
                             Asking& asking) {
  const auto join = [&](bool all) {
    Value out{.held = all};
    bool any_own = false, any_neutral = false, any_upstream = false;
    for (const Expression& arg : e.args) {
      const Value v = value_of(arg, target, way, asking);
      if (all) {
        out.held = out.held && v.held;
      } else {
        out.held = out.held || v.held;
      }
      if (!v.held) continue;
      out.order = std::max(out.order, v.order);
      any_own = any_own || v.cause == Cause::own;
      any_neutral = any_neutral || v.cause == Cause::neutral;
      any_upstream = any_upstream || v.cause == Cause::upstream;
    }
    // Of a conjunction every part is a reason, of a disjunction one that needs no other is enough.
    out.cause = any_own                        ? Cause::own
                : all                          ? any_upstream ? Cause::upstream : Cause::neutral
                : any_upstream && !any_neutral ? Cause::upstream
                                               : Cause::neutral;
    if (!out.held) out = {};
    return out;
  };
  if (e.word == "&") return join(true);
  if (e.word == "|") return join(false);
  if (e.word == "~") return {.held = !value_of(e.args[0], target, way, asking).held};
  if (e.word == "since") return since(e, target, way, asking);
  if (e.word == "since_last_handled") return since_last_handled(e, target, way, asking);
  if (e.word == "newly_true") return newly_true(e, target, way, asking);
  if (e.is_over_deps()) return over_deps(e, target, way, asking);
  if (e.is_on_checks()) {
    concern(asking, Kind::definition, target.asset, target);
    const bool all = e.word == "all_checks_match";
    Value out{.held = all};
    for (const CheckDefinition& check : definition(target.asset)->checks) {
      if (e.blocking_only && !check.blocking) continue;
      for (const Kind kind : {Kind::check, Kind::delivery, Kind::definition})
        concern(asking, kind, target.asset, target);
      Way with = way;
      with.check = &check;
      const Value v = value_of(e.args[0], target, with, asking);
      out.held = all ? out.held && v.held : out.held || v.held;
      if (v.held && v.cause == Cause::upstream) out.cause = Cause::upstream;
    }
    if (!out.held) out = {};
    return out;
  }
  if (e.word == "asset_matches") {
    concern(asking, Kind::definition, e.text, {});
    if (definition(e.text) == nullptr) return {};
    concern(asking, Kind::members, e.text, {});
    const auto& deps = definition(target.asset)->deps;
    const auto dep = std::ranges::find(deps, e.text, &Dependency::key);
    const bool same_cut = is_cut(e.text) == is_cut(target.asset);
    const bool same = same_cut && (!is_cut(e.text) || spaces_.at(e.text)->shape() ==
                                                          spaces_.at(target.asset)->shape());
    Way on = way;
    on.top = false, on.inferred_all = false, on.check = nullptr;
    on.same_run = way.same_run && same;
    if (dep != deps.end()) {
      const Needed needs = needed(target, static_cast<std::size_t>(dep - deps.begin()));
      on.same_run = way.same_run && needs.identity, on.inferred_all = needs.inferred_all;
    }
    Value out;
    for (const Member& other : related(target, e.text)) {
      const Value v = value_of(e.args[0], other, on, asking);
      if (!v.held) continue;
      out.cause = !out.held || v.cause == Cause::own ? v.cause : out.cause;
      out.held = true;
      out.order = std::max(out.order, v.order);
    }
    return out;
  }
  return way.check == nullptr ? operand(e, target, way, asking) : on_check(e, target, way);
}

/// Whether `allow` and `ignore` leave a dependency.
bool Model::is_chosen(const Expression& e, const std::string& key) const {
  const auto has = [&](const Selection& selection) {
    const auto ranks = selection.select(*graph_);
    return ranks &&
           std::ranges::any_of(*ranks, [&](Rank r) { return graph_->asset(r).key == key; });
  };
  return (!e.allow || has(*e.allow)) && !(e.ignore && has(*e.ignore));
}

std::optional<std::set<Member>> Model::above(const Member& m, const std::string& asset) const {
  if (m.asset == asset) return std::set{m};
  std::optional<std::set<Member>> out;
  const auto& deps = definition(m.asset)->deps;
  const auto lies_above = [&](const auto& self, const std::string& from) -> bool {
    return from == asset || std::ranges::any_of(definition(from)->deps, [&](const Dependency& dep) {
             return self(self, dep.key);
           });
  };
  for (std::size_t d = 0; d < deps.size(); ++d) {
    if (!lies_above(lies_above, deps[d].key)) continue;
    if (!out) out.emplace();
    for (const Member& up : needed(m, d).members) {
      if (const auto further = above(up, asset)) out->insert(further->begin(), further->end());
    }
  }
  return out;
}

std::set<Member> Model::related(const Member& m, const std::string& asset) const {
  // A dependency's own mapping decides, whatever other ways there are.
  const auto needed_directly = [&](const Member& of, const std::string& dependency) {
    const auto& deps = definition(of.asset)->deps;
    const auto own = std::ranges::find(deps, dependency, &Dependency::key);
    return own == deps.end()
               ? std::nullopt
               : std::optional{needed(of, static_cast<std::size_t>(own - deps.begin())).members};
  };
  if (const auto up = needed_directly(m, asset)) return *up;
  if (const auto up = above(m, asset)) return *up;
  std::set<Member> out;
  bool lies_below = false;
  const std::set<Member> all = universe(asset);
  for (const Member& other : all) {
    const auto direct = needed_directly(other, m.asset);
    const auto up = direct ? direct : above(other, m.asset);
    lies_below = lies_below || up;
    if (up && up->contains(m)) out.insert(other);
  }
  if (lies_below) return out;
  const auto mine = is_cut(m.asset) ? spaces_.at(m.asset) : nullptr;
  const auto theirs = is_cut(asset) ? spaces_.at(asset) : nullptr;
  const auto mapping = make_mapping({}, mine, theirs);
  if (!mapping) return all;
  const auto up = (*mapping)->upstream(PartitionSet{PartitionId{m.partition}}, now_).needed;
  for (const Member& other : all) {
    if (up.contains(PartitionId{other.partition})) out.insert(other);
  }
  return out;
}

Model::Value Model::over_deps(const Expression& e, const Member& target, const Way& way,
                              Asking& asking) {
  concern(asking, Kind::definition, target.asset, target);
  const bool all = e.word == "all_deps_match";
  Value out{.held = all};
  bool any_own = false, any_neutral = false, any_upstream = false;
  const auto& deps = definition(target.asset)->deps;
  for (std::size_t d = 0; d < deps.size(); ++d) {
    if (!is_chosen(e, deps[d].key)) continue;
    const Needed needs = needed(target, d);
    Way on = way;
    on.top = false, on.check = nullptr;
    on.same_run = way.same_run && needs.identity;
    on.inferred_all = needs.inferred_all;
    const auto take = [&](const Value& v) {
      out.held = all ? out.held && v.held : out.held || v.held;
      if (!v.held) return;
      out.order = std::max(out.order, v.order);
      any_own = any_own || v.cause == Cause::own;
      any_neutral = any_neutral || v.cause == Cause::neutral;
      any_upstream = any_upstream || v.cause == Cause::upstream;
    };
    for (const Member& up : needs.members) {
      concern(asking, Kind::members, up.asset, up);
      take(value_of(e.args[0], up, on, asking));
    }
    if (needs.lacking) take({.held = of_nothing(e.args[0])});
  }
  out.cause = any_own                                 ? Cause::own
              : any_upstream && (all || !any_neutral) ? Cause::upstream
                                                      : Cause::neutral;
  if (!out.held) out = {};
  return out;
}

/// Of a partition that does not exist only `missing` holds.
bool Model::of_nothing(const Expression& e) const {
  const auto holds = [&](const Expression& arg) { return of_nothing(arg); };
  if (e.word == "&") return std::ranges::all_of(e.args, holds);
  if (e.word == "|") return std::ranges::any_of(e.args, holds);
  if (e.word == "~") return !of_nothing(e.args[0]);
  return e.word == "missing";
}

Model::Value Model::since(const Expression& e, const Member& target, const Way& way,
                          Asking& asking) {
  const Value a = value_of(e.args[0], target, way, asking);
  const Value b = value_of(e.args[1], target, way, asking);
  Memory& memory = memory_of(e, target, asking);
  if (a.held) memory.last_true = Moment{asking.evaluated, clock_, a.order};
  if (b.held) memory.last_reset = Moment{asking.evaluated, clock_, b.order};
  bool held = memory.last_true.has_value();
  if (held && memory.last_reset) {
    const Moment& t = *memory.last_true;
    const Moment& r = *memory.last_reset;
    held =
        t.upto > r.upto || (t.upto == r.upto && t.order != 0 && r.order != 0 && t.order > r.order);
  }
  restless_ = restless_ || held != memory.held;
  memory.held = held;
  return {.held = held, .order = held && a.held ? a.order : 0, .cause = Cause::own};
}

Model::Value Model::since_last_handled(const Expression& e, const Member& target, const Way& way,
                                       Asking& asking) {
  const Value a = value_of(e.args[0], target, way, asking);
  Memory& memory = memory_of(e, target, asking);
  if (asking.condition.is_first) {
    if (way.top && asking.condition.pending.contains(target))
      memory.last_true = Moment{.before = clock_, .upto = clock_};
  } else if (a.held) {
    memory.last_true = Moment{asking.evaluated, clock_, a.order};
  }
  const bool held = memory.last_true && is_later(*memory.last_true, history(target).handled);
  restless_ = restless_ || held != memory.held;
  memory.held = held;
  return {.held = held, .order = held && a.held ? a.order : 0, .cause = Cause::own};
}

Model::Value Model::newly_true(const Expression& e, const Member& target, const Way& way,
                               Asking& asking) {
  const Value a = value_of(e.args[0], target, way, asking);
  Memory& memory = memory_of(e, target, asking);
  // Asked twice in one evaluation: the answer stands.
  if (memory.held_at != clock_) {
    const bool before = !asking.condition.is_first && memory.last_true &&
                        memory.last_true->upto == asking.evaluated;
    memory.held = a.held && !before;
    memory.order = a.order;
    memory.held_at = clock_;
    if (a.held) {
      memory.last_true = Moment{asking.evaluated, clock_, a.order};
    }
    restless_ = restless_ || a.held != before;
  }
  return {.held = memory.held, .order = memory.held ? memory.order : 0, .cause = Cause::own};
}

Model::Value Model::operand(const Expression& e, const Member& target, const Way& way,
                            Asking& asking) {
  const AssetDefinition& def = *definition(target.asset);
  const History& h = history(target);
  const bool first = asking.condition.is_first;
  const auto speaks_of = [&](std::initializer_list<Kind> kinds) {
    for (const Kind kind : kinds) concern(asking, kind, target.asset, target);
  };
  const auto event = [&](When when) {
    return Value{.held = when > asking.evaluated && !first, .order = when, .cause = Cause::own};
  };
  const auto latest_update = [&](auto&& counts) {
    When when = 0;
    for (const Update& update : h.all) {
      if (counts(update)) when = update.when;
    }
    return when;
  };
  const auto ticked = [&]() -> std::optional<Instant> {
    const auto tick = Cron::parse(e.text)->previous(now_, **find_time_zone(e.zone));
    return !first && tick && *tick > asking.condition.evaluated_at ? tick : std::nullopt;
  };

  if (e.word == "missing") {
    speaks_of({Kind::missing, Kind::members});
    if (def.external && def.source.kind == SourceKind::none) return {};
    if (way.inferred_all && is_cut(target.asset)) {
      const std::set<Member> all = universe(target.asset);
      return {.held = std::ranges::all_of(all, [&](const Member& m) { return is_missing(m); })};
    }
    if (!is_missing(target)) return {};
    return {.held = true, .order = h.wiped > asking.evaluated ? h.wiped : 0};
  }
  if (e.word == "in_progress") {
    speaks_of({Kind::progress});
    return {.held = in_progress(target)};
  }
  if (e.word == "execution_failed") {
    speaks_of({Kind::progress});
    return {.held = h.last == History::Last::failed};
  }
  if (e.word == "newly_updated" || e.word == "data_version_changed") {
    speaks_of({Kind::version});
    return event(latest_update([](const Update& u) { return u.changed; }));
  }
  if (e.word == "newly_materialized") {
    speaks_of({Kind::delivery});
    return event(latest_update([](const Update& u) { return u.materialization; }));
  }
  if (e.word == "newly_requested") {
    speaks_of({Kind::request});
    const Value v = event(h.requested.empty() ? 0 : h.requested.back());
    return {.held = v.held, .cause = Cause::own};
  }
  if (e.word == "will_be_requested") {
    speaks_of({Kind::request});
    const bool held = requested_.contains(target) && way.same_run &&
                      def.project == definition(asking.subject.asset)->project;
    return {.held = held, .cause = Cause::upstream};
  }
  if (e.word == "code_version_changed") {
    speaks_of({Kind::definition});
    const auto it = code_changed_.find(target.asset);
    return event(it == code_changed_.end() ? 0 : it->second);
  }
  if (e.word == "code_version_outdated") {
    speaks_of({Kind::definition, Kind::delivery});
    return {.held = h.materialized && is_code_stale(target)};
  }
  if (e.word == "cron_tick_passed") {
    concern(asking, Kind::tick, "", {}, e.text + '|' + e.zone);
    return {.held = ticked().has_value(), .cause = Cause::own};
  }
  if (e.word == "updated_since_tick") {
    concern(asking, Kind::tick, "", {}, e.text + '|' + e.zone);
    speaks_of({Kind::version});
    Memory& memory = memory_of(e, target, asking);
    const Value updated = event(latest_update([](const Update& u) { return u.changed; }));
    bool held = (memory.held && !first) || updated.held;
    if (const auto tick = ticked()) {
      held = updated.held;
      for (const Update& update : h.updates)
        held = held || (update.changed && update.at > *tick - e.lookback);
    }
    restless_ = restless_ || held != memory.held;
    memory.held = held;
    return {.held = held, .cause = Cause::own};
  }
  if (e.word == "in_latest_time_window") {
    concern(asking, Kind::window, target.asset, target, std::to_string(e.lookback.count()));
    if (!is_cut(target.asset)) return {.held = true};
    return {.held = spaces_.at(target.asset)
                        ->latest(now_, e.lookback)
                        .contains(PartitionId{target.partition})};
  }
  if (e.word == "initial_evaluation") {
    speaks_of({Kind::definition});
    return {.held = first};
  }
  if (e.word.starts_with("freshness_")) {
    speaks_of({Kind::freshness, Kind::definition});
    const std::string state = freshness(target.asset);
    return {.held = (state == "pass" && e.word == "freshness_passed") ||
                    (state == "warn" && e.word == "freshness_warned") ||
                    (state == "fail" && e.word == "freshness_failed")};
  }
  if (e.word == "executed_with_root_target") {
    speaks_of({Kind::version});
    if (h.updates.empty() || h.updates.back().run < 0) return {};
    const Update& last = h.updates.back();
    // So does a run for which the member's own step in another one waits.
    const bool follows = !first && last.when > asking.evaluated &&
                         std::ranges::any_of(steps_, [&](const Step& step) {
                           return step.member == asking.subject && step.follows.contains(last.step);
                         });
    return {.held = follows || run_targets_[last.run].contains(asking.subject)};
  }
  if (e.word == "any_deps_unready") {
    speaks_of({Kind::edge, Kind::definition});
    return {.held = std::ranges::any_of(def.deps, [&](const Dependency& dep) {
              return is_chosen(e, dep.key) && is_unready(dep);
            })};
  }
  if (e.word == "upstream_ready") {
    bool ready = true;
    std::set<Member> seen;
    const auto look = [&](const auto& self, const Member& m) -> void {
      const auto& deps = definition(m.asset)->deps;
      for (std::size_t d = 0; d < deps.size(); ++d) {
        const Needed needs = needed(m, d);
        ready = ready && (needs.inferred_all || !needs.lacking);
        for (const Member& up : needs.members) {
          if (!seen.insert(up).second) continue;
          for (const Kind kind : {Kind::missing, Kind::stale, Kind::progress, Kind::members})
            concern(asking, kind, up.asset, up);
          const AssetDefinition& its = *definition(up.asset);
          const bool unknown = its.external && its.source.kind == SourceKind::none;
          if ((is_missing(up) && !unknown) || !stale_causes(up).empty() || in_progress(up))
            ready = false;
          self(self, up);
        }
      }
    };
    look(look, target);
    return {.held = ready};
  }
  if (e.word == "stale") {
    speaks_of({Kind::stale});
    const Keys causes = stale_causes(target);
    return {.held = e.text.empty() ? !causes.empty() : causes.contains(e.text)};
  }
  throw std::invalid_argument{"the reference model does not know \"" + e.word + "\""};
}

Model::Value Model::on_check(const Expression& e, const Member& target, const Way& way) {
  const CheckResult* is = result(target, way.check->name);
  // What only warns does not block.
  const bool passed = is != nullptr && (is->passed || (way.check->blocking && is->warns));
  if (e.word == "check_passed") return {.held = passed};
  if (e.word == "check_failed") return {.held = is != nullptr && !passed};
  if (e.word == "missing") return {.held = is == nullptr};
  // A check is requested with its asset.
  if (e.word == "will_be_requested")
    return {.held = requested_.contains(target) && way.same_run, .cause = Cause::upstream};
  throw std::invalid_argument{"the reference model does not know \"" + e.word + "\" of a check"};
}

// --- Moments.

bool Model::can_be_released(const Member& m) const {
  if (in_progress(m)) return false;
  for (std::size_t d = 0; d < definition(m.asset)->deps.size(); ++d) {
    for (const Member& up : needed(m, d).members) {
      if (is_missing(up) || in_progress(up)) return false;
    }
  }
  return true;
}

/// "When what stopped it is repaired (the upstream succeeds, with a new version or not; the check
/// passes) and its inputs still differ from what it consumed, automation requests it."
void Model::release_repaired() {
  std::vector<Member> repaired;
  for (auto& [m, blockers] : handed_back_) {
    if (!exists(m)) continue;
    const Member& who = m;
    std::erase_if(blockers, [&](const Blocker& b) {
      const AssetDefinition* def = definition(b.member.asset);
      if (def == nullptr || !exists(b.member)) return true;
      bool is_needed = false;
      for (std::size_t d = 0; d < definition(who.asset)->deps.size(); ++d)
        is_needed = is_needed || needed(who, d).members.contains(b.member);
      if (!is_needed) return true;
      if (!b.check.empty()) {
        const auto check = std::ranges::find(def->checks, b.check, &CheckDefinition::name);
        if (check == def->checks.end() || !check->blocking) return true;
        const CheckResult* is = result(b.member, b.check);
        return is != nullptr && !blocks(is);
      }
      if (def->external) return true;
      if (in_progress(b.member)) return false;
      const History& h = history(b.member);
      const bool written = std::ranges::any_of(
          h.updates, [&](const Update& u) { return u.materialization && u.when > b.since; });
      // It has nothing to do: it was itself only left unstarted, and what stopped it is repaired.
      const bool is_fine = (h.last == History::Last::none || h.last == History::Last::succeeded) &&
                           h.materialized && stale_causes(b.member).empty() &&
                           !def->automation.empty() && !handed_back_.contains(b.member);
      return written || h.succeeded > b.since || is_fine;
    });
    if (blockers.empty()) repaired.push_back(m);
  }
  for (const Member& m : repaired) {
    restless_ = true;
    const auto edited = conditions_.find(m.asset);
    const bool is_new =
        edited != conditions_.end() && edited->second.in_force && edited->second.is_first;
    if (is_new) continue;  // once it was asked
    handed_back_.erase(m);
    const bool differs = !history(m).materialized || is_data_stale(m) || is_code_stale(m);
    const auto it = conditions_.find(m.asset);
    if (!differs || it == conditions_.end() || it->second.is_first) continue;
    it->second.released.insert(m);
    it->second.stirred[m] = clock_;
    make_pending(it->second, it->second.expression, m);
  }
}

/// The asset, all that is upstream of it, and what its condition names.
Keys Model::around(const std::string& asset, const Expression& expression) const {
  Keys out;
  const auto add = [&](const auto& self, const std::string& key) -> void {
    const AssetDefinition* def = definition(key);
    if (!out.insert(key).second || def == nullptr) return;
    for (const Dependency& dep : def->deps) self(self, dep.key);
  };
  const auto named = [&](const auto& self, const Expression& e) -> void {
    if (e.word == "asset_matches") add(add, e.text);
    for (const Expression& arg : e.args) self(self, arg);
  };
  add(add, asset);
  named(named, expression);
  return out;
}

bool Model::evaluate_once() {
  restless_ = false;
  requested_.clear();
  release_repaired();
  std::vector<Wanted> wanted;
  for (std::uint32_t i = 0; i < graph_->size(); ++i) {
    const std::string& asset = graph_->asset(Rank{i}).key;
    const auto it = conditions_.find(asset);
    if (it == conditions_.end() || !it->second.in_force) continue;
    Condition& condition = it->second;
    const When evaluated = condition.evaluated;
    condition.around = around(asset, condition.expression);
    std::vector<Wanted> mine;
    for (const Member& m : universe(asset)) {
      Asking asking{.condition = condition, .subject = m, .stirred = 0, .evaluated = evaluated};
      const Value v = value_of(condition.expression, m, {}, asking);
      for (const Kind kind : {Kind::definition, Kind::person}) concern(asking, kind, asset, m);
      concern(asking, Kind::members, asset, m);
      // An input that updates is always a reason to look.
      for (std::size_t d = 0; d < definition(asset)->deps.size(); ++d) {
        for (const Member& up : needed(m, d).members) concern(asking, Kind::version, up.asset, up);
      }
      if (condition.is_first) asking.stirred = clock_;
      When& stirred = condition.stirred[m];
      stirred = std::max(stirred, asking.stirred);
      const bool released = condition.released.contains(m) &&
                            !has_own_handled(condition.expression) && can_be_released(m);
      for (const Happening& h : happenings_) {
        if (h.when > evaluated && h.own != m &&
            (h.kind == Kind::tick || condition.around.contains(h.who.asset)))
          condition.touched[m] = h.when;
      }
      if (!v.held && !released) continue;
      if (paused_.contains(asset)) continue;
      if (stirred == 0 || stirred < history(m).handled) {
        if (condition.touched[m] >= std::max<When>(history(m).handled, 1))
          seen_.doubtful.insert(name_of(m));
        continue;
      }
      mine.push_back({m, released || v.cause != Cause::upstream});
    }
    condition.evaluated = clock_, condition.evaluated_at = now_;
    condition.is_first = false;
    if (mine.empty()) continue;
    ++clock_;
    for (const Wanted& w : mine) {
      requested_.insert(w.member);
      history_[w.member].requested.push_back(clock_);
      happen(Kind::request, w.member, w.member);
    }
    wanted.insert(wanted.end(), mine.begin(), mine.end());
  }
  if (!wanted.empty()) {
    restless_ = true;
    queue(wanted, true);
    settle();
  }
  requested_.clear();
  return restless_;
}

void Model::evaluate() {
  constexpr int rounds_max = 100;
  settle();
  // The first evaluation sees what happened; what follows from it is seen by the next.
  bool restless = evaluate_once();
  for (int round = 0; round < rounds_max; ++round) {
    ++clock_;
    const bool again = evaluate_once();
    if (!again && !restless) break;
    restless = again;
  }
  happenings_.clear();
}

}  // namespace freshet::reference
