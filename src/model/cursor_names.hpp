// What cursors are called that belong to nothing which has a name of its own.
#pragma once
#include <string>
#include <string_view>

namespace freshet {

inline constexpr std::string_view publication_prefix = "publish:";

/// Where it began, among routes of alerts, none of which has a `:` in its name.
[[nodiscard]] inline std::string publication_route(std::string_view name) {
  return std::string{publication_prefix} + std::string{name};
}

/// How far it is, among cursors of assets, none of whose keys begins with a `#`.
[[nodiscard]] inline std::string publication_cursor(std::string_view project,
                                                    std::string_view name) {
  return "#publish/" + std::string{project} + '/' + std::string{name};
}

/// Of a project's topic of OpenLineage events, likewise.
[[nodiscard]] inline std::string lineage_cursor(std::string_view project) {
  return "#openlineage/" + std::string{project};
}

/// What a run of others has said, beside cursors where it is told, and stored among answers to
/// requests, none of whose keys begins with a `#`.  "" is said of one that has ended.
inline constexpr std::string_view lineage_run_prefix = "#openlineage-run/";

}  // namespace freshet
