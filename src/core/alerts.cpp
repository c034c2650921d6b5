// What people are told of: what has gone wrong, that it is over, and what is held back by a mute.
#include <algorithm>

#include "base/text.hpp"
#include "core/decide.hpp"
#include "model/cursor_names.hpp"

namespace freshet::core {

namespace {

bool is_declared(const Engine::State& s, const AlertRow& row) {
  const auto& checks = s.definition(row.asset).checks;
  return std::ranges::find(checks, row.check, &CheckDefinition::name) != checks.end();
}

}  // namespace

bool can_last(const Engine::State& s, const AlertRow& row) {
  const MemberId m{row.asset, row.partition};
  if (!s.is_defined(row.asset)) return false;
  switch (row.kind) {
    case AlertKind::freshness:
      return s.definition(row.asset).freshness.has_value();
    case AlertKind::failure:
      return s.exists(m) && (row.check.empty() || is_declared(s, row));
    case AlertKind::check: {
      const CheckRow* check = s.check(m, row.check);
      return s.exists(m) && check != nullptr && check->sequence.value != 0 && !check->passed;
    }
    case AlertKind::recovery:
    case AlertKind::test:
      break;
  }
  return false;
}

void Decider::alert(const AlertKey& key, StepId step, std::string text) {
  // A step ends also where its member is gone; then there is nothing that could be repaired.
  if (!can_last(
          s_,
          {.asset = key.asset, .partition = key.partition, .kind = key.kind, .check = key.check})) {
    return;
  }
  record(fact::Alerted{.asset = key.asset,
                       .kind = key.kind,
                       .step = step,
                       .text = std::move(text),
                       .partition = key.partition,
                       .check = key.check,
                       .muted = s_.is_muted(key.asset)});
}

void Decider::recover(const AlertKey& key, StepId step, std::string text) {
  const auto it = s_.alerts.find(key);
  if (it == s_.alerts.end()) return;
  record(fact::Alerted{.asset = key.asset,
                       .kind = AlertKind::recovery,
                       .step = step,
                       .text = std::move(text),
                       .partition = key.partition,
                       .check = key.check,
                       .muted = it->second->muted || s_.is_muted(key.asset),
                       .over = key.kind,
                       .since = it->second->sequence});
}

void Decider::record_check(fact::CheckRecorded result) {
  const AssetId a = result.member.asset;
  const std::string name = result.name;
  const StepId step = result.step;
  const bool warns = result.severity == CheckSeverity::warn;
  const PartitionSet about =
      result.range.empty() ? PartitionSet{result.member.partition} : result.range;
  record(std::move(result));
  const Sequence recorded = s_.sequence;
  std::vector<PartitionId> failing;
  about.for_each([&](PartitionId p) {
    const CheckRow* row = s_.check({a, p}, name);
    if (row == nullptr || row->sequence != recorded)
      return true;  // no verdict on what is there now
    const AlertKey key{a, p, AlertKind::check, name};
    if (row->passed != s_.alerts.contains(key)) return true;
    if (row->passed) {
      recover(key, step, "check " + name + " of " + s_.name_of({a, p}) + " passes again");
    } else {
      failing.push_back(p);
    }
    return true;
  });
  if (failing.empty()) return;
  const std::size_t more = failing.size() - 1;
  alert({a, failing.front(), AlertKind::check, name}, step,
        "check " + name + " of " + s_.name_of({a, failing.front()}) +
            (more == 0 ? "" : " and " + std::to_string(more) + " more") + " fails" +
            (warns ? " (a warning)" : ""));
}

/// What its definition has left behind is over.  (A process may report checks that are not
/// declared; after a load these have to fail anew.)
void Decider::review_alerts(bool loaded) {
  std::vector<AlertKey> over;
  for (const auto& [key, row] : s_.alerts) {
    const bool is_left =
        loaded && !row->check.empty() && s_.is_defined(key.asset) && !is_declared(s_, *row);
    if (is_left || !can_last(s_, *row)) over.push_back(key);
  }
  for (const AlertKey& key : over) {
    recover(key, {},
            (key.check.empty() ? "" : "check " + key.check + " of ") + s_.keys[key.asset.value] +
                " is not looked at any more");
  }
}

void Decider::know_routes(const Graph& graph) {
  for (const auto& project : graph.projects()) {
    for (const AlertRoute& route : project->alerts) {
      if (!s_.routes.contains({project->project, route.name}))
        record(fact::RouteKnown{project->project, route.name});
    }
    for (const Publication& publication : project->publications) {
      const std::string route = publication_route(publication.name);
      if (!s_.routes.contains({project->project, route}))
        record(fact::RouteKnown{project->project, route});
    }
  }
}

/// From here on people are told again, also of what went wrong meanwhile and is still so.
void Decider::unmute(AssetId a, const std::string& actor, const std::string& reason) {
  if (!s_.is_muted(a)) return;
  record(fact::AlertsMuted{.asset = a, .muted = false, .actor = actor, .reason = reason});
  std::vector<std::shared_ptr<const AlertRow>> held;
  for (auto it = s_.alerts.lower_bound({.asset = a}); it != s_.alerts.end() && it->first.asset == a;
       ++it) {
    if (it->second->muted) held.push_back(it->second);
  }
  for (const auto& row : held)
    alert({a, row->partition, row->kind, row->check}, row->step, row->text);
}

void Decider::take(const input::Mute& in) {
  if (answer_again(in.token, in.idempotency)) return;
  std::vector<AssetId> assets;
  if (auto error = resolve(in.assets, assets)) return answer(in.token, std::move(*error));
  Reply reply;
  if (in.muted && in.until && *in.until <= s_.now) {
    reply.error = Errc::invalid;
    reply.message = "mute until " + format_instant(*in.until) + ": that is over";
    return answer(in.token, std::move(reply));
  }
  for (const AssetId a : assets) {
    if (in.muted) {
      record(fact::AlertsMuted{.asset = a,
                               .until = in.until.value_or(Instant{}),
                               .actor = in.actor,
                               .reason = in.reason});
      ++reply.count;
    } else if (s_.is_muted(a)) {
      unmute(a, in.actor, in.reason);
      ++reply.count;
    }
  }
  answer(in.token, std::move(reply), in.idempotency);
}

void Decider::take(const input::TestAlert& in) {
  if (answer_again(in.token, in.idempotency)) return;
  Reply reply;
  std::vector<std::string> projects;
  std::vector<std::string_view> names;
  for (const auto& project : s_.graph->projects()) {
    for (const AlertRoute& route : project->alerts) {
      names.push_back(route.name);
      if (route.name == in.route && (in.project.empty() || in.project == project->project))
        projects.push_back(project->project);
    }
  }
  if (projects.size() == 1) {
    record(fact::Alerted{.kind = AlertKind::test,
                         .text = "This is a test of " + in.route +
                                 (in.actor.empty() ? "" : ", asked for by " + in.actor),
                         .project = projects.front(),
                         .route = in.route});
    reply.receipts.push_back({.event = s_.sequence, .asset = in.route});
    reply.count = 1;
  } else if (projects.empty()) {
    const auto near = nearest(in.route, names);
    reply.error = Errc::not_found;
    reply.message = "no route of alerts \"" + in.route + "\" is defined" +
                    (near && *near != in.route ? "; did you mean \"" + *near + "\"?" : "");
  } else {
    reply.error = Errc::invalid;
    reply.message = "several projects have a route \"" + in.route + "\": say which project";
  }
  answer(in.token, std::move(reply), in.idempotency);
}

void Decider::take(const input::Delivered& in) {
  if (s_.routes.contains({in.outcome.project, in.outcome.route})) record(in.outcome);
}

}  // namespace freshet::core
