// Small questions about text: the nearest word, globs, splitting, UTF-8, base64, hex, quoting.
// Pure functions, any thread.
#pragma once
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace freshet {

/// Edits (insert, delete, replace, swap two neighbours) that turn `a` into `b`, upper and lower
/// case of ASCII being equal; `limit + 1` for anything above `limit`.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit);

namespace detail {
/// Keeps the best of the candidates offered.
class Nearest {
 public:
  explicit Nearest(std::string_view word);
  void offer(std::string_view candidate);
  [[nodiscard]] std::optional<std::string> take() { return std::move(best_); }

 private:
  std::string_view word_;
  std::size_t limit_;  ///< A candidate must not be further away than this.
  std::optional<std::string> best_;
};
}  // namespace detail

/// The candidate that `word` was probably meant to be: at most a third of its characters away; the
/// first of several equally near ones; nullopt where none is near.  For "did you mean".
template <std::ranges::input_range Range>
  requires std::is_convertible_v<std::ranges::range_reference_t<Range>, std::string_view>
[[nodiscard]] std::optional<std::string> nearest(std::string_view word, Range&& candidates) {
  detail::Nearest best{word};
  for (auto&& candidate : candidates) best.offer(candidate);
  return best.take();
}
[[nodiscard]] inline std::optional<std::string> nearest(
    std::string_view word, std::initializer_list<std::string_view> candidates) {
  detail::Nearest best{word};
  for (const std::string_view candidate : candidates) best.offer(candidate);
  return best.take();
}

/// Each line as a terminal leaves it: without what is before its last carriage return, of which
/// those at its end are not one, and which it loses.
[[nodiscard]] std::string after_returns(std::string_view text);

/// Whether the whole of `text` matches.  `*`: any characters but `/`; `**`: any characters; `**/`
/// at the start of a segment: any number of segments, none included; `?`: one character (of UTF-8)
/// but
/// `/`; all else stands for itself, and case counts.
[[nodiscard]] bool glob_match(std::string_view pattern, std::string_view text);
/// Whether `pattern` can match anything but itself.
[[nodiscard]] bool is_glob(std::string_view pattern);

/// The parts between separators, always one more than there are separators; views into `text`.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);
/// Without blanks, tabs and line ends around it; a view into `text`.
[[nodiscard]] std::string_view trim(std::string_view text);

/// The last line that has a letter or a digit, without control characters, escape sequences of
/// terminals and what surrounds it; cut to `size_max` bytes, at a character of UTF-8.  "" where
/// there is none.
[[nodiscard]] std::string last_line(std::string_view text, std::size_t size_max);

/// Whether `text` is UTF-8: shortest forms only, no surrogates, nothing above U+10FFFF.
[[nodiscard]] bool is_utf8(std::string_view text);

/// RFC 4648, section 4, padded.
[[nodiscard]] std::string base64_encode(std::string_view bytes);
/// Reads what base64_encode writes; nullopt for anything else (also blanks or missing padding).
[[nodiscard]] std::optional<std::string> base64_decode(std::string_view text);

/// Two lower-case digits a byte.
[[nodiscard]] std::string hex_encode(std::string_view bytes);
/// Reads either case; nullopt for anything that is not pairs of hex digits.
[[nodiscard]] std::optional<std::string> hex_decode(std::string_view text);

/// As a POSIX shell would have to be given it.  For showing only: nothing of ours starts a shell.
[[nodiscard]] std::string shell_quote(std::string_view word);
/// A whole command line, each word quoted where it needs to be.
[[nodiscard]] std::string shell_quote(const std::vector<std::string>& argv);

}  // namespace freshet
