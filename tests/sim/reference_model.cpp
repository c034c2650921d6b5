// What happened: definitions, members' histories, runs and their steps.
#include "reference_model.hpp"

#include <algorithm>
#include <stdexcept>

#include "base/cron.hpp"
#include "base/timezone.hpp"

namespace freshet::reference {

// --- Names and the graph.

const AssetDefinition* Model::definition(const std::string& asset) const {
  if (!graph_) return nullptr;
  const auto rank = graph_->find(asset);
  return rank ? &graph_->asset(*rank) : nullptr;
}

std::set<Member> Model::universe(const std::string& asset) const {
  if (definition(asset) == nullptr) return {};
  const auto it = spaces_.find(asset);
  if (it == spaces_.end()) return {{asset, 0}};
  std::set<Member> out;
  it->second->universe(now_).for_each([&](PartitionId p) {
    out.insert({asset, p.value});
    return true;
  });
  return out;
}

std::string Model::name_of(const Member& m) const {
  if (m.partition == 0) return m.asset;
  const auto it = spaces_.find(m.asset);
  return m.asset + '[' +
         (it == spaces_.end() ? std::string{"?"} : it->second->key(PartitionId{m.partition})) + ']';
}

std::string Model::to_key(std::string_view name) const {
  return std::string{name.substr(0, name.find('['))};
}

Member Model::find(std::string_view name) const {
  const std::size_t bracket = name.find('[');
  const std::string asset{name.substr(0, bracket)};
  if (definition(asset) == nullptr) throw std::invalid_argument{"no asset " + asset};
  if (bracket == std::string_view::npos) {
    if (is_cut(asset)) throw std::invalid_argument{asset + " is cut"};
    return {asset, 0};
  }
  const auto it = spaces_.find(asset);
  if (it == spaces_.end()) throw std::invalid_argument{asset + " is not cut"};
  const auto id = it->second->find(name.substr(bracket + 1, name.size() - bracket - 2), now_);
  if (!id) throw std::invalid_argument{std::string{name} + ": " + id.error().message};
  return {asset, id->value};
}

std::vector<std::string> Model::members_of(const std::string& asset) const {
  std::vector<std::string> out;
  for (const Member& m : universe(asset)) out.push_back(name_of(m));
  return out;
}

void Model::bind() {
  spaces_.clear(), mappings_.clear();
  for (std::uint32_t i = 0; i < graph_->size(); ++i) {
    const AssetDefinition& asset = graph_->asset(Rank{i});
    if (!asset.partitions) continue;
    const auto needs = PartitionSpace::needs(*asset.partitions, dynamic_);
    registry_.shapes.intern(needs->shape);
    for (const std::string& key : needs->keys) registry_.keys.intern(key);
    spaces_[asset.key] = PartitionSpace::bind(*asset.partitions, dynamic_, registry_);
  }
  for (std::uint32_t i = 0; i < graph_->size(); ++i) {
    const AssetDefinition& asset = graph_->asset(Rank{i});
    const auto space = [&](const std::string& key) -> std::shared_ptr<const PartitionSpace> {
      const auto it = spaces_.find(key);
      return it == spaces_.end() ? nullptr : it->second;
    };
    for (std::size_t d = 0; d < asset.deps.size(); ++d) {
      const auto mine = space(asset.key), theirs = space(asset.deps[d].key);
      if (mine || theirs)
        mappings_[{asset.key, d}] = *make_mapping(asset.deps[d].mapping, mine, theirs);
    }
  }
}

Model::Needed Model::needed(const Member& m, std::size_t dependency) const {
  const std::string& up = definition(m.asset)->deps[dependency].key;
  const auto it = mappings_.find({m.asset, dependency});
  if (it == mappings_.end()) return {.members = {{up, 0}}, .identity = true};
  Needed out;
  out.inferred_all = it->second->is_inferred_all();
  out.identity = it->second->form() == PartitionMapping::Form::identity;
  if (!is_cut(up)) {
    out.members = {{up, 0}};
    return out;
  }
  if (it->second->form() == PartitionMapping::Form::all) {
    out.members = universe(up);
  } else {
    const auto found = it->second->upstream(PartitionSet{PartitionId{m.partition}}, now_);
    found.needed.for_each([&](PartitionId p) {
      out.members.insert({up, p.value});
      return true;
    });
    out.lacking = !found.lacking.empty();
  }
  // An `all` that nobody wrote of an asset without partitions: there is nothing to go on with.
  if (out.inferred_all && out.members.empty()) out.lacking = true;
  return out;
}

// --- What is known of members.

const Model::History& Model::history(const Member& m) const {
  static const History nothing;
  const auto it = history_.find(m);
  return it == history_.end() ? nothing : it->second;
}

bool Model::in_progress(const Member& m) const {
  return std::ranges::any_of(steps_, [&](const Step& s) { return s.member == m && !s.ended; });
}

/// "Some mapped direct dependency has a data version that it did not consume."
bool Model::is_data_stale(const Member& m) const {
  const AssetDefinition* def = definition(m.asset);
  const History& mine = history(m);
  for (std::size_t d = 0; d < def->deps.size(); ++d) {
    const auto consumed = mine.consumed.find(def->deps[d].key);
    for (const Member& up : needed(m, d).members) {
      if (is_missing(up)) continue;
      if (consumed == mine.consumed.end()) return true;
      const auto version = consumed->second.find(up);
      if (version == consumed->second.end() ||
          version->second != history(up).updates.back().version)
        return true;
    }
  }
  return false;
}

bool Model::is_code_stale(const Member& m) const {
  const std::string& now = definition(m.asset)->code_version;
  const std::string& then = history(m).code_version;
  return !now.empty() && !then.empty() && now != then;
}

Keys Model::stale_causes(const Member& m) const {
  const AssetDefinition* def = definition(m.asset);
  if (def == nullptr || def->external || !history(m).materialized) return {};
  Keys out;
  if (is_code_stale(m)) out.insert("code");
  if (is_data_stale(m)) out.insert("data");
  for (std::size_t d = 0; d < def->deps.size(); ++d) {
    for (const Member& up : needed(m, d).members) {
      if (!stale_causes(up).empty()) out.insert("dependencies");
    }
  }
  return out;
}

Model::Consumed Model::what_there_is(const std::string& asset) const {
  Consumed out;
  const AssetDefinition* def = definition(asset);
  if (def == nullptr) return out;
  for (const Dependency& dep : def->deps) {
    auto& versions = out[dep.key];
    for (const auto& [member, history] : history_) {
      if (member.asset == dep.key && !history.updates.empty())
        versions[member] = history.updates.back().version;
    }
  }
  return out;
}

/// Against the latest materialization.
const Model::CheckResult* Model::result(const Member& m, const std::string& check) const {
  const History& h = history(m);
  const auto it = h.checks.find(check);
  if (it == h.checks.end()) return nullptr;
  for (const Update& update : h.updates) {
    if (update.materialization && update.when >= it->second.when) return nullptr;
  }
  return &it->second;
}

const Model::Update* Model::latest(const std::string& asset) const {
  const Update* out = nullptr;
  for (const auto& [member, history] : history_) {
    if (member.asset != asset || history.updates.empty()) continue;
    if (out == nullptr || out->when < history.updates.back().when) out = &history.updates.back();
  }
  return out;
}

std::string Model::freshness(const std::string& asset) const {
  const auto& policy = definition(asset)->freshness;
  if (!policy) return "none";
  const Update* update = latest(asset);
  if (update == nullptr) return "unknown";
  const Micros age = now_ - update->at;
  if (age >= policy->within) return "fail";
  return policy->warn && age >= *policy->warn ? "warn" : "pass";
}

bool Model::is_unready(const Dependency& dep) const {
  if (!dep.rule.max_age) return false;
  const Update* update = latest(dep.key);
  if (update == nullptr || now_ - update->at < *dep.rule.max_age) return false;
  if (!dep.rule.wait_until) return true;
  const auto zone = find_time_zone(dep.rule.timezone);
  const LocalTime day = std::chrono::floor<std::chrono::days>((*zone)->to_local(now_));
  return now_ < (*zone)->from_local(day + *dep.rule.wait_until).later;
}

// --- What happens.

void Model::happen(Kind kind, const Member& who, const std::optional<Member>& own) {
  happenings_.push_back({.when = clock_, .kind = kind, .who = who, .own = own});
}

void Model::happen_to(Kind kind, const std::string& asset) {
  happenings_.push_back({.when = clock_, .kind = kind, .who = {asset, 0}, .whole = true});
}

void Model::look_around(const std::optional<Member>& own) {
  for (std::uint32_t i = 0; i < graph_->size(); ++i) {
    const AssetDefinition& asset = graph_->asset(Rank{i});
    const std::string& key = asset.key;
    const std::set<Member> members = universe(key);
    // Of what was not there a definition says that it is new.
    const bool is_new = !universes_.contains(key);
    std::set<Member>& before = universes_[key];
    for (const Member& m : members) {
      if (!is_new && !before.contains(m)) happen(Kind::members, m);
    }
    for (const Member& m : before) {
      if (!members.contains(m)) happen(Kind::members, m);
    }
    before = members;
    for (const Member& m : members) {
      const Keys causes = stale_causes(m);
      if (std::exchange(stale_[m], causes) != causes) happen(Kind::stale, m, own);
    }
    const std::string fresh = freshness(key);
    if (const std::string was = std::exchange(fresh_[key], fresh); was != fresh) {
      happen_to(Kind::freshness, key);
      happenings_.back().own = own;
      if (fresh == "fail") seen_.notified.insert(key);
    }
    for (std::size_t d = 0; d < asset.deps.size(); ++d) {
      const bool unready = is_unready(asset.deps[d]);
      if (std::exchange(unready_[{key, d}], unready) != unready) happen_to(Kind::edge, key);
    }
    if (const auto space = spaces_.find(key); space != spaces_.end()) {
      std::set<std::int64_t> lookbacks;
      for (const auto& [subject, condition] : conditions_) {
        const auto collect = [&](const auto& self, const Expression& e) -> void {
          if (e.word == "in_latest_time_window") lookbacks.insert(e.lookback.count());
          for (const Expression& arg : e.args) self(self, arg);
        };
        collect(collect, condition.expression);
      }
      for (const std::int64_t lookback : lookbacks) {
        std::set<Member> now_latest;
        space->second->latest(now_, Micros{lookback}).for_each([&](PartitionId p) {
          now_latest.insert({key, p.value});
          return true;
        });
        std::set<Member>& was_latest = windows_[{key, lookback}];
        const auto note = [&](const Member& m) {
          happen(Kind::window, m);
          happenings_.back().detail = std::to_string(lookback);
        };
        for (const Member& m : now_latest) {
          if (!was_latest.contains(m)) note(m);
        }
        for (const Member& m : was_latest) {
          if (!now_latest.contains(m)) note(m);
        }
        was_latest = now_latest;
      }
    }
  }
}

/// "Requested by automation, or its step started, or updated from outside a run"; and a person who
/// cancels gives the pending update up.
void Model::handle(const Member& m) {
  history_[m].handled = clock_;
  handed_back_.erase(m);
  if (const auto it = conditions_.find(m.asset); it != conditions_.end())
    it->second.released.erase(m);
}

void Model::update(const Member& m, bool materialization, const std::string& version, int run,
                   int step, const std::optional<Member>& own) {
  History& h = history_[m];
  Update update{.when = clock_,
                .materialization = materialization,
                .given = version,
                .run = run,
                .step = step,
                .at = now_};
  const bool first = h.updates.empty();
  update.changed = version.empty() || first || h.updates.back().given != version;
  // What was before a wipe is forgotten, so the same version is another one after it.
  update.version =
      version.empty() ? "#" + std::to_string(clock_) : version + "/" + std::to_string(h.wiped);
  h.updates.push_back(update);
  h.all.push_back(update);
  happen(Kind::delivery, m, own);
  if (update.changed) happen(Kind::version, m, own);
  if (first) happen(Kind::missing, m, own);
  for (std::uint32_t i = 0; i < graph_->size(); ++i) {
    const AssetDefinition& asset = graph_->asset(Rank{i});
    for (const Dependency& dep : asset.deps) {
      if (dep.key == m.asset && dep.rule.max_age) happen_to(Kind::edge, asset.key);
    }
  }
}

void Model::give(const Graph& graph, const std::vector<std::string>& names) {
  graph_ = std::shared_ptr<const Graph>{std::shared_ptr<const Graph>{}, &graph};
  bind();
  ++clock_;
  for (const std::string& name : names) update(find(name), true, "", -1, -1, {});
  for (const std::string& name : names) {
    History& h = history_[find(name)];
    h.materialized = true;
    h.consumed = what_there_is(to_key(name));
    h.all.clear();
  }
  happenings_.clear();
}

void Model::load(std::shared_ptr<const Graph> graph) {
  ++clock_;
  const std::map<std::string, std::string> described = std::exchange(described_, {});
  std::map<std::string, std::uint32_t> shapes;
  std::map<std::string, std::set<std::string>> deps;
  if (graph_) {
    for (std::uint32_t i = 0; i < graph_->size(); ++i) {
      const AssetDefinition& asset = graph_->asset(Rank{i});
      shapes[asset.key] = is_cut(asset.key) ? spaces_.at(asset.key)->shape() : 0;
      for (const Dependency& dep : asset.deps) deps[asset.key].insert(dep.key);
    }
  }
  std::map<std::string, std::set<Member>> existed;
  for (const auto& [key, text] : described) existed[key] = universe(key);
  const bool is_first = described.empty();
  graph_ = std::move(graph);
  bind();
  for (auto& [key, condition] : conditions_) condition.in_force = false;
  for (std::uint32_t i = 0; i < graph_->size(); ++i) {
    const AssetDefinition& asset = graph_->asset(Rank{i});
    const std::string& key = asset.key;
    const bool was_defined = described.contains(key);

    std::string text = asset.automation + '\n' + asset.code_version + '\n';
    for (const CheckDefinition& check : asset.checks) {
      text += check.name + (check.blocking ? " blocking" : "") +
              std::to_string(static_cast<int>(check.severity)) + '\n';
    }
    if (asset.freshness) {
      text += format_duration(asset.freshness->within) + ' ' +
              (asset.freshness->warn ? format_duration(*asset.freshness->warn) : "") + '\n';
    }
    Keys lines;
    for (const Dependency& dep : asset.deps) {
      lines.insert(dep.key + ' ' + (dep.rule.max_age ? format_duration(*dep.rule.max_age) : "") +
                   ' ' + (dep.rule.wait_until ? std::to_string(dep.rule.wait_until->count()) : "") +
                   dep.rule.timezone + dep.mapping.text);
    }
    for (const std::string& line : lines) text += line + '\n';
    text += asset.partitions ? asset.partitions->text : "";
    // Whether it can be missing at all depends on where it comes from.
    const std::string origin = !asset.external                         ? ""
                               : asset.source.kind == SourceKind::none ? "unknown"
                                                                       : "a source";
    if (std::exchange(origins_[key], origin) != origin && was_defined)
      happen_to(Kind::missing, key);
    text += origin;
    described_[key] = text;
    if (const auto it = described.find(key); it == described.end() || it->second != text)
      happen_to(Kind::definition, key);

    if (was_defined && code_known_[key] != asset.code_version) code_changed_[key] = clock_;
    code_known_[key] = asset.code_version;

    // A new dependency was not consumed, whatever it holds.
    for (const Dependency& dep : asset.deps) {
      if (!was_defined || deps[key].contains(dep.key)) continue;
      for (auto& [member, history] : history_) {
        if (member.asset == key) history.consumed.erase(dep.key);
      }
    }

    const std::uint32_t shape = is_cut(key) ? spaces_.at(key)->shape() : 0;
    if (was_defined && shapes[key] != shape) {
      conditions_.erase(key);
      std::erase_if(handed_back_, [&](const auto& entry) { return entry.first.asset == key; });
      for (auto& [other, condition] : conditions_) {
        std::erase_if(condition.memory,
                      [&](const auto& entry) { return std::get<2>(entry.first).asset == key; });
      }
    }
    if (asset.automation.empty() || asset.external) {
      conditions_.erase(key);
      std::erase_if(handed_back_, [&](const auto& entry) { return entry.first.asset == key; });
      continue;
    }
    Expression expression = parse(asset.automation);
    const std::string canonical = to_text(expression);
    Condition& condition = conditions_[key];
    if (condition.text != canonical) {
      Condition next;
      for (const Member& m : universe(key)) {
        if (is_pending(condition, condition.expression, m)) next.pending.insert(m);
      }
      next.expression = std::move(expression), next.text = canonical;
      condition = std::move(next);
    }
    condition.in_force = true;
  }
  for (std::uint32_t i = 0; i < graph_->size() && !is_first; ++i) {
    const AssetDefinition& asset = graph_->asset(Rank{i});
    for (const Dependency& dep : asset.deps) {
      if (existed.contains(dep.key) && existed[dep.key] != universe(dep.key))
        happen_to(Kind::person, asset.key);
    }
  }
  // An asset that somebody names is gone.
  for (const auto& [key, text] : described) {
    if (!described_.contains(key)) happen_to(Kind::definition, key);
  }
  look_around();
}

/// What is told of a partition that an external asset lacks makes it exist, if its set is dynamic.
void Model::learn(const std::string& name) {
  const std::string asset = to_key(name);
  const auto space = spaces_.find(asset);
  if (space == spaces_.end() || name == asset || !definition(asset)->external) return;
  const auto keys = space->second->new_keys(
      std::string_view{name}.substr(asset.size() + 1, name.size() - asset.size() - 2), now_);
  if (!keys) return;
  for (const auto& [set, key] : *keys) change_partitions(set, {key}, true);
}

void Model::materialize(const std::string& name, const std::string& version) {
  learn(name);
  ++clock_;
  const Member m = find(name);
  update(m, true, version, -1, -1, {});
  History& h = history_[m];
  h.materialized = true;
  h.code_version.clear();
  h.consumed = what_there_is(m.asset);
  handle(m);
  look_around();
}

void Model::observe(const std::string& name, const std::string& version) {
  learn(name);
  ++clock_;
  const Member m = find(name);
  update(m, false, version, -1, -1, {});
  handle(m);
  look_around();
}

void Model::record_check(const std::string& name, const std::string& check, bool passed,
                         bool warns) {
  ++clock_;
  const Member m = find(name);
  const auto& checks = definition(m.asset)->checks;
  if (std::ranges::find(checks, check, &CheckDefinition::name) == checks.end())
    throw std::invalid_argument{m.asset + " has no check " + check};
  history_[m].checks[check] = {.when = clock_, .passed = passed, .warns = warns};
  happen(Kind::check, m);
}

void Model::wipe(const std::string& name) {
  ++clock_;
  const Member m = find(name);
  History& h = history_[m];
  h.updates.clear();
  h.checks.clear();
  h.consumed.clear();
  h.code_version.clear();
  h.materialized = false;
  h.wiped = clock_;
  happen(Kind::missing, m);
  happen(Kind::check, m);
  happen(Kind::definition, m);
  look_around();
}

void Model::pause(const std::vector<std::string>& assets, bool paused) {
  ++clock_;
  for (const std::string& asset : assets) {
    if (paused) {
      paused_.insert(asset);
    } else if (paused_.erase(asset) != 0) {
      happen_to(Kind::person, asset);
    }
  }
}

void Model::change_partitions(const std::string& set, const std::vector<std::string>& keys,
                              bool add) {
  ++clock_;
  std::map<std::string, std::set<Member>> existed;
  for (const auto& [key, text] : described_) existed[key] = universe(key);
  for (const std::string& key : keys) {
    auto& all = dynamic_[set];
    const bool has = std::ranges::find(all, key) != all.end();
    if (add && !has) all.push_back(key);
    if (!add) std::erase(all, key);
  }
  bind();
  for (std::uint32_t i = 0; i < graph_->size(); ++i) {
    const AssetDefinition& asset = graph_->asset(Rank{i});
    for (const Dependency& dep : asset.deps) {
      if (existed[dep.key] != universe(dep.key)) happen_to(Kind::person, asset.key);
    }
  }
  look_around();
}

// --- Runs.

const Model::Step* Model::queued_step(const Member& m) const {
  for (const Step& s : steps_) {
    if (s.member == m && !s.ended && !s.started) return &s;
  }
  return nullptr;
}

Model::Step* Model::oldest(const Member& m) {
  for (Step& s : steps_) {
    if (s.member == m && !s.ended) return &s;
  }
  return nullptr;
}

/// Members of one partition and one project share a run; each follows those that it needs among all
/// that are asked for together.  One that is queued already is joined.
void Model::queue(const std::vector<Wanted>& wanted, bool by_automation) {
  ++clock_;
  std::map<Member, int> step_of;
  std::map<std::tuple<std::string, std::uint64_t, std::string>, int> run_of;
  std::map<int, Keys> names;
  // Several partitions of an asset are a backfill, of its own and of what it is connected with.
  std::map<std::string, int> count;
  std::map<std::string, std::string> part;
  for (const Wanted& w : wanted) {
    part.try_emplace(w.member.asset, w.member.asset);
    if (queued_step(w.member) == nullptr) ++count[w.member.asset];
  }
  // What is wanted of the same partitions shares their runs.
  std::map<std::string, std::set<std::uint64_t>> partitions;
  for (const Wanted& w : wanted) partitions[w.member.asset].insert(w.member.partition);
  for (auto& [asset, mine] : part) {
    for (auto& [other, its] : part) {
      const bool same = is_cut(asset) && partitions[asset].size() > 1 &&
                        partitions[asset] == partitions[other] &&
                        definition(asset)->project == definition(other)->project;
      if (same) mine = its = std::min(mine, its);
    }
  }
  for (bool again = true; again;) {
    again = false;
    for (auto& [asset, mine] : part) {
      for (const Dependency& dep : definition(asset)->deps) {
        const auto up = part.find(dep.key);
        if (up == part.end() || up->second == mine) continue;
        mine = up->second = std::min(mine, up->second);
        again = true;
      }
    }
  }
  Keys backfills;
  for (const auto& [asset, members] : count) {
    if (members > 1) backfills.insert(part[asset]);
  }
  std::set<Member> asked;
  for (const Wanted& w : wanted) {
    if (!asked.insert(w.member).second) continue;
    if (const Step* queued = queued_step(w.member)) {
      step_of[w.member] = queued->number;
      Step& joined = steps_[static_cast<std::size_t>(queued->number)];
      joined.own_reason = joined.own_reason || w.own_reason;
    } else {
      const auto [run, is_new] =
          run_of.try_emplace({definition(w.member.asset)->project, w.member.partition,
                              backfills.contains(part[w.member.asset]) ? part[w.member.asset] : ""},
                             runs_);
      if (is_new) ++runs_;
      Step step;
      step.number = static_cast<int>(steps_.size());
      step.run = run->second;
      step.member = w.member;
      step.name = name_of(w.member);
      step.own_reason = w.own_reason;
      step_of[w.member] = step.number;
      names[step.run].insert(step.name);
      run_targets_[step.run].insert(w.member);
      steps_.push_back(std::move(step));
      happen(Kind::progress, w.member, w.member);
    }
  }
  // Later than whatever else is requested with it: that is no reason to ask again.
  ++clock_;
  for (const Member& m : asked) {
    if (!by_automation) break;
    seen_.requested.insert(name_of(m));
    handle(m);
  }
  for (const auto& [run, members] : names) seen_.runs.insert(members);
  for (const auto& [member, number] : step_of) {
    Step& step = steps_[static_cast<std::size_t>(number)];
    const auto& deps = definition(member.asset)->deps;
    for (std::size_t d = 0; d < deps.size(); ++d) {
      for (const Member& up : needed(member, d).members) {
        if (const auto it = step_of.find(up); it != step_of.end()) {
          step.waits.insert(it->second);
          step.follows.insert(it->second);
        }
        // A source's own checks run on each update, and what depends on it waits for those that
        // block.
        const AssetDefinition* source = definition(up.asset);
        for (const CheckDefinition& check : source->checks) {
          if (source->external && check.blocking && !check.command.empty()) step.gates.insert(up);
        }
      }
    }
  }
}

bool Model::is_ready(const Step& step, std::set<Blocker>* blockers) {
  if (!step.waits.empty()) return false;
  std::set<Blocker> found = step.blockers;
  bool waiting = false;
  for (const Member& gate : step.gates) {
    const AssetDefinition* asset = definition(gate.asset);
    if (asset == nullptr) continue;
    for (const CheckDefinition& check : asset->checks) {
      if (!check.blocking) continue;
      const CheckResult* is = result(gate, check.name);
      if (is == nullptr) waiting = true;
      if (blocks(is)) found.insert({gate, check.name, clock_});
    }
  }
  if (waiting) return false;
  if (blockers != nullptr) *blockers = std::move(found);
  return true;
}

/// How a step that need not, or must not, start ends; "" where it may start, or waits.
std::string Model::fate(const Step& step, std::set<Blocker>& blockers) {
  const Member m = step.member;
  if (!exists(m) || definition(m.asset)->external) return "canceled";
  if (!is_ready(step, &blockers)) return {};
  if (!blockers.empty()) return "left";
  const History& h = history(m);
  const auto& deps = definition(m.asset)->deps;
  if (!step.unwritten.empty()) {
    // "Counts as unchanged for downstream members that have another changed input."
    bool changed = h.materialized && is_data_stale(m);
    for (std::size_t d = 0; d < deps.size() && !h.materialized; ++d) {
      for (const Member& up : needed(m, d).members)
        changed = changed || (!is_missing(up) && !step.unwritten.contains(up));
    }
    if (!changed) {
      for (const Member& up : step.unwritten) blockers.insert({up, "", clock_});
      return "idle";
    }
  }
  const bool unchanged =
      !step.own_reason && h.materialized && !deps.empty() && !is_code_stale(m) && !is_data_stale(m);
  return unchanged ? "unchanged" : "";
}

/// Ends what need not, or must not, start.
void Model::settle() {
  for (bool again = true; again;) {
    again = false;
    for (Step& step : steps_) {
      if (step.started || step.ended) continue;
      std::set<Blocker> blockers;
      const std::string how = fate(step, blockers);
      if (how.empty()) continue;
      again = true;
      finish(step, how);
      if ((how == "left" || how == "idle") && !definition(step.member.asset)->automation.empty())
        handed_back_[step.member] = blockers;
    }
  }
}

bool Model::can_start(const std::string& name) {
  const Member m = find(name);
  const Step* step = oldest(m);
  std::set<Blocker> blockers;
  return step != nullptr && !step->started && is_ready(*step, nullptr) &&
         fate(*step, blockers).empty();
}

void Model::begin(Step& step) {
  step.started = true;
  step.consumed = what_there_is(step.member.asset);
  step.code_version = definition(step.member.asset)->code_version;
  handle(step.member);
}

void Model::start(const std::string& name) {
  Step* step = oldest(find(name));
  if (step == nullptr || step->started)
    throw std::invalid_argument{"no step of " + name + " waits to be started"};
  ++clock_;
  if (!can_start(name)) {
    seen_.refused.insert(name);
    return;
  }
  begin(*step);
}

void Model::finish(Step& step, const std::string& status) {
  step.ended = true;
  const Member m = step.member;
  History& h = history_[m];
  happen(Kind::progress, m, m);
  h.ended = clock_;
  if (status == "failed") {
    h.last = History::Last::failed;
    if (exists(m)) seen_.notified.insert(m.asset);  // of what is gone nobody wants to be told
  } else if (status == "succeeded" || status == "canceled" || status == "wrote_nothing") {
    h.last = status == "succeeded" ? History::Last::succeeded : History::Last::other;
  }
  const bool succeeded = status == "succeeded" || status == "unchanged";
  if (succeeded) h.succeeded = clock_;
  if (status == "canceled") handle(m);
  for (Step& waiter : steps_) {
    if (waiter.ended || waiter.waits.erase(step.number) == 0) continue;
    if (status == "succeeded") {
      waiter.gates.insert(m);
    } else if (status == "unchanged") {
      for (const CheckDefinition& check : definition(m.asset)->checks) {
        if (check.blocking && blocks(result(m, check.name)))
          waiter.blockers.insert({m, check.name, clock_});
      }
    } else if (status == "wrote_nothing" || status == "idle") {
      waiter.unwritten.insert(m);
    } else {
      waiter.blockers.insert({m, "", clock_});
    }
  }
}

void Model::end(const std::string& name, End how, const std::string& version) {
  Step* step = nullptr;
  for (Step& s : steps_) {
    if (s.name == name && !s.ended && step == nullptr) step = &s;
  }
  if (step == nullptr) throw std::invalid_argument{"no step of " + name + " is outstanding"};
  ++clock_;
  if (how == End::canceled) {
    finish(*step, "canceled");
    return;
  }
  if (!step->started) {
    if (!can_start(name)) {
      seen_.refused.insert(name);
      return;
    }
    begin(*step);
    ++clock_;
  }
  const Member m = step->member;
  if (how == End::succeeded) {
    update(m, true, version, step->run, step->number, m);
    History& h = history_[m];
    h.materialized = true;
    h.code_version = step->code_version;
    h.consumed = step->consumed;
    look_around(m);
  }
  finish(*step, how == End::succeeded ? "succeeded"
                : how == End::failed  ? "failed"
                                      : "wrote_nothing");
}

void Model::request(const std::vector<std::string>& assets, const std::vector<std::string>& keys) {
  std::vector<Wanted> wanted;
  for (const std::string& key : assets) {
    if (definition(key)->external) continue;
    if (!is_cut(key)) {
      wanted.push_back({{key, 0}, true});
      continue;
    }
    if (keys.empty()) throw std::invalid_argument{key + " is cut"};
    for (const std::string& partition : keys)
      wanted.push_back({find(key + "[" + partition + "]"), true});
  }
  if (wanted.empty()) throw std::invalid_argument{"nothing to request"};
  queue(wanted, false);
}

// --- What is seen from outside.

std::vector<std::string> Model::outstanding(bool started) const {
  std::map<std::string, bool> oldest;
  for (const Step& step : steps_) {
    if (!step.ended) oldest.try_emplace(step.name, step.started);
  }
  std::vector<std::string> out;
  for (const auto& [name, is] : oldest) {
    if (is == started) out.push_back(name);
  }
  return out;
}

Observed Model::observe_all() {
  Observed out = std::exchange(seen_, {});
  for (std::uint32_t i = 0; i < graph_->size(); ++i) {
    const AssetDefinition& asset = graph_->asset(Rank{i});
    if (asset.freshness) out.freshness[asset.key] = freshness(asset.key);
    for (const Member& m : universe(asset.key)) {
      const std::string name = name_of(m);
      if (!asset.external && is_missing(m)) out.missing.insert(name);
      if (history(m).last == History::Last::failed) out.failed.insert(name);
      if (Keys causes = stale_causes(m); !causes.empty()) out.stale[name] = std::move(causes);
    }
  }
  for (const Step& step : steps_) {
    if (!step.ended) (step.started ? out.in_progress : out.queued).insert(step.name);
  }
  return out;
}

// --- Time.

std::set<std::string> Model::crons() const {
  std::set<std::string> out;
  for (const auto& [key, condition] : conditions_) {
    if (!condition.in_force) continue;
    const auto collect = [&](const auto& self, const Expression& e) -> void {
      if (e.word == "cron_tick_passed" || e.word == "updated_since_tick")
        out.insert(e.text + '|' + e.zone);
      for (const Expression& arg : e.args) self(self, arg);
    };
    collect(collect, condition.expression);
  }
  return out;
}

std::optional<Instant> Model::next_instant() const {
  std::optional<Instant> out;
  const auto maybe = [&](std::optional<Instant> at) {
    if (at && *at > now_ && (!out || *at < *out)) out = at;
  };
  for (const std::string& cron : crons()) {
    const std::size_t bar = cron.find('|');
    maybe(Cron::parse(cron.substr(0, bar))->next(now_, **find_time_zone(cron.substr(bar + 1))));
  }
  for (const auto& [key, space] : spaces_) maybe(space->next_window(now_));
  for (std::uint32_t i = 0; i < graph_->size(); ++i) {
    const AssetDefinition& asset = graph_->asset(Rank{i});
    if (const Update* update = latest(asset.key); update != nullptr && asset.freshness) {
      maybe(update->at + asset.freshness->within);
      if (asset.freshness->warn) maybe(update->at + *asset.freshness->warn);
    }
    for (const Dependency& dep : asset.deps) {
      const Update* update = latest(dep.key);
      if (!dep.rule.max_age || update == nullptr) continue;
      maybe(update->at + *dep.rule.max_age);
      if (!dep.rule.wait_until) continue;
      const auto zone = find_time_zone(dep.rule.timezone);
      const LocalTime today = std::chrono::floor<std::chrono::days>((*zone)->to_local(now_));
      for (const LocalTime day : {today, today + std::chrono::days{1}}) {
        maybe((*zone)->from_local(day).earlier);
        maybe((*zone)->from_local(day + *dep.rule.wait_until).later);
      }
    }
  }
  return out;
}

void Model::advance(Instant to) {
  while (true) {
    const auto next = next_instant();
    if (!next || *next > to) break;
    const Instant before = now_;
    now_ = *next;
    ++clock_;
    for (const std::string& cron : crons()) {
      const std::size_t bar = cron.find('|');
      const auto tick =
          Cron::parse(cron.substr(0, bar))->previous(now_, **find_time_zone(cron.substr(bar + 1)));
      if (!tick || *tick <= before) continue;
      happenings_.push_back(
          {.when = clock_, .kind = Kind::tick, .who = {}, .whole = true, .detail = cron});
    }
    look_around();
    evaluate();
  }
  now_ = to;
}

}  // namespace freshet::reference
