// How definitions come into force: what changed, what is indexed anew, which timers are armed.
#include <algorithm>
#include <charconv>

#include "core/state.hpp"

namespace freshet {

using namespace core;  // NOLINT: the state's own words

namespace {

/// Folds values into one hash, in order.
class Hash {
 public:
  Hash& operator<<(std::string_view text) { return *this << version_hash(text) << text.size(); }
  Hash& operator<<(std::uint64_t value) {
    value_ = (value_ ^ value) * 0x100000001b3ULL;
    value_ ^= value_ >> 29;
    return *this;
  }
  [[nodiscard]] std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_{0xcbf29ce484222325ULL};
};

std::uint64_t as_number(Micros micros) { return static_cast<std::uint64_t>(micros.count()); }

std::uint64_t hash_of_checks(const AssetDefinition& def) {
  if (def.checks.empty()) return 0;
  Hash hash;
  for (const auto& c : def.checks)
    hash << c.name << static_cast<std::uint64_t>(c.severity) << (c.blocking ? 1U : 0U);
  return hash.value();
}
std::uint64_t hash_of_rules(const AssetDefinition& def) {
  Hash hash;
  bool any = def.external;
  if (any) hash << 1 << static_cast<std::uint64_t>(def.source.kind != SourceKind::none ? 1 : 0);
  for (const auto& dep : def.deps) {
    if (!dep.rule.max_age && dep.mapping.text.empty() && dep.columns.empty()) continue;
    any = true;
    hash << dep.key << (dep.rule.max_age ? as_number(*dep.rule.max_age) : 0)
         << (dep.rule.wait_until ? as_number(*dep.rule.wait_until) + 1 : 0) << dep.rule.timezone
         << dep.mapping.text;
    for (const std::string& column : dep.columns) hash << column;
  }
  return any ? hash.value() : 0;
}

DefinitionRow describe(const Engine::State& s, Rank rank, const Program* program) {
  const AssetDefinition& def = s.graph->asset(rank);
  DefinitionRow row{.asset = s.id_of[rank.value]};
  row.expression = program == nullptr ? 0 : program->hash;
  row.code = CodeVersion{version_hash(def.code_version)};
  row.checks = hash_of_checks(def);
  if (const auto& policy = def.freshness) {
    Hash hash;
    hash << as_number(policy->within) << (policy->warn ? as_number(*policy->warn) : 0);
    if (!policy->deadline.empty()) hash << policy->deadline << policy->timezone;
    row.freshness = hash.value();
  }
  for (const Rank up : s.graph->upstream(rank)) row.deps.push_back(s.id_of[up.value]);
  std::ranges::sort(row.deps);
  row.rules = hash_of_rules(def);
  row.partitions = def.partitions ? version_hash(def.partitions->text) : 0;
  row.shape = s.is_cut(row.asset) ? s.cut(row.asset)->shape : 0;
  return row;
}

/// Which dependencies `allow` and `ignore` leave, by rank; a selection that fits nothing here
/// leaves none out.
std::vector<std::uint8_t> narrow(const Graph& graph, const Condition& c) {
  std::vector<std::uint8_t> out(graph.size(), c.allow ? 0 : 1);
  if (c.allow) {
    if (const auto ranks = c.allow->select(graph)) {
      for (const Rank r : *ranks) out[r.value] = 1;
    }
  }
  if (c.ignore) {
    if (const auto ranks = c.ignore->select(graph)) {
      for (const Rank r : *ranks) out[r.value] = 0;
    }
  }
  return out;
}

/// Everything upstream of these, or downstream, ascending; they themselves only where one leads to
/// another.
std::vector<Rank> closure(const Graph& graph, std::vector<Rank> waiting, bool upstream) {
  std::vector<std::uint8_t> seen(graph.size(), 0);
  std::vector<Rank> out;
  while (!waiting.empty()) {
    const Rank rank = waiting.back();
    waiting.pop_back();
    for (const Rank next : upstream ? graph.upstream(rank) : graph.downstream(rank)) {
      if (std::exchange(seen[next.value], 1) != 0) continue;
      out.push_back(next);
      waiting.push_back(next);
    }
  }
  std::ranges::sort(out);
  return out;
}

/// A condition with `any_downstream_conditions` replaced by what they are here: the distinct ones
/// of everything downstream that do not ask for it themselves.
ConditionPtr with_downstream(const ConditionPtr& c, const ConditionPtr& theirs) {
  if (c->op == Op::any_downstream) return theirs;
  if (std::ranges::none_of(c->args, [](const ConditionPtr&) { return true; })) return c;
  auto copy = std::make_shared<Condition>(*c);
  for (ConditionPtr& arg : copy->args) arg = with_downstream(arg, theirs);
  return copy;
}
bool asks_downstream(const Condition& c) {
  return c.op == Op::any_downstream ||
         std::ranges::any_of(c.args, [](const ConditionPtr& arg) { return asks_downstream(*arg); });
}
std::size_t size_of(const Condition& c) {
  std::size_t size = 1;
  for (const ConditionPtr& arg : c.args) size += size_of(*arg);
  return size;
}

ConditionPtr downstream_conditions(const Graph& graph, Rank rank) {
  constexpr std::size_t nodes_max = 20'000;  // a program numbers 65,535
  std::map<std::string, ConditionPtr> distinct;
  std::map<std::string, bool> looked_at;
  for (const Rank down : closure(graph, {rank}, false)) {
    const std::string& text = graph.asset(down).automation;
    if (text.empty() || !looked_at.emplace(text, true).second) continue;
    const ConditionPtr theirs = parse_condition(text).root;
    if (theirs && !asks_downstream(*theirs)) distinct.emplace(theirs->canonical(), theirs);
  }
  auto any = std::make_shared<Condition>();
  any->op = Op::any_of, any->label = "any_downstream_conditions";
  std::size_t nodes = 0;
  for (const auto& [text, theirs] : distinct) {
    nodes += size_of(*theirs);
    if (nodes > nodes_max) break;
    any->args.push_back(theirs);
  }
  return any;
}

/// Assets exactly `depth` steps upstream of `from`.
std::vector<Rank> upstream_at(const Graph& graph, Rank from, int depth) {
  if (depth == Program::all_upstream) return closure(graph, {from}, true);
  std::vector<Rank> level{from};
  for (int i = 0; i < depth; ++i) {
    std::vector<Rank> next;
    for (const Rank r : level)
      next.insert(next.end(), graph.upstream(r).begin(), graph.upstream(r).end());
    std::ranges::sort(next);
    next.erase(std::unique(next.begin(), next.end()), next.end());
    level = std::move(next);
  }
  return level;
}

}  // namespace

void Engine::State::bring_into_force() {
  FRESHET_ASSERT(next_graph != nullptr);
  std::optional<std::vector<std::uint8_t>> stale_before;
  if (graph) {
    stale_before.emplace(keys.size());
    for (std::size_t i = 0; i < stale.size(); ++i) (*stale_before)[id_of[i].value] = stale[i];
  }
  graph = next_graph;
  const std::size_t size = graph->size();
  std::vector<std::uint8_t> redefined(size);
  std::ranges::fill(rank_of, no_rank);
  id_of.assign(size, {});
  stale.assign(size, 0);
  wave.resize(size), due.resize(size), due_of.clear();
  chunks.assign((size + Snapshot::chunk_size - 1) / Snapshot::chunk_size, nullptr);
  chunk_dirty.assign(chunks.size(), 1);
  watchers.clear();
  for (auto& [name, schedule] : schedules) schedule.users.clear();
  for (std::uint32_t i = 0; i < size; ++i) {
    const AssetId a = find(graph->asset(Rank{i}).key);
    FRESHET_ASSERT(a.value != 0);
    id_of[i] = a, rank_of[a.value] = Rank{i};
  }
  std::vector<PartitionSet> existed(size);
  for (std::uint32_t i = 0; i < size; ++i) existed[i] = universe(id_of[i]);
  bind_partitions();

  bind_checks();
  deadlines.clear();
  lazy.clear(), lazy_above.clear();
  auto known = std::exchange(compiled, {});
  narrowed.clear();
  lookback = {};
  const auto program_of = [&](const std::string& text, Rank rank, bool of_check) {
    // What depends on the asset's own surroundings is compiled for it alone.
    std::string name = (of_check ? "check: " : "") + text;
    ConditionPtr root;
    if (!of_check && name.find("any_downstream_conditions") != std::string::npos) {
      root = parse_condition(name).root;
      if (root) root = with_downstream(root, downstream_conditions(*graph, rank));
      if (root) name += " = " + root->canonical();
    }
    auto& entry = compiled[name];
    if (!entry) {
      if (const auto it = known.find(name); it != known.end()) {
        entry = it->second;
      } else if (root || (root = parse_condition(text, of_check).root)) {
        // What was recorded must be readable from its text alone.
        std::string source = of_check || name == text ? text : root->canonical();
        entry = compile(std::move(root), std::move(source), of_check);
      }
      for (const auto& node : entry ? entry->nodes : std::vector<Program::Node>{}) {
        const Condition& c = *node.condition;
        if (c.allow || c.ignore) narrowed[&c] = narrow(*graph, c);
      }
    }
    return entry;
  };
  // What is upstream and downstream of assets that conditions name.
  std::map<Rank, std::pair<std::vector<Rank>, std::vector<Rank>>> around;
  /// What lies on the ways between `other` and an asset, or `!direct` anything upstream of that.
  const auto between = [&](Rank rank, bool direct, Rank other) {
    const auto [it, is_new] = around.try_emplace(other);
    auto& [above, below] = it->second;
    if (is_new) above = closure(*graph, {other}, true), below = closure(*graph, {other}, false);
    std::vector<Rank> these{rank}, out;
    if (!direct) std::ranges::copy(closure(*graph, these, true), std::back_inserter(these));
    const auto is_one_of = [&](const std::vector<Rank>& all) {
      return std::ranges::any_of(these, [&](Rank r) { return std::ranges::binary_search(all, r); });
    };
    if (is_one_of(below))
      std::ranges::set_intersection(closure(*graph, these, true), below, std::back_inserter(out));
    if (is_one_of(above))
      std::ranges::set_intersection(closure(*graph, these, false), above, std::back_inserter(out));
    return out;
  };
  const auto watch = [&](AssetId subject, const Program& program, Rank rank) {
    for (const auto& name : program.schedules) {
      Schedule& schedule = schedules[name];
      if (!schedule.cron) {
        const auto bar = name.rfind('|');
        if (auto cron = Cron::parse(name.substr(0, bar))) schedule.cron = *cron;
        const auto zone = find_time_zone(name.substr(bar + 1));
        schedule.zone = zone ? *zone : &utc();
      }
      schedule.users.push_back(subject);
    }
    for (const auto& reach : program.reaches) {
      const auto base = reach.key.empty() ? std::optional{rank} : graph->find(reach.key);
      if (!base) {
        const AssetId named = find(reach.key);
        if (named.value != 0 && definitions[named.value].defined)
          change(subject, changed_person);  // gone
        continue;
      }
      const bool is_dependency = reach.direct && std::ranges::find(graph->upstream(rank), *base) !=
                                                     graph->upstream(rank).end();
      if (!reach.key.empty() && !is_dependency && !mappings.empty()) {
        // Which members of the two belong together is a matter of what lies between them.
        for (const Rank r : between(rank, reach.direct, *base)) {
          if (!is_cut(id_of[r.value])) continue;
          watchers[id_of[r.value]].push_back(
              {.subject = subject, .changes = changed_members | changed_definition, .base = r});
        }
      }
      // Of a check, the first step upstream leads to the asset at whose place it is.
      const bool one_less = program.of_check && reach.key.empty() && reach.depth > 0;
      const int depth = reach.depth - (one_less ? 1 : 0);
      for (const Rank r : upstream_at(*graph, *base, depth)) {
        watchers[id_of[r.value]].push_back({.subject = subject,
                                            .changes = reach.changes,
                                            .base = *base,
                                            .depth = depth,
                                            .itself = reach.key.empty(),
                                            .direct = reach.direct});
        if (program.asks_freshness && (reach.changes & changed_edge) != 0)
          lazy.push_back(id_of[r.value]);
      }
    }
  };
  for (std::uint32_t i = 0; i < size; ++i) {
    const AssetId a = id_of[i];
    const AssetDefinition& def = graph->asset(Rank{i});
    if (def.freshness && !def.freshness->deadline.empty()) {
      Schedule& deadline = deadlines[deadline_name(*def.freshness)];
      deadline.cron = *Cron::parse(def.freshness->deadline);  // validated when it was read
      deadline.zone = *find_time_zone(def.freshness->timezone);
    }
    auto& program = programs[a.value];
    program = def.automation.empty() ? nullptr : program_of(def.automation, Rank{i}, false);
    for (const AssetId check : checks_with_automation(a)) {
      auto& its = programs[check.value];
      its = program_of(check_definition(check).automation, Rank{i}, true);
      if (!its) continue;
      lookback = std::max(lookback, its->window_lookback);
      if (memory[check.value].expression != its->hash) checks_due[check];
      watch(check, *its, Rank{i});
    }
    DefinitionRow row = describe(*this, Rank{i}, program.get());
    DefinitionRow& before = definitions[a.value];
    if (row != before) {
      if (before.shape != row.shape) forget_partitioning(a);
      if ((before.shape == 0) != (row.shape == 0)) forget_whole(a);
      // What its steps read is what they read as it was defined.
      if ((before.code != row.code || before.deps != row.deps || before.rules != row.rules) &&
          columns_read.erase(a) != 0)
        touched_reads.insert(a);
      if (before.defined && before.code != row.code) moment.code[a] = moment.order;
      redefined[i] = 1;
      // Whether it can be missing at all depends on where it comes from.
      const bool other_rules = before.rules != row.rules;
      before = std::move(row);
      touch(a, touched_definition);
      change(a,
             static_cast<std::uint16_t>(changed_definition | (other_rules ? changed_missing : 0)));
      note_members(a, existed[i]);
    }
    if (program == nullptr) continue;
    // Those that freshness_due may be asked about: their latest start is a timer of theirs.
    const bool asks = program->asks_freshness;
    if (asks && (program->own_changes & changed_edge) != 0) lazy.push_back(a);
    if (asks && (program->deps_changes & changed_edge) != 0) {
      for (const Rank up : graph->upstream(Rank{i})) lazy.push_back(id_of[up.value]);
    }
    lookback = std::max(lookback, program->window_lookback);
    // Also where no member exists yet: one that appears later is not handled by appearing.
    if (memory[a.value].expression != program->hash && !def.external) {
      due.push(Rank{i});
      due_of[i];
    }
    watch(a, *program, Rank{i});
  }
  for (std::uint32_t i = 0; i < size; ++i) forget_gone(id_of[i], existed[i]);
  for (std::uint32_t a = 1; a < definitions.size(); ++a) {
    if (!definitions[a].defined || rank_of[a] != no_rank) continue;
    definitions[a].defined = false;
    programs[a] = nullptr;
    touch(AssetId{a}, touched_definition);
  }

  forget_conditions_given_up();

  slots_used = 0;
  pools.clear();
  pools[""].limit = options.slots;
  for (const auto& [name, limit] : graph->pools()) pools[name].limit = limit;
  for (auto& [id, step] : steps) {
    step.ready = false;
    if (is_terminal(step.row.status)) continue;
    if (std::exchange(step.holds_place, false)) take_place(step);
    if (step.row.status == StepStatus::queued) reconsider.push_back(id);
  }
  std::ranges::sort(lazy);
  lazy.erase(std::unique(lazy.begin(), lazy.end()), lazy.end());
  for (const AssetId a : lazy) {
    lazy_above[a].push_back(a);
    for (const Rank down : closure(*graph, {rank_of[a.value]}, false))
      lazy_above[id_of[down.value]].push_back(a);
  }
  recompute_staleness(stale_before, std::move(redefined));
  arm_all_timers();
  for (const auto& [id, backfill] : backfills) backfills_due.insert(id);
}

/// For conditions: other members than those that existed may be there now.
void Engine::State::note_members(AssetId a, const PartitionSet& existed) {
  const PartitionSet exist = universe(a);
  if (exist == existed) return;
  change(a, static_cast<std::uint16_t>(changed_missing | changed_window | changed_members),
         (exist - existed) | (existed - exist));
  // What needs all of them has other inputs now, though no mapping leads there from what is gone.
  for (const Rank down : graph->downstream(rank_of[a.value]))
    change(id_of[down.value], changed_person);
}

/// Nothing holds of what is gone: should it come back, what holds then does so newly.
void Engine::State::forget_gone(AssetId a, const PartitionSet& existed) {
  const PartitionSet gone = existed - universe(a);
  if (gone.empty()) return;
  for (std::uint32_t subject = 1; subject < memory.size(); ++subject) {
    const auto& program = programs[subject];
    if (!program || memory[subject].expression != program->hash) continue;
    const auto slots = memory[subject].slots;
    for (const auto& [slot, set] : slots) {
      const std::uint64_t node = slot >> 32U;
      if ((slot & 0xffff'ffffU) != a.value || node >= program->nodes.size()) continue;
      if (program->nodes[node].condition->op == Op::newly_true)
        remember(AssetId{subject}, slot, {}, gone);
    }
  }
}

/// The asset as a whole is another member than it was, which stood for the latest of its partitions
/// or stands for it now.
void Engine::State::forget_whole(AssetId a) {
  MemberRow& row = members[a.value];
  if (row.updated.value == 0) return;
  const FreshnessState freshness = row.freshness;
  row.last_step = {};
  forget({a, {}});
  row.freshness = freshness;  // judged anew, with the others
  if (is_cut(a)) find_latest(a);
}

void Engine::State::forget_condition(AssetId subject) {
  Memory& mine = memory[subject.value];
  for (const auto& [slot, set] : mine.slots) touched_slots.emplace(subject, slot);
  mine.slots.clear();
  if (std::exchange(mine.expression, 0) != 0) touch(subject, touched_memory);
  for (auto it = handed_back.lower_bound({subject, {}});
       it != handed_back.end() && it->first.asset == subject;) {
    touched_handed_back.insert(it->first);
    it = handed_back.erase(it);
  }
}

/// Of what is defined, but has no condition any more: one that comes later is asked for the first
/// time.
void Engine::State::forget_conditions_given_up() {
  for (std::uint32_t i = 1; i < memory.size(); ++i) {
    if (memory[i].expression == 0 || programs[i]) continue;
    AssetId place{i};
    if (keys[i].starts_with('#')) {
      place = {};
      std::from_chars(keys[i].data() + 1, keys[i].data() + keys[i].size(), place.value);
      if (place.value >= keys.size()) continue;
    }
    if (is_defined(place)) forget_condition(AssetId{i});
  }
}

/// Another cadence, zone or kind of key: what conditions remember is of partitions that are gone.
void Engine::State::forget_partitioning(AssetId a) {
  forget_condition(a);
  for (const AssetId check : checks_with_automation(a)) forget_condition(check);
  for (std::uint32_t other = 1; other < memory.size(); ++other) {
    auto& slots = memory[other].slots;
    const auto concerns = [&](const auto& entry) {
      return entry.first < static_cast<std::uint64_t>(fact::Slot::stirred) &&
             (entry.first & 0xffff'ffffU) == a.value;
    };
    for (const auto& entry : slots) {
      if (concerns(entry)) touched_slots.emplace(AssetId{other}, entry.first);
    }
    std::erase_if(slots, concerns);
  }
}

/// A dynamic set changed: spaces, mappings and what exists, but no definition.
void Engine::State::rebind_partitions() {
  std::vector<PartitionSet> existed(id_of.size());
  for (std::size_t i = 0; i < id_of.size(); ++i) existed[i] = universe(id_of[i]);
  bind_partitions();
  for (std::size_t i = 0; i < id_of.size(); ++i) {
    const AssetId a = id_of[i];
    if (!is_cut(a) || cut(a)->universe == existed[i]) continue;
    note_members(a, existed[i]);
    forget_gone(a, existed[i]);
    revise(a);
    spread_staleness(a, cut(a)->materialized);
    for (const Rank down : graph->downstream(rank_of[a.value])) {
      const AssetId d = id_of[down.value];
      spread_staleness(d, is_cut(d) ? cut(d)->materialized : PartitionSet{PartitionId{}});
    }
  }
  for (const auto& [id, step] : steps) {
    if (step.row.status == StepStatus::queued) reconsider.push_back(id);
  }
  for (const auto& [name, one] : series) arm_windows(name);
  for (const auto& [id, backfill] : backfills) backfills_due.insert(id);
}

void Engine::State::arm_windows(const std::string& name) {
  std::erase_if(
      timers, [&](const Timer& t) { return t.kind == Timer::Kind::window && t.schedule == name; });
  const Series& one = series[name];
  std::optional<Instant> next;
  for (const AssetId a : one.users) {
    const auto at = cut(a)->space->next_window(one.until);
    if (at && (!next || *at < *next)) next = at;
  }
  if (next) timers.insert({*next, Timer::Kind::window, {}, {}, name});
}

void Engine::State::arm_timers(AssetId a) {
  auto& mine = asset_timers[a];
  for (const Timer& timer : mine) timers.erase(timer);
  mine.clear();
  if (const auto at = next_freshness_change(a, now))
    mine.push_back({*at, Timer::Kind::freshness, a, {}, {}});
  for (const Dependency& dep : definition(a).deps) {
    if (const auto at = next_edge_change(dep, now))
      mine.push_back({*at, Timer::Kind::edge, a, {}, {}});
  }
  if (std::ranges::binary_search(lazy, a)) {
    if (const auto at = latest_start(a, now); at && *at > now)
      mine.push_back({*at, Timer::Kind::edge, a, {}, {}});
  }
  timers.insert(mine.begin(), mine.end());
  if (mine.empty()) asset_timers.erase(a);
}

void Engine::State::arm_schedule(const std::string& name) {
  const Schedule& schedule = schedules[name];
  std::erase_if(timers, [&](const Timer& t) {
    return t.kind == Timer::Kind::schedule && t.schedule == name;
  });
  if (!schedule.known || schedule.users.empty() || !schedule.cron) return;
  if (const auto next = schedule.cron->next(schedule.tick, *schedule.zone)) {
    timers.insert({*next, Timer::Kind::schedule, {}, {}, name});
  }
}

void Engine::State::arm_mute(AssetId a) {
  const MuteRow& row = mutes.at(a);
  if (row.muted && row.until != Instant{}) timers.insert({row.until, Timer::Kind::mute, a, {}, {}});
}

void Engine::State::arm_all_timers() {
  timers.clear();
  asset_timers.clear();
  if (graph) {
    for (const AssetId a : id_of) arm_timers(a);
  }
  for (const auto& [name, schedule] : schedules) arm_schedule(name);
  for (const auto& [name, one] : series) arm_windows(name);
  for (const auto& [a, row] : mutes) arm_mute(a);
  for (const auto& [id, step] : steps) {
    if (is_terminal(step.row.status)) continue;
    if (step.row.status == StepStatus::queued) {
      if (step.row.not_before != Instant{})
        timers.insert({step.row.not_before, Timer::Kind::retry, {}, id, {}});
    } else if (is_defined(step.row.member.asset)) {
      if (const auto& timeout = definition(step.row.member.asset).timeout) {
        timers.insert({step.row.started_at + *timeout, Timer::Kind::timeout, {}, id, {}});
      }
    }
  }
}

}  // namespace freshet
