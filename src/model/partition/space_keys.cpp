// How partitions are called, and which are meant by what a person writes.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/text.hpp"
#include "freshet/ids.hpp"
#include "freshet/partitions.hpp"
#include "freshet/result.hpp"
#include "freshet/time.hpp"
#include "model/partition/space.hpp"
#include "model/partition/windows.hpp"

namespace freshet {
namespace {

constexpr std::string_view dots = "...";
constexpr std::size_t new_key_max = 255;  ///< Bytes, as of a file's name.

Error no_partition(Errc code, std::string_view key, std::string_view reason) {
  return {code, "partition \"" + std::string{key} + "\": " + std::string{reason}};
}

/// Of a key that others made up; "": nothing.
std::string_view what_is_wrong_with(std::string_view key) {
  if (key.empty()) return "a key is not empty";
  if (key.size() > new_key_max) return "a new key has up to 255 bytes";
  if (!is_utf8(key)) return "a key is text in UTF-8";
  const bool has_control = std::ranges::any_of(
      key, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  return has_control ? "a key has no control characters" : "";
}

}  // namespace

const PartitionSpace::Keys* PartitionSpace::keys_of(std::size_t dimension) const {
  const auto found = std::ranges::find(keys_, dimension, &Keys::dimension);
  return found == keys_.end() ? nullptr : &*found;
}

std::string PartitionSpace::key(PartitionId id) const {
  const PartitionParts parts = unpack(id);
  if (parts.shape != shape_) return {};
  const std::string_view combination = registry_->keys.text(series_ ? parts.row : parts.cell);
  if (!series_) return std::string{combination};
  const std::vector<std::string_view> keys = split(combination, '|');
  std::size_t next = 0;
  std::string text;
  for (std::size_t d = 0; d < definition_.dimensions.size(); ++d) {
    if (d != 0) text += '|';
    if (keys_of(d) == nullptr) {
      text += series_->key(parts.cell);
    } else if (next < keys.size()) {
      text += keys[next++];
    }
  }
  return text;
}

std::optional<TimeSpan> PartitionSpace::span(PartitionId id) const {
  const PartitionParts parts = unpack(id);
  if (!series_ || parts.shape != shape_) return std::nullopt;
  return series_->span(parts.cell);
}

Result<std::uint32_t> PartitionSpace::find_window(std::string_view key, Instant now) const {
  FRESHET_TRY(const std::uint32_t window, series_->parse(key));
  const auto existing = cells(now);
  if (window < first_window_) {
    return no_partition(Errc::not_found, key,
                        "lies before the first one, " + series_->key(first_window_));
  }
  if (!existing) return no_partition(Errc::not_found, key, "no window has ended yet");
  if (window > existing->last) {
    return no_partition(Errc::not_found, key,
                        "does not exist yet; the newest is " + series_->key(existing->last));
  }
  return window;
}

Result<std::uint32_t> PartitionSpace::find_key(const Keys& keys, std::string_view key) const {
  const auto found = keys.positions.find(key);
  if (found != keys.positions.end()) return found->second;
  std::string reason = keys.numbers.empty() ? "there is no partition" : "does not exist";
  std::vector<std::string_view> all;
  all.reserve(keys.numbers.size());
  for (const std::uint32_t number : keys.numbers) all.push_back(registry_->keys.text(number));
  if (const auto near = nearest(key, all)) reason += "; nearest is \"" + *near + '"';
  return no_partition(Errc::not_found, key, reason);
}

Result<std::uint32_t> PartitionSpace::find_in(std::size_t dimension, std::string_view key,
                                              Instant now) const {
  const Keys* keys = keys_of(dimension);
  return keys == nullptr ? find_window(key, now) : find_key(*keys, key);
}

Result<std::vector<std::string_view>> PartitionSpace::pieces(std::string_view key) const {
  std::vector<std::string_view> parts = split(key, '|');
  if (parts.size() == definition_.dimensions.size()) return parts;
  std::string form;
  for (const DimensionDefinition& dimension : definition_.dimensions) {
    if (!form.empty()) form += '|';
    form += dimension.name;
  }
  return no_partition(Errc::invalid, key,
                      definition_.dimensions.size() == 1 ? "want a key without |"
                                                         : "want a key of each of " + form);
}

Result<PartitionId> PartitionSpace::find(std::string_view key, Instant now) const {
  FRESHET_TRY(const auto parts, pieces(key));
  std::vector<Choice> choices;
  for (std::size_t d = 0; d < parts.size(); ++d) {
    FRESHET_TRY(const std::uint32_t place, find_in(d, parts[d], now));
    choices.push_back({.first = place, .last = place});
  }
  const std::optional<PartitionId> found = product(choices).first();
  FRESHET_ASSERT(found.has_value());
  return *found;
}

Result<std::vector<PartitionSpace::NewKey>> PartitionSpace::new_keys(std::string_view key,
                                                                     Instant now) const {
  FRESHET_TRY(const auto parts, pieces(key));
  std::vector<NewKey> out;
  for (std::size_t d = 0; d < parts.size(); ++d) {
    const auto* dynamic = std::get_if<DynamicKeys>(&definition_.dimensions[d].of);
    if (dynamic == nullptr) {
      FRESHET_TRY([[maybe_unused]] const auto place, find_in(d, parts[d], now));
    } else if (!keys_of(d)->positions.contains(parts[d])) {
      if (const std::string_view wrong = what_is_wrong_with(parts[d]); !wrong.empty())
        return no_partition(Errc::invalid, key, wrong);
      out.push_back({.set = dynamic->name, .key = std::string{parts[d]}});
    }
  }
  return out;
}

Result<PartitionSpace::Choice> PartitionSpace::choose(std::size_t dimension, std::string_view text,
                                                      Instant now) const {
  const Keys* keys = keys_of(dimension);
  if (text == "*") {
    if (keys != nullptr) {
      const auto size = static_cast<std::uint32_t>(keys->numbers.size());
      return size == 0 ? Choice{.first = 1, .last = 0} : Choice{.first = 0, .last = size - 1};
    }
    const auto existing = cells(now);
    return existing ? Choice{.first = existing->first, .last = existing->last}
                    : Choice{.first = 1, .last = 0};
  }
  auto one = find_in(dimension, text, now);
  const std::size_t at = text.find(dots);
  if (one || at == std::string_view::npos) {
    if (!one) return one.error();
    return Choice{.first = *one, .last = *one};
  }
  FRESHET_TRY(const std::uint32_t first, find_in(dimension, text.substr(0, at), now));
  FRESHET_TRY(const std::uint32_t last, find_in(dimension, text.substr(at + dots.size()), now));
  if (first > last) return no_partition(Errc::invalid, text, "the range runs backwards");
  return Choice{.first = first, .last = last};
}

PartitionSet PartitionSpace::product(const std::vector<Choice>& choices) const {
  PartitionSet out;
  const bool none =
      std::ranges::any_of(choices, [](const Choice& choice) { return choice.first > choice.last; });
  if (none) return out;
  Choice window{};
  for (std::size_t d = 0; d < choices.size(); ++d) {
    if (keys_of(d) == nullptr) window = choices[d];
  }
  std::vector<std::uint32_t> at;  // position in each of keys_
  at.reserve(keys_.size());
  for (const Keys& keys : keys_) at.push_back(choices[keys.dimension].first);
  for (;;) {
    std::size_t place = 0;
    for (std::size_t k = 0; k < keys_.size(); ++k) place = place * keys_[k].numbers.size() + at[k];
    if (series_) {
      out.add_range(shape_, combinations_[place], window.first, window.last);
    } else {
      out.add(id(combinations_[place], 0));
    }
    std::size_t k = keys_.size();
    while (k != 0 && at[k - 1] == choices[keys_[k - 1].dimension].last) {
      at[k - 1] = choices[keys_[k - 1].dimension].first;
      --k;
    }
    if (k == 0) return out;
    ++at[k - 1];
  }
}

Result<PartitionSet> PartitionSpace::select_one(std::string_view text, Instant now) const {
  std::vector<Choice> choices;
  const std::size_t bars = definition_.dimensions.size() - 1;
  const std::size_t at = text.find(dots);
  if (bars != 0 && at != std::string_view::npos &&
      std::ranges::count(text, '|') == std::ptrdiff_t(2 * bars)) {
    FRESHET_TRY(const auto first, pieces(text.substr(0, at)));
    FRESHET_TRY(const auto last, pieces(text.substr(at + dots.size())));
    for (std::size_t d = 0; d <= bars; ++d) {
      std::string range{first[d]};
      range.append(dots).append(last[d]);
      FRESHET_TRY(const Choice choice, choose(d, range, now));
      choices.push_back(choice);
    }
    return product(choices);
  }
  FRESHET_TRY(const auto parts, pieces(text));
  for (std::size_t d = 0; d < parts.size(); ++d) {
    FRESHET_TRY(const Choice choice, choose(d, parts[d], now));
    choices.push_back(choice);
  }
  return product(choices);
}

Result<PartitionSet> PartitionSpace::select(std::string_view text, Instant now) const {
  // A key may contain commas.
  if (const auto whole = find(text, now)) return PartitionSet{*whole};
  PartitionSet out;
  for (const std::string_view part : split(text, ',')) {
    FRESHET_TRY(const PartitionSet some, select_one(trim(part), now));
    out |= some;
  }
  return out;
}

}  // namespace freshet
