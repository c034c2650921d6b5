#include "model/field_path.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace freshet {

namespace {

Error refuse(std::string_view text) {
  return {Errc::invalid,
          "\"" + std::string{text} +
              "\" names no field of a message: want a path into it such as $.order.date or "
              "$.items[0].id, or key, header:NAME, timestamp"};
}

}  // namespace

std::optional<std::size_t> array_place(std::string_view step) {
  std::size_t out{};
  const auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), out);
  if (error != std::errc{} || end != step.data() + step.size()) return std::nullopt;
  return out;
}

Result<FieldPath> parse_field_path(std::string_view text) {
  constexpr std::string_view header = "header:";
  if (text == "key") return FieldPath{};
  if (text == "timestamp")
    return FieldPath{.kind = FieldPath::Kind::timestamp, .name = {}, .steps = {}};
  if (text.starts_with(header) && text.size() > header.size()) {
    return FieldPath{.kind = FieldPath::Kind::header,
                     .name = std::string{text.substr(header.size())},
                     .steps = {}};
  }
  if (!text.starts_with("$.") && !text.starts_with("$[")) return refuse(text);
  FieldPath out{.kind = FieldPath::Kind::payload, .name = {}, .steps = {}};
  std::string_view rest = text.substr(1);
  while (!rest.empty()) {
    const bool is_name = rest.front() == '.';
    if (!is_name && rest.front() != '[') return refuse(text);
    const std::size_t end =
        is_name ? std::min(rest.find_first_of(".[", 1), rest.size()) : rest.find(']');
    if (end == std::string_view::npos || end == 1) return refuse(text);
    const std::string_view step = rest.substr(1, end - 1);
    if (!is_name && !array_place(step)) return refuse(text);
    out.steps.emplace_back(step);
    rest.remove_prefix(is_name ? end : end + 1);
  }
  return out;
}

}  // namespace freshet
