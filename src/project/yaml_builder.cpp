#include "project/yaml_builder.hpp"

#include <yaml.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <memory_resource>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "freshet/definitions.hpp"
#include "freshet/result.hpp"
#include "project/environment.hpp"
#include "project/yaml_errors.hpp"
#include "project/yaml_tree.hpp"

namespace freshet::project {
namespace {

std::string_view view(const yaml_char_t* text) {
  return text == nullptr ? std::string_view{}
                         : std::string_view{reinterpret_cast<const char*>(text)};
}

bool is_null_word(std::string_view text) {
  return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

std::size_t characters_in(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

/// The first of `keys` (each second child) that an earlier one equals, with that earlier one.
template <class Report>
void find_duplicates(std::span<const Node> children, Report report) {
  if (children.size() <= 64) {
    for (std::size_t i = 2; i < children.size(); i += 2) {
      for (std::size_t j = 0; j < i; j += 2) {
        if (children[i].text() == children[j].text()) {
          report(children[i], children[j]);
          break;
        }
      }
    }
    return;
  }
  std::unordered_map<std::string_view, const Node*> seen;
  seen.reserve(children.size() / 2);
  for (std::size_t i = 0; i < children.size(); i += 2) {
    const auto [it, fresh] = seen.try_emplace(children[i].text(), &children[i]);
    if (!fresh) report(children[i], *it->second);
  }
}

}  // namespace

YamlBuilder::YamlBuilder(std::string_view text, const std::string& file,
                         const Environment* environment, const YamlLimits& limits)
    : text_{text}, places_{text}, environment_{environment}, limits_{limits}, parser_{} {
  tree_.file_ = file;
  tree_.arena_ = std::make_unique<std::pmr::monotonic_buffer_resource>(text.size() * 2 + 1024);
  FRESHET_ASSERT(yaml_parser_initialize(&parser_) == 1);
  yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()),
                               text.size());
}

YamlBuilder::~YamlBuilder() { yaml_parser_delete(&parser_); }

ParsedYaml YamlBuilder::build() {
  bool more = true;
  bool good = true;
  while (more && good) {
    yaml_event_t event{};
    if (yaml_parser_parse(&parser_, &event) == 0) {
      Diagnostic mistake = describe_syntax_error(parser_, text_);
      mistake.place.file = tree_.file_;
      out_.diagnostics.push_back(std::move(mistake));
      good = false;
      break;
    }
    more = event.type != YAML_STREAM_END_EVENT;
    good = take(event);
    yaml_event_delete(&event);
  }
  if (!good) return std::move(out_);
  if (!stack_.empty()) tree_.root_ = stack_.front();
  out_.tree = std::move(tree_);
  return std::move(out_);
}

bool YamlBuilder::take(const yaml_event_t& event) {
  switch (event.type) {
    case YAML_DOCUMENT_START_EVENT:
      if (std::exchange(has_document_, true)) {
        return fail(event.start_mark, "a second document begins here: one file holds one");
      }
      return true;
    case YAML_SCALAR_EVENT:
      return take_scalar(event);
    case YAML_ALIAS_EVENT:
      return take_alias(event);
    case YAML_SEQUENCE_START_EVENT:
      return open(event, Node::Kind::sequence, event.data.sequence_start.anchor,
                  event.data.sequence_start.tag);
    case YAML_MAPPING_START_EVENT:
      return open(event, Node::Kind::map, event.data.mapping_start.anchor,
                  event.data.mapping_start.tag);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
      return close();
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT:
      return true;
  }
  return true;
}

bool YamlBuilder::take_scalar(const yaml_event_t& event) {
  const auto& scalar = event.data.scalar;
  if (!check_tag(event, scalar.tag)) return false;
  const std::string_view text{reinterpret_cast<const char*>(scalar.value), scalar.length};
  if (text.find('\0') != std::string_view::npos) {
    return fail(event.start_mark,
                "the text holds a NUL character (\"\\0\"), which no command or path can: write "
                "\\\\0 for a backslash and a zero");
  }
  Node node;
  put_place(node, event.start_mark);
  switch (scalar.style) {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE:
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE:
      node.style_ = Node::Style::quoted;
      break;
    case YAML_LITERAL_SCALAR_STYLE:
    case YAML_FOLDED_SCALAR_STYLE:
      node.style_ = Node::Style::block;
      break;
    case YAML_ANY_SCALAR_STYLE:
    case YAML_PLAIN_SCALAR_STYLE:
      break;
  }
  const bool is_null =
      node.style_ == Node::Style::plain && scalar.tag == nullptr && is_null_word(text);
  node.kind_ = is_null ? Node::Kind::null : Node::Kind::scalar;
  if (!is_null) {
    // As wide in the file as it is long (with its quotes): then nothing was escaped, folded or
    // tagged.
    const std::size_t quotes = node.style_ == Node::Style::quoted ? 2 : 0;
    node.verbatim_ =
        event.start_mark.line == event.end_mark.line && node.style_ != Node::Style::block &&
        scalar.anchor == nullptr &&
        event.end_mark.column - event.start_mark.column == characters_in(text) + quotes;
    keep_text(node, text);
    if (environment_ != nullptr && text.find("${") != std::string_view::npos)
      replace_variables(node);
  }
  add(node, view(scalar.anchor));
  return true;
}

void YamlBuilder::replace_variables(Node& node) {
  const Substitution done = substitute(node.text(), *environment_);
  for (const Substitution::Problem& problem : done.problems) {
    report(node, node.column_of(problem.offset), problem.message);
  }
  out_.variables += done.used;
  if (done.text == node.text()) return;
  keep_text(node, done.text);
  node.verbatim_ = false;
}

bool YamlBuilder::take_alias(const yaml_event_t& event) {
  const std::string name{view(event.data.alias.anchor)};
  const auto found = anchors_.find(name);
  if (found == anchors_.end()) {
    const bool inside =
        std::any_of(open_.begin(), open_.end(), [&](const Open& o) { return o.anchor == name; });
    return fail(event.start_mark,
                inside ? "*" + name + " stands inside what it names"
                       : "*" + name + " names nothing: no &" + name + " stands before it");
  }
  aliased_ += found->second.weight_;
  if (aliased_ > limits_.aliased_nodes) {
    return fail(event.start_mark, "aliases stand for more than " +
                                      std::to_string(limits_.aliased_nodes) +
                                      " values: write them out, or use fewer");
  }
  add(found->second, {});
  return true;
}

bool YamlBuilder::open(const yaml_event_t& event, Node::Kind kind, const yaml_char_t* anchor,
                       const yaml_char_t* tag) {
  if (!check_tag(event, tag)) return false;
  if (open_.size() >= limits_.depth) {
    return fail(event.start_mark,
                "nested more than " + std::to_string(limits_.depth) + " levels deep");
  }
  Open entry{.node = {}, .first = stack_.size(), .anchor = std::string{view(anchor)}};
  entry.node.kind_ = kind;
  put_place(entry.node, event.start_mark);
  open_.push_back(std::move(entry));
  return true;
}

bool YamlBuilder::close() {
  Open entry = std::move(open_.back());
  open_.pop_back();
  Node& node = entry.node;
  const std::span<const Node> items = std::span<const Node>{stack_}.subspan(entry.first);
  std::uint64_t weight = 1;
  if (!items.empty()) {
    void* memory = tree_.arena_->allocate(items.size_bytes(), alignof(Node));
    std::memcpy(memory, items.data(), items.size_bytes());
    node.data_ = memory;
    node.size_ = static_cast<std::uint32_t>(items.size());
    for (const Node& item : items) weight += item.weight_;
  }
  node.weight_ = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(weight, std::numeric_limits<std::uint32_t>::max()));
  stack_.resize(entry.first);
  if (node.kind_ == Node::Kind::map && !check_keys(node)) return false;
  add(node, entry.anchor);
  return true;
}

bool YamlBuilder::check_keys(const Node& map) {
  const std::span<const Node> children = map.children();
  for (std::size_t i = 0; i < children.size(); i += 2) {
    const Node& key = children[i];
    if (key.is_scalar() && !(key.text() == "<<" && key.style() == Node::Style::plain)) continue;
    report(key, key.column(),
           key.is_scalar()
               ? "merge keys (<<) are not understood: use `defaults`, or write the fields out"
               : "a key must be a text");
    return false;
  }
  find_duplicates(children, [&](const Node& again, const Node& first) {
    report(again, again.column(),
           "\"" + std::string{again.text()} + "\" is given twice: first at line " +
               std::to_string(first.line()) + ", column " + std::to_string(first.column()));
  });
  return true;
}

bool YamlBuilder::check_tag(const yaml_event_t& event, const yaml_char_t* tag) {
  const std::string_view name = view(tag);
  if (name.empty() || name == "!" || name == "tag:yaml.org,2002:str") return true;
  return fail(event.start_mark,
              "tags such as " + std::string{name} + " are not understood: put the text in quotes");
}

void YamlBuilder::add(const Node& node, std::string_view anchor) {
  stack_.push_back(node);
  if (!anchor.empty()) anchors_.insert_or_assign(std::string{anchor}, node);
}

void YamlBuilder::keep_text(Node& node, std::string_view text) {
  node.size_ = static_cast<std::uint32_t>(text.size());
  if (text.empty()) {
    node.data_ = "";
    return;
  }
  void* memory = tree_.arena_->allocate(text.size(), 1);
  std::memcpy(memory, text.data(), text.size());
  node.data_ = memory;
}

void YamlBuilder::report(const Node& at, int column, std::string message) {
  out_.diagnostics.push_back({.place = {.file = tree_.file_, .line = at.line(), .column = column},
                              .message = std::move(message)});
}

bool YamlBuilder::fail(const yaml_mark_t& mark, std::string message) {
  Place place = places_.of(mark);
  place.file = tree_.file_;
  out_.diagnostics.push_back({.place = std::move(place), .message = std::move(message)});
  return false;
}

void YamlBuilder::put_place(Node& node, const yaml_mark_t& mark) const {
  const Place place = places_.of(mark);
  node.line_ = static_cast<std::uint32_t>(place.line);
  node.column_ = static_cast<std::uint32_t>(place.column);
}

}  // namespace freshet::project
