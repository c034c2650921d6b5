#include "api/error_groups.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "api/error_fingerprint.hpp"
#include "freshet/history.hpp"
#include "freshet/ids.hpp"

namespace freshet::api {
namespace {

constexpr double share_min = 0.6;           ///< Of a group that something is told of.
constexpr double telling = 0.3;             ///< More than of the others, at least.
constexpr std::size_t differences_max = 6;  ///< Of a group.

/// How often each value of one attribute was seen.
struct Tally {
  std::map<std::string, std::size_t, std::less<>> values;
  std::size_t total{};

  void add(const std::string& value) { ++values[value], ++total; }
  [[nodiscard]] std::size_t of(const std::string& value) const {
    const auto found = values.find(value);
    return found == values.end() ? 0 : found->second;
  }
};
using Tallies = std::map<std::string, Tally, std::less<>>;

/// Of many steps: over all of them, and by asset what is only comparable so.
struct Census {
  Tallies all;
  std::unordered_map<AssetId, Tallies> by_asset;
  std::set<std::string, std::less<>> of_asset;  ///< Names of those attributes.

  void add(AssetId asset, const std::vector<Attribute>& attributes) {
    for (const Attribute& each : attributes) {
      if (each.of_asset) {
        of_asset.insert(each.name);
        by_asset[asset][each.name].add(each.value);
      } else {
        all[each.name].add(each.value);
      }
    }
  }
  /// What is comparable to the steps of some assets.
  [[nodiscard]] Tally tally(const std::string& name, const std::string& value,
                            const std::set<AssetId>& assets) const {
    Tally out;
    const auto take = [&](const Tallies& from) {
      const auto found = from.find(name);
      if (found == from.end()) return;
      out.total += found->second.total;
      if (const std::size_t count = found->second.of(value); count != 0) out.values[value] += count;
    };
    if (!of_asset.contains(name)) {
      take(all);
      return out;
    }
    for (const AssetId asset : assets) {
      if (const auto found = by_asset.find(asset); found != by_asset.end()) take(found->second);
    }
    return out;
  }
};

std::vector<Difference> differences_of(const ErrorGroup& group, const Census& everybody,
                                       const AttributesOf& attributes_of) {
  Tallies own;
  std::set<AssetId> assets;
  for (const EndedStep* step : group.steps) {
    assets.insert(step->member.asset);
    for (const Attribute& each : attributes_of(*step)) own[each.name].add(each.value);
  }
  std::vector<Difference> out;
  for (const auto& [name, tally] : own) {
    const auto most =
        std::ranges::max_element(tally.values, {}, [](const auto& entry) { return entry.second; });
    const Tally all = everybody.tally(name, most->first, assets);
    const std::size_t others = all.total - tally.total;
    // A single failure differs in everything; only what its asset was before says something.
    if (others == 0 || (group.steps.size() < 2 && !everybody.of_asset.contains(name))) continue;
    const Difference difference{
        .attribute = name,
        .value = most->first,
        .share = static_cast<double>(most->second) / static_cast<double>(group.steps.size()),
        .others =
            static_cast<double>(all.of(most->first) - most->second) / static_cast<double>(others)};
    if (difference.share >= share_min && difference.share - difference.others >= telling)
      out.push_back(difference);
  }
  std::ranges::sort(out, {}, [](const Difference& each) {
    return std::pair{each.others - each.share, std::string_view{each.attribute}};
  });
  if (out.size() > differences_max) out.resize(differences_max);
  return out;
}

}  // namespace

ErrorGroups group_errors(std::span<const EndedStep> failed, std::span<const EndedStep> others,
                         const AttributesOf& attributes_of, std::size_t groups_max) {
  std::map<std::string, ErrorGroup> by_fingerprint;
  Census everybody;
  for (const EndedStep& step : failed) {
    const std::string fingerprint = error_fingerprint(step.reason, step.text);
    ErrorGroup& group = by_fingerprint[fingerprint];
    group.fingerprint = fingerprint;
    group.steps.push_back(&step);
    everybody.add(step.member.asset, attributes_of(step));
  }
  for (const EndedStep& step : others) everybody.add(step.member.asset, attributes_of(step));
  ErrorGroups out{.count = by_fingerprint.size()};
  for (auto& [fingerprint, group] : by_fingerprint) {
    std::ranges::sort(group.steps, [](const EndedStep* a, const EndedStep* b) {
      return std::pair{b->ended_at, b->step} < std::pair{a->ended_at, a->step};
    });
    out.groups.push_back(std::move(group));
  }
  const auto size_and_last = [](const ErrorGroup& group) {
    const EndedStep& latest = *group.steps.front();
    return std::tuple{group.steps.size(), latest.ended_at, latest.step};
  };
  std::ranges::sort(out.groups, std::greater{}, size_and_last);
  if (out.groups.size() > groups_max) out.groups.resize(groups_max);
  for (ErrorGroup& group : out.groups)
    group.differences = differences_of(group, everybody, attributes_of);
  return out;
}

}  // namespace freshet::api
