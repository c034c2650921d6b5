// Reads cron lines.
#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/cron.hpp"
#include "base/text.hpp"
#include "freshet/result.hpp"

namespace freshet {
namespace {

constexpr std::size_t text_size_max = 1'000;

struct FieldRule {
  std::string_view name;
  unsigned min;
  unsigned max;
  std::span<const std::string_view> words;  ///< Names of min, min + 1, ...
};

constexpr std::array<std::string_view, 12> month_words{"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                       "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
constexpr std::array<std::string_view, 7> weekday_words{"SUN", "MON", "TUE", "WED",
                                                        "THU", "FRI", "SAT"};

constexpr std::array<FieldRule, 5> rules{{{"minute", 0, 59, {}},
                                          {"hour", 0, 23, {}},
                                          {"day of month", 1, 31, {}},
                                          {"month", 1, 12, month_words},
                                          {"weekday", 0, 7, weekday_words}}};

struct Macro {
  std::string_view name;
  std::string_view line;
};
constexpr std::array<Macro, 7> macros{{{"@hourly", "0 * * * *"},
                                       {"@daily", "0 0 * * *"},
                                       {"@midnight", "0 0 * * *"},
                                       {"@weekly", "0 0 * * 0"},
                                       {"@monthly", "0 0 1 * *"},
                                       {"@yearly", "0 0 1 1 *"},
                                       {"@annually", "0 0 1 1 *"}}};

/// A piece of the line, which knows where it stands.
struct Piece {
  std::string_view text;
  std::size_t offset{};
  [[nodiscard]] Piece sub(std::size_t begin, std::size_t size = std::string_view::npos) const {
    return {.text = text.substr(begin, size), .offset = offset + begin};
  }
};

template <class T>
using Read = std::variant<T, CronFault>;

CronFault fault(const Piece& at, std::string reason) {
  return {.offset = at.offset, .reason = std::move(reason)};
}

/// The pieces between any of `separators`; empty ones too, unless `skip_empty`.
std::vector<Piece> pieces(const Piece& all, std::string_view separators, bool skip_empty) {
  std::vector<Piece> found;
  for (std::size_t begin = 0; begin <= all.text.size();) {
    const std::size_t end = std::min(all.text.find_first_of(separators, begin), all.text.size());
    if (end > begin || !skip_empty) found.push_back(all.sub(begin, end - begin));
    begin = end + 1;
  }
  return found;
}

std::string range_text(const FieldRule& rule) {
  return std::to_string(rule.min) + '-' + std::to_string(rule.max);
}

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// Of digits; a number too large for any field is as good as another.
unsigned to_number(std::string_view digits) {
  unsigned value = 0;
  for (const char c : digits)
    value = std::min(value * 10 + static_cast<unsigned>(c - '0'), 99'999U);
  return value;
}

Read<unsigned> read_value(const FieldRule& rule, const Piece& piece) {
  const std::string name{rule.name};
  if (piece.text.empty()) return fault(piece, name + " lacks a value");
  if (is_digits(piece.text)) {
    const unsigned value = to_number(piece.text);
    if (value >= rule.min && value <= rule.max) return value;
    return fault(piece,
                 name + ' ' + std::string{piece.text} + " is out of range " + range_text(rule));
  }
  for (std::size_t i = 0; i < rule.words.size(); ++i) {
    if (edit_distance(piece.text, rule.words[i], 0) == 0) {
      return rule.min + static_cast<unsigned>(i);
    }
  }
  std::string reason = name + " \"" + std::string{piece.text} + "\" is not a number of " +
                       range_text(rule) + (rule.words.empty() ? "" : " or a name");
  if (const auto near = nearest(piece.text, rule.words)) reason += "; nearest is " + *near;
  return fault(piece, std::move(reason));
}

/// `*`, `a` or `a-b`, each with `/step` or without: a set of values.
Read<std::uint64_t> read_item(const FieldRule& rule, const Piece& item) {
  const std::string name{rule.name};
  const std::size_t slash = std::min(item.text.find('/'), item.text.size());
  const bool stepped = slash < item.text.size();
  const Piece base = item.sub(0, slash);
  unsigned first = rule.min;
  unsigned last = rule.max;
  if (base.text != "*") {
    const std::size_t dash = std::min(base.text.find('-'), base.text.size());
    const Read<unsigned> from = read_value(rule, base.sub(0, dash));
    if (const auto* wrong = std::get_if<CronFault>(&from)) return *wrong;
    first = std::get<unsigned>(from);
    if (dash < base.text.size()) {
      const Read<unsigned> to = read_value(rule, base.sub(dash + 1));
      if (const auto* wrong = std::get_if<CronFault>(&to)) return *wrong;
      last = std::get<unsigned>(to);
      if (last == 0 && first > 0 && rule.max == 7) last = 7;  // FRI-SUN
      if (first > last) {
        return fault(base, name + " range " + std::string{base.text} + " runs backwards");
      }
    } else if (!stepped) {
      last = first;
    }
  }
  unsigned step = 1;
  if (stepped) {
    const Piece piece = item.sub(slash + 1);
    // As many as there are values, so that */24 is allowed and */25 is seen to be a mistake.
    const unsigned step_max = rule.max == 7 ? 7 : rule.max - rule.min + 1;
    step = is_digits(piece.text) ? to_number(piece.text) : 0;
    if (step < 1 || step > step_max) {
      return fault(piece, name + " step \"" + std::string{piece.text} + "\" is not a number of 1-" +
                              std::to_string(step_max));
    }
  }
  std::uint64_t set = 0;
  for (unsigned value = first; value <= last; value += step) set |= std::uint64_t{1} << value;
  return set;
}

Read<std::uint64_t> read_field(const FieldRule& rule, const Piece& field) {
  std::uint64_t set = 0;
  for (const Piece& item : pieces(field, ",", false)) {
    const Read<std::uint64_t> values = read_item(rule, item);
    if (const auto* wrong = std::get_if<CronFault>(&values)) return *wrong;
    set |= std::get<std::uint64_t>(values);
  }
  return set;
}

bool is_real_hours(std::string_view field) {
  return field.starts_with('*') && field.find(',') == std::string_view::npos;
}

/// Whether some year has a day of `days` in a month of `months`.
bool has_date(std::uint32_t days, std::uint32_t months) {
  constexpr std::array<int, 13> size{0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const int first = std::countr_zero(days);
  for (std::size_t month = 1; month <= 12; ++month) {
    if ((months >> month & 1U) != 0 && first <= size[month]) return true;
  }
  return false;
}

Read<CronFields> read_fields(const Piece& line) {
  const std::vector<Piece> fields = pieces(line, " \t", true);
  constexpr std::string_view wanted =
      "want five fields: minute, hour, day of month, month and weekday";
  if (fields.size() > rules.size()) {
    return fault(fields[rules.size()], std::string{wanted});
  }
  if (fields.size() < rules.size()) return fault(line.sub(line.text.size()), std::string{wanted});
  std::array<std::uint64_t, rules.size()> sets{};
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const Read<std::uint64_t> set = read_field(rules[i], fields[i]);
    if (const auto* wrong = std::get_if<CronFault>(&set)) return *wrong;
    sets[i] = std::get<std::uint64_t>(set);
  }
  const CronFields read{
      .minutes = sets[0],
      .hours = static_cast<std::uint32_t>(sets[1]),
      .days = static_cast<std::uint32_t>(sets[2]),
      .months = static_cast<std::uint16_t>(sets[3]),
      .weekdays = static_cast<std::uint8_t>((sets[4] | sets[4] >> 7) & 127U),
      .either_day = !fields[2].text.starts_with('*') && !fields[4].text.starts_with('*'),
      .real_hours = is_real_hours(fields[1].text)};
  if (!read.either_day && !has_date(read.days, read.months)) {
    return fault(fields[2], "day of month " + std::string{fields[2].text} +
                                " does not exist in month " + std::string{fields[3].text} +
                                ", so that it never fires");
  }
  return read;
}

Read<CronFields> read_macro(const Piece& piece) {
  std::vector<std::string_view> names;
  for (const Macro& macro : macros) {
    if (edit_distance(piece.text, macro.name, 0) == 0) {
      return read_fields({.text = macro.line, .offset = piece.offset});
    }
    names.push_back(macro.name);
  }
  std::string reason = '"' + std::string{piece.text} + "\" is unknown";
  if (const auto near = nearest(piece.text, names)) reason += "; nearest is " + *near;
  return fault(piece, std::move(reason));
}

}  // namespace

std::variant<Cron, CronFault> Cron::read(std::string_view text) {
  if (text.size() > text_size_max) {
    return CronFault{.offset = text_size_max, .reason = "longer than 1000 characters"};
  }
  const std::string_view line = trim(text);
  const Piece piece{
      .text = line,
      .offset = line.empty() ? 0 : static_cast<std::size_t>(line.data() - text.data())};
  auto fields = line.starts_with('@') ? read_macro(piece) : read_fields(piece);
  if (auto* wrong = std::get_if<CronFault>(&fields)) return std::move(*wrong);
  return Cron{std::string{line}, std::get<CronFields>(fields)};
}

Result<Cron> Cron::parse(std::string_view text) {
  auto cron = read(text);
  if (const auto* wrong = std::get_if<CronFault>(&cron)) {
    return Error{Errc::invalid, "cron \"" + std::string{text.substr(0, text_size_max)} +
                                    "\": " + wrong->reason + " (column " +
                                    std::to_string(wrong->offset + 1) + ')'};
  }
  return std::move(std::get<Cron>(cron));
}

}  // namespace freshet
