#include "world.hpp"

#include <algorithm>
#include <sstream>

#include "expressions.hpp"
#include "freshet/snapshot.hpp"
#include "lockstep.hpp"
#include "model/partition/mapping.hpp"
#include "model/partition/space.hpp"
#include "plans.hpp"

namespace freshet::sim {

namespace {

constexpr int plan_every = 499;  ///< Moments: a plan of everything takes many times as long as one.

/// Shortly before clocks change, and a day on which nothing does.
Instant start_of_time(std::size_t which) {
  using namespace std::chrono;  // NOLINT: dates
  switch (which) {
    case 0:
      return sys_days{year{2026} / 3 / 29} + 30min;  // Vienna: 01:00Z
    case 1:
      return sys_days{year{2026} / 10 / 25} + 20min;  // Vienna: 01:00Z
    case 2:
      return sys_days{year{2026} / 3 / 8} + 6h + 30min;  // New York: 07:00Z
    case 3:
      return sys_days{year{2026} / 11 / 1} + 5h + 20min;  // New York: 06:00Z
    default:
      return sys_days{year{2026} / 3 / 28};
  }
}

/// First difference of two tables, as a name; "" if they are equal.
template <class R>
std::string compare(const std::vector<R>& a, const std::vector<R>& b) {
  if (a == b) return {};
  std::ostringstream out;
  out << R::table << ": " << a.size() << " and " << b.size() << " rows";
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    if (!(a[i] == b[i])) {
      out << ", first difference at row " << i;
      break;
    }
  }
  return out.str();
}

/// Rows of a live engine and of storage say the same, but for what only one of them keeps.
std::string compare(Rows live, Rows stored) {
  // Storage keeps results of checks that a wipe has emptied, and empty histories; both mean
  // nothing.
  const auto tidy = [](Rows& rows) {
    std::erase_if(rows.of<VersionsRow>(), [](const VersionsRow& r) { return r.history.empty(); });
    std::erase_if(rows.of<CheckRow>(), [](const CheckRow& r) { return r.sequence.value == 0; });
    std::erase_if(rows.of<MemoryRow>(), [](const MemoryRow& r) { return r.set.empty(); });
    std::erase_if(rows.of<ColumnsRow>(), [](const ColumnsRow& r) { return r.columns.empty(); });
    std::erase_if(rows.of<ColumnsReadRow>(), [](const auto& r) { return r.reads.empty(); });
    std::erase_if(rows.of<ConditionRow>(), [](const ConditionRow& r) { return r.expression == 0; });
    std::erase_if(rows.of<HandedBackRow>(),
                  [](const HandedBackRow& r) { return r.blockers.empty(); });
    std::erase_if(rows.of<AlertRow>(), [](const AlertRow& r) { return r.sequence.value == 0; });
    std::apply(
        [](auto&... table) {
          (std::ranges::sort(table, {}, [](const auto& row) { return key_of(row); }), ...);
        },
        rows.tables);
    for (auto& row : rows.of<RunRow>()) row.sequence = {};
  };
  tidy(live), tidy(stored);
  std::string out;
  std::apply(
      [&](const auto&... table) {
        ((out =
              out.empty()
                  ? compare(table, stored.of<typename std::decay_t<decltype(table)>::value_type>())
                  : out),
         ...);
      },
      live.tables);
  if (out.empty() && live.sequence != stored.sequence) out = "sequence";
  return out;
}

}  // namespace

namespace {

WindowsDefinition windows(Cadence cadence, std::string schedule, std::string timezone,
                          Instant start) {
  return {.cadence = cadence,
          .schedule = std::move(schedule),
          .timezone = std::move(timezone),
          .start = start};
}

PartitionsDefinition cut(std::vector<DimensionDefinition> dimensions, std::string text) {
  return {.dimensions = std::move(dimensions), .text = std::move(text)};
}

/// A dependency's mapping that fits both sides: the wanted one, else the inferred one, else all.
void fit(Dependency& dep, const AssetDefinition& asset, const AssetDefinition& upstream) {
  PartitionRegistry registry;
  const auto space = [&](const AssetDefinition& def) -> std::shared_ptr<const PartitionSpace> {
    if (!def.partitions) return nullptr;
    const auto needs = PartitionSpace::needs(*def.partitions, {});
    registry.shapes.intern(needs->shape);
    for (const std::string& key : needs->keys) registry.keys.intern(key);
    return PartitionSpace::bind(*def.partitions, {}, registry);
  };
  const auto mine = space(asset), theirs = space(upstream);
  if (make_mapping(dep.mapping, mine, theirs)) return;
  dep.mapping = {};
  if (make_mapping(dep.mapping, mine, theirs)) return;
  dep.mapping = {.kind = MappingDefinition::Kind::all, .text = "all"};
}

}  // namespace

std::optional<PartitionsDefinition> World::random_partitions() {
  const DimensionDefinition keys{.name = "", .of = StaticKeys{{"p", "q", "r"}}};
  const DimensionDefinition region{.name = "region", .of = StaticKeys{{"p", "q"}}};
  const auto five = windows(Cadence::cron, "*/5 * * * *", "UTC", start_ - std::chrono::minutes{25});
  switch (below(13)) {
    case 0:
      return cut({keys}, "static pqr");
    case 1:
      return cut({{.name = "", .of = StaticKeys{{"p", "q", "r", "s"}}}}, "static pqrs");
    case 2:
      return cut({{.name = "", .of = five}}, "five");
    case 3:
      return cut(
          {{.name = "",
            .of = windows(Cadence::hourly, "", "Europe/Vienna", start_ - std::chrono::hours{4})}},
          "hourly");
    case 4:
      return cut({{.name = "", .of = DynamicKeys{"things"}}}, "dynamic things");
    case 5:
      return cut({region, {.name = "at", .of = five}}, "region five");
    case 6:
      return cut({{.name = "",
                   .of = windows(Cadence::cron, "*/20 * * * *", "America/New_York",
                                 start_ - std::chrono::hours{1})}},
                 "twenty");
    default:
      return std::nullopt;
  }
}

std::string World::random_partition(const std::string& asset) {
  const auto keys = engine_->partitions(asset);
  if (!keys || keys->empty()) return {};
  // Mostly one of the newest, so that there is something to do.
  const std::size_t newest = std::min<std::size_t>(keys->size(), 4);
  return (*keys)[chance(80) ? keys->size() - 1 - below(newest) : below(keys->size())];
}

World::World(std::uint64_t seed, bool in_lockstep) : random_{seed} {
  start_ = now_ = start_of_time(below(5));
  options_.slots = static_cast<std::uint32_t>(1 + below(4));
  assets_ = 4 + below(14);
  graph_ = random_graph();
  engine_ = new_engine(false);
  if (in_lockstep) thorough_ = new_engine(true);
}

std::unique_ptr<Engine> World::new_engine(bool evaluate_everything) {
  EngineOptions options = options_;
  options.evaluate_everything = evaluate_everything;
  return std::make_unique<Engine>(options);
}

std::string World::random_automation(bool of_check) {
  Vocabulary words{.assets = {},
                   .crons = {"\"*/7 * * * *\"", "\"*/11 * * * *\"", "\"0 * * * *\"",
                             "\"30 2 * * *\", \"Europe/Vienna\"",
                             "\"30 1,2 * * *\", \"America/New_York\"", "\"*/15 * * * *\", \"UTC\""},
                   .lookbacks = {"\"6m\"", "\"2h\""}};
  if (of_check) words.left_out = {"lazy", "freshness_due", "any_downstream_conditions"};
  for (std::size_t i = 0; i < assets_; ++i) words.assets.push_back("a" + std::to_string(i));
  return Expressions{random_, words}.any();
}

std::shared_ptr<const Graph> World::random_graph() {
  auto definitions = std::make_shared<Definitions>();
  definitions->project = "sim";
  definitions->pools = {{"narrow", 1}, {"wide", 3}};
  for (std::size_t i = 0; i < assets_; ++i) {
    AssetDefinition asset;
    asset.key = "a" + std::to_string(i);
    asset.project = "sim";
    if (i < 2 || chance(15)) {
      asset.external = true;
      asset.source.kind = SourceKind::webhook;
    } else {
      asset.command = {"true"};
      std::set<std::size_t> deps;
      for (std::size_t n = below(4); n > 0; --n) deps.insert(below(i));
      for (const std::size_t d : deps) {
        Dependency dep{.key = "a" + std::to_string(d), .rule = {}, .mapping = {}, .place = {}};
        if (chance(15)) dep.columns = {"x"};
        if (chance(10)) dep.rule.max_age = std::chrono::minutes{5 + static_cast<int>(below(60))};
        if (chance(10)) {
          dep.mapping = {.kind = MappingDefinition::Kind::last, .text = "last"};
        } else if (chance(10)) {
          dep.mapping = {.kind = MappingDefinition::Kind::all, .text = "all"};
        } else if (chance(10)) {
          dep.mapping = {.kind = MappingDefinition::Kind::time_window,
                         .start_offset = -1 - static_cast<std::int32_t>(below(2)),
                         .end_offset = -static_cast<std::int32_t>(below(2)),
                         .allow_nonexistent = chance(30)};
          dep.mapping.text = "time_window " + std::to_string(dep.mapping.start_offset) + ' ' +
                             std::to_string(dep.mapping.end_offset) +
                             (dep.mapping.allow_nonexistent ? " allow" : "");
        }
        if (dep.rule.max_age && chance(30))
          dep.rule.wait_until = std::chrono::hours{static_cast<int>(below(24))};
        asset.deps.push_back(std::move(dep));
      }
      if (chance(85)) asset.automation = random_automation();
      if (chance(30)) asset.pool = chance(50) ? "narrow" : "wide";
      asset.priority = static_cast<std::int32_t>(below(3));
      asset.retries.max = static_cast<int>(below(3));
      asset.retries.delay = Seconds{1 + static_cast<int>(below(5))};
      if (chance(30)) asset.timeout = Seconds{20};
      if (chance(40)) asset.code_version = "v" + std::to_string(below(2));
      if (chance(25)) {
        CheckDefinition check;
        check.name = "sane";
        check.blocking = chance(60);
        if (chance(70)) check.command = {"check"};
        asset.checks.push_back(std::move(check));
      }
    }
    if (!asset.checks.empty() && chance(50))
      asset.checks.front().automation = random_automation(true);
    if (chance(20)) {
      asset.checks.push_back({.name = "alone", .command = {"check"}, .place = {}});
      asset.checks.back().blocking = chance(30);
      asset.checks.back().automation = random_automation(true);
    }
    if (chance(20))
      asset.freshness =
          FreshnessPolicy{.within = std::chrono::minutes{20}, .warn = std::chrono::minutes{10}};
    asset.partitions = random_partitions();
    if (chance(25)) {
      asset.backfill.per_run = static_cast<std::uint32_t>(below(4));
      asset.backfill.concurrency = static_cast<std::uint32_t>(1 + below(3));
      asset.backfill.is_range = !asset.partitions || asset.partitions->dimensions.size() == 1;
    }
    for (Dependency& dep : asset.deps) {
      const auto up = std::ranges::find(definitions->assets, dep.key, &AssetDefinition::key);
      fit(dep, asset, *up);
    }
    definitions->assets.push_back(std::move(asset));
  }
  return *Graph::build({definitions});
}

void World::require(bool holds, const std::string& what) {
  if (!holds && violated_.empty())
    violated_ = what + " (moment " + std::to_string(counts_.moments) + ")";
}

void World::step(std::vector<Input> inputs) {
  ++counts_.moments;
  for (const Input& in : inputs) {
    if (const auto* load = std::get_if<input::Load>(&in)) loaded_.push_back(load->graph);
  }
  const Moment moment = engine_->step(inputs, now_);
  if (thorough_) {
    const std::string differs = difference(moment, thorough_->step(inputs, now_), *engine_);
    require(differs.empty(), "evaluating everything makes a difference: " + differs);
  }
  if (crashing_ && chance(2)) {
    // The daemon dies with the batch in flight: nothing of it was written, and nothing let out.
    if (std::ranges::any_of(
            inputs, [](const Input& in) { return std::holds_alternative<input::Load>(in); }))
      loaded_.pop_back();
    crash();
    return;
  }
  store_.commit(moment.batch);
  for (const FactRecord& record : moment.batch.facts) {
    if (const auto* ended = std::get_if<fact::StepEnded>(&record.fact)) {
      require(++ended_[ended->step] == 1, "a step ended twice");
    }
    if (std::holds_alternative<fact::RunQueued>(record.fact)) ++counts_.requests;
  }
  check();
  for (const Effect& effect : moment.effects) {
    if (crashing_ && chance(2)) {
      crash();  // … or with only some of the effects let out
      return;
    }
    let_out(effect);
  }
}

void World::let_out(const Effect& effect) {
  if (const auto* start_step = std::get_if<effect::StartStep>(&effect)) {
    start(*start_step);
  } else if (const auto* stop = std::get_if<effect::StopStep>(&effect)) {
    const auto it = processes_.find({stop->step, stop->attempt});
    if (it == processes_.end() || it->second.ended) return;
    it->second.hangs = false;
    it->second.outcome.kind = input::StepOutcome::Kind::signaled;
    it->second.outcome.code = 15;
    due_.push({now_ + Millis{10}, order_++, Due::Kind::ended, it->first});
  } else {
    const auto& answer = std::get<effect::Answer>(effect);
    const auto it = waiting_.find(answer.token);
    if (it == waiting_.end()) return;
    sent_[it->second].acknowledged = !answer.reply.error;
    waiting_.erase(it);
  }
}

void World::start(const effect::StartStep& effect) {
  ++counts_.starts;
  const std::pair key{effect.step, effect.attempt};
  require(!processes_.contains(key), "an attempt was started twice");
  const auto running =
      std::ranges::count_if(processes_, [](const auto& p) { return !p.second.ended; });
  require(static_cast<std::uint32_t>(running) < options_.slots + 1,
          "more processes run than there are slots");
  Process process{.step = effect.step,
                  .attempt = effect.attempt,
                  .outcome = {.step = effect.step, .attempt = effect.attempt}};
  using Kind = input::StepOutcome::Kind;
  if (chance(20)) process.outcome.code = 1;
  if (chance(5)) process.outcome.kind = Kind::signaled, process.outcome.code = 9;
  if (chance(3)) process.outcome.kind = Kind::exec_error;
  if (chance(3)) process.outcome.kind = Kind::lost;
  if (chance(5)) process.outcome.kind = Kind::wrote_nothing;
  if (chance(30)) process.outcome.data_version = "d" + std::to_string(below(3));
  if (process.outcome.code != 0) process.outcome.data_version.clear();
  const AssetDefinition& asset = effect.graph->asset(effect.rank);
  if (effect.check.empty() && chance(15)) {
    process.outcome.columns_read.emplace();
    for (const Dependency& dep : asset.deps) {
      if (chance(70)) process.outcome.columns_read->push_back({dep.key, {chance(50) ? "x" : "y"}});
    }
  }
  process.hangs = asset.timeout && chance(15);
  processes_[key] = process;
  due_.push({now_ + delay(50), order_++, Due::Kind::running, key});
  if (!process.hangs) due_.push({now_ + delay(10'000), order_++, Due::Kind::ended, key});
}

void World::crash() {
  ++counts_.crashes;
  engine_ = new_engine(false);
  Rows rows = store_.load();
  const std::vector<StepRow> steps = rows.of<StepRow>();
  if (thorough_) {
    thorough_ = new_engine(true);
    thorough_->load(rows);
  }
  engine_->load(std::move(rows));
  waiting_.clear();
  if (chance(50)) now_ += delay(60'000);
  const bool outer = std::exchange(crashing_, false);
  step({input::Load{.graph = graph_}});
  for (const StepRow& row : steps) {
    if (row.status != StepStatus::starting && row.status != StepStatus::running) continue;
    const auto it = processes_.find({row.step, row.attempt});
    if (it == processes_.end()) {
      // The claim was never taken: it did not start, and never will.
      processes_[{row.step, row.attempt}] = {
          .step = row.step, .attempt = row.attempt, .ended = true, .outcome = {}};
      step({input::StepOutcome{.step = row.step,
                               .attempt = row.attempt,
                               .kind = input::StepOutcome::Kind::not_started}});
    } else if (it->second.ended) {
      step({it->second.outcome});  // its status file is there
    } else if (row.stop != Reason::none) {
      let_out(effect::StopStep{row.step, row.attempt});
    }
  }
  // Who had no answer asks again, with the same ids.
  for (const auto& [id, sent] : sent_) {
    if (!sent.acknowledged) {
      waiting_[next_token_] = id;
      step({input::Report{.events = {sent.event}, .token = next_token_++}});
    }
  }
  crashing_ = outer;
}

void World::check() {
  require(violated_.empty() ? true : false, violated_);
  const std::string broken = engine_->check_invariants();
  require(broken.empty(), broken);
  if (counts_.moments % 16 == 0) {
    const std::string differs = compare(engine_->rows(), store_.current());
    require(differs.empty(), "storage differs from the live state: " + differs);
  }
  if (counts_.moments % plan_every == 0) {
    const std::string some =
        "a" + std::to_string(static_cast<std::size_t>(counts_.moments / plan_every) % assets_);
    const std::string differs = plan_difference(*engine_, graph_, some, now_);
    require(differs.empty(), differs);
  }
}

void World::report() {
  ++counts_.events, ++counts_.edits;
  input::Event event{.asset = "a" + std::to_string(chance(70) ? below(3) : below(assets_)),
                     .source = "sim",
                     .id = std::to_string(next_event_)};
  const auto rank = graph_->find(event.asset);
  event.partition = random_partition(event.asset);
  if (chance(2)) event.partition = "nowhere";
  if (chance(60)) event.data_version = "v" + std::to_string(below(4));
  if (chance(40)) {
    for (const char* column : {"x", "y"})
      event.columns.push_back({column, DataVersion{1 + below(3)}});
  }
  if (rank && !graph_->asset(*rank).checks.empty() && chance(50)) {
    event.kind = input::Event::Kind::check;
    event.check = graph_->asset(*rank).checks[below(graph_->asset(*rank).checks.size())].name;
    event.passed = chance(60);
  }
  if (chance(3)) event.asset = "nobody";
  sent_[next_event_] = {event, false};
  waiting_[next_token_] = next_event_++;
  std::vector<Input> inputs{input::Report{.events = {event}, .token = next_token_++}};
  step(std::move(inputs));
  if (chance(10)) step({input::Report{.events = {event}}});  // delivered twice
  if (chance(15)) {
    // Several at once are one moment.
    std::vector<Input> together;
    for (std::size_t n = 2 + below(2); n > 0; --n) {
      const std::string key = "a" + std::to_string(below(assets_));
      if (const auto r = graph_->find(key)) {
        input::Event part{.asset = key, .partition = random_partition(key), .source = "sim"};
        if (chance(50)) part.data_version = "v" + std::to_string(below(4));
        together.emplace_back(input::Report{.events = {std::move(part)}});
      }
    }
    step(std::move(together));
  }
}

void World::act() {
  const std::string some = "a" + std::to_string(below(assets_));
  switch (below(20)) {
    case 0:
      if (const std::string partition = random_partition(some); !partition.empty()) {
        step({input::Request{
            .assets = {some}, .partitions = chance(20) ? "*" : partition, .actor = "sim"}});
      } else {
        step({input::Request{
            .assets = {some, "a" + std::to_string(below(assets_))},
            .actor = "sim",
            .tags = chance(50) ? std::vector<std::string>{chance(50) ? "team=a" : "team=b"}
                               : std::vector<std::string>{}}});
      }
      break;
    case 1:
      step({input::Pause{.assets = {some}, .paused = chance(50)}});
      break;
    case 2: {
      const auto runs = store_.current().of<RunRow>();
      if (!runs.empty()) step({input::Cancel{.run = runs[below(runs.size())].run, .actor = "sim"}});
      break;
    }
    case 3:
      ++counts_.edits;
      step({input::Wipe{some, random_partition(some)}});
      break;
    case 4:
      if (!chance(30)) break;
      ++counts_.reloads, ++counts_.edits;
      graph_ = random_graph();
      step({input::Load{.graph = graph_}});
      break;
    case 5:
      if (chance(30)) {
        const Micros delta = Seconds{static_cast<std::int64_t>(below(7'200)) - 3'600};
        ++counts_.jumps;
        now_ += delta;
        step({input::Jumped{delta}});
      }
      break;
    case 6: {
      const std::string key = "k" + std::to_string(below(4));
      input::Partitions change{.set = "things", .actor = "sim"};
      (chance(70) ? change.add : change.remove).push_back(key);
      ++counts_.edits;
      step({change});
      break;
    }
    case 7:
      // Nothing happens for long, but what the clock brings about.
      if (chance(20)) flow_until(now_ + std::chrono::minutes{20 + static_cast<int>(below(100))});
      break;
    case 8: {
      input::Backfill backfill{.assets = {some, "a" + std::to_string(below(assets_))},
                               .partitions = {},
                               .only = static_cast<input::Backfill::Only>(below(4)),
                               .newest_first = chance(50),
                               .actor = "sim"};
      if (chance(40)) backfill.per_run = static_cast<std::uint32_t>(below(4));
      if (chance(40)) backfill.concurrency = static_cast<std::uint32_t>(1 + below(4));
      step({backfill});
      break;
    }
    case 9: {
      const auto backfills = store_.current().of<BackfillRow>();
      if (backfills.empty()) break;
      step({input::ChangeBackfill{.backfill = backfills[below(backfills.size())].backfill,
                                  .action = static_cast<input::ChangeBackfill::Action>(below(3)),
                                  .actor = "sim"}});
      break;
    }
    case 10: {
      input::Mute mute{.assets = {some}, .muted = chance(70), .actor = "sim"};
      if (chance(50)) mute.until = now_ + delay(60'000);
      step({mute});
      break;
    }
    default:
      report();
  }
}

bool World::flow_until(Instant target) {
  while (violated_.empty()) {
    const auto wake = engine_->next_wakeup();
    const bool timer = wake && *wake <= target && (due_.empty() || *wake <= due_.top().at);
    if (timer) {
      now_ = std::max(now_, *wake);
      step({input::Tick{}});
      continue;
    }
    if (due_.empty() || due_.top().at > target) break;
    const Due due = due_.top();
    due_.pop();
    now_ = std::max(now_, due.at);
    Process& process = processes_.at(due.attempt);
    if (process.ended) continue;
    if (due.kind == Due::Kind::running) {
      step({input::StepRunning{process.step, process.attempt, 1}});
    } else {
      process.ended = true;
      step({process.outcome});
    }
  }
  now_ = std::max(now_, target);
  return violated_.empty();
}

void World::come_to_rest() {
  crashing_ = false;
  for (int i = 0; i < 60 && violated_.empty(); ++i) flow_until(now_ + std::chrono::minutes{1});
  // Every event that was acknowledged is in the history, and none counts twice.  One that was
  // rejected is kept once, and may count when it is sent again.
  std::map<std::string, int> recorded, rejected;
  for (const FactRecord& record : store_.facts()) {
    if (const auto* u = std::get_if<fact::Updated>(&record.fact);
        u != nullptr && !u->event_id.empty())
      ++recorded[u->event_id];
    if (const auto* c = std::get_if<fact::CheckRecorded>(&record.fact);
        c != nullptr && !c->event_id.empty())
      ++recorded[c->event_id];
    if (const auto* r = std::get_if<fact::EventRejected>(&record.fact);
        r != nullptr && !r->event_id.empty())
      ++rejected[r->event_id];
  }
  for (const auto& [id, sent] : sent_) {
    const std::string name = std::to_string(id);
    if (sent.acknowledged)
      require(recorded.contains(name) || rejected.contains(name), "event " + name + " was lost");
  }
  for (const auto& [id, count] : recorded)
    require(count == 1, "event " + id + " was counted twice");
  for (const auto& [id, count] : rejected)
    require(count == 1, "event " + id + " was rejected twice on record");
  // State is what the facts say, and nothing else.
  Engine replayed{options_};
  std::size_t load = 0;
  for (const FactRecord& record : store_.facts()) {
    if (std::holds_alternative<fact::DefinitionsLoaded>(record.fact))
      replayed.bind(loaded_[load++]);
    replayed.apply(record);
  }
  const std::string differs = compare(replayed.rows(), store_.current());
  require(differs.empty(), "a replay of the facts differs from storage: " + differs);
}

std::string World::run(int moments) {
  step({input::Load{.graph = graph_}});
  while (counts_.moments < moments && violated_.empty()) {
    act();
    if (violated_.empty()) flow_until(now_ + delay(30'000));
  }
  if (violated_.empty()) come_to_rest();
  return violated_;
}

}  // namespace freshet::sim
