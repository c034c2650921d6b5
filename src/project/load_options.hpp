// What reading definitions needs to be told, and what it gives back.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/definitions.hpp"

namespace freshet::project {

/// Judges the automation expression of an asset, or of a check.  Places in what it returns are
/// relative to the expression: line and column count from 1 within its text, the file is ignored.
/// Called once for each that has one.
using AutomationCheck =
    std::function<std::vector<Diagnostic>(std::string_view expression, bool of_check)>;

struct LoadOptions {
  bool scenario{
      false};  ///< Automation is fine on an asset without a command (it is driven by hand).
  std::string project;               ///< Name where the text gives none.
  std::string directory;             ///< Absolute; where the defining file lies.
  std::string file;                  ///< As shown in places.
  AutomationCheck check_automation;  ///< May be empty.
  /// Projects already accepted, without the one that is read: their keys and pools exist.
  std::vector<const Definitions*> beside;
  /// What a dependency on a key that nobody defines is.
  Diagnostic::Severity unknown_dependency{Diagnostic::Severity::error};
};

struct LoadResult {
  std::optional<Definitions> definitions;  ///< Set if and only if no diagnostic is an error.
  std::vector<Diagnostic>
      diagnostics;  ///< By place: the project's file first, then the included by name.
  std::vector<std::string>
      unsupported;  ///< Features that are used, are right, and are not built: "partitions".
  std::vector<std::string> files;  ///< What was read, as shown in places.
};

}  // namespace freshet::project
