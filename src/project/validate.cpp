#include "project/validate.hpp"

#include <cstddef>
#include <ranges>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "freshet/definitions.hpp"
#include "project/validation.hpp"
#include "project/values.hpp"

namespace freshet::project {
namespace {

constexpr std::size_t kKeyBytesMax = 255;
/// Key comparisons that "did you mean" may cost in one validation.
constexpr std::size_t kSuggestionWorkMax = 500'000;

}  // namespace

bool is_key(std::string_view key) {
  if (key.size() > kKeyBytesMax) return false;
  while (true) {
    const std::size_t slash = key.find('/');
    const std::string_view segment = key.substr(0, slash);
    if (!is_word(segment, "_.-") || segment == "." || segment == "..") return false;
    if (slash == std::string_view::npos) return true;
    key.remove_prefix(slash + 1);
  }
}

std::string words(const Place& place) {
  std::string out = place.file.empty() ? "the definitions" : place.file;
  if (place.line > 0) out += ':' + std::to_string(place.line) + ':' + std::to_string(place.column);
  return out;
}

Validation::Validation(std::span<const ProjectView> projects,
                       Diagnostic::Severity unknown_dependency)
    : projects_{projects}, unknown_dependency_{unknown_dependency}, found_(projects.size()) {
  std::size_t count = 0;
  for (const ProjectView& project : projects) count += project.definitions->assets.size();
  assets_.reserve(count);
  by_key_.reserve(count);
  for (std::size_t i = 0; i < projects.size(); ++i) {
    for (const AssetDefinition& asset : projects[i].definitions->assets) {
      by_key_.try_emplace(asset.key, static_cast<Number>(assets_.size()));
      assets_.push_back({.project = i, .asset = &asset});
    }
  }
  edge_begin_.reserve(count + 1);
  for (const Ref& ref : assets_) {
    edge_begin_.push_back(edges_.size());
    for (const Dependency& dependency : ref.asset->deps) edges_.push_back(find(dependency.key));
  }
  edge_begin_.push_back(edges_.size());
}

Validation::Number Validation::find(std::string_view key) const {
  const auto found = by_key_.find(key);
  return found == by_key_.end() ? kNone : found->second;
}

std::span<const Validation::Number> Validation::upstream(Number n) const {
  return std::span{edges_}.subspan(edge_begin_[n], edge_begin_[n + 1] - edge_begin_[n]);
}

std::vector<std::vector<Validation::Number>> Validation::downstream_lists() const {
  std::vector<std::vector<Number>> lists(assets_.size());
  for (Number n = 0; n < assets_.size(); ++n) {
    for (const Number up : upstream(n)) {
      if (up != kNone) lists[up].push_back(n);
    }
  }
  return lists;
}

void Validation::report(std::size_t project, const Place& place, std::string message,
                        Diagnostic::Severity severity) {
  found_[project].push_back({.severity = severity, .place = place, .message = std::move(message)});
}

std::string Validation::nearest_key(std::string_view key) {
  if (suggestions_ > kSuggestionWorkMax) return {};
  suggestions_ += assets_.size();
  const auto keys = assets_ | std::views::transform([](const Ref& ref) -> const std::string& {
                      return ref.asset->key;
                    });
  return nearest(key, keys).value_or(std::string{});
}

std::string Validation::nearest_column(std::string_view name, const AssetDefinition& of) {
  if (suggestions_ > kSuggestionWorkMax) return {};
  suggestions_ += of.columns.size();
  return nearest(name, of.columns | std::views::transform(&ColumnDefinition::name))
      .value_or(std::string{});
}

void Validation::check_pools() {
  std::set<std::string_view> known;
  for (const ProjectView& project : projects_) {
    for (const auto& [name, limit] : project.definitions->pools) {
      known.insert(name);
      if (limit == 0) {
        report(static_cast<std::size_t>(&project - projects_.data()), {},
               "pool " + name + " must allow at least 1 step at a time");
      }
    }
  }
  for (const Ref& ref : assets_) {
    const std::string& pool = ref.asset->pool;
    if (pool.empty() || known.contains(pool)) continue;
    std::string message =
        "asset \"" + ref.asset->key + "\" names the pool \"" + pool + "\", which is not in `pools`";
    if (const auto meant = nearest(pool, known)) message += ": did you mean \"" + *meant + "\"?";
    report(ref.project, ref.asset->place, std::move(message));
  }
}

std::vector<std::vector<Diagnostic>> validate(std::span<const ProjectView> projects,
                                              Diagnostic::Severity unknown_dependency) {
  Validation validation{projects, unknown_dependency};
  validation.check_keys();
  validation.check_pools();
  validation.check_dependencies();
  validation.check_columns();
  validation.check_partitions();
  validation.check_cycles();
  validation.check_writers();
  validation.check_self_triggers();
  validation.check_alerts();
  return validation.take();
}

}  // namespace freshet::project
