// What comes in: definitions, reports, and commands of people, as facts or as answers that say what
// is wrong.
#include <algorithm>

#include "base/text.hpp"
#include "core/decide.hpp"
#include "model/codec.hpp"

namespace freshet::core {

namespace {

constexpr std::size_t body_max = 64 * 1024;  ///< Of a rejected event, kept.

std::string encode_reply(const Reply& reply) {
  std::string out;
  codec::Encoder encoder{out};
  encoder.put(reply.error.has_value() ? static_cast<std::uint32_t>(*reply.error) + 1 : 0U);
  encoder.put(reply.message), encoder.put(reply.runs), encoder.put(reply.receipts),
      encoder.put(reply.count);
  return out;
}
Reply decode_reply(std::string_view bytes) {
  Reply reply;
  std::uint32_t error{};
  codec::Decoder decoder{bytes};
  decoder("error", error), decoder("message", reply.message), decoder("runs", reply.runs);
  decoder("receipts", reply.receipts), decoder("count", reply.count);
  if (error != 0) reply.error = static_cast<Errc>(error - 1);
  return reply;
}

}  // namespace

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
    const AssetId a = ids[i];
    if (s_.members[a.value].materialized.value == 0 || !s_.definitions[a.value].defined) continue;
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
  look_at_clock();
  Reply reply;
  reply.count = static_cast<std::uint32_t>(graph.size());
  answer(in.token, std::move(reply));
}

void Decider::update(AssetId a, UpdateKind kind, const std::string& data_version,
                     const std::string& metadata, const std::string& source,
                     const std::string& event_id) {
  const MemberRow& member = s_.members[a.value];
  const DataVersion version{version_hash(data_version)};
  const bool changed = version.value == 0 || member.updated.value == 0 || version != member.version;
  record(fact::Updated{.member = {a, {}},
                       .kind = kind,
                       .version = version,
                       .data_version = data_version,
                       .changed = changed,
                       .source = source,
                       .event_id = event_id,
                       .metadata = metadata});
  const AssetDefinition& def = s_.definition(a);
  const bool has_checks =
      std::ranges::any_of(def.checks, [](const CheckDefinition& c) { return !c.command.empty(); });
  if (def.external && has_checks && std::ranges::find(delivered_, a) == delivered_.end())
    delivered_.push_back(a);
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
  const auto reject = [&](std::string reason) {
    record(fact::EventRejected{event.source, event.id, event.asset, reason,
                               event.body.substr(0, body_max)});
    receipt.error = std::move(reason);
    return receipt;
  };
  if (!s_.is_defined(a)) {
    std::vector<std::string_view> keys;
    for (std::uint32_t i = 0; s_.graph && i < s_.graph->size(); ++i)
      keys.push_back(s_.graph->asset(Rank{i}).key);
    const auto near = nearest(event.asset, keys);
    return reject("no asset \"" + event.asset + "\" is defined" +
                  (near ? "; did you mean \"" + *near + "\"?" : ""));
  }
  const AssetDefinition& def = s_.definition(a);
  if (event.kind == Kind::check) {
    const auto it = std::ranges::find(def.checks, event.check, &CheckDefinition::name);
    if (it == def.checks.end()) {
      std::vector<std::string_view> names;
      for (const auto& c : def.checks) names.push_back(c.name);
      const auto near = nearest(event.check, names);
      return reject("asset \"" + event.asset + "\" has no check \"" + event.check + "\"" +
                    (near ? "; did you mean \"" + *near + "\"?" : ""));
    }
    record(fact::CheckRecorded{.member = {a, {}},
                               .name = event.check,
                               .passed = event.passed,
                               .severity = event.severity,
                               .source = event.source,
                               .event_id = event.id,
                               .metadata = event.metadata});
  } else {
    const bool observation =
        event.kind == Kind::observation || (event.kind == Kind::automatic && def.external);
    if (event.only_if_changed && s_.members[a.value].updated.value != 0 &&
        !event.data_version.empty() &&
        s_.members[a.value].version.value == version_hash(event.data_version)) {
      receipt.event = s_.members[a.value].updated;
      receipt.duplicate = true;
      return receipt;
    }
    update(a, observation ? UpdateKind::observation : UpdateKind::materialization,
           event.data_version, event.metadata, event.source, event.id);
  }
  receipt.event = s_.sequence;
  return receipt;
}

void Decider::take(const input::Report& in) {
  if (answer_again(in.token, in.idempotency)) return;
  Reply reply;
  for (const input::Event& event : in.events) {
    ++s_.moment.order;
    reply.receipts.push_back(take_event(event));
    if (!reply.receipts.back().error.empty() && in.events.size() == 1) {
      reply.error = Errc::invalid;
      reply.message = reply.receipts.back().error;
    }
  }
  for (const auto& [key, cursor] : in.cursors) {
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
  std::vector<Wanted> wanted;
  for (const AssetId a : assets) {
    if (s_.can_run(a)) wanted.push_back({a, true});
  }
  Reply reply;
  if (wanted.empty()) {
    reply.error = Errc::invalid;
    reply.message = assets.empty() ? "the selection is empty"
                                   : "nothing here can be run: " + s_.keys[assets.front().value] +
                                         " is written from outside (it has no command)";
  } else {
    reply.count = static_cast<std::uint32_t>(wanted.size());
    reply.runs = queue(std::move(wanted), RunCause::person, in.actor, in.reason, in.tags);
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
  std::vector<Wanted> wanted;
  for (const MemberId m : in.members) {
    if (m.asset.value < s_.keys.size() && s_.can_run(m.asset)) wanted.push_back({m.asset, true});
  }
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
    reply.count = static_cast<std::uint32_t>(wanted.size());
    reply.runs = queue(std::move(wanted), RunCause::retry, in.actor, "", {}, in.run);
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
  ++s_.moment.order;
  record(fact::Wiped{{a, {}}});
}

void Decider::take(const input::Admit& in) {
  const AssetId a = s_.find(in.asset);
  StepState* step = a.value == 0 ? nullptr : s_.step(s_.queued[a.value]);
  if (step != nullptr && readiness(*step).waiting == false) start(*step);
}

void Decider::take(const input::Jumped& in) {
  record(fact::ClockJumped{in.delta.count()});
  look_at_clock();
}

}  // namespace freshet::core
