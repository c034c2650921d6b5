#include "project/reader.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "freshet/definitions.hpp"
#include "project/object_type.hpp"
#include "project/yaml_tree.hpp"

namespace freshet::project {
namespace {

constexpr std::size_t kShownMax = 60;

std::size_t index_of(const ObjectType& type, std::string_view name) {
  for (std::size_t i = 0; i < type.fields.size(); ++i) {
    if (type.fields[i].name == name) return i;
  }
  return ObjectType::none;
}

/// "a, b or c".
template <class Names>
std::string either(const Names& names) {
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i != 0) out += i + 1 == names.size() ? " or " : ", ";
    out += names[i];
  }
  return out;
}

std::vector<std::string_view> names_of(std::span<const Field> fields) {
  std::vector<std::string_view> names;
  for (const Field& field : fields) {
    if (field.shape != Shape::unavailable) names.push_back(field.name);
  }
  return names;
}

}  // namespace

std::string describe(const Node& node) {
  switch (node.kind()) {
    case Node::Kind::null:
      return "nothing";
    case Node::Kind::sequence:
      return "a list";
    case Node::Kind::map:
      return "a mapping";
    case Node::Kind::scalar:
      break;
  }
  std::string text{node.text()};
  if (text.size() > kShownMax) {
    std::size_t end = kShownMax;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    text = text.substr(0, end) + "...";
  }
  return '"' + text + '"';
}

Place Reader::place(const Node& at) const {
  return {.file = options_.file, .line = at.line(), .column = at.column()};
}

void Reader::error(const Node& at, std::string message) {
  diagnose({.place = place(at), .message = std::move(message)});
}

void Reader::warning(const Node& at, std::string message) {
  diagnose({.severity = Diagnostic::Severity::warning,
            .place = place(at),
            .message = std::move(message)});
}

void Reader::unsupported(const Node& at, std::string feature, std::string message) {
  error(at, std::move(message));
  std::vector<std::string>& known = report_.unsupported;
  if (std::find(known.begin(), known.end(), feature) == known.end()) {
    known.push_back(std::move(feature));
  }
}

void Reader::expected(const Node& at, std::string_view what) {
  error(at, std::string{field_} + " must be " + std::string{what} + ", not " + describe(at));
}

FieldSet Reader::read_object(const ObjectType& type, const Node& node, void* object,
                             bool defaults) {
  if (!node.is_map()) {
    error(node, std::string{type.name} + " must be a mapping of its fields, not " + describe(node));
    return ~FieldSet{0};  // says nothing about what is missing
  }
  FieldSet given = 0;
  FieldSet null = 0;
  const std::string_view outer = field_;
  const std::span<const Node> children = node.children();
  for (std::size_t i = 0; i + 1 < children.size(); i += 2) {
    const Node& key = children[i];
    const Node& value = children[i + 1];
    const std::size_t index = index_of(type, key.text());
    if (index == ObjectType::none) {
      unknown_field(type, key);
      continue;
    }
    const Field& field = type.fields[index];
    const FieldSet bit = FieldSet{1} << index;
    if ((given & bit) != 0) continue;  // given twice: reported by the tree, the first holds
    given |= bit;
    if (field.shape == Shape::unavailable) {
      unsupported(key, std::string{field.name},
                  field.help.empty()
                      ? '"' + std::string{field.name} + "\" is not available in this version"
                      : std::string{field.help});
      continue;
    }
    if (defaults && field.copy == nullptr) {
      error(key,
            "defaults may not hold \"" + std::string{field.name} + "\": it belongs to one asset");
      continue;
    }
    if (value.is_null()) {
      null |= bit;
      continue;
    }
    field_ = field.name;
    if (check_choice(field, value)) field.set(*this, value, object);
    field_ = outer;
  }
  if (!defaults) check_given(type, node, given, null);
  return given;
}

void Reader::check_given(const ObjectType& type, const Node& node, FieldSet given, FieldSet null) {
  const FieldSet set = given & ~null;
  std::size_t alternatives = 0;
  for (std::size_t i = 0; i < type.fields.size(); ++i) {
    const bool is_set = ((set >> i) & 1U) != 0;
    if (type.fields[i].required && !is_set) {
      error(node, std::string{type.name} + " needs the field \"" +
                      std::string{type.fields[i].name} + "\"");
    }
    if (i >= type.exactly_one_from && is_set) ++alternatives;
  }
  if (type.exactly_one_from != ObjectType::none && alternatives != 1) {
    error(node, std::string{type.name} + " takes exactly one of " +
                    either(names_of(type.fields.subspan(type.exactly_one_from))));
  }
}

bool Reader::check_choice(const Field& field, const Node& value) {
  if (field.choices.empty()) return true;
  const std::vector<std::string_view> choices = split(field.choices, '|');
  if (std::find(choices.begin(), choices.end(), value.text()) != choices.end()) return true;
  std::string message =
      std::string{field.name} + " must be " + either(choices) + ", not " + describe(value);
  if (const auto meant = nearest(value.text(), choices)) {
    message += ": did you mean \"" + *meant + "\"?";
  }
  error(value, std::move(message));
  return false;
}

void Reader::unknown_field(const ObjectType& type, const Node& key) {
  std::string message =
      "unknown field \"" + std::string{key.text()} + "\" in " + std::string{type.name};
  const std::vector<std::string_view> names = names_of(type.fields);
  if (const auto meant = nearest(key.text(), names)) {
    message += ": did you mean \"" + *meant + "\"?";
  } else if (names.empty()) {
    message += ": it takes none";
  } else {
    message += ": it takes " + either(names);
  }
  error(key, std::move(message));
}

}  // namespace freshet::project
