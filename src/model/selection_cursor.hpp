// Where the reading of a selection is: its characters, words and quoted strings, and how a mistake
// is reported.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "freshet/result.hpp"

namespace freshet {

/// Makes a text fit for a message: one line, at most 120 bytes.
[[nodiscard]] std::string shorten(std::string_view text);

/// `selection "SOURCE": REASON at column COLUMN`, and what may have been meant.
[[nodiscard]] Error selection_error(Errc code, std::string_view source, std::string_view reason,
                                    std::size_t column, std::string_view meant = {});

/// Borrows the text, which must be UTF-8.
class SelectionCursor {
 public:
  explicit SelectionCursor(std::string_view text) : text_{text} {}

  [[nodiscard]] std::size_t position() const { return position_; }
  void rewind(std::size_t position) { position_ = position; }
  [[nodiscard]] bool at_end() const { return position_ == text_.size(); }
  /// The next character; '\0' at the end.
  [[nodiscard]] char peek() const { return at_end() ? '\0' : text_[position_]; }

  void skip_space();
  /// Takes `c` if it is next.
  bool take(char c);
  /// Takes `text` if it is next.
  bool take(std::string_view text);
  /// Takes a bare word; empty if there is none.
  std::string_view take_word();
  /// Takes an unquoted value, which may also hold `@` and `:`; empty if there is none.
  std::string_view take_value();
  /// Takes digits that are a word of their own; empty if there are none.
  std::string_view take_number();
  /// Takes the rest of a string whose opening quote is next.
  Result<std::string> take_quoted();
  /// The next word, or the next character if it starts none; empty at the end.
  [[nodiscard]] std::string_view next_token() const;

  /// Column of a position, in characters from 1.
  [[nodiscard]] std::size_t column(std::size_t position) const;
  /// `reason` at `position`.
  [[nodiscard]] Error error(std::string_view reason, std::size_t position,
                            std::string_view meant = {}) const;

 private:
  std::string_view text_;
  std::size_t position_{0};
};

/// Whether it is UTF-8 without control characters, other than tabs and line ends.
[[nodiscard]] bool is_printable(std::string_view text);

}  // namespace freshet
