// Dependencies: on what exists, and each once.
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "freshet/definitions.hpp"
#include "project/validation.hpp"

namespace freshet::project {
namespace {

/// The first dependency with the key of deps[at], which may be itself.
std::size_t first_with_key(std::span<const Dependency> deps, std::size_t at) {
  for (std::size_t i = 0; i < at; ++i) {
    if (deps[i].key == deps[at].key) return i;
  }
  return at;
}

constexpr std::size_t kSmall = 32;

}  // namespace

void Validation::check_dependencies() {
  std::unordered_map<std::string_view, std::size_t> seen;
  for (Number n = 0; n < assets_.size(); ++n) {
    const std::vector<Dependency>& deps = asset(n).deps;
    const std::size_t project = assets_[n].project;
    seen.clear();
    for (std::size_t i = 0; i < deps.size(); ++i) {
      const Dependency& dependency = deps[i];
      const std::size_t first = deps.size() <= kSmall
                                    ? first_with_key(deps, i)
                                    : seen.try_emplace(dependency.key, i).first->second;
      if (first != i) {
        report(project, dependency.place,
               "dependency \"" + dependency.key + "\" is listed twice: first at " +
                   words(deps[first].place));
        continue;
      }
      if (upstream(n)[i] != kNone || !projects_[project].is_whole) continue;
      std::string message =
          "\"" + asset(n).key + "\" depends on \"" + dependency.key + "\", which nothing defines";
      if (const std::string meant = nearest_key(dependency.key); !meant.empty()) {
        message += ": did you mean \"" + meant + "\"?";
      } else {
        message += ": define it under assets or sources";
      }
      report(project, dependency.place, std::move(message), unknown_dependency_);
    }
  }
}

}  // namespace freshet::project
