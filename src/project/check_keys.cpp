// Keys: their syntax, defined twice, endings that the HTTP interface needs, and renamed_from.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <unordered_map>

#include "project/validate.hpp"
#include "project/validation.hpp"

namespace freshet::project {
namespace {

constexpr std::array<std::string_view, 5> kReservedEndings{"/events", "/partitions", "/decisions",
                                                           "/history", "/readiness"};

}  // namespace

void Validation::check_keys() {
  std::unordered_map<std::string_view, Number> renamed;
  for (Number n = 0; n < assets_.size(); ++n) {
    const auto [project, definition] = assets_[n];
    const std::string& key = definition->key;
    if (!is_key(key)) {
      report(
          project, definition->place,
          "\"" + key +
              "\" is not a key: write segments of letters, digits, _, . and - joined by /, at most "
              "255 bytes");
      continue;
    }
    if (const Number first = find(key); first != n) {
      report(project, definition->place,
             "key \"" + key + "\" is defined twice: first at " + words(asset(first).place));
      continue;
    }
    for (const std::string_view ending : kReservedEndings) {
      if (!key.ends_with(ending)) continue;
      const Number base = find(std::string_view{key}.substr(0, key.size() - ending.size()));
      if (base == kNone) continue;
      const Ref& later = assets_[std::max(n, base)].project > project ? assets_[base] : assets_[n];
      report(later.project, later.asset->place,
             "key \"" + key + "\" cannot stand beside \"" + asset(base).key + "\" (" +
                 words(asset(base).place) + "): its ending " + std::string{ending} +
                 " is part of the HTTP interface");
    }
    if (definition->renamed_from.empty()) continue;
    const std::string& former = definition->renamed_from;
    if (find(former) != kNone) {
      report(project, definition->place,
             quoted(key) + " is renamed_from " + quoted(former) + ", which is still defined at " +
                 words(asset(find(former)).place));
    } else if (const auto [it, fresh] = renamed.try_emplace(former, n); !fresh) {
      report(project, definition->place,
             quoted(key) + " and " + quoted(asset(it->second).key) + " are both renamed_from " +
                 quoted(former));
    }
  }
}

}  // namespace freshet::project
