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
              "$.items[0].id, or key, key.id, header:NAME, timestamp"};
}

/// nullopt: these are no steps.
std::optional<std::vector<std::string>> parse_steps(std::string_view rest) {
  std::vector<std::string> out;
  while (!rest.empty()) {
    const bool is_name = rest.front() == '.';
    if (!is_name && rest.front() != '[') return std::nullopt;
    const std::size_t end =
        is_name ? std::min(rest.find_first_of(".[", 1), rest.size()) : rest.find(']');
    if (end == std::string_view::npos || end == 1) return std::nullopt;
    const std::string_view step = rest.substr(1, end - 1);
    if (!is_name && !array_place(step)) return std::nullopt;
    out.emplace_back(step);
    rest.remove_prefix(is_name ? end : end + 1);
  }
  return out;
}

}  // namespace

std::optional<std::size_t> array_place(std::string_view step) {
  std::size_t out{};
  const auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), out);
  if (error != std::errc{} || end != step.data() + step.size()) return std::nullopt;
  return out;
}

Result<FieldPath> parse_field_path(std::string_view text, bool is_key_text) {
  using Kind = FieldPath::Kind;
  constexpr std::string_view header = "header:";
  constexpr std::string_view key = "key";
  constexpr std::string_view payload = "$";
  if (text == key) return FieldPath{};
  if (text == "timestamp") return FieldPath{.kind = Kind::timestamp, .name = {}, .steps = {}};
  if (text.starts_with(header) && text.size() > header.size()) {
    return FieldPath{
        .kind = Kind::header, .name = std::string{text.substr(header.size())}, .steps = {}};
  }
  const Kind kind = text.starts_with(key) ? Kind::key : Kind::payload;
  const std::string_view root = kind == Kind::key ? key : payload;
  if (!text.starts_with(root) || text.size() == root.size()) return refuse(text);
  auto steps = parse_steps(text.substr(root.size()));
  if (!steps) return refuse(text);
  if (kind == Kind::key && is_key_text) {
    return Error{Errc::invalid, "\"" + std::string{text} +
                                    "\" looks into the key, which is text: write key_format: json, "
                                    "avro or protobuf, or key for all of it"};
  }
  return FieldPath{.kind = kind, .name = {}, .steps = *std::move(steps)};
}

}  // namespace freshet
