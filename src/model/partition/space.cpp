#include "model/partition/space.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "freshet/partitions.hpp"
#include "freshet/result.hpp"
#include "freshet/time.hpp"
#include "model/partition/names.hpp"
#include "model/partition/windows.hpp"

namespace freshet {
namespace {

constexpr std::size_t keys_max = 4'000'000;
/// Longer than time that is understood, and short enough to be added to it.
constexpr Micros offset_max{std::chrono::hours{24 * 366 * 3'000}};

const WindowsDefinition* windows_of(const DimensionDefinition& dimension) {
  return std::get_if<WindowsDefinition>(&dimension.of);
}

/// Of a dimension beside time windows.
const std::vector<std::string>& listed_keys(const DimensionDefinition& dimension,
                                            const DynamicSets& sets) {
  static const std::vector<std::string> none;
  if (const auto* listed = std::get_if<StaticKeys>(&dimension.of)) return listed->keys;
  const auto found = sets.find(std::get<DynamicKeys>(dimension.of).name);
  return found == sets.end() ? none : found->second;
}

std::string shape_text(const PartitionsDefinition& definition) {
  std::string text;
  for (const DimensionDefinition& dimension : definition.dimensions) {
    if (!text.empty()) text += '|';
    if (!dimension.name.empty()) text.append(dimension.name).append(1, ':');
    const WindowsDefinition* windows = windows_of(dimension);
    text += windows != nullptr ? window_series_name(*windows) : "keys";
  }
  return text;
}

/// Calls `each` with the text of every combination, in the definition's order.
template <class Each>
void each_combination(const std::vector<const std::vector<std::string>*>& lists, std::size_t depth,
                      std::string& text, Each& each) {
  if (depth == lists.size()) {
    each(text);
    return;
  }
  const std::size_t size = text.size();
  for (const std::string& key : *lists[depth]) {
    if (depth != 0) text += '|';
    text += key;
    each_combination(lists, depth + 1, text, each);
    text.resize(size);
  }
}

std::vector<const std::vector<std::string>*> key_lists(const PartitionsDefinition& definition,
                                                       const DynamicSets& sets) {
  std::vector<const std::vector<std::string>*> lists;
  for (const DimensionDefinition& dimension : definition.dimensions) {
    if (windows_of(dimension) == nullptr) lists.push_back(&listed_keys(dimension, sets));
  }
  return lists;
}

}  // namespace

Result<PartitionSpace::Needs> PartitionSpace::needs(const PartitionsDefinition& definition,
                                                    const DynamicSets& sets) {
  const auto wrong = [&](std::string_view reason) {
    return Error{Errc::invalid, "partitions " + definition.text + ": " + std::string{reason}};
  };
  if (definition.dimensions.empty()) return wrong("no dimension");
  std::size_t times = 0;
  for (const DimensionDefinition& dimension : definition.dimensions) {
    const WindowsDefinition* windows = windows_of(dimension);
    if (windows == nullptr) continue;
    if (++times > 1) return wrong("more than one dimension of time windows");
    if (auto series = make_window_series(*windows); !series) return series.error();
  }
  Needs needs{.shape = shape_text(definition), .keys = {}};
  const auto lists = key_lists(definition, sets);
  std::size_t combinations = lists.empty() ? 0 : 1;
  for (const auto* list : lists) {
    combinations = list->empty()             ? 0
                   : combinations > keys_max ? combinations
                                             : combinations * list->size();
    needs.keys.insert(needs.keys.end(), list->begin(), list->end());
  }
  if (combinations + needs.keys.size() > keys_max) return wrong("more than 4,000,000 keys");
  if (lists.size() > 1) {
    std::string text;
    const auto each = [&](const std::string& key) { needs.keys.push_back(key); };
    each_combination(lists, 0, text, each);
  }
  return needs;
}

std::shared_ptr<const PartitionSpace> PartitionSpace::bind(const PartitionsDefinition& definition,
                                                           const DynamicSets& sets,
                                                           const PartitionRegistry& registry) {
  const auto number_of = [&](std::string_view key) {
    const std::uint32_t number = registry.keys.find(key);
    FRESHET_ASSERT(number != 0);
    return number;
  };
  std::shared_ptr<PartitionSpace> space{new PartitionSpace};
  space->definition_ = definition;
  space->registry_ = &registry;
  space->shape_ = registry.shapes.find(shape_text(definition));
  FRESHET_ASSERT(space->shape_ != 0);

  for (std::size_t d = 0; d < definition.dimensions.size(); ++d) {
    const DimensionDefinition& dimension = space->definition_.dimensions[d];
    if (const WindowsDefinition* windows = windows_of(dimension)) {
      FRESHET_ASSERT(!space->series_);
      space->windows_ = windows;
      space->series_ = make_window_series(*windows).value();
      const std::uint32_t window = space->series_->at(windows->start);
      const bool began = space->series_->begin(window) < windows->start;
      space->first_window_ = window + (began ? 1 : 0);
      continue;
    }
    Keys& keys = space->keys_.emplace_back();
    keys.dimension = d;
    for (const std::string& key : listed_keys(dimension, sets)) {
      const std::uint32_t number = number_of(key);
      const auto position = static_cast<std::uint32_t>(keys.numbers.size());
      const bool is_new = keys.positions.emplace(registry.keys.text(number), position).second;
      FRESHET_ASSERT(is_new);
      keys.numbers.push_back(number);
    }
  }

  if (space->keys_.size() == 1) {
    space->combinations_ = space->keys_.front().numbers;
  } else if (space->keys_.empty()) {
    space->combinations_.push_back(0);
  } else {
    std::string text;
    const auto each = [&](const std::string& key) {
      space->combinations_.push_back(number_of(key));
    };
    each_combination(key_lists(definition, sets), 0, text, each);
  }
  for (std::size_t i = 0; i < space->combinations_.size(); ++i) {
    space->positions_.emplace_back(space->combinations_[i], static_cast<std::uint32_t>(i));
  }
  std::ranges::sort(space->positions_);
  if (!space->series_) {
    for (const auto& [number, position] : space->positions_) {
      space->listed_.add(space->id(number, 0));
    }
  }
  return space;
}

std::optional<std::size_t> PartitionSpace::position(std::uint32_t combination) const {
  const auto found = std::ranges::lower_bound(positions_, combination, {},
                                              [](const auto& pair) { return pair.first; });
  if (found == positions_.end() || found->first != combination) return std::nullopt;
  return found->second;
}

std::uint32_t PartitionSpace::part(std::uint32_t combination, std::size_t dimension) const {
  const auto place = position(combination);
  if (!place) return 0;
  std::size_t rest = *place;
  for (auto keys = keys_.rbegin(); keys != keys_.rend(); ++keys) {
    const std::size_t size = keys->numbers.size();
    if (keys->dimension == dimension) return keys->numbers[rest % size];
    rest /= size;
  }
  return 0;
}

std::optional<PartitionSpace::Cells> PartitionSpace::cells(Instant now) const {
  if (!series_) return std::nullopt;
  std::uint32_t end = series_->at(now - std::min(windows_->offset, offset_max));
  if (windows_->end) end = std::min(end, series_->at(*windows_->end));
  if (end <= first_window_) return std::nullopt;
  return Cells{.first = first_window_, .last = end - 1};
}

std::optional<Instant> PartitionSpace::next_window(Instant now) const {
  if (!series_) return std::nullopt;
  const auto existing = cells(now);
  const Instant end = series_->span(existing ? existing->last + 1 : first_window_).end;
  if (windows_->end && end > *windows_->end) return std::nullopt;
  const Instant at = end + std::min(windows_->offset, offset_max);
  return at > now ? std::optional{at} : std::nullopt;  // not so only where time ends
}

PartitionSet PartitionSpace::universe(Instant now) const {
  if (!series_) return listed_;
  PartitionSet all;
  const auto existing = cells(now);
  if (!existing) return all;
  for (const auto& [number, position] : positions_) {
    all.add_range(shape_, number, existing->first, existing->last);
  }
  return all;
}

std::uint64_t PartitionSpace::count(Instant now) const {
  if (!series_) return combinations_.size();
  const auto existing = cells(now);
  if (!existing) return 0;
  return std::uint64_t{existing->last - existing->first + 1} * combinations_.size();
}

PartitionSet PartitionSpace::latest(Instant now, Micros lookback) const {
  if (!series_) return listed_;
  PartitionSet newest;
  const auto existing = cells(now);
  if (!existing) return newest;
  const Instant end = series_->span(existing->last).end;
  std::uint32_t first = existing->first;
  if (lookback < end - series_->begin(first)) {
    first = std::clamp(series_->at(end - lookback), first, existing->last);
  }
  for (const auto& [number, position] : positions_) {
    newest.add_range(shape_, number, first, existing->last);
  }
  return newest;
}

PartitionSet PartitionSpace::last(Instant now) const {
  const auto existing = cells(now);
  if (combinations_.empty() || (series_ && !existing)) return {};
  return PartitionSet{id(combinations_.back(), existing ? existing->last : 0)};
}

}  // namespace freshet
