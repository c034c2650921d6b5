#include "model/partition/text.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <variant>

#include "base/text.hpp"

namespace freshet {
namespace {

std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// 2026-01-31 or 20260131 as the former; "" for anything else.
std::string date_of(std::string_view text) {
  if (text.size() == 10) return std::string{text};
  if (text.size() != 8 || !number_of(text)) return {};
  return std::string{text.substr(0, 4)} + '-' + std::string{text.substr(4, 2)} + '-' +
         std::string{text.substr(6)};
}

/// RFC 3339, or a number of seconds, or of their thousandths, millionths, … since 1970: which, says
/// its size.
std::optional<Instant> instant_of(std::string_view text) {
  if (const auto at = parse_instant(text)) return *at;
  const auto number = number_of(text);
  constexpr std::int64_t seconds_until = 100'000'000'000;  // the year 5138
  if (!number || *number < -seconds_until) return std::nullopt;
  if (*number < seconds_until) return Instant{Seconds{*number}};
  if (*number < seconds_until * 1'000) return Instant{Millis{*number}};
  return Instant{Micros{*number < seconds_until * 1'000'000 ? *number : *number / 1'000}};
}

std::string absence_of(const WindowsDefinition& definition, const WindowSeries& windows,
                       std::uint32_t window) {
  const TimeSpan span = windows.span(window);
  if (span.begin < definition.start) return "lies before the start of the partitions";
  if (definition.end && span.end > *definition.end) return "lies behind the end of the partitions";
  return {};
}

}  // namespace

Result<PartitionText> PartitionText::make(const std::optional<PartitionsDefinition>& definition) {
  PartitionText out;
  if (!definition) return out;
  out.dimensions_ = definition->dimensions;
  for (const DimensionDefinition& dimension : out.dimensions_) {
    const auto* windows = std::get_if<WindowsDefinition>(&dimension.of);
    if (windows == nullptr) continue;
    FRESHET_TRY(out.windows_, make_window_series(*windows));
    FRESHET_TRY(out.days_, make_window_series({.timezone = windows->timezone}));
  }
  return out;
}

Result<std::uint32_t> PartitionText::window_of(std::string_view text) const {
  if (const auto window = windows_->parse(text)) return *window;
  if (const std::string date = date_of(text); !date.empty()) {
    if (const auto day = days_->parse(date)) return windows_->at(days_->begin(*day));
  }
  if (const auto at = instant_of(text)) return windows_->at(*at);
  return Error{Errc::invalid,
               '"' + std::string{text} + "\": want a time, a date, or the key of a time window"};
}

Result<PartitionText::Key> PartitionText::read(std::string_view text) const {
  if (dimensions_.empty()) return Key{.text = std::string{text}};
  const auto parts = dimensions_.size() == 1 ? std::vector{text} : split(text, '|');
  if (parts.size() != dimensions_.size()) {
    std::string names;
    for (const DimensionDefinition& dimension : dimensions_)
      names += (names.empty() ? "" : "|") + dimension.name;
    return Error{Errc::invalid, '"' + std::string{text} + "\": want " + names};
  }
  Key out;
  for (std::size_t d = 0; d < parts.size(); ++d) {
    std::string key{parts[d]};
    std::string absence;
    if (const auto* windows = std::get_if<WindowsDefinition>(&dimensions_[d].of)) {
      FRESHET_TRY(const std::uint32_t window, window_of(parts[d]));
      key = windows_->key(window);
      out.from = windows_->span(window).end + windows->offset;
      absence = absence_of(*windows, *windows_, window);
    } else if (const auto* listed = std::get_if<StaticKeys>(&dimensions_[d].of)) {
      if (std::ranges::find(listed->keys, key) == listed->keys.end()) {
        const auto near = nearest(key, listed->keys);
        absence = "is not among the partitions" + (near ? "; did you mean " + *near + "?" : "");
      }
    }
    if (out.absence.empty() && !absence.empty()) out.absence = '"' + key + "\" " + absence;
    out.text += (d == 0 ? "" : "|") + key;
  }
  return out;
}

Instant PartitionText::horizon(Instant now, std::uint32_t windows) const {
  for (const DimensionDefinition& dimension : dimensions_) {
    const auto* definition = std::get_if<WindowsDefinition>(&dimension.of);
    if (definition == nullptr) continue;
    const std::uint32_t last = windows_->at(now - definition->offset) + windows;
    return windows_->span(last).end + definition->offset;
  }
  return Instant::max();
}

}  // namespace freshet
