#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "freshet/result.hpp"
#include "freshet/selection.hpp"
#include "model/closure.hpp"
#include "model/selection_cursor.hpp"
#include "model/selection_node.hpp"

namespace freshet {
namespace {

using Term = SelectionTerm;
using Next = SelectionPlace::Kind;

constexpr std::size_t length_max{16'384};  // bytes
constexpr int nesting_max = 200;           // of parentheses, functions and `not`

/// Recursive descent.
///
///   any_of   := all_of ("or" all_of)*
///   all_of   := negation ("and" negation)*
///   negation := "not" negation | around
///   around   := [[digits] "+"] operand ["+" [digits]]
///   operand  := "(" any_of ")" | ("roots" | "sinks") "(" any_of ")" | word | quoted | attribute
///   ":" value
class SelectionParser {
 public:
  explicit SelectionParser(std::string_view text) : cursor_{text} {}

  Result<Term> parse();
  /// What was looked for, and where, in this order.
  [[nodiscard]] const std::vector<SelectionPlace>& places() const { return places_; }

 private:
  Result<Term> parse_any_of();
  Result<Term> parse_all_of();
  Result<Term> parse_negation();
  Result<Term> parse_around();
  Result<Term> parse_operand();
  Result<Term> parse_function(std::string_view name, std::size_t start);
  Result<Term> parse_enclosed();
  Result<Term> parse_attribute(std::string_view name, std::size_t start);
  [[nodiscard]] Error unknown(std::string_view what, std::string_view word,
                              std::span<const std::string_view> valid, std::size_t start) const;
  Result<SelectionValue> parse_value(std::string_view after);
  Result<std::uint32_t> parse_depth(std::string_view digits, std::size_t start);

  void look_for(Next kind, const Term* attribute = nullptr);
  /// Takes an operator word and the space before it, or nothing.
  bool take_operator(std::string_view lower, std::string_view upper);
  [[nodiscard]] bool at_operand() const;
  [[nodiscard]] Error unexpected() const;

  SelectionCursor cursor_;
  int nesting_{0};
  std::vector<SelectionPlace> places_;
};

Term key_term(std::string pattern, std::size_t column) {
  return Term{.kind = Term::Kind::attribute,
              .attribute = selection_attributes().front(),
              .value = {.text = std::move(pattern)},
              .column = column};
}

/// A group of one is that one, and groups of one kind become one group.
Term joined(Term::Kind kind, std::vector<Term> parts) {
  if (parts.size() == 1) return std::move(parts.front());
  Term out{.kind = kind, .column = parts.front().column};
  for (Term& part : parts) {
    if (part.kind == kind) {
      std::move(part.children.begin(), part.children.end(), std::back_inserter(out.children));
    } else {
      out.children.push_back(std::move(part));
    }
  }
  return out;
}

Term wrapping(Term::Kind kind, Term inner, std::size_t column) {
  Term out{.kind = kind, .column = column};
  out.children.push_back(std::move(inner));
  return out;
}

void SelectionParser::look_for(Next kind, const Term* attribute) {
  places_.push_back({.kind = kind, .begin = cursor_.position(), .attribute = {}, .tag = {}});
  if (attribute == nullptr) return;
  places_.back().attribute = attribute->attribute;
  places_.back().tag = attribute->value.text;
}

Result<Term> SelectionParser::parse() {
  cursor_.skip_space();
  look_for(Next::term);
  if (cursor_.at_end()) return cursor_.error("nothing to select", cursor_.position(), "*");
  FRESHET_TRY(Term term, parse_any_of());
  cursor_.skip_space();
  if (!cursor_.at_end()) return unexpected();
  return term;
}

Result<Term> SelectionParser::parse_any_of() {
  std::vector<Term> parts;
  do {
    FRESHET_TRY(Term part, parse_all_of());
    parts.push_back(std::move(part));
  } while (take_operator("or", "OR"));
  return joined(Term::Kind::any_of, std::move(parts));
}

Result<Term> SelectionParser::parse_all_of() {
  std::vector<Term> parts;
  do {
    FRESHET_TRY(Term part, parse_negation());
    parts.push_back(std::move(part));
  } while (take_operator("and", "AND"));
  return joined(Term::Kind::all_of, std::move(parts));
}

Result<Term> SelectionParser::parse_negation() {
  cursor_.skip_space();
  look_for(Next::term);
  const std::size_t start = cursor_.position();
  if (!take_operator("not", "NOT")) return parse_around();
  if (++nesting_ > nesting_max) return cursor_.error("more than 200 levels of nesting", start);
  FRESHET_TRY(Term inner, parse_negation());
  --nesting_;
  return wrapping(Term::Kind::negation, std::move(inner), cursor_.column(start));
}

Result<Term> SelectionParser::parse_around() {
  cursor_.skip_space();
  const std::size_t start = cursor_.position();
  std::uint32_t up = 0;
  if (cursor_.take('+')) {
    up = depth_unlimited;
    cursor_.skip_space();
  } else if (const std::string_view digits = cursor_.take_number(); !digits.empty()) {
    // `2+x` is a depth; `2+` and `2` are an asset whose key is 2.
    cursor_.skip_space();
    bool is_depth = cursor_.take('+');
    if (is_depth) {
      cursor_.skip_space();
      is_depth = at_operand();
    }
    if (is_depth) {
      FRESHET_TRY(up, parse_depth(digits, start));
    } else {
      cursor_.rewind(start);
    }
  }
  FRESHET_TRY(Term inner, parse_operand());

  std::uint32_t down = 0;
  const std::size_t end = cursor_.position();
  cursor_.skip_space();
  look_for(Next::after_operand);
  if (cursor_.take('+')) {
    cursor_.skip_space();
    const std::size_t depth_start = cursor_.position();
    const std::string_view digits = cursor_.take_number();
    if (digits.empty()) {
      down = depth_unlimited;
    } else {
      FRESHET_TRY(down, parse_depth(digits, depth_start));
    }
    cursor_.skip_space();
    look_for(Next::joint);
  } else {
    cursor_.rewind(end);
  }
  if (up == 0 && down == 0) return inner;
  Term out = wrapping(Term::Kind::around, std::move(inner), cursor_.column(start));
  out.up = up;
  out.down = down;
  return out;
}

Result<Term> SelectionParser::parse_operand() {
  look_for(Next::operand);
  const std::size_t start = cursor_.position();
  if (!at_operand()) return unexpected();
  if (cursor_.peek() == '(') return parse_enclosed();
  if (cursor_.peek() == '"') {
    FRESHET_TRY(std::string key, cursor_.take_quoted());
    return key_term(std::move(key), cursor_.column(start));
  }
  const std::string_view word = cursor_.take_word();
  if (cursor_.take(':')) return parse_attribute(word, start);
  const std::size_t end = cursor_.position();
  cursor_.skip_space();
  if (cursor_.peek() == '(') return parse_function(word, start);
  cursor_.rewind(end);
  if (word == "*") return Term{.column = cursor_.column(start)};
  return key_term(std::string{word}, cursor_.column(start));
}

Result<Term> SelectionParser::parse_function(std::string_view name, std::size_t start) {
  if (name != "roots" && name != "sinks") {
    const std::string_view functions[] = {"roots", "sinks", "and", "or", "not"};
    return cursor_.error("unknown function \"" + shorten(name) + '"', start,
                         nearest(name, functions).value_or(""));
  }
  const auto kind = name == "roots" ? Term::Kind::roots : Term::Kind::sinks;
  FRESHET_TRY(Term inner, parse_enclosed());
  return wrapping(kind, std::move(inner), cursor_.column(start));
}

/// Reads a parenthesis, which is next, and what is in it.
Result<Term> SelectionParser::parse_enclosed() {
  const std::size_t start = cursor_.position();
  if (++nesting_ > nesting_max) return cursor_.error("more than 200 levels of nesting", start);
  cursor_.take('(');
  FRESHET_TRY(Term inner, parse_any_of());
  cursor_.skip_space();
  if (cursor_.at_end()) return cursor_.error("a parenthesis that is never closed", start);
  if (!cursor_.take(')')) return unexpected();
  --nesting_;
  return inner;
}

Result<Term> SelectionParser::parse_attribute(std::string_view name, std::size_t start) {
  const auto attributes = selection_attributes();
  const auto at = std::find_if(attributes.begin(), attributes.end(),
                               [&](const SelectionAttribute& a) { return a.name == name; });
  if (at == attributes.end()) {
    std::vector<std::string_view> names;
    for (const SelectionAttribute& attribute : attributes) names.push_back(attribute.name);
    return unknown("attribute", name, names, start);
  }
  Term out{.kind = Term::Kind::attribute, .attribute = *at, .column = cursor_.column(start)};
  if (at->subject != AttributeSubject::state) {
    out.attribute = *std::find_if(attributes.begin(), attributes.end(),
                                  [&](const auto& a) { return a.subject == at->subject; });
  }
  cursor_.skip_space();
  const std::size_t value_start = cursor_.position();
  look_for(Next::value, &out);
  FRESHET_TRY(out.value, parse_value(":"));
  if (out.value.is_null && (at->subject == AttributeSubject::key || !at->words.empty())) {
    return cursor_.error("<null> means nothing as \"" + std::string{name} + '"', start);
  }
  if (!at->words.empty() && !is_word_of(*at, out.value.text)) {
    return unknown(name, out.value.text, at->words, value_start);
  }
  if (at->subject == AttributeSubject::tag && !out.value.is_null && cursor_.take('=')) {
    look_for(Next::tag_value, &out);
    FRESHET_TRY(SelectionValue value, parse_value("="));
    out.tag_value.push_back(std::move(value));
  }
  return out;
}

Error SelectionParser::unknown(std::string_view what, std::string_view word,
                               std::span<const std::string_view> valid, std::size_t start) const {
  const auto meant = nearest(word, valid);
  std::string reason = "unknown " + std::string{what} + " \"" + shorten(word) + '"';
  if (!meant) {
    reason += ", want one of";
    for (const std::string_view each : valid) reason += ' ' + std::string{each};
  }
  return cursor_.error(reason, start, meant.value_or(""));
}

Result<SelectionValue> SelectionParser::parse_value(std::string_view after) {
  cursor_.skip_space();
  if (cursor_.peek() == '"') {
    FRESHET_TRY(std::string text, cursor_.take_quoted());
    return SelectionValue{.text = std::move(text)};
  }
  if (cursor_.take("<null>")) return SelectionValue{.is_null = true};
  const std::string_view text = cursor_.take_value();
  if (text.empty()) {
    return cursor_.error("want a value after \"" + std::string{after} + '"', cursor_.position());
  }
  return SelectionValue{.text = std::string{text}};
}

Result<std::uint32_t> SelectionParser::parse_depth(std::string_view digits, std::size_t start) {
  std::uint32_t depth{};
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), depth);
  if (parsed.ec != std::errc{} || depth >= depth_unlimited) {
    return cursor_.error("depth \"" + shorten(digits) + "\" is too large", start);
  }
  return depth;
}

bool SelectionParser::take_operator(std::string_view lower, std::string_view upper) {
  const std::size_t start = cursor_.position();
  cursor_.skip_space();
  const std::string_view word = cursor_.take_word();
  if (word == lower || word == upper) return true;
  cursor_.rewind(start);
  return false;
}

bool SelectionParser::at_operand() const {
  return cursor_.peek() == '(' || cursor_.peek() == '"' || is_plain_word(cursor_.next_token());
}

Error SelectionParser::unexpected() const {
  const std::string_view token = cursor_.next_token();
  if (token.empty()) {
    return cursor_.error("want a key, an attribute or \"(\", not the end", cursor_.position());
  }
  std::string meant;
  if (token == "&") meant = "and";
  if (token == "|") meant = "or";
  if (token == "!" || token == "~") meant = "not";
  if (token == "'") meant = "\\\"";
  if (is_plain_word(token)) {
    const std::string_view operators[] = {"and", "or"};
    meant = nearest(token, operators).value_or("");
    return cursor_.error("want \"and\" or \"or\" before \"" + shorten(token) + '"',
                         cursor_.position(), meant);
  }
  return cursor_.error("unexpected \"" + shorten(token) + '"', cursor_.position(), meant);
}

}  // namespace

std::optional<SelectionPlace> selection_place(std::string_view text) {
  if (text.size() > length_max || !is_printable(text)) return std::nullopt;
  SelectionParser parser{text};
  const auto term = parser.parse();
  std::optional<SelectionPlace> out;
  for (const SelectionPlace& place : parser.places()) {
    SelectionCursor cursor{text};
    cursor.rewind(place.begin);
    const bool is_value = place.kind == Next::value || place.kind == Next::tag_value;
    if (cursor.peek() == '"') {
      if (!cursor.take_quoted()) cursor.rewind(text.size());
    } else if (is_value && cursor.peek() == '<') {
      cursor.rewind(text.size());
    } else if (is_value) {
      cursor.take_value();
    } else {
      cursor.take_word();
    }
    if (!cursor.at_end()) continue;
    // A word that has been begun goes before what could follow it, a term before its operand.
    const bool is_begun = place.begin < text.size();
    if (!out || (is_begun && out->begin != place.begin)) out = place;
  }
  return out;
}

Result<Selection> Selection::parse(std::string_view text) {
  const auto too_long = [](std::size_t size) {
    return Error{Errc::invalid, "selection: " + std::to_string(size) + " bytes, want at most " +
                                    std::to_string(length_max)};
  };
  if (text.size() > length_max) return too_long(text.size());
  if (!is_printable(text)) {
    return Error{Errc::invalid, "selection: want UTF-8 without control characters"};
  }
  Node node;
  FRESHET_TRY(node.term, SelectionParser{text}.parse());
  node.source = shorten(text);
  node.canonical = selection_text(node.term);
  // Spaces that were left out can make it longer than what was written; text() must be readable
  // again.
  if (node.canonical.size() > length_max) return too_long(node.canonical.size());
  Selection out;
  out.root_ = std::make_shared<const Node>(std::move(node));
  return out;
}

}  // namespace freshet
