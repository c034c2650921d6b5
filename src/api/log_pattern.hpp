// What is looked for in the lines of a log: a text, or a regular expression, which takes linear
// time whatever it is and whatever it meets.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "freshet/result.hpp"

namespace re2 {
class RE2;
}  // namespace re2

namespace freshet::api {

class LogPattern {
 public:
  static constexpr std::size_t size_max = 1'000;  ///< Bytes.

  struct Options {
    bool is_regex{false};
    bool case_counts{true};
  };
  /// "" is in every line.  Where case does not count, a text of ASCII alone is found in letters of
  /// ASCII alone.  Errc::invalid names the position, from 1, of what is wrong.
  [[nodiscard]] static Result<LogPattern> parse(std::string text, Options options);

  /// Any thread.
  [[nodiscard]] bool is_in(std::string_view line) const;

 private:
  std::string text_;
  bool is_folded_{false};  ///< Its case does not count, and it has none but ASCII letters.
  std::shared_ptr<const re2::RE2> regex_;  ///< Null for a text that is looked for as it is.
};

}  // namespace freshet::api
