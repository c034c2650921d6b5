#include <cstdint>
#include <string>
#include <string_view>

#include "model/closure.hpp"
#include "model/selection_node.hpp"

namespace freshet {
namespace {

using Kind = SelectionTerm::Kind;

void write_value(std::string& out, const SelectionValue& value) {
  out += value.is_null ? "<null>" : selection_value_text(value.text);
}

void write_attribute(std::string& out, const SelectionTerm& term) {
  if (term.attribute.subject == AttributeSubject::key && term.value.text != "*") {
    out += selection_key_text(term.value.text);
    return;
  }
  out += term.attribute.name;
  out += ':';
  write_value(out, term.value);
  for (const SelectionValue& value : term.tag_value) {
    out += '=';
    write_value(out, value);
  }
}

void write(std::string& out, const SelectionTerm& term);

void write_enclosed(std::string& out, const SelectionTerm& term) {
  out += '(';
  write(out, term);
  out += ')';
}

/// Writes `term` where only something that binds more tightly than `outer` needs no parentheses.
void write_inside(std::string& out, const SelectionTerm& term, Kind outer) {
  const auto looseness = [](Kind kind) {
    switch (kind) {
      case Kind::any_of:
        return 3;
      case Kind::all_of:
        return 2;
      case Kind::negation:
        return 1;
      case Kind::everything:
      case Kind::attribute:
      case Kind::around:
      case Kind::roots:
      case Kind::sinks:
        break;
    }
    return 0;
  };
  const bool fits =
      outer == Kind::negation ? looseness(term.kind) <= 1 : looseness(term.kind) < looseness(outer);
  if (fits) {
    write(out, term);
  } else {
    write_enclosed(out, term);
  }
}

void write_depth(std::string& out, std::uint32_t depth) {
  if (depth != depth_unlimited) out += std::to_string(depth);
}

void write_around(std::string& out, const SelectionTerm& term) {
  if (term.up != 0) {
    write_depth(out, term.up);
    out += '+';
  }
  const SelectionTerm& inner = term.children.front();
  const std::string& text = inner.value.text;
  const bool is_number = inner.kind == Kind::attribute &&
                         inner.attribute.subject == AttributeSubject::key && !text.empty() &&
                         text.find_first_not_of("0123456789") == std::string::npos;
  if (is_number && term.up == 0 && term.down != depth_unlimited) {
    out += selection_quoted(text);  // else `"2"+1` would become `2+1`, which is upstream of 1
  } else if (!inner.children.empty() && inner.kind != Kind::roots && inner.kind != Kind::sinks) {
    write_enclosed(out, inner);
  } else {
    write(out, inner);
  }
  if (term.down != 0) {
    out += '+';
    write_depth(out, term.down);
  }
}

void write_group(std::string& out, const SelectionTerm& term, std::string_view between) {
  bool first = true;
  for (const SelectionTerm& child : term.children) {
    if (!first) out += between;
    first = false;
    write_inside(out, child, term.kind);
  }
}

void write(std::string& out, const SelectionTerm& term) {
  switch (term.kind) {
    case Kind::everything:
      out += '*';
      return;
    case Kind::attribute:
      return write_attribute(out, term);
    case Kind::around:
      return write_around(out, term);
    case Kind::roots:
    case Kind::sinks:
      out += term.kind == Kind::roots ? "roots" : "sinks";
      return write_enclosed(out, term.children.front());
    case Kind::negation:
      out += "not ";
      return write_inside(out, term.children.front(), term.kind);
    case Kind::all_of:
      return write_group(out, term, " and ");
    case Kind::any_of:
      return write_group(out, term, " or ");
  }
}

}  // namespace

std::string selection_quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string selection_value_text(std::string_view text) {
  return is_plain_value(text) ? std::string{text} : selection_quoted(text);
}

std::string selection_key_text(std::string_view text) {
  return is_plain_word(text) ? std::string{text} : selection_quoted(text);
}

std::string selection_text(const SelectionTerm& term) {
  std::string out;
  write(out, term);
  return out;
}

}  // namespace freshet
