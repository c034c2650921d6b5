// Whether projects make sense together: keys, dependencies, cycles, writers, pools.
#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "freshet/definitions.hpp"

namespace freshet::project {

struct ProjectView {
  const Definitions* definitions{};  ///< Borrowed.
  /// false: some of its files could not be read, so that a dependency which lacks is not reported.
  bool is_whole{true};
  /// false: a mistake was found while reading; what would only follow from it is not reported.
  bool is_sound{true};
};

/// Everything that is wrong, each with its place.  The i-th list belongs to the i-th project; what
/// is wrong between two projects belongs to the later one.
[[nodiscard]] std::vector<std::vector<Diagnostic>> validate(
    std::span<const ProjectView> projects,
    Diagnostic::Severity unknown_dependency = Diagnostic::Severity::error);

/// Whether a key is segments of letters, digits, _, . and - joined by /, at most 255 bytes; no
/// segment is . or .. .
[[nodiscard]] bool is_key(std::string_view key);

}  // namespace freshet::project
