#include "model/partition/mapping_plan.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

#include "base/text.hpp"
#include "freshet/partitions.hpp"
#include "freshet/result.hpp"
#include "model/partition/windows.hpp"

namespace freshet {
namespace {

using Kind = MappingDefinition::Kind;
using Source = DimensionPlan::Source;
using Dimensions = std::vector<DimensionDefinition>;

Error no_fit(std::string_view reason) { return {Errc::invalid, "mapping: " + std::string{reason}}; }

const WindowsDefinition* windows_of(const DimensionDefinition& dimension) {
  return std::get_if<WindowsDefinition>(&dimension.of);
}
bool is_time(const DimensionDefinition& dimension) { return windows_of(dimension) != nullptr; }

bool is_equal(const DimensionDefinition& a, const DimensionDefinition& b) {
  if (is_time(a) != is_time(b)) return false;
  return !is_time(a) || window_series_name(*windows_of(a)) == window_series_name(*windows_of(b));
}

bool have_equal_shape(const Dimensions& a, const Dimensions& b) {
  return std::ranges::equal(a, b, [](const auto& one, const auto& other) {
    return one.name == other.name && is_equal(one, other);
  });
}

/// The first key of `some` that a fixed list lacks; nullopt: none, or the list grows.
std::optional<std::string> unlisted(const DimensionDefinition& dimension,
                                    const std::vector<std::string>& some) {
  const auto* listed = std::get_if<StaticKeys>(&dimension.of);
  if (listed == nullptr) return std::nullopt;
  const std::unordered_set<std::string_view> keys{listed->keys.begin(), listed->keys.end()};
  for (const std::string& key : some) {
    if (keys.contains(key)) continue;
    std::string text = '"' + key + '"';
    if (const auto near = nearest(key, listed->keys)) text += " (nearest is \"" + *near + "\")";
    return text;
  }
  return std::nullopt;
}

/// One mapping while it is understood.
class Planner {
 public:
  Planner(const Dimensions& asset, const Dimensions& dependency)
      : asset_{asset}, dependency_{dependency} {}

  /// Each dimension of the dependency that has a partner among the asset's follows it.
  [[nodiscard]] Result<MappingPlan> infer() const {
    if (have_equal_shape(asset_, dependency_)) return follow_each();
    MappingPlan plan;
    bool any = false;
    for (std::size_t u = 0; u < dependency_.size(); ++u) {
      FRESHET_TRY(const auto from, partner(u));
      any = any || from.has_value();
      FRESHET_TRY(auto dimension, from ? follow(*from, u) : Result<DimensionPlan>{DimensionPlan{}});
      plan.dimensions.push_back(std::move(dimension));
    }
    if (!any) {
      return no_fit(
          "none can be inferred, since the two have no dimension in common; say all, last, "
          "specific "
          "or static");
    }
    return plan;
  }

  [[nodiscard]] Result<MappingPlan> identity() const {
    if (!have_equal_shape(asset_, dependency_)) {
      return no_fit("identity needs equal partitions on both sides; say all, or leave it out");
    }
    return follow_each();
  }

  [[nodiscard]] MappingPlan every(Source source) const {
    return {.dimensions = std::vector(dependency_.size(), DimensionPlan{.source = source})};
  }

  [[nodiscard]] Result<MappingPlan> shifted(const MappingDefinition& definition) const {
    MappingPlan plan;
    bool any = false;
    for (std::size_t u = 0; u < dependency_.size(); ++u) {
      FRESHET_TRY(const auto from, partner(u));
      if (!from) {
        plan.dimensions.emplace_back();
        continue;
      }
      FRESHET_TRY(auto dimension, follow(*from, u));
      if (is_time(dependency_[u])) {
        any = true;
        dimension.of = definition;
      }
      plan.dimensions.push_back(std::move(dimension));
    }
    if (!any) return no_time_windows();
    return plan;
  }

  /// A mapping of the only dimension.
  [[nodiscard]] Result<MappingPlan> single(const MappingDefinition& definition,
                                           std::string_view name) const {
    if (dependency_.size() != 1) {
      return no_fit(std::string{name} +
                    " needs a dependency of one dimension: say multi, and which dimension");
    }
    FRESHET_TRY(
        auto dimension,
        of(definition, 0, asset_.size() == 1 ? std::optional<std::size_t>{0} : std::nullopt));
    return MappingPlan{.dimensions = {std::move(dimension)}};
  }

  [[nodiscard]] Result<MappingPlan> multi(const MappingDefinition& definition) const {
    std::vector<std::string_view> names;
    for (const DimensionDefinition& dimension : dependency_) names.push_back(dimension.name);
    for (const auto& [name, mapping] : definition.dimensions) {
      if (!name.empty() && std::ranges::find(names, name) != names.end()) continue;
      std::string reason = "the dependency has no dimension \"" + name + '"';
      if (const auto near = nearest(name, names)) reason += "; nearest is \"" + *near + '"';
      return no_fit(reason);
    }
    MappingPlan plan;
    for (std::size_t u = 0; u < dependency_.size(); ++u) {
      const auto given = definition.dimensions.find(dependency_[u].name);
      const std::optional<std::size_t> from = namesake(u);
      if (given != definition.dimensions.end()) {
        FRESHET_TRY(auto dimension, of(given->second, u, from));
        plan.dimensions.push_back(std::move(dimension));
      } else if (from) {
        FRESHET_TRY(auto dimension, follow(*from, u));
        plan.dimensions.push_back(std::move(dimension));
      } else {
        plan.dimensions.emplace_back();
      }
    }
    return plan;
  }

 private:
  static Error no_time_windows() {
    return no_fit(
        "time_window needs time windows on both sides; say all, last, specific or static");
  }

  [[nodiscard]] Result<MappingPlan> follow_each() const {
    MappingPlan plan;
    for (std::size_t u = 0; u < dependency_.size(); ++u) {
      FRESHET_TRY(auto dimension, follow(u, u));
      plan.dimensions.push_back(std::move(dimension));
    }
    return plan;
  }

  [[nodiscard]] Result<DimensionPlan> follow(std::size_t a, std::size_t u) const {
    const auto* mine = std::get_if<StaticKeys>(&asset_[a].of);
    const auto* theirs = std::get_if<StaticKeys>(&dependency_[u].of);
    if (mine != nullptr && theirs != nullptr && !mine->keys.empty() && !theirs->keys.empty()) {
      const std::unordered_set<std::string_view> keys{theirs->keys.begin(), theirs->keys.end()};
      if (std::ranges::none_of(mine->keys, [&](const auto& key) { return keys.contains(key); })) {
        return no_fit("the two have no key in common, as \"" + mine->keys.front() + "\" and \"" +
                      theirs->keys.front() + "\"; say all, last, specific or static");
      }
    }
    return DimensionPlan{.source = Source::follow, .from = a};
  }

  /// Windows belong to windows.  Keys belong to the same name where both sides have several
  /// dimensions, else to the only ones, else to the only ones of an equal definition.
  [[nodiscard]] Result<std::optional<std::size_t>> partner(std::size_t u) const {
    std::optional<std::size_t> found;
    if (is_time(dependency_[u])) {
      const auto time = std::ranges::find_if(asset_, is_time);
      if (time != asset_.end()) found = static_cast<std::size_t>(time - asset_.begin());
      return found;
    }
    if (asset_.size() > 1 && dependency_.size() > 1) return namesake(u);
    const auto is_keys = [](const DimensionDefinition& dimension) { return !is_time(dimension); };
    const bool only = std::ranges::count_if(asset_, is_keys) == 1 &&
                      std::ranges::count_if(dependency_, is_keys) == 1;
    const auto fits = [&](const DimensionDefinition& a, const DimensionDefinition& other) {
      return is_keys(a) && is_keys(other) && (only || a.of == other.of);
    };
    for (std::size_t a = 0; a < asset_.size(); ++a) {
      if (!fits(asset_[a], dependency_[u])) continue;
      const auto rivals = std::ranges::count_if(
          dependency_, [&](const auto& other) { return fits(asset_[a], other); });
      if (found || rivals > 1) {
        return no_fit("several dimensions have equal keys; say multi, and which one is meant");
      }
      found = a;
    }
    return found;
  }

  /// The asset's dimension of the same name, or its only one, if it is of the same kind.
  [[nodiscard]] std::optional<std::size_t> namesake(std::size_t u) const {
    for (std::size_t a = 0; a < asset_.size(); ++a) {
      if (is_time(asset_[a]) != is_time(dependency_[u])) continue;
      if (asset_[a].name == dependency_[u].name) return a;
      if (asset_.size() == 1 && is_equal(asset_[a], dependency_[u])) return a;
    }
    return std::nullopt;
  }

  [[nodiscard]] Result<DimensionPlan> of(const MappingDefinition& definition, std::size_t u,
                                         std::optional<std::size_t> from) const {
    const DimensionDefinition& dimension = dependency_[u];
    switch (definition.kind) {
      case Kind::all:
        return DimensionPlan{.source = Source::all};
      case Kind::last:
        return DimensionPlan{.source = Source::last};
      case Kind::specific: {
        if (const WindowsDefinition* windows = windows_of(dimension)) {
          FRESHET_TRY(const auto series, make_window_series(*windows));
          for (const std::string& key : definition.keys) {
            if (const auto window = series->parse(key); !window) return window.error();
          }
        } else if (const auto key = unlisted(dimension, definition.keys)) {
          return no_fit("specific: the dependency has no partition " + *key);
        }
        return DimensionPlan{.source = Source::specific, .of = definition};
      }
      case Kind::identity:
        if (!from || !is_equal(asset_[*from], dimension)) {
          return no_fit("identity of dimension \"" + dimension.name +
                        "\" needs an equal one of that name in the asset");
        }
        return follow(*from, u);
      case Kind::table:
        return table(definition, u, from);
      case Kind::time_window: {
        const auto time = std::ranges::find_if(asset_, is_time);
        if (!is_time(dimension) || time == asset_.end()) return no_time_windows();
        return DimensionPlan{.source = Source::follow,
                             .from = static_cast<std::size_t>(time - asset_.begin()),
                             .of = definition};
      }
      case Kind::inferred:
      case Kind::multi:
        break;
    }
    return no_fit("a dimension has one of identity, all, last, specific, static, time_window");
  }

  [[nodiscard]] Result<DimensionPlan> table(const MappingDefinition& definition, std::size_t u,
                                            std::optional<std::size_t> from) const {
    if (!from || is_time(asset_[*from]) || is_time(dependency_[u])) {
      return no_fit("static needs listed keys on both sides; say all, last or time_window");
    }
    for (const auto& [down, up] : definition.table) {
      if (const auto key = unlisted(asset_[*from], {down})) {
        return no_fit("static: the asset has no partition " + *key);
      }
      if (const auto key = unlisted(dependency_[u], up)) {
        return no_fit("static: the dependency has no partition " + *key);
      }
    }
    return DimensionPlan{.source = Source::table, .from = *from, .of = definition};
  }

  const Dimensions& asset_;
  const Dimensions& dependency_;
};

}  // namespace

Result<MappingPlan> plan_mapping(const MappingDefinition& definition,
                                 const PartitionsDefinition* asset,
                                 const PartitionsDefinition* dependency) {
  static const Dimensions unpartitioned;
  const Planner planner{asset == nullptr ? unpartitioned : asset->dimensions,
                        dependency == nullptr ? unpartitioned : dependency->dimensions};
  const auto without = [&](bool partitions, std::string_view mapping, std::string_view side) {
    return no_fit(std::string{mapping} + " needs partitions" +
                  (partitions ? "" : " on both sides") + "; the " + std::string{side} +
                  " has none: leave it out, or say all");
  };
  switch (definition.kind) {
    case Kind::inferred: {
      if (asset != nullptr && dependency != nullptr) return planner.infer();
      MappingPlan plan = planner.every(Source::all);
      plan.inferred_all = true;
      return plan;
    }
    case Kind::all:
      return planner.every(Source::all);
    case Kind::identity:
      if ((asset == nullptr) != (dependency == nullptr)) {
        return without(false, "identity", asset == nullptr ? "asset" : "dependency");
      }
      return planner.identity();
    case Kind::last:
      if (dependency == nullptr) return without(true, "last", "dependency");
      return planner.every(Source::last);
    case Kind::specific:
      if (dependency == nullptr) return without(true, "specific", "dependency");
      return planner.single(definition, "specific");
    case Kind::table:
      if (dependency == nullptr) return without(false, "static", "dependency");
      return planner.single(definition, "static");
    case Kind::time_window:
      if (definition.start_offset > definition.end_offset) {
        return no_fit("time_window begins after it ends");
      }
      return planner.shifted(definition);
    case Kind::multi:
      if (dependency == nullptr) return without(true, "multi", "dependency");
      return planner.multi(definition);
  }
  return no_fit("unknown");
}

}  // namespace freshet
