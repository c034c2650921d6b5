#include "freshet/selection.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "freshet/definitions.hpp"
#include "freshet/graph.hpp"
#include "freshet/ids.hpp"
#include "freshet/result.hpp"
#include "model/closure.hpp"
#include "model/rank_set.hpp"
#include "model/selection_cursor.hpp"
#include "model/selection_node.hpp"

namespace freshet {
namespace {

using Term = SelectionTerm;

bool matches(const SelectionValue& value, std::string_view text) {
  if (value.is_null) return text.empty();
  return is_glob(value.text) ? glob_match(value.text, text) : text == value.text;
}

bool matches_any(const SelectionValue& value, const std::vector<std::string>& texts) {
  if (value.is_null) return texts.empty();
  return std::any_of(texts.begin(), texts.end(),
                     [&](const std::string& text) { return matches(value, text); });
}

bool matches_tag(const Term& term, const AssetDefinition& asset) {
  if (term.value.is_null) return asset.tags.empty();
  return std::any_of(asset.tags.begin(), asset.tags.end(), [&](const auto& tag) {
    return matches(term.value, tag.first) &&
           (term.tag_value.empty() || matches(term.tag_value.front(), tag.second));
  });
}

bool matches_column(const SelectionValue& value, const AssetDefinition& asset) {
  if (value.is_null) return asset.columns.empty();
  return std::any_of(asset.columns.begin(), asset.columns.end(),
                     [&](const ColumnDefinition& column) { return matches(value, column.name); });
}

Error state_needed(const Term& term, std::string_view source) {
  std::string name{term.attribute.name};
  if (term.attribute.subject != AttributeSubject::state) name += ':' + term.value.text;
  return selection_error(Errc::unsupported, source, "only a running daemon knows \"" + name + '"',
                         term.column);
}

/// The first term that only the running system can answer; null where there is none.
const Term* find_live(const Term& term) {
  if (term.kind == Term::Kind::attribute && is_live(term.attribute, term.value.text)) return &term;
  for (const Term& child : term.children) {
    if (const Term* found = find_live(child)) return found;
  }
  return nullptr;
}

/// Computes which assets of one graph a term means.
class Evaluation {
 public:
  Evaluation(const Graph& graph, const Selection::State& state, std::string_view source)
      : graph_{graph}, state_{state}, source_{source} {}

  [[nodiscard]] Result<RankSet> evaluate(const Term& term) const;

 private:
  [[nodiscard]] Result<RankSet> evaluate_attribute(const Term& term) const;
  [[nodiscard]] Result<RankSet> evaluate_key(const Term& term) const;

  template <class Predicate>
  [[nodiscard]] RankSet filtered(Predicate predicate) const {
    RankSet out{graph_.size()};
    for (Rank rank{0}; rank.value < graph_.size(); ++rank.value) {
      if (predicate(rank)) out.insert(rank);
    }
    return out;
  }

  const Graph& graph_;
  const Selection::State& state_;
  std::string_view source_;
};

Result<RankSet> Evaluation::evaluate(const Term& term) const {
  if (term.kind == Term::Kind::attribute) return evaluate_attribute(term);
  if (term.children.empty()) return filtered([](Rank) { return true; });
  FRESHET_TRY(RankSet first, evaluate(term.children.front()));
  switch (term.kind) {
    case Term::Kind::everything:
    case Term::Kind::attribute:
      break;
    case Term::Kind::around: {
      if (term.down == 0) return with_upstream(graph_, std::move(first), term.up);
      RankSet out = with_downstream(graph_, first, term.down);
      out |= with_upstream(graph_, std::move(first), term.up);
      return out;
    }
    case Term::Kind::roots:
      return roots(graph_, first);
    case Term::Kind::sinks:
      return sinks(graph_, first);
    case Term::Kind::negation:
      first.complement();
      break;
    case Term::Kind::all_of:
    case Term::Kind::any_of:
      for (std::size_t i = 1; i < term.children.size(); ++i) {
        FRESHET_TRY(const RankSet other, evaluate(term.children[i]));
        if (term.kind == Term::Kind::all_of) {
          first &= other;
        } else {
          first |= other;
        }
      }
      break;
  }
  return first;
}

Result<RankSet> Evaluation::evaluate_attribute(const Term& term) const {
  const SelectionValue& value = term.value;
  switch (term.attribute.subject) {
    case AttributeSubject::key:
      return evaluate_key(term);
    case AttributeSubject::group:
      return filtered([&](Rank r) { return matches(value, graph_.asset(r).group); });
    case AttributeSubject::kind:
      return filtered([&](Rank r) { return matches_any(value, graph_.asset(r).kinds); });
    case AttributeSubject::owner:
      return filtered([&](Rank r) { return matches_any(value, graph_.asset(r).owners); });
    case AttributeSubject::tag:
      return filtered([&](Rank r) { return matches_tag(term, graph_.asset(r)); });
    case AttributeSubject::project:
      return filtered([&](Rank r) { return matches(value, graph_.asset(r).project); });
    case AttributeSubject::column:
      return filtered([&](Rank r) { return matches_column(value, graph_.asset(r)); });
    case AttributeSubject::partitions:
      return filtered([&](Rank r) { return has_partitions(graph_.asset(r), value.text); });
    case AttributeSubject::automation:
      if (is_live(term.attribute, value.text)) break;
      return filtered([&](Rank r) { return has_automation(graph_.asset(r), value.text); });
    case AttributeSubject::state:
      break;
  }
  if (!state_) return state_needed(term, source_);
  return filtered([&](Rank r) { return state_(r, term.attribute.name, value.text); });
}

Result<RankSet> Evaluation::evaluate_key(const Term& term) const {
  const std::string& key = term.value.text;
  if (is_glob(key)) {
    return filtered([&](Rank r) { return glob_match(key, graph_.asset(r).key); });
  }
  const auto rank = graph_.find(key);
  if (!rank) {
    const auto keys =
        std::views::iota(std::uint32_t{0}, static_cast<std::uint32_t>(graph_.size())) |
        std::views::transform(
            [this](std::uint32_t r) -> std::string_view { return graph_.asset(Rank{r}).key; });
    return selection_error(Errc::not_found, source_, "no asset \"" + shorten(key) + '"',
                           term.column, nearest(shorten(key), keys).value_or(""));
  }
  RankSet out{graph_.size()};
  out.insert(*rank);
  return out;
}

}  // namespace

Result<std::vector<Rank>> Selection::select(const Graph& graph, const State& state) const {
  FRESHET_ASSERT(root_ != nullptr);
  FRESHET_TRY(const RankSet out, Evaluation(graph, state, root_->source).evaluate(root_->term));
  return out.ranks();
}

std::optional<Error> Selection::needs_state() const {
  FRESHET_ASSERT(root_ != nullptr);
  const Term* live = find_live(root_->term);
  if (live == nullptr) return std::nullopt;
  return state_needed(*live, root_->source);
}

std::string Selection::text() const {
  FRESHET_ASSERT(root_ != nullptr);
  return root_->canonical;
}

}  // namespace freshet
