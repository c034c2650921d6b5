#include "api/event_effects.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "api/json_facts.hpp"
#include "api/json_views.hpp"
#include "freshet/ids.hpp"
#include "freshet/partitions.hpp"
#include "freshet/result.hpp"
#include "model/partition/mapping.hpp"

namespace freshet::api {
namespace {

constexpr std::size_t moment_max = 500;  ///< Facts of one moment that are looked at.
constexpr std::size_t readers_max = 5;   ///< Dependents that are asked when they first read it.
constexpr std::size_t decisions_max =
    20;  ///< Of each of those; of one that is cut, ten times that.
constexpr std::size_t keys_max = 10;

Json effect_json(RunId run, BackfillId backfill, bool withheld, bool later) {
  return {{"run", run_id_json(run)},
          {"backfill", backfill.value == 0 ? Json{} : Json(to_text(backfill))},
          {"assets", Json::array()},
          {"count", 0},
          {"withheld", withheld},
          {"later", later}};
}

void add(Json& effect, const std::string& key) {
  effect["count"] = effect["count"].get<std::size_t>() + 1;
  if (effect["assets"].size() < keys_max) effect["assets"].push_back(key);
}

/// By rank: whether it is downstream of `rank`.
std::vector<bool> below(const View& view, Rank rank) {
  std::vector<bool> found(view.graph().size());
  std::vector<Rank> open{rank};
  while (!open.empty()) {
    const Rank next = open.back();
    open.pop_back();
    for (const Rank reader : view.graph().downstream(next)) {
      if (found[reader.value]) continue;
      found[reader.value] = true;
      open.push_back(reader);
    }
  }
  return found;
}

Result<Json> at_once(const FactRecord& event, Rank rank, Names& names, Reader& reader) {
  const View& view = names.view();
  FRESHET_TRY(const FactPage page, reader.facts({.kinds = kinds_of<fact::Updated, fact::Decided>(),
                                                 .upto = view.snapshot->sequence,
                                                 .after = event.sequence,
                                                 .order = FactQuery::Order::oldest_first,
                                                 .limit = moment_max}));
  std::map<std::tuple<RunId, BackfillId, bool>, Json> found;
  std::vector<bool> is_below;
  bool are_decided = false;
  for (const FactRecord& record : page.facts) {
    if (record.at != event.at) break;
    const auto* decided = std::get_if<fact::Decided>(&record.fact);
    // A moment takes everything in before it decides: what comes in afterwards is another one.
    if (decided == nullptr && are_decided) break;
    if (decided == nullptr) continue;
    are_decided = true;
    const bool is_asked = decided->requested || decided->withheld;
    const auto asked = is_asked ? view.catalog->rank_of(decided->asset) : std::nullopt;
    if (!asked) continue;
    if (is_below.empty()) is_below = below(view, rank);
    if (!is_below[asked->value]) continue;
    const auto [it, is_new] =
        found.try_emplace({decided->run, decided->backfill, decided->withheld});
    if (is_new) it->second = effect_json(decided->run, decided->backfill, decided->withheld, false);
    add(it->second, names.key(decided->asset));
  }
  Json out = Json::array();
  for (auto& [key, effect] : found) out.push_back(std::move(effect));
  return fine(std::move(out));
}

PartitionSet partitions_of(const fact::Updated& updated) {
  return updated.range.empty() ? PartitionSet{updated.member.partition} : updated.range;
}

/// Which partitions of a dependent need some of these; of one that is not cut, itself or nothing.
PartitionSet needing(const View& view, Rank dependent, Rank rank, const PartitionSet& of) {
  const auto space_of = [&](Rank each) {
    const auto& partitions = view.state(each).partitions;
    return partitions ? partitions->space : nullptr;
  };
  const auto deps = view.graph().upstream(dependent);
  const auto place = static_cast<std::size_t>(std::ranges::find(deps, rank) - deps.begin());
  const auto mapping = make_mapping(view.graph().asset(dependent).deps[place].mapping,
                                    space_of(dependent), space_of(rank));
  return mapping ? (*mapping)->downstream(of, view.snapshot->at) : PartitionSet{};
}

Result<Json> later(const FactRecord& event, Rank rank, Names& names, Reader& reader) {
  const View& view = names.view();
  const PartitionSet told = partitions_of(std::get<fact::Updated>(event.fact));
  Json out = Json::array();
  for (const Rank dependent : view.graph().downstream(rank)) {
    if (out.size() == readers_max) break;
    const AssetState& state = view.state(dependent);
    const PartitionSet wanted = needing(view, dependent, rank, told);
    if (wanted.empty()) continue;
    FRESHET_TRY(const FactPage page,
                reader.facts({.asset = state.asset,
                              .kinds = kinds_of<fact::Updated, fact::Decided>(),
                              .upto = view.snapshot->sequence,
                              .after = event.sequence,
                              .order = FactQuery::Order::oldest_first,
                              .limit = state.partitions ? decisions_max * 10 : decisions_max}));
    for (const FactRecord& record : page.facts) {
      RunId run;
      BackfillId backfill;
      if (const auto* decided = std::get_if<fact::Decided>(&record.fact)) {
        if (!decided->requested || !decided->members.intersects(wanted)) continue;
        run = decided->run;
        backfill = decided->backfill;
      } else if (const auto* made = std::get_if<fact::Updated>(&record.fact)) {
        if (made->consumed < event.sequence || !partitions_of(*made).intersects(wanted)) continue;
        run = made->step.run;
      }
      if (run.value == 0 && backfill.value == 0) continue;
      Json effect = effect_json(run, backfill, false, true);
      add(effect, names.key(state.asset));
      out.push_back(std::move(effect));
      break;
    }
  }
  return fine(std::move(out));
}

Result<Json> effects_of(const FactRecord& event, Names& names, Reader& reader) {
  const auto* updated = std::get_if<fact::Updated>(&event.fact);
  if (updated == nullptr || updated->step.run.value != 0 || !updated->changed)
    return fine(Json::array());
  const auto rank = names.view().catalog->rank_of(updated->member.asset);
  if (!rank) return fine(Json::array());
  FRESHET_TRY(Json out, at_once(event, *rank, names, reader));
  return out.empty() ? later(event, *rank, names, reader) : fine(std::move(out));
}

}  // namespace

Json event_with_effects(const FactRecord& event, Names& names, Reader& reader) {
  Json out = event_json(event, names);
  auto effects = effects_of(event, names, reader);
  out["effects"] = effects ? *std::move(effects) : Json::array();
  return out;
}

}  // namespace freshet::api
