// How an expression that is being written may go on.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "freshet/definitions.hpp"
#include "freshet/graph.hpp"
#include "freshet/ids.hpp"
#include "freshet/selection.hpp"
#include "freshet/snapshot.hpp"
#include "model/selection_cursor.hpp"
#include "model/selection_node.hpp"

namespace freshet {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_alphanumeric(char c) {
  const char low = lower(c);
  return (c >= '0' && c <= '9') || (low >= 'a' && low <= 'z') ||
         static_cast<unsigned char>(c) >= 0x80;
}

/// Where a word that has been begun is in a candidate; the least is the best.
enum class Match : std::uint8_t { at_start, at_part, inside };

std::optional<Match> match(std::string_view word, std::string_view candidate) {
  if (word.empty()) return Match::at_start;
  if (candidate.starts_with('"')) candidate.remove_prefix(1);
  std::optional<Match> best;
  for (std::size_t i = 0; i + word.size() <= candidate.size(); ++i) {
    const auto equal = [](char a, char b) { return lower(a) == lower(b); };
    if (!std::ranges::equal(candidate.substr(i, word.size()), word, equal)) continue;
    if (i == 0) return Match::at_start;
    if (!is_alphanumeric(candidate[i - 1])) return Match::at_part;
    best = Match::inside;
  }
  return best;
}

std::string count_text(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " asset" : " assets");
}

class Completer {
 public:
  Completer(const Snapshot& snapshot, std::string_view text, std::size_t cursor,
            SelectionPlace place)
      : snapshot_{snapshot},
        graph_{*snapshot.graph},
        text_{text},
        place_{std::move(place)},
        word_{text.substr(place_.begin, cursor - place_.begin)} {
    is_quoted_ = word_.starts_with('"');
    if (is_quoted_) word_.remove_prefix(1);
    if (word_.ends_with('"')) word_.remove_suffix(1);
    SelectionCursor rest{text};
    rest.rewind(cursor);
    if (place_.kind == Next::value || place_.kind == Next::tag_value) {
      rest.take_value();
    } else {
      rest.take_word();
    }
    rest.take('"');
    end_ = rest.position();
  }

  std::vector<SelectionCompletion> take(std::size_t count_max) {
    switch (place_.kind) {
      case Next::term:
      case Next::operand:
        offer_keys();
        if (is_quoted_) break;  // what it needs to stand apart from what is before it
        offer_attributes();
        if (place_.kind == Next::term) offer("not ", "all but these", 1);
        offer("roots(", "those with none of these upstream", 1);
        offer("sinks(", "those with none of these downstream", 1);
        break;
      case Next::value:
        offer_values();
        break;
      case Next::tag_value:
        offer_tag_values();
        break;
      case Next::after_operand:
      case Next::joint:
        offer_joints();
        break;
    }
    std::ranges::sort(offers_, {}, [](const Offer& o) {
      return std::tuple{o.match, o.order, ~o.count, std::string_view{o.completion.text}};
    });
    std::vector<SelectionCompletion> out;
    for (Offer& each : offers_) {
      if (out.size() == count_max) break;
      out.push_back(std::move(each.completion));
    }
    return out;
  }

 private:
  using Next = SelectionPlace::Kind;
  struct Offer {
    SelectionCompletion completion;
    Match match;
    std::size_t order;  ///< Of its sort among all.
    std::size_t count;  ///< Assets; many first.
  };

  void offer(std::string text, std::string detail, std::size_t order, std::size_t count = 0) {
    const auto found = match(word_, text);
    if (!found) return;
    // What is there already need not be said twice.
    const bool has_colon = text.ends_with(':') && text_.substr(end_).starts_with(':');
    offers_.push_back({.completion = {.text = std::move(text),
                                      .detail = std::move(detail),
                                      .from = place_.begin,
                                      .to = end_ + (has_colon ? 1 : 0)},
                       .match = *found,
                       .order = order,
                       .count = count});
  }

  void offer_attributes() {
    std::size_t order = 0;  // as they are listed, if nothing is written yet
    for (const SelectionAttribute& each : selection_attributes()) {
      offer(std::string{each.name} + ':', std::string{each.description}, 0,
            selection_attributes().size() - order++);
    }
  }

  void offer_keys() {
    const bool is_value = place_.kind == Next::value;
    for (Rank rank{0}; rank.value < graph_.size(); ++rank.value) {
      const AssetDefinition& asset = graph_.asset(rank);
      if (!match(word_, asset.key)) continue;
      offer(is_quoted_ ? selection_quoted(asset.key)
            : is_value ? selection_value_text(asset.key)
                       : selection_key_text(asset.key),
            asset.group.empty() ? "asset" : "asset of group " + asset.group, 2);
    }
  }

  void offer_values() {
    const SelectionAttribute& attribute = place_.attribute;
    if (attribute.subject == AttributeSubject::key) return offer_keys();
    std::size_t order = 0;
    for (const std::string_view word : attribute.words) {
      if (match(word_, word)) offer_counted(std::string{word}, order);
      ++order;
    }
    if (!attribute.words.empty()) return;
    for (const auto& [value, count] : values()) offer(value, count_text(count), 0, count);
    if (attribute.subject == AttributeSubject::project) return;
    if (match(word_, "<null>")) offer_counted("<null>", 1);
  }

  /// Offers a word of the attribute with how many assets it means.
  void offer_counted(std::string word, std::size_t order) {
    const auto selection = Selection::parse(std::string{place_.attribute.name} + ':' + word);
    const auto found = selection->select(snapshot_);
    const std::size_t count = found ? found->size() : 0;
    if (count == 0 && place_.attribute.words.empty()) return;
    offer(std::move(word), count_text(count), order);
  }

  void offer_tag_values() {
    const std::string name = selection_value_text(place_.tag) + '=';
    for (const auto& [value, count] : values()) {
      if (value.starts_with(name)) offer(value.substr(name.size()), count_text(count), 0, count);
    }
  }

  void offer_joints() {
    const bool is_apart = place_.begin == 0 || text_[place_.begin - 1] == ' ';
    const std::string space = is_apart ? "" : " ";
    offer(space + "and ", "only those that are both", 0);
    offer(space + "or ", "those as well", 1);
    if (place_.kind == Next::after_operand) offer("+", "and all downstream", 2);
  }

  /// Of the place's attribute, as written, with how many assets have them.
  [[nodiscard]] std::unordered_map<std::string, std::size_t> values() const {
    std::unordered_map<std::string, std::size_t> out;
    for (Rank rank{0}; rank.value < graph_.size(); ++rank.value) {
      each_value(graph_.asset(rank), place_.attribute.subject,
                 [&](const std::string& value) { ++out[value]; });
    }
    return out;
  }

  const Snapshot& snapshot_;
  const Graph& graph_;
  std::string_view text_;
  SelectionPlace place_;
  std::string_view word_;  ///< What of it is there.
  bool is_quoted_{};
  std::size_t end_{};  ///< Of what is replaced.
  std::vector<Offer> offers_;
};

}  // namespace

std::vector<SelectionCompletion> complete_selection(const Snapshot& snapshot, std::string_view text,
                                                    std::size_t cursor, std::size_t count_max) {
  cursor = std::min(cursor, text.size());
  auto place = selection_place(text.substr(0, cursor));
  if (!place) return {};
  return Completer{snapshot, text, cursor, std::move(*place)}.take(count_max);
}

}  // namespace freshet
