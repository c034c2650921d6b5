// What the reference (automation conditions: the language and its meaning) says an expression is: a
// tree of operands and operators, composites written out.  Shares nothing with the engine.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/selection.hpp"
#include "freshet/time.hpp"

namespace freshet::reference {

/// A word of the language with what it was given.  Operators are the words "&", "|", "~".
struct Expression {
  std::string word;
  std::vector<Expression> args;
  std::string text;  ///< Cron, key or cause.
  std::string zone{"UTC"};
  Micros lookback{};
  bool blocking_only{false};
  std::optional<Selection> allow, ignore;
  int number{};  ///< In the whole, in the order of writing; what its memory is known by.

  [[nodiscard]] bool is_on_checks() const {
    return word == "any_checks_match" || word == "all_checks_match";
  }
  [[nodiscard]] bool is_over_deps() const {
    return word == "any_deps_match" || word == "all_deps_match";
  }
};

/// Reads a text that is known to be right; throws std::invalid_argument for what it cannot read.
[[nodiscard]] Expression parse(std::string_view text);
/// Equal for equal expressions, and only for them.
[[nodiscard]] std::string to_text(const Expression& expression);

}  // namespace freshet::reference
