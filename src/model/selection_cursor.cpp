#include "model/selection_cursor.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/text.hpp"
#include "freshet/result.hpp"
#include "freshet/selection.hpp"
#include "model/selection_node.hpp"

namespace freshet {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.' ||
         c == '-' || c == '/' || c == '*' || static_cast<unsigned char>(c) >= 0x80;
}

bool is_value(char c) { return is_word(c) || c == '@' || c == ':'; }

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

}  // namespace

bool is_plain_value(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_value);
}

bool is_plain_word(std::string_view text) {
  for (const std::string_view reserved : {"and", "AND", "or", "OR", "not", "NOT"}) {
    if (text == reserved) return false;
  }
  return !text.empty() && std::all_of(text.begin(), text.end(), is_word);
}

std::string shorten(std::string_view text) {
  constexpr std::size_t shown_max = 120;
  std::size_t end = text.size();
  if (end > shown_max) {
    end = shown_max;
    while (end > 0 && is_continuation(text[end])) --end;
  }
  std::string out{text.substr(0, end)};
  std::replace_if(out.begin(), out.end(), is_space, ' ');
  if (end < text.size()) out += "…";
  return out;
}

Error selection_error(Errc code, std::string_view source, std::string_view reason,
                      std::size_t column, std::string_view meant) {
  std::string message = "selection \"" + shorten(source) + "\": " + std::string{reason} +
                        " at column " + std::to_string(column);
  if (!meant.empty()) message += "; did you mean \"" + std::string{meant} + "\"?";
  return Error{code, std::move(message)};
}

std::optional<std::size_t> selection_column(std::string_view message) {
  constexpr std::string_view hint = "; did you mean \"", place = " at column ";
  if (message.ends_with("\"?")) message = message.substr(0, message.rfind(hint));
  const std::size_t at = message.rfind(place);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view digits = message.substr(at + place.size());
  std::size_t column{};
  const auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), column);
  if (ec != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return column;
}

void SelectionCursor::skip_space() {
  while (!at_end() && is_space(text_[position_])) ++position_;
}

bool SelectionCursor::take(char c) {
  if (at_end() || text_[position_] != c) return false;
  ++position_;
  return true;
}

bool SelectionCursor::take(std::string_view text) {
  if (!text_.substr(position_).starts_with(text)) return false;
  position_ += text.size();
  return true;
}

std::string_view SelectionCursor::take_word() {
  const std::size_t start = position_;
  while (!at_end() && is_word(text_[position_])) ++position_;
  return text_.substr(start, position_ - start);
}

std::string_view SelectionCursor::take_value() {
  const std::size_t start = position_;
  while (!at_end() && is_value(text_[position_])) ++position_;
  return text_.substr(start, position_ - start);
}

std::string_view SelectionCursor::take_number() {
  const std::size_t start = position_;
  const std::string_view word = take_word();
  if (!word.empty() && std::all_of(word.begin(), word.end(), is_digit)) return word;
  position_ = start;
  return {};
}

Result<std::string> SelectionCursor::take_quoted() {
  const std::size_t start = position_++;
  std::string out;
  for (; !at_end(); ++position_) {
    char c = text_[position_];
    if (c == '"') {
      ++position_;
      return out;
    }
    if (c == '\\') {
      if (++position_ == text_.size()) break;
      c = text_[position_];
      if (c != '"' && c != '\\') {
        return error("a backslash that no \" or \\ follows", position_ - 1);
      }
    }
    out += c;
  }
  return error("a quote that is never closed", start);
}

std::string_view SelectionCursor::next_token() const {
  std::size_t end = position_;
  while (end < text_.size() && is_word(text_[end])) ++end;
  if (end == position_ && end < text_.size()) ++end;
  return text_.substr(position_, end - position_);
}

std::size_t SelectionCursor::column(std::size_t position) const {
  const std::string_view before = text_.substr(0, position);
  return 1 + before.size() -
         static_cast<std::size_t>(std::count_if(before.begin(), before.end(), is_continuation));
}

Error SelectionCursor::error(std::string_view reason, std::size_t position,
                             std::string_view meant) const {
  return selection_error(Errc::invalid, text_, reason, column(position), meant);
}

bool is_printable(std::string_view text) {
  return is_utf8(text) && std::none_of(text.begin(), text.end(), [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return (byte < 0x20 && !is_space(c)) || byte == 0x7f;
         });
}

}  // namespace freshet
