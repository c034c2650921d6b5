#include "api/outside.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "base/cron.hpp"
#include "base/timezone.hpp"
#include "freshet/facts.hpp"
#include "model/sentences.hpp"

namespace freshet::api {
namespace {

/// Itself and all upstream of it.
std::vector<Rank> made_from(const Graph& graph, Rank rank) {
  std::vector<bool> is_among(rank.value + 1);
  is_among[rank.value] = true;
  std::vector<Rank> out;
  for (std::uint32_t i = rank.value + 1; i-- > 0;) {  // upstream comes before
    if (!is_among[i]) continue;
    out.push_back(Rank{i});
    for (const Rank up : graph.upstream(Rank{i})) is_among[up.value] = true;
  }
  std::ranges::reverse(out);
  return out;
}

Sentence paused_sentence(const View& view, Rank rank, Reader& reader) {
  std::vector<Sentence::Param> params{{"asset", view.graph().asset(rank).key}};
  const auto page = reader.facts({.asset = view.state(rank).asset,
                                  .kinds = kinds_of<fact::PauseChanged>(),
                                  .upto = view.snapshot->sequence,
                                  .limit = 1});
  if (page && !page->facts.empty()) {
    if (const auto* pause = std::get_if<fact::PauseChanged>(&page->facts.front().fact)) {
      params.push_back({"actor", pause->actor});
      params.push_back({"reason", pause->reason});
    }
  }
  return say("source_paused", std::move(params));
}

}  // namespace

std::vector<Sentence> troubles_outside(const View& view, Rank rank,
                                       const std::vector<SourceStatus>& sources, Reader& reader) {
  std::map<std::string_view, const SourceStatus*> source_of;
  for (const SourceStatus& source : sources) source_of[source.asset] = &source;
  std::vector<Sentence> out;
  for (const Rank each : made_from(view.graph(), rank)) {
    const AssetDefinition& asset = view.graph().asset(each);
    if (!asset.external) continue;
    const auto source = source_of.find(asset.key);
    const std::string state = source == source_of.end() ? "" : source->second->state;
    if (state == "error") {
      out.push_back(
          say("source_error", {{"asset", asset.key}, {"detail", source->second->detail}}));
    } else if (state == "paused") {
      out.push_back(paused_sentence(view, each, reader));
    } else if (view.state(each).freshness == FreshnessState::fail && asset.freshness) {
      out.push_back(overdue_sentence(asset, view.snapshot->at));
    }
  }
  return out;
}

Sentence overdue_sentence(const AssetDefinition& asset, Instant at) {
  const FreshnessPolicy policy = asset.freshness.value_or(FreshnessPolicy{});
  if (policy.deadline.empty())
    return say("older_than", {{"asset", asset.key}, {"limit", format_duration(policy.within)}});
  const auto cron = Cron::parse(policy.deadline);
  const auto zone = find_time_zone(policy.timezone);
  const auto due = cron && zone && at != Instant{} ? cron->previous(at, **zone) : std::nullopt;
  return say("deadline_missed", {{"asset", asset.key}, {"at", due ? time_text(*due) : ""}});
}

}  // namespace freshet::api
