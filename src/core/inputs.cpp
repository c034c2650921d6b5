// What comes in: definitions, reports, and commands of people, as facts or as answers that say what
// is wrong.
#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <unordered_set>

#include "base/text.hpp"
#include "core/decide.hpp"
#include "model/codec.hpp"
#include "model/cursor_names.hpp"

namespace freshet::core {

namespace {

constexpr std::size_t body_max = 64 * 1024;  ///< Of a rejected event, kept.

std::string example_partition(const Engine::State& s, AssetId a) {
  const auto last = s.cut(a)->universe.last();
  return last ? s.cut(a)->space->key(*last) : "KEY";
}

std::string encode_reply(const Reply& reply) {
  std::string out;
  codec::Encoder encoder{out};
  encoder.put(reply.error.has_value() ? static_cast<std::uint32_t>(*reply.error) + 1 : 0U);
  encoder.put(reply.message), encoder.put(reply.runs), encoder.put(reply.receipts),
      encoder.put(reply.count), encoder.put(reply.backfill);
  return out;
}
Reply decode_reply(std::string_view bytes) {
  Reply reply;
  std::uint32_t error{};
  codec::Decoder decoder{bytes};
  decoder("error", error), decoder("message", reply.message), decoder("runs", reply.runs);
  decoder("receipts", reply.receipts), decoder("count", reply.count),
      decoder("backfill", reply.backfill);
  if (error != 0) reply.error = static_cast<Errc>(error - 1);
  return reply;
}

}  // namespace

Result<MemberId> find_member(const Engine::State& s, AssetId a, std::string_view partition) {
  if (!s.is_cut(a)) {
    if (partition.empty()) return MemberId{a, {}};
    return Error{Errc::not_found, s.keys[a.value] + " has no partitions, hence no \"" +
                                      std::string{partition} + "\""};
  }
  if (partition.empty()) {
    return Error{Errc::invalid, s.keys[a.value] + " has partitions: say which, e.g. \"" +
                                    example_partition(s, a) + "\""};
  }
  const auto found = s.cut(a)->space->find(partition, s.window_time());
  if (!found) return Error{found.error().code, s.keys[a.value] + ": " + found.error().message};
  return MemberId{a, *found};
}

bool Decider::answer_again(Token token, const Idempotency& idempotency) {
  if (idempotency.key.empty()) return false;
  const auto it = s_.answers.find(idempotency.key);
  if (it == s_.answers.end()) return false;
  Reply reply;
  if (it->second.request != idempotency.request) {
    reply.error = Errc::invalid;
    reply.message = "Idempotency-Key was used before, for another request";
  } else {
    reply = decode_reply(it->second.body);
    reply.replayed = true;
  }
  replies_.emplace_back(token, std::move(reply));
  return true;
}

void Decider::answer(Token token, Reply reply, const Idempotency& idempotency) {
  if (!idempotency.key.empty() && !reply.error) {
    record(fact::Answered{
        .key = idempotency.key, .request = idempotency.request, .body = encode_reply(reply)});
  }
  if (token != 0) replies_.emplace_back(token, std::move(reply));
}

/// For as long as answers are kept; what is said again, or ends and was never heard of, is no fact.
void Decider::remember(const std::string& run, const std::string& said) {
  const auto known = s_.answers.find(run);
  if (known == s_.answers.end() ? said.empty() : known->second.body == said) return;
  record(fact::Answered{.key = run, .body = said});
}

void Decider::take(const input::Load& in) {
  const Graph& graph = *in.graph;
  s_.next_graph = in.graph;
  auto next = static_cast<std::uint32_t>(s_.keys.size());
  std::vector<AssetId> ids(graph.size());
  for (std::uint32_t i = 0; i < graph.size(); ++i) {
    const AssetDefinition& def = graph.asset(Rank{i});
    ids[i] = s_.find(def.key);
    if (ids[i].value != 0) continue;
    AssetId& id = ids[i];
    id = def.renamed_from.empty() || graph.find(def.renamed_from) ? AssetId{}
                                                                  : s_.find(def.renamed_from);
    if (id.value == 0) id = AssetId{next++};
    record(fact::AssetKnown{id, def.key});
  }
  for (std::uint32_t i = 0; i < graph.size(); ++i) {
    for (const CheckDefinition& check : graph.asset(Rank{i}).checks) {
      if (check.automation.empty()) continue;
      const std::string key = Engine::State::check_key(ids[i], check.name);
      if (s_.find(key).value == 0) record(fact::AssetKnown{AssetId{next++}, key});
    }
  }
  // Cursors need an id, as those of sources have one.
  const auto know = [&](const std::string& key) {
    if (s_.find(key).value == 0) record(fact::AssetKnown{AssetId{next++}, key});
  };
  for (const auto& project : graph.projects()) {
    if (!project->lineage.topic.empty()) know(lineage_cursor(project->project));
    for (const Publication& publication : project->publications)
      know(publication_cursor(project->project, publication.name));
  }
  const auto named = name_partitions(graph, s_.dynamic);
  FRESHET_ASSERT(named);  // validated when the definitions were loaded
  for (std::uint32_t i = 0; i < graph.size(); ++i) {
    const AssetId a = ids[i];
    const bool made = s_.members[a.value].materialized.value != 0 ||
                      (s_.cut(a) != nullptr && !s_.cut(a)->materialized.empty());
    if (!made || !s_.definitions[a.value].defined) continue;
    for (const Rank up : graph.upstream(Rank{i})) {
      const AssetId upstream = ids[up.value];
      if (!std::ranges::binary_search(s_.definitions[a.value].deps, upstream))
        record(fact::DependencyAdded{a, upstream});
    }
  }
  std::string names;
  std::uint64_t fingerprint = 0;
  for (const auto& project : graph.projects()) {
    names += (names.empty() ? "" : ",") + project->project;
    fingerprint = fingerprint * 31 + project->fingerprint;
  }
  record(fact::DefinitionsLoaded{names, fingerprint, static_cast<std::uint32_t>(graph.size())});
  for (const auto& [name, schedule] : s_.schedules) {
    if (!schedule.known && !schedule.users.empty()) record(fact::TickPassed{name, s_.now, true});
  }
  for (const auto& [name, one] : s_.series) {
    // A clock that was set back takes no window away, also not from those who join.
    const bool behind = !one.known || one.until < s_.windows_until;
    if (behind && !one.users.empty()) record(fact::TickPassed{name, s_.window_time(), true});
  }
  look_at_clock();
  review_alerts(true);
  know_routes(graph);
  fire_timers();  // what passed while nobody looked
  Reply reply;
  reply.count = static_cast<std::uint32_t>(graph.size());
  answer(in.token, std::move(reply));
}

/// Numbers for the shapes and keys of partitions that have none yet.
Result<void> Decider::name_partitions(const Graph& graph, const DynamicSets& sets) {
  std::vector<PartitionSpace::Needs> all;
  for (std::uint32_t i = 0; i < graph.size(); ++i) {
    const auto& definition = graph.asset(Rank{i}).partitions;
    if (!definition) continue;
    FRESHET_TRY(all.emplace_back(), PartitionSpace::needs(*definition, sets));
  }
  for (const PartitionSpace::Needs& needs : all) {
    if (s_.registry->shapes.find(needs.shape) == 0) {
      record(fact::PartitionNamed{true, s_.registry->shapes.last() + 1, needs.shape});
    }
    for (const std::string& key : needs.keys) {
      if (s_.registry->keys.find(key) == 0)
        record(fact::PartitionNamed{false, s_.registry->keys.last() + 1, key});
    }
  }
  return {};
}

Result<void> Decider::change_partitions(fact::PartitionsChanged change) {
  DynamicSets next = s_.dynamic;
  std::vector<std::string>& keys = next[change.set];
  for (const std::string& key : change.removed) std::erase(keys, key);
  keys.insert(keys.end(), change.added.begin(), change.added.end());
  ++s_.moment.order;
  if (s_.graph) {
    if (auto named = name_partitions(*s_.graph, next); !named) return named;
  }
  record(std::move(change));
  return {};
}

void Decider::take(const input::Partitions& in) {
  if (answer_again(in.token, in.idempotency)) return;
  Reply reply;
  const auto known = s_.dynamic.find(in.set);
  const auto has = [&](const std::string& key) {
    return known != s_.dynamic.end() &&
           std::ranges::find(known->second, key) != known->second.end();
  };
  fact::PartitionsChanged change{.set = in.set, .actor = in.actor};
  for (const std::string& key : in.add) {
    if (!has(key) && std::ranges::find(change.added, key) == change.added.end())
      change.added.push_back(key);
  }
  for (const std::string& key : in.remove) {
    if (has(key)) change.removed.push_back(key);
  }
  reply.count = static_cast<std::uint32_t>(change.added.size() + change.removed.size());
  if (reply.count != 0) {
    if (const auto changed = change_partitions(std::move(change)); !changed) {
      reply.error = changed.error().code;
      reply.message = changed.error().message;
      reply.count = 0;
    }
    review_alerts();
  }
  answer(in.token, std::move(reply), in.idempotency);
}

void Decider::update(AssetId a, const PartitionSet& partitions, UpdateKind kind,
                     const input::Event& event) {
  const MemberId m{a, *partitions.first()};
  const DataVersion version{version_hash(event.data_version)};
  bool changed = version.value == 0;
  partitions.for_each([&](PartitionId p) {
    const MemberRow& member = s_.member({a, p});
    changed = changed || member.updated.value == 0 || version != member.version;
    return !changed;
  });
  record(fact::Updated{.member = m,
                       .kind = kind,
                       .version = version,
                       .data_version = event.data_version,
                       .changed = changed,
                       .source = event.source,
                       .event_id = event.id,
                       .metadata = event.metadata,
                       .range = partitions.size() == 1 ? PartitionSet{} : partitions,
                       .columns = event.columns});
  const AssetDefinition& def = s_.definition(a);
  const bool has_checks =
      std::ranges::any_of(def.checks, [](const CheckDefinition& c) { return c.follows_asset(); });
  if (!def.external || !has_checks) return;
  partitions.for_each([&](PartitionId p) {
    if (std::ranges::find(delivered_, MemberId{a, p}) == delivered_.end())
      delivered_.push_back({a, p});
    return true;
  });
}

/// Keys of dynamic sets that the outside tells of for the first time come to exist; all at once,
/// since whoever has partitions looks at a set that changed.
void Decider::learn_keys(std::span<const input::Event> events) {
  std::map<std::string, fact::PartitionsChanged> changes;
  std::set<std::pair<std::string, std::string>> seen;
  for (const input::Event& event : events) {
    if (!event.error.empty() || event.kind == input::Event::Kind::check || event.every) continue;
    const AssetId a = s_.find(event.asset);
    if (!s_.is_defined(a) || !s_.is_cut(a) || !s_.definition(a).external) continue;
    if (find_member(s_, a, event.partition)) continue;
    if (!event.id.empty() && s_.events.contains({event.source, event.id})) continue;
    const auto keys = s_.cut(a)->space->new_keys(event.partition, s_.window_time());
    if (!keys) continue;
    for (const PartitionSpace::NewKey& each : *keys) {
      auto& change =
          changes.try_emplace(each.set, fact::PartitionsChanged{.set = each.set}).first->second;
      if (change.actor.empty()) change.actor = event.source;
      if (seen.emplace(each.set, each.key).second) change.added.push_back(each.key);
    }
  }
  for (auto& [set, change] : changes) {
    // Too many: those events are rejected, each with what is wrong.
    if (const auto changed = change_partitions(std::move(change)); changed) review_alerts();
  }
}

/// Which partitions an event is about; none: of each that was ever told of, and there is none.
Result<PartitionSet> Decider::partitions_of(AssetId a, const input::Event& event) const {
  if (event.every && s_.is_cut(a)) return s_.cut(a)->updated & s_.cut(a)->universe;
  const auto found = find_member(s_, a, event.partition);
  if (found) return PartitionSet{found->partition};
  const bool may_add = s_.is_cut(a) && s_.definition(a).external && !event.partition.empty() &&
                       event.kind != input::Event::Kind::check;
  if (!may_add) return found.error();
  const auto keys = s_.cut(a)->space->new_keys(event.partition, s_.window_time());
  if (!keys) return Error{keys.error().code, s_.keys[a.value] + ": " + keys.error().message};
  return keys->empty() ? found.error()
                       : Error{Errc::invalid, found.error().message +
                                                  ", and there are too many to add another one"};
}

Reply::Receipt Decider::take_event(const input::Event& event) {
  using Kind = input::Event::Kind;
  Reply::Receipt receipt{.asset = event.asset};
  if (!event.id.empty()) {
    if (const auto it = s_.events.find({event.source, event.id}); it != s_.events.end()) {
      receipt.event = it->second.sequence;
      receipt.duplicate = true;
      return receipt;
    }
  }
  const AssetId a = s_.find(event.asset);
  // Sent again, it is judged again, by what is defined now; but it is kept once.
  const auto reject = [&](std::string reason) {
    const auto before = event.id.empty()
                            ? s_.events.end()
                            : s_.events.find({rejected_source(event.source), event.id});
    if (before != s_.events.end()) {
      receipt.event = before->second.sequence;
      receipt.duplicate = true;
    } else {
      record(fact::EventRejected{event.source, event.id, event.asset, reason,
                                 event.body.substr(0, body_max)});
    }
    receipt.error = std::move(reason);
    return receipt;
  };
  if (!event.error.empty()) return reject(event.error);
  if (!s_.is_defined(a)) {
    std::vector<std::string_view> keys;
    for (std::uint32_t i = 0; s_.graph && i < s_.graph->size(); ++i)
      keys.push_back(s_.graph->asset(Rank{i}).key);
    const auto near = nearest(event.asset, keys);
    return reject("no asset \"" + event.asset + "\" is defined" +
                  (near ? "; did you mean \"" + *near + "\"?" : ""));
  }
  const AssetDefinition& def = s_.definition(a);
  const auto partitions = partitions_of(a, event);
  if (!partitions) return reject(partitions.error().message);
  if (partitions->empty()) return receipt;
  const MemberId m{a, *partitions->first()};
  if (event.kind == Kind::check) {
    const auto it = std::ranges::find(def.checks, event.check, &CheckDefinition::name);
    if (it == def.checks.end()) {
      std::vector<std::string_view> names;
      for (const auto& c : def.checks) names.push_back(c.name);
      const auto near = nearest(event.check, names);
      return reject("asset \"" + event.asset + "\" has no check \"" + event.check + "\"" +
                    (near ? "; did you mean \"" + *near + "\"?" : ""));
    }
    record_check({.member = m,
                  .name = event.check,
                  .passed = event.passed,
                  .severity = event.severity,
                  .source = event.source,
                  .event_id = event.id,
                  .metadata = event.metadata});
  } else {
    const bool observation =
        event.kind == Kind::observation || (event.kind == Kind::automatic && def.external);
    if (event.only_if_changed && !event.every && s_.member(m).updated.value != 0 &&
        !event.data_version.empty() &&
        s_.member(m).version.value == version_hash(event.data_version)) {
      receipt.event = s_.member(m).updated;
      receipt.duplicate = true;
      return receipt;
    }
    update(a, *partitions, observation ? UpdateKind::observation : UpdateKind::materialization,
           event);
  }
  receipt.event = s_.sequence;
  return receipt;
}

void Decider::take(const input::Report& in) {
  if (answer_again(in.token, in.idempotency)) return;
  learn_keys(in.events);
  Reply reply;
  // Each partition of one asset once: nothing can tell an order among them, and one is much faster.
  const input::Event* before = nullptr;
  std::unordered_set<std::string_view> partitions;
  for (const input::Event& event : in.events) {
    const bool goes_on = before != nullptr && event.asset == before->asset &&
                         event.kind == before->kind && !partitions.contains(event.partition);
    if (!goes_on) {
      ++s_.moment.order;
      partitions.clear();
    }
    partitions.insert(event.partition);
    before = &event;
    reply.receipts.push_back(take_event(event));
    if (!reply.receipts.back().error.empty() && in.events.size() == 1) {
      reply.error = Errc::invalid;
      reply.message = reply.receipts.back().error;
    }
  }
  for (const auto& [key, cursor] : in.cursors) {
    if (key.starts_with(lineage_run_prefix)) {
      remember(key, cursor);
      continue;
    }
    const AssetId a = s_.find(key);
    if (a.value != 0) record(fact::SourceCursor{a, cursor});
  }
  reply.count = static_cast<std::uint32_t>(in.events.size());
  answer(in.token, std::move(reply), in.idempotency);
}

std::optional<Reply> Decider::resolve(const std::vector<std::string>& keys,
                                      std::vector<AssetId>& out) const {
  for (const std::string& key : keys) {
    const AssetId a = s_.find(key);
    if (!s_.is_defined(a)) {
      Reply reply;
      reply.error = Errc::not_found;
      reply.message = "no asset \"" + key + "\" is defined";
      return reply;
    }
    out.push_back(a);
  }
  return std::nullopt;
}

void Decider::take(const input::Request& in) {
  if (answer_again(in.token, in.idempotency)) return;
  std::vector<AssetId> assets;
  if (auto error = resolve(in.assets, assets)) return answer(in.token, std::move(*error));
  std::vector<BackfillTarget> wanted;
  Reply reply;
  for (const AssetId a : assets) {
    if (in.checks_only ? s_.definition(a).checks.empty() : !s_.can_run(a)) continue;
    if (!s_.is_cut(a)) {
      const PartitionSet whole{PartitionId{}};
      wanted.push_back({a, whole, whole});
      continue;
    }
    if (in.partitions.empty()) {
      reply.error = Errc::invalid;
      reply.message = s_.keys[a.value] + " has partitions: say which, e.g. \"partitions\": \"" +
                      example_partition(s_, a) + "\"";
      return answer(in.token, std::move(reply));
    }
    const auto set = s_.cut(a)->space->select(in.partitions, s_.window_time());
    if (!set) {
      reply.error = set.error().code;
      reply.message = s_.keys[a.value] + ": " + set.error().message;
      return answer(in.token, std::move(reply));
    }
    if (!set->empty()) wanted.push_back({a, *set, *set});
  }
  if (!in.partitions.empty() && !assets.empty() &&
      std::ranges::none_of(assets, [&](AssetId a) { return s_.is_cut(a); })) {
    reply.error = Errc::invalid;
    reply.message = "partitions \"" + in.partitions + "\": " + s_.keys[assets.front().value] +
                    (assets.size() == 1 ? " has none" : " and the others have none");
  } else if (in.checks_only) {
    std::vector<CheckTarget> checks;
    for (const BackfillTarget& target : wanted) {
      for (const CheckDefinition& check : s_.definition(target.asset).checks) {
        if (!check.command.empty()) checks.push_back({target.asset, target.wanted, check.name});
      }
    }
    reply.runs = queue_checks(checks, {.cause = RunCause::person,
                                       .actor = in.actor,
                                       .reason = in.reason,
                                       .tags = in.tags,
                                       .retry_of = {}});
    reply.count = wanted.size();
    if (reply.runs.empty()) {
      reply.error = Errc::invalid;
      reply.message = "nothing here can be checked: no check with a command, or nothing made yet";
    }
  } else if (wanted.empty()) {
    reply.error = Errc::invalid;
    reply.message = assets.empty() ? "the selection is empty"
                                   : "nothing here can be run: " + s_.keys[assets.front().value] +
                                         " is written from outside (it has no command)";
  } else {
    for (const BackfillTarget& target : wanted) reply.count += target.wanted.size();
    Queued queued = request(std::move(wanted), {.cause = RunCause::person,
                                                .actor = in.actor,
                                                .reason = in.reason,
                                                .tags = in.tags,
                                                .retry_of = {}});
    reply.runs = std::move(queued.runs), reply.backfill = queued.backfill;
  }
  answer(in.token, std::move(reply), in.idempotency);
}

void Decider::take(const input::Cancel& in) {
  if (answer_again(in.token, in.idempotency)) return;
  Reply reply;
  const auto run = s_.runs.find(in.run);
  if (run == s_.runs.end() || is_terminal(run->second.row.status)) {
    reply.error = run == s_.runs.end() ? Errc::not_found : Errc::conflict;
    reply.message = "run " + to_text(in.run) + " is not running";
    return answer(in.token, std::move(reply));
  }
  reply.runs = {in.run};
  for (std::uint32_t number = 0; number < run->second.row.steps; ++number) {
    if (in.step && *in.step != number) continue;
    if (StepState* step = s_.step({in.run, number})) {
      if (!is_terminal(step->row.status)) ++reply.count;
      request_stop(*step, in.step ? Reason::canceled_by_person : Reason::run_canceled, in.actor);
    }
  }
  answer(in.token, std::move(reply), in.idempotency);
}

void Decider::take(const input::Retry& in) {
  if (answer_again(in.token, in.idempotency)) return;
  Reply reply;
  std::map<AssetId, PartitionSet> members;
  for (const MemberId m : in.members) {
    if (m.asset.value < s_.keys.size() && s_.can_run(m.asset) && s_.exists(m))
      members[m.asset].add(m.partition);
  }
  std::vector<BackfillTarget> wanted;
  for (const auto& [a, set] : members) wanted.push_back({a, set, set});
  if (const auto run = s_.runs.find(in.run);
      run != s_.runs.end() && !is_terminal(run->second.row.status)) {
    reply.error = Errc::conflict;
    reply.message = "run " + to_text(in.run) + " has not ended";
  } else if (wanted.empty()) {
    reply.error = Errc::conflict;
    reply.message =
        "run " + to_text(in.run) + " has nothing to run again" +
        (in.from_failure ? ": no step failed, or its assets are gone" : ": its assets are gone");
  } else {
    for (const BackfillTarget& target : wanted) reply.count += target.wanted.size();
    Queued queued = request(std::move(wanted), {.cause = RunCause::retry,
                                                .actor = in.actor,
                                                .reason = {},
                                                .tags = {},
                                                .retry_of = in.run});
    reply.runs = std::move(queued.runs), reply.backfill = queued.backfill;
  }
  answer(in.token, std::move(reply), in.idempotency);
}

void Decider::take(const input::Pause& in) {
  if (answer_again(in.token, in.idempotency)) return;
  std::vector<AssetId> assets;
  if (auto error = resolve(in.assets, assets)) return answer(in.token, std::move(*error));
  Reply reply;
  for (const AssetId a : assets) {
    if (s_.is_paused(a) == in.paused) continue;
    record(fact::PauseChanged{a, in.paused, in.actor, in.reason});
    ++reply.count;
  }
  answer(in.token, std::move(reply), in.idempotency);
}

void Decider::take(const input::Wipe& in) {
  const AssetId a = s_.find(in.asset);
  if (a.value == 0) return;
  const auto member = find_member(s_, a, in.partition);
  if (!member) return;
  ++s_.moment.order;
  record(fact::Wiped{*member});
  review_alerts();
}

void Decider::take(const input::Admit& in) {
  const AssetId a = s_.find(in.asset);
  const auto member = a.value == 0 ? Result<MemberId>{Error{Errc::not_found, ""}}
                                   : find_member(s_, a, in.partition);
  StepState* step = member ? s_.step(s_.queued_step(*member)) : nullptr;
  if (member && !in.check.empty()) {
    const AssetId subject = s_.check_subject(a, in.check);
    step = nullptr;
    for (const StepId id :
         subject.value == 0 ? std::vector<StepId>{} : s_.check_subjects.at(subject).steps) {
      StepState* one = s_.step(id);
      if (step == nullptr && one->row.status == StepStatus::queued &&
          one->row.partitions().contains(member->partition))
        step = one;
    }
  }
  if (step == nullptr) return;
  const auto pool = s_.pools.find(step->pool);
  if (!step->pool.empty() && pool != s_.pools.end() && pool->second.used >= pool->second.limit)
    return;
  const StepReadiness r = readiness(*step);
  if (!r.waiting && r.end == Reason::none) start(*step);
}

void Decider::take(const input::Jumped& in) {
  record(fact::ClockJumped{in.delta.count()});
  look_at_clock();
}

}  // namespace freshet::core
