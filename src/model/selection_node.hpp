// What a selection looks like once it is understood: the tree behind freshet::Selection.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/selection.hpp"

namespace freshet {

/// What an `attribute:value` is compared with.  `state` is for the running system to answer.
enum class AttributeSubject : std::uint8_t {
  key,
  group,
  kind,
  owner,
  tag,
  project,
  column,
  partitions,
  automation,
  state
};

struct SelectionAttribute {
  std::string_view name;
  AttributeSubject subject;
  std::string_view description;               ///< In a few words, for people.
  std::span<const std::string_view> words{};  ///< All that it takes; empty: any text.
};

/// Every attribute there is; of those with one subject (other than `state`) the first is the
/// canonical name.
[[nodiscard]] std::span<const SelectionAttribute> selection_attributes();

/// The right side of a colon or of an equals sign.
struct SelectionValue {
  std::string text;     ///< Without quotes; may be a glob.
  bool is_null{false};  ///< Written `<null>`: there is none.
  friend bool operator==(const SelectionValue&, const SelectionValue&) = default;
};

struct SelectionTerm {
  enum class Kind : std::uint8_t {
    everything,
    attribute,
    around,
    roots,
    sinks,
    negation,
    all_of,
    any_of
  };

  Kind kind{Kind::everything};
  SelectionAttribute attribute{};         ///< For attribute.
  SelectionValue value;                   ///< For attribute; the name, if it is a tag.
  std::vector<SelectionValue> tag_value;  ///< For a tag with `=`: one.
  std::uint32_t up{0};                    ///< For around: how far upstream …
  std::uint32_t down{0};                  ///< … and downstream of the one child.
  std::size_t column{1};                  ///< Where it was written, in characters from 1.
  std::vector<SelectionTerm>
      children;  ///< Two or more for all_of and any_of, one for those that wrap one.
};

struct Selection::Node {
  SelectionTerm term;
  std::string source;     ///< As written, shortened and on one line, for messages.
  std::string canonical;  ///< What text() returns.
};

/// Whether a value of an attribute that takes words is one, or stands for some.
[[nodiscard]] bool is_word_of(const SelectionAttribute& attribute, std::string_view value);
/// Whether only the running system can answer.
[[nodiscard]] bool is_live(const SelectionAttribute& attribute, std::string_view value);
/// Whether `partitions:value` holds.
[[nodiscard]] bool has_partitions(const AssetDefinition& asset, std::string_view value);
/// Whether `automation:value` holds, where the value is not live.
[[nodiscard]] bool has_automation(const AssetDefinition& asset, std::string_view value);

/// What an asset of the graph may be found by, as it is written; nothing where the words are fixed.
void each_value(const AssetDefinition& asset, AttributeSubject subject,
                const std::function<void(const std::string&)>& call);

/// What is next where an expression that is being written ends.
struct SelectionPlace {
  enum class Kind : std::uint8_t {
    term,     ///< With or without "not".
    operand,  ///< After a "+".
    value,
    tag_value,
    after_operand,  ///< "+", or …
    joint           ///< … "and" or "or".
  };
  Kind kind{Kind::operand};
  std::size_t begin{};             ///< Of its word, of which some may be there.
  SelectionAttribute attribute{};  ///< Of a value.
  std::string tag{};               ///< Name, of a tag's value.
};
/// nullopt where nothing that is written could make it right.
[[nodiscard]] std::optional<SelectionPlace> selection_place(std::string_view text);

/// The canonical spelling of a term; parse() reads it back as the same term.
[[nodiscard]] std::string selection_text(const SelectionTerm& term);

[[nodiscard]] std::string selection_quoted(std::string_view text);
/// A value as it is written, in quotes where it needs them.
[[nodiscard]] std::string selection_value_text(std::string_view text);
/// A key or glob that stands by itself, in quotes where it needs them.
[[nodiscard]] std::string selection_key_text(std::string_view text);

/// Whether a value may stand without quotes: not empty, and nothing but letters, digits, `_ . - / *
/// @ :` and what is not ASCII.
[[nodiscard]] bool is_plain_value(std::string_view text);
/// Whether a key or glob may stand by itself without quotes: as above, but without `@` and `:`, and
/// no word of the language.
[[nodiscard]] bool is_plain_word(std::string_view text);

}  // namespace freshet
