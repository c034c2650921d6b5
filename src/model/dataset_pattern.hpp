// Names with parts that vary: "crm.public.{table}".  Pure.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/result.hpp"

namespace freshet {

/// Text in which `{part}` stands for one character or more, `*` for any, neither of them `/` or a
/// line's end, and `**` for any but a line's end.  Each part takes as little as lets the rest fit.
class DatasetPattern {
 public:
  using Parts = std::map<std::string, std::string, std::less<>>;

  /// Errc::invalid: a brace that is not closed, a part without a name or given twice.
  [[nodiscard]] static Result<DatasetPattern> parse(std::string_view text);

  /// What the parts stand for; nullopt where the whole of `text` does not fit.
  [[nodiscard]] std::optional<Parts> match(std::string_view text) const;
  /// With the parts put in; nullopt where one lacks, or where something else varies.
  [[nodiscard]] std::optional<std::string> expand(const Parts& parts) const;
  [[nodiscard]] std::vector<std::string> parts() const;

 private:
  enum class Kind : std::uint8_t { literal, part, star, double_star };
  struct Token {
    Kind kind{Kind::literal};
    std::string text;  ///< Of a literal; name of a part.
  };
  struct Search;
  std::vector<Token> tokens_;
};

}  // namespace freshet
