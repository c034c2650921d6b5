// What the checks of `validate` share: every asset of every project by number and by key.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "freshet/definitions.hpp"
#include "project/validate.hpp"

namespace freshet::project {

/// One validation; used once.  The checks stand in files of their own, one a question.
class Validation {
 public:
  using Number = std::uint32_t;  ///< Of an asset: by project, then in the order of its files.

  Validation(std::span<const ProjectView> projects, Diagnostic::Severity unknown_dependency);

  void check_keys();  ///< Syntax, defined twice, reserved endings, renamed_from.
  void check_pools();
  void check_dependencies();  ///< Unknown ones, and those listed twice.
  void check_columns();       ///< That columns which others are made from are declared.
  void check_partitions();    ///< That they can be bound, and their mappings made.
  void check_cycles();
  void check_alerts();         ///< Routes given twice; their and publications' selections.
  void check_writers();        ///< Two writers of one thing.
  void check_self_triggers();  ///< A source that watches what depends on it.

  [[nodiscard]] std::vector<std::vector<Diagnostic>> take() { return std::move(found_); }

 private:
  static constexpr Number kNone = static_cast<Number>(-1);

  [[nodiscard]] const AssetDefinition& asset(Number n) const { return *assets_[n].asset; }
  [[nodiscard]] Number find(std::string_view key) const;
  /// Dependencies by number; kNone where the key is unknown.
  [[nodiscard]] std::span<const Number> upstream(Number n) const;
  /// Assets that depend on it, directly.
  [[nodiscard]] std::vector<std::vector<Number>> downstream_lists() const;

  void report(std::size_t project, const Place& place, std::string message,
              Diagnostic::Severity severity = Diagnostic::Severity::error);
  [[nodiscard]] std::string nearest_key(std::string_view key);
  [[nodiscard]] std::string nearest_column(std::string_view name, const AssetDefinition& of);

  // check_cycles
  [[nodiscard]] std::vector<std::vector<Number>> components(const std::vector<bool>& removed) const;
  /// Reports one cycle of a component; returns the position of its first edge in edges_.
  std::size_t report_cycle(const std::vector<Number>& component, const std::vector<bool>& removed);

  struct Ref {
    std::size_t project;
    const AssetDefinition* asset;
  };

  std::span<const ProjectView> projects_;
  Diagnostic::Severity unknown_dependency_;
  std::vector<Ref> assets_;
  std::unordered_map<std::string_view, Number> by_key_;  // the first of several
  std::vector<std::size_t> edge_begin_;                  // per asset, into edges_
  std::vector<Number> edges_;
  std::size_t suggestions_{0};
  std::vector<std::vector<Diagnostic>> found_;
};

/// "file:line:column", as much as there is.
[[nodiscard]] std::string words(const Place& place);
/// In double quotes, for messages.
[[nodiscard]] inline std::string quoted(const std::string& text) { return '"' + text + '"'; }

}  // namespace freshet::project
