// What the name of a file says by its parts: a glob in which `{date}` stands for a part of a name.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/result.hpp"

namespace freshet {

/// A glob (base/text.hpp) in which `{name}` takes a part of a segment, at least one character and
/// as few as fit; the same name takes the same text wherever it stands.  Braces that hold no name
/// are plain characters.  Immutable; any thread.
class PathCaptures {
 public:
  explicit PathCaptures(std::string_view pattern);

  /// `{name}` as `*`.
  [[nodiscard]] const std::string& glob() const { return glob_; }
  /// Each once, in the order in which they stand.
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  /// Texts of names(); nullopt: the path does not fit.
  [[nodiscard]] std::optional<std::vector<std::string_view>> match(std::string_view path) const;

  friend bool operator==(const PathCaptures&, const PathCaptures&) = default;

 private:
  enum class Kind : std::uint8_t { literal, one, some, deep, folders, capture };
  struct Token {
    Kind kind{Kind::literal};
    std::string text;    ///< Of a literal.
    std::size_t name{};  ///< Of a capture.
    friend bool operator==(const Token&, const Token&) = default;
  };
  struct Search;

  std::vector<Token> tokens_;
  std::vector<std::string> names_;
  std::string glob_;
};

/// A text made of captures: "{date}|{region}".
class CaptureTemplate {
 public:
  /// `names` are those that may stand in it; Errc::invalid names one that may not.
  [[nodiscard]] static Result<CaptureTemplate> make(std::string_view text,
                                                    const std::vector<std::string>& names);
  /// `values` are those of `names`.
  [[nodiscard]] std::string fill(const std::vector<std::string_view>& values) const;

 private:
  struct Piece {
    std::string text;                 ///< Before …
    std::optional<std::size_t> name;  ///< … this capture.
  };
  std::vector<Piece> pieces_;
};

}  // namespace freshet
