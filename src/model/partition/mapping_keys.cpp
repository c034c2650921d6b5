#include "model/partition/mapping_keys.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "freshet/partitions.hpp"
#include "freshet/result.hpp"
#include "model/partition/mapping_plan.hpp"
#include "model/partition/space.hpp"

namespace freshet {
namespace {

using Source = DimensionPlan::Source;
using Positions = std::vector<std::uint32_t>;

constexpr std::uint32_t only_combination[] = {0};

std::span<const PartitionSpace::Keys> keys_of(const PartitionSpace* space) {
  return space == nullptr ? std::span<const PartitionSpace::Keys>{} : space->keys();
}
std::span<const std::uint32_t> combinations_of(const PartitionSpace* space) {
  return space == nullptr ? std::span<const std::uint32_t>{only_combination}
                          : space->combinations();
}

/// Keys of a dimension of the dependency, by position.
struct Wanted {
  Positions listed;
  bool unlisted{false};
};

Wanted wanted(const PartitionSpace::Keys& keys, std::span<const std::string> texts) {
  Wanted out;
  for (const std::string_view text : texts) {
    const auto found = keys.positions.find(text);
    if (found == keys.positions.end()) {
      out.unlisted = true;
    } else {
      out.listed.push_back(found->second);
    }
  }
  std::ranges::sort(out.listed);
  const auto repeated = std::ranges::unique(out.listed);
  out.listed.erase(repeated.begin(), repeated.end());
  return out;
}

/// What a dimension of the dependency takes, by the position in the asset's dimension that it
/// follows; one entry where it follows none.
struct Choice {
  std::optional<std::size_t> from;  ///< Among the asset's key dimensions.
  std::vector<Wanted> by_position;
};

Choice choice_of(const DimensionPlan& plan, const PartitionSpace::Keys& theirs,
                 std::span<const PartitionSpace::Keys> mine) {
  Choice choice;
  switch (plan.source) {
    case Source::all: {
      Wanted& every = choice.by_position.emplace_back();
      for (std::uint32_t i = 0; i < theirs.numbers.size(); ++i) every.listed.push_back(i);
      return choice;
    }
    case Source::last: {
      Wanted& last = choice.by_position.emplace_back();
      if (!theirs.numbers.empty()) {
        last.listed.push_back(static_cast<std::uint32_t>(theirs.numbers.size() - 1));
      }
      return choice;
    }
    case Source::specific:
      choice.by_position.push_back(wanted(theirs, plan.of.keys));
      return choice;
    case Source::follow:
    case Source::table:
      break;
  }
  const auto from = std::ranges::find(mine, plan.from, &PartitionSpace::Keys::dimension);
  FRESHET_ASSERT(from != mine.end());
  choice.from = static_cast<std::size_t>(from - mine.begin());
  choice.by_position.resize(from->numbers.size());
  for (const auto& [text, position] : from->positions) {
    const std::string key{text};
    Wanted& out = choice.by_position[position];
    if (plan.source == Source::follow) {
      out = wanted(theirs, std::span{&key, 1});
    } else if (const auto row = plan.of.table.find(key); row != plan.of.table.end()) {
      out = wanted(theirs, row->second);
    }
  }
  return choice;
}

/// The combinations of the given positions, one list for each key dimension; ascending.
std::vector<std::uint32_t> combine(const PartitionSpace* space,
                                   const std::vector<const Positions*>& lists) {
  std::vector<std::size_t> places{0};
  for (std::size_t k = 0; k < lists.size(); ++k) {
    std::vector<std::size_t> longer;
    longer.reserve(places.size() * lists[k]->size());
    for (const std::size_t place : places) {
      for (const std::uint32_t position : *lists[k]) {
        longer.push_back(place * space->keys()[k].numbers.size() + position);
      }
    }
    places = std::move(longer);
  }
  std::vector<std::uint32_t> out;
  out.reserve(places.size());
  for (const std::size_t place : places) out.push_back(combinations_of(space)[place]);
  std::ranges::sort(out);
  return out;
}

}  // namespace

KeyMapping::KeyMapping(const MappingPlan& plan, const PartitionSpace* asset,
                       const PartitionSpace* dependency)
    : asset_{asset}, dependency_{dependency} {
  const auto mine = keys_of(asset);
  const auto theirs = keys_of(dependency);
  identity_ = mine.size() == theirs.size();
  for (std::size_t k = 0; identity_ && k < theirs.size(); ++k) {
    const DimensionPlan& of = plan.dimensions[theirs[k].dimension];
    identity_ = of.source == Source::follow && of.from == mine[k].dimension;
  }
  if (identity_) return;

  std::vector<Choice> choices;
  for (const PartitionSpace::Keys& keys : theirs) {
    choices.push_back(choice_of(plan.dimensions[keys.dimension], keys, mine));
  }

  // A group for each way to choose positions in the dimensions that are followed.
  std::vector<Positions> every(mine.size());
  std::map<std::size_t, std::uint32_t> at;  // followed dimension → position
  for (std::size_t k = 0; k < mine.size(); ++k) {
    for (std::uint32_t i = 0; i < mine[k].numbers.size(); ++i) every[k].push_back(i);
    if (every[k].empty()) return;
  }
  for (const Choice& choice : choices) {
    if (choice.from) at[*choice.from] = 0;
  }
  for (bool more = true; more;) {
    Members group;
    std::vector<Positions> chosen(mine.size());
    std::vector<const Positions*> down;
    for (std::size_t k = 0; k < mine.size(); ++k) {
      const auto followed = at.find(k);
      if (followed != at.end()) chosen[k] = {followed->second};
      down.push_back(followed != at.end() ? &chosen[k] : &every[k]);
    }
    std::vector<const Positions*> up;
    bool any = true;
    for (const Choice& choice : choices) {
      const Wanted& keys = choice.by_position[choice.from ? at[*choice.from] : 0];
      group.unlisted = group.unlisted || keys.unlisted;
      any = any && (keys.unlisted || !keys.listed.empty());
      up.push_back(&keys.listed);
    }
    if (any) {
      group.up = combine(dependency, up);
    } else {
      group.unlisted = false;
    }
    group.down = combine(asset, down);
    groups_.push_back(std::move(group));

    more = false;
    for (auto followed = at.rbegin(); followed != at.rend() && !more; ++followed) {
      more = ++followed->second < mine[followed->first].numbers.size();
      if (!more) followed->second = 0;
    }
  }
  for (Group group = 0; group < groups_.size(); ++group) {
    for (const std::uint32_t down : groups_[group].down) by_down_.emplace_back(down, group);
    for (const std::uint32_t up : groups_[group].up) by_up_.emplace_back(up, group);
  }
  std::ranges::sort(by_down_);
  std::ranges::sort(by_up_);
}

bool KeyMapping::is_listed(const PartitionSpace* space, std::uint32_t combination) {
  return space == nullptr ? combination == 0 : space->position(combination).has_value();
}

std::optional<KeyMapping::Group> KeyMapping::group_of(std::uint32_t combination) const {
  if (identity_) return is_listed(asset_, combination) ? std::optional{combination} : std::nullopt;
  const auto found = std::ranges::lower_bound(by_down_, combination, {}, &Pair::first);
  if (found == by_down_.end() || found->first != combination) return std::nullopt;
  return found->second;
}

std::span<const std::uint32_t> KeyMapping::members(const Group& group) const {
  if (identity_) return {&group, 1};
  return groups_[group].down;
}

std::span<const std::uint32_t> KeyMapping::needed(const Group& group) const {
  if (identity_) return {&group, is_listed(dependency_, group) ? 1U : 0U};
  return groups_[group].up;
}

bool KeyMapping::needs_unlisted(const Group& group) const {
  return identity_ ? !is_listed(dependency_, group) : groups_[group].unlisted;
}

std::span<const KeyMapping::Pair> KeyMapping::dependents_of(std::uint32_t combination) const {
  const auto range = std::ranges::equal_range(by_up_, combination, {}, &Pair::first);
  return {range.begin(), range.end()};
}

}  // namespace freshet
